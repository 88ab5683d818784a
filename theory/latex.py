"""Formulas in LaTeX, as one writes them: ln 2, 1 − x, (k − 1)/2, one root over a product.

A symbol's name of several letters is a word, and stands upright; epsilon is ε; an index plus is +.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise

import sympy as sp
from sympy.printing.conventions import split_super_sub
from sympy.printing.latex import LatexPrinter, translate

EPSILON = ("eps", "epsilon")
SIGNS = {"plus": "+", "minus": "-"}
NAMED = (sp.log, sp.sin, sp.cos, sp.tan, sp.sinh, sp.cosh, sp.tanh, sp.asin, sp.acos, sp.atan)  # written as words


def latex(value: object, formulas: Iterable[sp.Basic], written: Mapping[sp.Symbol, str] | None = None) -> str:
    """The LaTeX of an expression, or of a plain value that holds these formulas; `written` gives symbols in LaTeX."""
    symbols = {symbol for formula in formulas for symbol in formula.atoms(sp.Symbol)}
    with _constant_without_letters():
        text: str = _Printer(
            {
                "symbol_names": {
                    **{each: _written(each) for each in symbols if _is_word(each) or _is_signed(each)},
                    **(written or {}),
                },
                "inv_trig_style": "full",
            }
        ).doprint(value)
    return text


class _Printer(LatexPrinter):
    """Prints words as text and a mapping as its items; refuses what has no formula, such as a function of Python."""

    bare = True  # whether logarithms of numbers, letters and fractions stand without brackets

    def _print_str(self, word: str) -> str:
        return rf"\text{{{word.replace('_', ' ')}}}"

    def _print_dict(self, items: Mapping[object, object]) -> str:
        return r",\quad ".join(rf"{self._print(key)}\colon {self._print(value)}" for key, value in items.items())

    _print_mappingproxy = _print_dict

    def _as_ordered_terms(self, expr: sp.Expr, order: str | None = None) -> list[sp.Expr]:
        """The terms of a sum, the largest for large numbers first, and one without a minus first if there is one."""
        terms: list[sp.Expr] = super()._as_ordered_terms(expr, order)
        orders = [falls for term in terms if (falls := _order(term)) is not None]
        if len(orders) == len(terms) and min(orders) < 0:
            terms = [term for _, term in sorted(zip(orders, terms, strict=True), key=lambda pair: -pair[0])]
        first = next((place for place, term in enumerate(terms) if not term.could_extract_minus_sign()), 0)
        return [terms[first], *terms[:first], *terms[first + 1 :]]

    def _print_Add(self, expr: sp.Add, order: str | None = None) -> str:
        """A sum; over its denominator where all terms have the same number there, and no other."""
        shares = {term.as_coeff_Mul()[0] for term in expr.args}
        below = {share.q for share in shares if share.is_Rational}
        whole = all(sp.fraction(term)[1].is_Integer for term in expr.args) and len(below) == 1 and below != {1}
        if not whole or not all(share.is_Rational for share in shares):
            text: str = super()._print_Add(expr, order)
            return text
        (number,) = below
        sign = -1 if all(term.could_extract_minus_sign() for term in expr.args) else 1
        above = super()._print_Add(sign * number * expr, order)
        return f"{'- ' if sign < 0 else ''}\\frac{{{above}}}{{{number}}}"

    def _print_Piecewise(self, expr: sp.Piecewise) -> str:
        """Cases in one list, where what holds otherwise has cases itself."""
        cases = list(expr.args)
        while isinstance(cases[-1].expr, sp.Piecewise) and cases[-1].cond == sp.true:
            cases += cases.pop().expr.args
        text: str = super()._print_Piecewise(sp.Piecewise(*cases, evaluate=False))
        return text

    def _print_log(self, expr: sp.log, exp: str | None = None) -> str:
        """The natural logarithm; a power of it where the exponent is a whole number, else around brackets."""
        inside = self._print(expr.args[0])
        name = r"\ln" if exp is None or not exp.isdigit() else rf"\ln^{{{exp}}}"
        text = f"{name} {inside}" if self.bare and _is_bare(expr, inside) else f"{name}{_bracketed(inside)}"
        return text if exp is None or exp.isdigit() else rf"\left({text}\right)^{{{exp}}}"

    def _print_erfinv(self, expr: sp.Function, exp: str | None = None) -> str:
        return self._inverse("erf", expr, exp)

    def _print_erfcinv(self, expr: sp.Function, exp: str | None = None) -> str:
        return self._inverse("erfc", expr, exp)

    def _inverse(self, name: str, expr: sp.Function, exp: str | None) -> str:
        """The inverse of a function, with a power around it: erfc⁻¹(x)² is a square."""
        text = rf"\operatorname{{{name}}}^{{-1}}{_bracketed(self._print(expr.args[0]))}"
        return text if exp is None else rf"\left({text}\right)^{{{exp}}}"

    def _print_loggamma(self, expr: sp.Function, exp: str | None = None) -> str:
        text = rf"\ln\Gamma{_bracketed(self._print(expr.args[0]))}"
        return text if exp is None else rf"\left({text}\right)^{{{exp}}}"

    def _print_Function(self, expr: sp.Function, exp: str | None = None) -> str:
        """A function of its arguments; one with a name of its own without brackets where a logarithm has none."""
        text: str = super()._print_Function(expr, exp)
        if not isinstance(expr, NAMED) or expr.func is sp.log or not self.bare:
            return text
        inside = self._print(expr.args[0])
        return text.replace(_bracketed(inside), f" {inside}") if _is_bare(expr, inside) else text

    def _print_Mul(self, expr: sp.Expr) -> str:
        """A product: one root over the roots of it; brackets for logarithms and their like that another factor follows."""
        followed = any(
            isinstance(_base(left), NAMED) and not isinstance(_base(right), NAMED)
            for side in sp.fraction(expr)
            for left, right in pairwise(side.as_ordered_factors())
        )
        before, self.bare = self.bare, self.bare and not followed
        text: str = super()._print_Mul(self._one_root(expr))
        self.bare = before
        return text

    def _needs_mul_brackets(self, expr: sp.Expr, first: bool = False, last: bool = False) -> bool:
        """Whether a factor needs brackets: a sum does, but not over its denominator."""
        if expr.is_Add and _is_fraction(self._print(expr)):
            return False
        needs: bool = super()._needs_mul_brackets(expr, first, last)
        return needs

    def _one_root(self, expr: sp.Expr) -> sp.Expr:
        """The product with a letter for the roots above and one for those below, if there are several.

        What stands above as √2/2 stands below as √2, if there is a root below.
        """
        if not expr.is_Mul or any(each.is_Number for each in expr.args[1:]):
            return expr
        above, below = (
            [each.base for each in expr.args if each.is_Pow and each.exp == sign / 2 and each.base.is_nonnegative]
            for sign in (sp.S.One, -sp.S.One)
        )
        others = [
            each
            for each in expr.args
            if not (each.is_Pow and abs(each.exp) == sp.S.Half and each.base in (*above, *below))
        ]
        share, number = expr.as_coeff_Mul()[0], sp.Mul(*above)
        if below and number.is_Integer and share.is_Rational and share.q % number == 0:
            others, above, below = [number, *others], [], [number, *below]
        if max(len(above), len(below)) < 2:
            return expr
        for under, sign in ((above, 1), (below, -1)):
            if len(under) > 1:
                root = sp.Dummy("zz", positive=True)  # behind the other letters
                text = rf"\sqrt{{{self._print(sp.Mul(*under))}}}"
                self._settings["symbol_names"] = {**self._settings["symbol_names"], root: text}
                others.append(root**sign)
            else:
                others += [sp.sqrt(each) ** sign for each in under]
        return sp.Mul(*others)

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


def _base(factor: sp.Expr) -> sp.Expr:
    return factor.base if factor.is_Pow else factor


def _bracketed(inside: str) -> str:
    return rf"{{\left({inside} \right)}}"


def _is_bare(expr: sp.Function, inside: str) -> bool:
    """Whether a named function reads well without brackets: of a number, of a letter, of a modulus, of one fraction."""
    value = expr.args[0]
    return value.is_Symbol or (value.is_Integer and value >= 0) or value.func is sp.Abs or _is_fraction(inside)


def _is_fraction(text: str) -> bool:
    """Whether a text is one fraction: its second brace closes where it ends."""
    depth = closed = 0
    for place, sign in enumerate(text.replace(r"\{", "  ").replace(r"\}", "  ")):
        depth += (sign == "{") - (sign == "}")
        closed += sign == "}" and depth == 0
        if closed == 2:
            return text.startswith(r"\frac{") and place + 1 == len(text)
    return False


def _order(term: sp.Expr) -> float | None:
    """The power of whole numbers, such as sizes, with which a term falls, all alike; None for one that grows, or is no power."""
    order = 0.0
    for factor in sp.Mul.make_args(term):
        base, power = factor.as_base_exp()
        if any(each.is_integer and each.is_positive for each in power.free_symbols):
            return None
        if not any(each.is_integer and each.is_positive for each in base.free_symbols):
            continue
        parts = sp.Add.make_args(base) if base.is_Add or base.is_Mul else ()
        inner = [1.0] if base.is_Symbol else [each for each in map(_order, parts) if each is not None]
        if not power.is_Rational or not inner or len(inner) < len(parts):
            return None
        order += float(power) * max(inner)
        if float(power) * max(inner) > 0:
            return None
    return order


def _is_word(symbol: sp.Symbol) -> bool:
    name, _, _ = split_super_sub(symbol.name)
    return name in EPSILON or (len(name) > 1 and name.isalpha() and translate(name) == name)


def _is_signed(symbol: sp.Symbol) -> bool:
    _, above, below = split_super_sub(symbol.name)
    return not SIGNS.keys().isdisjoint((*above, *below))
