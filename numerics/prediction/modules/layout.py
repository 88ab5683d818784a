"""What a module is made of, whether the law follows it or not: its pruned layers, and what reads the data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.data import Dataset
from sparse_limits.numerics.limits import check_work
from sparse_limits.numerics.networks.work import BYTES_OF_WEIGHT
from sparse_limits.numerics.prediction.modules.calling import entering, output_of
from sparse_limits.numerics.prediction.modules.pruned import (
    PRUNED,
    is_weight,
    listed,
    overlaid,
    part_of,
    places,
    pruned_layers,
)
from sparse_limits.numerics.prediction.modules.reading import NotFollowedError, chain_of, outside_of
from sparse_limits.numerics.prediction.modules.scoring import scored_copy
from sparse_limits.numerics.printing.plain_text import many

TAKEN_APART = (*PRUNED, nn.Embedding)  # parts whose forward with another weight is the same part's of another build
BYTES = 64  # of each number that a layer gives out: it, its signal, those of activations, and of the copies


@dataclass(frozen=True)
class Layout:
    """A module as it is: kinds and shapes of its layers by path, the one that reads the data, the one that gives the outputs, those whose weights are used
    elsewhere than in forwards of their own, convolutions whose outputs read one channel each, parameters of two or more axes that are not pruned, parts that share one weight, parameters in the memory of another, and whether the outputs are probabilities."""

    kinds: Mapping[str, str]
    shapes: Mapping[str, tuple[int, ...]]
    reading: str | None
    giving: str | None
    uncalled: tuple[str, ...]
    depthwise: tuple[str, ...]
    unpruned: tuple[str, ...]
    tied: tuple[str, ...]
    overlaid: tuple[tuple[str, str], ...]
    reason: str
    outside: tuple[str, ...]
    probabilities: bool


def layout_of(modules: Sequence[nn.Module], data: Dataset) -> Layout:
    """InputError for builds that differ, for modules that do not take the data, and for too many weights."""
    first = scored_copy(modules[0])
    layers = pruned_layers(first)
    shapes = {path: tuple(layer.weight.shape) for path, layer in layers.items()}
    stands = places(first)
    for other in modules[1:]:
        if {path: tuple(layer.weight.shape) for path, layer in pruned_layers(other).items()} != shapes or places(
            other
        ) != stands:
            raise InputError("two builds have different layers, expected the same each time")
    largest = max(int(np.prod(shape)) for shape in shapes.values())
    check_work(f"a layer of {largest} weights", BYTES_OF_WEIGHT * largest, instead="a smaller layer")
    few = Dataset(data.x[:2], data.y[:2], data.name, data.labelling, data.about)
    flat, outputs, reading = torch.as_tensor(np.asarray(few.x, float)), dict[str, int](), []
    given_out = dict[str, torch.Tensor]()

    def hook(path: str, name: str) -> Callable[..., None]:
        def seen(
            layer: nn.Module, given: tuple[torch.Tensor, ...], named: dict[str, torch.Tensor], output: torch.Tensor
        ) -> None:
            outputs[name] = outputs.get(name, 0) + output.numel()
            given_out[path] = output.clone()  # as it is before an activation in place changes it
            values = entering(given, named)
            if isinstance(layer, nn.Linear) and values.shape == flat.shape and bool((values == flat).all()):
                reading.append(path)

        return seen

    for path, names in stands.items():
        for name in names:
            part = first.get_submodule(part_of(name))
            if is_weight(name) and isinstance(part, TAKEN_APART):
                part.register_forward_hook(hook(path, name), with_kwargs=True)
    with torch.no_grad():
        whole = output_of(first, few)
    giving = [path for path, each in given_out.items() if each.shape == whole.shape and bool((each == whole).all())]
    needed = BYTES * sum(outputs.values()) * len(data.x) / len(few.x)
    check_work(many(len(data.x), "sample"), needed, instead="fewer samples")
    own = {id(layer.weight) for layer in layers.values()}
    try:
        chain_of(modules[0])
        reason = ""
    except NotFollowedError as error:
        reason = str(error)
    tied = tuple(listed(names) for names in stands.values() if len(names) > 1)
    return Layout(
        {path: type(layer).__name__ for path, layer in layers.items()},
        shapes,
        reading[0] if len(reading) == 1 else None,
        giving[0] if len(giving) == 1 else None,
        tuple(path for path, names in stands.items() if not outputs.keys() >= set(names)),
        tuple(path for path, layer in layers.items() if 1 < getattr(layer, "groups", 1) == layer.in_channels),
        tuple(name for name, each in first.named_parameters() if each.ndim > 1 and id(each) not in own),
        tied,
        overlaid(modules[0]),
        reason,
        (*(f"{each} (one weight)" for each in tied), *outside_of(modules[0])),
        _are_probabilities(whole),
    )


def _are_probabilities(outputs: torch.Tensor) -> bool:
    """Whether outputs [N, K] are like those of a softmax: several in each row, none below 0, of sum 1."""
    sums = outputs.sum(dim=1)
    return outputs.shape[1] > 1 and bool((outputs >= 0).all()) and torch.allclose(sums, torch.ones_like(sums))
