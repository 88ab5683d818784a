"""Ranges without an end, whole numbers and relations; and what may not be proved."""

from __future__ import annotations

import pytest
import sympy as sp
from box_cases import SMALL_SQUARE, SQUARE, TRUE, R, a, b, c, k, kappa, oo, t, x, y

from sparse_limits.numerics.exact.boxes import BoxError, prove, replay
from sparse_limits.numerics.exact.boxes.side_conditions import never_negative

n = sp.Symbol("n", integer=True, positive=True)


# Ranges without an end, whole numbers, relations


@pytest.mark.parametrize(
    ("low", "high", "ends"),
    [
        (sp.atan(x), 2, (-oo, oo)),
        (sp.exp(-(x**2)), R(11, 10), (-oo, oo)),
        (0, 1 / (1 + x), (0, oo)),
        (x * sp.exp(-x), R(2, 5), (0, oo)),
        (x / (1 + x**2), R(51, 100), (-oo, oo)),
        ((x**2 + 1) / (x**2 + 3), R(101, 100), (-oo, 0)),
    ],
)
def test_ranges_without_an_end(low, high, ends):
    outcome = prove(low, high, within={x: ends})
    assert outcome.verdict == "proved"
    assert replay(outcome.certificate)


def test_what_fails_far_out_is_never_proved():
    assert prove(x, 1000, within={x: (0, oo)}).verdict == "refuted"
    assert prove(sp.log(t), 9, within={t: (1, oo)}).verdict == "refuted"
    assert prove(sp.atan(x), R(157, 100), within={x: (-oo, oo)}).verdict == "refuted"
    assert prove((t**2 - 1) / (t - 1), t + 2, within={t: (0, oo)}).verdict == "undecided"  # undefined at 1
    assert prove((t - 1000) / (t**2 - 1000 * t), 9, within={t: (1, oo)}).verdict == "undecided"  # at 1000
    assert prove(0, sp.sqrt(1 - x), within={x: (0, oo)}).verdict == "undecided"
    far = prove(sp.atan(x), sp.pi / 2, within={x: (0, oo)})
    assert far.verdict == "undecided"
    assert "tail" in far.reason
    assert far.cell[x][1] == oo


def test_two_ranges_without_an_end():
    gap = 2 - a / (1 + a) - b / (1 + b) * R(1, 2)
    assert prove(gap, within={a: (0, oo), b: (0, oo)}).verdict == "proved"
    assert prove(gap - R(3, 5), within={a: (0, oo), b: (0, oo)}).verdict == "refuted"


def test_whole_numbers_are_all_tried():
    bernoulli = {"within": {x: (0, 1)}, "integers": {n: (1, 12)}, "zero": {x: (0, 2)}}
    outcome = prove((1 - x) ** n, 1 / (1 + n * x), **bernoulli)
    assert outcome.verdict == "proved"
    assert replay(outcome.certificate)
    failing = prove(sp.Integer(0), (n - 7) ** 2 - R(1, 2), within={}, integers={n: (1, 40)})
    assert failing.verdict == "refuted"
    assert failing.witness == {n: 7}


def test_relations_drop_what_lies_outside():
    half = {"within": SQUARE, "given": [a <= b]}
    low, high, *_ = TRUE["log"]
    whole, part = prove(low, high, within=SQUARE), prove(low, high, **half)
    assert part.verdict == "proved"
    assert part.cells <= whole.cells
    assert replay(part.certificate)
    assert prove(a, b + R(1, 10), **half).verdict == "proved"
    assert prove(a, b + R(1, 10), within=SQUARE).verdict == "refuted"
    witness = prove(b, a + 1, **half).witness
    assert witness[b] > witness[a] + 1
    assert prove(sp.sqrt(b - a + R(1, 5)), 5, **half).verdict == "proved"  # not real elsewhere
    assert prove(a, b, within=SQUARE, given=[a < b - 10]).verdict == "undecided"  # nothing there


# What may not be proved


