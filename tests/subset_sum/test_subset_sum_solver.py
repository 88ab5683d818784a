"""The exact solver against enumeration in fractions, its kernels, covered sets by their definition, refusals."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from fractions import Fraction
from itertools import pairwise, product

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.limits import limit
from sparse_limits.numerics.subset_sum import (
    IntervalUnion,
    SubsetSums,
    SubsetSumSolver,
    covered_set,
    outer_covered_set,
    solver,
    windows,
)
from sparse_limits.numerics.subset_sum.half_sums import ONE_EACH, count_between, half_sums
from sparse_limits.numerics.subset_sum.inexact import greedy_subset, nearest_in_doubles
from sparse_limits.theory.subset_sum import exact_solver

integers = st.integers(-20, 20)
fractions = st.fractions(-4, 4, max_denominator=40)
floats = st.floats(-2, 2, allow_subnormal=False) | st.floats(-1e30, 1e30, allow_subnormal=False)
items = st.one_of(*[st.lists(numbers, max_size=8) for numbers in (integers, fractions, floats, integers | floats)])
targets = integers | fractions | floats
distances = st.sampled_from([0, Fraction(1, 3), 0.5, 1, 1e20])


def sums(x):
    return [
        sum((Fraction(v) for v, keep in zip(x, bits, strict=True) if keep), Fraction(0))
        for bits in product((0, 1), repeat=len(x))
    ]


@contextmanager
def half_sums_in_windows(of):
    """No list of half sums, and windows of `of` of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(solver, "LISTED", -1)
        patch.setattr(windows, "WINDOW", of)
        yield


@settings(max_examples=150)
@given(items, targets, distances)
def test_optimum_and_count_by_enumeration(x, target, eps):
    check_by_enumeration(x, target, eps)


@settings(max_examples=150)
@given(items, targets, distances, st.integers(1, 6))
def test_optimum_and_count_window_by_window(x, target, eps, of):
    with half_sums_in_windows(of):
        assert isinstance(SubsetSums(x)._halves, windows.WindowedHalves)
        with suppress(solver.ManyTiesError):  # Python's integers would be too slow for as many as are listed nowhere
            check_by_enumeration(x, target, eps)


def check_by_enumeration(x, target, eps):
    z = Fraction(target)
    gaps = [abs(total - z) for total in sums(x)]
    found = SubsetSumSolver().solve(x, target)
    assert found.optimal
    assert found.error == min(gaps)
    assert (
        abs(sum((Fraction(v) for v, keep in zip(x, found.mask, strict=True) if keep), Fraction(0)) - z) == found.error
    )
    for width in (Fraction(eps), min(gaps)):  # the second decides on the very edge
        assert SubsetSumSolver().count(x, target, width) == sum(gap <= width for gap in gaps)
    near = SubsetSums(x).within(target, eps)
    assert (near.error <= eps) == (min(gaps) <= eps)
    assert near.error == min(gaps) or not near.optimal


@settings(max_examples=60)
@given(items, targets)
def test_where_leading_bits_decide_nothing_python_integers_do(x, target):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(solver, "BITS", 3)
        patch.setattr(solver, "CANDIDATES", 2)
        z = Fraction(target)
        gaps = [abs(total - z) for total in sums(x)]
        prepared = SubsetSums(x)
        assert prepared.nearest(target).error == min(gaps)
        assert prepared.count(target, min(gaps)) == sum(gap == min(gaps) for gap in gaps)
        assert (prepared.within(target, 1).error <= 1) == (min(gaps) <= 1)


def test_many_targets_are_answered_as_one_by_one():
    rng = np.random.default_rng(5)
    z = np.concatenate([rng.uniform(-1, 1, 20), [0.0, 1e300, -1e300, 2.0**-1074]])
    for x in (rng.uniform(-1, 1, 11), rng.standard_normal(11) * 1e-3, [Fraction(k, 7) for k in range(1, 12)]):
        prepared = SubsetSums(x)
        together = prepared.nearest(z)
        assert together.masks.shape == (24, 11)
        assert [one.error for one in together] == [prepared.nearest(float(target)).error for target in z]
        assert together[-1].error == together[3:][20].error
        np.testing.assert_array_equal(together[5].mask, together.masks[5])


