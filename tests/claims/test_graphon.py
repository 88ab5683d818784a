"""Masks and their graphons: reference values, helpers of the theory, and the formulas on arrays."""

from __future__ import annotations

from fractions import Fraction
from math import factorial

import mpmath
import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri

from sparse_limits.numerics.exact import balls
from sparse_limits.numerics.exact.evaluation import value_of
from sparse_limits.numerics.exact.parsed_values import parse
from sparse_limits.numerics.masks.cut_norm import exact_cut_norm
from sparse_limits.numerics.masks.selection import top_k_mask
from sparse_limits.theory.graphon import lognormal
from sparse_limits.theory.graphon.comparison import best_rate, normal_rate
from sparse_limits.theory.graphon.concentration import (
    bernstein_failure,
    bernstein_rate,
    hoeffding_failure,
    hoeffding_rate,
)
from sparse_limits.theory.graphon.fixed_inputs import column_bound, free_bound, inputs, ranked_column_bound
from sparse_limits.theory.graphon.limit import midpoint_bound, sorted_bound, threshold
from sparse_limits.theory.graphon.lognormal import (
    column_scale,
    log_threshold,
    noise_scale,
    normal_cdf,
    probit_kernel,
    row_scale,
    x,
    y,
)
from sparse_limits.theory.graphon.rate import distance_limit, mean_deviation, mean_rate, mode, squared_kernel
from sparse_limits.theory.graphon.sized_sets import sized_constant, sized_rate
from sparse_limits.theory.graphon.symbols import delta, m, n, p, s, variance
from sparse_limits.theory.saliency.model import rho, tau

TENTH = sp.Rational(1, 10)


def test_rates_at_small_masks() -> None:
    """The bounds of 14×14 masks of density 1/10 that five masks in a hundred may exceed."""
    at = {m: 14, n: 14, delta: sp.Rational(1, 20), variance: sp.Rational(9, 100)}
    assert balls.number(hoeffding_rate, at) == pytest.approx(0.2427, abs=5e-5)
    assert balls.number(bernstein_rate, at) == pytest.approx(0.1849, abs=5e-5)
    assert balls.number(normal_rate, at) == pytest.approx(0.2104, abs=5e-5)
    assert balls.number(best_rate, at) == balls.number(bernstein_rate, at)


@pytest.mark.parametrize(
    ("rows", "columns", "least", "union"),
    [
        (1024, 1024, 0.01695127101147, 0.02605111395529),
        (4096, 784, 0.01359269057798, 0.02296182069119),
        (3, 3, 0.6602930, 0.6602930),
    ],
)
def test_rates_at_density_one_half(rows: int, columns: int, least: float, union: float) -> None:
    at = {m: rows, n: columns, delta: sp.Rational(1, 20), variance: sp.Rational(1, 4)}
    assert balls.number(best_rate, at) == pytest.approx(least, rel=1e-4)
    assert balls.number(hoeffding_rate, at) == pytest.approx(union, rel=1e-4)


@given(st.integers(1, 40), st.integers(1, 40), st.fractions(Fraction(1, 1000), Fraction(99, 100)))
def test_rates_fail_with_the_stated_probability(rows: int, columns: int, share: Fraction) -> None:
    at = {m: rows, n: columns, delta: sp.Rational(share), variance: sp.Rational(3, 25)}
    for rate, failure in ((hoeffding_rate, hoeffding_failure), (bernstein_rate, bernstein_failure)):
        assert balls.number(failure.subs(s, rate), at) == pytest.approx(float(share), rel=1e-12)


def test_bernstein_is_the_better_rate_at_low_density_only() -> None:
    at = {m: 512, n: 512, delta: TENTH}
    hoeffding = balls.number(hoeffding_rate, at)
    assert balls.number(bernstein_rate, {**at, variance: sp.Rational(1, 20)}) < hoeffding
    assert balls.number(bernstein_rate, {**at, variance: sp.Rational(1, 4)}) > hoeffding


