"""The law of each layer's initial weights, found by tests of modules built afresh, and what magnitude pruning keeps then.

Magnitude pruning keeps a weight of modulus above one threshold, so that it needs no more than the laws of weights (S2).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod, sqrt
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import stats
from scipy.optimize import brentq
from torch import nn

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.prediction.architecture import NORMAL, UNIFORM, Law
from sparse_limits.numerics.prediction.modules.initial import LEVEL, some_of

Floats = NDArray[np.float64]

OWN = (("normal", NORMAL), ("uniform", UNIFORM))  # of the deviation that the entries have
PREFERRED = (
    1e-3  # of all layers' tests together, from which a library's law goes before those of the entries' own deviation
)


@dataclass(frozen=True)
class WeightLaw:
    """Independent weights of a law (of variance 1) and a deviation; p: of the test that they passed. None: all are 0."""

    name: str
    law: Law | None
    deviation: float
    p: float

    def tail(self, threshold: float) -> float:
        """The share of weights whose modulus is above a threshold."""
        return 0.0 if self.law is None else float(self.law.tail(np.array(threshold / self.deviation)))


def weight_laws(layers: Sequence[Mapping[str, nn.Module]]) -> dict[str, WeightLaw | None]:
    """The laws of weights, by path, from the layers of modules built afresh; None where no law known here fits.

    A library's law that all layers agree with goes before laws of single layers: few weights agree with many laws.
    """
    tested = {path: _tested([each[path] for each in layers]) for path in layers[0]}
    drawn = {path: found for path, found in tested.items() if found}
    names = [law.name for law in next(iter(drawn.values()), [])[: -len(OWN)]]
    least = {name: min(found[place].p for found in drawn.values()) for place, name in enumerate(names)}
    common = max(least, key=least.__getitem__, default="")
    if least.get(common, 0.0) * len(drawn) < PREFERRED:
        common = ""
    zero = WeightLaw("0", None, 0.0, 1.0)
    return {path: _chosen(found, common, len(drawn)) if found else zero for path, found in tested.items()}


def check_fresh(layers: Sequence[Mapping[str, nn.Module]]) -> None:
    """InputError if two modules have the same weights in a layer, as where a seed is set while building."""
    for path, layer in layers[0].items():
        one, other = layer.weight, layers[1][path].weight
        if one.any() and torch.equal(one, other):
            raise InputError(f"{path or 'the module'}: two builds have the same weights, expected fresh random ones")


def _tested(layers: Sequence[nn.Module]) -> list[WeightLaw]:
    """Laws with the p-values of one layer's entries, those of libraries first; none for entries that are all 0."""
    entries = [np.asarray(each.weight.detach().double()) for each in layers]
    shape = entries[0].shape
    pooled = some_of(np.concatenate([each.ravel() for each in entries]))
    if not pooled.any():
        return []
    known = _known(fan_in=prod(shape[1:]), fan_out=shape[0] * prod(shape[2:]))
    found = [WeightLaw(name, law, deviation, _known_p(pooled, law, deviation)) for name, law, deviation in known]
    deviation = float(np.sqrt((pooled**2).mean()))
    for name, law in OWN:
        p = _own_p(pooled, law, deviation)
        found.append(WeightLaw(f"{name} of deviation {deviation:.3g}", law, deviation, p))
    return found


def common_law(layers: Sequence[nn.Module]) -> tuple[Law, float] | None:
    """The law of all layers' weights, each layer with a deviation of its own, and the p-value of its tests together.

    Normal or uniform, whichever is likelier; None where neither fits at the level.

    Examples:
        >>> _ = torch.manual_seed(0)
        >>> law, p = common_law([nn.Linear(64, 48), nn.Linear(48, 10)])
        >>> law.name, p > LEVEL
        ('uniform', True)
    """
    entries = [some_of(np.asarray(each.weight.detach().cpu().double()).ravel()) for each in layers]
    if not all(each.any() for each in entries):
        return None
    found = {law: min(_own_p(each, law, float(np.sqrt((each**2).mean()))) for each in entries) for _, law in OWN}
    law = max(found, key=found.__getitem__)
    p = min(1.0, len(entries) * found[law])
    return (law, p) if p >= LEVEL else None


def _own_p(entries: Floats, law: Law, deviation: float) -> float:
    """The p-value of a law of mean 0, with the deviation that the entries have."""
    return min(1.0, 2 * min(scale_free_p(entries, law), _known_p(entries, law, deviation)))


