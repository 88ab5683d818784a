"""Integrals in balls, across cuts and kinks, on and off the real line."""

from __future__ import annotations

from types import SimpleNamespace

import mpmath
import pytest
import sympy as sp
from ball_cases import MPMATH, R, assert_encloses, x, y
from flint import acb, arb, ctx

from sparse_limits.numerics.exact import balls
from sparse_limits.numerics.exact.balls import NoEnclosureError, digits, enclose, integrals
from sparse_limits.numerics.processes.time_limit import TimeLimit, limited
from sparse_limits.theory.formulas.level import level

# Functions with cuts and kinks, off and on the real line


@pytest.mark.parametrize("at", [1 + sp.I, -2 + sp.I / 3, -sp.I, sp.Integer(-3)])
def test_absolute_values_of_complex_numbers(at):
    with ctx.workprec(200):
        assert enclose(sp.Abs(x), {x: at}, digits=20).overlaps(enclose(sp.Abs(at), digits=40))


@pytest.mark.parametrize("expression", [sp.Max(x, 0), sp.Min(x, 1), sp.sign(x), sp.Heaviside(x)])
def test_functions_of_reals_alone_refuse_complex_numbers(expression):
    with pytest.raises(NoEnclosureError):
        enclose(expression, {x: 1 + sp.I}, highest=128)


CROSSINGS = [  # integrands whose naive continuation is wrong on one side of a cut or kink, and where it is
    (sp.sqrt(x), [0]),
    (x ** R(1, 3), [0]),
    (sp.log(x), [0]),
    (sp.sqrt(x**2), [0]),
    (sp.log(x + sp.I / 3), []),
    (sp.sqrt(sp.sin(3 * x)), [0]),
    (sp.asin(2 * x), [-R(1, 2), R(1, 2)]),
    (sp.acos(2 * x), [-R(1, 2), R(1, 2)]),
    (sp.atan(3 * sp.I * x), [-R(1, 3), R(1, 3)]),
    (sp.Ei(x), [0]),
    (sp.expint(2, x), [0]),
    (sp.besselk(0, x), [0]),
    (sp.besseli(R(1, 2), x), [0]),
    (sp.loggamma(x + R(1, 3)), [-R(1, 3)]),
    (sp.hyper([1, 1], [R(5, 2)], 2 * x), [R(1, 2)]),
    (sp.Abs(x), [0]),
    (sp.Abs(x - R(1, 3)) ** 3, [R(1, 3)]),
    (sp.Abs(x + sp.I), []),
    (sp.Abs(sp.exp(5 * sp.I * x) + 2), []),
    (sp.sign(x - R(1, 3)), [R(1, 3)]),
    (sp.Heaviside(x - R(1, 3)), [R(1, 3)]),
    (sp.Max(x, x**2), [0]),
    (sp.Min(1, sp.exp(x)), [0]),
    (sp.Piecewise((x, x < R(1, 3)), (x**2, True)), [R(1, 3)]),
    (sp.Piecewise((1, sp.Abs(x) <= R(1, 3)), (x, True)), [-R(1, 3), R(1, 3)]),
]


@pytest.mark.parametrize(("integrand", "breaks"), CROSSINGS, ids=lambda value: str(value))
def test_integrals_across_cuts_are_right_or_refused(integrand, breaks):
    """The two sides may cost precision, even the value; they must never cost the proof."""
    try:
        ball = enclose(sp.Integral(integrand, (x, -1, 1)), digits=5, highest=64)
    except NoEnclosureError:
        return
    function = sp.lambdify(x, integrand, MPMATH)
    nodes = [mpmath.mpf(q.p) / q.q for q in map(sp.Rational, (-1, *breaks, 1))]
    with mpmath.workdps(25):
        assert_encloses(ball, mpmath.mpc(mpmath.quad(function, nodes)), 9)


WITH_CUTS = {
    "log": sp.log(x),
    "root": sp.sqrt(x),
    "cube root": x ** R(1, 3),
    "loggamma": sp.loggamma(x + R(1, 2)),
    "asin": sp.asin(x),
    "acos": sp.acos(x),
    "atan": sp.atan(x),
    "Ei": sp.Ei(x),
    "expint": sp.expint(2, x),
    "besselk": sp.besselk(0, x),
    "besseli": sp.besseli(R(1, 2), x),
    "hyper": sp.hyper([1, 1], [R(5, 2)], x),
}


