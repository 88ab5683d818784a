"""Operations on real balls: each holds all values that the operation takes on the ball, or raises `OutsideError`.

Sums, products and whole powers are defined everywhere. Every other operation is refused unless it is defined and real on
the whole ball. Where FLINT is loose on wide balls, a monotone function is taken at the two ends.
"""

from __future__ import annotations

from collections.abc import Callable

from flint import acb, arb, fmpq

from sparse_limits.numerics.exact.boxes.errors import OutsideError

UNIT = arb(0, 1)
HALF_UNIT = arb(fmpq(1, 2), fmpq(1, 2))
HALF_TURN = arb(fmpq(3, 2))  # below π/2
NARROW = arb(fmpq(1, 1024))  # balls below this radius are left to FLINT


def finite(x: arb, name: str) -> arb:
    """The ball itself, if it is one."""
    if not x.is_finite():
        raise OutsideError(f"{name} may be undefined")
    return x


def _positive(x: arb, name: str) -> None:
    if not x > 0:
        raise OutsideError(f"the argument of {name} may not be positive")


def _by_ends(function: Callable[[arb], arb], x: arb, name: str) -> arb:
    """A monotone function, which is defined on the whole ball."""
    if x.rad() < NARROW:
        direct = function(x)
        if direct.is_finite():
            return direct
    return finite(function(x.lower()).union(function(x.upper())), name)


def mul(x: arb, y: arb) -> arb:
    """A product: FLINT's, or from the ends where that is loose and the signs are known."""
    z = x * y
    if z.rel_accuracy_bits() > 1 or not z.is_finite():
        return z
    if x >= 0 and y >= 0:
        return (x.lower() * y.lower()).union(x.upper() * y.upper()).nonnegative_part()
    if y <= 0:
        return -mul(x, -y)
    if x <= 0:
        return -mul(-x, y)
    if x >= 0 or y >= 0:
        most, other = (x.upper(), y) if x >= 0 else (y.upper(), x)
        return (most * other.lower()).union(most * other.upper())
    return z


def square(x: arb) -> arb:
    return (x * x).nonnegative_part()


def whole_power(x: arb, n: int) -> arb:
    """x^n for n ≥ 3: by the ends where it is monotone."""
    if x > 0 and x.rad() < NARROW:
        return x**n
    if x >= 0:
        return (x.lower() ** n).union(x.upper() ** n).nonnegative_part()
    if n % 2:
        return (x.lower() ** n).union(x.upper() ** n)
    size = -x if x <= 0 else abs(x).nonnegative_part()
    return whole_power(size, n) if size >= 0 else size**n  # not a number


def inverse(x: arb) -> arb:
    y = 1 / x
    if not y.is_finite():
        raise OutsideError("a denominator may vanish")
    return y


def sqrt(x: arb, known: bool) -> arb:
    """The root; where the argument is `known` not to be negative, what lies below 0 is rounding."""
    y = (x.nonnegative_part() if known else x).sqrt()
    if not y.is_finite():
        raise OutsideError("the argument of a root may be negative")
    return y


def power(x: arb, p: int, q: int, known: bool) -> arb:
    """x^(p/q), no whole power, for x ≥ 0, or x > 0 where p is negative; `known` as for the root."""
    low, high = x.lower(), x.upper()
    if known and low < 0:
        low = arb(0)
    if not low >= 0 or (p < 0 and not low > 0):
        raise OutsideError("the base of a power may be negative or 0")
    exponent = arb(fmpq(p, q))
    ends = [end**exponent if end > 0 else arb(0) for end in (low, high)]
    return finite(ends[0].union(ends[1]), "a power")


def log(x: arb) -> arb:
    y = x.log()
    if not y.is_finite():
        raise OutsideError("the argument of log may not be positive")
    return y


def exp(x: arb) -> arb:
    y = finite(x.exp(), "exp")
    return y if y > 0 else y.nonnegative_part()


def absolute(x: arb) -> arb:
    return abs(x) if x > 0 or x < 0 else abs(x).nonnegative_part()


