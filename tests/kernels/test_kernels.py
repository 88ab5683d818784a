"""Kernels against fifty digits of their recursion, other quadratures, closed forms and neural-tangents' values."""

from __future__ import annotations

import json
import math
from math import pi, sqrt

import mpmath as mp
import numpy as np
import pytest
import sympy as sp
from helpers import TESTS
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import erfcx

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.exact import balls
from sparse_limits.numerics.kernels import ERF, LINEAR, RELU, Kernels, activation, dense_kernel, leaky_relu, recursion
from sparse_limits.numerics.kernels.activations import Homogeneous
from sparse_limits.numerics.kernels.blocks import kernels
from sparse_limits.numerics.kernels.layers import Layer
from sparse_limits.numerics.kernels.quadrature import Kinked, Smooth
from sparse_limits.theory.kernel import dual

EPSILON = np.finfo(float).eps


PEER = json.loads((TESTS / "peers" / "neural_tangents.json").read_text())


def scale(x: np.ndarray, x2: np.ndarray, kernel) -> Kernels:
    """√(K(x, x)K(x′, x′)) for both kernels."""
    left, right = kernel(x), kernel(x2)
    return Kernels(*(np.sqrt(np.outer(np.diag(a), np.diag(b))) for a, b in zip(left, right, strict=True)))


# --- duals


@pytest.mark.parametrize("symbolic", [dual.relu, dual.erf, dual.linear], ids=lambda symbolic: symbolic.name)
def test_duals_are_the_theory_s(symbolic):
    rng, numeric = np.random.default_rng(0), activation(symbolic.name)
    a, b = rng.uniform(0.1, 4, (2, 60))
    cosine = np.concatenate([rng.uniform(-1, 1, 40), 1 - 4.0 ** -np.arange(1, 11), 4.0 ** -np.arange(1, 11) - 1])
    c = cosine * np.sqrt(a * b)
    for found, expected in zip(numeric.dual(a, b, c), (symbolic.value, symbolic.slope), strict=True):
        truth = [balls.number(expected, dict(zip((dual.a, dual.b, dual.c), map(sp.Rational, p), strict=True)))
                 for p in zip(a, b, c, strict=True)]  # fmt: skip
        angle = np.sqrt(1 - np.abs(cosine))  # what the given c itself knows of the angle
        assert np.all(np.abs(np.broadcast_to(found, a.shape) - truth) <= 8 * EPSILON * (np.sqrt(a * b) + 1 / angle))


@given(st.floats(-2, 2), st.floats(-2, 2), st.floats(-1, 1), st.floats(0.1, 3))
def test_homogeneous_activations_mix_the_duals_of_relu_and_linear(positive, negative, cosine, a):
    mixed, c = Homogeneous("mixed", positive, negative), cosine * sqrt(2 * a)
    polar = Kinked("mixed", mixed.function, mixed.derivative)
    assert np.allclose(mixed.dual(a, 2.0, c), polar.dual(a, 2.0, c), rtol=0, atol=1e-6)  # sin θ loses digits at ±1
    assert np.allclose(mixed.diagonal(a), mixed.dual(a, a, a), rtol=0, atol=1e-7)


def test_smooth_activations_by_their_series():
    a, b, c = np.array([1.5, 0.3, 1e-9, 0.0]), np.array([0.7, 2.0, 1.0, 1.0]), np.array([-0.6, 0.7, 1e-5, 0.0])
    decay = np.exp(-(a + b) / 2)
    assert np.allclose(activation("sin").dual(a, b, c), (decay * np.sinh(c), decay * np.cosh(c)), rtol=1e-13, atol=0)
    assert np.allclose(activation(np.exp, np.exp).dual(a, b, c), np.exp((a + b) / 2 + c), rtol=1e-13, atol=0)
    series = Smooth("erf", ERF.function, ERF.derivative)
    assert np.allclose(series.dual(a, b, c), ERF.dual(a, b, c), rtol=1e-12, atol=0)
    assert np.allclose(series.diagonal(a), ERF.diagonal(a), rtol=1e-13, atol=0)
    cube = activation(dual.z**3)
    assert np.allclose(cube.dual(a, b, c)[0], 9 * a * b * c + 6 * c**3, rtol=1e-13, atol=1e-300)


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "softplus", "silu", "gelu", "cos"])
def test_smooth_activations_by_another_rule(name):
    found, (nodes, weights) = activation(name), np.polynomial.hermite_e.hermegauss(120)
    a, b, c = 0.8, 1.3, 0.5
    z, other = sqrt(a) * nodes[:, None], c / sqrt(a) * nodes[:, None] + sqrt(b - c * c / a) * nodes
    weight = np.outer(weights, weights) / (2 * pi)
    expected = [(weight * f(z) * f(other)).sum() for f in (found.function, found.derivative)]
    assert np.allclose(found.dual(a, b, c), expected, rtol=0, atol=1e-9)
    z = np.linspace(-3, 3, 13)
    assert np.allclose(found.derivative(z), (found.function(z + 1e-5) - found.function(z - 1e-5)) / 2e-5, atol=1e-9)


