"""Searches for a cut with products of a sparse mask: as good as those with a dense matrix, and what makes them fast."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.stats import binomtest

from sparse_limits.numerics.masks.cut_norm import bounds, cut_distance, cut_norm, distance_found
from sparse_limits.numerics.masks.cut_norm.factors import shortened
from sparse_limits.numerics.masks.cut_norm.matrices import merged, repeats
from sparse_limits.numerics.masks.cut_norm.zeros_and_ones import products

SIDE, MASKS, CHANCE = 90, 60, 0.01
ROUNDING = 1e-9  # the value of one cut, rounded in two ways


@pytest.fixture
def sparse_searches(monkeypatch):
    """Small masks are searched as large ones are."""
    monkeypatch.setattr(bounds, "_MANY", 0)


def masks_and_graphons(count):
    rng = np.random.default_rng(60)
    for at in range(count):
        left, right = 0.3 * rng.random((SIDE, 2)), rng.random((2, SIDE + 10)) / 2
        mask = rng.random((SIDE, SIDE + 10)) < left @ right
        yield mask, mask.mean() if at % 2 else (left, right)


def test_both_searches_find_cuts_of_one_law(sparse_searches):
    more = less = 0
    for seed, (mask, graphon) in enumerate(masks_and_graphons(MASKS)):
        dense, sparse = (distance_found(each, graphon, seed=seed) for each in (mask, sp.csr_array(mask)))
        assert sparse == pytest.approx(dense, rel=0.06)  # as for two searches elsewhere
        more, less = more + (sparse > dense * (1 + ROUNDING)), less + (dense > sparse * (1 + ROUNDING))
    assert more + less == 0 or binomtest(more, more + less).pvalue > CHANCE


def test_a_sparse_search_is_taken_where_it_is_meant(sparse_searches, monkeypatch):
    taken = []
    monkeypatch.setattr(bounds, "_relaxed", lambda values, searched, *_: taken.append(searched) or 1 / 0)
    few, many = np.random.default_rng(61).random((2, SIDE, SIDE)) < np.array([0.1, 0.5])[:, None, None]
    for mask in (sp.csr_array(few), sp.csr_array(many), few):
        with pytest.raises(ZeroDivisionError):
            cut_distance(mask, 0.2)
    assert [searched is not None for searched in taken] == [True, False, False]


def dense_bordered(A):
    rows = np.column_stack([A, A.sum(axis=1)])
    return np.vstack([rows, rows.sum(axis=0)])


@pytest.mark.parametrize("kept", ["ones", "other numbers"])
def test_products_of_a_search_are_those_of_the_difference(sparse_searches, kept):
    for mask, graphon in masks_and_graphons(4):
        left, right = graphon if isinstance(graphon, tuple) else (np.ones((SIDE, 1)), np.full((1, SIDE + 10), graphon))
        number = 1 if kept == "ones" else np.random.default_rng(65).integers(1, 9, mask.shape) / 4
        searched = bounds._searched(sp.csr_array(mask * number), left, right)
        B = dense_bordered(mask * number - left @ right)
        x, y = np.random.default_rng(62).standard_normal((2, 3, SIDE + 11))
        for way, each in (searched.numbers, lambda X: X), (searched.signs, np.sign):
            for given, product, matrix in (x, way.forward, B), (y[:, : SIDE + 1], way.backward, B.T):
                found, expected = product(each(given.T).astype(np.float32)), matrix @ each(given.T)
                scale = np.abs(expected).max() / np.abs(found).max()  # a power of two
                assert scale == pytest.approx(2.0 ** np.round(np.log2(scale)), rel=1e-4)
                assert np.abs(found * 2.0 ** np.round(np.log2(scale)) - expected).max() < 1e-4 * np.abs(expected).max()


@pytest.mark.parametrize("shape", [(1, 1), (3, 64), (64, 65), (130, 200), (257, 63)])
def test_bits_count_what_a_product_adds_up(shape):
    """Whatever the rest of a word: sums of small numbers are exact in single precision."""
    rng = np.random.default_rng(66)
    mask = rng.random(shape) < 0.4
    mask[0, -1] = True
    found = products(sp.csr_array(2.0 * mask), *(np.zeros((shape[0], 1)), np.zeros((1, shape[1]))))
    B = dense_bordered(2.0 * mask)
    for k in (1, 5):
        x, y = (rng.choice([-1.0, 1.0], (side + 1, k)).astype(np.float32) for side in shape[::-1])
        for each in found:
            np.testing.assert_array_equal(each.forward(np.asfortranarray(x)), B @ x)
            np.testing.assert_array_equal(each.backward(y), B.T @ y)


def test_numbers_that_differ_have_no_bits():
    for row in ([1.0, 2.0], [-1.0, -1.0], [0.0, 0.0]):
        found = products(sp.csr_array([row]), np.ones((1, 1)), np.ones((1, 2)))
        assert found.numbers is found.signs


def test_a_distance_alone_is_that_of_a_certificate(sparse_searches, monkeypatch):
    """Without a certificate no dense matrix is formed, and the search is the same, its starts included."""
    dense = bounds._of_two
    rng = np.random.default_rng(69)
    for seed in range(8):
        mask, left, right = rng.random((SIDE, SIDE)) < 0.2, rng.random((SIDE, 2)) / 4, rng.random((2, SIDE))
        graphon = 0.2 if seed % 2 else (left, right)
        whole = cut_distance(sp.csr_array(mask), graphon, seed=seed)
        with monkeypatch.context() as patch:
            patch.setattr(bounds, "_of_two", None)
            assert distance_found(sp.csr_array(mask), graphon, seed=seed) == pytest.approx(whole.lower, rel=1e-9)
    repeated = sp.csr_array(np.repeat(mask, 2, axis=0))  # is merged, which takes a dense matrix
    taken = []
    monkeypatch.setattr(bounds, "_of_two", lambda *given, **more: taken.append(1) or dense(*given, **more))
    assert distance_found(repeated, mask.mean()) == cut_distance(repeated, mask.mean()).lower
    assert len(taken) == 2


def test_early_vectors_of_a_relaxation_start_as_good_searches(monkeypatch):
    """A search starts from the first vectors that hardly gain; those of a relaxation to its end find cuts of one law."""
    relax, more, less = bounds.relax, 0, 0
    for seed in range(MASKS):
        noise = (np.random.default_rng([67, seed]).random((SIDE + 50, SIDE + 50)) < 0.2) - 0.2
        early = cut_norm(noise, seed=seed)
        with monkeypatch.context() as patch:
            patch.setattr(bounds, "relax", lambda *given: relax(*given[:4]))
            late = cut_norm(noise, seed=seed)
        assert early.upper == pytest.approx(late.upper, rel=1e-6)  # multipliers are those of the end
        assert early.lower == pytest.approx(late.lower, rel=0.03)
        more, less = more + (early.lower > late.lower), less + (early.lower < late.lower)
    assert more + less > 0
    assert binomtest(more, more + less).pvalue > CHANCE


def test_bounds_of_a_sparse_search_enclose_those_of_a_dense_one(sparse_searches):
    for mask, graphon in masks_and_graphons(6):
        dense, sparse = (cut_distance(each, graphon) for each in (mask, sp.csr_array(mask)))
        assert max(dense.lower, sparse.lower) <= min(dense.upper, sparse.upper)
        assert sparse.failure == 0


def test_shortened_factors_have_the_same_product():
    rng = np.random.default_rng(63)
    left, right = rng.random((50, 30)), rng.random((30, 40))
    for right_ in (right, np.repeat(right[:1], 30, axis=0), 0 * right):
        fewer = shortened(left, right_)
        product = left @ right_
        assert np.abs(fewer[0] @ fewer[1] - product).max() <= 30 * np.finfo(np.float32).eps * np.abs(product).max()
    assert [shortened(left, each)[0].shape[1] for each in (np.repeat(right[:1], 30, axis=0), 0 * right)] == [1, 0]


def test_rows_that_differ_in_any_column_are_not_merged():
    rng = np.random.default_rng(64)
    A = rng.integers(0, 2, (30, 1000)).astype(float)
    A[1] = A[0]  # but for a column that is not among those that are looked at first
    A[1, 1] = 2
    assert merged(A).values.shape == A.shape
    A[2] = A[0]
    found = merged(A)
    assert len(found.values) == 29
    assert found.row[2] == found.row[0] != found.row[1]
    np.testing.assert_array_equal(found.values[found.row[0]], 2 * A[0][np.unique(found.column, return_index=True)[1]])


def test_lines_repeat_where_mask_and_factors_do():
    rng = np.random.default_rng(68)
    mask, left, right = rng.random((20, 30)) < 0.5, rng.random((20, 2)), rng.random((2, 30))
    assert not repeats(sp.csr_array(mask * 1.0), left, right)
    mask[3], right[:, 4], mask[:, 4] = mask[7], right[:, 9], mask[:, 9]
    assert repeats(sp.csr_array(mask * 1.0), left, right)  # columns
    right[0, 4] += 1
    assert not repeats(sp.csr_array(mask * 1.0), left, right)
    left[3] = left[7]
    assert repeats(sp.csr_array(mask * 1.0), left, right)  # rows
