"""Masks sampled from a graphon: their law, entry by entry and pair by pair, their form, and refusals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from sparse_limits.numerics.masks import sampling
from sparse_limits.numerics.masks.sampling import (
    sample_constant,
    sample_factorised,
    sample_mask,
    sample_rank_one,
    sample_step,
)

LEVEL = 1e-11  # false alarms of one binomial test; fewer than 10 000 of them here, so below 1e-7 in all
COPIES = 40_000


def assert_binomial(counts, n, p):
    counts, p = np.asarray(counts), np.broadcast_to(p, np.shape(counts))
    p_value = 2 * np.minimum(binom.cdf(counts, n, p), binom.sf(counts - 1, n, p))
    assert p_value.min() > LEVEL, f"counts {counts} of {n} against {p}"


def assert_law(mask, probabilities):
    """Rows are copies, in blocks of COPIES, of the rows of probabilities: test single entries and pairs in a row."""
    rows, columns = probabilities.shape
    dense = mask.toarray().reshape(rows, COPIES, columns)
    assert_binomial(dense.sum(axis=1), COPIES, probabilities)
    for row, p in zip(dense.astype(np.int64), probabilities, strict=True):
        upper = np.triu_indices(columns, 1)
        assert_binomial((row.T @ row)[upper], COPIES, np.outer(p, p)[upper])
        assert_binomial((row[::2] & row[1::2]).sum(axis=0), COPIES // 2, p**2)  # neighbouring rows


def assert_canonical(mask, shape):
    assert mask.shape == shape
    assert mask.dtype == bool
    assert mask.data.all()
    assert mask.format == "csr"
    mask.check_format(full_check=True)
    rows = np.repeat(np.arange(mask.shape[0]), np.diff(mask.indptr))
    assert np.all(np.diff(rows * mask.shape[1] + mask.indices) > 0)  # sorted, no duplicates


KERNELS = {
    "product": (lambda u, v: u * v, lambda u: u),
    "half-normal tail": (lambda u, v: np.exp(-0.3 / (u * v + 1e-9)), lambda u: np.exp(-0.3 / (u + 1e-9))),
    "hat": (lambda u, v: 4 * u * v * (1 - v), lambda u: u),
    "scalar": (lambda u, v: 0.25, lambda u: np.full(u.shape, 0.25)),
}
U, V = np.array([1, 0.7, 0.05, 0]), np.array([0, 0.2, 0.9, 0.5, 1])


@pytest.mark.parametrize("bounded", ["maxima", "tight", "loose", "scalar"])
@pytest.mark.parametrize("name", KERNELS)
def test_entries_of_a_sampled_mask_are_independent_bernoulli(name, bounded):
    kernel, tight = KERNELS[name]
    u = np.repeat(U, COPIES)
    bound = {"maxima": None, "tight": tight(u), "loose": (1 + tight(u)) / 2, "scalar": 1.0}[bounded]
    mask = sample_mask(kernel, u, V, np.random.default_rng(11), bound)
    assert_law(mask, np.broadcast_to(kernel(U[:, None], V), (U.size, V.size)))


@pytest.mark.parametrize(
    "probability", [lambda x: x, lambda x: x**3, lambda x: np.exp(-1 / np.maximum(x, 1e-9)), lambda x: x > 0.5]
)
def test_entries_of_a_factorised_mask_are_independent_bernoulli(probability):
    mask = sample_factorised(probability, np.repeat(U, COPIES), V, np.random.default_rng(12))
    assert_law(mask, probability(np.outer(U, V)))
    across = sample_factorised(probability, V, np.repeat(U, COPIES), np.random.default_rng(13)).T
    assert_law(across, probability(np.outer(U, V)))


def test_entries_of_a_rank_one_mask_are_independent_bernoulli():
    p, q = np.array([0.02, 2, 0.5]), np.array([0.5, 0.25, 0.001, 0.4])
    assert_law(sample_rank_one(np.repeat(p, COPIES), q, np.random.default_rng(14)), np.outer(p, q))


def test_entries_of_a_step_mask_are_independent_bernoulli():
    steps = np.array([[0.8, 0.001, 1], [0, 0.5, 0.03]])
    mask = sample_step(steps, [COPIES, COPIES], [2, 1, 3], np.random.default_rng(15))
    assert_law(mask, np.repeat(steps, [2, 1, 3], axis=1))


@pytest.mark.parametrize("density", [1e-3, 0.04, 0.5, 0.999])
def test_entries_of_a_constant_mask_are_independent_bernoulli(density):
    mask = sample_constant(density, 2 * COPIES, 3, np.random.default_rng(16))
    assert_law(mask, np.full((2, 3), density))


@pytest.mark.parametrize("density", [0.005, 0.1, 0.5])
def test_large_masks_have_the_right_number_of_entries(density):
    """Totals of 4 million entries see what the small ones cannot. With unequal probabilities they vary less than the
    binomial count of the same mean, whose tails bound theirs (Hoeffding 1956)."""
    n, rng = 2000, np.random.default_rng(18)
    u = (np.arange(n) + 0.5) / n
    masks = [
        sample_constant(density, n, n, rng),
        sample_step(np.full((3, 2), density), [500, 1, 1499], [1200, 800], rng),
        sample_mask(lambda a, b: 2 * density * (a + 0 * b), u, u, rng, 1.0 if density > 0.2 else 2.5 * density),
        sample_rank_one(4 * density * u, u, rng)
        if density < 0.25
        else sample_rank_one(np.ones(n), 2 * density * u, rng),
        sample_factorised(lambda x: 2 * density * np.sqrt(x), 1 - u, np.ones(n), rng),
    ]
    means = [density, density, density, density, 2 * density * np.sqrt(1 - u).mean()]
    assert_binomial([mask.nnz for mask in masks], n * n, means)


def test_rare_entries_of_a_wide_mask_have_the_right_number_and_place():
    n = 2_000_000
    mask = sample_constant(1e-4, 30, n, np.random.default_rng(17))
    assert_binomial([mask.nnz], 30 * n, 1e-4)
    assert_binomial(np.bincount(mask.indices // (n // 4)), 30 * n // 4, 1e-4)
    assert_binomial(np.diff(mask.indptr), n, 1e-4)


@given(
    st.integers(1, 40),
    st.integers(1, 40),
    st.integers(0, 2**32),
    st.sampled_from([0.0, 1e-300, 0.01, 0.3, 1.0]),
)
def test_masks_are_canonical_and_reproducible(m, n, seed, top):
    u, v = np.random.default_rng(seed).random(m), np.random.default_rng(seed + 1).random(n)
    for sample in (
        lambda rng: sample_mask(lambda a, b: top * a * b, u, v, rng, top * u),
        lambda rng: sample_mask(lambda a, b: top * a * b, u, v, rng),
        lambda rng: sample_rank_one(top * u, v, rng),
        lambda rng: sample_step(top * np.outer(u, v), np.arange(1, m + 1), np.arange(1, n + 1), rng),
        lambda rng: sample_constant(top, m, n, rng),
    ):
        mask = sample(np.random.default_rng(seed))
        assert_canonical(mask, mask.shape)
        again = sample(np.random.default_rng(seed))
        assert (mask != again).nnz == 0


@pytest.mark.parametrize("sample", [sample_constant, lambda d, m, n, rng: sample_step([[d]], [m], [n], rng)])
def test_probability_0_keeps_nothing_and_1_everything(sample):
    rng = np.random.default_rng(0)
    assert sample(0, 7, 5, rng).nnz == 0
    assert sample(1, 200, 300, rng).toarray().all()
    assert sample_rank_one(np.ones(200), np.ones(300), rng).toarray().all()
    assert sample_mask(lambda u, v: (u + v) % 2, np.arange(7), np.arange(9), rng).sum() == 31


@settings(max_examples=20)
@given(st.integers(1, 5), st.integers(0, 2**32), st.sampled_from([[[0.3, 0.9], [0, 1]], [[0.1, 0.2], [0, 0.3]]]))
def test_where_the_chunks_end_does_not_matter(size, seed, steps):
    """Steps to be kept by rows, and rare ones by blocks: interrupting the jumps leaves the mask as it is."""
    whole = sample_step(steps, [3, 4], [5, 2], np.random.default_rng(seed))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sampling, "_CHUNK", size)
        parts = sample_step(steps, [3, 4], [5, 2], np.random.default_rng(seed))
    assert (whole != parts).nnz == 0


def test_a_probability_above_its_bound_is_refused():
    u, v, rng = np.linspace(0, 1, 50), np.linspace(0, 1, 60), np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"a probability is 0\.\d+, expected a value from 0 to its bound 0\.\d+"):
        sample_mask(lambda a, b: a * b, u, v, rng, u / 2)
    with pytest.raises(ValueError, match="expected a value from 0 to its bound"):
        sample_factorised(lambda x: 1 - x / 2, u, v, rng)


@pytest.mark.parametrize("wrong", [np.nan, -0.1, 1.1, np.inf])
def test_values_that_are_no_probabilities_are_refused(wrong):
    u, v, rng = np.arange(4), np.arange(4), np.random.default_rng(0)
    for bound in (None, 1.0):
        with pytest.raises(ValueError, match="expected"):
            sample_mask(lambda a, b: np.where(a + b == 6, wrong, 0.5), u, v, rng, bound)
    for sample in (
        lambda: sample_constant(wrong, 2, 2, rng),
        lambda: sample_step([[0.5, wrong]], [2], [2, 2], rng),
        lambda: sample_mask(lambda a, b: 0.0, u, v, rng, wrong),
        lambda: sample_factorised(lambda x: np.full(x.shape, wrong), u, v, rng),
        lambda: sample_rank_one([0.5, wrong], [1, 1], rng),
    ):
        with pytest.raises(ValueError, match=r"^[^\n]*expected[^\n]*$"):
            sample()


@pytest.mark.parametrize("bound", [None, 1.0])
def test_kernels_of_another_shape_are_refused(bound):
    w = np.linspace(0, 1, 5)
    for kernel in (np.outer, lambda u, v: np.ones(3)):
        with pytest.raises(ValueError, match=r"^probabilities have shape \([\d, ]+\), expected \([\d, ]+\)[^\n]*$"):
            sample_mask(kernel, w, w, 0, bound)
    with pytest.raises(ValueError, match="probabilities have shape"):
        sample_factorised(lambda x: np.ones(3), w, w, 0)
    assert_canonical(sample_factorised(lambda x: 0.5, w, w, 0), (5, 5))


@pytest.mark.parametrize("vector", [[], [[1.0]], [np.nan], [np.inf], ["a"], [1j], 0.5, None])
def test_bad_vectors_are_refused(vector):
    rng = np.random.default_rng(0)
    for sample in (
        lambda: sample_mask(lambda a, b: 0.5, vector, [0.5], rng),
        lambda: sample_mask(lambda a, b: 0.5, [0.5], vector, rng),
        lambda: sample_rank_one(vector, [0.5], rng),
        lambda: sample_factorised(lambda x: x, [0.5], vector, rng),
    ):
        with pytest.raises(ValueError, match=r"^[uvpqrowclmn]+ [^\n]*expected[^\n]*$"):
            sample()


@pytest.mark.parametrize("sizes", [[], [0], [-1, 2], [1.5], 3, [[1]], [2**31], None])
def test_bad_sizes_are_refused(sizes):
    for rows, columns in ((sizes, [2]), ([2], sizes)):
        with pytest.raises(ValueError, match="expected"):
            sample_step([[0.5]], rows, columns, np.random.default_rng(0))


def test_shapes_that_do_not_fit_are_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"probabilities has shape \(1, 2\), expected \(2, 1\)"):
        sample_step([[0.5, 0.5]], [1, 2], [3], rng)
    with pytest.raises(ValueError, match=r"row_bound has shape \(3,\), expected a scalar or \(2,\)"):
        sample_mask(lambda a, b: a * b, [0.1, 0.2], [0.1], rng, [0.1, 0.1, 0.1])
    with pytest.raises(ValueError, match="p contains -1"):
        sample_rank_one([-1.0], [0.5], rng)
    with pytest.raises(ValueError, match=r"max\(p\)·max\(q\) is 1.2, expected at most 1"):
        sample_rank_one([1.0, 2.0], [0.6], rng)


def test_a_negative_0_is_a_probability_of_0():
    """Its rate would be below 0, and the next place before the first."""
    u, v = np.array([0.2, 0.7]), np.array([0.1, 0.9])
    below = lambda x, y: np.where(x < 0.5, -0.0, 1.0) * np.ones_like(y)  # noqa: E731
    assert sample_mask(below, u, v, 0).toarray().tolist() == [[False, False], [True, True]]
    assert sample_mask(below, u, v, 0, row_bound=np.array([-0.0, 1.0])).nnz == 2
    negative = -np.minimum([-1.0, 0.5], 0)
    assert np.signbit(negative[1])
    assert sample_rank_one(negative, [1.0, 1.0], 0).toarray().tolist() == [[True, True], [False, False]]
    assert sample_step([[-0.0, 1.0]], [2], [1, 1], 0).nnz == 2
    assert sample_constant(-0.0, 2, 2, 0).nnz == 0


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.longdouble, bool, np.int8])
def test_kernels_may_give_any_real_numbers(kind):
    ones = sample_mask(lambda x, y: np.ones(np.broadcast(x, y).shape, kind), U[:2], V, 0)
    assert ones.nnz == 10
    with pytest.raises(ValueError, match="probabilities are complex128, expected real numbers"):
        sample_mask(lambda x, y: 1j * x * y, U[:2], V, 0, row_bound=1.0)


def test_what_stays_holds_no_room_for_what_does_not(monkeypatch):
    held = []
    thinned = sampling._thinned
    monkeypatch.setattr(sampling, "_thinned", lambda *given: held.append(thinned(*given)) or held[-1])
    sample_mask(lambda x, y: (x * y > 0.9) * 1.0, np.linspace(0, 1, 300), np.linspace(0, 1, 300), 0, row_bound=1.0)
    assert all(each.base is None for pair in held for each in pair)


def test_blocks_whose_places_no_float_tells_apart_are_refused():
    with pytest.raises(ValueError, match=r"a block has 10000000000000000 entries, expected fewer than 2\^53"):
        sample_constant(5e-10, 10**8, 10**8, 0)
