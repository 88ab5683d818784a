"""The weights that functions serve, exactly: unions of intervals for one weight, volumes of unions of boxes for several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.subset_sum.covered import IntervalUnion
from sparse_limits.numerics.subset_sum.exact_numbers import Number, exact_number


def relu(t: Fraction) -> Fraction:
    return max(t, Fraction(0))


def identity(t: Fraction) -> Fraction:
    return t


def served_weights(
    sigma: Callable[[Fraction], Fraction],
    outputs: tuple[Number, Number],
    eps: Number,
    reach: Number,
    least: Number = 0,
) -> IntervalUnion:
    """The w with |σ(w) − p| ≤ ε, |σ(−w) − q| ≤ ε and least ≤ |w| ≤ reach, but for single points.

    outputs: (p, q); sigma: of the slope 0 or 1 on either side of 0, where it is 0.

    Raises:
        InputError: for numbers that are not finite, ε < 0, or a reach that is not above `least` ≥ 0.
    """
    up, down = (exact_number("outputs", value) for value in outputs)
    near, far, low = exact_number("eps", eps), exact_number("reach", reach), exact_number("least", least)
    if near < 0 or not 0 <= low < far:
        raise InputError(f"eps = {eps}, weights from {least} to {reach}: expected eps ≥ 0 and 0 ≤ least < reach")
    ends = {Fraction(0), -far, far, -low, low, up - near, up + near, -down - near, near - down}
    pieces = []
    for start, end in pairwise(sorted(end for end in ends if abs(end) <= far)):
        middle = (start + end) / 2
        close = abs(sigma(middle) - up) <= near and abs(sigma(-middle) - down) <= near
        if close and abs(middle) >= low:
            pieces.append((start, end))
    return IntervalUnion.of(pieces, (-far, far))


def union_volume(boxes: Sequence[Sequence[IntervalUnion]]) -> Fraction:
    """The volume of the union of some products of interval unions, exactly. boxes: [boxes][dimensions ≥ 1]

    Raises:
        InputError: for products of no factors or of different numbers of them.
    """
    if len({len(box) for box in boxes}) > 1 or not all(map(len, boxes)):
        raise InputError("boxes: expected as many factors of each, at least one")
    return _volume([list(box) for box in boxes])


def _volume(boxes: list[list[IntervalUnion]]) -> Fraction:
    ends = sorted({end for box in boxes for piece in box[0].pieces for end in piece})
    total = Fraction(0)
    for start, end in pairwise(ends):
        middle = (start + end) / 2
        inside = [box[1:] for box in boxes if middle in box[0]]
        if inside:
            total += (end - start) * (_volume(inside) if inside[0] else 1)
    return total
