"""The study of spectra: Figures 2, 3 and 11 of arXiv 2510.17515, and each sentence about them put to the test.

Fully connected ReLU networks without biases, the same for all methods and densities, are pruned on the digits, all layers
under one threshold. Weights of hidden layers have the variance 2/inputs, those of the readout 1/inputs. Of each pruned network
there are three tangent kernels,

| kernel | of |
|---|---|
| paper | infinitely wide networks with these masks as the variances of their weights, all of them trained: the paper's model (H5) |
| masks | infinitely wide networks with these masks and fresh weights: pruned weights have none (K2) |
| own | the pruned network itself, averaged over its outputs |

each mask entry a block of the graphon of its layer, the readout's averaged over outputs; and two runs of training on the
cross-entropy: Adam, as in the paper, and gradient descent, to which alone the scale of a kernel matters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise, product
from math import inf, isfinite, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import HIGHEST_SEED, checked_integer, proper_share
from sparse_limits.numerics.data import Dataset, batch, digits
from sparse_limits.numerics.kernels.graphon import LayerGraphons, graphon_kernel, input_latent
from sparse_limits.numerics.kernels.spectra import HIGH, kernel_eigenvalues, spectral_metrics
from sparse_limits.numerics.keyed import keyed_seed
from sparse_limits.numerics.masks.composition import GridGraphon, point_latent
from sparse_limits.numerics.masks.selection import Mask
from sparse_limits.numerics.networks import (
    ACTIVATIONS,
    Network,
    forward,
    gradient,
    masked,
    random_network,
    tangent_kernel,
)
from sparse_limits.numerics.prediction import methods as pruning
from sparse_limits.numerics.prediction.settings import IN_ROUNDS, ROUNDS
from sparse_limits.numerics.studies.hypothesis import METHODS
from sparse_limits.numerics.studies.lists import check_lists
from sparse_limits.numerics.studies.spectra_sentences import findings, sentences
from sparse_limits.numerics.studies.spectra_summary import Optimiser, SpectraRow, SpectraSummary, Spectrum

Floats = NDArray[np.floating]
Masks = tuple[Mask, ...]

PAPER_METHODS = ("random", "snip", "synflow-iterative")
LISTS = ("methods", "depths", "densities")
BATCH, RATE = 128, 1e-3
MEMORY, MEMORY_OF_SQUARES, SMALL = 0.9, 0.999, 1e-8  # Adam's usual ones
MOST_DEPTH, MOST_WIDTH, MOST_NETWORKS, MOST_STEPS = 10, 2048, 1000, 10_000
QUICK = {"depths": (1, 2), "densities": (0.5, 0.1), "width": 32, "samples": 64, "networks": 2, "steps": 50}


@dataclass(frozen=True)
class Settings:
    """What a study runs over; InputError, in one line, for anything outside its range.

    depths: numbers of hidden layers. networks: of each depth. width: of hidden layers. samples: of the kernels. steps: of
    training, on batches of the whole data.
    """

    methods: tuple[str, ...] = PAPER_METHODS
    depths: tuple[int, ...] = (1, 2, 3, 4)
    densities: tuple[float, ...] = (0.5, 0.2, 0.05)
    width: int = 128
    networks: int = 3
    samples: int = 100
    steps: int = 200
    seed: int = 0

    def __post_init__(self) -> None:
        check_lists(self, LISTS, {"methods": METHODS})
        for depth in self.depths:
            checked_integer("depths", depth, 1, MOST_DEPTH)
        for density in self.densities:
            proper_share("densities", density)
        object.__setattr__(self, "densities", tuple(sorted(self.densities, reverse=True)))
        checked_integer("width", self.width, 2, MOST_WIDTH)
        checked_integer("networks", self.networks, 1, MOST_NETWORKS)
        checked_integer("samples", self.samples, HIGH, 1797)
        checked_integer("steps", self.steps, 1, MOST_STEPS)
        checked_integer("seed", self.seed, 0, HIGHEST_SEED)


class Case(NamedTuple):
    """One network of a study."""

    settings: Settings
    depth: int
    network: int


def measure(case: Case) -> list[SpectraRow]:
    """The rows of one network: dense, then each method at each density."""
    settings = case.settings
    data, part = digits("onehot"), _part(settings)
    rng = _stream(case, "weights")
    network = random_network(
        (data.x.shape[1], *(settings.width,) * case.depth, data.y.shape[1]), rng, ACTIVATIONS["normalised relu"]
    )
    whole = tuple(np.ones(weight.shape, bool) for weight in network.weights)
    step = settings.samples / float(np.linalg.eigvalsh(own_kernel(network, whole, part.x))[-1])
    dense = _kernels(network, whole, part.x)
    traces = {name: float(np.trace(kernel)) for name, kernel in dense.items()}
    pruned = [("dense", 1.0, whole), *_pruned(case, network, part)]
    return [
        {
            "depth": case.depth,
            "network": case.network,
            "method": method,
            "density": density,
            "adam": trained("adam", network, masks, data, RATE, settings.steps, _stream(case, "batches")),
            "descent": trained("descent", network, masks, data, step, settings.steps, _stream(case, "batches")),
            "paper": spectrum(kernels["paper"], traces["paper"]),
            "masks": spectrum(kernels["masks"], traces["masks"]),
            "own": spectrum(kernels["own"], traces["own"]),
        }
        for method, density, masks in pruned
        for kernels in [dense if method == "dense" else _kernels(network, masks, part.x)]
    ]


def _part(settings: Settings) -> Dataset:
    """The samples of the kernels, which pruning sees, too."""
    return batch(
        digits("onehot"), settings.samples, np.random.default_rng(keyed_seed(settings.seed, "spectra", "data"))
    )


def _stream(case: Case, word: str) -> np.random.Generator:
    return np.random.default_rng(keyed_seed(case.settings.seed, "spectra", case.depth, case.network, word))


def _pruned(case: Case, network: Network, part: Dataset) -> Iterator[tuple[str, float, Masks]]:
    for method, density in product(case.settings.methods, case.settings.densities):
        rng = _stream(case, f"{method} {density}")
        rounds = ROUNDS if method == IN_ROUNDS else None
        yield (
            method,
            density,
            pruning.prune(method, network, part.x, -part.y, density, rng=rng, rounds=rounds, ties="index"),
        )


# Kernels


def _kernels(network: Network, masks: Masks, x: Floats) -> dict[str, Floats]:
    """The three kernels of the module's table."""
    kept = mask_graphons(masks)
    every = [
        LayerGraphons(GridGraphon(np.ones_like(layer.values), layer.rows, layer.columns), layer) for layer, _ in kept
    ]
    return {
        "paper": graphon_kernel(x, every).ntk,
        "masks": graphon_kernel(x, kept).ntk,
        "own": own_kernel(network, masks, x),
    }


