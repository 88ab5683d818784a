"""What a batch, or a module, may hold: tensors and others in mappings, tuples and lists, one within the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any


def held_in(value: Any) -> Iterator[Any]:
    """Yield what mappings, tuples and lists hold, whatever it is, in their order.

    Examples:
        >>> [*held_in({"x": 1, "pair": (2, [3, None])})]
        [1, 2, 3, None]
    """
    if isinstance(value, (Mapping, tuple, list)):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from held_in(each)
    else:
        yield value


def mapped(function: Callable[[Any], Any], value: Any) -> Any:
    """The same with function(leaf) in the place of each leaf; mappings become dicts, and tuples plain ones, but for named ones.

    Examples:
        >>> mapped(lambda leaf: 10 * leaf, {"x": 1, "pair": (2, [3])})
        {'x': 10, 'pair': (20, [30])}
    """
    if isinstance(value, Mapping):
        return {key: mapped(function, each) for key, each in value.items()}
    if isinstance(value, (tuple, list)):
        found = [mapped(function, each) for each in value]
        if hasattr(value, "_fields"):
            return type(value)(*found)
        return tuple(found) if isinstance(value, tuple) else found
    return function(value)
