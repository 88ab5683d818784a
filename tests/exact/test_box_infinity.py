"""Ranges without an end beside what only lowest terms, or sums written out, make finite there; and what these may not hide."""

from __future__ import annotations

import pytest
import sympy as sp
from box_cases import R, a, k, oo, t, x, y

from sparse_limits.numerics.exact.boxes import BoxError, prove, replay
from sparse_limits.theory.formulas.iterate import Iterate
from sparse_limits.theory.formulas.let import Let, Told

FAR = {t: (1, oo)}


@pytest.mark.parametrize("end", [10, oo])
@pytest.mark.parametrize(
    ("gap", "ends"),
    [
        ((y**2 - 1) / (y - 1), (0, 2)),
        (y / (y - 1) - 1 / (y - 1), (0, 2)),
        (sp.sin(y) * (y / (y - 1) - 1 / (y - 1)), (0, 2)),
        (sp.log((y**2 - 1) / (y - 1)) - sp.log(y + 1), (-3, -2)),
        (sp.Sum((-1) ** k / (y - 1), (k, 0, 1)), (0, 2)),
        (sp.Sum((-1) ** k * sp.log(y), (k, 0, 1)), (-1, 1)),
    ],
)
def test_what_is_undefined_in_another_letter_is_not_cancelled_away(gap, ends, end):
    assert prove(0, gap + 1 / t, within={y: ends, t: (1, end)}).verdict == "undecided"


def test_a_denominator_that_does_not_vanish_hinders_no_proof():
    for gap in (y / (y + 1) + 1 / t, y**2 / (y + 3) / (2 + y / t), 1 + 1 / (1 + y / t)):
        assert prove(0, gap, within={y: (0, 2), **FAR}).verdict == "proved"


FINITE = [
    sp.Sum(1 / t**k, (k, 1, 3)),
    sp.Sum(1 / (t + x) ** k, (x, 0, k), (k, 1, 3)),
    sp.exp(-sp.Sum(1 / (t + k), (k, 0, 5))),
    Let(y**2 / t, [(y, 1 / t)]),
    1 / (1 + t) + Told(y**2 / t, [(y, 1 / t)]),
    Iterate(sp.Lambda((y,), sp.Tuple(y / (1 + t))), 2, sp.Tuple(t)),
    Let(y + sp.Sum(y**k, (k, 1, 2)), [(y, Iterate(sp.Lambda((x,), sp.Tuple(x / t)), 2, sp.Tuple(t)))]),
]


@pytest.mark.parametrize("formula", FINITE)
def test_what_is_finite_is_written_out(formula):
    outcome = prove(0, formula, within=FAR)
    assert outcome.verdict == "proved"
    assert replay(outcome.certificate)
    assert prove(1, formula, within=FAR).verdict == "refuted"


def test_a_pole_of_a_term_is_a_pole_of_the_sum():
    assert prove(0, sp.Sum(1 / (t - k) ** 2, (k, 1, 3)), within={t: (2, oo)}).verdict == "undecided"
    assert prove(0, sp.Sum((-1) ** k / (t - 3), (k, 0, 1)) + 1, within=FAR).verdict == "undecided"


def test_a_zero_at_infinity_is_that_of_the_sum_written_out():
    third = sp.Sum(1 / t**k, (k, 2, 3))
    assert prove(0, third, within=FAR, zero={t: (oo, 2)}, strict=True).verdict == "proved"
    assert prove(0, -third, within=FAR, zero={t: (oo, 2)}).verdict == "refuted"


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        (sp.Piecewise((1 / t, t < 2), (1, True)), r"1/t, t < 2.* has no rule"),
        (sp.Integral(sp.exp(-y * t), (y, 0, 1)), r"exp\(-t\*y\).* has no rule"),
        (1 + sp.sqrt(sp.Integral(sp.exp(-y * t), (y, 0, 1))), r"Integral.* has no rule"),
        (sp.Sum(1 / t**k, (k, 2, oo)), "expected at most 400 terms"),
        (Iterate(sp.Lambda((y,), sp.Tuple(y / t)), 500, sp.Tuple(t)), "expected at most 400 steps"),
        (sp.Sum(sp.Piecewise((1 / t, t < k), (1, True)), (k, 1, 2)), "has no rule"),
    ],
)
def test_what_has_no_rule_is_refused_in_the_letters_of_the_question(formula, words):
    with pytest.raises(BoxError, match=words):
        prove(0, formula, within=FAR)


def test_what_moves_with_no_letter_is_a_number():
    number = sp.Integral(1 / (1 + y), (y, 0, 1)) + sp.Sum(1 / k, (k, 1, 2))
    assert prove(1 / (1 + t), number, within=FAR).verdict == "proved"


# Relations that no point satisfies


@pytest.mark.parametrize(
    "given", [[x > 1], [x**2 > 1], [x > R(1, 2), x < R(1, 2)], [sp.log(1 + x) > sp.log(2)], [x < 0]]
)
def test_where_nothing_is_given_nothing_is_proved(given):
    """A ball around [1/2, 1] reaches beyond 1, so that no cell is excluded."""
    outcome = prove(0, x, within={x: (0, 1)}, given=given)
    assert outcome.verdict == "undecided"
    assert "no point of the range" in outcome.reason


@pytest.mark.parametrize(
    "given", [[x >= 1], [x >= R(1, 3), x <= R(2, 5)], [x > R(999999, 1000000)], [x <= 0], [sp.log(x) >= -1]]
)
def test_little_that_is_given_suffices(given):
    outcome = prove(0, x, within={x: (0, 1)}, given=given)
    assert outcome.verdict == "proved"
    assert replay(outcome.certificate)


def test_what_is_given_may_lie_far_out():
    assert prove(1 / t, 1, within=FAR, given=[t >= 10**30]).verdict == "proved"
    assert prove(1 / t, 1, within=FAR, given=[t < 1]).verdict == "undecided"
    assert prove(1 / (t * a), 1, within={t: (1, oo), a: (1, oo)}, given=[t >= a + 100]).verdict == "proved"


def test_of_whole_numbers_one_must_be_as_given():
    n = sp.Symbol("n", integer=True)
    assert prove(0, n, within={}, integers={n: (0, 3)}, given=[n >= 3]).verdict == "proved"
    assert prove(0, n, within={}, integers={n: (0, 3)}, given=[n > 3]).verdict == "undecided"
