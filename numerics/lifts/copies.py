"""Sparse students of one or two hidden layers of tanh units: their copies of a witness, and their loss (L16)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from numerics.lifts.flow import Objective

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


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


def one_layer_objective(inputs: Floats, target: Floats, present: Bools) -> Objective:
    """The loss ½ E(Σ a_i tanh(w_i·x) − f)² and its gradient, over θ = (a, the weights that are present).

    inputs float[m, d], all equally likely; target float[m]; present bool[n, d].
    """
    n = len(present)
    weights = np.zeros(present.shape)

    def objective(theta: Floats) -> tuple[float, Floats]:
        readout = theta[:n]
        weights[present] = theta[n:]
        units = np.tanh(inputs @ weights.T)  # [m, n]
        residual = units @ readout - target
        scaled = residual / len(inputs)
        back = scaled[:, None] * readout * (1 - units**2)
        return float(residual @ scaled) / 2, np.concatenate([scaled @ units, (back.T @ inputs)[present]])

    return objective


def two_layer_objective(inputs: Floats, target: Floats, present: Bools, edges: sparse.csr_array) -> Objective:
    """The same for Σ a_i tanh(Σ_j v_ij tanh(w_j·x)), over θ = (a, the weights w present, the weights v of the edges)."""
    n, split = edges.shape[0], edges.shape[0] + int(present.sum())
    weights = np.zeros(present.shape)
    second = sparse.csr_array((np.zeros(edges.nnz), edges.indices, edges.indptr), shape=edges.shape)
    roots, children = np.repeat(np.arange(n), np.diff(edges.indptr)), edges.indices

    def objective(theta: Floats) -> tuple[float, Floats]:
        readout = theta[:n]
        weights[present] = theta[n:split]
        second.data[:] = theta[split:]
        lower = np.tanh(weights @ inputs.T)  # [n, m]
        upper = np.tanh(second @ lower)
        residual = readout @ upper - target
        scaled = residual / len(inputs)
        back = readout[:, None] * (1 - upper**2) * scaled  # [n, m]
        of_edges = np.einsum("em,em->e", back[roots], lower[children])
        below = (second.T @ back) * (1 - lower**2)
        return float(residual @ scaled) / 2, np.concatenate([upper @ scaled, (below @ inputs)[present], of_edges])

    return objective
