"""Solvers that are not exact: meet in the middle in doubles, and the greedy one. Peers and controls of the exact one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.subset_sum.laws import subset_sums

Floats = NDArray[np.float64]


def nearest_in_doubles(x: Floats, z: float) -> tuple[NDArray[np.bool_], float]:
    """Meet in the middle by sorting doubles: a mask bool[n] and the error that rounded sums report.

    Within 2nu(|z| + Σ|x|) of the optimum (R6); the reported error itself may be wrong by half of that.
    """
    half = len(x) // 2
    left, right = (subset_sums(part[None])[0] for part in (x[:half], x[half:]))
    ascending, sums = np.sort(left), np.sort(right)
    wanted = z - ascending
    place = np.searchsorted(sums, wanted)
    neighbours = np.stack([sums[np.maximum(place - 1, 0)], sums[np.minimum(place, len(sums) - 1)]])
    errors = np.abs(neighbours - wanted)
    side, best = np.unravel_index(errors.argmin(), errors.shape)
    parts = (left == ascending[best]).argmax(), (right == neighbours[side, best]).argmax()
    code = int(parts[0]) | int(parts[1]) << half
    return np.array([code >> i & 1 for i in range(len(x))], dtype=bool), float(errors[side, best])


def greedy_subset(x: Floats, z: float) -> tuple[NDArray[np.bool_], float]:
    """Items in order of their modulus, each taken if that brings the sum nearer to z: a mask bool[n] and its error."""
    mask = np.zeros(len(x), dtype=bool)
    rest = z
    for place in np.argsort(-np.abs(x)):
        if abs(rest - x[place]) < abs(rest):
            mask[place] = True
            rest -= x[place]
    return mask, abs(rest)