@pytest.mark.parametrize("name", WITH_CUTS)
@pytest.mark.parametrize("centre", [2, -2, 2j, -2j])
def test_what_is_called_analytic_does_not_jump(name, centre):
    """Both sides of a cut are finite, so that nothing but the flag tells the jump."""
    function = sp.lambdify(x, WITH_CUTS[name], MPMATH)
    across = 1e-6j if centre in (2, -2) else 1e-6
    jump = abs(complex(function(mpmath.mpc(centre + across)) - function(mpmath.mpc(centre - across))))
    ball = acb(arb(complex(centre).real, 0.1), arb(complex(centre).imag, 0.1))
    with ctx.workprec(60):
        assert balls.evaluate(WITH_CUTS[name], {x: acb(centre)}).is_finite()
        assert jump < 1e-4 or not balls.evaluate(WITH_CUTS[name], {x: ball}, analytic=True).is_finite()


@pytest.mark.parametrize("name", ["log", "root", "cube root", "asin", "atan"])
def test_integrals_around_a_cut_are_right_or_refused(name):
    integrand = WITH_CUTS[name].subs(x, 2 * sp.exp(4 * sp.I * x))
    with mpmath.workdps(25):
        nodes = [-1, *(k * mpmath.pi / 8 for k in range(-2, 3)), 1]
        value = mpmath.quad(sp.lambdify(x, integrand, MPMATH), nodes)
    try:
        ball = enclose(sp.Integral(integrand, (x, -1, 1)), digits=3, highest=40)
    except NoEnclosureError:
        return
    assert_encloses(ball, mpmath.mpc(value), 12)


@pytest.mark.parametrize("integrand", [sp.exp(x * y), 1 / (2 + x * y), sp.sqrt(x + y + 1)], ids=str)
def test_nested_integrals(integrand):
    with mpmath.workdps(25):
        value = mpmath.quad(sp.lambdify((x, y), integrand, "mpmath"), [0, 1], [0, 1])
    assert_encloses(enclose(sp.Integral(integrand, (x, 0, 1), (y, 0, 1)), digits=5), mpmath.mpc(value), 15)


@pytest.mark.parametrize(
    "integrand",
    [sp.sqrt(x - y), sp.Abs(x - y), sp.Max(x, y), sp.sign(x - y), sp.Abs(x + sp.I * y)],
    ids=str,
)
def test_an_integral_is_analytic_only_where_its_integrand_is(integrand):
    """The inner of two integrals sees the balls of the outer one, and a cut that only they meet."""
    inner = sp.Integral(integrand, (x, 0, 1))
    beside = acb(arb("0.5 +/- 0.1"), arb("0 +/- 0.1"))
    with ctx.workprec(30):
        assert not balls.evaluate(inner, {y: beside}, analytic=True).is_finite()
        assert balls.evaluate(inner, {y: acb(0.5)}).is_finite()


@pytest.mark.parametrize(
    ("integral", "value"),
    [
        (sp.Integral(sp.exp(-(x**2)), (x, -sp.oo, sp.oo)), sp.sqrt(sp.pi)),
        (sp.Integral(sp.exp(-(x**2) + x), (x, -sp.oo, 0)), sp.sqrt(sp.pi) * sp.exp(R(1, 4)) * sp.erfc(R(1, 2)) / 2),
        (sp.Integral(sp.exp(-x / 1000), (x, 5, sp.oo)), 1000 * sp.exp(-R(1, 200))),
        (sp.Integral(sp.exp(-1000 * x), (x, 0, sp.oo)), R(1, 1000)),
        (sp.Integral(x**3 * sp.exp(-x), (x, 1, sp.oo)), 16 * sp.exp(-1)),
        (sp.Integral(sp.exp(-x) * sp.exp(-y), (x, 0, 1), (y, 0, sp.oo)), 1 - sp.exp(-1)),
    ],
    ids=str,
)
def test_improper_integrals(integral, value):
    with ctx.workprec(200):
        assert enclose(integral, digits=25).overlaps(enclose(value, digits=40))
    assert digits(integral, {}, 25) == digits(value, {}, 25)


