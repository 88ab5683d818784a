"""SynFlow's scores and masks of a torch module: the module is made positive, and reads ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import ceil
from time import perf_counter
from typing import TypeAlias

import numpy as np
import torch
from torch import nn

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.data import Dataset
from sparse_limits.numerics.masks.selection import Mask, TiesError
from sparse_limits.numerics.prediction.layers.mask_statistics import Scores
from sparse_limits.numerics.prediction.modules.calling import inputs_of, output_of, output_of_batch, tried
from sparse_limits.numerics.prediction.modules.chosen import Chosen
from sparse_limits.numerics.prediction.modules.costs import Asked, check_pair, check_rounds
from sparse_limits.numerics.prediction.modules.scoring import (
    checked_scores,
    gradients,
    in_numpy,
    scored_copy,
    weights_at,
)
from sparse_limits.numerics.prediction.modules.sharing import Density, shared_masks
from sparse_limits.numerics.prediction.settings import IN_ROUNDS, ROUNDS
from sparse_limits.numerics.printing.progress import Stage

MOST_TOLD = 20  # stages of rounds, or of a pass over batches, where these are many
Example: TypeAlias = Dataset | torch.Tensor | None  # data, or inputs, of which only the shape counts


def masks_in_rounds(
    module: nn.Module,
    data: Example,
    density: Density,
    scope: str = "global",
    rounds: int | None = None,
    ties: str = "refuse",
    chosen: Chosen | None = None,
    progress: Callable[[str], object] = lambda doing: None,
    ranked: Callable[[Scores, Mapping[str, Mask], float], object] = lambda scores, masks, power: None,
    asked: Asked | None = None,
) -> dict[str, Mask]:
    """SynFlow's masks after so many rounds, by the paths of layers: round k scores the masked module and keeps density^(k/rounds).

    rounds: 100 unless given. InputError as in `prune_module`. ties: of the last round, and of those before it where the other
    scores would be others without the weights whose score is 0, as where an activation clips. ranked: called
    with the scores of a round, in which what was pruned before is negative, its masks, and k/rounds, but for those rounds. asked: how
    often so many rounds are gone through, where that may be too much: WorkError then, before the first round or after it.
    """
    copy = scored_copy(module)
    make_positive(copy)
    weights, ones = weights_at(copy, chosen), ones_at(copy, data)
    if asked is not None:  # a pass takes as much memory in each round
        check_flow(IN_ROUNDS, copy, ones, chosen, Asked(1, "a smaller module"))
    start = perf_counter()
    whole = {path: weight.detach().clone() for path, weight in weights.items()}
    # what is gone ranks below every score, and without ties, which are slow
    gone = {path: -1 - each for path, each in in_numpy(whole).items()}
    masks = {path: np.ones(each.shape, bool) for path, each in gone.items()}
    total = ROUNDS if rounds is None else rounds
    for k in range(1, total + 1):
        if (k - 1) % ceil(total / MOST_TOLD) == 0:
            progress(Stage("pruning in rounds", k - 1, total))
        for path, weight in weights.items():
            weight.data = whole[path] * torch.from_numpy(masks[path]).to(weight.device)
        scores = flow(copy, weights, ones)
        if k == 1:
            checked_scores(scores, module, chosen)
        standing = {path: np.where(masks[path], score, gone[path]) for path, score in scores.items()}
        try:
            masks = shared_masks(standing, IN_ROUNDS, density, scope, ties, power=k / total)
        except TiesError as error:
            if k == total or not _carry_nothing(copy, weights, ones, scores):
                raise TiesError(str(error) if k == total else f"round {k} of {total}: {error}") from error
            masks = shared_masks(standing, IN_ROUNDS, density, scope, "index", power=k / total)
        else:
            ranked(standing, masks, k / total)
        if k == 1 < total and asked is not None:  # the others take as long
            check_rounds(IN_ROUNDS, total, perf_counter() - start, asked)
    return masks


def _carry_nothing(
    module: nn.Module, weights: Mapping[str, torch.Tensor], ones: Dataset | torch.Tensor, scores: Scores
) -> bool:
    """Whether the scores stay as they are without the weights whose score is 0: then it does not matter which of these go."""
    for path, weight in weights.items():
        weight.data = torch.where(torch.from_numpy(scores[path]).to(weight.device) == 0, 0, weight.data)
    return all(np.allclose(score, scores[path], rtol=1e-9) for path, score in flow(module, weights, ones).items())


def flow(module: nn.Module, weights: Mapping[str, torch.Tensor], ones: Dataset | torch.Tensor) -> Scores:
    """abs(w ∂R/∂w), R the sum of the outputs at the input 1 with the moduli of all weights and biases 0: S11's for ReLU.

    module: made positive, with batch normalisation in evaluation mode, about the mean 0. ones: by `ones_at`.
    """
    return _products(
        module, weights, output_of(module, ones) if isinstance(ones, Dataset) else output_of_batch(module, ones)
    )


def _products(module: nn.Module, weights: Mapping[str, torch.Tensor], output: torch.Tensor) -> Scores:
    found = gradients(module, "synflow", output[0].sum(), weights)
    return in_numpy({path: (weights[path] * each).abs() for path, each in zip(weights, found, strict=True)})


def check_flow(what: str, module: nn.Module, ones: Dataset | torch.Tensor, chosen: Chosen | None, asked: Asked) -> None:
    """WorkError where passes of a module that is made positive would take too much, as one of the two samples tells."""

    def score(other: nn.Module, one: torch.Tensor) -> Scores:
        output = tried(other, one, ones)
        if output is None:
            raise InputError("one sample alone is not taken, expected two")
        return _products(other, weights_at(other, chosen), output)

    check_pair(what, score, module, inputs_of(module, ones) if isinstance(ones, Dataset) else ones, asked)


def ones_at(module: nn.Module, data: Example) -> Dataset | torch.Tensor:
    """Two samples that are 1 everywhere, as a module takes them."""
    return ones_like(data) if isinstance(data, Dataset) else ones_of(data, module)


def make_positive(module: nn.Module) -> None:
    """Turn a module into the one that SynFlow reads, in place: parameters are their moduli, in every part, and biases 0."""
    norms = (nn.LayerNorm, nn.GroupNorm, nn.modules.instancenorm._InstanceNorm)
    if (path := next((path for path, part in module.named_modules() if isinstance(part, norms)), None)) is not None:
        raise InputError(f"{path}: SynFlow is not defined here with this normalisation, expected modules without")
    with torch.no_grad():
        for part in module.modules():
            if isinstance(part, nn.modules.batchnorm._BatchNorm):
                part.eval()
                if part.running_mean is None:
                    raise InputError("a batch normalisation keeps no statistics, expected it to with SynFlow")
                part.running_mean.zero_()
            for name, parameter in part.named_parameters(recurse=False):
                if "bias" in name:  # bias_ih_l0 of a recurrent layer, in_proj_bias of attention
                    parameter.zero_()
                elif parameter.is_floating_point():
                    parameter.abs_()


def ones_of(example: object, module: nn.Module) -> torch.Tensor:
    """Two samples that are 1 everywhere, of the shape of an example's, which may have none."""
    if not isinstance(example, torch.Tensor) or example.ndim < 2:
        raise InputError(
            "there is no example of inputs, expected `data`: batches, inputs x [N, …], or their shape, for SynFlow"
        )
    if not example.is_floating_point():
        raise InputError(f"inputs are {example.dtype}, expected numbers with a point for SynFlow, which puts ones in")
    device = next(module.parameters()).device
    return torch.ones((2, *example.shape[1:]), dtype=torch.float64, device=device)


def ones_like(data: Dataset) -> Dataset:
    """Two samples that are 1 everywhere."""
    return Dataset(np.ones((2, data.x.shape[1])), data.y[:2], data.name, data.labelling, data.about)
