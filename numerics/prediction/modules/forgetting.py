"""Sees operations that take what is no number and give numbers alone, by an interface of PyTorch that is not public.

It is imported where it is used, since a later PyTorch may lack it.
"""

from __future__ import annotations

import re
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from sparse_limits.numerics.prediction.modules.nested import held_in

UNREAD = re.compile(r"new_\w+|\w+_like")  # operations that read a shape alone, as empty_like of dropout
# operations that write over their first argument, and do not read it
WRITING = ("bernoulli_", "copy_", "exponential_", "fill_", "normal_", "random_", "uniform_", "zero_")


class Forgetting(TorchDispatchMode):
    """Sees an operation that takes what is no number and gives numbers alone, as a comparison does; not one that selects entries.

    What an operation takes without reading it does not count: memory that is not filled yet may hold anything.
    """

    def __init__(self) -> None:
        super().__init__()
        self.seen, self.asleep = False, False

    def __torch_dispatch__(self, operation: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = operation.overloadpacket.__name__
        unread = self.asleep or operation.is_view or UNREAD.fullmatch(name)
        lost = not unread and _no_number(args[1:] if name in WRITING else args)  # before it may be written over
        found = operation(*args, **(kwargs or {}))
        self.seen = self.seen or (lost and not _no_number(found))
        return found


def _no_number(values: Any) -> bool:
    """Whether something in some tensors is no number."""
    floats = (each for each in held_in(values) if isinstance(each, torch.Tensor) and each.is_floating_point())
    return any(bool(each.isnan().any()) for each in floats)
