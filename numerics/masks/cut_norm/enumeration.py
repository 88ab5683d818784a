"""The cut norm by enumeration of the subsets of the shorter side.

For a given row set the best column set takes all columns whose sum over it is positive, or all whose sum is negative.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.masks.cut_norm.matrices import finite_array

Floats = NDArray[np.float64]

LONGEST_EXACT = 22  # rows (or columns, if fewer) whose subsets are enumerated: 4 million
_BLOCK = 2**16  # numbers in flight: they stay in cache


def exact_cut_norm(A: ArrayLike) -> float | Floats:
    """The cut norm of a matrix, or of each matrix of a stack A [..., m, n], by enumeration; min(m, n) ≤ 22.

    A float for one matrix, else an array of the leading shape; exact up to the rounding of sums of m·n terms, and
    without rounding before the final division when A holds integers below 2⁵³/(mn).

    InputError if A is empty, not real, not finite, not at least two-dimensional, or too large.
    """
    matrices = finite_array(A)
    *stack, m, n = matrices.shape
    if min(m, n) > LONGEST_EXACT:
        raise InputError(f"A has shape {matrices.shape}, expected at most {LONGEST_EXACT} rows or columns")
    flat = matrices.reshape(-1, m, n)
    rows = flat.transpose(1, 2, 0) if m <= n else flat.transpose(2, 1, 0)  # [short, long, stack]
    tabled = min(m, n, max(0, int(np.log2(_BLOCK / max(m, n)))))
    step = min(len(flat), max(1, _BLOCK // (max(m, n) << tabled)))
    table, sums = np.empty((2, max(m, n), 1 << tabled, step))
    parts = [
        _largest_cuts(part, tabled, table[..., : part.shape[2]], sums[..., : part.shape[2]])
        for part in (rows[..., at : at + step] for at in range(0, len(flat), step))
    ]
    values = np.concatenate(parts) / (m * n)
    return values.reshape(stack) if stack else float(values[0])


def largest_cut(A: Floats) -> tuple[float, NDArray[np.bool_], NDArray[np.bool_]]:
    """The cut norm of A [m, n] times mn, and the sets that attain it as masks; min(m, n) is small.

    The value passes every entry through at most 2(m + n) + 8 rounded operations; without rounding it is exact.
    """
    if A.shape[0] > A.shape[1]:
        value, columns, rows = largest_cut(np.ascontiguousarray(A.T))
        return value, rows, columns
    m, n = A.shape
    tabled = min(m, max(0, int(np.log2(_BLOCK / n))))
    table = np.zeros((n, 1 << tabled))
    for at, row in enumerate(A[:tabled]):
        np.add(table[:, : 1 << at], row[:, None], out=table[:, 1 << at : 2 << at])
    totals, sums = table.sum(axis=0), np.empty_like(table)
    best, code = -1.0, 0
    for high in range(1 << (m - tabled)):
        base = _bits(high, m - tabled) @ A[tabled:]
        np.abs(np.add(table, base[:, None], out=sums), out=sums)
        values = sums.sum(axis=0) + np.abs(totals + base.sum())
        top = int(values.argmax())
        if values[top] > best:
            best, code = float(values[top]), high << tabled | top
    down = _bits(code, m)
    across = down @ A
    return best / 2, down > 0, across * (1 if across.sum() >= 0 else -1) > 0


def _bits(code: int, count: int) -> Floats:
    return (code >> np.arange(count) & 1).astype(np.float64)


def _largest_cuts(rows: Floats, tabled: int, table: Floats, sums: Floats) -> Floats:
    """max |Σ_{S×T}| of each matrix; rows [short, long, stack]; table and sums [long, 2^tabled, stack] are overwritten.

    The sums over subsets of the first `tabled` rows are tabled, subsets of the rest are walked as a tree.
    """
    table[:, 0] = 0
    for at, row in enumerate(rows[:tabled]):
        np.add(table[:, : 1 << at], row[:, None], out=table[:, 1 << at : 2 << at])
    totals = table.sum(axis=0)

    def largest(rest: Floats, base: Floats) -> Floats:
        if len(rest):
            return np.maximum(largest(rest[1:], base), largest(rest[1:], base + rest[0]))
        np.abs(np.add(table, base[:, None], out=sums), out=sums)
        # the positive sums minus the negative ones, and their difference: twice the larger of the two parts
        found: Floats = (sums.sum(axis=0) + np.abs(totals + base.sum(axis=0))).max(axis=0) / 2
        return found

    return largest(rows[tabled:], np.zeros(rows.shape[1:]))
