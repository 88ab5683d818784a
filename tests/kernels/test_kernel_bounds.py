"""Bounds for kernel regression and regression itself, against brute force, optimisers and other formulas."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.optimize import minimize

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.kernels import (
    LayerGraphons,
    dense_kernel,
    energy,
    error_rate,
    gradient_descent_predict,
    graphon_kernel,
    input_latent,
    mean_squared_error,
    path_bound,
    path_densities,
    path_residual_bound,
    ridge_predict,
    risk_bound,
    scale_free,
    squared_norm,
    water_filling,
)
from sparse_limits.numerics.kernels.regression import SingularKernelError
from sparse_limits.numerics.masks.composition import GridGraphon, Latent, point_latent

numbers = st.floats(-100, 100).filter(lambda x: x == 0 or abs(x) > 1e-100)
weights = st.lists(numbers, min_size=1, max_size=9)
shares = st.floats(0.001, 1.0, exclude_min=True)


def sample(seed: int = 0, m: int = 12, d: int = 5) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((m, d))
    return x, dense_kernel(x).ntk, np.sign(rng.standard_normal(m))


# Water-filling


def capped_sets(beta: list[float], density: float) -> Fraction:
    """The optimum by trying every number of capped features, in rationals."""
    sizes = sorted((abs(Fraction(x)) for x in beta), reverse=True)
    budget = Fraction(density) * len(sizes)
    if sum(x > 0 for x in sizes) <= budget:
        return sum((x * x for x in sizes), Fraction(0))
    values = [
        sum((x * x for x in sizes[:k]), Fraction(0)) + sum(sizes[k:]) ** 2 / (budget - k)
        for k in range(len(sizes))
        if budget > k and sum(sizes[k:]) >= sizes[k] * (budget - k)
    ]
    return min(values)


@given(weights, shares)
def test_water_filling_by_trial_of_capped_sets(beta: list[float], density: float) -> None:
    found = water_filling(beta, density)
    rho, size = found.densities, np.abs(beta)
    assert ((rho >= 0) & (rho <= 1)).all()
    assert_allclose(rho.mean(), density, rtol=1e-12)
    assert_allclose(found.value, float(capped_sets(beta, density)), rtol=1e-12)
    if found.level > 0:
        assert_allclose(rho, np.minimum(1, size / found.level), rtol=1e-12)
    else:
        assert (rho[size > 0] == 1).all()


def test_water_filling_against_an_optimiser() -> None:
    beta = np.abs(np.random.default_rng(0).standard_normal(50))
    found = water_filling(beta, 0.6)
    assert found.value == pytest.approx(48.7657613447291, rel=1e-14)
    solved = minimize(
        lambda r: np.sum(beta**2 / r),
        np.full(50, 0.6),
        jac=lambda r: -(beta**2) / r**2,
        bounds=[(1e-6, 1)] * 50,
        constraints={"type": "eq", "fun": lambda r: r.mean() - 0.6, "jac": lambda r: np.full(50, 0.02)},
        method="SLSQP",
        options={"maxiter": 500, "ftol": 1e-12},
    )
    assert solved.fun == pytest.approx(found.value, rel=1e-6)


def test_water_filling_at_its_ends() -> None:
    assert water_filling([0.0, 0, 0], 0.25).densities.tolist() == [0.25] * 3
    assert water_filling([0, 5, 0, 0], 0.5).densities.tolist() == pytest.approx([1 / 3, 1, 1 / 3, 1 / 3])
    assert water_filling([2, 2, 2, 2], 0.25).densities.tolist() == [0.25] * 4
    assert water_filling([1, 2, 3], 1).densities.tolist() == [1, 1, 1]
    assert water_filling([1e-320, 1], 0.75).densities.tolist() == pytest.approx([0.5, 1])
    assert water_filling([1e300, 1], 0.25).densities.tolist() == pytest.approx([0.5, 5e-301])
    assert water_filling([1e300, 1], 0.25).value == np.inf
    tiny = water_filling([1.0, 1e-3, 0], 1e-12)
    assert_allclose(tiny.densities.sum(), 3e-12, rtol=1e-12)
    near = water_filling([4, 3, 2, 1], np.nextafter(1, 0))
    assert near.densities[:3].tolist() == [1, 1, 1]
    assert_allclose(near.densities[3], 1, rtol=1e-14)
    for scale in (1e-160, 1e150):
        assert_allclose(
            water_filling(scale * np.array([3, 1, 2]), 0.4).densities, water_filling([3, 1, 2], 0.4).densities
        )


def test_water_filling_of_many_features_is_quick() -> None:
    beta = np.random.default_rng(1).standard_normal(300_000)
    found = water_filling(beta, 0.3)
    assert_allclose(found.densities.mean(), 0.3, rtol=1e-12)
    assert found.value < np.sum(beta**2) / 0.3


@pytest.mark.parametrize(
    ("beta", "density"),
    [
        ([], 0.5),
        ([1, np.nan], 0.5),
        ([[1.0]], 0.5),
        ([1, 2], 0.0),
        ([1, 2], 1.5),
        ([1, 2], math.nan),
        ([1j], 0.5),
        (["a"], 0.5),
    ],
)
def test_water_filling_refuses(beta, density) -> None:
    with pytest.raises(ValueError, match=r"^(beta|density) is [^\n]*$"):
        water_filling(beta, density)


# Energies


def test_energies_are_their_formulas() -> None:
    _, K, y = sample()
    form = y @ np.linalg.inv(K) @ y
    assert squared_norm(K, y) == pytest.approx(form)
    assert energy(K, y) == pytest.approx(math.sqrt(2 * form / 12))
    assert scale_free(K, y) == pytest.approx(math.sqrt(form * np.trace(K)) / 12)
    assert scale_free(7 * K, y) == pytest.approx(scale_free(K, y))
    assert energy(7 * K, y) == pytest.approx(energy(K, y) / math.sqrt(7))
    half = K / np.trace(K) * 6  # the trace m/2 of the usual form
    assert energy(half, y) == pytest.approx(2 * scale_free(half, y))
    assert squared_norm(K, np.stack([y, 2 * y], axis=1)) == pytest.approx(5 * form)


def test_risk_bound_peels() -> None:
    _, K, y = sample()
    norm = math.sqrt(squared_norm(K, y))
    for b in (norm, norm / 3, norm * 10):
        found = risk_bound(K, y, b=b, delta=0.05)
        assert found.radius == b * 2**found.step
        assert norm <= found.radius
        assert found.step == 0 or found.radius < 2 * norm
        rest = math.log(2 / 0.05) + 2 * math.log(found.step + 1) + math.log(math.pi**2 / 6)
        assert found.value == pytest.approx(2 * found.radius * math.sqrt(np.trace(K)) / 12 + 3 * math.sqrt(rest / 24))


def test_energies_refuse() -> None:
    _, K, y = sample()
    for bad, text in (
        (K[:5], "kernel"),
        (K + np.triu(K), "kernel is not symmetric"),
        (K * np.nan, "kernel holds"),
        (np.ones((12, 12)), "kernel is singular"),
    ):
        with pytest.raises(ValueError, match=text):
            scale_free(bad, y)
    for labels in (y[:5], y * np.inf, y[:, None, None]):
        with pytest.raises(ValueError, match=r"^y "):
            energy(K, labels)
    for wrong in ({"b": 0.0}, {"b": math.inf}, {"b": 1.0, "delta": 1.0}, {"b": 1.0, "delta": math.nan}):
        with pytest.raises(ValueError, match=r"^(b|delta) is"):
            risk_bound(K, y, **wrong)


# Path bounds


def two_layers(d: int, rng: np.random.Generator) -> list[LayerGraphons]:
    inputs, hidden, output = input_latent(d), Latent(np.array([0.2, 0.7]), np.array([0.4, 0.6])), point_latent()
    parts = []
    for columns, rows in ((inputs, hidden), (hidden, output)):
        kept = rng.uniform(0.1, 0.6, (rows.weights.size, columns.weights.size))
        energy = kept + rng.uniform(0, 0.4, kept.shape)
        parts.append(LayerGraphons(*(GridGraphon(values, rows, columns) for values in (kept, energy))))
    return parts


def test_path_densities_by_sums_over_paths() -> None:
    first, second = two_layers(3, np.random.default_rng(2))
    found = path_densities([first, second])
    measure = first.trained.rows.weights
    for j in range(3):
        paths = [
            sum(measure[u] * own[0].values[u, j] * own[1].values[0, u] for u in range(2))
            for own in ((first.trained, second.second_moment), (first.second_moment, second.trained))
        ]
        assert_allclose(found[:, j], paths)


@pytest.mark.parametrize("seed", range(5))
def test_path_bounds_hold(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((9, 4))
    layers = two_layers(4, rng)
    kernel, density = graphon_kernel(x, layers).ntk, path_densities(layers).mean(axis=0)
    beta = rng.standard_normal(4)
    y = x @ beta
    assert squared_norm(kernel, y) <= path_bound(beta, density)
    for labels in (y, np.sign(y), rng.standard_normal((9, 2))):
        bound = path_residual_bound(kernel, density, x, labels)
        assert squared_norm(kernel, labels) <= bound.value
        linear = x @ np.diag(density) @ x.T / 4
        assert bound.smallest_eigenvalue == pytest.approx(np.linalg.eigvalsh(kernel - linear)[0], rel=1e-6)
        inverse = np.linalg.inv(linear + bound.smallest_eigenvalue * np.eye(9))
        assert bound.value == pytest.approx(np.sum(labels * (inverse @ labels)))


def test_path_bounds_at_their_ends() -> None:
    assert path_bound([1, 0], [0.5, 0]) == 4
    assert path_bound([1, 1], [0.5, 0]) == math.inf
    assert path_bound([2.0], [1.0], depth=3) == 8
    x = np.array([[1.0, 2], [-1, -2]])
    kernel = dense_kernel(x).ntk
    assert path_residual_bound(kernel, [1, 1], x, [1, 1]).value == math.inf
    odd = path_residual_bound(kernel, [1, 1], x, [1, -1])
    assert odd.smallest_eigenvalue == 0
    assert odd.value == pytest.approx(squared_norm(kernel, [1, -1]))


def test_path_bounds_refuse() -> None:
    x, K, y = sample()
    with pytest.raises(ValueError, match="path_density has 2 entries"):
        path_bound([1.0], [1, 1])
    with pytest.raises(ValueError, match="none below 0"):
        path_bound([1.0], [-1.0])
    with pytest.raises(ValueError, match="depth"):
        path_bound([1.0], [1.0], depth=0)
    with pytest.raises(ValueError, match=r"x has shape"):
        path_residual_bound(K, np.ones(4), x, y)
    with pytest.raises(ValueError, match="path_density does not fit"):
        path_residual_bound(K, np.full(5, 9.0), x, y)


# Regression


def test_ridge_does_not_see_the_scale() -> None:
    x, _, y = sample(m=20)
    K, across = dense_kernel(x[:12]).ntk, dense_kernel(x[12:], x[:12]).ntk
    expected = across @ np.linalg.solve(K + 0.03 * np.trace(K) / 12 * np.eye(12), y[:12])
    assert_allclose(ridge_predict(K, across, y[:12], 0.03), expected)
    assert_allclose(ridge_predict(1e-9 * K, 1e-9 * across, y[:12], 0.03), expected)
    assert_allclose(ridge_predict(K, K, y[:12], 0.0), y[:12], atol=1e-9)


@pytest.mark.parametrize("steps", [0, 1, 7, 300])
def test_descent_is_descent(steps: int) -> None:
    _, K, y = sample()
    targets = np.stack([y, y**2 + 1], axis=1)
    step = 1.7 * 12 / np.linalg.eigvalsh(K)[-1]
    f = np.zeros_like(targets)
    for _ in range(steps):
        f = f - step / 12 * K @ (f - targets)
    assert_allclose(gradient_descent_predict(K, K, targets, step, steps), f, atol=1e-9)


def test_descent_on_singular_kernels_and_to_the_end() -> None:
    x, _, _ = sample()
    linear = x @ x.T / 5
    y = x @ np.arange(5)
    assert_allclose(gradient_descent_predict(linear, linear, y, 1.0, 10**6), y, atol=1e-8)
    kept = gradient_descent_predict(np.zeros((2, 2)), np.ones((1, 2)), [1, 2], 0.5, 4)
    assert_allclose(kept, [0.5 / 2 * 4 * 3])
    with pytest.raises(ValueError, match="descent diverges"):
        gradient_descent_predict(linear, linear, y, 1e3, 10**6)


@pytest.mark.parametrize("steps", [10**6, 10**9, 2**53])
def test_rounding_of_a_singular_kernel_does_not_grow_with_the_steps(steps: int) -> None:
    features = np.random.default_rng(0).standard_normal((6, 2))
    K, y = features @ features.T, np.arange(6.0)
    end = K[:2] @ np.linalg.pinv(K) @ y
    assert_allclose(gradient_descent_predict(K, K[:2], y, 0.5, steps), end, rtol=1e-6)


def test_modes_below_rounding_that_test_inputs_see_are_kept_or_refused() -> None:
    """Far from the samples a smooth kernel's smallest modes tell: without them the step after 10⁵ is 4e-5 off, or 2e-6 of it."""
    x, far, y = np.linspace(0, 1, 14), np.array([2.0]), np.random.default_rng(0).standard_normal(14)
    K, across = (np.exp(-((left[:, None] - x) ** 2) / 0.72) for left in (x, far))
    step = 1.9 * 14 / np.linalg.eigvalsh(K)[-1]
    assert_allclose(gradient_descent_predict(K, across, y, step, 10**5), 20.25518752, rtol=1e-8)  # in 60 digits
    with pytest.raises(
        InputError, match=r"steps is 9007199254740992, .* within 1.6e-12 of 0 decide .*, expected at most"
    ):
        gradient_descent_predict(K, across, y, step, 2**53)
    identity = gradient_descent_predict(np.ones((2, 2)), np.eye(2), [1.0, 2.0], 0.5, 800)
    assert_allclose(identity @ [1, -1], -0.5 / 2 * 800)  # as the steps say, though no test input sees it