def _chosen(found: Sequence[WeightLaw], common: str, tests: int) -> WeightLaw | None:
    """The law of one of so many layers: the common one, the likeliest library's, or the likeliest of all at the level."""
    likeliest = max(found[: -len(OWN)], key=lambda law: law.p)
    if likeliest.p * tests < PREFERRED:
        likeliest = max(found, key=lambda law: law.p)
    chosen = next((law for law in found if law.name == common), likeliest)
    return chosen if chosen.p * tests >= LEVEL else None


def _known_p(entries: Floats, law: Law, deviation: float) -> float:
    """The p-value of a law of mean 0: exact if the deviation is known, too large if it is that of the entries (Lilliefors)."""
    reach = sqrt(3) * deviation
    of_weights = stats.uniform(-reach, 2 * reach) if law is UNIFORM else stats.norm(0, deviation)
    return float(stats.kstest(entries, of_weights.cdf).pvalue)


def scale_free_p(entries: Floats, law: Law) -> float:
    """The p-value of a law of mean 0 whose deviation is not known, exact: of ratios of two entries, which do not have it.

    Entries are paired at random, so that entries of several deviations do not pass.

    Examples:
        >>> drawn = np.random.default_rng(0).standard_normal(40_000)  # the laws of ratios differ by .023 at most
        >>> scale_free_p(7 * drawn, NORMAL) > 0.01, scale_free_p(drawn, UNIFORM) < 1e-6
        (True, True)
    """
    half = len(entries) // 2
    mixed = np.random.default_rng(0).permutation(entries)  # places do not depend on values: the test stays one
    if half == 0 or not mixed[half : 2 * half].all():
        return 0.0  # continuous laws have no 0
    ratios = mixed[:half] / mixed[half : 2 * half]
    share: Any = _uniform_ratio if law is UNIFORM else stats.cauchy.cdf
    return float(stats.kstest(ratios, share).pvalue)


def _uniform_ratio(ratios: Floats) -> Floats:
    """The distribution function of the ratio of two uniform numbers about 0."""
    size = np.abs(ratios)
    within = np.where(size <= 1, size / 2, 1 - 1 / (2 * np.maximum(size, 1)))
    found: Floats = (1 + np.sign(ratios) * within) / 2
    return found


def _known(fan_in: int, fan_out: int) -> Iterator[tuple[str, Law, float]]:
    """Names, laws and deviations of libraries."""
    yield "torch's, uniform on ±1/√inputs", UNIFORM, 1 / sqrt(3 * fan_in)
    for family, law in (("normal", NORMAL), ("uniform", UNIFORM)):
        yield f"He's {family}", law, sqrt(2 / fan_in)
        yield f"He's {family} by outputs", law, sqrt(2 / fan_out)
        yield f"Glorot's {family}", law, sqrt(2 / (fan_in + fan_out))
        yield f"LeCun's {family}", law, sqrt(1 / fan_in)


def magnitude_densities(laws: Sequence[WeightLaw], sizes: Sequence[int], density: float) -> Floats:
    """The share of each layer above the threshold that keeps a share of all weights, in the limit of large layers (S2).

    InputError where fewer weights than that are not 0.
    """
    counts = np.array(sizes, float)

    def excess(threshold: float) -> float:
        return float(counts @ [law.tail(threshold) for law in laws] / counts.sum()) - density

    if excess(0.0) <= 0:
        raise InputError(f"density is {density}: fewer weights than that are not 0, expected a density below")
    most = 40 * max(law.deviation for law in laws)
    threshold = float(brentq(excess, 0.0, most, xtol=1e-15 * most))
    return np.array([law.tail(threshold) for law in laws])


def magnitude_ends(laws: Sequence[WeightLaw], sizes: Sequence[int]) -> list[float | None]:
    """The density of all weights at which each layer is expected to keep one (S2); None for weights that are all 0."""
    counts = np.array(sizes, float)
    found: list[float | None] = []
    for law, size in zip(laws, sizes, strict=True):
        if law.law is None or size < 2:
            found.append(None)
            continue
        most = 40 * law.deviation
        threshold = float(brentq(lambda t, law=law, size=size: law.tail(t) - 1 / size, 0.0, most, xtol=1e-15 * most))
        found.append(float(counts @ [each.tail(threshold) for each in laws] / counts.sum()))
    return found
