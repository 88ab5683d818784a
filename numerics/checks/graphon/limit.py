"""Evidence for G4.1: the distance of a mask from its graphon, with constants."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from scipy.special import erfc, erfinv

from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from sparse_limits.numerics.masks.selection import kept_count, top_k_mask
from sparse_limits.theory.formulas.level import Level
from sparse_limits.theory.graphon.concentration import hoeffding_rate
from sparse_limits.theory.graphon.discretisation import midpoint_error
from sparse_limits.theory.graphon.limit import (
    cells,
    cut_error,
    distance,
    mask_limit,
    midpoint_bound,
    other_number,
    rate_constant,
    rounding,
    sampled,
    sorted_bound,
    threshold,
    ultimate,
    wide_bound,
    wide_constant,
    y,
)
from sparse_limits.theory.graphon.ranked_masks import ranked_rate, shift, wide_rate
from sparse_limits.theory.graphon.sorted_latents import sorted_error
from sparse_limits.theory.graphon.symbols import delta, m, n, variance
from sparse_limits.theory.saliency.model import rho, synflow_model, u

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
DENSITY = sp.Rational(1, 10)

# Bounds of the same distance by way of the mask above a threshold: its sampling twice, or its number of entries apart
by_threshold = 2 * hoeffding_rate + 1 / m + 1 / n + 1 / (2 * m * n)
by_number = midpoint_bound + sp.sqrt(sp.log(4 / delta) / (2 * m * n))


@exact(mask_limit, step="rounding")
@control("rounding down", rounding=2 * rounding)
@control("10 % less", rounding=NINE * rounding)
@control("of the rows", rounding=n * rounding)
def rounding_is_at_most_a_half(rounding: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """What is left beside |K − ρmn|/mn where this numerator is ½ − x."""
    below = sp.Symbol("x", nonnegative=True)
    yield trial.nonnegative(rounding - (sp.Rational(1, 2) - below) / (m * n), below / (m * n))


@exact(mask_limit, step="number of entries")
@control("forgets the discretisation", other_number=rounding)
@control("forgets the rounding of K", other_number=cells)
@control("10 % more", other_number=ELEVEN * other_number)
@control("constant 1 in place of ½", rounding=2 * rounding)
def numbers_differ_by_two_parts(rounding: sp.Expr, other_number: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """(K − ΣP)/mn by way of ρ, where K/mn is the rounding from ρ, and this is D from ΣP/mn."""
    mean = sp.Symbol("w", positive=True)  # ΣP/mn
    density = mean + cells
    yield trial.same(other_number, density + rounding - mean)


def by_largest(gap: sp.Expr) -> sp.Expr:
    """Zero, where it is, the smaller of ¼ and x being ¼ less what is positive of ¼ − x."""
    quarter = sp.Rational(1, 4)

    def largest(least: sp.Expr) -> sp.Expr:
        return quarter - sp.Max(0, quarter - sp.Min(*(each for each in least.args if each != quarter)))

    return sp.simplify(gap.replace(lambda each: isinstance(each, sp.Min), largest))


@exact(mask_limit, step="sampling")
@control("the fluctuation alone", cut_error=sp.sqrt(sp.log(4 / delta) / (2 * m * n)))
@control("the union over all sets", cut_error=hoeffding_rate)
@control("two signs", cut_error=cut_error.subs(delta, 2 * delta))
@control("10 % more", cut_error=ELEVEN * cut_error)
@control("the number of entries twice", ranked_rate=ranked_rate + shift)
@control("a lower bound of the variance", ranked_rate=ranked_rate.subs(variance, variance**2))
def sampling_is_that_of_ranked_masks(ranked_rate: sp.Expr, cut_error: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """At the largest variance; at the square of a root only a factor depends on it, the smaller of ¼ and a multiple of the root."""
    yield trial.same(cut_error + shift, ranked_rate.subs(variance, sp.Rational(1, 4)))
    root = sp.Symbol("r", nonnegative=True)  # of V
    factor = sp.Min(sp.Rational(1, 4), root / sp.sqrt(2))
    at_root = ranked_rate.subs(variance, root**2)
    fluctuation = sp.sqrt(sp.log(4 / delta) / (2 * m * n))
    sides = 1 / sp.sqrt(m) + 1 / sp.sqrt(n)
    low = {m: 2, n: 3, delta: sp.Rational(1, 5), shift: 0, root: sp.Rational(1, 4)}
    yield trial.same((at_root - shift - fluctuation) / sides, factor, at=[low])
    yield trial.same((at_root - shift - fluctuation) / sides, factor)
    left = sides * sp.Max(0, sp.Rational(1, 4) - root / sp.sqrt(2))
    yield trial.nonnegative(cut_error + shift - ranked_rate, left, where={variance: root**2}, by=by_largest)


@exact(mask_limit, step="distance")
@control("forgets the number of entries", distance=sampled + cells)
@control("forgets the rounding of K", distance=sampled + 2 * cells)
@control("the sampling twice", distance=distance + sampled)
@control("10 % less", distance=NINE * distance)
@control("forgets the discretisation", other_number=rounding)
def mask_is_as_far_as_three_parts(other_number: sp.Expr, distance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """From the mask to its probabilities, with its number of entries, and from these to the graphon."""
    yield trial.same(distance, sampled + other_number + cells)


@exact(mask_limit, step="midpoints")
@control("wasteful: the mask above a threshold between", midpoint_bound=by_threshold)
@control("wasteful: the number of entries by itself", midpoint_bound=by_number)
@control("forgets the discretisation", midpoint_bound=midpoint_bound - 1 / m - 1 / n)
@control("forgets the rounding of K", midpoint_bound=midpoint_bound - rounding)
@control("midpoints 10 % more", midpoint_bound=ELEVEN * midpoint_bound)
@control("midpoints 10 % less", midpoint_bound=NINE * midpoint_bound)
@control("the sampling twice", distance=distance + sampled)
@control("any point of a cell", midpoint_error=2 * midpoint_error)
@control("the union over all sets", cut_error=hoeffding_rate)
def pieces_add_up_at_midpoints(
    distance: sp.Expr, cut_error: sp.Expr, midpoint_error: sp.Expr, midpoint_bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The distance at the errors of sampling (G1.3) and of midpoints (G3.1)."""
    yield trial.same(midpoint_bound, distance.subs({sampled: cut_error, cells: midpoint_error}))


