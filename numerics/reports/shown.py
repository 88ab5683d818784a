"""What the cells of the book's pages show of a computation: both sides, typeset, and not that they are equal alone."""

from __future__ import annotations

import sympy as sp

from numerics.reports.typesetting import broken
from theory.claims import formulas
from theory.latex import latex


def agree(what: str, left: object, right: object) -> None:
    """Show that computer algebra finds two expressions equal: what it started from, and what that is.

    what: words in front. left, right: SymPy expressions or matrices.

    Raises:
        ValueError: if it does not, so that a page whose claim fails is not built.

    Examples:
        >>> x = sp.Symbol("x")
        >>> agree("a square", (x + 1) ** 2, x**2 + 2 * x + 1)
        a square: (x + 1)**2 = x**2 + 2*x + 1
    """
    if not _equal(left, right):
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
    gap = sp.sympify(left) - sp.sympify(right)
    zero = 0 * gap
    return gap == zero or any(
        reduce(gap) == zero for reduce in (sp.expand, sp.simplify, lambda x: sp.simplify(sp.expand(x)))
    )


def _show(what: str, left: object, relation: str, right: object) -> None:
    words = what.rstrip(": ")
    plain = f"{words}: {left} {'=' if relation == '=' else '≠'} {right}"
    sides = [latex(each, formulas(each)) for each in map(sp.sympify, (left, right))]
    typeset = rf"\text{{{words}:}}\quad {sides[0]} {relation} {sides[1]}"
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:
        print(plain)
        return
    if get_ipython() is None:
        print(plain)
        return
    display({"text/latex": f"$\\displaystyle {broken(typeset)}$", "text/plain": plain}, raw=True)