def test_limit_bound_at_the_sizes_where_it_refutes_the_constant_graphon() -> None:
    """∫(W − 1/10)₊ = 0.05699 for the SNIP graphon of density 1/10; the bound falls below it near width 220."""
    at = {delta: sp.Rational(1, 10**8)}
    assert balls.number(midpoint_bound, {**at, m: 1024, n: 1024}) == pytest.approx(0.02065, abs=5e-6)
    assert balls.number(midpoint_bound, {**at, m: 230, n: 230}) < 0.0569867267611833
    assert balls.number(midpoint_bound, {**at, m: 210, n: 210}) > 0.0569867267611833
    assert balls.number(sorted_bound, {**at, m: 975, n: 975}) > 0.3


def test_sets_of_each_size_win_for_wide_masks() -> None:
    at = {delta: sp.Rational(1, 20), variance: sp.Rational(1, 4)}
    for size, better in ((64, False), (128, True), (1024, True)):
        found = [balls.number(rate, {**at, m: size, n: size}) for rate in (sized_rate, normal_rate)]
        assert (found[0] < found[1]) is better
    assert balls.number(sized_constant, {}) == pytest.approx(0.375994241)


def test_limit_bound_beside_that_of_the_union_over_all_sets() -> None:
    """√n times the bound at n = 1024 and 95 %: 1.7298 by the union and the mask above the threshold."""
    at = {m: 1024, n: 1024, delta: sp.Rational(1, 20)}
    assert 32 * balls.number(midpoint_bound, at) == pytest.approx(0.608771733392)
    by_union = 2 * hoeffding_rate + 1 / m + 1 / n + 1 / (2 * m * n)
    assert 32 * balls.number(by_union, at) == pytest.approx(1.729786551928)


def test_fixed_inputs_need_no_wide_network() -> None:
    at = {inputs: 784, n: 4096, delta: sp.Rational(1, 20), variance: sp.Rational(1, 4)}
    bound = balls.number(column_bound, at)
    assert bound == balls.number(free_bound, at) == pytest.approx(0.0251265861834)
    assert balls.number(ranked_column_bound, at) == pytest.approx(bound + 1 / (2 * 784 * 4096))
    few = {**at, inputs: 1}
    assert balls.number(column_bound, few) == pytest.approx(np.sqrt((np.log(2) + np.log(40)) / 8192))


def test_reference_values_of_the_snip_graphon_with_constant_columns() -> None:
    """Threshold, ∬W² and 2∬W(1 − W) at density 1/10."""
    cut = threshold.subs(rho, TENTH)
    assert balls.digits(cut, {}, 20) == "1.5951037007203893837"
    at_cut = {tau: sp.Rational(balls.digits(cut, {}, 45))}
    assert balls.digits(squared_kernel, at_cut, 25) == "0.03022459841967327297620769"
    assert balls.digits(distance_limit, at_cut, 18) == "0.139550803160653454"


def test_lower_constant_at_density_one_tenth() -> None:
    assert balls.number(mean_rate, {n: 1, variance: sp.Rational(9, 100)}) == pytest.approx(0.1197, abs=5e-5)


@given(st.integers(1, 30), st.fractions(Fraction(1, 50), Fraction(49, 50)))
def test_mean_deviation_is_that_of_the_binomial_law(size: int, chance: Fraction) -> None:
    q = sp.Rational(chance)
    direct = sum(abs(j - size * q) * sp.binomial(size, j) * q**j * (1 - q) ** (size - j) for j in range(size + 1))
    assert mean_deviation.subs({n: size, p: q, mode: sp.floor(size * q) + 1}) == direct


@given(st.integers(0, 2**32 - 1), st.integers(0, 30), st.sampled_from([-1.0, 0.0, 0.5, 1.0]))
def test_masks_of_the_same_scores_are_nested(seed: int, keep: int, cut: float) -> None:
    scores = np.random.default_rng(seed).integers(-2, 3, size=(5, 6)).astype(float)
    difference = top_k_mask(scores, keep).astype(int) - (scores > cut)
    gap = abs(keep - int((scores > cut).sum())) / 30
    assert np.abs(difference).mean() == pytest.approx(gap)
    assert exact_cut_norm(difference) == pytest.approx(gap)