def test_a_tolerance_is_met_wherever_it_can_be():
    rng = np.random.default_rng(6)
    prepared, z = SubsetSums(rng.uniform(-1, 1, 12)), rng.uniform(-4, 4, 300)
    best = [float(one.error) for one in prepared.nearest(z)]
    for eps in (1e-3, 1e-2, 0.1):
        assert [one.error <= eps for one in prepared.within(z, eps)] == [error <= eps for error in best]


def test_large_problems():
    rng = np.random.default_rng(7)
    x = rng.integers(-(2**40), 2**40, 40).tolist()
    z = 2**38 + 1
    found = SubsetSumSolver().solve(x, z)
    assert found.error == abs(sum(v for v, keep in zip(x, found.mask, strict=True) if keep) - z)
    prepared = SubsetSums(x)
    assert prepared.exact_words
    assert prepared.count(z, found.error) >= 1
    assert found.error == 0 or prepared.count(z, found.error - 1) == 0
    assert prepared.count(0, sum(map(abs, x))) == 2**40
    assert SubsetSums([1] * 44).count(22, 0) == sp.binomial(44, 22)


def test_more_half_sums_than_memory_has_room_for():
    """48 items, of which a list of half sums would take 0.5 GB, beside what is known of them."""
    rng = np.random.default_rng(10)
    planted = rng.integers(-(2**52), 2**52, 48)
    subset = rng.random(48) < 0.5
    z = int(planted[subset].sum())
    found = SubsetSums(planted).nearest(z)
    assert found.error == 0
    assert planted[found.mask].sum() == z
    assert SubsetSums([1] * 48).count(24, 0) == sp.binomial(48, 24)
    assert SubsetSums([*range(1, 47), 0, 0]).count(3, 0) == 8  # {3} and {1, 2}, each with any of both zeros


def test_windows_hold_what_they_say_they_hold():
    rng = np.random.default_rng(11)
    items = rng.integers(-(10**6), 10**6, 12)
    with half_sums_in_windows(of=50):
        half = windows.HalfWindows(items)
        parts = [half.window(k).sums for k in range(len(half))]
        assert len(half) > 80
        assert max(map(len, parts)) <= 50
        np.testing.assert_array_equal(np.concatenate(parts), half_sums(items)[0])


def test_work_is_limited_where_half_sums_are_not_listed():
    prepared = SubsetSums(np.random.default_rng(12).uniform(-1, 1, 60))
    with limit("20s"), pytest.raises(InputError, match="the nearest subset of 60 items for 1 target would take about"):
        prepared.nearest(0.5)
    with pytest.raises(InputError, match="the nearest subset of 60 items for 20 targets would take about"):
        prepared.nearest(np.linspace(0, 1, 20))
    with limit("20s"), pytest.raises(InputError, match="the number of subsets in an interval would take about"):
        prepared.count(0.5, 1e-9)


def test_sums_that_agree_to_all_bits_of_a_word_are_refused_for_many_items():
    with pytest.raises(
        InputError, match="45 items, of which more than 10000 subsets agree to 59 bits: expected at most 44"
    ):
        SubsetSums([1.0, *[1e-30] * 44]).nearest(1 + Fraction(1, 10**29))


def test_numbers_wider_than_a_word_in_quantity():
    rng = np.random.default_rng(8)
    x = rng.standard_normal(28)
    prepared = SubsetSums(x)
    assert not prepared.exact_words
    found = prepared.nearest(0.3)
    assert found.error < 1e-6
    assert prepared.count(0.3, found.error) == 1
    repeated = SubsetSums([1.0, *[1e-30] * 15])  # 2¹⁵ subsets with the same leading bits
    assert repeated.nearest(1 + Fraction(1, 10**29)).error < Fraction(1, 10**44)
    assert repeated.count(1, Fraction(1, 10**35)) == 1


