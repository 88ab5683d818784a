"""The loops of the samplers, which are compiled: jumps to candidates, thinning, and the order of what stays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Indices = NDArray[np.int64]
Names = NDArray[np.int32]
SLACK = 1 + 1e-12  # two evaluations of one kernel value may differ by a few units in the last place


def jump(
    rng: np.random.Generator,
    rate: Floats,
    top: Indices,
    left: Indices,
    height: Indices,
    width: Indices,
    at: int,
    position: float,
    rows: Indices,
    columns: Indices,
    group: Indices,
) -> tuple[int, int, float]:
    """Fills rows, columns, group with candidates, from cell `position` of rectangle `at` on (−1: not yet entered).

    Returns how many were filled and where to resume. Positions are floats, exact below 2⁵³: no integer type holds every jump.
    """
    filled = 0
    while at < rate.size:
        scale, wide = 1 / rate[at], np.float64(width[at])
        cells = height[at] * wide
        if position < 0:
            position = np.floor(rng.standard_exponential() * scale)
        while position < cells and filled < rows.size:
            down = np.floor(position / wide)
            rows[filled] = top[at] + np.int64(down)
            columns[filled] = left[at] + np.int64(position - down * wide)
            group[filled] = at
            filled += 1
            position += np.floor(rng.standard_exponential() * scale) + 1
        if position < cells:
            break
        at, position = at + 1, -1.0
    return filled, at, position


def thin(
    chance: Floats,
    p: NDArray[Any],
    rows: Indices,
    columns: Indices,
    bounds: Floats,
    row_of: Names,
    column_of: Names,
    down: Names,
    across: Names,
) -> int:
    """Writes the names of the candidates that stay, and returns their number: −1 if a probability is out of range."""
    outside = 0
    for i in range(p.size):
        outside += not 0 <= p[i] <= bounds[i] * SLACK
    if outside:
        return -1
    kept = 0
    for i in range(p.size):
        down[kept], across[kept] = row_of[rows[i]], column_of[columns[i]]
        kept += chance[i] * bounds[i] < p[i]
    return kept


def counting_sort(rows: Names, columns: Names, m: int, n: int) -> tuple[Names, Indices]:
    """CSR indices and row starts, sorted: entries are scattered by column, then, stably, by row."""
    down, across = np.zeros(m + 1, np.int64), np.zeros(n + 1, np.int64)
    for i in range(rows.size):
        down[rows[i] + 1] += 1
        across[columns[i] + 1] += 1
    down, across = np.cumsum(down), np.cumsum(across)
    by_column, place = np.empty_like(rows), across.copy()
    for i in range(rows.size):
        by_column[place[columns[i]]] = rows[i]
        place[columns[i]] += 1
    indices, place = np.empty_like(columns), down.copy()
    for column in range(n):
        for i in range(across[column], across[column + 1]):
            indices[place[by_column[i]]] = column
            place[by_column[i]] += 1
    return indices, down