def test_an_activation_with_a_kink_at_zero():
    found, cosine = activation("elu"), 0.3
    rest = sqrt(1 - cosine**2)
    phi = lambda z: max(z, 0.0) + min(float(np.expm1(z)), 0.0)  # noqa: E731
    density = lambda z: np.exp(-z * z / 2) / sqrt(2 * pi)  # noqa: E731

    def given_first(z: float) -> float:
        inner = lambda g: density(g) * phi(cosine * z + rest * g)  # noqa: E731
        edge = -cosine * z / rest
        return phi(z) * density(z) * sum(quad(inner, *ends)[0] for ends in ((-12, edge), (edge, 12)))

    expected = quad(given_first, -12, 0)[0] + quad(given_first, 0, 12)[0]
    assert found.dual(1.0, 1.0, cosine)[0] == pytest.approx(expected, abs=1e-8)


def test_functions_are_recognised():
    assert activation(lambda z: np.maximum(z, 0.1 * z)).positive == leaky_relu(0.1).positive
    assert activation(sp.Abs(dual.z)).dual(1.0, 1.0, 0.3) == activation("abs").dual(1.0, 1.0, 0.3)
    assert activation(RELU) is RELU
    differences = activation(np.tanh).dual(1.0, 1.0, 0.5)
    assert np.allclose(differences, activation("tanh").dual(1.0, 1.0, 0.5), rtol=0, atol=1e-10)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("rleu", "expected one of"),
        (3, "expected a name"),
        (sp.Symbol("x") * sp.Symbol("y"), "one symbol"),
        (np.sign, "continuous"),
        (lambda z: np.clip(z, -1, 1), "kinks at 0 alone"),
        (lambda z: np.sum(z), "vectorised"),
        (math.tanh, "tanh fails on an array .*, expected a vectorised function"),
        (lambda z: z if z > 0 else 0, "fails on an array .*, expected a vectorised function"),
        (np.sqrt, "not finite"),
    ],
)
def test_activations_refused(given, message):
    with pytest.raises(InputError, match=message):
        activation(given)


def test_derivatives_go_with_functions():
    with pytest.raises(InputError, match="the derivative of tanh fails on an array"):
        activation(np.tanh, math.cos)
    for named in ("tanh", "relu", RELU, sp.tanh(dual.z)):
        with pytest.raises(InputError, match="derivative is given beside the activation"):
            activation(named, derivative=np.cos)


def test_a_series_that_converges_too_slowly_is_refused():
    with pytest.raises(ValueError, match=r"tanh at variance 400 is known to .*, expected 1e-10"):
        activation("tanh").dual(400.0, 400.0, 0.0)


@pytest.mark.parametrize(("name", "sign"), [("sin", -1), ("cos", 1)])
def test_what_oscillates_as_fast_as_the_grid_is_refused(name, sign):
    """On nodes 1/16 apart sin(100 z) is a slow sine: K(x, x) was 0.2155. What is accepted is right."""
    for fast in (100.0, 110.0, 201.0, 402.0, 1000.0):
        with pytest.raises(InputError, match=f"{name} at variance .* by its Hermite series"):
            dense_kernel(np.array([[fast], [0.97 * fast]]), activation=name)
    for scale in (3.0, 12.0, 30.0):
        a, b = scale, 0.97 * scale
        found = dense_kernel(np.array([[a], [b]]), activation=name).nngp[0]
        expected = [(np.exp(-((a - c) ** 2) / 2) + sign * np.exp(-((a + c) ** 2) / 2)) / 2 for c in (a, b)]
        assert np.allclose(found, expected, rtol=0, atol=1e-13)


