"""Evidence for G5: the rate in cut norm is optimal, and masks do not converge in L¹."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from scipy.special import erfc

from numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from numerics.masks.cut_norm import exact_cut_norm
from theory.graphon.rate import (
    distance_limit,
    entry_distance,
    log_size,
    mean_deviation,
    mean_rate,
    mode,
    optimal_rate,
    row_law,
    squared_kernel,
    stirling_error,
    stirling_loss,
)
from theory.graphon.symbols import n, p, variance
from theory.saliency.model import tau
from theory.tails import half_normal, product_survival

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
x = sp.Symbol("x", positive=True)  # of Stirling's series


SHARP = (np.array([[1], [-1]]), np.array([[3, 1], [-2, -2]]))  # rows of one sign, balanced


def integer_matrices(rng: np.random.Generator) -> list[NDArray[np.int64]]:
    """Random integer matrices: centred masks, small integers, and one sign per row."""
    matrices = []
    for rows, columns in ((5, 8), (8, 3), (10, 10)):
        matrices.append(10 * (rng.random((rows, columns)) < 0.1).astype(np.int64) - 1)
        matrices.append(rng.integers(-9, 10, size=(rows, columns)))
        matrices.append(rng.integers(1, 10, size=(rows, columns)) * rng.choice([-1, 1], size=(rows, 1)))
    return matrices


@exact(optimal_rate)
@control("the whole sum of the rows", row_share=sp.Integer(1))
@control("10 % more", row_share=ELEVEN / 2)
@control("10 % less", row_share=NINE / 2)
def rows_bound_the_cut_norm(row_share: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """row_share · Σ|row sums| ≤ mn‖A‖□ in integers, with equality where the row sums balance and rows have one sign."""
    matrices = [*SHARP, *trial.draw(integer_matrices)]
    for place, matrix in enumerate(matrices):
        cut = round(float(exact_cut_norm(matrix)) * matrix.size)
        rows = int(np.abs(matrix.sum(axis=1)).sum())
        holds = row_share * rows == cut if place < len(SHARP) else row_share * rows <= cut
        yield trial.holds(holds, f"{row_share} of {rows} beside the cut {cut}")


@exact(optimal_rate)
@control("the mode itself", mean_deviation=mean_deviation.subs(mode, mode - 1))
@control("one side", mean_deviation=mean_deviation / 2)
@control("normal approximation", mean_deviation=sp.sqrt(2 * n * p * (1 - p) / sp.pi))
@control("10 % more", mean_deviation=ELEVEN * mean_deviation)
def mean_deviation_of_a_binomial(mean_deviation: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """De Moivre's closed form beside Σ|j − np| P(j), in rationals."""
    for size in (1, 2, 7, 12):
        for chance in (sp.Rational(1, 10), sp.Rational(1, 2), sp.Rational(5, 7)):
            law = [sp.binomial(size, j) * chance**j * (1 - chance) ** (size - j) for j in range(size + 1)]
            mean = sum(abs(j - size * chance) * weight for j, weight in enumerate(law))
            yield trial.same(mean_deviation.subs({n: size, p: chance, mode: sp.floor(size * chance) + 1}), mean)


