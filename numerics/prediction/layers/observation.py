"""Networks drawn and pruned as a whole, to set beside a prediction or to answer in its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.masks.selection import Mask
from sparse_limits.numerics.networks.work import work_of_networks
from sparse_limits.numerics.prediction.architecture import Architecture
from sparse_limits.numerics.prediction.layers import drawn
from sparse_limits.numerics.prediction.layers.mask_statistics import MaskStatistics, kept_by, mask_statistics
from sparse_limits.numerics.prediction.layers.residual import Residual
from sparse_limits.numerics.prediction.methods import SMOOTHED
from sparse_limits.numerics.prediction.settings import IN_ROUNDS, ROUNDS, Settings

Floats = NDArray[np.float64]

# bytes and seconds up to which a network is drawn for GraSP's second term alone, whatever the machine
ALONE = (2**32, 150.0)


@dataclass(frozen=True, eq=False)
class ObservedNetwork:
    """A pruned network: what its masks keep, whether a path is left, and the share of the norm that GraSP's second term has."""

    kept: MaskStatistics
    path: bool
    residual: Residual
    second_term: float | None


def pruned(
    settings: Settings, network: Architecture, x: Floats, y: Floats, rng: np.random.Generator
) -> ObservedNetwork:
    """Draw a network and prune it on inputs x [N, d] and targets y [N, K]."""
    made = drawn.draw(network, rng)
    seen = drawn.forward(made, x)
    at = np.zeros_like(seen.output) if settings.residual == "target" else seen.output
    residual = Residual(settings.loss, at, y)
    kept, masks = _kept(settings, made, seen, residual, rng)
    second = drawn.second_term(made, seen, residual) if settings.method in SMOOTHED else None
    return ObservedNetwork(kept, has_path(masks), residual, second)


def pruned_by(
    settings: Settings, network: Architecture, x: Floats, y: Floats, stream: np.random.SeedSequence
) -> ObservedNetwork:
    """As `pruned`, with the random numbers of a stream."""
    return pruned(settings, network, x, y, np.random.default_rng(stream))


def second_term_alone(
    settings: Settings, network: Architecture, x: Floats, y: Floats, rng: np.random.Generator
) -> float | None:
    """The share that GraSP's second term has in one drawn network, none of which is pruned."""
    made = drawn.draw(network, rng)
    seen = drawn.forward(made, x)
    at = np.zeros_like(seen.output) if settings.residual == "target" else seen.output
    return drawn.second_term(made, seen, Residual(settings.loss, at, y))


def work_alone(settings: Settings, network: Architecture, samples: int) -> tuple[float, float] | None:
    """The bytes and the seconds of `second_term_alone`, by estimate; None where the law answers without it.

    That depends on what is asked and not on the machine, as the answer does.
    """
    if settings.sample or settings.method not in SMOOTHED:
        return None
    memory, seconds = work_of(replace(settings, networks=1), network, samples)
    return (memory, seconds) if memory <= ALONE[0] and seconds <= ALONE[1] else None


def work_of(settings: Settings, network: Architecture, samples: int) -> tuple[float, float]:
    """The bytes and the seconds that it takes to draw and prune so many networks, one after the other, by estimate."""
    curvature = settings.method in SMOOTHED
    return work_of_networks(settings.networks, sum(network.sizes), sum(network.widths), samples, curvature=curvature)


def has_path(masks: Sequence[Mask]) -> bool:
    """Whether a path of kept weights leads from an input to an output; masks: of all layers, first to last.

    Examples:
        >>> has_path([np.array([[True, False]]), np.array([[True]])]), has_path([np.eye(2) > 0, np.zeros((1, 2)) > 0])
        (True, False)
    """
    reach: Mask = np.ones(masks[0].shape[1], bool)
    for mask in masks:
        reach = np.asarray((mask & reach).any(axis=1))
    return bool(reach.any())


def _kept(
    settings: Settings,
    made: drawn.DrawnNetwork,
    seen: drawn.Pass,
    residual: Residual,
    rng: np.random.Generator,
) -> tuple[MaskStatistics, tuple[Mask, ...]]:
    names = [str(layer) for layer in range(1, len(made.weights) + 1)]
    if settings.method == IN_ROUNDS:
        masks = drawn.masks_in_rounds(made, settings.density, settings.scope, settings.rounds or ROUNDS)
        return kept_by(dict(zip(names, masks, strict=True)), [], names[0]), masks
    if settings.method == "wanda":
        norms = [np.linalg.norm(each, axis=0) for each in seen.entering]
        scores = [np.abs(weight) * norm for weight, norm in zip(made.weights, norms, strict=True)]
    elif settings.method == "random":
        scores = [rng.random(shape) for shape in made.network.shapes]
    else:
        scores = list(drawn.scores(settings.method, made, seen, residual))
    kept, by_name = mask_statistics(dict(zip(names, scores, strict=True)), settings, names[0], first=settings.networks)
    return kept, tuple(by_name.values())
