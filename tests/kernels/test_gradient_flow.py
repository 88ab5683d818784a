"""Linearised flow: losses, residuals and times, against matrix exponentials, descent of a linear model and each other."""

from __future__ import annotations

from math import inf, log, pi

import numpy as np
import pytest
from scipy.linalg import expm

import sparse_limits as sl
from sparse_limits.numerics.exact.balls import number
from sparse_limits.numerics.kernels import dense_kernel, loss_curve, residual_curve, time_to
from sparse_limits.numerics.kernels.spectra import kernel_eigenvalues
from sparse_limits.theory.flow.further.circle import tenth_time
from sparse_limits.theory.flow.linear import eta

TIMES = (0.0, 0.3, 1.0, 7.0, 400.0)


def random_case(samples: int, rank: int, outputs: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    features = rng.standard_normal((samples, rank))
    return features @ features.T, rng.standard_normal((samples, outputs))


@pytest.mark.parametrize(("samples", "rank"), [(1, 1), (5, 5), (8, 3), (12, 30)])
def test_curves_are_those_of_the_matrix_exponential(samples: int, rank: int) -> None:
    kernel, start = random_case(samples, rank, 2, 0)
    later = np.array([expm(-0.7 * t / samples * kernel) @ start for t in TIMES])
    assert residual_curve(kernel, start, 0.7, TIMES) == pytest.approx(later, abs=1e-12)
    losses = (later**2).sum(axis=(1, 2)) / (2 * samples)
    assert loss_curve(kernel, start, 0.7, TIMES) == pytest.approx(losses, rel=1e-10)
    assert residual_curve(kernel, start[:, 0], 0.7, TIMES) == pytest.approx(later[:, :, 0], abs=1e-12)


def test_gradient_descent_of_a_linear_model_follows() -> None:
    """Small steps of the parameters themselves; the distance falls with the step, as that of first-order steps does."""
    rng = np.random.default_rng(1)
    inputs, labels = rng.standard_normal((6, 4)), rng.standard_normal(6)
    expected = loss_curve(inputs @ inputs.T, -labels, 1.0, [2.0])[0]
    gaps = []
    for steps in (1000, 2000):
        weights = np.zeros(4)
        for _ in range(steps):
            weights -= 2.0 / steps * inputs.T @ (inputs @ weights - labels) / 6
        gaps.append(abs(np.mean((inputs @ weights - labels) ** 2) / 2 - expected))
    assert gaps[0] < 1e-3
    assert gaps[1] / gaps[0] == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("share", [0.9, 0.5, 0.05])
def test_the_share_is_left_at_the_time(seed: int, share: float) -> None:
    kernel, start = random_case(7, 9, 1, seed)
    at = time_to(kernel, start, 0.3, share)
    left = loss_curve(kernel, start, 0.3, [0.0, at])
    assert left[1] / left[0] == pytest.approx(share, rel=1e-10)
    assert time_to(10 * kernel, start, 0.3, share) == pytest.approx(at / 10, rel=1e-9)


def test_times_below_the_plateau_are_infinite() -> None:
    kernel, start = np.diag([3.0, 1.0, 0.0]), [1.0, 1.0, 1.0]
    assert time_to(kernel, start, 1.0, 0.33) == inf
    assert time_to(kernel, start, 1.0, 0.34) < inf
    assert loss_curve(kernel, start, 1.0, [1e6])[0] == pytest.approx(1 / 6, rel=1e-12)
    assert time_to(np.zeros((2, 2)), [1.0, 0.0], 1.0, 0.5) == inf


def test_one_eigenvalue_has_the_closed_form() -> None:
    assert time_to(4 * np.eye(3), [1.0, -1.0, 2.0], 0.5, 0.1) == pytest.approx(3 * log(10) / 4, rel=1e-13)


@pytest.mark.parametrize("size", [1e-200, 1e-320, 1e200, 0.3])
def test_the_scale_of_the_residuals_does_not_matter(size: float) -> None:
    assert time_to(np.diag([1.0, 3.0]), [size, size], 1.0, 0.5) == time_to(np.diag([1.0, 3.0]), [1.0, 1.0], 1.0, 0.5)


def test_the_circle_has_its_time() -> None:
    """Equispaced inputs alias: λ_2 gains a sum of eigenvalues of order 1/m²."""
    samples = 400
    angles = 2 * pi * np.arange(samples) / samples
    inputs = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    kernel = 2 * dense_kernel(inputs).ntk
    assert time_to(kernel, np.cos(2 * angles), 1.0, 0.1) == pytest.approx(number(tenth_time, {eta: 1}), rel=1e-4)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((np.eye(2), [1.0], 1.0, [0.0]), "residual is float64 of shape"),
        ((np.eye(2), [1.0, np.nan], 1.0, [0.0]), "residual holds nan"),
        ((-np.eye(2), [1.0, 1.0], 1.0, [0.0]), "kernel has the eigenvalue -1"),
        (([[1.0, 2.0], [0.0, 1.0]], [1.0, 1.0], 1.0, [0.0]), "kernel is not symmetric"),
        ((np.eye(2), [1.0, 1.0], 0.0, [0.0]), "rate is 0.0, expected a positive number"),
        ((np.eye(2), [1.0, 1.0], 1.0, [-1.0]), "times contains -1.0"),
    ],
)
def test_bad_arguments_are_named(arguments: tuple, words: str) -> None:
    for curve in (loss_curve, residual_curve):
        with pytest.raises(sl.InputError, match=words):
            curve(*arguments)


def test_bad_shares_are_named() -> None:
    with pytest.raises(sl.InputError, match=r"share is 1\.0, expected a number strictly between"):
        time_to(np.eye(2), [1.0, 1.0], 1.0, 1.0)
    with pytest.raises(sl.InputError, match="residual is 0 at all samples"):
        time_to(np.eye(2), [0.0, 0.0], 1.0, 0.5)


def test_kernels_in_single_precision_are_taken() -> None:
    """As frameworks give them: the halves differ by rounding, and eigenvalues 0 are rounded to some below it."""
    rng = np.random.default_rng(0)
    features = rng.standard_normal((500, 50)).astype(np.float32)
    weights = rng.uniform(0.5, 2, 50).astype(np.float32)
    apart, alike = (features * weights) @ features.T / np.float32(50), features @ features.T / np.float32(50)
    assert (apart != apart.T).any()
    labels = np.sign(features[:, 0]).astype(float)
    for kernel in (apart, alike):
        assert np.isfinite(sl.ridge_predict(kernel, kernel, labels, ridge_share=1e-3)).all()
        assert len(loss_curve(kernel, labels, 1.0, [0.0, 1.0])) == 2
        assert (kernel_eigenvalues(kernel) > 0).sum() == 50  # rounding is no spectrum
    with pytest.raises(ValueError, match="is not symmetric"):
        sl.ridge_predict(apart.astype(float), apart, labels, ridge_share=1e-3)


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_small_eigenvalues_beside_a_large_one_are_no_rounding(kind: type) -> None:
    kernel = (0.5 * np.ones((200, 200)) + 0.5 * np.eye(200)).astype(kind)
    expected = 200 if kind is not np.float16 else 1  # eight units of half precision, times 100, are 0.8
    assert (kernel_eigenvalues(kernel) > 0).sum() == expected
    assert (kernel_eigenvalues(np.eye(1200, dtype=kind)) > 0).all()
    if kind is not np.float16:
        alternating = np.where(np.arange(200) % 2, 1.0, -1.0)
        assert time_to(kernel, alternating, 1.0, 0.5) == pytest.approx(log(2) / 2 * 200 / 0.5, rel=1e-5)
