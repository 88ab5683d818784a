"""The smallest whole number from which on something is small, as an expression: sizes without a closed form."""

from __future__ import annotations

import sympy as sp


class Smallest(sp.Expr):
    """`Smallest(Lambda(n, f), limit, start)`: the smallest whole number n ≥ start with f(n) ≤ limit.

    It is found by doubling the step from `start`, then by halving: where f is nonincreasing it is the smallest, and
    whoever writes it vouches for that (an enclosure says so, unless all smaller numbers were tried or f is seen to fall). In any case f(n) ≤ limit, while f(n − 1) > limit unless n = start. Where f has
    no guarantee it is not ≤ limit.
    """

    is_commutative = True
    is_extended_real = True

    def __new__(cls, function: sp.Lambda, limit: sp.Expr, start: sp.Expr = sp.S.Zero) -> Smallest:
        if not isinstance(function, sp.Lambda) or len(function.variables) != 1:
            raise ValueError(f"Smallest({function}): expected a Lambda of one variable")
        made: Smallest = super().__new__(cls, function, sp.sympify(limit, strict=True), sp.sympify(start, strict=True))
        return made

    def _eval_subs(self, old: sp.Basic, new: sp.Basic) -> Smallest:
        function, limit, start = self.args
        (variable,) = function.variables
        if old != variable:
            fresh = sp.Dummy(variable.name, **variable.assumptions0)  # lest the new part be caught
            function = sp.Lambda(fresh, function.expr.xreplace({variable: fresh}).subs(old, new))
        return Smallest(function, limit.subs(old, new), start.subs(old, new))

    def _latex(self, printer: object) -> str:
        function, limit, start = self.args
        show = printer._print  # type: ignore[attr-defined]
        name = show(function.variables[0])
        return rf"\min\left\{{{name}\ge {show(start)}:\ {show(function.expr)}\le {show(limit)}\right\}}"

    def _sympystr(self, printer: object) -> str:
        function, limit, start = self.args
        show = printer._print  # type: ignore[attr-defined]
        name = show(function.variables[0])
        return f"Smallest({name} >= {show(start)}: {show(function.expr)} <= {show(limit)})"