@pytest.mark.parametrize(
    ("low", "high", "within"),
    [
        (0, sp.sqrt(x), {x: (-1, 1)}),
        (0, sp.sqrt(x), {x: (R(-1, 10**12), 1)}),
        (sp.sqrt(x), sp.sqrt(x) + 1, {x: (-1, 1)}),
        (sp.log(x), sp.log(x) + 1, {x: (0, 1)}),
        (0, 1 / x**2, {x: (-1, 2)}),
        (-10, 1 / x, {x: (-1, 1)}),
        (1 / x, 1 / x + 1, {x: (-1, 2)}),
        (-1, x * sp.log(x), {x: (0, 1)}),
        (-1, x * (1 / x + sp.exp(x)), {x: (-1, 1)}),
        (0, sp.acos(x) + 1, {x: (0, R(11, 10))}),
        (0, sp.asin(x) + 9, {x: (-2, 0)}),
        (-100, sp.tan(x), {x: (1, 2)}),
        (0, x ** R(2, 3), {x: (-1, 1)}),
        (0, x ** R(1, 3) + 9, {x: (-1, 1)}),
        (0, x**c + 9, {x: (-1, 1), c: (1, 2)}),
        (0, sp.gamma(x) + 99, {x: (-R(1, 2), 1)}),
        (0, sp.loggamma(x) + 99, {x: (-R(3, 2), R(-5, 4))}),
        (0, sp.besselk(0, x), {x: (-1, 1)}),
        (-9, sp.erfinv(x), {x: (0, 1)}),
        (0, sp.exp(-1 / x**2), {x: (-1, 1)}),
        (0, sp.sqrt(x - y) + 1, {x: (0, 1), y: (0, 1)}),
        (0, sp.polygamma(0, x) + 99, {x: (-R(1, 2), R(-1, 4))}),
        (0, 0 * x + sp.sqrt(x - 2) ** 2 + 9, {x: (sp.Integer(0), 3)}),
    ],
)
def test_what_is_not_defined_everywhere_is_not_proved(low, high, within):
    outcome = prove(low, high, within=within, cells=3000)
    if (low, high) == (0, 0 * x + sp.sqrt(x - 2) ** 2 + 9):  # SymPy has cancelled that before we see it
        assert outcome.verdict == "proved"
    else:
        assert outcome.verdict != "proved"


@pytest.mark.parametrize(
    ("gap", "within"),
    [
        (sp.Abs(x) - R(1, 10**9), {x: (-1, 2)}),
        (sp.Max(x, 1 - x) - R(1, 2) - R(1, 10**9), {x: (0, 1)}),
        (1 - sp.Min(sp.Abs(x), 2), {x: (-3, 2)}),
        ((x - R(1, 3)) ** 2 - R(1, 10**20), {x: (0, 1)}),
        (sp.cos(1000 * x) + R(999, 1000), {x: (0, 1)}),
        (sp.exp(1000 * x) - 2, {x: (0, 1)}),
        (x**1000 - sp.Integer(10) ** -400, {x: (0, 1)}),
        (x - R(1, 10**400), {x: (0, R(1, 10**399))}),
        (x * (x - R(1, 10**400)), {x: (0, R(1, 10**399))}),
        ((x**2 - 2) ** 2 - R(1, 10**30), {x: (1, 2)}),
        (sp.sin(x) / x - R(999, 1000), {x: (R(-1, 10), R(1, 2))}),
        (x * y - R(1, 10**8), {x: (0, 1), y: (0, 1)}),
    ],
)
def test_what_is_false_somewhere_is_not_proved(gap, within):
    assert prove(gap, within=within, cells=3000).verdict != "proved"


def test_strict_is_not_weak():
    assert prove(0, sp.Abs(x), within={x: (-1, 2)}).verdict == "proved"
    assert prove(0, sp.Abs(x), within={x: (-1, 2)}, strict=True).verdict == "undecided"
    assert prove(0, sp.Abs(x), within={x: (-1, 1)}, strict=True).verdict == "refuted"
    assert prove(0, x**2, within={x: (-1, 2)}, strict=True).verdict != "proved"
    assert prove(1, 1, within={}, strict=True).verdict == "refuted"
    assert prove(sp.pi, sp.pi, within={}).verdict == "proved"


def test_sizes_beyond_floats():
    assert prove((1 + x) ** (10**6) - 1, within={x: (0, 1)}).verdict == "proved"
    assert prove(sp.exp(sp.exp(10 * x)) - 1, within={x: (0, 1)}).verdict == "proved"
    assert prove(0, x, within={x: (0, R(1, 10**500))}).verdict == "proved"
    assert prove(R(1, 10**500), x, within={x: (R(2, 10**500), R(3, 10**500))}, strict=True).verdict == "proved"
    assert prove(sp.pi, R(355, 113), within={}).verdict == "proved"
    assert prove(sp.exp(sp.pi * sp.sqrt(163)), 640320**3 + 744, within={}, strict=True).verdict == "proved"


