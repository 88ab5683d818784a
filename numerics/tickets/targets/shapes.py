"""A steerable network that knows small shapes however they are turned and shifted, but distinguishes them from their mirror images."""

from __future__ import annotations

import numpy as np

from sparse_limits.numerics.equivariance import cyclic_irreducibles
from sparse_limits.numerics.equivariance.architectures import read_out, steerable
from sparse_limits.numerics.tickets.targets.target import (
    CONTRAST,
    Array,
    Integers,
    Target,
    Training,
    falling,
    fitted,
    generator,
    with_ones,
)

SIDE, WINDOW, FIELDS = 6, 3, (6, 8)
TETROMINOES = {
    "L": ((0, 0), (1, 0), (2, 0), (2, 1)),
    "J": ((0, 1), (1, 1), (2, 1), (2, 0)),
    "S": ((0, 0), (1, 0), (1, 1), (2, 1)),
    "Z": ((0, 1), (1, 1), (1, 0), (2, 0)),
}  # cells; J mirrors L, and Z mirrors S
NOISE = 0.1
TRAINED, TESTED, STEPS, RATE, BATCHES = 1000, 500, 800, 5e-3, 40


def shapes_steerable(seed: int = 0, steps: int = STEPS) -> Target:
    """A p4 network (Q4): images of 6 × 6, 6 and 8 regular fields of the quarter turns, a linear map of the mean to 4 classes.

    No output changes when an image is shifted, around the border, or turned. The second input channel holds 1. 1000
    images (`shape_images`), drawn with the seed 5200 + seed, train it, 500 test it. InputError as for `digits_mlp`.
    """
    rng = generator(seed, 5200)
    architecture = read_out(steerable(cyclic_irreducibles(4)["rotation"], SIDE, WINDOW))
    x, labels = shape_images(rng, TRAINED + TESTED)
    samples = Training(with_ones(x), labels, TRAINED, falling(steps, RATE), BATCHES, contrast=CONTRAST)
    return fitted("shapes-steerable", rng, architecture, (2, *FIELDS, len(TETROMINOES)), samples)


def shape_images(rng: np.random.Generator, count: int, side: int = SIDE) -> tuple[Array, Integers]:
    """Images float[count, side²] of the tetrominoes L, J, S and Z, and their numbers int[count].

    Each is turned by quarters and shifted at random, its cells have values uniform on [0.6, 1], and every pixel a normal
    error of deviation 0.1.
    """
    labels = rng.integers(len(TETROMINOES), size=count)
    cells = np.array(list(TETROMINOES.values()))[labels]
    turns, shifts = rng.integers(4, size=count), rng.integers(side, size=(count, 1, 2))
    for quarter in range(1, 4):
        turned = turns >= quarter
        cells[turned] = np.stack([-cells[turned, :, 1], cells[turned, :, 0]], axis=-1)
    x, y = np.moveaxis((cells + shifts) % side, -1, 0)
    images = NOISE * rng.standard_normal((count, side * side))
    images[np.arange(count)[:, None], side * x + y] += rng.uniform(0.6, 1, x.shape)
    return images, labels
