"""Degree order and sorted averages of masks: brute force, sparse beside dense, refusals, memory."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import coo_array, csc_array, csr_array, csr_matrix, random_array

from sparse_limits.numerics.masks.sorting import smoothed, sort_by_degree

MASKS = st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(0, 2**32 - 1)).map(
    lambda drawn: np.random.default_rng(drawn[2]).random(drawn[:2]) < 0.4
)


@given(MASKS)
def test_sorted_degrees_increase_and_ties_keep_their_order(mask):
    rows, columns = sort_by_degree(mask)
    for order, degrees in ((rows, mask.sum(axis=1)), (columns, mask.sum(axis=0))):
        assert order.tolist() == sorted(range(len(degrees)), key=lambda place: (degrees[place], place))


@given(MASKS, st.data())
def test_smoothed_masks_are_densities_of_blocks(mask, data):
    blocks = data.draw(st.integers(1, min(mask.shape)))
    rows, columns = sort_by_degree(mask)
    ordered = mask[np.ix_(rows, columns)]
    parts = [list(range(size)) for size in mask.shape]
    cells = [[[p for p in part if p * blocks // len(part) == b] for b in range(blocks)] for part in parts]
    expected = [[ordered[np.ix_(above, across)].mean() for across in cells[1]] for above in cells[0]]
    assert smoothed(mask, blocks) == pytest.approx(np.array(expected))


@given(MASKS)
def test_one_block_per_entry_is_the_sorted_mask(mask):
    side = min(mask.shape)
    square = mask[:side, :side]
    rows, columns = sort_by_degree(square)
    assert np.array_equal(smoothed(square, side), square[np.ix_(rows, columns)])


@given(MASKS, st.sampled_from([csr_array, csc_array, coo_array, csr_matrix]), st.sampled_from([bool, np.int8, float]))
def test_sparse_masks_of_every_kind_agree_with_dense_ones(mask, form, kind):
    sparse = form(mask.astype(kind))
    for dense, other in zip(sort_by_degree(mask), sort_by_degree(sparse), strict=True):
        assert np.array_equal(dense, other)
    assert np.array_equal(smoothed(mask, 1), smoothed(sparse, 1))


@pytest.mark.parametrize("kind", [np.uint64, np.float16, np.float32, np.longdouble, ">f2", ">f4", ">i4"])
def test_dense_masks_of_every_type(kind):
    mask = np.array([[1, 0, 1], [0, 0, 1]])
    assert sort_by_degree(mask.astype(kind)).rows.tolist() == [1, 0]
    assert smoothed(mask.astype(kind), 1) == 0.5


def test_explicit_zeros_and_repeated_entries_do_not_count():
    places = (np.array([0, 0, 1, 1]), np.array([1, 0, 1, 0]))
    mask = coo_array((np.array([1, 1, 1, 0]), places), shape=(2, 2))
    assert [order.tolist() for order in sort_by_degree(mask)] == [[1, 0], [0, 1]]
    assert mask.nnz == 4  # what came in is left as it was
    twice = coo_array((np.array([True, True]), (np.array([0, 0]), np.array([1, 1]))), shape=(2, 2))
    assert smoothed(twice, 1) == 0.25


def test_memory_is_that_of_the_entries():
    mask = random_array((50_000, 40_000), density=2e-5, rng=np.random.default_rng(0)).astype(bool)
    tracemalloc.start()
    result = smoothed(mask, 50)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert result.mean() == pytest.approx(2e-5)
    assert peak < 2e7  # a dense mask has 2·10⁹ entries


@pytest.mark.parametrize(
    "mask",
    [
        np.zeros((0, 3)),
        np.zeros(4),
        np.zeros((2, 2, 2)),
        [[0, 2]],
        [[0.5, 1]],
        [[np.nan, 1]],
        [[np.inf, 1]],
        [[-1, 1]],
        [["a", "b"]],
        [[0], [0, 1]],
        np.ma.masked_array([[0, 1]], mask=[[0, 1]]),
        np.array([[1j]]),
        coo_array(([1, 1], ([0, 0], [1, 1])), shape=(2, 2)),
        csr_array((0, 2)),
    ],
    ids=str,
)
def test_what_is_no_mask_is_refused_in_one_line(mask):
    for call in (lambda: sort_by_degree(mask), lambda: smoothed(mask, 1)):
        with pytest.raises(ValueError, match=r"^mask [^\n]*expected[^\n]*$"):
            call()


@pytest.mark.parametrize("blocks", [0, 4, -1, 1.5, "2", None])
def test_blocks_out_of_range_are_refused(blocks):
    with pytest.raises(ValueError, match=r"^blocks is .*expected an integer from 1 to 3"):
        smoothed(np.ones((3, 5), bool), blocks)
