"""Pruned networks really trained, beside what their kernel predicts.

The networks are those that were drawn and pruned, with the plain ReLU of the pruning methods: their tangent kernel tends
to 2^−L times the kernel of √2·relu, L the number of hidden layers, and this factor is taken into account exactly. Full-batch
gradient descent on all layers; the initial output is subtracted; pruned weights stay 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigvalsh

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.kernels.prediction import Fit, Sampling, distance, fit
from sparse_limits.numerics.kernels.pruned import HeldOut, KernelCase
from sparse_limits.numerics.kernels.regression import gradient_descent_predict, mean_squared_error, ridge_predict
from sparse_limits.numerics.masks.selection import Mask
from sparse_limits.numerics.networks import DivergedError, Network, tangent_kernel, train

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Descent:
    """Where gradient descent ends: the loss on the training samples, ½ E‖f − y‖², and what is wrong on the others."""

    loss: float
    fit: Fit


@dataclass(frozen=True)
class TrainedNetwork:
    """A network after training, and how near it is to its limits.

    kernel_distance: ‖Θ_n − K‖/‖K‖ of its own tangent kernel at initialisation. laziness: ‖f − f_lin‖/‖f_lin‖ over the test
    samples, f_lin its own linearisation trained as long.
    """

    descent: Descent
    kernel_distance: float
    laziness: float


@dataclass(frozen=True)
class Beside:
    """Networks trained for so many steps of this size, and the kernel's descent over as many steps and at its end.

    expected_distance: of a network's kernel from K, root mean square, by the spread of rows; with several hidden layers
    that of the first layer alone.
    """

    step: float
    steps: int
    networks: Sequence[TrainedNetwork]
    kernel: Descent
    end: Descent
    expected_distance: float


def train_beside(
    pruned: Sequence[tuple[Network, Mask]], case: KernelCase, held: HeldOut, sampling: Sampling, steps: int
) -> Beside:
    """Train each network under the mask of its first layer, and descend with its own kernel and with that of the case.

    All take one step size: the least 1/λ_max(Θ/m) among the kernels. InputError if a network keeps no path, or diverges.
    """
    own = [_own_kernels(network, mask, held) for network, mask in pruned]
    largest = [_largest(kernel) for kernel, _ in own]
    if min(largest) <= 0:
        raise InputError("a pruned network keeps no path, expected a wider one or a higher density")
    step = len(held.train.x) / max(*largest, 2.0**-case.depth * _largest(case.train))
    found = [
        _trained(network, mask, kernel, case, held, step, steps)
        for (network, mask), kernel in zip(pruned, own, strict=True)
    ]
    width = pruned[0][0].widths[1]
    after, end = (_descent(case, held, step, count) for count in (steps, None))
    return Beside(step, steps, found, after, end, sqrt(sampling.row_spread**2 / width + sampling.error**2))


def _own_kernels(network: Network, mask: Mask, held: HeldOut) -> tuple[Floats, Floats]:
    """The network's tangent kernel on the training samples [m·q, m·q], and between test and training samples [t·q, m·q]."""
    x, size = held.train.x, held.train.y.size
    return (
        tangent_kernel(network, x, masks=[mask]).reshape(size, size),
        tangent_kernel(network, held.x_test, x, masks=[mask]).reshape(held.y_test.size, size),
    )


def _largest(kernel: Floats) -> float:
    last = len(kernel) - 1
    return float(eigvalsh(kernel, subset_by_index=(last, last))[0])


def _trained(
    network: Network,
    mask: Mask,
    own: tuple[Floats, Floats],
    case: KernelCase,
    held: HeldOut,
    step: float,
    steps: int,
) -> TrainedNetwork:
    x, y = held.train.x, held.train.y
    try:
        run = train(network, x, y, step=step, steps=steps, masks=[mask], x_test=held.x_test)
    except DivergedError:
        raise InputError(
            f"training diverges at width {network.widths[1]}, at the stable step of the linearisation: expected a wider "
            "network"
        ) from None
    assert run.test_outputs is not None
    outputs = run.test_outputs[-1]
    samples, labels = y.shape
    mean = 2.0**case.depth * np.einsum("ikjk->ij", own[0].reshape(samples, labels, samples, labels)) / labels
    lazy = gradient_descent_predict(*own, y.ravel(), step * labels, steps).reshape(outputs.shape)
    return TrainedNetwork(
        Descent(float(run.losses[-1]), fit(outputs, held)),
        distance(mean, case.train),
        distance(outputs, lazy) if lazy.any() else float("nan"),
    )


def _descent(case: KernelCase, held: HeldOut, step: float, steps: int | None) -> Descent:
    """Of the kernel of plain networks; without steps, to the end."""
    scale = 2.0**-case.depth
    both = np.vstack([case.train, case.test])
    if steps is None:
        found = ridge_predict(case.train, both, held.train.y)
    else:
        found = gradient_descent_predict(scale * case.train, scale * both, held.train.y, step, steps)
    known, unknown = np.split(found, [len(held.train.x)])
    return Descent(mean_squared_error(known, held.train.y) / 2, fit(unknown, held))
