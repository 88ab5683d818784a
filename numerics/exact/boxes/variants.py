"""What is computed on a cell: the gap or, at faces, its derivative; at a far face, both in the inverse of the letter.

Where both sides are known to be equal on a face, ∂ᶦgap = 0 there for i < k, the k-th derivative stands in for the gap:
gap = (x − a)ᵏ/k! ∂ᵏgap(ξ). With several such faces it is the mixed derivative, since ∂ᵏgap vanishes on the others too.
A letter that runs to ∞ is t = a − 1 + 1/s; the cell with s = 0 is legal only if all is defined there, as a limit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import sympy as sp

from sparse_limits.numerics.exact.balls import NoEnclosureError, enclose, free_symbols
from sparse_limits.numerics.exact.boxes.errors import BoxError
from sparse_limits.numerics.exact.boxes.graph import Graph
from sparse_limits.numerics.exact.boxes.question import Part
from sparse_limits.numerics.exact.boxes.side_conditions import Ranges
from sparse_limits.numerics.exact.boxes.straight_line_code import INFIX, METHODS, Straight
from sparse_limits.numerics.exact.boxes.translation import FINITE, Translation, shortened, terms
from sparse_limits.theory.formulas.valued import valued

TOTAL = {"constant", "variable", "absolute", "mul", "square", "whole_power", "side", "share", "sin", "cos", "cosh"}
EVERYWHERE = TOTAL.union(INFIX, METHODS)  # never refused
Faces = tuple[tuple[int, bool], ...]  # dimensions, each with whether it is the upper end


@dataclass(frozen=True)
class Variant:
    """The value that is bounded, the same with its gradient, second derivatives, and what else must be defined.

    Derivatives are none where the expression has kinks; of the second ones those by letters i ≤ j, row by row.
    """

    graph: Graph
    variables: list[int]
    names: list[str]
    output: int
    beside: Straight | None

    @cached_property
    def value(self) -> Straight:
        return Straight(self.graph, [self.output], self.names)

    @cached_property
    def full(self) -> Straight | None:
        return None if self._gradient is None else self._guarded([self.output, *self._gradient])

    @cached_property
    def curved(self) -> Straight | None:
        assert self._gradient is not None
        try:
            rows = [self.graph.gradient(slope, self.variables[i:]) for i, slope in enumerate(self._gradient)]
        except BoxError:
            return None
        return self._guarded([bend for row in rows for bend in row])

    def _guarded(self, outputs: list[int]) -> Straight:
        return Straight(self.graph, [*outputs, *sorted(self.graph.guards)], self.names)

    @cached_property
    def _gradient(self) -> list[int] | None:
        try:
            return self.graph.gradient(self.output, self.variables)
        except BoxError:
            return None


class Variants:
    """The variants of a part, made when they are first needed."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self._made: dict[tuple[Faces, frozenset[int]], Variant] = {}
        self._zeros: dict[tuple[int, bool], bool] = {}
        self._inverses = [sp.Dummy(f"1/{each.symbol}", positive=True) for each in part.dimensions]

    def at(self, faces: Faces, far: frozenset[int]) -> Variant:
        """The variant of a cell that touches some faces with zeros and reaches to infinity in some letters."""
        if (faces, far) not in self._made:
            self._made[faces, far] = self._make(faces, far)
        return self._made[faces, far]

    def zero(self, place: int, upper: bool) -> int:
        """The order of the zero on a face: what was said, if computer algebra shows it, else 0."""
        dimension = self.part.dimensions[place]
        order = dimension.zero_high if upper else dimension.zero_low
        if order and (place, upper) not in self._zeros:
            self._zeros[place, upper] = self._vanishes(place, upper, order)
        return order if order and self._zeros[place, upper] else 0

    def _vanishes(self, place: int, upper: bool, order: int) -> bool:
        """Whether gap, ∂gap, …, ∂ᵏ⁻¹gap are 0 on a face: refuted at its middle, else proved by computer algebra."""
        dimension = self.part.dimensions[place]
        gap, letter, end = self.part.gap, dimension.symbol, dimension.high if upper else dimension.low
        if end is sp.oo:
            letter, end = self._inverses[place], sp.Integer(0)
            gap = _cancelled(valued(self._opened[0], {dimension.symbol: self._far(place)}))
        middle = {
            each.symbol: each.low + 1 if each.high is sp.oo else (each.low + each.high) / 2
            for each in self.part.dimensions
        }
        return all(_is_zero(valued(sp.diff(gap, letter, i), {letter: end}), middle) for i in range(order))

    @cached_property
    def _opened(self) -> tuple[sp.Expr, ...]:
        """Gap and sides with all that is finite written out, since only so a limit shows, and what was written out."""
        written: list[sp.Expr] = []
        low, high = (_written_out(side, written) for side in (self.part.low, self.part.high))
        return (high - low, low, high, *written)

    def _far(self, place: int) -> sp.Expr:
        """A letter that runs to infinity, by its inverse."""
        return self.part.dimensions[place].low - 1 + 1 / self._inverses[place]

    def _make(self, faces: Faces, far: frozenset[int]) -> Variant:
        part, letters, ranges = self.part, {}, {}
        moved = {}
        for place, (each, inverse) in enumerate(zip(part.dimensions, self._inverses, strict=True)):
            symbol = inverse if place in far else each.symbol
            letters[symbol] = f"x{place}"
            ranges[symbol] = (sp.Integer(0), sp.Integer(1)) if place in far else (each.low, each.high)
            if place in far:
                moved[each.symbol] = self._far(place)
        gap, *beside = self._at_infinity(moved, far) if moved else (part.gap, part.low, part.high)
        orders = [(x, up != (x in far), self.zero(x, up)) for x, up in faces]  # the ends of s are those of t exchanged
        return _variant(gap, beside, letters, ranges, orders)

    def _at_infinity(self, moved: dict[sp.Symbol, sp.Expr], far: frozenset[int]) -> list[sp.Expr]:
        """The gap in lowest terms, and what else must be defined, which lowest terms and written-out sums may hide."""
        sides = [valued(side, moved) for side in self._opened]
        inverses = [self._inverses[place] for place in far]
        nonzero = set[sp.Expr]().union(*(_denominators(side, inverses) for side in sides))
        parts = {part for side in sides for part in _moving(side)}
        roots = {part for part in parts if isinstance(part, sp.Pow) and not part.exp.is_Integer}
        inside = roots.union(part for part in parts if isinstance(part, sp.Function))
        return [*map(_cancelled, (*sides, *inside)), *(1 / base for base in nonzero)]


