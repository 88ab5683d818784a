"""Evidence for G4: the distance of a mask from its graphon, with constants."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from scipy.special import erfc, erfinv

from numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from numerics.masks import kept_count, top_k_mask
from theory.graphon.limit import (
    column_bound,
    inputs,
    mask_limit,
    midpoint_bound,
    midpoint_error,
    rounding,
    sorted_bound,
    sorted_error,
    threshold,
)
from theory.graphon.symbols import delta, m, n, s
from theory.level import Level
from theory.saliency.model import rho, synflow_model, u
from theory.tails import half_normal

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
DENSITY = sp.Rational(1, 10)


def reduce(expression: sp.Expr) -> sp.Expr:
    """Simplify a formula in logarithms."""
    return sp.simplify(sp.expand_log(expression, force=True))


@exact(mask_limit)
@control("forgets M_K beside M_τ", midpoint_bound=midpoint_bound / 2)
@control("forgets the discretisation", midpoint_bound=midpoint_bound - 1 / m - 1 / n)
@control("forgets the rounding of K", midpoint_bound=midpoint_bound - rounding)
@control("midpoints 10 % more", midpoint_bound=ELEVEN * midpoint_bound)
@control("midpoints 10 % less", midpoint_bound=NINE * midpoint_bound)
@control("constant 1 in place of ½", rounding=2 * rounding)
@control("any point of a cell", midpoint_error=2 * midpoint_error)
@control("one share of δ for two events", sorted_bound=sorted_bound.subs(delta, 2 * delta))
@control("iid latents at midpoints", sorted_bound=midpoint_bound.subs(delta, delta / 2))
@control("DKW with half the exponent", sorted_error=sp.sqrt(2) * sorted_error)
@control("fixed inputs, threshold for rank", ranked_column_bound=column_bound)
@control("fixed inputs 10 % less", column_bound=NINE * column_bound)
def pieces_add_up_to_the_bounds(
    midpoint_bound: sp.Expr,
    sorted_bound: sp.Expr,
    ranked_column_bound: sp.Expr,
    rounding: sp.Expr,
    midpoint_error: sp.Expr,
    sorted_error: sp.Expr,
    column_bound: sp.Expr,
    cut_error: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """‖W_M − W‖ ≤ ‖M_K − M_τ‖ + A + D and ‖M_K − M_τ‖ ≤ rounding + D + A (G2), A from G1.

    Random latents leave half of δ to each of A and D.
    """
    for bound, half, error in (
        (midpoint_bound, delta, midpoint_error),
        (sorted_bound, delta / 2, sorted_error.subs(delta, delta / 2)),
    ):
        sampling = cut_error.subs(delta, half)
        to_threshold = rounding + error + sampling
        yield trial.same(bound, to_threshold + sampling + error)
    by_rank = rounding.subs({m: n, n: inputs}, simultaneous=True) + column_bound
    yield trial.same(ranked_column_bound, by_rank + column_bound)


@exact(mask_limit)
@control("one-sided DKW", empirical_failure=sp.exp(-2 * n * s**2))
@control("DKW with half the exponent", empirical_failure=2 * sp.exp(-n * s**2))
@control("rows only", sorted_error=sp.sqrt(sp.log(4 / delta) / (2 * m)))
@control("one share of δ for two events", sorted_error=sorted_error.subs(delta, 2 * delta))
@control("one set of columns", column_failure=2 * sp.exp(-2 * n * s**2))
@control("one set of columns in the bound", column_bound=sp.sqrt(sp.log(2 / delta) / (2 * n)))
@control("columns 10 % more", column_bound=ELEVEN * column_bound)
@control("columns 10 % less", column_bound=NINE * column_bound)
def errors_solve_their_failure_probabilities(
    empirical_failure: sp.Expr, sorted_error: sp.Expr, column_failure: sp.Expr, column_bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Rows and columns fail with δ/2 each; the sets of columns together with δ, two signs for each of the 2^d sets."""
    one = sorted_error.subs(m, n) / 2
    yield trial.same(sorted_error, one + one.subs(n, m), by=reduce)
    yield trial.same(empirical_failure.subs(s, one), delta / 2, by=reduce)
    yield trial.same(column_failure.subs(s, column_bound), delta, by=reduce)
    for columns in (1, 4):
        events = sum(1 for _ in product((1, -1), *[(0, 1)] * columns))
        claimed = sp.simplify(column_failure.subs({s: 0, inputs: columns}))
        yield trial.holds(claimed == events, f"{events} signed sets of {columns} columns, claimed {claimed}")


