"""What a real function does on a ray x = r + y, y ≥ 0, proved from how it is built: its range, and lines that bound it.

A `Ray` holds bounds of an expression, each true for all y ≥ 0 and each unknown where it is `None`. Lines a + by, given
as (a, b), bound the function itself (`above`, `below`) and the logarithm of its modulus (`upper`, `lower`): with
`upper` = (a, b), b < 0, the integral of |f| over the ray is at most e^a/(−b). Each rule is a line of calculus: sums add
lines, products add logarithms, exp turns lines of its argument into lines of the logarithm, a convex function lies
above its tangents. That a function has a Ray says also that it is defined and finite on the open ray.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache, reduce

import sympy as sp
from flint import acb, arb
from sympy.core.relational import Relational

from numerics.exact.balls.core import NoEnclosureError, Values, evaluate, is_real
from numerics.exact.balls.symbols import free_symbols
from theory.let import Let

Line = tuple[arb, arb]
NOTHING = arb("-inf")  # the logarithm of 0


class UnprovedError(ArithmeticError):
    """The structure of an expression does not show what it does on the ray."""


@dataclass(frozen=True)
class Ray:
    """Bounds of the real part of a function (`low`, `high`, `above`, `below`) and of its modulus (`upper`, `lower`)."""

    low: arb | None = None
    high: arb | None = None
    above: Line | None = None
    below: Line | None = None
    upper: Line | None = None
    lower: Line | None = None
    real: bool = True

    @property
    def zero(self) -> bool:
        return self.upper is not None and bool(self.upper[0] == NOTHING)


Rays = Mapping[sp.Symbol, Ray]


def ray(
    low: arb | None = None,
    high: arb | None = None,
    above: Line | None = None,
    below: Line | None = None,
    upper: Line | None = None,
    lower: Line | None = None,
    real: bool = True,
) -> Ray:
    """A `Ray` with what each bound says about the others."""
    low, high = _finite(low), _finite(high)
    above, below, upper, lower = map(_finite_line, (above, below, upper, lower))
    if real and upper is not None and bool(upper[1] <= 0):
        size = upper[0].exp()
        low, high = _larger(low, -size), _smaller(high, size)
    if above is not None and bool(above[1] <= 0):
        high = _smaller(high, above[0])
    if below is not None and bool(below[1] >= 0):
        low = _larger(low, below[0])
    if real and low is not None and bool(low >= 0) and lower is not None:
        start = lower[0].exp()
        below = _steepest(below, (start, start * lower[1]))  # e^z is at least 1 + z
        if bool(lower[1] >= 0):
            low = _larger(low, start)
    if high is not None:
        above = _flattest(above, (high, arb(0)))
    if low is not None:
        below = _steepest(below, (low, arb(0)))
    if real:
        upper, lower = _log_above(low, high, above, below, upper), _log_below(low, high, lower)
    return Ray(low, high, above, below, upper, lower, real)


def _log_above(
    low: arb | None, high: arb | None, above: Line | None, below: Line | None, known: Line | None
) -> Line | None:
    if low is not None and high is not None:
        known = _flattest(known, (_log(max(abs(low).upper(), abs(high).upper())), arb(0)))
    if above is not None and low is not None and bool(low >= 0) and bool(above[0] > 0):
        known = _flattest(known, (above[0].log(), above[1] / above[0]))  # 1 + z is at most e^z
    elif above is not None and below is not None:
        start = max(abs(above[0]).upper(), abs(below[0]).upper())
        if bool(start > 0):
            slope = max(abs(above[1]).upper(), abs(below[1]).upper())
            known = _flattest(known, (start.log(), slope / start))
    return known


def _log_below(low: arb | None, high: arb | None, known: Line | None) -> Line | None:
    if low is not None and bool(low > 0):
        return _steepest(known, (low.log(), arb(0)))
    if high is not None and bool(high < 0):
        return _steepest(known, ((-high).log(), arb(0)))
    return known


def _log(size: arb) -> arb:
    return size.log() if bool(size > 0) else NOTHING


def _finite(bound: arb | None) -> arb | None:
    return bound if bound is not None and bound.is_finite() else None


def _finite_line(line: Line | None) -> Line | None:
    if line is None or not line[1].is_finite():
        return None
    return line if line[0].is_finite() or bool(line[0] == NOTHING) else None


def _smaller(one: arb | None, other: arb) -> arb | None:
    return one if one is not None and not bool(other < one) else _finite(other)


def _larger(one: arb | None, other: arb) -> arb | None:
    return one if one is not None and not bool(other > one) else _finite(other)


def _flattest(one: Line | None, other: Line | None) -> Line | None:
    """Of two bounds from above the one that counts far out."""
    if one is None or other is None:
        return one or other
    if bool(one[1] < other[1]) or bool(other[1] < one[1]):
        return one if bool(one[1] < other[1]) else other
    return other if bool(other[0] < one[0]) else one


def _steepest(one: Line | None, other: Line | None) -> Line | None:
    """Of two bounds from below the one that counts far out."""
    if one is None or other is None:
        return one or other
    if bool(one[1] > other[1]) or bool(other[1] > one[1]):
        return one if bool(one[1] > other[1]) else other
    return other if bool(other[0] > one[0]) else one


def _plus(one: Line | None, other: Line | None) -> Line | None:
    return None if one is None or other is None else (one[0] + other[0], one[1] + other[1])


def _times(line: Line | None, factor: arb) -> Line | None:
    return None if line is None else (line[0] * factor, line[1] * factor)


def constant(value: acb) -> Ray:
    """A value that does not depend on the variable."""
    if not value.is_finite():
        raise UnprovedError("a constant has no value")
    size, least = value.abs_upper(), value.abs_lower()
    lower = (least.log(), arb(0)) if bool(least > 0) else None
    return ray(value.real, value.real, upper=(_log(size), arb(0)), lower=lower, real=is_real(value))


def between(low: arb, high: arb) -> Ray:
    """A value somewhere between two others."""
    return ray(low.lower(), high.upper())


# Rules: arithmetic


def _add(terms: Iterable[Ray]) -> Ray:
    terms = [term for term in terms if not term.zero]
    if not terms:
        return constant(acb(0))
    low = _total(term.low for term in terms)
    high = _total(term.high for term in terms)
    above = reduce(_plus, (term.above for term in terms))
    below = reduce(_plus, (term.below for term in terms))
    uppers = [term.upper for term in terms]
    upper = None
    if all(line is not None for line in uppers):
        slope = max(line[1].upper() for line in uppers if line is not None)
        upper = (sum((line[0].exp() for line in uppers if line is not None), arb(0)).log(), slope)
    return ray(low, high, above, below, upper, _leading(terms), all(term.real for term in terms))


def _total(bounds: Iterable[arb | None]) -> arb | None:
    total = arb(0)
    for bound in bounds:
        if bound is None:
            return None
        total += bound
    return total


def _leading(terms: list[Ray]) -> Line | None:
    """A bound from below of the logarithm of a sum, where one term outweighs the others."""
    best = None
    for leader in terms:
        if leader.lower is None:
            continue
        start, slope = leader.lower
        rest = arb(0)
        for term in terms:
            if term is leader or _same_sign(leader, term):
                continue
            if term.upper is None or bool(term.upper[1] > slope) or not bool(term.upper[1] <= slope):
                break
            rest += term.upper[0].exp()
        else:
            left = start.exp() - rest
            if bool(left > 0):
                best = _steepest(best, (left.log(), slope))
    return best


def _same_sign(one: Ray, other: Ray) -> bool:
    if not (one.real and other.real):
        return False
    return (_at_least_zero(one) and _at_least_zero(other)) or (_at_most_zero(one) and _at_most_zero(other))


def _at_least_zero(part: Ray) -> bool:
    return part.real and part.low is not None and bool(part.low >= 0)


def _at_most_zero(part: Ray) -> bool:
    return part.real and part.high is not None and bool(part.high <= 0)


def _scale(factor: acb, part: Ray) -> Ray:
    if factor == 0 or part.zero:
        return constant(acb(0))
    size = constant(factor)
    c, upper, lower = factor.real, _plus(part.upper, size.upper), _plus(part.lower, size.lower)
    if not part.real and not is_real(factor):
        return ray(upper=upper, lower=lower, real=False)
    if c == 0:
        return ray(c, c, upper=upper, lower=lower, real=False)
    real = part.real and is_real(factor)
    above, below = _times(part.above, c), _times(part.below, c)
    low, high = (None if end is None else end * c for end in (part.low, part.high))
    if bool(c >= 0):
        return ray(low, high, above, below, upper, lower, real)
    if bool(c <= 0):
        return ray(high, low, below, above, upper, lower, real)
    return ray(upper=upper, lower=lower, real=real)


def _multiply(one: Ray, other: Ray) -> Ray:
    if one.zero or other.zero:
        return constant(acb(0))
    upper, lower = _plus(one.upper, other.upper), _plus(one.lower, other.lower)
    if not (one.real and other.real):
        return ray(upper=upper, lower=lower, real=False)
    low, high, below = None, None, None
    ends = [end for part in (one, other) for end in (part.low, part.high)]
    if all(end is not None for end in ends):
        corners = [a * b for a in ends[:2] for b in ends[2:]]  # type: ignore[operator]
        low, high = min(c.lower() for c in corners), max(c.upper() for c in corners)
    elif _at_least_zero(one) and _at_least_zero(other):
        low = one.low * other.low  # type: ignore[operator]
    elif (_at_least_zero(one) or _at_most_zero(one)) and (_at_least_zero(other) or _at_most_zero(other)):
        low, high = (arb(0), None) if _same_sign(one, other) else (None, arb(0))
    if _rises_from_zero(one) and _rises_from_zero(other):
        (a, b), (c, d) = one.below, other.below  # type: ignore[misc]
        below = (a * c, a * d + b * c)
    return ray(low, high, None, below, upper, lower)


def _rises_from_zero(part: Ray) -> bool:
    """Whether a line that starts at 0 or above and does not fall is a bound from below."""
    return part.real and part.below is not None and bool(part.below[0] >= 0) and bool(part.below[1] >= 0)


def _power(base: Ray, p: arb) -> Ray:
    """base^p for a real number p ≠ 0, the principal value."""
    upper, lower = (base.upper, base.lower) if bool(p > 0) else (base.lower, base.upper)
    if not bool(p > 0) and not bool(p < 0):
        raise UnprovedError("a power may have the exponent 0")
    if bool(p < 0) and base.lower is None:
        raise UnprovedError("a denominator may vanish")
    upper, lower = _times(upper, p), _times(lower, p)
    whole = p.is_integer()
    even = whole and int(p.unique_fmpz()) % 2 == 0
    if not base.real or not (_at_least_zero(base) or whole):
        return ray(upper=upper, lower=lower, real=base.real and whole)
    if not _at_least_zero(base):  # a whole exponent
        return _signed_power(base, p, even, upper, lower)
    low, high = base.low, base.high
    assert low is not None
    if bool(p < 0):
        return ray(high**p if high is not None else arb(0), low**p if bool(low > 0) else None, None, None, upper, lower)
    above = below = None
    if bool(p >= 1) and base.below is not None and bool(base.below[0] > 0):
        a, b = base.below
        if bool(b >= 0):
            below = (a**p, p * a ** (p - 1) * b)  # convex
    if bool(p <= 1) and base.above is not None and bool(base.above[0] > 0):
        a, b = base.above
        if bool(b >= 0):
            above = (a**p, p * a ** (p - 1) * b)  # concave
    start = low**p if bool(low > 0) else arb(0)
    return ray(start, None if high is None else _nonnegative_power(high, p), above, below, upper, lower)


def _nonnegative_power(x: arb, p: arb) -> arb:
    top = x.upper()
    return top**p if bool(top > 0) else arb(0)


def _signed_power(base: Ray, p: arb, even: bool, upper: Line | None, lower: Line | None) -> Ray:
    if even:
        return ray(arb(0), upper=upper, lower=lower)
    if bool(p < 0):
        return ray(None, arb(0) if _at_most_zero(base) else None, None, None, upper, lower)
    n = int(p.unique_fmpz())
    low, high = (None if end is None else end**n for end in (base.low, base.high))
    return ray(low, high, None, None, upper, lower)


def _modulus(part: Ray) -> Ray:
    if part.real and _at_least_zero(part):
        return part
    if part.real and _at_most_zero(part):
        return _scale(acb(-1), part)
    above = None
    if part.real and part.above is not None and part.below is not None:
        (a, b), (c, d) = part.above, part.below
        above = (abs(a).max(abs(c)), abs(b).max(abs(d)))
    return ray(arb(0), None, above, None, part.upper, part.lower)


def _exponential(part: Ray) -> Ray:
    low, high = part.low, part.high
    if not part.real:
        return ray(upper=part.above, lower=part.below, real=False)
    return ray(
        arb(0) if low is None else low.exp(), None if high is None else high.exp(), None, None, part.above, part.below
    )


# Rules: functions of one real variable


def _monotone(method: str, limits: tuple[object, object]) -> Callable[[Ray], Ray]:
    """A function that increases from one limit to the other (None: no bound)."""

    def rule(part: Ray) -> Ray:
        _real(part)
        low, high = (
            (None if limit is None else limit() if callable(limit) else arb(limit))
            if end is None
            else getattr(end, method)()
            for end, limit in zip((part.low, part.high), limits, strict=True)
        )
        return ray(low, high)

    return rule


def _real(part: Ray) -> None:
    if not part.real:
        raise UnprovedError("an argument may not be real")


def _hyperbolic_cosine(part: Ray) -> Ray:
    _real(part)
    size = _modulus(part)
    assert size.low is not None
    low, high, below = size.low.cosh(), None if size.high is None else size.high.cosh(), None
    if _rises_from_zero(size):
        a, b = size.below  # type: ignore[misc]
        below = (a.cosh(), a.sinh() * b)
    half = -arb(2).log()
    return ray(low, high, None, below, size.above, _plus(size.below, (half, arb(0))))


def _hyperbolic_sine(part: Ray) -> Ray:
    _real(part)
    low, high = (None if end is None else end.sinh() for end in (part.low, part.high))
    below, upper, lower = None, _plus(_modulus(part).above, (-arb(2).log(), arb(0))), None
    if _rises_from_zero(part):
        a, b = part.below  # type: ignore[misc]
        below = (a.sinh(), a.cosh() * b)
        if bool(a > 0):
            lower = _plus(part.below, (((1 - (-2 * a).exp()) / 2).log(), arb(0)))
    if _at_least_zero(part) and lower is None:
        lower = part.lower  # at least its argument
    return ray(low, high, None, below, upper, lower)


def _complementary_error(part: Ray) -> Ray:
    _real(part)
    low = arb(0) if part.high is None else part.high.erfc()
    high = arb(2) if part.low is None else part.low.erfc()
    upper = None
    if _rises_from_zero(part):  # e^(z²) erfc z decreases, and (a + by)² is at least a² + 2aby
        a, b = part.below  # type: ignore[misc]
        upper = (a.erfc().log(), -2 * a * b)
    return ray(low, high, None, None, upper)


def _logarithm(part: Ray) -> Ray:
    _real(part)
    if not _at_least_zero(part) or part.lower is None:
        raise UnprovedError("a logarithm of what may not be positive")
    low, high = (None if end is None or not bool(end > 0) else end.log() for end in (part.low, part.high))
    return ray(low, high, part.upper, part.lower)


def _floor(part: Ray) -> Ray:
    _real(part)
    low = None if part.low is None else part.low.floor()
    return ray(low, part.high, part.above, _plus(part.below, (arb(-1), arb(0))))


def _ceiling(part: Ray) -> Ray:
    return _scale(acb(-1), _floor(_scale(acb(-1), part)))


def _at_most_argument(rule: Callable[[Ray], Ray]) -> Callable[[Ray], Ray]:
    """A function whose modulus is at most that of its argument, besides."""

    def both(part: Ray) -> Ray:
        found = rule(part)
        return ray(found.low, found.high, found.above, found.below, _flattest(found.upper, part.upper), found.lower)

    return both


def _wave(part: Ray) -> Ray:
    _real(part)
    return between(arb(-1), arb(1))


def _falling_like_exp(value: Callable[[arb], arb], part: Ray) -> Ray:
    """A positive function on (0, ∞) that falls at least like e^−z: e^z f(z) does not increase."""
    _real(part)
    if not _at_least_zero(part):
        raise UnprovedError("an argument may be negative")
    assert part.low is not None
    if not bool(part.low > 0):
        return ray(arb(0))
    upper = None
    if part.below is not None and bool(part.below[0] > 0) and bool(part.below[1] >= 0):
        a, b = part.below
        upper = (value(a).log(), -b)
    return ray(arb(0), value(part.low), None, None, upper)


def _bessel_k(order: arb, part: Ray) -> Ray:
    """K rises with the modulus of its order, and z^ν K_ν(z) falls from 2^(ν−1) Γ(ν)."""
    found = _falling_like_exp(lambda z: acb(z).bessel_k(acb(order)).real, part)
    if part.lower is None:
        return found
    nu = abs(order).max(arb(0.5))
    near_zero = _plus(_times(part.lower, -nu), ((arb(2) ** (nu - 1) * nu.gamma()).log(), arb(0)))
    return ray(found.low, found.high, None, None, _flattest(found.upper, near_zero))


def _sign(part: Ray) -> Ray:
    _real(part)
    if part.low is not None and bool(part.low > 0):
        return constant(acb(1))
    if part.high is not None and bool(part.high < 0):
        return constant(acb(-1))
    return between(arb(-1), arb(1))


def _divergent_series(part: Ray) -> Ray:
    """₂F₀(a, b; z) for a, b > 0 and z ≤ 0: between 0 and 1."""
    if not _at_most_zero(part):
        raise UnprovedError("an argument of a ₂F₀ may be positive")
    return between(arb(0), arb(1))


ONE_ARGUMENT: dict[type, Callable[[Ray], Ray]] = {
    sp.exp: _exponential,
    sp.log: _logarithm,
    sp.Abs: _modulus,
    sp.sign: _sign,
    sp.floor: _floor,
    sp.ceiling: _ceiling,
    sp.sin: _at_most_argument(_wave),
    sp.cos: _wave,
    sp.cosh: _hyperbolic_cosine,
    sp.sinh: _hyperbolic_sine,
    sp.tanh: _at_most_argument(_monotone("tanh", (-1, 1))),
    sp.erf: _monotone("erf", (-1, 1)),
    sp.erfc: _complementary_error,
    sp.atan: _at_most_argument(_monotone("atan", (lambda: -arb.pi() / 2, lambda: arb.pi() / 2))),
}


# The walk through an expression


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
        return _add(map(inside, expression.args))
    if kind is sp.Mul:
        fixed, moving = expression.as_independent(*rays.keys(), as_Add=False)
        factors = moving.args if isinstance(moving, sp.Mul) else (moving,)
        return _scale(evaluate(fixed, values), reduce(_multiply, map(inside, factors)))
    if kind is sp.Pow:
        base, exponent = expression.args
        if not free_symbols(exponent) & rays.keys():
            p = evaluate(exponent, values)
            if not is_real(p):
                raise UnprovedError("an exponent is not real")
            return _power(inside(base), p.real)
        logarithm, part = _logarithm(inside(base)), inside(exponent)
        if not free_symbols(base) & rays.keys():
            return _exponential(_scale(evaluate(base, values).log(), part))
        return _exponential(_multiply(part, logarithm))
    if kind in (sp.Max, sp.Min):
        return _extreme([inside(part) for part in expression.args], kind is sp.Max)
    if kind is sp.Heaviside:
        return _scale(acb(0.5), _add([constant(acb(1)), _sign(inside(expression.args[0]))]))
    if kind in (sp.besselk, sp.expint):
        order, argument = expression.args
        nu = evaluate(order, values)
        if free_symbols(order) & rays.keys() or not is_real(nu):
            raise UnprovedError("an order is not constant and real")
        if kind is sp.besselk:
            return _bessel_k(nu.real, inside(argument))
        return _falling_like_exp(lambda z: acb(z).expint(nu).real, inside(argument))
    if kind is sp.hyper and len(expression.ap) == 2 and not expression.bq:
        orders = [evaluate(a, values) for a in expression.ap if not free_symbols(a) & rays.keys()]
        if len(orders) < 2 or not all(is_real(a) and a.real > 0 for a in orders):
            raise UnprovedError("orders of a ₂F₀ are not positive")
        return _divergent_series(inside(expression.argument))
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
        _real(part)
    if not largest:
        return _scale(acb(-1), _extreme([_scale(acb(-1), part) for part in parts], True))
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
    gap = _add([analysed(condition.lhs, rays, values), _scale(acb(-1), analysed(condition.rhs, rays, values))])
    _real(gap)
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
    whole = _scale(b - a, part)
    definite = _at_least_zero(part) or _at_most_zero(part)
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
        if not _at_most_zero(bend):
            return part
        here = {**values, variable: acb(moving.below[0])}
        start, slope = (evaluate(f, here) for f in (expression, _derivative(expression, variable)))
    except (UnprovedError, NoEnclosureError):
        return part
    if not (is_real(start) and is_real(slope)):
        return part
    tangent = (start.real, slope.real * moving.below[1])
    return ray(part.low, part.high, _flattest(part.above, tangent), part.below, part.upper, part.lower, part.real)


# Tails


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
