"""Full-batch gradient descent on the squared loss, of a masked network and of its linearisation.

L = 1/(2m) Σ ‖f(x) − y‖² over m samples, where f stands for f − f₀ if the output is centred, f₀ being the output
before training. A step moves every kept weight against its gradient; pruned weights stay 0. The linearisation
f₀ + J(θ − θ₀) moves by kernel descent with the network's own tangent kernel. All in double precision.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any, NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import eigvalsh

from sparse_limits.numerics.arguments import InputError, checked_array, checked_integer, real_matrix
from sparse_limits.numerics.door import door
from sparse_limits.numerics.masks.selection import Mask
from sparse_limits.numerics.networks.layers import trainable
from sparse_limits.numerics.networks.network import Array, Network, forward, inputs, pruned
from sparse_limits.numerics.networks.tangent_kernel import tangent_kernel

Seed = TypeVar("Seed")
Result = TypeVar("Result")

DIVERGED = 1e6  # times the loss at the start: no descent that still converges passes through it
MOST_STEPS = 10**8


class DivergedError(InputError):
    """The loss did not stay bounded, or ended above its start: the step is too large."""


@dataclass(frozen=True, eq=False)
class Trajectory:
    """What descent passes through.

    `losses` float[steps + 1]: L after 0, 1, … steps. `recorded` int[R]: the numbers of steps, ascending, at which
    predictions were kept: `outputs` [R, m] or [R, m, q], of the shape of y, and likewise `test_outputs`, or None
    without test inputs. Predictions are what is compared with y: centred if the output is.
    """

    losses: Array
    recorded: NDArray[np.int64]
    outputs: Array
    test_outputs: Array | None


@dataclass(frozen=True, eq=False)
class Training(Trajectory):
    """A trajectory, and the network at its end."""

    network: Network


@door
def train(
    network: Network,
    x: ArrayLike,
    y: ArrayLike,
    *,
    step: float,
    steps: int,
    masks: Sequence[Any] | None = None,
    centred: bool = True,
    record: Iterable[int] | None = None,
    x_test: ArrayLike | None = None,
) -> Training:
    """Train all layers of a network at once by gradient descent on the squared loss over all samples.

    Each step is W ← W − step·∂L/∂W, with the loss L = 1/(2m) Σ ‖f(x) − y‖². With `centred`, f − f₀ replaces f in the
    loss and in the predictions, where f₀ is the initial output.

    Parameters
    ----------
    network : `Network`, such as `random_network` returns
    x : inputs, float[m, d]
    y : targets, float[m, q], or float[m] for one output
    step : step size, above 0, such as `stable_step` returns
    steps : number of steps, 0 to 10⁸
    masks : 0/1 masks [out, in] of the first layers, dense or sparse; pruned weights are set to 0 and stay exactly 0. None: no pruning
    centred : True subtracts the initial output, False does not
    record : numbers of steps, 0 to `steps`, after which predictions are kept; None keeps only the predictions after the last step
    x_test : test inputs, float[t, d], at which predictions are kept too; None means no test inputs

    Returns
    -------
    Training, with the `losses` float[steps + 1], the `recorded` numbers of steps int[R], ascending, the predictions
    `outputs` at x, [R, m] or [R, m, q], and `test_outputs` at `x_test` (or None), and the trained `network`.

    Raises
    ------
    InputError : if an argument does not fit.
    DivergedError : if the loss does not stay bounded or ends above its start; the message gives 1/λ_max
        (`stable_step`).

    References
    ----------
    Claim F1.2 (the stable steps).

    Examples
    --------
    >>> import numpy as np
    >>> from sparse_limits import random_network, stable_step
    >>> x, y = np.eye(3), np.array([1.0, -1.0, 1.0])
    >>> network = random_network((3, 200, 1), np.random.default_rng(0))
    >>> trained = train(network, x, y, step=stable_step(network, x), steps=100)
    >>> bool(np.abs(trained.outputs[-1] - y).max() < 1e-3)
    True
    """
    setting = _setting(network, x, y, masks, centred, step, steps, record, x_test)
    model = _Masked(setting)
    return Training(*_descend(model, setting), network=model.network())


def train_linearised(
    network: Network,
    x: ArrayLike,
    y: ArrayLike,
    *,
    step: float,
    steps: int,
    masks: Sequence[Any] | None = None,
    centred: bool = True,
    record: Iterable[int] | None = None,
    x_test: ArrayLike | None = None,
) -> Trajectory:
    """The same descent of the network's linearisation at its start: u ← u − step·Θ̂(u − y)/m with its own Θ̂.

    Arguments and errors as for `train`. Θ̂ is that of the kept weights, and exact; so is the descent.
    """
    setting = _setting(network, x, y, masks, centred, step, steps, record, x_test)
    return Trajectory(*_descend(_Linearised(setting), setting))


def laziness(training: Trajectory, linearised: Trajectory) -> Array:
    """‖f − f_lin‖/‖f_lin‖ at each recorded step, over the test predictions, or over x without them: float[R].

    0 where both are 0, as at the start of a centred output. InputError unless both recorded the same.
    """
    pairs = [
        (each.outputs if each.test_outputs is None else each.test_outputs).reshape(len(each.recorded), -1)
        for each in (training, linearised)
    ]
    if not np.array_equal(training.recorded, linearised.recorded) or pairs[0].shape != pairs[1].shape:
        raise InputError(
            f"recorded steps are {training.recorded.tolist()} and {linearised.recorded.tolist()}, "
            "expected the same steps and samples"
        )
    apart, size = np.linalg.norm(pairs[0] - pairs[1], axis=1), np.linalg.norm(pairs[1], axis=1)
    ratios: Array = np.divide(apart, size, out=np.where(apart > 0, np.inf, 0.0), where=size > 0)
    return ratios


@door
def stable_step(network: Network, x: ArrayLike, *, masks: Sequence[Any] | None = None) -> float:
    """Compute a stable step of gradient descent, 1/λ_max(Θ̂/m), where Θ̂ is the neural tangent kernel at x.

    Gradient descent of the linearised network on the loss of `train`, 1/(2m) Σ ‖f(x) − y‖², diverges for steps more
    than twice as large.

    Parameters
    ----------
    network : `Network`, such as `random_network` returns
    x : inputs, float[m, d]
    masks : 0/1 masks [out, in] of the first layers, dense or sparse; pruned weights are 0 and do not count. None: all weights count

    Returns
    -------
    Step, a float; inf if Θ̂ = 0.

    Raises
    ------
    InputError : if the inputs or masks do not fit.

    References
    ----------
    Claim F1.2.

    Examples
    --------
    >>> import numpy as np
    >>> from sparse_limits import random_network, tangent_kernel
    >>> network = random_network((3, 200, 1), np.random.default_rng(0))
    >>> step = stable_step(network, np.eye(3))
    >>> bool(np.isclose(step, 3 / np.linalg.eigvalsh(tangent_kernel(network, np.eye(3)))[-1]))
    True
    """
    kernel = tangent_kernel(network, x, masks=masks)
    samples = len(kernel)
    side = math.isqrt(kernel.size)
    largest = eigvalsh(kernel.reshape(side, side), subset_by_index=(side - 1, side - 1))[0]
    return samples / largest if largest > 0 else math.inf


def ensemble(make: Callable[[Seed], Result], seeds: Iterable[Seed], jobs: int = 1) -> list[Result]:
    """[make(seed) for seed in seeds] in up to `jobs` processes, BLAS held to one thread: the same for any `jobs`.

    `make` must draw from its seed alone. InputError unless jobs is a positive integer.
    """
    from joblib import Parallel, delayed

    workers = checked_integer("jobs", jobs, 1, 2**16)
    return list(Parallel(n_jobs=workers)(delayed(_on_one_thread)(make, seed) for seed in seeds))


def _on_one_thread(make: Callable[[Seed], Result], seed: Seed) -> Result:
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        return make(seed)


class _Setting(NamedTuple):
    """The arguments of `train`, checked; y [m, q], no test inputs are [0, d], a label of y as given has shape `label`."""

    network: Network
    masks: list[Any] | None
    kept: tuple[Mask | None, ...]
    x: Array
    y: Array
    x_test: Array
    centred: bool
    step: float
    steps: int
    recorded: list[int]
    label: tuple[int, ...]


def _setting(
    network: Network,
    x: ArrayLike,
    y: ArrayLike,
    masks: Sequence[Any] | None,
    centred: bool,
    step: float,
    steps: int,
    record: Iterable[int] | None,
    x_test: ArrayLike | None,
) -> _Setting:
    masks = None if masks is None else list(masks)
    network, kept = pruned(network, masks)
    samples = inputs(network, x).astype(float, copy=False)
    tests = samples[:0] if x_test is None else inputs(network, x_test, "x_test").astype(float, copy=False)
    outputs = network.widths[-1]
    labels = checked_array("y", y)
    label = labels.shape[1:]
    if labels.shape != (len(samples), outputs) and (outputs > 1 or labels.shape != (len(samples),)):
        raise InputError(f"y has shape {labels.shape}, expected {(len(samples), outputs)}")
    labels = real_matrix("y", labels.reshape(len(samples), -1)).astype(float, copy=False)
    if isinstance(step, bool) or not isinstance(step, Real) or not 0 < float(step) < math.inf:
        raise InputError(f"step is {step!r}, expected a positive number")
    steps = checked_integer("steps", steps, 0, MOST_STEPS)
    recorded = sorted({checked_integer("record", at, 0, steps) for at in ([steps] if record is None else record)})
    return _Setting(network, masks, kept, samples, labels, tests, bool(centred), float(step), steps, recorded, label)


class _Model(Protocol):
    def outputs(self) -> Array: ...  # on x, [m, q], as compared with y

    def test_outputs(self) -> Array: ...

    def move(self, residual: Array) -> None: ...  # one step; residual = outputs − y


def _descend(model: _Model, setting: _Setting) -> tuple[Array, NDArray[np.int64], Array, Array | None]:
    """The fields of the model's trajectory."""
    losses: list[float] = []
    outputs: list[Array] = []
    tests: list[Array] = []
    recorded = set(setting.recorded)
    with np.errstate(over="ignore", invalid="ignore"):  # a diverging run is refused below
        for taken in range(setting.steps + 1):
            output = model.outputs()
            residual = output - setting.y
            losses.append(float(np.vdot(residual, residual)) / (2 * len(residual)))
            if not losses[-1] <= DIVERGED * losses[0]:
                break
            if taken in recorded:
                outputs.append(output)
                tests.append(model.test_outputs())
            if taken < setting.steps:
                model.move(residual)
    if not losses[-1] <= losses[0] + np.finfo(float).eps * np.mean(setting.y**2):
        raise DivergedError(
            f"step is {setting.step:g} and the loss went from {losses[0]:.3g} to {losses[-1]:.3g} in "
            f"{len(losses) - 1} steps, expected a smaller step: 1/λ_max is "
            f"{stable_step(setting.network, setting.x, masks=setting.masks):.3g}"
        )
    count, label = len(recorded), setting.label
    return (
        np.array(losses),
        np.array(setting.recorded, dtype=np.int64),
        np.reshape(outputs, (count, len(setting.x), *label)),
        np.reshape(tests, (count, len(setting.x_test), *label)) if len(setting.x_test) else None,
    )


