"""Inequalities on boxes: balls hold all values on a cell, what is true is proved, and nothing that is false or undefined."""

from __future__ import annotations

import random
import zlib
from dataclasses import replace
from fractions import Fraction

import mpmath
import pytest
import sympy as sp
from box_cases import TRUE, R, a, b, c, k, kappa, oo, t, x, y
from flint import arb, ctx, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from sparse_limits.numerics.exact.balls import enclose
from sparse_limits.numerics.exact.boxes import BoxError, prove, replay
from sparse_limits.numerics.exact.boxes.bounds import Bounder
from sparse_limits.numerics.exact.boxes.errors import OutsideError
from sparse_limits.numerics.exact.boxes.operations import mul, whole_power
from sparse_limits.numerics.exact.boxes.question import question
from sparse_limits.numerics.exact.boxes.straight_line_code import Straight
from sparse_limits.numerics.exact.boxes.translation import Translation
from sparse_limits.theory.formulas.iterate import Iterate
from sparse_limits.theory.formulas.let import Let

# Containment: values and derivatives on random cells beside mpmath

EVERYWHERE = (-3, 3)


POSITIVE = (R(1, 20), 4)


UNIT = (R(-19, 20), R(19, 20))


FORMULAS = [
    (x * y - x / (3 + y), (*EVERYWHERE[:1], R(5, 2))),
    (sp.exp(-(x**2) * y) * sp.sin(x + 2 * y), EVERYWHERE),
    (sp.cos(x * y) + sp.tanh(x - y) ** 3, EVERYWHERE),
    (sp.sinh(x) / sp.cosh(y), EVERYWHERE),
    (sp.atan(x * y) * sp.erf(x), EVERYWHERE),
    (sp.erfc(x) * sp.exp(x * y), EVERYWHERE),
    (sp.sqrt(1 + x**2) * (2 + y) ** R(1, 3), (R(-3, 2), 3)),
    (sp.log(x) * y ** R(5, 3) + x ** R(-2, 3), POSITIVE),
    (x**y + sp.log(1 + x * y), POSITIVE),
    (sp.gamma(x) / y + sp.loggamma(x + y), POSITIVE),
    (sp.besselk(0, x) * sp.besselk(1, y) + sp.besselk(R(1, 2), x), POSITIVE),
    (sp.besseli(0, x) - sp.besseli(1, x * y), POSITIVE),
    (sp.expint(1, x) + sp.Ei(y) / 7, POSITIVE),
    (sp.polygamma(0, x) - sp.polygamma(1, x + y), POSITIVE),
    (sp.acos(x) * sp.asin(y) - x**7 * y**4, UNIT),
    (sp.erfinv(x) + sp.erfcinv(1 + y) * x, UNIT),
    (sp.tan(x / 3) * y, EVERYWHERE),
    (sp.binomial(5 + x, y + 2) / sp.factorial(x + 4), UNIT),
    (sp.binomial(x, 3) - sp.Sum(x**k / (k + 1), (k, 0, 4)) * y, EVERYWHERE),
    (kappa(x) - y, UNIT),
    (1 / (4 + x * y) - (x + y) ** 6 / 100, UNIT),
    (2**x * y**3 * sp.pi, EVERYWHERE),
    (Let(a * x + sp.sqrt(a), [(a, 1 + y**2)]), EVERYWHERE),
    (Iterate(sp.Lambda((c,), (sp.sin(c) + x * y / 9,)), 3, (y,)), EVERYWHERE),
]  # fmt: skip


def _cell(rng, low, high):
    """A random cell of the range: coarse or fine, and points in it, ends included."""
    width = (high - low) * R(1, 2 ** rng.randrange(1, 9))
    start = low + (high - low - width) * R(rng.randrange(0, 65), 64)
    return start, start + width, [start + width * R(rng.randrange(0, 17), 16) for _ in range(5)]


def _exact(q):
    return fmpq(int(q.p), int(q.q))


