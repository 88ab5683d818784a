"""Sorted half sums: the loops of meet in the middle, on 64-bit integers.

Plain Python that `sparse_limits.numerics.machine_code.compiled` turns into machine code. Sums are at most 2**61 in modulus, so that
neither a sum of two nor its distance from a target overflows.
"""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.machine_code import compiled

Sums = NDArray[np.int64]
Masks = NDArray[np.uint32]
Integers = NDArray[np.int64] | MutableSequence[int]  # lists where the work is counted
FAR = 2**62  # beyond every distance
ONE_EACH: Sums = np.empty(0, np.int64)  # for `count_between`: each sum is of one subset


def half_sums(items: Sums, with_masks: bool = True) -> tuple[Sums, Masks]:
    """All subset sums of some items in ascending order, and the subset of each as bits. int[2**h], uint[2**h or 0]

    Without masks it takes half of the time.
    """
    size = 2**items.size
    subsets = size if with_masks else 0
    sums, spare = np.zeros(size, np.int64), np.empty(size, np.int64)
    masks, spare_masks = np.zeros(subsets, np.uint32), np.empty(subsets, np.uint32)
    found: tuple[Sums, Masks] = compiled(merge_half_sums)(items, sums, spare, masks, spare_masks)
    return found


def subset_with_sum(items: Sums, total: int) -> int:
    """A subset of some items, as bits, with a sum that one of them has."""
    half = items.size // 2
    (left, left_masks), (right, right_masks) = half_sums(items[:half]), half_sums(items[half:])
    found = np.empty((1, 4), np.int64)
    compiled(enclose)(left, right, np.array([total]), found)
    i, j = found[0, :2]
    return int(left_masks[i]) | int(right_masks[j]) << half


def merge_half_sums(
    items: Sums | Sequence[int], sums: Integers, spare: Integers, masks: Integers, spare_masks: Integers
) -> tuple[Integers, Integers]:
    """The sums without an item merged with those that have it, one item after the other; empty masks stay empty.

    A subset and its complement add up to the total, so the upper half of each merge mirrors the lower half; and while
    the lower half is filled, neither list runs out. Among equal sums those without the item come first: of a subset
    and its complement that tie in the middle just one is in the lower half, so no subset is lost.
    """
    keep = len(masks) > 0
    size = 1
    for place in range(len(items)):
        item = items[place]
        without = having = 0
        for k in range(size):
            plain, more = sums[without], sums[having] + item
            take = more < plain
            spare[k] = more if take else plain
            if keep:
                spare_masks[k] = masks[having] | (1 << place) if take else masks[without]
            having += take
            without += 1 - take
        total = sums[0] + sums[size - 1] + item
        every = (1 << (place + 1)) - 1
        for k in range(size):
            spare[2 * size - 1 - k] = total - spare[k]
            if keep:
                spare_masks[2 * size - 1 - k] = every ^ spare_masks[k]
        size *= 2
        sums, spare = spare, sums
        masks, spare_masks = spare_masks, masks
    return sums, masks


def enclose(left: Integers, right: Integers, targets: Integers, found: Sums) -> None:
    """For each target the places (i, j) of the largest sum left[i] + right[j] ≤ target and of the smallest one above.

    found: int[t, 4], the two pairs, −1 where there is no such sum.
    """
    for t in range(len(targets)):
        i, j = 0, len(right) - 1
        below, above = -FAR, FAR
        for k in range(4):
            found[t, k] = -1
        while i < len(left) and j >= 0:
            distance = left[i] + right[j] - targets[t]
            up = distance <= 0
            under = distance if up else -FAR  # selected, not branched on: the processor cannot guess `up`
            over = FAR if up else distance
            if under > below:
                below = under
                found[t, 0], found[t, 1] = i, j
            if over < above:
                above = over
                found[t, 2], found[t, 3] = i, j
            i += up
            j -= 1 - up


