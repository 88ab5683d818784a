"""The tail of the product of three standard normals, as an expression: a function without an elementary form."""

from __future__ import annotations

import sympy as sp


class ThreeNormals(sp.Function):
    r"""`ThreeNormals(j, t)`: the j-th derivative in log t of $H_3(t)=P(|g_1g_2g_3|>t)$ for independent standard normals, t > 0.

    j is a whole number from 0 on. Claim D3.1 has the series by which it is enclosed in balls.

    Examples:
        >>> t = sp.Symbol("t", positive=True)
        >>> sp.diff(ThreeNormals(0, t), t)
        ThreeNormals(1, t)/t
    """

    nargs = 2

    def fdiff(self, argindex: int = 2) -> sp.Expr:
        order, t = self.args
        if argindex != 2:
            raise sp.ArgumentIndexError(self, argindex)
        return ThreeNormals(order + 1, t) / t

    def _eval_is_extended_real(self) -> bool | None:
        return True if self.args[1].is_positive else None

    def _eval_is_positive(self) -> bool | None:
        return True if self.args[0].is_zero and self.args[1].is_positive else None

    def _latex(self, printer: object, exp: str | None = None) -> str:
        order, t = self.args
        show = printer._print  # type: ignore[attr-defined]
        name = "H_3" if order.is_zero else rf"\left(\tfrac{{d}}{{d\log}}\right)^{{{show(order)}}}H_3"
        if exp is not None and not order.is_zero:
            # behind H_3 the power would read as one under the derivative
            return rf"\left({name}\left({show(t)}\right)\right)^{{{exp}}}"
        power = "" if exp is None else f"^{{{exp}}}"
        return rf"{name}{power}\left({show(t)}\right)"
