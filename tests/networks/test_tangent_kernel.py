"""Jacobians against differences, gradients and autograd; tangent kernels against the Jacobians they never form."""

from __future__ import annotations

import math
import pickle
import tracemalloc

import numpy as np
import pytest
import sympy as sp
from helpers import needs
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from sparse_limits.numerics.kernels import activation, dense_kernel
from sparse_limits.numerics.networks import (
    ACTIVATIONS,
    Activation,
    Network,
    forward,
    gradient,
    hessian_gradient_product,
    jacobian,
    masked,
    random_network,
    tangent_kernel,
    tangent_residual,
)
from sparse_limits.numerics.networks.tangent_kernel import _add_columns, _add_units, _sides
from sparse_limits.theory.kernel import dual

SWISH = (lambda z: z / (1 + np.exp(-z)), lambda z: (1 + np.exp(-z) * (1 + z)) / (1 + np.exp(-z)) ** 2)
CHOICES = [*ACTIVATIONS, SWISH]
shapes = st.lists(st.integers(1, 6), min_size=2, max_size=4)
seeds = st.integers(0, 2**32 - 1)
densities = st.sampled_from([0.0, 0.1, 0.5, 0.8, 0.95, 1.0])


def problem(widths, seed, samples=5, choice="relu"):
    rng = np.random.default_rng(seed)
    return random_network(widths, rng, choice), rng.standard_normal((samples, widths[0])), rng


def random_masks(network, density, rng):
    return [rng.random(weight.shape) < density for weight in network.weights]


def rows(array, parameters):
    return array.reshape(-1, parameters)


def contracted(network, x, x2, masks=None):
    """J(x) J(x2)ᵀ in the shape of the kernel."""
    left, right = jacobian(network, x, masks), jacobian(network, x2, masks)
    return np.tensordot(left, right, axes=(-1, -1))


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("widths", [(3, 1), (4, 5, 1), (3, 4, 5, 2)])
def test_jacobian_against_differences(widths, choice):
    """f in one weight is smooth at distance 1e-5 from a kink, which random inputs keep."""
    network, x, _ = problem(widths, 1, choice=choice)
    found = jacobian(network, x).reshape(len(x), widths[-1], -1)
    theta = np.concatenate([w.ravel() for w in network.weights])
    ends = np.cumsum([w.size for w in network.weights])[:-1]

    def value(parameters):
        parts = np.split(parameters, ends)
        weights = tuple(part.reshape(w.shape) for part, w in zip(parts, network.weights, strict=True))
        return forward(Network(weights, network.activation), x)

    for k, unit in enumerate(np.eye(theta.size)):
        slope = (value(theta + 1e-5 * unit) - value(theta - 1e-5 * unit)) / 2e-5
        np.testing.assert_allclose(found[:, :, k], slope, rtol=0, atol=1e-8)


@pytest.mark.parametrize("choice", ACTIVATIONS)
def test_jacobian_and_kernel_against_autograd(choice):
    torch = needs("torch")
    network, x, rng = problem((4, 6, 5, 2), 2, samples=7, choice=choice)
    masks = random_masks(network, 0.6, rng)
    phi = {
        "relu": torch.relu,
        "normalised relu": lambda z: 2**0.5 * torch.relu(z),
        "erf": torch.erf,
        "linear": lambda z: z,
    }[choice]

    def output(weights, sample):
        for layer, weight in enumerate(weights):
            sample = (phi(sample) if layer else sample) @ weight.T / weight.shape[1] ** 0.5
        return sample

    weights = tuple(map(torch.from_numpy, masked(network, masks).weights))
    blocks = torch.func.vmap(torch.func.jacrev(output), (None, 0))(weights, torch.from_numpy(x))
    expected = np.concatenate([block.numpy()[:, :, mask] for block, mask in zip(blocks, masks, strict=True)], axis=2)
    np.testing.assert_allclose(jacobian(network, x, masks), expected, rtol=0, atol=1e-13)
    kernel = np.einsum("aip,bjp->aibj", expected, expected)
    np.testing.assert_allclose(tangent_kernel(network, x, masks=masks), kernel, rtol=0, atol=1e-12)


