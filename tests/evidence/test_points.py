"""Where points are drawn: in what a claim allows, and all over it."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sympy as sp
from toys.claims import toy

from sparse_limits.numerics.evidence import Trial
from sparse_limits.numerics.evidence.points import inside, usual_range
from sparse_limits.theory.quantities import Quantity

x = sp.Symbol("x", real=True)
RANGES = [
    sp.Interval(0, sp.pi),
    sp.Interval(0, sp.pi / 2),
    sp.Interval.open(0, sp.exp(-1)),
    sp.Interval(-10, -sp.sqrt(2)),
    sp.Interval(-sp.oo, -5),
    sp.Interval(-sp.oo, 7),
    sp.Interval(100, sp.oo),
    sp.Interval(-10, -5),
    sp.Union(sp.Interval(-2, -1), sp.Interval(1, 2)),
    sp.Union(sp.Interval.open(-sp.oo, 0), sp.Interval.open(0, sp.oo)),
    sp.Interval.open(0, sp.exp(-8)),
    sp.Interval(sp.sqrt(2), sp.sqrt(2) + sp.Rational(1, 2000)),
    sp.S.Reals,
]


def trial(within: sp.Set, letter: sp.Symbol = x, seed: int = 0) -> Trial:
    claim = replace(toy("Z1", {"value": letter}), quantities=(Quantity(letter, "a number", within),))
    return Trial(claim, "check", seed=seed)


@pytest.mark.parametrize("within", RANGES, ids=str)
def test_points_are_drawn_from_what_a_claim_allows(within: sp.Set) -> None:
    points = [point[x] for seed in range(20) for point in trial(within, seed=seed).points(x)]
    assert len(points) == 120
    assert all(point in within for point in points)
    low, high = min(points), max(points)
    if within.inf.is_finite and within.sup.is_finite:
        assert high - low > 0.8 * (within.sup - within.inf)


def test_a_range_whose_end_is_a_letter_has_the_usual_one() -> None:
    points = trial(sp.Interval(0, sp.Symbol("n", positive=True))).points(x)
    assert all(point[x] >= 0 for point in points)


@pytest.mark.parametrize("end", [sp.pi, -sp.sqrt(2), sp.exp(-1), sp.Rational(1, 3), sp.Integer(-2)])
def test_a_fraction_stands_for_an_end_that_is_none(end: sp.Expr) -> None:
    assert end <= inside(end, 1) <= end + sp.Rational(1, 1000)
    assert end - sp.Rational(1, 1000) <= inside(end, -1) <= end


@pytest.mark.parametrize(
    "assumed",
    [
        {"negative": True},
        {"nonpositive": True},
        {"negative": True, "integer": True},
        {"nonpositive": True, "integer": True},
    ],
    ids=str,
)
def test_letters_that_assume_a_sign_are_drawn_with_it(assumed: dict[str, bool]) -> None:
    letter = sp.Symbol("y", **assumed)
    low, high = map(sp.sympify, usual_range(letter))
    assert low < high <= 0
    assert high < 0 or not assumed.get("negative")


@pytest.mark.parametrize(
    ("assumed", "within"), [({"positive": True}, sp.S.Reals), ({"negative": True}, sp.Interval(-3, 1))]
)
def test_a_symbol_that_assumes_more_than_its_range_says_is_refused(assumed: dict[str, bool], within: sp.Set) -> None:
    """SymPy has made x of √(x²) by then."""
    with pytest.raises(
        ValueError, match=r"y: the symbol is (positive|negative), and its range goes from .*expected real=True"
    ):
        trial(within, sp.Symbol("y", **assumed))
