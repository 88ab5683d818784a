"""What may be evaluated, as SymPy's own: text never is, since SymPy would run it as Python."""

from __future__ import annotations

import sympy as sp

from sparse_limits.theory.input_error import InputError


def converted(value: object) -> sp.Basic:
    """A number or an expression as SymPy's own.

    Raises:
        InputError: for text and all else that is neither.

    Examples:
        >>> converted(3)
        3
    """
    try:
        return sp.sympify(value, strict=True)
    except sp.SympifyError:
        kind = "text" if isinstance(value, (str, bytes)) else type(value).__name__
        shown = f"{value!r:.60}"
        raise InputError(f"{shown} is {kind}, expected a number or an expression of SymPy") from None
