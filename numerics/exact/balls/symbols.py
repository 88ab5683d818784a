"""The symbols of an expression: those that need a value, and those that are bound inside it."""

from __future__ import annotations

from functools import lru_cache

import sympy as sp
from sympy.concrete.expr_with_limits import ExprWithLimits

from sparse_limits.theory.formulas.let import Let


@lru_cache(maxsize=4096)
def free_symbols(expression: sp.Basic) -> frozenset[sp.Symbol]:
    """The free symbols, remembered: in nested sums SymPy builds many expressions to find them."""
    if not isinstance(expression, ExprWithLimits):
        if not isinstance(expression, (sp.Add, sp.Mul, sp.Pow)):
            return frozenset(expression.free_symbols)
        return frozenset().union(*map(free_symbols, expression.args))
    found = free_symbols(expression.function)
    for index, *bounds in expression.limits:
        found = (found - {index}).union(*map(free_symbols, bounds))
    return found


@lru_cache(maxsize=4096)
def bound_symbols(expression: sp.Basic) -> frozenset[sp.Symbol]:
    """The symbols that are bound somewhere inside: a value of theirs is none of the value given from outside."""
    found: set[sp.Symbol] = set()
    for part in sp.preorder_traversal(expression):
        if isinstance(part, ExprWithLimits):
            found.update(limit[0] for limit in part.limits)
        elif isinstance(part, sp.Lambda):
            found.update(part.variables)
        elif isinstance(part, Let):
            found.update(name for name, _ in part.args[1].args)
    return frozenset(found)
