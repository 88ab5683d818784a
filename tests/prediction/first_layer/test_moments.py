"""The moments of S3 and the closed forms of S5 against sums, simulation and the closed form of S4."""

from __future__ import annotations

from dataclasses import replace
from math import log, pi, sqrt

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.data import Dataset, symmetrised
from sparse_limits.numerics.exact.balls import number
from sparse_limits.numerics.limits import limit
from sparse_limits.numerics.masks.threshold import threshold_for
from sparse_limits.numerics.prediction.first_layer.moments import (
    OutputMoments,
    ResidualMoments,
    column_densities,
    output_densities,
    output_moments,
    residual_moments,
)
from sparse_limits.numerics.statistics.exact_tests import Binomial
from sparse_limits.theory.saliency import product_graphon
from sparse_limits.theory.saliency.model import phi, tau

LEVEL = 1e-9


def data(samples: int, inputs: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.standard_normal((samples, inputs)) + 0.3, rng.standard_normal((samples, 1)) + 0.5


def gradients(x: np.ndarray, r: np.ndarray, w: np.ndarray) -> np.ndarray:
    """g = E_D[r x 1{w·x > 0}] for each row of w."""
    return (w @ x.T > 0) @ (r * x) / len(x)


def made(h: float, beta: float, spread: float) -> ResidualMoments:
    """Moments of one column."""
    return ResidualMoments(0.0, np.array([h]), np.array([beta]), np.array([[spread**2 + beta**2]]))


# residual_moments


def test_moments_in_the_plane_are_sums_over_sectors() -> None:
    # In d = 2 the gradient depends on the angle of w alone and is constant between the inputs' normals.
    x, r = data(9, 2, seed=1)
    angles = np.arctan2(x[:, 1], x[:, 0])
    borders = np.sort(np.concatenate([angles + pi / 2, angles - pi / 2]) % (2 * pi))
    borders = np.append(borders, borders[0] + 2 * pi)
    middles, lengths = (borders[1:] + borders[:-1]) / 2, np.diff(borders)
    g = gradients(x, r, np.stack([np.cos(middles), np.sin(middles)], axis=1))
    mean = lengths @ g / (2 * pi)
    covariance = (g * lengths[:, None]).T @ g / (2 * pi) - np.outer(mean, mean)
    edges = np.stack([np.sin(borders), -np.cos(borders)], axis=1)  # antiderivatives of (cos, sin)
    stein = sqrt(pi / 2) / (2 * pi) * (np.diff(edges, axis=0) * g).sum(axis=0)  # E‖w‖ = √(π/2)
    moments = residual_moments(x, r)
    assert moments.mean / 2 == pytest.approx(mean, abs=1e-13)
    # the arcsine of a cosine near 1, rounded by 1e-16, is off by 1.5e-8, on the diagonal of N² pairs
    assert np.abs(moments.covariance - covariance).max() < 1.5e-8 * (r**2 * (x**2).sum(axis=1, keepdims=True)).mean()
    assert moments.stein == pytest.approx(stein, abs=1e-13)
    assert moments.mean_residual == pytest.approx(r.mean())


def test_moments_agree_with_draws_of_the_weights() -> None:
    # g lies in an interval of length E|r x|: Hoeffding at level 1e-9 for each of d means and d² products.
    x, r = data(40, 4, seed=2)
    draws = 200_000
    w = np.random.default_rng(3).standard_normal((draws, 4))
    g = gradients(x, r, w)
    moments = residual_moments(x, r)
    reach = np.abs(r * x).mean(axis=0)
    slack = sqrt(log(2 * 20 / LEVEL) / (2 * draws))
    assert (np.abs(g.mean(axis=0) - moments.mean / 2) <= slack * reach).all()
    centred = g - moments.mean / 2  # within ±reach/2: g(w) + g(−w) = h
    products = centred.T @ centred / draws
    assert (np.abs(products - moments.covariance) <= slack * np.outer(reach, reach) / 2).all()
    # Var(w g) ≤ (max|g|)²; seven standard deviations of the normal law for the mean of w g
    bound = 7 * np.abs(g).max(axis=0) / sqrt(draws)
    assert (np.abs((w * g).mean(axis=0) - moments.stein) <= bound).all()


def test_symmetric_data_do_not_fluctuate() -> None:
    both = symmetrised(Dataset(*data(30, 5, seed=4), "made", "as-is"))
    moments = residual_moments(both.x, both.y)
    assert np.abs(moments.covariance).max() < 1e-15
    assert moments.fluctuation < 1e-7
    assert np.abs(moments.stein).max() < 1e-15


def test_blocks_do_not_change_the_covariance(monkeypatch: pytest.MonkeyPatch) -> None:
    x, r = data(50, 3, seed=5)
    whole = residual_moments(x, r).covariance
    monkeypatch.setattr("sparse_limits.numerics.prediction.first_layer.moments.BLOCK", 7)
    assert residual_moments(x, r).covariance == pytest.approx(whole, rel=1e-12)


def test_zero_inputs_contribute_nothing() -> None:
    x, r = data(20, 3, seed=6)
    more = residual_moments(np.vstack([x, np.zeros((20, 3))]), np.vstack([r, r]))
    once = residual_moments(x, r)
    assert more.mean == pytest.approx(once.mean / 2)
    assert more.stein == pytest.approx(once.stein / 2)
    assert more.covariance == pytest.approx(once.covariance / 4)


numbers = st.floats(-5, 5).map(lambda value: round(value, 3))


@settings(max_examples=50)
@given(arrays(float, (6, 3), elements=numbers), arrays(float, 6, elements=numbers), st.floats(0.1, 10))
def test_moments_scale_and_are_variances(x: np.ndarray, r: np.ndarray, c: float) -> None:
    moments, scaled = residual_moments(x, r), residual_moments(x, c * r)
    assert scaled.mean == pytest.approx(c * moments.mean, abs=1e-9)
    assert scaled.covariance == pytest.approx(c**2 * moments.covariance, abs=1e-8)
    assert np.linalg.eigvalsh(moments.covariance).min() > -1e-10
    assert (moments.variance - moments.stein**2 > -1e-10).all()  # Cauchy–Schwarz
    shares = moments.eigenvalue_shares()
    assert ((shares >= 0) & (shares <= 1 + 1e-12)).all()


def test_a_residual_of_several_outputs_is_refused() -> None:
    with pytest.raises(ValueError, match="2 outputs"):
        residual_moments(np.ones((4, 3)), np.ones((4, 2)))


def test_a_residual_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match=r"expected .* a row for each sample"):
        residual_moments(np.ones((4, 3)), np.ones(5))


