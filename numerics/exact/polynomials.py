"""Polynomial identities proved fast: SymPy expressions expanded by FLINT, some hundred times faster than by SymPy."""

from __future__ import annotations

import sympy as sp
from flint import Ordering, fmpq, fmpq_mpoly, fmpq_mpoly_ctx

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.exact.conversion import converted


def polynomial(expression: sp.Expr) -> fmpq_mpoly:
    """The expression expanded as a polynomial with rational coefficients in its symbols; 0 iff it is 0 identically.

    InputError naming the part that is no such polynomial, or text.
    """
    expression = converted(expression)
    symbols = sorted(expression.free_symbols, key=str)
    ring = fmpq_mpoly_ctx.get([f"x_{i}" for i in range(len(symbols))], Ordering.lex)
    known = dict(zip(symbols, ring.gens(), strict=True))

    def value(part: sp.Expr) -> fmpq_mpoly:
        if part not in known:
            known[part] = _combined(part)
        return known[part]

    def _combined(part: sp.Expr) -> fmpq_mpoly:
        if isinstance(part, sp.Rational):
            return ring.constant(fmpq(int(part.p), int(part.q)))
        if isinstance(part, sp.Add):
            return sum(map(value, part.args), ring.constant(0))
        if isinstance(part, sp.Mul):
            product = ring.constant(1)
            for factor in part.args:
                product *= value(factor)
            return product
        if isinstance(part, sp.Pow) and part.exp.is_Integer and part.exp >= 0:
            return value(part.base) ** int(part.exp)
        raise InputError(f"{part} is no polynomial with rational coefficients in symbols")

    return value(expression)
