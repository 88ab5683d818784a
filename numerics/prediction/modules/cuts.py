"""What a pruned module no longer does: outputs that no input moves, and inputs that move no output."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import torch
from torch import nn

from sparse_limits.numerics.data import Dataset
from sparse_limits.numerics.masks.selection import Mask
from sparse_limits.numerics.prediction.modules.calling import inputs_of, plain_attention, tried
from sparse_limits.numerics.prediction.modules.chosen import Chosen
from sparse_limits.numerics.prediction.modules.scoring import scored_copy, weights_at
from sparse_limits.numerics.printing.plain_text import many

SAMPLES = 64  # that are looked at
MOST_NAMED = 8  # outputs


def cuts(module: nn.Module, masks: Mapping[str, Mask], chosen: Chosen, data: Dataset | torch.Tensor) -> Iterator[str]:
    """What the masks cut off, in words, as far as slopes at a few samples tell.

    data: ours, or inputs as the module takes them. Nothing of no inputs, of inputs that are whole numbers, or that the module does not take,
    nor of a module that passes no slope on to its inputs before it is pruned, or has no slopes of slopes. An output moves where
    its slope along a random direction is not 0, an input where the slope of a random sum of all outputs is not 0: such sums miss
    nothing but with probability 0.
    """
    few = _few(module, data)
    if few is None:
        return
    before = _slopes(module, few, data)
    if before is None or not bool(before[0].any()):
        return
    pruned = scored_copy(module)
    with torch.no_grad():
        for path, weight in weights_at(pruned, chosen).items():
            weight.mul_(torch.from_numpy(masks[path]).to(weight.device))
    after = _slopes(pruned, few, data)
    on = many(len(few), "sample")
    if after is None or not bool(after[0].any()):
        yield f"the network is cut: no input moves an output, on {on}"
        return
    inputs, outputs = ((new == 0) & (old != 0) for new, old in zip(after, before, strict=True))
    if bool(inputs.any()):
        yield f"{int(inputs.sum())} of {many(inputs.numel(), 'input')} no longer move an output, on {on}"
    if bool(outputs.any()):
        yield f"no input moves {_listed(torch.nonzero(outputs).flatten().tolist())} of {outputs.numel()} any longer, on {on}"


def _few(module: nn.Module, data: Dataset | torch.Tensor) -> torch.Tensor | None:
    x = inputs_of(module, data).double() if isinstance(data, Dataset) else data
    if not x.is_floating_point() or x.ndim < 2 or not len(x):
        return None
    device = next(module.parameters()).device
    return x[:SAMPLES].detach().to(device=device, dtype=torch.float64)


def _slopes(
    module: nn.Module, few: torch.Tensor, data: Dataset | torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor] | None:
    """The sizes of slopes, of inputs [d] and of outputs [K], the largest over samples; None where there are none."""
    copy, x = scored_copy(module), few.clone().requires_grad_()
    with plain_attention("grasp"):  # slopes of slopes
        output = tried(copy, x, data)  # the masks are right, though a module may not take these few samples
    if output is None or not output.ndim:
        return None
    rng = np.random.default_rng(0)
    along = torch.from_numpy(rng.standard_normal(tuple(output.shape))).to(x.device).requires_grad_()
    value = (output * along).sum()
    if not value.requires_grad:
        return None
    try:
        (back,) = torch.autograd.grad(value, [x], create_graph=True, allow_unused=True)
        if back is None:
            return None
        direction = torch.from_numpy(rng.standard_normal(tuple(x.shape))).to(x.device)
        moved = torch.zeros_like(along)
        if back.requires_grad:
            (moved,) = torch.autograd.grad((back * direction).sum(), [along])
    except RuntimeError:  # a part has no derivative of this kind
        return None
    return _largest(back), _largest(moved)


def _largest(slopes: torch.Tensor) -> torch.Tensor:
    return slopes.detach().abs().reshape(len(slopes), -1).amax(dim=0)


def _listed(places: Sequence[int]) -> str:
    first = ", ".join(map(str, places[:MOST_NAMED]))
    named = first if len(places) <= MOST_NAMED else f"{first} and {len(places) - MOST_NAMED} more"
    return f"output{'s' if len(places) > 1 else ''} {named}"
