"""The layers of a module that are pruned, each weight once, and where a weight stands that several parts share."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn
from torch.nn.parameter import is_lazy

from sparse_limits.numerics.arguments import InputError

PRUNED = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)


def pruned_layers(module: nn.Module) -> dict[str, nn.Module]:
    """What is pruned, by path: of layers that share one weight the first. InputError if there is nothing."""
    found, seen = dict[str, nn.Module](), set[int]()
    for path, part in module.named_modules():
        if isinstance(part, PRUNED) and id(part.weight) not in seen:
            seen.add(id(part.weight))
            found[path] = part
    if not found:
        raise InputError(
            "the module has no nn.Linear and no nn.Conv1d to nn.Conv3d, expected one: weights of other parts are not pruned"
        )
    return found


def places(module: nn.Module) -> dict[str, tuple[str, ...]]:
    """The names of all parameters that are the weight of a pruned layer, by its path: one, or more for a tied weight.

    Examples:
        >>> module = nn.Sequential(nn.Linear(3, 3), nn.ReLU(), nn.Linear(3, 3))
        >>> module[2].weight = module[0].weight
        >>> places(module)
        {'0': ('0.weight', '2.weight')}
    """
    owners = {id(layer.weight): path for path, layer in pruned_layers(module).items()}
    found = {path: [f"{path}.weight".lstrip(".")] for path in owners.values()}
    for where, part in module.named_modules():
        for name, parameter in part.named_parameters(recurse=False, remove_duplicate=False):
            path, full = owners.get(id(parameter)), f"{where}.{name}".lstrip(".")
            if path is not None and full not in found[path]:
                found[path].append(full)
    return {path: tuple(names) for path, names in found.items()}


def overlaid(module: nn.Module) -> tuple[tuple[str, str], ...]:
    """Parameters that lie in the memory of others without being the same: for autograd they are weights of their own.

    Examples:
        >>> module = nn.Sequential(nn.Linear(3, 2), nn.ReLU(), nn.Linear(2, 3))
        >>> module[2].weight = nn.Parameter(module[0].weight.t())
        >>> overlaid(module)
        (('2.weight', '0.weight'),)
    """
    found, before = [], list[tuple[str, int, range]]()
    for name, each in module.named_parameters():
        if is_lazy(each) or each.numel() == 0:
            continue
        start = each.storage_offset()
        last = start + sum((size - 1) * stride for size, stride in zip(each.shape, each.stride(), strict=True))
        memory = each.untyped_storage().data_ptr()
        for other, where, places in before:
            if memory == where and start < places.stop and places.start <= last:
                found.append((name, other))
        before.append((name, memory, range(start, last + 1)))
    return tuple(found)


def part_of(name: str) -> str:
    """The path of the part that has a parameter of this name.

    Examples:
        >>> part_of("encoder.0.weight"), part_of("weight")
        ('encoder.0', '')
    """
    return name.rpartition(".")[0]


def is_weight(name: str) -> bool:
    """Whether a parameter is what its part calls its weight."""
    return name.rpartition(".")[2] == "weight"


def listed(names: Sequence[str]) -> str:
    """The places of one weight in words, by the parts that have it as their weight, or by a parameter's own name.

    Examples:
        >>> listed(("head.weight", "table.weight", "shared"))
        'head, table and shared'
    """
    *first, last = (name.removesuffix(".weight") for name in names)
    return f"{', '.join(first)} and {last}" if first else last