class _Masked:
    """The network itself, its weights moving in place; samples are columns."""

    def __init__(self, setting: _Setting) -> None:
        network = setting.network
        self.activation = network.activation
        self.layers = list(map(trainable, network.weights, setting.kept))
        self.data, self.tests = np.ascontiguousarray(setting.x.T), np.ascontiguousarray(setting.x_test.T)
        self.rate = -setting.step / len(setting.x)
        self.centre, self.test_centre = (
            self._forward(x)[2] if setting.centred else np.zeros((1, 1)) for x in (self.data, self.tests)
        )

    def network(self) -> Network:
        return Network(tuple(layer.weight() for layer in self.layers), self.activation)

    def outputs(self) -> Array:
        self.entering, self.slopes, output = self._forward(self.data)
        return (output - self.centre).T

    def test_outputs(self) -> Array:
        return (self._forward(self.tests)[2] - self.test_centre).T

    def _forward(self, h: Array) -> tuple[list[Array], list[Array], Array]:
        """What enters each layer, the slopes of hidden units, and the output [q, m]."""
        entering, slopes = [h], []
        for layer in self.layers[:-1]:
            z = layer.apply(entering[-1])
            slopes.append(self.activation.derivative(z))  # before φ, which may overwrite z
            entering.append(self.activation.function(z))
        return entering, slopes, self.layers[-1].apply(entering[-1])

    def move(self, residual: Array) -> None:
        delta = np.ascontiguousarray(residual.T)
        for at in range(len(self.layers) - 1, -1, -1):
            layer, above = self.layers[at], delta
            if at:
                delta = layer.pull(above)
                delta *= self.slopes[at - 1]
            layer.move(self.rate, above, self.entering[at])


class _Linearised:
    """f₀ + Θ̂α, where a step takes step/m times the residual from α."""

    def __init__(self, setting: _Setting) -> None:
        network, x, x_test, masks = setting.network, setting.x, setting.x_test, setting.masks
        size = setting.y.size
        self.rate = setting.step / len(x)
        self.alpha: Array = np.zeros(setting.y.shape)
        self.kernel = tangent_kernel(network, x, masks=masks).reshape(size, size)
        self.test_kernel: Array = np.empty((0, size))
        if len(x_test):
            self.test_kernel = tangent_kernel(network, x_test, x, masks=masks).reshape(-1, size)
        self.start, self.test_start = (
            np.zeros((1, 1)) if setting.centred or not len(each) else forward(network, each) for each in (x, x_test)
        )

    def outputs(self) -> Array:
        return self.start + self._moved(self.kernel)

    def test_outputs(self) -> Array:
        return self.test_start + self._moved(self.test_kernel)

    def _moved(self, kernel: Array) -> Array:
        return np.reshape(kernel @ self.alpha.ravel(), (-1, self.alpha.shape[1]))

    def move(self, residual: Array) -> None:
        self.alpha -= self.rate * residual
