"""The law of all layers' densities under one threshold, from networks of the limit; its error is that of their number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.prediction.architecture import Architecture
from sparse_limits.numerics.prediction.first_layer.row_law import NotCoveredError
from sparse_limits.numerics.prediction.layers.covariances import Latents
from sparse_limits.numerics.prediction.layers.latents import Slopes, Units, slopes_of
from sparse_limits.numerics.prediction.layers.layer_law import Drawn, Sloped, in_blocks

Floats = NDArray[np.float64]

WIDEST = 90.0  # of the interval of logarithms that is searched for a threshold below the largest score
HALVINGS = 50  # of that interval
NEAR = 0.05  # of a threshold's logarithm: so near, shares are straight lines
SMALLEST, LARGEST = 1e-30, 1e30  # of the largest score
MOST_WORK, MOST_SCORES = 5e10, 2e7  # of further units of the first layer: units · samples², units · inputs
RESOLVED = 8  # scores beyond a threshold, or slopes that tell of them, that make a share worth reporting


@dataclass(frozen=True, eq=False)
class DepthLaw:
    """All layers, first to last, for one residual.

    signed: whether scores are (GraSP). jitter: the largest share of a mean variance that was added to a covariance. unit: in
    which scores are counted, the residual's largest entry. seed: of what is drawn for rare scores and for paths alone. more: the
    scores of further units of the first layer, [units, columns].
    """

    network: Architecture
    layers: tuple[Drawn | Sloped, ...]
    signed: bool
    jitter: float
    unit: float = 1.0
    seed: int = 0
    more: Callable[[int, np.random.Generator], Latents] | None = None

    @property
    def networks(self) -> int:
        return self.layers[0].drawn[0]

    @property
    def total(self) -> int:
        return sum(layer.size for layer in self.layers)

    @property
    def sizes(self) -> Floats:
        return np.array([layer.size for layer in self.layers], float)

    @property
    def _parts(self) -> Floats:
        """The share of each block of networks in all of them."""
        lengths = [len(block) for block in in_blocks(np.arange(self.networks))]
        return np.array(lengths) / self.networks

    def _shares(self, threshold: float) -> Floats:
        """The share of each layer above a threshold in each block of networks, float[L + 1, blocks]."""
        return np.array([layer.shares(threshold) for layer in self.layers])

    def shares(self, threshold: float) -> Floats:
        """The share of each layer above a threshold, float[L + 1]."""
        return np.array([layer.share(threshold) for layer in self.layers])

    def density(self, threshold: float) -> float:
        """The share of all weights above a threshold."""
        return float(self.sizes @ self.shares(threshold) / self.total)

    def threshold(self, density: float) -> float:
        """The threshold that keeps this share of all weights; halved on a scale of logarithms.

        NotCoveredError if it would have to divide scores that are not positive.
        """
        if density >= (positive := self.density(0.0)):
            sign = "positive " if self.signed else "non-zero "
            raise NotCoveredError(
                f"density is {density}: {sign}scores have {positive:.4g} of the weights here, expected a density below"
            )
        high = np.log(max(layer.largest for layer in self.layers))
        return _last(lambda threshold: self.density(threshold) > density, high - WIDEST, high)

    def densities(self, density: float) -> tuple[Floats, Floats]:
        """Densities of all layers under one threshold, and their errors.

        They are those of a jackknife over blocks of networks: where one is left out, the threshold moves along the slope of
        the density by what the others lack.
        """
        threshold = self.threshold(density)
        below, found, above = (self._shares(threshold * factor) for factor in np.exp([-NEAR, 0.0, NEAR]))
        parts, weights = self._parts, self.sizes / self.total
        means = found @ parts
        left = (means[:, None] - found * parts) / (1 - parts)
        slopes = (above - below) @ parts
        lacks = weights @ (left - means[:, None])
        if slope := float(weights @ slopes):
            left -= np.outer(slopes, lacks / slope)
        errors: Floats = np.sqrt((len(parts) - 1) * np.var(left, axis=1))
        return means, errors

    def own_thresholds(self, density: float) -> list[float]:
        """The threshold of each layer that keeps this share of it alone."""
        return [DepthLaw(self.network, (layer,), self.signed, self.jitter).threshold(density) for layer in self.layers]

    def columns(self, threshold: float) -> Floats:
        """The share of its weights that each input keeps, float[d]."""
        means: Floats = (self._surer_first.scores > threshold).mean(axis=(0, 1))
        return means

    def lost(self, threshold: float) -> Floats:
        """The probability that an input keeps no weight, float[d], as rows are independent; nan where too few units tell it."""
        scores, width = self._surer_first.scores, self.first.shape[0]
        columns, units = self.columns(threshold), scores.size // scores.shape[-1]
        told = (units >= RESOLVED * width) | (units * columns >= RESOLVED) | ~scores.any(axis=(0, 1))
        return np.where(told, (1 - columns) ** width, np.nan)

    @property
    def first(self) -> Drawn:
        """The layer whose scores are drawn."""
        return _drawn(self.layers[0])

    def path_ends(self) -> tuple[Floats, Floats] | None:
        """For each network of the limit the threshold at which its last path from input to output ends, and its own density there.

        None where networks of the limit are narrower than the network, so that they have fewer paths.
        """
        if any(layer.drawn[1:] != layer.shape for layer in self.layers):
            return None
        rng, thresholds, kept = np.random.default_rng(self.seed), [], []
        for scores in zip(*(layer.of_networks(rng) for layer in self.layers), strict=True):
            reach = np.full(self.layers[0].shape[1], np.inf, np.float32)
            for each in scores:
                reach = np.minimum(each, reach).max(axis=1)
            thresholds.append(float(reach.max()))
            kept.append(sum(int((each > reach.max()).sum()) for each in scores))
        return np.array(thresholds), np.array(kept) / self.total

    def resolved(self, threshold: float) -> list[bool]:
        """Whether each layer has scores or slopes enough for its share above a threshold to be known, or no score at all."""
        return [not layer.largest or layer.told(threshold) >= RESOLVED for layer in self.layers]

    @cached_property
    def _surer(self) -> tuple[Drawn | Sloped, ...]:
        """The layers, the first with so many further units that its rarest scores are told, where these are not too much work."""
        if self.more is None:
            return self.layers
        scores = self.first.scores.reshape(-1, self.first.shape[1])
        further = self.more(_missing(self.first), np.random.default_rng([self.seed, 1]))
        return Drawn(1, self.first.shape, np.concatenate([scores, further])[None]), *self.layers[1:]

    @property
    def _surer_first(self) -> Drawn:
        """The first layer with further units."""
        return _drawn(self._surer[0])

    def collapse(self, layer: int) -> float | None:
        """The density at which the layer (0 the first) is expected to keep one weight.

        None where the threshold, or the density there, is known less well than `RESOLVED` equal scores would tell it, and
        for a layer of which every score is 0.
        """
        layers = self._surer
        one = layers[layer]
        if not one.largest:
            return None
        high = np.log(one.largest)
        threshold = _last(lambda each: one.share(each) * one.size > 1, high - WIDEST, high)
        if one.told(threshold) < RESOLVED:
            return None
        shares, told = (
            np.array([ask(threshold) for ask in asked])
            for asked in zip(*((each.share, each.told) for each in layers), strict=True)
        )
        least = [1 / each.scores.size if isinstance(each, Drawn) else 0.0 for each in layers]  # that drawn scores tell
        errors = self.sizes * np.maximum(shares, least) / np.sqrt(np.maximum(told, 1.0))
        kept = self.sizes @ shares
        return float(kept / self.total) if RESOLVED * errors @ errors <= kept**2 else None


def _drawn(layer: Drawn | Sloped) -> Drawn:
    if not isinstance(layer, Drawn):
        raise TypeError("the first of these layers has slopes alone")
    return layer


def _last(holds: Callable[[float], bool], low: float, high: float) -> float:
    """The end of the thresholds at which it holds, halved on a scale of logarithms between those of two thresholds."""
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if holds(float(np.exp(middle))) else (low, middle)
    return float(np.exp(high))


def law_of(
    units: Units, residual: Floats, rng: np.random.Generator, *, signed: bool = False, last: bool = True
) -> DepthLaw:
    """The law for a residual [N, K]: SNIP's, or, signed and with the smoothed residual, GraSP's (D2, S8).

    last: no other residual is to follow for these units.

    Raises:
        NotCoveredError: if scores leave single precision.
    """
    unit = float(np.abs(residual).max())  # masks do not depend on it
    found = list(slopes_of(units, residual / unit, rng, last=last))
    layers = [_layer(units.network, each, signed) for each in reversed(found)]
    largest = max(layer.largest * units.network.score_scale(layer.layer) for layer in layers)
    if not SMALLEST < largest < LARGEST:
        raise NotCoveredError(
            f"scores of the layers are up to {largest:.3g}, expected them within single precision: scale the data, or take "
            "fewer layers or an initialisation (he) that keeps their size"
        )
    jitter = max(units.jitter, *(each.jitter for each in found))
    law = DepthLaw(units.network, tuple(layers), signed, jitter, unit, int(rng.integers(2**63)))
    missing, draw = _missing(law.first), found[-1].more
    if (
        not missing
        or draw is None
        or missing * max(len(residual) ** 2 / MOST_WORK, law.first.shape[1] / MOST_SCORES) > 1
    ):
        return law
    return replace(law, more=lambda count, fresh: _on_scale(draw(count, fresh), units.network.score_scale(1), signed))


def _missing(first: Drawn) -> int:
    """How many units are to be drawn further for the rarest scores of the first layer to be told; 0 where they are."""
    units, width = first.scores.size // first.shape[1], first.shape[0]
    return 0 if units >= RESOLVED * width else 2 * RESOLVED * width - units


def _on_scale(scores: Latents, scale: float, signed: bool) -> Latents:
    """Scores of the limit on the scale of a network, in their place."""
    scores /= np.float32(scale)
    return scores if signed else np.abs(scores, out=scores)


def _layer(network: Architecture, found: Slopes, signed: bool) -> Drawn | Sloped:
    shape, scale = network.shapes[found.layer - 1], network.score_scale(found.layer)
    if found.layer == 1:
        if found.weights is None:
            raise TypeError("the first layer's weights are part of its slopes")
        return Drawn(1, shape, _on_scale(found.weights * found.slopes, scale, signed))
    law = network.initialisation.law
    deviation = network.weight_deviation() / scale
    return Sloped(found.layer, shape, found.slopes, deviation, law.tail, law.draw, signed, found.weights)


def expected_dead(law: DepthLaw, thresholds: Sequence[float]) -> list[tuple[float, float]]:
    """How many rows and how many columns of each layer are expected to keep nothing; nan where too few units tell it."""
    return [_dead(law, layer, threshold) for layer, threshold in zip(law.layers, thresholds, strict=True)]


def _dead(law: DepthLaw, layer: Drawn | Sloped, threshold: float) -> tuple[float, float]:
    """Of one layer; above the first, weights are independent of their slopes, so that what keeps nothing is a product."""
    rows, columns = layer.shape
    if isinstance(layer, Drawn):  # its weights are no independent draws, its inputs are all there are
        return rows * float((~(layer.scores > threshold).any(axis=2)).mean()), float(law.lost(threshold).sum())
    found = np.zeros(2)
    for slopes in layer.slopes:
        with np.errstate(divide="ignore"):
            missed = np.log1p(-layer.chances(threshold, np.abs(slopes).astype(float)))
        found += [_empty(missed, columns), _empty(missed.T, rows)]
    empty_rows, empty_columns = np.clip(found / len(layer.slopes), 0.0, 1.0)
    return rows * float(empty_rows), columns * float(empty_columns)


def _empty(missed: Floats, length: int) -> float:
    """The share of rows of `length` weights that keep nothing, from the logarithms of the chances to be missed, [rows, drawn].

    Of fewer drawn weights the mean stands for the others. What this errs by grows as 1/drawn − 1/length on average, so that
    halves of what is drawn tell it.
    """
    drawn = missed.shape[1]
    parts = [missed] if drawn >= length or drawn < 2 else [missed, *np.array_split(missed, 2, axis=1)]
    whole, *halves = (float(np.exp(part.mean(axis=1) * length).mean()) for part in parts)
    return whole - (sum(halves) / 2 - whole) * (1 - drawn / length) if halves else whole
