"""Where the formulas of a claim's expression stand, in matrices, mappings, tuples and dataclasses."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import partial
from typing import Any

import sympy as sp

Put = Callable[[sp.Basic], Any]


def places(subject: object, path: str) -> Iterator[tuple[str, sp.Basic, Put]]:
    """The formulas inside a subject: a path, the formula, and a function that puts another in its place.

    Examples:
        >>> [(path, formula) for path, formula, _ in places({"low": sp.Integer(1), "high": (sp.pi,)}, "bounds")]
        [('bounds[low]', 1), ('bounds[high][0]', pi)]
        >>> [path for path, _, _ in places({("0", "1a"): sp.pi, (("x", 0), ("y", 1)): sp.pi}, "weights")]
        ['weights[0, 1a]', 'weights[x,0, y,1]']
    """
    if isinstance(subject, sp.Expr) and not isinstance(subject, sp.MatrixBase):
        yield path, subject, lambda wrong: wrong
    for step, part, put_part in _parts(subject):
        for name, formula, put in places(part, path + step):
            yield name, formula, _compose(put_part, put)


def _compose(outer: Put, inner: Put) -> Put:
    return lambda wrong: outer(inner(wrong))


def _parts(subject: object) -> Iterator[tuple[str, object, Put]]:
    """What a matrix, mapping, tuple or dataclass consists of, and how to put another part in its place."""
    if isinstance(subject, sp.MatrixBase):
        for i, entry in enumerate(subject):
            where = divmod(i, subject.cols)
            yield str(list(where)), entry, partial(_matrix_with, subject, where)
    elif isinstance(subject, Mapping):
        for key, value in subject.items():
            yield f"[{_plain(key, ', ')}]", value, partial(_mapping_with, subject, key)
    elif isinstance(subject, tuple):
        for i, value in enumerate(subject):
            yield f"[{i}]", value, partial(_tuple_with, subject, i)
    elif is_dataclass(subject) and not isinstance(subject, type):
        for each in fields(subject):
            if each.init:
                yield f".{each.name}", getattr(subject, each.name), partial(_field_with, subject, each.name)


def _plain(key: Hashable, between: str) -> str:
    """A key without quotes or brackets: an edge (("x", 0), ("y", 1)) of a graph is "x,0, y,1"."""
    return between.join(_plain(part, ",") for part in key) if isinstance(key, tuple) else str(key)


def _mapping_with(mapping: Mapping[Any, Any], key: Hashable, value: object) -> Mapping[Any, Any]:
    return {**mapping, key: value}


def _tuple_with(items: tuple[object, ...], place: int, value: object) -> tuple[object, ...]:
    return (*items[:place], value, *items[place + 1 :])


def _field_with(subject: Any, name: str, value: object) -> Any:
    return replace(subject, **{name: value})


def _matrix_with(matrix: sp.MatrixBase, where: tuple[int, int], entry: sp.Expr) -> sp.MatrixBase:
    changed = matrix.as_mutable()
    changed[where] = entry
    return changed.as_immutable()