# output_moments


def test_moments_of_one_output_are_those_of_a_scalar_residual() -> None:
    x, r = data(30, 4, seed=10)
    one, several = residual_moments(x, r), output_moments(x, r)
    assert several.mean[:, 0] == pytest.approx(one.mean)
    assert several.stein[:, 0] == pytest.approx(one.stein)
    assert several.covariance[:, 0, 0] == pytest.approx(one.variance)
    assert several.unexplained[:, 0, 0] == pytest.approx(one.spread**2)
    assert several.mean_residual == pytest.approx([one.mean_residual])


def test_moments_of_any_readout_are_those_of_its_residual() -> None:
    # ⟨a, g⟩ is the gradient of the scalar residual ⟨a, r⟩.
    x, _ = data(30, 4, seed=11)
    r = np.random.default_rng(12).standard_normal((30, 3))
    a = np.array([0.5, -2.0, 1.0])
    one, several = residual_moments(x, r @ a), output_moments(x, r)
    assert several.mean @ a == pytest.approx(one.mean)
    assert several.stein @ a == pytest.approx(one.stein)
    assert np.einsum("k,jkl,l->j", a, several.covariance, a) == pytest.approx(one.variance)
    assert several.variance == pytest.approx(np.diagonal(several.covariance, axis1=1, axis2=2))


def test_unexplained_covariances_are_positive() -> None:
    x, _ = data(12, 3, seed=13)
    moments = output_moments(x, np.random.default_rng(14).standard_normal((12, 5)))
    assert np.linalg.eigvalsh(moments.unexplained).min() > -1e-12
    assert moments.unexplained == pytest.approx(np.swapaxes(moments.unexplained, 1, 2))


@pytest.mark.parametrize("residual", [np.ones(4), np.ones((5, 2)), np.ones((4, 2, 1))])
def test_output_moments_refuse_other_shapes(residual: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"expected \[4, q\]"):
        output_moments(np.ones((4, 3)), residual)


@pytest.mark.parametrize("moments", [residual_moments, output_moments])
@pytest.mark.parametrize(
    "bad",
    [[[np.nan, 1.0]], [[np.inf, 1.0]], np.ones((0, 2)), [["a", "b"]], [[1j, 0]], None, [[1.0], [1.0, 2.0]]],
    ids=str,
)
def test_samples_that_are_no_finite_numbers_are_refused(moments, bad) -> None:
    with pytest.raises(ValueError, match=r"^x [^\n]*expected[^\n]*$"):
        moments(bad, np.ones((1, 1)))
    with pytest.raises(ValueError, match=r"^residual [^\n]*expected[^\n]*$"):
        moments(np.ones((1, 2)), bad)
    with pytest.raises(ValueError, match=r"^x has shape \(1,\), expected \[N, d\]"):
        moments(np.ones(1), np.ones((1, 1)))


