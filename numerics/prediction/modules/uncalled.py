"""Hooks that prune weights which a forward reads without calling their part, so that torch's own hook never runs."""

from __future__ import annotations

from collections.abc import Iterable

from torch import nn
from torch.nn.utils.prune import BasePruningMethod


def prune_uncalled(module: nn.Module, parts: Iterable[nn.Module]) -> None:
    """Let pruned parts be pruned at each call of what reads their weights.

    Attention of PyTorch reads its output layer so, and the whole module reads parts without a forward, such as lists of parameters.
    """
    pruned = {id(part): part for part in parts}
    for attention in module.modules():
        if isinstance(attention, nn.MultiheadAttention) and id(attention.out_proj) in pruned:
            _hook_once(attention, prune_the_output_layer)
    if any(type(part).forward is nn.Module.forward for part in pruned.values()):
        _hook_once(module, prune_parts_without_a_forward)


def prune_the_output_layer(attention: nn.MultiheadAttention, given: object) -> None:
    """What the hooks of the output layer would do at its own call."""
    _prune(attention.out_proj, given)


def prune_parts_without_a_forward(module: nn.Module, given: object) -> None:
    """What the hooks of these parts would do at their own calls."""
    for part in module.modules():
        if type(part).forward is nn.Module.forward:
            _prune(part, given)


OURS = (prune_the_output_layer, prune_parts_without_a_forward)  # they do nothing once `prune.remove` has been called


def _hook_once(module: nn.Module, hook: object) -> None:
    if hook not in module._forward_pre_hooks.values():
        module.register_forward_pre_hook(hook)


def _prune(part: nn.Module, given: object) -> None:
    for hook in part._forward_pre_hooks.values():
        if isinstance(hook, BasePruningMethod):
            hook(part, given)
