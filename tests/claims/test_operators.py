"""Closed forms of the claims about operators, at reference values and at the ends of their ranges."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.checks.operators import bias
from sparse_limits.numerics.checks.operators.norms import cut_norm, norms, singular_values
from sparse_limits.numerics.exact import balls
from sparse_limits.numerics.masks.cut_norm import exact_cut_norm
from sparse_limits.theory.graphon.symbols import m, n
from sparse_limits.theory.operators.further.composition import (
    composition_bound,
    deviation,
    first_cut,
    first_moment,
    rate_bound,
    rho_2,
    second_cut,
    second_moment,
    sorted_density,
    tau_1,
)
from sparse_limits.theory.operators.further.motif_means import bernoulli_mean, kept_entries, square_excess, subset_mean
from sparse_limits.theory.operators.motifs import counting_bound, cycle_density, edges, half_length, sigmas
from sparse_limits.theory.operators.norms import degree_bound, infinity_one_bound, operator_bound
from sparse_limits.theory.operators.symbols import cut
from sparse_limits.theory.saliency.model import rho
from sparse_limits.theory.tails import product_survival

TENTH = sp.Rational(1, 10)


def test_the_checkered_kernel() -> None:
    found = norms(np.array([[1, -1], [-1, 1]]))
    assert (found.cut, found.infinity_one, found.four_cycle) == (Fraction(1, 4), 1, 1)
    assert float(found.operator) == 1
    at = {cut: sp.Rational(1, 4)}
    assert (infinity_one_bound.subs(at), operator_bound.subs(at), degree_bound.subs(at)) == (
        1,
        1,
        sp.S.Half,
    )


@given(st.integers(0, 2**32 - 1))
def test_singular_values_as_balls(seed: int) -> None:
    rng = np.random.default_rng(seed)
    matrix = rng.integers(-2, 3, size=rng.integers(1, 7, size=2))
    expected = np.linalg.svd(matrix, compute_uv=False) / np.sqrt(matrix.size)
    assert np.allclose([float(sigma) for sigma in singular_values(matrix)], expected, atol=1e-7)
    assert float(cut_norm(matrix, 3)) == pytest.approx(exact_cut_norm(matrix) / 3)


def test_finite_size_motifs_at_reference_values() -> None:
    at = {m: 32, n: 48, rho: sp.Rational(1, 5)}
    assert balls.number(bernoulli_mean, at) == pytest.approx(0.0036791667, abs=5e-11)
    assert subset_mean.subs({m: 2, n: 3, kept_entries: 3}) == sp.Rational(11, 60)
    assert [subset_mean.subs({m: 2, n: 2, kept_entries: k}) for k in (0, 4)] == [0, 1]
    assert bernoulli_mean.subs({m: 1, n: 1}) == rho
    assert [square_excess.subs({n: 7, rho: end}) for end in (0, 1)] == [0, 0]


def test_subsets_of_many_entries_are_like_independent_ones() -> None:
    at = {m: 4000, n: 3000, kept_entries: 1_200_000, rho: TENTH}
    assert balls.number(subset_mean, at) == pytest.approx(balls.number(bernoulli_mean, at), rel=1e-5)


def test_counting_bound_and_cycles() -> None:
    assert counting_bound.subs({edges: 6, cut: TENTH}) == sp.Rational(3, 5)
    assert cycle_density.subs({**dict.fromkeys(sigmas, TENTH), half_length: 2}) == 2 * TENTH**4


def test_compositions() -> None:
    assert composition_bound.subs({first_cut: TENTH, second_cut: 2 * TENTH}) == 3 * TENTH
    at = {n: 1, first_moment: sp.Rational("0.03022459841967327297620769"), second_moment: sp.Rational("0.0047466")}
    assert balls.number(deviation, at) == pytest.approx(0.12736, abs=5e-6)
    assert rate_bound.subs(n, 100) == sp.Rational(1, 20)


def test_sorting_all_units_changes_nothing() -> None:
    """At ρ₂ → 1 the second layer keeps every unit."""
    level = sp.Rational(8, 5)
    nearly = balls.number(sorted_density, {tau_1: level, rho_2: 1 - sp.Rational(1, 10**6)})
    assert nearly == pytest.approx(balls.number(product_survival(level)), rel=1e-9)


@pytest.mark.parametrize(
    ("name", "rows", "columns", "count", "masks"), [("probit", 384, 384, 2, 60), ("random", 64, 512, 1, 100)]
)
def test_the_next_order_beside_the_bias_is_that_of_masks(name, rows, columns, count, masks):
    """The allowance of O3's check rests on it: with it masks are within five standard deviations, without it they are not."""
    seen = bias.bias_seen(np.random.default_rng(0), name, rows, columns, count, masks)
    letters = (bias.sigma, bias.row_noise, bias.column_noise, bias.m, bias.n)
    formula = numeric(letters, bias.second_order_bias.expressions["square_mean"])
    left = seen["seen"] - formula(seen["sigma"], seen["V_a"], seen["V_b"], rows, columns)
    further = bias.beyond_the_bias(bias.expected_matrix(name, rows, columns), count)
    assert (np.abs(left - further) < 5 * seen["sd"]).all()
    assert (np.abs(left) > 5 * seen["sd"]).any()
