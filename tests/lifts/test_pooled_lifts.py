"""Pooled convolutions and attention: what they compute, their gradients, their copies, and the law of the sampler."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import sympy as sp
from scipy.stats import chi2

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.exact.balls import number
from sparse_limits.numerics.lifts.forward import forward
from sparse_limits.numerics.lifts.functions import Attention, Pooled, Tanh
from sparse_limits.numerics.lifts.gradients import objective
from sparse_limits.numerics.lifts.pooled import (
    cells_of,
    count_filters,
    count_heads,
    fair_signs,
    lift_of,
    pooled_attention,
    pooled_convolution,
    sparse_signs,
)
from sparse_limits.numerics.lifts.sampling import random_sparse_lift
from sparse_limits.theory.lifts import any_data, copied_filters, copied_heads, multilayer_perceptron
from sparse_limits.theory.lifts.attention import attention_block

RNG = np.random.default_rng(7)


def by_hand(kind: str, cell: np.ndarray, signal: np.ndarray) -> np.ndarray:
    """One terminal [channels, *W] on one input [channels, places], place by place."""
    channels, places = signal.shape
    if kind == "convolution":
        sums = [
            sum(cell[c, a] * signal[c, (p + a) % places] for c in range(channels) for a in range(cell.shape[1]))
            for p in range(places)
        ]
        return np.mean(np.tanh(sums))
    rows, width = [], cell.shape[-1]
    q, k, v = (signal.T @ cell[:, i] for i in range(3))
    for t in range(places):
        powers = np.exp([q[t] @ k[j] / np.sqrt(width) for j in range(places)])
        rows.append(sum(p * v[j] for j, p in enumerate(powers)) / powers.sum())
    return np.mean(rows, axis=0)


@pytest.mark.parametrize(
    ("kind", "module", "shape"),
    [("convolution", pooled_convolution(4, 3), (3,)), ("attention", pooled_attention(3, 2), (3, 2))],
)
def test_terminals_are_means_over_places(kind, module, shape):
    places = module.activations.shapes["x"][0]
    cells = RNG.standard_normal((5, 2, *shape))
    cells[1, 0] = cells[2] = 0
    inputs = RNG.standard_normal((6, 2, places))
    lift, weights = lift_of(module, cells)
    assert np.array_equal(cells_of(lift, weights), cells)
    (found,) = forward(lift, weights, {"x": inputs}).values()
    expected = [[by_hand(kind, cell, signal) for cell in cells] for signal in inputs]
    assert np.allclose(found, expected, atol=1e-12)


@pytest.mark.parametrize("module", [pooled_convolution(3, 2), pooled_attention(3, 2)])
def test_gradients_are_differences(module):
    lift, weights = sparse_signs(module, 2, 6, 0.7, np.random.default_rng(3))
    inputs = {"x": RNG.standard_normal((4, 2, 3))}
    loss = objective(lift, weights, inputs, RNG.standard_normal(4))
    theta = loss.start + 0.3 * RNG.standard_normal(len(loss.start))
    _, gradient = loss(theta)
    for i in range(len(theta)):
        step = np.zeros(len(theta))
        step[i] = 1e-5
        assert (loss(theta + step)[0] - loss(theta - step)[0]) / 2e-5 == pytest.approx(gradient[i], abs=1e-8)


def test_pooling_passes_a_share_of_the_derivative_to_each_place():
    z, upstream = RNG.standard_normal((2, 5)), RNG.standard_normal(2)
    (found,) = Pooled(Tanh(), -1).vjp(upstream, z)
    assert np.allclose(found, upstream[:, None] / 5 / np.cosh(z) ** 2)
    assert Pooled(Attention(), -2)(RNG.standard_normal((3, 4, 2))).shape == (2,)


def test_copies_are_counted_up_to_the_signs_that_change_nothing():
    module = pooled_attention(3, 2)
    unit = fair_signs(RNG, (2, 3, 2))
    signal = RNG.standard_normal((1, 2, 3))
    lift, weights = lift_of(module, unit[None])
    (wanted,) = forward(lift, weights, {"x": signal}).values()
    for scores, values in product(product((1, -1), repeat=2), repeat=2):
        turned = unit * np.array([scores, scores, values])
        assert count_heads(turned[None], unit) == 1
        (found,) = forward(lift_of(module, turned[None])[0], lift_of(module, turned[None])[1], {"x": signal}).values()
        assert np.allclose(found, wanted * values)
    one_matrix = unit * np.array([(1, -1), (1, 1), (1, 1)])
    assert count_heads(one_matrix[None], unit) == 0
    filters = fair_signs(RNG, (1, 2, 3))
    assert count_filters(np.concatenate([filters, -filters, filters * [1, 1, -1]]), filters[0]) == 2
    assert count_filters(filters * [[[1], [0]]], filters[0]) == 0
    with pytest.raises(InputError, match=r"entries of the unit have shape \[3\], expected \[N, N\]"):
        count_filters(filters, [1, 1, 1])
    with pytest.raises(InputError, match=r"the unit has shape \(2, 2\), expected that of cells \(1, 2, 3\)"):
        count_filters(filters, np.ones((2, 2)))
    assert count_filters(filters.tolist(), filters[0].tolist()) == 1


FILTERS = pooled_convolution(4, 3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: lift_of(FILTERS, 3.0), "cells have shape"),
        (lambda: lift_of(FILTERS, [1.0, 2]), "cells have shape"),
        (lambda: lift_of(FILTERS, "abc"), "cells are"),
        (lambda: lift_of(FILTERS, np.ones((2, 1, 2))), r"cells have shape \[2, 1, 2\], expected \[N, N, 3\]"),
        (lambda: lift_of(FILTERS, np.full((2, 1, 3), np.nan)), "cells hold nan"),
        (lambda: lift_of(FILTERS, np.ones((0, 1, 3))), "expected at least one terminal"),
        (lambda: lift_of(attention_block(2, 1), np.ones((1, 1, 3, 1))), "the module has 3 edges, expected one"),
        (lambda: sparse_signs(multilayer_perceptron(2, sp.tanh, sp.tanh), 1, 1, 0.5, RNG), "has 2 edges, expected one"),
        (lambda: sparse_signs(FILTERS, 2, 2, 2.0, RNG), "kept is 2.0, expected a probability"),
        (lambda: sparse_signs(FILTERS, 2, 2, -1, RNG), "kept is -1, expected a probability"),
        (lambda: sparse_signs(FILTERS, 0, 2, 0.5, RNG), "channels is 0"),
        (lambda: count_filters([[[1.0], [1.0, 2.0]]], [[1.0]]), "cells"),
        (lambda: count_filters(np.ones((1, 1, 2)), [[1.0], [1.0, 2.0]]), "unit"),
        (lambda: count_heads(np.ones((1, 1, 4, 1)), np.ones((1, 4, 1))), r"cells have shape \[1, 1, 4, 1\]"),
        (lambda: Attention()(np.ones((2, 3, 2))), r"given shape \[2, 3, 2\], expected \[..., 3, tokens, d\]"),
        (lambda: Pooled(Tanh(), 1), "axis is 1, expected -1 or -2"),
    ],
)
def test_bad_input_is_named_in_one_line(call, message):
    with pytest.raises(InputError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_the_sampler_draws_edges_and_weights_independently():
    """The law of L20: 2 copies above 2, λ = 2/3, fair signs; all 81 outcomes by their exact probabilities."""
    lifts, rng = 60_000, np.random.default_rng(20)
    module = multilayer_perceptron(1, sp.tanh, sp.tanh)
    drawn = random_sparse_lift(module, {0: 2, 1: 2 * lifts}, {(0, 1): 2 / 3}, rng)
    signs = np.zeros((2 * lifts, 2))
    signs[drawn.ends((0, 1))] = fair_signs(rng, drawn.weight_shape((0, 1)))
    outcomes = np.bincount(((signs.reshape(lifts, 4) + 1) @ 3 ** np.arange(4)).astype(int), minlength=81)
    chances = [
        np.prod([2 / 3 if not sign else 1 / 6 for sign in np.array(each) - 1]) for each in product(range(3), repeat=4)
    ]  # the same for all orders of the digits
    expected = lifts * np.array(chances).reshape((3,) * 4).transpose(3, 2, 1, 0).ravel()
    assert chi2.sf(((outcomes - expected) ** 2 / expected).sum(), 80) > 1e-6


def test_full_and_empty_lifts_of_modules():
    full, _ = sparse_signs(pooled_convolution(3, 2), 2, 4, 1.0, RNG)
    none, weights = sparse_signs(pooled_convolution(3, 2), 2, 4, 0.0, RNG)
    assert (full.edge_count(("x", "y")), none.edge_count(("x", "y"))) == (8, 0)
    assert not cells_of(none, weights).any()
    with pytest.raises(InputError, match="1 ≤ k ≤ H"):
        pooled_convolution(2, 3)


def size_of(claim, name, values):
    """A size at values of its letters by name."""
    formula = claim.expressions[name]
    return number(formula, {letter: values[letter.name] for letter in formula.free_symbols})


def test_sizes_of_filters_heads_and_all_data():
    """Values by hand: A₁ = A₂ = 1, one unit, δ = 1/20; 6√3·Λ²/M² ≤ ε, 2M/q and 8 log(20)/q."""
    common = {"A_1": 1, "A_2": 1, "r": 1, "delta": sp.Rational(1, 20), "p_0": sp.Rational(1, 2), "s": 1}
    filters = {**common, "epsilon": sp.Rational(1, 100), "C_i": 2, "k": 2, "nu": 1}
    copies = int(np.ceil(np.sqrt(6 * np.sqrt(3) * 2 * 100)))
    assert size_of(copied_filters, "filter_size", filters) == 16 * copies
    heads = {**common, "epsilon": sp.Rational(1, 100), "C": 2, "d": 1, "R_x": 1, "b_w": 1, "rho": 1}
    copies = int(np.ceil(np.sqrt(6 * np.sqrt(3) * (1 + 2 * 2**4) * 100)))
    assert size_of(copied_heads, "head_size", heads) == 16 * copies
    data = {"A_1": 1, "A_2": 1, "r": 1, "delta": sp.Rational(1, 20), "q": sp.Rational(1, 4), "epsilon": 1, "R_x": 1}
    assert size_of(any_data, "uniform_size", data) == np.ceil(32 * np.log(20))
