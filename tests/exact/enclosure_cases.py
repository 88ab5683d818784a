"""What tests of integrals in balls share."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import mpmath
import sympy as sp
from flint import acb, arb, ctx
from sympy.concrete.expr_with_limits import ExprWithLimits

x, y = sp.symbols("x y")


t = sp.Symbol("t", positive=True)


k, n = sp.symbols("k n", integer=True)


R = sp.Rational


Integral = sp.Integral


FUNCTIONS = [
    {
        "expint": mpmath.expint,
        "erfcinv": lambda z: mpmath.erfinv(1 - z),
        "Heaviside": lambda z, *_: mpmath.mpf(z > 0),
        "select": lambda conditions, values, default=0: next(
            (v for c, v in zip(conditions, values, strict=True) if c), default
        ),
    },
    "mpmath",
]


FAR = (2, 6, 14, 30, 62, 126, 254)  # beyond the last of finite nodes; mpmath would go on to 10^(10^9)


def by_mpmath(integrand: sp.Expr, variable: sp.Symbol, nodes: list[sp.Expr], places: int = 20) -> mpmath.mpf | None:
    """The integral over the nodes, with `places` digits carried; none where two precisions differ in half of them."""
    function = sp.lambdify(variable, integrand, FUNCTIONS)
    finite = [node for node in nodes if node not in (sp.oo, -sp.oo)]
    before = [finite[0] - far for far in reversed(FAR)] if nodes[0] == -sp.oo else []
    after = [finite[-1] + far for far in FAR] if nodes[-1] == sp.oo else []
    found = []
    for working in (places, places + 10):
        with mpmath.workdps(working):
            ends = [mpmath.mpmathify(sp.N(node, working + 5)) for node in (*before, *finite, *after)]
            try:
                found.append(mpmath.quad(function, ends))
            except (ArithmeticError, ValueError, mpmath.libmp.NoConvergence):
                return None
    agree = abs(found[0] - found[1]) <= mpmath.mpf(10) ** (-places // 2) * (1 + abs(found[1]))
    return found[1] if agree else None


def holds(ball: acb, value: mpmath.mpf, slack: float = 1e-12) -> bool:
    """Whether a ball holds a value known up to `slack`, relative and absolute."""
    value = mpmath.mpmathify(value)
    with mpmath.workdps(30), ctx.workprec(200):
        parts = (arb(mpmath.nstr(part, 28)) for part in (value.real, value.imag))
        around = acb(*(part + arb(0, slack * (1 + float(abs(value)))) for part in parts))
        return bool(ball.real.overlaps(around.real) and ball.imag.overlaps(around.imag))


def renamed(
    expression: sp.Expr, letters: Iterable[sp.Symbol], choose: Callable[[list[sp.Symbol]], sp.Symbol]
) -> sp.Expr:
    """The same, and each letter that a sum or an integral binds is another, one of the given ones where that may stand there."""
    if not expression.args:
        return expression
    expression = expression.func(*(renamed(part, letters, choose) for part in expression.args))
    if not isinstance(expression, (sp.Integral, sp.Sum)):
        return expression
    *inner, (own, *ends) = expression.limits
    function = expression.func(expression.function, *inner) if inner else expression.function
    within = [part for part in sp.preorder_traversal(function) if isinstance(part, ExprWithLimits)]
    caught = {letter for part in within if own in part.free_symbols for letter in part.variables}
    allowed = [letter for letter in letters if letter not in caught | function.free_symbols]
    letter = choose(allowed) if allowed else own
    return expression.func(function.xreplace({own: letter}), (letter, *ends))
