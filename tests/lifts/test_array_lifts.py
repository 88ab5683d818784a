"""Lifts on arrays: the numbers of exact lifts, gradients against differences, samples, networks, refusals."""

from fractions import Fraction
from math import prod

import numpy as np
import pytest
import sympy as sp
from scipy.stats import binom

from sparse_limits.numerics.lifts.arrays import ArrayLift, full_lift
from sparse_limits.numerics.lifts.exact import from_exact, to_exact
from sparse_limits.numerics.lifts.flow import gradient_flow
from sparse_limits.numerics.lifts.forward import activations, forward
from sparse_limits.numerics.lifts.gradients import objective
from sparse_limits.numerics.lifts.sampling import random_sparse_lift, random_weights
from sparse_limits.numerics.networks import Network
from sparse_limits.numerics.networks import forward as network_output
from sparse_limits.theory.lifts.attention import attention_block
from sparse_limits.theory.lifts.bundle import array
from sparse_limits.theory.lifts.convolution import cyclic_convolution
from sparse_limits.theory.lifts.lift import Lift
from sparse_limits.theory.lifts.maps import SUM, Bilinear, Pointwise, Skip, relu
from sparse_limits.theory.lifts.module import PerceptronModule
from sparse_limits.theory.lifts.perceptrons import multilayer_perceptron

SHIFTS = tuple(tuple(tuple(int((p + a - q) % 5 == 0) for q in range(5)) for p in range(5)) for a in range(3))


class Quadratic:
    """M(w, y) = w y² of numbers, with its derivative."""

    def __call__(self, w, y):
        return w * y * y

    def vjp(self, cotangent, w, y):
        return cotangent * y * y, 2 * cotangent * w * y


class Difference:
    """σ(a, b) = a − b² of numbers, with its derivative."""

    def __call__(self, a, b):
        return a - b * b

    def vjp(self, cotangent, a, b):
        return cotangent, -2 * b * cotangent


def square(z):
    return z**2 - z


MIXED = PerceptronModule(
    inputs=("x", "s"),
    terminals=("t", "o"),
    maps={
        ("x", "c"): Bilinear("a,apq,q->p", SHIFTS),
        ("s", "c"): Bilinear("p,->p"),
        ("c", "m"): Bilinear("ij,j->i"),
        ("s", "m"): Bilinear("ki,->i"),
        ("m", "t"): Bilinear("i,i->"),
        ("s", "t"): Quadratic(),
        ("c", "o"): Skip(),
        ("m", "o"): Bilinear("p,i->p"),
        ("s", "o"): Bilinear("p,->p"),
    },
    sigma={"c": Pointwise(relu), "m": Pointwise(square), "t": Difference(), "o": SUM},
    activations={"x": (5,)},
    weights={
        ("x", "c"): (3,),
        ("s", "c"): (5,),
        ("c", "m"): (2, 5),
        ("s", "m"): (3, 2),
        ("m", "t"): (2,),
        ("m", "o"): (5,),
        ("s", "o"): (5,),
    },
)


PATH = multilayer_perceptron(3, sp.tanh)


SIZES = {"x": 2, "s": 3, "c": 3, "m": 4, "t": 2, "o": 3}


def whole(shape, rng):
    return array(map(sp.Integer, rng.integers(-3, 4, prod(shape)).tolist()), shape) if 0 not in shape else ()


def exact_lift(module, copies, density, rng):
    """An exact lift with vertices of any names, some of its edges, and small whole weights."""
    over = {f"{b}{i}": b for b in reversed(module.order) for i in range(copies[b])}
    edges = [(u, v) for v in over for u in over if (over[u], over[v]) in module.maps and rng.random() < density]
    return Lift(module, over, {(u, v): whole(module.weights.shapes[over[u], over[v]], rng) for u, v in edges})


def drawn_inputs(lift, samples, rng):
    return {v: rng.integers(-2, 3, (samples, *lift.activation_shape(v))) for v in lift.module.inputs}


