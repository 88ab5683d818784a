"""Kernels of infinitely wide, fully connected networks (K1)."""

from __future__ import annotations

from numbers import Real

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.arguments import InputError, checked_array, checked_integer
from numerics.door import door
from numerics.kernels.activations import RELU, Activation, Function
from numerics.kernels.layers import Kernels, Layer
from numerics.kernels.quadrature import activation as as_activation
from numerics.kernels.recursion import kernels

Floats = NDArray[np.float64]


@door
def dense_kernel(
    x: ArrayLike,
    x2: ArrayLike | None = None,
    *,
    depth: int = 1,
    activation: Activation | str | Function = RELU,
    sigma_w2: float = 1.0,
    sigma_b2: float = 0.0,
) -> Kernels:
    """Compute NNGP and NTK of `depth` hidden layers and a scalar output, in the NTK parametrisation (K1).

    Preactivations are √(sigma_w2/fan-in)·W h + √sigma_b2·β with W, β standard normal, both trained. `nngp` is K and
    `ntk` is Θ, float[N, N′]. x [N, d] and
    x2 [N′, d] hold one input a row; without x2 the result is symmetric and its diagonal comes from its own closed
    form. `activation` is an object, name, expression or function as in `numerics.kernels.activation`; with ReLU,
    K(x, x) = |x|²/d and Θ(x, x) = (depth + 1)|x|²/d.

    Accuracy: 1e-14 of √(K(x, x)K(x′, x′)) for homogeneous activations at all angles, near duplicates and opposite
    inputs included; relative to the entry itself too, unless it is small against this. For erf, near duplicates of
    variance v lose a factor v; for activations by quadrature see there.

    Raises:
        InputError: for shapes that do not fit, numbers that are not finite, a depth below 1, or variances that overflow.

    Source: K1.

    Examples:
        >>> import numpy as np
        >>> kernels = dense_kernel(np.array([[1.0, 0.0], [0.0, 1.0]]))
        >>> kernels.ntk.diagonal()
        array([1., 1.])
    """
    depth = checked_integer("depth", depth, 1, 10_000)
    x, x2 = inputs(x, x2)
    weight, bias = _variance("sigma_w2", sigma_w2), _variance("sigma_b2", sigma_b2)
    one = Layer(np.full((1, 1), weight), bias=bias)
    first = Layer(np.full((1, x.shape[1]), weight / x.shape[1]), bias=bias)
    return kernels([first] + [one] * depth, x, x2, as_activation(activation))


def inputs(x: ArrayLike, x2: ArrayLike | None) -> tuple[Floats, Floats | None]:
    """Both as float64, one input a row; InputError unless they are finite, non-empty and of equal width."""
    x = _rows("x", x)
    if x2 is None:
        return x, None
    x2 = _rows("x2", x2)
    if x2.shape[1] != x.shape[1]:
        raise InputError(f"x2 has {x2.shape[1]} columns, expected {x.shape[1]} as in x")
    return x, x2


def _rows(name: str, values: ArrayLike) -> Floats:
    array = checked_array(name, values)
    if array.dtype.kind not in "biuf":
        raise InputError(f"{name} has dtype {array.dtype}, expected real numbers")
    if array.ndim != 2 or array.size == 0:
        raise InputError(f"{name} has shape {array.shape}, expected a non-empty matrix, one input a row")
    array = array.astype(np.float64)
    if not np.isfinite(array).all():
        raise InputError(f"{name} holds nan or infinite entries, expected finite numbers")
    largest = np.abs(array).max(axis=1)
    if not ((largest == 0) | (largest > 1e-70) & (largest < 1e70)).all():
        raise InputError(f"{name} has rows of size {largest.min():.2g} to {largest.max():.2g}, expected 1e-70 to 1e70")
    return array


def _variance(name: str, value: float) -> float:
    if not isinstance(value, Real) or isinstance(value, bool) or not 0 <= value < 1e300:
        raise InputError(f"{name} is {value!r}, expected a finite number, at least 0")
    return float(value)
