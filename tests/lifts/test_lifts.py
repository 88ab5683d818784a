"""Perceptron modules and lifts: values by hand, agreement with matrices, refusals."""

from __future__ import annotations

import copy
import itertools
import pickle
from dataclasses import replace

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from sparse_limits.theory.lifts.fibration import (
    DIAMOND,
    diamond,
    diamond_cover,
    diamond_fibration,
    diamond_split,
    fibration_lemma,
    free,
    linear,
    w13,
)
from sparse_limits.theory.lifts.lift import Lift, full_lift
from sparse_limits.theory.lifts.maps import PRODUCT, SUM, Bilinear, Pointwise, Skip, relu
from sparse_limits.theory.lifts.module import PerceptronModule


def total(*z):
    return sum(z)


def product(w, y):
    return w * y


def module(edges, sigma=total, inputs=("0",)):
    """A module with M(w, y) = w·y and one map σ, the largest vertex its terminal."""
    vertices = sorted({v for edge in edges for v in edge})
    return PerceptronModule(
        inputs, (vertices[-1],), dict.fromkeys(edges, product), {v: sigma for v in vertices if v not in inputs}
    )


def cubic(*z):
    return total(*z) ** 3 + 2 * total(*z)


CUBIC = module(DIAMOND, cubic)
WEIGHTS = dict(zip(DIAMOND, (1, -1, 2, sp.Rational(1, 2)), strict=True))


def test_diamond_has_the_value_computed_by_hand():
    assert Lift.identity(CUBIC, WEIGHTS).activations({"0": 1})["3"] == sp.Rational(801, 8)


def test_the_fibration_repeats_the_base_and_a_copied_weight_does_not():
    lift = Lift(CUBIC, diamond_fibration.over, dict.fromkeys(diamond_fibration.weights))
    lift = replace(lift, weights=lift.pull_weights(WEIGHTS))
    base = Lift.identity(CUBIC, WEIGHTS).activations({"0": 1})
    found = lift.activations({"0": 1})
    assert found == {v: base[below] for v, below in lift.over.items()}
    copied = replace(lift, weights={**lift.weights, ("1b", "3a"): 2})
    assert copied.activations({"0": 1})["3a"] == sp.Rational(9429, 8)


def test_activations_are_path_sums_in_the_linear_case():
    edges = [("0", "1"), ("0", "2"), ("1", "2"), ("1", "3"), ("2", "3"), ("3", "4")]
    w = {edge: sp.Symbol("w" + "".join(edge)) for edge in edges}
    found = Lift.identity(module(edges), w).activations({"0": 1})["4"]
    paths = (("01", "12", "23", "34"), ("01", "13", "34"), ("02", "23", "34"))
    assert sp.expand(found) == sum(sp.prod(w[tuple(edge)] for edge in path) for path in paths)


@given(st.permutations(DIAMOND))
def test_the_order_of_edges_does_not_matter(edges):
    found = Lift.identity(module(edges, cubic), WEIGHTS).activations({"0": 1})
    assert found == Lift.identity(CUBIC, WEIGHTS).activations({"0": 1})


@settings(max_examples=30)
@given(st.lists(st.integers(1, 4), min_size=2, max_size=4), st.integers(0, 2**32 - 1))
def test_a_full_lift_of_a_path_is_a_matrix_product(widths, seed):
    rng = np.random.default_rng(seed)
    matrices = [rng.standard_normal((after, before)) for before, after in itertools.pairwise(widths)]
    layers = [str(layer) for layer in range(len(widths))]
    path = module(list(itertools.pairwise(layers)), np.tanh)
    weights = {
        ((layers[depth], i), (layers[depth + 1], o)): matrix[o, i]
        for depth, matrix in enumerate(matrices)
        for o, i in np.ndindex(matrix.shape)
    }
    lift = Lift(path, {end: end[0] for edge in weights for end in edge}, weights)
    values = rng.standard_normal(widths[0])
    found = lift.activations({(layers[0], i): value for i, value in enumerate(values)})
    for matrix in matrices:
        values = np.tanh(matrix @ values)
    last = [found[layers[-1], o] for o in range(widths[-1])]
    np.testing.assert_allclose(last, values, rtol=1e-12, atol=1e-12)
    assert len(weights) == sum(matrix.size for matrix in matrices)


