"""Limits by logarithms, in a part of SymPy's time: of products with gamma functions, by Stirling's formula, and of quotients of logarithms."""

from __future__ import annotations

import sympy as sp

from sparse_limits.numerics.exact.logarithms import expanded_logarithms
from sparse_limits.theory.formulas.valued import valued

exponent = sp.Symbol("L", positive=True)


def limit_by_logarithm(product: sp.Expr, n: sp.Symbol) -> sp.Expr:
    """The limit of a positive product at n → ∞, e to the limit of its logarithm.

    product: positive for large n, of factors that are positive there. Of a gamma function whose argument grows in
    proportion to n, Stirling's formula is taken for the logarithm: their difference tends to 0.

    Raises:
        ValueError: for a factor that depends on n and is known to be positive neither by its letters nor by its limit.

    Examples:
        >>> x = sp.Symbol("x", positive=True)
        >>> limit_by_logarithm(3 * sp.sqrt(x) * sp.gamma(x + sp.Rational(1, 2)) / sp.gamma(x + 1), x)
        3
    """
    factor, rest = product.as_independent(n, as_Add=False)
    bases = (each.as_base_exp()[0] for each in sp.Mul.make_args(rest))
    far_out = (base for base in bases if not base.is_positive and sp.limit(base, n, sp.oo).is_extended_positive)
    logarithm = expanded_logarithms(sp.log(rest), *far_out)
    gammas = {sp.log(each): _logarithm(each, n) for each in logarithm.atoms(sp.gamma)}
    return factor * sp.exp(sp.limit(sp.expand(logarithm.xreplace(gammas)), n, sp.oo))


def limit_of_logarithms(quotient: sp.Expr, letter: sp.Symbol, place: sp.Expr, *positive: sp.Expr) -> sp.Expr:
    """The limit of a quotient of logarithms where a letter is a multiple of e^L or e^−L and L → ∞: linear in L, but for a rest.

    place: of the letter, in `exponent`, which is L. positive: factors that a hypothesis makes positive.

    Raises:
        ValueError: for a factor in a logarithm whose sign is not known.

    Examples:
        >>> x, y = sp.symbols("x y", positive=True)
        >>> limit_of_logarithms(sp.log(y / x**2) / sp.log(3 / x), x, sp.exp(-exponent))
        2
    """
    return sp.limit(expanded_logarithms(valued(quotient, {letter: place}), *positive), exponent, sp.oo)


def _logarithm(gamma: sp.gamma, n: sp.Symbol) -> sp.Expr:
    """log Γ(z), less what tends to 0 if z = an + b with a > 0: then log n is the only logarithm that grows."""
    (z,) = gamma.args
    slope = z.coeff(n)
    if not slope.is_positive or (z - slope * n).has(n):
        return sp.loggamma(z)
    return (z - sp.S.Half) * (sp.log(slope) + sp.log(n)) - slope * n + sp.log(2 * sp.pi) / 2
