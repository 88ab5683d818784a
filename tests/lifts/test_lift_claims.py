"""The algebra of lifts on instances computed by other means, and refusals of the builders (L1, L2, L4–L7)."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import sympy as sp

from sparse_limits.numerics.checks.lifts.further.vector_copies import reached_far
from sparse_limits.numerics.evidence import Trial
from sparse_limits.numerics.evidence.findings import Verdict
from sparse_limits.numerics.exact.polynomials import polynomial
from sparse_limits.numerics.lifts.arrays import ArrayLift
from sparse_limits.numerics.lifts.forward import forward
from sparse_limits.theory.lifts import (
    Bilinear,
    Bundle,
    Lift,
    PerceptronModule,
    Pointwise,
    Readout,
    attention_block,
    attention_lift,
    cyclic_convolution,
    full_lift,
    multilayer_perceptron,
    perceptron_lift,
    pixel_graph,
    relu,
)
from sparse_limits.theory.lifts.attention import Attention
from sparse_limits.theory.lifts.convolution import pixel_cover
from sparse_limits.theory.lifts.fibration import w01, w02, w13, w23, x
from sparse_limits.theory.lifts.further.adjoint import OVER, Y
from sparse_limits.theory.lifts.further.gradients import a, asymmetric, f, gradient_01, gradient_13, shares
from sparse_limits.theory.lifts.further.vector_copies import vector_copies
from sparse_limits.theory.lifts.unfolding import skipping


def test_polynomials_are_those_of_sympy():
    a, b = sp.symbols("a b")
    assert polynomial((a + b) ** 2 - a**2 - 2 * a * b - b**2) == 0
    assert polynomial(sp.Integer(0)) == 0
    assert polynomial((a / 2 + sp.Rational(1, 3)) * (a - b)) != 0
    assert len(polynomial((a + b) ** 5)) == 6
    for wrong in (sp.exp(a), 1 / a, a**b, sp.sqrt(2) * a):
        with pytest.raises(ValueError, match="is no polynomial"):
            polynomial(wrong)


def fraction(top, below):
    return sp.Rational(top, below)


def test_the_adjunction_at_fractions():
    s = {v: tuple(fraction(2 * v - k + 1, k + 2) for k in range(size)) for v, (size,) in Y.shapes.items()}
    pulled = Y.pullback(OVER)
    t = {u: tuple(fraction(u**2 - 3 * k, u + 1) for k in range(size)) for u, (size,) in pulled.shapes.items()}
    assert pulled.inner(Y.pull(OVER, s), t) == Y.inner(s, Y.push(OVER, t)) == fraction(4819, 180)
    assert pulled.inner(Y.pull(OVER, s), Y.pull(OVER, s)) == fraction(1993, 144) != Y.inner(s, s)


def test_bundles_refuse_sections_of_others():
    bundle = Bundle({"a": (), "b": (2,)})
    assert dict(bundle.push({}, {})) == {"a": 0, "b": sp.Array([0, 0])}
    with pytest.raises(ValueError, match="u lies over c"):
        bundle.pullback({"u": "c"})
    with pytest.raises(ValueError, match="no value for b"):
        bundle.inner({"a": 1}, {"a": 1})
    with pytest.raises(ValueError, match=r"the value for b has shape \(3,\), expected \(2,\)"):
        bundle.pull({"u": "b"}, {"a": 1, "b": (1, 2, 3)})
    with pytest.raises(ValueError, match=r"the space of a has shape \(-1,\)"):
        Bundle({"a": (-1,)})


def test_gradients_of_the_diamond_at_a_point():
    at = {w01: 1, w02: -1, w13: 2, w23: fraction(1, 2), x: 1, f: 1}
    assert gradient_01.subs(at) == fraction(995215, 16)
    assert gradient_13.subs(at) == fraction(597129, 32)
    found = [shares["1a", v].subs(a, fraction(1, 3)) * gradient_13.subs(at) for v in ("3a", "3b")]
    assert found == [fraction(199043, 32), fraction(199043, 16)]


def test_readouts_need_all_terminals():
    with pytest.raises(ValueError, match="readout: no value for 3b"):
        Readout(asymmetric.lift, {"3a": 1})
    with pytest.raises(ValueError, match="readout: a value for 1a"):
        Readout(asymmetric.lift, {"3a": 1, "3b": 1, "1a": 1})


# Perceptrons

SIZES = (3, 5, 4, 2)
MATRICES = [
    sp.Matrix(after, before, lambda i, j, depth=depth: fraction((3 * i + 5 * j + 7 * depth) % 11 - 5, 5))
    for depth, (before, after) in enumerate(pairwise(SIZES))
]
POINT = (1, -fraction(1, 2), fraction(1, 4))


def outputs(lift):
    found = lift.activations({v: POINT[v[1]] for v in lift.inputs})
    return np.array([float(found[3, i]) for i in range(2)])


def test_a_perceptron_has_the_value_of_its_matrices():
    """Fifteen digits of the exact value; in floats three layers of sums of at most five terms below 2 lose less."""
    lift = perceptron_lift(sp.tanh, MATRICES)
    assert len(lift.weights) == 43
    y = np.array(POINT, dtype=float)
    for matrix in MATRICES[:-1]:
        y = np.tanh(np.array(matrix, dtype=float) @ y)
    np.testing.assert_allclose(outputs(lift), np.array(MATRICES[-1], dtype=float) @ y, rtol=0, atol=1e-14)
    np.testing.assert_allclose(outputs(lift), [-0.51352621, 0.77321627], rtol=0, atol=5e-9)
    averaged = lift.with_weights({(u, v): w / SIZES[u[0]] for (u, v), w in lift.weights.items()})
    assert np.abs(outputs(averaged) - outputs(lift)).max() == pytest.approx(0.7507768, abs=5e-8)


@pytest.mark.parametrize("depth", [0, -1, 1.0, True])
def test_paths_without_an_edge_are_refused(depth):
    with pytest.raises(ValueError, match="depth is"):
        multilayer_perceptron(depth, sp.tanh)


@pytest.mark.parametrize("matrices", [[], [sp.Array([1, 2])], [sp.eye(2), sp.eye(3)]])
def test_matrices_that_do_not_fit_are_refused(matrices):
    with pytest.raises(ValueError, match="matrices have shapes"):
        perceptron_lift(sp.tanh, matrices)


# Convolutions


def convolved(module, weight, signals):
    lift = full_lift(module, {"x": len(signals), "y": 3}, weight)
    found = lift.activations({("x", i): sp.Array(signal) for i, signal in enumerate(signals)})
    return np.array([found["y", j].tolist() for j in range(3)])


def test_weights_of_each_pixel_break_equivariance():
    H, k = 7, 3
    shifts = [[[int(q == (p + a) % H) for q in range(H)] for p in range(H)] for a in range(k)]
    edge = ("x", "y")
    untied = PerceptronModule(
        ("x",),
        ("y",),
        {edge: Bilinear("ap,apq,q->p", shifts)},
        {"y": Pointwise(relu)},
        activations={"x": (H,)},
        weights={edge: (k, H)},
    )

    def weight(u, v):
        return tuple(tuple(1 + (p * p + a + u[1] + v[1]) % 3 for p in range(H)) for a in range(k))

    signals = np.array([[1 + 7 * i + p for p in range(H)] for i in range(2)])
    found = convolved(untied, weight, signals.tolist())
    moved = [convolved(untied, weight, np.roll(signals, s, axis=1).tolist()) for s in range(1, H)]
    wrong = [(np.roll(found, s, axis=1) != other).sum() for s, other in zip(range(1, H), moved, strict=True)]
    assert wrong == [9, 14, 5, 4, 14, 9]


def test_longer_signals_repeat_unless_padded():
    H, k, sheets = 7, 3, 3
    base = pixel_graph(H, k, relu)
    cover = pixel_cover(base, (2, -1, 3), sheets)
    signal = {("x", q): (5 * q) % 7 - 2 for q in range(H)}
    below = Lift.identity(base, {(u, v): (2, -1, 3)[(u[1] - v[1]) % H] for u, v in base.maps}).activations(signal)
    above = cover.activations(cover.pull_inputs(signal))
    assert cover.is_in_fibration()
    assert all(above[v] == below[cover.over[v]] for v in above)
    cut = Lift(base, cover.over, {(u, v): w for (u, v), w in cover.weights.items() if u[1] >= v[1]})
    assert not cut.is_in_fibration()


@pytest.mark.parametrize("build", [cyclic_convolution, pixel_graph])
@pytest.mark.parametrize(("H", "k"), [(3, 4), (3, 0), (0, 1), (3.0, 2), (3, True)])
def test_kernels_longer_than_signals_are_refused(build, H, k):
    with pytest.raises(ValueError, match="expected 1 ≤ k ≤ H"):
        build(H, k, relu)


# Attention


def test_attention_has_the_weights_and_values_of_a_transformer():
    T, d, C, heads = 3, 2, 3, 2
    rng = np.random.default_rng(11)
    X = rng.integers(-2, 3, (T, C))
    first, last = rng.integers(-2, 3, (3, heads, C, d)), rng.integers(-2, 3, (heads, d, C))
    lift = attention_lift(
        attention_block(T, d),
        C,
        heads,
        lambda u, v: (
            tuple(map(tuple, first[:, v[1], u[1]].tolist())) if u[0] == "x" else tuple(last[u[1], :, v[1]].tolist())
        ),
    )
    found = lift.activations({("x", c): sp.Array(X[:, c].tolist()) for c in range(C)})
    expected = X.astype(float)
    for Q, K, V, out in zip(*first, last, strict=True):
        powers = np.exp(X @ Q @ (X @ K).T / np.sqrt(d))
        expected += powers / powers.sum(axis=1, keepdims=True) @ X @ V @ out
    values = np.array([[float(value) for value in found["o", c]] for c in range(C)]).T
    np.testing.assert_allclose(values, expected, rtol=0, atol=1e-12)
    assert sum(int(np.prod(np.shape(weight))) for weight in lift.weights.values()) == heads * C * 4 * d


def test_blocks_of_no_size_are_refused():
    with pytest.raises(ValueError, match="T is 0"):
        attention_block(0, 1)
    with pytest.raises(ValueError, match=r"d is 1\.5"):
        attention_block(2, 1.5)
    block = attention_block(2, 1)
    with pytest.raises(ValueError, match="heads is 0"):
        attention_lift(block, 1, 0, lambda u, v: ())
    with pytest.raises(ValueError, match="attention of width 2 is given"):
        Attention(2)(sp.Array.zeros(3, 2, 1))
    with pytest.raises(ValueError, match="weights: the value for"):
        attention_lift(block, 1, 1, lambda u, v: 1)


# Unfolding


def test_an_unfolding_unfolds_to_itself_and_its_vertices_are_the_walks():
    tree = skipping.unfold("4")
    again = tree.unfold(("4",))
    assert len(again.over) == len(tree.over)
    assert len(again.weights) == len(tree.weights)
    adjacency = sp.Matrix(5, 5, lambda u, v: int((str(u), str(v)) in skipping.weights))
    walks = (sp.eye(5) - adjacency).inv()[:, 4]  # to 4, from each vertex
    assert len(tree.over) - 1 == sum(walks[1:])


def test_a_vertex_without_edges_is_phi_of_0_in_each_entry():
    """Constants, as biases are: a shape that σ cannot know, in the lift and in its unfolding."""
    module = PerceptronModule(
        ("x",),
        ("y",),
        {("x", "y"): Bilinear(), ("c", "y"): Bilinear("i,i->")},
        {"c": Pointwise(sp.cos), "y": Pointwise(sp.tanh)},
        activations={"c": (3,)},
        weights={("c", "y"): (3,)},
    )
    lift = Lift(
        module, {v: v for v in "xcy"}, {("x", "y"): sp.Integer(1), ("c", "y"): tuple(map(sp.Integer, (1, 2, 3)))}
    )
    assert lift.activations({"x": sp.Integer(2)})["y"] == sp.tanh(8)
    tree = lift.unfold("y")
    assert tree.activations({v: sp.Integer(2) for v in tree.inputs})[("y",)] == sp.tanh(8)
    arrays = ArrayLift(module, dict.fromkeys("xcy", 1))
    arrays.probe()
    weights = {("x", "y"): [[1.0]], ("c", "y"): [[[1.0, 2.0, 3.0]]]}
    assert forward(arrays, weights, {"x": [[2.0]]})["y"].item() == pytest.approx(np.tanh(8))


def test_a_remark_on_how_far_a_loss_reaches_is_compared():
    trial = Trial(vector_copies, "try")
    for loss, limit, start, held in ((1, 50, 10, True), (1, 200, 10, False), (1, 50, 30, False)):
        verdicts = {found.verdict for found in reached_far(loss, limit, start, trial)}
        assert (verdicts == {Verdict.SUPPORTS}) == held