def test_items_without_choice():
    assert SubsetSumSolver().solve([], 2).error == 2
    assert SubsetSumSolver().solve([3], 2).mask.tolist() == [True]
    assert SubsetSumSolver().count([0, 0, 0], 0, 0) == 8
    assert SubsetSumSolver().solve([sp.Rational(1, 3), np.float32(0.5), np.int8(2)], Fraction(5, 6)).error == 0


@given(st.lists(st.integers(-50, 50), max_size=9))
def test_half_sums_are_all_sums_sorted(x):
    totals, masks = half_sums(np.array(x, dtype=np.int64))
    assert totals.tolist() == sorted(map(int, sums(x)))
    assert sorted(masks.tolist()) == list(range(2 ** len(x)))
    for total, mask in zip(totals, masks, strict=True):
        assert total == sum(v for place, v in enumerate(x) if mask >> place & 1)


@given(*[st.lists(st.tuples(st.integers(-20, 20), st.integers(1, 4)), min_size=1, max_size=6)] * 2)
def test_subsets_are_counted_as_often_as_they_have_a_sum(left, right):
    """Of either half sums, or of neither, with the numbers of their subsets."""
    a, b = (np.array(sorted(half)).T for half in (left, right))
    for times, more in product((a[1], ONE_EACH), (b[1], ONE_EACH)):
        before = np.concatenate([[0], np.cumsum(more)]) if len(more) else ONE_EACH
        weights = np.outer(times if len(times) else np.ones_like(a[0]), more if len(more) else np.ones_like(b[0]))
        inside = np.abs(np.add.outer(a[0], b[0]) - 1) <= 5
        assert count_between(a[0], b[0], -4, 6, times, before) == weights[inside].sum()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: SubsetSums([0.5] * 65), "65 items: expected at most 64"),
        (lambda: SubsetSums([0.5, float("nan")]), r"x\[1\] = nan: expected an int, a Fraction or a finite float"),
        (lambda: SubsetSums([True]), r"x\[0\] = True: expected"),
        (lambda: SubsetSums("12"), "x = '12': expected a sequence of numbers"),
        (lambda: SubsetSums(np.zeros((2, 2))), "expected a sequence of numbers"),
        (lambda: SubsetSums([1]).nearest(float("inf")), r"z\[0\] = inf: expected"),
        (lambda: SubsetSums([1]).nearest(np.array([0.0, np.nan])), "z = .*nan.*: expected finite numbers"),
        (lambda: SubsetSums([1]).nearest(np.zeros((1, 1))), "z = .*: expected finite numbers in one dimension"),
        (lambda: SubsetSumSolver().solve([1], [0]), r"z = \[0\]: expected"),
        (lambda: SubsetSums([1]).count(0, -1), "eps = -1: expected a number of at least 0"),
        (lambda: SubsetSums([1]).within(0, float("nan")), "eps = nan: expected"),
        (lambda: covered_set([1], 0, (-1, 1)), "eps = 0: expected a positive number"),
        (lambda: covered_set([1], 1, (1, 2)), "interval = .*: expected one that holds 0"),
        (lambda: covered_set([1], 1, (1, -2)), "interval = .*: expected two ends in ascending order"),
        (lambda: outer_covered_set(np.array([np.inf]), 1, (-1, 1)), r"x\[0\] = .*inf.*: expected"),
        (lambda: outer_covered_set([], Fraction(1, 3), (-1, 1)), "1/3 is no double"),
        (lambda: outer_covered_set([Fraction(10**400)], 1, (-1, 1)), "0 is no double"),
        (lambda: outer_covered_set(np.ones(2), 0.1, (-1.0, 1.0, 2.0)), "expected two ends"),
        (lambda: SubsetSums([[1], [1, 2]]), "x is ragged"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_counts_of_nearly_all_subsets_do_not_overflow():
    with limit("2h"):
        assert SubsetSums([1] * 64).count(0, 63) == 2**64 - 1


# Peers


def test_doubles_cannot_see_what_fractions_do():
    x = np.array([3, 1, -7]) * 1e-17
    assert SubsetSumSolver().solve(x, 1).mask.tolist() == [True, True, False]
    mask, reported = nearest_in_doubles(x, 1.0)
    assert reported == 1.0
    assert mask.tolist() != [True, True, False]


def test_peers_find_subsets():
    rng = np.random.default_rng(9)
    for _ in range(20):
        x, z = rng.uniform(-1, 1, 12), float(rng.uniform(-1, 1))
        best = float(SubsetSumSolver().solve(x, z).error)
        assert nearest_in_doubles(x, z)[1] == pytest.approx(best, abs=1e-14)
        mask, error = greedy_subset(x, z)
        assert abs(x[mask].sum() - z) == pytest.approx(error, abs=1e-12)
        assert best <= error + 1e-14


# Covered sets

shifts = st.lists(st.fractions(-1, 1, max_denominator=20), max_size=5)


def path_sums(x, start, low, high):
    """Where a point can get by adding items, in order, without leaving the interval."""
    reached = {start}
    for item in x:
        reached |= {at + item for at in reached if low <= at + item <= high}
    return reached


@given(shifts, st.fractions(Fraction(1, 20), 1, max_denominator=20))
def test_covered_sets_by_their_definition(x, eps):
    half = Fraction(1, 2)
    covered = covered_set(x, eps, (-half, half))
    grid = [Fraction(k, 80) - half for k in range(81)]
    starts = [point for point in grid if abs(point) <= eps / 2]
    for point in starts:
        assert all(place in covered for place in path_sums(x, point, -half, half))
    totals = sums(x)
    for low, high in covered.pieces:
        for point in (low, (low + high) / 2, high):
            assert min(abs(total - point) for total in totals) <= eps / 2
    assert covered.measure == sum(b - a for a, b in covered.pieces)
    ends = [-half, *(end for piece in covered.pieces for end in piece), half]
    gaps = [b - a for a, b in pairwise(ends) if (a + b) / 2 not in covered]
    assert covered.max_gap == max(gaps, default=0)


@settings(max_examples=50)
@given(st.lists(st.floats(-1, 1), max_size=12), st.floats(0.001, 0.5))
def test_rounded_sets_contain_the_exact_ones(x, eps):
    exact = covered_set(x, eps, (-0.5, 0.5))
    outer = outer_covered_set(np.array(x), eps, (-0.5, 0.5))
    for low, high in exact.pieces:
        assert np.any((outer.low <= float(low)) & (float(high) <= outer.high))
    assert float(exact.measure) <= outer.measure <= float(exact.measure) + 1e-12
    assert float(exact.max_gap) - 1e-12 <= outer.max_gap <= float(exact.max_gap)


def test_the_set_of_the_one_step_identity():
    pieces = [("-0.45", "-0.40"), ("-0.1", "0.02"), ("0.2", "0.33")]
    union = IntervalUnion.of([(Fraction(a), Fraction(b)) for a, b in pieces], (Fraction(-1, 2), Fraction(1, 2)))
    assert union.measure == union.max_gap == Fraction(3, 10)
    # ½∫|C ∪ ((C + x) ∩ I)| dx over [−1, 1]: linear in x between multiples of 1/100
    knots = [union.with_item(Fraction(k, 100)).measure for k in range(-100, 101)]
    assert (sum(knots) - (knots[0] + knots[-1]) / 2) / 200 == Fraction(81, 200)


def test_the_statement_is_filled_in():
    assert "[[" not in exact_solver.latex_statement
