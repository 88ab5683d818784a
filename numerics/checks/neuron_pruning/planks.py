"""Evidence for N3: planks, and the dimension factors."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from theory.neuron_pruning.alignment import N, alignment_bound, delta, eps
from theory.neuron_pruning.planks import (
    ball_mean,
    ball_neurons,
    cube_mean,
    cube_neurons,
    cube_success,
    d,
    large,
    mean,
    plank_bounds,
    r,
    ratio_cdf,
    s,
    theta,
    transform,
)

MORE, LESS = sp.Rational(11, 10), sp.Rational(9, 10)
ROOT = sp.sqrt(2 / sp.pi)  # E|w| of a standard normal weight


@enclosed(plank_bounds)
@control("one degree more", ratio_cdf=ratio_cdf.subs(d, d + 1))
@control("10 % more", ratio_cdf=MORE * ratio_cdf)
@control("mean with d for d − 1", ball_mean=ball_mean.subs(d, d + 1))
@control("leading order", ball_mean=sp.sqrt(2 / (sp.pi * d)))
@control("10 % less", ball_mean=LESS * ball_mean)
def the_angle_has_a_power_of_the_cosine_as_density(
    ratio_cdf: sp.Expr, ball_mean: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Integrals of powers of the cosine, by computer algebra for d = 3, 5, 6 and 8."""
    for size in (3, 5, 6, 8):
        power = sp.cos(theta) ** (size - 2)
        total = sp.integrate(power, (theta, 0, sp.pi / 2))
        yield trial.same(ball_mean.subs(d, size) * total, sp.Rational(1, size - 2), by=None)
        for level in (sp.Rational(1, 3), sp.Integer(2)):
            part = sp.integrate(power, theta).subs(theta, sp.atan(level)) / total
            yield trial.same(ratio_cdf.subs(d, size), part, at=[{r: level}], by=None)