@pytest.mark.parametrize("rate", [R(k, 7) for k in range(20, 60)], ids=str)
def test_the_rest_of_an_improper_integral_is_counted(rate):
    """Of a small integrand the rest is cut off early."""
    with ctx.workprec(20):
        ball = balls.evaluate(sp.Integral(sp.exp(-rate * x) / 10**5, (x, 0, sp.oo)), {})
    with ctx.workprec(200):
        assert ball.real.overlaps(arb(rate.q) / rate.p / 10**5)


def test_an_improper_integral_inside_another_is_refused_off_the_real_line():
    inner = sp.Integral(sp.exp(-x * (1 + y**2)), (x, 0, sp.oo))  # 1 / (1 + y²)
    assert digits(inner, {y: 1}, 20) == "0.50000000000000000000"
    with pytest.raises(NoEnclosureError):
        enclose(sp.Integral(inner.function, *inner.limits, (y, 0, 1)), digits=5, highest=30)
    with pytest.raises(NoEnclosureError):
        enclose(inner, {y: sp.I / 2}, highest=64)


def test_what_is_raised_inside_an_integral_comes_out():
    with pytest.raises(NoEnclosureError, match="Float"):
        enclose(sp.Integral(sp.Float("0.5") * x, (x, 0, 1)))

    def stop(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        integrals._quadrature(stop, acb(0), acb(1))


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # a callback of the collector lost it: it came again
def test_a_time_limit_ends_an_integral_as_what_it_is():
    """It may come between two steps of Python anywhere, also where flint would report another error of its own."""
    nested = sp.Integral(sp.Integral(sp.exp(-x * y) / sp.sqrt(y), (y, 0, 1)) * sp.log(x), (x, 0, 1))
    for step in range(1, 80):
        with pytest.raises(TimeLimit), limited(step * 4e-4):
            enclose(nested + step, digits=200)


def test_what_is_pending_behind_an_error_of_flint_is_what_comes_out(monkeypatch):
    def integral(function, low, high, **_):
        raise SystemError("a result with an exception set") from KeyboardInterrupt()

    monkeypatch.setattr(integrals, "acb", SimpleNamespace(integral=integral))
    with pytest.raises(KeyboardInterrupt):
        integrals._quadrature(lambda z, _: z, acb(0), acb(1))


def test_an_integral_that_takes_too_many_values_is_refused(monkeypatch):
    """Inside another one, a branch point at the end of a segment takes millions; afterwards the count begins anew."""
    inner = sp.Integral(sp.exp(-x / sp.cos(sp.sqrt(y))), (y, 0, sp.pi / 4))
    monkeypatch.setattr(integrals, "MOST_EVALUATIONS", 10**4)
    with pytest.raises(NoEnclosureError, match="more than 10000 values of its integrands"):
        enclose(sp.Integral(inner, (x, 1, 2)), digits=13)
    assert enclose(sp.Integral(sp.exp(-x), (x, 0, 1))).overlaps(enclose(1 - sp.exp(-1)))


def test_an_integral_is_computed_once_at_the_same_numbers(monkeypatch):
    """And anew at others, or with more bits; what it rests on is noted each time."""
    computed, rule = [], integrals._computed
    monkeypatch.setattr(integrals, "_known", {})
    monkeypatch.setattr(integrals, "_computed", lambda *asked: computed.append(asked) or rule(*asked))
    inside = sp.Integral(sp.cos(x * y), (y, 0, sp.pi))
    t = sp.Symbol("t", positive=True)
    vouched = sp.Integral(sp.cos(y), (y, 0, level(x - t - sp.sin(t) / 2, t, sp.S.Zero)))
    for expression, rests in ((inside, False), (vouched, True)):
        for shift, at, count, times in (
            (1, R(1, 3), 17, 1),
            (2, R(1, 3), 17, 0),
            (3, R(1, 3), 30, 1),
            (4, R(1, 2), 17, 1),
        ):
            computed.clear()
            with balls.collecting() as notes:
                ball = enclose(expression + shift, {x: at}, digits=count)
            assert bool(computed) == bool(times)
            with balls.collecting() as again:
                assert ball.overlaps(shift + enclose(expression, {x: at}, digits=40))
            assert notes == again
            assert bool(notes) == rests
