"""One rule a type of expression: the evaluation in balls, and the rules of arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import sympy as sp
from flint import acb, arb, fmpq

Values = Mapping[sp.Symbol, acb]
Rule = Callable[[sp.Basic, Values, bool], acb]

HIGHEST_PRECISION = 4096
NOT_A_NUMBER = acb("nan", "nan")
RULES: dict[type, Rule] = {}


class NoEnclosureError(ArithmeticError):
    """No finite ball of the asked precision was found: undefined, divergent, or beyond the evaluator."""


class NoGuaranteeError(NoEnclosureError):
    """The expression is the value "no guarantee": known, but no number."""


def evaluate(expression: sp.Basic, values: Values, analytic: bool = False) -> acb:
    """A ball that contains the expression at the current precision (not finite where it is undefined).

    With `analytic`, the result is not finite unless the expression is analytic on the ball (for integration).
    """
    kind: type = type(expression)
    return _rule(kind)(expression, values, analytic)


@cache
def _rule(kind: type) -> Rule:
    """The rule of a type, or of the nearest type that it derives from."""
    for each in kind.__mro__:
        if each in RULES:
            return RULES[each]
    raise NoEnclosureError(f"no rule encloses {kind.__name__}")


class Place(dict[sp.Symbol, acb]):
    """Values of symbols and, inside an integral, `line`: what they are where its variable is real.

    There a function pieced together on the real line is decided; beside the line it is continued. Inside a sum, `known`
    holds the sums within it that are already added up.
    """

    line: Values | None = None
    known: object = None


def bind(values: Values, named: Values, line: Values | None = None) -> Place:
    """The values together with those of bound symbols (`line`: theirs on the line, where they differ)."""
    here = Place(values)
    here.update(named)
    here.known = getattr(values, "known", None)
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


def _symbol(expression: sp.Symbol, values: Values, analytic: bool) -> acb:
    try:
        return values[expression]
    except KeyError:
        raise NoEnclosureError(f"no value for the symbol {expression}") from None


def _rational(expression: sp.Rational, values: Values, analytic: bool) -> acb:
    return acb(fmpq(int(expression.p), int(expression.q)))


def _integer(expression: sp.Integer, values: Values, analytic: bool) -> acb:
    return acb(int(expression.p))


def _sum(expression: sp.Add, values: Values, analytic: bool) -> acb:
    total = acb(0)
    for term in expression.args:
        kind: type = type(term)  # as `evaluate`, a call less: balls are added up by the million
        total += _rule(kind)(term, values, analytic)
    return total


def _product(expression: sp.Mul, values: Values, analytic: bool) -> acb:
    total = acb(1)
    for factor in expression.args:
        kind: type = type(factor)
        total *= _rule(kind)(factor, values, analytic)
    return total


def _power(expression: sp.Pow, values: Values, analytic: bool) -> acb:
    base, exponent = expression.args
    x = evaluate(base, values, analytic)
    if isinstance(exponent, sp.Integer):
        return x ** int(exponent.p)
    if isinstance(exponent, sp.Rational) and exponent.q == 2 and abs(exponent.p) == 1:
        root = x.sqrt(analytic=analytic)
        return root if exponent.p == 1 else 1 / root
    y = evaluate(exponent, values, analytic)
    if x == 0 and y.real > 0:  # the base is 0 exactly and throughout, the exponent surely positive
        return acb(0)
    return x.pow(y, analytic=analytic)


RULES.update(
    {
        sp.Symbol: _symbol,
        sp.Integer: _integer,
        sp.Rational: _rational,
        sp.Add: _sum,
        sp.Mul: _product,
        sp.Pow: _power,
        type(sp.pi): lambda e, v, a: acb(arb.pi()),
        type(sp.E): lambda e, v, a: acb(1).exp(),
        type(sp.EulerGamma): lambda e, v, a: acb(arb.const_euler()),
        type(sp.I): lambda e, v, a: acb(0, 1),
    }
)
