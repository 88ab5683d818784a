"""The kernel topic (K1, K2, K3, K8): formulas beside brute force."""

import itertools

import numpy as np
import pytest
import sympy as sp
from scipy import integrate

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.checks.kernel.graphon_kernel import layer_kernels, mean_over_pairs_of_paths
from sparse_limits.numerics.exact import balls
from sparse_limits.numerics.exact.evaluation import value_of
from sparse_limits.numerics.exact.parsed_values import parse
from sparse_limits.theory.formulas.iterate import Iterate
from sparse_limits.theory.formulas.let import Let
from sparse_limits.theory.kernel.dual import a, angle, b, c, cosine, dense_nngp, dense_ntk, depth, erf, linear, relu, z
from sparse_limits.theory.kernel.dual_activations import dual_activations
from sparse_limits.theory.kernel.graphon_kernel import graphon_tangent_kernel
from sparse_limits.theory.kernel.graphon_recursion import (
    GRAPHONS,
    POSITIONS,
    GraphonLayer,
    densely_trained,
    graphon_kernel,
    masked,
    x,
    y,
)
from sparse_limits.theory.kernel.homogeneous import homogeneous_constants
from sparse_limits.theory.kernel.rank_one import feature_reweighting, flow
from sparse_limits.theory.saliency.model import rho, u, v


def gaussian_mean(f, covariance):
    """E f(z, z′) by adaptive quadrature in polar coordinates, where kinks of ReLU are rays."""
    factor = np.linalg.cholesky(covariance)

    def along(radius, t):
        first, second = factor @ (radius * np.cos(t), radius * np.sin(t))
        return f(first, second) * radius * np.exp(-(radius**2) / 2) / (2 * np.pi)

    rays = [np.pi / 2, 3 * np.pi / 2]  # z = 0
    rays += [
        np.arctan2(-factor[1, 0], factor[1, 1]) % (2 * np.pi),
        np.arctan2(factor[1, 0], -factor[1, 1]) % (2 * np.pi),
    ]
    ends = sorted({0.0, *rays, 2 * np.pi})
    return sum(integrate.dblquad(along, low, high, 0, 12, epsabs=1e-10)[0] for low, high in itertools.pairwise(ends))


@pytest.mark.parametrize("dual", [relu, erf, linear], ids=lambda dual: dual.name)
@pytest.mark.parametrize("covariances", [(2.0, 0.5, 0.6), (1.0, 1.5, -0.9)])
def test_duals_are_gaussian_means(dual, covariances):
    first, second, shared = covariances
    matrix = np.array([[first, shared], [shared, second]])
    point = {a: sp.Rational(first), b: sp.Rational(second), c: sp.Rational(shared)}
    phi = numeric((z,), dual.function)
    derivative = {"relu": lambda t: np.sqrt(2) * (t > 0), "erf": lambda t: 2 / np.sqrt(np.pi) * np.exp(-t * t)}
    slope = derivative.get(dual.name, lambda t: 1.0)
    assert balls.number(dual.value, point) == pytest.approx(gaussian_mean(lambda s, t: phi(s) * phi(t), matrix), 1e-7)
    assert balls.number(dual.slope, point) == pytest.approx(
        gaussian_mean(lambda s, t: slope(s) * slope(t), matrix), 1e-7
    )
    if dual is relu:
        squares = dual_activations.expressions["squares"]
        assert balls.number(squares, point) == pytest.approx(
            gaussian_mean(lambda s, t: (phi(s) * phi(t)) ** 2, matrix), 1e-7
        )


def dense_recursion(r, layers):
    ntk = r
    for _ in range(layers):
        theta = np.arccos(r)
        r = (np.sin(theta) + (np.pi - theta) * np.cos(theta)) / np.pi
        ntk = r + ntk * (np.pi - theta) / np.pi
    return r, ntk


