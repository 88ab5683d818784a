"""The scores of one layer over networks of the limit: which share of them is above a threshold.

Above the first layer a weight is independent of its slope, so that slopes alone are drawn: the share above a threshold is the
mean over slopes of the tail of the law of weights. In the first layer the slope contains the weight: both are drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.prediction.layers.covariances import Latents

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

BLOCKS = 16  # of networks of the limit at most, of which the jackknife leaves one out
CUT = 15  # bits of a slope in single precision that its bin leaves out: 256 bins from one power of 2 to the next
OCTAVES = 40  # a slope smaller than the largest by so many powers of 2 counts as 0
FARTHEST = 40.0  # standard deviations: a normal law's tail beyond is no positive double


def in_blocks(networks: NDArray[Any]) -> list[NDArray[Any]]:
    """Blocks of networks [networks, …], as equal as they can be."""
    return np.array_split(networks, min(BLOCKS, len(networks)))


@dataclass(frozen=True, eq=False)
class Layer:
    """A layer of weights in networks of the limit, on the scale of a network whose layer has this `shape`."""

    layer: int
    shape: tuple[int, int]

    @property
    def size(self) -> int:
        """The number of weights that the layer has."""
        return self.shape[0] * self.shape[1]


@dataclass(frozen=True, eq=False)
class Drawn(Layer):
    """A layer whose scores are drawn: float32[networks, rows, columns]."""

    scores: Latents

    @property
    def drawn(self) -> tuple[int, ...]:
        """Networks, rows and columns that were drawn."""
        return self.scores.shape

    @cached_property
    def largest(self) -> float:
        """The largest modulus of a score."""
        return float(np.abs(self.scores).max())

    @cached_property
    def _ordered(self) -> list[Latents]:
        """The scores of each block of networks, ascending."""
        return [np.sort(block, axis=None) for block in in_blocks(self.scores)]

    @cached_property
    def _sizes(self) -> Counts:
        return np.array([block.size for block in self._ordered])

    def _above(self, threshold: float) -> Counts:
        value = np.float32(threshold)
        return np.array([len(block) - np.searchsorted(block, value, side="right") for block in self._ordered])

    def shares(self, threshold: float) -> Floats:
        """The share above a threshold in each block of networks."""
        return np.asarray(self._above(threshold) / self._sizes)

    def share(self, threshold: float) -> float:
        """The share above a threshold in all networks."""
        return float(self._above(threshold).sum() / self.scores.size)

    def told(self, threshold: float) -> float:
        """How many scores tell the share above a threshold."""
        return float(self._above(threshold).sum())

    def of_networks(self, rng: np.random.Generator) -> Iterator[Latents]:
        """The scores of each network, [rows, columns]."""
        yield from self.scores


@dataclass(frozen=True, eq=False)
class Sloped(Layer):
    """A layer whose slopes are drawn, float32[networks, rows, columns]; scores are weights times slopes.

    deviation: of a weight, on the scale of `shape`. tail: of the modulus of a weight over its deviation; draw: such weights.
    signed: whether scores are (GraSP), else moduli. weights: those over their deviation that other layers know, as they do the
    readout's.
    """

    slopes: Latents
    deviation: float
    tail: Callable[[Floats], Floats]
    draw: Callable[[np.random.Generator, tuple[int, ...]], Floats]
    signed: bool = False
    weights: Latents | None = None

    @property
    def drawn(self) -> tuple[int, ...]:
        """Networks, rows and columns that were drawn."""
        return self.slopes.shape

    @cached_property
    def steepest(self) -> np.float32:
        """The largest modulus of a slope."""
        return max(self.slopes.max(), -self.slopes.min())

    @property
    def largest(self) -> float:
        """A bound on the moduli of scores that have a probability."""
        return FARTHEST * self.deviation * float(self.steepest)

    @cached_property
    def _counted(self) -> tuple[Floats, Floats, Floats]:
        """A modulus for each bin of slopes that has any, [bins]; how many slopes of all networks are in it, and of each block,
        [blocks, bins].

        The modulus is the middle of its bin, within 1/512 of every slope there; it is 0 for those that count as 0.
        """
        last = int(self.steepest.view(np.int32)) >> CUT
        first = max(last - (OCTAVES << (23 - CUT)), 0)
        counts = np.array([_bins(block, first, last) for block in in_blocks(self.slopes)])
        moduli = ((np.arange(first, last + 1, dtype=np.int32) << CUT) + (1 << (CUT - 1))).view(np.float32).astype(float)
        moduli[0] = 0.0
        taken = counts.any(axis=0)
        return moduli[taken], counts[:, taken].sum(axis=0).astype(float), counts[:, taken].astype(float)

    def chances(self, threshold: float, moduli: Floats) -> Floats:
        """The probability that a score exceeds a threshold, for moduli of its slope."""
        limits = np.full(moduli.shape, np.inf)
        np.divide(threshold, self.deviation * moduli, out=limits, where=moduli > 0)
        return self.tail(limits) / (2 if self.signed else 1)

    def shares(self, threshold: float) -> Floats:
        """The share above a threshold in each block of networks."""
        moduli, _, counts = self._counted
        shares: Floats = counts @ self.chances(threshold, moduli) / counts.sum(axis=1)
        return shares

    def share(self, threshold: float) -> float:
        """The share above a threshold in all networks."""
        moduli, counts, _ = self._counted
        return float(counts @ self.chances(threshold, moduli) / self.slopes.size)

    def told(self, threshold: float) -> float:
        """How many slopes tell the share above a threshold: so many equal ones would tell it as well."""
        moduli, counts, _ = self._counted
        chances = self.chances(threshold, moduli)
        squares = float(counts @ chances**2)
        return float(counts @ chances) ** 2 / squares if squares else 0.0

    def of_networks(self, rng: np.random.Generator) -> Iterator[Latents]:
        """The scores of each network, [rows, columns]; weights that no other layer knows are drawn."""
        for number, slopes in enumerate(self.slopes):
            weights = self.draw(rng, slopes.shape) if self.weights is None else self.weights[number]
            scores = weights.astype(np.float32)
            del weights  # in double precision
            scores *= np.float32(self.deviation)
            scores *= slopes
            yield scores if self.signed else np.abs(scores, out=scores)


def _bins(slopes: Latents, first: int, last: int) -> Counts:
    """How many slopes have each leading part of their bits, from the first, which has all smaller ones as well, to the last."""
    bits = slopes.ravel().view(np.int32) & 0x7FFFFFFF  # without its sign; bits have the order of moduli
    bits >>= CUT
    bits -= first
    np.maximum(bits, 0, out=bits)
    return np.bincount(bits, minlength=last - first + 1)
