"""Descent against closed forms, against a naive loop of gradients, and against its linearisation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from sparse_limits.numerics.networks import (
    Network,
    ensemble,
    forward,
    gradient,
    laziness,
    masked,
    random_network,
    stable_step,
    tangent_kernel,
    train,
    train_linearised,
)

seeds = st.integers(0, 2**32 - 1)
shapes = st.lists(st.integers(1, 6), min_size=2, max_size=4)


def problem(widths, seed, samples=6, choice="relu"):
    rng = np.random.default_rng(seed)
    network = random_network(widths, rng, choice)
    return network, rng.standard_normal((samples, widths[0])), rng.standard_normal((samples, widths[-1])), rng


def random_masks(network, density, rng):
    return [rng.random(weight.shape) < density for weight in network.weights]


def naive(network, x, y, masks, step, steps, centred):
    """Weights after each step, from `gradient`."""
    network = masked(network, masks)
    start = forward(network, x) if centred else 0.0
    weights = [network.weights]
    for _ in range(steps):
        current = Network(weights[-1], network.activation)
        slopes = gradient(current, x, forward(current, x) - start - y)
        weights.append(tuple(w - step * g * m for w, g, m in zip(weights[-1], slopes, masks, strict=True)))
    return [Network(each, network.activation) for each in weights], start


@settings(max_examples=40)
@given(
    shapes,
    seeds,
    st.sampled_from([0.0, 0.15, 0.6, 1.0]),
    st.booleans(),
    st.sampled_from(["relu", "normalised relu", "erf", "linear"]),
)
def test_descent_is_a_loop_of_gradients(widths, seed, density, centred, choice):
    network, x, y, rng = problem(widths, seed, choice=choice)
    masks = random_masks(network, density, rng)
    step = 0.3 * min(stable_step(network, x, masks=masks), stable_step(network, x), 10.0)
    tests = rng.standard_normal((3, widths[0]))
    networks, start = naive(network, x, y, masks, step, 4, centred)
    losses = [0.5 * np.mean(np.sum((forward(each, x) - start - y) ** 2, axis=1)) for each in networks]
    try:
        found = train(
            network, x, y, masks=masks, step=step, steps=4, centred=centred, record=[4, 0, 2, 2], x_test=tests
        )
    except ValueError:
        assert losses[-1] > losses[0]
        return
    np.testing.assert_allclose(found.losses, losses, rtol=1e-9, atol=1e-12)
    for ours, theirs, mask in zip(found.network.weights, networks[-1].weights, masks, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-10)
        assert not ours[~mask].any()
    np.testing.assert_array_equal(found.recorded, [0, 2, 4])
    before = forward(networks[0], tests) if centred else 0.0
    for taken, output, test_output in zip(found.recorded, found.outputs, found.test_outputs, strict=True):
        np.testing.assert_allclose(output, forward(networks[taken], x) - start, rtol=1e-9, atol=1e-10)
        np.testing.assert_allclose(test_output, forward(networks[taken], tests) - before, rtol=1e-9, atol=1e-10)


def test_sparse_and_dense_descent_agree():
    """A layer of few weights is trained by loops over them; with a mask of ones in its place, by BLAS."""
    network, x, y, rng = problem((20, 40, 30, 1), 1, samples=12, choice="erf")
    masks = [random_masks(network, 0.2, rng)[0], rng.random((30, 40)) < 0.2, np.ones((1, 30), bool)]
    options = {"step": 0.2 * stable_step(network, x), "steps": 25}
    found = train(network, x, y, masks=masks, **options)
    networks, _ = naive(network, x, y, masks, options["step"], 25, True)
    for ours, theirs in zip(found.network.weights, networks[-1].weights, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)
    same = train(network, x, y, masks=[csr_array(m) for m in masks], **options)
    np.testing.assert_array_equal(same.losses, found.losses)


@pytest.mark.parametrize("centred", [True, False])
def test_one_layer_has_a_closed_form(centred):
    """f = Wx/√d: the residual on the data decays as (1 − step·K/m)^t with K = XXᵀ/d."""
    network, x, y, rng = problem((5, 2), 2, samples=4)
    tests = rng.standard_normal((3, 5))
    k = x @ x.T / 5
    step = 1.5 * stable_step(network, x)
    start, test_start = (np.zeros((1, 1)),) * 2 if centred else (forward(network, x), forward(network, tests))
    decay = np.linalg.matrix_power(np.eye(4) - step * k / 4, 30)
    expected = y + decay @ (start - y)
    expected_tests = test_start + (tests @ x.T / 5) @ np.linalg.solve(k, expected - start)
    for run in (train, train_linearised):
        found = run(network, x, y, step=step, steps=30, centred=centred, x_test=tests)
        np.testing.assert_allclose(found.outputs[0], expected, rtol=0, atol=1e-12)
        np.testing.assert_allclose(found.test_outputs[0], expected_tests, rtol=0, atol=1e-11)


def test_one_deep_linear_sample_has_a_closed_form():
    """f = ab: both weights move by the other's value; a² − b² changes at second order in the step only."""
    network = Network((np.array([[1.0]]), np.array([[0.5]])), "linear")
    a, b, target = 1.0, 0.5, 2.0
    for _ in range(10):
        residual = a * b - target
        a, b = a - 0.1 * b * residual, b - 0.1 * a * residual
    found = train(network, [[1.0]], [2.0], step=0.1, steps=10, centred=False)
    np.testing.assert_allclose([w[0, 0] for w in found.network.weights], [a, b], rtol=1e-14)


