"""The cut norm ‖A‖□ = max over row sets S and column sets T of |Σ_{i∈S, j∈T} A_ij| / (mn), A of shape [m, n].

`exact_cut_norm` enumerates the subsets of the shorter side: for a given S the best T takes all columns whose sum over
S is positive, or all whose sum is negative. `cut_norm_witness` finds large cuts of large matrices and certifies them.
"""

from __future__ import annotations

from fractions import Fraction
from math import fsum, nextafter
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

LONGEST_EXACT = 22  # rows (or columns, if fewer) whose subsets are enumerated: 4 million
_BLOCK = 2**16  # numbers in flight: they stay in cache


class Witness(NamedTuple):
    """A cut: |Σ A over rows × columns| / (mn), rounded down, and the sets as masks [m] and [n]."""

    value: float
    rows: NDArray[np.bool_]
    columns: NDArray[np.bool_]


def exact_cut_norm(A: ArrayLike) -> float | Floats:
    """The cut norm of a matrix, or of each matrix of a stack A [..., m, n], by enumeration; min(m, n) ≤ 22.

    A float for one matrix, else an array of the leading shape; exact up to the rounding of sums of m·n terms, and
    without rounding before the final division when A holds integers below 2⁵³/(mn).

    ValueError if A is empty, not real, not finite, not at least two-dimensional, or too large.
    """
    matrices = _finite(A)
    *stack, m, n = matrices.shape
    if min(m, n) > LONGEST_EXACT:
        raise ValueError(f"A has shape {matrices.shape}, expected at most {LONGEST_EXACT} rows or columns")
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


def cut_norm_witness(A: ArrayLike, rng: np.random.Generator, starts: int = 16) -> Witness:
    """A large cut of A [m, n], a certified lower bound of the cut norm: (value, rows, columns).

    From `starts` ≥ 1 random column sets at once, the best rows given the columns and the best columns given the rows
    are taken in turns while that gains. The value is summed without error from the sets found, and rounded down.

    ValueError if A is not a non-empty finite real matrix, or starts < 1.
    """
    matrix = _finite(A)
    if matrix.ndim != 2:
        raise ValueError(f"A has shape {matrix.shape}, expected a matrix")
    if starts < 1:
        raise ValueError(f"starts is {starts}, expected at least 1")
    m, n = matrix.shape
    best, rows, columns = 0.0, np.zeros(m), np.zeros(n)
    across, gain = (rng.random((n, starts)) < 0.5).astype(np.float64), np.zeros(starts)
    while across.shape[1]:
        down, _ = _best_side(matrix @ across)
        across, reached = _best_side(matrix.T @ down)
        top = int(reached.argmax())
        if reached[top] > best:
            best, rows, columns = float(reached[top]), down[:, top], across[:, top]
        gaining = reached > gain * (1 + 1e-12)
        across, gain = across[:, gaining], reached[gaining]
    kept_rows, kept_columns = rows > 0, columns > 0
    return Witness(_mean_below(matrix[np.ix_(kept_rows, kept_columns)], m * n), kept_rows, kept_columns)


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
        return (sums.sum(axis=0) + np.abs(totals + base.sum(axis=0))).max(axis=0) / 2

    return largest(rows[tabled:], np.zeros(rows.shape[1:]))


def _best_side(sums: Floats) -> tuple[Floats, Floats]:
    """For each column of sums [r, starts]: the rows of one sign with the larger total, as 0/1, and that total."""
    positive = np.maximum(sums, 0).sum(axis=0)
    negative = positive - sums.sum(axis=0)
    return (sums * np.where(positive >= negative, 1, -1) > 0).astype(np.float64), np.maximum(positive, negative)


def _mean_below(block: Floats, count: int) -> float:
    """The largest float ≤ |Σ block| / count that is reached by rounding the sum and then the quotient down."""
    entries = block.ravel().tolist()
    total = fsum(entries)
    if total < 0:
        entries, total = [-x for x in entries], -total
    if fsum([*entries, -total]) < 0:
        total = nextafter(total, 0)
    mean = total / count
    return nextafter(mean, 0) if Fraction(mean) * count > Fraction(total) else mean


def _finite(A: ArrayLike) -> Floats:
    array = np.asarray(A)
    if array.ndim < 2 or array.size == 0 or array.dtype.kind not in "biuf":
        raise ValueError(f"A is {array.dtype} of shape {array.shape}, expected a non-empty real matrix")
    array = array.astype(np.float64)
    with np.errstate(over="ignore"):
        if not np.isfinite(np.abs(array).sum(axis=(-2, -1))).all():
            raise ValueError("A contains NaN or infinity, or its sum overflows, expected finite values")
    return array
