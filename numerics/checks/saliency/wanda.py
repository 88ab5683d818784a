"""Evidence for S12: thresholds row by row erase the row factor."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Finding, Trial, control, exact, statistical
from sparse_limits.numerics.masks.cut_norm import exact_cut_norm
from sparse_limits.numerics.masks.selection import global_mask, row_mask
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.saliency.model import columns as n
from sparse_limits.theory.saliency.model import phi, tau
from sparse_limits.theory.saliency.wanda import (
    cell_error,
    count_gap,
    cut_rate,
    fall,
    probabilities,
    rise,
    row_thresholds,
    two_cuts,
    wanda_kernel,
)
from sparse_limits.theory.tails import half_normal, product_survival

TENTH, NINE = sp.Rational(11, 10), sp.Rational(9, 10)


def scores_and_factors(rng: np.random.Generator, replicate: int) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Scores φ|w|[40, 96], and row factors that are powers of two: multiplying by them rounds nothing."""
    columns = np.exp(0.7 * rng.standard_normal(96))
    return columns * np.abs(rng.standard_normal((40, 96))), 2.0 ** rng.integers(-6, 7, size=(40, 1))


@exact(row_thresholds)
@control("one threshold for all rows", selection="global")
def row_masks_do_not_see_the_row_factor(selection: str, trial: Trial) -> Iterator[Finding]:
    """Row by row the mask is the same bit for bit after multiplying rows by powers of two, and every row keeps k."""
    select = {"row": row_mask, "global": global_mask}[selection]
    for replicate in range(4):
        scores, factors = trial.draw(scores_and_factors, replicate)
        mask = select(scores, 0.1)
        yield trial.holds(np.array_equal(mask, select(factors * scores, 0.1)), f"{mask.size} entries")
        yield trial.holds(set(mask.sum(axis=1)) == {10}, "each row keeps round(9.6) = 10 of 96")


