"""The tangent kernels of a pruned network on samples to train and to test on: from fresh rows, in closed form, and dense.

The first layer is pruned, the others are dense. Kernels are those of √2·relu in the NTK parametrisation; a network with
the plain ReLU has 2^−L times these, L the number of hidden layers. With several outputs a kernel is here the mean of the
outputs' own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.data import Dataset
from sparse_limits.numerics.kernels.activations import RELU
from sparse_limits.numerics.kernels.analytic import dense_kernel
from sparse_limits.numerics.kernels.bounds import path_densities
from sparse_limits.numerics.kernels.graphon import LayerGraphons, graphon_kernel, input_latent
from sparse_limits.numerics.kernels.layers import Kernels
from sparse_limits.numerics.kernels.methods import fresh_network, fresh_threshold, method_layers
from sparse_limits.numerics.masks.composition import GridGraphon, point_latent
from sparse_limits.numerics.masks.threshold import UnreachableDensityError
from sparse_limits.numerics.networks import tangent_kernel
from sparse_limits.numerics.prediction.first_layer.prediction import INFINITE_WIDTH, wanda_densities
from sparse_limits.numerics.prediction.first_layer.row_law import Problem, limit_smoothing
from sparse_limits.numerics.prediction.methods import DATA_DRIVEN, SMOOTHED
from sparse_limits.theory.kernel import second_moment
from sparse_limits.theory.saliency.model import rho

Floats = NDArray[np.float64]

BATCHES = 8  # of fresh rows; errors are estimated from their differences


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Training samples, and test samples x_test [t, d], y_test [t, q] that nothing else sees."""

    train: Dataset
    x_test: Floats
    y_test: Floats

    @property
    def y(self) -> Floats:
        """Labels to train on, [m, q]."""
        return self.train.y.astype(np.float64, copy=False)

    @property
    def inputs(self) -> Floats:
        """Of all samples, those to train on first: [m + t, d]."""
        return np.vstack([self.train.x, self.x_test])

    @property
    def classes(self) -> bool:
        """Whether labels name classes: ±1, or one column of 0 and 1 for each class."""
        y = np.vstack([self.train.y, self.y_test])
        if y.shape[1] == 1:
            return bool((np.abs(y) == 1).all())
        return bool(((y == 0) | (y == 1)).all() and (y.sum(axis=1) == 1).all())


def hold_out(data: Dataset, share: float, rng: np.random.Generator) -> HeldOut:
    """A random share of the samples as test set, at least one; the order is kept.

    InputError if fewer than two are left to train on, or if these have one label, or no input that is not zero.
    """
    samples = len(data.x)
    tests = max(1, round(share * samples))
    left = samples - tests
    if left < 2:
        raise InputError(
            f"a test share of {share:g} leaves {left} of {samples} samples to train on, expected 2 or more"
        )
    held = np.zeros(samples, bool)
    held[rng.choice(samples, tests, replace=False)] = True
    x, y = np.asarray(data.x, float), np.asarray(data.y, float)
    if (y[~held] == y[~held][0]).all():
        label = " ".join(f"{value:g}" for value in y[~held][0])
        raise InputError(
            f"all {left} samples to train on have the label {label}, expected two labels (more samples, another seed)"
        )
    if not x[~held].any():
        raise InputError(f"all {left} samples to train on are zero, expected inputs with a signal")
    return HeldOut(replace(data, x=x[~held], y=y[~held]), x[held], y[held])


@dataclass(frozen=True, eq=False)
class KernelCase:
    """A kernel on the training samples [m, m] and between test and training samples [t, m].

    path_densities: float[L + 1, d], of the paths from each input, weighted as in B2 at each of the L + 1 layers.
    """

    train: Floats
    test: Floats
    path_densities: Floats

    @property
    def depth(self) -> int:
        return len(self.path_densities) - 1


def kernel_case(kernel: Floats, path_densities: Floats, training: int) -> KernelCase:
    """From the kernel of all samples [N, N], those to train on first."""
    return KernelCase(kernel[:training, :training], kernel[training:, :training], path_densities)


def dense_case(held: HeldOut, depth: int) -> KernelCase:
    """Of the network before it is pruned."""
    densities = np.ones((depth + 1, held.train.x.shape[1]))
    return kernel_case(dense_kernel(held.inputs, depth=depth).ntk, densities, len(held.train.x))


def deepened(first: Kernels, depth: int) -> Floats:
    """The tangent kernel [N, N] of `depth` hidden layers, dense above the first, from both kernels with one (K1)."""
    nngp, ntk = first
    for _ in range(depth - 1):
        variance = np.diagonal(nngp)
        value, slope = RELU.dual(variance[:, None], variance, nngp)
        for matrix, diagonal in zip((value, slope), RELU.diagonal(variance), strict=True):
            np.fill_diagonal(matrix, diagonal)
        nngp, ntk = value, value + slope * ntk
    return ntk


