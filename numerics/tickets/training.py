"""Training of equivariant networks as classifiers: softmax cross-entropy, and Adam with exact gradients.

Within, features are [channels, coordinates, samples]: then mixing channels is one product of matrices, and a basis
element with few distinct rows, as the mean over all points, costs no more than these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from threadpoolctl import threadpool_limits

from sparse_limits.numerics.arguments import InputError, checked_integer
from sparse_limits.numerics.equivariance import EquivariantLayer
from sparse_limits.numerics.tickets.networks import checked_network

Array = NDArray[np.float64]
Order = NDArray[np.intp]
FIRST_DECAY, SECOND_DECAY, TINY = 0.9, 0.999, 1e-8  # Adam's usual β₁, β₂, ε


def random_layers(
    rng: np.random.Generator, channels: Sequence[int], bases: Sequence[ArrayLike]
) -> list[EquivariantLayer]:
    """Layers to start from: coefficients uniform on ±1/√(in·elements), as usual.

    channels: of the inputs, between the layers, and of the outputs; bases: of each layer, [b, out coordinates, in].
    """
    if len(channels) != len(bases) + 1 or not bases:
        raise InputError(f"{len(channels)} numbers of channels for {len(bases)} bases: expected one more than bases")
    elements = [np.asarray(basis) for basis in bases]
    sizes = zip(channels, channels[1:], map(len, elements), strict=False)
    coeffs = [rng.uniform(-1, 1, size) / np.sqrt(size[0] * size[2]) for size in sizes]
    return [EquivariantLayer(*pair) for pair in zip(coeffs, elements, strict=True)]


@threadpool_limits.wrap(limits=1)  # products of small matrices: more threads than one wait for each other
def train(
    layers: Sequence[EquivariantLayer],
    x: ArrayLike,
    labels: ArrayLike,
    rates: ArrayLike,
    decay: float = 0.0,
    batches: int = 1,
) -> list[EquivariantLayer]:
    """The layers after as many steps of Adam as there are rates.

    x: float[samples, channels, coordinates]; labels: int[samples], the places of the right outputs among all, in the
    order [channel, coordinate]; rates: the length of each step; decay: of coefficients, added to the gradient. Step k
    sees every `batches`-th sample, from sample k on: all of them in `batches` steps.

    Raises:
        InputError: for shapes that do not fit, labels out of range, rates or a decay that are negative or not finite,
            and more batches than samples.
    """
    network, samples, right = _checked(layers, x, labels)
    checked_integer("batches", batches, 1, len(right))
    parts = [(np.ascontiguousarray(samples[..., k::batches]), right[k::batches]) for k in range(batches)]
    steps = np.asarray(rates, dtype=np.float64)
    if steps.ndim != 1 or not np.isfinite([*steps, decay]).all() or min([*steps, decay]) < 0:
        raise InputError("rates and decay: expected finite numbers, none below 0")
    chain, coeffs = [_Map.of(layer) for layer in network], [layer.coeffs for layer in network]
    mean, square = ([np.zeros_like(each) for each in coeffs] for _ in range(2))
    for k, step in enumerate(steps):
        _, gradients = _descent(chain, coeffs, *parts[k % batches])
        for at, gradient in enumerate(gradients):
            gradient += decay * coeffs[at]
            mean[at] += (1 - FIRST_DECAY) * (gradient - mean[at])
            square[at] += (1 - SECOND_DECAY) * (gradient**2 - square[at])
            direction = mean[at] / (1 - FIRST_DECAY ** (k + 1))
            coeffs[at] = coeffs[at] - step * direction / (np.sqrt(square[at] / (1 - SECOND_DECAY ** (k + 1))) + TINY)
    return [replace(layer, coeffs=each) for layer, each in zip(network, coeffs, strict=True)]


def loss_and_gradients(
    layers: Sequence[EquivariantLayer], x: ArrayLike, labels: ArrayLike
) -> tuple[float, list[Array]]:
    """The mean cross-entropy of the softmax of all outputs, and its derivatives by the coefficients [in, out, b].

    Arguments and errors as for `train`.
    """
    network, samples, right = _checked(layers, x, labels)
    return _descent([_Map.of(layer) for layer in network], [layer.coeffs for layer in network], samples, right)


@dataclass(frozen=True)
class _Map:
    """The basis of a layer, each element as copies · rows: its distinct rows and where they stand; None for identities.

    An element that permutes coordinates is its order: coordinate k of the output is coordinate order[k] of the input.
    """

    elements: tuple[tuple[Array | Order | None, Array | None], ...]
    coordinates: int

    @classmethod
    def of(cls, layer: EquivariantLayer) -> _Map:
        return cls(tuple(map(_factors, layer.basis)), layer.basis.shape[1])

    def forward(self, coeffs: Array, x: Array) -> tuple[Array, list[Array]]:
        """The outputs [out, coordinates, samples], and the products rows · x of which they are mixed."""
        mixed = [_moved(rows, x) for rows, _ in self.elements]
        z = np.zeros((coeffs.shape[1], self.coordinates, x.shape[2]))
        for b, (_, copies) in enumerate(self.elements):
            part = _mix(coeffs[:, :, b].T, mixed[b])
            z += part if copies is None else copies @ part
        return z, mixed

    def gradient(self, mixed: Sequence[Array], slope: Array) -> Array:
        """Derivatives by the coefficients from those by the outputs."""
        pairs = zip(mixed, self._gathered(slope), strict=True)
        return np.stack([x.reshape(len(x), -1) @ y.reshape(len(y), -1).T for x, y in pairs], axis=2)

    def backward(self, coeffs: Array, slope: Array) -> Array:
        """Derivatives by the inputs from those by the outputs."""
        total: Array | float = 0.0
        for b, ((rows, _), each) in enumerate(zip(self.elements, self._gathered(slope), strict=True)):
            part = _mix(coeffs[:, :, b], each)
            total = total + _moved(_transposed(rows), part)
        return np.asarray(total)

    def _gathered(self, slope: Array) -> list[Array]:
        return [slope if copies is None else copies.T @ slope for _, copies in self.elements]


def _mix(matrix: Array, x: Array) -> Array:
    """A matrix [after, before] on channels. x: [before, ...]."""
    return (matrix @ x.reshape(len(x), -1)).reshape(len(matrix), *x.shape[1:])


def _moved(rows: Array | Order | None, x: Array) -> Array:
    """Rows applied to features [channels, coordinates, samples]."""
    if rows is None:
        return x
    moved: Array = x[:, rows] if rows.dtype.kind == "i" else rows @ x
    return moved


def _transposed(rows: Array | Order | None) -> Array | Order | None:
    if rows is None:
        return None
    return np.argsort(rows) if rows.dtype.kind == "i" else rows.T


def _factors(element: Array) -> tuple[Array | Order | None, Array | None]:
    """Distinct rows and the 0-1 matrix that copies them to their places."""
    if element.shape[0] == element.shape[1] and (np.sort(element, axis=1) == np.eye(len(element))[-1]).all():
        order = element.argmax(axis=1)
        if len(np.unique(order)) == len(order):
            return None if (order == np.arange(len(order))).all() else order, None
    rows, places = np.unique(element, axis=0, return_inverse=True)
    if len(rows) == len(element):
        return element, None
    return rows, np.eye(len(rows))[places.ravel()]


def _descent(
    chain: Sequence[_Map], coeffs: Sequence[Array], x: Array, right: NDArray[np.int64]
) -> tuple[float, list[Array]]:
    passed, active = [], []
    for at, (layer, each) in enumerate(zip(chain, coeffs, strict=True)):
        x, mixed = layer.forward(each, x)
        passed.append(mixed)
        if at < len(chain) - 1:
            active.append(x > 0)
            np.maximum(x, 0, out=x)
    loss, slope = _cross_entropy(x, right)
    gradients = []
    for at in reversed(range(len(chain))):
        gradients.append(chain[at].gradient(passed[at], slope))
        if at:
            slope = chain[at].backward(coeffs[at], slope)
            slope *= active[at - 1]
    return loss, gradients[::-1]


def _cross_entropy(outputs: Array, right: NDArray[np.int64]) -> tuple[float, Array]:
    """The mean of −log softmax at the right places, and its derivatives by the outputs [channels, coordinates, samples]."""
    logits = outputs.reshape(-1, outputs.shape[2])
    samples = np.arange(len(right))
    scores = logits - logits.max(axis=0)
    weights = np.exp(scores)
    totals = weights.sum(axis=0)
    loss = float(np.mean(np.log(totals) - scores[right, samples]))
    slope = weights / totals
    slope[right, samples] -= 1
    return loss, (slope / len(right)).reshape(outputs.shape)


def _checked(
    layers: Sequence[EquivariantLayer], x: ArrayLike, labels: ArrayLike
) -> tuple[tuple[EquivariantLayer, ...], Array, NDArray[np.int64]]:
    network = checked_network(layers)
    given, right = np.asarray(x, dtype=np.float64), np.asarray(labels)
    expected = network[0].coeffs.shape[0], network[0].basis.shape[2]
    classes = network[-1].coeffs.shape[1] * network[-1].basis.shape[1]
    if given.ndim != 3 or given.shape[1:] != expected or not len(given) or not np.isfinite(given).all():
        raise InputError(f"x {list(given.shape)}: expected finite numbers [samples, {expected[0]}, {expected[1]}]")
    if right.shape != given.shape[:1] or right.dtype.kind not in "iu":
        raise InputError(f"labels {right.dtype}{list(right.shape)}: expected {len(given)} whole numbers")
    if right.min() < 0 or right.max() >= classes:
        raise InputError(f"labels from {right.min()} to {right.max()}: expected 0 to {classes - 1}")
    return network, np.ascontiguousarray(given.transpose(1, 2, 0)), right.astype(np.int64)
