"""Bundles over a finite set: a space for each point, with pullback and fibre sum of sections.

A space is known by its shape: () the numbers, (3,) vectors, (5, 4) matrices. Values may be numbers, SymPy
expressions, SymPy matrices and arrays, or arrays of another kind: anything with entries that `+` and `*` take.
"""

from __future__ import annotations

import copyreg
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from math import prod
from types import MappingProxyType
from typing import Any

import sympy as sp

from sparse_limits.theory.input_error import InputError

Shape = tuple[int, ...]
Point = Hashable


def freeze(value: object, *names: str) -> None:
    """Replace mappings of a frozen dataclass by copies that cannot be changed."""
    for name in names:
        object.__setattr__(value, name, MappingProxyType(dict(getattr(value, name))))


def _frozen(mapping: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(mapping)


copyreg.pickle(MappingProxyType, lambda proxy: (_frozen, (dict(proxy),)))  # so that modules can be copied and sent


def shape_of(value: Any) -> Shape:
    """The shape of a value: that of an array, the lengths of nested tuples, () for a number.

    InputError for tuples of parts of different shapes.
    """
    if isinstance(value, tuple | list):
        shapes = {shape_of(part) for part in value}
        if len(shapes) > 1:
            raise InputError(f"{value!r} has parts of shapes {', '.join(map(str, sorted(shapes)))}, expected one shape")
        return (len(value), *(shapes.pop() if shapes else ()))
    return tuple(map(int, getattr(value, "shape", ())))


def entries(value: Any) -> list[Any]:
    """The entries of a value, the last index fastest."""
    if isinstance(value, tuple | list):
        return [entry for part in value for entry in entries(part)]
    shape = shape_of(value)
    return [value[index] for index in product(*map(range, shape))] if shape else [value]


def array(values: Iterable[Any], shape: Shape) -> Any:
    """The value of a shape with these entries: a number, or an immutable SymPy array."""
    values = list(values)
    return sp.ImmutableDenseNDimArray(values, shape) if shape else values[0]


def check_section(section: Mapping[Any, Any], wanted: Any, what: str, tell: Callable[[Any], str] = str) -> None:
    """Refuse a family of values that misses a point or has one too many."""
    for point in wanted:
        if point not in section:
            raise InputError(f"{what}: no value for {tell(point)}; expected one for each of {len(wanted)}")
    for point in section:
        if point not in wanted:
            raise InputError(f"{what}: a value for {tell(point)}, which is none of the {len(wanted)} expected")


@dataclass(frozen=True)
class Bundle:
    """A finite-dimensional space with its inner product for each point of a finite set (Definition 3.1).

    A section of it is a mapping from every point to a value of the point's shape.

    Raises:
        InputError: for a shape that is not a tuple of whole numbers, naming the point.
    """

    shapes: Mapping[Point, Shape]

    def __post_init__(self) -> None:
        freeze(self, "shapes")
        for point, shape in self.shapes.items():
            if not isinstance(shape, tuple) or not all(type(size) is int and size >= 0 for size in shape):
                raise InputError(f"the space of {point} has shape {shape!r}, expected a tuple of whole numbers")

    def pullback(self, over: Mapping[Point, Point]) -> Bundle:
        """π*Y: at u the space of π(u) (Definition 3.2). `over` is π: it sends each point u to a point of this bundle.

        Raises:
            InputError: naming a point over none of this bundle.
        """
        for point, below in over.items():
            if below not in self.shapes:
                raise InputError(f"{point} lies over {below}, which is no point of the bundle")
        return Bundle({point: self.shapes[below] for point, below in over.items()})

    def pull(self, over: Mapping[Point, Point], section: Mapping[Point, Any]) -> dict[Point, Any]:
        """π*s: at u the value of s at π(u). InputError as for `pullback`, and for a section of another bundle."""
        self.check(section)
        self.pullback(over)
        return {point: section[below] for point, below in over.items()}

    def push(self, over: Mapping[Point, Point], section: Mapping[Point, Any]) -> dict[Point, Any]:
        """π_!t: at v the sum of t over the fibre of v, 0 if it is empty. `section` is one of π*Y. InputError as there."""
        self.pullback(over).check(section)
        sums = {point: self.zero(point) for point in self.shapes}
        for point, below in over.items():
            sums[below] = array(
                (a + b for a, b in zip(entries(sums[below]), entries(section[point]), strict=True)), self.shapes[below]
            )
        return sums

    def inner(self, s: Mapping[Point, Any], t: Mapping[Point, Any]) -> Any:
        """⟨s, t⟩: the sum of products of entries. InputError for sections of another bundle."""
        self.check(s)
        self.check(t)
        return sum((a * b for point in self.shapes for a, b in zip(entries(s[point]), entries(t[point]), strict=True)))

    def zero(self, point: Point) -> Any:
        """The zero of a space: the number 0, or an array of zeros."""
        shape = self.shapes[point]
        return array([sp.Integer(0)] * prod(shape), shape)

    def check(self, section: Mapping[Point, Any], what: str = "section", tell: Callable[[Any], str] = str) -> None:
        """InputError unless the section has one value of the right shape for each point; the message names the point."""
        check_section(section, self.shapes, what, tell)
        for point, shape in self.shapes.items():
            if shape_of(section[point]) != shape:
                raise InputError(
                    f"{what}: the value for {tell(point)} has shape {shape_of(section[point])}, expected {shape}"
                )
