"""Whether a mask has more empty rows, or more empty columns, than a law of rows leaves.

The other deviations hardly change if a few lines are gone: the chance of an empty row is small, and so is its weight in them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

Floats = NDArray[np.floating]

RARE = 1e-4  # chance below which a number of empty lines counts: more usual ones would hide what other deviations show


@dataclass(frozen=True, eq=False)
class EmptyLines:
    """The chances of at least 0, 1, 2, … empty rows [m + 1] and columns [n + 1] of a mask [m, n] with independent rows."""

    rows: Floats
    columns: Floats

    def chance(self, mask: NDArray[np.bool_]) -> float:
        """That of so many empty rows, or of so many empty columns: twice the smaller."""
        rows, columns = (int((~mask.any(axis=axis)).sum()) for axis in (1, 0))
        return min(1.0, 2 * float(min(self.rows[rows], self.columns[columns])))

    def surprise(self, mask: NDArray[np.bool_]) -> float:
        """−2 ln of that chance, on the scale of squares of standard normal numbers; 0 unless it is RARE."""
        chance = self.chance(mask)
        return -2 * float(np.log(max(chance, 1e-300))) if chance < RARE else 0.0


def empty_lines(row: float, densities: Floats, m: int) -> EmptyLines:
    """The law for m rows, each empty with the chance `row`, that keep their entries with the chances `densities` [n].

    Examples:
        >>> import numpy as np
        >>> found = empty_lines(0.5, np.array([0.5, 0.5]), 2)
        >>> found.rows.tolist(), found.columns.tolist()
        ([1.0, 0.75, 0.25], [1.0, 0.4375, 0.0625])
    """
    numbers = np.arange(1, m + 1)
    law = np.ones(1)
    for empty in (1 - densities) ** m:  # one column more
        law = np.convolve(law, (1 - empty, empty))
    at_least = np.minimum(1.0, law[::-1].cumsum()[::-1])
    return EmptyLines(np.concatenate(([1.0], betainc(numbers, m - numbers + 1, row))), np.array([1.0, *at_least[1:]]))
