"""Masks in rounds: a module is pruned a little, scored as it is left, and pruned again."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from sparse_limits.numerics.masks.selection import Mask, TiesError
from sparse_limits.numerics.prediction.layers.mask_statistics import Scores
from sparse_limits.numerics.prediction.modules.chosen import Chosen
from sparse_limits.numerics.prediction.modules.detached import detached_copy
from sparse_limits.numerics.prediction.modules.scoring import weights_at
from sparse_limits.numerics.printing.progress import Stage, within


def rescored(
    module: nn.Module,
    chosen: Chosen,
    rounds: int,
    score: Callable[[nn.Module, Callable[[str], object]], Scores],
    share: Callable[[Scores, float], dict[str, Mask]],
    progress: Callable[[str], object],
) -> dict[str, Mask]:
    """The masks of the last round; what is pruned once stays so.

    score: of the module as it is left, with its progress. share: masks of scores, and the power of the densities in a round, k/rounds.
    """
    if rounds == 1:
        return share(score(module, progress), 1.0)
    left = detached_copy(module)
    weights = weights_at(left, chosen)
    whole = {path: weight.detach().clone() for path, weight in weights.items()}
    masks = {path: np.ones(tuple(weight.shape), bool) for path, weight in weights.items()}
    for k in range(1, rounds + 1):
        progress(Stage(f"round {k} of {rounds}", k - 1, rounds))
        for path, weight in weights.items():
            weight.data = whole[path] * torch.from_numpy(masks[path]).to(weight.device)
        scores = score(left, within(progress, k - 1, rounds, f"round {k} of {rounds}: "))
        lowest = min(float(each.min()) for each in scores.values()) - 1
        try:
            masks = share({path: np.where(masks[path], each, lowest) for path, each in scores.items()}, k / rounds)
        except TiesError as error:  # of a density that nobody gave, unless in the last round
            raise TiesError(str(error) if k == rounds else f"round {k} of {rounds}: {error}") from error
    return masks