@pytest.mark.parametrize("density", [0, 0.5, 1])
def test_arrays_compute_the_very_numbers_of_an_exact_lift(density):
    rng = np.random.default_rng(1)
    exact = exact_lift(MIXED, SIZES, density, rng)
    lift, weights, places = from_exact(exact)
    assert set(lift.patterns) == (set() if density == 1 else set(MIXED.maps))
    inputs = drawn_inputs(lift, 3, rng)
    found = activations(lift, weights, inputs)
    back = to_exact(lift, weights)
    for sample in range(3):
        given = {
            v: array(map(sp.Integer, inputs[b][sample, i].ravel().tolist()), MIXED.activations.shapes[b])
            for v, (b, i) in places.items()
            if b in MIXED.inputs
        }
        for v, value in exact.activations(given).items():
            b, i = places[v]
            assert np.array_equal(found[b][sample, i], np.array(value, float)), v
        again = back.activations({places[v]: value for v, value in given.items()})
        assert again == {places[v]: value for v, value in exact.activations(given).items()}
    assert {(places[u], places[v]) for u, v in exact.weights} == set(back.weights)
    terminals = forward(lift, weights, inputs)
    assert {v: y.tolist() for v, y in terminals.items()} == {v: found[v].tolist() for v in MIXED.terminals}


def test_rational_weights_come_back_as_the_floats_they_became():
    exact = exact_lift(PATH, {0: 2, 1: 2, 2: 2, 3: 1}, 1, np.random.default_rng(0))
    thirds = exact.with_weights({edge: w / 3 for edge, w in exact.weights.items()})
    lift, weights, places = from_exact(thirds)
    back = to_exact(lift, weights)
    for (u, v), w in thirds.weights.items():
        assert back.weights[places[u], places[v]] == sp.Rational(*Fraction(float(w)).as_integer_ratio())
    assert from_exact(back).weights[0, 1].tolist() == weights[0, 1].tolist()
    symbolic = thirds.with_weights(dict.fromkeys(thirds.weights, sp.Symbol("w")))
    with pytest.raises(ValueError, match=r"edge 0\d → 1\d: its weight w holds something other than real numbers"):
        from_exact(symbolic)


@pytest.mark.parametrize("degree", [0, 0.7, 2, np.inf])
def test_gradients_are_those_of_differences(degree):
    rng = np.random.default_rng(5)
    sampled = {edge: degree for edge in MIXED.maps if edge != ("c", "o")}
    for lift in (full_lift(MIXED, SIZES), random_sparse_lift(MIXED, SIZES, sampled, rng, exclude=[("c", "o")])):
        inputs, target = drawn_inputs(lift, 4, rng), rng.standard_normal((4, 2))
        readout = rng.standard_normal((2, lift.features))
        loss = objective(lift, random_weights(lift, rng), inputs, target, readout)
        assert len(loss.start) == lift.parameters + readout.size
        value, gradient = loss(loss.start)
        assert value == pytest.approx(((loss.output(loss.start) - target) ** 2).sum() / 8)
        assert value == pytest.approx(((loss.output(loss.start, inputs) - target) ** 2).sum() / 8)
        for direction in rng.standard_normal((6, len(loss.start))):
            step = 1e-5 * direction
            slope = (loss(loss.start + step)[0] - loss(loss.start - step)[0]) / 2e-5
            assert slope == pytest.approx(gradient @ direction, rel=1e-6, abs=1e-6 * value)


