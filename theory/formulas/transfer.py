"""The total weight of paths through numbered states, as an expression: a row of the power of a matrix, summed."""

from __future__ import annotations

import sympy as sp


class Transfer(sp.Expr):
    r"""`Transfer(Lambda((k, j), entry), last, times, start)`: the sum over j of $(Q^{times})_{start,j}$.

    The states are 0, …, last; Q has the entries $Q_{k,j}$, at least 0 and with a sum of at most 1 in each row, for
    which whoever states it vouches (an enclosure says so where it leaves out small weights). An entry need not have a value where no path leads. The numbers of states and of
    steps may be symbols; for whole numbers `unrolled` writes the sum out.
    """

    is_commutative = True
    is_nonnegative = True

    def __new__(cls, entry: sp.Lambda, last: sp.Expr, times: sp.Expr, start: sp.Expr) -> Transfer:
        if not isinstance(entry, sp.Lambda) or len(entry.variables) != 2:
            raise ValueError(f"Transfer({entry}): expected a Lambda of two states")
        made: Transfer = super().__new__(
            cls, entry, sp.sympify(last, strict=True), sp.sympify(times, strict=True), sp.sympify(start, strict=True)
        )
        return made

    def _eval_subs(self, old: sp.Basic, new: sp.Basic) -> Transfer:
        entry, *others = self.args
        body, variables = entry.expr, entry.variables
        if old not in variables:
            fresh = {
                x: sp.Dummy(x.name, **x.assumptions0) for x in variables if x in new.free_symbols
            }  # lest it be caught
            body, variables = body.xreplace(fresh).subs(old, new), tuple(fresh.get(x, x) for x in variables)
        return Transfer(sp.Lambda(variables, body), *(part.subs(old, new) for part in others))

    def unrolled(self) -> sp.Expr:
        """The sum, written out; with rational entries it is that rational number.

        Raises:
            ValueError: if the number of states or of steps or the first state is not known.
        """
        entry, last, times, start = self.args
        if not (all(part.is_Integer for part in (last, times, start)) and 0 <= start <= last and times >= 0):
            raise ValueError(
                f"{times} steps from {start} among 0, …, {last}: expected whole numbers, to write them out"
            )
        states = range(int(last) + 1)
        rows: dict[int, list[sp.Expr]] = {}
        weights = [sp.Integer(int(k == start)) for k in states]
        for _ in range(int(times)):
            reached = [k for k in states if weights[k] != 0]
            rows |= {k: [entry(k, j) for j in states] for k in reached if k not in rows}
            weights = [sp.Add(*(weights[k] * rows[k][j] for k in reached)) for j in states]
        return sp.Add(*weights)

    def _latex(self, printer: object) -> str:
        entry, last, times, start = self.args
        show = printer._print  # type: ignore[attr-defined]
        k, j = (show(x) for x in entry.variables)
        power = rf"\left(Q^{{{show(times)}}}\mathbf 1\right)_{{{show(start)}}}"
        return rf"\left.{power}\right|_{{Q_{{{k},{j}}}={show(entry.expr)},\ 0\le {k},{j}\le {show(last)}}}"
