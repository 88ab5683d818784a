"""Evidence for G10.3: a graphon whose order degrees do not show."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.graphon.sorting import Integers, mean_modulus
from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from sparse_limits.theory.graphon.hidden_halves import (
    hidden_error,
    hidden_halves,
    hidden_mean,
    hidden_variance,
    misplaced,
    two_misplaced,
)
from sparse_limits.theory.graphon.symbols import n

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)


def hidden_kernel(side: int) -> Integers:
    """½ + ⅖ sign((u − ½)(v − ½)) in tenths: rows of equal degrees."""
    halves = np.repeat([-1, 1], side // 2)
    return 5 + 4 * np.outer(halves, halves)


@exact(hidden_halves, step="misplaced rows")
@control("each row once", hidden_error=hidden_error / 2)
@control("10 % less", hidden_error=NINE * hidden_error)
def misplaced_rows_differ_in_all_columns(hidden_error: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The integral of the modulus of the difference of two rows of W, one of either half, for 2X of n rows."""
    v = sp.Symbol("v", real=True)
    upper, lower = (sp.Rational(1, 2) + sp.Rational(2, 5) * sign * sp.sign(v - sp.Rational(1, 2)) for sign in (1, -1))
    gap = sp.Abs(upper - lower)
    distance = sum(sp.Rational(1, 2) * gap.subs(v, side) for side in (0, 1))  # either half of the columns
    yield trial.same(hidden_error, distance * 2 * misplaced / n)


@enclosed(hidden_halves)
@control("each row twice", hidden_error=2 * hidden_error)
@control("10 % more", hidden_error=ELEVEN * hidden_error)
def no_order_errs_by_more_than_the_opposite_one(hidden_error: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """All rows in the wrong half err by 4/5; two of four rows of each half do."""
    yield trial.below(hidden_error, sp.Rational(4, 5), needed="hidden_error")
    yield trial.below(hidden_error, sp.Rational(4, 5), at=[{n: sp.Integer(4), misplaced: sp.Integer(2)}])


@exact(hidden_halves, step="two misplaced rows")
@control("with replacement", two_misplaced=sp.Rational(1, 4))
@control("10 % less", two_misplaced=NINE * two_misplaced)
@control("either of them", two_misplaced=1 - two_misplaced)
def two_rows_take_two_places(two_misplaced: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The arrangements with both in the lower half, over all."""
    arrangements = sp.binomial(n, n / 2)
    both = sp.binomial(n - 2, n / 2 - 2)  # the other places of that half
    yield trial.same(two_misplaced, both / arrangements, by=lambda gap: sp.gammasimp(gap.rewrite(sp.gamma)))


@exact(hidden_halves, step="moments")
@control("sorting works", hidden_mean=sp.Integer(0))
@control("10 % less", hidden_mean=NINE * hidden_mean)
@control("with replacement", hidden_variance=sp.Rational(4, 25) / n)
@control("10 % more variance", hidden_variance=ELEVEN * hidden_variance)
@control("pairs with replacement", two_misplaced=sp.Rational(1, 4))
@control("each row once", hidden_error=hidden_error / 2)
def moments_are_those_of_one_and_two_rows(
    hidden_error: sp.Expr, two_misplaced: sp.Expr, hidden_mean: sp.Expr, hidden_variance: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """X counts n/2 rows, each misplaced with probability ½: E X = n/4, and E X(X − 1) is a sum over pairs."""
    factor, half = hidden_error / misplaced, n / 2
    mean = half / 2
    variance = half * (half - 1) * two_misplaced + mean - mean**2
    yield trial.same(hidden_variance, factor**2 * variance, by=sp.cancel)
    yield trial.same(hidden_mean, factor * mean)


@exact(hidden_halves)
@control("each row once", hidden_error=hidden_error / 2)
@control("10 % more", hidden_error=ELEVEN * hidden_error)
@control("sorting works", hidden_mean=sp.Integer(0))
@control("10 % less", hidden_mean=NINE * hidden_mean)
@control("with replacement", hidden_variance=sp.Rational(4, 25) / n)
@control("10 % more variance", hidden_variance=ELEVEN * hidden_variance)
def all_orders_of_rows_of_equal_degrees(
    hidden_error: sp.Expr, hidden_mean: sp.Expr, hidden_variance: sp.Expr, trial: Trial
) -> Iterator[Finding]:
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
@control("sorting works", hidden_mean=sp.Integer(0))
@control("10 % more", hidden_mean=ELEVEN * hidden_mean)
@control("10 % less", hidden_mean=NINE * hidden_mean)
@control("half the variance", hidden_variance=hidden_variance / 2)
def sorting_cannot_see_the_halves(hidden_mean: sp.Expr, hidden_variance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Sampled masks: mean error, and mean square about the mean."""
    errors = trial.draw(sorting_errors, trial.size(10_000))
    mean = trial.value(hidden_mean)
    yield trial.averages(errors, mean, 0.0, 0.8)
    if 0 < mean < 0.8:
        squares = (errors - 0.4) ** 2
        yield trial.averages(squares, trial.value(hidden_variance, {n: sp.Integer(SIDE)}), 0.0, 0.2)
