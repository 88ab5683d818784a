"""Formulas in LaTeX: a symbol's name of several letters is a word, and stands upright; epsilon is ε."""

from __future__ import annotations

from collections.abc import Iterable

import sympy as sp
from sympy.printing.conventions import split_super_sub
from sympy.printing.latex import translate

EPSILON = ("eps", "epsilon")


def latex(value: object, formulas: Iterable[sp.Basic]) -> str:
    """The LaTeX of an expression, or of a plain value that holds these formulas."""
    symbols = {symbol for formula in formulas for symbol in formula.atoms(sp.Symbol)}
    text: str = sp.latex(value, symbol_names={symbol: _upright(symbol) for symbol in symbols if _is_word(symbol)})
    return text


def _upright(symbol: sp.Symbol) -> str:
    name, above, below = split_super_sub(symbol.name)
    word = r"\varepsilon" if name in EPSILON else rf"\operatorname{{{name}}}"  # which keeps apart from its neighbours
    marks = (("^", above), ("_", below))
    return word + "".join(f"{mark}{{{' '.join(map(translate, indices))}}}" for mark, indices in marks if indices)


def _is_word(symbol: sp.Symbol) -> bool:
    name, _, _ = split_super_sub(symbol.name)
    return name in EPSILON or (len(name) > 1 and name.isalpha() and translate(name) == name)