def test_probit_kernel_is_a_normal_distribution_function() -> None:
    assert balls.number(normal_cdf(sp.Rational(-3, 2))) == pytest.approx(float(ndtr(-1.5)), rel=1e-15)
    at = {row_scale: 2, column_scale: 3, noise_scale: 4, x: TENTH, y: -TENTH, log_threshold: 1}
    assert balls.number(probit_kernel, at) == pytest.approx(float(ndtr((0.2 - 0.3 - 1) / 4)), rel=1e-15)


PROBIT = dict(
    zip(
        (lognormal.row_scale, lognormal.column_scale, lognormal.noise_scale, rho),
        map(sp.Rational, ("4/5", "3/5", "1", "1/5")),
        strict=True,
    )
)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("threshold", "1.1902321628999897"),
        ("squared_kernel", "0.08715056666457004418804865715632661"),
        ("squared_row_degree", "0.068095423570132181799"),
        ("squared_column_degree", "0.055027049470169214963"),
    ],
)
def test_reference_values_of_the_probit_graphon(name: str, value: str) -> None:
    formula = lognormal.probit_graphon.expressions[name]
    count = len(value) - 2 - (len(value[2:]) - len(value[2:].lstrip("0")) if value[0] == "0" else -1)
    assert balls.digits(formula, PROBIT, count + 3).startswith(value[:-1])


@given(
    st.fractions(0, 3),
    st.fractions(0, 3),
    st.fractions(Fraction(1, 20), 3),
    st.fractions(Fraction(1, 1000), Fraction(999, 1000)),
    st.fractions(-3, 3),
)
def test_probit_degrees_and_moments_are_averages(
    f: Fraction, g: Fraction, s: Fraction, r: Fraction, at: Fraction
) -> None:
    """Sums over a fine grid in floats; scales may vanish, and the noise be small."""
    nodes = np.linspace(-9, 9, 20_001)
    weights = np.exp(-(nodes**2) / 2)
    weights /= weights.sum()
    cut = float(np.sqrt(float(f * f + g * g + s * s))) * float(-ndtri(float(r)))
    total = {**dict(zip(PROBIT, map(sp.Rational, (f, g, s, r)), strict=True)), lognormal.x: at, lognormal.y: at}
    rows = ndtr((float(f) * nodes - cut) / np.hypot(float(s), float(g)))
    columns = ndtr((float(g) * nodes - cut) / np.hypot(float(s), float(f)))
    common = ndtr((np.hypot(float(f), float(g)) * nodes - cut) / float(s))
    expected = {
        "row_degree": weights @ ndtr((float(f * at) + float(g) * nodes - cut) / float(s)),
        "column_degree": weights @ ndtr((float(g * at) + float(f) * nodes - cut) / float(s)),
        "squared_kernel": weights @ common**2,
        "squared_row_degree": weights @ rows**2,
        "squared_column_degree": weights @ columns**2,
    }
    for name, value in expected.items():
        formula = lognormal.probit_graphon.expressions[name]
        here = {symbol: sp.Rational(number) for symbol, number in total.items() if symbol in formula.free_symbols}
        assert balls.number(formula, here) == pytest.approx(value, abs=1e-9)


