"""SymPy expressions as graphs: a rule for each type of node, and a refusal for all others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import sympy as sp

from sparse_limits.numerics.exact.balls import free_symbols
from sparse_limits.numerics.exact.boxes.errors import BoxError
from sparse_limits.numerics.exact.boxes.graph import Graph
from sparse_limits.numerics.exact.boxes.side_conditions import Ranges, never_negative
from sparse_limits.theory.formulas.iterate import Iterate
from sparse_limits.theory.formulas.let import Let, Told
from sparse_limits.theory.formulas.valued import named_put_in, valued

MOST_TERMS = 400  # of a sum, and steps of a recursion, that are written out

SAME = (sp.exp, sp.log, sp.sin, sp.cos, sp.sinh, sp.cosh, sp.tanh, sp.atan, sp.erf, sp.erfc, sp.erfinv, sp.erfcinv, sp.gamma,
        sp.loggamma)  # fmt: skip
NAMES: dict[type, str] = {**{kind: kind.__name__.lower() for kind in SAME}, sp.Ei: "ei", sp.Abs: "absolute"}
ORDERED: dict[type, str] = {sp.besselk: "besselk", sp.besseli: "besseli", sp.expint: "expint"}


class Translation:
    """One graph of several expressions in the same letters; `ranges` is where the letters move."""

    def __init__(self, letters: Mapping[sp.Symbol, str], ranges: Ranges) -> None:
        self.graph = Graph()
        self.variables = {symbol: self.graph.node("variable", name) for symbol, name in letters.items()}
        self._ranges = ranges
        self._known: dict[sp.Expr, int] = {}

    def place(self, expression: sp.Expr) -> int:
        """The node of an expression.

        Raises:
            BoxError: where a part of it has no rule.
        """
        if expression not in self._known:
            self._known[expression] = self._node(expression)
        return self._known[expression]

    def _node(self, expression: sp.Expr) -> int:
        if expression in self.variables:
            return self.variables[expression]
        unknown = free_symbols(expression) - self.variables.keys()
        if unknown:
            raise BoxError(f"no range for {', '.join(sorted(map(str, unknown)))}")
        if not free_symbols(expression):
            return self.graph.constant(expression)
        kind = type(expression)
        if kind in NAMES:
            return self.graph.node(NAMES[kind], self.place(expression.args[0]))
        if kind in RULES:
            return RULES[kind](self, expression)
        raise BoxError(f"{shortened(expression)} has no rule on boxes")

    def total(self, terms: Iterable[sp.Expr]) -> int:
        """The node of a sum; terms with a minus sign are taken away."""
        total = self.graph.constant(0)
        for term in terms:
            if term.could_extract_minus_sign():
                total = self.graph.sub(total, self.place(-term))
            else:
                total = self.graph.add(total, self.place(term))
        return total

    def nonnegative(self, expression: sp.Expr) -> bool:
        return never_negative(expression, self._ranges)


def shortened(expression: sp.Basic) -> str:
    text = str(expression)
    return text if len(text) <= 60 else type(expression).__name__


def _sum(t: Translation, expression: sp.Add) -> int:
    fixed = [term for term in expression.args if not free_symbols(term)]
    moving = [term for term in expression.args if free_symbols(term)]
    return t.graph.add(t.total(moving), t.graph.constant(sp.Add(*fixed)))


def _product(t: Translation, expression: sp.Mul) -> int:
    """The factors with one whole exponent together, a²b² as (ab)²: SymPy takes such powers apart."""
    fixed = [factor for factor in expression.args if not free_symbols(factor)]
    powers: dict[int, int] = {}
    for factor in expression.args:
        if free_symbols(factor):
            base, exponent = factor.as_base_exp()
            if not exponent.is_Integer or isinstance(factor, sp.exp):
                base, exponent = factor, sp.Integer(1)
            place = t.place(base)
            powers[int(exponent)] = t.graph.mul(powers[int(exponent)], place) if int(exponent) in powers else place
    result = t.graph.constant(sp.Mul(*fixed))
    for exponent, place in powers.items():
        result = t.graph.mul(result, t.graph.whole_power(place, exponent))
    return result


def _power(t: Translation, expression: sp.Pow) -> int:
    base, exponent = expression.args
    if exponent.is_Integer:
        return t.graph.whole_power(t.place(base), int(exponent))
    if exponent.is_Rational:
        p, q, known = int(exponent.p), int(exponent.q), t.nonnegative(base)
        if q == 2:
            return t.graph.whole_power(t.graph.node("sqrt", t.place(base), known), p)
        return t.graph.node("power", t.place(base), p, q, known)
    return t.graph.node("exp", t.graph.mul(t.place(exponent), t.place(sp.log(base, evaluate=False))))


def _arc(name: str) -> Callable[[Translation, sp.Expr], int]:
    def rule(t: Translation, expression: sp.Expr) -> int:
        (argument,) = expression.args
        return t.graph.node(name, t.place(argument), t.nonnegative(1 - argument) and t.nonnegative(1 + argument))

    return rule


def _tan(t: Translation, expression: sp.tan) -> int:
    argument = t.place(expression.args[0])
    return t.graph.mul(t.graph.node("sin", argument), t.graph.inverse(t.graph.node("cos", argument)))


def _extreme(name: str) -> Callable[[Translation, sp.Expr], int]:
    def rule(t: Translation, expression: sp.Expr) -> int:
        first, *others = (t.place(part) for part in sorted(expression.args, key=sp.default_sort_key))
        for other in others:
            first = t.graph.node(name, first, other)
        return first

    return rule


def _ordered(t: Translation, expression: sp.Function) -> int:
    order, argument = expression.args
    if not order.is_Rational or (isinstance(expression, sp.besseli) and order < 0):
        raise BoxError(f"{shortened(expression)} has no rule on boxes: expected a rational order, not negative for I")
    p = abs(int(order.p)) if isinstance(expression, sp.besselk) else int(order.p)
    return t.graph.node(ORDERED[type(expression)], t.place(argument), p, int(order.q))


def _polygamma(t: Translation, expression: sp.polygamma) -> int:
    order, argument = expression.args
    if not (order.is_Integer and order >= 0):
        raise BoxError(f"{shortened(expression)} has no rule on boxes: expected a whole order")
    return t.graph.node("polygamma", t.place(argument), int(order))


def _factorial(t: Translation, expression: sp.factorial) -> int:
    return t.graph.node("gamma", t.place(expression.args[0] + 1))


def _binomial(t: Translation, expression: sp.binomial) -> int:
    """By gamma functions of positive arguments; for a moderate fixed k it is a polynomial."""
    n, k = expression.args
    if k.is_Integer and 0 <= k <= MOST_TERMS:
        return t.place(sp.Mul(*((n - j) / (k - j) for j in range(int(k)))))
    above, *below = (t.graph.node("gamma", t.place(part + 1)) for part in (n, k, n - k))
    return t.graph.mul(above, t.graph.inverse(t.graph.mul(*below)))


def terms(expression: sp.Expr) -> list[sp.Expr]:
    """What a finite sum adds up; of a recursion and of names the one expression that they are, written out.

    Raises:
        BoxError: where their number is not known, or too large.
    """
    if isinstance(expression, Let):
        return [named_put_in(expression)]
    if isinstance(expression, Iterate):
        times = expression.args[1]
        if not (times.is_Integer and 0 <= times <= MOST_TERMS):
            raise BoxError(
                f"{shortened(expression)} has no rule on boxes: expected at most {MOST_TERMS} steps, their number known"
            )
        return [expression.unrolled()]
    *inner, (index, low, high) = expression.limits
    if not (low.is_Integer and high.is_Integer and low - 1 <= high < low + MOST_TERMS):
        raise BoxError(
            f"{shortened(expression)} has no rule on boxes: expected at most {MOST_TERMS} terms, their number known"
        )
    body = sp.Sum(expression.function, *inner) if inner else expression.function
    return [valued(body, {index: k}) for k in range(int(low), int(high) + 1)]


def _finite(t: Translation, expression: sp.Expr) -> int:
    return t.total(terms(expression))


FINITE = (sp.Sum, Iterate, Let)
RULES: dict[type, Callable[[Translation, sp.Expr], int]] = {
    sp.Add: _sum,
    sp.Mul: _product,
    sp.Pow: _power,
    sp.acos: _arc("acos"),
    sp.asin: _arc("asin"),
    sp.tan: _tan,
    sp.Max: _extreme("max"),
    sp.Min: _extreme("min"),
    sp.besselk: _ordered,
    sp.besseli: _ordered,
    sp.expint: _ordered,
    sp.polygamma: _polygamma,
    sp.factorial: _factorial,
    sp.binomial: _binomial,
    **dict.fromkeys((*FINITE, Told), _finite),
}
