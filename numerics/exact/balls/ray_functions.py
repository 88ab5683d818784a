"""What functions of one variable do on a ray, given what their argument does there."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp
from flint import acb, arb

from sparse_limits.numerics.exact.balls.rays import (
    Ray,
    UnprovedError,
    at_least_zero,
    at_most_zero,
    between,
    constant,
    exponential,
    flattest,
    modulus,
    plus,
    ray,
    rises_from_zero,
    scale,
    times,
)


def _monotone(method: str, limits: tuple[object, object]) -> Callable[[Ray], Ray]:
    """A function that increases from one limit to the other (None: no bound)."""

    def rule(part: Ray) -> Ray:
        checked_real(part)
        low, high = (
            (None if limit is None else limit() if callable(limit) else arb(limit))
            if end is None
            else getattr(end, method)()
            for end, limit in zip((part.low, part.high), limits, strict=True)
        )
        return ray(low, high)

    return rule


def checked_real(part: Ray) -> None:
    """UnprovedError unless a function is real."""
    if not part.real:
        raise UnprovedError("an argument may not be real")


def _hyperbolic_cosine(part: Ray) -> Ray:
    checked_real(part)
    size = modulus(part)
    assert size.low is not None
    low, high, below = size.low.cosh(), None if size.high is None else size.high.cosh(), None
    if rises_from_zero(size):
        a, b = size.below  # type: ignore[misc]
        below = (a.cosh(), a.sinh() * b)
    half = -arb(2).log()
    return ray(low, high, None, below, size.above, plus(size.below, (half, arb(0))))


def _hyperbolic_sine(part: Ray) -> Ray:
    checked_real(part)
    low, high = (None if end is None else end.sinh() for end in (part.low, part.high))
    below, upper, lower = None, plus(modulus(part).above, (-arb(2).log(), arb(0))), None
    if rises_from_zero(part):
        a, b = part.below  # type: ignore[misc]
        below = (a.sinh(), a.cosh() * b)
        if bool(a > 0):
            lower = plus(part.below, (((1 - (-2 * a).exp()) / 2).log(), arb(0)))
    if at_least_zero(part) and lower is None:
        lower = part.lower  # at least its argument
    return ray(low, high, None, below, upper, lower)


def _complementary_error(part: Ray) -> Ray:
    checked_real(part)
    low = arb(0) if part.high is None else part.high.erfc()
    high = arb(2) if part.low is None else part.low.erfc()
    upper = None
    if rises_from_zero(part):  # e^(z²) erfc z decreases, and (a + by)² is at least a² + 2aby
        a, b = part.below  # type: ignore[misc]
        upper = (a.erfc().log(), -2 * a * b)
    return ray(low, high, None, None, upper)


def logarithm(part: Ray) -> Ray:
    """The logarithm of a positive function."""
    checked_real(part)
    if not at_least_zero(part) or part.lower is None:
        raise UnprovedError("a logarithm of what may not be positive")
    low, high = (None if end is None or not bool(end > 0) else end.log() for end in (part.low, part.high))
    return ray(low, high, part.upper, part.lower)


def _floor(part: Ray) -> Ray:
    checked_real(part)
    low = None if part.low is None else part.low.floor()
    return ray(low, part.high, part.above, plus(part.below, (arb(-1), arb(0))))


def _ceiling(part: Ray) -> Ray:
    return scale(acb(-1), _floor(scale(acb(-1), part)))


def _at_most_argument(rule: Callable[[Ray], Ray]) -> Callable[[Ray], Ray]:
    """A function whose modulus is at most that of its argument, besides."""

    def both(part: Ray) -> Ray:
        found = rule(part)
        return ray(found.low, found.high, found.above, found.below, flattest(found.upper, part.upper), found.lower)

    return both


def _wave(part: Ray) -> Ray:
    checked_real(part)
    return between(arb(-1), arb(1))


def falling_like_exp(value: Callable[[arb], arb], part: Ray) -> Ray:
    """A positive function on (0, ∞) that falls at least like e^−z: e^z f(z) does not increase."""
    checked_real(part)
    if not at_least_zero(part):
        raise UnprovedError("an argument may be negative")
    assert part.low is not None
    if not bool(part.low > 0):
        rises = rises_from_zero(part) and bool(part.below[1] > 0)  # type: ignore[index]
        if part.lower is None and not rises:
            raise UnprovedError("an argument may be 0")
        return ray(arb(0))
    upper = None
    if part.below is not None and bool(part.below[0] > 0) and bool(part.below[1] >= 0):
        a, b = part.below
        upper = (value(a).log(), -b)
    return ray(arb(0), value(part.low), None, None, upper)


def bessel_k(order: arb, part: Ray) -> Ray:
    """K rises with the modulus of its order, and z^ν K_ν(z) falls from 2^(ν−1) Γ(ν)."""
    found = falling_like_exp(lambda z: acb(z).bessel_k(acb(order)).real, part)
    if part.lower is None:
        return found
    nu = abs(order).max(arb(0.5))
    near_zero = plus(times(part.lower, -nu), ((arb(2) ** (nu - 1) * nu.gamma()).log(), arb(0)))
    return ray(found.low, found.high, None, None, flattest(found.upper, near_zero))


def sign(part: Ray) -> Ray:
    """The sign of a function."""
    checked_real(part)
    if part.low is not None and bool(part.low > 0):
        return constant(acb(1))
    if part.high is not None and bool(part.high < 0):
        return constant(acb(-1))
    return between(arb(-1), arb(1))


def divergent_series(part: Ray) -> Ray:
    """₂F₀(a, b; z) for a, b > 0 and z ≤ 0: between 0 and 1."""
    if not at_most_zero(part):
        raise UnprovedError("an argument of a ₂F₀ may be positive")
    return between(arb(0), arb(1))


ONE_ARGUMENT: dict[type, Callable[[Ray], Ray]] = {
    sp.exp: exponential,
    sp.log: logarithm,
    sp.Abs: modulus,
    sp.sign: sign,
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
