"""Networks as sequences of equivariant layers, at the scale at which tickets are guaranteed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from math import nextafter, prod

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sparse_limits.numerics.arguments import InputError, checked_array
from sparse_limits.numerics.equivariance import EquivariantLayer
from sparse_limits.numerics.equivariance.layers import checked_reals, doubles
from sparse_limits.numerics.exact.balls import number
from sparse_limits.theory.subset_sum.product_laws import uniform_reach

REACH = nextafter(
    float(number(uniform_reach / 2)), 0
)  # R8 and Q7 guarantee coefficients up to this, for uniform products


def multilayer_perceptron(
    weights: Sequence[ArrayLike], biases: Sequence[ArrayLike] | None = None
) -> tuple[EquivariantLayer, ...]:
    """The network x → W_L σ(… σ(W_1 x)) of matrices [in, out], one coordinate for each channel.

    With biases [out], one for each matrix, a channel that holds 1 is the last one of the input and of all hidden layers.

    Raises:
        InputError: for no matrix, wrong shapes, or what is no finite real number.
    """
    matrices = [_array(f"weights[{k}]", each, 2) for k, each in enumerate(weights)]
    if biases is not None:
        if len(biases) != len(matrices):
            raise InputError(f"{len(biases)} biases: expected one for each of {len(matrices)} matrices")
        vectors = [_array(f"biases[{k}]", each, 1) for k, each in enumerate(biases)]
        matrices = [
            _with_bias(k, matrix, vector, carried=k + 1 < len(matrices))
            for k, (matrix, vector) in enumerate(zip(matrices, vectors, strict=True))
        ]
    return checked_network([EquivariantLayer(matrix[:, :, None], np.ones((1, 1, 1))) for matrix in matrices])


def with_constant(x: ArrayLike) -> NDArray[np.float64]:
    """Inputs of a perceptron, [..., in], with the channel that holds 1: [..., in + 1, 1]. InputError for what is no finite real number."""
    given = checked_reals("inputs", x)
    return np.concatenate([given, np.ones((*given.shape[:-1], 1))], axis=-1)[..., None]


def rescaled(layers: Sequence[EquivariantLayer], largest: float = REACH) -> tuple[EquivariantLayer, ...]:
    """The network with each layer multiplied so that its largest coefficient has the modulus `largest`.

    As ReLU is positively homogeneous, all outputs are multiplied by one positive number.

    Raises:
        InputError: for largest ≤ 0, a layer whose coefficients are all 0, or layers that do not fit.
    """
    if isinstance(largest, bool) or not 0 < largest < np.inf:
        raise InputError(f"largest = {largest!r}: expected a positive number")
    return tuple(_rescaled(k, layer, largest) for k, layer in enumerate(checked_network(layers)))


def scale_of(layers: Sequence[EquivariantLayer], largest: float = REACH) -> Fraction:
    """The positive number by which `rescaled` multiplies all outputs, but for rounding; errors as in `rescaled`."""
    moduli = [np.abs(layer.coeffs).max() for layer in rescaled(layers, largest)]
    before = [np.abs(layer.coeffs).max() for layer in checked_network(layers)]
    return prod(
        (Fraction(float(a)) / Fraction(float(b)) for a, b in zip(moduli, before, strict=True)), start=Fraction(1)
    )


def checked_network(layers: Sequence[EquivariantLayer]) -> tuple[EquivariantLayer, ...]:
    """Layers that fit, in floating point.

    Raises:
        InputError: for no layers, anything but layers, layers whose channels or coordinates do not fit, and exact
            numbers beyond the largest float.
    """
    found = tuple(layers)
    if not found or not all(isinstance(layer, EquivariantLayer) for layer in found):
        raise InputError(f"a network of {len(found)} layers: expected at least one, all of them EquivariantLayer")
    for k, (before, after) in enumerate(pairwise(found)):
        given = before.coeffs.shape[1], before.basis.shape[1]
        taken = after.coeffs.shape[0], after.basis.shape[2]
        if given != taken:
            raise InputError(
                f"layer {k} has {given[0]} channels of {given[1]} coordinates, layer {k + 1} takes {taken[0]} of "
                f"{taken[1]}: expected the same"
            )
    return tuple(
        replace(
            layer,
            coeffs=doubles(f"coeffs of layer {k}", layer.coeffs),
            basis=doubles(f"basis of layer {k}", layer.basis),
        )
        for k, layer in enumerate(found)
    )


def _rescaled(k: int, layer: EquivariantLayer, largest: float) -> EquivariantLayer:
    modulus = np.abs(layer.coeffs).max()
    if modulus == 0:
        raise InputError(f"layer {k}: all coefficients are 0, expected one that can be scaled to {largest}")
    if modulus == largest:
        return layer
    return replace(layer, coeffs=np.clip(layer.coeffs / modulus * largest, -largest, largest))


def _array(what: str, values: ArrayLike, dimensions: int) -> NDArray[np.float64]:
    array = checked_array(what, values)
    if array.ndim != dimensions or array.dtype.kind not in "iuf" or not array.size or not np.isfinite(array).all():
        raise InputError(f"{what} {array.dtype}{list(array.shape)}: expected finite numbers in {dimensions} dimensions")
    return doubles(what, array)


def _with_bias(k: int, matrix: NDArray[np.float64], bias: NDArray[np.float64], carried: bool) -> NDArray[np.float64]:
    """The matrix with a row for the bias and, where the constant is carried on, a column for that."""
    if bias.shape != matrix.shape[1:]:
        raise InputError(f"biases[{k}] {list(bias.shape)}: expected {matrix.shape[1]}")
    whole = np.vstack([matrix, bias])
    return np.hstack([whole, np.eye(len(whole))[:, -1:]]) if carried else whole