@pytest.mark.parametrize("layers", [1, 2, 5, 9])
@pytest.mark.parametrize("r", [-0.99, -0.3, 0.0, 0.4, 0.97])
def test_dense_kernels_follow_the_recursion(layers, r):
    nngp, ntk = dense_recursion(r, layers)
    point = {cosine: sp.Rational(r), depth: layers}
    assert balls.number(dense_nngp, point) == pytest.approx(nngp, 1e-12)
    assert balls.number(dense_ntk, point) == pytest.approx(ntk, 1e-12)


@pytest.mark.parametrize(
    ("assignments", "digits"),
    [
        (["L=2", "r=0"], "0.68570863628294249174"),
        (["L=3", "r=0"], "1.0603881068025830383"),
        (["L=2", "r=1/2"], "1.3514795611234831631"),
        (["L=40", "r=1"], "41"),
        (["L=1", "r=-1"], "0"),
    ],
)
def test_dense_kernels_have_known_digits(assignments, digits):
    assert value_of(dense_ntk, parse(dense_ntk.free_symbols, assignments)[0], 20) == digits


def test_near_parallel_inputs_lose_nothing():
    """1 − κ₁(cos θ) = θ²/2 − θ³/(3π) + O(θ⁴)."""
    tiny = sp.Rational(1, 10**20)
    step = dual_activations.expressions["angle_step"]
    expected = tiny - tiny**2 / (3 * sp.pi)
    assert balls.enclose(step - expected, {angle: tiny}, digits=70).abs_upper() < 1e-59


EXAMPLE = dict(zip((*x, *y), (1, 2, 2, -1), strict=True))
VALUES = {
    "one_hidden": "0.1699135619860972147080",
    "two_hidden": "0.2546183291699848442531",
}
TERMS = {
    "one_hidden_terms": ("-0.1069706905342396599676", "0.2768842525203368746755"),
    "two_hidden_terms": ("-0.02528382228861954041571", "0.06274870431167331111634", "0.2171534471469310735524"),
}


def test_example_has_known_digits():
    claimed = graphon_tangent_kernel.expressions
    for name, digits in VALUES.items():
        assert balls.digits(claimed[name], EXAMPLE, 22) == digits
    for name, terms in TERMS.items():
        assert tuple(balls.digits(term, EXAMPLE, 22) for term in claimed[name]) == terms
    announced = graphon_kernel(densely_trained(*GRAPHONS), POSITIONS, x, y).total
    assert balls.digits(announced, EXAMPLE, 22) == "0.5402010379120487349661"


def recursion_on_nodes(layers, left, right, dual, nodes=24):
    """K2 by matrices: graphons as functions of two arrays, one pair of them for each layer."""
    points, weights = np.polynomial.legendre.leggauss(nodes)
    points, weights = (points + 1) / 2, weights / 2
    places = [np.array(POSITIONS, dtype=float), *[points] * (len(layers) - 1), np.zeros(1)]
    measures = [np.full(2, 0.5), *[weights] * (len(layers) - 1), np.ones(1)]
    value, slope = (numeric((a, b, c), form) for form in (dual.value, dual.slope))
    sigma = [np.array(left) ** 2, np.array(right) ** 2, np.array(left) * right]
    below, slopes = [sigma[2]], []
    tables = [
        [np.broadcast_to(numeric((u, v), g)(rows[:, None], columns), (rows.size, columns.size)) for g in pair]
        for pair, rows, columns in zip(layers, places[1:], places[:-1], strict=True)
    ]
    for (energy, _), measure in zip(tables[:-1], measures, strict=False):
        first, second, shared = (energy @ (measure * s) for s in sigma)
        variances = [p if dual is relu else value(p, p, p) for p in (first, second)]
        sigma = [*variances, value(first, second, shared)]
        below.append(sigma[2])
        slopes.append(slope(first, second, shared) * np.ones_like(first))
    back, total = np.ones(1), []
    for place in reversed(range(len(layers))):
        energy, trained = tables[place]
        total.append((measures[place + 1] * back) @ trained @ (measures[place] * below[place]))
        if place:
            back = slopes[place - 1] * (energy.T @ (measures[place + 1] * back))
    return total[::-1]


