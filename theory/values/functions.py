"""Functions of SymPy and of this package as those of mpmath, and those that stay exact for exact numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, TypeAlias

import mpmath
import sympy as sp
from mpmath import mp

from sparse_limits.theory.formulas.normal_height import NormalHeight, NormalMoment
from sparse_limits.theory.formulas.three_normals import ThreeNormals

Number: TypeAlias = Any  # a Fraction, which is exact, or a number of mpmath
MOST_EXACT = 2**13  # bits of a fraction; a longer one is rounded
LARGEST = 10**6  # of what a factorial or a binomial coefficient is written out


class NoNumberError(ArithmeticError):
    """There is no number here, or none that can be told."""


def rounded(value: Number) -> Number:
    """A number of mpmath."""
    return mp.mpf(value.numerator) / value.denominator if isinstance(value, Fraction) else value


def short(value: Number) -> Number:
    """A fraction as it is, unless it is too long."""
    if isinstance(value, Fraction) and value.numerator.bit_length() + value.denominator.bit_length() > MOST_EXACT:
        return rounded(value)
    return value


def is_whole(value: Number) -> bool:
    """Whether a number is exact and whole."""
    return isinstance(value, Fraction) and value.denominator == 1


def difference(left: Number, right: Number) -> Number:
    """The left number less the right one: exactly 0 or so far from 0 that its sign is known.

    Raises:
        NoNumberError: for numbers that cannot be told apart, and for complex ones.
    """
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return left - right
    left, right = rounded(left), rounded(right)
    if isinstance(left, mpmath.mpc) or isinstance(right, mpmath.mpc):
        raise NoNumberError("a number that is not real is compared")
    if mp.isnan(left) or mp.isnan(right):
        raise NoNumberError("the formula does not cover these values")
    if left == right and mp.isinf(left):
        return Fraction(0)
    gap = left - right
    if abs(gap) <= 1000 * mp.eps * max(abs(left), abs(right), 1):
        raise NoNumberError("two numbers are compared that are too near to be told apart")
    return gap


def power(base: Number, exponent: Number) -> Number:
    """The power: exact where it is rational and short."""
    if isinstance(base, Fraction) and isinstance(exponent, Fraction):
        bits = max(base.numerator.bit_length(), base.denominator.bit_length())
        if base == 0 and exponent < 0:
            raise NoNumberError("division by zero")
        if is_whole(exponent) and abs(exponent) * bits <= MOST_EXACT:
            return base ** int(exponent)
        if base >= 0 and exponent.denominator != 1 and abs(exponent.numerator) * bits <= MOST_EXACT:
            roots = [sp.integer_nthroot(part, exponent.denominator) for part in (base.numerator, base.denominator)]
            if all(exact for _, exact in roots):
                return Fraction(int(roots[0][0]), int(roots[1][0])) ** exponent.numerator
    if is_whole(exponent):
        return mp.power(rounded(base), int(exponent))
    return mp.power(rounded(base), rounded(exponent))


def _floor(x: Number) -> Number:
    if isinstance(x, Fraction):
        return Fraction(x.numerator // x.denominator)
    nearest = mp.nint(x)
    difference(x, Fraction(int(nearest)))  # refuses what lies too near to a whole number
    return Fraction(int(mp.floor(x)))


def _ceiling(x: Number) -> Number:
    return -_floor(-x)


def _sign(x: Number) -> Number:
    gap = difference(x, Fraction(0))
    return Fraction((gap > 0) - (gap < 0))


def _largest(*numbers: Number) -> Number:
    """The largest of some, exact if that one is."""
    return max(numbers, key=rounded)


def _smallest(*numbers: Number) -> Number:
    return min(numbers, key=rounded)


def _factorial(n: Number) -> Number:
    if is_whole(n) and 0 <= n <= 1000:
        return short(Fraction(int(sp.factorial(int(n)))))
    return mp.factorial(rounded(n))


def _binomial(n: Number, k: Number) -> Number:
    if is_whole(n) and is_whole(k) and abs(n) <= 1000 and k <= 1000:
        return short(Fraction(int(sp.binomial(int(n), int(k)))))
    if is_whole(k) and k < 0:
        return Fraction(0)
    return mp.binomial(rounded(n), rounded(k))


def _falling(x: Number, k: Number) -> Number:
    if not is_whole(k) or not 0 <= k <= LARGEST:
        raise NoNumberError("a falling factorial of no whole number of factors")
    product: Number = Fraction(1)
    for i in range(int(k)):
        product = short(product * (x - i))
    return product


def _erfcinv(x: Number) -> Number:
    """erfc⁻¹, with as many digits more as 1 − x loses of a small x."""
    if not 0 < x < 2:
        raise NoNumberError("an inverse error function at or beyond the end of its range")
    value = rounded(x)
    with mp.workprec(mp.prec + max(0, -int(mp.mag(value))) + 10):
        found = mp.erfinv(1 - rounded(x))
    return +found


def _erfinv(x: Number) -> Number:
    return _erfcinv(1 - x)


def _normal_height(p: Number) -> Number:
    if p in (0, 1):
        return Fraction(0)
    return mp.exp(-(_erfinv(2 * p - 1) ** 2)) / mp.sqrt(2 * mp.pi)


def _normal_moment(p: Number) -> Number:
    return Fraction(0) if p in (0, 1) else mp.sqrt(2) * _erfinv(2 * p - 1) * _normal_height(p)


def _three_normals(order: Number, t: Number) -> Number:
    """A function of Meijer: a derivative in log t puts a pair of parameters beside those of the tail."""
    half, j = mp.mpf(1) / 2, int(order)
    parameters = [[0] * j, [1]], [[0, half, half, half], [1] * j]
    return 2**j * mp.meijerg(*parameters, rounded(t) ** 2 / 8) / mp.pi ** (3 * half)


EXACT: Mapping[type, Callable[..., Number]] = {  # of exact numbers these are exact
    sp.floor: _floor,
    sp.ceiling: _ceiling,
    sp.sign: _sign,
    sp.Abs: abs,
    sp.Max: _largest,
    sp.Min: _smallest,
    sp.factorial: _factorial,
    sp.binomial: _binomial,
    sp.FallingFactorial: _falling,
    sp.erfinv: _erfinv,
    sp.erfcinv: _erfcinv,
    NormalHeight: _normal_height,
    NormalMoment: _normal_moment,
    ThreeNormals: _three_normals,
}
ROUNDED: Mapping[type, Callable[..., Number]] = {
    sp.exp: mp.exp,
    sp.log: mp.log,
    sp.sin: mp.sin,
    sp.cos: mp.cos,
    sp.tan: mp.tan,
    sp.asin: mp.asin,
    sp.acos: mp.acos,
    sp.atan: mp.atan,
    sp.sinh: mp.sinh,
    sp.cosh: mp.cosh,
    sp.tanh: mp.tanh,
    sp.erf: mp.erf,
    sp.erfc: mp.erfc,
    sp.gamma: mp.gamma,
    sp.expint: mp.expint,
    sp.Si: mp.si,
    sp.zeta: mp.zeta,
    sp.besselk: mp.besselk,
    sp.hermite: mp.hermite,
}
