"""An inequality on a range, checked and divided into parts that have one expression, one box and known zeros at faces."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from numbers import Rational as Exact
from typing import TypeVar

import sympy as sp
from sympy.core.relational import GreaterThan, LessThan, Relational, StrictGreaterThan, StrictLessThan

from sparse_limits.numerics.exact.balls import free_symbols
from sparse_limits.numerics.exact.boxes.errors import BoxError
from sparse_limits.numerics.exact.conversion import converted
from sparse_limits.theory.formulas.valued import valued

MOST_PARTS = 10_000
Ranges = Mapping[sp.Symbol, tuple[object, object]]
Integers = Mapping[sp.Symbol, tuple[int, int]]
Zero = tuple[object, int]
Zeros = Mapping[sp.Symbol, Zero | list[Zero]]
Point = dict[sp.Symbol, sp.Rational]
T = TypeVar("T")


SIGNS = {"<": "<", "<=": "≤", ">": ">", ">=": "≥"}


@dataclass(frozen=True)
class Dimension:
    """A letter of a part: it moves from `low` to `high`, which may be ∞; zeros of known order at its ends.

    A zero of order k at ∞ is one of the gap in 1/(1 + t − low).
    """

    symbol: sp.Symbol
    low: sp.Rational
    high: sp.Expr
    zero_low: int = 0
    zero_high: int = 0


Piece = tuple[sp.Symbol, sp.Expr, Dimension | None]  # a symbol, what it is on the piece, and the letter that moves


@dataclass(frozen=True)
class Part:
    """high − low ≥ 0 (or > 0 off the zeros) on a box, where relations (expression, strict) are ≥ 0 (or > 0).

    `back` gives the symbols of the question at a point of the part.
    """

    low: sp.Expr
    high: sp.Expr
    dimensions: tuple[Dimension, ...]
    relations: tuple[tuple[sp.Expr, bool], ...]
    back: tuple[tuple[sp.Symbol, sp.Expr], ...]

    @property
    def gap(self) -> sp.Expr:
        return self.high - self.low

    def origin(self, point: Point) -> Point:
        """The point in the symbols of the question."""
        return {symbol: valued(expression, point) for symbol, expression in self.back}


@dataclass(frozen=True)
class Question:
    """Whether low ≤ high (or <) on the range."""

    low: sp.Expr
    high: sp.Expr
    within: tuple[tuple[sp.Symbol, sp.Expr, sp.Expr], ...]
    given: tuple[sp.Basic, ...] = ()
    strict: bool = False
    integers: tuple[tuple[sp.Symbol, int, int], ...] = ()
    zero: tuple[tuple[sp.Symbol, sp.Expr, int], ...] = ()

    @property
    def gap(self) -> sp.Expr:
        return self.high - self.low

    def __str__(self) -> str:
        """The range in words, with what is given, and where a strict inequality is not meant."""
        ranges = [_between(*each) for each in self.within] + [
            f"{symbol} = {a}, …, {b}" for symbol, a, b in self.integers
        ]
        given = [f"{each.lhs} {SIGNS[each.rel_op]} {each.rhs}" for each in self.given]
        off = [f"{symbol} ≠ {place}" for symbol, place, _ in self.zero if place.is_finite] if self.strict else []
        return ", ".join([*ranges, *given, *off])

    def parts(self) -> list[Part]:
        """The parts whose proofs together prove the inequality.

        Raises:
            BoxError: where a symbol has no range, or for too many parts.
        """
        relations = tuple(_as_gap(relation) for relation in self.given)
        used = (free_symbols(self.low) | free_symbols(self.high)).union(*(free_symbols(gap) for gap, _ in relations))
        whole = [(symbol, range(low, high + 1)) for symbol, low, high in self.integers if symbol in used]
        ranges = [(symbol, low, high) for symbol, low, high in self.within if symbol in used]
        missing = used - {symbol for symbol, *_ in (*whole, *ranges)}
        if missing:
            raise BoxError(f"no range for {', '.join(sorted(map(str, missing)))}")
        pieces = [self._pieces(*each) for each in ranges]
        count = sp.prod([len(values) for _, values in whole] + [len(each) for each in pieces])
        if count > MOST_PARTS:
            raise BoxError(f"the range has {count} parts, expected at most {MOST_PARTS}")
        found = []
        for numbers in product(*(values for _, values in whole)):
            fixed = {symbol: sp.Integer(n) for (symbol, _), n in zip(whole, numbers, strict=True)}
            found += [self._part(fixed, chosen, relations) for chosen in product(*pieces)]
        return found

    def _part(self, fixed: Point, pieces: Sequence[Piece], relations: tuple[tuple[sp.Expr, bool], ...]) -> Part:
        back = {**fixed, **{symbol: expression for symbol, expression, _ in pieces}}
        moved = {symbol: expression for symbol, expression in back.items() if symbol != expression}
        dimensions = tuple(dimension for *_, dimension in pieces if dimension is not None)
        gaps = tuple((valued(gap, moved), strict) for gap, strict in relations)
        return Part(valued(self.low, moved), valued(self.high, moved), dimensions, gaps, tuple(back.items()))

    def _pieces(self, symbol: sp.Symbol, low: sp.Expr, high: sp.Expr) -> list[Piece]:
        """A range cut at its zeros, and at 0 if it has no ends; what comes from −∞ is mirrored."""
        if low == high:
            return [(symbol, low, None)]
        orders = {place: order for each, place, order in self.zero if each == symbol}
        cuts = {place for place in orders if low < place < high}
        if low == -sp.oo and high == sp.oo and not cuts:
            cuts = {sp.Integer(0)}
        ends = [low, *sorted(cuts), high]
        found: list[Piece] = []
        for a, b in pairwise(ends):
            if a == -sp.oo:
                mirror = sp.Dummy(f"-{symbol}", real=True)
                order, far = orders.get(b, 0), orders.get(-sp.oo, 0)
                found.append((symbol, -mirror, Dimension(mirror, -b, sp.oo, order, far)))
            else:
                found.append((symbol, symbol, Dimension(symbol, a, b, orders.get(a, 0), orders.get(b, 0))))
        return found


def question(
    low: object,
    high: object = None,
    *,
    within: Ranges,
    given: Iterable[object] = (),
    strict: bool = False,
    integers: Integers | None = None,
    zero: Zeros | None = None,
) -> Question:
    """What is asked, once it is checked; of a single expression, whether it is ≥ 0.

    Raises:
        BoxError: for sides that are no expressions, for keys that are no symbols, for ends that are not two, not exact or not
            ordered, or outside what the symbol's assumptions allow, for relations other than ≤, <, ≥ and >, and
            for zeros outside the range or without an order.
    """
    smaller, larger = (0, low) if high is None else (low, high)
    ranges = tuple((symbol, *_ends(symbol, ends)) for symbol, ends in _by_letter("within", within))
    whole = tuple((symbol, *_whole(symbol, ends)) for symbol, ends in _by_letter("integers", integers or {}))
    twice = {symbol for symbol, *_ in ranges} & {symbol for symbol, *_ in whole}
    if twice:
        raise BoxError(f"{twice.pop()} has a range and integers, expected one of them")
    zeros = tuple(
        (symbol, *_zero(symbol, each, ranges))
        for symbol, places in _by_letter("zero", zero or {})
        for each in (places if isinstance(places, list) else [places])
    )
    if isinstance(given, sp.Basic) or not isinstance(given, Iterable):
        raise BoxError(f"given is {given}, expected a list of relations")
    relations = tuple(relation for relation in map(converted, given) if relation != sp.true)
    for relation in relations:
        _as_gap(relation)
    return Question(_side(smaller), _side(larger), ranges, relations, strict, whole, zeros)


def _by_letter(name: str, given: Mapping[sp.Symbol, T]) -> Iterable[tuple[sp.Symbol, T]]:
    """The entries of an argument, once its keys are known to be letters."""
    if not isinstance(given, Mapping):
        raise BoxError(f"{name} is {given!r}, expected a dictionary by letters, as in {{x: (0, 1)}}")
    for letter in given:
        if not isinstance(letter, sp.Symbol):
            raise BoxError(f"{name} has the key {letter!r}, expected a symbol of the sides, such as sp.Symbol('x')")
    return given.items()


def _between(symbol: sp.Symbol, low: sp.Expr, high: sp.Expr) -> str:
    if low == -sp.oo and high == sp.oo:
        return f"all {symbol}"
    return (
        f"{symbol} ≤ {high}"
        if low == -sp.oo
        else f"{symbol} ≥ {low}"
        if high == sp.oo
        else f"{low} ≤ {symbol} ≤ {high}"
    )


def _side(value: object) -> sp.Expr:
    side = converted(value)
    if not isinstance(side, sp.Expr) or isinstance(side, sp.MatrixBase):
        raise BoxError(f"a side is {side}, expected an expression with numbers as values")
    return side


def _exact(value: object, name: str) -> sp.Expr:
    number = sp.Rational(value.numerator, value.denominator) if isinstance(value, Exact) else converted(value)
    if not (number.is_Rational or number in (sp.oo, -sp.oo)):
        raise BoxError(f"{name} is {value}, expected an exact rational number")
    return number


def _two(symbol: sp.Symbol, ends: object) -> tuple[sp.Expr, sp.Expr]:
    """Two exact numbers."""
    pair = tuple(ends) if isinstance(ends, Iterable) else ()
    if len(pair) != 2:
        raise BoxError(f"the range of {symbol} is {ends}, expected two ends")
    low, high = (_exact(end, f"an end of {symbol}") for end in pair)
    return low, high


def _ends(symbol: sp.Symbol, ends: tuple[object, object]) -> tuple[sp.Expr, sp.Expr]:
    low, high = _two(symbol, ends)
    if not low <= high or low == sp.oo or high == -sp.oo:
        raise BoxError(f"the range of {symbol} is {low} to {high}, expected its ends in order")
    if (symbol.is_extended_nonnegative and low < 0) or (symbol.is_extended_nonpositive and high > 0):
        raise BoxError(f"the range of {symbol} is {low} to {high}, expected one that its assumptions allow")
    if symbol.is_imaginary or symbol.is_zero:
        raise BoxError(f"the range of {symbol} is {low} to {high}, expected a real symbol")
    return low, high


def _whole(symbol: sp.Symbol, ends: tuple[int, int]) -> tuple[int, int]:
    low, high = _two(symbol, ends)
    if not (low.is_Integer and high.is_Integer and low <= high):
        raise BoxError(f"the integers of {symbol} are {low} to {high}, expected whole numbers in order")
    if (symbol.is_positive and low <= 0) or (symbol.is_nonnegative and low < 0):
        raise BoxError(f"the integers of {symbol} are {low} to {high}, expected such as its assumptions allow")
    return int(low), int(high)


def _zero(
    symbol: sp.Symbol, given: object, ranges: Sequence[tuple[sp.Symbol, sp.Expr, sp.Expr]]
) -> tuple[sp.Expr, int]:
    if not (isinstance(given, tuple) and len(given) == 2):
        raise BoxError(f"the zero of {symbol} is {given}, expected a place and an order, as in (0, 1)")
    place, order = given
    exact = _exact(place, f"a zero of {symbol}")
    held = [low <= exact <= high and low != high for each, low, high in ranges if each == symbol]
    if held != [True] or not (isinstance(order, int) and order >= 1):
        raise BoxError(f"the zero of {symbol} is ({place}, {order}), expected a place in its range and an order from 1")
    return exact, order


def _as_gap(relation: sp.Basic) -> tuple[sp.Expr, bool]:
    """A relation as an expression that is ≥ 0, or > 0."""
    if not isinstance(relation, (LessThan, StrictLessThan, GreaterThan, StrictGreaterThan)):
        raise BoxError(f"given is {relation}, expected a relation ≤, <, ≥ or >")
    assert isinstance(relation, Relational)
    return relation.gts - relation.lts, isinstance(relation, (StrictLessThan, StrictGreaterThan))