def test_truncations_of_several_outputs() -> None:
    x, _ = data(30, 4, seed=15)
    moments = output_moments(x, np.random.default_rng(16).standard_normal((30, 2)))
    p0, p1, iso = (moments.truncated(name) for name in ("P0", "P1", "P1iso"))
    assert not p0.stein.any()
    assert (p1.stein == moments.stein).all()
    assert iso.stein == pytest.approx(np.broadcast_to(moments.mean_residual / sqrt(8 * pi), (4, 2)))
    assert all(np.abs(each.unexplained).max() < 1e-15 for each in (p0, p1, iso))
    assert moments.truncated("P2") is moments
    with pytest.raises(ValueError, match="P3"):
        moments.truncated("P3")


# Derived numbers


def test_no_mean_has_infinite_fluctuation_and_no_variance_no_shares() -> None:
    assert replace(made(1.0, 0.0, 0.5), mean=np.zeros(1)).fluctuation == float("inf")
    assert made(1.0, 0.0, 0.0).eigenvalue_shares().tolist() == [0.0]


def test_fluctuation_and_shares_of_a_diagonal() -> None:
    moments = ResidualMoments(0.0, np.array([3.0, 4.0]), np.zeros(2), np.diag([1.0, 3.0]))
    assert moments.fluctuation == pytest.approx(sqrt(16 / 25))
    assert moments.eigenvalue_shares().tolist() == [0.75, 0.25]


def test_truncations_keep_what_they_say() -> None:
    moments = residual_moments(*data(30, 4, seed=7))
    p0, p1, iso = (moments.truncated(name) for name in ("P0", "P1", "P1iso"))
    assert not p0.stein.any()
    assert not p0.spread.any()
    assert (p1.stein == moments.stein).all()
    in_other_units = replace(p1, stein=p1.stein / 1.7, covariance=p1.covariance / 1.7**2)
    assert not in_other_units.spread.any()  # not by rounding, either
    assert iso.stein == pytest.approx(moments.mean_residual / sqrt(2 * pi * 4))
    assert moments.truncated("P2") is moments


def test_isotropic_stein_moment_is_that_of_the_sphere() -> None:
    # ‖x‖² = d, constant residual: both signs of each coordinate vector, scaled, have E x_j² = 1.
    d = 6
    x = sqrt(d) * np.vstack([np.eye(d), -np.eye(d)])
    moments = residual_moments(x, np.full(2 * d, 0.7))
    assert moments.stein == pytest.approx(moments.truncated("P1iso").stein)


def test_unknown_predictor_is_refused() -> None:
    with pytest.raises(ValueError, match="P3"):
        made(1.0, 0.0, 0.0).truncated("P3")


# column_densities


@pytest.mark.parametrize("threshold", ["1/2", "1", "2", "4"])
def test_without_fluctuation_p2_is_s4(threshold: str) -> None:
    at = sp.Rational(threshold)
    profile = [sp.Rational(1, 5), sp.Rational(1, 2), sp.Integer(1)]
    moments = ResidualMoments(0.0, 2 * np.array(profile, dtype=float), np.zeros(3), np.zeros((3, 3)))
    expected = [number(product_graphon.expressions["column_density"], {tau: at, phi: value}) for value in profile]
    assert column_densities(moments, float(at)) == pytest.approx(expected, abs=2e-4)


@pytest.mark.parametrize("moments", [(1.0, 0.3, 0.4), (0.0, 0.5, 0.2), (0.2, -0.7, 1.0), (0.6, 0.0, 0.3)])
@pytest.mark.parametrize("threshold", [0.5, 1.5])
def test_p2_is_the_law_it_states(moments: tuple[float, float, float], threshold: float) -> None:
    h, beta, spread = moments
    a, w, zeta = np.random.default_rng(8).standard_normal((3, 400_000))
    count = int((np.abs(a * w * (h / 2 + beta * w + spread * zeta)) > threshold).sum())
    (p,) = column_densities(made(h, beta, spread), threshold)
    assert Binomial(400_000).p_value(count, p) > LEVEL
    assert Binomial(400_000).p_value(count, 1.1 * p) < LEVEL  # the test could have failed


def test_a_dead_column_keeps_nothing() -> None:
    assert column_densities(made(0.0, 0.0, 0.0), 0.1).tolist() == [0.0]


