"""Two trained networks to be found again in random ones: digits (R11) and point sets (Q10)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.arguments import checked_integer
from numerics.data import digits
from numerics.equivariance import EquivariantLayer, forward
from numerics.tickets.networks import rescaled, with_constant
from numerics.tickets.training import random_layers, train

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

STEP = 1e-2  # of Adam
MOST = 2**32  # seeds and steps
PIXELS, HIDDEN_UNITS, DIGITS = 64, 24, 10
DIGITS_TRAINED, DIGITS_STEPS, DIGITS_DECAY = 1297, 400, 1e-4
POINTS, SHAPES, WIDTH = 16, ("ring", "two blobs", "segment", "disc"), 12
SETS_TRAINED, SETS_TESTED, SETS_STEPS, BATCHES = 2000, 1000, 900, 8


@dataclass(frozen=True, eq=False)
class Target:
    """A network, and samples on which a ticket is to agree with it.

    layers: at the scale of the guarantee, no coefficient above a/2 = 1/(2e); x_test: float[samples, channels,
    coordinates]; labels_test: int[samples], the right channel of the output; signed: whether inputs may be negative;
    symmetry: generators, each as the permutations of input and of output coordinates under which the network does not
    change; None for a network without.
    """

    name: str
    layers: tuple[EquivariantLayer, ...]
    x_test: Array
    labels_test: Integers
    signed: bool
    symmetry: tuple[tuple[Integers, Integers], ...] | None = None

    @property
    def accuracy(self) -> float:
        """The share of test samples at which the largest output is the right one."""
        outputs = forward(self.layers, self.x_test)
        return float(np.mean(outputs.reshape(len(outputs), -1).argmax(axis=1) == self.labels_test))


def digits_mlp(seed: int = 0, steps: int = DIGITS_STEPS) -> Target:
    """R11: a perceptron 65–24–10 without biases, on scikit-learn's digits: 64 pixels in [0, 1] and a constant input.

    1297 of the 1797 samples, drawn with the seed 4800 + seed, train it; the other 500 test it. InputError for a
    negative or fractional seed or number of steps.
    """
    rng = np.random.default_rng(4800 + checked_integer("seed", seed, 0, MOST))
    data = digits("as-is", standardise=False)
    order = rng.permutation(len(data.x))
    x, labels = with_constant(data.x)[order], data.y[order, 0].astype(np.int64)
    one = np.ones((1, 1, 1))
    start = random_layers(rng, (PIXELS + 1, HIDDEN_UNITS, DIGITS), (one, one))
    rates = np.full(checked_integer("steps", steps, 0, MOST), STEP)
    layers = train(start, x[:DIGITS_TRAINED], labels[:DIGITS_TRAINED], rates, DIGITS_DECAY)
    return Target("digits-mlp", rescaled(layers), x[DIGITS_TRAINED:], labels[DIGITS_TRAINED:], signed=False)


def pointset_deepsets(seed: int = 0, steps: int = SETS_STEPS) -> Target:
    """Q10: DeepSets 3–12–12 and a linear map of the mean to 4 classes, on sets of 16 points (`point_sets`).

    Two layers of the basis {I, J/m} and one of {1ᵀ/m} have 408 coefficients, and no output changes when points are
    exchanged. 2000 sets, drawn with the seed 5000 + seed, train it, 1000 test it. InputError as for `digits_mlp`.
    """
    rng = np.random.default_rng(5000 + checked_integer("seed", seed, 0, MOST))
    x, labels = point_sets(rng, SETS_TRAINED + SETS_TESTED)
    mean = np.full((POINTS, POINTS), 1 / POINTS)
    among_points = np.stack([np.eye(POINTS), mean])
    start = random_layers(rng, (3, WIDTH, WIDTH, len(SHAPES)), (among_points, among_points, mean[None, :1]))
    rates = STEP * 0.3 ** (np.arange(checked_integer("steps", steps, 0, MOST)) // 400)
    layers = train(start, x[:SETS_TRAINED], labels[:SETS_TRAINED], rates, batches=BATCHES)
    exchanges = (_swap(POINTS), _cycle(POINTS))
    symmetry = tuple((exchange, np.zeros(1, np.int64)) for exchange in exchanges)
    return Target(
        "pointset-deepsets", rescaled(layers), x[SETS_TRAINED:], labels[SETS_TRAINED:], signed=True, symmetry=symmetry
    )


TARGETS = {"digits-mlp": digits_mlp, "pointset-deepsets": pointset_deepsets}


def point_sets(rng: np.random.Generator, count: int, points: int = POINTS) -> tuple[Array, Integers]:
    """Sets of points, each on or about one of four shapes that is turned by a random angle, blurred by 0.1.

    The shapes: a ring of radius 1, two blobs of deviation 0.2 about (±1.25, 0), a segment of length 3, a disc of
    radius 1. Returns float[count, 3, points], the last channel 1, and the shapes' numbers int[count].
    """
    shape = rng.integers(len(SHAPES), size=count)
    at = np.stack([draw(rng, (count, points)) for draw in (_ring, _blobs, _segment, _disc)])[shape, np.arange(count)]
    at += 0.1 * (rng.standard_normal(at.shape) + 1j * rng.standard_normal(at.shape))
    at *= np.exp(2j * np.pi * rng.random((count, 1)))
    return np.stack([at.real, at.imag, np.ones_like(at.real)], axis=1), shape


def _ring(rng: np.random.Generator, size: tuple[int, int]) -> NDArray[np.complexfloating]:
    points: NDArray[np.complexfloating] = np.exp(2j * np.pi * rng.random(size))
    return points


def _blobs(rng: np.random.Generator, size: tuple[int, int]) -> NDArray[np.complexfloating]:
    cloud: NDArray[np.complexfloating] = rng.standard_normal(size) + 1j * rng.standard_normal(size)
    return 1.25 * rng.choice([-1, 1], size) + 0.2 * cloud


def _segment(rng: np.random.Generator, size: tuple[int, int]) -> NDArray[np.complexfloating]:
    return rng.uniform(-1.5, 1.5, size) + 0j


def _disc(rng: np.random.Generator, size: tuple[int, int]) -> NDArray[np.complexfloating]:
    points: NDArray[np.complexfloating] = np.sqrt(rng.random(size)) * _ring(rng, size)
    return points


def _swap(count: int) -> Integers:
    return np.array([1, 0, *range(2, count)])


def _cycle(count: int) -> Integers:
    return np.roll(np.arange(count), 1)
