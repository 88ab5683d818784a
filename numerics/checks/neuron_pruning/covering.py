"""Evidence for N9.1: random planks that cover a circle, and two points that are both missed."""

import numpy as np
import sympy as sp

from sparse_limits.numerics.checks.neuron_pruning.zones import is_least
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.numerics.exact.balls import number
from sparse_limits.theory.formulas.let import opened
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.neuron_pruning.alignment import N, delta, eps, ratio
from sparse_limits.theory.neuron_pruning.covering import ball_covering, level, moment, rho, slope, steepness, theta
from sparse_limits.theory.neuron_pruning.inputs import d

CLOSE = sp.Rational(1, 10**12)
g = sp.Symbol("g", positive=True)
THIN = 20 / 99  # ρ at ε = 1/20


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
def random_planks_cover_circles_no_more_often(success: sp.Expr, trial: Trial) -> Findings:
    """Three inputs, ε = 1/20, and 10, 15 or 20 neurons: arcs of a half circle, glued at its ends."""
    sizes, nets = (10, 15, 20), trial.size(24000)
    counts = trial.draw(covered_circles, THIN, sizes, nets)
    at = {d: sp.Integer(3), eps: sp.Rational(1, 20)}
    claimed = [min(1.0, trial.value(success, {**at, N: sp.Integer(size)})) for size in sizes]
    yield trial.counts_each(counts, nets, claimed, "above")


@statistical(ball_covering, tests=1, cost=0.2)
def drawn_planks_cover_no_more_often_than_seen(seen_covered: sp.Expr, trial: Trial) -> Findings:
    """Twenty planks of three inputs at ε = 1/20 cover the circle at most with the frequency stated."""
    nets = trial.size(16000)
    (count,) = trial.draw(covered_circles, THIN, (20,), nets)
    yield trial.counts(count, nets, float(seen_covered), "above")


@exact(ball_covering)
def caps_hold_one_neuron_that_is_enough(cap: sp.Expr, enough: sp.Expr, trial: Trial) -> Findings:
    """The cap's share grows from 0 with the angle at the rate of half of its sine; with the number of neurons that is enough, none lies in
    the cap with probability 1 − δ.
    """
    share = cap.subs(eps, sp.sin(theta))
    yield trial.same(cap.subs(eps, 0), sp.S.Zero)
    rate_squared = sp.diff(share, theta) ** 2
    yield trial.same(rate_squared, sp.sin(theta) ** 2 / 4, by=sp.trigsimp)
    yield trial.same(enough * sp.log(1 - cap), sp.log(1 - delta))


@enclosed(ball_covering, cost=0.3)
def two_equal_points_and_two_a_sixth_of_a_turn_apart(
    missed: sp.Expr, rate: sp.Expr, one_neuron: sp.Expr, trial: Trial
) -> Findings:
    """Equal points, where the mean for one neuron is that of one over the probability, and points at the angle π/3; ρ = 1/10.

    What the bound exceeds 1 by is at least that of the mean, and at most 2 % more.
    """
    thin = sp.Rational(1, 10)
    law = sp.sqrt(2 / sp.pi) * sp.exp(-(g**2) / 2)  # of |g|, of which less than 10⁻⁴⁰ is beyond 14
    chance, together = (each.subs(level, thin * g) for each in (missed, rate))
    both = sp.Integral(together, (theta, sp.pi / 3, sp.pi / 2))
    means = {
        sp.S.Zero: sp.Integral(law * (1 / chance - 1), (g, 0, 14)),
        sp.pi / 3: sp.Integral(law * both / chance**2, (g, 0, 14)),
    }
    for angle, integral in means.items():
        mean = sp.Rational(trial.once(number, integral)) * (1 + CLOSE)  # at most: the value in doubles
        bound = valued(one_neuron, {theta: angle}) - 1
        yield trial.below(mean, bound, at=[{rho: thin}])  # boxes: the means are integrals
        yield trial.below(bound, sp.Rational(51, 50) * (1 - 3 * CLOSE) * mean, at=[{rho: thin}])


SOME = {d: sp.Integer(6), N: sp.Integer(40), eps: sp.Rational(1, 20)}


@enclosed(ball_covering)
def letters_stand_for_formulas(one_neuron: sp.Expr, second_moment: sp.Expr, success: sp.Expr, trial: Trial) -> Findings:
    """Each formula has the value of its printed form with the values of the formulas for its letters, up to 10⁻¹²."""
    thin = sp.Rational(trial.value(ratio, SOME))
    known = {**SOME, rho: thin, slope: sp.Rational(trial.value(steepness, {rho: thin}))}
    near = {theta: sp.Rational(1, 2), rho: thin}
    mean = sp.Rational(trial.value(opened(second_moment), known))
    ours = (
        (one_neuron, opened(one_neuron).subs(slope, known[slope]), near),
        (second_moment, mean, SOME),
        (success, opened(success).subs(moment, mean), SOME),
    )
    for formula, value, at in ours:  # the values in doubles
        yield trial.below((formula - value) ** 2, CLOSE**2, at=[at])


@enclosed(ball_covering, step="neurons", cost=0.5)
def the_number_is_the_least(success: sp.Expr, neurons: sp.Expr, trial: Trial) -> Findings:
    """The number is the first, from 1 on, at which 1 less the bound is at most 1 − δ; so the bound is at least δ there, and less than δ
    with one neuron fewer.
    """
    yield from is_least(success, neurons, ((3, "1/10", "3/10"), (4, "1/10", "3/4"), (12, "1/10", "1/10")), trial)
