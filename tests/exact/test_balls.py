"""Ball arithmetic: every enclosure holds the value that mpmath finds with more digits, or there is none."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
import sympy as sp
from ball_cases import MPMATH, R, assert_encloses, k, x, y, z
from flint import acb, arb, ctx
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sparse_limits.numerics.exact.balls import NoEnclosureError, digits, enclose, number, repeated
from sparse_limits.numerics.exact.balls.core import evaluate
from sparse_limits.numerics.exact.exact_values import MOST_BITS, MOST_BITS_OF_ROOTS, NotRationalError, written_out
from sparse_limits.theory.formulas.let import Let
from sparse_limits.theory.formulas.level import Level, level
from sparse_limits.theory.saliency.model import phi, tau
from sparse_limits.theory.saliency.snip import product_graphon
from sparse_limits.theory.tails import product_survival
from sparse_limits.theory.tails import t as tail_variable

t = sp.Symbol("t", positive=True)


rho = sp.Symbol("rho", positive=True)


def mpmath_value(expression: sp.Expr, at: dict[sp.Symbol, sp.Rational], places: int) -> mpmath.mpc:
    with mpmath.workdps(places):
        value = sp.lambdify(list(at), expression, MPMATH)(*(mpmath.mpf(q.p) / q.q for q in at.values()))
        return mpmath.mpc(value)


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


@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("middle", [acb(2.5), acb(9, 4), acb(20), acb(25, 30), acb(40, 1)])
@pytest.mark.parametrize("radius", [0.0, 2.0**-40, 0.25])
def test_balls_of_bessel_k_hold_its_values_and_are_hardly_wider(order: int, middle: acb, radius: float) -> None:
    """FLINT alone has none of 56 bits at 20, since its series has terms of the size e^20."""
    wide = middle + acb(arb(0, radius), arb(0, radius) if middle.imag != 0 else 0)
    with ctx.workprec(56):
        found = evaluate(sp.besselk(order, x), {x: wide})
    for along in (-0.7, 0.0, 0.7):
        with ctx.workprec(300):
            exactly = (middle + radius * along * (1 if middle.imag == 0 else acb(1, 1))).bessel_k(order)
        assert found.overlaps(exactly)
    with ctx.workprec(300):
        least = abs(middle.bessel_k(order)).lower()
    assert bool(found.real.rad() < 4 * least * (radius + arb(2) ** -46))


def test_powers_are_written_out_up_to_so_many_bits():
    """Of whole exponents more than of roots: 2 has two bits in this count."""
    assert written_out(x**y, {x: sp.Integer(2), y: sp.Integer(MOST_BITS // 2)}) == 2 ** (MOST_BITS // 2)
    assert written_out(x**y, {x: sp.Integer(4), y: sp.Rational(1001, 2)}) == 2**1001
    for exponent in (sp.Integer(MOST_BITS // 2 + 1), sp.Rational(MOST_BITS_OF_ROOTS + 1, 2), -sp.Integer(MOST_BITS)):
        with pytest.raises(NotRationalError, match="too many digits"):
            written_out(x**y, {x: sp.Integer(2), y: exponent})
    assert written_out(x**y, {x: sp.S.NegativeOne, y: sp.Integer(MOST_BITS)}) == 1


def test_steps_of_powers_with_many_digits_go_by_balls():
    """SymPy would compute the 21 977 344th power of the fraction, and try to take its root, for hours."""
    power = sp.Rational(163, 563) ** y
    for argument, whole in ((x - 100 * power, -33), (x * power, 1)):
        ball = enclose(sp.ceiling(argument), {x: sp.Rational(1, 3), y: sp.Rational(21977344, 24850225)}, digits=5)
        assert ball.real.contains(whole)
