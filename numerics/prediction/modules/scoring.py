"""What all scores of a torch module rest on: the copy that is scored, gradients of its weights, and scores that tell weights apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import nn

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.prediction.layers.mask_statistics import ITSELF, Scores
from sparse_limits.numerics.prediction.modules.calling import derivatives
from sparse_limits.numerics.prediction.modules.chosen import Chosen, chosen_weights
from sparse_limits.numerics.prediction.modules.detached import detached_copy
from sparse_limits.numerics.prediction.modules.reading import check_plain
from sparse_limits.numerics.prediction.modules.sharing import check_finite


def scored_copy(module: nn.Module) -> nn.Module:
    """A copy in double precision and evaluation mode, batch normalisation in training mode, no parameter frozen."""
    if not isinstance(module, nn.Module):
        raise InputError(f"the module is {module!r:.100}, expected a torch module")
    check_plain(module)
    copy = detached_copy(module).double().eval()
    for parameter in copy.parameters():
        if parameter.is_floating_point():  # others, such as tables of indices, have no slope
            parameter.requires_grad_(True)
    for part in copy.modules():
        if isinstance(part, nn.modules.batchnorm._BatchNorm):
            part.train()
        if isinstance(part, nn.RNNBase):
            part.forward = partial(_without_cudnn, part.forward)
    return copy


def _without_cudnn(forward: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """What a recurrent layer gives by torch's own kernels: cuDNN's have no slopes in evaluation mode, and no second derivative."""
    with torch.backends.cudnn.flags(enabled=False):
        return forward(*given, **named)


def weights_at(module: nn.Module, chosen: Chosen | None = None) -> dict[str, nn.Parameter]:
    """The chosen weights by what their masks are called; None for those of linear and convolutional layers."""
    return {mask: module.get_parameter(first) for mask, (first, *_) in (chosen or chosen_weights(module)).items()}


def gradients(
    module: nn.Module,
    method: str,
    value: torch.Tensor,
    weights: Mapping[str, torch.Tensor],
    create_graph: bool = False,
) -> Any:
    """∂value/∂weights; InputError if a layer does not reach the value, or autograd has no derivative of a part."""
    found = reached(module, method, value, weights, create_graph)
    check_all_reach(weights, [each is not None for each in found])
    return found


def reached(
    module: nn.Module,
    method: str,
    value: torch.Tensor,
    weights: Mapping[str, torch.Tensor],
    create_graph: bool = False,
) -> tuple[torch.Tensor | None, ...]:
    """∂value/∂weights, None for a weight that does not reach the value; InputError for a value that no parameter reaches."""
    if not value.requires_grad:
        raise InputError("no weight reaches the output, expected layers that do")
    return derivatives(module, method, value, list(weights.values()), create_graph=create_graph, allow_unused=True)


def check_all_reach(weights: Iterable[str], reach: Iterable[bool]) -> None:
    """InputError for a weight that does not reach the output."""
    if (unused := next((path for path, does in zip(weights, reach, strict=True) if not does), None)) is not None:
        raise InputError(f"{unused} does not reach the output, expected layers that do")


def checked_scores(scores: Scores, module: nn.Module, chosen: Chosen | None = None) -> Scores:
    """The scores themselves. module: what has the weights.

    InputError if all are 0, where any choice of weights would be as good, and if one is not finite.
    """
    check_finite(scores)
    if not any(score.any() for score in scores.values()):
        empty = [path or ITSELF for path, weight in weights_at(module, chosen).items() if not weight.any()]
        why = f" (so are all weights of {', '.join(empty)})" if empty else ""
        raise InputError(f"all scores are 0{why}, expected data, targets and weights that give other scores")
    return scores


def in_numpy(tensors: Mapping[str, torch.Tensor]) -> Scores:
    return {path: np.asarray(tensor.detach().cpu(), float) for path, tensor in tensors.items()}
