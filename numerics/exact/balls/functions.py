"""Rules of the special functions: each is called analytic only on balls that keep off its cuts."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp
from flint import acb, arb, ctx

from sparse_limits.numerics.exact.balls.core import (
    ARITHMETIC,
    FUNCTIONS,
    NOT_A_NUMBER,
    Function,
    Reading,
    Values,
    is_real,
    reading_of,
)
from sparse_limits.theory.formulas.normal_height import NormalHeight, NormalMoment


def _on_cut_left(x: acb) -> bool:
    """Whether the ball may meet the negative real axis with 0."""
    return bool(x.imag.contains(0)) and not bool(x.real > 0)


def _on_cut_outside_unit(x: acb) -> bool:
    """Whether the ball may meet the real axis beyond ±1, ends included."""
    return bool(x.imag.contains(0)) and not bool(abs(x.real) < 1)


def _meromorphic(method: str) -> Function:
    """A function without cuts; on a ball with a pole in it Arb's is not finite."""
    found = getattr(acb, method)

    def function(x: acb, analytic: bool) -> acb:
        value: acb = found(x)
        return value

    return function


def _cut(method: str, on_cut: Callable[[acb], bool]) -> Function:
    found = getattr(acb, method)

    def function(x: acb, analytic: bool) -> acb:
        return NOT_A_NUMBER if analytic and on_cut(x) else found(x)

    return function


def _real_only(method: str) -> Function:
    """A function known for real balls alone: analytic only as a constant, since others leave the real line."""
    found = getattr(arb, method)

    def function(x: acb, analytic: bool) -> acb:
        return acb(found(x.real)) if is_real(x) else NOT_A_NUMBER

    return function


def _bessel_i(order: acb, x: acb, analytic: bool) -> acb:
    return NOT_A_NUMBER if analytic and _on_cut_left(x) else x.bessel_i(order)


MODERATE = 2  # up to here FLINT's series of K₀ and K₁ lose few bits, farther on as many as e^(|z| + Re z) has


def _bessel_k(order: acb, x: acb, analytic: bool) -> acb:
    if analytic and _on_cut_left(x):
        return NOT_A_NUMBER
    return _bessel_k_right(order, x) if order in (0, 1) and bool(x.real > MODERATE) else _direct_bessel_k(order, x)


def _direct_bessel_k(order: acb, x: acb) -> acb:
    if ctx.prec <= 256 or order not in (1, 2):
        return x.bessel_k(order)
    zeroth = x.bessel_k(0)  # the direct way to the others takes minutes where e^x meets the precision
    first = (1 / x - x.bessel_i(1) * zeroth) / x.bessel_i(0)  # by the Wronskian
    return first if order == 1 else zeroth + 2 * first / x


def _bessel_k_right(order: acb, z: acb) -> acb:
    """K of order 0 or 1 where Re z > 0: at the middle of the ball, and as far from there as its slope leads.

    As the integral of e^(−z cosh t) cosh(order t), |K(z)| is at most K(r) with r = Re z; by cosh t ≥ 1 + t²/2 and
    cosh t ≤ 1 + sinh t, K₀(r) is at most e^−r √(π/2r), and K₁(r) at most that and e^−r/r. Slopes are −K₁ and −K₀ − K₁/z.
    """
    middle, r = acb(z.real.mid(), z.imag.mid()), z.real.lower()
    size = float(abs(middle).mid())
    asymptotic = 2 * size >= ctx.prec  # that series loses nothing
    lost = 0 if asymptotic else int(1.45 * (size + float(middle.real.mid()))) + 4
    with ctx.workprec(ctx.prec + lost):
        value = _direct_bessel_k(order, middle)
    zeroth = (-r).exp() * (arb.pi() / (2 * r)).sqrt()
    first = zeroth + (-r).exp() / r
    steepest = first if order == 0 else zeroth + first / r
    error = arb(0, (steepest * (z - middle).abs_upper()).upper())
    return value + (error if is_real(z) else acb(error, error))


def _expint(order: acb, x: acb, analytic: bool) -> acb:
    return NOT_A_NUMBER if analytic and _on_cut_left(x) else x.expint(order)


def _hermite(n: acb, x: acb, analytic: bool) -> acb:
    return x.hermite_h(n)


def _zeta(s: acb, *others: acb | bool) -> acb:
    *a, analytic = others
    return NOT_A_NUMBER if analytic and any(map(_on_cut_left, a)) else s.zeta(*a)


def _binomial(n: acb, k: acb, analytic: bool) -> acb:
    """By gamma functions: not finite where n is a negative integer, although SymPy has a value there."""
    return (n + 1).gamma() * (k + 1).rgamma() * (n - k + 1).rgamma()


def _factorial(n: acb, analytic: bool) -> acb:
    return (n + 1).gamma()


