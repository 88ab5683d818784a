"""What lifts on arrays refuse, and what they take."""

from dataclasses import replace

import numpy as np
import pytest
import sympy as sp
from scipy.sparse import csr_array

from sparse_limits.numerics.lifts.arrays import ArrayLift, full_lift
from sparse_limits.numerics.lifts.callables import probe
from sparse_limits.numerics.lifts.exact import from_exact, to_exact
from sparse_limits.numerics.lifts.forward import activations, forward
from sparse_limits.numerics.lifts.functions import softmax
from sparse_limits.numerics.lifts.gradients import objective
from sparse_limits.numerics.lifts.sampling import random_sparse_lift, random_weights
from sparse_limits.theory.lifts.maps import PRODUCT, SUM, Bilinear, Pointwise, Skip
from sparse_limits.theory.lifts.module import PerceptronModule


def test_vertices_without_edges_into_them_stand_still():
    module = PerceptronModule(("a",), ("c",), {("b", "c"): PRODUCT}, {"b": Pointwise(sp.cos), "c": Pointwise(sp.exp)})
    lift = full_lift(module, {"a": 1, "b": 2, "c": 3})
    found = activations(lift, {("b", "c"): np.ones((3, 2))}, {"a": [[5], [6]]})
    assert found["b"].tolist() == [[1, 1]] * 2
    assert found["c"] == pytest.approx(np.full((2, 3), np.exp(2)))
    alone = PerceptronModule(("a",), ("a",), {}, {})
    assert forward(full_lift(alone, {"a": 2}), {}, {"a": [[5, 6]]})["a"].tolist() == [[5, 6]]
    loss = objective(full_lift(alone, {"a": 2}), {}, {"a": [[5, 6]]}, [1], [1, 0])
    assert loss(loss.start)[0] == 8
    assert loss(loss.start)[1].tolist() == [20, 24]


def two(map_, sigma=SUM, **spaces):
    return PerceptronModule(("a",), ("b",), {("a", "b"): map_}, {"b": sigma}, **spaces)


@pytest.mark.parametrize(
    ("module", "message"),
    [
        (two(lambda w, y: w @ y), r"edge a → b: its map fails on arrays of shapes \[1, 3\], \[2, 3\]"),
        (two(lambda w, y: (w * y).sum()), r"edge a → b: its map turns .* into \[\], expected \[2, 3\]"),
        (two(lambda w, y: w * y - y.mean(axis=0)), "edge a → b: its map mixes the leading axes"),
        (
            two(lambda w, y: w[..., None] * y, activations={"a": (3,)}, preactivations={("a", "b"): (4,)}),
            r"edge a → b: its map turns arrays of shapes \[1, 3\], \[2, 3, 3\] into \[2, 3, 3\], expected \[2, 3, 4\]",
        ),
        (two(PRODUCT, lambda z: softmax(z, axis=0)), "vertex b: its σ mixes the leading axes"),
        (two(PRODUCT, lambda z: z.max(axis=-1, keepdims=True)), "vertex b: its σ mixes the leading axes"),
        (two(PRODUCT, lambda z: np.sort(z, axis=-1)), "vertex b: its σ mixes the leading axes"),
        (two(PRODUCT, lambda z: z[-1:]), "vertex b: its σ mixes the leading axes"),
        (two(PRODUCT, Pointwise(np.tanh)), "vertex b: its σ fails on arrays .* has no callable tanh method"),
        (two(PRODUCT, Pointwise(sp.Function("phi"))), "vertex b: its σ fails on arrays .* 'phi' is not defined"),
        (two(PRODUCT, lambda z: z[..., None]), r"vertex b: its σ turns .* into \[2, 3, 1\], expected \[2, 3\]"),
        (
            PerceptronModule((), ("b",), {}, {"b": lambda: np.zeros(2)}),
            r"vertex b: its σ gives shape \(2,\), expected \(\)",
        ),
    ],
)
def test_maps_that_are_no_functions_of_arrays_are_refused(module, message):
    with pytest.raises(ValueError, match=message):
        full_lift(module, dict.fromkeys(module.order, 2))


@pytest.mark.parametrize(
    ("copies", "patterns", "message"),
    [
        ({"a": 2}, {}, "copies: no value for b"),
        ({"a": 2, "b": -1}, {}, "copies of b is -1, expected an integer from 0"),
        ({"a": 2, "b": 2.0}, {}, r"copies of b is 2\.0"),
        ({"a": 2, "b": 3}, {("b", "a"): np.eye(2)}, r"patterns: one for \('b', 'a'\), which is no edge"),
        ({"a": 2, "b": 3}, {("a", "b"): np.ones((2, 3))}, r"pattern of a → b has shape \[2, 3\], expected \[3, 2\]"),
        ({"a": 2, "b": 1}, {("a", "b"): [[0.5, 1]]}, "pattern of a → b holds values other than 0 and 1"),
        ({"a": 2, "b": 1}, {("a", "b"): [[np.nan, 1]]}, "pattern of a → b holds values other than 0 and 1"),
    ],
)
def test_lifts_that_are_none_are_refused(copies, patterns, message):
    with pytest.raises(ValueError, match=message):
        ArrayLift(two(PRODUCT), copies, patterns)


