"""Networks that read scikit-learn's digits: a perceptron (R11), and one that looks at windows wherever they stand."""

from __future__ import annotations

import numpy as np

from sparse_limits.numerics.data import digits
from sparse_limits.numerics.equivariance.architectures import convolution, perceptron, read_out
from sparse_limits.numerics.tickets.networks import with_constant
from sparse_limits.numerics.tickets.targets.target import (
    CONTRAST,
    Array,
    Integers,
    Target,
    Training,
    falling,
    fitted,
    generator,
    lowered,
    with_ones,
)

PIXELS, HIDDEN_UNITS, DIGITS = 64, 24, 10
DIGITS_TRAINED, DIGITS_STEPS, DIGITS_DECAY = 1297, 400, 1e-4
SIDE, WINDOW, FILTERS = 8, 3, (16, 32)
CNN_STEPS, CNN_RATE, CNN_BATCHES = 1500, 1e-2, 40


def digits_mlp(seed: int = 0, steps: int = DIGITS_STEPS) -> Target:
    """R11: a perceptron 65–24–10 without biases, on scikit-learn's digits: 64 pixels in [0, 1] and a constant input.

    1297 of the 1797 samples, drawn with the seed 4800 + seed, train it; the other 500 test it. InputError for a
    negative or fractional seed or number of steps.
    """
    rng = generator(seed, 4800)
    x, labels = _shuffled(rng)
    samples = Training(with_constant(x), labels, DIGITS_TRAINED, lowered(steps), decay=DIGITS_DECAY)
    return fitted("digits-mlp", rng, perceptron(), (PIXELS + 1, HIDDEN_UNITS, DIGITS), samples)


def digits_cnn(seed: int = 0, steps: int = CNN_STEPS) -> Target:
    """Convolutions 2–16–32 of windows of 3 × 3 on the 8 × 8 pixels, and a linear map of the mean over these to 10 classes.

    The grid wraps around, so that shifted digits are the same to it. The second input channel holds 1. Samples as for
    `digits_mlp`, drawn with the seed 5100 + seed; InputError as in `digits_mlp`.
    """
    rng = generator(seed, 5100)
    x, labels = _shuffled(rng)
    rates = falling(steps, CNN_RATE)
    samples = Training(with_ones(x), labels, DIGITS_TRAINED, rates, CNN_BATCHES, DIGITS_DECAY, CONTRAST)
    return fitted("digits-cnn", rng, read_out(convolution(SIDE, WINDOW)), (2, *FILTERS, DIGITS), samples)


def _shuffled(rng: np.random.Generator) -> tuple[Array, Integers]:
    """Pixels [samples, 64] and digits, in an order that `rng` draws."""
    data = digits("as-is", standardise=False)
    order = rng.permutation(len(data.x))
    pixels: Array = data.x[order].astype(np.float64)
    return pixels, data.y[order, 0].astype(np.int64)
