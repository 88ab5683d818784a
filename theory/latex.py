"""Formulas in LaTeX: a symbol's name of several letters is a word, and stands upright; epsilon is ε; an index plus is +."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

import sympy as sp
from sympy.printing.conventions import split_super_sub
from sympy.printing.latex import LatexPrinter, translate

EPSILON = ("eps", "epsilon")
SIGNS = {"plus": "+", "minus": "-"}


def latex(value: object, formulas: Iterable[sp.Basic]) -> str:
    """The LaTeX of an expression, or of a plain value that holds these formulas."""
    symbols = {symbol for formula in formulas for symbol in formula.atoms(sp.Symbol)}
    with _constant_without_letters():
        text: str = _Printer(
            {"symbol_names": {each: _written(each) for each in symbols if _is_word(each) or _is_signed(each)}}
        ).doprint(value)
    return text


class _Printer(LatexPrinter):
    """Prints words as text and a mapping as its items; refuses what has no formula, such as a function of Python."""

    def _print_str(self, word: str) -> str:
        return rf"\text{{{word.replace('_', ' ')}}}"

    def _print_dict(self, items: Mapping[object, object]) -> str:
        return r",\quad ".join(rf"{self._print(key)}\colon {self._print(value)}" for key, value in items.items())

    _print_mappingproxy = _print_dict

    def emptyPrinter(self, value: object) -> str:
        raise TypeError(f"{type(value).__name__} has no formula")


@contextmanager
def _constant_without_letters() -> Iterator[None]:
    """Let an expression be constant if no letter is in it.

    SymPy's printer asks this of every negative exponent, and SymPy simplifies the exponent to answer.
    """
    simplifying = sp.Expr.is_constant
    sp.Expr.is_constant = lambda self, *wrt, **flags: not self.free_symbols
    try:
        yield
    finally:
        sp.Expr.is_constant = simplifying


def _written(symbol: sp.Symbol) -> str:
    name, above, below = split_super_sub(symbol.name)
    word: str = translate(name)
    if _is_word(symbol):
        word = (
            r"\varepsilon" if name in EPSILON else rf"\operatorname{{{name}}}"
        )  # which keeps apart from its neighbours
    marks = (("^", above), ("_", below))
    return word + "".join(
        f"{mark}{{{' '.join(SIGNS.get(each) or translate(each) for each in indices)}}}"
        for mark, indices in marks
        if indices
    )


def _is_word(symbol: sp.Symbol) -> bool:
    name, _, _ = split_super_sub(symbol.name)
    return name in EPSILON or (len(name) > 1 and name.isalpha() and translate(name) == name)


def _is_signed(symbol: sp.Symbol) -> bool:
    _, above, below = split_super_sub(symbol.name)
    return not SIGNS.keys().isdisjoint((*above, *below))