def test_a_function_that_is_a_line_at_rational_points_is_no_line():
    wave = activation(lambda z: z + np.sin(4 * pi * z), lambda z: 1 + 4 * pi * np.cos(4 * pi * z))
    assert dense_kernel(np.array([[1.0]]), activation=wave).nngp[0, 0] == pytest.approx(1.5, abs=1e-10)


def test_a_kink_is_refused_at_variances_that_the_polar_rule_does_not_reach():
    """Of elu: E φ′² = ½ + e^{2a} Φ(−2√a), and E φ² by the same integrals."""
    for deviation in (0.01, 1.0, 3.0, 5.0):
        twice, once = (erfcx(k * deviation / sqrt(2)) for k in (2, 1))
        value, slope = deviation**2 / 2 + (twice - 2 * once + 1) / 2, (1 + twice) / 2
        found = dense_kernel(np.array([[deviation]]), activation="elu")
        assert found.nngp[0, 0] == pytest.approx(value, rel=1e-10)
        assert found.ntk[0, 0] == pytest.approx(value + deviation**2 * slope, rel=1e-10)
    for x in ([[85.0]], [[1.0], [85.0]]):
        with pytest.raises(
            InputError, match=r"elu at variance 7.22e\+03 is known to .* by the polar rule, expected 1e-10"
        ):
            dense_kernel(x, activation="elu")


@pytest.mark.parametrize("name", ["gelu", "tanh"])
def test_terms_that_a_tile_leaves_out_do_not_matter(name):
    """Pairs of small cosines need few terms: beside a cosine of 1 they get all of them."""
    found, cosines = activation(name), np.linspace(-0.6, 0.6, 31)
    alone = found.dual(9.0, 9.0, 9 * cosines)
    row = found.profile(np.full((1, 1), 3.0)), found.profile(np.full((1, 32), 3.0))
    sigma = 9 * np.append(cosines, 1.0)[None, None]
    beside = found.advance(*row, sigma.copy(), np.ones_like(sigma))
    whole = np.array(found.diagonal(9.0))
    assert found.profile(np.full((1, 1), 3.0)).shape[0] > 200  # more than the cosines need
    for few, all_of_them, most in zip(alone, beside, whole, strict=True):
        assert np.abs(few - all_of_them[0, 0, :-1]).max() < 4e-16 * most


# --- the recursion


def reference(layers: list[Layer], x: np.ndarray, y: np.ndarray, phi: Homogeneous) -> tuple[mp.mpf, mp.mpf]:
    """Both kernels of one pair in fifty digits, as the recursion is written."""
    exact = lambda values: [mp.mpf(float(value)) for value in values]  # noqa: E731
    mix = lambda matrix, values: [sum(map(mp.fmul, exact(row), values)) for row in matrix]  # noqa: E731
    x, y = exact(x), exact(y)
    a, b, c = ([p * q for p, q in zip(*pair, strict=True)] for pair in ((x, x), (y, y), (x, y)))
    bend, line = (mp.mpf(phi.positive) - phi.negative) ** 2 / 2, mp.mpf(phi.positive) * phi.negative
    theta = [mp.mpf(0)] * len(c)
    for place, layer in enumerate(layers):
        trained = layer.forward if layer.trained is None else layer.trained
        own, through = mix(trained, c), mix(layer.forward, theta)
        theta = [p + q + layer.bias for p, q in zip(own, through, strict=True)]
        a, b, c = ([value + layer.bias for value in mix(layer.forward, values)] for values in (a, b, c))
        if place == len(layers) - 1:
            return c[0], theta[0]
        roots = [mp.sqrt(p * q) for p, q in zip(a, b, strict=True)]
        cosines = [min(max(p / r, mp.mpf(-1)), mp.mpf(1)) if r else mp.mpf(-1) for p, r in zip(c, roots, strict=True)]
        angles = [mp.pi - mp.acos(cosine) for cosine in cosines]
        slopes = [(bend * angle / mp.pi + line) if r else 0 for angle, r in zip(angles, roots, strict=True)]
        c = [bend * r * (mp.sqrt(1 - cosine**2) + angle * cosine) / mp.pi + line * r * cosine
             for r, cosine, angle in zip(roots, cosines, angles, strict=True)]  # fmt: skip
        a, b = ([(bend + line) * value for value in values] for values in (a, b))
        theta = [p * q for p, q in zip(theta, slopes, strict=True)]
    raise AssertionError


