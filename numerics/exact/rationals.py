"""SymPy expressions evaluated exactly: the fraction that an expression is, where it is one."""

from __future__ import annotations

import sympy as sp

from sparse_limits.numerics.exact import balls  # noqa: F401  adds the rules of floors, ceilings and searches
from sparse_limits.numerics.exact.conversion import converted
from sparse_limits.numerics.exact.exact_values import NotRationalError, Values, written_out
from sparse_limits.theory.formulas.no_guarantee import NoGuarantee

__all__ = ["NotRationalError", "rational"]

SHORT = 100  # operations that computer algebra may look through for a fraction


def rational(expression: sp.Expr, values: Values | None = None) -> sp.Rational | NoGuarantee:
    """The value as a fraction, or "no guarantee" where the expression says so.

    Raises:
        NotRationalError: where the value is no fraction, or where that cannot be decided.
    """
    try:
        value = written_out(converted(expression), values or {})
        if not isinstance(value, (sp.Rational, NoGuarantee)) and value.count_ops() < SHORT:
            value = sp.simplify(value)
        undefined = value is sp.nan or value.is_finite is False
    except OverflowError as error:  # SymPy cannot factor numbers of hundreds of digits
        raise NotRationalError("the value is not known to be rational") from error
    if undefined:
        raise NotRationalError("no value: infinite or undefined")
    if not isinstance(value, (sp.Rational, NoGuarantee)):
        short = value.count_ops() < 20 and all(abs(x.p * x.q) < 10**20 for x in value.atoms(sp.Rational))
        raise NotRationalError(f"{value if short else 'the value'} is not known to be rational")
    return value