def acos(x: arb, known: bool) -> arb:
    """acos on [−1, 1], which falls; where the argument is `known` to lie there, what lies outside is rounding."""
    return _arc(arb.acos, x, "acos", known).nonnegative_part()


def asin(x: arb, known: bool) -> arb:
    return _arc(arb.asin, x, "asin", known)


def _arc(function: Callable[[arb], arb], x: arb, name: str, known: bool) -> arb:
    if x > -1 and x < 1:
        return _by_ends(function, x, name)
    low, high = x.lower(), x.upper()
    if known:
        low, high = max(low, arb(-1)), min(high, arb(1))
    if not (low >= -1 and high <= 1):
        raise OutsideError(f"the argument of {name} may leave [-1, 1]")
    return finite(function(low).union(function(high)), name)


def gamma(x: arb) -> arb:
    _positive(x, "gamma")
    return finite(x.gamma(), "gamma")


def loggamma(x: arb) -> arb:
    _positive(x, "loggamma")
    return finite(x.lgamma(), "loggamma")


def polygamma(x: arb, n: int) -> arb:
    """The n-th derivative of digamma, monotone for x > 0."""
    _positive(x, "polygamma")
    if n == 0:
        return _by_ends(arb.digamma, x, "digamma")
    return _by_ends(lambda y: acb(y).polygamma(n).real, x, "polygamma")


def besselk(x: arb, p: int, q: int) -> arb:
    """K of order p/q, which falls for x > 0."""
    _positive(x, "besselk")
    order = arb(fmpq(p, q))
    return _by_ends(lambda y: y.bessel_k(order), x, "besselk").nonnegative_part()


def besseli(x: arb, p: int, q: int) -> arb:
    """I of order p/q ≥ 0, which rises for x > 0."""
    _positive(x, "besseli")
    order = arb(fmpq(p, q))
    return _by_ends(lambda y: y.bessel_i(order), x, "besseli")


def expint(x: arb, p: int, q: int) -> arb:
    """E of order p/q, which falls for x > 0."""
    _positive(x, "expint")
    order = arb(fmpq(p, q))
    return _by_ends(lambda y: y.expint(order), x, "expint").nonnegative_part()


def ei(x: arb) -> arb:
    _positive(x, "Ei")
    return _by_ends(arb.ei, x, "Ei")


def cos(x: arb) -> arb:
    """By the ends where it is monotone, since FLINT takes its slope for 1: that is loose near its extremes."""
    if x <= 0:
        x = -x
    if x >= 0 and x < 3 and not x.is_exact():
        return x.lower().cos().union(x.upper().cos())
    return x.cos()


def sin(x: arb) -> arb:
    if x > -HALF_TURN and x < HALF_TURN and not x.is_exact():
        return x.lower().sin().union(x.upper().sin())
    return x.sin()


def cosh(x: arb) -> arb:
    if x <= 0:
        x = -x
    return x.lower().cosh().union(x.upper().cosh()) if x >= 0 and not x.is_exact() else x.cosh()


def erf(x: arb) -> arb:
    return _by_ends(arb.erf, x, "erf")


def erfc(x: arb) -> arb:
    return _by_ends(arb.erfc, x, "erfc").nonnegative_part()


def erfinv(x: arb) -> arb:
    if not (x > -1 and x < 1):
        raise OutsideError("the argument of erfinv may leave (-1, 1)")
    return _by_ends(arb.erfinv, x, "erfinv")


def erfcinv(x: arb) -> arb:
    if not (x > 0 and x < 2):
        raise OutsideError("the argument of erfcinv may leave (0, 2)")
    return _by_ends(arb.erfcinv, x, "erfcinv")


def side(x: arb) -> arb:
    """The slope of |x|: the sign, or [−1, 1] where that is not known."""
    return arb(1) if x > 0 else arb(-1) if x < 0 else UNIT


def share(x: arb) -> arb:
    """The slope of max(x, 0): 1, 0 or [0, 1]."""
    return arb(1) if x > 0 else arb(0) if x < 0 else HALF_UNIT
