"""Methods whose scores at any depth need no data: moduli of independent weights times factors of layer, row and column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from sparse_limits.numerics.prediction.architecture import Architecture

Floats = NDArray[np.float64]

RANGE = 700.0  # of the logarithm of a threshold, below the largest scale
STEP = 0.01  # of a threshold's logarithm, of the difference quotient of shares
FACTORS = 2**16  # draws of the factors of rows and columns
GRID = 512  # rows and columns that meet where what a row carries matters
CELLS, SURE = 2**20, 800.0  # a sum has at most so many terms; e to the minus this is 0


def one() -> Floats:
    """The factor of rows or columns that are alike."""
    return np.ones(1)


@dataclass(frozen=True, eq=False)
class LayerFactors:
    """A layer's scores are scale · row · column · abs(g), g of the law of weights: draws of the factors, or 1."""

    scale: float
    rows: Floats = field(default_factory=one)
    columns: Floats = field(default_factory=one)


@dataclass(frozen=True, eq=False)
class ScaledLaw:
    """All layers of a network, first to last."""

    network: Architecture
    layers: tuple[LayerFactors, ...]

    def share(self, layer: int, threshold: float) -> float:
        """The share of a layer (0 the first) above a threshold."""
        found = self.layers[layer]
        return float(
            self.network.initialisation.law.tail(threshold / (found.scale * found.rows * found.columns)).mean()
        )

    def shares(self, threshold: float) -> Floats:
        """The share of each layer above a threshold, float[L + 1]."""
        return np.array([self.share(layer, threshold) for layer in range(len(self.layers))])

    def errors(self, threshold: float) -> Floats:
        """The standard deviations of the shares at the density of a threshold, float[L + 1], by the draws of factors.

        To first order: a draw moves a layer's share, by its own term and by the mean that all draws are divided by, and the
        threshold moves by what all layers lack. Layers are drawn independently.
        """
        below, above = (self.shares(threshold * float(np.exp(step))) for step in (-STEP, STEP))
        slopes, weights = (above - below) / (2 * STEP), np.array(self.network.sizes, float)
        variances = np.zeros(len(self.layers))
        for layer, (found, slope) in enumerate(zip(self.layers, slopes, strict=True)):
            own = self.network.initialisation.law.tail(threshold / (found.scale * found.rows * found.columns))
            moved = own + slope * (found.rows + found.columns)
            variances[layer] = moved.var() / moved.size
        shifts = np.eye(len(slopes))
        if moves := float(weights @ slopes):
            shifts -= np.outer(slopes, weights) / moves
        return np.sqrt(shifts**2 @ variances)

    def density(self, threshold: float) -> float:
        """The share of all weights above a threshold."""
        sizes = np.array(self.network.sizes, float)
        return float(sizes @ self.shares(threshold) / sizes.sum())

    def threshold(self, density: float) -> float:
        """The threshold that keeps this share of all weights."""
        top = float(np.log(max(each.scale for each in self.layers)))
        log = brentq(lambda log: self.density(float(np.exp(log))) - density, top - RANGE, top + 10, xtol=1e-12)
        return float(np.exp(log))

    def own_threshold(self, layer: int, density: float) -> float:
        """The threshold that keeps this share of the layer (0 the first)."""
        top = float(np.log(self.layers[layer].scale))
        log = brentq(lambda log: self.share(layer, float(np.exp(log))) - density, top - RANGE, top + 10, xtol=1e-12)
        return float(np.exp(log))

    def collapse(self, layer: int) -> float:
        """The density at which the layer (0 the first) is expected to keep one weight."""
        return self.density(self.own_threshold(layer, 1 / self.network.sizes[layer]))

    def dead(self, thresholds: Sequence[float]) -> list[tuple[float, float]]:
        """How many rows and how many columns of each layer are expected to keep nothing, each at a threshold of its own."""
        found = []
        for (rows, columns), layer, threshold in zip(self.network.shapes, self.layers, thresholds, strict=True):
            factors = layer.scale * layer.rows[:GRID, None] * layer.columns[:GRID]
            kept = self.network.initialisation.law.tail(threshold / factors)
            found.append(
                (
                    rows * float(((1 - kept.mean(axis=1)) ** columns).mean()),
                    columns * float(((1 - kept.mean(axis=0)) ** rows).mean()),
                )
            )
        return found


def magnitude_law(network: Architecture) -> ScaledLaw:
    """Weights of order 1/√inputs are compared as they are, others on the scale 1."""
    by_inputs = network.initialisation.by_inputs
    scales = (columns**-0.5 if by_inputs else 1.0 for _, columns in network.shapes)
    return ScaledLaw(network, tuple(map(LayerFactors, scales)))


def synflow_law(network: Architecture, rng: np.random.Generator) -> ScaledLaw:
    """One-shot SynFlow: each layer's scores add up to the same number (S11).

    As layers grow, factors that are sums over a layer become constant. Those of the last hidden layer's rows are sums
    over outputs, those of what the first hidden layer passes on are sums over inputs: both are drawn.
    """
    law, depth = network.initialisation.law, network.depth

    def sums(terms: int) -> Floats:
        step = max(1, 2**22 // terms)
        found = [
            np.abs(law.draw(rng, (min(step, FACTORS - start), terms))).sum(axis=1) for start in range(0, FACTORS, step)
        ]
        drawn: Floats = np.concatenate(found)
        drawn /= drawn.mean()
        return drawn

    layers = []
    for layer, size in enumerate(network.sizes, start=1):
        rows = sums(network.outputs) if layer == depth else one()
        columns = sums(network.inputs) if layer == 2 else one()
        layers.append(LayerFactors(1 / size, rows, columns))
    return ScaledLaw(network, tuple(layers))


def dead_of(network: Architecture, kept: Sequence[int], among: Sequence[int]) -> list[tuple[float, float]]:
    """Rows and columns of each layer that are expected to keep nothing, where so many entries are kept at random among those
    that are compared with the layer's."""
    return [
        (rows * keeps_nothing(columns, count, total), columns * keeps_nothing(rows, count, total))
        for (rows, columns), count, total in zip(network.shapes, kept, among, strict=True)
    ]


def keeps_nothing(cells: int, kept: int, total: int) -> float:
    """The chance that none of these cells is kept where kept of total cells are, every choice alike (hypergeometric).

    Examples:
        >>> keeps_nothing(2, 2, 4)  # the other two of four: one choice of six
        0.16666666666666669
    """
    few, many = sorted((cells, kept))
    if few + many > total or few * many > SURE * total:
        return 0.0
    if few > CELLS:  # both are then a small share of all, so that terms of the sum lie on a line
        return float(np.exp(few * np.log1p(-many / (total - (few - 1) / 2))))
    return float(np.exp(np.log1p(-many / (total - np.arange(few, dtype=float))).sum()))