def awkward_inputs(rng: np.random.Generator, d: int) -> np.ndarray:
    """Among them near duplicates and opposites at many angles, multiples and zero."""
    x = rng.standard_normal((6, d))
    near = [x[k % 6] * (1 + k % 3) + e * rng.standard_normal(d) for k, e in enumerate((0.2, 1e-2, 1e-4, 1e-8, 1e-12))]
    return np.vstack([x, near, [-row for row in near[1:4]], 3 * x[:1], np.zeros((1, d))])


def close_inputs(rng: np.random.Generator, d: int) -> np.ndarray:
    """All nearly parallel, at angles from rounding to 0.17."""
    x = 1 + rng.random(d)
    spread = np.array([0, 1e-12, 1e-8, 1e-6, 1e-4, 1e-3, 1e-2, 3e-2, 3e-2])[:, None]
    return (1 + np.arange(len(spread)))[:, None] * (x + spread * rng.standard_normal((len(spread), d)))


def some_layers(kind: str, d: int, depth: int, rng: np.random.Generator) -> list[Layer]:
    if kind == "graphon":  # with units that receive nothing, and two graphons
        widths = [d] + [3] * depth + [1]
        pairs = list(zip(widths[1:], widths[:-1], strict=True))
        kept = [rng.random(shape) * (rng.random(shape) < 0.7) for shape in pairs]
        return [Layer(forward, rng.random(forward.shape) * (forward > 0)) for forward in kept]
    weight, bias = (1.7, 0.3) if kind == "bias" else (1.0, 0.0)
    first = Layer(np.full((1, d), weight / d), bias=bias)
    return [first] + [Layer(np.full((1, 1), weight), bias=bias)] * depth


@pytest.mark.parametrize("kind", ["dense", "bias", "graphon"])
@pytest.mark.parametrize("phi", [RELU, leaky_relu(0.1), activation("abs")], ids=lambda phi: phi.name)
@pytest.mark.parametrize(("d", "depth"), [(1, 1), (4, 1), (4, 3)])
@pytest.mark.parametrize("inputs", [awkward_inputs, close_inputs])
def test_all_angles_are_good_to_rounding(kind, phi, d, depth, inputs):
    """Within 64 ε of √(K(x, x)K(x′, x′)): a layer rounds a few times, and no angle amplifies that by more than 16."""
    rng = np.random.default_rng(d * 10 + depth)
    layers, x = some_layers(kind, d, depth, rng), inputs(rng, d)
    with mp.workdps(50):
        truth = np.array([[[float(part) for part in reference(layers, p, q, phi)] for q in x] for p in x])
    allowed = scale(x, x, lambda x: kernels(layers, x, None, phi))
    for given_twice in (None, x):
        found = kernels(layers, x, given_twice, phi)
        for place in range(2):
            assert np.all(np.abs(found[place] - truth[..., place]) <= 64 * EPSILON * allowed[place])


def test_dense_kernels_in_exact_arithmetic():
    """Θ_2(0) and K_2(0) at unit norms (K1), as expressions of the theory."""
    second = dual.kappa_1.subs(dual.cosine, 1 / sp.pi)
    theta = second + dual.kappa_0.subs(dual.cosine, 1 / sp.pi) / sp.pi
    found = dense_kernel(np.eye(2) * sqrt(2), depth=2)
    assert found.nngp[0, 1] == pytest.approx(balls.number(second), rel=4 * EPSILON)
    assert found.ntk[0, 1] == pytest.approx(balls.number(theta), rel=4 * EPSILON)
    assert found.ntk[0, 1] == pytest.approx(0.68570863628294249174, rel=4 * EPSILON)


@pytest.mark.parametrize("depth", [1, 2, 5, 300])
def test_the_diagonal_is_its_closed_form(depth):
    x = np.random.default_rng(1).standard_normal((5, 3))
    norms = (x**2).sum(axis=1) / 3
    found = dense_kernel(x, depth=depth)
    assert np.allclose(np.diag(found.nngp), norms, rtol=4 * EPSILON * depth, atol=0)
    assert np.allclose(np.diag(found.ntk), (depth + 1) * norms, rtol=4 * EPSILON * depth, atol=0)
    assert np.allclose(np.diag(dense_kernel(x, activation=ERF).nngp), ERF.diagonal(norms)[0], rtol=4 * EPSILON)


