"""A recursion of any depth as an expression: what a step gives when it is taken so many times."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sympy as sp

from sparse_limits.theory.formulas.valued import valued

_NAMED: list[tuple[sp.Lambda, Callable[[sp.Expr], tuple[sp.Expr, ...]], str]] = []


def name_recursion(step: sp.Lambda, first: Callable[[sp.Expr], tuple[sp.Expr, ...]], name: str) -> None:
    r"""Let formulas print a recursion by its name: `\Theta` as $\Theta_L(r)$ after L steps from the state `(*first(r), r)`."""
    _NAMED.append((step, first, name))


def _same(one: sp.Lambda, other: sp.Lambda) -> bool:
    """Whether two maps of a state are alike but for the names of its entries."""
    letters = [sp.Dummy() for _ in one.variables]
    return len(other.variables) == len(letters) and bool(one(*letters) == other(*letters))


class Iterate(sp.Expr):
    """`Iterate(Lambda(state, next state), times, start)`: the last entry of the state after so many steps.

    The number of steps may be a symbol. The expression can be substituted into and enclosed in balls, where an entry
    of the state is evaluated once a step; for a whole number of steps `unrolled` writes it out.
    """

    is_commutative = True
    is_extended_real = True

    def __new__(cls, step: sp.Lambda, times: sp.Expr, start: Sequence[sp.Expr]) -> Iterate:
        start = sp.Tuple(*start)
        if not isinstance(step, sp.Lambda) or not len(step.variables) == len(step.expr) == len(start):
            raise ValueError(f"Iterate({step}, {start}): expected a Lambda from a state to a state of the same length")
        made: Iterate = super().__new__(cls, step, sp.sympify(times, strict=True), start)
        return made

    def _eval_subs(self, old: sp.Basic, new: sp.Basic) -> Iterate:
        step, times, start = self.args
        if not step.free_symbols and not step.has(old):  # new names for its letters are costly
            return Iterate(step, times.subs(old, new), start.subs(old, new))
        fresh = {x: sp.Dummy(x.name, **x.assumptions0) for x in step.variables}  # lest the new part be caught
        body = step.expr if old in fresh else step.expr.xreplace(fresh).subs(old, new)
        variables = step.variables if old in fresh else tuple(fresh.values())
        return Iterate(sp.Lambda(variables, body), times.subs(old, new), start.subs(old, new))

    def unrolled(self) -> sp.Expr:
        """The entry, written out.

        Raises:
            ValueError: if the number of steps is not known.
        """
        step, times, start = self.args
        if not (times.is_Integer and times >= 0):
            raise ValueError(f"a recursion of {times} steps cannot be written out, expected a whole number")
        state = tuple(start)
        for _ in range(int(times)):
            state = valued(step.expr, dict(zip(step.variables, state, strict=True)))
        return state[-1]

    def _latex(self, printer: object) -> str:
        """The name of the recursion at the last entry of the start, if it has one; else the map, to the power of the steps."""
        step, times, start = self.args
        show = printer._print  # type: ignore[attr-defined]
        for known, first, name in _NAMED:
            if len(known.variables) == len(start) and first(start[-1]) == tuple(start[:-1]) and _same(known, step):
                return rf"{name}_{{{show(times)}}}\left({show(start[-1])}\right)"
        return rf"\left({show(step)}\right)^{{{show(times)}}}{show(start)}"

    def _eval_is_zero(self) -> bool | None:
        return self.unrolled().is_zero if self.args[1] in (0, 1) else None  # written out, more steps grow too fast
