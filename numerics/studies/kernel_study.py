"""Kernel regression with the kernels that pruned networks have, and what the bounds said beforehand (T1, T2, T4, T5).

Two families of kernels, one hidden layer of √2·relu, the readout dense:

* *graphon*: closed forms in the limit d → ∞ (K4, K5), for random, magnitude, snip, snip-unweighted, water-filling and
  anti;
* *rows*: the limit of infinite width at the d there is (K7.1), by fresh rows that each method prunes by its own scores,
  for random, magnitude, snip, grasp, grasp-magnitude, synflow and wanda.

Pruning sees the training samples and their targets, nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import inf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.data import Dataset
from sparse_limits.numerics.kernels.analytic import dense_kernel
from sparse_limits.numerics.kernels.bounds import path_bound, path_densities, path_residual_bound, squared_norm
from sparse_limits.numerics.kernels.graphon import LayerGraphons, graphon_kernel
from sparse_limits.numerics.kernels.methods import NODES, fresh_network, method_layers
from sparse_limits.numerics.kernels.regression import SingularKernelError, error_rate, mean_squared_error, ridge_predict
from sparse_limits.numerics.kernels.spectra import centred, kernel_eigenvalues, spectral_metrics
from sparse_limits.numerics.keyed import keyed_seed
from sparse_limits.numerics.masks.selection import Mask, kept_count, kth_largest
from sparse_limits.numerics.networks import Network, gradient, masked, tangent_kernel
from sparse_limits.numerics.networks.network import activations_and_slopes, apply
from sparse_limits.numerics.prediction.first_layer.row_law import posed, row_scores
from sparse_limits.numerics.studies.tasks import Split, Task, draw_split
from sparse_limits.theory.generalisation.energy_bound import T, q, raw_energy
from sparse_limits.theory.generalisation.energy_bound import energy as scale_free_energy
from sparse_limits.theory.graphon.symbols import m

Floats = NDArray[np.floating]

RIDGE_SHARE = 1e-7  # of tr K/m, in the regression
PROFILE_RIDGE = 1e-2  # of the linear regression whose coefficients are |β|
PILOTS = 4  # times as many rows as the kernel has tell the threshold
WIDTH = 2**40  # of the networks that fresh rows stand for: all but infinite
GRAPHON_METHODS = ("random", "magnitude", "snip", "snip-unweighted", "water-filling", "anti")
ROW_METHODS = ("random", "magnitude", "snip", "grasp", "grasp-magnitude", "synflow", "wanda")
METHODS = tuple(dict.fromkeys(GRAPHON_METHODS + ROW_METHODS))
FAMILIES: Mapping[str, tuple[str, ...]] = {"graphon": GRAPHON_METHODS, "rows": ROW_METHODS}


class Profiles(NamedTuple):
    """What is known of each input: |E x_j y| [d], and |β_j| [d] of ridge regression; norms over outputs."""

    saliency: Floats
    coefficients: Floats


def profiles(split: Split) -> Profiles:
    """From the training samples; the ridge is added to XᵀX/m."""
    x, cross = split.x, _cross(split)
    second = x.T @ x / len(x) + PROFILE_RIDGE * np.eye(x.shape[1])
    return Profiles(_saliency(split), np.linalg.norm(np.linalg.solve(second, cross), axis=1))


def _cross(split: Split) -> Floats:
    moments: Floats = split.x.T @ split.y / len(split.x)
    return moments


def _saliency(split: Split) -> Floats:
    """The first of the profiles: the other takes a linear system."""
    sizes: Floats = np.linalg.norm(_cross(split), axis=1)
    return sizes


def closed_layers(split: Split, method: str, density: float, nodes: int = NODES) -> list[LayerGraphons]:
    """The graphons of a method in closed form, from the profile it looks at; nodes: in |a|, for SNIP.

    SNIP keeps nearly all inputs with a saliency where the density exceeds their share: what is left of its budget would
    go to inputs that are 0 in training.
    """
    looked_at = profiles(split).coefficients if method == "water-filling" else _saliency(split)
    if method.startswith("snip"):
        density = min(density, 0.999 * float(np.mean(looked_at > 0)))
    return method_layers(method, density, looked_at, nodes=nodes)


class Predictor(NamedTuple):
    """A number known before testing: its name in tables, and −1 if a large one promises a small error."""

    title: str
    sign: int = 1


PREDICTORS = {
    "raw": Predictor("raw energy"),
    "scale-free": Predictor("𝓔"),
    "centred": Predictor("𝓔 centred"),
    "path-residual": Predictor("B8 raw"),
    "scale-free path-residual": Predictor("B8 scale-free"),
    "path": Predictor("B3"),
    "alignment": Predictor("alignment", -1),
}
PATH_BOUNDS = ("path-residual", "scale-free path-residual", "path")  # proved for closed forms alone
KINDS = ("", "centred ")  # of a spectrum: that of K and that of HKH


@dataclass(frozen=True, eq=False)
class Case:
    """A method at a density on a split: the kernel, what it says beforehand, and what comes of it.

    rows: how many fresh rows the kernel averages over, drawn from `seed`; None for the closed form. At density 1 the
    kernel is that of the dense network. nodes: in |a|, for SNIP's closed form.
    """

    split: Split
    method: str
    density: float
    rows: int | None = None
    seed: np.random.SeedSequence | None = None
    nodes: int = NODES

    def quantity(self, name: str) -> float:
        """By name: mse, error, a predictor, or a metric of the spectrum. InputError for another."""
        if name == "mse":
            return mean_squared_error(self.predictions, self.split.y_test)
        if name == "error":
            return error_rate(self.predictions, self.split.y_test)
        if name in self.predictors:
            return self._predictor(name)
        if name in (metrics := self.spectrum):
            return metrics[name]
        raise InputError(f"quantity is {name!r}, expected one of mse, error, {', '.join([*self.predictors, *metrics])}")

    @property
    def predictors(self) -> tuple[str, ...]:
        """The names of the predictors that the kernel has."""
        return tuple(name for name in PREDICTORS if self.rows is None or name not in PATH_BOUNDS)

    @cached_property
    def spectrum(self) -> dict[str, float]:
        """The four metrics of K, and with "centred " before their names those of HKH; the decay on ranks 6 to m/2."""
        kernels = dict(zip(KINDS, (self.train, self.centred), strict=True))
        return {
            kind + name: float(value)
            for kind, kernel in kernels.items()
            for name, value in spectral_metrics(kernel_eigenvalues(kernel), high=len(kernel) // 2)._asdict().items()
        }

    @cached_property
    def layers(self) -> list[LayerGraphons]:
        return closed_layers(self.split, self.method, self.density, self.nodes)

    @cached_property
    def train(self) -> Floats:
        """On the training samples, [m, m]."""
        if self._fresh is not None:
            network, mask = self._fresh
            return tangent_kernel(network, self.split.x, masks=[mask])
        return self._closed(self.split.x, None)

    @cached_property
    def centred(self) -> Floats:
        """HKH."""
        return centred(self.train)

    @cached_property
    def predictions(self) -> Floats:
        """Of ridge regression on the test samples, [t, q]."""
        return self.predict(ridge_predict(self.train, np.eye(len(self.train)), self.split.y, RIDGE_SHARE))

    def predict(self, weights: Floats) -> Floats:
        """Σ_i K(x, x_i) weights_i [m, q] at the test samples, [t, q]."""
        split = self.split
        if self._fresh is not None:
            return tangent_sums(*self._fresh, split.x, weights, split.x_test)
        return self._closed(split.x_test, split.x) @ weights

    def _closed(self, x: Floats, x2: Floats | None) -> Floats:
        return dense_kernel(x, x2).ntk if self.density == 1 else graphon_kernel(x, self.layers, x2).ntk

    @cached_property
    def _fresh(self) -> tuple[Network, Mask] | None:
        """The network of fresh rows, None for a closed form."""
        if self.rows is None or self.density == 1:
            return None
        problem = posed(self.method, self.density, WIDTH, Dataset(self.split.x, self.split.y, "training", "as-is"))
        rng = np.random.default_rng(self.seed)
        threshold = None
        if not problem.by_row:  # scores of 0, those of inputs that training never lights, may use up the budget
            scores = row_scores(problem, PILOTS * self.rows, rng)
            threshold = kth_largest(scores, kept_count(self.density, scores.size))
        return fresh_network(problem, threshold, self.rows, rng)

    def _predictor(self, name: str) -> float:
        y = self.split.y
        deviations = y - y.mean(axis=0)
        match name:
            case "alignment":
                size = np.linalg.norm(self.centred) * np.linalg.norm(deviations @ deviations.T)
                return float(np.vdot(deviations, self.centred @ deviations) / size)
            case "centred":
                return _scale_free(_norm(self.train, deviations), self.centred)
            case "raw" | "scale-free":
                norm = _norm(self.train, y)
            case "path":  # as if y were Xβ
                norm = path_bound(profiles(self.split).coefficients, self._path_density)
            case _:
                norm = self._path_residual
        return _scale_free(norm, self.train) if name.startswith("scale-free") else _raw(norm, len(y))

    @cached_property
    def _path_density(self) -> Floats:
        return np.ones(self.split.x.shape[1]) if self.density == 1 else path_densities(self.layers).mean(axis=0)

    @cached_property
    def _path_residual(self) -> float:
        return path_residual_bound(self.train, self._path_density, self.split.x, self.split.y).value


def _raw(norm: float, samples: int) -> float:
    return float(numeric((q, m), raw_energy)(norm, samples))


def _scale_free(norm: float, kernel: Floats) -> float:
    return float(numeric((q, T, m), scale_free_energy)(norm, np.trace(kernel), len(kernel)))


def _norm(kernel: Floats, y: Floats) -> float:
    """yᵀK⁻¹y; infinite where K is singular."""
    try:
        return squared_norm(kernel, y)
    except SingularKernelError:
        return inf


def tangent_sums(network: Network, mask: Mask, x: Floats, weights: Floats, x2: Floats) -> Floats:
    """Σ_i Θ̂(x2, x_i) weights_i [N, q] of a masked network with one output, without the kernel at x2: [N′, q].

    The sum of the gradients at x first, then the derivative of the output at x2 along it.
    """
    network = masked(network, [mask])
    (_, hidden), (slopes,) = activations_and_slopes(network, x2)
    found = []
    for column in weights.T:
        first, last = gradient(network, x, column[:, None] * len(x))
        found.append(apply(network.weights[1], slopes * apply(first * mask, x2)) + apply(last, hidden))
    return np.hstack(found)


class Outcome(NamedTuple):
    """All numbers of one case, and which case it is. family: "graphon" or "rows"."""

    task: str
    split: int
    family: str
    method: str
    density: float
    error: float
    mse: float
    predictors: Mapping[str, float]
    spectrum: Mapping[str, float]


@threadpool_limits.wrap(limits=1)  # matrices of a few hundred rows: on a busy machine more threads than one wait
def split_outcomes(
    task: Task, number: int, methods: Mapping[str, Sequence[str]], densities: Sequence[float], rows: int, seed: int
) -> list[Outcome]:
    """All methods of each family at all densities, on the split of a task with this number.

    Densities of a method share their fresh rows; at density 1 all methods share one kernel.
    """
    split = draw_split(task, np.random.default_rng(keyed_seed(seed, "split", task.name, number)))
    found = []
    for family, density in product(methods, densities):
        shared: Outcome | None = None
        for method in methods[family]:
            if shared is None or density < 1:
                key = keyed_seed(seed, "rows", task.name, number, method)
                case = Case(split, method, density, *((rows, key) if family == "rows" else ()))
                shared = _outcome(case, task.name, number, family)
            found.append(shared._replace(method=method))
    return found


def _outcome(case: Case, task: str, number: int, family: str) -> Outcome:
    return Outcome(
        task,
        number,
        family,
        case.method,
        case.density,
        case.quantity("error"),
        case.quantity("mse"),
        {name: case.quantity(name) for name in case.predictors},
        case.spectrum,
    )
