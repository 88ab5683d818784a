"""The subset whose sum is nearest to a target: exact meet in the middle on integers.

Items are taken exactly (ints, fractions, floats as the dyadic rationals that they are) and become integers by their
common denominator. Where sums fit 59 bits, as for floats of similar size, all arithmetic is that of machine words.
Otherwise the leading 59 bits are searched, everything that could still win is listed and compared exactly; and where
too much could win, the search is repeated on Python's integers, some hundred times slower. So every answer is right,
and its error is always evaluated anew, as a fraction, from the items and the mask.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import ceil, floor, lcm
from typing import overload

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.machine_code import compiled
from sparse_limits.numerics.subset_sum.big_integers import count_subsets, nearest_subset
from sparse_limits.numerics.subset_sum.exact_numbers import Number, Numbers, exact_number, exact_numbers
from sparse_limits.numerics.subset_sum.half_sums import (
    count_between,
    enclose,
    first_between,
    half_sums,
    list_between,
    subset_with_sum,
)

LARGEST = 44  # items: half sums of 2·2²² subsets and their masks take 100 MB
BITS = 59
BEYOND = 2**61  # a target moved here stays farther from all sums than any width
WIDEST = 2**60
CANDIDATES = 10_000  # listed and compared one by one
FEW = 4  # targets for which subsets are found from their sums; more are worth a mask for every half sum

Codes = NDArray[np.uint64]  # subsets as bits


@dataclass(frozen=True, eq=False)
class SubsetResult:
    """A subset found for a target.

    mask: bool[n]; error: |sum − target|, evaluated exactly from items and mask; optimal: whether no subset is nearer
    is known (a search within a tolerance stops at the first subset).
    """

    mask: NDArray[np.bool_]
    error: Fraction
    optimal: bool


@dataclass(frozen=True, eq=False)
class SubsetResults(Sequence[SubsetResult]):
    """Subsets found for several targets, one code of n bits each; errors are evaluated on demand."""

    items: tuple[Fraction, ...]
    targets: Numbers
    codes: Codes
    optimal: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.codes)

    @overload
    def __getitem__(self, place: int) -> SubsetResult: ...
    @overload
    def __getitem__(self, place: slice) -> SubsetResults: ...
    def __getitem__(self, place: int | slice) -> SubsetResult | SubsetResults:
        if isinstance(place, slice):
            return SubsetResults(self.items, self.targets[place], self.codes[place], self.optimal[place])
        target = exact_number("z", self.targets[place])
        error = abs(_sum(self.items, int(self.codes[place])) - target)
        return SubsetResult(_masks(self.codes[[place]], len(self.items))[0], error, bool(self.optimal[place]))

    def __iter__(self) -> Iterator[SubsetResult]:
        return (self[place] for place in range(len(self)))

    @property
    def masks(self) -> NDArray[np.bool_]:
        """bool[targets, n]"""
        return _masks(self.codes, len(self.items))


class SubsetSums:
    """All subset sums of some items, as two sorted lists of half sums: one build, then many targets.

    Memory 16·2^{n/2} bytes, and half as much again for many targets.
    """

    def __init__(self, x: Numbers) -> None:
        """Sort the half sums of the items x, at most 44 exact or floating-point numbers.

        Raises:
            InputError: for more items, or an item that is no finite number.
        """
        self.items = exact_numbers("x", x)
        if len(self.items) > LARGEST:
            raise InputError(f"{len(self.items)} items: expected at most {LARGEST}")
        scale = lcm(*(item.denominator for item in self.items))
        self._integers = [int(item * scale) for item in self.items]
        shift = max(0, sum(map(abs, self._integers)).bit_length() - BITS)
        self._scale = scale
        self._unit = Fraction(2**shift, scale)
        self._slack = len(self.items) if shift else 0  # a sum may exceed its leading bits by this many units
        self._half = len(self.items) // 2
        leading = np.array([integer >> shift for integer in self._integers], dtype=np.int64)
        self._halves = leading[: self._half], leading[self._half :]
        self._left, self._right = (half_sums(part, with_masks=False)[0] for part in self._halves)

    @cached_property
    def _masks(self) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        """The subsets of all half sums."""
        left, right = (half_sums(part)[1] for part in self._halves)
        return left, right

    @property
    def exact_words(self) -> bool:
        """Whether all sums are machine words, so that every search is one pass."""
        return not self._slack

    @overload
    def nearest(self, z: Number) -> SubsetResult: ...
    @overload
    def nearest(self, z: Numbers) -> SubsetResults: ...
    def nearest(self, z: Number | Numbers) -> SubsetResult | SubsetResults:
        """A subset whose sum is nearest to a target, or to each of several. Time 2^{n/2} for each.

        Raises:
            InputError: for a target that is no finite number.
        """
        if not isinstance(z, (Sequence, np.ndarray)):
            nearest: SubsetResult = self.nearest([z])[0]
            return nearest
        return SubsetResults(self.items, z, self._nearest_codes(z), np.ones(len(z), dtype=bool))

    @overload
    def within(self, z: Number, eps: Number) -> SubsetResult: ...
    @overload
    def within(self, z: Numbers, eps: Number) -> SubsetResults: ...
    def within(self, z: Number | Numbers, eps: Number) -> SubsetResult | SubsetResults:
        """The first subset found within eps of a target, or of each of several; the nearest one where none is.

        A microsecond for each target when many subsets are within eps.

        Raises:
            InputError: for eps < 0 or a number that is not finite.
        """
        if not isinstance(z, (Sequence, np.ndarray)):
            within: SubsetResult = self.within([z], eps)[0]
            return within
        width = min(floor(_distance(eps) / self._unit), WIDEST)
        floors, ceilings = self._places(z)
        lows = floors + (ceilings > 2 * floors) - width  # at most one unit short of the interval, on either side
        found = np.empty((len(floors), 2), dtype=np.int64)
        compiled(first_between)(self._left, self._right, lows, floors + (width - self._slack), found)
        codes = self._codes(found)
        missed = found[:, 0] < 0
        if missed.any():
            codes[missed] = self._nearest_codes([target for target, miss in zip(z, missed, strict=True) if miss])
        return SubsetResults(self.items, z, codes, missed)

    def count(self, z: Number, eps: Number) -> int:
        """How many of the 2^n subsets have a sum in [z − eps, z + eps].

        Raises:
            InputError: for eps < 0 or a number that is not finite.
        """
        z, eps = exact_number("z", z), _distance(eps)
        low, high = (z - eps) / self._unit, (z + eps) / self._unit
        sure = ceil(low), floor(high - self._slack)
        if sure[0] <= sure[1]:
            open_windows = [(ceil(low - self._slack), sure[0] - 1), (sure[1] + 1, floor(high))]
        else:
            sure, open_windows = (0, -1), [(ceil(low - self._slack), floor(high))]
        count = self._count_words(*sure)
        for window in open_windows:
            codes = self._list_words(*window)
            if codes is None:
                return count_subsets(self._integers, (z - eps) * self._scale, (z + eps) * self._scale)
            count += sum(abs(_sum(self.items, int(code)) - z) <= eps for code in codes)
        return count

    def _places(self, z: Numbers) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """⌊z⌋ and ⌈2z⌉ in units, exactly; targets beyond all sums are moved to just there. int[t] each"""
        doublings = (self._unit.denominator - 1).bit_length()
        if isinstance(z, np.ndarray) and z.dtype == np.float64 and self._unit == Fraction(1, 2**doublings):
            if z.ndim != 1 or not np.isfinite(z).all():
                raise InputError(f"z = {z!r}: expected finite numbers in one dimension")
            with np.errstate(over="ignore"):
                scaled = np.clip(np.ldexp(z, doublings), -BEYOND, BEYOND)  # multiplying by 2^k rounds nothing
            return np.floor(scaled).astype(np.int64), np.ceil(2 * scaled).astype(np.int64)
        far = Fraction(BEYOND)
        placed = [min(max(target / self._unit, -far), far) for target in exact_numbers("z", z)]
        floors, ceilings = [floor(place) for place in placed], [ceil(2 * place) for place in placed]
        return np.array(floors, dtype=np.int64), np.array(ceilings, dtype=np.int64)

    def _nearest_codes(self, z: Numbers) -> Codes:
        floors, ceilings = self._places(z)
        return self._nearest_words(floors, ceilings) if self.exact_words else self._nearest_wide(z, floors)

    def _nearest_words(self, floors: NDArray[np.int64], ceilings: NDArray[np.int64]) -> Codes:
        below, above = self._neighbours(floors)
        sums = [self._left[pairs[:, 0]] + self._right[pairs[:, 1]] for pairs in (below, above)]
        nearer_above = sums[0] + sums[1] < ceilings  # σ⁺ − z < z − σ⁻, for integers σ⁻ ≤ z < σ⁺
        take_above = (below[:, 0] < 0) | (above[:, 0] >= 0) & nearer_above
        return self._codes(np.where(take_above[:, None], above, below))

    def _neighbours(self, floors: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        found = np.empty((len(floors), 4), dtype=np.int64)
        compiled(enclose)(self._left, self._right, floors, found)
        return found[:, :2], found[:, 2:]

    def _nearest_wide(self, z: Numbers, floors: NDArray[np.int64]) -> Codes:
        below, above = self._neighbours(floors)
        pairs = np.stack([below, above], axis=1)
        codes = [self._nearest_listed(exact_number("z", z[t]), pairs[t]) for t in range(len(floors))]
        return np.array(codes, dtype=np.uint64)

    def _nearest_listed(self, target: Fraction, neighbours: NDArray[np.int64]) -> int:
        """The best of all subsets whose leading bits leave it possible that they beat a neighbour of the target."""
        codes = self._codes(neighbours[neighbours[:, 0] >= 0])
        reach = min(abs(_sum(self.items, int(code)) - target) for code in codes)
        listed = self._list_words(
            ceil((target - reach) / self._unit) - self._slack, floor((target + reach) / self._unit)
        )
        if listed is None:
            return nearest_subset(self._integers, target * self._scale)
        return min(map(int, listed), key=lambda code: abs(_sum(self.items, code) - target))

    def _count_words(self, low: int, high: int) -> int:
        low, high = max(low, -BEYOND), min(high, BEYOND)
        return int(compiled(count_between)(self._left, self._right, low, high)) if low <= high else 0

    def _list_words(self, low: int, high: int) -> Codes | None:
        """The subsets whose leading bits lie in [low, high]; None if they are too many to list."""
        count = self._count_words(low, high)
        if count > CANDIDATES:
            return None
        pairs = np.empty((count, 2), dtype=np.int64)
        if count:
            compiled(list_between)(self._left, self._right, max(low, -BEYOND), min(high, BEYOND), pairs)
        return self._codes(pairs)

    def _codes(self, pairs: NDArray[np.int64]) -> Codes:
        if self.exact_words and len(pairs) <= FEW:
            return np.array([self._code(int(self._left[i]), int(self._right[j])) for i, j in pairs], dtype=np.uint64)
        left, right = (masks[places] for masks, places in zip(self._masks, pairs.T, strict=True))
        codes: Codes = left.astype(np.uint64) | right.astype(np.uint64) << np.uint64(self._half)
        return codes

    def _code(self, *sums: int) -> int:
        left, right = map(subset_with_sum, self._halves, sums)
        return left | right << self._half


class SubsetSumSolver:
    """Exact meet in the middle: 2^{n/2} time and memory for n items, at most 44."""

    def prepare(self, x: Numbers) -> SubsetSums:
        """One build for many targets."""
        return SubsetSums(x)

    def solve(self, x: Numbers, z: Number) -> SubsetResult:
        """The subset of x whose sum is nearest to z.

        Raises:
            InputError: for more than 44 items or a number that is not finite.
        """
        return SubsetSums(x).nearest(exact_number("z", z))

    def count(self, x: Numbers, z: Number, eps: Number) -> int:
        """How many of the 2^n subsets of x have a sum in [z − eps, z + eps].

        Raises:
            InputError: for more than 44 items, eps < 0 or a number that is not finite.
        """
        return SubsetSums(x).count(z, eps)


def _distance(eps: Number) -> Fraction:
    exact = exact_number("eps", eps)
    if exact < 0:
        raise InputError(f"eps = {eps}: expected a number of at least 0")
    return exact


def _sum(items: tuple[Fraction, ...], code: int) -> Fraction:
    return sum((item for place, item in enumerate(items) if code >> place & 1), Fraction(0))


def _masks(codes: Codes, n: int) -> NDArray[np.bool_]:
    return (codes[:, None] >> np.arange(n, dtype=np.uint64) & np.uint64(1)).astype(bool)
