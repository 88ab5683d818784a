"""Bias-free fully connected ReLU networks in the NTK parametrisation, and their exact derivatives.

f(x) = W_L σ(… σ(W_2 σ(W_1 x / √n₀) / √n₁) …) / √n_{L−1}: each layer divides by the square root of its
fan-in, so that one hidden layer is f(x) = n^{−1/2} Σ_i a_i σ(w_i·x/√d). The loss is L = ½ E_D ‖f − y‖², E_D
the average over the data. Derivatives take the residual r = ∂(½‖f − y‖²)/∂f [N, q] instead of y: r = f − y,
or r = −y when the initial output is subtracted, L = ½ E_D ‖f − f₀ − y‖²; both losses have the same
derivatives as functions of r. At a kink σ'(0) = 0.

Shapes: N samples, d = n₀ inputs, q = n_L outputs; a layer's weights are [out, in]. Everything runs in the
dtype of what it is given (at least float32) and holds a few arrays [N, n_l], never one of N×n×d or N×N
entries.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.floating[Any]]
Layers = tuple[Array, ...]


def real_matrix(name: str, value: ArrayLike | None) -> Array:
    """`value` as a finite, non-empty floating matrix; otherwise a ValueError that starts with `name`.

    float32, float64 and long double are kept; narrower floats, whole numbers and bools become one of them.
    """
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{name} has dtype {array.dtype}, expected real numbers")
    if array.ndim != 2 or array.size == 0:
        raise ValueError(f"{name} has shape {array.shape}, expected a non-empty matrix")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} holds nan or infinite entries, expected finite numbers")
    return array.astype(np.result_type(array.dtype, np.float32), copy=False)


@dataclass(frozen=True, eq=False)
class Network:
    """Weights of the layers, first to last, `weights[l]` [n_{l+1}, n_l]; ValueError unless they chain."""

    weights: Layers

    def __post_init__(self) -> None:
        weights = tuple(real_matrix(f"weights[{layer}]", weight) for layer, weight in enumerate(self.weights))
        if not weights:
            raise ValueError("weights is empty, expected at least one layer")
        for layer, (lower, upper) in enumerate(pairwise(weights), start=1):
            if upper.shape[1] != lower.shape[0]:
                raise ValueError(f"weights[{layer}] has shape {upper.shape}, expected {lower.shape[0]} columns")
        object.__setattr__(self, "weights", weights)

    @property
    def widths(self) -> tuple[int, ...]:
        """(inputs, hidden widths…, outputs)."""
        return (self.weights[0].shape[1], *(len(weight) for weight in self.weights))


def random_network(widths: Sequence[int], rng: np.random.Generator) -> Network:
    """A network of the given widths (inputs, hidden…, outputs) with iid N(0, 1) weights.

    Raises ValueError unless there are at least two widths, all positive whole numbers.
    """
    if len(widths) < 2 or not all(isinstance(n, (int, np.integer)) and n > 0 for n in widths):
        raise ValueError(f"widths is {tuple(widths)}, expected at least two positive whole numbers")
    return Network(tuple(rng.standard_normal((rows, columns)) for columns, rows in pairwise(widths)))


def masked(network: Network, masks: Sequence[NDArray[Any]]) -> Network:
    """The network with `masks[l]` [out, in] multiplied into its first `len(masks)` layers."""
    shapes = [np.shape(mask) for mask in masks]
    if shapes != [weight.shape for weight in network.weights[: len(masks)]]:
        raise ValueError(f"masks have shapes {shapes}, expected those of the first layers of {network.widths}")
    kept = tuple(weight * mask for weight, mask in zip(network.weights, masks, strict=False))
    return Network(kept + network.weights[len(masks) :])


def inputs(network: Network, x: ArrayLike) -> Array:
    """x as a floating matrix [N, d]; ValueError if it is not finite or does not fit the network."""
    samples = real_matrix("x", x)
    if samples.shape[1] != network.widths[0]:
        raise ValueError(f"x has shape {samples.shape}, expected {network.widths[0]} columns")
    return samples


def activations(network: Network, x: ArrayLike) -> Layers:
    """What enters each layer: x [N, d], then σ(z_l) [N, n_l] of the hidden layers; ValueError as `inputs`."""
    entering = [inputs(network, x)]
    for weight in network.weights[:-1]:
        z = _apply(weight, entering[-1])
        entering.append(np.maximum(z, 0, out=z))
    return tuple(entering)


def forward(network: Network, x: ArrayLike) -> Array:
    """f(x) [N, q] for inputs x [N, d]. ValueError if x is not finite or does not fit."""
    return _apply(network.weights[-1], activations(network, x)[-1])


def gradient(network: Network, x: ArrayLike, residual: ArrayLike, *, first_layer: bool = False) -> Layers:
    """∂L/∂W_l [n_l, n_{l−1}] of every layer (or of the first alone, a tuple of one), exact off kinks.

    x [N, d] and residual [N, q] as in the module's docstring; ValueError if they are not finite or do not
    fit.
    """
    entering, r = _data(network, x, residual)
    deltas = _backward(network, entering, r)
    count = 1 if first_layer else len(deltas)
    return tuple(map(_outer, deltas[:count], entering[:count]))


def tangent_residual(network: Network, x: ArrayLike, residual: ArrayLike) -> Array:
    """The residual smoothed by the network's own NTK, (Θ̂r)(x) = E_{x'}[Θ̂(x, x') r(x')], at the data: [N, q].

    Θ̂ = JJᵀ over all parameters, q×q for each pair of samples; computed as the derivative of f along the
    gradient, so no kernel is formed. ValueError as for `gradient`. Source: S8; Jacot et al., arXiv
    1806.07572.
    """
    entering, r = _data(network, x, residual)
    along = tuple(map(_outer, _backward(network, entering, r), entering))
    return _push(network, entering, along)[1]


def hessian_gradient_product(
    network: Network, x: ArrayLike, residual: ArrayLike, *, first_layer: bool = False
) -> Layers:
    """Hg of every layer (or of the first alone), g and H the gradient and Hessian of L, exact off kinks.

    Hg = E_D[Jᵀ(Θ̂r)] + E_D[r ∇²f] g, found by differentiating the backward pass along g (forward over
    reverse, Pearlmutter 1994); H is never formed, and g always runs over all parameters. Arguments, shapes
    and errors as for `gradient`. Source: S8; Wang et al., arXiv 2002.07376.
    """
    entering, r = _data(network, x, residual)
    deltas = _backward(network, entering, r)
    along = tuple(map(_outer, deltas, entering))
    rates, rate = _push(network, entering, along)  # `rate` is also that of ∂L/∂f: the residual moves with f
    products: list[Array] = []
    for layer in range(len(network.weights) - 1, 0, -1):
        if not first_layer:
            products.insert(0, _outer(rate, entering[layer]) + _outer(deltas[layer], rates[layer - 1]))
        rate = _pull(network.weights[layer], rate, entering[layer])
        rate += _pull(along[layer], deltas[layer], entering[layer])
    return (_outer(rate, entering[0]), *products)  # the data do not move: no second term


def _data(network: Network, x: ArrayLike, residual: ArrayLike) -> tuple[Layers, Array]:
    """Activations and residual, checked."""
    entering = activations(network, x)
    r = real_matrix("residual", residual)
    if r.shape != (expected := (len(entering[0]), network.widths[-1])):
        raise ValueError(f"residual has shape {r.shape}, expected {expected}")
    return entering, r


def _apply(weight: Array, entering: Array) -> Array:
    """A layer before its nonlinearity: [N, in] → [N, out]."""
    z = entering @ weight.T
    z /= math.sqrt(weight.shape[1])
    return z


def _pull(weight: Array, delta: Array, entering: Array) -> Array:
    """The transpose of a layer, through the gates of the units that enter it: [N, out] → [N, in]."""
    pulled = delta @ weight
    pulled /= math.sqrt(weight.shape[1])
    pulled *= entering > 0
    return pulled


def _outer(delta: Array, entering: Array) -> Array:
    """Derivative of the loss in the weights of a layer, the average over the data: [out, in]."""
    product = delta.T @ entering
    product /= len(entering) * math.sqrt(entering.shape[1])
    return product


def _backward(network: Network, entering: Layers, residual: Array) -> list[Array]:
    """∂(½‖f − y‖²)/∂z_l of each layer, sample by sample: [N, n_l]."""
    deltas = [residual]
    for layer in range(len(network.weights) - 1, 0, -1):
        deltas.insert(0, _pull(network.weights[layer], deltas[0], entering[layer]))
    return deltas


def _push(network: Network, entering: Layers, along: Layers) -> tuple[list[Array], Array]:
    """Rates of change, the weights moving `along`: of what enters layers 2…L [N, n_l], and of f [N, q]."""
    rates: list[Array] = []
    rate = _apply(along[0], entering[0])
    for layer, weight in enumerate(network.weights[1:], start=1):
        rate *= entering[layer] > 0
        rates.append(rate)
        rate = _apply(weight, rate)
        rate += _apply(along[layer], entering[layer])
    return rates, rate
