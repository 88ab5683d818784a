"""Exact intervals and rank tests: their coverage by enumeration, their values against independent ones."""

from __future__ import annotations

from itertools import combinations, permutations
from math import comb, factorial, inf, isnan, nan

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sparse_limits.numerics.statistics.distribution_free import (
    clopper_pearson,
    equal_laws_p_value,
    median_interval,
    permutation_p_value,
    sign_p_value,
    spearman,
)

few = st.integers(-3, 3).map(float)  # so that ties occur


@given(st.integers(1, 60), st.data())
def test_clopper_pearson_is_scipys(n, data):
    count = data.draw(st.integers(0, n))
    expected = scipy.stats.binomtest(count, n).proportion_ci(method="exact")
    assert clopper_pearson(count, n) == pytest.approx((expected.low, expected.high), abs=1e-8)


@pytest.mark.parametrize("p", [0.03, 0.2, 0.5, 0.91])
def test_clopper_pearson_covers(p):
    n = 12
    covering = [low <= p <= high for low, high in (clopper_pearson(k, n) for k in range(n + 1))]
    assert sum(comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1) if covering[k]) >= 0.95


@given(st.lists(few, max_size=30))
def test_sign_test_is_the_binomial_test(differences):
    signs = [d for d in differences if d]
    expected = scipy.stats.binomtest(sum(d > 0 for d in signs), len(signs)).pvalue if signs else 1.0
    assert sign_p_value(differences) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("n", range(1, 25))
@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.99])
def test_median_interval_covers_and_is_the_shortest(n, confidence):
    """The median of a continuous law lies between the k-th smallest and largest with probability 1 − 2P(Bin < k)."""

    def missed(k):
        return 2 * sum(comb(n, j) for j in range(k)) / 2**n

    low, high = median_interval(np.random.default_rng(n).permutation(n), confidence)
    k = int(low) + 1 if low > -inf else 0
    assert (low, high) == ((k - 1, n - k) if k else (-inf, inf))
    assert missed(k) <= 1 - confidence + 1e-12
    assert missed(k + 1) > 1 - confidence - 1e-12 or 2 * (k + 1) > n + 1


@given(arrays(float, (2, 7), elements=few))
def test_spearman_is_scipys(rows):
    if min(np.ptp(rows, axis=1)) == 0:
        assert isnan(spearman(*rows))
    else:
        assert spearman(*rows) == pytest.approx(scipy.stats.spearmanr(*rows).statistic, abs=1e-12)


def test_infinite_numbers_have_ranks():
    assert spearman([1, 2, inf], [0, 1, 2]) == pytest.approx(1)


@settings(max_examples=20)
@given(arrays(float, (2, 3, 4), elements=few))
def test_permutation_p_value_by_brute_force(tables):
    first, second = tables

    def statistic(order):
        each = [spearman(one[list(order)], other) for one, other in zip(first, second, strict=True)]
        return abs(sum(value for value in each if not isnan(value)))

    everything = [statistic(order) for order in permutations(range(4))]
    expected = np.mean([value >= everything[0] - 1e-9 for value in everything])
    assert permutation_p_value(first, second) == pytest.approx(expected)


@given(arrays(float, st.tuples(st.just(2), st.integers(2, 4), st.integers(1, 3)), elements=few))
def test_equal_laws_p_value_by_brute_force(tables):
    first, second = tables
    both, n = np.concatenate(tables), len(first)

    def apart(chosen):
        left = both[list(chosen)]
        return np.linalg.norm(left.sum(axis=0) - (both.sum(axis=0) - left.sum(axis=0)))

    every = [apart(chosen) for chosen in combinations(range(2 * n), n)]
    expected = np.mean([each >= apart(range(n)) - 1e-9 for each in every])
    assert equal_laws_p_value(first, second) == pytest.approx(expected)


@pytest.mark.parametrize("size", [1e160, 1e308, 1e-170, 1e-300])
def test_equal_laws_do_not_see_the_scale(size):
    tables = np.array([[[0.0], [0.1], [0.2]], [[1.0], [1.1], [0.15]]])
    assert equal_laws_p_value(*(size * tables)) == equal_laws_p_value(*tables) == 0.2


def test_equal_laws_are_refused_as_rarely_as_they_say():
    """Vectors of one law: p is at most α with a probability of at most α."""
    rng = np.random.default_rng(0)
    found = np.array([equal_laws_p_value(*rng.standard_cauchy((2, 4, 5))) for _ in range(2000)])
    for level in (0.05, 0.2, 0.5):
        assert np.mean(found <= level) <= level + 4 * np.sqrt(level * (1 - level) / 2000)
    assert found.min() == 1 / 35


def test_agreement_of_distinct_orders_is_as_rare_as_a_permutation_and_its_reverse():
    table = np.arange(6.0)[None].repeat(5, axis=0)
    assert permutation_p_value(table, table**3) == pytest.approx(2 / factorial(6))
    assert permutation_p_value(table, -table) == pytest.approx(2 / factorial(6))


@pytest.mark.parametrize(
    "call",
    [
        lambda: clopper_pearson(3, 2),
        lambda: clopper_pearson(1, 0),
        lambda: clopper_pearson(1, 2, 1.0),
        lambda: sign_p_value([1.0, nan]),
        lambda: median_interval([]),
        lambda: median_interval([[1.0]]),
        lambda: median_interval([1.0], 0),
        lambda: spearman([1, 2], [1]),
        lambda: spearman([], []),
        lambda: spearman([1, nan], [1, 2]),
        lambda: permutation_p_value(np.ones((2, 10)), np.ones((2, 10))),
        lambda: permutation_p_value(np.ones((2, 3)), np.ones((3, 2))),
    ],
)
def test_bad_input_is_one_line(call):
    with pytest.raises(ValueError, match=r"expected|have") as error:
        call()
    assert "\n" not in str(error.value)