def mask_graphons(masks: Masks) -> list[LayerGraphons]:
    """The step graphons of masks, one block an entry, the last averaged over outputs.

    Examples:
        >>> layers = mask_graphons((np.array([[1, 0], [1, 1]]), np.array([[1, 0], [1, 1]])))
        >>> layers[1].trained.values
        array([[1. , 0.5]])
    """
    *hidden, readout = (mask.astype(float) for mask in masks)
    values = [*hidden, readout.mean(axis=0, keepdims=True)]
    latents = [*(input_latent(layer.shape[1]) for layer in values), point_latent()]
    found = [GridGraphon(layer, above, below) for layer, (below, above) in zip(values, pairwise(latents), strict=True)]
    return [LayerGraphons(layer, layer) for layer in found]


def own_kernel(network: Network, masks: Masks, x: Floats) -> Floats:
    """The tangent kernel of a pruned network, averaged over its outputs: float[N, N]."""
    outputs = network.widths[-1]
    parts = (
        tangent_kernel(
            Network((*network.weights[:-1], network.weights[-1][[output]]), activation=network.activation),
            x,
            masks=(*masks[:-1], masks[-1][[output]]),
        )
        for output in range(outputs)
    )
    return sum(parts, np.zeros((len(x), len(x)))) / outputs


def spectrum(kernel: Floats, dense_trace: float) -> Spectrum | None:
    """The four metrics of a kernel, and its trace over that of the dense network; None if it vanishes."""
    trace = float(np.trace(kernel))
    if not trace > 0:
        return None
    found = spectral_metrics(kernel_eigenvalues(kernel))
    return {
        "decay": found.decay if isfinite(found.decay) else None,
        "effective_rank": found.trace_ratio,
        "gap": found.gap_ratio if isfinite(found.gap_ratio) else None,
        "top": found.top_energy,
        "trace": trace / dense_trace,
    }


