"""Kernels of graphons: their recursion against others, their cases, their refusals."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from sparse_limits.numerics.kernels import ERF, RELU, LayerGraphons, dense_kernel, graphon_kernel, input_latent
from sparse_limits.numerics.kernels.quadrature import Smooth
from sparse_limits.numerics.masks.composition import GridGraphon, Latent, point_latent, uniform_latent

GAUSS = np.polynomial.legendre.leggauss


def grid(latent_rows: Latent, latent_columns: Latent, formula) -> GridGraphon:
    values = formula(latent_rows.positions[:, None], latent_columns.positions[None])
    shape = (latent_rows.positions.size, latent_columns.positions.size)
    return GridGraphon(np.broadcast_to(values, shape).astype(float), latent_rows, latent_columns)


def unpruned(rows: Latent, columns: Latent) -> LayerGraphons:
    one = grid(rows, columns, lambda u, v: 1.0)
    return LayerGraphons(one, one)


def gauss_latent(nodes: int) -> Latent:
    x, weights = GAUSS(nodes)
    return Latent((x + 1) / 2, weights / 2)


# --- graphons

X = np.array([[1.0, 2.0], [2.0, -1.0]])


def example(nodes: int, second_moment=lambda w: w, *, deep: bool) -> list[LayerGraphons]:
    """The chapter's example: d = 2, W₁ = (u + v)/2, and with two more layers W₂ = 1 − vu/2, W₃ = v."""
    inputs, first, second, output = input_latent(2), gauss_latent(nodes), gauss_latent(nodes), point_latent()
    kept = [grid(first, inputs, lambda u, v: (u + v) / 2)]
    if deep:
        kept += [grid(second, first, lambda u, v: 1 - u * v / 2), grid(output, second, lambda u, v: v)]
    else:
        kept.append(grid(output, first, lambda u, v: 1.0))
    return [LayerGraphons(w, GridGraphon(second_moment(w.values), w.rows, w.columns)) for w in kept]


@pytest.mark.parametrize(("deep", "value"), [(False, 0.1699135619860972147080), (True, 0.2546183291699848442531)])
def test_values_enclosed_by_balls(deep, value):
    """K2; Gauss–Legendre converges geometrically."""
    errors = [abs(graphon_kernel(X, example(nodes, deep=deep)).ntk[0, 1] - value) for nodes in (12, 40)]
    assert errors[1] < 1e-14 < 1e-10 > errors[0]


def test_masks_that_see_weights():
    """K4, one hidden layer with unpruned readout, against the integral as it is written."""
    q = lambda w: w ** np.float64(0.7)  # noqa: E731
    found = graphon_kernel(X, example(60, q, deep=False))
    x, weights = GAUSS(60)
    u, v = (x[:, None] + 1) / 2, np.array([0.25, 0.75])
    kept = (u + v) / 2
    a, b, c = (q(kept) @ (p * r) / 2 for p, r in ((X[0], X[0]), (X[1], X[1]), (X[0], X[1])))
    value, slope = RELU.dual(a, b, c)
    assert found.nngp[0, 1] == pytest.approx(weights / 2 @ value, rel=1e-13)
    assert found.ntk[0, 1] == pytest.approx(weights / 2 @ (value + slope * (kept @ (X[0] * X[1]) / 2)), rel=1e-13)


def backward(x: np.ndarray, layers: list[LayerGraphons]) -> np.ndarray:
    """Θ as the chapter states it: Σ forward, G backward."""
    sigma, sigmas, slopes = x.T[:, :, None] * x.T[:, None], [], []
    for _, q in layers:
        sigmas.append(sigma)
        tilde = np.einsum("uv,vij->uij", q.values * q.columns.weights, sigma)
        variance = np.diagonal(tilde, axis1=1, axis2=2)
        sigma, slope = RELU.dual(variance[:, :, None], variance[:, None], tilde)
        slopes.append(slope)
    gradient, theta = np.ones_like(tilde), 0.0
    for place in reversed(range(len(layers))):
        w, q = layers[place]
        own = np.einsum("uv,vij->uij", w.values * w.columns.weights, sigmas[place])
        theta = theta + np.einsum("u,uij->ij", w.rows.weights, gradient * own)
        gradient = slopes[place - 1] * np.einsum("uv,u,uij->vij", q.values, q.rows.weights, gradient)
    return theta


def random_network(rng: np.random.Generator, d: int, hidden: list[Latent]) -> list[LayerGraphons]:
    latents = [input_latent(d), *hidden, point_latent()]
    found = []
    for below, above in pairwise(latents):
        shape = (above.weights.size, below.weights.size)
        kept = rng.random(shape) * (rng.random(shape) < 0.8)
        found.append(LayerGraphons(GridGraphon(kept, above, below), GridGraphon(2 * kept**0.5, above, below)))
    return found


