"""Blocks of a mask that all keep the same number of entries, as a selection block by block leaves them (N:M, S13).

The entries of a block are neighbours in a line or stand `step` apart. Rows of a convolution hold the places of a kernel one
after the other, channel by channel, so that neighbouring channels at one place are as far apart as the kernel has places.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import gcd, log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from sparse_limits.numerics.fitting.chances import divisors, log_choose
from sparse_limits.numerics.fitting.levels import UNLIKELY

BLOCK_ENTRIES = 2**20  # of a mask, looked at together


@dataclass(frozen=True)
class Blocks:
    """Every block of `length` entries, `step` apart, keeps exactly `kept`, along rows or along columns.

    log10_chance: of a uniform mask with such blocks.
    """

    kept: int
    length: int
    along: str
    log10_chance: float
    step: int = 1


class Selection(NamedTuple):
    """Weights are ranked in blocks of `length` along rows (or columns), `step` apart, and `kept` of each block stay (S12, S13)."""

    length: int
    kept: int
    columns: bool
    step: int = 1

    def places(self, line: int) -> NDArray[np.int64]:
        """Where a line of so many entries has those of each block [blocks, length].

        Examples:
            >>> Selection(2, 1, False, step=3).places(6).tolist()
            [[0, 3], [1, 4], [2, 5]]
        """
        grouped = np.arange(line).reshape(-1, self.length, self.step)
        return grouped.swapaxes(1, 2).reshape(-1, self.length)


def blocks_of(mask: csr_array | NDArray[np.bool_]) -> Blocks | None:
    """The shortest blocks of two entries or more, along rows if there are any, of a mask [m, n] that keeps some entries, not all."""
    if isinstance(mask, np.ndarray):
        kept = int(np.count_nonzero(mask))
        return _shortest(mask, kept, "rows") or _shortest(mask.T, kept, "columns")
    return _shortest(mask, mask.nnz, "rows") or _shortest(csr_array(mask.T), mask.nnz, "columns")


def _shortest(mask: csr_array | NDArray[np.bool_], kept: int, along: str) -> Blocks | None:
    """The shortest blocks that keep equally many and that chance does not explain, of neighbours if these are as short."""
    m, n = mask.shape
    multiple = m * n // gcd(m * n, kept)  # the density times the length is a whole number
    lengths = [each for each in divisors(n) if 2 <= each < n and each % multiple == 0]
    tried = [(length, step) for length in lengths for step in divisors(n // length)]
    sums: Callable[[int, int], Iterator[NDArray[np.integer]]] | None = None
    for length, step in tried:
        each, number = kept * length // (m * n), m * n // length
        chance = number * log_choose(length, each) - log_choose(m * n, kept)
        if chance + log(len(tried)) >= log(UNLIKELY):
            continue
        sums = sums or (_sums_of_dense(mask) if isinstance(mask, np.ndarray) else _sums_of_sparse(mask))
        if all((part == each).all() for part in sums(length, step)):
            return Blocks(each, length, along, chance / log(10), step)
    return None


def _sums_of_dense(mask: NDArray[np.bool_]) -> Callable[[int, int], Iterator[NDArray[np.integer]]]:
    """What the blocks of a mask [m, n] keep, some rows at a time: the first alone, since it refuses most patterns."""
    rows = max(1, BLOCK_ENTRIES // mask.shape[1])

    def sums(length: int, step: int) -> Iterator[NDArray[np.integer]]:
        yield mask[:1].reshape(-1, length, step).sum(axis=1)
        for start in range(1, len(mask), rows):
            yield mask[start : start + rows].reshape(-1, length, step).sum(axis=1)

    return sums


def _sums_of_sparse(mask: csr_array) -> Callable[[int, int], Iterator[NDArray[np.integer]]]:
    """The same of a sparse mask."""
    m, n = mask.shape
    ends = mask.indptr
    rows = np.repeat(np.arange(m, dtype=np.int64), np.diff(ends))

    def sums(length: int, step: int) -> Iterator[NDArray[np.integer]]:
        for start, stop in ((0, 1), (1, m)):
            part = slice(ends[start], ends[stop])
            columns = mask.indices[part]
            blocks = (rows[part] - start) * (n // length) + columns // (length * step) * step + columns % step
            yield np.bincount(blocks, minlength=(stop - start) * n // length)

    return sums