@settings(max_examples=40)
@given(shapes, seeds, densities, st.sampled_from(list(ACTIVATIONS)))
def test_kernel_is_the_contracted_jacobian(widths, seed, density, choice):
    network, x, rng = problem(widths, seed, choice=choice)
    x2 = rng.standard_normal((3, widths[0]))
    masks = random_masks(network, density, rng)
    allowance = 1e-13 * (1 + np.abs(contracted(network, x, x)).max() + np.abs(contracted(network, x2, x2)).max())
    symmetric = tangent_kernel(network, x, masks=masks)
    size = len(x) * widths[-1]
    np.testing.assert_array_equal(symmetric.reshape(size, size), symmetric.reshape(size, size).T)
    np.testing.assert_allclose(symmetric, contracted(network, x, x, masks), rtol=0, atol=allowance)
    crossed = tangent_kernel(network, x, x2, masks=masks)
    np.testing.assert_allclose(crossed, contracted(network, x, x2, masks), rtol=0, atol=allowance)
    everything = tangent_kernel(network, x, x2)
    np.testing.assert_allclose(everything, contracted(network, x, x2), rtol=0, atol=allowance)


@pytest.mark.parametrize("density", [0.03, 0.3, 0.9])
@pytest.mark.parametrize("outputs", [1, 2])
def test_wide_networks_sum_the_same_weights(outputs, density):
    """Wide enough for every way of summing: by columns, by units, by what is pruned."""
    network, x, rng = problem((70, 90, 80, outputs), 3, samples=60, choice="normalised relu")
    masks = random_masks(network, density, rng)
    x2 = rng.standard_normal((41, 70))
    for other in (x, x2):
        expected = contracted(network, x, other, masks)
        found = tangent_kernel(network, x, None if other is x else other, masks=masks)
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-13 * np.abs(expected).max())


@pytest.mark.parametrize("outputs", [1, 2])
@pytest.mark.parametrize("samples2", [None, 7, 50])
def test_units_and_columns_sum_the_same(outputs, samples2):
    """More alive samples than a strip has; rows that keep nothing, and units that are dead for all samples of a side."""
    network, x, rng = problem((9, 40, outputs), 6, samples=75)
    mask = rng.random((40, 9)) < 0.5
    mask[3] = False
    left = right = _sides(network, x)[0]
    right.leaving[:, 5] = 0
    if samples2 is not None:
        right = _sides(network, rng.standard_normal((samples2, 9)))[0]
        right.leaving[:, 6] = 0
    shape = len(left.leaving), len(right.leaving)
    found, expected = (add(np.ones(shape, order="F"), mask, 0.3, left, right) for add in (_add_units, _add_columns))
    lower = np.tril(np.ones(shape, bool)) if samples2 is None else np.ones(shape, bool)
    np.testing.assert_allclose(found[lower], expected[lower], rtol=0, atol=1e-13 * np.abs(expected).max())


def test_what_little_is_kept_keeps_its_digits():
    """Nine in ten weights kept, but only where inputs are tiny: all weights less the pruned ones would lose them."""
    network, x, _ = problem((40, 200, 1), 4, samples=30)
    x[:, 4:] *= 1e-8
    mask = np.ones((200, 40), bool)
    mask[:, :4] = False
    masks = [mask, np.zeros((1, 200), bool)]
    np.testing.assert_allclose(tangent_kernel(network, x, masks=masks), contracted(network, x, x, masks), rtol=1e-9)


def test_layers_add_up():
    network, x, rng = problem((5, 6, 7, 2), 5)
    masks = random_masks(network, 0.5, rng)
    parts = [tangent_kernel(network, x, masks=masks, layers=[layer]) for layer in range(3)]
    np.testing.assert_allclose(sum(parts), tangent_kernel(network, x, masks=masks), rtol=1e-12)
    np.testing.assert_allclose(parts[0] + parts[2], tangent_kernel(network, x, masks=masks, layers=(0, 2)), rtol=1e-12)
    assert not tangent_kernel(network, x, masks=masks, layers=[]).any()
    assert not parts[2][:, 0, :, 1].any()  # readout weights of one output do not move the other


