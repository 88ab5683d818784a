"""Maps of a perceptron module that are known by their formula, not only by what they return.

A module may use any functions. These can besides be evaluated on arrays of many edges at once, differentiated, checked
for shapes before anything is computed, and moved to other libraries.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod
from typing import Any

import sympy as sp

from sparse_limits.theory.input_error import InputError
from sparse_limits.theory.lifts.bundle import Shape, array, entries, shape_of

z = sp.Symbol("z", real=True)


@dataclass(frozen=True)
class Bilinear:
    """M(w, y), linear in the weight and in the activation, in the notation of `einsum`.

    `spec` names the indices of the weight, of a constant if there is one, and of the activation, then those that are
    kept: ",->" is the product of two numbers, "ij,j->i" a matrix times a vector, "a,apq,q->p" with a constant of shape
    (k, n, n) a sum of k fixed matrices with weights w_a. `constant` is an exact array or nested tuples.

    Raises:
        InputError: for a spec that does not read so, or a constant without a place or with another number of indices.
    """

    spec: str = ",->"
    constant: Any = None

    def __post_init__(self) -> None:
        named, arrow, kept = self.spec.partition("->")
        parts = named.split(",")
        letters = named.replace(",", "") + kept
        if not arrow or len(parts) not in (2, 3) or (letters and not letters.isalpha()):
            raise InputError(f"bilinear map {self.spec!r}: expected indices such as ',->', 'ij,j->i' or 'a,apq,q->p'")
        if any(len(set(part)) < len(part) for part in (*parts, kept)) or not set(kept) <= set(named):
            raise InputError(f"bilinear map {self.spec!r}: an index is doubled in one factor, or kept but in none")
        if (len(parts) == 3) != (self.constant is not None):
            raise InputError(f"bilinear map {self.spec!r}: expected a constant if and only if it has three factors")
        if self.constant is not None and len(shape_of(self.constant)) != len(parts[1]):
            raise InputError(f"bilinear map {self.spec!r}: the constant has shape {shape_of(self.constant)}")

    @property
    def factors(self) -> tuple[str, ...]:
        """The indices of weight, constant if any, and activation."""
        return tuple(self.spec.partition("->")[0].split(","))

    @property
    def kept(self) -> str:
        """The indices of the pre-activation."""
        return self.spec.partition("->")[2]

    def shape(self, weight: Shape, activation: Shape) -> Shape:
        """The shape of M(w, y); InputError if these shapes do not fit together."""
        sizes = self._sizes(weight, activation)
        return tuple(sizes[index] for index in self.kept)

    def __call__(self, w: Any, y: Any) -> Any:
        """M(w, y) in exact arithmetic, or whatever arithmetic the entries have."""
        sizes = self._sizes(shape_of(w), shape_of(y))
        values = (w, y) if self.constant is None else (w, self.constant, y)
        flat = [entries(value) for value in values]
        summed = "".join(sorted(set("".join(self.factors)) - set(self.kept)))

        def entry(index: Mapping[str, int]) -> Any:
            return prod(part[_place(names, index, sizes)] for names, part in zip(self.factors, flat, strict=True))

        def at(names: str) -> Any:
            return (dict(zip(names, index, strict=True)) for index in product(*(range(sizes[i]) for i in names)))

        found = (sum((entry({**outer, **inner}) for inner in at(summed)), sp.Integer(0)) for outer in at(self.kept))
        return array(found, tuple(sizes[index] for index in self.kept))

    def _sizes(self, weight: Shape, activation: Shape) -> dict[str, int]:
        """The size of every index."""
        shapes = (weight, activation) if self.constant is None else (weight, shape_of(self.constant), activation)
        sizes: dict[str, int] = {}
        for names, shape in zip(self.factors, shapes, strict=True):
            if len(names) != len(shape):
                wanted = f"a factor with indices {names}" if names else "a number"
                raise InputError(f"{self.spec!r} expects {wanted}, not a value of shape {shape}")
            for name, size in zip(names, shape, strict=True):
                if sizes.setdefault(name, size) != size:
                    raise InputError(f"index {name} of {self.spec!r} has sizes {sizes[name]} and {size}")
        return sizes


def _place(names: str, index: Mapping[str, int], sizes: Mapping[str, int]) -> int:
    """Where an entry stands in the list of all."""
    place = 0
    for name in names:
        place = place * sizes[name] + index[name]
    return place


@dataclass(frozen=True)
class Skip:
    """M(w, y) = y: an edge without a weight (its weight is the empty tuple, of shape (0,)), as in residual networks."""

    def shape(self, weight: Shape, activation: Shape) -> Shape:
        """The shape of y; InputError unless the weight is empty."""
        if weight != (0,):
            raise InputError(f"a skip has no weight, expected shape (0,), not {weight}")
        return activation

    def __call__(self, w: Any, y: Any) -> Any:
        return y


@dataclass(frozen=True)
class Pointwise:
    """σ(z_1, …, z_k) = φ(z_1 + … + z_k), entry by entry; φ a SymPy function of one number such as `sympy.tanh`."""

    function: Callable[[Any], Any]

    @cached_property
    def expression(self) -> sp.Expr:
        """φ(z)."""
        return sp.sympify(self.function(z), strict=True)

    @cached_property
    def derivative(self) -> sp.Expr:
        """φ'(z)."""
        return sp.diff(self.expression, z)

    def shape(self, *preactivations: Shape) -> Shape:
        """The shape of the sum; InputError if the shapes differ or there are none."""
        if len(set(preactivations)) != 1:
            raise InputError(f"a sum needs pre-activations of one shape, not of {', '.join(map(str, preactivations))}")
        return preactivations[0]

    def __call__(self, *preactivations: Any) -> Any:
        if not preactivations:
            return self.function(sp.Integer(0))
        shape = shape_of(preactivations[0])
        total = (sum(each) for each in zip(*map(entries, preactivations), strict=True))
        return array((self.function(value) for value in total), shape)


def identity(value: Any) -> Any:
    """φ(z) = z."""
    return value


def relu(value: Any) -> sp.Expr:
    """φ(z) = max(z, 0)."""
    return sp.Max(value, 0)


PRODUCT = Bilinear()
SUM = Pointwise(identity)
