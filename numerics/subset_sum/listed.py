"""Half sums of up to 44 items, all in memory and in order: 16·2^{n/2} bytes, and half as much again for many targets."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.machine_code import compiled
from sparse_limits.numerics.subset_sum.half_sums import (
    ONE_EACH,
    Sums,
    count_between,
    enclose,
    first_between,
    half_sums,
    list_between,
    subset_with_sum,
)

Codes = NDArray[np.uint64]  # subsets as bits

FEW = 4  # subsets that are found from their sums; more are worth a mask for every half sum


class ListedHalves:
    """Both lists of half sums, and what is found in them: pairs of places, int64[t, 2], −1 where there is none."""

    def __init__(self, left: Sums, right: Sums) -> None:
        self._halves, self._shift = (left, right), len(left)
        self._left, self._right = (half_sums(part, with_masks=False)[0] for part in self._halves)

    @cached_property
    def _masks(self) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        """The subsets of all half sums."""
        left, right = (half_sums(part)[1] for part in self._halves)
        return left, right

    def neighbours(self, targets: Sums) -> tuple[Sums, Sums]:
        """For each target the pair with the largest sum ≤ target and the one with the smallest sum above."""
        found = np.empty((len(targets), 4), dtype=np.int64)
        compiled(enclose)(self._left, self._right, targets, found)
        return found[:, :2], found[:, 2:]

    def between(self, lows: Sums, highs: Sums) -> Sums:
        """For each interval a pair with a sum in it."""
        found = np.empty((len(lows), 2), dtype=np.int64)
        compiled(first_between)(self._left, self._right, lows, highs, found)
        return found

    def count(self, low: int, high: int) -> int:
        """How many subsets have a sum in [low, high]."""
        return int(compiled(count_between)(self._left, self._right, low, high, ONE_EACH, ONE_EACH))

    def codes_between(self, low: int, high: int, count: int) -> Codes:
        """All subsets with a sum in [low, high], of which there are `count`."""
        pairs = np.empty((count, 2), dtype=np.int64)
        if count:
            compiled(list_between)(self._left, self._right, low, high, pairs)
        return self._looked_up(pairs)

    def sums(self, pairs: Sums) -> Sums:
        return self._left[pairs[:, 0]] + self._right[pairs[:, 1]]

    def missing(self, pairs: Sums) -> NDArray[np.bool_]:
        missing: NDArray[np.bool_] = pairs[:, 0] < 0
        return missing

    def codes(self, pairs: Sums) -> Codes:
        """For each pair a subset with its sum; any subset where there is no pair."""
        if len(pairs) > FEW:
            return self._looked_up(pairs)
        sums = zip(self._left[pairs[:, 0]].tolist(), self._right[pairs[:, 1]].tolist(), strict=True)
        return np.array([self._code(*each) for each in sums], dtype=np.uint64)

    def _code(self, *sums: int) -> int:
        left, right = map(subset_with_sum, self._halves, sums)
        return left | right << self._shift

    def _looked_up(self, pairs: Sums) -> Codes:
        """The subsets at some places: of two subsets with one sum, each at its own."""
        left, right = (masks[places] for masks, places in zip(self._masks, pairs.T, strict=True))
        codes: Codes = left.astype(np.uint64) | right.astype(np.uint64) << np.uint64(self._shift)
        return codes
