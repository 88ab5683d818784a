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
        _factors(logarithm.args[0], positive)
    return sp.expand_log(expression, force=True)


def split_powers(expression: sp.Expr, *positive: sp.Expr) -> sp.Expr:
    """The expression with powers of products and of powers multiplied out; positive and errors as above.

    Examples:
        >>> x, y, a = sp.symbols("x y a", positive=True)
        >>> split_powers((x**a * y) ** a)
        x**(a**2)*y**a
    """

    def taken_apart(power: sp.Pow) -> sp.Expr:
        return sp.Mul(*(base ** (exponent * power.exp) for base, exponent in _factors(power.base, positive)))

    # powdenest(force=True) would take every letter for positive, also where no power is: |x| for x
    return converted(expression).replace(lambda part: isinstance(part, sp.Pow) and not part.exp.is_integer, taken_apart)


def _factors(product: sp.Expr, positive: tuple[sp.Expr, ...]) -> list[tuple[sp.Expr, sp.Expr]]:
    """The bases and exponents of the factors of a product, of their bases too; what is no product or power is its own base.

    Raises:
        ValueError: unless what is taken apart has positive bases and real exponents.
    """
    factors = sp.Mul.make_args(product)
    found: list[tuple[sp.Expr, sp.Expr]] = []
    for factor in factors:
        base, exponent = factor.as_base_exp()
        if len(factors) == 1 and exponent == 1 and not isinstance(base, sp.Product):
            return [(base, exponent)]
        if not (_is_positive(base, positive) and (exponent == 1 or _is_real(exponent))):
            raise ValueError(f"the sign of {factor} is not known, so that {product} cannot be taken apart")
        if isinstance(base, sp.Product):  # its logarithm is the sum of those of its factors
            _factors(base.function, positive)
            found.append((base, exponent))
        else:
            found += [(inner, power * exponent) for inner, power in _factors(base, positive)]
    return found


def _is_positive(base: sp.Expr, positive: tuple[sp.Expr, ...]) -> bool:
    if isinstance(base, sp.Product):
        return _is_positive(base.function, positive)
    return bool(base.is_positive) or any(sp.expand(base - each) == 0 for each in positive)


def _is_real(value: sp.Expr) -> bool:
    """Whether a value is real wherever it is finite: SymPy does not say so of a quotient that may be 0/0."""
    if isinstance(value, (sp.Add, sp.Mul)) or (isinstance(value, sp.Pow) and value.exp.is_integer):
        return all(map(_is_real, value.args))
    return bool(value.is_extended_real)
