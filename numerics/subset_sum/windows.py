"""Half sums of up to 64 items, window by window: time 2^{n/2} for a target, and memory for one window of either half.

The sums of a half are the sums a + b of those of its two quarters, at most 2^16 numbers each. A window is an
interval that holds at most `WINDOW` of these sums: they are written down where they are needed, sorted, and forgotten.
(Schroeppel and Shamir 1981 take the sums of quarters in order, too, one by one from heaps.)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.limits import check_work
from sparse_limits.numerics.machine_code import compiled
from sparse_limits.numerics.subset_sum.half_sums import (
    FAR,
    ONE_EACH,
    count_between,
    first_between,
    half_sums,
    list_between,
    subset_with_sum,
)

Sums = NDArray[np.int64]
Codes = NDArray[np.uint64]

WINDOW = 2**22  # sums, 32 MB
BYTES = 200 * WINDOW  # a window of either half, with what sorting and counting them takes
SECONDS = 50e-9  # for each sum of a half, to write it down, sort it and meet it


class Window(NamedTuple):
    """The sums of a half in an interval, ascending, and of how many subsets each one is the sum; None: of one each."""

    sums: Sums
    subsets: Sums | None


class HalfWindows:
    """The windows of a half of the items: window k holds the sums from edges[k] up to below edges[k + 1]."""

    def __init__(self, items: Sums) -> None:
        self._items, self._quarters = items, np.array_split(items, 2)
        both = [np.unique(half_sums(quarter, with_masks=False)[0], return_counts=True) for quarter in self._quarters]
        (self._a, self._a_subsets), (self._b, self._b_subsets) = both
        self._repeated = max(self._a_subsets.max(), self._b_subsets.max()) > 1
        self.edges: Sums = compiled(edges_of, calls=(pairs_below,))(self._a, self._b, WINDOW)
        self.window = lru_cache(maxsize=2)(self._window)

    def __len__(self) -> int:
        return len(self.edges) - 1

    def _window(self, place: int) -> Window:
        low, high = self.edges[place : place + 2]
        below = compiled(pairs_below)
        count = below(self._a, self._b, high) - below(self._a, self._b, low)
        sums, subsets = np.empty(count, np.int64), np.empty(count if self._repeated else 0, np.int64)
        compiled(fill)(self._a, self._b, self._a_subsets, self._b_subsets, low, high, sums, subsets)
        if not self._repeated:
            sums.sort()
            return Window(sums, None)
        order = np.argsort(sums, kind="stable")
        return Window(sums[order], subsets[order])

    @cached_property
    def subsets(self) -> list[int]:
        """How many subsets have a sum in each window."""
        before = np.concatenate([[0], np.cumsum(self._b_subsets)])
        below = [int(self._a_subsets @ before[np.searchsorted(self._b, edge - self._a)]) for edge in self.edges]
        return [more - fewer for fewer, more in pairwise(below)]

    def subset(self, total: int) -> int:
        """A subset, as bits, with a sum that one of them has."""
        return subset_with_sum(self._items, total)

    def subsets_with_sum(self, total: int) -> list[int]:
        """All of them, as bits."""
        first, second = self._by_sum
        shift = len(self._quarters[0])
        return [a | b << shift for value in first for a in first[value] for b in second.get(total - value, ())]

    @cached_property
    def _by_sum(self) -> list[Mapping[int, list[int]]]:
        """The subsets of either quarter, by their sums."""
        return [_subsets_by_sum(quarter) for quarter in self._quarters]


class WindowedHalves:
    """What `SubsetSums` asks of half sums, without a list of them: as `ListedHalves`, with pairs of sums for pairs of places."""

    def __init__(self, left: Sums, right: Sums) -> None:
        self._left, self._right, self._shift = HalfWindows(left), HalfWindows(right), len(left)
        self._items = len(left) + len(right)

    def neighbours(self, targets: Sums) -> tuple[Sums, Sums]:
        """For each target the pair with the largest sum ≤ target and the one with the smallest sum above."""
        self._check(
            f"the nearest subset of {self._items} items for {len(targets)} target{'s'[: len(targets) - 1]}",
            len(targets),
        )
        found = np.array([self._nearest(int(target)) for target in targets]).reshape(-1, 2, 2)
        return found[:, 0], found[:, 1]

    def _nearest(self, target: int) -> Sums:
        """`half_sums.enclose`, window by window."""
        best, distances = np.full((2, 2), FAR), np.array([-FAR, FAR])
        place = len(self._right) - 1
        rights = self._right.window(place).sums
        j = len(rights) - 1
        for lefts in (self._left.window(k).sums for k in range(len(self._left))):
            i = 0
            while True:
                i, j = compiled(meet)(lefts, rights, target, i, j, best, distances)
                if j >= 0:
                    break
                if place == 0:
                    return best
                place -= 1
                rights = self._right.window(place).sums
                j = len(rights) - 1
        return best

    def between(self, lows: Sums, highs: Sums) -> Sums:
        """For each interval a pair with a sum in it. One window of the left half is searched: what has few sums is missed."""
        return np.array([self._first(*ends) for ends in zip(lows.tolist(), highs.tolist(), strict=True)]).reshape(-1, 2)

    def _first(self, low: int, high: int) -> Sums:
        found = np.empty((1, 2), np.int64)
        for left, right in self._meeting(low, high, [len(self._left) // 2]):
            lefts, rights = self._left.window(left).sums, self._right.window(right).sums
            compiled(first_between)(lefts, rights, np.array([low]), np.array([high]), found)
            if found[0, 0] >= 0:
                return np.array([lefts[found[0, 0]], rights[found[0, 1]]])
        return np.full(2, FAR)

    def count(self, low: int, high: int) -> int:
        """How many subsets have a sum in [low, high]."""
        self._check("the number of subsets in an interval", 2)
        return sum(self._count(left, right, low, high) for left, right in self._meeting(low, high))

    def _count(self, left: int, right: int, low: int, high: int) -> int:
        bottom, top = self._ends(left, right)
        if low <= bottom and top <= high:
            return self._left.subsets[left] * self._right.subsets[right]
        (lefts, times), (rights, subsets) = self._left.window(left), self._right.window(right)
        before = ONE_EACH if subsets is None else np.concatenate([[0], np.cumsum(subsets)])
        found = int(compiled(count_between)(lefts, rights, low, high, ONE_EACH if times is None else times, before))
        return found % 2**64  # a word may overflow, but not all 2^64 subsets are in an interval that cuts the windows

    def codes_between(self, low: int, high: int, count: int) -> Codes:
        """All subsets with a sum in [low, high], of which there are `count`."""
        pairs = {pair for places in self._meeting(low, high) for pair in self._pairs(*places, low, high)}
        codes = [code for pair in sorted(pairs) for code in self._codes(*pair)]
        return np.array(codes, np.uint64)

    def _pairs(self, left: int, right: int, low: int, high: int) -> list[tuple[int, int]]:
        """The pairs of half sums, of two windows, with a sum in [low, high]."""
        lefts, rights = self._left.window(left).sums, self._right.window(right).sums
        places = np.empty((compiled(count_between)(lefts, rights, low, high, ONE_EACH, ONE_EACH), 2), np.int64)
        if len(places):
            compiled(list_between)(lefts, rights, low, high, places)
        return list(zip(lefts[places[:, 0]].tolist(), rights[places[:, 1]].tolist(), strict=True))

    def _codes(self, left: int, right: int) -> list[int]:
        """All subsets with these sums of its halves."""
        rights = self._right.subsets_with_sum(right)
        return [a | b << self._shift for a in self._left.subsets_with_sum(left) for b in rights]

    def _meeting(self, low: int, high: int, lefts: Iterable[int] | None = None) -> Iterator[tuple[int, int]]:
        """The windows of either half that may have a sum in [low, high] together."""
        for left in range(len(self._left)) if lefts is None else lefts:
            for right in reversed(range(len(self._right))):
                bottom, top = self._ends(left, right)
                if bottom <= high and low <= top:
                    yield left, right

    def _ends(self, left: int, right: int) -> tuple[int, int]:
        """Between which numbers the sums of two windows lie."""
        (a, b), (c, d) = (half.edges[k : k + 2].tolist() for half, k in ((self._left, left), (self._right, right)))
        return a + c, b + d - 2

    def sums(self, pairs: Sums) -> Sums:
        return np.where(self.missing(pairs), 0, pairs[:, 0] + pairs[:, 1])

    def missing(self, pairs: Sums) -> NDArray[np.bool_]:
        missing: NDArray[np.bool_] = pairs[:, 0] == FAR
        return missing

    def codes(self, pairs: Sums) -> Codes:
        """A subset for each pair."""
        codes = [self._left.subset(a) | self._right.subset(b) << self._shift for a, b in pairs.tolist()]
        return np.array(codes, np.uint64)

    def _check(self, what: str, times: int) -> None:
        check_work(what, BYTES, times * SECONDS * 2 ** (self._items // 2 + 1))


def _subsets_by_sum(items: Sums) -> Mapping[int, list[int]]:
    found = defaultdict(list)
    for total, mask in zip(*(each.tolist() for each in half_sums(items)), strict=True):
        found[total].append(mask)
    return found


# Loops, compiled


def pairs_below(a: Sums, b: Sums, value: int) -> int:
    """How many sums a[i] + b[j] are below a value; a and b ascend."""
    count, j = 0, len(b)
    for i in range(len(a)):
        while j > 0 and a[i] + b[j - 1] >= value:
            j -= 1
        count += j
    return count


def edges_of(a: Sums, b: Sums, most: int) -> Sums:
    """Edges between which at most so many sums a[i] + b[j] lie, or one sum alone."""
    low, end = a[0] + b[0], a[-1] + b[-1] + 1
    edges = [low]
    while low < end:
        below = pairs_below(a, b, low)
        good, bad = low + 1, end + 1  # as the next edge
        if pairs_below(a, b, end) - below <= most:
            good = end
        while bad - good > 1 and good < end:
            middle = good + (bad - good) // 2
            if pairs_below(a, b, middle) - below <= most:
                good = middle
            else:
                bad = middle
        low = good
        edges.append(low)
    return np.array(edges)


def fill(a: Sums, b: Sums, a_subsets: Sums, b_subsets: Sums, low: int, high: int, sums: Sums, subsets: Sums) -> None:
    """The sums a[i] + b[j] from low up to below high, and of how many subsets each is, unless `subsets` is empty."""
    filled, under, upto = 0, len(b), len(b)
    for i in range(len(a)):
        while under > 0 and a[i] + b[under - 1] >= low:
            under -= 1
        while upto > 0 and a[i] + b[upto - 1] >= high:
            upto -= 1
        for j in range(under, upto):
            sums[filled] = a[i] + b[j]
            if len(subsets):
                subsets[filled] = a_subsets[i] * b_subsets[j]
            filled += 1


def meet(left: Sums, right: Sums, target: int, i: int, j: int, best: Sums, distances: Sums) -> tuple[int, int]:
    """`half_sums.enclose` for one target, from the places (i, j) on until one list ends.

    best: the pair of half sums below the target and the one above; distances: of their sums from it.
    """
    below, above = distances
    while i < len(left) and j >= 0:
        distance = left[i] + right[j] - target
        up = distance <= 0
        under = distance if up else -FAR  # selected, not branched on: the processor cannot guess `up`
        over = FAR if up else distance
        if under > below:
            below = under
            best[0, 0], best[0, 1] = left[i], right[j]
        if over < above:
            above = over
            best[1, 0], best[1, 1] = left[i], right[j]
        i += up
        j -= 1 - up
    distances[0], distances[1] = below, above
    return i, j