def _ball(low, high):
    return arb(_exact(R(low + high, 2)), _exact(R(high - low, 2)))


def _holds(ball, value):
    """Whether a ball holds a number of mpmath, up to the rounding of the latter."""
    slack = mpmath.mpf(10) ** -25 * (1 + abs(value))
    low, high = (mpmath.mpf(end.mid().str(40, radius=False)) for end in (ball.lower(), ball.upper()))
    return low - slack <= value <= high + slack


@pytest.mark.parametrize(
    ("formula", "ends"), FORMULAS, ids=lambda each: str(each)[:40] if isinstance(each, sp.Expr) else ""
)
def test_balls_hold_values_and_derivatives(formula, ends):
    low, high = map(sp.Rational, ends)
    translation = Translation({x: "x0", y: "x1"}, {x: (low, high), y: (low, high)})
    graph, variables = translation.graph, list(translation.variables.values())
    output = translation.place(formula)
    gradient = graph.gradient(output, variables)
    second = graph.gradient(gradient[0], variables)
    outputs = [output, *gradient, *second]
    function = Straight(graph, outputs, ["x0", "x1"])
    value = Straight(graph, [output], ["x0", "x1"])
    plain = formula.doit() if formula.has(sp.Sum) else formula
    plain = plain.unrolled() if isinstance(plain, Iterate) else plain
    plain = plain.args[0].subs(plain.args[1].args) if isinstance(plain, Let) else plain
    slopes = [sp.diff(plain, z) for z in (x, y)]
    exact = [plain, *slopes, *(sp.diff(slopes[0], z) for z in (x, y))]
    with mpmath.workdps(40):
        known = [{"erfcinv": lambda z: mpmath.erfinv(1 - z)}, "mpmath"]
        beside = [sp.lambdify((x, y), each, known) for each in exact]
        rng, held = random.Random(str(formula)), 0
        for _ in range(8):
            (x_low, x_high, xs), (y_low, y_high, ys) = (_cell(rng, low, high) for _ in range(2))
            with ctx.workprec(64):
                try:
                    balls = function.at(64)(_ball(x_low, x_high), _ball(y_low, y_high))
                except OutsideError:  # a derivative may be undefined on a coarse cell: then the value alone
                    try:
                        balls = value.at(64)(_ball(x_low, x_high), _ball(y_low, y_high))
                    except OutsideError:
                        continue
            for at in zip(xs, ys, strict=True):
                point = [mpmath.mpf(int(q.p)) / int(q.q) for q in at]
                for ball, number in zip(balls, beside, strict=False):
                    assert _holds(ball, mpmath.re(number(*point))), (formula, at)
                    held += 1
        assert held >= 100


@pytest.mark.parametrize("formula", [sp.Abs(x - y), sp.Max(x, y, x * y), sp.Min(x**2, y, 1), sp.Abs(sp.Max(x, -y) - 1)])
def test_kinked_functions_lie_in_their_mean_value_form(formula):
    translation = Translation({x: "x0", y: "x1"}, {x: (-3, 3), y: (-3, 3)})
    graph, variables = translation.graph, list(translation.variables.values())
    output = translation.place(formula)
    function = Straight(graph, [output, *graph.gradient(output, variables)], ["x0", "x1"]).at(64)
    number = sp.lambdify((x, y), formula, [{"Abs": abs, "Max": max, "Min": min}])
    rng = random.Random(0)
    for _ in range(200):
        (x_low, x_high, xs), (y_low, y_high, ys) = (_cell(rng, R(-3), R(3)) for _ in range(2))
        value, *slopes = function(_ball(x_low, x_high), _ball(y_low, y_high))
        middle = (x_low + x_high) / 2, (y_low + y_high) / 2
        at_middle = arb(_exact(sp.Rational(number(*map(Fraction, middle)))))
        for at in zip(xs, ys, strict=True):
            exact = arb(_exact(sp.Rational(number(*map(Fraction, at)))))
            steps = [arb(_exact(z - m)) for z, m in zip(at, middle, strict=True)]
            assert value.contains(exact)
            assert (at_middle + slopes[0] * steps[0] + slopes[1] * steps[1]).overlaps(exact)


