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
from math import ceil, floor, lcm
from typing import overload

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.subset_sum.big_integers import count_subsets, nearest_subset
from sparse_limits.numerics.subset_sum.exact_numbers import Number, Numbers, exact_number, exact_numbers
from sparse_limits.numerics.subset_sum.listed import Codes, ListedHalves
from sparse_limits.numerics.subset_sum.windows import WindowedHalves

LISTED = 44  # items: half sums of 2·2²² subsets and their masks take 100 MB
LARGEST = 64  # items: the bits of a code; `check_work` refuses less
BITS = 59
BEYOND = 2**61  # a target moved here stays farther from all sums than any width
WIDEST = 2**60
CANDIDATES = 10_000  # listed and compared one by one


class ManyTiesError(InputError):
    """Too many sums of too many items agree to the bits of a word."""


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

    Memory 16·2^{n/2} bytes for n ≤ 44 items, and half as much again for many targets. Of more items the half sums are
    written down window by window, and anew for each target: time 2^{n/2}, and memory for one window of either half.
    """

    def __init__(self, x: Numbers) -> None:
        """Sort the half sums of the items x, at most 64 exact or floating-point numbers.

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
        half = len(self.items) // 2
        leading = np.array([integer >> shift for integer in self._integers], dtype=np.int64)
        halves = ListedHalves if len(self.items) <= LISTED else WindowedHalves
        self._halves: ListedHalves | WindowedHalves = halves(leading[:half], leading[half:])

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
            InputError: for a target that is no finite number; for more than 44 items, if `sl.limit` allows less time or memory, or
                if thousands of sums agree to 59 bits.
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
        found = self._halves.between(lows, floors + (width - self._slack))
        codes, missed = self._halves.codes(found), self._halves.missing(found)
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
                return count_subsets(self._few_integers(), (z - eps) * self._scale, (z + eps) * self._scale)
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
        below, above = self._halves.neighbours(floors)
        sums, missing = (
            [found(pairs) for pairs in (below, above)] for found in (self._halves.sums, self._halves.missing)
        )
        nearer_above = sums[0] + sums[1] < ceilings  # σ⁺ − z < z − σ⁻, for integers σ⁻ ≤ z < σ⁺
        take_above = missing[0] | ~missing[1] & nearer_above
        return self._halves.codes(np.where(take_above[:, None], above, below))

    def _nearest_wide(self, z: Numbers, floors: NDArray[np.int64]) -> Codes:
        below, above = self._halves.neighbours(floors)
        pairs = np.stack([below, above], axis=1)
        codes = [self._nearest_listed(exact_number("z", z[t]), pairs[t]) for t in range(len(floors))]
        return np.array(codes, dtype=np.uint64)

    def _nearest_listed(self, target: Fraction, neighbours: NDArray[np.int64]) -> int:
        """The best of all subsets whose leading bits leave it possible that they beat a neighbour of the target."""
        codes = self._halves.codes(neighbours[~self._halves.missing(neighbours)])
        reach = min(abs(_sum(self.items, int(code)) - target) for code in codes)
        listed = self._list_words(
            ceil((target - reach) / self._unit) - self._slack, floor((target + reach) / self._unit)
        )
        if listed is None:
            return nearest_subset(self._few_integers(), target * self._scale)
        return min(map(int, listed), key=lambda code: abs(_sum(self.items, code) - target))

    def _few_integers(self) -> list[int]:
        """The items as integers, which Python's integers may replace machine words for."""
        if len(self.items) > LISTED:
            raise ManyTiesError(
                f"{len(self.items)} items, of which more than {CANDIDATES} subsets agree to {BITS} bits: expected at most "
                f"{LISTED} items, or numbers that tell their sums apart"
            )
        return self._integers

    def _count_words(self, low: int, high: int) -> int:
        low, high = max(low, -BEYOND), min(high, BEYOND)
        return self._halves.count(low, high) if low <= high else 0

    def _list_words(self, low: int, high: int) -> Codes | None:
        """The subsets whose leading bits lie in [low, high]; None if they are too many to list."""
        count = self._count_words(low, high)
        if count > CANDIDATES:
            return None
        return self._halves.codes_between(max(low, -BEYOND), min(high, BEYOND), count)


class SubsetSumSolver:
    """Exact meet in the middle: 2^{n/2} time for n items, at most 64, and as much memory up to 44."""

    def prepare(self, x: Numbers) -> SubsetSums:
        """One build for many targets."""
        return SubsetSums(x)

    def solve(self, x: Numbers, z: Number) -> SubsetResult:
        """The subset of x whose sum is nearest to z.

        Raises:
            InputError: for more than 64 items or a number that is not finite.
        """
        return SubsetSums(x).nearest(exact_number("z", z))

    def count(self, x: Numbers, z: Number, eps: Number) -> int:
        """How many of the 2^n subsets of x have a sum in [z − eps, z + eps].

        Raises:
            InputError: for more than 64 items, eps < 0 or a number that is not finite.
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