def test_many_samples_of_a_map_without_a_formula_are_taken_in_blocks(monkeypatch):
    module = PerceptronModule(("a",), ("b",), {("a", "b"): Quadratic()}, {"b": SUM})
    rng = np.random.default_rng(0)
    lift = random_sparse_lift(module, {"a": 5, "b": 4}, {("a", "b"): 2.0}, rng)
    weights, y, target = random_weights(lift, rng), rng.standard_normal((11, 5)), rng.standard_normal(11)
    whole = objective(lift, weights, {"a": y}, target, np.ones(4))
    dense = np.zeros((4, 5))
    dense[lift.ends(("a", "b"))] = weights["a", "b"]
    assert forward(lift, weights, {"a": y})["b"] == pytest.approx(y**2 @ dense.T)
    value, gradient = whole(whole.start)
    monkeypatch.setattr("sparse_limits.numerics.lifts.callables.MOST", 3)
    blocked, by_block = whole(whole.start)
    assert blocked == pytest.approx(value)
    assert by_block == pytest.approx(gradient)


def test_the_flow_of_a_random_lift_fits_its_target():
    rng = np.random.default_rng(2)
    lift = random_sparse_lift(PATH, {0: 3, 1: 30, 2: 30, 3: 10}, dict.fromkeys(PATH.maps, 3.0), rng)
    x = rng.standard_normal((20, 3))
    loss = objective(lift, random_weights(lift, rng), {0: x}, np.tanh(x[:, 0] - x[:, 1]))
    flow = gradient_flow(loss, loss.start, 1.0)
    assert flow.losses[-1] < 0.2 * flow.losses[0]
    weights, readout = loss.parts(flow.theta)
    assert readout.shape == (1, 10)
    assert loss.output(flow.theta) == pytest.approx(forward(lift, weights, {0: x})[3] @ readout.T)


def test_a_lift_of_a_path_is_the_network_with_the_same_matrices():
    rng = np.random.default_rng(0)
    module = multilayer_perceptron(3, relu)
    masks = [rng.random(shape) < 0.4 for shape in ((40, 7), (30, 40), (2, 30))]
    layers = [rng.standard_normal(mask.shape) * mask for mask in masks]
    x = rng.standard_normal((9, 7))
    wanted = network_output(Network(tuple(layers)), x)
    copies = {0: 7, 1: 40, 2: 30, 3: 2}
    scaled = {edge: w / np.sqrt(w.shape[1]) for edge, w in zip(PATH.maps, layers, strict=True)}
    assert forward(full_lift(module, copies), scaled, {0: x})[3] == pytest.approx(wanted, rel=1e-13)
    sparse = ArrayLift(module, copies, dict(zip(PATH.maps, masks, strict=True)))
    kept = {edge: w[mask] for (edge, w), mask in zip(scaled.items(), masks, strict=True)}
    assert forward(sparse, kept, {0: x})[3] == pytest.approx(wanted, rel=1e-13)
    assert sparse.parameters == sum(mask.sum() for mask in masks)
    single = {edge: w.astype(np.float32) for edge, w in scaled.items()}
    assert forward(full_lift(module, copies), single, {0: x.astype(np.float32)})[3].dtype == np.float32


def test_a_lift_of_a_convolution_is_the_one_with_several_channels():
    rng = np.random.default_rng(0)
    lift = full_lift(cyclic_convolution(7, 3, relu), {"x": 2, "y": 4})
    w, x = rng.integers(-3, 4, (4, 2, 3)), rng.integers(-3, 4, (5, 2, 7))
    found = forward(lift, {("x", "y"): w}, {"x": x})["y"]
    for p in range(7):
        sums = sum(x[:, :, (p + a) % 7] @ w[:, :, a].T for a in range(3))
        assert found[:, :, p].tolist() == np.maximum(sums, 0).tolist()
    assert lift.parameters == 24


def attended(x, w, o):
    """The block of a transformer, written as usual: x [channels, tokens], a head at a time."""
    result = x.T.copy()
    for head in range(len(w)):
        q, k, v = (x.T @ w[head, :, i] for i in range(3))
        powers = np.exp(q @ k.T / np.sqrt(w.shape[-1]))
        result += powers / powers.sum(axis=1, keepdims=True) @ v @ o[:, head].T
    return result.T


