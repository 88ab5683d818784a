"""The recursion behind every kernel here, over tiles of pairs of inputs that stay in cache.

A layer maps, for each pair of inputs, the covariances Σ and tangents Θ of the units v below to those of the units u:

    Σ̃(u) = Σ_v forward(u, v) Σ(v) + bias,  Θ̃(u) = Σ_v trained(u, v) Σ(v) + bias + Σ_v forward(u, v) Θ(v),

and an activation follows: Σ = E φφ′ and Θ = E φ̇φ̇′ · Θ̃. This is the sum over layers of G^(l) W^(l) Σ^(l−1), the
backward recursion G read from the input on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.kernels.activations import Activation, Homogeneous
from sparse_limits.numerics.kernels.layers import Layer
from sparse_limits.numerics.kernels.near_parallel import advance_inputs, near_kernels, near_units

Floats = NDArray[np.float64]

TILE = 2**15  # covariances in flight, units times pairs: a handful of such arrays fit into the second-level cache
LARGEST = 1e150  # of a variance: the product of two must be a number
WIDE = 64  # columns of a tile at least: the inner loops, which are vectorised


class Side(NamedTuple):
    """Inputs x [N, d], and what `profiles` says about them."""

    x: Floats
    profiles: Sequence[Floats]


def fill(
    layers: Sequence[Layer], left: Side, right: Side, activation: Activation, out: Floats, mirror: Floats | None
) -> None:
    """Both kernels of all pairs into out, float[2, N, N′], and transposed into mirror, float[2, N′, N], if there is one.

    If right is left, out is symmetric, and needs no mirror.
    """
    symmetric = right is left
    mirror = out if symmetric else mirror
    for rows, columns in _tiles(len(left.x), len(right.x), layers, symmetric):
        x, x2 = left.x[rows], right.x[columns]
        profiles = zip(left.profiles, right.profiles, strict=True)
        scales = [(a[..., rows].copy(), b[..., columns].copy()) for a, b in profiles]
        sigma, theta, close = _tile(layers, x, x2, scales, activation)
        if isinstance(activation, Homogeneous) and close.any():  # `nonzero` takes an eighth of a tile's time
            i, j = close.nonzero()
            sigma[i, j], theta[i, j] = near_kernels(layers, x, x2, i, j, activation)
        for place, kernel in enumerate((sigma, theta)):
            if symmetric and rows.start == columns.start:  # BLAS need not round both halves alike
                square = kernel[:, : len(kernel)]
                square[...] = (square + square.T) / 2
            out[place, rows, columns] = kernel
            if mirror is not None:
                mirror[place, columns, rows] = kernel.T
    if symmetric:
        out[:, range(len(left.x)), range(len(left.x))] = diagonal(layers, left.x, activation)


def _tile(
    layers: Sequence[Layer], x: Floats, x2: Floats, scales: Sequence[tuple[Floats, Floats]], activation: Activation
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Both kernels of x [I, d] and x2 [J, d], and where angles need a correction, bool[I, J].

    Angles shrink slowly from layer to layer: those that the second one sees tell, or the only one. First units are corrected at
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


def profiles(layers: Sequence[Layer], x: Floats, activation: Activation) -> list[Floats]:
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


def diagonal(layers: Sequence[Layer], x: Floats, activation: Activation) -> tuple[Floats, Floats]:
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


def tile_width(layers: Sequence[Layer]) -> int:
    """Columns of a tile."""
    return max(WIDE, isqrt(TILE // max(len(layer.forward) for layer in layers)))


def _tiles(rows: int, columns: int, layers: Sequence[Layer], symmetric: bool) -> Iterator[tuple[slice, slice]]:
    """Tiles that cover all pairs, those on and above the diagonal if symmetric.

    Not below `WIDE` columns, over which loops are vectorised.
    """
    units, wide = max(len(layer.forward) for layer in layers), tile_width(layers)
    tall = min(wide, max(1, TILE // (units * wide)))
    for top in range(0, rows, tall):
        for left in range(top if symmetric else 0, columns, wide):
            yield slice(top, min(rows, top + tall)), slice(left, min(columns, left + wide))
