"""Many masked networks of several hidden layers at once: full-batch gradient descent, outputs centred, and what kernels need."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from sparse_limits.numerics.arguments import InputError, checked_integer, finite_vector, real_matrix
from sparse_limits.numerics.networks.many import SCALE
from sparse_limits.numerics.networks.network import Array
from sparse_limits.numerics.networks.training import MOST_STEPS


class ManyNetworks(NamedTuple):
    """weights [N, n_l, n_{l−1}] of each hidden layer; masks, 0 or 1, of the same shapes; readout [N, n_L].

    f(x) = n_L^−½ Σᵢ aᵢ h_i, h = φ(Wh/√n) from layer to layer with the kept weights, h = x first, φ(z) = √2 max(z, 0).
    """

    weights: Sequence[Array]
    masks: Sequence[Array]
    readout: Array

    def checked(self, inputs: int) -> ManyNetworks:
        """The same in floating point, pruned weights 0. InputError for shapes that do not fit, and a mask not of 0 and 1."""
        top = np.asarray(self.readout, float)
        shape = (len(top), 0, inputs)
        moving, kept = [], []
        if len(self.weights) != len(self.masks) or not self.weights or top.ndim != 2:
            raise InputError("weights, masks and readout do not fit, expected one mask for each hidden layer")
        for weight, mask in zip(self.weights, self.masks, strict=True):
            each, among = np.asarray(weight, float), np.asarray(mask)
            if each.ndim != 3 or (len(each), each.shape[2]) != (shape[0], shape[2]) or not np.isfinite(each).all():
                raise InputError(f"weights has shape {each.shape}, expected finite numbers [{shape[0]}, n, {shape[2]}]")
            if among.shape != each.shape or not ((among == 0) | (among == 1)).all():
                raise InputError(f"masks has shape {among.shape}, expected 0 or 1 in {list(each.shape)}")
            shape = (shape[0], 0, each.shape[1])
            moving.append(each * among)
            kept.append(among.astype(float))
        if top.shape[1] != shape[2] or not np.isfinite(top).all():
            raise InputError(f"readout has shape {top.shape}, expected finite numbers [{shape[0]}, {shape[2]}]")
        return ManyNetworks(moving, kept, top.copy())


class ManyPasses(NamedTuple):
    """At m samples: entering, x, h¹, …, h^L, [N or 1, n_l, m]; leaving, ∂f/∂z of the hidden layers, [N, n_l, m]; output [N, m]."""

    entering: list[Array]
    leaving: list[Array]
    output: Array


def passes(networks: ManyNetworks, x: Array) -> ManyPasses:
    """Run networks forward and back on inputs x [m, d]; pruned weights are 0."""
    entering = [x.T[None]]
    for weight in networks.weights:
        entering.append(np.maximum((weight @ entering[-1]) * (SCALE / math.sqrt(weight.shape[2])), 0.0))
    root = math.sqrt(networks.readout.shape[1])
    leaving = [np.where(entering[-1] > 0, networks.readout[:, :, None] * (SCALE / root), 0.0)]
    for weight, values in zip(networks.weights[:0:-1], entering[-2:0:-1], strict=True):
        signal = (weight.transpose(0, 2, 1) @ leaving[0]) * (SCALE / math.sqrt(weight.shape[2]))
        leaving.insert(0, np.where(values > 0, signal, 0.0))
    return ManyPasses(entering, leaving, (networks.readout[:, None] @ entering[-1])[:, 0] / root)


def train_layers(networks: ManyNetworks, x: ArrayLike, y: ArrayLike, *, step: float, steps: int) -> Array:
    """The loss 1/(2m) Σ (f − f₀ − y)² after 0, 1, … steps along its gradient in kept weights and readout: float[N, steps + 1].

    x [m, d]; y [m]; step > 0. It is `train` of each network, in one go. A loss that overflows is infinite. InputError as
    `ManyNetworks.checked`.

    Examples:
        >>> rng = np.random.default_rng(0)
        >>> masks = [rng.random((3, 40, 2)) < 0.5, rng.random((3, 40, 40)) < 0.5]
        >>> weights, readout = [rng.standard_normal(mask.shape) for mask in masks], rng.standard_normal((3, 40))
        >>> losses = train_layers(ManyNetworks(weights, masks, readout), np.eye(2), [1.0, -1.0], step=0.5, steps=40)
        >>> losses.shape, bool((losses[:, -1] < losses[:, 0] / 2).all())
        ((3, 41), True)
    """
    data, labels = real_matrix("x", x).astype(float, copy=False), finite_vector("y", y)
    if labels.shape != (len(data),):
        raise InputError(f"y has shape {labels.shape}, expected [{len(data)}]")
    if not 0 < step < math.inf:
        raise InputError(f"step is {step!r}, expected a positive number")
    steps = checked_integer("steps", steps, 0, MOST_STEPS)
    weights, masks, top = networks.checked(data.shape[1])
    root = math.sqrt(top.shape[1])
    scaled = [weight * (SCALE / math.sqrt(weight.shape[2])) for weight in weights]  # h = max(scaled · h below, 0)
    rates = [mask * (2 * (step / (len(data) * mask.shape[2]))) for mask in masks]  # of the scaled weights
    values = [data.T[None], *(np.empty((*weight.shape[:2], len(data))) for weight in scaled)]
    signals = [np.empty_like(each) for each in values[1:]]
    moved = [np.empty_like(weight) for weight in scaled]  # as all these, filled anew at each step
    losses = np.empty((len(top), steps + 1))
    start: Array | None = None
    with np.errstate(over="ignore", invalid="ignore"):
        for taken in range(steps + 1):
            for weight, below, above in zip(scaled, values, values[1:], strict=False):
                np.maximum(np.matmul(weight, below, out=above), 0.0, out=above)
            output = (top[:, None] @ values[-1])[:, 0] / root
            start = output if start is None else start
            residual = output - start - labels
            losses[:, taken] = (residual**2).mean(axis=1) / 2
            if taken == steps:
                break
            np.multiply(values[-1] > 0, top[:, :, None], out=signals[-1])
            signals[-1] *= (residual / root)[:, None]
            for place in range(len(scaled) - 1, 0, -1):
                np.matmul(scaled[place].transpose(0, 2, 1), signals[place], out=signals[place - 1])
                signals[place - 1] *= values[place] > 0
            top -= step / (len(data) * root) * (values[-1] @ residual[:, :, None])[:, :, 0]
            for weight, rate, move, signal, below in zip(scaled, rates, moved, signals, values, strict=False):
                np.matmul(signal, below.transpose(0, 2, 1), out=move)
                move *= rate
                weight -= move
    found: Array = np.where(np.isfinite(losses), losses, np.inf)
    return found
