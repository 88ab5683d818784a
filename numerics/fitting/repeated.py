"""Rows of a mask that are equal, or columns, more often than the fitted graphon explains.

Rows of a mask drawn from a graphon are independent, so that a pair of them is equal with a chance that the graphon gives.
If the expected number of pairs is E, there are E/UNLIKELY of them with chance UNLIKELY at most (Markov). Empty lines are
left out: they have a test of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from sparse_limits.numerics.fitting.factor_model import posterior
from sparse_limits.numerics.fitting.levels import UNLIKELY
from sparse_limits.numerics.fitting.model import Model

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class Repeated:
    """So many pairs of equal lines, none of them empty, beside those that the fitted graphon leads to expect.

    side: "rows" or "columns". distinct: different lines that keep any weight, of `number` such lines.
    """

    side: str
    pairs: int
    expected: float
    distinct: int
    number: int


def repeated_in(mask: csr_array, model: Model) -> tuple[Repeated, ...]:
    """The sides of a mask [m, n] of bool that repeat lines more often than its model explains."""
    expected = dict(
        zip(("columns", "rows") if model.data.transposed else ("rows", "columns"), _expected(model), strict=True)
    )
    sides = {"rows": mask, "columns": csr_array(mask.T)}
    found = (_repeated(side, lines, expected[side]) for side, lines in sides.items())
    return tuple(each for each in found if each.expected < UNLIKELY * each.pairs)


def _repeated(side: str, lines: csr_array, expected: float) -> Repeated:
    ends = zip(lines.indptr[:-1], lines.indptr[1:], strict=True)
    sorted_lines = lines.sorted_indices().indices
    times: dict[bytes, int] = {}
    for start, stop in ends:
        if stop > start:
            key = sorted_lines[start:stop].tobytes()
            times[key] = times.get(key, 0) + 1
    pairs = sum(each * (each - 1) // 2 for each in times.values())
    return Repeated(side, pairs, expected, len(times), sum(times.values()))


def _expected(model: Model) -> tuple[float, float]:
    """How many pairs of equal lines that are not empty the graphon leads to expect: on the random side, on the fixed one."""
    table, sizes = model.best.table, model.data.sizes
    weights, units = posterior(model.best, model.data).mean(axis=0), len(model.data.counts)
    random = units * (units - 1) / 2 * float(weights @ _equal(table, sizes) @ weights)
    others = sizes.sum()
    fixed = float(sizes @ _equal(table.T, units * weights) @ sizes - sizes @ np.diag(_equal(table.T, units * weights)))
    return random, fixed / 2 if others > 1 else 0.0


def _equal(table: Floats, lengths: Floats) -> Floats:
    """The chance that lines of each two kinds are equal and not empty. table [K, G]: of kinds; lengths [G]: entries of each.

    Examples:
        >>> float(_equal(np.array([[0.5]]), np.array([2.0]))[0, 0])  # one of three of the four patterns, twice
        0.1875
    """
    found = np.empty((len(table), len(table)))
    for at, one in enumerate(table):
        both, neither = one * table, (1 - one) * (1 - table)
        found[at] = np.exp(np.log(both + neither) @ lengths) - np.exp(np.log(neither) @ lengths)
    return found
