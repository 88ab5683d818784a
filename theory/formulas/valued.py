"""Letters of an expression replaced all at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp


def valued(expression: sp.Expr, values: Mapping[sp.Symbol, Any]) -> sp.Expr:
    """The expression at exact values of its letters, or at formulas for them, put in together.

    `subs` puts in one after the other, and asks anew after each whether conditions hold and what is larger: with ten letters
    that takes some twenty times as long. A letter that the expression has both free and bound is not told apart.

    Examples:
        >>> x, y = sp.symbols("x y")
        >>> valued(x / y**2, {x: y, y: 2 * x})
        y/(4*x**2)
        >>> valued(sp.Piecewise((x / y, x < y), (1, True)), {x: 1, y: 2})
        1/2
    """
    expression = sp.sympify(expression)
    letters = values.keys() & expression.free_symbols  # the same name inside a sum is another
    return expression.xreplace({letter: sp.sympify(values[letter]) for letter in letters})
