"""What is left of an integral beyond some point: bounds of its integrand on the ray, by a walk through the expression."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache, reduce

import sympy as sp
from flint import acb, arb
from sympy.core.relational import Relational

from sparse_limits.numerics.exact.balls.core import NoEnclosureError, Values, evaluate, is_real
from sparse_limits.numerics.exact.balls.ray_functions import (
    ONE_ARGUMENT,
    bessel_k,
    checked_real,
    divergent_series,
    falling_like_exp,
    logarithm,
    sign,
)
from sparse_limits.numerics.exact.balls.rays import (
    NOTHING,
    Line,
    Ray,
    Rays,
    UnprovedError,
    add,
    at_least_zero,
    at_most_zero,
    between,
    constant,
    exponential,
    flattest,
    multiply,
    power,
    ray,
    scale,
)
from sparse_limits.numerics.exact.balls.symbols import free_symbols
from sparse_limits.theory.formulas.let import Let


def analysed(expression: sp.Basic, rays: Rays, values: Values) -> Ray:
    """What an expression does on the ray, given that of the symbols that depend on its variable, and values of others.

    Raises:
        UnprovedError: if its structure does not show it.
    """
    if not free_symbols(expression) & rays.keys():
        return constant(evaluate(expression, values))
    if isinstance(expression, sp.Symbol):
        return rays[expression]

    def inside(part: sp.Basic) -> Ray:
        return analysed(part, rays, values)

    kind = type(expression)
    if kind in ONE_ARGUMENT:
        part = inside(expression.args[0])
        return ONE_ARGUMENT[kind](_bent(expression.args[0], part, rays, values) if kind is sp.exp else part)
    if kind is sp.Add:
        return add(map(inside, expression.args))
    if kind is sp.Mul:
        fixed, moving = expression.as_independent(*rays.keys(), as_Add=False)
        factors = moving.args if isinstance(moving, sp.Mul) else (moving,)
        return scale(evaluate(fixed, values), reduce(multiply, map(inside, factors)))
    if kind is sp.Pow:
        base, exponent = expression.args
        if not free_symbols(exponent) & rays.keys():
            p = evaluate(exponent, values)
            if not is_real(p):
                raise UnprovedError("an exponent is not real")
            return power(inside(base), p.real)
        log_base, part = logarithm(inside(base)), inside(exponent)
        if not free_symbols(base) & rays.keys():
            return exponential(scale(evaluate(base, values).log(), part))
        return exponential(multiply(part, log_base))
    if kind in (sp.Max, sp.Min):
        return _extreme([inside(part) for part in expression.args], kind is sp.Max)
    if kind is sp.Heaviside:
        return scale(acb(0.5), add([constant(acb(1)), sign(inside(expression.args[0]))]))
    if kind in (sp.besselk, sp.expint):
        order, argument = expression.args
        nu = evaluate(order, values)
        if free_symbols(order) & rays.keys() or not is_real(nu):
            raise UnprovedError("an order is not constant and real")
        if kind is sp.besselk:
            return bessel_k(nu.real, inside(argument))
        return falling_like_exp(lambda z: acb(z).expint(nu).real, inside(argument))
    if kind is sp.hyper and len(expression.ap) == 2 and not expression.bq:
        orders = [evaluate(a, values) for a in expression.ap if not free_symbols(a) & rays.keys()]
        if len(orders) < 2 or not all(is_real(a) and a.real > 0 for a in orders):
            raise UnprovedError("orders of a ₂F₀ are not positive")
        return divergent_series(inside(expression.argument))
    if kind is sp.Piecewise:
        return _pieces(expression, rays, values)
    if isinstance(expression, Let):
        body, definitions = expression.args
        here = dict(rays)
        for name, value in definitions.args:
            here[name] = analysed(value, here, values)
        return analysed(body, here, values)
    if kind is sp.Integral:
        return _inner_integral(expression, rays, values)
    raise UnprovedError(f"no rule says what {kind.__name__} does on a ray")


def _extreme(parts: list[Ray], largest: bool) -> Ray:
    for part in parts:
        checked_real(part)
    if not largest:
        return scale(acb(-1), _extreme([scale(acb(-1), part) for part in parts], True))
    lows = [part.low for part in parts if part.low is not None]
    highs = [part.high for part in parts]
    low = max((end.lower() for end in lows), default=None)
    parts = [part for part in parts if low is None or part.high is None or not bool(part.high < low)]
    highs = [part.high for part in parts]
    high = None if any(end is None for end in highs) else max(end.upper() for end in highs)  # type: ignore[union-attr]
    return ray(low, high, _highest(part.above for part in parts), None, _highest(part.upper for part in parts))


def _highest(lines: Iterable[Line | None]) -> Line | None:
    """A line above several."""
    found = list(lines)
    if any(line is None for line in found):
        return None
    starts = [line[0] for line in found if line is not None]
    slopes = [line[1].upper() for line in found if line is not None]
    return reduce(lambda a, b: a if bool(b == NOTHING) else b if bool(a == NOTHING) else a.max(b), starts), max(slopes)


def _pieces(expression: sp.Piecewise, rays: Rays, values: Values) -> Ray:
    """The branches that may be taken on the ray, together."""
    possible = []
    for value, condition in expression.args:
        truth = _truth(condition, rays, values)
        if truth is not False:
            possible.append(analysed(value, rays, values))
        if truth:
            break
    else:
        raise UnprovedError("a Piecewise may have no value")
    if len(possible) == 1:
        return possible[0]
    upper = _highest(part.upper for part in possible)
    if not all(part.real for part in possible):
        return ray(upper=upper, real=False)
    lows, highs = [part.low for part in possible], [part.high for part in possible]
    low = None if None in lows else min(end.lower() for end in lows if end is not None)
    high = None if None in highs else max(end.upper() for end in highs if end is not None)
    return ray(low, high, upper=upper)


def _truth(condition: sp.Basic, rays: Rays, values: Values) -> bool | None:
    if condition in (sp.true, sp.false):
        return bool(condition)
    if isinstance(condition, (sp.And, sp.Or)):
        parts = [_truth(part, rays, values) for part in condition.args]
        decisive = isinstance(condition, sp.Or)
        return decisive if decisive in parts else None if None in parts else not decisive
    if not isinstance(condition, Relational):
        raise UnprovedError(f"no rule decides {condition}")
    gap = add([analysed(condition.lhs, rays, values), scale(acb(-1), analysed(condition.rhs, rays, values))])
    checked_real(gap)
    positive = gap.low is not None and bool(gap.low > 0)
    negative = gap.high is not None and bool(gap.high < 0)
    if not positive and not negative:
        return None
    return {
        sp.StrictLessThan: negative,
        sp.LessThan: negative,
        sp.StrictGreaterThan: positive,
        sp.GreaterThan: positive,
        sp.Equality: False,
        sp.Unequality: True,
    }[type(condition)]


def _inner_integral(expression: sp.Integral, rays: Rays, values: Values) -> Ray:
    """An integral between constant ends: its length times what its integrand does at any point of it."""
    *others, (variable, low, high) = expression.limits
    inner = sp.Integral(expression.function, *others) if others else expression.function
    if low in (sp.S.NegativeInfinity, sp.oo) or high in (sp.S.NegativeInfinity, sp.oo):
        raise UnprovedError("an improper integral inside another")
    if (free_symbols(low) | free_symbols(high)) & rays.keys():
        raise UnprovedError("an integral with moving ends")
    a, b = evaluate(low, values), evaluate(high, values)
    if not (is_real(a) and is_real(b) and bool(b.real >= a.real)):
        raise UnprovedError("an integral between ends that are not ordered")
    part = analysed(inner, {**rays, variable: between(a.real, b.real)}, values)
    whole = scale(b - a, part)
    definite = at_least_zero(part) or at_most_zero(part)
    return whole if definite else ray(whole.low, whole.high, whole.above, whole.below, whole.upper, None, whole.real)


SMOOTH = (
    sp.Symbol,
    sp.Number,
    sp.NumberSymbol,
    sp.Add,
    sp.Mul,
    sp.Pow,
    sp.exp,
    sp.log,
    sp.sin,
    sp.cos,
    sp.sinh,
    sp.cosh,
)


@lru_cache(maxsize=1024)
def _is_smooth(expression: sp.Expr) -> bool:
    """Whether what SymPy takes for the derivative is one at every point: no kinks, no jumps."""
    return all(isinstance(part, SMOOTH) for part in sp.preorder_traversal(expression))


@lru_cache(maxsize=1024)
def _second_derivative(expression: sp.Expr, variable: sp.Symbol) -> sp.Expr:
    return sp.diff(expression, variable, 2)


@lru_cache(maxsize=1024)
def _derivative(expression: sp.Expr, variable: sp.Symbol) -> sp.Expr:
    return sp.diff(expression, variable)


def _bent(expression: sp.Expr, part: Ray, rays: Rays, values: Values) -> Ray:
    """An exponent, with its tangent as a bound from above where it is concave on the ray."""
    if (part.above is not None and not bool(part.above[1] >= 0)) or len(rays) != 1 or not _is_smooth(expression):
        return part
    ((variable, moving),) = rays.items()
    if moving.below is None or moving.above is None or not bool(moving.below[1] == moving.above[1]):
        return part
    try:
        bend = analysed(_second_derivative(expression, variable), rays, values)
        if not at_most_zero(bend):
            return part
        here = {**values, variable: acb(moving.below[0])}
        start, slope = (evaluate(f, here) for f in (expression, _derivative(expression, variable)))
    except (UnprovedError, NoEnclosureError):
        return part
    if not (is_real(start) and is_real(slope)):
        return part
    tangent = (start.real, slope.real * moving.below[1])
    return ray(part.low, part.high, flattest(part.above, tangent), part.below, part.upper, part.lower, part.real)


def tail(integrand: sp.Expr, variable: sp.Symbol, start: arb, values: Values) -> tuple[arb, bool] | None:
    """A bound of the integral of |f| from `start` on, proved, and whether f is real there; none if the proof fails."""
    moving = ray(start, None, (start, arb(1)), (start, arb(1)))
    try:
        found = analysed(integrand, {variable: moving}, values)
    except (UnprovedError, NoEnclosureError, ZeroDivisionError):
        return None
    if found.zero:
        return arb(0), True
    if found.upper is None or not bool(found.upper[1] < 0):
        return None
    size = found.upper[0].exp() / -found.upper[1]
    return (size.upper(), found.real) if size.is_finite() else None
