"""Simplifications that several checks pass as `by`: what makes the difference of two equal formulas vanish."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp


def over(term: sp.Expr) -> Callable[[sp.Expr], sp.Expr]:
    """Return a simplification of multiples of a positive term: they are divided by the term first.

    Examples:
        >>> k = sp.Symbol("k", positive=True)
        >>> over(sp.binomial(2 * k, k))((k + 1) * sp.binomial(2 * k + 2, k + 1) - 2 * (2 * k + 1) * sp.binomial(2 * k, k))
        0
    """
    return lambda gap: sp.simplify(sp.combsimp(sp.powsimp(sp.expand(gap / term))))


def powers_together(expression: sp.Expr) -> sp.Expr:
    """Put powers of one base together and multiply out what is left.

    Examples:
        >>> x, k = sp.symbols("x k", positive=True)
        >>> powers_together(x ** (k + 1) - x * x**k)
        0
    """
    return sp.expand(sp.powsimp(sp.expand_power_exp(sp.expand(expression))))


def by_moduli(expression: sp.Expr) -> sp.Expr:
    """Write the larger and the smaller of two numbers with the modulus of their difference, and multiply out.

    Examples:
        >>> x, y = sp.symbols("x y", real=True)
        >>> by_moduli(sp.Max(x, y) + sp.Min(x, y) - x - y)
        0
    """
    return sp.expand(expression.rewrite(sp.Abs))


def weighted(matrix: sp.MatrixBase) -> sp.Expr:
    """Add all entries up, each times a letter of its own: the sum vanishes for all letters if all entries do."""
    letters = sp.symbols(f"s_1:{len(matrix) + 1}", positive=True)
    return sp.Add(*(letter * entry for letter, entry in zip(letters, matrix, strict=True)))
