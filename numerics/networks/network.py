"""Networks and what they compute: weights, activation, masks, the forward pass.

Everything runs in the dtype of what it is given (at least float32).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import issparse
from scipy.special import erf

from sparse_limits.numerics.arguments import InputError, Seed, checked_array, generator, real_matrix
from sparse_limits.numerics.door import door
from sparse_limits.numerics.files import one_line
from sparse_limits.numerics.keyed import stream_name
from sparse_limits.numerics.limits import check_work
from sparse_limits.numerics.masks.selection import Mask

Array = NDArray[np.floating[Any]]
Layers = tuple[Array, ...]
Elementwise = Callable[[Array], NDArray[Any]]

BYTES_OF_DRAWN = 9  # of a weight: a double, and a byte while it is checked


@stream_name("numerics.networks.network.Activation")
@dataclass(frozen=True)
class Activation:
    """A nonlinearity φ and its derivative, entry by entry on an array.

    `function` may overwrite what it is given, `derivative` may not (and may return bools). `straight` says that
    φ'' = 0 off kinks, which second derivatives of the network rest on.
    """

    name: str
    function: Elementwise
    derivative: Elementwise
    straight: bool = False


def _relu(z: Array) -> Array:
    return np.maximum(z, 0, out=z)


def _gate(z: Array) -> NDArray[np.bool_]:
    return z > 0


def _normalised_relu(z: Array) -> Array:
    np.maximum(z, 0, out=z)
    z *= math.sqrt(2)
    return z


def _normalised_gate(z: Array) -> Array:
    return np.multiply(z > 0, math.sqrt(2), dtype=z.dtype)


def _erf_slope(z: Array) -> Array:
    return np.exp(-(z**2)) * (2 / math.sqrt(math.pi))


def _identity(z: Array) -> Array:
    return z


def _one(z: Array) -> NDArray[np.bool_]:
    return np.ones(z.shape, bool)


RELU = Activation("relu", _relu, _gate, straight=True)
ACTIVATIONS = {
    each.name: each
    for each in (
        RELU,
        Activation("normalised relu", _normalised_relu, _normalised_gate, straight=True),  # √2 max(z, 0)
        Activation("erf", erf, _erf_slope),
        Activation("linear", _identity, _one, straight=True),
    )
}


@dataclass(frozen=True, eq=False)
class Network:
    """Weights of the layers, first to last, `weights[l]` [n_{l+1}, n_l]; InputError unless they chain.

    `activation` is a name in ACTIVATIONS, a pair of elementwise functions (φ, φ'), or anything with attributes
    `function` and `derivative`; it becomes an `Activation`.
    """

    weights: Layers
    activation: Activation = RELU

    def __post_init__(self) -> None:
        if not isinstance(self.weights, Iterable):
            raise InputError(f"weights is {self.weights!r}, expected a matrix for each layer")
        weights = tuple(real_matrix(f"weights[{layer}]", weight) for layer, weight in enumerate(self.weights))
        if not weights:
            raise InputError("weights is empty, expected at least one layer")
        for layer, (lower, upper) in enumerate(pairwise(weights), start=1):
            if upper.shape[1] != lower.shape[0]:
                raise InputError(f"weights[{layer}] has shape {upper.shape}, expected {lower.shape[0]} columns")
        object.__setattr__(self, "weights", weights)
        object.__setattr__(self, "activation", _activation(self.activation))

    @property
    def widths(self) -> tuple[int, ...]:
        """(inputs, hidden widths…, outputs)."""
        return (self.weights[0].shape[1], *(len(weight) for weight in self.weights))


@door
def random_network(widths: Sequence[int], rng: Seed, activation: Any = RELU) -> Network:
    """Draw a network without biases whose weights are independent and standard normal.

    The network is in the NTK parametrisation: each layer divides by the square root of its fan-in, so that the outputs
    are of order 1 at every width.

    Parameters
    ----------
    widths : numbers of inputs, of neurons in each hidden layer, and of outputs; at least two positive whole numbers
    rng : whole number ≥ 0, SeedSequence or Generator
    activation : relu (max(z, 0)), normalised relu (√2 max(z, 0)), erf, linear, a pair (φ, φ′) or an object with `function` and `derivative`

    Returns
    -------
    Network, with the `weights` of each layer, float[out, in].

    Raises
    ------
    InputError : unless there are at least two widths, all positive whole numbers, for another seed or activation, and for weights that
        would take more memory than is allowed (`limit`).

    References
    ----------
    Claim K1 (the parametrisation).

    Examples
    --------
    >>> import numpy as np
    >>> network = random_network((64, 1024, 1), np.random.default_rng(0))
    >>> network.widths, network.weights[0].shape
    ((64, 1024, 1), (1024, 64))
    """
    whole = all(isinstance(n, (int, np.integer)) and not isinstance(n, bool) and n > 0 for n in widths)
    if len(widths) < 2 or not whole:
        raise InputError(f"widths is {tuple(widths)}, expected at least two positive whole numbers")
    size = sum(rows * columns for columns, rows in pairwise(map(int, widths)))
    check_work(f"a network of {size} weights", BYTES_OF_DRAWN * size, instead="narrower layers")
    draws = generator(rng)
    return Network(tuple(draws.standard_normal((rows, columns)) for columns, rows in pairwise(widths)), activation)


def single_precision(network: Network) -> Network:
    """The network with its weights rounded to single precision: at inputs of that kind its derivatives are, too."""
    return Network(tuple(weight.astype(np.float32) for weight in network.weights), network.activation)


def masked(network: Network, masks: Sequence[Any]) -> Network:
    """The network with `masks[l]` [out, in], dense or sparse, multiplied into its first `len(masks)` layers."""
    dense = [_dense(f"masks[{layer}]", mask) for layer, mask in enumerate(masks)]
    shapes = [mask.shape for mask in dense]
    if shapes != [weight.shape for weight in network.weights[: len(dense)]]:
        raise InputError(f"masks have shapes {shapes}, expected those of the first layers of {network.widths}")
    kept = tuple(weight * mask for weight, mask in zip(network.weights, dense, strict=False))
    return Network(kept + network.weights[len(dense) :], network.activation)


def pruned(network: Network, masks: Sequence[Any] | None) -> tuple[Network, tuple[Mask | None, ...]]:
    """The masked network in double precision, and for each layer which weights are kept: None, all of them.

    InputError unless the masks fit the first layers and hold only 0 and 1.
    """
    given = [_dense(f"masks[{layer}]", mask) for layer, mask in enumerate(() if masks is None else masks)]
    for layer, mask in enumerate(given):
        if mask.dtype.kind not in "biuf" or not np.array_equal(mask, mask.astype(bool)):
            raise InputError(f"masks[{layer}] holds values other than 0 and 1")
    network = masked(network, given)
    kept = [None if mask.all() else mask.astype(bool) for mask in given]
    kept += [None] * (len(network.weights) - len(given))
    double = tuple(weight.astype(float, copy=False) for weight in network.weights)
    return Network(double, network.activation), tuple(kept)


def inputs(network: Network, x: ArrayLike, name: str = "x") -> Array:
    """x as a floating matrix [N, d]; InputError if it is not finite or does not fit the network."""
    samples = real_matrix(name, x)
    if samples.shape[1] != network.widths[0]:
        raise InputError(f"{name} has shape {samples.shape}, expected {network.widths[0]} columns")
    return samples


def activations(network: Network, x: ArrayLike) -> Layers:
    """What enters each layer: x [N, d], then φ(z_l) [N, n_l] of the hidden layers; InputError as `inputs`."""
    entering = [inputs(network, x)]
    for weight in network.weights[:-1]:
        entering.append(network.activation.function(apply(weight, entering[-1])))
    return tuple(entering)


def activations_and_slopes(network: Network, x: ArrayLike) -> tuple[Layers, Layers]:
    """What enters each layer, as `activations`, and φ'(z_l) [N, n_l] of the hidden layers."""
    entering, slopes = [inputs(network, x)], []
    for weight in network.weights[:-1]:
        z = apply(weight, entering[-1])
        slopes.append(network.activation.derivative(z))  # before φ, which may overwrite z
        entering.append(network.activation.function(z))
    return tuple(entering), tuple(slopes)


def forward(network: Network, x: ArrayLike) -> Array:
    """f(x) [N, q] for inputs x [N, d]. InputError if x is not finite or does not fit."""
    return apply(network.weights[-1], activations(network, x)[-1])


def apply(weight: Array, entering: Array) -> Array:
    """A layer before its nonlinearity: [N, in] → [N, out]."""
    z = entering @ weight.T
    z /= math.sqrt(weight.shape[1])
    return z


def _dense(name: str, mask: Any) -> NDArray[Any]:
    return mask.toarray() if issparse(mask) else checked_array(name, mask)  # type: ignore[attr-defined]


def _activation(value: Any) -> Activation:
    """`value` as `Network` takes it; InputError unless its functions map an array entry by entry."""
    if isinstance(value, Activation):
        return value
    if isinstance(value, str):
        if value not in ACTIVATIONS:
            raise InputError(f"activation is {value!r}, expected one of {', '.join(ACTIVATIONS)}")
        return ACTIVATIONS[value]
    try:
        function, derivative = value if isinstance(value, tuple | list) else (value.function, value.derivative)
    except (AttributeError, ValueError):
        raise InputError(f"activation is {value!r}, expected a name or a pair of functions (φ, φ')") from None
    for each in (function, derivative):
        probe = np.linspace(-2.0, 2.0, 6).reshape(2, 3)
        try:
            with np.errstate(all="ignore"):
                found = np.asarray(each(probe) if callable(each) else None)
        except (TypeError, ValueError) as error:  # as functions of one number alone raise
            raise InputError(
                f"activation {each!r:.100} fails on an array ({one_line(error)}), expected a function entry by entry"
            ) from error
        if found.shape != (2, 3) or found.dtype.kind not in "bf" or not np.isfinite(found).all():
            raise InputError(f"activation {each!r} is no function of an array that gives one real number per entry")
    return Activation(str(getattr(value, "name", "custom")), function, derivative)
