"""The rule of `Level`: the point where a decreasing function crosses zero."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import sympy as sp
from flint import acb, arb, ctx

from numerics.exact.balls.core import NOT_A_NUMBER, RULES, NoEnclosureError, Values, bind, evaluate
from numerics.exact.balls.monotone import falls
from numerics.exact.balls.vouching import named, vouch
from theory.formulas.level import Level


def _level(expression: Level, values: Values, analytic: bool) -> acb:
    """Bisection, then Newton steps: the root stays between points where the sign of the function is proved.

    That there is no other rests on the function falling, which is proved from its structure or else vouched.
    """
    if analytic:
        return NOT_A_NUMBER
    (variable,) = expression.function.variables
    body = expression.function.expr
    slope = _slope(body, variable)

    def at(t: arb, part: sp.Expr = body) -> arb:
        y = evaluate(part, bind(values, {variable: acb(t)}))
        return y.real if y.imag == 0 else arb("nan")

    bracket = _bracket(at)
    if bracket is None:
        return NOT_A_NUMBER
    if not falls(body, variable, values):
        vouch([f"nonincreasing in {variable} > 0: {named(body)}"])
    low, high = bracket
    while bool((high - low) > low / 64):
        middle = ((low + high) / 2).mid()
        sign = at(middle)
        if bool(sign > 0):
            low = middle
        elif bool(sign < 0):
            high = middle
        else:
            break
    finest = 4 * high * arb(2) ** (4 - ctx.prec)
    for _ in range(8 * ctx.prec.bit_length()):
        if bool(high - low <= 4 * finest):
            break
        middle = ((low + high) / 2).mid()
        value = at(middle)
        guess = middle - value.mid() / at(middle, slope).mid()
        width = (4 * abs(guess - middle) ** 2 / abs(guess) + finest).mid()
        while bool(2 * width < high - low):
            left, right = (guess - width).mid(), (guess + width).mid()
            if bool(left > low) and bool(right < high) and bool(at(left) > 0) and bool(at(right) < 0):
                low, high = left, right
                break
            width = 16 * width
        else:  # too far away for Newton
            if bool(value > 0):
                low = middle
            elif bool(value < 0):
                high = middle
            else:
                break
    return acb(low.union(high))


@lru_cache(maxsize=256)
def _slope(body: sp.Expr, variable: sp.Symbol) -> sp.Expr:
    """The derivative, remembered: every precision and every value of the other letters asks for it."""
    return sp.diff(body, variable)


def _bracket(at: Callable[[arb], arb]) -> tuple[arb, arb] | None:
    """Points on both sides of the root, found by halving and doubling from 1; none at too low a precision."""
    ends = []
    for side, sign, factor in (("above", 1, arb(1) / 2), ("below", -1, arb(2))):
        place, unclear = arb(1), 0
        for _ in range(200):
            value = sign * at(place)
            if bool(value > 0):
                break
            unclear = 0 if bool(value < 0) else unclear + 1
            if unclear == 2:  # one such point may be the root itself
                return None
            place = place * factor
        else:
            raise NoEnclosureError(f"a level has no point {side} it")
        ends.append(place)
    low, high = ends
    return low, high


RULES[Level] = _level