def test_probit_moments_near_the_ends() -> None:
    """Hardly any noise: ∬W² is the density less a gap of the order of s; a tiny density keeps its digits."""
    scales = {lognormal.row_scale: 1, lognormal.column_scale: 1}
    near = balls.number(lognormal.squared_kernel, {**scales, lognormal.noise_scale: sp.Rational(1, 10**9), rho: TENTH})
    assert 0.1 - near == pytest.approx(0, abs=1e-9)
    tiny = {**scales, lognormal.noise_scale: 1, rho: sp.Rational(1, 10**30)}
    with mpmath.workdps(80):
        cut = mpmath.sqrt(6) * mpmath.erfinv(1 - 2 * mpmath.mpf("1e-30"))  # √3 Φ⁻¹(1 − ρ)

        def square(u: mpmath.mpf) -> mpmath.mpf:
            return mpmath.ncdf(mpmath.sqrt(2) * u - cut) ** 2 * mpmath.npdf(u)

        expected = mpmath.quad(square, mpmath.linspace(-5, 30, 36))
    assert balls.digits(lognormal.squared_kernel, tiny, 15) == mpmath.nstr(expected, 15)


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("row_degree x=1 s_f=0 s_g=3/5 s=1 rho=.2", "0.200000000000000000000000000000"),
        ("column_degree y=3 s_f=4/5 s_g=0 s=1 rho=1e-12", "1.00000000000000000000000000000e-12"),
        ("row_degree x=-30 s_f=.8 s_g=0 s=1 rho=.2", "4.34388644732263200377941653650e-139"),
        ("squared_kernel s_f=0 s_g=0 s=1 rho=.2", "0.0400000000000000000000000000000"),
        ("squared_kernel s_f=.8 s_g=.6 s=1 rho=.5", "0.333333333333333333333333333333"),
        ("coefficient j=0 k=0 s_f=0 s_g=0 s=1 rho=.2", "0.200000000000000000000000000000"),
        ("coefficient j=2 k=0 s_f=0 s_g=1 s=1 rho=.2", "0"),
        ("coefficient j=1 k=1 s_f=1 s_g=1 s=1 rho=.5", "0"),
    ],
)
def test_probit_formulas_where_scales_vanish(words: str, value: str) -> None:
    name, *values = words.split()
    formula = lognormal.probit_graphon.expressions[name]
    assert value_of(formula, parse(formula.free_symbols, values)[0], 30) == value


def coefficients(size: int) -> np.ndarray:
    """c_jk of the reference graphon. float[size, size]"""
    derivatives = [balls.number(lognormal.derivative, {**PROBIT, lognormal.order: m}) for m in range(2 * size - 1)]
    row, column = ([float(PROBIT[scale]) ** j / factorial(j) ** 0.5 for j in range(size)] for scale in list(PROBIT)[:2])
    return np.array([[row[j] * column[k] * derivatives[j + k] for k in range(size)] for j in range(size)])


def test_hermite_coefficients_are_those_of_the_kernel() -> None:
    """⟨W, He_j ⊗ He_k⟩ by Gauss–Hermite sums."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    weights = weights / weights.sum()
    cut = balls.number(lognormal.threshold, PROBIT)
    kernel = ndtr(0.8 * nodes[:, None] + 0.6 * nodes - cut)
    for j, k in ((0, 0), (0, 2), (1, 0), (2, 1), (3, 4)):
        first, second = (np.polynomial.hermite_e.hermeval(nodes, [0] * order + [1]) for order in (j, k))
        inner = (weights * first) @ kernel @ (weights * second) / (factorial(j) * factorial(k)) ** 0.5
        assert balls.number(lognormal.hermite_coefficient(j, k), PROBIT) == pytest.approx(inner, abs=1e-12)
        assert coefficients(5)[j, k] == pytest.approx(inner, abs=1e-12)


def test_singular_values_of_the_probit_graphon() -> None:
    """The truncated matrix, its certificate, and the reference values."""
    reference = [0.290439066864362447, 0.0516821657981776317, 0.0108801900295295391, 0.00243957327903]
    assert np.linalg.svd(coefficients(40), compute_uv=False)[:4] == pytest.approx(reference, abs=1e-14)
    matrix = coefficients(6)
    values, moment = np.linalg.svd(matrix, compute_uv=False), balls.number(lognormal.squared_kernel, PROBIT)
    left = moment - (matrix**2).sum()
    assert 0 < left <= balls.number(lognormal.truncation, {**PROBIT, lognormal.size: 6})
    for found, true in zip(values, reference, strict=False):
        upper = balls.number(
            lognormal.certificate,
            dict(
                zip(
                    (lognormal.sigma, lognormal.moment, lognormal.captured),
                    map(sp.Rational, (found, moment, moment - left)),
                    strict=True,
                )
            ),
        )
        assert found <= true <= upper


def test_plackett() -> None:
    """∂φ₂/∂r = ∂²φ₂/∂x∂y for the bivariate normal density."""
    a, b, r = sp.symbols("a b r")
    density = sp.exp(-(a**2 - 2 * r * a * b + b**2) / (2 * (1 - r**2))) / (2 * sp.pi * sp.sqrt(1 - r**2))
    assert sp.simplify((sp.diff(density, r) - sp.diff(density, a, b)) / density) == 0
