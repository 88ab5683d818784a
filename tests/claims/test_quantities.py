"""What the letters of a claim stand for, what it assumes, and who keeps to it: points, `evaluate`, `show`."""

from __future__ import annotations

import pytest
import sympy as sp
from toys.claims import toy

import sparse_limits as sl
from sparse_limits.numerics.evidence import Trial
from sparse_limits.numerics.exact.evaluation import check_hypotheses, value_in
from sparse_limits.theory.claims import formulas
from sparse_limits.theory.ledger import load_ledger
from sparse_limits.theory.quantities import COUNT, POSITIVE, UNIT, Hypothesis, Quantity, in_words, whole_from

a, b = sp.symbols("a b", positive=True)
n = sp.Symbol("n", integer=True, positive=True)
QUANTITIES = (
    Quantity(a, "the smaller side", UNIT),
    Quantity(b, "the larger side", UNIT),
    Quantity(n, "neurons", COUNT),
)
ORDER = Hypothesis("sides in order", a < b)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (UNIT, "a number strictly between 0 and 1"),
        (POSITIVE, "a positive number"),
        (sp.Interval(0, sp.oo), "a number from 0"),
        (sp.Interval.Lopen(0, 1), "a number above 0, up to 1"),
        (sp.Interval.Ropen(0, 1), "a number from 0, below 1"),
        (sp.Interval(-1, 1), "a number from -1 to 1"),
        (sp.Interval.open(2, sp.oo), "a number above 2"),
        (sp.Interval.open(-sp.oo, 2), "a number below 2"),
        (sp.S.Reals, "a real number"),
        (sp.S.Integers, "a whole number"),
        (COUNT, "a whole number from 1"),
        (whole_from(3), "a whole number from 3"),
        (sp.Range(2, 9), "a whole number from 2 to 8"),
        (sp.FiniteSet(1, 2, 4), "1 or 2 or 4"),
    ],
)
def test_ranges_have_words(values, words):
    assert in_words(values) == words


def test_a_quantity_has_a_meaning_and_draws_inside():
    with pytest.raises(ValueError, match="expected a meaning"):
        Quantity(a, " ", UNIT)
    with pytest.raises(ValueError, match="in steps of 2, expected all between two ends"):
        Quantity(n, "an even size", sp.Range(2, sp.oo, 2))
    with pytest.raises(ValueError, match="drawn as far as 2, expected a number strictly between 0 and 1"):
        Quantity(a, "a side", UNIT).drawn_from(sp.Rational(1, 2), 2)
    with pytest.raises(ValueError, match="in order"):
        Quantity(a, "a side", UNIT, drawn=(sp.Rational(1, 2), sp.Rational(1, 4)))
    assert Quantity(a, "a side", UNIT, drawn=(0, 1)).drawn == (0, 1)  # ends of an open range are never drawn


def test_a_claim_explains_every_letter_once():
    with pytest.raises(ValueError, match="no quantity says what b stands for"):
        toy("Z1", {"area": a * b}, quantities=QUANTITIES[:1])
    with pytest.raises(ValueError, match="two quantities are called a"):
        toy("Z1", {"area": a}, quantities=(QUANTITIES[0], Quantity(sp.Symbol("a"), "another side", UNIT)))
    with pytest.raises(ValueError, match="needed by volume, no expression"):
        toy("Z1", {"area": a}, quantities=QUANTITIES, hypotheses=(Hypothesis("flat", needed_by=("volume",)),))
    with pytest.raises(ValueError, match="whatever the letters are"):
        Hypothesis("a number", sp.Integer(1) > 0)


def test_points_keep_to_the_hypotheses():
    claim = toy("Z1", {"area": a * b}, quantities=QUANTITIES, hypotheses=(ORDER,))
    points = Trial(claim, "points").points(a * b, count=50)
    assert all(0 < point[a] < point[b] < 4 for point in points)
    impossible = toy("Z1", {"area": a * b}, quantities=QUANTITIES, hypotheses=(Hypothesis("never", a * b > 99),))
    with pytest.raises(ValueError, match="0 of 10000 points keep to the hypotheses"):
        Trial(impossible, "points").points(a * b)


