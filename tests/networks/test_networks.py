"""Networks: closed-form derivatives against differences, autograd, explicit Jacobians and Hessians."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from helpers import needs
from hypothesis import given, settings
from hypothesis import strategies as st

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.limits import limit
from sparse_limits.numerics.networks import (
    Network,
    activations,
    forward,
    gradient,
    hessian_gradient_product,
    masked,
    random_network,
    single_precision,
    tangent_kernel,
    tangent_residual,
)

WIDTHS = [(3, 1), (4, 5, 1), (3, 4, 2), (3, 4, 5, 2), (2, 3, 3, 3, 1)]
shapes = st.lists(st.integers(1, 5), min_size=2, max_size=5)
seeds = st.integers(0, 2**32 - 1)


def problem(widths, seed, samples=6):
    rng = np.random.default_rng(seed)
    network = random_network(widths, rng)
    return network, rng.standard_normal((samples, widths[0])), rng.standard_normal((samples, widths[-1]))


def flat(arrays):
    return np.concatenate([array.ravel() for array in arrays])


def moved(network, k, step):
    """The network with its k-th weight, counted through all layers, moved by `step`."""
    theta = flat(network.weights)
    theta[k] += step
    parts = np.split(theta, np.cumsum([w.size for w in network.weights])[:-1])
    return Network(tuple(part.reshape(w.shape) for part, w in zip(parts, network.weights, strict=True)))


def smooth_pair(network, x, k):
    """The network with weight k moved both ways, by a step that flips no gate; and that step.

    f is affine in a single weight while no gate flips, so L and its gradient are quadratic in it, and
    central differences have no truncation error. Equal gates at both ends mean equal gates between: in the
    lowest layer that moves, and then layer by layer, z is affine in the weight.
    """

    def gates(net):
        return np.concatenate([a > 0 for a in activations(net, x)[1:]], axis=1) if len(net.weights) > 1 else 0

    step = 2.0**-6
    while True:
        pair = moved(network, k, step), moved(network, k, -step)
        if all(np.array_equal(gates(each), gates(network)) for each in pair):
            return *pair, step
        step /= 2


def differences(network, x, k, quantity):
    """Central difference of `quantity` in weight k, and what rounding may do to it: some hundred operations."""
    up, down, step = smooth_pair(network, x, k)
    above, below = quantity(up), quantity(down)
    rounding = 1e3 * np.finfo(float).eps * (1 + np.abs(above).max()) / step
    return (above - below) / (2 * step), rounding


def jacobian(network, x):
    """J [N·q, parameters], row by row from gradients of single samples and outputs."""
    units = np.eye(network.widths[-1])
    return np.array([flat(gradient(network, sample[None], unit[None])) for sample in x for unit in units])


def test_one_hidden_layer_is_the_formula():
    rng = np.random.default_rng(0)
    network = random_network((3, 4, 1), rng)
    x = rng.standard_normal((5, 3))
    w, a = network.weights
    explicit = [sum(a[0, i] * max(w[i] @ s / 3**0.5, 0) for i in range(4)) / 4**0.5 for s in x]
    np.testing.assert_allclose(forward(network, x)[:, 0], explicit, rtol=0, atol=1e-14)


@pytest.mark.parametrize("subtracted", [False, True])
@pytest.mark.parametrize("widths", WIDTHS)
def test_derivatives_against_central_differences(widths, subtracted):
    """g from differences of L, the explicit Hessian from differences of g; the residual moves with f."""
    network, x, y = problem(widths, 1)
    offset = y + forward(network, x) if subtracted else y

    def loss(net):
        return 0.5 * np.mean(np.sum((forward(net, x) - offset) ** 2, axis=1))

    def slope(net):
        return flat(gradient(net, x, forward(net, x) - offset))

    g = slope(network)
    hessian, hessian_error = np.empty((g.size, g.size)), 0.0
    for k in range(g.size):
        value, rounding = differences(network, x, k, loss)
        assert abs(value - g[k]) <= rounding
        hessian[k], rounding = differences(network, x, k, slope)
        hessian_error = max(hessian_error, rounding)
    assert hessian_error < 1e-6  # no weight sat so near a kink that its differences say nothing
    np.testing.assert_allclose(hessian, hessian.T, rtol=0, atol=2 * hessian_error)
    product = flat(hessian_gradient_product(network, x, forward(network, x) - offset))
    np.testing.assert_allclose(product, hessian @ g, rtol=0, atol=hessian_error * np.abs(g).sum())


def test_derivatives_against_autograd():
    torch = needs("torch")
    network, x, y = problem((4, 6, 5, 2), 2, samples=9)
    data = torch.from_numpy(x)

    def loss(*weights):
        z = data
        for layer, weight in enumerate(weights):
            z = (torch.relu(z) if layer else z) @ weight.T / weight.shape[1] ** 0.5
        return 0.5 * ((z - torch.from_numpy(y)) ** 2).sum(dim=1).mean()

    weights = tuple(torch.from_numpy(weight) for weight in network.weights)
    leaves = tuple(weight.clone().requires_grad_() for weight in weights)
    slopes = torch.autograd.grad(loss(*leaves), leaves)
    _, products = torch.autograd.functional.hvp(loss, weights, slopes)
    residual = forward(network, x) - y
    for ours, theirs in zip(gradient(network, x, residual), slopes, strict=True):
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-11, atol=1e-13)
    for ours, theirs in zip(hessian_gradient_product(network, x, residual), products, strict=True):
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-11, atol=1e-13)


@settings(max_examples=30)
@given(shapes, seeds)
def test_each_layer_is_homogeneous(widths, seed):
    """Euler: ⟨W_l, ∂L/∂W_l⟩ = E[r·f] for every layer."""
    network, x, r = problem(widths, seed)
    expected = np.mean(np.sum(r * forward(network, x), axis=1))
    for weight, slope in zip(network.weights, gradient(network, x, r), strict=True):
        assert np.sum(weight * slope) == pytest.approx(expected, rel=1e-9, abs=1e-11)


@settings(max_examples=30)
@given(shapes, seeds)
def test_smoothed_residual_is_that_of_the_explicit_kernel(widths, seed):
    network, x, r = problem(widths, seed)
    j = jacobian(network, x)
    expected = (j @ (j.T @ r.ravel()) / len(x)).reshape(r.shape)
    np.testing.assert_allclose(tangent_residual(network, x, r), expected, rtol=1e-9, atol=1e-11)


@settings(max_examples=30)
@given(shapes, seeds)
def test_first_layer_alone_is_the_first_of_all(widths, seed):
    network, x, r = problem(widths, seed)
    for derivative in (gradient, hessian_gradient_product):
        alone = derivative(network, x, r, first_layer=True)
        assert len(alone) == 1
        np.testing.assert_array_equal(alone[0], derivative(network, x, r)[0])


def test_hessian_gradient_product_of_a_linear_network():
    """Without hidden layers H = E[xxᵀ]/d and g = E[rxᵀ]/√d."""
    network, x, r = problem((3, 2), 3)
    g = r.T @ x / (len(x) * 3**0.5)
    (product,) = hessian_gradient_product(network, x, r)
    np.testing.assert_allclose(product, g @ (x.T @ x) / (len(x) * 3), rtol=1e-12)


@pytest.mark.parametrize("derivative", [gradient, hessian_gradient_product])
def test_single_precision_stays_single(derivative):
    network, x, r = problem((8, 16, 8, 2), 4, samples=20)
    rounded = single_precision(network)
    rough = derivative(rounded, x.astype(np.float32), r.astype(np.float32))
    assert {each.dtype for each in rough} == {np.dtype(np.float32)}
    # the same numbers, rounded to single first: relative errors of some dozen operations, or a gate at its
    # kink
    exact = derivative(Network(rounded.weights), x.astype(np.float32).astype(float), r.astype(np.float32))
    for ours, theirs in zip(rough, exact, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-4 * np.abs(theirs).max())


def test_dead_units_get_no_gradient():
    network, x, r = problem((3, 4, 2), 5)
    weights = network.weights[0].copy()
    weights[1] = -1.0
    slopes = gradient(Network((weights, network.weights[1])), np.abs(x), r)
    assert not slopes[0][1].any()
    assert not slopes[1][:, 1].any()


def test_memory_is_a_few_activations():
    """Far below N×n×d = 128 MiB here: Hg holds activations, deltas and both rates, and a temporary or two."""
    samples, width, inputs = 256, 1024, 64
    network, x, r = problem((inputs, width, 1), 6, samples=samples)
    tracemalloc.start()
    hessian_gradient_product(network, x, r)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak <= 8 * (8 * samples * width + 6 * width * inputs)


def test_masked_multiplies_the_first_layers():
    network, _, _ = problem((3, 4, 2), 7)
    mask = np.eye(4, 3)
    pruned = masked(network, [mask])
    np.testing.assert_array_equal(pruned.weights[0], network.weights[0] * mask)
    assert pruned.weights[1] is network.weights[1]
    with pytest.raises(ValueError, match=r"masks have shapes \[\(3, 4\)\], expected"):
        masked(network, [mask.T])
    with pytest.raises(ValueError, match="masks have shapes"):
        masked(network, [np.ones(w.shape) for w in (*network.weights, network.weights[1])])


def test_random_networks_have_their_widths_and_their_seed():
    network = random_network((3, 5, 2), np.random.default_rng(8))
    again = random_network((3, 5, 2), np.random.default_rng(8))
    assert network.widths == (3, 5, 2)
    assert all(map(np.array_equal, network.weights, again.weights))


@pytest.mark.parametrize("widths", [(), (3,), (3, 0, 1), (3, -1), (3, 2.5, 1), (3, "4"), (True, 2)])
def test_widths_are_checked(widths):
    with pytest.raises(ValueError, match="widths is"):
        random_network(widths, np.random.default_rng(0))


def test_what_would_not_fit_is_refused_before_it_is_made():
    with pytest.raises(InputError, match=r"a network of 1000001000000 weights would take about 8\.\d+ TiB, expected"):
        random_network((10**6, 10**6, 1), 0)
    network, x = random_network((1, 2, 3), 0), np.ones((400, 1))
    with limit("1M"):
        random_network((100, 100, 1), 0)
        with pytest.raises(InputError, match="a network of 1001000 weights"):
            random_network((np.int32(1000), 1000, 1), 0)
        tangent_kernel(network, x[:10], x)
        for others in (None, x):
            with pytest.raises(InputError, match=r"a kernel of 1200 × 1200 entries would take about 33 MiB, expected"):
                tangent_kernel(network, x, others)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ((), "weights is empty"),
        (None, "weights is None"),
        ((np.ones(3),), r"weights\[0\] has shape \(3,\)"),
        ((np.ones((0, 3)),), r"weights\[0\] has shape \(0, 3\)"),
        ((np.ones((2, 3)), np.ones((1, 3))), r"weights\[1\] has shape \(1, 3\), expected 2 columns"),
        ((np.array([[np.nan]]),), r"weights\[0\] holds nan"),
        ((np.array([["a"]]),), r"weights\[0\] has dtype <U1"),
        ((np.array([[1j]]),), r"weights\[0\] has dtype complex128"),
    ],
)
def test_weights_are_checked(weights, message):
    with pytest.raises(ValueError, match=message):
        Network(weights)


@pytest.mark.parametrize(
    ("x", "r", "message"),
    [
        (np.ones((6, 2)), np.ones((6, 2)), r"x has shape \(6, 2\), expected 3 columns"),
        (np.ones(3), np.ones((1, 2)), r"x has shape \(3,\)"),
        (np.ones((0, 3)), np.ones((0, 2)), r"x has shape \(0, 3\)"),
        (np.full((6, 3), np.inf), np.ones((6, 2)), "x holds nan or infinite"),
        (None, np.ones((6, 2)), "x has dtype object"),
        (np.ones((6, 3)), np.ones((6, 1)), r"residual has shape \(6, 1\), expected \(6, 2\)"),
        (np.ones((6, 3)), np.ones(6), r"residual has shape \(6,\)"),
        (np.ones((6, 3)), np.full((6, 2), np.nan), "residual holds nan"),
    ],
)
def test_data_are_checked(x, r, message):
    network, _, _ = problem((3, 4, 2), 9)
    for derivative in (gradient, hessian_gradient_product, tangent_residual):
        with pytest.raises(ValueError, match=message) as caught:
            derivative(network, x, r)
        assert "\n" not in str(caught.value)