@dataclass(frozen=True, eq=False)
class SampledKernel:
    """The kernel of infinite width at the number of inputs there is, from batches of fresh rows as the method prunes them.

    batches: both kernels of one hidden layer [N, N], by batch. paths: float[batches, L + 1, d] as in `KernelCase`.
    rows: in all batches. training: the number of samples to train on, the first ones.
    """

    batches: Sequence[Kernels]
    paths: Floats
    rows: int
    training: int

    @property
    def case(self) -> KernelCase:
        return kernel_case(self._kernel(), self.paths.mean(axis=0), self.training)

    def jackknife(self) -> Iterator[Floats]:
        """The kernel on the training samples without the first batch, without the second …"""
        for place in range(len(self.batches)):
            yield self._kernel(place)[: self.training, : self.training]

    def _kernel(self, without: int | None = None) -> Floats:
        kept = [batch for place, batch in enumerate(self.batches) if place != without]
        mean = Kernels(*(sum(part) / len(kept) for part in zip(*kept, strict=True)))
        return deepened(mean, self.paths.shape[1] - 1)


def infinitely_wide(problem: Problem) -> Problem:
    """The problem's limit: for GraSP the residual is smoothed by the limit kernel, its second term is gone (S8)."""
    smoothed = limit_smoothing(problem.x, problem.residual) if problem.method in SMOOTHED else None
    return replace(problem, width=INFINITE_WIDTH, smoothed=smoothed)


def sampled_kernel(problem: Problem, held: HeldOut, rows: int, rng: np.random.Generator) -> SampledKernel:
    """From fresh rows of the problem, which is posed on the training samples; `rows` is rounded up to whole batches.

    InputError if the kernel vanishes on the training samples, or as `limit_threshold`.
    """
    size = -(-rows // BATCHES)
    threshold = fresh_threshold(problem, rows, rng)
    batches, paths = [], []
    for _ in range(BATCHES):
        network, mask = fresh_network(problem, threshold, size, rng)
        parts = (tangent_kernel(network, held.inputs, masks=[mask], layers=[layer]) for layer in (0, 1))
        gates, nngp = (part.astype(np.float64, copy=False) for part in parts)
        batches.append(Kernels(nngp, nngp + gates))
        weights, (readout,) = network.weights
        below = np.mean(mask * readout[:, None] ** 2, axis=0)
        above = np.mean(mask * weights**2, axis=0)
        paths.append([below, *[above] * problem.depth])
    training = len(held.train.x)
    if not any(batch.ntk[:training, :training].any() for batch in batches):
        raise InputError(
            f"density is {problem.density}: {size * BATCHES} fresh rows keep no path that the samples use, expected some"
        )
    return SampledKernel(batches, np.array(paths), size * BATCHES, training)


def closed_layers(problem: Problem) -> list[LayerGraphons] | None:
    """The method's graphons in closed form, the limit of many inputs; None where there are none.

    Random, magnitude (K4), wanda (S12) and deep synflow (S11) at any depth; snip (K5) and synflow with one hidden layer and
    one output. InputError for a density that these cannot reach.
    """
    if problem.method in ("snip", "synflow") and problem.depth == 1:
        if problem.outputs > 1:
            return None
        profile = np.abs(problem.x.T @ problem.residual[:, 0]) if problem.method == "snip" else np.ones(problem.inputs)
        return method_layers("snip", problem.density, profile)
    if problem.method in DATA_DRIVEN:
        return None
    shares = np.full(problem.inputs, problem.share)
    if problem.method == "wanda":
        shares, _ = wanda_densities(np.linalg.norm(problem.x, axis=0), problem.share)
    energies = shares
    if problem.method != "random":
        formula = numeric((rho,), second_moment.second_moment)
        energies = np.zeros(problem.inputs)
        energies[shares > 0] = formula(shares[shares > 0])
    units = [point_latent() for _ in range(problem.depth + 1)]
    columns = input_latent(problem.inputs)
    upper = [GridGraphon(np.ones((1, 1)), *pair[::-1]) for pair in pairwise(units)]
    first = LayerGraphons(*(GridGraphon(values[None], units[0], columns) for values in (shares, energies)))
    return [first, *(LayerGraphons(layer, layer) for layer in upper)]


def closed_case(problem: Problem, held: HeldOut) -> KernelCase | None:
    """The kernel of the graphons in closed form; None where there are none, or none of this density."""
    try:
        layers = closed_layers(problem)
    except UnreachableDensityError:  # more than the columns with a profile hold
        return None
    if layers is None:
        return None
    kernel = graphon_kernel(held.inputs, layers).ntk
    return kernel_case(kernel, path_densities(layers), len(held.train.x))