def test_densities_fall_with_the_threshold() -> None:
    moments = residual_moments(*data(30, 4, seed=9))
    levels = [column_densities(moments, t) for t in (0.05, 0.2, 0.8)]
    assert (levels[0] > levels[1]).all()
    assert (levels[1] > levels[2]).all()


# output_densities


def output_column(mean: list[float], stein: list[float], root: np.ndarray) -> OutputMoments:
    """Moments of one column, C = root·rootᵀ."""
    beta = np.array(stein)
    covariance = root @ root.T + np.outer(beta, beta)
    return OutputMoments(np.zeros(len(mean)), np.array([mean]), beta[None], covariance[None])


@pytest.mark.parametrize("threshold", ["1/20", "1/2", "2", "4"])
def test_without_fluctuation_only_the_length_counts(threshold: str) -> None:
    at = sp.Rational(threshold)
    found = output_densities(output_column([1.2, -1.6], [0.0, 0.0], np.zeros((2, 2))))(float(at))
    expected = number(product_graphon.expressions["column_density"], {tau: at, phi: 1})
    assert found == pytest.approx([expected], abs=2e-4)


@pytest.mark.parametrize("threshold", [0.3, 1.5])
@pytest.mark.parametrize(
    ("mean", "stein", "root"),
    [
        ([1.0, -0.5], [0.3, 0.2], np.array([[0.5, 0.0], [0.4, 0.3]])),
        ([0.0, 0.0], [0.0, 0.0], np.array([[1.0, 0.0], [0.5, 0.0]])),  # rank one, no mean: the slowest decay
        ([0.3, 0.1, 2.0], [0.0, 1.0, 0.0], np.zeros((3, 3))),
        ([0.0] * 8, [0.1] * 8, np.diag(np.linspace(0.1, 1, 8))),
    ],
)
def test_densities_of_outputs_are_those_of_draws(
    mean: list[float], stein: list[float], root: np.ndarray, threshold: float
) -> None:
    rng, size = np.random.default_rng(17), 200_000
    w, a, zeta = rng.standard_normal(size), *rng.standard_normal((2, size, len(mean)))
    g = np.array(mean) / 2 + w[:, None] * np.array(stein) + zeta @ root.T
    count = int((np.abs(w * (a * g).sum(axis=1)) > threshold).sum())
    (p,) = output_densities(output_column(mean, stein, root))(threshold)
    assert Binomial(size).p_value(count, p) > LEVEL
    assert Binomial(size).p_value(count, 1.1 * p) < LEVEL


def test_one_output_agrees_with_the_scalar_closed_form() -> None:
    moments = residual_moments(*data(30, 4, seed=18))
    several = OutputMoments(np.zeros(1), moments.mean[:, None], moments.stein[:, None], moments.variance[:, None, None])
    densities = output_densities(several)
    for threshold in (0.01, 0.1, 0.4):
        assert densities(threshold) == pytest.approx(column_densities(moments, threshold), abs=2e-3)


def test_a_dead_column_of_outputs_keeps_nothing() -> None:
    assert output_densities(output_column([0.0, 0.0], [0.0, 0.0], np.zeros((2, 2))))(0.1).tolist() == [0.0]


# threshold_for


@pytest.mark.parametrize("density", [0.001, 0.1, 0.5, 0.99])
@pytest.mark.parametrize("scale", [1e-8, 1.0, 1e8])
def test_the_threshold_meets_the_density(density: float, scale: float) -> None:
    profile = scale * np.array([0.5, 1.0, 3.0])

    def densities(threshold: float) -> np.ndarray:
        return np.exp(-threshold / profile)

    assert densities(threshold_for(densities, density)).mean() == pytest.approx(density, rel=1e-6)


def test_no_threshold_is_tried_twice():
    tried = []

    def densities(threshold: float) -> np.ndarray:
        tried.append(threshold)
        return np.array([np.exp(-threshold)])

    assert threshold_for(densities, 0.1) == pytest.approx(log(10), rel=1e-8)
    assert len(set(tried)) == len(tried)


def test_zero_scores_bound_the_density() -> None:
    def densities(threshold: float) -> np.ndarray:
        return np.array([0.0, np.exp(-threshold)])

    with pytest.raises(ValueError, match=r"at most 0\.5 of the weights"):
        threshold_for(densities, 0.6)


def test_constant_expressions_evaluate() -> None:
    assert numeric((tau,), sp.Integer(3))(1.0) == 3


def test_moments_of_many_outputs_are_refused_before_room_is_made():
    with limit("1G"), pytest.raises(InputError, match="the moments of 3072 inputs and 1000 outputs would take about"):
        output_moments(np.ones((2, 3072)), np.ones((2, 1000)))
