"""The height of the standard normal density at a quantile, and its product with the quantile: expressions that are 0 at the ends."""

from __future__ import annotations

import sympy as sp


class NormalHeight(sp.Function):
    r"""`NormalHeight(p)`: $\varphi(\Phi^{-1}(p))$ for 0 < p < 1, and 0 at p = 0 and p = 1.

    It falls by the quantile as p grows. `rewrite(sp.erfinv)` writes it out, for 0 < p < 1.

    Examples:
        >>> p = sp.Symbol("p", positive=True)
        >>> NormalHeight(sp.Integer(0)), sp.diff(NormalHeight(p), p)
        (0, -sqrt(2)*erfinv(2*p - 1))
    """

    nargs = 1

    @classmethod
    def eval(cls, p: sp.Expr) -> sp.Expr | None:
        return sp.S.Zero if p in (0, 1) else None

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        if argindex != 1:
            raise sp.ArgumentIndexError(self, argindex)
        return -sp.sqrt(2) * sp.erfinv(2 * self.args[0] - 1)

    def _eval_is_extended_nonnegative(self) -> bool:
        return True

    def _eval_rewrite_as_erfinv(self, p: sp.Expr, **hints: object) -> sp.Expr:
        return sp.exp(-(sp.erfinv(2 * p - 1) ** 2)) / sp.sqrt(2 * sp.pi)

    def _latex(self, printer: object, exp: str | None = None) -> str:
        power = "" if exp is None else f"^{{{exp}}}"
        inside = printer._print(self.args[0])  # type: ignore[attr-defined]
        return rf"\varphi{power}\left(\Phi^{{-1}}\left({inside}\right)\right)"


class NormalMoment(sp.Function):
    r"""`NormalMoment(p)`: $\Phi^{-1}(p)\,\varphi(\Phi^{-1}(p))$ for 0 < p < 1, and 0 at p = 0 and p = 1.

    Examples:
        >>> p = sp.Symbol("p", positive=True)
        >>> NormalMoment(sp.Integer(1)), sp.diff(NormalMoment(p), p)
        (0, 1 - 2*erfinv(2*p - 1)**2)
    """

    nargs = 1

    @classmethod
    def eval(cls, p: sp.Expr) -> sp.Expr | None:
        return sp.S.Zero if p in (0, sp.S.Half, 1) else None

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        if argindex != 1:
            raise sp.ArgumentIndexError(self, argindex)
        return 1 - 2 * sp.erfinv(2 * self.args[0] - 1) ** 2

    def _eval_is_extended_real(self) -> bool:
        return True

    def _latex(self, printer: object, exp: str | None = None) -> str:
        inside = rf"\Phi^{{-1}}\left({printer._print(self.args[0])}\right)"  # type: ignore[attr-defined]
        printed = rf"{inside}\,\varphi\left({inside}\right)"
        return printed if exp is None else rf"\left({printed}\right)^{{{exp}}}"
