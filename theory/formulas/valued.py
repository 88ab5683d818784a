"""Letters of an expression replaced all at once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import sympy as sp
from sympy.concrete.expr_with_limits import ExprWithLimits

from theory.formulas.let import Let


def valued(expression: sp.Expr, values: Mapping[sp.Symbol, Any]) -> sp.Expr:
    """The expression at exact values of its letters, or at formulas for them, put in together.

    `subs` compares every part with itself after each letter, and asks anew whether conditions hold and what is larger: a
    letter takes some ten times as long. It is asked where a letter, or one of the formula for it, is bound somewhere inside; a sum or
    an integral of SymPy's then catches the formula's letter, as it does from `subs`.

    Examples:
        >>> x, y = sp.symbols("x y")
        >>> valued(x / y**2, {x: y, y: 2 * x})
        y/(4*x**2)
        >>> valued(sp.Piecewise((x / y, x < y), (1, True)), {x: 1, y: 2})
        1/2
        >>> valued(x + sp.Sum(x**2, (x, 1, 3)), {x: y})
        y + Sum(x**2, (x, 1, 3))
        >>> from theory.formulas.let import Let
        >>> valued(x + Let(x**2, [(x, y)]), {x: 2})
        Let(x**2, x = y) + 2
    """
    expression = sp.sympify(expression)
    letters = values.keys() & _free(expression)  # the same name inside a sum is another
    put = {letter: sp.sympify(values[letter]) for letter in letters}
    if _bound(expression).isdisjoint(letters.union(*map(_free, put.values()))):
        return expression.xreplace(put)
    kept_apart = {letter: sp.Dummy(letter.name, **letter.assumptions0) for letter in letters}
    for letter, apart in kept_apart.items():
        expression = expression.subs(letter, apart)
    for (
        letter,
        apart,
    ) in kept_apart.items():  # one by one: `simultaneous` does not ask whether what it puts in is bound there
        expression = expression.subs(apart, put[letter])
    return expression


@lru_cache(maxsize=4096)
def _free(part: sp.Basic) -> frozenset[sp.Basic]:
    """The free letters, remembered: to find them, SymPy puts every sum together anew with all that it adds up."""
    if isinstance(part, ExprWithLimits):
        found = _free(part.function)
        for letter, *ends in part.limits:
            found = (found - {letter}).union(*map(_free, ends)) if ends else found | {letter}
        return found
    if type(part).free_symbols is sp.Basic.free_symbols:
        return frozenset[sp.Basic]().union(*map(_free, part.args))
    return frozenset(part.free_symbols)


@lru_cache(maxsize=4096)
def _bound(part: sp.Basic) -> frozenset[sp.Basic]:
    """What is bound somewhere inside, as far as `xreplace` would replace it there."""
    found = frozenset[sp.Basic]().union(*map(_bound, part.args))
    if isinstance(part, (ExprWithLimits, sp.Lambda, sp.Derivative, sp.Subs)):
        return found.union(part.variables)
    return found.union(name for name, _ in part.args[1].args) if isinstance(part, Let) else found