@pytest.mark.parametrize("d", [1, 30])
def test_inputs_on_a_line_give_rank_two(d):
    """K12: the recursion in cosines shows rank 22."""
    x = np.zeros((200, d))
    x[:, 0] = np.random.default_rng(2).standard_normal(200)
    values = np.linalg.eigvalsh(dense_kernel(x).ntk)[::-1]
    halves = [2 * (x[side] ** 2).sum() / d for side in (x[:, 0] > 0, x[:, 0] < 0)]
    assert np.allclose(values[:2], sorted(halves, reverse=True), rtol=1e-13)
    assert abs(values[2:]).max() < 1e-14 * values[0]


@pytest.mark.parametrize("phi", [RELU, ERF, LINEAR, activation("tanh")], ids=lambda phi: phi.name)
def test_tiles_change_nothing(phi, monkeypatch):
    x = np.random.default_rng(3).standard_normal((150, 5))
    whole = dense_kernel(x, depth=2, activation=phi)
    assert all(np.array_equal(kernel, kernel.T) for kernel in whole)
    monkeypatch.setattr(recursion, "TILE", 700)
    tiled = dense_kernel(x, depth=2, activation=phi), dense_kernel(x[:70], x, depth=2, activation=phi)
    for other, rows in zip(tiled, (150, 70), strict=True):
        assert np.allclose(other, np.array(whole)[:, :rows], rtol=0, atol=1e-13)


def test_inputs_of_any_kind():
    x = np.random.default_rng(4).integers(-3, 4, (5, 4))
    x[2] = 0
    expected = dense_kernel(x.astype(float))
    for kind in (np.int8, np.float32, list):
        found = dense_kernel(x.tolist() if kind is list else x.astype(kind))
        assert np.array_equal(found, expected)
    assert not expected.ntk[2].any()
    assert not expected.nngp[2].any()


def test_the_variance_of_weights_scales_relu():
    x = np.random.default_rng(5).standard_normal((4, 3))
    doubled, plain = dense_kernel(x, depth=3, sigma_w2=2.0), dense_kernel(x, depth=3)
    assert np.allclose(doubled, 16 * np.array(plain), rtol=1e-14)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"x": [1.0, 2.0]}, "x has shape"),
        ({"x": np.empty((0, 3))}, "x has shape"),
        ({"x": [[np.nan]]}, "finite"),
        ({"x": [[1e200]]}, "expected 1e-70 to 1e70"),
        ({"x": [["a"]]}, "real numbers"),
        ({"x": [[1.0]], "x2": [[1.0, 2.0]]}, "x2 has 2 columns, expected 1"),
        ({"x": [[1.0]], "depth": 0}, "depth"),
        ({"x": [[1.0]], "depth": 1.5}, "depth"),
        ({"x": [[1.0]], "sigma_w2": -1}, "sigma_w2"),
        ({"x": [[1.0]], "sigma_w2": 2.0, "depth": 2000}, "variances reach"),
        ({"x": np.eye(3)[:2], "activation": "erf", "sigma_w2": 4.0, "depth": 10_000}, "reach inf in 10001 layers"),
        ({"x": [[1.0]], "x2": [[2.0]], "activation": "erf", "sigma_w2": 1e4, "depth": 200}, "reach inf in 201 layers"),
        ({"x": [[1.0]], "activation": "erf", "sigma_w2": 1e4, "depth": 200, "dtype": "float32"}, "reach inf in 201"),
        ({"x": [[1.0]], "sigma_b2": np.nan}, "sigma_b2"),
    ],
)
def test_arguments_refused(arguments, message):
    with pytest.raises(ValueError, match=message) as caught:
        dense_kernel(**arguments)
    assert "\n" not in str(caught.value)


# --- a peer


@pytest.mark.parametrize("case", [case for case in PEER if case.startswith(("relu", "erf"))])
def test_values_of_neural_tangents(case):
    """Both round some twenty times a layer and input; angles are at least 0.4 rad, and variances up to 36, which
    amplify it by no more than 3: 64 ε a layer, of √(K(x, x)K(x′, x′))."""
    name, depth = case.split()
    x = np.array(PEER["x"])
    found = dense_kernel(x, x[::-1], depth=int(depth), activation=name)
    allowed = scale(x, x[::-1], lambda x: dense_kernel(x, depth=int(depth), activation=name))
    for kind in ("nngp", "ntk"):
        error = np.abs(np.array(PEER[case][kind]) - getattr(found, kind))
        assert np.all(error <= 64 * EPSILON * (int(depth) + 1) * getattr(allowed, kind))