def test_models_linear_in_their_weights_are_their_linearisation():
    """A masked single layer, and two layers of which only the readout is trained."""
    network, x, y, rng = problem((6, 3), 3)
    mask = rng.random((3, 6)) < 0.5
    deep, _, _, _ = problem((6, 4, 1), 4)
    frozen = Network((np.zeros((4, 6)), deep.weights[1]), (np.cos, lambda z: -np.sin(z)))
    for each, labels, masks in (
        (network, y, [mask]),
        (frozen, y[:, 0], [np.zeros((4, 6)), np.ones((1, 4))]),
    ):
        options = {"step": stable_step(each, x, masks=masks), "steps": 50, "record": range(0, 51, 10), "x_test": x[:2]}
        trained = train(each, x, labels, masks=masks, **options)
        linearised = train_linearised(each, x, labels, masks=masks, **options)
        assert laziness(trained, linearised).max() < 1e-12
        np.testing.assert_allclose(trained.losses, linearised.losses, rtol=1e-9)


def distance(width, seed):
    """‖f − f_lin‖/‖f_lin‖ of a masked network after 60 steps on one fixed problem."""
    data = np.random.default_rng(5)
    x, tests = data.standard_normal((10, 8)), data.standard_normal((10, 8))
    rng = np.random.default_rng(seed)
    network = random_network((8, width, 1), rng, "normalised relu")
    masks = [rng.random((width, 8)) < 0.5]
    options = {"masks": masks, "step": stable_step(network, x, masks=masks), "steps": 60, "x_test": tests}
    y = np.sign(x[:, 0])
    return laziness(train(network, x, y, **options), train_linearised(network, x, y, **options))[0]


def test_wider_networks_are_lazier():
    """The distance is of order n^−1/2: eight times less at 64 times the width, and at least half of that is asked for."""
    narrow, wide = (np.mean([distance(width, seed) for seed in range(10)]) for width in (64, 4096))
    assert 0 < wide < narrow / 4


def test_linearised_descent_runs_on_the_kept_weights_alone():
    """The first step of the network and of its linearisation agree to first order; without masks they do not."""
    network, x, y, rng = problem((6, 50, 2), 6)
    masks = random_masks(network, 0.3, rng)
    step = 1e-5
    one, first = train(network, x, y, masks=masks, step=step, steps=1), step / len(x)
    kernel = tangent_kernel(network, x, masks=masks)
    np.testing.assert_allclose(one.outputs[0], first * np.tensordot(kernel, y, axes=2), rtol=1e-3)
    other = train_linearised(masked(network, masks), x, y, step=step, steps=1)
    assert laziness(one, other)[0] > 0.1


def test_scalar_labels_and_columns_of_labels_agree():
    network, x, y, _ = problem((4, 5, 1), 7)
    options = {"step": 0.1, "steps": 5, "x_test": x[:2]}
    for run in (train, train_linearised):
        flat, column = run(network, x, y[:, 0], **options), run(network, x, y, **options)
        assert flat.outputs.shape == (1, 6)
        assert column.test_outputs.shape == (1, 2, 1)
        np.testing.assert_array_equal(flat.outputs[..., None], column.outputs)
        np.testing.assert_array_equal(flat.test_outputs[..., None], column.test_outputs)


def test_training_leaves_its_arguments_alone():
    network, x, y, rng = problem((4, 5, 5, 1), 8)
    masks = random_masks(network, 0.2, rng)
    copies = [w.copy() for w in network.weights]
    train(network, x, y, masks=masks, step=0.1, steps=3)
    for weight, copy in zip(network.weights, copies, strict=True):
        np.testing.assert_array_equal(weight, copy)


