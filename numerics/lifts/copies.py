"""Sparse students of one or two hidden layers of tanh units, and their copies of a witness (L16)."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from scipy import sparse

from sparse_limits.numerics.lifts.arrays import ArrayLift
from sparse_limits.theory.lifts.module import Edge
from sparse_limits.theory.lifts.perceptrons import multilayer_perceptron

Floats = NDArray[np.float64]


def count_copies(weights: Floats, units: Floats) -> NDArray[np.int64]:
    """How many vertices copy each unit up to the sign that the readout absorbs: int[r].

    weights float[n, d] and units float[r, d], absent edges being 0.
    """
    same = [(weights == unit).all(axis=1) | (weights == -unit).all(axis=1) for unit in units]
    return np.array([found.sum() for found in same])


def count_isolated_trees(first: Floats, second: sparse.csr_array, units: Floats) -> NDArray[np.int64]:
    """How many roots copy each unit tanh(Σ v_i tanh(w_i x_i)) up to sign by isolated cells: int[r].

    first float[k, d] weighs the edges from the inputs, second float[n, k] those from these vertices to the roots, all
    by ±1. units float[r, d] hold v_i w_i, 0 for an absent child. A cell is isolated if its children have no other edge
    out; each child in a copy has one input.
    """
    out_degrees = np.diff(second.tocsc().indptr)
    usable = (np.count_nonzero(first, axis=1) == 1) & (out_degrees == 1)
    children = np.diff(second.indptr)
    good = abs(second) @ usable.astype(float) == children
    products = second @ np.where(usable[:, None], first, 0.0)  # Σ v_i w_i, one child at most to each input in a copy
    found = [
        good & (children == np.count_nonzero(unit)) & ((products == unit).all(axis=1) | (products == -unit).all(axis=1))
        for unit in units
    ]
    return np.array([each.sum() for each in found])


def tanh_student(*layers: Floats | sparse.csr_array) -> tuple[ArrayLift, dict[Edge, Floats]]:
    """A lift of a path of tanh units whose edges are the weights that are not 0, and these weights.

    layers: float[n_l, n_{l−1}], dense or sparse, from the inputs on; the last holds the terminals.
    """
    kept = [sparse.csr_array(layer, copy=True) for layer in layers]  # not changed for the caller
    for layer in kept:
        layer.eliminate_zeros()
        layer.sort_indices()
    sizes = (kept[0].shape[1], *(layer.shape[0] for layer in kept))
    edges = list(pairwise(range(len(sizes))))
    lift = ArrayLift(
        multilayer_perceptron(len(kept), sp.tanh, sp.tanh),
        dict(enumerate(sizes)),
        {edge: layer.astype(bool) for edge, layer in zip(edges, kept, strict=True)},
    )
    return lift, {edge: layer.data for edge, layer in zip(edges, kept, strict=True)}
