"""Errors on the circle, and what they say of pruned weights and of neurons with a ReLU output (N4, N5.1, N5.2)."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.exact import balls
from sparse_limits.numerics.neuron_pruning import exact_sup_on_circle, squared_error, ticket_chance
from sparse_limits.theory.neuron_pruning import jump_bound, kink_jumps, pruned_weights, pruned_weights_linear_output
from sparse_limits.theory.neuron_pruning.alignment import N, angle, delta, eps
from sparse_limits.theory.neuron_pruning.inputs import d
from sparse_limits.theory.neuron_pruning.jump_bound import s
from sparse_limits.theory.neuron_pruning.jumps import after, ahead, g, h, here
from sparse_limits.theory.neuron_pruning.weight_pruning import least, length
from sparse_limits.theory.subset_sum.symbols import n

N4 = {**pruned_weights.expressions, **pruned_weights_linear_output.expressions}
N5 = {**kink_jumps.expressions, **jump_bound.expressions}
seeds = st.integers(0, 2**32 - 1)


def sup_on_a_grid(c, theta, target_theta, relu_out, points=20_001):
    """The error at many angles, from below."""
    angles = np.linspace(0, 2 * np.pi, points)
    g = np.maximum(np.cos(angles[:, None] - theta), 0) @ c
    return np.abs((np.maximum(g, 0) if relu_out else g) - np.maximum(np.cos(angles - target_theta), 0)).max()


@given(seeds, st.integers(0, 7), st.booleans(), st.sampled_from([0.01, 0.3, 3.0]))
def test_it_is_the_largest_error_of_a_grid(seed, size, relu_out, spread):
    rng = np.random.default_rng(seed)
    target = rng.uniform(-9, 9)
    c, theta = rng.standard_normal(size), target + spread * rng.standard_normal(size)
    seen, exact = sup_on_a_grid(c, theta, target, relu_out), exact_sup_on_circle(c, theta, target, relu_out)
    assert seen - 1e-12 <= exact <= seen + (1 + np.abs(c).sum()) * np.pi / 20_000


@given(seeds, st.integers(0, 6))
def test_it_agrees_with_fractions(seed, size):
    """Whole weights, many of them on axes and opposite to each other."""
    rng = np.random.default_rng(seed)
    neurons, outputs = rng.integers(-3, 4, (size, 2)), rng.integers(-3, 4, size)
    exact = squared_error((3, 4), [(int(u), int(v)) for u, v in neurons], [int(c) for c in outputs])
    theta = np.arctan2(neurons[:, 1], neurons[:, 0])
    error = exact_sup_on_circle(outputs * np.hypot(*neurons.T) / 5, theta, np.arctan2(4, 3))
    assert float(error) == pytest.approx(float(exact) ** 0.5 / 5, abs=1e-13)


@given(seeds, st.booleans())
def test_many_networks_at_once(seed, relu_out):
    rng = np.random.default_rng(seed)
    theta, c = rng.uniform(-3, 3, 4), rng.standard_normal((3, 5, 4)) * rng.integers(0, 2, (3, 5, 4))
    errors = exact_sup_on_circle(c, theta, 0.7, relu_out)
    assert errors.shape == (3, 5)
    for place in np.ndindex(3, 5):
        kept = c[place] != 0
        assert errors[place] == pytest.approx(
            exact_sup_on_circle(c[place][kept], theta[kept], 0.7, relu_out), abs=1e-13
        )
    turned = exact_sup_on_circle(c, -theta - 5, -5.7, relu_out)  # reflected and turned
    np.testing.assert_allclose(turned, errors, atol=1e-13)


def test_simple_networks_and_the_door():
    assert exact_sup_on_circle([], [], 2.0) == 1
    assert exact_sup_on_circle([-1, 0], [0, np.pi / 2], 0) == 2
    assert exact_sup_on_circle([-1, 0], [0, np.pi / 2], 0, relu_out=True) == 1
    assert exact_sup_on_circle([1, -1], [0.3, 0.3 + np.pi], 0.3) == pytest.approx(1)  # the linear function
    assert exact_sup_on_circle([1, -1], [0.3, 0.3 + np.pi], 0.3, relu_out=True) == pytest.approx(0, abs=1e-15)
    assert exact_sup_on_circle(np.zeros((0, 2)), [1, 2], 0).shape == (0,)
    for wrong in (([1], [1, 2], 0), (1, 1, 0), ([np.nan], [1], 0), ([1], [1], np.inf), ([[1]], [[1]], 0)):
        with pytest.raises(ValueError, match="expected"):
            exact_sup_on_circle(*wrong)


# N4: weights


def test_sizes_of_weight_pruning():
    at = {d: 2, eps: sp.Rational(1, 100), delta: sp.Rational(1, 10)}
    size = balls.number(N4["size"], at)
    assert 64 / 1e-4 * balls.number(N4["contraction"]) ** size == pytest.approx(0.1, rel=1e-9)
    assert balls.number(N4["failure"], {d: 2, eps: sp.Rational(1, 100), n: 857}) < 0.1
    for neurons, error in ((19, "1/100"), (96, "1/10000")):
        at = {N: neurons, length: 1, eps: sp.Rational(error)}
        known = 1 - (1 - 4 / np.pi * np.arctan(2 * float(at[eps]))) ** neurons
        assert balls.number(N4["success"], at) == pytest.approx(known, rel=1e-11)
    assert balls.number(N4["flat_error"], {d: 9}) == pytest.approx(0.292893218813 / 3, rel=1e-11)


@given(seeds)
def test_pruned_weights_obey_the_bound(seed):
    """Random masks on the plane, for a target near an axis."""
    rng = np.random.default_rng(seed)
    target = np.array([0.28, 0.96])
    w = rng.standard_normal((6, 2)) * rng.integers(0, 2, (6, 2))
    theta, c = np.arctan2(w[:, 1], w[:, 0]), np.hypot(*w.T) * rng.standard_normal(6)
    full = w.all(axis=1)
    sine = np.abs(w[full] @ [-0.96, 0.28] / np.hypot(*w[full].T)).min(initial=1.0)
    bound = numeric((length, angle, least), N4["error_bound"])(1.0, np.arcsin(sine), 0.28)
    assert exact_sup_on_circle(c, theta, np.arctan2(*target[::-1])) >= bound


# N5: neurons


def sum_of_the_bound(neurons, error):
    """The bound of N5.2 term by term in balls, the least over some powers."""
    at = {N: neurons, eps: sp.Rational(str(error))}
    powers = [sp.Rational(share, 40) for share in range(4, 40)]
    return min(1.0, *(balls.number(N5["bound"], {**at, s: power}) for power in powers))


@pytest.mark.parametrize(("neurons", "error"), [(1, 0.3), (2, 0.05), (5, 0.01), (40, 1e-4), (99, 1e-5), (140, 1e-5)])
def test_the_chance_of_a_ticket_is_the_least_bound(neurons, error):
    """Above 100 kinks its last terms are those of a geometric series: not below the sum."""
    found, summed = ticket_chance(neurons, error), sum_of_the_bound(neurons, error)
    assert 0.99 * summed <= found <= summed * (1 + 1e-9)


def test_the_chance_grows_and_needs_neurons():
    chances = [ticket_chance(neurons, 1e-5) for neurons in (1, 2, 3, 10, 99, 100, 101, 102, 300, 1000, 5000)]
    assert chances == sorted(chances)
    assert chances[-1] == 1
    assert ticket_chance(10**6, 0.35) == ticket_chance(1, 0.35) == 1  # nothing is proved there
    for neurons, error, words in ((0, 0.1, "neurons is 0"), (1.5, 0.1, "neurons is 1.5"), (3, 0.0, "eps is 0.0")):
        with pytest.raises(ValueError, match=words):
            ticket_chance(neurons, error)


def test_the_chance_of_a_ticket_at_all_sizes_of_numbers():
    for kind, neurons, error in ((np.int64, 10**10, 1e-13), (np.int32, 100_000, 1e-8)):
        assert ticket_chance(kind(neurons), error) == ticket_chance(neurons, error) > 1e-2
    for neurons, error in ((10**15, 1e-19), (1000, 1e-160)):  # the least error is lost beside 1; its square is 0
        few = balls.enclose(N5["outside"] + N5["one_kink"], {N: neurons, eps: Fraction(error)}, nonzero=True)
        assert float(few.real.mid()) <= ticket_chance(neurons, error) < 0.1


def test_numbers_of_excluded_neurons():
    """Found by an independent program; the largest excluded number, and one more."""
    for error, chance, neurons in ((1e-4, 0.5, 88), (1e-4, 0.1, 36), (1e-6, 0.5, 5679), (1e-6, 0.1, 2327)):
        assert ticket_chance(neurons - 1, error) < chance <= ticket_chance(neurons, error)
    at = {eps: sp.Rational(1, 10**6), delta: sp.Rational(1, 2)}
    assert balls.number(N5["neurons"], {**at, s: sp.Rational(924, 1000)}) == pytest.approx(5652.2, abs=0.1)
    assert balls.number(N5["constant"], at) == pytest.approx(0.0764084, abs=1e-7)


@pytest.mark.parametrize("m", [1, 3, 10])
def test_a_zigzag_has_the_error_of_its_pieces(m):
    gap, error = np.pi / (2 * m), 0.2
    kinks = gap * np.arange(1 - m, m + 1)
    jumps = -error * (-1.0) ** np.arange(1, 2 * m + 1) / np.tan(gap / 2)
    theta = np.concatenate([kinks + np.pi / 2, kinks - np.pi / 2, [0, np.pi]])
    outputs = np.concatenate([jumps, jumps, [1, -1]])
    assert exact_sup_on_circle(outputs, theta, 0, relu_out=True) == pytest.approx(error)
    claimed = numeric((here, after, ahead, g, h), N5["jump"])(error, -error, -error, gap, gap)
    assert np.abs(2 * jumps) == pytest.approx(abs(claimed))


@pytest.mark.parametrize(
    ("bound", "inside", "outside"),
    [
        (N4["success"], {N: 3, length: 1, eps: "1/5"}, {N: 3, length: 1, eps: "21/100"}),
        (N4["flat_neurons"], {d: 8, delta: "1/2", eps: "1/10"}, {d: 9, delta: "1/2", eps: "1/10"}),
    ],
)
def test_no_bound_where_nothing_is_proved(bound, inside, outside):
    assert balls.number(bound, {symbol: sp.Rational(value) for symbol, value in inside.items()}) > 0
    with pytest.raises(balls.NoGuaranteeError):
        balls.number(bound, {symbol: sp.Rational(value) for symbol, value in outside.items()})
