"""Architectures, covariances on data, and drawn networks with their derivatives."""

from __future__ import annotations

import numpy as np
import pytest

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.kernels import dense_kernel
from sparse_limits.numerics.networks import Network
from sparse_limits.numerics.networks.derivatives import gradient, hessian_gradient_product
from sparse_limits.numerics.prediction.architecture import ACTIVATIONS, INITIALISATIONS, Architecture
from sparse_limits.numerics.prediction.layers import drawn
from sparse_limits.numerics.prediction.layers.covariances import Root, root_of, smoothed
from sparse_limits.numerics.prediction.layers.latents import Sizes, units_of
from sparse_limits.numerics.prediction.layers.residual import Residual


def data(samples: int, inputs: int, outputs: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.standard_normal((samples, inputs)), rng.standard_normal((samples, outputs))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"widths": ()}, r"widths is \(\), expected one for each hidden layer"),
        ({"widths": (4, 0)}, "widths is 4, 0, expected integers from 1"),
        ({"widths": "12"}, "widths is '12'"),
        ({"activation": "relo"}, "activation is 'relo', expected one of relu"),
        ({"init": "xavier"}, "init is 'xavier', expected one of normal, uniform, he, torch"),
        ({"bias": 1}, "bias is 1, expected True or False"),
    ],
)
def test_an_architecture_says_what_is_wrong(wrong, said):
    with pytest.raises(InputError, match=said):
        Architecture(**({"inputs": 3, "widths": (4, 5), "outputs": 1} | wrong))


@pytest.mark.parametrize("name", INITIALISATIONS)
def test_drawn_weights_and_biases_have_the_stated_variances(name):
    """Each weight is bounded by six deviations or uniform; the mean of squares is within Chebyshev's bound at 1e-4."""
    made = drawn.draw(Architecture(300, (400,), 2, init=name, bias=True), np.random.default_rng(1))
    init = INITIALISATIONS[name]
    weights = made.weights[0]
    squares = weights**2 / init.weight
    assert abs(squares.mean() - 1) < np.sqrt(2 / weights.size / 1e-4)  # the variance of a square is at most 2
    biases = made.biases[0]
    if init.bias_variance(300) == 0:
        assert not biases.any()
    else:
        assert abs((biases**2).mean() / init.bias_variance(300) - 1) < np.sqrt(2 / biases.size / 1e-4)


