"""Evidence for N9.1: random planks that cover a circle, and two points that both are missed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy as sp

from numerics.evidence import Finding, Trial, control, enclosed, statistical
from theory.neuron_pruning.alignment import N
from theory.neuron_pruning.covering import (
    ball_covering,
    level,
    missed,
    moment,
    one_neuron,
    rate,
    rho,
    second_moment,
    slope,
    steepness,
    success,
    theta,
)
from theory.neuron_pruning.inputs import d

MORE, LESS = sp.Rational(11, 10), sp.Rational(9, 10)
g = sp.Symbol("g", positive=True)
THIN = sp.Rational(20, 99)  # ρ at ε = 1/20


def covered_circles(rng: np.random.Generator, thin: float, sizes: tuple[int, ...], nets: int) -> list[int]:
    """How many networks of three inputs have planks that cover the circle, for the first so many neurons of each."""
    w = rng.standard_normal((nets, max(sizes), 3))
    side = np.arctan2(w[..., 1], w[..., 0])  # in the middle of what the plank leaves open
    with np.errstate(divide="ignore"):
        half = np.arcsin(np.minimum(thin * np.abs(w[..., 2]) / np.hypot(w[..., 0], w[..., 1]), 1.0))
    start = (side + np.pi / 2 - half) % np.pi
    counts = []
    for size in sizes:
        order = np.argsort(start[:, :size], axis=1)
        low, width = (np.take_along_axis(each[:, :size], order, axis=1) for each in (start, 2 * half))
        ends = np.concatenate([low + width - np.pi, low + width], axis=1)
        far = np.maximum.accumulate(ends, axis=1)[:, size - 1 : -1]  # of all arcs that begin before
        counts.append(int(np.count_nonzero((low <= far).all(axis=1))))
    return counts


@statistical(ball_covering, tests=1, cost=0.3)
@control("half of the width", second_moment=second_moment.subs(rho, rho / 2))
@control("independent points", second_moment=sp.Integer(1) + 0 * N)
@control("in four dimensions more", second_moment=second_moment.subs(d, d + 4))
@control("half", success=success / 2)
@control("of half the neurons", second_moment=second_moment.subs(N, N / 2))
def random_planks_cover_circles_no_more_often(
    second_moment: sp.Expr, success: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Three inputs, ε = 1/20, and 10, 15 or 20 neurons: arcs of a half circle, glued at its ends."""
    sizes, nets = (10, 15, 20), trial.size(24000)
    counts = trial.draw(covered_circles, float(THIN), sizes, nets)
    claimed, steep = [], sp.Rational(trial.once(trial.value, steepness, {rho: THIN}))
    for size in sizes:
        at = {d: sp.Integer(3), N: sp.Integer(size), rho: THIN, slope: steep}
        claimed.append(min(1.0, trial.value(success, {moment: sp.Rational(trial.value(second_moment, at))})))
    yield trial.counts_each(counts, nets, claimed, "above")


@enclosed(ball_covering, cost=0.3)
@control("no dependence", one_neuron=sp.S.One)
@control("10 % more", one_neuron=MORE * one_neuron)
@control("half of it", one_neuron=(1 + one_neuron) / 2)
@control("half of the angle", one_neuron=one_neuron.subs(theta, theta / 2))
@control("5 % more than independent", one_neuron=1 + sp.Rational(21, 20) * (one_neuron - 1))
@control("on one side", missed=missed / 2)
@control("of one side", rate=rate / 2)
def two_equal_points_and_two_a_sixth_of_a_turn_apart(
    missed: sp.Expr, rate: sp.Expr, one_neuron: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Equal points, where the mean of m is that of one over the probability, and points at the angle π/3; ρ = 1/10. The bound
    exceeds 1 by up to 2 % more than the mean does."""
    thin = sp.Rational(1, 10)
    law = sp.sqrt(2 / sp.pi) * sp.exp(-(g**2) / 2)  # of |g|, of which less than 10⁻⁴⁰ is beyond 14
    chance, together = (each.subs(level, thin * g) for each in (missed, rate))
    both = sp.Integral(together, (theta, sp.pi / 3, sp.pi / 2))
    means = {
        sp.S.Zero: sp.Integral(law * (1 / chance - 1), (g, 0, 14)),
        sp.pi / 3: sp.Integral(law * both / chance**2, (g, 0, 14)),
    }
    for angle, mean in means.items():
        bound = one_neuron.subs({theta: angle, slope: steepness}) - 1
        yield trial.below(mean, bound, at=[{rho: thin}])  # boxes: the means are integrals
        yield trial.below(bound, sp.Rational(51, 50) * mean, at=[{rho: thin}])