@given(st.integers(0, 10**6))
@settings(max_examples=60)
def test_no_bound_of_a_cell_exceeds_a_value_on_it(seed):
    rng = random.Random(seed)
    formula = sum(rng.randrange(-9, 10) * x**i * y**j for i in range(4) for j in range(3)) + sp.Integer(0)
    if formula.free_symbols != {x, y}:
        return
    low, high = (-R(rng.randrange(1, 20), 7), R(rng.randrange(1, 20), 9))
    asked = question(formula, within={x: (low, high), y: (low, high)})
    bounder = Bounder(asked.parts()[0], False)
    cell = bounder.whole
    for _ in range(rng.randrange(1, 9)):
        cell = bounder.split(cell, rng.randrange(2))[rng.randrange(2)]
    found = bounder.bound(cell, 3)
    number = sp.lambdify((x, y), formula)
    for _ in range(10):
        value = number(*(p + (q - p) * fmpq(rng.randrange(17), 16) for p, q in cell))
        assert value >= 0 if found.done else not arb(value) < found.least.lower()


@pytest.mark.parametrize("name", TRUE)
def test_what_is_true_is_proved_and_its_certificate_replayed(name):
    low, high, within, _ = TRUE[name]
    outcome = prove(low, high, within=within, strict=True)
    assert outcome.verdict == "proved"
    assert outcome.cells < 600
    assert len(outcome.certificate.tree) < 200
    assert replay(outcome.certificate)


@pytest.mark.parametrize("name", TRUE)
def test_what_is_made_false_is_refuted_at_a_point(name):
    low, high, within, factor = TRUE[name]
    outcome = prove(low, factor * high, within=within)
    assert outcome.verdict == "refuted"
    assert all(ends[0] <= outcome.witness[symbol] <= ends[1] for symbol, ends in within.items())
    assert all(value.is_Rational for value in outcome.witness.values())
    assert enclose(factor * high - low, outcome.witness, digits=30).real < 0


def test_a_proof_of_one_inequality_does_not_replay_as_that_of_another():
    low, high, within, factor = TRUE["mills"]
    certificate = prove(low, high, within=within).certificate
    assert not replay(replace(certificate, question=question(low, factor * high, within=within)))
    order = zlib.decompress(certificate.tree)
    for forged in (order[:-1], order + b"\xff", b"\xff", bytes([7]) + order[1:], b""):
        assert not replay(replace(certificate, tree=zlib.compress(forged)))
    assert not replay(replace(certificate, tree=b"no tree"))


# Equality

EDGES = {
    "one end": (t / (1 + t), sp.log(1 + t), {t: (0, 10)}, {t: (0, 2)}),
    "third order": (sp.sin(x), x, {x: (0, 4)}, {x: (0, 3)}),
    "upper end": (sp.log(t), t - 1, {t: (R(1, 4), 1)}, {t: (1, 2)}),
    "both ends": (0, sp.sin(sp.pi * x), {x: (0, 1)}, {x: [(0, 1), (1, 1)]}),
    "within": (sp.log(t), t - 1, {t: (R(1, 4), 4)}, {t: (1, 2)}),
    "two letters": (sp.log(1 + a * b), a * b, {a: (0, 4), b: (0, 4)}, {a: (0, 2), b: (0, 2)}),
    "odd, before infinity": (0, (1 - 1 / t) * (1 + y**2), {t: (1, oo), y: (-1, 1)}, {t: (1, 1)}),
    "at infinity": (t / sp.sqrt(1 + t**2), 1, {t: (0, oo)}, {t: (oo, 2)}),
    "at minus infinity": (-x / sp.sqrt(1 + x**2), 1, {x: (-oo, 0)}, {x: (-oo, 2)}),
}


