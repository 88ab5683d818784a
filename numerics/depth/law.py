"""The law of all layers' densities under one threshold, from networks of the limit; its error is that of their number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from numerics.depth.architecture import Architecture
from numerics.depth.covariances import Latents
from numerics.depth.latents import Scores, Units, scores_of
from numerics.pruning.row_law import NotCoveredError

Floats = NDArray[np.float64]

BLOCKS = 16  # of networks of the limit at most, of which the jackknife leaves one out
HALVINGS = 60  # of the interval that holds the logarithm of a threshold
SMALLEST, LARGEST = 1e-30, 1e30  # of the largest score
RESOLVED = 8  # scores beyond a threshold that make a share worth reporting
COUNTED = 64  # scores beyond a threshold are enough to be counted; of fewer the slopes tell more
STEEPEST = (
    2**16
)  # slopes of which rare scores come: of 8 million they give all but 1e-5 of a share of 8e-6, as measured


@dataclass(frozen=True, eq=False)
class LayerLaw:
    """Scores of one layer in networks of the limit, on the scale of a network of the layer's own size.

    scores: [networks, rows, columns], signed for GraSP, else moduli. slopes: of the same shape, the limit's.
    """

    layer: int
    shape: tuple[int, int]
    scale: float
    scores: Latents
    slopes: Latents

    @property
    def size(self) -> int:
        """The number of weights that the layer has."""
        return self.shape[0] * self.shape[1]

    @cached_property
    def ordered(self) -> list[Latents]:
        """The scores of each block of networks, ascending."""
        return [np.sort(block, axis=None) for block in np.array_split(self.scores, min(BLOCKS, len(self.scores)))]

    @cached_property
    def steepest(self) -> Floats:
        """The largest moduli of slopes, `STEEPEST` of them."""
        moduli = np.abs(self.slopes).ravel()
        rest = max(0, moduli.size - STEEPEST)
        return np.partition(moduli, rest)[rest:].astype(float) if rest else moduli.astype(float)

    def above(self, thresholds: Floats, without: Sequence[int | None]) -> Floats:
        """The share of scores above each threshold, float[T]; without: a block of networks that is left out of each."""
        values = np.asarray(thresholds, np.float32)
        counts = np.array([block.size - np.searchsorted(block, values, side="right") for block in self.ordered])
        sizes = np.array([block.size for block in self.ordered])
        taken = np.array([[place != each for each in without] for place in range(len(sizes))])
        shares: Floats = (counts * taken).sum(axis=0) / (sizes @ taken)
        return shares


@dataclass(frozen=True, eq=False)
class DepthLaw:
    """All layers, first to last, for one residual.

    signed: whether scores are (GraSP). jitter: the largest share of a mean variance that was added to a covariance. unit: in
    which scores are counted, the residual's largest entry.
    """

    network: Architecture
    layers: tuple[LayerLaw, ...]
    signed: bool
    jitter: float
    unit: float = 1.0

    @property
    def networks(self) -> int:
        return len(self.layers[0].scores)

    @property
    def total(self) -> int:
        return sum(layer.size for layer in self.layers)

    def shares(self, threshold: float) -> Floats:
        """The share of each layer above a threshold, float[L + 1]."""
        return self._shares(np.array([threshold]), [None])[:, 0]

    def _shares(self, thresholds: Floats, without: Sequence[int | None]) -> Floats:
        return np.array([layer.above(thresholds, without) for layer in self.layers])

    def density(self, threshold: float) -> float:
        """The share of all weights above a threshold."""
        return float(self.sizes @ self.shares(threshold) / self.total)

    @property
    def sizes(self) -> Floats:
        return np.array([layer.size for layer in self.layers], float)

    def threshold(self, density: float) -> float:
        """The threshold that keeps this share of all weights; halved on a scale of logarithms.

        NotCoveredError if it would have to divide scores that are not positive.
        """
        return float(self._thresholds(density, [None])[0])

    def _thresholds(self, density: float, without: Sequence[int | None]) -> Floats:
        """For each block of networks that is left out, the threshold of the others."""
        positive = (self.sizes @ self._shares(np.zeros(len(without)), without) / self.total).min()
        if density >= positive:
            sign = "positive " if self.signed else "non-zero "
            raise NotCoveredError(
                f"density is {density}: {sign}scores have {positive:.4g} of the weights here, expected a density below"
            )
        high = np.full(len(without), np.log(max(float(layer.scores.max()) for layer in self.layers)))
        low = high - 90.0
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            more = self.sizes @ self._shares(np.exp(middle), without) > density * self.total
            low, high = np.where(more, middle, low), np.where(more, high, middle)
        thresholds: Floats = np.exp(high)
        return thresholds

    def densities(self, density: float) -> tuple[Floats, Floats]:
        """Densities of all layers under one threshold, and their errors (jackknife over blocks of networks)."""
        found = self.shares(self.threshold(density))
        blocks = range(len(self.layers[0].ordered))
        left = self._shares(self._thresholds(density, blocks), blocks)
        deviation = np.sqrt((len(blocks) - 1) * np.var(left, axis=1))
        return found, deviation

    def own_thresholds(self, density: float) -> list[float]:
        """The threshold of each layer that keeps this share of it alone."""
        return [DepthLaw(self.network, (layer,), self.signed, self.jitter).threshold(density) for layer in self.layers]

    def columns(self, threshold: float) -> Floats:
        """The share of its weights that each input keeps, float[d]."""
        means: Floats = (self.layers[0].scores > threshold).mean(axis=(0, 1))
        return means

    def path_thresholds(self) -> Floats | None:
        """For each network of the limit the threshold at which its last path from input to output ends.

        None where networks of the limit are narrower than the network, so that they have fewer paths.
        """
        if any(layer.scores.shape[1:] != layer.shape for layer in self.layers):
            return None
        reach = np.full((self.networks, 1, self.layers[0].shape[1]), np.inf, np.float32)
        for layer in self.layers:
            reach = np.minimum(layer.scores, reach).max(axis=2)[:, None, :]
        ends: Floats = reach.max(axis=(1, 2)).astype(float)
        return ends

    def path_densities(self) -> Floats | None:
        """For each network of the limit its own density where its last path ends; None as in `path_thresholds`."""
        ends = self.path_thresholds()
        if ends is None:
            return None
        kept = np.zeros(self.networks)
        for layer in self.layers:
            kept += (layer.scores > ends[:, None, None].astype(np.float32)).sum(axis=(1, 2))
        return kept / self.total

    def resolved(self, threshold: float) -> bool:
        """Whether every layer has scores enough above a threshold for its share to be known."""
        sizes = np.array([layer.scores.size for layer in self.layers])
        return bool((self.shares(threshold) * sizes >= RESOLVED).all())

    def collapse(self, layer: int) -> float | None:
        """The density at which the layer (0 the first) is expected to keep one weight; None beyond what is resolved.

        Where fewer than `RESOLVED` drawn scores tell, the slopes do: above the first layer weights are independent of them, and
        the tail of the law of weights is known. The density has then an error like that of so many scores at most.
        """
        scores = np.sort(self.layers[layer].scores, axis=None)
        place = scores.size // self.layers[layer].size
        if place >= RESOLVED:
            return self.density(float(scores[scores.size - place]))
        if layer == 0:
            return None
        low, high = (float(np.log(scores[-1])) + each for each in (-20.0, 20.0))
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            more = self._rare(layer, float(np.exp(middle)))[0] * self.layers[layer].size > 1
            low, high = (middle, high) if more else (low, middle)
        known = [self._share(each, float(np.exp(high))) for each in range(len(self.layers))]
        kept, squares = (
            self.sizes**power @ np.array(each) for power, each in zip((1, 2), zip(*known, strict=True), strict=True)
        )
        return float(kept / self.total) if RESOLVED * squares <= kept**2 else None

    def _share(self, layer: int, threshold: float) -> tuple[float, float]:
        """The share of a layer above a threshold, from the slopes where few scores are, and its variance."""
        found = self.layers[layer]
        size, count = found.scores.size, int((found.scores > threshold).sum())
        if count >= COUNTED or layer == 0:
            return count / size, max(count, 1) / size**2
        share, told = self._rare(layer, threshold)
        return share, share**2 / max(told, 1.0)

    def _rare(self, layer: int, threshold: float) -> tuple[float, float]:
        """The share of a layer above the first one that is above a high threshold, and how many equal slopes would tell it as well."""
        found = self.layers[layer]
        with np.errstate(divide="ignore"):
            limits = threshold * found.scale / (self.network.weight_deviation() * found.steepest)
        chances = self.network.initialisation.law.tail(limits) / (2 if self.signed else 1)
        total, squares = float(chances.sum()), float(chances @ chances)
        return total / found.scores.size, total**2 / squares if squares else 0.0


def law_of(
    units: Units, residual: Floats, rng: np.random.Generator, *, signed: bool = False, last: bool = True
) -> DepthLaw:
    """The law for a residual [N, K]: SNIP's, or, signed and with the smoothed residual, GraSP's (D2, S8).

    last: no other residual is to follow for these units.

    Raises:
        NotCoveredError: if scores leave single precision.
    """
    unit = float(np.abs(residual).max())  # masks do not depend on it
    found = list(scores_of(units, residual / unit, rng, last=last))
    largest = max(float(np.abs(each.scores).max()) for each in found)
    if not SMALLEST < largest < LARGEST:
        raise NotCoveredError(
            f"scores of the layers are up to {largest:.3g}, expected them within single precision: scale the data, or take "
            "fewer layers or an initialisation (he) that keeps their size"
        )
    layers = [_layer(units.network, each, signed) for each in reversed(found)]
    jitter = max(units.jitter, *(each.jitter for each in found))
    return DepthLaw(units.network, tuple(layers), signed, jitter, unit)


def _layer(network: Architecture, found: Scores, signed: bool) -> LayerLaw:
    scale = network.score_scale(found.layer)
    scores = found.scores / np.float32(scale)
    return LayerLaw(
        found.layer, network.shapes[found.layer - 1], scale, scores if signed else np.abs(scores), found.slopes
    )


def expected_dead(law: DepthLaw, thresholds: Sequence[float]) -> list[tuple[float, float]]:
    """How many rows and how many columns of each layer are expected to keep nothing.

    Above the first layer weights are independent of their slopes, so that the entries of a network of the limit are too:
    what keeps nothing is a product. A narrower network's is raised to the power of its share.
    """
    found: list[tuple[float, float]] = []
    for layer, threshold in zip(law.layers, thresholds, strict=True):
        rows, columns = layer.shape
        if layer.layer == 1:  # its weights are no independent draws, its inputs are all there are
            mask = layer.scores > threshold
            dead = 1 - mask.mean(axis=(0, 1))
            found.append((rows * float((~mask.any(axis=2)).mean()), float((dead**rows).sum())))
            continue
        deviation = law.network.weight_deviation()
        with np.errstate(divide="ignore"):
            limits = threshold * layer.scale / (deviation * np.abs(layer.slopes).astype(float))
            kept = law.network.initialisation.law.tail(limits) / (2 if law.signed else 1)
            missed = np.log1p(-kept)
        empty = [np.exp(missed.mean(axis=axis) * length).mean() for axis, length in ((2, columns), (1, rows))]
        found.append((rows * float(empty[0]), columns * float(empty[1])))
    return found
