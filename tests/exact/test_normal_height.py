"""Balls of the height of the normal density at a quantile, at its ends and inside."""

from __future__ import annotations

import mpmath
import pytest
import sympy as sp
from flint import acb, arb, ctx

from sparse_limits.numerics.exact import balls
from sparse_limits.numerics.exact.balls.core import evaluate
from sparse_limits.theory.formulas.normal_height import NormalHeight, NormalMoment
from sparse_limits.theory.values.numbers import number

p = sp.Symbol("p", positive=True)
height, moment = NormalHeight(p), NormalMoment(p)


@pytest.mark.parametrize("value", ["1/1000", "1/4", "1/2", "9/10"])
def test_the_height_is_that_of_the_density_at_the_quantile(value):
    at = sp.Rational(value)
    with mpmath.workdps(40):
        quantile = mpmath.sqrt(2) * mpmath.erfinv(2 * mpmath.mpf(at.p) / at.q - 1)
        expected = mpmath.npdf(quantile)
        assert abs(mpmath.mpf(balls.digits(height, {p: at}, 30)) / expected - 1) < mpmath.mpf(10) ** -28
        slope = mpmath.mpf(balls.digits(sp.diff(height, p), {p: at}, 30))
        assert abs(slope + quantile) < mpmath.mpf(10) ** -28


def test_it_is_zero_at_the_ends_and_symmetric():
    assert NormalHeight(sp.S.Zero) == NormalHeight(sp.S.One) == 0
    assert evaluate(height, {p: acb(0)}) == evaluate(height, {p: acb(1)}) == 0
    assert evaluate(height, {p: acb(0.25)}).overlaps(evaluate(height, {p: acb(0.75)}))


@pytest.mark.parametrize("end", [0, 1])
def test_a_ball_at_an_end_holds_the_values_inside(end):
    with ctx.workprec(80):
        around = evaluate(height, {p: acb(arb(end, 0.01))})
        for distance in (0.0001, 0.005, 0.0099):
            assert around.real.contains(evaluate(height, {p: acb(abs(end - distance))}).real.mid())
        assert around.is_finite()
        assert around.real.rad() < 0.03


def test_it_has_no_enclosure_outside_nor_as_an_analytic_function():
    assert not evaluate(height, {p: acb(1.5)}).is_finite()
    assert not evaluate(height, {p: acb(0.5, 0.1)}).is_finite()
    assert not evaluate(height, {p: acb(arb(0, 0.01))}, analytic=True).is_finite()


def test_it_prints_as_the_density_at_the_quantile():
    assert sp.latex(height**2) == r"\varphi^{2}\left(\Phi^{-1}\left(p\right)\right)"


@pytest.mark.parametrize("value", ["1/1000", "1/4", "2/3", "9/10"])
def test_the_moment_is_the_quantile_times_the_height(value):
    at = {p: sp.Rational(value)}
    quantile = -sp.diff(height, p)
    for expected, seen in ((quantile * height, moment), (1 - quantile**2, sp.diff(moment, p))):
        assert evaluate(expected - seen, {p: acb(arb(at[p].p) / at[p].q)}).contains(0)
        assert number(seen, at) == pytest.approx(number(expected, at), rel=1e-14)


def test_the_moment_is_zero_at_the_ends_and_in_the_middle():
    assert [NormalMoment(sp.Rational(each, 2)) for each in range(3)] == [0, 0, 0]
    assert evaluate(moment, {p: acb(0)}) == evaluate(moment, {p: acb(1)}) == 0


@pytest.mark.parametrize("end", [0, 1])
def test_a_ball_at_an_end_holds_the_moments_inside(end):
    around = evaluate(moment, {p: acb(arb(end, 0.01))})
    for distance in (0.0001, 0.005, 0.0099):
        assert around.real.contains(evaluate(moment, {p: acb(abs(end - distance))}).real.mid())
    assert around.real.rad() < 0.05
    assert not evaluate(moment, {p: acb(arb(end, 0.2))}).is_finite()
