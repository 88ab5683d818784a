"""The tests behind statistical evidence: their levels by enumeration, their tails in rationals, their power."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import comb

import numpy as np
import pytest
import scipy.stats
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from sparse_limits.numerics.statistics import exact_tests
from sparse_limits.numerics.statistics.exact_tests import (
    BLOCKS,
    LEVEL,
    REPORTED_MISS,
    Betting,
    Binomial,
    Majority,
    MedianOfMeans,
    TwoCounts,
    binomial_at_least,
    binomial_at_most,
)

SIDES = ("both", "above")
SURPRISE = 1e-9  # how unlikely an outcome must be to call a simulated rate wrong
shares = st.fractions(min_value=0, max_value=1, max_denominator=1000)


def mass(n: int, k: int, p: Fraction) -> Fraction:
    return comb(n, k) * p**k * (1 - p) ** (n - k)


def assert_rate(events: int, trials: int, at_most: float) -> None:
    """That events of probability `at_most` or less can have happened so often."""
    assert binomial_at_least(events, trials, at_most) > SURPRISE, f"{events} of {trials}, promised {at_most}"


# Binomial


@given(st.integers(0, 40), st.integers(-1, 41), shares)
def test_tails_in_rationals(n, k, p):
    at_most = sum((mass(n, i, p) for i in range(min(k, n) + 1)), Fraction(0))
    at_least = sum((mass(n, i, p) for i in range(max(k, 0), n + 1)), Fraction(0))
    assert binomial_at_most(k, n, float(p)) == pytest.approx(float(at_most), rel=1e-11, abs=1e-300)
    assert binomial_at_least(k, n, float(p)) == pytest.approx(float(at_least), rel=1e-11, abs=1e-300)


@pytest.mark.parametrize("n", [10**3, 400_000, 10**8])
@pytest.mark.parametrize("p", [1e-7, 0.027, 0.5, 0.999])
def test_tails_of_large_counts(n, p):
    law = scipy.stats.binom(n, p)
    for deviations in (-7, -6, -1, 0, 3, 6, 7):
        k = int(n * p + deviations * (n * p * (1 - p)) ** 0.5)
        assert binomial_at_most(k, n, p) == pytest.approx(law.cdf(k), rel=1e-6, abs=1e-280)
        assert binomial_at_least(k, n, p) == pytest.approx(law.sf(k - 1), rel=1e-6, abs=1e-280)


@given(st.integers(0, 60), shares, st.sampled_from(SIDES), st.sampled_from([0.3, 0.05, 0.01, LEVEL]))
def test_acceptance_holds_what_raises_no_alarm(n, p, side, level):
    test = Binomial(n, side, level)
    low, high = test.acceptance(float(p))
    for count in range(n + 1):
        assert (low <= count <= high) == (test.p_value(count, float(p)) > level)


@given(st.integers(0, 60), shares, st.sampled_from(SIDES), st.sampled_from([0.3, 0.05, 0.01, 1e-6]))
def test_false_alarms_stay_within_the_level(n, p, side, level):
    """Exactly, over all counts; for a bound also when the truth lies below it."""
    test = Binomial(n, side, level)
    alarms = [count for count in range(n + 1) if test.p_value(count, float(p)) <= level]
    truths = [p] if side == "both" else [p, p * Fraction(3, 4), Fraction(0)]
    for truth in truths:
        assert sum((mass(n, count, truth) for count in alarms), Fraction(0)) <= Fraction(level) * (
            1 + Fraction(1, 10**9)
        )


@given(st.lists(shares, min_size=2, max_size=8))
def test_unequal_probabilities_raise_fewer_alarms(chances):
    """Hoeffding 1956: the count of events of unequal probability has the lighter tails, beyond one from the mean."""
    n, mean = len(chances), sum(chances) / len(chances)
    law = [Fraction(1)]
    for p in chances:
        law = [(1 - p) * a + p * b for a, b in zip([*law, Fraction(0)], [Fraction(0), *law], strict=True)]
    for k in range(n + 1):
        if k >= n * mean + 1:
            assert sum(law[k:]) <= sum(mass(n, i, mean) for i in range(k, n + 1))
        if k <= n * mean - 1:
            assert sum(law[: k + 1]) <= sum(mass(n, i, mean) for i in range(k + 1))


@given(st.integers(1, 60), shares, shares, st.sampled_from(SIDES), st.sampled_from([0.3, 0.05, 0.01]))
def test_the_miss_is_the_chance_of_acceptance(n, null, truth, side, level):
    test = Binomial(n, side, level)
    missed = sum((mass(n, c, truth) for c in range(n + 1) if test.p_value(c, float(null)) > level), Fraction(0))
    assert test.miss(float(null), float(truth)) == pytest.approx(float(missed), rel=1e-9, abs=1e-14)


@settings(max_examples=30)
@given(st.integers(50, 10**6), st.floats(0.001, 0.999), st.sampled_from(SIDES), st.sampled_from([0.01, LEVEL]))
def test_the_detectable_deviation_is_detected(n, null, side, level):
    test = Binomial(n, side, level)
    deviation = test.detectable(null)
    assume(np.isfinite(deviation))
    ends = [null + deviation] if side == "above" else [null - deviation, null + deviation]
    inside = [truth for truth in ends if 0 <= truth <= 1]
    assert inside
    assert all(test.miss(null, truth) <= REPORTED_MISS * (1 + 1e-6) for truth in inside)
    nearer = [null + 0.99 * (truth - null) for truth in inside]
    assert any(test.miss(null, truth) > REPORTED_MISS for truth in nearer)


@pytest.mark.parametrize("side", SIDES)
def test_certain_and_impossible_events(side):
    test = Binomial(10, side, 0.01)
    assert test.acceptance(0.0) == (0, 0)
    assert test.acceptance(1.0) == ((10, 10) if side == "both" else (0, 10))
    assert test.p_value(1, 0.0) == 0.0
    assert test.p_value(0, 0.0) == 1.0
    assert test.p_value(9, 1.0) == (0.0 if side == "both" else 1.0)
    assert test.miss(0.0, 0.0) == 1.0
    assert test.miss(0.0, 1.0) == 0.0
    nothing = Binomial(0, side, 0.01)
    assert nothing.p_value(0, 0.3) == 1.0
    assert nothing.acceptance(0.3) == (0, 0)
    assert nothing.detectable(0.3) == float("inf")


def test_sizes_of_the_plan():
    """Samples at which a 10 % control is missed with 1e-9, as the normal law has them."""
    for p, n in ((0.5, 15_000), (0.319, 32_000), (0.1, 140_000), (0.027, 560_000)):
        assert Binomial(n).miss(1.1 * p, p) <= 1.3e-9
        assert Binomial(n // 2).miss(1.1 * p, p) > 1e-6


# Betting


@pytest.mark.parametrize("p", [0.05, 0.3, 0.5, 0.9])
@pytest.mark.parametrize("level", [0.3, 0.05, 0.01])
def test_betting_is_a_fair_game(p, level):
    """Over all samples of ten coins, P(p-value ≤ α) ≤ α for every α: the bound of Ville for a martingale."""
    test = Betting(10, 0.0, 1.0, (p * (1 - p)) ** 0.5, level)
    outcomes = [np.array(coins, dtype=float) for coins in product((0.0, 1.0), repeat=10)]
    chances = np.array([p ** coins.sum() * (1 - p) ** (10 - coins.sum()) for coins in outcomes])
    values = np.array([test.p_value(coins, p) for coins in outcomes])
    for alpha in np.unique(values):
        assert chances[values <= alpha].sum() <= alpha * (1 + 1e-9)
    won = values < 1
    assert (chances[won] / values[won]).sum() <= 1 + 1e-9  # the wealth itself, where it is known


@given(st.lists(st.floats(0.6, 1), min_size=1, max_size=20), st.floats(0, 1))
def test_no_bet_knows_the_number_it_is_made_on(before, last):
    """The wealth is an affine function of the last number: the bet on it was settled before."""
    test = Betting(len(before) + 1, 0.0, 1.0, 0.3, 0.05)
    low, middle, high = (1 / test.p_value(np.array([*before, x]), 0.2) for x in (0.0, last, 1.0))
    assume(min(low, middle, high) > 1)  # else the wealth is not told
    assert middle == pytest.approx((1 - last) * low + last * high, rel=1e-9)


LAWS = {
    "uniform": (lambda rng, size: rng.random(size), 0.0, 1.0, 0.5),
    "coin": (lambda rng, size: (rng.random(size) < 0.1).astype(float), 0.0, 1.0, 0.1),
    "skew": (lambda rng, size: np.minimum(rng.exponential(1, size), 9.0), 0.0, 9.0, 1 - np.exp(-9.0)),
    "signs": (lambda rng, size: 3 * rng.choice([-1.0, 1.0], size), -3.0, 3.0, 0.0),
}


@pytest.mark.parametrize("level", [0.05, 0.01])
@pytest.mark.parametrize("law", LAWS)
def test_betting_raises_few_alarms_and_finds_what_it_says(law, level):
    simulate, low, high, mean = LAWS[law]
    rng = np.random.default_rng(1)
    samples = simulate(rng, (1500, 400))
    test = Betting(400, low, high, float(simulate(rng, 10**5).std()), level)
    assert_rate(sum(test.p_value(sample, mean) <= level for sample in samples), 1500, level)
    for wrong in (mean - test.detectable(mean), mean + test.detectable(mean)):
        if low <= wrong <= high:
            assert_rate(sum(test.p_value(sample, wrong) > level for sample in samples), 1500, REPORTED_MISS)
            assert test.miss(mean, wrong) == pytest.approx(REPORTED_MISS, rel=1e-6)
    assert test.miss(mean, mean) > 1 - level


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.floats(0, 1))
def test_betting_on_any_sample_is_a_probability(sample, mean):
    test = Betting(len(sample), 0.0, 1.0, 0.3, 0.05)
    assert 0 <= test.p_value(np.array(sample), mean) <= 1


def test_a_constant_refutes_another_mean():
    sample = np.full(2000, 0.5)
    test = Betting(2000, 0.0, 1.0, 0.0)
    assert test.p_value(sample, 0.5) == 1.0
    assert test.p_value(sample, 0.6) <= LEVEL
    assert (test.miss(0.5, 0.5), test.miss(0.6, 0.5)) == (1.0, 0.0)


@pytest.mark.parametrize("claimed", [0.2, 0.3, 0.4])
@pytest.mark.parametrize("level", [0.3, 0.05])
def test_betting_is_no_gain_where_the_mean_is_near_the_claimed_number(claimed, level):
    """All samples of ten coins of mean 0.3, against a number from which it is 0.1 off at most: Ville's bound again."""
    test = Betting(10, 0.0, 1.0, 0.46, level, off=0.1 + 1e-12)
    outcomes = [np.array(coins, dtype=float) for coins in product((0.0, 1.0), repeat=10)]
    chances = np.array([0.3 ** coins.sum() * 0.7 ** (10 - coins.sum()) for coins in outcomes])
    values = np.array([test.p_value(coins, claimed) for coins in outcomes])
    for alpha in np.unique(values):
        assert chances[values <= alpha].sum() <= alpha * (1 + 1e-9)
    won = values < 1
    assert (chances[won] / values[won]).sum() <= 1 + 1e-9


