"""Balls of the tail of a product of three normals beside mpmath, and the densities of layers that rest on it."""

from __future__ import annotations

import mpmath
import pytest
import sympy as sp
from flint import acb, arb, ctx

import sparse_limits as sl
from sparse_limits.numerics.exact import balls
from sparse_limits.numerics.exact.balls import NoEnclosureError, vouched
from sparse_limits.numerics.exact.balls.core import evaluate
from sparse_limits.theory.formulas.level import level
from sparse_limits.theory.formulas.three_normals import ThreeNormals
from sparse_limits.theory.tails import t, triple_normal


def meijer(x: mpmath.mpf) -> mpmath.mpf:
    half = mpmath.mpf(1) / 2
    return mpmath.meijerg([[], [1]], [[0, half, half, half], []], x * x / 8) / mpmath.pi ** (3 * half)


def test_the_latex_of_a_power_does_not_stand_under_the_derivative():
    derivative = r"\left(\tfrac{d}{d\log}\right)^{1}H_3\left(t\right)"
    assert sp.latex(ThreeNormals(1, t) ** 2) == rf"\left({derivative}\right)^{{2}}"
    assert sp.latex(ThreeNormals(1, t)) == derivative
    assert sp.latex(ThreeNormals(0, t) ** 2) == r"H_3^{2}\left(t\right)"


@pytest.mark.parametrize("value", ["1/100", "1/2", "1", "2", "5", "10"])
def test_the_tail_is_a_meijer_function(value):
    at = sp.Rational(value)
    with mpmath.workdps(60):
        expected = meijer(mpmath.mpf(at.p) / at.q)
        claimed = mpmath.mpf(balls.digits(triple_normal.survival, {t: at}, 30))
        assert abs(claimed / expected - 1) < mpmath.mpf(10) ** -28


@pytest.mark.parametrize("order", [1, 2, 3])
def test_its_derivatives_are_those_of_mpmath(order):
    at = sp.Rational(3, 2)
    with mpmath.workdps(40):
        expected = mpmath.diff(meijer, mpmath.mpf(3) / 2, order)
        claimed = mpmath.mpf(balls.digits(sp.diff(triple_normal.survival, t, order), {t: at}, 20))
        assert abs(claimed / expected - 1) < mpmath.mpf(10) ** -18


@pytest.mark.parametrize("order", [0, 1, 3])
@pytest.mark.parametrize("bits", [30, 53, 100])
def test_wide_and_complex_balls_hold_their_points(order, bits):
    """The ball of a ball holds the values at points of it, on the real line and beside it."""
    for middle in (acb(0.7, 0.2), acb(3), acb(25), acb(2, -1.5)):
        with ctx.workprec(bits):
            wide = middle + acb(arb(0, 0.05), 0 if middle.imag == 0 else arb(0, 0.05))
            around = evaluate(ThreeNormals(order, t), {t: wide})
        for shift in (-0.04, 0.0, 0.045):
            with ctx.workprec(300):
                inside = evaluate(ThreeNormals(order, t), {t: middle + shift})
            assert around.overlaps(inside)


def test_no_value_on_the_cut():
    for bad in (acb(0), acb(-1), acb(arb(0, 1))):
        assert not evaluate(ThreeNormals(0, t), {t: bad}).is_finite()
    with pytest.raises(NoEnclosureError):
        balls.digits(ThreeNormals(-1, t), {t: sp.Integer(1)}, 5)


def test_far_out_it_is_small_at_every_precision():
    with ctx.workprec(20):
        ball = evaluate(triple_normal.survival, {t: acb(10**9)})
    assert bool(abs(ball.real) < arb(10) ** -1000)


def test_its_level_is_proved_and_not_vouched():
    tenth = level(triple_normal.survival, t, sp.Rational(1, 10))
    assert vouched(tenth, None) == ()
    assert balls.digits(triple_normal.survival.subs(t, tenth), None, 12) == "0.100000000000"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("n=256", "d=64", "L=2", "rho=1/10"), (".236653718352122296", ".0645305033726187311", ".43435316207377792")),
        (("n=256", "d=64", "L=3", "rho=1/10"), (".270243913470509441", ".0780446935134175362", ".445506459017617203")),
        (("n=1024", "d=64", "L=2", "rho=1/50"), (".14463332097309862", ".0118434212142628206", ".395804134316560018")),
    ],
)
def test_densities_of_all_layers(arguments, expected):
    """Values from another program, of fifteen digits and more."""
    for name, value in zip(("rho_first", "rho_hidden", "rho_readout"), expected, strict=True):
        found = sl.evaluate("D3.2", name, *arguments, digits=15).text
        assert abs(float(found) - float(value)) < 1e-15
