"""Evidence for N3.1: planks of the ball, and the dimension factor."""

from collections.abc import Iterable
from fractions import Fraction
from itertools import product
from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.neuron_pruning.zones import (
    check_of_the_covered,
    check_of_the_lesser,
    check_of_the_mean,
)
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.numerics.exact.balls import number
from sparse_limits.theory.neuron_pruning.alignment import N, eps, ratio
from sparse_limits.theory.neuron_pruning.covering_order import near_count, two_zones
from sparse_limits.theory.neuron_pruning.inputs import d
from sparse_limits.theory.neuron_pruning.planks import ball_mean, ball_planks, mean, r, theta


@enclosed(ball_planks)
def the_angle_has_a_power_of_the_cosine_as_density(ratio_cdf: sp.Expr, ball_mean: sp.Expr, trial: Trial) -> Findings:
    """Integrals of powers of the cosine, by computer algebra for d = 3, 5, 6 and 8."""
    for size in (3, 5, 6, 8):
        power = sp.cos(theta) ** (size - 2)
        total = sp.integrate(power, (theta, 0, sp.pi / 2))
        yield trial.same(ball_mean.subs(d, size) * total, sp.Rational(1, size - 2), by=None)
        for level in (sp.Rational(1, 3), sp.Integer(2)):
            part = sp.integrate(power, theta).subs(theta, sp.atan(level)) / total
            yield trial.same(ratio_cdf.subs(d, size), part, at=[{r: level}], by=None)


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


BALLS = ((2, 1), (2, 4), (3, 5), (4, 6), (2, 8))


@exact(ball_planks, cost=0.2)
def planks_with_a_smaller_sum_do_not_cover_the_ball(cover_sum: sp.Expr, trial: Trial) -> Findings:
    """Random planks whose half-widths add up to a millionth less than the sum: the longest signed sum gives a point outside of all,
    verified in fractions. One plank with the whole sum covers.
    """
    total = Fraction(int(cover_sum.p), int(cover_sum.q))
    yield trial.holds(total >= 1, f"one plank of the half-width {total} covers")
    below = total * (1 - Fraction(1, 10**6))
    for planks in trial.draw(random_planks, BALLS):
        square, outside = longest_sum(planks, below)
        spare = min(each / (below * share) for each, share in zip(outside, planks.shares, strict=True))
        detail = f"{len(planks.shares)} planks: |y|² = {float(square):.4f}, beyond each half-width by a share of {float(spare):.1g} or more"
        yield trial.holds(square < 1 and spare > -Fraction(1, 10**9) and (1 - square) > Fraction(1, 10**7), detail)


def full_sums(rng: np.random.Generator, inputs: int, size: int, order: int, slope: float, nets: int) -> int:
    """In how many networks the relative half-widths of all neurons' planks add up to 1 or more."""
    w = np.abs(rng.standard_normal((nets, size, inputs)))
    widths = slope * w[:, :, 0] / np.linalg.norm(w[:, :, 1:], ord=order, axis=2)
    return int(np.count_nonzero(widths.sum(axis=1) >= 1))


def sums_beside_a_bound(
    success: sp.Expr, average: sp.Expr, widest: sp.Expr, size: int, order: int, trial: Trial
) -> Findings:
    """In how many networks of so many neurons the half-widths, in which `widest` is the factor, add up to 1.

    At a bound of ½, and where the event is likely and the bound says nothing, so that bounds that are too low by a factor are refused.
    """
    nets, inputs = trial.size(300), 12
    for claim in (sp.Rational(1, 2), sp.Rational(13, 10)):
        known = {d: sp.Integer(inputs), N: sp.Integer(size)}
        near = claim / (size * sp.Rational(trial.once(number, average, known)) * 4)
        slope = trial.value(widest, {eps: near})
        claimed = trial.value(success, {**known, eps: near})
        count = trial.draw(full_sums, inputs, size, order, slope, nets)
        yield trial.counts(count, nets, min(1.0, claimed), "above")


@statistical(ball_planks, tests=2, cost=0.2)
def sums_of_random_planks_reach_one_on_the_ball(ball_success: sp.Expr, trial: Trial) -> Findings:
    """The event that a ticket needs, in networks of 200 neurons."""
    yield from sums_beside_a_bound(ball_success, ball_mean, ratio, 200, 2, trial)


def small_ratios(rng: np.random.Generator, size: int, draws: int) -> int:
    """How many Gaussian vectors have a first coordinate below the length of the others."""
    w = rng.standard_normal((draws, size))
    return int(np.count_nonzero(np.abs(w[:, 0]) <= np.linalg.norm(w[:, 1:], axis=1)))


@statistical(ball_planks, tests=3)
def random_weights_have_this_ratio(ratio_cdf: sp.Expr, trial: Trial) -> Findings:
    """The frequency of |w_1| ≤ ‖w_2:d‖ for d = 3, 5, 10."""
    draws = trial.size(40_000)
    for size in (3, 5, 10):
        p = trial.value(ratio_cdf, {d: sp.Integer(size), r: sp.Integer(1)})
        yield trial.counts(trial.draw(small_ratios, size, draws), draws, p)


def thinned(rng: np.random.Generator, size: int, order: int, draws: int) -> int:
    """How many of the ratios |w_1|/‖w_2:d‖ exceed a uniform number: in the mean those of min(ratio, 1)."""
    w = np.abs(rng.standard_normal((draws, size)))
    return int(np.count_nonzero(w[:, 0] >= rng.random(draws) * np.linalg.norm(w[:, 1:], ord=order, axis=1)))


@statistical(ball_planks, tests=1)
def bounded_ratios_stay_below_on_the_ball(ball_mean: sp.Expr, trial: Trial) -> Findings:
    """The mean of min(ratio, 1) is at most the claimed one; the ratios themselves may have no variance."""
    draws = trial.size(20_000)
    p = trial.value(ball_mean, {d: sp.Integer(20)})
    yield trial.counts(trial.draw(thinned, 20, 2, draws), draws, p, "above")


# Planks, the mean of the ratio, and the number of neurons

the_lesser_number_fills_one_zone = check_of_the_lesser(ball_planks, two_zones, near_count, ratio)
two_moments_bound_what_is_covered = check_of_the_covered(ball_planks, two_zones, ratio)
the_letter_stands_for_the_mean = check_of_the_mean(ball_planks, "ball", mean)
