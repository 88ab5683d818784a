"""Which inputs of the data still move an output of a pruned module."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.data import Dataset
from sparse_limits.numerics.masks.selection import Mask
from sparse_limits.numerics.prediction.modules.calling import derivatives, inputs_of, output_at
from sparse_limits.numerics.prediction.modules.pruned import pruned_layers
from sparse_limits.numerics.prediction.modules.scoring import scored_copy


def silent_inputs(module: nn.Module, masks: Mapping[str, Mask], data: Dataset) -> NDArray[np.bool_] | None:
    """The inputs whose slope is 0 at all outputs on all samples once a module is pruned, bool[d].

    masks: by the paths of layers. The slope is that of one sum of all outputs with random signs and sizes, which an input that
    moves an output does not miss but with probability 0. None where the module passes no slope on to its inputs before it is
    pruned, as one that looks them up in a table or takes their signs. InputError as in `prune_module`.
    """
    copy = scored_copy(module)
    with torch.no_grad():
        for path, layer in pruned_layers(copy).items():
            layer.weight.mul_(torch.from_numpy(masks[path]))
    slopes = _slopes(copy, data)
    if slopes is None:
        return None
    found: NDArray[np.bool_] = np.asarray((slopes == 0).all(dim=0))
    if found.all():
        dense = _slopes(scored_copy(module), data)
        if dense is None or not bool(dense.any()):
            return None
    return found


def _slopes(copy: nn.Module, data: Dataset) -> torch.Tensor | None:
    """The slopes at the inputs [N, d] of one sum of all outputs with random weights; None where there are none."""
    flat = inputs_of(copy, data).requires_grad_()
    weights = np.random.default_rng(0).standard_normal(data.y.shape)
    value = (output_at(copy, data, flat) * torch.from_numpy(weights)).sum()
    if not value.requires_grad:
        return None
    (slopes,) = derivatives(copy, "slopes at the inputs", value, [flat], allow_unused=True)
    if slopes is None:
        return None
    if not bool(torch.isfinite(slopes).all()):
        raise InputError("the slopes at the inputs of a pruned module are not finite, expected finite ones")
    return slopes
