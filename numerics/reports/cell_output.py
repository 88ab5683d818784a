"""What the cells of the book's pages show of a computation: both sides, typeset, and not that they are equal alone.

In a notebook, SymPy's expressions are typeset as in the claims once this module is imported: a logarithm is ln everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import sympy as sp

from sparse_limits.numerics.reports.typesetting import broken
from sparse_limits.theory.claims import formulas
from sparse_limits.theory.latex import latex


def agree(what: str, left: object, right: object, *, by: Callable[[Any, Any], bool] | None = None) -> None:
    """Show that computer algebra finds two expressions equal: what it started from, and what that is.

    what: words in front. left, right: SymPy expressions or matrices. by: what else decides whether they are equal.

    Raises:
        ValueError: if it does not, so that a page whose claim fails is not built.

    Examples:
        >>> x = sp.Symbol("x")
        >>> agree("a square", (x + 1) ** 2, x**2 + 2 * x + 1)
        a square: (x + 1)**2 = x**2 + 2*x + 1
    """
    if not (_equal if by is None else by)(left, right):
        raise ValueError(f"{what}: {left} and {right} are not found equal")
    _show(what, left, "=", right)


def differ(what: str, left: object, right: object) -> None:
    """Show that two expressions differ.

    Raises:
        ValueError: if computer algebra finds them equal.
    """
    if _equal(left, right):
        raise ValueError(f"{what}: {left} and {right} are equal")
    _show(what, left, r"\ne", right)


def _equal(left: object, right: object) -> bool:
    gap = sp.sympify(left, strict=True) - sp.sympify(right, strict=True)
    zero = 0 * gap
    return gap == zero or any(
        reduce(gap) == zero for reduce in (sp.expand, sp.simplify, lambda x: sp.simplify(sp.expand(x)))
    )


def _show(what: str, left: object, relation: str, right: object) -> None:
    words = what.rstrip(": ")
    escaped = re.sub(r"([%$#&{}_])", r"\\\1", words)
    sides = [latex(each, formulas(each)) for each in map(sp.sympify, (left, right))]
    if sides[0] == sides[1]:
        plain, typeset = f"{words}, both sides: {left}", rf"\text{{{escaped}, both sides:}}\quad {sides[0]}"
    else:
        plain = f"{words}: {left} {'=' if relation == '=' else '≠'} {right}"
        typeset = rf"\text{{{escaped}:}}\quad {sides[0]} {relation} {sides[1]}"
    if _notebook() is None:
        print(plain)
        return
    from IPython.display import display

    display({"text/latex": _displayed(typeset), "text/plain": plain}, raw=True)


def _displayed(typeset: str) -> str:
    return f"$\\displaystyle {broken(typeset)}$"


def _notebook() -> Any:
    """The shell of IPython in which this runs; None elsewhere."""
    try:
        from IPython import get_ipython
    except ImportError:
        return None
    return get_ipython()


def _typeset_results(shell: Any) -> None:
    """Let results of cells that are SymPy's be typeset as `agree` does."""
    typesetter = shell.display_formatter.formatters["text/latex"]
    for kind in (sp.Basic, sp.MatrixBase):
        typesetter.for_type(kind, lambda value: _displayed(latex(value, formulas(value))))


if _notebook() is not None:
    _typeset_results(_notebook())
