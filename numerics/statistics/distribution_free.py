"""Confidence that rests on counting alone: shares, medians and rank correlations, without a law for the numbers.

Everything here is exact for a finite sample. The price is that it speaks of shares and medians, not of means, and that
few observations cannot say much: six are the least that bound a median at 95 %.
"""

from __future__ import annotations

from itertools import chain, combinations, permutations
from math import factorial, inf
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv

from sparse_limits.numerics.arguments import InputError, checked_integer
from sparse_limits.numerics.statistics.exact_tests import binomial_at_least, binomial_at_most

Floats = NDArray[np.float64]

CONFIDENCE = 0.95
MOST_PERMUTED = 9  # 9! = 362 880 permutations
MOST_DIVIDED = 10  # C(20, 10) = 184 756 divisions into two halves
_ROUNDING = 1e-9  # correlations closer than this are the same rational number


class Interval(NamedTuple):
    """The ends of a confidence interval; infinite where the sample is too small to bound that side."""

    low: float
    high: float


def clopper_pearson(count: int, n: int, confidence: float = CONFIDENCE) -> Interval:
    """The probabilities under which a count of n so large, and one so small, has probability (1 − confidence)/2 or more.

    InputError unless 0 ≤ count ≤ n, n ≥ 1, and the confidence lies in (0, 1).
    """
    n = checked_integer("n", n, 1, 2**53)
    count = checked_integer("count", count, 0, n)
    tail = (1 - _checked_confidence(confidence)) / 2
    low = 0.0 if count == 0 else float(betaincinv(count, n - count + 1, tail))
    high = 1.0 if count == n else float(betaincinv(count + 1, n - count, 1 - tail))
    return Interval(low, high)


def sign_p_value(differences: ArrayLike) -> float:
    """How surprising the signs of independent differences [n] are if neither sign is likelier; zeros are left out.

    Two-sided, exact. InputError unless they are numbers in one row.
    """
    values = _row("differences", differences)
    positive, negative = int((values > 0).sum()), int((values < 0).sum())
    n = positive + negative
    return min(1.0, 2 * min(binomial_at_least(positive, n, 0.5), binomial_at_most(positive, n, 0.5))) if n else 1.0


def median_interval(sample: ArrayLike, confidence: float = CONFIDENCE) -> Interval:
    """Two order statistics of independent draws [n] of one law, between which its median lies.

    The k-th smallest exceeds the median with probability at most P(Bin(n, ½) < k); k is the largest for which this is
    at most half of 1 − confidence. InputError unless the sample is numbers in one row and not empty.
    """
    values = np.sort(_row("sample", sample))
    if not values.size:
        raise InputError("sample is empty, expected at least one number")
    tail = (1 - _checked_confidence(confidence)) / 2
    place = 0
    while binomial_at_most(place, values.size, 0.5) <= tail:
        place += 1
    if place == 0:
        return Interval(-inf, inf)
    return Interval(float(values[place - 1]), float(values[-place]))


def spearman(first: ArrayLike, second: ArrayLike) -> float:
    """The rank correlation of two rows of k numbers, ties at their mean rank; nan where one of them is constant.

    Infinite numbers have ranks like others. InputError for nan and for rows of different or no length.
    """
    one, other = (_standard_ranks(_row(name, row)[None]) for name, row in (("first", first), ("second", second)))
    if one.shape != other.shape or one.size == 0:
        raise InputError(f"first and second have {one.size} and {other.size} numbers, expected as many, at least one")
    return float((one * other).sum()) if one.any() and other.any() else float("nan")


def permutation_p_value(first: ArrayLike, second: ArrayLike) -> float:
    """How surprising the mean rank correlation of the rows of two tables [s, k] is if the columns' names mean nothing.

    One permutation of the columns of `first` serves all its rows, so the rows may depend on each other in any way; all
    k! permutations are tried, two-sided. Rows in which a table is constant say nothing and count nothing; 1 if all are.
    InputError for tables of different shapes, nan, or more than 9 columns.
    """
    tables = [np.asarray(table, dtype=np.float64) for table in (first, second)]
    if tables[0].shape != tables[1].shape or tables[0].ndim != 2 or tables[0].size == 0:
        raise InputError(f"first and second have shapes {tables[0].shape} and {tables[1].shape}, expected one [s, k]")
    if any(np.isnan(table).any() for table in tables):
        raise InputError("first or second holds nan, expected numbers")
    columns = checked_integer("the number of columns", tables[0].shape[1], 1, MOST_PERMUTED)
    ranks = [_standard_ranks(table) for table in tables]
    telling = ranks[0].any(axis=1) & ranks[1].any(axis=1)
    products = ranks[0][telling].T @ ranks[1][telling]
    flat = np.fromiter(chain.from_iterable(permutations(range(columns))), np.int8, columns * factorial(columns))
    sums = products[flat.reshape(-1, columns), np.arange(columns)].sum(axis=1)
    return float(np.mean(np.abs(sums) >= abs(np.trace(products)) - _ROUNDING * max(1, telling.sum())))


def equal_laws_p_value(first: ArrayLike, second: ArrayLike) -> float:
    """How surprising the distance of the means of two samples [n, k] is if all 2n vectors are independent and have one law.

    Exact: every division of the vectors into two halves is as likely then; the distance is Euclidean. InputError for
    samples of different shapes, fewer than 2 or more than 10 vectors, and numbers that are not finite.

    Examples:
        >>> equal_laws_p_value([[0.0], [0.1], [0.2]], [[1.0], [1.1], [1.2]])  # 2 of C(6, 3) divisions are so far apart
        0.1
    """
    tables = [np.asarray(table, dtype=np.float64) for table in (first, second)]
    if tables[0].shape != tables[1].shape or tables[0].ndim != 2 or not all(np.isfinite(each).all() for each in tables):
        raise InputError(
            f"first and second have shapes {tables[0].shape} and {tables[1].shape}, expected finite [n, k]"
        )
    n = checked_integer("the number of vectors", len(tables[0]), 2, MOST_DIVIDED)
    both = np.concatenate(tables)
    exponent = int(np.frexp(np.abs(both).max(initial=0.0))[1])
    both = np.ldexp(both, -exponent)  # which rounds nothing: no square overflows or vanishes
    both = both - both.mean(axis=0)
    products = both @ both.T
    halves = np.array([(0, *rest) for rest in combinations(range(1, 2 * n), n - 1)])  # each division once
    signs = -np.ones((len(halves), 2 * n))
    np.put_along_axis(signs, halves, 1.0, axis=1)
    distances = np.einsum("si,ij,sj->s", signs, products, signs, optimize=True)
    return float(np.mean(distances >= distances[0] - _ROUNDING * max(distances.max(), 0.0)))


def _standard_ranks(rows: Floats) -> Floats:
    """The ranks in each row [s, k], centred and of length 1; zeros where a row is constant."""
    from scipy.stats import rankdata  # here: `scipy.stats` takes most of a second to import

    ranks = rankdata(rows, axis=1) - (rows.shape[1] + 1) / 2
    lengths = np.sqrt((ranks**2).sum(axis=1, keepdims=True))
    standard: Floats = np.divide(ranks, lengths, out=np.zeros_like(ranks), where=lengths > 0)
    return standard


def _row(name: str, values: ArrayLike) -> Floats:
    row = np.asarray(values, dtype=np.float64)
    if row.ndim != 1 or np.isnan(row).any():
        raise InputError(f"{name} has shape {row.shape}, expected one row of numbers, none of them nan")
    return row


def _checked_confidence(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise InputError(f"confidence is {confidence!r}, expected a number strictly between 0 and 1")
    return float(confidence)
