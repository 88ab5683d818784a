"""The rule of integrals: over segments by Arb, over half-lines and up to singular ends with a bound of what is left.

What is left of an improper integral beyond a cut is bounded from the structure of its integrand (`sparse_limits.numerics.exact.balls.tails`),
in the variable itself or, for algebraic tails, in its logarithm. Where the structure shows nothing, the tail is taken
to be log-concave, as whoever writes the integral vouches, and bounded by f(R)²/|f′(R)|; the number is then vouched.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache

import sympy as sp
from flint import acb, arb, ctx

from sparse_limits.numerics.exact.balls.core import (
    NOT_A_NUMBER,
    RULES,
    NoEnclosureError,
    Place,
    Values,
    evaluate,
    is_real,
    on_line,
)
from sparse_limits.numerics.exact.balls.symbols import free_symbols
from sparse_limits.numerics.exact.balls.tails import tail
from sparse_limits.numerics.exact.balls.vouching import collecting, named, vouch
from sparse_limits.theory.formulas.valued import apart, valued

MOST_DOUBLINGS = 24  # of the interval of an improper integral, while nothing bounds the rest
MOST_KNOWN = 2**12  # integrals that are remembered
MOST_EVALUATIONS = 2**19  # of integrands, those of the integrals within one counted: some five seconds
_known: dict[Hashable, tuple[acb, frozenset[str]]] = {}
_evaluated: list[int] = []  # how often so far, while an integral is computed


def _integral(expression: sp.Integral, values: Values, analytic: bool) -> acb:
    """Computed once for the same numbers: of the integrals that checks and their controls ask for, more than half were known."""
    place = None if analytic else _place(expression, values)
    if place is None:
        return _computed(expression, values, analytic)
    if place not in _known:
        with collecting(alone=True) as notes:
            found = _computed(expression, values, analytic)
        if len(_known) >= MOST_KNOWN:
            _known.clear()
        _known[place] = found, frozenset(notes)
    ball, needed = _known[place]
    vouch(needed)
    return ball


def _place(expression: sp.Integral, values: Values) -> Hashable:
    """What distinguishes one value from another: the integral, the precision and the balls; none within another integral."""
    if getattr(values, "integrated", False):
        return None
    letters = [(symbol, values.get(symbol, NOT_A_NUMBER)) for symbol in free_symbols(expression)]
    if not all(x.is_finite() for _, x in letters):
        return None
    parts = [(symbol, part.mid().man_exp(), part.rad().man_exp()) for symbol, x in letters for part in (x.real, x.imag)]
    return (expression, ctx.prec, *parts)


def _computed(expression: sp.Integral, values: Values, analytic: bool) -> acb:
    *inner, limits = expression.limits
    if len(limits) != 3:
        raise NoEnclosureError(f"{expression} has no limits")
    variable, low, high = limits
    integrand = sp.Integral(expression.function, *inner) if inner else expression.function
    if low is sp.S.NegativeInfinity:
        mirrored, negative = _mirrored(integrand, variable)
        if high is not sp.oo:
            return _half_line(mirrored, negative, -high, values, analytic)
        halves = ((integrand, variable), (mirrored, negative))
        return sum((_half_line(*half, sp.S.Zero, values, analytic) for half in halves), acb(0))
    if high is sp.oo:
        return _half_line(integrand, variable, low, values, analytic)
    return _segment(integrand, variable, low, high, values, analytic)


# In place of the variable: always a new one, since the old may be assumed to be positive


@lru_cache(maxsize=1024)
def _mirrored(integrand: sp.Expr, variable: sp.Symbol) -> tuple[sp.Expr, sp.Symbol]:
    negative = sp.Dummy(f"-{variable}", real=True)
    return valued(integrand, {variable: -negative}), negative


@lru_cache(maxsize=1024)
def _in_logarithm(integrand: sp.Expr, variable: sp.Symbol) -> tuple[sp.Expr, sp.Symbol]:
    logarithm = sp.Dummy(f"log {variable}", real=True)
    return valued(integrand, {variable: sp.exp(logarithm)}) * sp.exp(logarithm), logarithm


@lru_cache(maxsize=1024)
def _towards(integrand: sp.Expr, variable: sp.Symbol, end: sp.Expr, other: sp.Expr) -> tuple[sp.Expr, sp.Symbol]:
    """Over w > 0, the integral from `end` to `other`, x = end + (other − end) e^−w."""
    steps = sp.Dummy(f"steps to {end}", real=True)
    part = (other - end) * sp.exp(-steps)
    there = valued(integrand, {variable: end + part})
    there = there.replace(
        lambda e: e.is_Add, lambda e: e.expand(log=False, power_base=False, power_exp=False, basic=False)
    )
    return there * part, steps


# Half-lines


def _half_line(integrand: sp.Expr, variable: sp.Symbol, low: sp.Expr, values: Values, analytic: bool) -> acb:
    """The integral from `low` to ∞: not known beside the real line, where no tail is bounded."""
    start = evaluate(low, values)
    if analytic or not (is_real(start) and start.is_finite()):
        return NOT_A_NUMBER
    total, function = acb(0), _function(integrand, variable, values, analytic)
    if not _has_value(function, start):
        total += _near_end(*_towards(integrand, variable, low, low + 2), values)
        start += 1
    found = _proved(integrand, variable, start, values)
    if found is None:
        cut, rest = _log_concave(integrand, variable, start, values)
        vouch([f"a log-concave tail of the integral of {named(integrand)}"])
        return total + _quadrature(function, start, cut) + rest
    cut, rest, algebraic = found
    if not algebraic:
        return total + _quadrature(function, start, cut) + rest
    soon = acb(start.real.max(arb(0)) + 1)
    scaled, logarithm = _in_logarithm(integrand, variable)
    far = _quadrature(_function(scaled, logarithm, values, analytic), soon.log(), cut.log())
    return total + _quadrature(function, start, soon) + far + rest


def _proved(
    integrand: sp.Expr, variable: sp.Symbol, low: acb, values: Values, algebraic: bool = True
) -> tuple[acb, acb, bool] | None:
    """A cut, a ball that holds the integral beyond it, proved and small, and whether that took the logarithm.

    None where the structure shows no such; `algebraic` says whether the logarithm may be tried.
    """
    tolerance = arb(2) ** (-ctx.prec)
    length, bound, doublings = acb(1), None, 0
    while doublings < (MOST_DOUBLINGS if bound is None else 4 * ctx.prec):
        cut = low + length
        bound, logarithmic = tail(integrand, variable, cut.real, values), False
        if bound is None and algebraic and bool(cut.real > 1):
            bound, logarithmic = tail(*_in_logarithm(integrand, variable), cut.real.log(), values), True
        if bound is not None and bool(bound[0] < tolerance):
            rest, real = bound
            return cut, acb(arb(0, rest), 0 if real else arb(0, rest)), logarithmic
        length, doublings = 2 * length, doublings + 1
    return None


def _log_concave(integrand: sp.Expr, variable: sp.Symbol, low: acb, values: Values) -> tuple[acb, acb]:
    """A cut and a ball that holds the integral beyond it, if the modulus of the integrand is log-concave there.

    Where the integrand vanishes nothing is known of what follows: the next cut is tried.

    Raises:
        NoEnclosureError: if no cut will do, or if the integrand is not log-concave at it.
    """
    slope = sp.diff(apart(integrand), variable)
    bend = sp.diff(slope, variable)
    tolerance, length = arb(2) ** (-ctx.prec), acb(1)
    for _ in range(MOST_DOUBLINGS):
        cut = low + length
        here = {**values, variable: cut}
        ends = evaluate(integrand, here), -evaluate(slope, here)
        value, fall = (end.real if is_real(end) else arb("nan") for end in ends)
        sign = -1 if bool(value < 0) else 1
        value, fall = sign * value, sign * fall
        if bool(value > 0) and bool(fall > 0) and bool((rest := value**2 / fall) < tolerance):
            if bool(sign * evaluate(bend, here).real * value > fall**2):
                raise NoEnclosureError(f"the tail of the integral of {integrand} is not log-concave")
            half = sign * rest.upper() / 2
            return cut, acb(half + arb(0, abs(half)))
        length = 2 * length
    raise NoEnclosureError(f"the integral of {integrand} has no tail below 2^-{ctx.prec}")


# Segments


def _segment(
    integrand: sp.Expr, variable: sp.Symbol, low: sp.Expr, high: sp.Expr, values: Values, analytic: bool
) -> acb:
    """An integral between finite ends; towards an end where the integrand has no value, as over a half-line."""
    a, b = evaluate(low, values, analytic), evaluate(high, values, analytic)
    real = analytic or (is_real(a) and is_real(b))
    function = _function(integrand, variable, values, analytic, real)
    if analytic or not real or a.overlaps(b):
        return _quadrature(function, a, b)
    singular = [not _has_value(function, end) for end in (a, b)]
    if not any(singular):
        return _quadrature(function, a, b)
    total, middle = acb(0), (a + b) / 2
    for end, other, there, bad, sign in ((low, high, a, singular[0], 1), (high, low, b, singular[1], -1)):
        if bad:
            near = _near_end(*_towards(integrand, variable, end, other), values)
            total += near if sign == 1 else -near
        else:
            total += sign * _quadrature(function, there, middle)
    return total


def _near_end(integrand: sp.Expr, steps: sp.Symbol, values: Values) -> acb:
    """The half of a segment next to a singular end: from there to the middle is w from log 2 to ∞."""
    low = acb(2).log()
    found = _proved(integrand, steps, low, values, algebraic=False)
    if found is None:
        return NOT_A_NUMBER
    cut, rest, _ = found
    return _quadrature(_function(integrand, steps, values, False), low, cut) + rest


def _has_value(function: Callable[[acb, bool], acb], x: acb) -> bool:
    try:
        return bool(function(x, False).is_finite())
    except ZeroDivisionError:
        return False


def _function(
    integrand: sp.Expr, variable: sp.Symbol, values: Values, analytic: bool, on_real_line: bool = True
) -> Callable[[acb, bool], acb]:
    line = on_line(values) if analytic else values

    def function(x: acb, beside: bool) -> acb:
        here = Place(values)
        here.integrated = True
        here[variable] = x
        if analytic or beside:  # where the path leaves the real line nothing is pieced together
            here.line = {**line, variable: acb(x.real) if on_real_line else x}
        return evaluate(integrand, here, analytic or beside)

    return function


def _quadrature(function: Callable[[acb, bool], acb], low: acb, high: acb) -> acb:
    """The integral over a segment; what is raised inside passes through (flint alone would bury it)."""
    raised: list[BaseException] = []
    outermost = not _evaluated

    def guarded(x: acb, analytic: bool) -> acb:
        if not raised:
            try:
                _evaluated[0] += 1
                if _evaluated[0] > MOST_EVALUATIONS:
                    raise NoEnclosureError(f"an integral takes more than {MOST_EVALUATIONS} values of its integrands")
                return function(x, analytic)
            except BaseException as error:
                raised.append(error)
        return NOT_A_NUMBER

    try:
        if outermost:
            _evaluated.append(0)
        result = acb.integral(guarded, low, high, eval_limit=100 * ctx.prec)
    except BaseException as error:
        raised.append(error)
    finally:
        if outermost:
            _evaluated.clear()
    if raised:
        raise _as_it_was(raised[0])
    return result


def _as_it_was(error: BaseException) -> BaseException:
    """An interrupt that came between flint and the function: the next call finds it pending, as a `SystemError`."""
    while isinstance(error, SystemError) and error.__cause__ is not None:
        error = error.__cause__
    return error


RULES[sp.Integral] = _integral