@pytest.mark.parametrize("name", EDGES)
def test_equality_at_a_face_is_divided_out(name):
    low, high, within, zero = EDGES[name]
    for strict in (False, True):
        outcome = prove(low, high, within=within, zero=zero, strict=strict)
        assert outcome.verdict == "proved"
        assert outcome.cells < 200
        assert replay(outcome.certificate)
    assert prove(high, low, within=within, zero=zero).verdict == "refuted"


def test_a_false_inequality_beside_a_zero_before_infinity_is_refuted():
    """In s = 1/t the zero at t = 1 is at the upper end, where an odd order turns the sign; first points see nothing at y = 0."""
    assert prove(-(1 - 1 / t) * y**2, within={t: (1, oo), y: (-1, 1)}, zero={t: (1, 1)}).verdict == "refuted"


@pytest.mark.parametrize("function", [lambda z: sp.besselk(0, z), lambda z: sp.expint(1, z)])
def test_a_side_that_is_infinite_inside_the_range_proves_nothing(function):
    assert prove(0, function((t - 5) ** 2), within={t: (0, oo)}).verdict == "undecided"
    assert prove(0, function(1 + (t - 5) ** 2), within={t: (0, oo)}).verdict == "proved"


def test_whole_numbers_are_not_refuted_between_them():
    n = sp.Symbol("n", integer=True, positive=True)
    low = (n - 1) * (n - 2)
    assert prove(0, low, within={n: (1, 5)}).verdict == "undecided"  # below 0 between 1 and 2 alone
    assert prove(0, low, within={}, integers={n: (1, 5)}).verdict == "proved"
    found = prove(0, (n - 2) * (n - R(10, 3)), within={n: (1, 5)})
    assert found.witness == {n: 3}


def test_a_power_of_what_is_no_number_is_none():
    assert not whole_power(arb("nan"), 4).is_finite()
    assert not mul(arb(0, "inf"), arb(0)).is_finite()


@pytest.mark.parametrize("within", [(0, 1, 2), 3])
def test_a_range_has_two_ends(within):
    with pytest.raises(BoxError, match="expected two ends"):
        prove(0, x, within={x: within})


def test_one_relation_is_no_list_of_them():
    with pytest.raises(BoxError, match="expected a list of relations"):
        prove(0, x, within={x: (0, 1)}, given=x < 1)


def test_equality_without_a_word_is_undecided():
    square = sp.expand((x - R(1, 3)) ** 2)
    inside = prove(square, within={x: (0, 1)})
    assert inside.verdict == "undecided"
    assert inside.cell[x][0] <= R(1, 3) <= inside.cell[x][1]
    assert "undecided after" in str(inside)
    low, high, within, _ = EDGES["third order"]
    assert prove(low, high, within=within).verdict == "undecided"
    curve = prove(x**2 - 2 * x * y + y**2, within={x: (0, 1), y: (0, 1)}, cells=500)
    assert curve.verdict == "undecided"
    assert "500 cells" in curve.reason


def test_a_zero_that_is_none_is_not_used():
    assert prove(x**2 - x, within={x: (0, R(1, 2))}, zero={x: (0, 2)}).verdict == "refuted"  # x² − x has a simple zero
    assert prove(x - x**2, within={x: (0, R(1, 2))}, zero={x: (0, 2)}).verdict == "proved"  # since it rises
    assert prove(1 - x, within={x: (0, R(1, 2))}, zero={x: (0, 1)}).verdict == "proved"  # no zero, none needed
    assert prove(x**3 - x**4 * 2, within={x: (0, 1)}, zero={x: (0, 3)}).verdict == "refuted"
    assert prove(x ** R(3, 2) - x**2 / 2, within={x: (0, 1)}, zero={x: (0, 2)}).verdict == "undecided"  # not smooth
    with pytest.raises(BoxError, match="second order"):
        prove(x * sp.Abs(x), within={x: (0, 1)}, zero={x: (0, 2)})
