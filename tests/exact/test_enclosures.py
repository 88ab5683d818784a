"""Integrals in balls beside mpmath: each ball holds the value, whatever the integrand does on the cuts and between.

mpmath is given the places where the integrand has kinks, and more digits. A refusal is no error, but is counted.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import mpmath
import pytest
import sympy as sp
from enclosure_cases import FUNCTIONS, Integral, R, by_mpmath, holds, k, t, x, y
from flint import arb, ctx

from sparse_limits.numerics.exact.balls import NoEnclosureError, enclose, vouched
from sparse_limits.numerics.exact.balls.tails import tail
from sparse_limits.theory.formulas.let import Let

# Random integrands: a decay times zeros, kinks and waves, on the cuts at a + 1, a + 2, a + 4, … and off them

DECAYS = [
    lambda a: sp.exp(-a * x),
    lambda a: sp.exp(-a * x**2 / 2),
    lambda a: sp.exp(-a * sp.cosh(x / 2)),
    lambda a: 1 / sp.cosh(a * x),
    lambda a: sp.erfc(a * x),
    lambda a: sp.exp(-a * x) / (1 + x**2),
    lambda a: x**2 / sp.sinh(1 + a * x) ** 2,
]


DOUBLE = [1, 2, 3]  # those that decay on both sides


SHAPES = [
    lambda c, b: x - c,
    lambda c, b: (x - c) ** 2,
    lambda c, b: (x - c) * (x - c - b),
    lambda c, b: sp.Abs(x - c),
    lambda c, b: sp.Max(x - c, 0),
    lambda c, b: sp.Min(x, c),
    lambda c, b: sp.Heaviside(c - x),
    lambda c, b: sp.Heaviside(x - c) - R(1, 3),
    lambda c, b: sp.sign(x - c),
    lambda c, b: sp.Piecewise((x - c, x < c), (b, x < c + 1), (0, True)),
    lambda c, b: sp.sin(b * (x - c)),
    lambda c, b: 1 - sp.cos(b * (x - c)),
    lambda c, b: 1 / (1 + (x - c) ** 2),
    lambda c, b: sp.log(1 + (x - c) ** 2),
    lambda c, b: sp.tanh(x - c),
]


def random_integrals(count: int, seed: int = 0) -> Iterator[tuple[sp.Integral, list[sp.Expr]]]:
    """Integrals of all kinds of ends, and the places where mpmath is to split them."""
    draw = random.Random(seed)
    for _ in range(count):
        a = R(draw.randint(1, 6), draw.choice([1, 2, 3]))
        low = R(draw.choice([0, 0, 1, R(1, 3)]))
        ends = draw.choice(["finite", "above", "above", "above", "below", "both"])
        pick = draw.choice(DOUBLE) if ends == "both" else draw.randrange(len(DECAYS))
        decay = DECAYS[pick](a)
        places = [low + 1, low + 2, low + 4, low + R(draw.randint(1, 30), 7)]
        shapes = [draw.choice(SHAPES) for _ in range(draw.choice([1, 1, 2]))]
        kinks, factor = [], sp.Integer(1)
        for shape in shapes:
            c, b = draw.choice(places), R(draw.randint(1, 5), draw.choice([1, 2]))
            factor *= shape(c, b)
            kinks += [c, c + 1]
        integrand = decay * factor
        if ends == "above" and draw.random() < 0.25:
            integrand *= draw.choice([1 / sp.sqrt(x - low), sp.log(x - low)])
        if ends == "finite":
            limits = low, low + draw.choice([2, 4, R(7, 2)])
        elif ends == "below":
            integrand, kinks, limits = integrand.subs(x, -x), [-c for c in kinks], (-sp.oo, -low)
        else:
            limits = (-sp.oo if ends == "both" else low), sp.oo
        inside = sorted({c for c in kinks if limits[0] < c < limits[1]})
        yield sp.Integral(integrand, (x, *limits)), [limits[0], *inside, limits[1]]


def test_random_integrals_hold_the_values_of_mpmath():
    """None is wrong, at most 4 of 106 are refused, for at most 4 mpmath has no value, and none needs to be vouched."""
    refused = unknown = compared = 0
    for integral, nodes in random_integrals(106):
        try:
            ball = enclose(integral, digits=9, highest=160)
            assert vouched(integral, digits=9) == ()
        except NoEnclosureError:
            refused += 1
            continue
        value = by_mpmath(integral.function, x, nodes, 16)
        if value is None:
            unknown += 1
            continue
        compared += 1
        assert holds(ball, value, 1e-9), (integral, ball, value)
    assert compared >= 100
    assert refused <= 4
    assert unknown <= 4


KNOWN = [
    (Integral((x - 1) ** 2 * sp.exp(-x), (x, 0, sp.oo)), 1),
    (Integral((x - 1) * sp.exp(-x), (x, 0, sp.oo)), 0),
    (Integral((x - 2) * (x - 4) * sp.exp(-x), (x, 0, sp.oo)), 4),
    (Integral((x + 1) ** 2 * sp.exp(x), (x, -sp.oo, 0)), 1),
    (Integral(sp.sin(sp.pi * x) ** 2 * sp.exp(-x), (x, 0, sp.oo)), 2 * sp.pi**2 / (1 + 4 * sp.pi**2)),  # 0 at all cuts
    (Integral(sp.exp(-x) * sp.cos(3 * x), (x, 0, sp.oo)), R(1, 10)),
    (Integral(sp.exp(-(x**2) + 3 * sp.I * x), (x, -sp.oo, sp.oo)), sp.sqrt(sp.pi) * sp.exp(-R(9, 4))),
    (Integral(sp.Max(1 - x, 0), (x, 0, sp.oo)), R(1, 2)),
    (Integral(sp.Max(R(10, 3) - x, 0), (x, 0, sp.oo)), R(50, 9)),
    (Integral(sp.Heaviside(2 - x) * sp.exp(x), (x, 0, sp.oo)), sp.exp(2) - 1),
    (Integral(sp.Piecewise((x, x < 1), (0, x < 5), (sp.exp(5 - x), True)), (x, 0, sp.oo)), R(3, 2)),
    (Integral(sp.exp(-sp.Abs(x - 2)), (x, -sp.oo, sp.oo)), 2),
    (Integral(sp.exp(-sp.Abs(t - 1)), (t, -sp.oo, 3)), 2 - sp.exp(-2)),  # t is assumed to be positive
    (Integral(1 / (1 + x**2), (x, -sp.oo, sp.oo)), sp.pi),
    (Integral(x ** -R(3, 2), (x, 1, sp.oo)), 2),
    (Integral(sp.log(x) / (1 + x**2), (x, 0, sp.oo)), 0),
    (Integral(sp.exp(-sp.sqrt(x)), (x, 1, sp.oo)), 4 * sp.exp(-1)),
    (Integral(x**-9, (x, 1, sp.oo)), R(1, 8)),
    (Integral(sp.exp(-(sp.log(x) ** 2)), (x, 0, sp.oo)), sp.sqrt(sp.pi) * sp.exp(R(1, 4))),
    (Integral(1 / sp.sqrt(x), (x, 0, 1)), 2),
    (Integral(sp.log(x) ** 2, (x, 0, 1)), 2),
    (Integral(1 / sp.sqrt(1 - x**2), (x, -1, 1)), sp.pi),
    (Integral(1 / sp.sqrt(x), (x, 1, 0)), -2),
    (Integral(sp.exp(-x) / sp.sqrt(x), (x, 0, sp.oo)), sp.sqrt(sp.pi)),
    (Integral(sp.log(x) * sp.exp(-x), (x, 0, sp.oo)), -sp.EulerGamma),
    (Integral(x / sp.sinh(x), (x, 0, sp.oo)), sp.pi**2 / 4),
    (Integral(2**-x, (x, 0, sp.oo)), 1 / sp.log(2)),
    (Integral(sp.exp(-x * (1 + y)), (y, 0, 1), (x, 0, sp.oo)), sp.log(2)),
    (Integral(Let(k * sp.exp(-k), [(k, 2 * x)]), (x, 0, sp.oo)), R(1, 2)),
]


@pytest.mark.parametrize(("integral", "value"), KNOWN, ids=str)
def test_integrals_of_known_value(integral, value):
    """Zeros and kinks on the cuts, tails of all kinds, singular ends: nothing is vouched."""
    ball = enclose(integral, digits=12, highest=600)
    with ctx.workprec(150):
        assert ball.overlaps(enclose(sp.sympify(value), digits=30))
        assert bool(ball.abs_upper() < 100)
    assert vouched(integral, digits=12) == ()


@pytest.mark.parametrize(
    "integral",
    [
        Integral(1 / x, (x, 0, 1)),
        Integral(1 / x, (x, -1, 1)),
        Integral(x ** -R(3, 2), (x, 0, 1)),
        Integral(1 / (x - R(1, 3)), (x, 0, 1)),
        Integral((x - 1) ** -2, (x, 0, sp.oo)),
        Integral(sp.exp(-x) / x, (x, 0, sp.oo)),
        Integral(sp.exp(-x) / (x - 1), (x, 0, sp.oo)),
        Integral(sp.tan(x), (x, 0, 2)),
        Integral(1 / sp.sin(x), (x, 1, 4)),
        Integral(sp.gamma(x), (x, -R(1, 2), 1)),
        Integral(sp.zeta(x), (x, 0, 2)),
        Integral(sp.besselk(1, x), (x, 0, 1)),
        Integral(1 / (1 - x), (x, 0, 1)),
        Integral(1 / x, (x, 1, sp.oo)),
        Integral(1 / sp.sqrt(1 + x**2), (x, 0, sp.oo)),
        Integral(sp.sin(x), (x, 0, sp.oo)),
        Integral(sp.Integer(1), (x, 0, sp.oo)),
        Integral(sp.exp(x), (x, 0, sp.oo)),
        Integral(sp.exp(-x), (x, -sp.oo, sp.oo)),
        Integral(1 / (x * sp.log(x)), (x, 2, sp.oo)),
        Integral(sp.tanh(x), (x, -sp.oo, sp.oo)),
    ],
    ids=str,
)
def test_integrals_that_diverge_are_refused(integral):
    with pytest.raises(NoEnclosureError):
        enclose(integral, digits=5, highest=100)


# Tails


TAILS = [  # with the place from which on they are bounded
    (sp.exp(-x), 3),
    ((x - 5) ** 2 * sp.exp(-x), 2),
    (sp.exp(-(x**2)) * sp.cos(7 * x), 1),
    (x**3 * sp.exp(-(x**4) + 3 * x**2), 2),
    (sp.exp(sp.sin(x) - x**2), 1),
    (sp.cosh(x) * sp.exp(-sp.cosh(2 * x)), 1),
    (sp.sinh(x) ** 2 * sp.exp(-3 * x), 1),
    (1 / (sp.cosh(x) - sp.Rational(1, 2)), 1),
    (sp.erfc(x) * sp.exp(x), 1),
    (sp.erfc(-x) * sp.exp(-x), 1),
    (sp.expint(3, 2 * x), 1),
    (sp.log(x) ** 3 * sp.exp(-x), 8),
    (sp.exp(-sp.floor(x)), 2),
    (sp.Abs(sp.sin(x)) * 2**-x, 1),
    (sp.Max(sp.exp(-x), sp.exp(-2 * x), -x * sp.exp(-x)), 2),
    (sp.Piecewise((sp.exp(-x), sp.sin(x) > 0), (-2 * sp.exp(-x), True)), 1),
    (sp.exp(-x) * sp.hyper([1, R(1, 2)], [], -x), 1),
    (sp.exp(-(x**2) + x * sp.log(x)), 2),
    ((1 + x**2) / (x**4 + x + 1) * sp.exp(-x), 4),
    ((x**2 - 3) ** -2 * sp.exp(-x), 2),
    (sp.atan(x) * sp.exp(-x), 1),
]


@pytest.mark.parametrize(("integrand", "start"), TAILS, ids=str)
def test_tails_are_below_their_bounds(integrand, start):
    found = tail(integrand, x, arb(start), {})
    assert found is not None
    function = sp.lambdify(x, sp.Abs(integrand), FUNCTIONS)
    with mpmath.workdps(20):
        size = mpmath.quad(function, [start, *(start + far for far in (1, 3, 7, 15))])
    assert float(size) <= float(found[0]) * (1 + 1e-9)
    assert float(found[0]) < 1e6 * float(size)


@pytest.mark.parametrize(
    "integrand",
    [sp.sin(x), sp.exp(sp.sin(x) * x - x), 1 / x, sp.gamma(x) ** -1, sp.exp(-x) / sp.sin(x), sp.exp(-x) / (x - 5)],
    ids=str,
)
def test_tails_whose_structure_shows_no_bound(integrand):
    assert tail(integrand, x, arb(1), {}) is None


def test_a_jump_is_no_smooth_exponent():
    """The derivative of a Piecewise forgets its jumps, so no tangent bounds it."""
    jump = -(x**4) + 3 * x**2 + sp.Piecewise((0, x < 5), (1000, True))
    found = tail(sp.exp(jump), x, arb(2), {})
    assert found is None or bool(found[0] > 1e100)
