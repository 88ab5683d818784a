"""Which values a claim admits for its letters: in the ranges of its quantities, and within its hypotheses."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sympy as sp

from sparse_limits.theory.claims import Claim
from sparse_limits.theory.input_error import InputError
from sparse_limits.theory.quantities import Hypothesis, in_plain, in_words

Point = Mapping[sp.Symbol, sp.Expr]
ASSUMPTIONS = (
    ("is_positive", "a positive number"),
    ("is_negative", "a negative number"),
    ("is_nonnegative", "a number that is not negative"),
    ("is_nonpositive", "a number that is not positive"),
    ("is_even", "an even number"),
    ("is_odd", "an odd number"),
    ("is_integer", "a whole number"),
    ("is_nonzero", "a number other than 0"),
)


def needed(claim: Claim, expression: str) -> tuple[Hypothesis, ...]:
    """The hypotheses that are relations and that a formula needs, be it as part of the whole claim."""
    name = expression.split(".")[0]
    related = (each for each in claim.hypotheses if each.relation is not None)
    return tuple(each for each in related if not each.needed_by or name in each.needed_by)


def check_hypotheses(claim: Claim, expression: str, point: Point, holds: Callable[[sp.Basic, Point], bool]) -> None:
    """Refuse values that the claim does not speak of; `holds` decides a relation at a point.

    Raises:
        InputError: naming the letter, what it stands for and which values it takes, or the hypothesis that fails.
    """
    for symbol, value in point.items():
        quantity = claim.quantity(symbol)
        if quantity is not None and not quantity.admits(value):
            raise InputError(f"{symbol}={value}: {symbol} is {quantity.meaning}, expected {in_words(quantity.within)}")
    for hypothesis in needed(claim, expression):
        relation = hypothesis.relation
        assert relation is not None
        if relation.free_symbols <= set(point) and not holds(relation, point):
            given = ", ".join(f"{symbol}={point[symbol]}" for symbol in sorted(relation.free_symbols, key=str))
            raise InputError(f"{given}: {claim.label} assumes {hypothesis.words}, expected {in_plain(relation)}")


def check_assumptions(symbol: sp.Symbol, value: sp.Expr) -> None:
    """Refuse a value outside the assumptions of a symbol that no claim explains.

    Raises:
        InputError: naming the symbol and what it is assumed to be.
    """
    for wanted, word in ASSUMPTIONS:
        if getattr(symbol, wanted) and not getattr(value, wanted):
            raise InputError(f"{symbol}={value}: expected {word}")
