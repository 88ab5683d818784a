"""Evidence for G4.1 and G4.2: the distance of a mask from its graphon, with constants."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from scipy.special import erfc, erfinv

from numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from numerics.exact.logarithms import split_logarithms
from numerics.masks.selection import kept_count, top_k_mask
from theory.formulas.level import Level
from theory.graphon.concentration import hoeffding_rate
from theory.graphon.discretisation import midpoint_error
from theory.graphon.limit import (
    between_masks,
    cells,
    column_bound,
    column_failure,
    column_rounding,
    distance,
    fixed_inputs,
    inputs,
    mask_limit,
    midpoint_bound,
    ranked_column_bound,
    rounding,
    sampled,
    set_failure,
    sorted_bound,
    threshold,
    ultimate,
    y,
)
from theory.graphon.sorted_latents import sorted_error
from theory.graphon.symbols import delta, m, n, s
from theory.saliency.model import rho, synflow_model, u
from theory.tails import half_normal

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
DENSITY = sp.Rational(1, 10)


def reduce(expression: sp.Expr) -> sp.Expr:
    """Simplify a formula in logarithms."""
    return split_logarithms(expression)


@exact(mask_limit, step="rounding")
@control("rounding down", rounding=2 * rounding)
@control("10 % less", rounding=NINE * rounding)
@control("of the rows", rounding=n * rounding)
def rounding_is_at_most_a_half(rounding: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """What is left beside |K − ρmn|/mn where this numerator is ½ − x."""
    below = sp.Symbol("x", nonnegative=True)
    yield trial.nonnegative(rounding - (sp.Rational(1, 2) - below) / (m * n), below / (m * n))


@exact(mask_limit, step="number of entries")
@control("forgets the discretisation", between_masks=between_masks - cells)
@control("forgets the sampling", between_masks=between_masks - sampled)
@control("forgets the rounding of K", between_masks=between_masks - rounding)
@control("10 % more", between_masks=ELEVEN * between_masks)
@control("constant 1 in place of ½", rounding=2 * rounding)
def entries_differ_by_three_parts(rounding: sp.Expr, between_masks: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """(K − N)/mn by way of ρ and of EN/mn, where K/mn is the rounding from ρ, this is D from EN/mn, and that is A from N/mn."""
    share = sp.Symbol("w", positive=True)  # N/mn
    mean = share + sampled
    density = mean + cells
    yield trial.same(between_masks + share, density + rounding)


@exact(mask_limit, step="distance")
@control("forgets M_K beside M_τ", distance=sampled + cells)
@control("forgets the rounding of K", distance=2 * (sampled + cells))
@control("the sampling once", distance=distance - sampled)
@control("10 % less", distance=NINE * distance)
@control("forgets the discretisation", between_masks=between_masks - cells)
def mask_is_as_far_as_three_parts(between_masks: sp.Expr, distance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """From the mask to that above the threshold, from this to its probabilities, from these to the graphon."""
    yield trial.same(distance, between_masks + sampled + cells)


@exact(mask_limit, step="midpoints")
@control("forgets M_K beside M_τ", midpoint_bound=midpoint_bound / 2)
@control("forgets the discretisation", midpoint_bound=midpoint_bound - 1 / m - 1 / n)
@control("forgets the rounding of K", midpoint_bound=midpoint_bound - rounding)
@control("midpoints 10 % more", midpoint_bound=ELEVEN * midpoint_bound)
@control("midpoints 10 % less", midpoint_bound=NINE * midpoint_bound)
@control("the sampling once", distance=distance - sampled)
@control("any point of a cell", midpoint_error=2 * midpoint_error)
@control("without the sets of rows", cut_error=sp.sqrt(sp.log(2 / delta) / (2 * m * n)))
def pieces_add_up_at_midpoints(
    distance: sp.Expr, cut_error: sp.Expr, midpoint_error: sp.Expr, midpoint_bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The distance at the errors of sampling (G1) and of midpoints (G3.1)."""
    yield trial.same(cut_error, hoeffding_rate)
    yield trial.same(midpoint_bound, distance.subs({sampled: cut_error, cells: midpoint_error}))


