"""Functions pieced together on the real line: where they are decided, and how they go on beside it."""

from __future__ import annotations

import sympy as sp
from flint import acb, arb
from sympy.core.relational import Relational

from sparse_limits.numerics.exact.balls.core import (
    NOT_A_NUMBER,
    RULES,
    NoEnclosureError,
    Rule,
    Values,
    evaluate,
    is_real,
    on_line,
)


def _pieced(method: str, arity: int | None = None) -> Rule:
    """A function pieced together on the real line: analytic beside it within a piece, if its arguments are real on it."""

    def rule(expression: sp.Expr, values: Values, analytic: bool) -> acb:
        arguments = expression.args[:arity]
        first, *others = (evaluate(argument, values, analytic) for argument in arguments)
        decisive = [evaluate(argument, on_line(values)) for argument in arguments] if analytic else [first, *others]
        if not all(map(is_real, decisive)):
            return NOT_A_NUMBER
        if arity == 1:
            return getattr(first, method)(analytic=analytic)
        for other in others:
            first = getattr(first, method)(other, analytic=analytic)
        return first

    return rule


_real_absolute = _pieced("real_abs", 1)
_real_step = _pieced("real_heaviside", 1)


def _absolute(expression: sp.Abs, values: Values, analytic: bool) -> acb:
    if analytic:
        return _real_absolute(expression, values, analytic)
    return acb(abs(evaluate(expression.args[0], values)))


def _heaviside(expression: sp.Heaviside, values: Values, analytic: bool) -> acb:
    argument, at_zero = expression.args
    step = _real_step(expression, values, analytic)
    if analytic or not step.is_finite():
        return step
    x = evaluate(argument, values).real
    if not x.contains(0):
        return step
    middle = evaluate(at_zero, values)
    return middle if x == 0 else acb(arb("0.5 +/- 0.5")).union(middle)


def _piecewise(expression: sp.Piecewise, values: Values, analytic: bool) -> acb:
    """The branch whose condition holds on the whole ball; where that cannot be decided, a ball around those that it may be."""
    possible: list[sp.Expr] = []
    for value, condition in expression.args:
        truth = _truth(condition, on_line(values) if analytic else values)
        if truth is not False:
            possible.append(value)
        if truth:
            break
        if truth is None and analytic:
            return NOT_A_NUMBER
    else:
        return NOT_A_NUMBER
    if len(possible) == 1:
        return evaluate(possible[0], values, analytic)
    try:
        first, *others = (evaluate(value, values) for value in possible)
    except NoEnclosureError:  # which may be that of a branch not taken
        return NOT_A_NUMBER
    for other in others:
        first = first.union(other)
    return first


def _truth(condition: sp.Basic, values: Values) -> bool | None:
    if condition in (sp.true, sp.false):
        return bool(condition)
    if isinstance(condition, (sp.And, sp.Or)):
        parts = [_truth(part, values) for part in condition.args]
        decisive = isinstance(condition, sp.Or)
        if decisive in parts:
            return decisive
        return None if None in parts else not decisive
    if isinstance(condition, sp.Not):
        inside = _truth(condition.args[0], values)
        return None if inside is None else not inside
    if not isinstance(condition, Relational):
        raise NoEnclosureError(f"no rule decides {condition}")
    sides = [evaluate(side, values) for side in condition.args]
    if not all(map(is_real, sides)):
        return None
    left, right = (side.real for side in sides)
    tests = {
        sp.StrictLessThan: (left < right, left >= right),
        sp.LessThan: (left <= right, left > right),
        sp.StrictGreaterThan: (left > right, left <= right),
        sp.GreaterThan: (left >= right, left < right),
        sp.Equality: (left == right, not left.overlaps(right)),
        sp.Unequality: (not left.overlaps(right), left == right),
    }
    yes, no = tests[type(condition)]
    return True if yes else False if no else None


RULES.update(
    {
        sp.Abs: _absolute,
        sp.sign: _pieced("real_sgn", 1),
        sp.Heaviside: _heaviside,
        sp.floor: _pieced("real_floor", 1),
        sp.ceiling: _pieced("real_ceil", 1),
        sp.Max: _pieced("real_max"),
        sp.Min: _pieced("real_min"),
        sp.Piecewise: _piecewise,
    }
)
