"""Whether one number orders pruning methods as another does, over independent splits of the data.

Two laws give confidence, and neither needs one for the numbers. *Over splits*: given the data set, splits are independent
draws, so the signs and the median of one rank correlation per split, and the number of splits in which two methods are
ordered rightly, have exact binomial laws. They speak of further splits of these data, not of other data. *Over methods*:
if the names of the methods meant nothing, every permutation of them would be as likely; splits and densities may
depend on each other in any way, but with few methods no p-value can be small.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.statistics.distribution_free import (
    CONFIDENCE,
    MOST_PERMUTED,
    Interval,
    clopper_pearson,
    median_interval,
    permutation_p_value,
    sign_p_value,
    spearman,
)

Floats = NDArray[np.float64]


class NoOrderError(InputError):
    """All methods are alike."""


class Verdict(StrEnum):
    """What the splits say about an order, at 95 % confidence."""

    SAME = "as"
    REVERSED = "reversed"
    UNDECIDED = "undecided"


class Summary(NamedTuple):
    """A number over splits: its mean, its median, and an interval for the median of the law of splits."""

    mean: float
    median: float
    interval: Interval


class Order(NamedTuple):
    """How a quantity orders the methods beside an error.

    correlation: of ranks, averaged over densities, one number a split. splits: how many had one. positive: in how many
    it is positive; sign_p: the exact p-value of that; methods_p: that of the mean correlation if methods had no names
    (nan beyond nine methods).
    """

    correlation: Summary
    splits: int
    positive: int
    sign_p: float
    methods_p: float

    @property
    def verdict(self) -> Verdict:
        low, high = self.correlation.interval
        return Verdict.SAME if low > 0 else Verdict.REVERSED if high < 0 else Verdict.UNDECIDED


class Pair(NamedTuple):
    """In how many of `splits` a quantity orders two methods as an error does, and the probability's interval."""

    right: int
    splits: int
    interval: Interval


def summary(values: Floats, confidence: float = CONFIDENCE) -> Summary:
    """values: float[s], one for each split. InputError if there is none, or one is nan."""
    interval = median_interval(values, confidence)
    finite = np.isfinite(values).all()
    return Summary(float(np.mean(values)) if finite else float("inf"), float(np.median(values)), interval)


def order(quantity: Floats, error: Floats) -> Order:
    """quantity, error: float[s, r, k] for splits, densities and methods; what is not finite but infinite has a rank.

    Where all methods are alike there is no order; such densities count nothing. InputError for nan or other shapes,
    NoOrderError if no split has an order.
    """
    if quantity.shape != error.shape or quantity.ndim != 3 or quantity.size == 0:
        raise InputError(f"quantity and error have shapes {quantity.shape} and {error.shape}, expected one [s, r, k]")
    each = np.array(
        [[spearman(*rows) for rows in zip(*split, strict=True)] for split in zip(quantity, error, strict=True)]
    )
    telling = each[~np.isnan(each).all(axis=1)]
    if not len(telling):
        raise NoOrderError("quantity or error is the same for all methods, expected an order")
    means = np.nanmean(telling, axis=1)
    methods = quantity.shape[2]
    flat = quantity.reshape(-1, methods), error.reshape(-1, methods)
    methods_p = permutation_p_value(*flat) if methods <= MOST_PERMUTED else float("nan")
    return Order(summary(means), len(means), int((means > 0).sum()), sign_p_value(means), methods_p)


def pair(quantity: Floats, error: Floats, first: int, second: int) -> Pair:
    """Whether the quantity tells which of two methods has the smaller error: float[s, k] at one density.

    A tie of either counts as wrong: a bound that cannot tell two methods apart does not order them.
    """
    said = np.sign(quantity[:, first] - quantity[:, second])
    true = np.sign(error[:, first] - error[:, second])
    right = int(((said == true) & (true != 0)).sum())
    return Pair(right, len(said), clopper_pearson(right, len(said)))
