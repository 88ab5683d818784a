"""The spectrum of a neuron: reference values, and mean distances beside least squares."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from scipy.integrate import quad
from scipy.special import eval_gegenbauer

from sparse_limits.numerics.exact import balls
from sparse_limits.numerics.exact.evaluation import fraction, value_of
from sparse_limits.numerics.exact.parsed_values import parse
from sparse_limits.numerics.exact.rationals import rational
from sparse_limits.numerics.neuron_pruning import mean_squared_distance
from sparse_limits.theory.neuron_pruning import spectral_bound
from sparse_limits.theory.neuron_pruning.alignment import N, eps
from sparse_limits.theory.neuron_pruning.further.spectral_rate import lower
from sparse_limits.theory.neuron_pruning.inputs import d
from sparse_limits.theory.neuron_pruning.spectral import coefficient, delta, k, neurons, ranks, tail


def relu(x):
    return np.maximum(x, 0)


def test_coefficients_of_the_plane_and_of_space():
    space = [sp.Rational(x) for x in ("1/4", "1/6", "1/16", "0", "-1/96", "0", "1/256")]
    assert [coefficient.subs({d: 3, k: degree}) for degree in range(7)] == space
    plane = [1 / sp.pi, sp.Rational(1, 4), 1 / (3 * sp.pi), 0, -1 / (15 * sp.pi)]
    assert [coefficient.subs({d: 2, k: degree}) for degree in range(5)] == plane


@pytest.mark.parametrize(("dimension", "degree"), [(4, 2), (5, 4), (6, 3), (11, 6), (11, 1)])
def test_coefficients_by_quadrature(dimension, degree):
    power = dimension / 2 - 1

    def part(t, upper):
        wave = eval_gegenbauer(degree, power, t) / eval_gegenbauer(degree, power, 1.0) if upper else 1.0
        return (t * wave if upper else 1.0) * (1 - t * t) ** ((dimension - 3) / 2)

    seen = quad(part, 0, 1, args=(True,))[0] / quad(part, -1, 1, args=(False,))[0]
    assert float(coefficient.subs({d: dimension, k: degree})) == pytest.approx(seen, abs=1e-9)


def test_tails():
    assert rational(tail, {d: sp.Integer(3), N: sp.Integer(9)}) == sp.Rational(1, 768)
    plane = sp.Rational(1, 8) - sp.Rational(11, 9) / sp.pi**2
    assert balls.digits(tail - plane + 1, {d: 2, N: 5}, 20) == "1.0000000000000000000"
    assert balls.number(tail, {d: 8, N: 384}) == pytest.approx(2.862e-4, rel=1e-4)
    assert fraction(tail, parse(tail.free_symbols, ["d=7", "N=100"])[0]) == "1381/1835008"


@pytest.mark.parametrize("dimension", [2, 3, 6])
def test_the_tail_falls_by_one_eigenvalue_at_a_time(dimension):
    values = [balls.number(tail, {d: dimension, N: n}) for n in range(1, 40)]
    steps = -np.diff([1 / (2 * dimension), *values])
    assert np.all(np.diff(steps) <= 1e-15)
    assert np.all(steps > 0)
    assert np.all(np.array(values) > [balls.number(lower, {d: dimension, N: n}) for n in range(1, 40)])
    last = int(ranks.subs({d: dimension, sp.Symbol("m", integer=True, nonnegative=True): 1}))
    assert steps[last - 1] > steps[last] * 1.5  # from degree 2 to degree 4


def test_the_smallest_number_of_neurons():
    for dimension, error, failure in ((2, "1/30", "1/900"), (3, "1/20", "1/100"), (6, "1/10", "1/500")):
        arguments = [f"d={dimension}", f"epsilon={error}", f"delta={failure}"]
        allowed = sp.Rational(error) ** 2 + sp.Rational(failure) / (2 * dimension)
        count = 1
        while balls.number(tail, {d: dimension, N: count}) > allowed:
            count += 1
        assert value_of(neurons, parse(neurons.free_symbols, arguments)[0], 15) == str(count)
    assert value_of(neurons, parse(neurons.free_symbols, ["d=3", "epsilon=1", "delta=1/2"])[0], 15) == "1"
    assert {eps, delta, d} == neurons.free_symbols


def test_the_statement_is_filled_in():
    assert "[[" not in spectral_bound.latex_statement


def mean_by_least_squares(w, points, targets):
    """The mean over targets of the squared distance to the span of neurons, on points and targets of equal weight."""
    features = relu(points @ w.T)
    wanted = relu(points @ targets.T)
    best = np.linalg.lstsq(features, wanted, rcond=None)[0]
    return float(((wanted - features @ best) ** 2).mean())


def circle(size, turn=0.0):
    angles = 2 * np.pi * (np.arange(size) + turn) / size
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


@pytest.mark.parametrize("seed", range(3))
def test_mean_distance_on_the_circle(seed):
    w = np.random.default_rng(seed).standard_normal((5, 2))
    seen = mean_by_least_squares(w, circle(4000), circle(500, 0.3))
    assert float(mean_squared_distance(w).mid()) == pytest.approx(seen, rel=1e-3)


def test_mean_distance_on_the_sphere():
    rng = np.random.default_rng(4)
    nodes, weights = np.polynomial.legendre.leggauss(60)
    turns = circle(120)
    points = np.concatenate([np.column_stack([turns * np.sqrt(1 - z * z), np.full(120, z)]) for z in nodes])
    mass = np.repeat(weights, 120) / (2 * 120)
    w = rng.standard_normal((6, 3))
    features, wanted = relu(points @ w.T), relu(points @ points[::7].T)
    gram = features.T @ (mass[:, None] * features)
    inner = features.T @ (mass[:, None] * wanted)
    distances = (mass[:, None] * wanted**2).sum(axis=0) - (inner * np.linalg.solve(gram, inner)).sum(axis=0)
    seen = (distances * mass[::7]).sum() / mass[::7].sum()
    assert float(mean_squared_distance(w).mid()) == pytest.approx(seen, rel=5e-3)


def test_mean_distance_of_one_neuron_is_exact():
    """1/(2d) − H/G with H = Σ λ⁴·multiplicity."""
    found = mean_squared_distance([[1.0, 2.0, 2.0]], accuracy=1e-12)
    squares = quad(lambda r: (np.sqrt(1 - r * r) + (np.pi - np.arccos(r)) * r) ** 2 / (6 * np.pi) ** 2 / 2, -1, 1)[0]
    assert float(found.mid()) == pytest.approx(1 / 6 - 6 * squares, abs=1e-10)
    assert float(found.rad()) < 1e-11


def test_mean_distance_depends_on_directions_alone():
    w = np.random.default_rng(5).standard_normal((4, 3))
    rotation = np.linalg.qr(np.random.default_rng(6).standard_normal((3, 3)))[0]
    balls_found = [mean_squared_distance(v) for v in (w, w * [[1], [2], [3], [0.5]], w[::-1], w @ rotation)]
    assert all(abs(float(x.mid()) - float(balls_found[0].mid())) < 1e-8 for x in balls_found)


def test_bad_neurons_are_refused():
    for wrong in ([1.0, 2.0], [[1.0]], [[np.nan, 1.0]], [[0.0, 0.0]], np.zeros((0, 2)), [["a", "b"]]):
        with pytest.raises(ValueError, match="expected"):
            mean_squared_distance(wrong)
    with pytest.raises(ValueError, match="independent"):
        mean_squared_distance([[1, 2], [2, 4]])
    with pytest.raises(ValueError, match="accuracy"):
        mean_squared_distance([[1, 2]], accuracy=0)