@exact(row_thresholds, step="kernel")
@control("H: as if there were a row factor", kernel=product_survival(tau / phi))
@control("profile squared", kernel=half_normal.at(tau / phi**2))
@control("one tail", kernel=wanda_kernel / 2)
def kernel_falls_with_the_density_of_a_weight(kernel: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """−d/dτ is the half-normal density at τ/φ, over φ; and all is kept at τ = 0."""
    normal_density = sp.exp(-((tau / phi) ** 2) / 2) / sp.sqrt(2 * sp.pi)
    yield trial.same(-sp.diff(kernel, tau), 2 * normal_density / phi)
    yield trial.same(kernel.subs(tau, 0), 1)


@exact(row_thresholds, step="degree")
@control("as if all entries had one probability", degree_variance=sum(probabilities) * (1 - sum(probabilities) / 3))
@control("Poisson", degree_variance=sum(probabilities))
@control("one factor squared", degree_variance=sum(p**2 * (1 - p) for p in probabilities))
def degree_variance_by_enumeration(degree_variance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The variance of the degree of three independent entries, summed over their eight outcomes."""
    moments = [sp.Integer(0), sp.Integer(0)]
    for kept in product((0, 1), repeat=3):
        mass = sp.prod([p if bit else 1 - p for p, bit in zip(probabilities, kept, strict=True)])
        for order in (1, 2):
            moments[order - 1] += mass * sum(kept) ** order
    yield trial.same(degree_variance, sp.expand(moments[1] - moments[0] ** 2), by=sp.expand)


COLUMNS, SPREAD, LEVEL = 24, 1.2, 1.5


def degrees(rng: np.random.Generator, rows: int) -> NDArray[np.int64]:
    """Row degrees at a fixed threshold with f = 1 and lognormal profile at 24 midpoints."""
    scores = lognormal_profile() * np.abs(rng.standard_normal((rows, COLUMNS)))
    counts: NDArray[np.int64] = (scores > LEVEL).sum(axis=1)
    return counts


def lognormal_profile() -> NDArray[np.floating]:
    from scipy.special import ndtri

    return np.exp(SPREAD * ndtri((np.arange(COLUMNS) + 0.5) / COLUMNS))


def probabilities_of_columns(kernel: sp.Expr, trial: Trial) -> list[float]:
    """The kernel at the threshold and each value of the profile."""
    return [
        trial.value(kernel, {tau: sp.Rational(LEVEL), phi: sp.Rational(float(each))}) for each in lognormal_profile()
    ]


@statistical(row_thresholds, tests=1)
@control("naive binomial: nρ(1 − ρ)", degree_variance=sum(probabilities) * (1 - sum(probabilities) / 3))
@control("Poisson", degree_variance=sum(probabilities))
def global_thresholds_have_random_degrees(degree_variance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Squared deviations of row degrees from their mean average to the stated variance, three columns at a time."""
    p = probabilities_of_columns(half_normal.at(tau / phi), trial)
    sample, centre, third = trial.draw(degrees, trial.size(60_000)), sum(p), COLUMNS // 3
    variance = sum(
        trial.value(degree_variance, dict(zip(probabilities, map(sp.Rational, p[j::third]), strict=True)))
        for j in range(third)
    )
    yield trial.averages((sample - centre) ** 2, variance, 0.0, max(centre, COLUMNS - centre) ** 2)


def column_counts(rng: np.random.Generator, rows: int) -> NDArray[np.int64]:
    """Kept entries of each column at a fixed threshold with f = 1, rows of `degrees`."""
    counts: NDArray[np.int64] = (lognormal_profile() * np.abs(rng.standard_normal((rows, COLUMNS))) > LEVEL).sum(axis=0)
    return counts


@statistical(row_thresholds, tests=1)
@control("H: as if there were a row factor", kernel=product_survival(tau / phi))
@control("profile squared", kernel=half_normal.at(tau / phi**2))
@control("10 % more", kernel=TENTH * half_normal.at(tau / phi))
def columns_of_a_global_threshold_are_binomial(kernel: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """With f = 1 and a fixed threshold, column counts are independent Bin(n, W(v))."""
    rows = trial.size(40_000)
    p = probabilities_of_columns(kernel, trial)
    yield trial.counts_each(trial.draw(column_counts, rows), rows, p)


@exact(row_thresholds, step="cell")
@control("one end", cell_error=rise / 2)
@control("a quarter", cell_error=cell_error / 2)
@control("10 % less", cell_error=NINE * cell_error)
def a_cell_is_near_its_midpoint(cell_error: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Either half adds half of a mean deviation in [0, rise] or [0, fall]: all of it less what the mean falls short by."""
    short, less = sp.symbols("s_1 s_2", nonnegative=True)  # shares of the rise and of the fall
    mean = (rise * (1 - short) + fall * (1 - less)) / 2
    yield trial.nonnegative(cell_error - mean, (rise * short + fall * less) / 2)


@exact(row_thresholds, step="midpoints")
@control("a whole entry", midpoint_error=sp.S.One)
@control("a quarter", midpoint_error=sp.Rational(1, 4))
@control("one end", cell_error=rise / 2)
def cells_add_up_to_one_oscillation(midpoint_error: sp.Expr, cell_error: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The errors of two cells add up to that of one with both rises and falls; and where these add up to 1 it is the bound."""
    more, rest = sp.symbols("x_1 y_1", nonnegative=True)
    both = cell_error.subs({rise: rise + more, fall: fall + rest}, simultaneous=True)
    yield trial.same(both, cell_error + cell_error.subs({rise: more, fall: rest}, simultaneous=True))
    yield trial.same(midpoint_error, cell_error.subs(fall, 1 - rise))


@exact(row_thresholds, step="rounding")
@control("rounding forgotten", count_gap=sp.Rational(1, 2))
@control("twice", count_gap=sp.Integer(2))
@control("midpoints twice as far", midpoint_error=sp.S.One)
def rounding_adds_to_the_midpoints(count_gap: sp.Expr, midpoint_error: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Half an entry, the most that rounding moves a number, and what the midpoints add."""
    most = max(abs(sp.Rational(k, 64) - round(sp.Rational(k, 64))) for k in range(65))
    yield trial.same(count_gap, most + midpoint_error)


@exact(row_thresholds, step="between the masks")
@control("rounding forgotten", between_masks=two_cuts)
@control("one-sided: surplus alone", between_masks=count_gap / n + cut_rate)
@control("a gap in each row and column", between_masks=count_gap + two_cuts)
@control("half an entry", count_gap=sp.Rational(1, 2))
@control("one cut", two_cuts=cut_rate)
def masks_differ_by_gap_and_cuts(
    between_masks: sp.Expr, count_gap: sp.Expr, two_cuts: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The mean over the rows of the gap, over n, and both cuts; surplus and deficit have one cut of at most A each."""
    surplus, deficit = sp.symbols("a_1 a_2", nonnegative=True)  # by how much the two cuts stay below A
    yield trial.nonnegative(two_cuts - ((cut_rate - surplus) + (cut_rate - deficit)), surplus + deficit)
    yield trial.same(between_masks, count_gap / n + two_cuts)


@exact(row_thresholds, step="bound")
@control("rounding forgotten", bound=3 * cut_rate + 1 / n)
@control("one-sided: surplus alone", bound=2 * cut_rate + 3 / (2 * n))
@control("10 % more", bound=TENTH * (3 * cut_rate + 3 / (2 * n)))
@control("midpoints twice as far", midpoint_error=sp.S.One)
@control("one cut", between_masks=count_gap / n + cut_rate)
def bound_adds_up(bound: sp.Expr, between_masks: sp.Expr, midpoint_error: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """From the row-wise mask to the global one, from there to P, from P to W."""
    yield trial.same(bound, between_masks + cut_rate + midpoint_error / n)


SMALL = 8


def nested_masks(rng: np.random.Generator, instances: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Row-wise and thresholded masks [instances, 8, 8] of W(v) = v: scores φ/U with φ = v at midpoints, τ = 1."""
    scores = (np.arange(SMALL) + 0.5) / SMALL / rng.random((instances, SMALL, SMALL))
    rows = np.array([row_mask(each, 0.5) for each in scores])
    return rows, scores > 1.0


@exact(row_thresholds)
@control("a third of the cut norm alone", bound=cut_rate / 3 + 1 / (2 * n))
@control("the cut norm of the global mask", bound=cut_rate + 1 / (2 * n))
def row_masks_stay_within_the_bound(bound: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """‖M_row − P‖□ ≤ bound − 1/(2n) at A = ‖M_τ − P‖□, enumerated; all values dyadic, so floats are exact.

    The last term of the bound is ‖P − W‖₁.
    """
    rows, thresholded = trial.draw(nested_masks, 200)
    p = (np.arange(SMALL) + 0.5) / SMALL
    nested = np.abs(rows.astype(int) - thresholded).sum(axis=(1, 2))
    yield trial.holds(
        np.array_equal(nested, np.abs(SMALL // 2 - thresholded.sum(axis=2)).sum(axis=1)), "rows are nested, 200 masks"
    )
    left, right = np.asarray(exact_cut_norm(rows - p)), np.asarray(exact_cut_norm(thresholded - p))
    limits = [valued(bound - 1 / (2 * n), {cut_rate: sp.Rational(float(a)), n: SMALL}) for a in right]
    worst = max(sp.Rational(float(low)) - limit for low, limit in zip(left, limits, strict=True))
    yield trial.holds(worst <= 0, f"largest excess over the bound {float(worst):.4g}")
