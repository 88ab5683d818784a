"""Logarithms and powers taken apart only where the signs allow it, so that a reduction to 0 proves something.

`log(ab) = log a + log b` and `(ab)^c = a^c b^c` hold for positive a and b; SymPy's `force=True` applies them to anything.
"""

from __future__ import annotations

import sympy as sp

from sparse_limits.numerics.exact.conversion import converted
from sparse_limits.numerics.exact.identities import simplified
from sparse_limits.theory.formulas.valued import valued


def with_positive(expression: sp.Expr, *letters: sp.Symbol) -> sp.Expr:
    """The expression with positive letters of the same names: what is simplified then is shown where they are not 0."""
    return valued(expression, {each: sp.Symbol(each.name, positive=True, integer=each.is_integer) for each in letters})


def split_logarithms(expression: sp.Expr, *positive: sp.Expr) -> sp.Expr:
    """The expression with logarithms of products and powers expanded, then simplified.

    positive: factors that a hypothesis makes positive although their symbols do not show it, such as 1 − δ.

    Raises:
        ValueError: if a logarithm would be split at a factor whose sign is not known.
    """
    return simplified(expanded_logarithms(expression, *positive))


def expanded_logarithms(expression: sp.Expr, *positive: sp.Expr) -> sp.Expr:
    """The same without the simplification."""
    expression = converted(expression)
    for logarithm in expression.atoms(sp.log):
        _check_product(logarithm.args[0], positive)
    return sp.expand_log(expression, force=True)


def split_powers(expression: sp.Expr, *positive: sp.Expr) -> sp.Expr:
    """The expression with powers of products and of powers multiplied out; positive and errors as above."""
    expression = converted(expression)
    for power in expression.atoms(sp.Pow):
        if not power.exp.is_integer:
            _check_product(power.base, positive)
    return sp.powdenest(sp.expand_power_base(expression, force=True), force=True)


def _check_product(product: sp.Expr, positive: tuple[sp.Expr, ...]) -> None:
    """ValueError unless all factors of a product, and the bases of its powers, are known to be positive."""
    factors = sp.Mul.make_args(product)
    for factor in factors:
        if isinstance(factor, sp.exp):
            known, base = _is_real(factor.args[0]), factor
        else:
            base, exponent = factor.as_base_exp()
            known = _is_positive(base, positive) and (exponent == 1 or _is_real(exponent))
        if not known and (len(factors) > 1 or base != factor):
            raise ValueError(f"the sign of {base} is not known, so that {product} cannot be taken apart")


def _is_positive(base: sp.Expr, positive: tuple[sp.Expr, ...]) -> bool:
    return bool(base.is_positive) or any(sp.expand(base - each) == 0 for each in positive)


def _is_real(value: sp.Expr) -> bool:
    """Whether a value is real wherever it is finite: SymPy does not say so of a quotient that may be 0/0."""
    if isinstance(value, (sp.Add, sp.Mul)) or (isinstance(value, sp.Pow) and value.exp.is_integer):
        return all(map(_is_real, value.args))
    return bool(value.is_extended_real)
