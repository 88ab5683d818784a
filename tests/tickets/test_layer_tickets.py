"""Misses given the items, two layers for one, volumes of weights: independent counts, limits, refusals."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from sparse_limits.numerics.exact import balls
from sparse_limits.numerics.subset_sum import IntervalUnion, SubsetSumSolver
from sparse_limits.numerics.subset_sum.misses import subset_counts, subset_rates
from sparse_limits.numerics.subset_sum.volumes import identity, relu, served_weights, union_volume
from sparse_limits.theory.equivariance import lower_bound, ticket
from sparse_limits.theory.equivariance.symbols import B
from sparse_limits.theory.subset_sum import miss_probability, potential, two_layers, volume
from sparse_limits.theory.subset_sum.symbols import eps, n, z

# R7


@pytest.mark.parametrize("size", [0, 1, 2, 9, 16])
def test_counts_are_those_of_the_solver(size):
    rng = np.random.default_rng(size)
    items = rng.uniform(-1, 1, (5, size)) * (rng.random((5, size)) < 0.8)
    for target, near in ((Fraction(3, 10), Fraction(1, 20)), (0, 0), (10**30, 1), (0, 10**30)):
        expected = [SubsetSumSolver().count(list(row[row != 0]), target, near) for row in items]
        assert subset_counts(items, target, near).tolist() == expected


def test_rates_are_the_formula_for_each_sample():
    items = np.array([[0.5, -0.25, 0.0], [0.0, 0.0, 0.0], [1.0, 0.75, 0.5]])
    rates = subset_rates(items, 0.3, 0.01)
    for row, rate in zip(items[[0, 2]], rates[[0, 2]], strict=True):
        x = [sp.Rational(value) for value in row if value]
        at = {n: len(x), eps: sp.Rational(1, 100), z: sp.Rational(3, 10)}
        at |= {miss_probability.S_1: sum(x), miss_probability.S_2: sum(value**2 for value in x)}
        assert rate == pytest.approx(balls.number(miss_probability.rate, at), rel=1e-12)
    assert rates[1] == 0


@pytest.mark.parametrize("kind", [np.float16, np.float32])
def test_narrow_floats_are_what_they_are(kind):
    items = np.array([[0.5, 0.25, -0.125], [0.0, 0.0, 0.0]], dtype=kind)
    for function in (subset_counts, subset_rates):
        found = function(items, Fraction(1, 2) if function is subset_counts else 0.3, 0.01)
        assert found.tolist() == function(items.astype(float), 0.5 if function is subset_counts else 0.3, 0.01).tolist()
    assert subset_counts(items, 0.5, 0.01).tolist() == [1, 0]


@pytest.mark.parametrize("items", [[0.5], [[1.5]], [[float("nan")]], [[1]], [["a"]]])
def test_samples_are_refused(items):
    with pytest.raises(ValueError, match="expected float"):
        subset_counts(items, 0, 1)
    with pytest.raises(ValueError, match="expected float"):
        subset_rates(items, 0, 1)


def test_counts_refuse():
    with pytest.raises(ValueError, match="at most 44"):
        subset_counts(np.full((1, 45), 0.5), 0, 1)
    with pytest.raises(ValueError, match="at least 0"):
        subset_counts(np.full((1, 4), 0.5), 0, -1)


# R8


def test_a_layer_of_one_weight_is_two_subset_sums():
    one = {two_layers.d_0: 1, two_layers.d_1: 1}
    thinned = potential.failure.subs(potential.kappa, potential.kappa / 2)
    assert sp.simplify(two_layers.failure.subs(one) - 2 * thinned) == 0
    assert sp.simplify(two_layers.nonnegative_failure.subs(one) - thinned) == 0


def test_reference_number_of_units():
    # ln(4·20·30·a²/(ε²δ))/(−ln(1 − a/8)), a = 1/e, in doubles
    at = {two_layers.d_0: 20, two_layers.d_1: 30, eps: sp.Rational(1, 100), potential.delta: sp.Rational(1, 10)}
    a = np.exp(-1)
    expected = np.log(4 * 600 * a**2 / (1e-4 * 0.1)) / -np.log(1 - a / 8)
    assert balls.number(two_layers.uniform_size, at) == pytest.approx(expected, rel=1e-12)


def test_equivariant_layers_use_the_same_formulas():
    shape = {two_layers.d_0: lower_bound.n_in, two_layers.d_1: lower_bound.n_out * B}
    assert ticket.failure == two_layers.failure.subs(shape)
    alone = {lower_bound.n_in: 1, lower_bound.n_out: 3, B: 1, lower_bound.s: 1}
    assert lower_bound.relu_success.subs(alone) == volume.relu_success.subs(volume.D, 3)


# R9

ends = st.integers(-12, 12)


@settings(max_examples=60, deadline=None)
@given(st.tuples(ends, ends), st.integers(0, 8), st.integers(1, 10), st.booleans())
def test_served_weights_are_those_within_eps(outputs, near, reach, is_linear):
    sigma = identity if is_linear else relu
    found = served_weights(sigma, outputs, near, reach)
    for w in (Fraction(2 * k + 1, 6) for k in range(-3 * reach, 3 * reach)):  # never an end
        close = abs(sigma(w) - outputs[0]) <= near and abs(sigma(-w) - outputs[1]) <= near
        assert (w in found) == close


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(*[st.tuples(st.integers(0, 4), st.integers(0, 4)).map(sorted)] * 2), max_size=5))
def test_volumes_count_the_cells(boxes):
    unions = [[IntervalUnion.of([side], (0, 4)) for side in box] for box in boxes]
    cells = product(range(4), repeat=2)
    inside = sum(any(all(a <= k < b for k, (a, b) in zip(cell, box, strict=True)) for box in boxes) for cell in cells)
    assert union_volume(unions) == inside


def test_volumes_refuse():
    piece = IntervalUnion.of([(0, 1)], (0, 1))
    for boxes in ([[piece], [piece, piece]], [[]]):
        with pytest.raises(ValueError, match="expected as many factors"):
            union_volume(boxes)
    for arguments in ((-1, 1), (1, 0), (1, 2, 2), (1, 2, -1)):
        with pytest.raises(ValueError, match="least < reach"):
            served_weights(relu, (0, 0), *arguments)


def test_large_weights_ask_for_a_bit_more_each():
    at = {volume.D: 100, volume.c: 1, eps: sp.Rational(1, 2**10), potential.delta: sp.Rational(1, 2)}
    usual, large, enough = (
        balls.number(formula, at) for formula in (volume.relu_parameters, volume.large_parameters, volume.enough)
    )
    assert usual == pytest.approx(100 * 9 - 1)
    assert large == pytest.approx(100 * np.log2(2**10 - 2) - 1)
    assert large < enough < large + 2
