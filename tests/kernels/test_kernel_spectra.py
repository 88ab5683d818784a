"""Metrics of kernel spectra, their intervals and the exact lists of the spheres."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import eval_gegenbauer

from sparse_limits.numerics.exact import balls
from sparse_limits.numerics.kernels.analytic import dense_kernel
from sparse_limits.numerics.kernels.spectra import (
    SpectralMetrics,
    centred,
    kernel_eigenvalues,
    median_intervals,
    perturbed_metrics,
    spectral_metrics,
    sphere_spectrum,
    split_metrics,
)
from sparse_limits.theory.kernel import circle, sphere
from sparse_limits.theory.kernel.further.sphere_metrics import gap_ratio, top_energy, trace_ratio

CIRCLE = sphere_spectrum(2, 3000)


def circle_kernel(angles: np.ndarray) -> np.ndarray:
    return 2 * dense_kernel(np.stack([np.cos(angles), np.sin(angles)], axis=1)).ntk


@pytest.mark.parametrize(("low", "high"), [(6, 60), (5, 60), (51, 500), (1, 2)])
def test_estimator_on_the_list_of_the_circle(low: int, high: int) -> None:
    found = spectral_metrics(CIRCLE, low=low, high=high, trace=2.0)
    assert found.decay == pytest.approx(balls.number(circle.decay, {circle.low: low, circle.high: high}), rel=1e-11)
    for seen, formula in zip(found[1:], (circle.trace_ratio, circle.gap_ratio, circle.top_energy), strict=True):
        assert seen == pytest.approx(balls.number(formula), rel=1e-14)


@given(st.integers(2, 40), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_decay_is_a_fit(low: int, more: int, seed: int) -> None:
    values = np.sort(np.random.default_rng(seed).random(90) + 0.01)[::-1]
    ranks = np.arange(low, low + more + 1)
    slope = np.polyfit(np.log(ranks), np.log(values[ranks - 1]), 1)[0]
    assert spectral_metrics(values, low=low, high=low + more).decay == pytest.approx(-slope, rel=1e-6, abs=1e-9)


def test_equispaced_points_alias() -> None:
    """Eigenvalues of K/m at m equispaced points are Σ_i λ_|j+im|; half of the frequencies of an even m are odd."""
    m = 256
    values = kernel_eigenvalues(circle_kernel(2 * np.pi * np.arange(m) / m))
    frequencies = np.arange(0, 400 * m)
    coefficients = np.zeros(len(frequencies))
    coefficients[::2] = 2 * (frequencies[::2] ** 2 + 3.0) / (np.pi**2 * (frequencies[::2] ** 2 - 1.0) ** 2)
    coefficients[1] = 0.5
    both = np.concatenate([coefficients[::-1], coefficients[1:]])  # frequencies −F … F
    folded = np.bincount((np.arange(len(both)) - len(coefficients) + 1) % m, weights=both)
    assert values == pytest.approx(np.sort(folded)[::-1], abs=2 / (400 * m * np.pi**2) * 2)
    assert (values == 0).sum() == m // 2 - 2
    assert spectral_metrics(values).decay != pytest.approx(2, abs=0.1)


@pytest.mark.parametrize("dimension", [3, 4, 7])
def test_spheres_by_quadrature(dimension: int) -> None:
    power = dimension / 2 - 1

    def average(function) -> float:
        def weight(t: float) -> float:
            return np.sin(t) ** (dimension - 2)

        return quad(lambda t: function(t) * weight(t), 0, np.pi)[0] / quad(weight, 0, np.pi)[0]

    def eigenvalue(degree: int) -> float:
        def integrand(t: float) -> float:
            kernel = (2 * (np.pi - t) * np.cos(t) + np.sin(t)) / np.pi
            return kernel * eval_gegenbauer(degree, power, np.cos(t)) / eval_gegenbauer(degree, power, 1.0)

        return average(integrand)

    found = sphere_spectrum(dimension, 200)
    assert found[0] == pytest.approx(eigenvalue(0))
    assert found[1] == found[dimension] == pytest.approx(eigenvalue(1))
    assert found[dimension + 1] == pytest.approx(eigenvalue(2))
    assert (np.diff(found) <= 0).all()


@pytest.mark.parametrize("dimension", [1, 2, 3, 4, 5, 64, 170])
def test_metrics_of_spheres(dimension: int) -> None:
    found = spectral_metrics(sphere_spectrum(dimension, 400), low=1, high=2, trace=2.0)
    for seen, formula in zip(found[1:], (trace_ratio, gap_ratio, top_energy), strict=True):
        assert seen == pytest.approx(balls.number(formula, {sphere.k: dimension}), rel=1e-12)


def test_the_trace_of_a_sphere_is_two() -> None:
    assert sphere_spectrum(1, 5).tolist() == [1, 1, 0, 0, 0]
    assert CIRCLE.sum() == pytest.approx(2, abs=1e-3)
    assert sphere_spectrum(3, 200_000).sum() == pytest.approx(2, abs=1e-3)


def test_one_input_has_two_eigenvalues() -> None:
    x = np.random.default_rng(0).standard_normal((80, 1))
    values = kernel_eigenvalues(dense_kernel(x).ntk)
    assert (values > 0).sum() == 2
    found = spectral_metrics(values)
    assert found.decay == inf
    assert found.top_energy == pytest.approx(1)


def test_centring_removes_the_constant() -> None:
    K = dense_kernel(np.random.default_rng(1).standard_normal((70, 4))).ntk
    H = np.eye(70) - 1 / 70
    assert centred(K) == pytest.approx(H @ K @ H, abs=1e-12)
    assert spectral_metrics(kernel_eigenvalues(centred(K))) == pytest.approx(
        spectral_metrics(kernel_eigenvalues(centred(K + 5.0))), rel=1e-6
    )


@given(st.floats(1e-6, 3e-4), st.integers(0, 2**32 - 1))
def test_perturbations_stay_inside(radius: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    K = dense_kernel(rng.standard_normal((64, 5))).ntk
    noise = rng.standard_normal(K.shape)
    noise += noise.T
    other = K + 64 * radius * noise / np.linalg.norm(noise, 2)
    values = kernel_eigenvalues(K)
    moved = np.maximum(np.linalg.eigvalsh(other)[::-1] / 64, 1e-300)
    interval = perturbed_metrics(values, radius * (1 + 1e-9))
    for low, seen, high in zip(interval.low, spectral_metrics(moved), interval.high, strict=True):
        assert low - 1e-9 <= seen <= high + 1e-9


def test_no_perturbation_no_width() -> None:
    values = CIRCLE[:200]
    interval = perturbed_metrics(values, 0.0)
    assert interval.low == pytest.approx(interval.high)
    assert interval.low == pytest.approx(spectral_metrics(values))


def test_zeros_stay_zeros_without_perturbation() -> None:
    values = np.r_[np.ones(10), np.zeros(60)]
    assert perturbed_metrics(values, 0.0) == (spectral_metrics(values),) * 2


def test_median_intervals_cover_as_stated() -> None:
    """Eight draws: the least and the greatest miss the median with probability 2⁻⁷; six of them suffice for 95 %."""
    rng = np.random.default_rng(2)
    misses = 0
    for _ in range(4000):
        draws = [SpectralMetrics(*row) for row in rng.exponential(size=(8, 4))]
        interval = median_intervals(draws, 0.99)
        misses += not interval.low.decay <= np.log(2) <= interval.high.decay
    assert misses / 4000 == pytest.approx(2**-7, abs=0.006)
    with pytest.raises(ValueError, match="too few"):
        median_intervals(draws[:5], 0.95)
    assert median_intervals(draws[:6], 0.95).low.decay == min(each.decay for each in draws[:6])


def test_order_statistics_move_inwards() -> None:
    draws = [SpectralMetrics(*[float(i)] * 4) for i in range(20)]
    interval = median_intervals(draws, 0.95)  # P(Bin(20, ½) ≤ 5) = 0.0207, ≤ 6: 0.0577
    assert (interval.low.decay, interval.high.decay) == (5, 14)


def test_splits_are_disjoint_parts_of_the_samples() -> None:
    rng = np.random.default_rng(3)
    K = circle_kernel(rng.uniform(0, 2 * np.pi, 480))
    parts = split_metrics(K, 6, rng)
    interval = median_intervals(parts)
    assert len(parts) == 6
    assert interval.low.decay <= interval.high.decay
    assert [each.trace_ratio for each in split_metrics(K, 6, rng, centre=True)] != [each.trace_ratio for each in parts]
    with pytest.raises(ValueError, match="at least 60 samples"):
        split_metrics(K, 9, rng)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: spectral_metrics([1.0, 2.0], low=1, high=2), "do not descend"),
        (lambda: spectral_metrics([1.0, -1.0], low=1, high=2), "do not descend"),
        (lambda: spectral_metrics([1.0, np.nan], low=1, high=2), "finite"),
        (lambda: spectral_metrics(CIRCLE[:50]), "at least 60"),
        (lambda: spectral_metrics(CIRCLE, low=6, high=6), "high is 6"),
        (lambda: spectral_metrics(CIRCLE, trace=1.0), "trace is 1.0"),
        (lambda: kernel_eigenvalues(np.ones((2, 3))), "square"),
        (lambda: kernel_eigenvalues([[1.0, 2.0], [0.0, 1.0]]), "symmetric"),
        (lambda: kernel_eigenvalues(-np.eye(3)), "expected none below 0"),
        (lambda: perturbed_metrics(CIRCLE, -1.0), "radius is -1.0"),
        (lambda: median_intervals([], 0.9), "replicates"),
        (lambda: median_intervals([SpectralMetrics(1, 1, 1, 1)] * 9, 1.0), "confidence is 1.0"),
        (lambda: sphere_spectrum(0, 5), "dimension is 0"),
        (lambda: sphere_spectrum(True, 2), "dimension is True"),
        (lambda: sphere_spectrum(2, 0), "count is 0"),
    ],
)
def test_bad_input_is_named(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
