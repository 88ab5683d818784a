"""Large cuts of a matrix, without an upper bound."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sparse_limits.numerics.arguments import InputError, checked_integer
from sparse_limits.numerics.masks.cut_norm.linear import bordered, of_matrix
from sparse_limits.numerics.masks.cut_norm.matrices import finite_array, scaled_by_power_of_two
from sparse_limits.numerics.masks.cut_norm.rounding import below, exact_sum, mean
from sparse_limits.numerics.masks.cut_norm.search import alternated, for_search, polished


class Witness(NamedTuple):
    """A cut: |Σ A over rows × columns| / (mn), rounded down, and the sets as masks [m] and [n]."""

    value: float
    rows: NDArray[np.bool_]
    columns: NDArray[np.bool_]


def cut_norm_witness(A: ArrayLike, rng: np.random.Generator, starts: int = 16) -> Witness:
    """A large cut of A [m, n], a certified lower bound of the cut norm: (value, rows, columns).

    From `starts` ≥ 1 random column sets at once, the best rows given the columns and the best columns given the rows
    are taken in turns while that gains. The value is summed without error from the sets found, and rounded down.

    InputError if A is not a non-empty finite real matrix, or starts < 1.
    """
    matrix = finite_array(A)
    if matrix.ndim != 2:
        raise InputError(f"A has shape {matrix.shape}, expected a matrix")
    starts = checked_integer("starts", starts, 1, 2**20)
    m, n = matrix.shape
    across = np.where(rng.random((n, starts)) < 0.5, 1.0, -1.0)
    across = np.concatenate([across, np.ones((1, starts))])
    if not matrix.any():
        return Witness(0.0, np.zeros(m, bool), np.zeros(n, bool))
    values, exponent, lost = scaled_by_power_of_two(matrix)
    searched = for_search(values)
    reached, ends = alternated(bordered(of_matrix(searched)), across.astype(searched.dtype))
    rows, columns = polished(of_matrix(values), ends[:, reached.argmax()])
    attained = abs(exact_sum(values[np.ix_(rows, columns)])) - lost
    return Witness(mean(attained, exponent, m * n, below), rows, columns)
