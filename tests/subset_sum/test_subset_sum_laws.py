"""Counting, second moments, covers and product laws of subset sums: reference values, enumeration, limits, refusals."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, pairwise
from math import ceil, comb

import numpy as np
import pytest
import scipy.integrate
import sympy as sp
from flint import arb, ctx, fmpq
from helpers import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from sparse_limits.numerics.exact import balls
from sparse_limits.numerics.subset_sum import IntervalUnion, covered_set, expected_subsets, rational
from sparse_limits.numerics.subset_sum.counting import covering_radius, expected_vector_subsets, random_vector_sums
from sparse_limits.numerics.subset_sum.laws import (
    Gaussian,
    GaussianProduct,
    Thinned,
    Uniform,
    UniformProduct,
    first_hit,
    subset_sums,
)
from sparse_limits.numerics.subset_sum.potential import covers, first_cover, mean_next_measure, uncovered_odds
from sparse_limits.numerics.subset_sum.second_moments import random_pair_hits, second_moment
from sparse_limits.theory.subset_sum import counting, potential, product_contractions, product_laws, two_layers
from sparse_limits.theory.subset_sum.further import second_moment as moments
from sparse_limits.theory.subset_sum.further import single_candidate
from sparse_limits.theory.subset_sum.symbols import eps, k, n, z

TARGET, CLOSE = sp.Rational(3, 10), sp.Rational(1, 100)
LAWS = (Uniform(), Gaussian(), UniformProduct(), GaussianProduct())


# Few kept numbers


@given(
    st.lists(st.fractions(-1, 1), min_size=1, max_size=6),
    st.integers(0, 6),
    st.fractions(Fraction(1, 50), Fraction(1, 2)),
)
@settings(max_examples=40)
def test_few_of_some_numbers_serve_few_targets(numbers: list[Fraction], kept: int, error: Fraction) -> None:
    """The two bounds of the page on counting: as many sums as subsets, each for a length of twice the error."""
    sums = {sum(few, Fraction(0)) for size in range(kept + 1) for few in combinations(numbers, size)}
    served, end = Fraction(0), None
    for low, high in sorted((each - error, each + error) for each in sums):
        served += high - (low if end is None or low > end else end)
        end = high
    subsets = sum(comb(len(numbers), size) for size in range(kept + 1))
    assert served <= 2 * error * subsets
    assert subsets <= (1 + len(numbers)) ** kept


def test_the_count_of_few_kept_numbers_is_attained() -> None:
    """Powers of two serve a target per subset; with one subset less the bound is false."""
    numbers = [Fraction(2) ** power for power in range(4)]
    sums = {sum(few, Fraction(0)) for size in range(3) for few in combinations(numbers, size)}
    assert len(sums) == sum(comb(4, size) for size in range(3)) == 11
    assert min(high - low for low, high in pairwise(sorted(sums))) >= 1  # no target is served twice at an error of 1/2
    page = (ROOT / "book" / "subset_sum_counting.md").read_text("utf-8")
    assert r"\sum_{j\le k}\binom nj\ge\frac1{2\varepsilon}" in page
    assert r"k\ge\frac{\ln\frac1{2\varepsilon}}{\ln(1+n)}" in page


# R2


@pytest.mark.parametrize(
    ("size", "value"), [(2, Fraction(63, 400)), (4, Fraction(4130357, 3840000)), (6, Fraction("8.8741461363769531250"))]
)
def test_second_moments(size, value):
    assert second_moment(size, TARGET, Fraction(1, 20)) == value
    assert rational(moments.second_moment, {n: size, z: TARGET, eps: sp.Rational(1, 20)}) == value


@pytest.mark.parametrize(
    ("size", "target", "width"),
    [(1, "1/2", "1/2"), (5, "1/3", "1/10"), (6, "0", "1/2"), (7, "-5/4", "1"), (10, "1/3", "1/10")],
)
def test_second_moments_in_balls(size, target, width):
    """Also where 2ε is a whole number, so that arguments of the truncated powers are equal for different ends."""
    value = second_moment(size, Fraction(target), Fraction(width))
    at = {n: size, z: sp.Rational(target), eps: sp.Rational(width)}
    ball = balls.enclose(moments.second_moment, at, digits=30)
    assert ball.imag == 0
    with ctx.workprec(400):
        assert ball.real.contains(arb(fmpq(value.numerator, value.denominator)))


def test_second_moment_of_twenty_items():
    """As `second_moment` says, which takes half a minute for it."""
    at = {n: 20, z: sp.Rational(1, 3), eps: sp.Rational(1, 10)}
    assert balls.digits(moments.second_moment, at, 20) == "2394547410.2048357401"


@settings(max_examples=8, deadline=None)
@given(
    st.integers(1, 3),
    st.fractions(min_value=-3, max_value=3, max_denominator=6),
    st.fractions(min_value=Fraction(1, 6), max_value=2, max_denominator=6),
)
def test_second_moments_agree_and_bound_the_first(size, target, width):
    first, second = expected_subsets(size, target, width), second_moment(size, target, width)
    at = {n: size, z: sp.Rational(target), eps: sp.Rational(width)}
    assert rational(moments.second_moment, at) == second
    assert first**2 <= second <= 2**size * first
    assert second >= first  # N is a whole number


def test_everything_hits_a_wide_target():
    assert second_moment(3, 0, 4) == 64
    assert second_moment(0, 0, 1) == 1
    assert second_moment(np.int64(3), 0, 4) == expected_vector_subsets(np.int64(6), (0,), 6) == 64
    assert second_moment(2, 5, Fraction(1, 2)) == 0
    assert random_pair_hits(np.random.default_rng(1), 3, 0.0, 4.0, 50).all()


@pytest.mark.parametrize("arguments", [(-1, 0, 1), (True, 0, 1), (2, 0, 0), (2, float("nan"), 1), (2.0, 0, 1)])
def test_second_moment_refuses(arguments):
    with pytest.raises(ValueError, match=r"items|eps|z ="):
        second_moment(*arguments)


# R3


def test_smallest_sizes_with_one_half():
    found = []
    for m in (1, 2, 3, 4):
        size = 1
        while balls.number(counting.equal_count, {n: size, counting.m: m, z: TARGET, eps: CLOSE}) < 0.5:
            size += 1
        found.append(size)
    assert found == [7, 15, 23, 32]
    bounds = [
        balls.number(counting.hit_items, {counting.m: m, counting.p: sp.S.Half, eps: CLOSE}) for m in (1, 2, 3, 4)
    ]
    assert all(bound <= size for bound, size in zip(bounds, found, strict=True))


def test_vector_targets():
    at = {n: 12, eps: sp.Rational(1, 20), **dict(zip(counting.targets, (TARGET, sp.Rational(-1, 5)), strict=False))}
    assert balls.digits(counting.vector_count[2], at, 11) == "3.2693168106"
    exact = expected_vector_subsets(4, (TARGET, Fraction(-1, 5), 0), Fraction(1, 2))
    at = {n: 4, eps: sp.S.Half, **dict(zip(counting.targets, (TARGET, sp.Rational(-1, 5), 0), strict=True))}
    assert rational(counting.vector_count[3], at) == exact
    assert expected_vector_subsets(3, (TARGET,), CLOSE) == expected_subsets(3, TARGET, CLOSE)


def test_a_shared_subset_is_rare():
    at = {counting.m: 4, z: TARGET, eps: CLOSE}
    assert balls.number(counting.equal_count, {n: 7, **at}) == pytest.approx(3.6968749e-7, rel=1e-7)
    assert balls.number(counting.equal_count, {n: 8, **at}) == pytest.approx(5.9959e-7, rel=1e-4)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-1, 1), min_size=1, max_size=5))
def test_covering_radius_is_the_largest_distance(x):
    radius = covering_radius(x, (-0.5, 0.5))
    sums = subset_sums(np.array([x]))[0]
    grid = np.linspace(-0.5, 0.5, 2001)
    seen = np.abs(grid[:, None] - sums).min(axis=1).max()
    assert seen - 1e-12 <= float(radius) <= seen + 1e-3
    assert radius >= Fraction(1, 2 * (2 ** len(x) - 1))


def test_best_items_need_the_bound():
    for size in range(1, 6):
        items = [Fraction(2**i, 2**size - 1) for i in range(size - 1)] + [Fraction(-(2 ** (size - 1)), 2**size - 1)]
        radius = covering_radius(items, (Fraction(-1, 2), Fraction(1, 2)))
        assert radius == Fraction(1, 2 * (2**size - 1))
        assert ceil(balls.number(counting.covering_items, {eps: sp.Rational(radius)}) - 1e-12) == size


@pytest.mark.parametrize("call", [([0.1] * 21, (0, 1)), ([0.1], (1, 1)), ([0.1], (0, 1, 2)), ([float("inf")], (0, 1))])
def test_covering_radius_refuses(call):
    with pytest.raises(ValueError, match="expected"):
        covering_radius(*call)


@pytest.mark.parametrize("arguments", [(21, (0,), 1), (True, (0,), 1), (2, (), 1), (2, (0,), 0)])
def test_vector_expectations_refuse(arguments):
    with pytest.raises(ValueError, match="expected"):
        expected_vector_subsets(*arguments)


def test_vector_samples_share_their_subset():
    sums = random_vector_sums(np.random.default_rng(2), 1, 3, 400)
    absent = (sums == 0).all(axis=1)
    assert np.array_equal(absent, (sums == 0).any(axis=1))
    assert 120 < absent.sum() < 280


# R4


def test_mean_growth_of_the_example():
    pieces = [
        (Fraction(-9, 20), Fraction(-2, 5)),
        (Fraction(-1, 10), Fraction(1, 50)),
        (Fraction(1, 5), Fraction(33, 100)),
    ]
    covered = IntervalUnion.of(pieces, (Fraction(-1, 2), Fraction(1, 2)))
    assert covered.measure == Fraction(3, 10)
    assert mean_next_measure(covered, 1, Fraction(1, 2)) == Fraction(81, 200)
    grid = (np.arange(400) * 2 + 1) / 400 - 1
    numeric = np.mean([float(covered.with_item(x).measure) for x in grid])
    assert numeric == pytest.approx(0.405, abs=2e-4)
    with pytest.raises(ValueError, match="mass at most 1"):
        mean_next_measure(covered, 1, 1)


def test_guaranteed_sizes():
    size = potential.subset_cover.expressions["size"]
    for width, value in ((CLOSE, "42.4290347"), (CLOSE / 10, "58.4368803")):
        assert balls.digits(size, {eps: width, potential.delta: sp.Rational(1, 10)}, 9) == value


def test_covers_means_that_every_target_is_near():
    rng = np.random.default_rng(3)
    for size in (4, 6, 8):
        x = rng.uniform(-1, 1, size)
        if covers(x, 0.1):
            assert covering_radius(list(x), (-0.5, 0.5)) <= Fraction(1, 10) + Fraction(1, 10**12)
    assert not covers(np.array([0.1]), 0.1)
    found = first_cover(rng, 0.1, 40, 5)
    assert ((found > 3) & (found < 40)).all()


def test_what_covers_says_is_a_proof():
    """Half of x is farther than ε from every sum, by 2⁻⁵⁵; outer bounds of the covered set would touch there."""
    width = 1 / 6
    x = float(np.nextafter(2 * width, 1))
    assert min(abs(Fraction(total) - Fraction(x) / 2) for total in (0, x, -x)) > Fraction(width)
    assert not covers(np.array([x, -x]), width)
    assert covers(np.array([x, -x]), width * (1 + 1e-14))


def test_odds_match_the_exact_cover():
    odds = uncovered_odds(np.random.default_rng(4), 5, 0.1, 3)
    x = np.random.default_rng(4).uniform(-1, 1, (3, 5))
    for row, seen in zip(x, odds, strict=True):
        share = float(covered_set(row, 0.1, (-0.5, 0.5)).measure)
        assert seen == pytest.approx((1 - share) / share, rel=1e-12)


# R5 and R10


@pytest.mark.parametrize("law", [*LAWS, Thinned(GaussianProduct(), 0.5), Thinned(Uniform(), 0.25)], ids=repr)
def test_laws_are_consistent(law):
    low, high = 0.2, 0.9
    mass, _ = scipy.integrate.quad(law.pdf, low, high)
    assert law.cdf(high) - law.cdf(low) == pytest.approx(mass, abs=1e-12)
    assert law.cdf([-60.0, 60.0]) == pytest.approx([0, 1], abs=1e-15)
    assert law.cdf(-0.3) == pytest.approx(1 - law.cdf(0.3), abs=1e-15)
    assert law.subdensity(0.9) == pytest.approx(float(law.pdf(0.9)))
    sample = law.sample(np.random.default_rng(5), 40_000)
    assert np.mean(sample <= 0.3) == pytest.approx(float(law.cdf(0.3)), abs=0.013)
    assert np.cos(2 * sample).mean() == pytest.approx(float(law.cf(2.0)), abs=0.03)
    assert law.cf(0.0) == 1
    assert law.cf(-2.0) == law.cf(2.0)
    assert law.cf([-np.inf, np.inf]) == pytest.approx([1 - getattr(law, "p", 1)] * 2)


def test_thinning_leaves_an_atom():
    law = Thinned(Uniform(), 0.25)
    assert law.cdf([-1e-9, 0.0]) == pytest.approx([0.125, 0.875], abs=1e-9)
    assert law.subdensity(0.5) == 0.125
    assert law.subdensity(1.5) == 0
    sample = law.sample(np.random.default_rng(6), (300, 20))
    assert sample.shape == (300, 20)
    assert 0.7 < np.mean(sample == 0) < 0.8


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan"), True])
def test_thinning_refuses(p):
    with pytest.raises(ValueError, match="expected a probability"):
        Thinned(Uniform(), p)


@pytest.mark.parametrize("a", [0, -1, float("nan"), float("inf"), True])
def test_subdensity_refuses(a):
    with pytest.raises(ValueError, match="expected a positive number"):
        Uniform().subdensity(a)
    with pytest.raises(ValueError, match="nan"):
        Gaussian().cdf(float("nan"))


def test_reference_counts_of_products():
    at = {n: 16, z: TARGET, eps: CLOSE}
    assert balls.digits(product_laws.expected_count, at, 25) == "2.825977697610193412638885"
    assert (
        balls.digits(product_laws.expected_count, {n: 24, z: -TARGET, eps: CLOSE / 10}, 25)
        == "5.498432546798784589269907"
    )
    assert balls.number(product_laws.usable_count, {product_laws.usable: 16, z: TARGET, eps: CLOSE}) == pytest.approx(
        211.17, abs=5e-3
    )


def test_quenched_and_annealed_sizes():
    found = []
    for width in (CLOSE, CLOSE / 10):
        for formula in (product_laws.quenched_bound, product_laws.expected_count):
            size = 8
            while balls.number(formula, {n: size, z: TARGET, eps: width}) < 0.5:
                size += 1
            found.append(size)
    assert found == [13, 12, 20, 18]


@pytest.mark.parametrize("size", [1, 2, 3, 6])
def test_distribution_of_a_sum_is_that_of_its_simulation(size):
    sums = GaussianProduct().sample(np.random.default_rng(size), (40_000, size)).sum(axis=1)
    for level in (-0.7, 0.2, 1.5):
        at = {k: size, product_laws.t: sp.Rational(str(level))}
        assert np.mean(sums <= level) == pytest.approx(balls.number(product_laws.sum_distribution, at), abs=0.013)


def test_laplace_and_the_ends_of_the_interval():
    at = {k: 2, product_laws.t: sp.Rational(7, 5)}
    assert balls.number(product_laws.sum_distribution, at) == pytest.approx(1 - np.exp(-1.4) / 2, rel=1e-15)
    at_zero = [
        balls.number(product_laws.expected_count, {n: 5, z: third, eps: sp.Rational(1, 3)})
        for third in (sp.Rational(1, 3), sp.Rational(1, 3) - sp.Rational(1, 10**12))
    ]
    assert at_zero[0] == pytest.approx(at_zero[1], abs=1e-9)


def test_contractions():
    found = product_contractions.expressions
    assert 1 - balls.number(found["uniform_best"]) == pytest.approx(0.0459849301464, abs=1e-12)
    assert 1 - balls.number(found["gaussian_best"]) == pytest.approx(0.0371247712724, abs=1e-12)
    assert 1 - balls.number(found["gaussian_contraction"], {product_laws.a: 2}) == pytest.approx(
        0.018126772836, abs=1e-12
    )
    assert balls.digits(found["gaussian_reach"], {}, 18) == "0.595046726449784293"


def test_single_candidates():
    at = {single_candidate.w: TARGET, eps: CLOSE}
    assert balls.digits(single_candidate.single_hit, at, 15) == "0.00602079025636099"
    sizes = [balls.number(single_candidate.median_items, {**at, eps: sp.Rational(1, 10**i)}) for i in (2, 3, 4)]
    assert sizes == pytest.approx([114.778692503, 1151.08490557, 11513.9860957], rel=1e-11)


def test_first_hit():
    rng = np.random.default_rng(7)
    assert first_hit(rng, Uniform(), 0.01, 0.1, 5) == 0
    assert first_hit(rng, Uniform(), 9.0, 0.1, 5) == 6
    assert 1 <= first_hit(rng, Thinned(Uniform(), 0.5), 0.3, 0.2, 30) <= 30


@pytest.mark.parametrize("seed", range(20))
def test_first_hit_is_that_of_all_subsets(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sparse_limits.numerics.subset_sum.laws.LISTED", 4)  # both lists are used
    items = Uniform().sample(np.random.default_rng(seed), (12,))
    near = [bool((np.abs(subset_sums(items[None, :k]) - 0.3) <= 0.004).any()) for k in range(13)]
    assert first_hit(np.random.default_rng(seed), Uniform(), 0.3, 0.004, 12) == (near.index(True) if any(near) else 13)


def test_units_that_the_bound_of_two_layers_asks_for_on_digits():
    """R11's comparison: 65·24 + 24·10 weights, nonnegative inputs, uniform entries, failure ½ at an error of 10⁻³."""
    half = sp.Rational(1, 2)
    point = {potential.a: sp.exp(-1), potential.kappa: half, eps: sp.Rational(1, 1000)}
    layers = [{two_layers.d_0: before, two_layers.d_1: after} for before, after in ((65, 24), (24, 10))]
    bound = sum(two_layers.nonnegative_failure.subs({**layer, **point}) for layer in layers)
    assert bound.subs(n, 440) < half < bound.subs(n, 439)