def _falling(x: acb, k: acb, analytic: bool) -> acb:
    """By gamma functions: not finite where x is a negative integer, although SymPy has a value there."""
    return (x + 1).gamma() * (x - k + 1).rgamma()


def _at_normal_level(p: acb, analytic: bool, value: Callable[[arb], arb], least: float) -> acb:
    """A function of the quantile at p, or the hull of its values on the part of a ball at 0 or 1 that lies inside.

    Towards both ends the function tends to 0, monotonically where p or 1 − p is below `least`.
    """
    if not is_real(p):
        return NOT_A_NUMBER
    lower, upper = (bool(end.contains(0)) for end in (p.real, 1 - p.real))
    inner = arb(p.real.upper()) if lower else arb(p.real.lower()) if upper else p.real
    if not (lower or upper):
        return acb(value(inner))
    if analytic or not bool((inner if lower else 1 - inner) < least):
        return NOT_A_NUMBER
    return acb(0) if inner in (0, 1) else acb(arb(0).union(value(inner)))


def _height(p: arb) -> arb:
    return (-((2 * p - 1).erfinv() ** 2)).exp() / (2 * arb.pi()).sqrt()


def _normal_height(p: acb, analytic: bool) -> acb:
    return _at_normal_level(p, analytic, _height, 0.5)


def _normal_moment(p: acb, analytic: bool) -> acb:
    """Its modulus grows from 0 until the quantile is −1, where p is .1587."""
    return _at_normal_level(p, analytic, lambda inner: arb(2).sqrt() * (2 * inner - 1).erfinv() * _height(inner), 0.15)


def _hyper(expression: sp.hyper) -> Reading:
    upper, lower = ([reading_of(each) for each in those] for those in (expression.ap, expression.bq))
    argument = reading_of(expression.argument)

    def reading(values: Values, analytic: bool) -> acb:
        above, below = ([each(values, analytic) for each in those] for those in (upper, lower))
        x = argument(values, analytic)
        if len(above) == 2 and not below:
            return _divergent_series(above[0], above[1], -x)
        if analytic and len(above) > len(below) and bool(x.imag.contains(0)) and not bool(x.real < 1):
            return NOT_A_NUMBER
        return x.hypgeom(above, below)

    return reading


def _divergent_series(a: acb, b: acb, z: acb) -> acb:
    """₂F₀(a, b; −z) = E(1 + gz)^−a with g of the law Gamma(b), for Re z > 0: at most 1, its derivative at most ab."""
    if not (is_real(a) and is_real(b) and a.real > 0 and b.real > 0 and z.real > 0):
        return NOT_A_NUMBER
    middle = acb(z.real.mid(), z.imag.mid())
    w = 1 / middle
    if ((a == 1 and 2 * b == 1) or (b == 1 and 2 * a == 1)) and bool(w.real < ctx.prec):
        value = (acb(arb.pi()) * w).sqrt() * w.exp() * w.sqrt().erfc()  # in a tenth of the time
    else:
        value = w**a * w.hypgeom_u(a, a - b + 1)
    reach = (a * b).real * arb(z.real.rad()).max(arb(z.imag.rad())) * arb(2).sqrt()
    error = reach.union(-reach)
    if not bool(reach < 1):
        value, error = acb(0), arb(0, 1)
    return value + acb(error, 0 if is_real(z) else error)


FUNCTIONS.update(
    {
        sp.exp: _meromorphic("exp"),
        sp.sin: _meromorphic("sin"),
        sp.cos: _meromorphic("cos"),
        sp.tan: _meromorphic("tan"),
        sp.sinh: _meromorphic("sinh"),
        sp.cosh: _meromorphic("cosh"),
        sp.tanh: _meromorphic("tanh"),
        sp.erf: _meromorphic("erf"),
        sp.erfc: _meromorphic("erfc"),
        sp.Si: _meromorphic("si"),
        sp.gamma: _meromorphic("gamma"),
        sp.zeta: _zeta,
        sp.log: _cut("log", _on_cut_left),
        sp.loggamma: _cut("lgamma", _on_cut_left),
        sp.Ei: _cut("ei", _on_cut_left),
        sp.asin: _cut("asin", _on_cut_outside_unit),
        sp.acos: _cut("acos", _on_cut_outside_unit),
        sp.atan: _cut("atan", lambda x: bool(x.real.contains(0)) and not bool(abs(x.imag) < 1)),
        sp.erfinv: _real_only("erfinv"),
        sp.erfcinv: _real_only("erfcinv"),
        sp.besselk: _bessel_k,
        sp.besseli: _bessel_i,
        sp.expint: _expint,
        sp.hermite: _hermite,
        sp.binomial: _binomial,
        sp.factorial: _factorial,
        sp.FallingFactorial: _falling,
        NormalHeight: _normal_height,
        NormalMoment: _normal_moment,
    }
)
ARITHMETIC[sp.hyper] = _hyper
