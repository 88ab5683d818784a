"""What a real function does on a ray x = r + y, y ≥ 0, proved from how it is built: its range, and lines that bound it.

A `Ray` holds bounds of an expression, each true for all y ≥ 0 and each unknown where it is `None`. Lines a + by, given
as (a, b), bound the function itself (`above`, `below`) and the logarithm of its modulus (`upper`, `lower`): with
`upper` = (a, b), b < 0, the integral of |f| over the ray is at most e^a/(−b). Each rule is a line of calculus: sums add
lines, products add logarithms, exp turns lines of its argument into lines of the logarithm, a convex function lies
above its tangents. That a function has a Ray says also that it is defined and finite on the open ray. Functions of one
variable follow in `ray_functions`, whole expressions in `tails`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce

import sympy as sp
from flint import acb, arb

from sparse_limits.numerics.exact.balls.core import is_real

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
        above = flattest(above, (high, arb(0)))
    if low is not None:
        below = _steepest(below, (low, arb(0)))
    if real:
        upper, lower = _log_above(low, high, above, below, upper), _log_below(low, high, lower)
    return Ray(low, high, above, below, upper, lower, real)


def _log_above(
    low: arb | None, high: arb | None, above: Line | None, below: Line | None, known: Line | None
) -> Line | None:
    if low is not None and high is not None:
        known = flattest(known, (_log(max(abs(low).upper(), abs(high).upper())), arb(0)))
    if above is not None and low is not None and bool(low >= 0) and bool(above[0] > 0):
        known = flattest(known, (above[0].log(), above[1] / above[0]))  # 1 + z is at most e^z
    elif above is not None and below is not None:
        start = max(abs(above[0]).upper(), abs(below[0]).upper())
        if bool(start > 0):
            slope = max(abs(above[1]).upper(), abs(below[1]).upper())
            known = flattest(known, (start.log(), slope / start))
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


def flattest(one: Line | None, other: Line | None) -> Line | None:
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


def plus(one: Line | None, other: Line | None) -> Line | None:
    """The sum of two lines, if both are known."""
    return None if one is None or other is None else (one[0] + other[0], one[1] + other[1])


def times(line: Line | None, factor: arb) -> Line | None:
    """A multiple of a line, if it is known."""
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


def add(terms: Iterable[Ray]) -> Ray:
    """The sum of some functions."""
    terms = [term for term in terms if not term.zero]
    if not terms:
        return constant(acb(0))
    low = _total(term.low for term in terms)
    high = _total(term.high for term in terms)
    above = reduce(plus, (term.above for term in terms))
    below = reduce(plus, (term.below for term in terms))
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
    return (at_least_zero(one) and at_least_zero(other)) or (at_most_zero(one) and at_most_zero(other))


def at_least_zero(part: Ray) -> bool:
    """Whether it is proved that a function is real and never negative."""
    return part.real and part.low is not None and bool(part.low >= 0)


def at_most_zero(part: Ray) -> bool:
    """Whether it is proved that a function is real and never positive."""
    return part.real and part.high is not None and bool(part.high <= 0)


def scale(factor: acb, part: Ray) -> Ray:
    """A multiple of a function."""
    if factor == 0 or part.zero:
        return constant(acb(0))
    size = constant(factor)
    c, upper, lower = factor.real, plus(part.upper, size.upper), plus(part.lower, size.lower)
    if not part.real and not is_real(factor):
        return ray(upper=upper, lower=lower, real=False)
    if c == 0:
        return ray(c, c, upper=upper, lower=lower, real=False)
    real = part.real and is_real(factor)
    above, below = times(part.above, c), times(part.below, c)
    low, high = (None if end is None else end * c for end in (part.low, part.high))
    if bool(c >= 0):
        return ray(low, high, above, below, upper, lower, real)
    if bool(c <= 0):
        return ray(high, low, below, above, upper, lower, real)
    return ray(upper=upper, lower=lower, real=real)


def multiply(one: Ray, other: Ray) -> Ray:
    """The product of two functions."""
    if one.zero or other.zero:
        return constant(acb(0))
    upper, lower = plus(one.upper, other.upper), plus(one.lower, other.lower)
    if not (one.real and other.real):
        return ray(upper=upper, lower=lower, real=False)
    low, high, below = None, None, None
    ends = [end for part in (one, other) for end in (part.low, part.high)]
    if all(end is not None for end in ends):
        corners = [a * b for a in ends[:2] for b in ends[2:]]  # type: ignore[operator]
        low, high = min(c.lower() for c in corners), max(c.upper() for c in corners)
    elif at_least_zero(one) and at_least_zero(other):
        low = one.low * other.low  # type: ignore[operator]
    elif (at_least_zero(one) or at_most_zero(one)) and (at_least_zero(other) or at_most_zero(other)):
        low, high = (arb(0), None) if _same_sign(one, other) else (None, arb(0))
    if rises_from_zero(one) and rises_from_zero(other):
        (a, b), (c, d) = one.below, other.below  # type: ignore[misc]
        below = (a * c, a * d + b * c)
    return ray(low, high, None, below, upper, lower)


def rises_from_zero(part: Ray) -> bool:
    """Whether a line that starts at 0 or above and does not fall is a bound from below."""
    return part.real and part.below is not None and bool(part.below[0] >= 0) and bool(part.below[1] >= 0)


def power(base: Ray, p: arb) -> Ray:
    """base^p for a real number p ≠ 0, the principal value."""
    upper, lower = (base.upper, base.lower) if bool(p > 0) else (base.lower, base.upper)
    if not bool(p > 0) and not bool(p < 0):
        raise UnprovedError("a power may have the exponent 0")
    if bool(p < 0) and base.lower is None:
        raise UnprovedError("a denominator may vanish")
    upper, lower = times(upper, p), times(lower, p)
    whole = p.is_integer()
    even = whole and int(p.unique_fmpz()) % 2 == 0
    if not base.real or not (at_least_zero(base) or whole):
        return ray(upper=upper, lower=lower, real=base.real and whole)
    if not at_least_zero(base):  # a whole exponent
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
        return ray(None, arb(0) if at_most_zero(base) else None, None, None, upper, lower)
    n = int(p.unique_fmpz())
    low, high = (None if end is None else end**n for end in (base.low, base.high))
    return ray(low, high, None, None, upper, lower)


def modulus(part: Ray) -> Ray:
    """The modulus of a function."""
    if part.real and at_least_zero(part):
        return part
    if part.real and at_most_zero(part):
        return scale(acb(-1), part)
    above = None
    if part.real and part.above is not None and part.below is not None:
        (a, b), (c, d) = part.above, part.below
        above = (abs(a).max(abs(c)), abs(b).max(abs(d)))
    return ray(arb(0), None, above, None, part.upper, part.lower)


def exponential(part: Ray) -> Ray:
    """The exponential of a function."""
    low, high = part.low, part.high
    if not part.real:
        return ray(upper=part.above, lower=part.below, real=False)
    return ray(
        arb(0) if low is None else low.exp(), None if high is None else high.exp(), None, None, part.above, part.below
    )
