"""Quantities named beside an expression, as an expression: each is stated, printed and evaluated once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import sympy as sp


@lru_cache(maxsize=4096)
def _letters(expression: sp.Basic) -> frozenset[sp.Basic]:
    """Its free symbols: of the same long formulas again and again."""
    return frozenset(expression.free_symbols)


class Let(sp.Expr):
    """`Let(body, [(x, f), (y, g)])`: the body at y = g at x = f; g may use x. The names are bound: no one else's."""

    is_commutative = True

    def __new__(cls, body: sp.Expr, named: Iterable[tuple[sp.Symbol, sp.Expr]]) -> sp.Expr:
        used = _letters(sp.sympify(body, strict=True))
        kept = []
        for name, value in reversed([sp.Tuple(*pair) for pair in named]):
            if name in used:
                used = used | _letters(value)
                kept.append(sp.Tuple(name, value))
        if not kept:
            return sp.sympify(body, strict=True)
        return super().__new__(cls, sp.sympify(body, strict=True), sp.Tuple(*reversed(kept)))

    @property
    def free_symbols(self) -> set[sp.Basic]:
        body, named = self.args
        found = set(_letters(body))
        for name, value in reversed(named.args):
            found = (found - {name}) | _letters(value)
        return found

    def _eval_subs(self, old: sp.Basic, new: sp.Basic) -> sp.Expr | None:
        names = {name for name, _ in self.args[1].args}
        if old in names:
            return self
        # names of their own, lest letters of the new part be caught
        fresh = {name: sp.Dummy(name.name, **name.assumptions0) for name in names & _letters(new)}
        body, named = (part.xreplace(fresh) for part in self.args)
        return self.func(body.subs(old, new), [(name, value.subs(old, new)) for name, value in named.args])

    def _latex(self, printer: object) -> str:
        body, named = self.args
        show = printer._print  # type: ignore[attr-defined]
        values = ",\\ ".join(f"{show(name)}={show(value)}" for name, value in named.args)
        return rf"\left.{show(body)}\right|_{{{values}}}"

    def _sympystr(self, printer: object) -> str:
        body, named = self.args
        show = printer._print  # type: ignore[attr-defined]
        values = ", ".join(f"{show(name)} = {show(value)}" for name, value in named.args)
        return f"Let({show(body)}, {values})"


class Told(Let):
    """A `Let` whose names the text around it tells: it prints as its body."""

    def _latex(self, printer: object) -> str:
        text: str = printer._print(self.args[0])  # type: ignore[attr-defined]
        return text


def opened(expression: sp.Expr) -> sp.Expr:
    """The bodies of all `Told` in place of them, their names free: for checks that speak of these as letters.

    Examples:
        >>> x, y, z = sp.symbols("x y z")
        >>> opened(2 * Told(x + y, [(x, z**2), (y, Told(x, [(x, z)]))]))
        2*x + 2*y
    """
    return expression.replace(lambda part: isinstance(part, Told), lambda part: part.args[0])
