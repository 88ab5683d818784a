"""The rule of `Level`: the point where a decreasing function crosses zero."""

from __future__ import annotations

from collections.abc import Callable

from flint import acb, arb, ctx

from sparse_limits.numerics.exact.balls.core import NOT_A_NUMBER, RULES, NoEnclosureError, Values, bind, evaluate
from sparse_limits.numerics.exact.balls.monotone import falls
from sparse_limits.numerics.exact.balls.vouching import named, vouch
from sparse_limits.theory.formulas.level import Level

ROUGH = 64  # bits at which the root is looked for before it is made out at the precision that is asked for
Function = Callable[[arb], arb]


def _level(expression: Level, values: Values, analytic: bool) -> acb:
    """Chords lead to the root; at the ends of the ball around it the signs of the function are proved.

    That there is no other rests on the function falling, which is proved from its structure or else vouched.
    """
    if analytic:
        return NOT_A_NUMBER
    (variable,) = expression.function.variables
    body = expression.function.expr

    def at(t: arb) -> arb:
        y = evaluate(body, bind(values, {variable: acb(t)}))
        return y.real if y.imag == 0 else arb("nan")

    with ctx.workprec(min(ROUGH, ctx.prec)):
        bracket = _bracket(at)
        near = bracket and _approached(at, bracket, bracket)[0]
    bracket = bracket or _bracket(at)
    if bracket is None:
        return NOT_A_NUMBER
    if not falls(body, variable, values):
        vouch([f"nonincreasing in {variable} > 0: {named(body)}"])
    low, high = bracket
    beside = bracket if near is None else ((near * (1 + arb(2) ** (-ROUGH // 2))).mid(), near)
    guess, unsure = _approached(at, bracket, beside)
    width = (4 * unsure + 4 * high * arb(2) ** (4 - ctx.prec)).mid()
    while bool(2 * width < high - low):
        left, right = (guess - width).mid(), (guess + width).mid()
        if bool(left > low) and bool(right < high) and bool(at(left) > 0) and bool(at(right) < 0):
            return acb(left.union(right))
        width = 16 * width
    return acb(_halved(at, low, high))


def _approached(at: Function, bracket: tuple[arb, arb], points: tuple[arb, arb]) -> tuple[arb, arb]:
    """Where chords through the last two points lead, unproved, and how far the radius of a value moves that.

    A chord misses by about the product of the distances of its ends. Points that leave the bracket halve it instead.
    """
    (low, high), (before, last) = bracket, points
    was, now = at(before), at(last)
    guess, unsure = last, high - low
    for _ in range(ctx.prec):
        low, high = (last, high) if bool(now.mid() > 0) else (low, last)
        slope = (now.mid() - was.mid()) / (last - before)
        step = now.mid() / slope
        guess, unsure = (last - step).mid(), abs(now.rad() / slope)
        if bool(abs(8 * step * (last - before)) < last**2 * arb(2) ** (4 - ctx.prec)):
            break
        inside = bool(guess > low) and bool(guess < high)
        before, was, last = last, now, guess if inside else ((low + high) / 2).mid()
        now = at(last)
    return guess, unsure


def _halved(at: Function, low: arb, high: arb) -> arb:
    """The bracket, halved as long as the sign in its middle is known."""
    for _ in range(2 * ctx.prec):
        middle = ((low + high) / 2).mid()
        sign = at(middle)
        if bool(sign > 0):
            low = middle
        elif bool(sign < 0):
            high = middle
        else:
            break
    return low.union(high)


def _bracket(at: Function) -> tuple[arb, arb] | None:
    """Points on both sides of the root, the nearest on the way from 1 by halves or doubles; none at too low a precision."""
    found: dict[int, arb] = {}  # the last point where the function has a sign
    for side, sign, factor in (("above", 1, arb(1) / 2), ("below", -1, arb(2))):
        place, unclear = 2 * found.get(1, arb(1) / 2), 0
        for _ in range(200):
            if sign in found:
                break
            value = at(place)
            known = 1 if bool(value > 0) else -1 if bool(value < 0) else 0
            found[known] = place
            unclear = 0 if known else unclear + 1
            if unclear == 2:  # one such point may be the root itself
                return None
            place = place * factor
        else:
            raise NoEnclosureError(f"a level has no point {side} it")
    return found[1], found[-1]


RULES[Level] = _level
