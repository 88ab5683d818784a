"""Masks from scores: exactly k kept, the largest, ties by position."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from sparse_limits.numerics.masks.selection import (
    global_mask,
    global_masks,
    kept_count,
    kth_largest,
    n_of_m_mask,
    row_mask,
    top_k_mask,
)

DTYPES = st.sampled_from([np.float64, np.float32, np.float16, np.int64, np.int8, np.uint8, np.bool_])
# few values, so that ties (also of 0.0 and −0.0) are the rule
FEW = st.sampled_from([0, -0.0, 1, 2, 3, 0.5, -1, -2.5])
MANY = st.floats(-1e3, 1e3, width=16)
SHAPES = array_shapes(max_dims=3, max_side=8)


@st.composite
def scores(draw, shapes=SHAPES):
    dtype = np.dtype(draw(DTYPES))
    shape = draw(shapes)
    values = draw(arrays(np.float64, shape, elements=draw(st.sampled_from([FEW, MANY]))))
    return (np.abs(values) if dtype.kind in "ub" else np.clip(values, -100, 100)).astype(dtype)


def by_position(values, k):
    """The k largest, the earliest of equals first, by Python's stable sort."""
    flat = values.ravel().tolist()
    mask = np.zeros(len(flat), bool)
    mask[sorted(range(len(flat)), key=lambda at: -flat[at])[:k]] = True
    return mask.reshape(values.shape)


@given(scores(), st.data())
def test_top_k_keeps_exactly_the_k_largest(values, data):
    k = data.draw(st.integers(0, values.size))
    mask = top_k_mask(values, k)
    assert mask.dtype == bool
    assert mask.shape == values.shape
    assert np.count_nonzero(mask) == k
    if 0 < k < values.size:
        assert values[mask].min() >= values[~mask].max()
    assert np.array_equal(mask, by_position(values, k))


@given(scores(), st.data())
def test_masks_are_nested_in_k(values, data):
    k = data.draw(st.integers(0, values.size - 1))
    assert not np.any(top_k_mask(values, k) & ~top_k_mask(values, k + 1))


@given(scores(), st.data())
def test_kth_largest_is_the_kth_of_the_sorted(values, data):
    k = data.draw(st.integers(1, values.size))
    assert kth_largest(values, k) == sorted(values.ravel().tolist(), reverse=True)[k - 1]


@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=30, unique=True), st.data())
def test_without_ties_the_mask_follows_a_permutation(values, data):
    k = data.draw(st.integers(0, len(values)))
    order = data.draw(st.permutations(range(len(values))))
    assert np.array_equal(top_k_mask(np.array(values)[order], k), top_k_mask(values, k)[order])


@given(scores(), st.floats(0.01, 0.99))
def test_the_mask_sees_only_the_order(values, density):
    mask = global_mask(values, density)
    assert np.array_equal(mask, global_mask(np.exp(values.astype(np.float64) / 100), density))
    assert np.array_equal(mask, global_mask(np.searchsorted(np.unique(values), values), density))


def test_large_integers_and_strided_views_are_compared_as_they_are():
    close = np.array([2**62, 2**62 + 1, 2**62 - 1])  # equal as floats
    assert top_k_mask(close, 1).tolist() == [False, True, False]
    assert kth_largest(close, 1) == 2**62 + 1
    table = np.arange(12).reshape(3, 4)
    for view in (table.T, table[::-1, ::2], np.asfortranarray(table)):
        assert np.array_equal(top_k_mask(view, 3), by_position(np.ascontiguousarray(view), 3))


def test_a_zero_score_is_never_kept_before_a_positive_one():
    values = np.zeros(1000, np.float32)
    values[-5:] = 1e-30
    assert np.flatnonzero(top_k_mask(values, 7)).tolist() == [0, 1, 995, 996, 997, 998, 999]


def test_equal_scores_are_kept_from_the_front():
    assert np.flatnonzero(global_mask(np.full((100, 100), 0.1, np.float32), 0.3)).tolist() == list(range(3000))


@given(st.lists(scores(), min_size=1, max_size=4), st.floats(0.01, 0.99))
def test_layers_share_one_threshold(layers, density):
    masks = global_masks(layers, density)
    together = np.concatenate([layer.ravel() for layer in layers])
    assert [mask.shape for mask in masks] == [layer.shape for layer in layers]
    assert np.array_equal(
        np.concatenate([mask.ravel() for mask in masks]), top_k_mask(together, kept_count(density, together.size))
    )


