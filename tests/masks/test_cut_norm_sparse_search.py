"""Searches for a cut with products of a sparse mask: as good as those with a dense matrix, and what makes them fast."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.stats import binomtest

from sparse_limits.numerics.masks.cut_norm import bounds, cut_distance, distance_found
from sparse_limits.numerics.masks.cut_norm.factors import shortened
from sparse_limits.numerics.masks.cut_norm.matrices import merged

SIDE, MASKS, CHANCE = 90, 60, 0.01


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
        more, less = more + (sparse > dense), less + (sparse < dense)
    assert more + less == 0 or binomtest(more, more + less).pvalue > CHANCE


def test_a_sparse_search_is_taken_where_it_is_meant(sparse_searches, monkeypatch):
    taken = []
    monkeypatch.setattr(bounds, "_relaxed", lambda values, searched, *_: taken.append(searched) or 1 / 0)
    few, many = np.random.default_rng(61).random((2, SIDE, SIDE)) < np.array([0.1, 0.5])[:, None, None]
    for mask in (sp.csr_array(few), sp.csr_array(many), few):
        with pytest.raises(ZeroDivisionError):
            cut_distance(mask, 0.2)
    assert [searched is not None for searched in taken] == [True, False, False]


def test_products_of_a_search_are_those_of_the_difference(sparse_searches):
    for mask, graphon in masks_and_graphons(4):
        left, right = graphon if isinstance(graphon, tuple) else (np.ones((SIDE, 1)), np.full((1, SIDE + 10), graphon))
        searched = bounds._searched(sp.csr_array(mask), left, right)
        A, x, y = mask - left @ right, *(np.random.default_rng(62).standard_normal((2, 3, SIDE + 10)))
        for found, expected in (
            (searched.forward(x.T.astype(np.float32)), A @ x.T),
            (searched.backward(y[:, :SIDE].T.astype(np.float32)), A.T @ y[:, :SIDE].T),
        ):
            scale = np.abs(expected).max() / np.abs(found).max()  # a power of two
            assert scale == pytest.approx(2.0 ** np.round(np.log2(scale)), rel=1e-4)
            assert np.abs(found * 2.0 ** np.round(np.log2(scale)) - expected).max() < 1e-4 * np.abs(expected).max()


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