def test_vector_spaces_have_their_own_zero():
    edge = ("0", "1")
    vectors = PerceptronModule(
        ("0",), ("1",), {edge: Bilinear("ij,j->i")}, {"1": SUM}, {"0": (2,), "1": (2,)}, {edge: (2,)}, {edge: (2, 2)}
    )
    turn, point = sp.ImmutableMatrix([[0, -1], [1, 0]]), sp.Array([1, 2])
    found = Lift(vectors, {"0": "0", "1a": "1", "1b": "1"}, {("0", "1a"): turn}).activations({"0": point})
    assert found["1a"] == sp.Array([-2, 1])
    assert found["1b"] == sp.Array([0, 0])
    upper = Lift(vectors, {"0": "0", "1b": "1"}, {}).as_module()
    assert Lift.identity(upper, {}).activations({"0": point})["1b"] == sp.Array([0, 0])


def test_in_fibrations():
    assert diamond_fibration.is_in_fibration()
    assert diamond_cover.is_in_fibration()
    assert not diamond_split.is_in_fibration()
    for edge in diamond_fibration.weights:
        weights = {e: w for e, w in diamond_fibration.weights.items() if e != edge}
        assert not replace(diamond_fibration, weights=weights).is_in_fibration()


def test_a_lift_taken_as_a_module_has_the_same_activations():
    lift = diamond_split
    found = Lift.identity(lift.as_module(), lift.weights).activations({"0": sp.Symbol("x")})
    assert found == lift.activations({"0": sp.Symbol("x")})
    assert lift.as_module().terminals == ("3a", "3b")


def test_composition_goes_to_the_base():
    composed = diamond_fibration.compose(diamond_cover)
    assert composed.module is diamond_fibration.module
    assert set(composed.over.values()) == {"0", "1", "2", "3"}
    assert composed.inputs == ("0+", "0-")


def test_a_single_vertex_is_a_module_and_lifts():
    point = PerceptronModule(("0",), ("0",), {}, {})
    assert Lift(point, {"a": "0", "b": "0"}, {}).activations({"a": 1, "b": 2}) == {"a": 1, "b": 2}
    assert Lift(point, {}, {}).activations({}) == {}


def test_objects_cannot_be_changed():
    with pytest.raises(TypeError):
        diamond_fibration.weights["1a", "3a"] = w13
    with pytest.raises(AttributeError):
        diamond_fibration.module = diamond(free)
    given_weights = dict(WEIGHTS)
    lift = Lift.identity(CUBIC, given_weights)
    given_weights.clear()
    assert dict(lift.weights) == WEIGHTS


@pytest.mark.parametrize(
    ("edges", "inputs", "message"),
    [
        ([("0", "1"), ("1", "2"), ("2", "3"), ("3", "1")], ("0",), r"edge \d → \d lies on a cycle"),
        ([("0", "1"), ("1", "1")], ("0",), "edge 1 → 1 lies on a cycle"),
        ([("0", "1"), ("1", "0")], ("0",), "edge 1 → 0 enters an input"),
        ([("0", "1"), ("1", "2")], ("0", "2"), "edge 1 → 2 enters an input"),
    ],
)
def test_graphs_that_are_no_modules_are_refused(edges, inputs, message):
    with pytest.raises(ValueError, match=message):
        module(edges, inputs=inputs)