def first_between(left: Sums, right: Sums, lows: Sums, highs: Sums, found: Sums) -> None:
    """For each interval the places of one sum in it, or −1: first tried where `right` is dense, then everywhere.

    found: int[t, 2]
    """
    middle = right[(len(right) - 1) // 2]
    for t in range(len(lows)):
        low, high = lows[t], highs[t]
        found[t, 0] = found[t, 1] = -1
        start = min(np.searchsorted(left, low - middle), len(left) - 1)
        i, j = start, np.searchsorted(right, high - left[start], side="right") - 1
        while i < len(left) and j >= 0:
            total = left[i] + right[j]
            if low <= total <= high:
                found[t, 0], found[t, 1] = i, j
                break
            i += total < low
            j -= total > high
        if found[t, 0] >= 0:
            continue
        i, j = start - 1, np.searchsorted(right, low - left[start])
        while i >= 0 and j < len(right):
            total = left[i] + right[j]
            if low <= total <= high:
                found[t, 0], found[t, 1] = i, j
                break
            i -= total > high
            j += total < low


def count_between(left: Sums, right: Sums, low: int, high: int, times: Sums, before: Sums) -> int:
    """How many subsets have a sum left[i] + right[j] in [low, high].

    times: of how many subsets each of `left` is the sum; before: of how many the first j of `right` are; empty: of one each.
    """
    count = 0
    under = upto = len(right)  # how many of `right` lead to a sum below low, and to one of at most high
    for i in range(len(left)):
        while under > 0 and left[i] + right[under - 1] >= low:
            under -= 1
        while upto > 0 and left[i] + right[upto - 1] > high:
            upto -= 1
        found = before[upto] - before[under] if len(before) else upto - under
        count += times[i] * found if len(times) else found
    return count


def count_each(items: Sums, low: int, high: int, most: int, counts: Sums) -> None:
    """For each row how many subsets of its items that are not 0, at most `most`, have a sum in [low, high].

    items: int[t, n]; counts: int[t]
    """
    left, right = np.empty(2 << (most + 1) // 2, np.int64), np.empty(2 << most // 2, np.int64)
    left[1] = right[1] = 0  # the sum of no items; `add_item` writes all others that are read
    each = np.empty(0, np.int64)  # is of one subset
    for t in range(len(items)):
        a = b = 0  # items in either half
        for item in items[t]:
            if item != 0 and a == b:
                add_item(left, a, item)
                a += 1
            elif item != 0:
                add_item(right, b, item)
                b += 1
        counts[t] = count_between(left[1 << a : 2 << a], right[1 << b : 2 << b], low, high, each, each)


def list_between(left: Sums, right: Sums, low: int, high: int, pairs: Sums) -> None:
    """The places of all sums in [low, high]. pairs: int[how many there are, 2]"""
    filled = 0
    under = upto = len(right)
    for i in range(len(left)):
        while under > 0 and left[i] + right[under - 1] >= low:
            under -= 1
        while upto > 0 and left[i] + right[upto - 1] > high:
            upto -= 1
        for j in range(under, upto):
            pairs[filled, 0], pairs[filled, 1] = i, j
            filled += 1


def search_each(
    items: Sums, lows: Sums, highs: Sums, targets: Sums, start: int, most: int, masks: NDArray[np.bool_]
) -> None:
    """For each target a subset of its own items with a sum in [low, high]; else a nearest one of all that were searched.

    Searched are windows of at most `most` items, each from `start` items on and always two more, and the empty subset
    first of all. Where items are left over, the last window is moved back to be full.
    items: int[t, n]; lows, highs, targets: int[t]; masks: bool[t, n], all False.
    """
    count = items.shape[1]
    left, right = np.empty(2 << (most + 1) // 2, np.int64), np.empty(2 << (most + 1) // 2, np.int64)
    left[1] = right[1] = 0  # the sum of no items; `add_item` writes all others that are read
    hit, near = np.empty((1, 2), np.int64), np.empty((1, 4), np.int64)
    for t in range(len(items)):
        best = FAR
        for window in range(max(1, -(-count // most))):
            first = max(0, min(window * most, count - most))
            row, mask = items[t, first : first + most], masks[t, first : first + most]
            a = b = wanted = 0  # items in the left half, in the right one, and in both when the next search is due
            while True:
                while a + b < wanted:
                    if a == b:
                        add_item(left, a, row[a + b])
                        a += 1
                    else:
                        add_item(right, b, row[a + b])
                        b += 1
                lefts, rights = left[1 << a : 2 << a], right[1 << b : 2 << b]
                first_between(lefts, rights, lows[t : t + 1], highs[t : t + 1], hit)
                if hit[0, 0] >= 0 or a + b == len(row):
                    break
                wanted = min(len(row), max(start, a + b + 2))
            found = hit[0, 0] >= 0
            i, j, distance = hit[0, 0], hit[0, 1], -1
            if not found:
                enclose(lefts, rights, targets[t : t + 1], near)
                distance = FAR
                for side in range(0, 4, 2):
                    if near[0, side] >= 0:
                        apart = abs(lefts[near[0, side]] + rights[near[0, side + 1]] - targets[t])
                        if apart < distance:
                            i, j, distance = near[0, side], near[0, side + 1], apart
            if distance < best:
                best = distance
                masks[t] = False
                read_subset(left, a, lefts[i], row[0::2], mask[0::2])
                read_subset(right, b, rights[j], row[1::2], mask[1::2])
            if found:
                break


def add_item(levels: Sums, level: int, item: int) -> None:
    """The sorted sums of one item more, from those at 2^level, …, 2^(level+1) − 1 into the places after these.

    The upper half mirrors the lower one, as in `merge_half_sums`.
    """
    size = 1 << level
    without = having = size
    for k in range(2 * size, 3 * size):
        plain, more = levels[without], levels[having] + item
        take = more < plain
        levels[k] = more if take else plain
        having += take
        without += 1 - take
    total = levels[size] + levels[2 * size - 1] + item
    for k in range(size):
        levels[4 * size - 1 - k] = total - levels[2 * size + k]


def read_subset(levels: Sums, level: int, total: int, items: Sums, mask: NDArray[np.bool_]) -> None:
    """A subset of the first `level` items with a sum that is among theirs: an item is in it where no sum without it is."""
    for place in range(level - 1, -1, -1):
        sums = levels[1 << place : 2 << place]
        at = np.searchsorted(sums, total)
        mask[place] = at == len(sums) or sums[at] != total
        if mask[place]:
            total -= items[place]
