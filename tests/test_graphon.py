"""Masks and their graphons: reference values, helpers of the theory, and the formulas on arrays."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from numerics import balls
from numerics.checks.graphon.limit import midpoint_distance
from numerics.checks.graphon.taxonomy import mean_chi
from numerics.cut_norm import exact_cut_norm
from numerics.masks import top_k_mask
from theory.graphon.concentration import bernstein_failure, bernstein_rate, hoeffding_failure, hoeffding_rate
from theory.graphon.limit import column_bound, inputs, midpoint_bound, ranked_column_bound, sorted_bound, threshold
from theory.graphon.probit import (
    column_scale,
    log_threshold,
    noise_scale,
    normal_cdf,
    probit_kernel,
    row_scale,
    x,
    y,
)
from theory.graphon.rate import distance_limit, mean_deviation, mean_rate, mode, squared_kernel
from theory.graphon.symbols import delta, m, n, p, s, variance
from theory.graphon.taxonomy import CLASSES, METHODS, Heterogeneity, classify, expected_chi, heterogeneity
from theory.saliency.model import SaliencyModel, rho, snip_model, tau, u, v
from theory.tails import exponential, half_normal

TENTH = sp.Rational(1, 10)


def test_rates_at_small_masks() -> None:
    """The bounds of 14×14 masks of density 1/10 that five masks in a hundred may exceed."""
    at = {m: 14, n: 14, delta: sp.Rational(1, 20), variance: sp.Rational(9, 100)}
    assert balls.number(hoeffding_rate, at) == pytest.approx(0.2427, abs=5e-5)
    assert balls.number(bernstein_rate, at) == pytest.approx(0.1849, abs=5e-5)


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
    """∫(W − 1/10)₊ = 0.05699 for the SNIP graphon of density 1/10; the bound falls below it near width 960."""
    at = {delta: sp.Rational(1, 10**8)}
    assert balls.number(midpoint_bound, {**at, m: 2048, n: 2048}) == pytest.approx(0.0379, abs=5e-5)
    assert balls.number(midpoint_bound, {**at, m: 975, n: 975}) < 0.0569867267611833
    assert balls.number(midpoint_bound, {**at, m: 900, n: 900}) > 0.0569867267611833
    assert balls.number(sorted_bound, {**at, m: 975, n: 975}) > 0.3


def test_fixed_inputs_need_no_wide_network() -> None:
    at = {inputs: 64, n: 4096, delta: TENTH}
    bound = balls.number(column_bound, at)
    assert bound == pytest.approx(np.sqrt((64 * np.log(2) + np.log(20)) / 8192))
    assert balls.number(ranked_column_bound, at) == pytest.approx(2 * bound + 1 / (2 * 64 * 4096))


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


def test_midpoint_distance_of_known_kernels() -> None:
    assert midpoint_distance(np.array([[0], [1]]).repeat(2, axis=1), 1, 1) == Fraction(1, 2)
    assert midpoint_distance(np.array([[0, 0, 1, 1]]).repeat(2, axis=0), 1, 2) == 0


def test_chi_of_a_single_row_is_its_only_value() -> None:
    assert mean_chi(1, 4, 2) == 4 == expected_chi.subs({m: 1, n: 4})


def test_classes_of_the_methods() -> None:
    assert {name: classify(model) for name, model in METHODS.items()} == CLASSES
    assert [kind for kind in Heterogeneity if kind not in CLASSES.values()] == []


@pytest.mark.parametrize(
    ("row", "column", "expected"),
    [
        (3, 5, Heterogeneity.HOMOGENEOUS),
        (u + 1, 5, Heterogeneity.ROW),
        (3, sp.exp(v), Heterogeneity.COLUMN),
        (u + 1, sp.exp(v), Heterogeneity.BOTH),
    ],
)
def test_classify_sees_the_profiles(row: sp.Expr, column: sp.Expr, expected: Heterogeneity) -> None:
    assert classify(SaliencyModel(sp.sympify(row), sp.sympify(column), exponential)) is expected


def test_row_wise_thresholds_erase_the_rows() -> None:
    assert classify(snip_model, tau * snip_model.row) is Heterogeneity.COLUMN
    assert classify(replace(snip_model, noise=half_normal), tau) is Heterogeneity.BOTH


def test_heterogeneity_of_both_axes() -> None:
    assert [heterogeneity(a, b).value for a in (False, True) for b in (False, True)] == [
        "homogeneous",
        "column",
        "row",
        "row and column",
    ]
