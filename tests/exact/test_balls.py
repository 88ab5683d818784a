"""Ball arithmetic: every enclosure holds the value that mpmath finds with more digits, or there is none."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
import sympy as sp
from flint import acb, arb, ctx
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from numerics.exact import balls
from numerics.exact.balls import NoEnclosureError, digits, enclose, integrals, number, repeated
from theory.formulas.let import Let
from theory.formulas.level import Level, level
from theory.saliency.model import phi, tau
from theory.saliency.snip import product_graphon
from theory.tails import product_survival
from theory.tails import t as tail_variable

x, y, z = sp.symbols("x y z")
k = sp.Symbol("k", integer=True)
t = sp.Symbol("t", positive=True)
rho = sp.Symbol("rho", positive=True)
R = sp.Rational
MPMATH = [{"expint": mpmath.expint, "Heaviside": lambda z, *_: mpmath.mpf(z > 0)}, "mpmath"]


def mpmath_value(expression: sp.Expr, at: dict[sp.Symbol, sp.Rational], places: int) -> mpmath.mpc:
    with mpmath.workdps(places):
        value = sp.lambdify(list(at), expression, MPMATH)(*(mpmath.mpf(q.p) / q.q for q in at.values()))
        return mpmath.mpc(value)


def near(value: mpmath.mpc, places: int) -> acb:
    """A ball around a value known to `places` digits."""
    with mpmath.workdps(places + 20), ctx.workprec(4 * places + 40):
        slack = abs(value) * mpmath.mpf(10) ** -places + mpmath.mpf(10) ** (-2 * places)
        parts = (arb(mpmath.nstr(part, places + 15)) for part in (value.real, value.imag))
        return acb(*(part + arb(0, arb(mpmath.nstr(slack, 5))) for part in parts))


def assert_encloses(ball: acb, value: mpmath.mpc, places: int = 30) -> None:
    close = near(value, places)
    with ctx.workprec(400):
        assert ball.real.overlaps(close.real), (ball, value)
        assert ball.imag.overlaps(close.imag), (ball, value)


# Random expressions

rationals = st.fractions(min_value=-4, max_value=4, max_denominator=16).map(lambda q: R(q.numerator, q.denominator))
leaves = st.one_of(st.just(x), st.just(x), rationals, st.just(sp.pi))
ONE = (
    sp.exp,
    sp.sin,
    sp.cos,
    sp.tanh,
    sp.erf,
    sp.erfc,
    sp.gamma,
    sp.log,
    sp.sqrt,
    sp.atan,
    sp.asin,
    sp.Abs,
    lambda z: 1 / z,
    lambda z: z ** R(1, 3),
    lambda z: z**3,
    lambda z: sp.besselk(0, z),
    lambda z: sp.besseli(1, z),
    lambda z: sp.expint(2, z),
    lambda z: sp.hyper([1], [R(3, 2), R(5, 2)], z),
)


def grown(parts: st.SearchStrategy[sp.Expr]) -> st.SearchStrategy[sp.Expr]:
    one = st.tuples(st.sampled_from(ONE), parts).map(lambda pair: pair[0](pair[1]))
    two = st.tuples(st.sampled_from((sp.Add, sp.Mul)), parts, parts).map(lambda three: three[0](*three[1:]))
    return st.one_of(one, two)


@settings(max_examples=150)
@given(st.recursive(leaves, grown, max_leaves=5), rationals)
def test_enclosures_hold_the_values_of_mpmath(expression, at):
    assume(not expression.has(sp.zoo, sp.nan, sp.oo) and expression.free_symbols <= {x})
    try:
        ball = enclose(expression, {x: at}, digits=15, highest=300)
    except NoEnclosureError:
        return
    assume(bool(ball.abs_upper() < 1e30))
    try:
        values = [mpmath_value(expression, {x: at}, places) for places in (60, 90)]
    except (ArithmeticError, ValueError, mpmath.libmp.NoConvergence):
        return
    assume(abs(values[0] - values[1]) <= mpmath.mpf(10) ** -45 * (1 + abs(values[1])))  # else mpmath is at a loss
    assert_encloses(ball, values[1], 40)


@settings(max_examples=60)
@given(st.recursive(leaves, grown, max_leaves=4), rationals, st.integers(1, 20))
def test_more_digits_refine_fewer(expression, at, count):
    """Digits of n places are those of 2n places, rounded: they differ by half a unit of the last place."""
    assume(not expression.has(sp.zoo, sp.nan, sp.oo) and expression.free_symbols <= {x})
    try:
        few, many = (digits(expression, {x: at}, places) for places in (count, 2 * count))
    except NoEnclosureError:
        return
    few, many = (Fraction(text) for text in (few, many))
    assert abs(few - many) <= abs(many) * Fraction(6, 10) * Fraction(10) ** (1 - count)


@pytest.mark.parametrize(
    ("expression", "at"),
    [
        (sp.exp(x), 10**6),
        (sp.exp(-x), 10**6),
        (sp.erfc(x), 1000),
        (sp.gamma(x), 10**8),
        (sp.log(x), 10**300),
        (x**1000, R(1, 10**30)),
        (sp.besselk(0, x), R(1, 10**50)),
        (sp.besselk(1, x), 5000),
        (sp.binomial(x, 3), 10**40),
        (sp.expint(1, x), 1000),
        (sp.sqrt(x), R(1, 10**400)),
        (1 - sp.sqrt(1 - x), R(1, 10**80)),
        (sp.tanh(x) - 1, 60),
    ],
)
def test_huge_and_small_arguments(expression, at):
    at = R(at)
    text = digits(expression, {x: at}, 20)
    value = mpmath_value(expression, {x: at}, 1000 if expression.is_Add else 60).real
    with mpmath.workdps(60):
        assert abs(mpmath.mpf(text) - value) <= abs(value) * mpmath.mpf(10) ** -19


def test_cancellation_costs_no_digits():
    """Values far below the working precision are told from 0, or refused; a zero that cannot be told has no digits."""
    small = R(1, 10**70)
    assert Fraction(digits(sp.exp(x) - 1, {x: small}, 15)) == Fraction(1, 10**70)
    assert digits(sp.exp(x) - 1 - x, {x: small}, 12).startswith("5.0000000000")
    assert digits(x - x**2, {x: 1}, 5) == "0"
    with pytest.raises(NoEnclosureError):
        digits(sp.exp(x) - sp.cosh(x) - sp.sinh(x), {x: R(1, 3)}, 10)
    assert enclose(sp.exp(x) - sp.cosh(x) - sp.sinh(x), {x: R(1, 3)}, digits=40).contains(0)


def test_thousands_of_digits():
    text = digits(sp.exp(x), {x: 1}, 4000)
    with mpmath.workdps(4010):
        assert abs(mpmath.mpf(text) - mpmath.e) < mpmath.mpf(10) ** -3998


# Reference values of the product of two normals (S4)


SNIP_AT_ONE = "0.2089936630046523274365750272963450090087"


@pytest.mark.parametrize("name", ["integral_form", "column_density"])
def test_forty_digits_of_the_snip_column_density(name):
    expression = product_graphon.expressions[name]
    assert digits(expression, {tau: 1, phi: 1}, 40) == SNIP_AT_ONE


@pytest.mark.parametrize("far", [40, 200, 400])
def test_the_snip_column_density_far_out(far):
    """There its terms cancel to e^−t, and Bessel functions are asked for at the precision where that happens."""
    with mpmath.workdps(40):
        integral = mpmath.quad(lambda z: mpmath.exp(far - far * mpmath.cosh(z)) / mpmath.cosh(z), [0, 1, 3])
        value = mpmath.nstr(2 / mpmath.pi * mpmath.exp(-far) * integral, 25, strip_zeros=False)
    assert digits(product_survival(sp.Integer(far)), {}, 25) == value


def test_the_two_forms_agree_at_forty_digits():
    closed = digits(product_survival(tail_variable), {tail_variable: 1}, 40)
    assert closed == digits(product_graphon.expressions["integral_form"], {tau: 1, phi: 1}, 40)


# No value, no ball


@pytest.mark.parametrize(
    "expression",
    [
        1 / x,
        1 / sp.sqrt(x),
        sp.log(x),
        sp.gamma(x),
        x**-3,
        sp.besselk(0, x),
        sp.expint(1, x),
        sp.nan,
        sp.oo,
        sp.zoo,
        sp.Float("0.5") * (x + 1),
        y,
        sp.Function("g")(x),
        sp.Integral(1 / (x + 1), (x, 0, sp.oo)),
        sp.Integral(sp.sin(x) / x, (x, 1, sp.oo)),
        sp.Integral(y**2, y),
        sp.Sum(1 / (k + 1), (k, 0, sp.oo)),
        sp.Sum(k, (k, 0, x + R(1, 2))),
        sp.Sum(k, (k, 5, x)),
        level(sp.exp(-t), t, x + 2),
        level(sp.exp(-t), t, x),
        sp.erfinv(x + 2),
        sp.Piecewise((1, x > 0)),
        sp.Max(sp.sqrt(x - 1), 0),
        sp.sign(x + sp.I),
        sp.hyper([1, 2], [], x + R(1, 10)),
    ],
    ids=str,
)
def test_undefined_values_have_no_enclosure(expression):
    with pytest.raises(NoEnclosureError):
        enclose(expression, {x: 0}, highest=256)


def test_a_value_that_is_not_real_is_no_number():
    with pytest.raises(NoEnclosureError, match="not real"):
        number(sp.sqrt(x), {x: -1})
    with pytest.raises(NoEnclosureError, match="not real"):
        digits(sp.log(x), {x: -1}, 5)


def test_hermite_polynomials():
    for order in range(8):
        polynomial = sp.hermite(order, x)
        for at in (R(-3, 2), R(0), R(7, 3), 1 + sp.I):
            assert enclose(sp.hermite(k, x), {k: order, x: at}, digits=20).overlaps(enclose(polynomial, {x: at}))


def test_hurwitz_zeta():
    for order, at in ((R(-1, 2), R(1, 2)), (R(-7, 3), R(41, 2)), (R(5, 2), R(1, 3))):
        value = mpmath_value(sp.zeta(order, x), {x: at}, 60)
        assert_encloses(enclose(sp.zeta(k, x), {k: order, x: at}, digits=30), value)
    assert number(sp.zeta(x), {x: 2}) == number(sp.pi**2 / 6)


def test_functions_of_reals_alone_are_constants_of_an_integral():
    assert number(sp.Integral(sp.erfcinv(y) * x, (x, 0, 2)), {y: R(1, 3)}) == number(2 * sp.erfcinv(y), {y: R(1, 3)})
    with pytest.raises(NoEnclosureError):
        enclose(sp.Integral(sp.erfinv(x), (x, 0, R(1, 2))), {}, highest=256)


def test_precision_is_left_as_it_was():
    before = ctx.prec
    enclose(sp.exp(x), {x: 1}, digits=500)
    with pytest.raises(NoEnclosureError):
        enclose(1 / x, {x: 0})
    assert ctx.prec == before


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


# Sums, conditions, levels


def test_finite_sums():
    nested = sp.Sum(k * y, (k, 1, y), (y, 1, x))
    assert enclose(nested, {x: 6}) == sum(j * i for i in range(1, 7) for j in range(1, i + 1))
    assert enclose(sp.Sum(k, (k, 1, x)), {x: 0}) == 0
    with pytest.raises(NoEnclosureError, match="down"):
        enclose(sp.Sum(k, (k, 1, x)), {x: -3})  # SymPy gives it the value 3


def test_sums_within_sums_are_known_by_what_they_depend_on():
    inner = sp.Sum(k * x, (k, 0, 2))  # 3x
    assert enclose(sp.Sum(inner + sp.Sum(inner, (x, 0, y)), (y, 0, 3)), {x: 5}) == 4 * 15 + 3 * (0 + 1 + 3 + 6)
    assert enclose(sp.Sum(sp.Sum(inner * y, (x, 0, 2)), (y, 0, 3)) + inner, {x: 5}) == 6 * 9 + 15
    twice = sp.Sum(sp.Sum(Let(sp.Sum(k * z, (k, 0, 2)), [(z, x + y)]), (x, 0, 3)), (y, 0, 3))
    assert enclose(twice, {}) == 3 * sum(i + j for i in range(4) for j in range(4))


def test_sums_within_sums_are_told_apart_by_more_than_their_whole_numbers():
    """e^(ln 2) is 2 to the last digit and no further: what is known at 2 does not pass for it."""
    inner = sp.Sum(k * z, (k, 0, 2))
    gap = Let(inner, [(z, y)]) - Let(inner, [(x, sp.log(y)), (z, sp.exp(x))])
    ball = enclose(sp.Sum(sp.Sum(gap, (y, 2, 2)), (k, 1, 1)), {})
    assert ball.contains(0)
    assert ball.real.rad() > 0


@pytest.mark.parametrize("most", [0, 3, 100])
def test_few_sums_within_sums_are_known_at_a_time(monkeypatch, most):
    monkeypatch.setattr(repeated, "MOST_KNOWN", most)  # beyond these every sum is added up anew
    nested = sp.Sum(sp.Sum(sp.Sum(k * x, (k, 0, 2)), (x, 0, 9)), (y, 0, 1))
    assert enclose(nested + most) == 2 * 3 * 45 + most


def test_conditions_are_decided_on_the_whole_ball():
    steps = sp.Piecewise((1, x < 0), (2, sp.And(x >= 0, x < 1)), (3, sp.Or(x > 5, sp.Eq(x, 1))), (4, True))
    assert [int(number(steps, {x: at})) for at in (-1, 0, R(1, 2), 1, 2, 6)] == [1, 2, 2, 3, 4, 3]
    root = sp.Piecewise((1, x**2 < 2), (2, True))
    assert number(root, {x: sp.sqrt(2) - R(1, 10**30)}) == 1
    assert number(root, {x: sp.sqrt(2)}) == 2  # 2 < 2: rational numbers are compared exactly
    with pytest.raises(NoEnclosureError):  # equality of irrational numbers is never proved by balls
        enclose(sp.Piecewise((1, x**2 < 5 + 2 * sp.sqrt(6)), (2, True)), {x: sp.sqrt(2) + sp.sqrt(3)}, highest=256)


@settings(max_examples=40)
@given(st.fractions(min_value=Fraction(1, 10**6), max_value=Fraction(999, 1000), max_denominator=10**6))
def test_a_level_is_the_inverse_function(share):
    share = R(share.numerator, share.denominator)
    assert digits(level(sp.exp(-t), t, rho), {rho: share}, 30) == digits(-sp.log(rho), {rho: share}, 30)


def test_levels_far_away_nested_and_differentiated():
    quantile = level(sp.erfc(t / sp.sqrt(2)), t, rho)
    for exponent in (3, 40, 300):
        at = {rho: R(1, 10**exponent)}
        with ctx.workprec(200):
            back = sp.erfc(quantile / sp.sqrt(2)) / rho
            assert bool(abs(enclose(back, at, digits=30) - 1) < 1e-25)
    cancelling = level(product_survival(t), t, rho)
    for exponent in (9, 30):
        at = {rho: R(1, 10**exponent)}
        assert bool(abs(enclose(product_survival(cancelling) / rho, at, digits=20) - 1) < 1e-15)
    slope = sp.diff(level(sp.exp(-t / y), t, rho), y)  # of −y log ρ
    assert digits(slope, {rho: R(1, 5), y: 2}, 20) == digits(sp.log(5), {}, 20)
    inner = level(sp.exp(-t), t, sp.exp(-2 * level(sp.exp(-t), t, rho)))
    assert digits(inner, {rho: R(1, 3)}, 20) == digits(2 * sp.log(3), {}, 20)


def test_a_level_protects_its_variable():
    quantile = level(sp.exp(-t), t, rho)
    assert quantile.free_symbols == {rho}
    assert quantile.subs(t, 5) == quantile
    moved = quantile.subs(rho, sp.exp(-2 * t))  # the t of the new height is not the bound one
    assert moved.free_symbols == {t}
    assert digits(moved, {t: 3}, 15) == "6.00000000000000"


def test_levels_print_and_refuse_nonsense():
    quantile = level(sp.exp(-t), t, rho)
    assert str(quantile) == "Level(t: -rho + exp(-t) = 0)"
    assert r"t>0:" in sp.latex(quantile)
    assert quantile.is_positive
    for wrong in (sp.exp(-t), sp.Lambda((t, x), t - x)):
        with pytest.raises(ValueError, match="Lambda of one variable"):
            Level(wrong)
