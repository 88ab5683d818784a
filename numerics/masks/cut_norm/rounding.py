"""Sums without error and quotients rounded in a given direction."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import inf, nextafter
from sys import float_info

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

UNIT = 2.0**-53  # the relative error of one operation, rounded to nearest
_LARGEST = Fraction(float_info.max)
_CHUNK = 2**16  # numbers in flight: they stay in cache


def gamma(operations: float) -> float:
    """γ_k = ku/(1 − ku), u = 2⁻⁵³: bounds the relative error of a sum or inner product that passes a term through k
    operations, in any order and with or without fused multiply-adds (Higham, Accuracy and Stability, lemma 3.1)."""
    return operations * UNIT / (1 - operations * UNIT) if operations * UNIT < 0.5 else inf


def below(x: Fraction) -> float:
    """The largest float ≤ x; −∞ below all."""
    if x < -_LARGEST:
        return -inf
    nearest = float(min(x, _LARGEST))
    return nearest if Fraction(nearest) <= x else nextafter(nearest, -inf)


def above(x: Fraction) -> float:
    """The least float ≥ x; ∞ above all."""
    return -below(-x) + 0.0  # no negative zero


def exact_sum(values: Floats) -> Fraction:
    """Σ values without error, for |values| ≤ 2¹⁰⁰.

    Each pass takes off a slice, the values rounded to multiples of one unit so coarse that every partial sum of the
    slice is a float: then no order of summation rounds.
    """
    flat, total = values.ravel(), Fraction(0)
    for at in range(0, flat.size, _CHUNK):
        rest = flat[at : at + _CHUNK]
        while rest.any():
            slice_ = _rounded(rest, float(np.abs(rest).max()) * len(rest))
            total += Fraction(float(slice_.sum()))
            rest = rest - slice_
    return total


def sums_exactly(values: Floats) -> bool:
    """Whether every sum of some of the values, in any order, is free of rounding."""
    return bool((_rounded(values, float(np.abs(values).sum())) == values).all())


def _rounded(values: Floats, total: float) -> Floats:
    """The values rounded to multiples of a unit of which sums up to 2·total hold less than 2⁵³."""
    unit = max(np.ldexp(1.0, int(np.frexp(total)[1]) - 51), 2.0**-1074)
    pivot = 1.5 * 2.0**52 * unit  # floats near it are multiples of the unit
    rounded: Floats = (values + pivot) - pivot
    return rounded


def mean(total: Fraction, exponent: int, count: int, rounded: Callable[[Fraction], float]) -> float:
    """total · 2^exponent / count, at least 0, rounded by `above` or `below`."""
    return rounded(max(total, Fraction(0)) * Fraction(2) ** exponent / count)
