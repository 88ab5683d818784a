"""Masks of a module's weights from their scores: how many are kept, and how these are shared among layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np

from sparse_limits.numerics.arguments import InputError, proper_share
from sparse_limits.numerics.masks.allocation import (
    ERDOS_RENYI,
    WITH_KERNELS,
    erdos_renyi,
    given_densities,
    lamp,
    masks_at,
)
from sparse_limits.numerics.masks.selection import Mask, TiesError
from sparse_limits.numerics.prediction.layers.mask_statistics import ITSELF, Scores, masks_of
from sparse_limits.numerics.prediction.settings import SCOPES

Density: TypeAlias = float | Mapping[str, float]

LAMP = "lamp"
SHARED = (*SCOPES, ERDOS_RENYI, WITH_KERNELS, LAMP)


def check_sharing(method: str, density: Density, scope: str) -> None:
    """InputError for a density that is none, and for what does not go together."""
    if scope not in SHARED:
        raise InputError(f"scope is {scope!r:.60}, expected one of {', '.join(SHARED)}")
    if scope == LAMP and method != "magnitude":
        raise InputError(f"scope is {LAMP} with {method}, expected magnitude with it, whose scores it divides")
    if not isinstance(density, Mapping):
        proper_share("density", density)
    elif scope != SCOPES[0]:
        raise InputError(f"scope is {scope} with densities of layers, expected none beside these")


def check_finite(scores: Scores) -> None:
    """InputError if one of the scores is NaN or infinite, which has no place among the others."""
    odd = next((path for path, score in scores.items() if not np.isfinite(score).all()), None)
    if odd is not None:
        raise InputError(
            f"scores of {odd or ITSELF} are not finite, expected data, targets and weights that give finite ones"
        )


def shared_masks(
    scores: Scores, method: str, density: Density, scope: str, ties: str = "refuse", power: float = 1.0
) -> dict[str, Mask]:
    """The weights of highest score, as many in each layer as `scope` or given densities say; of each row for Wanda.

    power: of the densities, below 1 in a round that is not the last. InputError where only some of the weights with score 0
    would be kept, unless `ties` is index, and for a score that is not finite.
    """
    check_finite(scores)
    if isinstance(density, Mapping):
        densities = {name: value**power for name, value in given_densities(density, scores).items()}
    elif scope == LAMP:
        return masks_of(lamp(scores), method, density**power, "global", ties)
    elif scope in SCOPES:
        return masks_of(scores, method, density**power, scope, ties)
    else:
        shapes = {name: score.shape for name, score in scores.items()}
        densities = erdos_renyi(shapes, density**power, kernels=scope == WITH_KERNELS)
    masks, tied = masks_at(scores, densities, by_rows=method == "wanda")
    if tied is not None and ties == "refuse":
        raise TiesError(
            f"the density of {tied or ITSELF} is {densities[tied]:.4g}, where a threshold is among scores of 0, expected less "
            "(`prune` with `ties` index keeps the first of these)"
        )
    return masks
