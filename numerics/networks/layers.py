"""The weights of one layer while they train: all of them, or only the kept ones where these are few.

Samples are columns here: h [in, m] enters, z = Wh/√in [out, m] leaves, so that a weight meets contiguous rows.
"""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.blas import dgemm
from scipy.sparse import csr_array

from sparse_limits.numerics.machine_code import compiled
from sparse_limits.numerics.masks.selection import Mask
from sparse_limits.numerics.networks.network import Array

Indices = NDArray[np.integer]

FEW = 0.25  # the density below which loops over kept weights beat BLAS on all of them, measured at m = 150


class Layer(Protocol):
    """A layer's weights, in double precision and its own copy of them."""

    def apply(self, h: Array) -> Array:
        """Wh/√in: [in, m] → [out, m]."""

    def pull(self, delta: Array) -> Array:
        """Wᵀδ/√in: [out, m] → [in, m]."""

    def move(self, rate: float, delta: Array, h: Array) -> None:
        """W ← W + rate·δhᵀ/√in at kept weights; δ [out, m], h [in, m]."""

    def weight(self) -> Array:
        """W, [out, in]."""


def trainable(weight: Array, mask: Mask | None) -> Layer:
    """The layer of a weight [out, in] that is 0 where the mask is."""
    if mask is None or np.count_nonzero(mask) > FEW * mask.size:
        return _Dense(weight, mask)
    return _Sparse(weight, mask)


class _Dense:
    def __init__(self, weight: Array, mask: Mask | None) -> None:
        self.full = np.array(weight, float, order="C")
        self.kept = None if mask is None else mask.astype(float)
        self.root = math.sqrt(weight.shape[1])

    def apply(self, h: Array) -> Array:
        z = self.full @ h
        z /= self.root
        return z

    def pull(self, delta: Array) -> Array:
        pulled = self.full.T @ delta
        pulled /= self.root
        return pulled

    def move(self, rate: float, delta: Array, h: Array) -> None:
        # in place: Wᵀ is contiguous for Fortran
        dgemm(rate / self.root, h.T, delta.T, 1.0, self.full.T, trans_a=1, overwrite_c=1)
        if self.kept is not None:
            self.full *= self.kept

    def weight(self) -> Array:
        return self.full


class _Sparse:
    def __init__(self, weight: Array, mask: Mask) -> None:
        pattern = csr_array(mask)
        self.starts, self.columns = pattern.indptr, pattern.indices
        self.mask = mask
        self.values = np.array(weight[mask], float)  # row by row, as the pattern
        self.root = math.sqrt(weight.shape[1])

    def apply(self, h: Array) -> Array:
        z: Array = compiled(_apply, True)(self.starts, self.columns, self.values / self.root, h)
        return z

    def pull(self, delta: Array) -> Array:
        columns = self.mask.shape[1]
        pulled: Array = compiled(_pull, True)(self.starts, self.columns, self.values / self.root, delta, columns)
        return pulled

    def move(self, rate: float, delta: Array, h: Array) -> None:
        compiled(_move, True)(self.starts, self.columns, self.values, rate / self.root, delta, h)

    def weight(self) -> Array:
        full = np.zeros(self.mask.shape)
        full[self.mask] = self.values
        return full


def _apply(starts: Indices, columns: Indices, values: Array, h: Array) -> Array:
    z = np.zeros((starts.size - 1, h.shape[1]))
    for i in range(starts.size - 1):
        for k in range(starts[i], starts[i + 1]):
            value, source, target = values[k], h[columns[k]], z[i]
            for s in range(h.shape[1]):
                target[s] += value * source[s]
    return z


def _pull(starts: Indices, columns: Indices, values: Array, delta: Array, width: int) -> Array:
    pulled = np.zeros((width, delta.shape[1]))
    for i in range(starts.size - 1):
        for k in range(starts[i], starts[i + 1]):
            value, source, target = values[k], delta[i], pulled[columns[k]]
            for s in range(delta.shape[1]):
                target[s] += value * source[s]
    return pulled


def _move(starts: Indices, columns: Indices, values: Array, rate: float, delta: Array, h: Array) -> None:
    for i in range(starts.size - 1):
        for k in range(starts[i], starts[i + 1]):
            left, right, total = delta[i], h[columns[k]], 0.0
            for s in range(h.shape[1]):
                total += left[s] * right[s]
            values[k] += rate * total
