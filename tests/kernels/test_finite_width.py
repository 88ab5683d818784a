"""Exact moments of finite tangent kernels (K6, K13.1) beside other formulas and a brute-force simulation."""

from __future__ import annotations

from itertools import pairwise
from math import pi, sqrt

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from sparse_limits.numerics.checks.kernel.further.convergence_bound import kernel_sample
from sparse_limits.numerics.exact import balls
from sparse_limits.numerics.kernels.analytic import dense_kernel
from sparse_limits.numerics.kernels.width import diagonal_second_moment, width_bound
from sparse_limits.theory.kernel import convergence, finite_width
from sparse_limits.theory.kernel.convergence import L, dense_second, readout, second_moment_of, step
from sparse_limits.theory.kernel.dual import a, b, c, cosine, kappa_0, kappa_1
from sparse_limits.theory.kernel.finite_width import n
from sparse_limits.theory.saliency.model import rho


def test_the_pair_of_the_paper() -> None:
    pair = {a: 2, b: 2, c: 1}
    assert sp.simplify(finite_width.mean.subs(pair) - (sp.sqrt(3) / sp.pi + sp.Rational(4, 3))) == 0
    expected = sp.Rational(116, 9) + 22 * sp.sqrt(3) / (3 * sp.pi) - 3 / sp.pi**2
    assert sp.simplify(finite_width.variance.subs(pair) - expected) == 0


@given(st.floats(-0.95, 0.95))
def test_moments_of_one_neuron_by_quadrature(r: float) -> None:
    """E X^k = (1/2π)∫ over the open arc, E R² = 2, E R⁴ = 8, E α⁴ = 3, by scipy."""
    angle = float(np.arccos(r))
    wave = [
        quad(lambda t, j=j: (np.cos(t) * np.cos(t - angle)) ** j, angle - pi / 2, pi / 2)[0] / (2 * pi)
        for j in range(3)
    ]
    first = 4 * wave[1] + 2 * r * wave[0]
    second = 4 * 8 * wave[2] + 2 * 2 * 2 * 2 * r * wave[1] + 4 * 3 * r**2 * wave[0]
    at = {a: 1, b: 1, c: sp.Rational(r)}
    assert balls.number(finite_width.mean, at) == pytest.approx(first, abs=1e-12)
    assert balls.number(finite_width.second_moment, at) == pytest.approx(second, abs=1e-12)


@pytest.mark.parametrize("r", [-1, 1])
def test_ends_of_the_range(r: int) -> None:
    at = {a: 1, b: 1, c: r, n: 3}
    expected = (2, 12) if r == 1 else (0, 0)
    assert (finite_width.mean.subs(at), finite_width.variance.subs(at)) == expected


def test_depth_one_agrees_with_one_hidden_layer() -> None:
    """K13.1's recursion at L = 1 with a masked first layer is K6's total variance on the diagonal."""
    kurtosis, inputs = sp.Rational(5, 3), 7
    second = second_moment_of(step, readout, (inputs, n), (rho, 1), kurtosis)
    at = {finite_width.q: 1, finite_width.k: kurtosis / inputs}
    mean, variance = finite_width.diagonal_mean.subs(at), finite_width.diagonal_variance.subs(at)
    assert sp.simplify(second * rho**2 - (variance / n + mean**2)) == 0


@pytest.mark.parametrize("depth", [1, 2, 3, 7])
def test_dense_closed_form(depth: int) -> None:
    for width in (1, 2, 9):
        exact = second_moment_of(step, readout, (3, *[width] * depth), [1] * (depth + 1), sp.Integer(2))
        assert dense_second.subs({L: depth, n: width}) == exact
        assert diagonal_second_moment((3, *[width] * depth), [1] * (depth + 1), 2) == pytest.approx(float(exact))


