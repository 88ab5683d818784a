"""Networks that know how two spots on two rings lie to each other, however both are turned: for C₈ and for D₈ (Q12.2)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sparse_limits.numerics.equivariance.architectures import read_out, rings
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

SAMPLES, FIELDS = 8, (4, 6)
TURNS = (1, 3, -1, -3)  # from the outer spot to the inner one, in eighths of a turn; the last two mirror the first two
ANGLES = (0, 1, 2, 3)
NOISE = 0.1
TRAINED, TESTED, STEPS, RATE, BATCHES = 1000, 500, 800, 5e-3, 40


def rings_c8(seed: int = 0, steps: int = STEPS) -> Target:
    """A network of C₈ on two rings of 8 samples, 4 and 6 fields, a linear map of the mean of each ring to 4 classes.

    No output changes when both rings are turned by an eighth; the classes are pairs of spots and their mirror images. The
    second input channel holds 1. 1000 pairs (`ring_spots`), drawn with the seed 5400 + seed, train it, 500 test it.
    InputError as for `digits_mlp`.
    """
    return _on_rings("rings-c8", generator(seed, 5400), TURNS, False, steps)


def rings_d8(seed: int = 0, steps: int = STEPS) -> Target:
    """The same for D₈, drawn with the seed 5500 + seed: no output changes under reflections either, nor does a class.

    The classes are the angles between both spots, 0 to 3 eighths of a turn, either way.
    """
    return _on_rings("rings-d8", generator(seed, 5500), ANGLES, True, steps)


def _on_rings(name: str, rng: np.random.Generator, offsets: Sequence[int], mirrored: bool, steps: int) -> Target:
    architecture = read_out(rings(SAMPLES, radii=2, reflections=mirrored))
    x, labels = ring_spots(rng, TRAINED + TESTED, offsets, mirrored)
    samples = Training(with_ones(x), labels, TRAINED, falling(steps, RATE), BATCHES, contrast=CONTRAST)
    return fitted(name, rng, architecture, (2, *FIELDS, len(offsets)), samples)


def ring_spots(rng: np.random.Generator, count: int, offsets: Sequence[int], mirrored: bool) -> tuple[Array, Integers]:
    """Two rings with a bright sample each, float[count, 2 · 8], the outer ring first, and the classes int[count].

    From the outer spot to the inner one are `offsets[class]` eighths of a turn, if mirrored this way or the other. Spots
    are turned together at random, have values uniform on [0.6, 1], and every sample a normal error of deviation 0.1.
    """
    labels = rng.integers(len(offsets), size=count)
    ways = rng.choice([-1, 1], count) if mirrored else 1
    outer = rng.integers(SAMPLES, size=count)
    inner = (outer + ways * np.array(offsets)[labels]) % SAMPLES
    values = NOISE * rng.standard_normal((count, 2 * SAMPLES))
    for places in (outer, SAMPLES + inner):
        values[np.arange(count), places] += rng.uniform(0.6, 1, count)
    return values, labels
