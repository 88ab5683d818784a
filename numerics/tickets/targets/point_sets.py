"""DeepSets that know the shapes of sets of points, in any order (Q10)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.equivariance.architectures import deep_sets, read_out
from sparse_limits.numerics.tickets.targets.target import (
    Array,
    Integers,
    Target,
    Training,
    exchanges,
    fitted,
    generator,
    lowered,
)

POINTS, SHAPES, WIDTH = 16, ("ring", "two blobs", "segment", "disc"), 12
SETS_TRAINED, SETS_TESTED, SETS_STEPS, BATCHES = 2000, 1000, 900, 8


def pointset_deepsets(seed: int = 0, steps: int = SETS_STEPS) -> Target:
    """Q10: DeepSets 3–12–12 and a linear map of the mean to 4 classes, on sets of 16 points (`point_sets`).

    Two layers of the basis {I, J/m} and one of {1ᵀ/m} have 408 coefficients, and no output changes when points are
    exchanged. 2000 sets, drawn with the seed 5000 + seed, train it, 1000 test it. InputError as for `digits_mlp`.
    """
    rng = generator(seed, 5000)
    samples = Training(*point_sets(rng, SETS_TRAINED + SETS_TESTED), SETS_TRAINED, lowered(steps), BATCHES)
    channels = 3, WIDTH, WIDTH, len(SHAPES)
    return fitted("pointset-deepsets", rng, read_out(deep_sets(POINTS)), channels, samples, exchanges(POINTS))


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