def test_values_outside_are_refused_in_the_words_of_the_claim():
    claim = toy(
        "Z1",
        {"area": a * b, "sum": a + b},
        quantities=QUANTITIES,
        hypotheses=(Hypothesis("sides in order", a < b, needed_by=("area",)),),
    )
    third, half = sp.Rational(1, 3), sp.Rational(1, 2)
    with pytest.raises(sl.InputError, match="a=2: a is the smaller side, expected a number strictly between 0 and 1"):
        check_hypotheses(claim, "sum", {a: sp.Integer(2)})
    with pytest.raises(sl.InputError, match="a=1/2, b=1/3: Z1 assumes sides in order, expected a < b"):
        check_hypotheses(claim, "area", {a: half, b: third})
    check_hypotheses(claim, "sum", {a: half, b: third})
    check_hypotheses(claim, "area", {a: third, b: half})


def test_a_hypothesis_with_letters_that_its_formula_lacks_is_checked_or_named():
    claim = toy(
        "Z1",
        {"perimeter": 2 * a, "area": a * b},
        quantities=QUANTITIES,
        hypotheses=(Hypothesis("sides in order", a < b, needed_by=("perimeter",)),),
    )
    assert value_in(claim, "perimeter", ["a=1/3", "b=1/2"], 3) == ("0.667", ())
    assert value_in(claim, "perimeter", ["a=1/3"], 3, keep=True) == ("0.667", ("sides in order, a < b",))
    with pytest.raises(
        sl.InputError,
        match=r"no value for b \(the larger side\); Z1 assumes sides in order, a < b: expected it too, or `keep`",
    ):
        value_in(claim, "perimeter", ["a=1/3"], 3)
    assert value_in(claim, "perimeter", ["b=1/2"], 3, keep=True) == ("2*a", ("sides in order, a < b",))
    with pytest.raises(sl.InputError, match=r"no value for a \(the smaller side\)"):
        value_in(claim, "perimeter", ["b=1/2"], 3)
    with pytest.raises(sl.InputError, match="a=1/2, b=1/3: Z1 assumes sides in order"):
        value_in(claim, "perimeter", ["a=1/2", "b=1/3"], 3)
    with pytest.raises(sl.InputError, match="'n' is no letter of the formula; expected a, b"):
        value_in(claim, "perimeter", ["a=1/3", "n=1"], 3)
    assert value_in(claim, "area", ["a=1/2", "b=1/3"], 3, exact=True) == ("1/6", ())


def test_the_command_says_what_a_letter_is():
    with pytest.raises(
        sl.InputError, match="rho=2: rho is density, the share of weights kept, expected a number strictly"
    ):
        sl.evaluate("S1", "threshold", "rho=2")


def test_every_claim_says_what_its_letters_stand_for():
    for entry in load_ledger():
        used = {letter for each in formulas(entry.claim.expressions) for letter in each.free_symbols}
        assert used <= {letter for quantity in entry.claim.quantities for letter in quantity.letters}, entry.label


def test_points_are_drawn_from_what_a_claim_allows():
    """Also where the range of the points is that of the symbol's assumptions."""
    for entry in load_ledger():
        trial = Trial(entry.claim, "points")
        for quantity in entry.claim.quantities:
            for letter in filter(lambda x: isinstance(x, sp.Symbol), quantity.letters):
                (point,) = trial.points(letter, count=1)
                assert point[letter] in quantity.within, (entry.label, quantity)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("G7 threshold rho=.6 A=7/3 B=7/3 alpha=2", "no value for F .*nothing is saturated"),
        (
            "N4 success N=5 epsilon=0.1 plane_length=0.9",
            "no value for m or least .*an error below that of single weights",
        ),
    ],
)
def test_a_hypothesis_that_cannot_be_told_is_asked_for(call, words):
    with pytest.raises(sl.InputError, match=words):
        sl.evaluate(*call.split())
    assert sl.evaluate(*call.split(), keep=True).assumed


def test_a_matrix_is_given_by_its_numbers():
    values = ["r=[1,2]", "a=2", "b=1", "eta=1", "t=0"]
    assert sl.evaluate("F1.1", "pair_residuals", *values).text == "[1, 2]"
    assert sl.evaluate("F1.1", "pair_residuals", *values, exact=True).text == "[1, 2]"
    letters = [f"alpha_{i}_{j}={i}/{j}" for i in (1, 2) for j in (1, 2)]
    assert sl.evaluate("F2.2", "moved_rows", *letters, exact=True).text == "[[2, 1], [1, 1/2]]"
    with pytest.raises(sl.InputError, match="exact"):
        sl.evaluate("F1.1", "pair_residuals", *values[:-1], "t=1", exact=True)
