"""How good the bounds of a claim are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

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
        >>> from theory import claim
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
