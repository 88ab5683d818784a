"""Limits by logarithms, in a part of SymPy's time: of products with gamma functions, by Stirling's formula, and of quotients of logarithms."""

from __future__ import annotations

import sympy as sp

from sparse_limits.theory.formulas.valued import valued

exponent = sp.Symbol("L", positive=True)


def limit_by_logarithm(product: sp.Expr, n: sp.Symbol) -> sp.Expr:
    """The limit of a positive product at n → ∞, e to the limit of its logarithm.

    product: positive for large n, of factors that are positive there. Of a gamma function whose argument grows in
    proportion to n, Stirling's formula is taken for the logarithm: their difference tends to 0.

    Examples:
        >>> x = sp.Symbol("x", positive=True)
        >>> limit_by_logarithm(3 * sp.sqrt(x) * sp.gamma(x + sp.Rational(1, 2)) / sp.gamma(x + 1), x)
        3
    """
    factor, rest = product.as_independent(n, as_Add=False)
    logarithm = sp.expand_log(sp.log(rest), force=True)
    gammas = {sp.log(each): _logarithm(each, n) for each in logarithm.atoms(sp.gamma)}
    return factor * sp.exp(sp.limit(sp.expand(logarithm.xreplace(gammas)), n, sp.oo))


def limit_of_logarithms(quotient: sp.Expr, letter: sp.Symbol, place: sp.Expr) -> sp.Expr:
    """The limit of a quotient of logarithms where a letter is a multiple of e^L or e^−L and L → ∞: linear in L, but for a rest.

    The factors in the logarithms are positive. place: of the letter, in `exponent`, which is L.

    Examples:
        >>> x, y = sp.symbols("x y", positive=True)
        >>> limit_of_logarithms(sp.log(y / x**2) / sp.log(3 / x), x, sp.exp(-exponent))
        2
    """
    return sp.limit(sp.expand_log(valued(quotient, {letter: place}), force=True), exponent, sp.oo)


def _logarithm(gamma: sp.gamma, n: sp.Symbol) -> sp.Expr:
    """log Γ(z), less what tends to 0 if z = an + b with a > 0: then log n is the only logarithm that grows."""
    (z,) = gamma.args
    slope = z.coeff(n)
    if not slope.is_positive or (z - slope * n).has(n):
        return sp.loggamma(z)
    return (z - sp.S.Half) * (sp.log(slope) + sp.log(n)) - slope * n + sp.log(2 * sp.pi) / 2
