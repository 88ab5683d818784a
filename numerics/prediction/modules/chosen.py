"""The weights of a module that are pruned: of linear and convolutional layers and of what is included, but of what stays whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import TypeAlias

import torch
from torch import nn

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.prediction.modules.pruned import PRUNED, is_weight, part_of

Selection: TypeAlias = Iterable[str | type] | str | type  # paths, names of weights, patterns of these, and classes
Chosen: TypeAlias = Mapping[str, tuple[str, ...]]  # all names of a weight, by what its mask is called

KINDS = "paths, patterns such as 'layer?.*', and classes or their names"
OF_ALL = "expected classes of some of its parts, such as Linear, or '*' for all of it"


def chosen_weights(module: nn.Module, include: Selection = (), exclude: Selection = ()) -> Chosen:
    """All names of each weight that is pruned, a tied weight once, by what its mask is called: the path of its part, or its name.

    include: of these parts, with all below them, weights of two or more dimensions are pruned, too. exclude: these stay whole. A word that
    is neither a path, nor a name of a weight, nor a pattern of such is the name of a class.

    InputError for what names nothing in the module, for a class that all of it is of, such as nn.Module, and where nothing is left to prune.

    Examples:
        >>> module = nn.ModuleDict({"read": nn.LSTM(3, 2), "head": nn.Linear(2, 1)})
        >>> dict(chosen_weights(module))
        {'head': ('head.weight',)}
        >>> list(chosen_weights(module, nn.LSTM, "head")), list(chosen_weights(module, "LSTM", "head"))
        (['read.weight_ih_l0', 'read.weight_hh_l0'], ['read.weight_ih_l0', 'read.weight_hh_l0'])
    """
    wanted, whole = _named(module, "include", include), _named(module, "exclude", exclude)
    order = list(_every(module))
    layers = {f"{path}.weight".lstrip(".") for path, part in module.named_modules() if isinstance(part, PRUNED)}
    names: dict[int, list[str]] = {}
    for name, weight in _every(module).items():
        names.setdefault(id(weight), []).append(name)
    found = []
    for each in names.values():
        own = [name for name in each if name in layers]
        more = [name for name in each if name in wanted and _is_matrix(module.get_parameter(name))]
        if (own or more) and not whole.intersection(each):
            first = (own or more)[0]
            found.append((first, *(name for name in each if name != first)))
    if not found:
        raise InputError(_nothing(layers, wanted))
    found.sort(key=lambda each: order.index(each[0]))
    return {called(first): (first, *others) for first, *others in found}


def called(name: str) -> str:
    """What the mask of a weight is called: the path of the part whose `weight` it is, or else its own name.

    Examples:
        >>> called("0.weight"), called("read.weight_ih_l0")
        ('0', 'read.weight_ih_l0')
    """
    return part_of(name) if is_weight(name) else name


def place_of(module: nn.Module, mask: str) -> tuple[nn.Module, str]:
    """The part that has the weight of a mask of this name, and the name that the part has for the weight. AttributeError if there is none."""
    if mask in dict(module.named_modules(remove_duplicate=False)) and hasattr(module.get_submodule(mask), "weight"):
        return module.get_submodule(mask), "weight"
    part = module.get_submodule(part_of(mask))
    getattr(part, mask.rpartition(".")[2])
    return part, mask.rpartition(".")[2]


def not_chosen(module: nn.Module, chosen: Chosen, exclude: Selection = ()) -> list[str]:
    """The names of further weights of two or more dimensions that are neither pruned nor excluded, each weight once."""
    every = _every(module)
    settled = {id(every[name]) for names in (*chosen.values(), _named(module, "exclude", exclude)) for name in names}
    return [name for name, each in module.named_parameters() if id(each) not in settled and _is_matrix(each)]


def _every(module: nn.Module) -> dict[str, nn.Parameter]:
    return dict(module.named_parameters(remove_duplicate=False))


def _is_matrix(weight: torch.Tensor) -> bool:
    return weight.ndim >= 2 and bool(weight.is_floating_point())


def _named(module: nn.Module, option: str, selection: Selection) -> set[str]:
    """The names of the parameters that are meant."""
    found = set[str]()
    if not isinstance(selection, (str, type, Iterable)):
        raise InputError(f"{option} is {selection!r:.60}, expected {KINDS}")
    for each in [selection] if isinstance(selection, (str, type)) else selection:
        if not isinstance(each, (str, type)) or each == "":
            raise InputError(f"{option} has {each!r:.60}, expected {KINDS}")
        tops = list(_parts(module, each))
        meant = {name for name in _every(module) if isinstance(each, str) and fnmatchcase(name, each)}
        if not tops and not meant:
            tops = [path for path, part in module.named_modules(remove_duplicate=False) if each in _kinds(part)]
            _check_class(module, option, each, tops)
        elif isinstance(each, type):
            _check_class(module, option, each.__name__, tops)
        if not tops and not meant:
            known = ", ".join(
                path for path, part in module.named_modules() if path and any(True for _ in part.parameters())
            )
            raise InputError(
                f"{option} has {each!r:.60}, which names nothing in the module, expected some of {known:.300}"
            )
        found |= meant | {
            name for name in _every(module) for top in tops if not top or f"{part_of(name)}.".startswith(f"{top}.")
        }
    return found


def _check_class(module: nn.Module, option: str, kind: object, tops: Sequence[str]) -> None:
    """InputError for a class of every part, as nn.Module is, and for one of the whole module where this holds no weight itself."""
    if tops and kind in _kinds(nn.Module()):
        raise InputError(f"{option} has the class {kind}, which every part of the module is of, {OF_ALL}")
    if "" in tops and next(module.children(), None) is not None and not [*module.parameters(recurse=False)]:
        raise InputError(f"{option} has the class {kind}, which the whole module is of, {OF_ALL}")


def _parts(module: nn.Module, each: str | type) -> Iterator[str]:
    """The paths of the parts that are meant."""
    for path, part in module.named_modules(remove_duplicate=False):
        if isinstance(part, each) if isinstance(each, type) else fnmatchcase(path, each):
            yield path


def _kinds(part: nn.Module) -> set[str]:
    """The names of its classes."""
    return {kind.__name__ for kind in type(part).__mro__}


def _nothing(layers: set[str], wanted: set[str]) -> str:
    if layers or wanted:
        return "exclude leaves no layer to prune, expected at least one"
    return "the module has no nn.Linear and no nn.Conv1d to nn.Conv3d, expected one, or `include` to name other weights"
