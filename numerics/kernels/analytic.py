"""Kernels of infinitely wide, fully connected networks (K1)."""

from __future__ import annotations

from numbers import Real
from os import PathLike
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sparse_limits.numerics.arguments import InputError, checked_array, checked_integer
from sparse_limits.numerics.door import door
from sparse_limits.numerics.kernels.activations import RELU, Activation, Function
from sparse_limits.numerics.kernels.blocks import kernels
from sparse_limits.numerics.kernels.layers import Kernels, Layer
from sparse_limits.numerics.kernels.quadrature import activation as as_activation

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
    folder: str | PathLike[str] | None = None,
    dtype: Literal["float64", "float32"] = "float64",
) -> Kernels:
    """Compute the NNGP kernel K and the neural tangent kernel Θ of an infinitely wide, fully connected network.

    The network has one output. Its preactivations are √(sigma_w2/fan-in)·W h + √sigma_b2·β, where h enters the layer,
    and W and β are standard normal and trained. The activation relu is √2 max(z, 0); with relu and the default
    variances, K(x, x) = |x|²/d and Θ(x, x) = (depth + 1)|x|²/d. Without `x2`, the kernels are exactly symmetric, and
    the diagonal is computed from the lengths of the inputs alone.

    For relu, leaky relu, abs and linear, the error is about 1e-14 of √(K(x, x)K(x′, x′)) at all angles, including near
    duplicates and opposite inputs. The error is about 1e-14 of the entry as well, unless the entry is small compared
    with this root. For erf, the error at near duplicates of variance v is larger by a factor v. Other activations are
    integrated numerically, and refused if the estimated error exceeds 1e-10. If such an activation has a kink at 0, the
    error of Θ at near duplicates is of the order of 1e-8.

    With `folder`, the kernels are computed block by block and written to two files, which may be larger than memory:
    besides a few copies of the inputs the work takes at most 2 GB for any N. The kernels are the same to the last
    bit as without `folder`. Both files get their names when both are whole; files of these names are replaced. With
    dtype "float32" the kernels are computed in float64 and rounded at the end, by at most 6e-8 of an entry above 1e-37.

    Parameters
    ----------
    x : inputs, float[N, d], one per row; a row is 0, or its largest entry is between 1e-70 and 1e70 in absolute value
    x2 : second inputs, float[N′, d], with the same limits; None means x itself
    depth : number of hidden layers, 1 to 10,000
    activation : relu, linear, erf, abs, tanh, sigmoid, softplus, silu, gelu, elu, sin, cos, a SymPy expression, a function or an `Activation`
    sigma_w2 : variance of a weight times the fan-in of its layer, finite and at least 0
    sigma_b2 : variance of a bias, finite and at least 0; 0 means no biases
    folder : existing folder that receives nngp.npy and ntk.npy, with room for both; None keeps both kernels in memory
    dtype : "float64" or "float32", of the kernels

    Returns
    -------
    Kernels, with `nngp` (K) and `ntk` (Θ), float[N, N′] each; with `folder`, read-only memory maps of the two files.

    Raises
    ------
    InputError : for shapes that do not fit, numbers that are not finite or out of range, kernels that overflow, or an
        activation that is unknown or not integrated accurately; for a `folder` that does not exist, cannot be written
        to or lacks room, another `dtype`, entries above 3.4e38 in float32, and more memory or time than `limit` allows.

    References
    ----------
    Claim K1.

    Examples
    --------
    >>> import numpy as np
    >>> kernels = dense_kernel(np.array([[1.0, 0.0], [0.0, 1.0]]))
    >>> kernels.ntk.diagonal()
    array([1., 1.])
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     dense_kernel(np.eye(2), folder=folder, dtype="float32").ntk.diagonal()
    memmap([1., 1.], dtype=float32)
    """
    depth = checked_integer("depth", depth, 1, 10_000)
    x, x2 = inputs(x, x2)
    weight, bias = _variance("sigma_w2", sigma_w2), _variance("sigma_b2", sigma_b2)
    one = Layer(np.full((1, 1), weight), bias=bias)
    first = Layer(np.full((1, x.shape[1]), weight / x.shape[1]), bias=bias)
    return kernels([first] + [one] * depth, x, x2, as_activation(activation), folder, dtype)


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