@enclosed(optimal_rate)
@control("the standard deviation", mean_rate=sp.sqrt(variance / n) / 2)
@control("without π", mean_rate=sp.sqrt(variance / (2 * n)))
@control("10 % more", mean_rate=ELEVEN * mean_rate)
@control("10 % less", mean_rate=NINE * mean_rate)
@control("no loss", stirling_loss=sp.Integer(0))
@control("loss 10 % more", stirling_loss=ELEVEN * stirling_loss)
@control("error 10 % less", stirling_error=NINE * stirling_error)
@control("row sums, not half of them", row_share=sp.Integer(1))
@control("one side", mean_deviation=mean_deviation / 2)
def mean_of_the_bound_has_the_rate(
    row_share: sp.Expr,
    mean_deviation: sp.Expr,
    mean_rate: sp.Expr,
    stirling_loss: sp.Expr,
    stirling_error: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """θ = ln(rate/mean) lies between the loss less the error, and the loss, for widths up to a million."""
    loss = sp.log(mean_rate * n / (row_share * mean_deviation))
    points = [
        {n: sp.Integer(size), p: chance, mode: size * chance + 1, variance: chance * (1 - chance)}
        for size in (10, 100, 10_000, 1_000_000)
        for chance in (sp.Rational(1, 10), sp.Rational(1, 2), sp.Rational(4, 5))
    ]
    yield trial.below(loss, stirling_loss, at=points)
    yield trial.below(stirling_loss - stirling_error, loss, at=points)


@exact(optimal_rate)
@control("no loss", stirling_loss=sp.Integer(0))
@control("loss 10 % less", stirling_loss=NINE * stirling_loss)
@control("error 10 % more", stirling_error=ELEVEN * stirling_error)
@control("1/V³", stirling_error=1 / (360 * n**3 * variance**3))
def losses_are_terms_of_stirlings_series(
    stirling_loss: sp.Expr, stirling_error: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """1/12x of np and of n(1−p), less that of n; and 1/360x³ of np and of n(1−p)."""
    at = {variance: p * (1 - p)}
    first, second = 1 / (12 * x), 1 / (360 * x**3)
    parts = (n * p, n * (1 - p))
    yield trial.same(stirling_loss.subs(at), sum(first.subs(x, part) for part in parts) - first.subs(x, n))
    yield trial.same(stirling_error.subs(at), sum(second.subs(x, part) for part in parts))


@exact(optimal_rate)
@control("zero: convergence in L¹", entry_distance=sp.Integer(0))
@control("the variance", entry_distance=p * (1 - p))
@control("10 % more", entry_distance=ELEVEN * entry_distance)
def distance_of_an_entry(entry_distance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """E|M − p| over the two values of M."""
    chance_and_distance = ((p, 1 - p), (1 - p, p))  # of M = 1 and of M = 0
    yield trial.same(entry_distance, sum(chance * distance for chance, distance in chance_and_distance), by=sp.expand)


DENSITY = product_survival(tau)
THRESHOLD = {tau: sp.Rational(8, 5)}  # density near 1/10


def average(values: sp.Expr, law: sp.Expr) -> sp.Integral:
    """The mean of a function of ln|a|."""
    return sp.Integral(values * law, (log_size, -sp.oo, sp.oo))


@enclosed(optimal_rate)
@control("half-normal columns without rows", row_kernel=half_normal.at(tau))
@control("normal, not half-normal", row_law=row_law / 2)
def row_kernel_averages_to_the_density(row_kernel: sp.Expr, row_law: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The law of ln|a| is one, and the first moment of the kernel is H (S4)."""
    yield trial.same(average(sp.Integer(1), row_law), 1, by=None)
    yield trial.same(average(row_kernel, row_law), DENSITY, by=None, at=[THRESHOLD])


@enclosed(optimal_rate, cost=0.4)
@control("zero: convergence in L¹", distance_limit=sp.Integer(0))
@control("the constant graphon", distance_limit=2 * DENSITY * (1 - DENSITY))
@control("10 % more", distance_limit=ELEVEN * distance_limit)
@control("the variance", entry_distance=p * (1 - p))
def distances_average_to_the_limit(
    entry_distance: sp.Expr, distance_limit: sp.Expr, row_kernel: sp.Expr, row_law: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """∫ E|M − W| du is the limit."""
    expected = average(entry_distance.subs(p, row_kernel), row_law)
    yield trial.same(distance_limit, expected, by=None, at=[THRESHOLD])


@enclosed(optimal_rate, cost=0.3)
@control("the square of the density", squared_kernel=DENSITY**2)
@control("the density", squared_kernel=DENSITY)
@control("10 % less", squared_kernel=NINE * squared_kernel)
@control("10 % more", distance_limit=ELEVEN * distance_limit)
def limit_splits_into_moments(squared_kernel: sp.Expr, distance_limit: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """2(H − J) with J the second moment of the kernel."""
    yield trial.same(distance_limit, 2 * (DENSITY - squared_kernel), by=None, at=[THRESHOLD])


def row_distances(rng: np.random.Generator, rows: int, columns: int, fifths: int) -> NDArray[np.floating]:
    """Averages over a row of |M − W| for iid rows of SNIP masks |a||w| > τ, W = P(|w| > τ/|a|). float[rows]"""
    threshold = fifths / 5
    size = np.abs(rng.standard_normal(rows))
    mask = size[:, None] * np.abs(rng.standard_normal((rows, columns))) > threshold
    kernel = erfc(threshold / (np.sqrt(2) * size))
    density = mask.mean(axis=1)
    distances: NDArray[np.floating] = density * (1 - kernel) + (1 - density) * kernel
    return distances


@statistical(optimal_rate, tests=1)
@control("zero: convergence in L¹", distance_limit=sp.Integer(0))
@control("the constant graphon", distance_limit=2 * DENSITY * (1 - DENSITY))
@control("10 % more", distance_limit=ELEVEN * distance_limit)
@control("10 % less", distance_limit=NINE * distance_limit)
def masks_keep_their_distance(distance_limit: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The observed distance of independent SNIP rows from their probabilities."""
    distances = trial.draw(row_distances, trial.size(60_000), 16, 8)
    yield trial.averages(distances, trial.value(distance_limit, THRESHOLD), 0.0, 1.0)