@pytest.mark.parametrize("widths", [(6,), (6, 5), (6, 5, 4)])
def test_gradients_of_relu_networks_are_those_of_the_networks_without_biases(widths):
    x, r = data(7, 3, 2)
    made = drawn.draw(Architecture(3, widths, 2), np.random.default_rng(2))
    network = Network(made.weights)
    seen = drawn.forward(made, x)
    for mine, theirs in zip(drawn.gradient(made, seen, r), gradient(network, x, r), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-11, atol=1e-14)
    curved = drawn.curvature_along_gradient(made, seen, Residual("mse", r, np.zeros_like(r)))
    for mine, theirs in zip(curved, hessian_gradient_product(network, x, r), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("loss", ["mse", "cross-entropy"])
@pytest.mark.parametrize("activation", ["tanh", "gelu", "erf"])
def test_derivatives_of_smooth_networks_with_biases_are_difference_quotients(activation, loss):
    x, y = data(5, 3, 2)
    y = y if loss == "mse" else np.eye(2)[[0, 1, 1, 0, 1]]
    network = Architecture(3, (4, 3), 2, activation=activation, bias=True)
    made = drawn.draw(network, np.random.default_rng(3))

    def value(weights: tuple[np.ndarray, ...]) -> float:
        output = drawn.forward(drawn.DrawnNetwork(network, weights, made.biases), x).output
        if loss == "mse":
            return float(((output - y) ** 2).sum() / 2 / len(x))
        return float((np.log(np.exp(output).sum(axis=1)) - (output * y).sum(axis=1)).mean())

    seen = drawn.forward(made, x)
    residual = Residual(loss, seen.output, y)
    slopes = drawn.gradient(made, seen, residual.values)
    curved = drawn.curvature_along_gradient(made, seen, residual)
    step = 1e-5
    for layer, place in [(0, (1, 2)), (1, (2, 0)), (2, (1, 1))]:
        moved = []
        for sign in (1, -1):
            weights = [weight.copy() for weight in made.weights]
            weights[layer][place] += sign * step
            moved.append(value(tuple(weights)))
        assert (moved[0] - moved[1]) / (2 * step) == pytest.approx(slopes[layer][place], rel=1e-5, abs=1e-8)
    ahead = []
    for sign in (1, -1):
        weights = tuple(w + sign * step * slope for w, slope in zip(made.weights, slopes, strict=True))
        there = drawn.DrawnNetwork(network, weights, made.biases)
        seen_there = drawn.forward(there, x)
        ahead.append(drawn.gradient(there, seen_there, Residual(loss, seen_there.output, y).values))
    for plus, minus, mine in zip(*ahead, curved, strict=True):
        np.testing.assert_allclose((plus - minus) / (2 * step), mine, rtol=1e-4, atol=1e-6)


def test_weights_of_order_one_over_root_inputs_step_by_more():
    """GraSP in PyTorch's parametrisation: Hg and g of W = w/√inputs, times W, is a step of w by inputs · ∂w."""
    x, r = data(6, 3, 1)
    rng = np.random.default_rng(4)
    made = drawn.draw(Architecture(3, (5, 4), 1, init="he"), rng)
    plain = drawn.DrawnNetwork(Architecture(3, (5, 4), 1), made.weights, made.biases)
    seen = drawn.forward(made, x)
    slopes = drawn.gradient(plain, seen, r)
    scaled = drawn.curvature_along_gradient(made, seen, Residual("mse", r, np.zeros_like(r)))
    step = 1e-6
    ahead = []
    for sign in (1, -1):
        weights = tuple(w + sign * step * w.shape[1] * slope for w, slope in zip(made.weights, slopes, strict=True))
        there = drawn.DrawnNetwork(plain.network, weights, made.biases)
        seen_there = drawn.forward(there, x)
        ahead.append(drawn.gradient(there, seen_there, r + seen_there.output - seen.output))
    for plus, minus, mine in zip(*ahead, scaled, strict=True):
        np.testing.assert_allclose((plus - minus) / (2 * step), mine, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("activation", ["relu", "erf", "tanh"])
def test_covariances_are_those_of_the_kernels_of_wide_networks(depth, activation):
    x, r = data(12, 4, 2)
    network = Architecture(4, (8,) * depth, 2, activation=activation)
    rng = np.random.default_rng(0)
    expected = dense_kernel(x, depth=depth, activation=network.phi)
    units = units_of(network, x, Sizes(2, (3,) * depth), rng, output=True)
    np.testing.assert_allclose(units.output, expected.nngp, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(smoothed(network, x, r, rng), expected.ntk @ r / 12, rtol=1e-9, atol=1e-12)


def test_the_output_of_a_network_with_biases_has_the_covariance_of_the_limit():
    x, _ = data(9, 3, 1)
    network = Architecture(3, (8, 8), 1, activation="tanh", bias=True)
    expected = dense_kernel(x, depth=2, activation="tanh", sigma_w2=1.0, sigma_b2=1.0)
    units = units_of(network, x, Sizes(2, (3, 3)), np.random.default_rng(0), output=True)
    np.testing.assert_allclose(units.output, expected.nngp, rtol=1e-9)


def test_a_root_is_a_factor_of_the_covariance_plus_what_it_says():
    rng = np.random.default_rng(0)
    for rank in (3, 8):
        part = rng.standard_normal((8, rank))
        covariance = part @ part.T
        kept = covariance.copy()
        root: Root = root_of(kept, keep=True)
        assert (kept == covariance).all()
        factor = np.tril(root.factor).astype(float)
        expected = covariance + root.jitter * np.trace(covariance) / 8 * np.eye(8)
        np.testing.assert_allclose(factor @ factor.T, expected, rtol=1e-5, atol=1e-5)  # single precision
        assert (root.jitter > 0) == (rank < 8)
    assert not root_of(np.zeros((3, 3))).factor.any()
    with pytest.raises(InputError, match="not finite"):
        root_of(np.full((2, 2), np.nan))
    with pytest.raises(InputError, match="no factor"):
        root_of(np.array([[1.0, 2.0], [2.0, 1.0]]))


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_runs_forward_and_in_the_limit(activation):
    x, r = data(6, 3, 1)
    network = Architecture(3, (5, 4), 1, activation=activation, init="torch", bias=True)
    made = drawn.draw(network, np.random.default_rng(0))
    seen = drawn.forward(made, x)
    residual = Residual("mse", r, np.zeros_like(r))
    assert all(np.isfinite(score).all() for score in drawn.scores("grasp", made, seen, residual))
    units = units_of(network, x, Sizes(8, (4, 4)), np.random.default_rng(0))
    assert all(np.isfinite(z).all() for z in units.preactivations)


@pytest.mark.parametrize("widths", [(16,), (16, 12), (8, 8, 8)])
@pytest.mark.parametrize("loss", ["mse", "cross-entropy"])
def test_the_second_term_grows_as_weights_shrink(widths, loss):
    """Without biases and at the output 0 by s^-(L + 1): why GraSP's law is poor at torch's initialisation."""
    x, _ = data(20, 6, 3)
    y = np.eye(3)[np.arange(20) % 3]
    residual = Residual(loss, np.zeros((20, 3)), y)
    made = drawn.draw(Architecture(6, widths, 3, init="torch"), np.random.default_rng(0))
    small = drawn.DrawnNetwork(made.network, tuple(weight / 2 for weight in made.weights), made.biases)
    one, other = (drawn.second_term(each, drawn.forward(each, x), residual) for each in (made, small))
    assert other == pytest.approx(one * 2 ** (len(widths) + 1), rel=1e-9)


def test_a_gradient_of_zero_has_no_second_term():
    made = drawn.draw(Architecture(2, (3,), 1), np.random.default_rng(0))
    zero = np.zeros((2, 1))
    assert drawn.second_term(made, drawn.forward(made, np.ones((2, 2))), Residual("mse", zero, zero)) is None
