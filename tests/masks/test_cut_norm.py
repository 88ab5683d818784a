"""The cut norm against all pairs of sets, its invariances, certified witnesses, and bounds certified on both sides."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from cut_cases import REALS, SIDES, brute_force
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sparse_limits.numerics.masks.cut_norm import cut_norm_witness, enumeration, exact_cut_norm

INTEGERS = st.integers(-9, 9)


@settings(max_examples=60)
@given(SIDES.flatmap(lambda shape: arrays(np.int64, shape, elements=INTEGERS)))
def test_integers_give_the_exact_value(A):
    assert exact_cut_norm(A) == float(brute_force(A))


@settings(max_examples=60)
@given(SIDES.flatmap(lambda shape: arrays(np.float64, shape, elements=REALS)))
def test_reals_give_the_value_up_to_rounding(A):
    # a sum of N terms in floating point errs by at most N ulp of the sum of absolute values
    assert abs(exact_cut_norm(A) - float(brute_force(A))) <= A.size * 2**-52 * np.abs(A).sum()


@given(SIDES.flatmap(lambda shape: arrays(np.int64, shape, elements=INTEGERS)), st.integers(1, 9), st.data())
def test_invariances(A, factor, data):
    value = exact_cut_norm(A)
    assert exact_cut_norm(A.T) == value
    assert exact_cut_norm(-A) == value
    assert exact_cut_norm(A[data.draw(st.permutations(range(len(A))))]) == value
    assert exact_cut_norm(A.astype(np.int8)) == exact_cut_norm(A.astype(np.float32)) == value
    assert exact_cut_norm(A * 2**factor) == value * 2**factor
    assert exact_cut_norm(np.kron(A, np.ones((2, 3), int))) == pytest.approx(value, rel=1e-15)  # a blow-up
    assert abs(A.mean()) <= value * (1 + 1e-15)
    assert value <= np.abs(A).mean() * (1 + 1e-15)
    assert exact_cut_norm(np.abs(A)) == np.abs(A).mean()


@given(SIDES.flatmap(lambda shape: arrays(np.int64, (2, *shape), elements=INTEGERS)))
def test_triangle_inequality(A):
    assert exact_cut_norm(A[0] + A[1]) <= (exact_cut_norm(A[0]) + exact_cut_norm(A[1])) * (1 + 1e-15)


@pytest.mark.parametrize("shape", [(5, 3, 7), (2, 3, 7, 3), (1, 2, 2), (300, 1, 2), (4, 6, 6)])
@pytest.mark.parametrize("block", [1, 16, 200, 2**16])
def test_a_stack_gives_each_matrix_its_own_value(monkeypatch, shape, block):
    """Whatever is tabled, walked or split: small blocks leave all rows to the tree, large ones all to the table."""
    A = np.random.default_rng(31).integers(-9, 10, shape)
    one_by_one = [exact_cut_norm(a) for a in A.reshape(-1, *shape[-2:])]
    monkeypatch.setattr(enumeration, "_BLOCK", block)
    values = exact_cut_norm(A)
    assert values.shape == shape[:-2]
    assert values.ravel().tolist() == one_by_one


def test_the_value_of_known_matrices():
    assert exact_cut_norm([[1, -1], [-1, 1]]) == 0.25
    assert exact_cut_norm(np.zeros((3, 30))) == 0
    assert exact_cut_norm([[-2.5]]) == 2.5
    assert isinstance(exact_cut_norm([[True]]), float)
    hadamard = np.array([[1, 1], [1, -1]])
    for order in (4, 16):
        hadamard = np.kron(hadamard, hadamard)
        assert 1 / order < exact_cut_norm(hadamard) <= order**-0.5  # a row of ones, and Lindsey's lemma
    sign = np.resize([1, -1], 22)
    assert exact_cut_norm(np.outer(sign, sign)) == 0.25


MATRICES = st.tuples(st.integers(1, 9), st.integers(1, 9)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=st.sampled_from([0, 1, -1, 0.1, -0.3]) | REALS)
)


@given(MATRICES, st.integers(0, 2**32), st.integers(1, 5))
def test_a_witness_is_what_it_claims(A, seed, starts):
    value, rows, columns = cut_norm_witness(A, np.random.default_rng(seed), starts)
    assert rows.dtype == columns.dtype == bool
    assert (rows.shape, columns.shape) == (A.shape[:1], A.shape[1:])
    true = abs(sum((Fraction(x) for x in A[np.ix_(rows, columns)].ravel().tolist()), Fraction(0))) / A.size
    assert Fraction(value) <= true  # certified: rounded down, against exact arithmetic
    assert float(true) - value <= 2 * np.spacing(float(true))
    assert value <= exact_cut_norm(A) + A.size * 2**-52 * np.abs(A).sum()
    again = cut_norm_witness(A, np.random.default_rng(seed), starts)
    assert again.value == value


@given(MATRICES)
def test_a_witness_cannot_be_improved_on_one_side(A):
    value, rows, _ = cut_norm_witness(A, np.random.default_rng(0))
    sums = A[rows].sum(axis=0)
    best = max(np.maximum(sums, 0).sum(), np.maximum(-sums, 0).sum()) / A.size
    assert best - value <= A.size * 2**-50 * np.abs(A).sum()


def test_many_starts_find_the_cut_norm_of_small_matrices():
    """Twenty sign matrices 8 × 8; from 200 starts each is solved unless a start succeeds with chance below 1/10."""
    A = np.random.default_rng(32).choice([-1, 1], (20, 8, 8))
    found = [cut_norm_witness(a, np.random.default_rng(33), starts=200).value for a in A]
    assert found == exact_cut_norm(A).tolist()


def test_a_witness_of_a_planted_cut():
    rng = np.random.default_rng(34)
    rows, columns = rng.random(300) < 0.4, rng.random(500) < 0.6
    A = np.where(np.outer(rows, columns), 0.3, -0.1) + rng.uniform(-1, 1, (300, 500))
    assert cut_norm_witness(A, rng).value >= A[np.ix_(rows, columns)].sum() / A.size
    assert cut_norm_witness(np.abs(A), rng).value == pytest.approx(np.abs(A).mean(), rel=1e-12)


def test_the_witness_of_zero_is_empty():
    value, rows, columns = cut_norm_witness(np.zeros((3, 4)), np.random.default_rng(0))
    assert value == 0
    assert not rows.any()
    assert not columns.any()


@pytest.mark.parametrize(
    "A",
    [
        [[1.0, np.nan]],
        [[1.0, np.inf]],
        [[-np.inf, 1.0]],
        np.full((2, 2), 1e308),
        np.empty((0, 3)),
        np.empty((3, 0)),
        [1.0, 2.0],
        1.0,
        [["a"]],
        [[1j]],
        None,
        [[1.0], [2.0, 3.0]],
        np.ma.masked_array([[1.0, 2.0]], mask=[[True, False]]),
        [[1e308]],
    ],
    ids=str,
)
def test_bad_matrices_are_refused(A):
    with pytest.raises(ValueError, match=r"^A [^\n]*expected[^\n]*$"):
        exact_cut_norm(A)
    with pytest.raises(ValueError, match=r"^A [^\n]*expected[^\n]*$"):
        cut_norm_witness(A, np.random.default_rng(0))


def test_sizes_out_of_range_are_refused():
    with pytest.raises(ValueError, match=r"A has shape \(23, 30\), expected at most 22"):
        exact_cut_norm(np.ones((23, 30)))
    with pytest.raises(ValueError, match=r"A has shape \(2, 2, 2\), expected a matrix"):
        cut_norm_witness(np.ones((2, 2, 2)), np.random.default_rng(0))
    for starts in (0, 1.5, "two", None):
        with pytest.raises(ValueError, match=r"^starts is .*, expected an integer from 1"):
            cut_norm_witness(np.ones((2, 2)), np.random.default_rng(0), starts)
