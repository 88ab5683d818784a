"""What a theorem says where its hypotheses fail: nothing. A value of its own, never 0 and never an error."""

from __future__ import annotations

import sympy as sp
from sympy.core.singleton import Singleton


class NoGuarantee(sp.AtomicExpr, metaclass=Singleton):
    """The one value `no_guarantee`, for a branch of a `Piecewise`: neither a number nor infinite, and equal to itself.

    Whatever is computed from it has no value either: to enclose it raises `sparse_limits.numerics.exact.balls.NoGuaranteeError`, and
    `sparse-limits evaluate` prints "no guarantee".
    """

    __slots__ = ()
    is_commutative = True

    def _latex(self, printer: object) -> str:
        return r"\text{no guarantee}"

    def _sympystr(self, printer: object) -> str:
        return "no guarantee"


no_guarantee = NoGuarantee()


def guaranteed(value: sp.Expr, *conditions: sp.Basic) -> sp.Piecewise:
    """The value where all conditions hold, elsewhere no guarantee."""
    return sp.Piecewise((value, sp.And(*conditions)), (no_guarantee, True))


def unconditional(expression: sp.Expr) -> sp.Expr:
    """The formula alone, as if what guarantees it held: for algebra."""
    return expression.replace(
        lambda part: isinstance(part, sp.Piecewise) and part.args[-1].expr == no_guarantee,
        lambda part: part.args[0].expr,
    )