@exact(mask_limit, step="sorted latents")
@control("one share of δ for two events", sorted_bound=sorted_bound.subs(delta, 2 * delta))
@control("iid latents at midpoints", sorted_bound=midpoint_bound.subs(delta, delta / 2))
@control("10 % less", sorted_bound=NINE * sorted_bound)
@control("the discretisation once", distance=distance - cells)
@control("DKW with half the exponent", sorted_error=sp.sqrt(2) * sorted_error)
@control("the union over all sets", cut_error=hoeffding_rate)
def pieces_add_up_at_sorted_latents(
    distance: sp.Expr, cut_error: sp.Expr, sorted_error: sp.Expr, sorted_bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The distance at the errors of sampling (G1.3) and of sorted latents (G3.3), each with half of δ."""
    halves = {sampled: cut_error.subs(delta, delta / 2), cells: sorted_error.subs(delta, delta / 2)}
    yield trial.same(sorted_bound, distance.subs(halves))


@exact(mask_limit, step="along a sequence")
@control("10 % more", ultimate=ELEVEN * ultimate)
@control("the discretisation once", ultimate=ultimate / 2)
@control("with k for δ", ultimate=ultimate / sp.sqrt(2))
@control("zero at once", ultimate=sp.S.Zero)
@control("at midpoints", sorted_bound=midpoint_bound)
@control("iid latents of rows alone", sorted_bound=sorted_bound - sp.sqrt(2 * sp.log(8 / delta) / n))
@control("sampling that does not improve", midpoint_bound=midpoint_bound + 5 / sp.sqrt(y))
def bounds_along_a_sequence(
    sorted_bound: sp.Expr, midpoint_bound: sp.Expr, ultimate: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The limit at m = n = y ln k and δ = k⁻², x = ln k; the slope of the bound in 1/m, which its letters' signs decide."""
    x, first, second = sp.symbols("x a b", positive=True)
    at = {delta: sp.exp(-2 * x), m: y * x, n: y * x}
    yield trial.same(trial.once(sp.limit, sp.expand_log(sorted_bound.subs(at)), x, sp.oo), ultimate)
    yield trial.same(trial.once(sp.limit, sp.expand_log(midpoint_bound.subs(at)), x, sp.oo), 0)
    for bound in (sorted_bound, midpoint_bound):
        inverse = sp.expand_log(bound.subs({m: 1 / first, n: 1 / second, delta: sp.exp(-x)}))
        for size in (first, second):
            over, under = sp.fraction(sp.together(sp.diff(inverse, size)))
            yield trial.nonnegative(sp.diff(inverse, size), sp.expand(over) / under, strict=True)


@exact(mask_limit, step="rounding")
@control("rounding down", rounding=2 * rounding)
@control("10 % less", rounding=NINE * rounding)
def rounding_is_attained(rounding: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The worst |K/mn − ρ| over densities, in rationals: half-integers ρmn attain the bound."""
    for rows, columns in ((3, 5), (8, 4), (1, 7)):
        size = rows * columns
        densities = [Fraction(k, 4 * size) for k in range(1, 4 * size)]
        worst = max(abs(Fraction(kept_count(float(density), size), size) - density) for density in densities)
        claimed = rounding.subs({m: rows, n: columns})
        yield trial.holds(sp.Rational(worst) == claimed, f"worst rounding {worst}, claimed {claimed}")


@exact(mask_limit, step="rate")
@control("wasteful: the mask above a threshold between", midpoint_bound=by_threshold)
@control("wasteful: the union over all sets", rate_constant=sp.sqrt(sp.log(2)))
@control("twice", rate_constant=2 * rate_constant)
@control("one side", rate_constant=rate_constant / 2)
@control("10 % less", midpoint_bound=NINE * midpoint_bound)
def bound_has_the_rate(midpoint_bound: sp.Expr, rate_constant: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """√n · bound → constant for m = n."""
    yield trial.same(trial.once(sp.limit, midpoint_bound.subs(m, n) * sp.sqrt(n), n, sp.oo), rate_constant)


@exact(mask_limit, step="wide midpoints")
@control("forgets the number of entries", wide_bound=wide_bound - midpoint_error)
@control("forgets the rounding of K", wide_bound=wide_bound - rounding)
@control("10 % more", wide_bound=ELEVEN * wide_bound)
@control("any point of a cell", midpoint_error=2 * midpoint_error)
@control("forgets the discretisation", other_number=rounding)
@control("the number of entries twice", wide_rate=wide_rate + shift)
def wide_pieces_add_up(
    other_number: sp.Expr, midpoint_error: sp.Expr, wide_rate: sp.Expr, wide_bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The second rate of G1.3 at the difference of the numbers of entries, and the error of midpoints (G3.1)."""
    yield trial.same(wide_rate, OF_WIDE_MASKS)
    pieces = wide_rate.subs(shift, other_number).subs(cells, midpoint_error) + midpoint_error
    yield trial.same(wide_bound, pieces)


@exact(mask_limit, step="wide rate")
@control("wasteful: all sizes of sets at once", wide_constant=sp.Rational(1, 2))
@control("10 % more", wide_constant=ELEVEN * wide_constant)
@control("10 % less", wide_constant=NINE * wide_constant)
@control("bound 10 % more", wide_bound=ELEVEN * wide_bound)
def wide_bound_has_the_rate(wide_bound: sp.Expr, wide_constant: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """√n · bound → constant for m = n."""
    yield trial.same(trial.once(sp.limit, sp.expand(wide_bound.subs(m, n) * sp.sqrt(n)), n, sp.oo), wide_constant)


OF_WIDE_MASKS = wide_rate  # as G1.3 has it
ROWS, COLUMNS, FINE = 3072, 1024, 8
RARE = sp.Rational(1, 10**10)


def row_counts(rng: np.random.Generator, masks: int, latents: str) -> NDArray[np.int64]:
    """Kept entries of each row in masks of scores |a_i||w_ij| of density 1/10, |a_i| ascending. int[masks, ROWS]"""
    counts = np.empty((masks, ROWS), dtype=np.int64)
    for each in counts:
        uniform = (np.arange(ROWS) + 0.5) / ROWS if latents == "midpoints" else np.sort(rng.random(ROWS))
        scores = np.abs(rng.standard_normal((ROWS, COLUMNS))) * erfinv(uniform)[:, None]
        each[:] = top_k_mask(scores, kept_count(0.1, scores.size)).sum(axis=1)
    return counts


def row_averages(trial: Trial, target: sp.Expr) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Bounds of the averages over the cells of a kernel nondecreasing in u, from a refinement. 2 × float[ROWS]"""
    values = {each: sp.Rational(trial.value(each, {rho: DENSITY})) for each in target.atoms(Level)}
    kernel = sp.lambdify(u, target.subs(values).subs(rho, DENSITY), [{"erfc": erfc, "erfinv": erfinv}, "numpy"])
    with np.errstate(divide="ignore"):  # τ/f at f = 0
        points = np.broadcast_to(kernel(np.arange(ROWS * FINE + 1) / (ROWS * FINE)), (ROWS * FINE + 1,))
    return tuple(part.reshape(ROWS, FINE).mean(axis=1) for part in (points[:-1], points[1:]))


@enclosed(mask_limit)
@control("threshold 10 % more", target=synflow_model.kernel(ELEVEN * threshold))
@control("threshold of constant rows", target=synflow_model.kernel(sp.sqrt(2) * sp.erfinv(1 - rho)))
def target_has_the_density(target: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """∬W = ρ, between the sums of a monotone kernel over the left and over the right ends of short intervals.

    The sums are 4·10⁻⁵ apart, far beyond their rounding.
    """
    lower, upper = (float(part.mean()) for part in row_averages(trial, target))
    yield trial.holds(lower <= float(DENSITY) <= upper, f"∬W in [{lower:.6f}, {upper:.6f}], density {DENSITY}")


@statistical(mask_limit, tests=2, cost=0.6)
@control("the constant graphon", target=rho)
@control("discretisation alone, midpoints", midpoint_bound=2 * midpoint_error + rounding)
@control("discretisation alone, iid latents", sorted_bound=2 * midpoint_error + rounding)
def masks_are_within_the_bound(
    midpoint_bound: sp.Expr, sorted_bound: sp.Expr, target: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """SNIP masks (S4, φ = 1, ρ = 1/10): a cut of all columns and the best rows bounds the distance from below.

    Its share of a kernel that depends on u is bounded from the values of the kernel at both ends of short intervals.
    """
    lower, upper = row_averages(trial, target)
    for latents, bound in (("midpoints", midpoint_bound), ("iid", sorted_bound)):
        shares = trial.draw(row_counts, trial.size(1), latents) / COLUMNS
        more = np.maximum(shares - upper, 0).mean(axis=1)
        less = np.maximum(lower - shares, 0).mean(axis=1)
        limit = trial.value(bound, {m: ROWS, n: COLUMNS, delta: RARE})
        beyond = int((np.maximum(more, less) > limit).sum())
        yield trial.counts(beyond, len(shares), float(RARE), side="above")