@pytest.mark.parametrize("nodes", [[6], [5, 7], [4, 6, 5]])
def test_forward_tangents_are_the_backward_recursion(nodes):
    rng = np.random.default_rng(len(nodes))
    layers, x = random_network(rng, 4, [uniform_latent(n) for n in nodes]), rng.standard_normal((70, 4))
    found, off = graphon_kernel(x, layers).ntk, ~np.eye(70, dtype=bool)
    assert np.allclose(found[off], backward(x, layers)[off], rtol=0, atol=1e-12)


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_constant_graphons(depth):
    """K3, K4: c·q^L of the dense kernel; nodes are merged, so that it costs no more."""
    x, kept, moment = np.random.default_rng(6).standard_normal((40, 5)), 0.2, 0.65
    latents = [input_latent(5), *(uniform_latent(50 + place) for place in range(depth)), point_latent()]
    layers = [
        LayerGraphons(grid(above, below, lambda u, v: kept), grid(above, below, lambda u, v: moment))
        for below, above in pairwise(latents)
    ]
    found, dense = graphon_kernel(x, layers), dense_kernel(x, depth=depth)
    assert np.allclose(found.ntk, kept * moment**depth * dense.ntk, rtol=0, atol=1e-13)
    assert np.allclose(found.nngp, moment ** (depth + 1) * dense.nngp, rtol=0, atol=1e-13)


def test_merging_nodes_changes_nothing():
    rng, d = np.random.default_rng(7), 3
    coarse = [Latent(np.array([0.2, 0.5, 0.9]), np.array([0.2, 0.3, 0.5])) for _ in range(2)]
    layers, places = random_network(rng, d, coarse), np.array([0, 1, 2, 0, 2, 2, 1])
    counts = np.bincount(places)
    fine = [Latent(latent.positions[places], (latent.weights / counts)[places]) for latent in coarse]
    latents = [layers[0].trained.columns, *fine, layers[-1].trained.rows]
    rows, columns = [places, places, [0]], [np.arange(d), places, places]
    refined = [
        LayerGraphons(*(GridGraphon(g.values[np.ix_(r, c)], latents[k + 1], latents[k]) for g in layer))
        for k, (layer, r, c) in enumerate(zip(layers, rows, columns, strict=True))
    ]
    x = rng.standard_normal((9, d))
    assert np.allclose(graphon_kernel(x, refined), graphon_kernel(x, layers), rtol=0, atol=1e-13)


def test_units_without_inputs_are_silent():
    """Half of the units receive nothing: half of the dense kernel, at zero inputs too; also if all weights train."""
    x = np.vstack([np.random.default_rng(8).standard_normal((4, 3)), np.zeros((1, 3))])
    inputs, hidden, output = input_latent(3), Latent(np.array([0.25, 0.75]), np.array([0.5, 0.5])), point_latent()
    kept = grid(hidden, inputs, lambda u, v: u > 0.5)
    for trained in (kept, grid(hidden, inputs, lambda u, v: 1.0)):
        found = graphon_kernel(x, [LayerGraphons(trained, kept), unpruned(output, hidden)])
        assert np.allclose(found, np.array(dense_kernel(x)) / 2, rtol=0, atol=1e-15)


def test_one_input_per_network_gives_rank_two():
    """K11.1: a graphon supported on one input, at every height."""
    x, hidden, inputs = np.random.default_rng(9).standard_normal((150, 6)), gauss_latent(20), input_latent(6)
    kept = grid(hidden, inputs, lambda u, v: (0.2 + u / 2) * (v < 1 / 6))
    values = np.linalg.eigvalsh(graphon_kernel(x, [LayerGraphons(kept, kept), unpruned(point_latent(), hidden)]).ntk)
    assert abs(values[:-2]).max() < 1e-14 * values[-1]


def test_smooth_activations_on_graphons():
    x, hidden = np.random.default_rng(10).standard_normal((6, 3)), [uniform_latent(5), uniform_latent(4)]
    layers = random_network(np.random.default_rng(11), 3, hidden)
    series = Smooth("erf", ERF.function, ERF.derivative)
    closed, found = (graphon_kernel(x, layers, activation=phi) for phi in (ERF, series))
    assert np.allclose(found, closed, rtol=0, atol=1e-12)
    assert np.allclose(graphon_kernel(x[:2], layers, x, activation=series), np.array(found)[:, :2], rtol=0, atol=1e-12)


def test_graphons_refused():
    good = example(3, deep=True)
    negative = GridGraphon(-good[0].trained.values, good[0].trained.rows, good[0].trained.columns)
    elsewhere = grid(gauss_latent(3), good[0].trained.columns, lambda u, v: u * v)
    for layers, message in [
        ([], "expected a sequence"),
        (good[0], "expected a sequence"),
        ([each.trained.values for each in good], "layer 0 is a ndarray"),
        (good[:2], "expected the one output"),
        (good[1:], "expected the 2 inputs"),
        ([good[0], good[2]], "expected one they share"),
        ([LayerGraphons(negative, negative), *good[1:]], "negative"),
        ([LayerGraphons(good[0].trained, elsewhere), *good[1:]], "one pair of latents"),
    ]:
        with pytest.raises(ValueError, match=message):
            graphon_kernel(X, layers)
