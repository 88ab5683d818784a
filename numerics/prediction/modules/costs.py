"""What a method takes to score a module, in memory and time, estimated from a few samples before the data are run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress
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
from sparse_limits.numerics.prediction.modules.nested import held_in, mapped
from sparse_limits.numerics.printing.plain_text import many

Score = Callable[[nn.Module, Any], Mapping[str, Any]]

FEW = 2, 4  # samples that are run: two numbers, since the weights alone take memory, too
LEAST = 48  # samples: fewer are soon run themselves
TIMES = 4  # as many samples again, where by so few, which take longer each, all would take too long
LONG = 5.0  # seconds of samples that tell what a sample takes
BESIDE = 1.5  # tensors that are kept for the way back, with what goes back beside them: 1.2 to 1.8 of small modules
AGAIN = 2  # what a part takes and gives, and as much again: Wanda squares inputs, and convolutions of these have slopes
CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)


class Asked(NamedTuple):
    """How often all data are scored, and what to ask for where that is too much."""

    times: int
    instead: str


class _Cost(NamedTuple):
    memory: int
    seconds: float


def check_cost(
    what: str, score: Score, module: nn.Module, batch: Any, batches: int | None, asked: Asked, kept: bool = True
) -> None:
    """WorkError for a batch that would take too much memory, and for batches, as many as there are, that would take too long.

    score: scores, or slopes, of a copy of the module on a part of the batch. batches: None where their number is not known, and then no
    time is estimated. kept: whether tensors are kept for slopes, or one part of the module is run after the other.

    Nothing is estimated of a few samples in all, nor of a batch whose tensors do not all have its samples along their first axis, or
    whose first samples the module, or a user's own loss, does not take.
    """
    samples = _samples(batch)
    if samples < FEW[1] or samples * (batches or 1) < LEAST:
        return
    costs = [_cost(score, module, _first(batch, count), kept) for count in FEW]
    if None in costs:
        return
    few, more = (each for each in costs if each is not None)
    memory = few.memory + (more.memory - few.memory) / (FEW[1] - FEW[0]) * (samples - FEW[0])
    every = samples * (batches or 0) * asked.times
    seconds, count = more.seconds * every / FEW[1], FEW[1]
    while count < samples and seconds * count < LONG * every and allowed(memory) and not allowed(0, seconds):
        count = min(TIMES * count, samples)
        if (again := _cost(score, module, _first(batch, count), kept)) is None:
            break
        seconds = again.seconds * every / count
    number = f"{batches} batches of {samples} samples" if batches and batches > 1 else f"{samples} samples at once"
    often = f", {asked.times} times," if asked.times > 1 else ""
    check_work(f"{what} on {number}{often}", memory, seconds, instead=asked.instead)


def check_pair(what: str, score: Score, module: nn.Module, pair: Any, asked: Asked) -> None:
    """The same of the two samples that are all that a method reads, by the first of them."""
    if (one := _cost(score, module, _first(pair, 1), True)) is not None:
        often = f", {asked.times} times," if asked.times > 1 else ""
        instead = f"smaller inputs, or {asked.instead}"
        check_work(f"{what} on two samples{often}", 2 * one.memory, 2 * one.seconds * asked.times, instead=instead)


def check_rounds(what: str, rounds: int, seconds: float, asked: Asked) -> None:
    """WorkError for rounds that would take too long, as many times; seconds: of one of them."""
    often = f", {asked.times} times," if asked.times > 1 else ""
    check_work(f"{what} in {many(rounds, 'round')}{often}", 0, rounds * asked.times * seconds, instead=asked.instead)


def _cost(score: Score, module: nn.Module, part: Any, kept: bool) -> _Cost | None:
    """What some samples take; None where they cannot be scored alone. What the user's code draws does not count.

    kept: whether memory is what is kept for slopes, or what one part of the module takes and gives.
    """
    copy, saved, own = detached_copy(module), dict[int, torch.UntypedStorage](), dict[int, torch.UntypedStorage]()

    def keep(tensor: torch.Tensor, there: dict[int, torch.UntypedStorage] = saved) -> torch.Tensor:
        with suppress(RuntimeError, ValueError):  # a sparse tensor has no storage, nor has a lazy parameter
            storage = tensor.untyped_storage()
            if storage.data_ptr() not in own and tensor.device.type == "cpu":
                there[storage.data_ptr()] = storage  # which is not freed, so that no other lies in its place
        return tensor

    for each in (*copy.parameters(), *copy.buffers()):
        keep(each, own)
    columns, passing = _columns(copy), [] if kept else _passing(copy)
    hooks = saved_tensors_hooks(keep, lambda tensor: tensor) if kept else nullcontext()
    start = perf_counter()
    try:
        with generators(np.random.SeedSequence(0)), untold(), hooks:
            found = score(copy, part)
    except InputError:  # where all samples are scored, it is told
        return None
    next(iter(found.values())).sum().item()  # which an accelerator has to have computed
    taken = perf_counter() - start
    held = BESIDE * sum(each.nbytes() for each in saved.values()) + AGAIN * max(passing, default=0)
    return _Cost(int(held) + max(columns, default=0), taken)


def _passing(module: nn.Module) -> list[int]:
    """The bytes of what each part of a module takes and gives together, once it has been called."""
    found = list[int]()

    def seen(part: nn.Module, given: Any, named: Any, output: Any) -> None:
        tensors = (each for each in held_in((given, named, output)) if isinstance(each, torch.Tensor))
        found.append(sum(each.numel() * each.element_size() for each in tensors if each.device.type == "cpu"))

    for part in module.modules():
        part.register_forward_hook(seen, with_kwargs=True)
    return found


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
    lengths = {_length(each) for each in held_in(batch) if each is not None}
    return lengths.pop() if len(lengths) == 1 else 0


def _length(value: Any) -> int:
    return len(value) if isinstance(value, (torch.Tensor, np.ndarray)) and value.ndim else 0


def _first(batch: Any, count: int) -> Any:
    """The first samples of a batch."""
    if isinstance(batch, Dataset):
        return replace(batch, x=batch.x[:count], y=batch.y[:count])
    return mapped(lambda each: None if each is None else each[:count], batch)
