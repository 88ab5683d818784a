"""Fully connected networks as they are initialised: widths, activation, normalisation, laws of weights and biases.

A layer computes z = W h/√m + b of its m inputs h, with iid weights W and biases b; what libraries write as weights of
order 1/√m is the same network, and has the same scores abs(w ∂L/∂w). With the norm "batch" a hidden unit passes on
φ((z − mean)/√(variance + ε)), mean and variance those of its z over the N samples: PyTorch's BatchNorm1d in training mode
with the weight 1 and the bias 0 that it begins with. A bias in front of it does nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import erfc

from sparse_limits.numerics.arguments import InputError, checked_bool, checked_integer
from sparse_limits.numerics.kernels.activations import Activation, Homogeneous, leaky_relu
from sparse_limits.numerics.kernels.quadrature import activation as activation_of

Floats = NDArray[np.float64]

MOST_WIDTH, MOST_DEPTH = 2**40, 100
LEAK = 0.01  # the slope of leaky ReLU below 0 that libraries take by default
OWN_ACTIVATIONS: dict[str, Activation] = {"relu": Homogeneous("relu", 1.0, 0.0), "leaky": leaky_relu(LEAK)}
NORMS = ("none", "batch")
EPSILON = 1e-5  # that PyTorch's BatchNorm1d adds to a variance
ACTIVATIONS = ("relu", "leaky", "tanh", "erf", "gelu", "silu", "elu", "softplus", "sigmoid", "abs", "linear")


@dataclass(frozen=True)
class Law:
    """The law of a weight of variance 1: its draws and the tail of its modulus."""

    name: str
    draw: Callable[[np.random.Generator, tuple[int, ...]], Floats]
    tail: Callable[[Floats], Floats]


NORMAL = Law("normal", lambda rng, shape: rng.standard_normal(shape), lambda t: np.asarray(erfc(t / sqrt(2))))
UNIFORM = Law(
    "uniform",
    lambda rng, shape: rng.uniform(-sqrt(3), sqrt(3), shape),
    lambda t: np.maximum(0.0, 1 - t / sqrt(3)),
)


@dataclass(frozen=True)
class Initialisation:
    """The law of weights and biases, and their variances in a layer of `inputs` inputs.

    Weights have the variance `weight`, to be divided by the inputs. by_inputs: whether the weights that are trained and
    compared have it divided already, as in libraries; else they are of order 1. Biases have the variance `bias`, divided
    by the inputs in that case.
    """

    name: str
    law: Law
    weight: float
    bias: float
    by_inputs: bool = False

    def bias_variance(self, inputs: int) -> float:
        return self.bias / inputs if self.by_inputs else self.bias


INITIALISATIONS = {
    each.name: each
    for each in (
        Initialisation("normal", NORMAL, 1.0, 1.0),
        Initialisation("uniform", UNIFORM, 1.0, 1.0),
        Initialisation("he", NORMAL, 2.0, 0.0, by_inputs=True),
        Initialisation("torch", UNIFORM, 1 / 3, 1 / 3, by_inputs=True),  # uniform on ±1/√inputs, both
    )
}


@dataclass(frozen=True)
class Architecture:
    """A fully connected network.

    inputs: d. widths: n_1, …, n_L of the hidden layers. outputs: K. activation: a name of ACTIVATIONS. init: a name of
    INITIALISATIONS. bias: whether hidden layers have biases, which are not pruned. norm: none, or batch normalisation in
    front of each activation.

    Raises:
        InputError: for an unknown name, no hidden layer, or a width that is not a whole number from 1.

    Examples:
        >>> network = Architecture(64, (512, 256), 10)
        >>> network.shapes
        ((512, 64), (256, 512), (10, 256))
    """

    inputs: int
    widths: Sequence[int]
    outputs: int
    activation: str = "relu"
    init: str = "normal"
    bias: bool = False
    norm: str = "none"

    def __post_init__(self) -> None:
        if isinstance(self.widths, (str, bytes)) or not isinstance(self.widths, Sequence) or not self.widths:
            raise InputError(f"widths is {self.widths!r:.60}, expected one for each hidden layer")
        if len(self.widths) > MOST_DEPTH:
            raise InputError(f"widths has {len(self.widths)} layers, expected at most {MOST_DEPTH}")
        for width in self.widths:
            try:
                checked_integer("width", width, 1, MOST_WIDTH)
            except InputError as error:
                given = ", ".join(map(repr, self.widths))
                raise InputError(f"widths is {given:.60}, expected integers from 1 to {MOST_WIDTH}") from error
        object.__setattr__(self, "widths", tuple(map(int, self.widths)))
        checked_bool("bias", self.bias)
        for name, value, known in (
            ("activation", self.activation, ACTIVATIONS),
            ("init", self.init, tuple(INITIALISATIONS)),
            ("norm", self.norm, NORMS),
        ):
            if not isinstance(value, str) or value not in known:
                raise InputError(f"{name} is {value!r:.60}, expected one of {', '.join(known)}")

    @property
    def depth(self) -> int:
        """The number L of hidden layers."""
        return len(self.widths)

    @property
    def shapes(self) -> tuple[tuple[int, int], ...]:
        """(outputs, inputs) of each of the L + 1 layers of weights, the readout last."""
        chain = (self.inputs, *self.widths, self.outputs)
        return tuple((rows, columns) for columns, rows in pairwise(chain))

    @property
    def sizes(self) -> tuple[int, ...]:
        """The number of weights of each layer."""
        return tuple(rows * columns for rows, columns in self.shapes)

    @property
    def normalised(self) -> bool:
        return self.norm == "batch"

    def need_plain(self, what: str) -> None:
        """InputError, with a name for what is asked, where units are normalised."""
        if self.normalised:
            raise InputError(f"norm is {self.norm!r}: {what} is not known through it here, expected none")

    @property
    def initialisation(self) -> Initialisation:
        return INITIALISATIONS[self.init]

    @cached_property
    def phi(self) -> Activation:
        """The activation with its duals."""
        own = OWN_ACTIVATIONS.get(self.activation)
        return activation_of(self.activation) if own is None else own

    def weight_deviation(self) -> float:
        """Of a weight W, before the division by √inputs."""
        return sqrt(self.initialisation.weight)

    def bias_variance(self, layer: int) -> float:
        """Of the biases of hidden layer 1, …, L."""
        return self.initialisation.bias_variance(self.shapes[layer - 1][1]) if self.bias else 0.0

    def gradient_scale(self, layer: int) -> float:
        """What a step along the gradient moves z by more where weights are of order 1/√inputs: the layer's inputs, else 1."""
        return float(self.shapes[layer - 1][1]) if self.initialisation.by_inputs else 1.0

    def score_scale(self, layer: int) -> float:
        """√(n_l n_{l−1}), by which scores of layer l are multiplied to have a limit; √n_L for the readout l = L + 1."""
        rows, columns = self.shapes[layer - 1]
        return sqrt(columns) if layer > self.depth else sqrt(rows * columns)