# Training


def trained(
    optimiser: Optimiser,
    network: Network,
    masks: Masks,
    data: Dataset,
    rate: float,
    steps: int,
    rng: np.random.Generator,
) -> float:
    """The mean over the steps of the cross-entropy of each batch before its step; infinite if it overflows.

    Adam moves θ = w/√inputs; descent moves w, whose kernel the tangent kernel is. Pruned weights stay 0.
    """
    network = masked(network, masks)
    moves_of = Adam(rate) if optimiser == "adam" else partial(map, partial(np.multiply, rate))
    losses = []
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(steps):
            chosen = rng.choice(len(data.x), min(BATCH, len(data.x)), replace=False)
            loss, residual = cross_entropy(forward(network, data.x[chosen]), data.y[chosen])
            if not isfinite(loss):
                return inf
            losses.append(loss)
            moves = moves_of(gradient(network, data.x[chosen], residual))
            moved = (weight - mask * move for weight, mask, move in zip(network.weights, masks, moves, strict=True))
            network = Network(tuple(moved), activation=network.activation)
    return float(np.mean(losses))


class Adam:
    """The steps of w in which Adam moves θ = w/√inputs, from one gradient after the other. Source: arXiv 1412.6980."""

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self.taken = 0
        self.means: list[Floats] = []
        self.squares: list[Floats] = []

    def __call__(self, slopes: Sequence[Floats]) -> list[Floats]:
        """What is to be taken off each layer's w, slopes being its derivatives in w."""
        scaled = [slope * sqrt(slope.shape[1]) for slope in slopes]  # ∂L/∂θ
        if not self.taken:
            self.means, self.squares = ([np.zeros_like(slope) for slope in scaled] for _ in range(2))
        self.taken += 1
        self.means = [MEMORY * old + (1 - MEMORY) * new for old, new in zip(self.means, scaled, strict=True)]
        self.squares = [
            MEMORY_OF_SQUARES * old + (1 - MEMORY_OF_SQUARES) * new**2
            for old, new in zip(self.squares, scaled, strict=True)
        ]
        return [self._move(*moments) for moments in zip(self.means, self.squares, strict=True)]

    def _move(self, mean: Floats, square: Floats) -> Floats:
        size = np.sqrt(square / (1 - MEMORY_OF_SQUARES**self.taken)) + SMALL
        move: Floats = self.rate * sqrt(mean.shape[1]) * mean / (1 - MEMORY**self.taken) / size
        return move


def cross_entropy(outputs: Floats, y: Floats) -> tuple[float, Floats]:
    """The mean over samples, y [N, q] of 0 and 1, and the derivative of each sample's in its outputs.

    Examples:
        >>> loss, slope = cross_entropy(np.zeros((1, 2)), np.array([[1.0, 0.0]]))
        >>> round(loss, 4), slope
        (0.6931, array([[-0.5,  0.5]]))
    """
    shifted = outputs - outputs.max(axis=1, keepdims=True)
    sums = np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return float(np.mean((sums - shifted)[y == 1])), np.exp(shifted - sums) - y


# The study


def pieces(settings: Settings) -> list[Case]:
    """Every network, in the order of the report."""
    return [Case(settings, *each) for each in product(settings.depths, range(settings.networks))]


def named(case: Case) -> str:
    """A network, for a message."""
    return f"{case.depth} hidden layers, network {case.network}"


def in_order(settings: Settings, rows: Sequence[SpectraRow]) -> list[SpectraRow]:
    """Rows as the report has them."""
    methods = ("dense", *settings.methods)
    return sorted(
        rows,
        key=lambda row: (
            settings.depths.index(row["depth"]),
            row["network"],
            methods.index(row["method"]),
            -row["density"],
        ),
    )


def summarise(settings: Settings, rows: Sequence[SpectraRow]) -> SpectraSummary:
    """All numbers of the study."""
    found = findings(rows)
    return {
        "study": "spectra",
        "seed": settings.seed,
        "protocol": {
            "width": settings.width,
            "networks": settings.networks,
            "samples": settings.samples,
            "steps": settings.steps,
            "batch": BATCH,
            "rate": RATE,
            "rounds": ROUNDS,
        },
        "rows": list(rows),
        "findings": found,
        "sentences": sentences(found, rows),
    }
