"""Matrices as pairs of products: a dense array, or a sparse mask minus factors that are never multiplied out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

_BLOCK = 256  # long sums go by blocks: a bound on their rounding that holds for any order within is then small


class Linear(NamedTuple):
    """A matrix A [m, n] as X [n, k] ↦ A X [m, k] and Y [m, k] ↦ Aᵀ Y [n, k]."""

    shape: tuple[int, int]
    forward: Callable[[Array], Array]
    backward: Callable[[Array], Array]

    @property
    def transposed(self) -> Linear:
        return Linear(self.shape[::-1], self.backward, self.forward)


def of_matrix(A: Array) -> Linear:
    return Linear(A.shape, lambda X: A @ X, lambda Y: A.T @ Y)


def of_difference(mask: Any, left: Array, right: Array) -> Linear:
    """mask [m, n], sparse, minus left [m, k] @ right [k, n]."""
    return Linear(
        mask.shape,
        lambda X: mask @ X - left @ _product(right, X),
        lambda Y: mask.T @ Y - right.T @ _product(left.T, Y),
    )


def bordered(a: Linear) -> Linear:
    """A with its row sums, its column sums and its total appended, [m + 1, n + 1].

    With signs x, y and S = {i: x_i = x_m}, T = {j: y_j = y_n}, xᵀBy = 4 x_m y_n Σ_{S×T} A: so 4·mn·‖A‖□ = ‖B‖_{∞→1}.
    """
    m, n = a.shape
    return Linear(
        (m + 1, n + 1),
        lambda X: _with_sums(a.forward(X[:-1] + X[-1])),
        lambda Y: _with_sums(a.backward(Y[:-1] + Y[-1])),
    )


def scaled(a: Linear, row: Array, column: Array) -> Linear:
    """diag(row) A diag(column)."""
    return Linear(
        a.shape,
        lambda X: row[:, None] * a.forward(column[:, None] * X),
        lambda Y: column[:, None] * a.backward(row[:, None] * Y),
    )


def operations(mask: Any, rank: int) -> int:
    """The most rounded operations that a term passes in a product with scaled(bordered(of_difference(mask, …)))."""
    row, column = np.diff(mask.indptr).max(), np.bincount(mask.indices, minlength=1).max()
    one_sum: int = _BLOCK + max(mask.shape) // _BLOCK + 2
    return int(max(row, column, one_sum + rank)) + one_sum + 4


def _product(flat: Array, X: Array) -> Array:
    """flat [k, n] @ X [n, c]."""
    starts = range(0, len(X), _BLOCK)
    return sum((flat[:, at : at + _BLOCK] @ X[at : at + _BLOCK] for at in starts), np.zeros((), X.dtype))


def _with_sums(W: Array) -> Array:
    blocks = np.add.reduceat(W, np.arange(0, len(W), _BLOCK), axis=0)
    return np.concatenate([W, blocks.sum(axis=0, keepdims=True)])
