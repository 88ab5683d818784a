"""The recursion behind every kernel here, over tiles of pairs of inputs that stay in cache.

A layer maps, for each pair of inputs, the covariances Σ and tangents Θ of the units v below to those of the units u:

    Σ̃(u) = Σ_v forward(u, v) Σ(v) + bias,  Θ̃(u) = Σ_v trained(u, v) Σ(v) + bias + Σ_v forward(u, v) Θ(v),

and an activation follows: Σ = E φφ′ and Θ = E φ̇φ̇′ · Θ̃. This is the sum over layers of G^(l) W^(l) Σ^(l−1), the
backward recursion G read from the input on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from math import isqrt

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.kernels.activations import Activation, Homogeneous
from sparse_limits.numerics.kernels.layers import Kernels, Layer
from sparse_limits.numerics.kernels.near_parallel import advance_inputs, near_kernels, near_units

Floats = NDArray[np.float64]

TILE = 2**15  # covariances in flight, units times pairs: a handful of such arrays fit into the second-level cache
LARGEST = 1e150  # of a variance: the product of two must be a number
WIDE = 64  # columns of a tile at least: the inner loops, which are vectorised


def kernels(layers: Sequence[Layer], x: Floats, x2: Floats | None, activation: Activation) -> Kernels:
    """Both kernels of a network with one output unit; x [N, d], x2 [N′, d] or None for x itself.

    BLAS is held to one thread: the products are small, and on a busy machine more threads than one wait for each other.
    """
    if layers[0].bias:
        first, *rest = layers
        return kernels([_with_constant(first), *rest], _with_one(x), None if x2 is None else _with_one(x2), activation)
    with _blas().limit(limits=1, user_api="blas"):
        return _kernels(layers, x, x2, activation)


@cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController()


def _with_constant(layer: Layer) -> Layer:
    """The layer without bias that has one more input, a constant."""
    added = np.full((len(layer.forward), 1), layer.bias)
    trained = None if layer.trained is None else np.hstack([layer.trained, added])
    return Layer(np.hstack([layer.forward, added]), trained)


def _with_one(x: Floats) -> Floats:
    return np.hstack([x, np.ones((len(x), 1))])


def _kernels(layers: Sequence[Layer], x: Floats, x2: Floats | None, activation: Activation) -> Kernels:
    others, symmetric = (x, True) if x2 is None else (x2, False)
    left = _profiles(layers, x, activation)
    right = left if symmetric else _profiles(layers, others, activation)
    both = np.empty((2, len(x), len(others)))
    for rows, columns in _tiles(len(x), len(others), max(len(layer.forward) for layer in layers), symmetric):
        scales = [(a[..., rows].copy(), b[..., columns].copy()) for a, b in zip(left, right, strict=True)]
        sigma, theta, close = _tile(layers, x[rows], others[columns], scales, activation)
        i, j = close.nonzero()
        if i.size and isinstance(activation, Homogeneous):
            sigma[i, j], theta[i, j] = near_kernels(layers, x[rows], others[columns], i, j, activation)
        both[0, rows, columns], both[1, rows, columns] = sigma, theta
        if symmetric:
            both[0, columns, rows], both[1, columns, rows] = sigma.T, theta.T
            if rows.start == columns.start:  # BLAS need not round both halves alike
                square = both[:, rows, rows]
                square[...] = (square + square.transpose(0, 2, 1)) / 2
    if symmetric:
        both[:, range(len(x)), range(len(x))] = _diagonal(layers, x, activation)
    return Kernels(*both)


def _tile(
    layers: Sequence[Layer], x: Floats, x2: Floats, scales: Sequence[tuple[Floats, Floats]], activation: Activation
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Both kernels of x [I, d] and x2 [J, d], and where angles need mending, bool[I, J].

    Angles shrink slowly from layer to layer: those that the second one sees tell, or the only one. First units are mended at
    once, unit by unit; of the only one, only what is near π, as what is near 0 is nearer for the next, and computed anew.
    """
    kinked = activation if isinstance(activation, Homogeneous) and activation.bend > 0 else None
    sigma, theta = _first(layers[0], x, x2)
    near, single = np.zeros(sigma.shape[1:], bool), len(sigma) == 1
    tells = 0 if single and len(layers) == 2 else 1
    for place, (layer, scale) in enumerate(zip(layers[1:], scales, strict=True)):
        if kinked and place == tells:
            _, i, j = near_units(sigma, *scale, 0 if place else 1)
            near[i, j] = True
        if kinked and place == 0:
            sigma, theta = advance_inputs(layers[0].forward, x, x2, *scale, sigma, theta, kinked, single)
        else:
            sigma, theta = activation.advance(*scale, sigma, theta)
        sigma, theta = layer.above(sigma, theta)
    return sigma[0], theta[0], near


def _profiles(layers: Sequence[Layer], x: Floats, activation: Activation) -> list[Floats]:
    """Of the preactivations of each hidden layer, by `Activation.profile`; InputError if a variance overflows."""
    found, moments = [], (x * x).T
    for place, layer in enumerate(layers[:-1]):
        with np.errstate(over="ignore"):
            variance = layer.forward @ moments + layer.bias
        if not variance.max() < LARGEST:
            raise InputError(f"variances reach {variance.max():.2g} in layer {place}, expected less than {LARGEST:.0g}")
        found.append(activation.profile(np.sqrt(variance)))
        moments = activation.diagonal(variance)[0]
    return found


def _diagonal(layers: Sequence[Layer], x: Floats, activation: Activation) -> tuple[Floats, Floats]:
    """Both kernels of each input with itself, float[N] each: no angle is needed."""
    value, theta = (x * x).T, np.zeros(x.T.shape)
    for place, layer in enumerate(layers):
        sigma, theta = layer.above(value, theta)
        if place < len(layers) - 1:
            value, slope = activation.diagonal(sigma)
            theta = theta * slope
    return sigma[0], theta[0]


def _first(layer: Layer, x: Floats, x2: Floats) -> tuple[Floats, Floats]:
    """Covariances and tangents of the first preactivations, float[units, I, J], one product of matrices each."""
    sigma = _weighted_products(layer.forward, x, x2)
    return sigma, sigma.copy() if layer.trained is None else _weighted_products(layer.trained, x, x2)


def _weighted_products(weights: Floats, x: Floats, x2: Floats) -> Floats:
    stacked = (weights[:, None] * x).reshape(-1, x.shape[1])
    return (stacked @ x2.T).reshape(len(weights), len(x), len(x2))


def _tiles(rows: int, columns: int, units: int, symmetric: bool) -> Iterator[tuple[slice, slice]]:
    """Blocks that cover all pairs, those on and above the diagonal if symmetric.

    Not below `WIDE` columns, over which loops are vectorised.
    """
    wide = max(WIDE, isqrt(TILE // units))
    tall = min(wide, max(1, TILE // (units * wide)))
    for top in range(0, rows, tall):
        for left in range(top if symmetric else 0, columns, wide):
            yield slice(top, min(rows, top + tall)), slice(left, min(columns, left + wide))
