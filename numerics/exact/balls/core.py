"""One rule a type of expression: the evaluation in balls, and the rules of arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any

import sympy as sp
from flint import acb, arb, fmpq

Values = Mapping[sp.Symbol, acb]
Rule = Callable[[sp.Basic, Values, bool], acb]
Reading = Callable[[Values, bool], acb]

HIGHEST_PRECISION = 4096
NOT_A_NUMBER = acb("nan", "nan")
MOST_READINGS = 2**14  # expressions that are kept taken apart
ARITHMETIC: dict[type, Callable[[Any], Reading]] = {}
Function = Callable[..., acb]  # of the balls of the arguments, and of whether it must be analytic there
FUNCTIONS: dict[type, Function] = {}
RULES: dict[type, Rule] = {}  # of all other types


class NoEnclosureError(ArithmeticError):
    """No finite ball of the asked precision was found: undefined, divergent, or beyond the evaluator."""


class NoGuaranteeError(NoEnclosureError):
    """The expression is the value "no guarantee": known, but no number."""


def evaluate(expression: sp.Basic, values: Values, analytic: bool = False) -> acb:
    """A ball that contains the expression at the current precision (not finite where it is undefined).

    With `analytic`, the result is not finite unless the expression is analytic on the ball (for integration).
    """
    return reading_of(expression)(values, analytic)


@lru_cache(maxsize=MOST_READINGS, typed=True)
def reading_of(expression: sp.Basic) -> Reading:
    """What evaluates an expression: arithmetic and functions are taken apart once, however often they are evaluated."""
    kind: type = type(expression)
    for each in kind.__mro__:  # the nearest type that it derives from
        if each in ARITHMETIC:
            return ARITHMETIC[each](expression)
        if each in FUNCTIONS:
            return _applied(FUNCTIONS[each], expression)
        if each in RULES:
            return partial(RULES[each], expression)
    raise NoEnclosureError(f"no rule encloses {kind.__name__}")


def _applied(function: Function, expression: sp.Basic) -> Reading:
    parts = [reading_of(argument) for argument in expression.args]
    if len(parts) == 1:
        only = parts[0]
        return lambda values, analytic: function(only(values, analytic), analytic)
    return lambda values, analytic: function(*[part(values, analytic) for part in parts], analytic)


class Place(dict[sp.Symbol, acb]):
    """Values of symbols and, inside an integral, `line`: what they are where its variable is real.

    There a function pieced together on the real line is decided; beside the line it is continued. Inside a sum, `known`
    holds the sums within it that are already added up. `integrated` says whether an integral is around.
    """

    line: dict[sp.Symbol, acb] | None = None
    known: object = None
    integrated: bool = False

    def put(self, symbol: sp.Symbol, x: acb) -> None:
        """Give a symbol that is bound here its next value, a real one."""
        self[symbol] = x
        if self.line is not None:
            self.line[symbol] = x


def bind(values: Values, named: Values, line: Values | None = None) -> Place:
    """The values together with those of bound symbols (`line`: theirs on the line, where they differ)."""
    here = Place(values)
    here.update(named)
    here.known = getattr(values, "known", None)
    here.integrated = getattr(values, "integrated", False)
    around = getattr(values, "line", None)
    if around is not None:
        here.line = {**around, **(named if line is None else line)}
    return here


def on_line(values: Values) -> Values:
    """The values where the variables of integration are real; without an integral around, all symbols are taken for such."""
    line = getattr(values, "line", None)
    return {symbol: acb(x.real) for symbol, x in values.items()} if line is None else line


def is_real(x: acb) -> bool:
    """Whether the ball holds real numbers only."""
    return bool(x.imag == 0)


def integer(bound: sp.Expr, values: Values) -> int:
    """The whole number that a bound of a sum or a number of steps is.

    Raises:
        NoEnclosureError: if it is none.
    """
    x = evaluate(bound, values)
    if not (is_real(x) and x.real.is_integer()):
        raise NoEnclosureError(f"{bound}, the bound of a sum or a number of steps, is no integer of moderate size")
    return int(x.real.unique_fmpz())


def _symbol(expression: sp.Symbol) -> Reading:
    def reading(values: Values, analytic: bool) -> acb:
        try:
            return values[expression]
        except KeyError:
            raise NoEnclosureError(f"no value for the symbol {expression}") from None

    return reading


def _integer(expression: sp.Integer) -> Reading:
    number = acb(int(expression.p))
    return lambda values, analytic: number


def _rational(expression: sp.Rational) -> Reading:
    number = fmpq(int(expression.p), int(expression.q))
    return lambda values, analytic: acb(number)  # rounded at the precision of the day


def _sum(expression: sp.Add) -> Reading:
    first, *others = map(reading_of, expression.args)

    def reading(values: Values, analytic: bool) -> acb:
        total = first(values, analytic)
        for term in others:
            total += term(values, analytic)
        return total

    return reading


def _product(expression: sp.Mul) -> Reading:
    first, *others = map(reading_of, expression.args)

    def reading(values: Values, analytic: bool) -> acb:
        total = first(values, analytic)
        for factor in others:
            total *= factor(values, analytic)
        return total

    return reading


def _power(expression: sp.Pow) -> Reading:
    base, exponent = expression.args
    below, above = reading_of(base), reading_of(exponent)
    if isinstance(exponent, sp.Integer):
        whole = int(exponent.p)
        return lambda values, analytic: below(values, analytic) ** whole
    if exponent == sp.S.Half:
        return lambda values, analytic: below(values, analytic).sqrt(analytic=analytic)
    if exponent == -sp.S.Half:
        return lambda values, analytic: 1 / below(values, analytic).sqrt(analytic=analytic)

    def reading(values: Values, analytic: bool) -> acb:
        x, y = below(values, analytic), above(values, analytic)
        if x == 0 and y.real > 0:  # the base is 0 exactly and throughout, the exponent surely positive
            return acb(0)
        return x.pow(y, analytic=analytic)

    return reading


ARITHMETIC.update(
    {sp.Symbol: _symbol, sp.Integer: _integer, sp.Rational: _rational, sp.Add: _sum, sp.Mul: _product, sp.Pow: _power}
)
RULES.update(
    {
        type(sp.pi): lambda e, v, a: acb(arb.pi()),
        type(sp.E): lambda e, v, a: acb(1).exp(),
        type(sp.EulerGamma): lambda e, v, a: acb(arb.const_euler()),
        type(sp.I): lambda e, v, a: acb(0, 1),
    }
)
