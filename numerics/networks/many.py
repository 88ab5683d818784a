"""Full-batch gradient descent of many masked networks at once, of one hidden layer each, with their outputs centred."""

from __future__ import annotations

import math
from numbers import Real

import numpy as np
from numpy.typing import ArrayLike

from sparse_limits.numerics.arguments import InputError, checked_integer, finite_vector, real_matrix
from sparse_limits.numerics.networks.network import Array
from sparse_limits.numerics.networks.training import MOST_STEPS

SCALE = math.sqrt(2)  # φ(z) = √2 max(z, 0)


def train_many(
    weights: ArrayLike, readout: ArrayLike, masks: ArrayLike, x: ArrayLike, y: ArrayLike, *, step: float, steps: int
) -> Array:
    """The loss L = 1/(2m) Σ (f − f₀ − y)² of each network after 0, 1, … steps of W ← W − step·∂L/∂W: float[N, steps + 1].

    f(x) = n^−½ Σᵢ aᵢ φ(wᵢ·x/√d), φ(z) = √2 max(z, 0); kept weights and the readout move, pruned weights are 0.
    weights [N, n, d]; readout [N, n]; masks [N, n, d], 0 or 1; x [m, d]; y [m]; step > 0. It is `train` of each network,
    in one go: so much faster that thousands of small networks can be compared. A loss that overflows is infinite.

    InputError for shapes that do not fit, numbers that are not finite, a mask that is not of 0 and 1.

    Examples:
        >>> import numpy as np
        >>> rng = np.random.default_rng(0)
        >>> masks = rng.random((5, 200, 3)) < 0.5
        >>> weights, readout = rng.standard_normal((5, 200, 3)), rng.standard_normal((5, 200))
        >>> losses = train_many(weights, readout, masks, np.eye(3), [1.0, -1.0, 1.0], step=2.0, steps=300)
        >>> losses.shape, bool((losses[:, -1] < losses[:, 0] / 10).all())
        ((5, 301), True)
    """
    data, labels = real_matrix("x", x).astype(float, copy=False), finite_vector("y", y)
    moving, top = np.array(weights, dtype=float), np.array(readout, dtype=float)
    kept = np.asarray(masks)
    samples, inputs = data.shape
    if moving.ndim != 3 or moving.shape[2] != inputs or not moving.size or not np.isfinite(moving).all():
        raise InputError(f"weights has shape {moving.shape}, expected finite numbers [N, n, {inputs}]")
    if top.shape != moving.shape[:2] or not np.isfinite(top).all():
        raise InputError(f"readout has shape {top.shape}, expected finite numbers {list(moving.shape[:2])}")
    if kept.shape != moving.shape or not ((kept == 0) | (kept == 1)).all():
        raise InputError(f"masks has shape {kept.shape}, expected 0 or 1 in {list(moving.shape)}")
    if labels.shape != (samples,):
        raise InputError(f"y has shape {labels.shape}, expected [{samples}]")
    if isinstance(step, bool) or not isinstance(step, Real) or not 0 < float(step) < math.inf:
        raise InputError(f"step is {step!r}, expected a positive number")
    steps = checked_integer("steps", steps, 0, MOST_STEPS)

    networks, units = top.shape
    kept, moving = (each.reshape(-1, inputs).T.astype(float, order="C") for each in (kept, moving))  # [d, Nn]
    moving *= kept
    entering = SCALE * data / math.sqrt(inputs)  # with the √2 of φ: what is below is max(z, 0)
    rate = float(step) / (samples * math.sqrt(units))
    hidden, signal = np.empty((2, samples, networks, units))
    losses = np.empty((networks, steps + 1))
    start: Array | float = 0.0
    with np.errstate(over="ignore", invalid="ignore"):
        for taken in range(steps + 1):
            np.maximum((entering @ moving).reshape(hidden.shape), 0.0, out=hidden)
            output = np.einsum("jni,ni->jn", hidden, top) / math.sqrt(units)
            if taken == 0:
                start = output
            residual = output - start - labels[:, None]
            losses[:, taken] = (residual**2).mean(axis=0) / 2
            if taken < steps:
                np.multiply(hidden > 0, residual[:, :, None], out=signal)
                signal *= top
                moved = (rate * entering.T) @ signal.reshape(samples, -1)
                moved *= kept
                moving -= moved
                top -= rate * np.einsum("jni,jn->ni", hidden, residual)
    found: Array = np.where(np.isfinite(losses), losses, np.inf)
    return found
