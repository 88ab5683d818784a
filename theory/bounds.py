"""How good the bounds of a claim are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sympy as sp

MARGIN = sp.Rational(1, 100)


class Side(StrEnum):
    """From where a bound bounds."""

    ABOVE = "above"
    BELOW = "below"


@dataclass(frozen=True, kw_only=True)
class Sharp:
    """A positive bound of a claim that cannot be better: an example attains it, or comes as near as one likes.

    expression: the name of the bound in the claim. example: what attains the bound, in words, Markdown with LaTeX. check: the
    check of the same claim that computes with the example; the engine puts the bound 1 % tighter to this check, which
    must refute it.

    Examples:
        >>> from sparse_limits.theory import claim
        >>> (bound,) = claim("G3.2").sharp
        >>> bound.expression, bound.side.value, bound.tighter(sp.Integer(2))
        ('lipschitz_error', 'above', 99/50)
    """

    expression: str
    example: str
    check: str
    side: Side = Side.ABOVE

    def tighter(self, value: sp.Expr) -> sp.Expr:
        """A value 1 % beyond the bound, on the side on which nothing should be."""
        return value * (1 - MARGIN if self.side is Side.ABOVE else 1 + MARGIN)


@dataclass(frozen=True, kw_only=True)
class Loose:
    """A positive bound of a claim that is larger than what it bounds (smaller, from below), and by which factor.

    expression: the name of the bound among what the claim or a step of its proof gives. truth: the name of what is bounded,
    exactly or nearer, among the same or the aids. at: the points where both are computed, values by letter. lost: where
    the factor is lost. order: why the factor stays bounded, if it does; the bound is sharp in order then. exponent: why
    the quotient of the logarithms does, if the factor does not. These three are Markdown with LaTeX. The engine makes a check of it: at each point the bound must hold and not be
    attained, and what is 1 % beyond the truth must be refuted.

    Raises:
        ValueError: for no point, if the text does not say where the factor is lost, or for both order and exponent.

    Examples:
        >>> bound = Loose(expression="chernoff", truth="tail", at=({sp.Symbol("n"): 10},), lost="in the tail")
        >>> bound.ratio(sp.Integer(6), sp.Integer(2)), bound.grade
        (3, 'loose')
    """

    expression: str
    truth: str
    at: tuple[Mapping[sp.Symbol, Any], ...]
    lost: str
    order: str = ""
    exponent: str = ""
    side: Side = Side.ABOVE

    def __post_init__(self) -> None:
        if not self.at:
            raise ValueError(f"the loose bound {self.expression!r} is compared at no point")
        if not self.lost.strip():
            raise ValueError(f"the loose bound {self.expression!r} does not say where the factor is lost")
        if self.order and self.exponent:
            raise ValueError(
                f"the loose bound {self.expression!r} is sharp in order, hence in its exponent; expected one"
            )

    @property
    def grade(self) -> str:
        """`sharp in order`, `sharp in the exponent` or `loose`."""
        if self.exponent:
            return "sharp in the exponent"
        return "sharp in order" if self.order else "loose"

    def ratio(self, bound: Any, truth: Any) -> Any:
        """By which factor the bound is beyond the truth, two formulas or two numbers."""
        return bound / truth if self.side is Side.ABOVE else truth / bound

    def beyond(self, truth: sp.Expr) -> sp.Expr:
        """A value 1 % on the side of the truth where the bound says that nothing is."""
        return truth * (1 - MARGIN if self.side is Side.ABOVE else 1 + MARGIN)


@dataclass(frozen=True, kw_only=True)
class Unmeasured:
    """A bound of a claim of which nobody here knows how loose it is, and why: Markdown with LaTeX.

    Raises:
        ValueError: if the text does not say why.
    """

    expression: str
    why: str
    side: Side = Side.ABOVE

    def __post_init__(self) -> None:
        if not self.why.strip():
            raise ValueError(f"the bound {self.expression!r} is not measured, and the text does not say why")