def test_betting_finds_a_mean_that_is_farther_off():
    sample = np.full(2000, 0.5)
    test = Betting(2000, 0.0, 1.0, 0.0, off=0.1)
    assert test.p_value(sample, 0.4) == test.p_value(sample, 0.6) == 1.0
    assert max(test.p_value(sample, 0.3), test.p_value(sample, 0.7)) <= LEVEL
    assert (test.miss(0.4, 0.5), test.miss(0.3, 0.5)) == (1.0, 0.0)
    plain, off = Betting(2000, 0.0, 1.0, 0.3), Betting(2000, 0.0, 1.0, 0.3, off=0.1)
    assert off.detectable(0.5) == pytest.approx(plain.detectable(0.5) + 0.2)
    assert off.miss(0.5, 0.7) == pytest.approx(plain.miss(0.5, 0.6))


# Two counts


@given(st.integers(0, 30), st.integers(0, 30), st.data())
def test_two_counts_is_the_test_of_fisher(n, m, data):
    x, y = data.draw(st.integers(0, n)), data.draw(st.integers(0, m))
    found = TwoCounts(n, m, 0.5).p_value(x, y)
    law = scipy.stats.hypergeom(n + m, n, x + y) if n + m else None
    tails = (law.cdf(x), law.sf(x - 1)) if law else (1.0, 1.0)
    assert found == pytest.approx(min(1.0, 2 * min(tails)), rel=1e-9, abs=1e-12)
    for alternative, tail in zip(("less", "greater"), tails, strict=True):
        fisher = scipy.stats.fisher_exact([[x, n - x], [y, m - y]], alternative=alternative).pvalue
        assert fisher == pytest.approx(tail, rel=1e-9, abs=1e-12)