@pytest.mark.parametrize(
    ("weights", "inputs", "message"),
    [
        ({}, np.ones((1, 2)), "weights: no value for a → b"),
        ({("a", "b"): np.ones((3, 2)), ("b", "b"): 1}, np.ones((1, 2)), "weights: a value for b → b"),
        ({("a", "b"): np.ones((2, 3))}, np.ones((1, 2)), r"weights of a → b have shape \[2, 3\], expected \[3, 2\]"),
        ({("a", "b"): np.full((3, 2), np.inf)}, np.ones((1, 2)), "weights of a → b hold nan or infinite"),
        ({("a", "b"): np.full((3, 2), 1j)}, np.ones((1, 2)), "weights of a → b are complex128, expected real"),
        ({("a", "b"): np.ones((3, 2))}, np.ones((0, 2)), r"inputs of a have shape \(0, 2\), expected at least one"),
        ({("a", "b"): np.ones((3, 2))}, np.ones(2), r"inputs of a have shape \[2\], expected \[N, 2\]"),
        ({("a", "b"): np.ones((3, 2))}, [[0, np.nan]], "inputs of a hold nan"),
        ({("a", "b"): np.ones((3, 2))}, [[0, 1], [2]], "inputs of a is ragged"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(weights, inputs, message):
    with pytest.raises(ValueError, match=message):
        forward(full_lift(two(PRODUCT), {"a": 2, "b": 3}), weights, {"a": inputs})


@pytest.mark.parametrize(
    ("degree", "exclude", "message"),
    [
        ({}, [], "degree and exclude: no value for a → b"),
        ({("a", "b"): -1}, [], "degree of a → b is -1, expected a number from 0"),
        ({("a", "b"): np.nan}, [], "degree of a → b is nan"),
        ({("a", "b"): "2"}, [], "degree of a → b is '2'"),
        ({("a", "b"): 1}, [("a", "b")], "edge a → b is excluded, but has degree 1"),
        ({}, [("a", "b")], "edge a → b: 2 copies and 3, expected as many for a diagonal"),
        ({("a", "b"): 1, ("b", "a"): 1}, [], "a value for b → a"),
    ],
)
def test_random_lifts_that_are_none_are_refused(degree, exclude, message):
    with pytest.raises(ValueError, match=message):
        random_sparse_lift(two(Skip()), {"a": 2, "b": 3}, degree, np.random.default_rng(0), exclude)


def test_losses_that_are_none_are_refused():
    lift = full_lift(two(PRODUCT), {"a": 2, "b": 3})
    weights, inputs = {("a", "b"): np.ones((3, 2))}, {"a": np.ones((4, 2))}
    with pytest.raises(ValueError, match=r"target have shape \[3\], expected \[4\]"):
        objective(lift, weights, inputs, np.ones(3))
    with pytest.raises(ValueError, match=r"readout have shape \[3\], expected \[2, 3\]"):
        objective(lift, weights, inputs, np.ones((4, 2)), np.ones(3))
    with pytest.raises(ValueError, match="theta hold nan"):
        objective(lift, weights, inputs, np.ones(4))(np.full(9, np.nan))
    plain = full_lift(two(lambda w, y: w * y), {"a": 2, "b": 3})
    with pytest.raises(ValueError, match=r"edge a → b: its map has no derivative; expected \.vjp"):
        objective(plain, weights, inputs, np.ones(4))
    plain = full_lift(two(PRODUCT, lambda z: z), {"a": 2, "b": 3})
    with pytest.raises(ValueError, match="vertex b: its σ has no derivative"):
        objective(plain, weights, inputs, np.ones(4))
    steps = full_lift(two(PRODUCT, Pointwise(sp.Heaviside)), {"a": 2, "b": 3})
    with pytest.raises(ValueError, match=r"vertex b: its σ has the derivative DiracDelta\(z\), expected a function"):
        objective(steps, weights, inputs, np.ones(4))
    symbolic = full_lift(two(Bilinear(",,->", sp.Symbol("q"))), {"a": 2, "b": 3})
    with pytest.raises(ValueError, match="edge a → b: bilinear map ',,->': its constant is not real numbers"):
        forward(symbolic, weights, inputs)
    with pytest.raises(ValueError, match=r"terminals \(\), expected at least one"):
        objective(full_lift(replace(lift.module, terminals=()), lift.copies), weights, inputs, np.ones(4))


def test_constants_without_a_shared_index():
    rng = np.random.default_rng(0)
    for constant, spec in ((3, ",,->"), (((1, 2), (3, 4)), ",jk,->")):
        lift = ArrayLift(two(Bilinear(spec, constant)), {"a": 2, "b": 3}, {("a", "b"): np.eye(3, 2)})
        weights, x = random_weights(lift, rng), rng.standard_normal((4, 2))
        found = forward(lift, weights, {"a": x})["b"]
        plain = ArrayLift(two(PRODUCT), lift.copies, lift.patterns)
        assert found == pytest.approx(np.sum(constant) * forward(plain, weights, {"a": x})["b"])


def test_spaces_without_a_dimension():
    spaces = {"activations": {"a": (0,)}, "weights": {("a", "b"): (2, 0)}}
    lift = full_lift(two(Bilinear("ij,j->i"), **spaces), {"a": 2, "b": 3})
    weights = random_weights(lift, np.random.default_rng(0))
    assert not forward(lift, weights, {"a": np.ones((4, 2, 0))})["b"].any()
    again = from_exact(to_exact(lift, weights))
    assert again.weights["a", "b"].shape == (3, 2, 2, 0)


def test_patterns_are_the_lifts_own():
    given = csr_array(np.array([[True, False], [True, True]]))
    lift = ArrayLift(two(PRODUCT), {"a": 2, "b": 2}, {("a", "b"): given})
    given.data[:] = False
    given.indices[:] = 0
    assert lift.patterns["a", "b"].toarray().tolist() == [[True, False], [True, True]]
    with pytest.raises(TypeError):
        lift.copies["a"] = 3


def test_a_probe_takes_maps_that_ignore_an_argument():
    probe("bias", lambda w, y: w, [((1, 3), ()), ((2, 3), ())], ())
    probe("constant", lambda w, y: np.ones((1, 1, 4)), [((1, 3), ()), ((2, 3), ())], (4,))
