"""What the sizes of pruned weights say about them: whole numbers, and two scales a thousandfold apart.

Zeros of whole numbers may be rounding. Weights that are as good as 0 beside the others may be meant as pruned: of two
scales are weights if some octaves in a row hold at most half as many as lie below them, and as lie above. Where the density of
weights at 0 is positive, those below x are to those below 2x as one to two: beside k weights there are then no others in
OCTAVES octaves with a chance of about 2^(−k · OCTAVES).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

OCTAVES = 10  # between the small weights and the others
FEWEST, SMALLEST_SHARE = 2, 0.01  # weights on either side, and their share in those that are not 0
EXPONENTS, LEAST = 2**12, -1100  # of doubles, from below the least that is no 0 on


class Sizes:
    """Counts the weights of an array, piece by piece, by the power of two that they are below."""

    def __init__(self) -> None:
        self.number = np.zeros(EXPONENTS, np.int64)
        self.kinds: set[str] = set()

    def add(self, values: NDArray[Any], quantised: str = "") -> None:
        """A piece of the array. quantised: the type of the whole numbers that it was made from, if it was."""
        if quantised:
            self.kinds.add(quantised)
        elif values.dtype.kind in "iu" and (values.max(initial=0) > 1 or values.min(initial=0) < 0):
            self.kinds.add(str(values.dtype))
        sizes = np.abs(values[values != 0].astype(np.complex128 if values.dtype.kind == "c" else np.float64))
        self.number += np.bincount(np.frexp(sizes)[1] - LEAST, minlength=EXPONENTS)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be said of them, in sentences.

        Examples:
            >>> sizes = Sizes()
            >>> sizes.add(np.array([0.0, 0.5, -0.25, 3e-7, 2e-7]))
            >>> sizes.notes[0][:64]
            'weights of two scales: 2 of the 4 that are not 0 are below 4.8e-'
        """
        whole = [
            f"weights are whole numbers ({kind}): a 0 may be rounding and not pruning" for kind in sorted(self.kinds)
        ]
        return (*whole, *self._two_scales())

    def _two_scales(self) -> list[str]:
        total, up_to = int(self.number.sum()), self.number.cumsum()
        low, high = up_to[:-OCTAVES], total - up_to[OCTAVES:]
        ends = np.minimum(low, high)
        told = (ends >= max(FEWEST, SMALLEST_SHARE * total)) & (2 * (total - low - high) <= ends)
        if not told.any():
            return []
        at = int(np.argmax(np.where(told, low + high, -1)))  # the lowest of the levels that part the most
        below, above = (np.ldexp(1.0, each + LEAST) for each in (at, at + OCTAVES))
        return [
            f"weights of two scales: {low[at]} of the {total} that are not 0 are below {below:.2g}, {high[at]} from "
            f"{above:.2g} on, and all of them count as kept. If the small ones are meant as pruned: "
            f"--below {np.sqrt(below * above):.2g}"
        ]
