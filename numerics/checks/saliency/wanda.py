"""Evidence for S12, besides its reasons: row masks do not see the row factor; and more."""

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Findings, Trial, exact, statistical
from sparse_limits.numerics.masks.cut_norm import exact_cut_norm
from sparse_limits.numerics.masks.selection import global_mask, row_mask
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.saliency.model import columns as n
from sparse_limits.theory.saliency.model import phi, tau
from sparse_limits.theory.saliency.wanda import cut_rate, probabilities, row_thresholds
from sparse_limits.theory.tails import half_normal


def scores_and_factors(rng: np.random.Generator, replicate: int) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Scores φ|w|[40, 96], and row factors that are powers of two: multiplying by them rounds nothing."""
    columns = np.exp(0.7 * rng.standard_normal(96))
    return columns * np.abs(rng.standard_normal((40, 96))), 2.0 ** rng.integers(-6, 7, size=(40, 1))


@exact(row_thresholds)
def row_masks_do_not_depend_on_the_row_factor(selection: str, trial: Trial) -> Findings:
    """The row mask stays the same, bit for bit, if rows are multiplied by powers of two, and every row keeps 10 of 96 entries."""
    select = {"row": row_mask, "global": global_mask}[selection]
    for replicate in range(4):
        scores, factors = trial.draw(scores_and_factors, replicate)
        mask = select(scores, 0.1)
        yield trial.holds(np.array_equal(mask, select(factors * scores, 0.1)), f"{mask.size} entries")
        yield trial.holds(set(mask.sum(axis=1)) == {10}, "each row keeps round(9.6) = 10 of 96")


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
def global_thresholds_have_random_degrees(degree_variance: sp.Expr, trial: Trial) -> Findings:
    """The mean squared deviation of row degrees from their mean is the stated variance, a sum over groups of three columns."""
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
def columns_of_a_global_threshold_are_binomial(kernel: sp.Expr, trial: Trial) -> Findings:
    """With f = 1 and a fixed threshold, column counts are independent Bin(n, W(v))."""
    rows = trial.size(40_000)
    p = probabilities_of_columns(kernel, trial)
    yield trial.counts_each(trial.draw(column_counts, rows), rows, p)


SMALL = 8


def nested_masks(rng: np.random.Generator, instances: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Row-wise and thresholded masks [instances, 8, 8] of W(v) = v: scores φ/U with φ = v at midpoints, τ = 1."""
    scores = (np.arange(SMALL) + 0.5) / SMALL / rng.random((instances, SMALL, SMALL))
    rows = np.array([row_mask(each, 0.5) for each in scores])
    return rows, scores > 1.0


@exact(row_thresholds)
def row_masks_stay_within_the_bound(bound: sp.Expr, trial: Trial) -> Findings:
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
