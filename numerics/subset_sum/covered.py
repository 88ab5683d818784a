"""The numbers near a subset sum: the set C_n of R4, grown by one item at a time within an interval.

C_0 = [−ε/2, ε/2] and C_{t+1} = C_t ∪ ((C_t + X_{t+1}) ∩ I): every point of C_n is within ε/2 of a subset sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import fsum, inf, nextafter
from sys import float_info
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.subset_sum.exact_numbers import Number, Numbers, exact_number, exact_numbers

Interval: TypeAlias = tuple[Fraction, Fraction]
Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class IntervalUnion:
    """Disjoint closed intervals in ascending order, all within the closed interval `frame`; exact."""

    pieces: tuple[Interval, ...]
    frame: Interval

    @classmethod
    def of(cls, pieces: Iterable[tuple[Number, Number]], frame: tuple[Number, Number]) -> IntervalUnion:
        """The union of some closed intervals, cut to the frame.

        Raises:
            InputError: for an interval whose ends are no finite numbers or in the wrong order.
        """
        low, high = exact_interval("frame", frame)
        cut = [(max(a, low), min(b, high)) for a, b in (exact_interval("interval", piece) for piece in pieces)]
        return cls(tuple(_merged(sorted((a, b) for a, b in cut if a <= b))), (low, high))

    def with_item(self, x: Number) -> IntervalUnion:
        """The set together with its translate by x, as far as that lies in the frame."""
        item, (low, high) = exact_number("x", x), self.frame
        moved = [
            (max(a + item, low), min(b + item, high)) for a, b in self.pieces if a + item <= high and b + item >= low
        ]
        return IntervalUnion(tuple(_merged(sorted([*self.pieces, *moved]))), self.frame)

    @property
    def measure(self) -> Fraction:
        """The total length."""
        return sum((b - a for a, b in self.pieces), Fraction(0))

    @property
    def max_gap(self) -> Fraction:
        """The length of the longest interval of the frame without a point of the set."""
        ends = [self.frame[0], *(end for piece in self.pieces for end in piece), self.frame[1]]
        return max(b - a for a, b in zip(ends[::2], ends[1::2], strict=True))

    def __contains__(self, point: Number) -> bool:
        at = exact_number("point", point)
        return any(a <= at <= b for a, b in self.pieces)


def exact_interval(name: str, ends: tuple[Number, Number]) -> Interval:
    """Two ends as fractions. InputError for anything else, or in the wrong order."""
    exact = exact_numbers(name, ends)
    if len(exact) != 2 or exact[0] > exact[1]:
        raise InputError(f"{name} = {ends!r}: expected two ends in ascending order")
    return exact[0], exact[1]


def _merged(pieces: Iterable[Interval]) -> Iterator[Interval]:
    """Sorted intervals, those that touch joined."""
    current: Interval | None = None
    for low, high in pieces:
        if current is None:
            current = low, high
        elif low <= current[1]:
            current = current[0], max(current[1], high)
        else:
            yield current
            current = low, high
    if current is not None:
        yield current


def covered_set(x: Numbers, eps: Number, interval: tuple[Number, Number]) -> IntervalUnion:
    """What n items cover within an interval around 0, exactly. Time: the number of pieces, times n.

    Raises:
        InputError: for numbers that are not finite, eps ≤ 0, or an interval that does not hold 0.
    """
    items, half, frame = _checked(x, eps, interval)
    return reduce(IntervalUnion.with_item, items, IntervalUnion.of([(-half, half)], frame))


def _checked(
    x: Numbers, eps: Number, interval: tuple[Number, Number]
) -> tuple[tuple[Fraction, ...], Fraction, Interval]:
    items, half, frame = exact_numbers("x", x), exact_number("eps", eps) / 2, exact_interval("interval", interval)
    if half <= 0:
        raise InputError(f"eps = {eps}: expected a positive number")
    if not frame[0] <= 0 <= frame[1] or frame[0] == frame[1]:
        raise InputError(f"interval = {interval!r}: expected one that holds 0")
    return items, half, frame


@dataclass(frozen=True, eq=False)
class OuterUnion:
    """Disjoint closed intervals in doubles that contain a set within a frame. low, high: float[pieces], ascending."""

    low: Floats
    high: Floats
    frame: tuple[float, float]

    @property
    def measure(self) -> float:
        """At least the length of the set."""
        return nextafter(fsum([*self.high, *-self.low]), inf)

    @property
    def max_gap(self) -> float:
        """At most the longest gap of the set in the frame."""
        gaps = np.append(self.low, self.frame[1]) - np.append(self.frame[0], self.high)
        return max(0.0, nextafter(float(gaps.max()), -inf))


def outer_covered_set(x: Floats, eps: float, interval: tuple[float, float]) -> OuterUnion:
    """The same for doubles in double precision, every end rounded outwards: contains `covered_set`, twenty times faster.

    Raises:
        InputError: as for `covered_set`, and for numbers that are no doubles.
    """
    doubles = isinstance(x, np.ndarray) and x.dtype == np.float64 and x.ndim == 1 and bool(np.isfinite(x).all())
    known = (
        doubles
        and len(interval) == 2
        and eps > 0
        and -inf < interval[0] <= 0 <= interval[1] < inf
        and interval[0] < interval[1]
    )
    if not known or not all(isinstance(each, float) for each in (eps, *interval)):
        items, exact, frame = _checked(x, eps, interval)  # which for short lists takes longer than all that follows
        for number in (*items, 2 * exact, *frame):  # rounding would move an end inwards
            if abs(number) > float_info.max or Fraction(float(number)) != number:
                raise InputError(f"{number} is no double, expected doubles (covered_set takes all numbers)")
    start, end = map(float, interval)
    half = float(eps) / 2
    low, high = np.array([max(-half, start)]), np.array([min(half, end)])
    for item in np.asarray(x, dtype=np.float64):
        moved_low, moved_high = np.nextafter(low + item, -inf), np.nextafter(high + item, inf)
        inside = (moved_low <= end) & (moved_high >= start)
        lows = np.concatenate([low, np.maximum(moved_low[inside], start)])
        highs = np.concatenate([high, np.minimum(moved_high[inside], end)])
        order = np.argsort(lows, kind="stable")
        lows, reached = lows[order], np.maximum.accumulate(highs[order])
        apart = np.flatnonzero(lows[1:] > reached[:-1])
        low, high = lows[np.concatenate([[0], apart + 1])], reached[np.concatenate([apart, [-1]])]
        if len(low) == 1 and low[0] == start and high[0] == end:
            break  # it is the whole frame, and stays it
    return OuterUnion(low, high, (start, end))