def test_errors() -> None:
    assert mean_squared_error([1.0, 2], [0, 0]) == 2.5
    assert mean_squared_error([[1.0, 2]], [[0, 0]]) == 5
    assert error_rate([0.3, -0.1, 0.0], [1, 1, 1]) == pytest.approx(2 / 3)
    assert error_rate([[0.3, 0.1], [0.0, 1]], [[1, 0], [1, 0]]) == 0.5
    with pytest.raises(ValueError, match="labels other than ±1"):
        error_rate([1.0], [0.0])
    with pytest.raises(ValueError, match="expected the same"):
        mean_squared_error([1.0, 2], [1.0])


@pytest.mark.parametrize("scale", [1.0, 2.0, 3.0, 0.1])
@pytest.mark.parametrize("size", [2, 3, 20])
def test_equal_samples_have_no_inverse(scale: float, size: int) -> None:
    """Whether rounding puts the pivot that should be 0 above or below it; and small samples are no equal ones."""
    kernel = np.full((size, size), scale)
    for call in (
        lambda: squared_norm(kernel, np.arange(size)),
        lambda: ridge_predict(kernel, kernel[:1], np.arange(size), ridge_share=0),
    ):
        with pytest.raises(SingularKernelError, match="singular to rounding"):
            call()
    sizes = 10.0 ** -np.arange(size)
    small = np.outer(sizes, sizes) * (np.eye(size) + 0.5)
    assert squared_norm(small, sizes) == pytest.approx(size / (1 + size / 2))


def test_regression_refuses() -> None:
    _, K, y = sample()
    with pytest.raises(ValueError, match="test_kernel"):
        ridge_predict(K, K[:, :5], y)
    with pytest.raises(ValueError, match="ridge_share"):
        ridge_predict(K, K, y, -1)
    with pytest.raises(ValueError, match="singular"):
        ridge_predict(np.ones((3, 3)), np.ones((1, 3)), [1, 1, 1], 0.0)
    with pytest.raises(ValueError, match="step is"):
        gradient_descent_predict(K, K, y, 0.0, 3)
    with pytest.raises(ValueError, match="steps"):
        gradient_descent_predict(K, K, y, 0.1, -1)