def test_ends_of_domains_at_faces():
    assert prove(0, sp.sqrt(1 - c**2), within={c: (-1, 1)}).verdict == "proved"
    assert prove(0, sp.acos(c), within={c: (-1, 1)}).verdict == "proved"
    assert prove(c, kappa(c) + R(1, 1000), within={c: (-1, 1)}).verdict == "proved"
    assert prove(R(-11, 10), sp.sqrt(a * b) - sp.sqrt(a), within={a: (0, 1), b: (0, 1)}).verdict == "proved"
    assert never_negative(1 - c**2, {c: (R(-1), R(1))})
    assert never_negative(a / b, {a: (R(0), R(1)), b: (R(0), oo)})
    assert never_negative((x - y) ** 2, {x: (R(0), R(1)), y: (R(0), R(1))})
    assert not never_negative(1 - c**2, {c: (R(-1), R(11, 10))})
    assert not never_negative(1 - a, {a: (R(0), oo)})
    assert not never_negative(x - y, {x: (R(0), R(1)), y: (R(0), R(1))})
    assert not never_negative(x**3 - x + 1, {x: (R(-2), R(1))})


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"low": 0, "high": sp.floor(x), "within": {x: (0, 1)}}, "floor"),
        ({"low": 0, "high": sp.Piecewise((x, x > 0), (1, True)), "within": {x: (0, 1)}}, "rule on boxes"),
        ({"low": 0, "high": sp.Heaviside(x), "within": {x: (0, 1)}}, "rule on boxes"),
        ({"low": 0, "high": sp.sign(x), "within": {x: (0, 1)}}, "rule on boxes"),
        ({"low": 0, "high": sp.Integral(sp.exp(x * t), (t, 0, 1)), "within": {x: (0, 1)}}, "rule on boxes"),
        ({"low": 0, "high": sp.Sum(x**k, (k, 0, n)), "within": {x: (0, 1), n: (1, 2)}}, "terms"),
        ({"low": 0, "high": x * y, "within": {x: (0, 1)}}, "no range for y"),
        ({"low": 0, "high": x, "within": {x: (0.5, 1)}}, "exact"),
        ({"low": 0, "high": x, "within": {x: (1, 0)}}, "in order"),
        ({"low": 0, "high": x, "within": {"x": (0, 1)}}, "within has the key 'x', expected a symbol"),
        ({"low": 0, "high": x, "within": {x: (0, 1)}, "integers": {3: (0, 1)}}, "integers has the key 3"),
        ({"low": 0, "high": x, "within": [(x, 0, 1)]}, "expected a dictionary by letters"),
        ({"low": 0, "high": x, "within": {x: (0, 1)}, "zero": {x: 0}}, "expected a place and an order"),
        ({"low": 0, "high": x, "within": {x: (0, 1)}, "zero": {"x": (0, 1)}}, "zero has the key 'x'"),
        ({"low": 0, "high": x, "within": {x: (0, 1)}, "given": 3}, "expected a list of relations"),
        ({"low": 0, "high": sp.Matrix([x]), "within": {x: (0, 1)}}, "expected an expression with numbers"),
        ({"low": 0, "high": sp.Eq(x, 1), "within": {x: (0, 1)}}, "expected an expression with numbers"),
        ({"low": 0, "high": t, "within": {t: (-1, 1)}}, "assumptions"),
        ({"low": 0, "high": n, "within": {}, "integers": {n: (0, 3)}}, "assumptions"),
        ({"low": 0, "high": x, "within": {x: (0, 1)}, "given": [sp.Eq(x, 1)]}, "relation"),
        ({"low": 0, "high": x, "within": {x: (0, 1)}, "zero": {x: (2, 1)}}, "zero"),
        ({"low": 0, "high": x + sp.I, "within": {x: (0, 1)}}, "real"),
        ({"low": 0, "high": x + sp.acos(2), "within": {x: (0, 1)}}, "real"),
        ({"low": 0, "high": 2 + (-1) ** x, "within": {x: (0, 1)}}, "real"),
    ],
)
def test_questions_that_cannot_be_put_are_refused_in_one_line(arguments, words):
    with pytest.raises(BoxError, match=words) as caught:
        prove(**arguments)
    assert "\n" not in str(caught.value)


def test_limits_are_named():
    many = {"within": {x: (0, 1), y: (0, 1)}}
    assert "40 cells" in prove(x**2 - 2 * x * y + y**2, **many, cells=40).reason
    assert "0.05 seconds" in prove(x**2 - 2 * x * y + y**2, **many, seconds=0.05).reason
    one, other = (prove(*TRUE["erfc"][:2], within=SMALL_SQUARE) for _ in range(2))
    assert (one.cells, one.certificate) == (other.cells, other.certificate)
