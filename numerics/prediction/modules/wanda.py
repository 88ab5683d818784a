"""Wanda's scores of a torch module: the moduli of weights times the norms of what enters them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from copy import deepcopy
from typing import Any, TypeGuard

import torch
from torch import nn

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.prediction.modules.calling import entering
from sparse_limits.numerics.prediction.modules.pruned import PRUNED, is_weight, part_of, places, pruned_layers

Entered = Callable[
    [tuple[torch.Tensor, ...], Mapping[str, torch.Tensor]], torch.Tensor
]  # what enters a layer, of a call


def wanda_scores(module: nn.Module, forward: Callable[[], object], wanted: Collection[str]) -> dict[str, torch.Tensor]:
    """abs(w) times the norm of its input over the samples, by the paths of layers; a convolution is a linear layer on its patches.

    forward: calls the module on all samples, in as many batches as it likes. wanted: the paths of weights; those of other parts
    than linear and convolutional layers have no scores.

    Of a tied weight all the layers count that have it. The output layer of `nn.MultiheadAttention`, whose own forward is not
    called, counts by the attention's calls.
    """
    squares: dict[str, torch.Tensor] = {}

    def hook(path: str, layer: nn.Module, entered: Entered) -> Callable[..., None]:
        def record(
            part: nn.Module, given: tuple[torch.Tensor, ...], named: dict[str, torch.Tensor], output: object
        ) -> None:
            squares[path] = squares.get(path, 0) + _squared(layer, entered(given, named))

        return record

    watched: list[tuple[nn.Module, Callable[..., None]]] = []
    layers = {path: layer for path, layer in pruned_layers(module).items() if path in wanted}
    for path, names in ((path, names) for path, names in places(module).items() if path in layers):
        for where in map(part_of, filter(is_weight, names)):
            layer = module.get_submodule(where)
            if isinstance(layer, PRUNED):
                watched.append((layer, hook(path, layer, entering)))
            outer = module.get_submodule(part_of(where))
            if _is_attention(outer) and layer is outer.out_proj:
                watched.append((outer, hook(path, layer, _attended(outer))))
    handles = [part.register_forward_hook(record, with_kwargs=True) for part, record in watched]
    with torch.no_grad():
        forward()
    for handle in handles:
        handle.remove()
    if (idle := next((path for path in layers if path not in squares), None)) is not None:
        raise InputError(
            f"{idle} does not reach the output through its own forward, expected layers that do: what enters it is not seen"
        )
    return {path: layer.weight.abs() * squares[path].sqrt() for path, layer in layers.items()}


def _is_attention(part: nn.Module) -> TypeGuard[nn.MultiheadAttention]:
    """Whether a part is attention of PyTorch, with PyTorch's own forward."""
    return isinstance(part, nn.MultiheadAttention) and type(part).forward is nn.MultiheadAttention.forward


def _attended(attention: nn.MultiheadAttention) -> Entered:
    """What enters the output layer of attention: what the attention gives with the identity in this layer's place."""
    bare = deepcopy(attention)  # made before it has hooks
    with torch.no_grad():
        bare.out_proj.weight.copy_(torch.eye(bare.embed_dim))
        if bare.out_proj.bias is not None:
            bare.out_proj.bias.zero_()

    def entered(given: tuple[torch.Tensor, ...], named: Mapping[str, torch.Tensor]) -> torch.Tensor:
        return bare(*given, **named)[0]

    return entered


def _squared(layer: Any, given: torch.Tensor) -> torch.Tensor:
    """The sum of squares of what each weight multiplies, in the weight's shape or one that goes with it."""
    if isinstance(layer, nn.Linear):
        flat = given.reshape(-1, given.shape[-1])
        return (flat**2).sum(dim=0)
    with torch.enable_grad():  # the layer is linear: its slope at a weight is the sum of what that weight multiplies
        weight = layer.weight.detach().requires_grad_()
        sum_of_outputs = layer._conv_forward(given**2, weight, None).sum()
        return torch.autograd.grad(sum_of_outputs, weight)[0]