@given(st.integers(1, 12), st.integers(1, 12), shares, st.sampled_from([0.3, 0.05]))
def test_equal_probabilities_raise_few_alarms(n, m, p, level):
    """Exactly, whatever the common probability."""
    test = TwoCounts(n, m, float(p), level)
    alarms = [(x, y) for x in range(n + 1) for y in range(m + 1) if test.p_value(x, y) <= level]
    assert sum((mass(n, x, p) * mass(m, y, p) for x, y in alarms), Fraction(0)) <= Fraction(level) * (
        1 + Fraction(1, 10**9)
    )


@settings(max_examples=40)
@given(
    st.integers(1, 25),
    st.integers(1, 25),
    st.floats(0.05, 0.95),
    st.floats(0.0, 1.0),
    st.sampled_from([0.3, 0.05, 1e-4]),
)
@example(6, 18, 0.05, 1.0, 1e-4)
@example(3, 3, 0.05, 1 - 2**-53, 0.3)
def test_two_counts_are_missed_exactly_as_planned(n, m, pooled, share, level):
    """Of all pairs of counts, those without an alarm, whichever of the two is more probable."""
    test, size = TwoCounts(n, m, pooled, level), n + m
    gap = share * min(pooled * size / m, (1 - pooled) * size / m, pooled * size / n, (1 - pooled) * size / n)
    quiet = [(x, y) for x in range(n + 1) for y in range(m + 1) if test.p_value(x, y) > level]
    xs, ys = np.array(quiet).T
    missed = []
    for sign in (1, -1):
        first, second = np.clip(pooled + sign * gap * np.array([m, -n]) / size, 0.0, 1.0)  # rounding may leave [0, 1]
        missed.append((scipy.stats.binom.pmf(xs, n, first) * scipy.stats.binom.pmf(ys, m, second)).sum())
    assert test.miss(0.0, gap) == pytest.approx(min(1.0, max(missed)), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(("n", "m", "pooled"), [(4096, 10_000, 0.02), (400, 300, 0.3)])
def test_bands_of_first_counts_bound_the_miss_from_above(n, m, pooled, monkeypatch):
    test = TwoCounts(n, m, pooled, 1e-9)
    gaps = [share * test.detectable(0.0) for share in (0.5, 0.8, 1.0)]
    exact = [test.miss(0.0, gap) for gap in gaps]
    monkeypatch.setattr(exact_tests, "BANDS", 16)
    assert all(one < coarse for one, coarse in zip(exact, (test.miss(0.0, gap) for gap in gaps), strict=True))


def test_two_counts_finds_what_it_plans():
    """At rates that can be seen; a normal law, by which it was planned, missed up to ninety times as often as it said."""
    rng, n, m, p = np.random.default_rng(1), 1000, 3000, 0.02
    test = TwoCounts(n, m, p, 1e-3)
    assert test.miss(0.0, 0.0) > 0.999
    for gap in (0.015, 0.02):
        planned = test.miss(0.0, gap)
        assert 0.05 < planned < 0.95
        for sign in (1, -1):
            first, second = p + sign * gap * m / (n + m), p - sign * gap * n / (n + m)
            pairs = zip(rng.binomial(n, max(first, 0), 2000), rng.binomial(m, second, 2000), strict=True)
            missed = sum(test.p_value(int(x), int(y)) > 1e-3 for x, y in pairs)
            assert missed <= scipy.stats.binom.ppf(1 - 1e-6, 2000, planned)
    gap = test.detectable(0.0)
    assert test.miss(0.0, gap) <= REPORTED_MISS < test.miss(0.0, 0.999 * gap)
    assert TwoCounts(5, 5, 0.5, 1e-9).detectable(0.0) == float("inf")


def test_two_counts_of_large_sizes():
    n = m = 400_000
    x, y = 127_600, 128_900
    law = scipy.stats.hypergeom(n + m, n, x + y)
    assert TwoCounts(n, m, 0.32).p_value(x, y) == pytest.approx(2 * law.cdf(x), rel=1e-5)


# Median of means


@given(st.integers(BLOCKS, 10**6), st.floats(0.01, 100.0))
def test_the_median_of_means_is_missed_as_planned(n, variance):
    """What is found with probability 0.999 is missed with 0.001, and half of it is mostly missed."""
    test = MedianOfMeans(n, variance)
    found = test.detectable(0.0)
    assert test.miss(0.0, found) == pytest.approx(REPORTED_MISS, rel=1e-3)
    assert test.miss(0.0, -found) == test.miss(found, 0.0)
    assert test.miss(0.0, found / 2) > REPORTED_MISS


def test_the_median_of_means_needs_no_range():
    """Student's t with 3 degrees of freedom (variance 3): the alarm rate keeps the level, and a shift is found."""
    rng = np.random.default_rng(1)
    test = MedianOfMeans(51 * 4, 3.0, 0.05)
    samples = rng.standard_t(3, (400, 51 * 4))
    assert sum(test.p_value(sample, 0.0) <= 0.05 for sample in samples) <= 0.05 * 400
    sharp = MedianOfMeans(51 * 400, 3.0)
    assert sharp.p_value(rng.standard_t(3, 51 * 400), sharp.detectable(0.0)) <= LEVEL
    assert MedianOfMeans(60, 0.0).p_value(np.ones(60), 1.0) == 1.0
    assert MedianOfMeans(60, 0.0).p_value(np.ones(60), 1.1) == 0.0


def test_the_median_of_means_allows_for_a_mean_near_the_claimed_number():
    """A mean within `off` of the number is no alarm, one beyond it is, and what is found is `off` twice as far away."""
    near = MedianOfMeans(60, 0.0, off=0.25)
    assert near.p_value(np.ones(60), 1.25) == near.p_value(np.ones(60), 0.75) == 1.0
    assert near.p_value(np.ones(60), 1.26) == near.p_value(np.ones(60), 0.74) == 0.0
    plain, test = MedianOfMeans(5100, 1.0), MedianOfMeans(5100, 1.0, off=0.25)
    assert test.detectable(0.0) == pytest.approx(plain.detectable(0.0) + 0.5)
    assert test.miss(0.0, 1.25) == pytest.approx(plain.miss(0.0, 1.0))
    assert test.miss(0.0, test.detectable(0.0) - 0.25) == pytest.approx(REPORTED_MISS, rel=1e-3)


@pytest.mark.parametrize(
    "call",
    [
        lambda: Binomial(100).p_value(50, float("nan")),
        lambda: Binomial(100, "above").p_value(50, 1.5),
        lambda: Betting(100, 0.0, 1.0, 0.3).p_value(np.full(100, 0.5), float("nan")),
        lambda: Betting(100, 0.0, 1.0, 0.3).p_value(np.full(100, np.nan), 0.5),
        lambda: Betting(100, 0.0, 1.0, 0.3).p_value(np.full(100, 50.0), 0.5),
        lambda: MedianOfMeans(510, 1.0).p_value(np.zeros(510), float("nan")),
        lambda: MedianOfMeans(510, 1.0).p_value(np.full(510, np.nan), 0.0),
    ],
)
def test_what_is_no_number_does_not_pass(call):
    """min(1, nan) is 1, the p-value of a claim that nothing speaks against."""
    with pytest.raises(ValueError, match=r"is nan|is 1\.5|or a sample"):
        call()


@pytest.mark.parametrize("n", [40, 100, 1000])
def test_a_majority_is_found_by_the_excess_that_is_announced(n):
    """With probability .999 at that excess, less often just below it; the rate that is missed is that of drawn cases."""
    test = Majority(n)
    excess = test.detectable(0.5)
    least = next(k for k in range(n + 1) if test.p_value(k) <= test.level)
    found = scipy.stats.binom.sf(least - 1, n, 0.5 + excess)
    assert found == pytest.approx(1 - REPORTED_MISS, rel=1e-9)
    assert scipy.stats.binom.sf(least - 1, n, 0.5 + 0.99 * excess) < 1 - REPORTED_MISS
    missed = test.miss(0.5, 0.5 + 0.8 * excess)
    drawn = np.random.default_rng(0).binomial(n, 0.5 + 0.8 * excess, 4000)
    assert_rate(sum(test.p_value(int(k)) > test.level for k in drawn), 4000, missed)


def test_few_cases_announce_nothing():
    assert Majority(20).detectable(0.5) == float("inf")
