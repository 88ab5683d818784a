"""Which inputs of the data still move an output of a pruned module."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.data import Dataset
from sparse_limits.numerics.masks.selection import Mask
from sparse_limits.numerics.prediction.modules.calling import derivatives, entering, inputs_of, output_at, tried
from sparse_limits.numerics.prediction.modules.pruned import PRUNED, pruned_layers
from sparse_limits.numerics.prediction.modules.scoring import scored_copy

FIRST = 8  # samples that are looked at, before twice as many, and again twice as many
ALIKE = 1e-9  # relative difference of the outputs of samples alone and among others, which may be rounding
SHARE = 16  # of the samples: one part is the most that are made to see where weights lead

Bools = NDArray[np.bool_]


def silent_inputs(module: nn.Module, masks: Mapping[str, Mask], data: Dataset) -> Bools | None:
    """The inputs whose slope is 0 at all outputs on all samples once a module is pruned, bool[d].

    masks: by the paths of layers. The slope is that of one sum of all outputs with random signs and sizes, which an input that
    moves an output does not miss but with probability 0. None where the module passes no slope on to its inputs before it is
    pruned, as one that looks them up in a table or takes their signs. InputError as in `prune_module`.

    More samples are looked at only as long as an input is silent from which weights lead to an output: mostly few, which takes less than
    a third of what SNIP's slopes of all samples take. Where outputs depend on the other samples, as with batch normalisation, all
    samples are looked at together. In both cases no pass can be shared with the scoring, whose module has all weights. All samples take
    a forward and a way back to the inputs: SNIP takes these and a way back to the weights, but none to the inputs, so that this adds
    about two thirds to a scoring, and up to as much again where the first layer takes nearly all of it.
    """
    copy = scored_copy(module)
    with torch.no_grad():
        for path, layer in pruned_layers(copy).items():
            layer.weight.mul_(torch.from_numpy(masks[path]))
    found: Bools | None = None
    leading: Bools | None = None
    for found in _silent(copy, data):
        leading = _leading(copy, data, found) if leading is None else leading
        if not (found & leading).any():
            break
    if found is None or (found.all() and all(each.all() for each in _silent(scored_copy(module), data))):
        return None
    return found


def _silent(module: nn.Module, data: Dataset) -> Iterator[Bools]:
    """Yield the inputs whose slopes are 0 on the first samples, on these and more, and so on; nothing where there are no slopes."""
    flat = inputs_of(module, data)
    weights = torch.from_numpy(np.random.default_rng(0).standard_normal(data.y.shape))
    silent: Bools = np.ones(flat.shape[1], bool)
    for start, end in _parts(module, data, flat):
        part = Dataset(data.x[start:end], data.y[start:end], data.name, data.labelling, data.about)
        slopes = _slopes(module, part, flat[start:end], weights[start:end])
        if slopes is None:
            return
        silent = silent & np.asarray((slopes == 0).all(dim=0))
        yield silent


def _parts(module: nn.Module, data: Dataset, flat: torch.Tensor) -> Iterator[tuple[int, int]]:
    """Where parts of the samples begin and end, each as long as all before it; one part of all where samples alone have other outputs."""
    with torch.no_grad():
        few, more = tried(module, flat[:2], data), tried(module, flat[:FIRST], data)
    alike = (
        few is not None
        and more is not None
        and few.ndim > 0
        and few.shape == more[:2].shape
        and torch.allclose(few, more[:2], ALIKE, 0)
    )
    start, end = 0, FIRST if alike else len(flat)
    while start < len(flat):
        end = end if end < len(flat) - 1 else len(flat)  # no sample is alone in a part
        yield start, end
        start, end = end, 2 * end


def _slopes(module: nn.Module, data: Dataset, flat: torch.Tensor, weights: torch.Tensor) -> torch.Tensor | None:
    """The slopes at the inputs [N, d] of one sum of all outputs with these weights; None where there are none."""
    flat = flat.clone().requires_grad_()
    value = (output_at(module, data, flat) * weights).sum()
    if not value.requires_grad:
        return None
    (slopes,) = derivatives(module, "slopes at the inputs", value, [flat], allow_unused=True)
    if slopes is None:
        return None
    if not bool(torch.isfinite(slopes).all()):
        raise InputError("the slopes at the inputs of a pruned module are not finite, expected finite ones")
    return slopes


def _leading(module: nn.Module, data: Dataset, asked: Bools) -> Bools:
    """Those of the asked inputs from which weights may lead to an output: one that is no number makes an output none.

    A sample tells it of a group of inputs; groups that lead to an output are halved, as far as a few samples go. All that are asked
    for, where the module has an operation that forgets what is no number, and where PyTorch does not tell whether it has.
    """
    if (forgetting := _forgetting()) is None:
        return asked
    found, left = np.zeros_like(asked), max(FIRST, len(data.x) // SHARE)
    groups = [np.flatnonzero(asked)] if asked.any() else []
    with torch.no_grad(), forgetting, _handing_on(module, forgetting):
        while groups and len(groups) <= left:
            left -= len(groups)
            samples = inputs_of(module, data)[:1].repeat(len(groups) + 1, 1)  # the last one stays as it is
            for sample, group in zip(samples, groups, strict=False):
                sample[group] = torch.nan
            output = tried(module, samples, data)
            if output is None or forgetting.seen or len(output) != len(samples):
                return asked
            reached = np.isnan(output.flatten(1).cpu().numpy()).any(axis=1).tolist()
            if reached[-1]:
                return asked
            led = [group for group, reaches in zip(groups, reached, strict=False) if reaches]
            found[[group[0] for group in led if len(group) == 1]] = True
            groups = [half for group in led if len(group) > 1 for half in np.array_split(group, 2)]
    for group in groups:
        found[group] = True
    return found


def _forgetting() -> Any | None:
    """What sees operations that forget what is no number; None in a PyTorch that does not let one look."""
    try:
        from sparse_limits.numerics.prediction.modules.forgetting import Forgetting
    except ImportError:
        return None
    return Forgetting()


def missing() -> Iterator[str]:
    """A remark on what this PyTorch does not have, and what is done without it."""
    if _forgetting() is None:
        yield (
            "this PyTorch has no torch.utils._python_dispatch.TorchDispatchMode: inputs that move no output are looked for on "
            "all samples, which finds the same and takes longer"
        )


@contextmanager
def _handing_on(module: nn.Module, forgetting: Any) -> Iterator[None]:
    """Within it, layers hand on by weights that are not 0, and by these alone, that an input is no number."""
    own = {kind.forward for kind in PRUNED}
    layers = [layer for layer in pruned_layers(module).values() if type(layer).forward in own]
    for layer in layers:
        layer.forward = partial(_handed_on, layer, layer.forward, forgetting)
    try:
        yield
    finally:
        for layer in layers:
            del layer.forward


def _handed_on(
    layer: Any, forward: Callable[[torch.Tensor], torch.Tensor], forgetting: Any, *given: Any, **named: Any
) -> torch.Tensor:
    x = entering(given, named)
    forgetting.asleep = True
    lost = x.isnan()
    found = forward(torch.where(lost, 0, x))
    weight, bias = layer.weight.data, layer.bias
    layer.weight.data, layer.bias = (weight != 0).to(weight.dtype), None
    try:
        return found.masked_fill(forward(lost.to(x.dtype)) > 0, torch.nan)
    finally:
        layer.weight.data, layer.bias = weight, bias
        forgetting.asleep = False
