"""Whole rows or columns that are gone, or kept whole, beyond what pruning weight by weight leaves.

Methods that prune weights at initialisation leave dead lines too: a row factor such as |a| comes as near to 0 as it
likes. But then it also leaves lines that are nearly dead, and where whole lines were removed those are missing. Two
tests:

- what is left, without dead rows and columns, is kept whole: the chance of so unlikely a rectangle, of any sides, in a uniform mask;
- for each dead line there are at least NEARLY nearly dead lines, which keep at most half of the mean of the lines that keep any: their
  number among dead and nearly dead lines is binomial. This holds for half-normal rows (S4) while at most MOST_GONE
  of the lines are dead and the others keep FEWEST_KEPT on average, and the test asks for both. Units that no sample activates are an
  exception, so without data the report says what else may have emptied a line.

Full lines are the dead lines of the complement.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from sparse_limits.numerics.fitting.chances import log_rectangle
from sparse_limits.numerics.fitting.homogeneity import Counts, degrees
from sparse_limits.numerics.fitting.levels import UNLIKELY
from sparse_limits.numerics.statistics.exact_tests import binomial_at_most

NEARLY = 0.25  # nearly dead lines for each dead one, at least, of pruning weight by weight
MOST_GONE = 2 / 3  # share of dead lines above which a continuous factor leaves fewer
FEWEST_KEPT = 12.0  # entries that living lines keep on average, below which nearly dead ones cannot be recognised

Lines = NDArray[np.int64]


@dataclass(frozen=True)
class Removal:
    """Lines of one side that are gone (or `kept` whole), and why pruning weight by weight does not explain them.

    side: "rows" or "columns". lines: their indices. nearly: how many of the others come near to them. p: the chance of
    so few.
    """

    side: str
    kept: bool
    lines: Lines
    nearly: int
    p: float


@dataclass(frozen=True, eq=False)
class Structure:
    """What was removed, or kept, whole, and the other lines: rows and columns of the rest.

    whole: whether all that is left is kept.
    """

    removals: tuple[Removal, ...]
    whole: bool
    rows: Lines
    columns: Lines

    def rest(self, mask: csr_array) -> csr_array:
        """The mask [m, n] of bool without these lines."""
        return csr_array(mask[self.rows][:, self.columns])


def structure_of(mask: csr_array, silent: NDArray[np.bool_] | None = None) -> Structure | None:
    """The whole lines that a mask [m, n] of bool has lost or kept; None unless one of both tests shows it.

    silent [n]: columns whose input is 0 throughout the data: their being dead needs no other reason.
    """
    return structure_of_counts(*degrees(mask), silent)


def structure_of_counts(rows: Counts, columns: Counts, silent: NDArray[np.bool_] | None = None) -> Structure | None:
    """The same from what each row [m] and each column [n] keeps."""
    m, n = rows.size, columns.size
    living = np.flatnonzero(rows), np.flatnonzero(columns)
    left = living[0].size * living[1].size
    sides = living[0].size, living[1].size
    if rows.sum() == left and (chance := log_rectangle(m, n, *sides)) < log(UNLIKELY):
        dead = (("rows", np.flatnonzero(rows == 0)), ("columns", np.flatnonzero(columns == 0)))
        gone = tuple(Removal(side, False, lines, 0, exp(chance)) for side, lines in dead if lines.size)
        return Structure(gone, True, *living)
    if silent is not None:
        columns = np.where(silent & (columns == 0), -1, columns)
    found = tuple(
        removal
        for side, counts, length in (("rows", rows, living[1].size), ("columns", columns, living[0].size))
        for kept in (False, True)
        if (removal := _removal(side, counts, length, kept)) is not None
    )
    if not found:
        return None
    rest = [np.arange(m), np.arange(n)]
    for removal in found:
        at = ("rows", "columns").index(removal.side)
        rest[at] = np.setdiff1d(rest[at], removal.lines)
    return Structure(found, False, *rest)


def _removal(side: str, counts: Counts, length: int, kept: bool) -> Removal | None:
    """The empty (full) lines among `counts` of `length` each, if too few others are nearly so; those below 0 are left out."""
    held = np.where(counts >= 0, length - counts, -1) if kept else counts
    others = held[held > 0]
    gone = int((held == 0).sum())
    if not 0 < gone <= MOST_GONE * counts.size or not others.size or others.mean() < FEWEST_KEPT:
        return None
    lines, nearly = np.flatnonzero(held == 0), int((others <= others.mean() / 2).sum())
    p = binomial_at_most(nearly, lines.size + nearly, NEARLY / (1 + NEARLY))
    return Removal(side, kept, lines, nearly, p) if p < UNLIKELY else None
