"""What a batch, or a module, may hold: tensors and others in mappings, tuples, lists and dataclasses, one within the other."""

from __future__ import annotations

from collections import UserDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import fields, is_dataclass
from typing import Any


def held_in(value: Any) -> Iterator[Any]:
    """Yield what mappings, tuples, lists and dataclasses hold, whatever it is, in their order.

    Examples:
        >>> [*held_in({"x": 1, "pair": (2, [3, None])})]
        [1, 2, 3, None]
    """
    parts: Iterable[Any]
    if isinstance(value, Mapping):
        parts = value.values()
    elif isinstance(value, (tuple, list)):
        parts = value
    elif _is_record(value):
        parts = _named(value).values()
    else:
        yield value
        return
    for each in parts:
        yield from held_in(each)


def mapped(function: Callable[[Any], Any], value: Any) -> Any:
    """The same with function(leaf) in the place of each leaf.

    Dictionaries, named tuples and dataclasses stay of their kind; other mappings become dicts, other tuples plain ones.

    Examples:
        >>> mapped(lambda leaf: 10 * leaf, {"x": 1, "pair": (2, [3])})
        {'x': 10, 'pair': (20, [30])}
    """
    if isinstance(value, Mapping):
        return _alike(value, {key: mapped(function, each) for key, each in value.items()})
    if isinstance(value, (tuple, list)):
        parts = [mapped(function, each) for each in value]
        if hasattr(value, "_fields"):
            return type(value)(*parts)
        return tuple(parts) if isinstance(value, tuple) else parts
    if _is_record(value):
        alike = copy(value)  # not made anew, which might compute again
        for name, each in _named(value).items():
            object.__setattr__(alike, name, mapped(function, each))
        return alike
    return function(value)


def _alike(value: Mapping[Any, Any], found: dict[Any, Any]) -> Mapping[Any, Any]:
    """Other values in a dictionary of the same kind, whose attributes they may be, too; a dict where that cannot be."""
    if type(value) is dict or not isinstance(value, (dict, UserDict)):
        return found
    try:
        alike = copy(value)
        for key, each in found.items():
            attribute = getattr(alike, "__dict__", {}).get(key) is value[key]  # and not a store of the class
            alike[key] = each
            if attribute:
                alike.__dict__[key] = each
    except Exception:  # a class of the user's raises whatever it likes
        return found
    return alike


def _is_record(value: Any) -> bool:
    return is_dataclass(value) and not isinstance(value, type)


def _named(value: Any) -> dict[str, Any]:
    """The fields that a dataclass has."""
    return {each.name: getattr(value, each.name) for each in fields(value) if hasattr(value, each.name)}
