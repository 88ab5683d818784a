"""Evidence for G10.3, besides its reasons: no order errs by more than the opposite one; and more."""

from itertools import combinations

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.graphon.further.sorting import Integers, mean_modulus
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.theory.graphon.further.hidden_halves import hidden_halves, misplaced
from sparse_limits.theory.graphon.symbols import n


def hidden_kernel(side: int) -> Integers:
    """½ + ⅖ sign((u − ½)(v − ½)) in tenths: rows of equal degrees."""
    halves = np.repeat([-1, 1], side // 2)
    return 5 + 4 * np.outer(halves, halves)


@enclosed(hidden_halves)
def no_order_errs_by_more_than_the_opposite_one(hidden_error: sp.Expr, trial: Trial) -> Findings:
    """All rows in the wrong half err by 4/5; two of four rows of each half do."""
    yield trial.below(hidden_error, sp.Rational(4, 5), needed="hidden_error")
    yield trial.below(hidden_error, sp.Rational(4, 5), at=[{n: sp.Integer(4), misplaced: sp.Integer(2)}])


@exact(hidden_halves)
def all_orders_of_rows_of_equal_degrees(
    hidden_error: sp.Expr, hidden_mean: sp.Expr, hidden_variance: sp.Expr, trial: Trial
) -> Findings:
    """Every way to place the rows of the upper half: error, mean and variance, by enumeration."""
    for side in (2, 4, 6, 8):
        kernel, half = hidden_kernel(side), side // 2
        errors = []
        for upper in combinations(range(side), half):
            order = np.full(side, 0)
            order[list(upper)] = side - 1  # any row of the upper half
            error = mean_modulus(kernel[order] - kernel, 10)
            claimed = hidden_error.subs({n: side, misplaced: sum(place < half for place in upper)})
            if error != claimed:
                yield trial.holds(False, f"{side} rows: error {error}, claimed {claimed}")
            errors.append(error)
        mean = sum(errors) / len(errors)
        variance = sum(error**2 for error in errors) / len(errors) - mean**2
        yield trial.holds(mean == hidden_mean, f"{side} rows: mean {mean}, claimed {hidden_mean}")
        claimed = hidden_variance.subs(n, side)
        yield trial.holds(variance == claimed, f"{side} rows: variance {variance}, claimed {claimed}")


SIDE = 8


def sorting_errors(rng: np.random.Generator, masks: int) -> NDArray[np.float64]:
    """‖W^σ̂ − W‖₁ for masks of the hidden kernel, rows sorted by degree with ties in random order. float[masks]"""
    kernel = hidden_kernel(SIDE)
    degrees = (rng.random((masks, SIDE, SIDE)) < kernel / 10).sum(axis=2)
    order = (degrees + rng.random((masks, SIDE))).argsort(axis=1)
    errors: NDArray[np.float64] = np.abs(kernel[order] - kernel).mean(axis=(1, 2)) / 10
    return errors


@statistical(hidden_halves, tests=2)
def sorting_cannot_see_the_halves(hidden_mean: sp.Expr, hidden_variance: sp.Expr, trial: Trial) -> Findings:
    """Sampled masks: mean error, and mean square about the mean."""
    errors = trial.draw(sorting_errors, trial.size(10_000))
    mean = trial.value(hidden_mean)
    yield trial.averages(errors, mean, 0.0, 0.8)
    if 0 < mean < 0.8:
        squares = (errors - 0.4) ** 2
        yield trial.averages(squares, trial.value(hidden_variance, {n: sp.Integer(SIDE)}), 0.0, 0.2)