def test_the_edge_named_in_a_cycle_is_one_of_it():
    edges = [("0", "1"), ("1", "2"), ("2", "3"), ("3", "1"), ("0", "3")]
    with pytest.raises(ValueError, match=r"edge (1 → 2|2 → 3|3 → 1) lies"):
        module(edges)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sigma": {"1": total, "2": total}}, "edge 1 → 3: 3 is neither"),
        ({"sigma": dict.fromkeys("0123", total)}, "input 0 has a map"),
        ({"terminals": ("4",)}, "terminal 4 is no vertex"),
        ({"inputs": ("0", "0")}, "inputs 0, 0: expected each vertex once"),
        ({"maps": dict.fromkeys(DIAMOND, 3)}, "edge 0 → 1: its map is 3, expected a function"),
        ({"sigma": dict.fromkeys("123", "tanh")}, "vertex 1: its σ is 'tanh', expected a function"),
        ({"activations": {"0": 3}}, "the space of 0 has shape 3, expected a tuple"),
        ({"preactivations": {("0", "3"): ()}}, r"preactivations: a space for \('0', '3'\), which is no"),
        ({"activations": {"1": (2,)}, "maps": dict.fromkeys(DIAMOND, PRODUCT)}, "edge 1 → 3: .* not a value of shape"),
        (
            {"weights": {("0", "1"): (2,)}, "maps": dict.fromkeys(DIAMOND, PRODUCT)},
            "edge 0 → 1: .* not a value of shape",
        ),
        ({"preactivations": {("0", "1"): (2,)}, "maps": dict.fromkeys(DIAMOND, PRODUCT)}, "edge 0 → 1: its map gives"),
        (
            {"preactivations": {("1", "3"): (2,)}, "sigma": dict.fromkeys("123", SUM)},
            "vertex 3 with edges 1 → 3, 2 → 3",
        ),
        ({"activations": {"3": (2,)}, "sigma": dict.fromkeys("123", SUM)}, "vertex 3: its σ gives"),
    ],
)
def test_modules_with_wrong_parts_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        replace(CUBIC, **changes)


@pytest.mark.parametrize(
    ("over", "edges", "message"),
    [
        ({"a": "9"}, [], "vertex a lies over 9"),
        ({"0": "0"}, [("0", "1a")], "edge 0 → 1a: 1a is no vertex"),
        ({"0": "0", "3a": "3"}, [("0", "3a")], "edge 0 → 3a lies over 0 → 3, no edge"),
        ({"1a": "1", "1b": "1"}, [("1a", "1b")], "edge 1a → 1b lies over 1 → 1, no edge"),
        ({"0": "0", "1a": "1"}, [("1a", "0")], "edge 1a → 0 lies over 1 → 0, no edge"),
    ],
)
def test_graphs_that_are_no_lifts_are_refused(over, edges, message):
    with pytest.raises(ValueError, match=message):
        Lift(CUBIC, over, dict.fromkeys(edges, 1))


def test_families_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"parts of shapes \(\), \(2,\), expected one"):
        Lift.identity(CUBIC, {**WEIGHTS, ("0", "1"): (1, (2, 3))})
    with pytest.raises(ValueError, match="edge '01': expected a pair"):
        Lift(CUBIC, {"0": "0", "1": "1"}, {"01": 1})
    for walk in (diamond_fibration.closure, diamond_fibration.unfold):
        with pytest.raises(ValueError, match="9 is no vertex of the lift"):
            walk("9")
    with pytest.raises(ValueError, match="weights: no value for 2 → 3; expected one for each of 4"):
        Lift.identity(CUBIC, {e: w for e, w in WEIGHTS.items() if e != ("2", "3")})
    with pytest.raises(ValueError, match="weights: a value for 0 → 3, which is none"):
        Lift.identity(CUBIC, {**WEIGHTS, ("0", "3"): 1})
    with pytest.raises(ValueError, match="weights of the base: no value for 0 → 1"):
        diamond_fibration.pull_weights({})
    with pytest.raises(ValueError, match="inputs: no value for 0"):
        diamond_fibration.activations({})
    with pytest.raises(ValueError, match="inputs: a value for 1a"):
        diamond_fibration.activations({"0": 1, "1a": 1})
    with pytest.raises(ValueError, match="inputs of the base: a value for 3"):
        diamond_fibration.pull_inputs({"0": 1, "3": 1})


def test_lifts_of_other_graphs_do_not_compose():
    with pytest.raises(ValueError, match="edge 1b → 3a is in only one of the two graphs"):
        diamond_split.compose(diamond_cover)
    lonely = replace(diamond_fibration, over={**diamond_fibration.over, "2c": "2"})
    with pytest.raises(ValueError, match="vertices below the upper lift: no value for 2c"):
        lonely.compose(diamond_cover)