def test_a_lift_of_the_attention_block_is_that_of_a_transformer_and_trains():
    rng = np.random.default_rng(0)
    block, copies = attention_block(5, 4), {"x": 6, "a": 3, "o": 6}
    skip = ("x", "o")
    lift = full_lift(block, copies, diagonal=[skip])
    assert lift.parameters == 288
    weights, x = random_weights(lift, rng), rng.standard_normal((2, 6, 5))
    arguments = weights["x", "a"], weights["a", "o"]
    found = forward(lift, weights, {"x": x})["o"]
    assert found == pytest.approx(np.array([attended(each, *arguments) for each in x]), abs=1e-12)
    order = rng.permutation(5)
    assert forward(lift, weights, {"x": x[..., order]})["o"] == pytest.approx(found[..., order], abs=1e-12)
    del weights[skip]
    everything = forward(full_lift(block, copies), weights, {"x": x})["o"]
    assert everything - found == pytest.approx(x.sum(axis=1, keepdims=True) - x)  # a full skip sums all channels
    sparse = random_sparse_lift(block, copies, {("x", "a"): 2.0, ("a", "o"): 1.5}, rng, exclude=[skip])
    weights = random_weights(sparse, rng)
    exact = to_exact(sparse, weights).activations({("x", c): array(x[0, c].tolist(), (5,)) for c in range(6)})
    values = forward(sparse, weights, {"x": x[:1]})["o"]
    assert values[0] == pytest.approx(np.array([exact["o", c] for c in range(6)], float), abs=1e-12)
    loss = objective(sparse, random_weights(sparse, rng), {"x": x}, [1, -1], rng.standard_normal(30))
    gradient = loss(loss.start)[1]
    for direction in rng.standard_normal((3, len(loss.start))):
        ends = [loss(loss.start + step * direction)[0] for step in (1e-5, -1e-5)]
        assert (ends[0] - ends[1]) / 2e-5 == pytest.approx(gradient @ direction, rel=1e-6)


def test_degrees_of_random_lifts_are_binomial_and_excluded_edges_are_whole():
    rng = np.random.default_rng(3)
    copies = {"x": 3, "s": 400, "c": 400, "m": 500, "t": 2, "o": 400}
    degree = dict.fromkeys(MIXED.maps, 2.5) | {("s", "t"): 1000.0, ("s", "c"): 0}
    del degree["c", "o"], degree["x", "c"]
    lift = random_sparse_lift(MIXED, copies, degree, rng, exclude=[("c", "o"), ("x", "c")])
    assert ("x", "c") not in lift.patterns
    assert (lift.patterns["c", "o"].toarray() == np.eye(400)).all()
    assert lift.edge_count(("s", "t")) == 800
    assert lift.edge_count(("s", "c")) == 0
    degrees = np.diff(lift.patterns["s", "m"].indptr)
    for k in range(6):  # each count is exactly binomial; level 1e-9
        law = binom(500, binom(400, 2.5 / 400).pmf(k))
        assert law.ppf(5e-10) <= (degrees == k).sum() <= law.ppf(1 - 5e-10)
    columns = np.bincount(lift.patterns["s", "m"].indices, minlength=400)
    law = binom(500 * 200, 2.5 / 400)
    assert law.ppf(5e-10) <= columns[:200].sum() <= law.ppf(1 - 5e-10)


def test_weights_come_from_the_law_that_is_given():
    lift = full_lift(PATH, {0: 2, 1: 3, 2: 4, 3: 1})
    signs = random_weights(lift, np.random.default_rng(0), lambda rng, shape: rng.choice([-1.0, 1.0], shape))
    assert [w.shape for w in signs.values()] == [(3, 2), (4, 3), (1, 4)]
    assert set(np.concatenate([w.ravel() for w in signs.values()])) == {-1, 1}
    with pytest.raises(ValueError, match=r"weights of 0 → 1 have shape \[3\], expected \[3, 2\]"):
        random_weights(lift, np.random.default_rng(0), lambda rng, shape: rng.random(3))
