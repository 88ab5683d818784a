"""Blocks r × c of a mask that are kept or removed whole, as structured pruning of blocks or of kernels leaves them.

Blocks lie on the grid that divides the mask evenly. A mask is constant on blocks of c columns exactly if neighbouring
columns differ at multiples of c alone, so that the largest c is a greatest common divisor, and rows have another of
their own: no size is tried.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd, log
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from sparse_limits.numerics.fitting.block_patterns import BLOCK_ENTRIES
from sparse_limits.numerics.fitting.chances import divisors, log_choose
from sparse_limits.numerics.fitting.homogeneity import Counts
from sparse_limits.numerics.fitting.levels import UNLIKELY


@dataclass(frozen=True)
class Tiles:
    """A mask that is constant on blocks of `rows` × `columns`, of which `kept` out of `number` are kept.

    log10_chance: of a uniform mask of as many entries that is constant on blocks of any size, at most.
    """

    rows: int
    columns: int
    kept: int
    number: int
    log10_chance: float


def tiles_of(mask: csr_array | NDArray[np.bool_], rows: Counts, columns: Counts) -> Tiles | None:
    """The largest blocks on which a mask [m, n] of bool is constant, None if a uniform mask may be so by chance.

    rows [m], columns [n]: its kept entries. Whole rows and whole columns are no blocks.

    Examples:
        >>> import numpy as np
        >>> blocks = np.random.default_rng(0).random((10, 20)) < 0.3
        >>> mask = np.kron(blocks, np.ones((4, 2), bool))
        >>> found = tiles_of(mask, mask.sum(axis=1), mask.sum(axis=0))
        >>> found.rows, found.columns, found.kept == int(blocks.sum())
        (4, 2, True)
    """
    m, n = mask.shape
    kept = int(rows.sum())
    tall, wide = _period(mask, rows, 0), _period(mask, columns, 1)
    if tall * wide == 1 or tall == m or wide == n:
        return None
    number, area = m * n // (tall * wide), tall * wide
    chance = log_choose(number, kept // area) - log_choose(m * n, kept) + log(len(divisors(m)) * len(divisors(n)))
    if chance >= log(UNLIKELY):
        return None
    return Tiles(tall, wide, kept // area, number, chance / log(10))


def _period(mask: csr_array | NDArray[np.bool_], counts: Counts, axis: int) -> int:
    """The largest number of neighbouring lines that are equal, block by block of the grid; counts: of these lines."""
    by_counts = gcd(counts.size, *(np.flatnonzero(np.diff(counts)) + 1).tolist())
    if by_counts == 1:
        return 1
    return gcd(counts.size, *(np.flatnonzero(_changes(mask, axis)) + 1).tolist())


def _changes(mask: csr_array | NDArray[np.bool_], axis: int) -> NDArray[np.bool_]:
    """Whether each line but the first differs from the one before it."""
    if not isinstance(mask, np.ndarray):
        lines = mask if axis == 0 else csr_array(mask.T)
        differs: Any = lines[1:] != lines[:-1]
        return np.asarray(np.diff(csr_array(differs).indptr) > 0)
    if axis == 0:
        return np.array([bool((one != other).any()) for one, other in zip(mask[1:], mask[:-1], strict=True)])
    changes, step = np.zeros(mask.shape[1] - 1, bool), max(1, BLOCK_ENTRIES // mask.shape[1])
    for start in range(0, len(mask), step):
        part = mask[start : start + step]
        changes |= (part[:, 1:] != part[:, :-1]).any(axis=0)
    return changes