def test_unequal_widths_by_simulation() -> None:
    """The second moment of ReLU networks with masks, from their own gradients; the fourth moment is only estimated."""
    rng = np.random.default_rng(0)
    widths, densities = (3, 4, 2), (0.5, 1.0, 0.5)
    x = np.array([1.0, -1.0, 2.0])
    x *= sqrt(3 / (x @ x))
    seen = np.array([diagonal_kernel(rng, x, (*widths, 1), densities) for _ in range(15_000)]) / 0.25
    exact = float(
        second_moment_of(step, readout, widths, [sp.Rational(p) for p in densities], sp.Rational((x**4).sum() / 3))
    )
    assert abs(seen.mean() - 3) < 5 * seen.std() / sqrt(len(seen))
    assert abs((seen**2).mean() - exact) < 5 * (seen**2).std() / sqrt(len(seen))


def diagonal_kernel(
    rng: np.random.Generator, x: np.ndarray, widths: tuple[int, ...], densities: tuple[float, ...]
) -> float:
    """Θ(x, x) by forward accumulation of each layer's Jacobian."""
    h, jacobians = x, []
    for layer, density in enumerate(densities):
        rows, columns = widths[layer + 1], widths[layer]
        mask = rng.random((rows, columns)) < density
        weight = mask * rng.standard_normal((rows, columns)) / sqrt(columns)
        own = np.zeros((rows, rows * columns))
        for i in range(rows):
            own[i, i * columns : (i + 1) * columns] = mask[i] * h / sqrt(columns)
        jacobians = [weight @ each for each in jacobians] + [own]
        h = weight @ h
        if layer < len(densities) - 1:
            gate = sqrt(2) * (h > 0)
            jacobians = [gate[:, None] * each for each in jacobians]
            h = gate * h
    return float(sum((each**2).sum() for each in jacobians))


@pytest.mark.parametrize("density", [1.0, 0.25])
@pytest.mark.parametrize("depth", [1, 2, 4])
def test_bound_falls_like_the_root_of_the_width(depth: int, density: float) -> None:
    coarse, fine = (width_bound(depth, 1 / 3, width, density) for width in (10**8, 4 * 10**8))
    assert coarse / fine == pytest.approx(2, rel=1e-3)


def test_the_closed_form_at_depth_two() -> None:
    r = kappa_1.subs(cosine, sp.Rational(1, 2))
    kernel = r + kappa_0.subs(cosine, sp.Rational(1, 2)) / 2
    closed = balls.number(convergence.depth_two, {convergence.limit: kernel, cosine: r, n: 50})
    assert width_bound(2, 0.5, 50) == pytest.approx(closed, rel=1e-12)


def test_the_bound_grows_with_depth_whatever_the_sign_of_the_kernel() -> None:
    for r in (-0.9, -0.5, 0.5):
        bounds = [width_bound(depth, r, 30) for depth in range(1, 6)]
        assert all(shallow < deep for shallow, deep in pairwise(bounds))


def test_the_bound_covers_networks_at_any_angle() -> None:
    rng = np.random.default_rng(1)
    for r in (-1.0, -0.6, 0.0, 0.9):
        x = np.sqrt(2) * np.array([[1.0, 0.0], [r, sqrt(1 - r * r)]])
        target = dense_kernel(x, depth=2).ntk[0, 1]
        sample = kernel_sample(rng, 200, (20, 20), r, 0.5)
        assert np.sqrt(((sample - target) ** 2).mean()) < width_bound(2, r, 20, 0.5)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: width_bound(0, 0.5, 10), "depth is 0"),
        (lambda: width_bound(2, 1.0, 10), "cosine is 1.0"),
        (lambda: width_bound(2, float("nan"), 10), "cosine is nan"),
        (lambda: width_bound(2, 0.5, 10, 0.0), "density is 0.0"),
        (lambda: diagonal_second_moment((3,), (1.0,)), "1 widths"),
        (lambda: diagonal_second_moment((3, 0), (1.0, 1.0)), r"widths\[1\] is 0"),
        (lambda: diagonal_second_moment((3, 2), (1.0, 1.5)), r"densities\[1\] is 1.5"),
        (lambda: diagonal_second_moment((3, 2), (1.0, 1.0), 4.0), "kurtosis is 4.0"),
    ],
)
def test_bad_input_is_named(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
