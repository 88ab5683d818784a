"""Many subset sums of moderate size at once, each with its own items: searched in machine words, in one compiled loop."""

from __future__ import annotations

from math import ceil, frexp, log2

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.machine_code import compiled
from sparse_limits.numerics.subset_sum.half_sums import add_item, enclose, first_between, read_subset, search_each

MOST_ITEMS = 32  # in one search: it takes less than a millisecond, and 32 products of weights reach 1e-9
BITS = 60  # of the largest sum
SLACK = 16 * MOST_ITEMS  # of the last bits, by which rounding moves a sum and its target at most

Floats = NDArray[np.float64]


def subsets_within(items: Floats, targets: Floats, eps: float) -> NDArray[np.bool_]:
    """For each target the first subset of its items found to come within eps; a nearest one of those searched, if none.

    Items may be off by some units in their last place: whoever needs the error evaluates it from the mask, exactly.
    At most 32 items are searched at a time, one window after the other.

    items: float[t, n]; targets: float[t]; eps > 0; all finite. Returns bool[t, n].
    """
    largest = float(np.abs(items).max(initial=0)) or 1.0
    scale = BITS - 5 - frexp(largest)[1]  # 32 items of less than 2^exponent
    beyond = 2.0**BITS  # farther than every sum: targets and widths beyond it act like ones at it
    with np.errstate(over="ignore"):
        middle = np.rint(np.clip(np.ldexp(targets, scale), -beyond, beyond)).astype(np.int64)
        width = int(min(np.ldexp(eps, scale), beyond)) - SLACK
    start = max(0, ceil(log2(largest) - log2(eps)))
    masks = np.zeros(items.shape, dtype=bool)
    search = compiled(search_each, calls=(first_between, add_item, read_subset, enclose))
    words = np.rint(np.ldexp(items, scale)).astype(np.int64)
    search(words, middle - width, middle + width, middle, start, MOST_ITEMS, masks)
    return masks