def test_kernel_smooths_residuals():
    network, x, rng = problem((4, 6, 3), 6, choice=SWISH)
    r = rng.standard_normal((5, 3))
    smoothed = np.tensordot(tangent_kernel(network, x), r, axes=2) / len(x)
    np.testing.assert_allclose(tangent_residual(network, x, r), smoothed, rtol=1e-11)
    np.testing.assert_allclose(
        np.concatenate([g.ravel() for g in gradient(network, x, r)]),
        np.tensordot(r, jacobian(network, x), axes=2) / len(x),
        rtol=0,
        atol=1e-13,
    )


def test_own_layer_is_masked_and_no_other():
    """A dead weight still has a column without masks; with them its layer alone loses it."""
    network, x, _ = problem((3, 4, 1), 7)
    mask = np.ones((4, 3), bool)
    mask[1] = False
    pruned = masked(network, [mask])
    assert jacobian(network, x).shape == (5, 16)
    assert jacobian(network, x, [mask]).shape == (5, 13)
    kept = np.r_[mask.ravel(), np.ones(4, bool)]
    np.testing.assert_array_equal(jacobian(network, x, [mask]), jacobian(pruned, x)[:, kept])
    assert (np.diag(tangent_kernel(network, x, masks=[mask])) <= np.diag(tangent_kernel(pruned, x))).all()


def test_masks_may_be_sparse_whole_numbers_or_empty():
    network, x, rng = problem((6, 8, 1), 8)
    (mask, _) = masks = random_masks(network, 0.4, rng)
    mask[3] = False
    expected = tangent_kernel(network, x, masks=masks)
    for same in (
        [csr_array(m) for m in masks],
        [m.astype(int) for m in masks],
        [m.astype(float).tolist() for m in masks],
    ):
        np.testing.assert_array_equal(tangent_kernel(network, x, masks=same), expected)
    nothing = [np.zeros(w.shape) for w in network.weights]
    assert not tangent_kernel(network, x, masks=nothing).any()
    assert jacobian(network, x, nothing).shape == (5, 0)


def test_single_precision_is_computed_in_double():
    network, x, rng = problem((6, 8, 1), 9)
    masks = random_masks(network, 0.5, rng)
    single = Network(tuple(w.astype(np.float32) for w in network.weights))
    double = Network(tuple(w.astype(float) for w in single.weights))
    rough = x.astype(np.float32)
    found = tangent_kernel(single, rough, masks=masks)
    assert found.dtype == jacobian(single, rough).dtype == np.float64
    np.testing.assert_array_equal(found, tangent_kernel(double, rough.astype(float), masks=masks))


def test_memory_is_the_kernel_and_activations():
    """A Jacobian would take 100 MB here."""
    network, x, rng = problem((128, 512, 512, 1), 10, samples=40)
    masks = random_masks(network, 0.3, rng)
    tangent_kernel(network, x, masks=masks)  # compiled
    tracemalloc.start()
    tangent_kernel(network, x, masks=masks)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20e6


@pytest.mark.parametrize("name", ["normalised relu", "erf", "linear"])
def test_activations_are_those_of_theory(name):
    symbolic = {"normalised relu": dual.relu, "erf": dual.erf, "linear": dual.linear}[name]
    chosen = ACTIVATIONS[name]
    for z in (-1.25, -0.1, 0.3, 2.0):
        assert chosen.function(np.array([z]))[0] == pytest.approx(float(symbolic.function.subs(dual.z, z)), rel=1e-15)
        slope = sp.diff(symbolic.function, dual.z).subs(dual.z, z)
        assert chosen.derivative(np.array([z]))[0] == pytest.approx(float(slope), rel=1e-15)


def test_wide_networks_approach_the_analytic_kernel():
    """Var Θ̂ = O(1/n): at n = 20000 some three percent is five standard deviations."""
    for name, kernel_name in (("normalised relu", "relu"), ("erf", "erf")):
        network, x, _ = problem((4, 20_000, 1), 11, choice=name)
        expected = dense_kernel(x, activation=activation(kernel_name)).ntk
        np.testing.assert_allclose(tangent_kernel(network, x), expected, rtol=0, atol=0.05 * expected.max())


def test_kernels_activations_are_taken_as_they_are():
    network, x, _ = problem((4, 7, 1), 12, choice="normalised relu")
    same = Network(network.weights, activation("relu"))
    np.testing.assert_allclose(tangent_kernel(network, x), tangent_kernel(same, x), rtol=1e-14)