@exact(mask_limit)
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


def midpoint_distance(kernel: NDArray[np.int64], rows: int, columns: int) -> Fraction:
    """‖W_P − W‖₁ for a kernel of values 0, …, max on an even refinement of rows × columns cells. int[q·rows, q·columns]

    The kernel is continuous from the left, so its value at the middle of a cell is that of the part before it.
    """
    high, wide = kernel.shape[0] // rows, kernel.shape[1] // columns
    middle = kernel[high // 2 - 1 :: high, wide // 2 - 1 :: wide]
    distance = np.abs(kernel - np.kron(middle, np.ones((high, wide), dtype=np.int64))).sum()
    return Fraction(int(distance), kernel.size * int(kernel.max()))


def monotone_kernels(rng: np.random.Generator) -> list[tuple[NDArray[np.int64], int, int]]:
    """Random kernels, nondecreasing in each variable: staircases and sums of few jumps."""
    kernels = []
    for rows, columns in ((2, 3), (4, 4), (6, 3)):
        for jumps in (1, 2, 5, 40):
            where = rng.integers(0, [4 * rows, 4 * columns], size=(jumps, 2))
            kernel = np.zeros((4 * rows, 4 * columns), dtype=np.int64)
            for i, j in where:
                kernel[i:, j:] += 1
            kernels.append((kernel, rows, columns))
    return kernels


@exact(mask_limit)
@control("¼ in place of ½", midpoint_error=midpoint_error / 2)
@control("any point of a cell", midpoint_error=2 * midpoint_error)
@control("10 % less", midpoint_error=NINE * midpoint_error)
@control("10 % more", midpoint_error=ELEVEN * midpoint_error)
def midpoints_of_a_monotone_kernel(midpoint_error: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """A step just above a midpoint attains each of the two terms; random monotone kernels stay below their sum."""
    for rows, columns in ((2, 5), (4, 3)):
        step = np.zeros((2 * rows, 2 * columns), dtype=np.int64)
        across = step.copy()
        step[rows // 2 * 2 + 1 :, :] = 1
        across[:, columns // 2 * 2 + 1 :] = 1
        attained = sum(midpoint_distance(each, rows, columns) for each in (step, across))
        claimed = midpoint_error.subs({m: rows, n: columns})
        yield trial.holds(sp.Rational(attained) == claimed, f"attained {attained}, claimed {claimed}")
    for kernel, rows, columns in trial.draw(monotone_kernels):
        distance, claimed = midpoint_distance(kernel, rows, columns), midpoint_error.subs({m: rows, n: columns})
        yield trial.holds(sp.Rational(distance) <= claimed, f"distance {distance}, bound {claimed}")


@exact(mask_limit)
@control("forgets M_K beside M_τ", rate_constant=sp.sqrt(sp.log(2)))
@control("10 % less", midpoint_bound=NINE * midpoint_bound)
def bound_has_the_rate(midpoint_bound: sp.Expr, rate_constant: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """√n · bound → constant for m = n."""
    yield trial.same(sp.limit(midpoint_bound.subs(m, n) * sp.sqrt(n), n, sp.oo), rate_constant)


def uniform_deviations(rng: np.random.Generator, samples: int, size: int) -> NDArray[np.floating]:
    """sup |F_n − id| of samples of uniform numbers. float[samples]"""
    points = np.sort(rng.random((samples, size)), axis=1)
    steps = np.arange(size + 1) / size
    return np.maximum(steps[1:] - points, points - steps[:-1]).max(axis=1)


@statistical(mask_limit, tests=2)
@control("one-sided", empirical_failure=sp.exp(-2 * n * s**2))
@control("twice the exponent", empirical_failure=2 * sp.exp(-4 * n * s**2))
def empirical_distributions_deviate_no_more(empirical_failure: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Dvoretzky–Kiefer–Wolfowitz on samples of 32 uniform numbers; at these levels the bound is nearly attained."""
    deviations = trial.draw(uniform_deviations, trial.size(20_000), 32)
    for level in (sp.Rational(3, 16), sp.Rational(1, 4)):
        claimed = trial.value(empirical_failure, {n: 32, s: level})
        yield trial.counts(int((deviations > float(level)).sum()), len(deviations), claimed, side="above")


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


@statistical(mask_limit, tests=1)
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
