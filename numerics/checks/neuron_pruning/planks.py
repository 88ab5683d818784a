"""Evidence for N3: planks, and the dimension factors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import product
from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from scipy.optimize import linprog

from numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from theory.neuron_pruning.alignment import N, alignment_bound, eps
from theory.neuron_pruning.planks import (
    ball_mean,
    ball_success,
    cover_sum,
    cube_mean,
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


@enclosed(plank_bounds, step="series")
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


# Planks


class Planks(NamedTuple):
    """Planks |⟨u_i, x⟩| ≤ h_i: u int[k, m], and the shares that their half-widths have in a total."""

    u: NDArray[np.int64]
    shares: tuple[Fraction, ...]


def random_planks(rng: np.random.Generator, sizes: tuple[tuple[int, int], ...]) -> list[Planks]:
    """In the dimensions, and as many, as the sizes (m, k) say; of whole numbers."""
    found = []
    for m, count in sizes:
        parts = rng.integers(1, 10, count)
        u = rng.integers(-9, 10, (count, m)) | 1  # odd, so that no vector is zero
        found.append(Planks(u, tuple(Fraction(int(part), int(parts.sum())) for part in parts)))
    return found


def dot(a: Iterable[Fraction], b: Iterable[Fraction]) -> Fraction:
    return sum((x * y for x, y in zip(a, b, strict=True)), Fraction(0))


def signed_sum(signs: tuple[int, ...], heights: list[Fraction], units: list[list[Fraction]]) -> list[Fraction]:
    """Σ s_i h_i u_i."""
    return [
        dot([sign * h for sign, h in zip(signs, heights, strict=True)], column) for column in zip(*units, strict=True)
    ]


def longest_sum(planks: Planks, total: Fraction) -> tuple[Fraction, list[Fraction]]:
    """Bang's point y, the longest Σ ±h_i u_i/‖u_i‖: its squared length, and by how much |⟨u_i, y⟩|/‖u_i‖ exceeds each h_i.

    The h_i are shares of the total. Unit vectors are rounded to multiples of 2⁻⁶⁰.
    """
    units = [[Fraction(round(x / float(np.linalg.norm(u)) * 2**60), 2**60) for x in u.tolist()] for u in planks.u]
    heights = [total * share for share in planks.shares]
    sums = [signed_sum(signs, heights, units) for signs in product((1, -1), repeat=len(heights))]
    y = max(sums, key=lambda each: dot(each, each))
    return dot(y, y), [abs(dot(u, y)) - h for u, h in zip(units, heights, strict=True)]


def point_of_the_cube(planks: Planks, total: Fraction) -> bool:
    """Whether linear programs, one for each choice of sides, find a point of the cube outside of all planks: in fractions."""
    vectors = [[Fraction(x) for x in u.tolist()] for u in planks.u]
    heights = [total * share * sum(map(abs, u), Fraction(0)) for share, u in zip(planks.shares, vectors, strict=True)]
    m = planks.u.shape[1]
    for signs in product((1, -1), repeat=len(heights) - 1):
        sides = np.array([1, *signs])[:, None] * planks.u  # the last variable is the distance from all planks
        found = linprog(
            np.append(np.zeros(m), -1.0),
            A_ub=np.column_stack([-sides, np.ones(len(sides))]),
            b_ub=[-float(h) for h in heights],
            bounds=[(-1, 1)] * m + [(None, 1)],
        )
        if found.x is None:
            continue
        x = [min(max(Fraction(value), Fraction(-1)), Fraction(1)) for value in found.x[:m].tolist()]
        if all(abs(dot(u, x)) > h for u, h in zip(vectors, heights, strict=True)):
            return True
    return False


BALLS, CUBES = ((2, 1), (2, 4), (3, 5), (4, 6), (2, 8)), ((2, 1), (2, 3), (3, 4), (4, 4))


@exact(plank_bounds, cost=0.4)
@control("twice that", cover_sum=2 * cover_sum)
@control("10 % more", cover_sum=MORE * cover_sum)
@control("10 % less", cover_sum=LESS * cover_sum)
def planks_with_a_smaller_sum_do_not_cover(cover_sum: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Random planks whose half-widths add up to a millionth less: points outside of all, in the ball by the longest signed
    sum, in the cube by linear programs, verified in fractions; one plank of all of the sum covers."""
    total = Fraction(int(cover_sum.p), int(cover_sum.q))
    yield trial.holds(total >= 1, f"one plank of the half-width {total} covers")
    below = total * (1 - Fraction(1, 10**6))
    for planks in trial.draw(random_planks, BALLS):
        square, outside = longest_sum(planks, below)
        spare = min(each / (below * share) for each, share in zip(outside, planks.shares, strict=True))
        detail = f"{len(planks.shares)} planks: |y|² = {float(square):.4f}, beyond each half-width by a share of {float(spare):.1g} or more"
        yield trial.holds(square < 1 and spare > -Fraction(1, 10**9) and (1 - square) > Fraction(1, 10**7), detail)
    for planks in trial.draw(random_planks, CUBES):
        found = point_of_the_cube(planks, below)
        yield trial.holds(
            found, f"{len(planks.shares)} planks of the sum {float(below):.7g} leave out a point of the cube"
        )


# Random weights


def full_sums(rng: np.random.Generator, inputs: int, size: int, order: int, slope: float, nets: int) -> int:
    """In how many networks the relative half-widths of all neurons' planks add up to 1 or more."""
    w = np.abs(rng.standard_normal((nets, size, inputs)))
    widths = slope * w[:, :, 0] / np.linalg.norm(w[:, :, 1:], ord=order, axis=2)
    return int(np.count_nonzero(widths.sum(axis=1) >= 1))


@statistical(plank_bounds, tests=4, cost=0.3)
@control("half for the ball", ball_success=ball_success / 2)
@control("2ε instead of 4ε for the cube", cube_success=cube_success / 2)
@control("without the dimension", cube_success=cube_success.subs(mean, mean / d))
def sums_of_random_planks_reach_one(ball_success: sp.Expr, cube_success: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The event that a ticket needs, in networks of 200 and of 100 neurons: at a bound of ½, and where the event is likely and
    the bound says nothing, so that bounds that are too low by a factor are refused."""
    nets, inputs = trial.size(300), 12
    cases = ((ball_success, ball_mean, 200, 2), (cube_success, cube_mean, 100, 1))
    for (success, average, size, order), claim in product(cases, (sp.Rational(1, 2), sp.Rational(13, 10))):
        known = {d: sp.Integer(inputs), N: sp.Integer(size)}
        near = claim / (size * sp.Rational(trial.once(trial.value, average, known)) * 4)
        slope = trial.value(alignment_bound.expressions["ratio"], {eps: near}) if order == 2 else 4 * float(near)
        claimed = trial.value(success, {**known, eps: near, mean: sp.Rational(trial.once(trial.value, average, known))})
        count = trial.draw(full_sums, inputs, size, order, slope, nets)
        yield trial.counts(count, nets, min(1.0, claimed), "above")


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
    values: NDArray[np.floating] = np.exp(-np.abs(rng.standard_normal((draws, size))).sum(axis=1))
    return values


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
