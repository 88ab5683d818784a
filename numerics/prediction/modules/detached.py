"""A deep copy of a module that was called before: tensors that a forward left in it have a history, which torch does not copy."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode


def detached_copy(module: nn.Module) -> nn.Module:
    """A deep copy; tensors that earlier forwards left in the module, such as an auxiliary loss, are copied without their history.

    Examples:
        >>> module = nn.Linear(2, 1)
        >>> module.last = [module(torch.ones(3, 2))]
        >>> copy = detached_copy(module)
        >>> torch.equal(copy.last[0], module.last[0]), copy.last[0].requires_grad
        (True, False)
    """
    with _WithoutHistory():
        return deepcopy(module)


class _WithoutHistory(TorchFunctionMode):
    """`deepcopy` of a tensor that has a history, which torch refuses, copies its numbers."""

    def __torch_function__(self, function: Any, types: Any, given: Any = (), named: Any = None) -> Any:
        if function is torch.Tensor.__deepcopy__ and not given[0].is_leaf:
            return given[0].detach().clone()
        return function(*given, **(named or {}))