@exact(plank_bounds)
@control("two-sided", transform=sp.exp(s**2 / 2))
@control("no scaling of the argument", transform=sp.exp(s**2 / 2) * sp.erfc(s))
@control("10 % more", transform=MORE * transform)
def one_weight_has_this_transform(transform: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """E e^(−s|w|) is 1 at s = 0 and, by parts, has the derivative s·E e^(−s|w|) − E|w|."""
    yield trial.same(sp.diff(transform, s), s * transform - ROOT)
    yield trial.same(transform.subs(s, 0), sp.Integer(1))


@enclosed(plank_bounds)
@control("first term alone", large=ROOT / s)
@control("10 % less", large=LESS * large)
@control("no scaling of the argument", transform=sp.exp(s**2 / 2) * sp.erfc(s))
def both_forms_of_the_transform_agree(transform: sp.Expr, large: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The product 0 · ∞ and the form without it, near 0 and where doubles give up."""
    points = [{s: sp.Rational(at)} for at in ("1/50", "1/3", "1", "7/2", "20", "60")]
    yield trial.same(transform, large, at=points, by=None)


@enclosed(plank_bounds, cost=1)
@control("power d", cube_mean=cube_mean.subs(d, d + 1))
@control("10 % more", cube_mean=MORE * cube_mean)
@control("10 % less", cube_mean=LESS * cube_mean)
@control("leading order", cube_mean=1 / d)
@control("lower end", cube_mean=1 / (d - 1))
@control("of the ball", cube_mean=ball_mean)
def cube_mean_is_the_integral(cube_mean: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """∫ over s ≤ 3 and a rest below that of its first term; below the ball's mean; d − 1 of it decrease."""
    at = [{d: sp.Integer(20)}]
    part = ROOT * sp.Integral(transform ** (d - 1), (s, 0, 3))
    rest = ROOT**d * sp.Integer(3) ** (2 - d) / (d - 2)
    yield trial.below(part, cube_mean, at=at)
    yield trial.below(cube_mean, part + rest, at=at)
    yield trial.below(cube_mean, ball_mean, at=at)
    yield trial.below(39 * cube_mean.subs(d, 40), 19 * cube_mean.subs(d, 20), at=[{}])


@exact(plank_bounds)
@control("probability without the ratio", ball_success=N * mean)
@control("sine for tangent", ball_success=4 * N * eps * mean)
@control("tangent for sine", cube_success=cube_success * sp.sqrt(1 / (1 - 16 * eps**2)))
@control("10 % less", ball_neurons=LESS * ball_neurons)
@control("ten per cent less", cube_neurons=LESS * cube_neurons)
def neurons_solve_the_bounds(
    ball_success: sp.Expr, cube_success: sp.Expr, ball_neurons: sp.Expr, cube_neurons: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Markov's inequality for N half-widths with the slopes of N2 and N1, solved for N."""
    tangent = alignment_bound.expressions["ratio"]
    sine = sp.simplify(sp.sin(sp.atan(tangent)) ** 2)
    yield trial.same(ball_success, N * tangent * mean)
    yield trial.same(cube_success, N * sp.sqrt(sine) * mean)
    yield trial.same(ball_success.subs(N, ball_neurons), delta)
    yield trial.same(cube_success.subs(N, cube_neurons), delta)


# Random weights


def small_ratios(rng: np.random.Generator, size: int, draws: int) -> int:
    """How many Gaussian vectors have a first coordinate below the length of the others."""
    w = rng.standard_normal((draws, size))
    return int(np.count_nonzero(np.abs(w[:, 0]) <= np.linalg.norm(w[:, 1:], axis=1)))


@statistical(plank_bounds, tests=3)
@control("Student law with d degrees of freedom", ratio_cdf=ratio_cdf.subs({d: d + 1, r: r * sp.sqrt((d - 1) / d)}))
@control("one dimension less", ratio_cdf=ratio_cdf.subs(d, d - 1))
@control("10 % less", ratio_cdf=LESS * ratio_cdf)
def random_weights_have_this_ratio(ratio_cdf: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The frequency of |w_1| ≤ ‖w_2:d‖ for d = 3, 5, 10."""
    draws = trial.size(40_000)
    for size in (3, 5, 10):
        p = trial.value(ratio_cdf, {d: sp.Integer(size), r: sp.Integer(1)})
        yield trial.counts(trial.draw(small_ratios, size, draws), draws, p)


def transforms(rng: np.random.Generator, size: int, draws: int) -> NDArray[np.floating]:
    """exp(−‖u‖_1) for Gaussian vectors."""
    return np.exp(-np.abs(rng.standard_normal((draws, size))).sum(axis=1))


@statistical(plank_bounds, tests=2)
@control("10 % more", transform=MORE * transform)
@control("no scaling of the argument", transform=sp.exp(s**2 / 2) * sp.erfc(s))
def random_vectors_have_this_transform(transform: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """E exp(−‖u‖_1) is a power of the transform at 1, in two and in five dimensions."""
    for size in (2, 5):
        sample = trial.draw(transforms, size, trial.size(20_000))
        yield trial.averages(sample, trial.value(transform**size, {s: sp.Integer(1)}), 0, 1)


def thinned(rng: np.random.Generator, size: int, order: int, draws: int) -> int:
    """How many of the ratios |w_1|/‖w_2:d‖ exceed a uniform number: in the mean those of min(ratio, 1)."""
    w = np.abs(rng.standard_normal((draws, size)))
    return int(np.count_nonzero(w[:, 0] >= rng.random(draws) * np.linalg.norm(w[:, 1:], ord=order, axis=1)))


@statistical(plank_bounds, tests=2)
@control("half for the ball", ball_mean=ball_mean / 2)
@control("half for the cube", cube_mean=cube_mean / 2)
@control("ball for twice the dimension", ball_mean=ball_mean.subs(d, 2 * d))
def bounded_ratios_stay_below(ball_mean: sp.Expr, cube_mean: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """min(ratio, 1) has at most the mean; the ratios themselves may have no variance."""
    draws = trial.size(20_000)
    for order, bound in ((2, ball_mean), (1, cube_mean)):
        p = trial.value(bound, {d: sp.Integer(20)})
        yield trial.counts(trial.draw(thinned, 20, order, draws), draws, p, "above")
