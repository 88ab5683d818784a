"""What a trained target is, and how all of them are made: an architecture, samples of which some train, and Adam."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError, checked_integer
from sparse_limits.numerics.equivariance import EquivariantLayer, forward
from sparse_limits.numerics.equivariance.architectures import Architecture
from sparse_limits.numerics.tickets.networks import rescaled
from sparse_limits.numerics.tickets.target_files import Levels, permutations_of_levels
from sparse_limits.numerics.tickets.training import random_layers, train

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

STEP = 1e-2  # of Adam
CONTRAST = 4.0
SLOWER, EVERY = 0.3, 400  # steps become shorter by this factor, each time after so many
MOST = 2**32  # seeds and steps


@dataclass(frozen=True, eq=False)
class Target:
    """A network, and samples on which a ticket is to agree with it.

    layers: at the scale of the guarantee, no coefficient above a/2 = 1/(2e); x_test: float[samples, channels,
    coordinates]; labels_test: int[samples], the right place among all outputs, in the order [channel, coordinate];
    signed: whether inputs may be negative; symmetry: how generators of a group permute the coordinates of each level,
    int[generators, coordinates] from the inputs to the outputs, x → x[p]; None for a network without.
    """

    name: str
    layers: tuple[EquivariantLayer, ...]
    x_test: Array
    labels_test: Integers
    signed: bool
    symmetry: Levels | None = None

    @property
    def accuracy(self) -> float:
        """The share of test samples at which the largest output is the right one."""
        outputs = forward(self.layers, self.x_test)
        return float(np.mean(outputs.reshape(len(outputs), -1).argmax(axis=1) == self.labels_test))


@dataclass(frozen=True, eq=False)
class Training:
    """How samples x, float[samples, channels, coordinates], train a network: the first `trained` of them do.

    rates: of Adam's steps; batches, decay: as for `training.train`. contrast: by which inputs are multiplied in training,
    so that the softmax sees differences that a mean over many coordinates makes small; outputs are multiplied as well, and
    no class changes. Coefficients then start √6 times as large, which keeps moduli through ReLU, and those of the last
    input channel, which holds 1, at 0.
    """

    x: Array
    labels: Integers
    trained: int
    rates: Array
    batches: int = 1
    decay: float = 0.0
    contrast: float | None = None


def fitted(
    name: str,
    rng: np.random.Generator,
    architecture: Architecture,
    channels: Sequence[int],
    given: Training,
    symmetry: Integers | None = None,
) -> Target:
    """A target of an architecture with so many channels on its levels, which `rng` starts and the first samples train.

    symmetry: generators of a group, by how they permute the inputs, int[generators, coordinates]; those of the levels if
    left out, and none where nothing moves.
    """
    start = random_layers(rng, channels, [basis.astype(np.float64) for basis in architecture.bases])
    if given.contrast is not None:
        coeffs = [np.sqrt(6) * layer.coeffs for layer in start]
        coeffs[0][-1] = 0
        start = [replace(layer, coeffs=each) for layer, each in zip(start, coeffs, strict=True)]
    train_on, test_on = slice(given.trained), slice(given.trained, None)
    x = given.x[train_on] * (given.contrast or 1.0)
    layers = rescaled(train(start, x, given.labels[train_on], given.rates, given.decay, given.batches))
    moves = tuple(np.array(level.images, dtype=np.int64) for level in architecture.levels)
    if symmetry is not None:
        moves = permutations_of_levels(layers, {0: symmetry})
    moving = any((level != np.arange(level.shape[1])).any() for level in moves)
    signed = bool(given.x.min() < 0)
    return Target(name, layers, given.x[test_on], given.labels[test_on], signed, moves if moving else None)


def lowered(steps: int) -> Array:
    """Adam's usual step, 0.01, and 0.3 of that after each 400. InputError for a negative or fractional number."""
    places = np.arange(checked_integer("steps", steps, 0, MOST))
    return (STEP * SLOWER ** (places // EVERY)).astype(np.float64)


def falling(steps: int, first: float) -> Array:
    """Steps that fall evenly from the first one to 0. InputError for a negative or fractional number of them."""
    count = checked_integer("steps", steps, 0, MOST)
    return first * (1 - np.arange(count, dtype=np.float64) / max(count, 1))


def generator(seed: int, first: int) -> np.random.Generator:
    """The source of all that a target is made of. InputError for a negative or fractional seed, and one beyond 2³²."""
    return np.random.default_rng(first + trained_seed(seed))


def trained_seed(seed: int) -> int:
    """The seed of a target that is trained here. InputError for a negative or fractional seed, and one beyond 2³²."""
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or not 0 <= seed <= MOST:
        raise InputError(
            f"seed is {seed!r:.60}, expected a whole number from 0 to 2^32 for a target that is trained here"
        )
    return int(seed)


def exchanges(count: int) -> Integers:
    """Two orders that generate all of so many things: two of them exchanged, and all moved on by one. int[2, count]"""
    return np.array([[1, 0, *range(2, count)], np.roll(np.arange(count), 1)])


def with_ones(x: Array) -> Array:
    """Samples [samples, coordinates] as a channel, followed by one that holds 1, in place of biases."""
    return np.stack([x, np.ones_like(x)], axis=1)