def _variant(
    gap: sp.Expr,
    others: list[sp.Expr],
    letters: dict[sp.Symbol, str],
    ranges: Ranges,
    faces: list[tuple[int, bool, int]],
) -> Variant:
    translation = Translation(letters, ranges)
    graph, variables = translation.graph, list(translation.variables.values())
    beside = [translation.place(other) for other in others]
    output = translation.place(gap)
    for place, upper, order in faces:
        for _ in range(order):
            beside.append(output)
            (output,) = graph.gradient(output, [variables[place]])
        if upper and order % 2:
            output = graph.neg(output)
    names = list(letters.values())
    return Variant(graph, variables, names, output, _unchecked(graph, output, [*beside, *graph.guards], names))


def _unchecked(graph: Graph, output: int, beside: list[int], names: list[str]) -> Straight | None:
    """The nodes beside the output, if one of them may be undefined where the output is not."""
    checked = set(graph.live([output]))
    open_ones = [place for place in graph.live(beside) if place not in checked]
    risky = [place for place in open_ones if graph.nodes[place][0] not in EVERYWHERE]
    return Straight(graph, risky, names) if risky else None


def _denominators(expression: sp.Expr, inverses: list[sp.Symbol]) -> set[sp.Expr]:
    """What must not vanish at finite places, although lowest terms may hide it: denominators without powers of s."""
    found = set()
    for part in _moving(expression):
        if isinstance(part, sp.Pow) and part.exp.is_Integer and part.exp < 0:
            numerator = sp.fraction(sp.together(part.base))[0] if part.base.has(*inverses) else part.base
            for s in inverses:
                while valued(numerator, {s: 0}) == 0 and numerator.is_polynomial(s):
                    numerator = sp.cancel(numerator / s)
            found.add(numerator)
    return {numerator for numerator in found if numerator.free_symbols}


def _moving(expression: sp.Expr) -> Iterator[sp.Expr]:
    """The parts that have letters, none of those inside a number: bound letters of sums and integrals are there alone."""
    inside = sp.preorder_traversal(expression)
    for part in inside:
        if free_symbols(part):
            yield part
        else:
            inside.skip()


def _written_out(expression: sp.Expr, written: list[sp.Expr]) -> sp.Expr:
    """The expression with sums, recursions and names written out; their terms are added to a list."""
    if not expression.args or not free_symbols(expression):
        return expression
    if isinstance(expression, FINITE):
        found = [_written_out(term, written) for term in terms(expression)]
        written += found
        return sp.Add(*found)
    if not all(isinstance(part, sp.Expr) for part in expression.args):  # refused in the reader's own letters
        raise BoxError(f"{shortened(expression)} has no rule on boxes")
    return expression.func(*(_written_out(part, written) for part in expression.args))


def _cancelled(expression: sp.Expr) -> sp.Expr:
    """The expression with its largest rational functions in lowest terms."""
    letters = free_symbols(expression)
    if not letters or not expression.args:
        return expression
    if expression.is_rational_function(*letters):
        return sp.cancel(expression)
    if isinstance(expression, (sp.Add, sp.Mul)):
        plain = [part for part in expression.args if part.is_rational_function(*letters)]
        others = [_cancelled(part) for part in expression.args if not part.is_rational_function(*letters)]
        return expression.func(sp.cancel(expression.func(*plain)), *others)
    return expression.func(*map(_cancelled, expression.args))


def _is_zero(on_face: sp.Expr, middle: dict[sp.Symbol, sp.Expr]) -> bool:
    if on_face == 0:
        return True
    try:
        here = {symbol: middle[symbol] for symbol in free_symbols(on_face)}
        if not enclose(on_face, here, digits=15, highest=512).contains(0):
            return False
    except NoEnclosureError:
        return False
    return bool(sp.expand(on_face) == 0 or sp.simplify(on_face) == 0)
