"""Letters of an expression replaced all at once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import sympy as sp
from sympy.concrete.expr_with_limits import ExprWithLimits


def valued(expression: sp.Expr, values: Mapping[sp.Symbol, Any]) -> sp.Expr:
    """The expression at exact values of its letters, or at formulas for them, put in together.

    `subs` compares every part with itself after each letter, and asks anew whether conditions hold and what is larger: a
    letter takes some ten times as long. It is asked where a letter is both free and bound.

    Examples:
        >>> x, y = sp.symbols("x y")
        >>> valued(x / y**2, {x: y, y: 2 * x})
        y/(4*x**2)
        >>> valued(sp.Piecewise((x / y, x < y), (1, True)), {x: 1, y: 2})
        1/2
        >>> valued(x + sp.Sum(x**2, (x, 1, 3)), {x: y})
        y + Sum(x**2, (x, 1, 3))
    """
    expression = sp.sympify(expression)
    letters = values.keys() & expression.free_symbols  # the same name inside a sum is another
    put = {letter: sp.sympify(values[letter]) for letter in letters}
    if letters.isdisjoint(_bound(expression)):
        return expression.xreplace(put)
    return expression.subs(put, simultaneous=True)


@lru_cache(maxsize=4096)
def _bound(part: sp.Basic) -> frozenset[sp.Basic]:
    """What is bound somewhere inside, as far as `xreplace` would replace it there."""
    found = frozenset[sp.Basic]().union(*map(_bound, part.args))
    if isinstance(part, (ExprWithLimits, sp.Lambda, sp.Derivative, sp.Subs)):
        return found.union(part.variables)
    return found