def test_the_statement_is_filled_in():
    assert "[[" not in fibration_lemma.latex_statement
    assert diamond(linear).maps["1", "3"](2, 3) == 2 * sp.Function("M_13", real=True)(3)


def test_spaces_are_found_from_the_maps():
    module = PerceptronModule(
        ("x",),
        ("y",),
        {
            ("x", "h"): Bilinear("a,apq,q->p", sp.Array([[[0, 1], [1, 0]]])),
            ("h", "y"): Bilinear(",i->i"),
            ("x", "y"): Skip(),
        },
        {"h": Pointwise(sp.tanh), "y": SUM},
        activations={"x": (2,)},
        weights={("x", "h"): (1,)},
    )
    assert dict(module.activations.shapes) == {"x": (2,), "h": (2,), "y": (2,)}
    assert dict(module.preactivations.shapes) == dict.fromkeys(module.maps, (2,))
    assert module.weights.shapes["x", "y"] == (0,)
    a, b, w, v = sp.symbols("a b w v")
    lift = Lift.identity(module, {("x", "h"): [w], ("h", "y"): v, ("x", "y"): ()})
    found = lift.activations({"x": sp.Array([a, b])})["y"]
    assert found == sp.Array([a + v * sp.tanh(w * b), b + v * sp.tanh(w * a)])


def test_bilinear_maps_are_einsum():
    rng = np.random.default_rng(5)
    for spec, shapes in {"ij,j->i": ((2, 3), (3,)), "ci,t->tci": ((3, 2), (4,)), "td,d->t": ((2, 3), (3,))}.items():
        w, y = (rng.integers(-9, 9, shape) for shape in shapes)
        found = Bilinear(spec)(sp.Array(w.tolist()), sp.Array(y.tolist()))
        assert found.tolist() == np.einsum(spec, w, y).tolist()
    constant = rng.integers(-9, 9, (2, 3, 4))
    w, y = rng.integers(-9, 9, 2), rng.integers(-9, 9, 4)
    found = Bilinear("a,apq,q->p", constant.tolist())(w, y)
    assert [int(each) for each in found] == np.einsum("a,apq,q->p", w, constant, y).tolist()


@pytest.mark.parametrize("spec", ["", ",", "a,b,c,d->a", "aa,b->b", "a,b->c", "a,b,c->a", "1,a->a", "a,b->aa"])
def test_specs_that_do_not_read_are_refused(spec):
    with pytest.raises(ValueError, match="bilinear map"):
        Bilinear(spec)


def test_full_lifts_closures_and_unfolding():
    wide = full_lift(CUBIC, {"0": 1, "1": 2, "2": 3, "3": 2}, lambda u, v: sp.Integer(1 + u[1] - v[1]))
    assert len(wide.weights) == 2 + 3 + 4 + 6
    closed = wide.closure(("3", 0))
    assert set(closed.over) == set(wide.over) - {("3", 1)}
    assert len(closed.weights) == 2 + 3 + 2 + 3
    tree = wide.unfold(("3", 0))
    assert tree.is_in_fibration()
    assert tree.inputs == ((("0", 0),),)
    inputs = {("0", 0): sp.Rational(1, 3)}
    found = wide.compose(tree).activations({(("0", 0),): sp.Rational(1, 3)})
    assert found[("3", 0),] == wide.activations(inputs)["3", 0]
    with pytest.raises(ValueError, match="copies of 1: 0, expected a positive"):
        full_lift(CUBIC, {"0": 1, "1": 0, "2": 3, "3": 2}, lambda u, v: 1)


def test_relu_is_piecewise_linear():
    assert [Pointwise(relu)(sp.Integer(a), sp.Integer(1)) for a in (-3, 2)] == [0, 3]


def test_lifts_can_be_copied_and_sent_to_other_processes():
    lift = Lift.identity(replace(CUBIC, maps=dict.fromkeys(DIAMOND, PRODUCT)), WEIGHTS)
    for again in (copy.deepcopy(lift), pickle.loads(pickle.dumps(lift))):
        assert again.activations({"0": 1}) == lift.activations({"0": 1})
        assert dict(again.weights) == WEIGHTS