def test_single_precision_is_trained_in_double():
    network, x, y, _ = problem((4, 5, 1), 9)
    single = Network(tuple(w.astype(np.float32) for w in network.weights))
    double = Network(tuple(w.astype(float) for w in single.weights))
    ours, theirs = (train(each, x, y, step=0.1, steps=5) for each in (single, double))
    assert ours.outputs.dtype == np.float64
    np.testing.assert_array_equal(ours.losses, theirs.losses)


def test_no_steps_and_no_weights_change_nothing():
    network, x, y, _ = problem((4, 5, 1), 10)
    still = train(network, x, y, step=1.0, steps=0, centred=False)
    np.testing.assert_allclose(still.outputs[0], forward(network, x), rtol=1e-14)
    assert still.test_outputs is None
    nothing = [np.zeros(w.shape, bool) for w in network.weights]
    assert stable_step(network, x, masks=nothing) == np.inf
    dead = train(network, x, y, step=1.0, steps=3, masks=nothing, record=[])
    np.testing.assert_allclose(dead.losses, np.full(4, np.mean(y**2) / 2), rtol=1e-14)
    assert dead.outputs.shape == (0, 6, 1)
    one = train(network, x, y, step=0.1, steps=1)
    assert laziness(one, one).tolist() == [0.0]


def test_stable_step_is_half_of_what_diverges():
    """One layer: below 2/λ_max every mode decays, above it the top mode grows."""
    network, x, y, _ = problem((5, 1), 11, samples=4)
    stable = stable_step(network, x)
    assert stable == pytest.approx(4 / np.linalg.eigvalsh(x @ x.T / 5)[-1], rel=1e-12)
    assert train(network, x, y, step=1.99 * stable, steps=500).losses[-1] < 1
    for run in (train, train_linearised):
        with pytest.raises(ValueError, match=r"step is .* and the loss went from .* expected a smaller step") as caught:
            run(network, x, y, step=2.1 * stable, steps=2000)
        assert f"1/λ_max is {stable:.3g}" in str(caught.value)
        assert "\n" not in str(caught.value)
    deep, x, y, _ = problem((5, 20, 20, 1), 12)
    with pytest.raises(ValueError, match="the loss went from"):
        train(deep, x, 100 * y, step=1e6, steps=50)


def member(seed):
    network, x, y, rng = problem((4, 30, 1), seed)
    return train(network, x, y, masks=random_masks(network, 0.5, rng), step=0.1, steps=20).outputs


def test_ensembles_do_not_depend_on_their_processes():
    alone, together = ensemble(member, range(5)), ensemble(member, range(5), jobs=2)
    assert len(alone) == 5
    np.testing.assert_array_equal(alone, together)
    np.testing.assert_array_equal(alone[3], member(3))
    with pytest.raises(ValueError, match="jobs is 0"):
        ensemble(member, range(2), jobs=0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"x": np.ones((6, 2))}, r"x has shape \(6, 2\), expected 3 columns"),
        ({"y": np.ones(5)}, r"y has shape \(5,\), expected \(6, 1\)"),
        ({"y": np.ones((6, 2))}, r"y has shape \(6, 2\), expected \(6, 1\)"),
        ({"y": np.full(6, np.nan)}, "y holds nan"),
        ({"y": list("abcdef")}, "y has dtype <U1"),
        ({"x_test": np.ones((2, 4))}, r"x_test has shape \(2, 4\), expected 3 columns"),
        ({"step": 0.0}, r"step is 0\.0, expected a positive number"),
        ({"step": np.nan}, "step is nan"),
        ({"step": np.inf}, "step is inf"),
        ({"step": True}, "step is True"),
        ({"step": "1"}, "step is '1'"),
        ({"steps": -1}, "steps is -1, expected an integer"),
        ({"steps": 2.0}, r"steps is 2\.0, expected an integer"),
        ({"record": [3]}, "record is 3, expected an integer from 0 to 2"),
        ({"masks": [np.ones((3, 4))]}, "masks have shapes"),
        ({"masks": [np.full((4, 3), 0.5)]}, r"masks\[0\] holds values other than 0 and 1"),
    ],
)
def test_arguments_are_checked(options, message):
    network, x, y, _ = problem((3, 4, 1), 13)
    given = {"x": x, "y": y, "step": 0.1, "steps": 2} | options
    for run in (train, train_linearised):
        with pytest.raises(ValueError, match=message) as caught:
            run(network, **given)
        assert "\n" not in str(caught.value)


def test_laziness_compares_the_same_steps():
    network, x, y, _ = problem((3, 4, 1), 14)
    runs = [train(network, x, y, step=0.1, steps=2, record=steps) for steps in ([1], [2])]
    with pytest.raises(ValueError, match=r"recorded steps are \[1\] and \[2\], expected the same"):
        laziness(*runs)
