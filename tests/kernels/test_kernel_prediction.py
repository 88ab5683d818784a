"""What follows from the kernel of a pruned network, against networks, other formulas and enumeration."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import binomtest, ttest_1samp

from sparse_limits.numerics.data import Dataset, digits
from sparse_limits.numerics.kernels import dense_kernel, path_bound
from sparse_limits.numerics.kernels.layers import Kernels
from sparse_limits.numerics.kernels.methods import row_law_kernel
from sparse_limits.numerics.kernels.prediction import (
    constant_guess,
    distance,
    energy_of,
    fit,
    interpolation_norm,
    jackknife_interval,
    linear_bound,
    regression,
    residual_bound,
    sampling,
    spectra,
)
from sparse_limits.numerics.kernels.pruned import (
    HeldOut,
    KernelCase,
    closed_case,
    deepened,
    dense_case,
    hold_out,
    infinitely_wide,
    sampled_kernel,
)
from sparse_limits.numerics.kernels.trained import train_beside
from sparse_limits.numerics.networks import laziness, random_network, tangent_kernel, train, train_linearised
from sparse_limits.numerics.prediction.first_layer.row_law import METHODS, Problem, posed
from sparse_limits.numerics.prediction.methods import residual, saliency


def made(samples: int = 40, inputs: int = 6, outputs: int = 1, seed: int = 0) -> Dataset:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((samples, inputs)) * np.linspace(0.5, 1.5, inputs)
    return Dataset(x, np.sign(rng.standard_normal((samples, outputs)) + x[:, :1]), "made", "as-is")


def held_out(outputs: int = 1, **options: int) -> HeldOut:
    return hold_out(made(outputs=outputs, **options), 0.25, np.random.default_rng(5))


def posed_on(held: HeldOut, method: str, density: float = 0.4, depth: int = 1) -> Problem:
    return infinitely_wide(posed(method, density, 64, held.train, depth=depth))


def drawn(method: str, held: HeldOut, width: int, seed: int, density: float = 0.4, depth: int = 1):
    """A network with the plain ReLU, and the mask of its first layer."""
    rng = np.random.default_rng(seed)
    x, y = held.train.x, held.train.y
    network = random_network((x.shape[1], *[width] * depth, y.shape[1]), rng)
    r = residual(network, x, y, subtract_output=True)
    (scores,) = saliency(method, network, x, r, rng, first_layer=True)
    return network, posed(method, density, width, held.train, network, depth=depth).mask(scores)


# Test samples held out


def test_samples_are_held_out_once_and_by_seed() -> None:
    data = made()
    held = hold_out(data, 0.3, np.random.default_rng(1))
    assert (len(held.train.x), len(held.x_test)) == (28, 12)
    together = np.hstack([held.inputs, np.vstack([held.y, held.y_test])])
    given = np.hstack([data.x, data.y])
    assert sorted(map(tuple, together)) == sorted(map(tuple, given))
    again, other = (hold_out(data, 0.3, np.random.default_rng(seed)) for seed in (1, 2))
    assert np.array_equal(held.x_test, again.x_test)
    assert not np.array_equal(held.x_test, other.x_test)


def test_at_least_one_sample_is_tested() -> None:
    assert len(hold_out(made(4, seed=3), 1e-9, np.random.default_rng(0)).x_test) == 1


@pytest.mark.parametrize(
    ("data", "share", "message"),
    [
        (made(2), 0.25, "a test share of 0.25 leaves 1 of 2 samples"),
        (made(), 0.999, "leaves 0 of 40 samples"),
        (Dataset(made().x, np.ones((40, 1)), "made", "as-is"), 0.25, "all 30 samples to train on have the label 1,"),
        (Dataset(np.zeros((40, 6)), made().y, "made", "as-is"), 0.25, "all 30 samples to train on are zero"),
    ],
)
def test_unusable_splits_are_refused(data: Dataset, share: float, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)) as error:
        hold_out(data, share, np.random.default_rng(0))
    assert "\n" not in str(error.value)


def test_classes_are_signs_or_one_column_each() -> None:
    assert held_out().classes
    assert hold_out(digits("onehot"), 0.25, np.random.default_rng(0)).classes
    assert not hold_out(digits("is0c"), 0.25, np.random.default_rng(0)).classes
    assert not held_out(outputs=2).classes  # ±1 in several columns


# Kernels


@pytest.mark.parametrize("method", METHODS)
def test_networks_are_as_far_from_the_kernel_as_rows_spread(method: str) -> None:
    held = held_out(outputs=2 if method == "snip" else 1)
    rng = np.random.default_rng(0)
    sampled = sampled_kernel(posed_on(held, method), held, 8192, rng)
    spread, kernel, width = sampling(sampled, held.y), sampled.case.train, 512
    squares = []
    for seed in range(8):
        network, mask = drawn(method, held, width, seed)
        own = 2 * tangent_kernel(network, held.train.x, masks=[mask]).reshape(
            len(kernel), -1, len(kernel), held.y.shape[1]
        )
        mean = np.einsum("ikjk->ij", own) / held.y.shape[1]
        squares.append(distance(mean, kernel) ** 2)
    expected = spread.row_spread**2 / width + spread.error**2
    assert 0.3 < np.mean(squares) / expected < 3


def test_the_sampled_kernel_is_that_of_the_row_law() -> None:
    held = held_out()
    problem = posed_on(held, "snip")
    sampled = sampled_kernel(problem, held, 8192, np.random.default_rng(0))
    other = row_law_kernel(problem, held.train.x, None, 8192, np.random.default_rng(1))
    error = np.hypot(sampling(sampled, held.y).error, np.linalg.norm(other.standard_error) / np.linalg.norm(other.ntk))
    assert distance(sampled.case.train, other.ntk) < 3 * error


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_layers_above_the_first_are_dense(depth: int) -> None:
    held = held_out()
    first = dense_kernel(held.inputs)
    assert deepened(Kernels(*first), depth) == pytest.approx(dense_kernel(held.inputs, depth=depth).ntk, rel=1e-7)
    problem = posed_on(held, "random", depth=depth)
    closed, dense = closed_case(problem, held), dense_case(held, depth)
    assert closed is not None
    assert closed.train == pytest.approx(0.4 * dense.train)  # one factor of the density on every path
    assert closed.test == pytest.approx(0.4 * dense.test)
    assert closed.path_densities == pytest.approx(np.full((depth + 1, 6), 0.4))


@pytest.mark.parametrize("method", ["magnitude", "wanda", "synflow"])
@pytest.mark.parametrize("depth", [1, 3])
def test_closed_forms_have_the_sampled_diagonal_and_paths(method: str, depth: int) -> None:
    held = held_out(inputs=30, samples=24)
    problem = posed_on(held, method, depth=depth)
    sampled = sampled_kernel(problem, held, 40_000, np.random.default_rng(0)).case
    closed = closed_case(problem, held)
    assert closed is not None
    assert sampled.path_densities == pytest.approx(closed.path_densities, abs=0.06)
    # on the diagonal the limit of many inputs is exact: a mean of squares over paths (K4)
    diagonal = held.train.x**2 @ sampled.path_densities.sum(axis=0) / 30
    assert np.diagonal(closed.train) == pytest.approx(diagonal, rel=0.05)
    assert np.diagonal(sampled.train) == pytest.approx(diagonal, rel=0.1)


def test_deep_networks_tend_to_the_deep_kernel() -> None:
    held = held_out(samples=16)
    kernel = sampled_kernel(posed_on(held, "magnitude", depth=2), held, 8192, np.random.default_rng(0)).case.train
    own = [
        4 * tangent_kernel(network, held.train.x, masks=[mask])
        for network, mask in (drawn("magnitude", held, 400, seed, depth=2) for seed in range(12))
    ]
    assert distance(np.mean(own, axis=0), kernel) < 0.1


def test_path_densities_are_those_of_the_rows() -> None:
    """Of ±e_j together the kernel is their sum over d, row by row: no gate is left."""
    d = 5
    both = np.vstack([np.eye(d), -np.eye(d)])
    data = Dataset(both, np.vstack([np.ones((d, 1)), -np.ones((d, 1))]), "axes", "as-is")
    held = HeldOut(data, both[:1], data.y[:1])
    case = sampled_kernel(posed_on(held, "magnitude"), held, 1024, np.random.default_rng(0)).case
    diagonal = np.diagonal(case.train).reshape(2, d).mean(axis=0)
    assert diagonal == pytest.approx(case.path_densities.sum(axis=0) / d)


def test_methods_without_a_closed_form_have_none() -> None:
    held, several = held_out(), held_out(outputs=2)
    assert closed_case(posed_on(held, "grasp"), held) is None
    assert closed_case(posed_on(several, "snip"), several) is None
    dead = Dataset(np.where(np.arange(6) < 3, made().x, 0.0), made().y, "half", "as-is")
    half = hold_out(dead, 0.25, np.random.default_rng(0))
    assert closed_case(posed_on(half, "snip", 0.6), half) is None  # three columns hold no more than a half


def test_a_kernel_of_zeros_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sparse_limits.numerics.kernels.pruned.fresh_threshold", lambda *_: np.inf)
    held = held_out()
    with pytest.raises(ValueError, match="1024 fresh rows keep no path"):
        sampled_kernel(posed_on(held, "magnitude"), held, 1024, np.random.default_rng(0))


# Spectra, sampling errors


def test_the_jackknife_of_a_mean_is_the_test_of_student() -> None:
    values = np.random.default_rng(0).standard_normal(8)
    without = (values.sum() - values) / 7
    low, high = ttest_1samp(values, 0).confidence_interval(0.95)
    assert jackknife_interval(values.mean(), without)[1:] == pytest.approx((low, high))
    assert np.isnan(jackknife_interval(1.0, [np.inf, 1.0]).low)


def test_the_jackknife_takes_off_the_bias() -> None:
    values = np.random.default_rng(1).exponential(size=8)
    low, high = jackknife_interval(np.var(values), [np.var(np.delete(values, place)) for place in range(8)])[1:]
    assert (low + high) / 2 == pytest.approx(np.var(values, ddof=1))


def test_few_rows_make_the_norm_too_large_and_the_interval_says_so() -> None:
    held = held_out()
    problem = posed_on(held, "magnitude")
    few, many = (
        sampling(sampled_kernel(problem, held, rows, np.random.default_rng(0)), held.y).norm for rows in (1024, 2**16)
    )
    assert few.value > many.value
    assert few.low < many.value < few.high


def test_sampling_errors_fall_with_the_rows() -> None:
    held = held_out()
    few, many = (
        sampling(sampled_kernel(posed_on(held, "magnitude"), held, rows, np.random.default_rng(0)), held.y)
        for rows in (1024, 16 * 1024)
    )
    assert 0.12 < many.error / few.error < 0.5  # a quarter
    assert many.row_spread == pytest.approx(few.row_spread, rel=0.6)
    assert many.norm.low < many.norm.value < many.norm.high
    for intervals in many.spectra.values():
        assert all(each.low <= each.value <= each.high for each in intervals)


def test_spectra_of_few_and_of_equal_samples() -> None:
    assert spectra(np.diag([3.0, 1.0]))["K"].gap_ratio == 3
    assert spectra(np.ones((5, 5)))["HKH"] is None
    found = spectra(dense_kernel(made(100).x).ntk)
    assert found["K"].trace_ratio < found["HKH"].trace_ratio  # the mean is the largest eigenvector


# Energy and bounds


def test_the_norm_is_that_of_the_interpolant() -> None:
    held = held_out()
    case = dense_case(held, 1)
    assert interpolation_norm(case.train, held.y) == pytest.approx(np.vdot(held.y, np.linalg.solve(case.train, held.y)))


@pytest.mark.parametrize(("relabel", "finite"), [(lambda y: y, True), (lambda y: -y, False)])
def test_equal_inputs_are_fitted_if_their_labels_are_equal(relabel: Callable, finite: bool) -> None:
    held = held_out()
    once = interpolation_norm(dense_case(held, 1).train, held.y)
    twice = Dataset(np.vstack([held.train.x] * 2), np.vstack([held.y, relabel(held.y)]), "twice", "as-is")
    found = energy_of(
        dense_case(HeldOut(twice, held.x_test, held.y_test), 1), held=HeldOut(twice, held.x_test, held.y_test)
    )
    assert found.norm == (pytest.approx(once) if finite else np.inf)
    assert found.risk is None


@pytest.mark.parametrize("method", METHODS)
def test_path_bounds_are_bounds(method: str) -> None:
    held = held_out()
    problem = posed_on(held, method)
    cases = {
        "sampled": sampled_kernel(problem, held, 2048, np.random.default_rng(0)).case,
        "dense": dense_case(held, 1),
    }
    closed = closed_case(problem, held)
    if closed is not None:
        cases["closed"] = closed
    for name, case in cases.items():
        bound = residual_bound(case, held.train.x, held.y)
        assert bound.value >= interpolation_norm(case.train, held.y)
        assert bound.share == 1.0 or name == "sampled"


def test_linear_labels_are_bounded_by_paths_alone() -> None:
    held = held_out()
    beta = np.array([1.0, 0, -2, 0.5, 0, 3])
    linear = HeldOut(Dataset(held.train.x, (held.train.x @ beta)[:, None], "linear", "as-is"), held.x_test, held.y_test)
    case = closed_case(posed_on(linear, "magnitude"), linear)
    found = energy_of(case, linear)
    assert found.linear_bound == pytest.approx(path_bound(beta, case.path_densities.mean(axis=0)))
    assert found.norm <= found.path_bound.value <= found.linear_bound * (1 + 1e-9)
    assert energy_of(case, held).linear_bound is None


def test_the_linear_bound_is_sharp_where_the_kernel_is_linear() -> None:
    x = np.random.default_rng(0).standard_normal((4, 9))
    y = np.random.default_rng(1).standard_normal((4, 2))
    densities = np.array([np.linspace(0, 1, 9), np.linspace(0, 0.5, 9)])  # no path from the first input
    kernel = (x * (densities.sum(axis=0) / 2 / 9)) @ x.T
    assert linear_bound(KernelCase(kernel, kernel, densities), x, y, 1.0) == pytest.approx(
        interpolation_norm(kernel, y)
    )


# Regression and training


def test_errors_are_counted_with_an_exact_interval() -> None:
    held = held_out()
    found = fit(np.where(np.arange(10) < 3, -1, 1)[:, None] * held.y_test, held)
    assert found.error == pytest.approx(0.3)
    assert found.mse == pytest.approx(1.2)
    exact = binomtest(3, 10).proportion_ci(0.95, "exact")
    assert found.interval == pytest.approx((exact.low, exact.high))
    assert fit(held_out(outputs=2).y_test, held_out(outputs=2)).error is None


def test_regression_learns() -> None:
    held = hold_out(digits("is0"), 0.9, np.random.default_rng(0))
    found, guess = regression(dense_case(held, 1), held), constant_guess(held)
    assert found.error < guess.error / 2
    assert found.mse < guess.mse / 2


def test_the_guess_at_balanced_labels_is_one_class() -> None:
    x, y = np.eye(8), np.tile([[1.0], [-1.0]], (4, 1))
    guess = constant_guess(HeldOut(Dataset(x[:4], y[:4], "made", "as-is"), x[4:], y[4:]))
    assert (guess.error, guess.mse) == (0.5, 1.0)


@pytest.mark.parametrize(("method", "depth", "outputs"), [("snip", 1, 1), ("magnitude", 2, 1), ("random", 1, 3)])
def test_trained_networks_are_those_of_the_library(method: str, depth: int, outputs: int) -> None:
    held = held_out(outputs=outputs)
    sampled = sampled_kernel(posed_on(held, method, depth=depth), held, 1024, np.random.default_rng(0))
    pruned = [drawn(method, held, 100, seed, depth=depth) for seed in (1, 2)]
    beside = train_beside(pruned, sampled.case, held, sampling(sampled, held.y), 40)
    for (network, mask), found in zip(pruned, beside.networks, strict=True):
        options = {"step": beside.step, "steps": 40, "masks": [mask], "x_test": held.x_test}
        run, linear = (each(network, held.train.x, held.y, **options) for each in (train, train_linearised))
        assert found.laziness == pytest.approx(float(laziness(run, linear)[0]))
        assert found.descent.loss == pytest.approx(run.losses[-1])
        assert found.descent.fit == fit(run.test_outputs[-1].reshape(held.y_test.shape), held)
        assert 0 < found.kernel_distance < 1
    assert beside.end.loss < beside.kernel.loss < 0.5 * outputs
    assert beside.end.fit.mse == pytest.approx(regression(sampled.case, held).mse)


def test_wide_networks_are_trained_as_their_kernel_predicts() -> None:
    """Within a few times what their own kernels differ by, and lazily."""
    held = held_out()
    sampled = sampled_kernel(posed_on(held, "magnitude"), held, 16_384, np.random.default_rng(0))
    near, far = (
        train_beside([drawn("magnitude", held, width, 1)], sampled.case, held, sampling(sampled, held.y), 60)
        for width in (8192, 128)
    )
    assert near.networks[0].laziness < 0.1 < 2 * far.networks[0].laziness
    assert near.networks[0].descent.loss == pytest.approx(near.kernel.loss, rel=0.1)
    assert near.networks[0].descent.fit.mse == pytest.approx(near.kernel.fit.mse, rel=0.1)
    assert near.expected_distance < far.expected_distance / 3


def test_a_network_without_a_path_is_refused() -> None:
    held = held_out()
    sampled = sampled_kernel(posed_on(held, "magnitude"), held, 1024, np.random.default_rng(0))
    network, mask = drawn("magnitude", held, 8, 0)
    with pytest.raises(ValueError, match="keeps no path"):
        train_beside([(network, np.zeros_like(mask))], sampled.case, held, sampling(sampled, held.y), 5)
