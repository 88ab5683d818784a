"""Exact derivatives of the loss, none of them through a Jacobian.

The loss is L = ½ E_D ‖f − y‖², E_D the average over the data. Derivatives take the residual
r = ∂(½‖f − y‖²)/∂f [N, q] instead of y: r = f − y, or r = −y when the initial output is subtracted,
L = ½ E_D ‖f − f₀ − y‖²; both losses have the same derivatives as functions of r. Everything runs in the dtype
of what it is given (at least float32) and holds a few arrays [N, n_l], never one of N×n×d or N×N entries.
"""

from __future__ import annotations

import math

from numpy.typing import ArrayLike

from sparse_limits.numerics.arguments import InputError, real_matrix
from sparse_limits.numerics.networks.network import Array, Layers, Network, activations_and_slopes, apply


def gradient(network: Network, x: ArrayLike, residual: ArrayLike, *, first_layer: bool = False) -> Layers:
    """∂L/∂W_l [n_l, n_{l−1}] of every layer (or of the first alone, a tuple of one), exact off kinks.

    x [N, d] and residual [N, q] as in the module's docstring; InputError if they are not finite or do not
    fit.
    """
    entering, slopes, r = _data(network, x, residual)
    deltas = backward(network, slopes, r)
    count = 1 if first_layer else len(deltas)
    return tuple(map(_outer, deltas[:count], entering[:count]))


def tangent_residual(network: Network, x: ArrayLike, residual: ArrayLike) -> Array:
    """The residual smoothed by the network's own NTK, (Θ̂r)(x) = E_{x'}[Θ̂(x, x') r(x')], at the data: [N, q].

    Θ̂ = JJᵀ over all parameters, q×q for each pair of samples; computed as the derivative of f along the
    gradient, so no kernel is formed. InputError as for `gradient`. Source: S8; Jacot et al., arXiv
    1806.07572.
    """
    entering, slopes, r = _data(network, x, residual)
    along = tuple(map(_outer, backward(network, slopes, r), entering))
    return _push(network, entering, slopes, along)[1]


def hessian_gradient_product(
    network: Network, x: ArrayLike, residual: ArrayLike, *, first_layer: bool = False
) -> Layers:
    """Hg of every layer (or of the first alone), g and H the gradient and Hessian of L, exact off kinks.

    Hg = E_D[Jᵀ(Θ̂r)] + E_D[r ∇²f] g, found by differentiating the backward pass along g (forward over
    reverse, Pearlmutter 1994); H is never formed, and g always runs over all parameters. Arguments, shapes
    and errors as for `gradient`; InputError also for an activation with φ'' ≠ 0, whose term is not here.
    Source: S8; Wang et al., arXiv 2002.07376.
    """
    if not network.activation.straight:
        raise InputError(f"activation is {network.activation.name!r}, expected one with φ'' = 0 such as 'relu'")
    entering, slopes, r = _data(network, x, residual)
    deltas = backward(network, slopes, r)
    along = tuple(map(_outer, deltas, entering))
    rates, rate = _push(network, entering, slopes, along)  # `rate` is also that of ∂L/∂f: the residual moves with f
    products: list[Array] = []
    for layer in range(len(network.weights) - 1, 0, -1):
        if not first_layer:
            products.insert(0, _outer(rate, entering[layer]) + _outer(deltas[layer], rates[layer - 1]))
        rate = _pull(network.weights[layer], rate, slopes[layer - 1])
        rate += _pull(along[layer], deltas[layer], slopes[layer - 1])
    return (_outer(rate, entering[0]), *products)  # the data do not move: no second term


def backward(network: Network, slopes: Layers, residual: Array) -> list[Array]:
    """∂(½‖f − y‖²)/∂z_l of each layer, sample by sample: [N, n_l]."""
    deltas = [residual]
    for weight, slope in zip(network.weights[:0:-1], slopes[::-1], strict=True):
        deltas.insert(0, _pull(weight, deltas[0], slope))
    return deltas


def _data(network: Network, x: ArrayLike, residual: ArrayLike) -> tuple[Layers, Layers, Array]:
    """Activations, slopes and residual, checked."""
    entering, slopes = activations_and_slopes(network, x)
    r = real_matrix("residual", residual)
    if r.shape != (expected := (len(entering[0]), network.widths[-1])):
        raise InputError(f"residual has shape {r.shape}, expected {expected}")
    return entering, slopes, r


def _pull(weight: Array, delta: Array, slope: Array) -> Array:
    """The transpose of a layer, through the slopes of the units that enter it: [N, out] → [N, in]."""
    pulled = delta @ weight
    pulled /= math.sqrt(weight.shape[1])
    pulled *= slope
    return pulled


def _outer(delta: Array, entering: Array) -> Array:
    """Derivative of the loss in the weights of a layer, the average over the data: [out, in]."""
    product = delta.T @ entering
    product /= len(entering) * math.sqrt(entering.shape[1])
    return product


def _push(network: Network, entering: Layers, slopes: Layers, along: Layers) -> tuple[list[Array], Array]:
    """Rates of change, the weights moving `along`: of what enters layers 2…L [N, n_l], and of f [N, q]."""
    rates: list[Array] = []
    rate = apply(along[0], entering[0])
    for layer, weight in enumerate(network.weights[1:], start=1):
        rate *= slopes[layer - 1]
        rates.append(rate)
        rate = apply(weight, rate)
        rate += apply(along[layer], entering[layer])
    return rates, rate
