"""What a method takes to score a module, in memory and time, estimated from a few samples before the data are run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from math import prod
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn
from torch.autograd.graph import saved_tensors_hooks

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.data import Dataset
from sparse_limits.numerics.limits import allowed, check_work
from sparse_limits.numerics.prediction.modules.building import generators
from sparse_limits.numerics.prediction.modules.calling import untold
from sparse_limits.numerics.prediction.modules.detached import detached_copy

Score = Callable[[nn.Module, Any], Mapping[str, torch.Tensor]]

FEW = 2, 4  # samples that are run: two numbers, since the weights alone take memory, too
LEAST = 48  # samples: fewer are soon run themselves
TIMES = 4  # as many samples again, where by so few, which take longer each, all would take too long
LONG = 5.0  # seconds of samples that tell what a sample takes
BESIDE = 1.5  # tensors that are kept for the way back, with what goes back beside them: 1.2 to 1.8 of small modules
CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)


class Asked(NamedTuple):
    """How often all data are scored, and what to ask for where that is too much."""

    times: int
    instead: str


class _Cost(NamedTuple):
    memory: int
    seconds: float


def check_cost(what: str, score: Score, module: nn.Module, batch: Any, batches: int | None, asked: Asked) -> None:
    """WorkError for a batch that would take too much memory, and for batches, as many as there are, that would take too long.

    score: slopes of a copy of the module on a part of the batch. batches: None where it is not known, and then no time is. Nothing is
    estimated of a few samples in all, nor of a batch whose tensors do not all have its samples along their first axis, or whose
    first samples the module, or a user's own loss, does not take.
    """
    samples = _samples(batch)
    if samples < FEW[1] or samples * (batches or 1) < LEAST:
        return
    costs = [_cost(score, module, _first(batch, count)) for count in FEW]
    if None in costs:
        return
    few, more = (each for each in costs if each is not None)
    memory = few.memory + (more.memory - few.memory) / (FEW[1] - FEW[0]) * (samples - FEW[0])
    every = samples * (batches or 0) * asked.times
    seconds, count = more.seconds * every / FEW[1], FEW[1]
    while count < samples and seconds * count < LONG * every and allowed(memory) and not allowed(0, seconds):
        count = min(TIMES * count, samples)
        if (again := _cost(score, module, _first(batch, count))) is None:
            break
        seconds = again.seconds * every / count
    number = f"{batches} batches of {samples} samples" if batches and batches > 1 else f"{samples} samples at once"
    often = f", {asked.times} times," if asked.times > 1 else ""
    check_work(f"{what} on {number}{often}", memory, seconds, instead=asked.instead)


def _cost(score: Score, module: nn.Module, part: Any) -> _Cost | None:
    """What some samples take; None where they cannot be scored alone. What the user's code draws does not count."""
    copy, kept, own = detached_copy(module), dict[int, torch.UntypedStorage](), dict[int, torch.UntypedStorage]()

    def keep(tensor: torch.Tensor, there: dict[int, torch.UntypedStorage] = kept) -> torch.Tensor:
        with suppress(RuntimeError, ValueError):  # a sparse tensor has no storage, nor has a lazy parameter
            storage = tensor.untyped_storage()
            if storage.data_ptr() not in own and tensor.device.type == "cpu":
                there[storage.data_ptr()] = storage  # which is not freed, so that no other lies in its place
        return tensor

    for each in (*copy.parameters(), *copy.buffers()):
        keep(each, own)
    columns = _columns(copy)
    start = perf_counter()
    try:
        with generators(np.random.SeedSequence(0)), untold(), saved_tensors_hooks(keep, lambda tensor: tensor):
            found = score(copy, part)
    except InputError:  # where all samples are scored, it is told
        return None
    next(iter(found.values())).sum().item()  # which an accelerator has to have computed
    taken = perf_counter() - start
    return _Cost(int(BESIDE * sum(each.nbytes() for each in kept.values())) + max(columns, default=0), taken)


def _columns(module: nn.Module) -> list[int]:
    """The bytes of the inputs of each output that convolutions of a module write beside each other, once it has been called."""
    found = list[int]()

    def seen(layer: Any, given: Any, output: torch.Tensor) -> None:
        if prod(layer.kernel_size) > 1 and output.device.type == "cpu":
            places = output.numel() // layer.out_channels
            found.append(places * layer.in_channels // layer.groups * prod(layer.kernel_size) * output.element_size())

    for part in module.modules():
        if isinstance(part, CONVOLUTIONS):
            part.register_forward_hook(seen)
    return found


def _samples(batch: Any) -> int:
    """How many samples a batch has; 0 where its tensors do not all have as many."""
    if isinstance(batch, Dataset):
        return len(batch.x)
    lengths = set(_lengths(batch))
    return lengths.pop() if len(lengths) == 1 else 0


def _lengths(batch: Any) -> Iterator[int]:
    if isinstance(batch, (torch.Tensor, np.ndarray)):
        yield len(batch) if batch.ndim else 0
    elif isinstance(batch, (Mapping, tuple, list)):
        for each in batch.values() if isinstance(batch, Mapping) else batch:
            yield from _lengths(each)
    elif batch is not None:
        yield 0


def _first(batch: Any, count: int) -> Any:
    """The first samples of a batch."""
    if isinstance(batch, Dataset):
        return replace(batch, x=batch.x[:count], y=batch.y[:count])
    if isinstance(batch, Mapping):
        return {key: _first(each, count) for key, each in batch.items()}
    if isinstance(batch, (tuple, list)):
        cut = [_first(each, count) for each in batch]
        return type(batch)(*cut) if hasattr(batch, "_fields") else type(batch)(cut)
    return None if batch is None else batch[:count]