@exact(mask_limit, step="sorted latents")
@control("one share of δ for two events", sorted_bound=sorted_bound.subs(delta, 2 * delta))
@control("iid latents at midpoints", sorted_bound=midpoint_bound.subs(delta, delta / 2))
@control("10 % less", sorted_bound=NINE * sorted_bound)
@control("the discretisation once", distance=distance - cells)
@control("DKW with half the exponent", sorted_error=sp.sqrt(2) * sorted_error)
@control("without the sets of rows", cut_error=sp.sqrt(sp.log(2 / delta) / (2 * m * n)))
def pieces_add_up_at_sorted_latents(
    distance: sp.Expr, cut_error: sp.Expr, sorted_error: sp.Expr, sorted_bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The distance at the errors of sampling (G1) and of sorted latents (G3.3), each with half of δ."""
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
    yield trial.same(sp.limit(sp.expand_log(sorted_bound.subs(at)), x, sp.oo), ultimate)
    yield trial.same(sp.limit(sp.expand_log(midpoint_bound.subs(at)), x, sp.oo), 0)
    for bound in (sorted_bound, midpoint_bound):
        inverse = sp.expand_log(bound.subs({m: 1 / first, n: 1 / second, delta: sp.exp(-x)}))
        for size in (first, second):
            over, under = sp.fraction(sp.together(sp.diff(inverse, size)))
            rises = under.is_positive and sp.expand(over).is_positive
            yield trial.holds(rises, "the bound falls in the number of rows, or columns")


@exact(fixed_inputs, step="all sets of columns")
@control("one set of columns", column_failure=2 * sp.exp(-2 * n * s**2))
@control("single columns", column_failure=2 * inputs * sp.exp(-2 * n * s**2))
@control("no empty set", column_failure=column_failure - set_failure)
@control("10 % more", column_failure=ELEVEN * column_failure)
@control("one sign", set_failure=set_failure / 2)
@control("half the exponent", set_failure=2 * sp.exp(-n * s**2))
def each_column_is_in_or_out(set_failure: sp.Expr, column_failure: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Two sets of one column; each further column, in or out, doubles their number."""
    choices = len((True, False))
    yield trial.induction(column_failure, inputs, choices * set_failure, lambda term: choices * term, start=1)


@exact(fixed_inputs, step="rounding of columns")
@control("rounding down", column_rounding=2 * column_rounding)
@control("of one row", column_rounding=n * column_rounding)
@control("10 % more", column_rounding=ELEVEN * column_rounding)
def rows_of_entries_are_rounded(column_rounding: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """What is left beside the rounding ½ − x of nd entries; and that of G4.1 for a mask of d rows."""
    below = sp.Symbol("x", nonnegative=True)
    size = n * inputs
    yield trial.nonnegative(column_rounding - (sp.Rational(1, 2) - below) / size, below / size)
    yield trial.same(column_rounding, rounding.subs(m, inputs))


@exact(fixed_inputs, step="ranked columns")
@control("fixed inputs, threshold for rank", ranked_column_bound=column_bound)
@control("forgets the rounding", ranked_column_bound=2 * column_bound)
@control("10 % less", ranked_column_bound=NINE * ranked_column_bound)
@control("fixed inputs 10 % less", column_bound=NINE * column_bound)
@control("rounding down", column_rounding=2 * column_rounding)
def pieces_add_up_for_fixed_inputs(
    column_bound: sp.Expr, column_rounding: sp.Expr, ranked_column_bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """From the ranked mask to that above the threshold, by way of the number of all entries, and on to the means."""
    to_threshold = column_rounding + column_bound
    yield trial.same(ranked_column_bound, to_threshold + column_bound)


@exact(fixed_inputs, step="columns")
@control("one set of columns", column_failure=2 * sp.exp(-2 * n * s**2))
@control("one set of columns in the bound", column_bound=sp.sqrt(sp.log(2 / delta) / (2 * n)))
@control("columns 10 % more", column_bound=ELEVEN * column_bound)
@control("columns 10 % less", column_bound=NINE * column_bound)
def column_bound_solves_its_failure_probability(
    column_failure: sp.Expr, column_bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The sets of columns fail together with δ, two signs for each of the 2^d sets; at other s by what s² differs."""
    away = 2 * n * (column_bound**2 - s**2)
    yield trial.same(sp.log(column_failure), sp.log(delta) + away, by=reduce)
    yield trial.same(column_failure.subs(s, column_bound), delta, by=reduce)
    for columns in (1, 4):
        events = sum(1 for _ in product((1, -1), *[(0, 1)] * columns))
        claimed = sp.simplify(column_failure.subs({s: 0, inputs: columns}))
        yield trial.holds(claimed == events, f"{events} signed sets of {columns} columns, claimed {claimed}")


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
@control("forgets M_K beside M_τ", rate_constant=sp.sqrt(sp.log(2)))
@control("10 % less", midpoint_bound=NINE * midpoint_bound)
def bound_has_the_rate(midpoint_bound: sp.Expr, rate_constant: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """√n · bound → constant for m = n."""
    yield trial.same(sp.limit(midpoint_bound.subs(m, n) * sp.sqrt(n), n, sp.oo), rate_constant)


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


SCALES = tuple(sp.Rational(k, 8) for k in range(5, 13))  # column profile of the fixed inputs
CUT = sp.Rational(7, 10)


def column_shares(rng: np.random.Generator, networks: int, rows: int) -> NDArray[np.floating]:
    """Column densities of masks |a_i| φ_j > 7/10 whose rows share one normal a_i. float[networks, d]"""
    size = np.abs(rng.standard_normal((networks, rows)))
    return np.stack([(size * float(scale) > float(CUT)).mean(axis=1) for scale in SCALES], axis=1)


@statistical(fixed_inputs, tests=1)
@control(
    "all entries as if independent",
    column_bound=sp.sqrt((inputs * sp.log(2) + sp.log(2 / delta)) / (2 * n * inputs)),
)
def sets_of_columns_stay_within_the_bound(column_bound: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Rows iid, their entries dependent: the worst set takes all positive, or all negative, deviations of columns."""
    rows, share = 64, sp.Rational(1, 100)
    shares = trial.draw(column_shares, trial.size(4000), rows)
    excess = shares - np.array([trial.value(half_normal.at(CUT / scale)) for scale in SCALES])
    worst = np.maximum(np.maximum(excess, 0).mean(axis=1), np.maximum(-excess, 0).mean(axis=1))
    limit = trial.value(column_bound, {n: rows, inputs: len(SCALES), delta: share})
    yield trial.counts(int((worst > limit).sum()), len(worst), float(share), side="above")