def test_curved_activations_have_gradients_but_no_hessian():
    for choice in ("erf", SWISH):
        network, x, rng = problem((4, 7, 2), 13, choice=choice)
        r = rng.standard_normal((5, 2))
        explicit = np.tensordot(r, jacobian(network, x), axes=2) / len(x)
        np.testing.assert_allclose(np.concatenate([g.ravel() for g in gradient(network, x, r)]), explicit, atol=1e-13)
        with pytest.raises(ValueError, match="expected one with φ'' = 0"):
            hessian_gradient_product(network, x, r)


@pytest.mark.parametrize("choice", ["normalised relu", "linear"])
def test_hessian_products_are_differences_of_gradients(choice):
    """Along g itself; no gate flips over a step of 1e-6, and the gradient is smooth between gates."""
    network, x, rng = problem((4, 7, 5, 2), 14, choice=choice)
    y = rng.standard_normal((5, 2))

    def slopes(step, along):
        moved = Network(tuple(w + step * a for w, a in zip(network.weights, along, strict=True)), choice)
        return gradient(moved, x, forward(moved, x) - y)

    along = slopes(0.0, network.weights)
    above, below = slopes(1e-6, along), slopes(-1e-6, along)
    for product, up, down in zip(
        hessian_gradient_product(network, x, forward(network, x) - y), above, below, strict=True
    ):
        np.testing.assert_allclose(product, (up - down) / 2e-6, rtol=0, atol=1e-7 * np.abs(product).max())


def test_networks_with_their_activation_can_be_sent_to_another_process():
    for name in ACTIVATIONS:
        network, x, _ = problem((3, 4, 1), 15, choice=name)
        again = pickle.loads(pickle.dumps(network))
        np.testing.assert_array_equal(forward(again, x), forward(network, x))


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ("gelu", "activation is 'gelu', expected one of relu"),
        (None, "activation is None, expected a name or a pair"),
        ((np.tanh,), "expected a name or a pair"),
        ((np.tanh, "1/cosh"), "activation '1/cosh' is no function"),
        ((math.tanh, np.cos), "activation <built-in function tanh> fails on an array .*, expected a function entry by"),
        ((np.tanh, lambda z: 1 if z > 0 else 0), "activation .* fails on an array"),
        ((np.tanh, lambda z: 1.0), "is no function of an array that gives one real number per entry"),
        ((np.sqrt, np.tanh), "is no function of an array"),
        ((np.sum, np.tanh), "is no function of an array"),
    ],
)
def test_activations_are_checked(choice, message):
    with pytest.raises(ValueError, match=message) as caught:
        Network((np.ones((1, 1)),), choice)
    assert "\n" not in str(caught.value)


def test_a_named_activation_is_one_object():
    assert isinstance(Network((np.ones((1, 1)),), "erf").activation, Activation)
    assert masked(Network((np.ones((1, 1)),), "erf"), [np.ones((1, 1))]).activation.name == "erf"


@pytest.mark.parametrize(
    ("x", "options", "message"),
    [
        (np.ones((5, 2)), {}, r"x has shape \(5, 2\), expected 3 columns"),
        (np.full((5, 3), np.nan), {}, "x holds nan"),
        (np.ones((5, 3)), {"x2": np.ones((2, 4))}, r"x2 has shape \(2, 4\), expected 3 columns"),
        (np.ones((5, 3)), {"masks": [np.ones((3, 4))]}, "masks have shapes"),
        (np.ones((5, 3)), {"masks": [np.full((4, 3), 0.5)]}, r"masks\[0\] holds values other than 0 and 1"),
        (np.ones((5, 3)), {"masks": [np.full((4, 3), np.nan)]}, r"masks\[0\] holds values other than 0 and 1"),
        (np.ones((5, 3)), {"masks": [[[1, 0], [1]]]}, r"masks\[0\] is ragged"),
        (np.ones((5, 3)), {"layers": [2]}, "layers is 2, expected an integer from 0 to 1"),
        (np.ones((5, 3)), {"layers": [0, 0]}, r"layers is \[0, 0\], expected each layer once"),
    ],
)
def test_arguments_are_checked(x, options, message):
    network, _, _ = problem((3, 4, 1), 16)
    with pytest.raises(ValueError, match=message) as caught:
        tangent_kernel(network, x, **options)
    assert "\n" not in str(caught.value)