DEEP = ((u + v) / 2, 1 - u * v / 2, (1 + u * v**2) / 3, v)
CASES = {
    "three hidden layers": (masked(*DEEP), relu),
    "erf": (masked(*GRAPHONS), erf),
    "two graphons": (tuple(GraphonLayer((2 + w) / 3, w) for w in GRAPHONS), relu),
    "not a sum of products": (masked(1 / (1 + u + v), 1 - v / 2), relu),
}


@pytest.mark.parametrize("case", CASES)
def test_kernel_is_the_recursion_on_nodes(case):
    layers, dual = CASES[case]
    left, right = (1, 2), (2, -1)
    kernel = graphon_kernel(layers, POSITIONS, left, right, activation=dual)
    pairs = [(layer.second_moment, layer.trained) for layer in layers]
    seen = recursion_on_nodes(pairs, left, right, dual)
    found = [balls.enclose(term, digits=8).real.mid() for term in kernel.terms]
    assert np.allclose(np.array(found, dtype=float), seen, rtol=1e-8, atol=0)
    assert float(balls.enclose(kernel.total, digits=8).real.mid()) == pytest.approx(sum(seen), 1e-8)


@pytest.mark.parametrize("scale", ["2", "-2"])
def test_parallel_inputs_are_told_exactly(scale):
    values = [sp.Rational(1, 3), sp.Rational(1, 7)]
    assignments = [f"x_{i}={value}" for i, value in enumerate(values, 1)]
    assignments += [f"y_{i}={sp.Rational(scale) * value}" for i, value in enumerate(values, 1)]
    one_hidden = graphon_tangent_kernel.expressions["one_hidden"]
    found = value_of(one_hidden, parse(one_hidden.free_symbols, assignments)[0], 15)
    mean = sum(value**2 * (sp.Rational(1, 2) + at) / 2 for value, at in zip(values, POSITIONS, strict=True)) / 2
    expected = 2 * 2 * mean if scale == "2" else 0
    assert float(found) == pytest.approx(float(expected), 1e-14)


def test_nearly_parallel_inputs_are_continuous():
    near = {**EXAMPLE, y[0]: 1, y[1]: 2 + sp.Rational(1, 10**6)}
    same = {**EXAMPLE, y[0]: 1, y[1]: 2}
    for name in VALUES:
        kernel = graphon_tangent_kernel.expressions[name]
        assert balls.number(kernel, near) == pytest.approx(balls.number(kernel, same), 1e-5)


def test_kernel_refuses_what_does_not_fit():
    with pytest.raises(ValueError, match="1 layers"):
        graphon_kernel(masked(u), POSITIONS, (1, 2), (2, 1))
    with pytest.raises(ValueError, match="3 and 2 coordinates"):
        graphon_kernel(masked(u, v), POSITIONS, (1, 2, 3), (2, 1))


def test_constants_and_weights_agree_at_a_constant_graphon():
    """A constant is of rank one: K3 and K8 say the same."""
    k3, k8 = homogeneous_constants.expressions["kernel"], feature_reweighting.expressions["kernel"]
    thinned = {a: rho, b: rho, c: rho * cosine, flow: rho**depth}
    at = {rho: sp.Rational(2, 7), cosine: sp.Rational(-3, 5), depth: 3}
    difference = (k3 - k8.subs(thinned)).subs(at)
    assert balls.enclose(difference, digits=30).contains(0)


def moment(power):
    """E w^power of a standard normal."""
    return 0 if power % 2 else int(sp.factorial2(power - 1)) if power else 1