@dataclass(frozen=True)
class FullyConnected:
    """A fully connected network whose numbers of inputs and outputs are those of the data.

    Parameters
    ----------
    widths : number of neurons in each hidden layer, first to last; at most 100 layers
    activation : relu, leaky, tanh, erf, gelu, silu, elu, softplus, sigmoid, abs or linear
    init : normal or uniform (variance 1, layers divide by √inputs), he (normal, variance 2/inputs) or torch (uniform on ±1/√inputs)
    bias : whether the layers have biases, which are never pruned
    norm : none, or batch (batch normalisation before each activation, refused for grasp and grasp-magnitude)

    Raises
    ------
    InputError : for an unknown name, no hidden layer, or a width that is not a whole number from 1.

    Examples
    --------
    >>> FullyConnected((512, 256), activation="tanh").of(64, 10).shapes
    ((512, 64), (256, 512), (10, 256))
    """

    widths: Sequence[int]
    activation: str = "relu"
    init: str = "normal"
    bias: bool = False
    norm: str = "none"

    def __post_init__(self) -> None:
        object.__setattr__(self, "widths", self.of(1, 1).widths)

    def of(self, inputs: int, outputs: int) -> Architecture:
        """The network with so many inputs and outputs."""
        return Architecture(inputs, self.widths, outputs, self.activation, self.init, self.bias, self.norm)


def normalise(z: NDArray[Any]) -> NDArray[Any]:
    """Centre preactivations [units, N] and divide them by √(variance + ε), in place; return those roots, [units]."""
    z -= z.mean(axis=1, keepdims=True)
    roots: NDArray[Any] = np.sqrt((z**2).mean(axis=1) + EPSILON)
    z /= roots[:, None]
    return roots


def through_norm(signal: NDArray[Any], normalised: NDArray[Any], roots: NDArray[Any]) -> NDArray[Any]:
    """Turn ∂L/∂z̃ [units, N] at normalised preactivations z̃ into ∂L/∂z, in place and returned.

    Source: Ioffe and Szegedy 2015 (arXiv 1502.03167), section 3, with the weight 1.
    """
    along = (signal * normalised).mean(axis=1, keepdims=True)
    signal -= signal.mean(axis=1, keepdims=True)
    signal -= normalised * along
    signal /= roots[:, None]
    return signal


def values(function: Callable[[ArrayLike], Floats], z: NDArray[np.float32]) -> NDArray[np.float32]:
    """A function's values at z [M, N], block by block: an expression in z makes several arrays of its size, which stay in cache."""
    found = np.empty_like(z)
    step = max(1, 2**15 // z.shape[-1])
    for start in range(0, len(z), step):
        found[start : start + step] = function(z[start : start + step])
    return found
