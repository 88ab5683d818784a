"""The point where a monotone function crosses zero, as an expression: thresholds without a closed form."""

from __future__ import annotations

import sympy as sp

from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.reasons import Relation, same


class Level(sp.Expr):
    """`Level(Lambda(t, g))`: the one t > 0 with g(t) = 0, for g continuous and decreasing through zero.

    Thresholds of saliencies are of this kind: g = D(t) − ρ. The object can be substituted into, differentiated
    implicitly and enclosed in balls. Whoever writes it vouches for the monotonicity (claim S1): an enclosure says that it
    is vouched, unless the structure of g shows it.
    """

    is_commutative = True
    is_positive = True
    is_extended_real = True

    def __new__(cls, function: sp.Lambda) -> Level:
        if not isinstance(function, sp.Lambda) or len(function.variables) != 1:
            raise ValueError(f"Level({function}): expected a Lambda of one variable")
        made: Level = super().__new__(cls, function)
        return made

    @property
    def function(self) -> sp.Lambda:
        return self.args[0]

    def _eval_subs(self, old: sp.Basic, new: sp.Basic) -> Level | None:
        (variable,) = self.function.variables
        if old == variable:
            return self
        if variable not in new.free_symbols:
            return None
        fresh = sp.Dummy(variable.name, **variable.assumptions0)  # lest the new part be caught by the bound variable
        return Level(sp.Lambda(fresh, self.function.expr.xreplace({variable: fresh}).subs(old, new)))

    def _eval_derivative(self, symbol: sp.Symbol) -> sp.Expr:
        (variable,) = self.function.variables
        slope = sp.diff(self.function.expr, variable)
        return valued(-sp.diff(self.function.expr, symbol) / slope, {variable: self})

    def _latex(self, printer: object) -> str:
        (variable,) = self.function.variables
        body = printer._print(sp.Eq(self.function.expr, 0, evaluate=False))  # type: ignore[attr-defined]
        name = printer._print(variable)  # type: ignore[attr-defined]
        return rf"\left({name}>0:\ {body}\right)"

    def _sympystr(self, printer: object) -> str:
        (variable,) = self.function.variables
        return f"Level({variable}: {printer._print(self.function.expr)} = 0)"  # type: ignore[attr-defined]


def level(expression: sp.Expr, variable: sp.Symbol, height: sp.Expr) -> Level:
    """The point where a decreasing expression in `variable` equals `height`."""
    return Level(sp.Lambda(variable, expression - height))


def zero_at(point: sp.Expr, variable: sp.Symbol) -> sp.Expr:
    """What is 0 at a point: what defines a level; for any other formula, the variable less it.

    Examples:
        >>> t, h = sp.symbols("t h", positive=True)
        >>> zero_at(level(sp.exp(-t), t, h), t), zero_at(h, t)
        (-h + exp(-t), -h + t)
    """
    return point.function(variable) if isinstance(point, Level) else variable - point


def solves(point: sp.Expr, variable: sp.Symbol, gap: sp.Expr) -> Relation:
    """That a gap is 0 at a point: what defines a level is this gap; any other formula is held against it by value.

    Examples:
        >>> t, h = sp.symbols("t h", positive=True)
        >>> solves(level(sp.exp(-t), t, h), t, sp.exp(-t) - h).terms
        (-h + exp(-t), -h + exp(-t))
        >>> solves(-sp.log(h), t, sp.exp(-t) - h).terms
        (0, 0)
    """
    if isinstance(point, Level):
        return same(point.function(variable), gap)
    return same(valued(gap, {variable: point}), sp.S.Zero)