def test_pairs_of_paths_are_the_second_moment():
    """Two hidden layers of two neurons, gates as independent coins: all moments of the polynomials Θ⁽ˡ⁾ in weights."""
    probabilities = [np.array([[0.5], [0.25]]), np.array([[0.75, 0.5], [0.25, 1.0]]), np.array([[0.5, 0.75]])]
    weights, masks, chances = [], [], {}
    for layer, p in enumerate(probabilities):
        weights.append(sp.Matrix(*p.shape, lambda i, j, layer=layer: sp.Symbol(f"w{layer}_{i}_{j}")))
        masks.append(sp.Matrix(*p.shape, lambda i, j, layer=layer: sp.Symbol(f"m{layer}_{i}_{j}")))
        chances.update({masks[-1][i, j]: p[i, j] for i in range(p.shape[0]) for j in range(p.shape[1])})
    gates = [sp.Matrix(2, 1, sp.symbols(f"g{layer}_:2")) for layer in range(2)]
    h, entering = sp.Matrix([1]), [sp.Matrix([1])]
    for w, m, gate in zip(weights, masks, gates, strict=False):
        h = (sp.sqrt(2) * gate).multiply_elementwise(w.multiply_elementwise(m) * h) / sp.sqrt(w.cols)
        entering.append(h)
    leaving = [sp.Matrix([1])]
    for w, m, gate in zip(weights[:0:-1], masks[:0:-1], gates[::-1], strict=True):
        back = (w.multiply_elementwise(m).T * leaving[-1]) / sp.sqrt(w.cols)
        leaving.append((sp.sqrt(2) * gate).multiply_elementwise(back))
    expected = mean_over_pairs_of_paths(probabilities, np.ones(1), 6.0)
    variables = [*itertools.chain(*weights), *itertools.chain(*masks), *itertools.chain(*gates)]
    for h, g, m in zip(entering, leaving[::-1], masks, strict=True):
        term = sum(g[i] ** 2 * m[i, j] * h[j] ** 2 for i in range(m.rows) for j in range(m.cols)) / m.cols
        total = 0.0
        for powers, factor in sp.Poly(sp.expand(term) ** 2, *variables).terms():
            value = float(factor)
            for variable, power in zip(variables, powers, strict=True):
                if power:
                    value *= chances.get(variable, 0.5) if variable.name[0] in "mg" else moment(power)
            total += value
        assert total == pytest.approx(expected, 1e-12)


def test_layer_kernels_are_sums_of_squared_derivatives():
    rng = np.random.default_rng(5)
    shapes = [(4, 3), (5, 4), (1, 5)]
    masks = [(rng.random((1, *shape)) < 0.6).astype(float) for shape in shapes]
    weights = [mask * rng.standard_normal(mask.shape) for mask in masks]
    left, right = rng.standard_normal((2, 3))

    def output(ws, inputs):
        h = inputs
        for place, w in enumerate(ws):
            h = w[0] @ h / np.sqrt(w.shape[2])
            h = h if place == len(ws) - 1 else np.sqrt(2) * np.maximum(h, 0)
        return float(h[0])

    found = layer_kernels(left, right, weights, masks)[0]
    for layer, mask in enumerate(masks):
        total = 0.0
        for place in zip(*np.nonzero(mask), strict=True):
            slopes = []
            for inputs in (left, right):
                shifted = [[w.copy() for w in weights] for _ in range(2)]
                for ws, sign in zip(shifted, (1, -1), strict=True):
                    ws[layer][place] += sign * 1e-6
                slopes.append((output(shifted[0], inputs) - output(shifted[1], inputs)) / 2e-6)
            total += slopes[0] * slopes[1]
        assert found[layer] == pytest.approx(total, 1e-7, 1e-9)


def test_let_binds_its_names():
    m, n, free = sp.symbols("m n t")
    body = Let(m + n, [(m, free**2), (n, 2 * m)])
    assert body.free_symbols == {free}
    assert balls.number(body, {free: 3}) == 27
    assert body.subs(m, 5) == body
    assert balls.number(body.subs(free, 3)) == 27
    assert Let(m + free, [(n, free)]) == m + free
    assert Let(Let(m + n, [(m, free)]), [(n, free**2)]).free_symbols == {free}


def test_iterate_counts_its_steps():
    s, t, k = sp.symbols("s t k", positive=True)
    fibonacci = Iterate(sp.Lambda((s, t), sp.Tuple(t, s + t)), k, (0, 1))
    assert [balls.number(fibonacci, {k: n}) for n in range(7)] == [1, 1, 2, 3, 5, 8, 13]
    assert fibonacci.subs(k, 6).unrolled() == 13