@given(scores(array_shapes(min_dims=2, max_dims=2, max_side=10)), st.floats(0.01, 0.99), st.integers(1, 9))
def test_each_row_is_masked_by_itself(values, density, factor):
    mask = row_mask(values, density)
    k = kept_count(density, values.shape[1])
    assert np.array_equal(mask, [by_position(row, k) for row in values])
    factors = 2.0 ** np.arange(factor, factor + len(values))[:, None]  # exact in floating point
    assert np.array_equal(mask, row_mask(values * factors, density))


@given(st.data(), st.integers(1, 5), st.integers(1, 5), st.integers(1, 6))
def test_blocks_of_m_keep_n(data, rows, blocks, m):
    values = data.draw(scores(st.just((rows, blocks * m))))
    n = data.draw(st.integers(1, m))
    mask = n_of_m_mask(values, n, m).reshape(-1, m)
    assert np.array_equal(mask, [by_position(block, n) for block in values.reshape(-1, m)])


@given(st.floats(0, 1, exclude_min=True, exclude_max=True), st.integers(1, 10**12))
def test_kept_count_is_the_nearest_integer(density, size):
    assert abs(kept_count(density, size) - density * size) <= 0.5
    assert 0 <= kept_count(density, size) <= size


def test_kept_count_rounds_halves_to_even():
    assert [kept_count(0.5, size) for size in (1, 3, 5, 7)] == [0, 2, 2, 4]
    assert kept_count(np.float32(0.25), np.int64(8)) == 2


@pytest.mark.parametrize("density", [0, 1, -0.1, 1.5, np.nan, np.inf, None, "0.5", 1j, [0.5]])
@pytest.mark.parametrize("prune", [global_mask, row_mask, lambda s, d: global_masks([s], d)])
def test_density_must_be_strictly_between_0_and_1(prune, density):
    with pytest.raises(ValueError, match=r"density is .*, expected a number strictly between 0 and 1"):
        prune(np.ones((2, 2)), density)


BAD_SCORES = [
    np.array([[1.0, np.nan]]),
    np.array([[1.0, np.inf]]),
    np.array([[-np.inf, 1.0]], np.float16),
    np.empty((0, 3)),
    np.empty((3, 0)),
    np.array([["a"]]),
    np.array([[1j]]),
    np.array([[None]]),
]


@pytest.mark.parametrize("values", BAD_SCORES, ids=str)
@pytest.mark.parametrize(
    "prune",
    [
        lambda s: top_k_mask(s, 1),
        lambda s: kth_largest(s, 1),
        lambda s: global_mask(s, 0.5),
        lambda s: global_masks([np.ones(3), s], 0.5),
        lambda s: row_mask(s, 0.5),
        lambda s: n_of_m_mask(s, 1, 1),
    ],
)
def test_bad_scores_are_refused(prune, values):
    with pytest.raises(ValueError, match=r"^scores(\[1\])? [^\n]*expected[^\n]*$"):
        prune(values)


@pytest.mark.parametrize("k", [-1, 5, 2.0, None, "2", np.nan])
def test_bad_k_is_refused(k):
    with pytest.raises(ValueError, match=r"k is .*, expected an integer from 0 to 4"):
        top_k_mask(np.ones(4), k)
    with pytest.raises(ValueError, match=r"k is .*, expected an integer from 1 to 4"):
        kth_largest(np.ones(4), k)
    with pytest.raises(ValueError, match="k is 0"):
        kth_largest(np.ones(4), 0)


@pytest.mark.parametrize(("n", "m"), [(0, 2), (3, 2), (1, 0), (1, 4), (1, 7), (1.0, 2), (1, 2.0)])
def test_bad_blocks_are_refused(n, m):
    with pytest.raises(ValueError, match="expected"):
        n_of_m_mask(np.ones((2, 6)), n, m)


@pytest.mark.parametrize("values", [np.ones(4), np.ones((2, 2, 2)), 1.0])
def test_rows_and_blocks_need_a_matrix(values):
    for prune in (lambda s: row_mask(s, 0.5), lambda s: n_of_m_mask(s, 1, 2)):
        with pytest.raises(ValueError, match="expected a matrix"):
            prune(values)


def test_no_layers_are_refused():
    with pytest.raises(ValueError, match="at least one array"):
        global_masks([], 0.5)
