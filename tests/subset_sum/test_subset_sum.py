"""Subset sums: reference values, the exact engine against enumeration and limits, refusals."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from sparse_limits.numerics.exact import balls
from sparse_limits.numerics.subset_sum import (
    all_subset_sums,
    excess_grows,
    expected_subsets,
    largest_log,
    log_coefficients,
    random_subset_sums,
    rational,
    sum_distribution,
)
from sparse_limits.theory.subset_sum import subset_count
from sparse_limits.theory.subset_sum.expected_count import (
    correction,
    eps,
    expected_count,
    k,
    leading,
    n,
    r,
    remainder,
    sum_cdf,
    t,
    z,
)

TARGET = sp.Rational(3, 10)
fractions = st.fractions(min_value=-4, max_value=4, max_denominator=30)
distances = st.fractions(min_value=Fraction(1, 30), max_value=2, max_denominator=30)


@pytest.mark.parametrize(
    ("size", "distance", "value"),
    [(6, 20, "2.3514695957845052083"), (12, 100, "22.718965019413652586"), (20, 1000, "453.94685665229273480")],
)
def test_reference_values(size, distance, value):
    at = {n: size, z: TARGET, eps: sp.Rational(1, distance)}
    assert balls.digits(expected_count, at, 20) == value
    assert rational(expected_count, at) == expected_subsets(size, TARGET, at[eps])


def test_the_reference_fraction_and_the_bernoulli_probabilities():
    assert expected_subsets(6, Fraction(3, 10), Fraction(1, 20)) == Fraction(28894858393, 12288000000)
    found = [float(expected_subsets(m, Fraction(3, 10), Fraction(1, 20)) / 2**m) for m in (4, 6, 8, 10)]
    assert found == pytest.approx([0.0395464, 0.0367417, 0.0332138, 0.0301768], abs=5e-8)


def test_local_limit_values():
    at = {n: 20, z: TARGET, eps: sp.Rational(1, 1000)}
    assert balls.digits(leading, at, 5) == "458.25"
    exact = expected_subsets(20, TARGET, at[eps])
    second = balls.number(leading * (1 + correction), at)
    assert abs(exact - second) < abs(exact - balls.number(leading, at)) / 20
    assert abs(exact / balls.number(leading, at) - 1 - balls.number(correction, at)) < balls.number(
        remainder, {n: 20, r: sp.Rational(301, 1000)}
    )


def test_small_cases_by_hand():
    assert expected_subsets(0, 0, 1) == 1
    assert expected_subsets(0, 2, 1) == 0
    assert expected_subsets(1, Fraction(1, 2), Fraction(1, 4)) == Fraction(1, 4)
    assert expected_subsets(1, Fraction(1, 2), Fraction(1, 2)) == Fraction(3, 2)
    assert sum_distribution(2, 0) == Fraction(1, 2)
    assert sum_distribution(2, 1) == Fraction(7, 8)
    assert rational(sum_cdf, {k: 2, t: 1}) == Fraction(7, 8)


@settings(max_examples=40)
@given(st.integers(0, 7), fractions, distances)
def test_counts_are_symmetric_and_bounded(size, target, distance):
    count = expected_subsets(size, target, distance)
    assert count == expected_subsets(size, -target, distance)
    assert 0 <= count <= expected_subsets(size, target, 2 * distance) <= 2**size
    assert expected_subsets(size, target, size + abs(target) + 1) == 2**size


@settings(max_examples=25)
@given(st.integers(1, 5), fractions, distances)
def test_the_formula_is_the_recursion(size, target, distance):
    assert rational(expected_count, {n: size, z: target, eps: distance}) == expected_subsets(size, target, distance)


@given(st.integers(1, 6), fractions)
def test_distributions_are_symmetric(size, point):
    assert sum_distribution(size, point) + sum_distribution(size, -point) == 1
    assert sum_distribution(size, size) == 1


def test_rational_reads_what_it_can_and_refuses_the_rest():
    a, b = sp.symbols("a b", positive=True)
    at = {a: Fraction(1, 2), b: 3}
    assert rational(sp.Max(a, b, 1) * sp.Min(a, b) - sp.Abs(a - b), at) == -1
    assert rational(a**-b, at) == 8
    assert rational(sp.Sum(k * sp.Sum(t, (t, 1, k)), (k, 1, b)), at) == 1 + 2 * 3 + 3 * 6
    assert rational(sp.Sum(k * t, (t, 1, k), (k, 1, 3)), {}) == 1 + 2 * 3 + 3 * 6
    assert rational(sp.Piecewise((1, a > b), (2, True)), at) == 2
    for refused in (sp.sqrt(a), sp.exp(a), sp.pi, sp.factorial(a), sp.Symbol("c")):
        with pytest.raises(ValueError, match="no rational operation"):
            rational(refused, at)
    with pytest.raises(ValueError, match=r"a = 0\.5: expected an int, a Fraction or a SymPy Rational"):
        rational(a, {a: 0.5})


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: expected_subsets(-1, 0, 1), "n = -1: expected an integer of at least 0"),
        (lambda: expected_subsets(2.0, 0, 1), "n = 2.0: expected an integer"),
        (lambda: expected_subsets(True, 0, 1), "n = True: expected an integer"),
        (lambda: expected_subsets(2, 0.3, 1), "z = 0.3: expected an int"),
        (lambda: expected_subsets(2, float("nan"), 1), "z = nan: expected an int"),
        (lambda: expected_subsets(2, 0, 0), "eps = 0: expected a positive number"),
        (lambda: expected_subsets(2, 0, -1), "eps = -1: expected a positive number"),
        (lambda: sum_distribution(0, 1), "k = 0: expected an integer of at least 1"),
        (lambda: random_subset_sums(np.random.default_rng(0), 0, 5), "n = 0: expected"),
        (lambda: all_subset_sums(np.random.default_rng(0), 3, 0), "draws = 0: expected"),
        (lambda: log_coefficients(0), "count = 0: expected"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_samples_have_the_stated_shapes_and_ranges():
    rng = np.random.default_rng(1)
    assert np.all(np.abs(random_subset_sums(rng, 3, 100)) <= 3)
    sums = all_subset_sums(rng, 3, 50)
    assert sums.shape == (50, 8)
    assert np.all(sums[:, 0] == 0)
    np.testing.assert_allclose(sums[:, 7], sums[:, 1] + sums[:, 2] + sums[:, 4])
    assert np.all(np.abs(sums[:, [1, 2, 4]]) <= 1)


def test_the_logarithm_of_the_characteristic_function():
    assert log_coefficients(3) == [Fraction(-1, 12), Fraction(1, 1440), Fraction(1, 18144)]
    u = 0.5
    series = sum(float(c) * u ** (2 * m) for m, c in enumerate(log_coefficients(12), start=1))
    assert series == pytest.approx(np.log((1 + np.sin(u) / u) / 2), rel=1e-13)
    assert largest_log(5) is None  # the disc holds a zero of the function
    assert excess_grows()
    assert not excess_grows(order=8)  # too few terms prove nothing


def test_the_statement_is_filled_in():
    assert "[[" not in subset_count.latex_statement
