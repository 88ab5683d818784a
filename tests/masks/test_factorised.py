"""Top-k of factorised scores: the streamed mask bit for bit, the law of the tail sampler, refusals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import erfc, erfcinv
from scipy.stats import binom, hypergeom

from sparse_limits.numerics.masks import factorised
from sparse_limits.numerics.masks.factorised import Noise, factorised_top_k, tail_top_k
from sparse_limits.numerics.masks.sampling import rank_grid
from sparse_limits.numerics.masks.selection import top_k_mask

LEVEL = 1e-11  # false alarms of one test; some 11 000 of them here, so about 1e-7 in all

half_normal = Noise(
    draw=lambda rng, shape: np.abs(rng.standard_normal(shape)),
    survival=lambda t: erfc(t / np.sqrt(2)),
    inverse_survival=lambda p: np.sqrt(2) * erfcinv(p),
)
exponential = Noise(lambda rng, shape: rng.standard_exponential(shape), lambda t: np.exp(-t), lambda p: -np.log(p))
pareto = Noise(
    draw=lambda rng, shape: (1 - rng.random(shape)) ** -0.5,
    survival=lambda t: np.maximum(t, 1) ** -2.0,
    inverse_survival=lambda p: p**-0.5,
)


def _frechet_survival(t):
    with np.errstate(divide="ignore"):
        return -np.expm1(-1 / t)


frechet = Noise(
    draw=lambda rng, shape: 1 / rng.standard_exponential(shape),
    survival=_frechet_survival,
    inverse_survival=lambda p: -1 / np.log1p(-np.minimum(p, 1 - 1e-16)),
)
NOISES = [half_normal, exponential, pareto, frechet]
DRAWS = {
    "half-normal": half_normal.draw,
    "float32": lambda rng, shape: rng.standard_exponential(shape, np.float32),
    "tied": lambda rng, shape: rng.integers(0, 3, shape),
    "constant": lambda rng, shape: np.ones(shape),
    "zero": lambda rng, shape: np.zeros(shape),
}
PROFILE = st.lists(st.sampled_from([0, 0.5, 1, 1.5, 3]) | st.floats(0, 1e3), min_size=1, max_size=12)


def materialised(row, column, draw, k, rng):
    row, column = np.asarray(row, float), np.asarray(column, float)
    return top_k_mask(row[:, None] * (column * draw(rng, (row.size, column.size))), k)


def assert_same_draws(row, column, draw, k, seed):
    streamed, whole = np.random.default_rng(seed), np.random.default_rng(seed)
    mask = factorised_top_k(row, column, draw, k, streamed)
    assert np.array_equal(mask.toarray(), materialised(row, column, draw, k, whole))
    assert mask.nnz == k
    assert mask.dtype == bool
    mask.check_format(full_check=True)
    assert streamed.bit_generator.state == whole.bit_generator.state


@given(PROFILE, PROFILE, st.sampled_from(sorted(DRAWS)), st.integers(0, 2**32), st.data())
def test_streaming_equals_materialising_bit_for_bit(row, column, draw, seed, data):
    assert_same_draws(row, column, DRAWS[draw], data.draw(st.integers(0, len(row) * len(column))), seed)


@pytest.mark.parametrize("draw", sorted(DRAWS))
@pytest.mark.parametrize("shape", [(700, 500), (3, 120_000), (130_000, 3)])
@pytest.mark.parametrize("density", [0, 1e-5, 1e-3, 0.2, 0.5, 0.97, 1])
def test_bracketing_equals_materialising_bit_for_bit(draw, shape, density):
    """Sizes at which the threshold is bracketed from a sample, with rows and columns some of which are zero."""
    m, n = shape
    rng = np.random.default_rng(21)
    row, column = np.sort(np.maximum(rng.normal(1, 1, m), 0)), rng.exponential(size=n) * (rng.random(n) < 0.9)
    assert_same_draws(row, column, DRAWS[draw], round(density * m * n), 22)


@pytest.mark.parametrize("k", [5, 50, 77, 150, 299])
def test_scores_that_differ_by_rounding_are_told_apart(k):
    """Products of few factors, many of them equal in exact arithmetic: the order of multiplication decides."""
    rng = np.random.default_rng(29)
    row, column = rng.choice([0.1, 0.3, 0.7, 0.9], 60), rng.choice([0.1, 0.7, 1.1, 3.3], 5)
    assert_same_draws(row, column, lambda rng, shape: rng.choice([0.3, 0.9, 2.1, 6.3], shape), k, 30)


@pytest.mark.parametrize("bracket", [(9.0, np.inf), (0.0, 0.1), (1.0, 1.0)])
def test_a_bracket_that_misses_is_replaced(monkeypatch, bracket):
    monkeypatch.setattr(factorised, "_sampled_bracket", lambda *_: bracket)
    assert_same_draws(np.linspace(0, 2, 30), np.ones(40), half_normal.draw, 300, 23)


def test_the_bracket_seldom_misses(monkeypatch):
    """Its ranks are five standard deviations out: of 40 brackets hardly one misses."""
    kept = []
    stream = factorised._bracketed_top_k
    monkeypatch.setattr(factorised, "_bracketed_top_k", lambda *args: kept.append(stream(*args)) or kept[-1])
    for seed in range(40):
        factorised_top_k(np.ones(1000), np.ones(300), exponential.draw, 3000, np.random.default_rng(seed))
    assert sum(mask is None for mask in kept) <= 1


@settings(max_examples=30)
@given(st.integers(20, 60), st.integers(20, 60), st.sampled_from(NOISES), st.integers(0, 2**32), st.data())
def test_the_tail_sampler_keeps_exactly_k(m, n, noise, seed, data):
    rng = np.random.default_rng(seed)
    row, column = np.maximum(rng.normal(1, 1, m), 0), rng.exponential(size=n)
    k = data.draw(st.integers(0, m * n // 10))
    mask = tail_top_k(row, column, noise, k, np.random.default_rng(seed))
    assert mask.nnz == k
    assert mask.shape == (m, n)
    mask.check_format(full_check=True)
    if k <= np.count_nonzero(np.outer(row, column)):
        assert not mask.toarray()[np.outer(row, column) == 0].any()
    assert (mask != tail_top_k(row, column, noise, k, np.random.default_rng(seed))).nnz == 0


@pytest.mark.parametrize("k", [300, 399, 400])
def test_large_k_is_streamed(k):
    row, column = np.r_[np.zeros(5), np.ones(15)], np.ones(20)
    mask = tail_top_k(row, column, exponential, k, np.random.default_rng(24))
    assert (mask != factorised_top_k(row, column, exponential.draw, k, np.random.default_rng(24))).nnz == 0
    assert mask.toarray()[5:].all()


def test_a_draw_with_too_few_scores_above_the_level_is_repeated(monkeypatch):
    monkeypatch.setattr(factorised, "_safe_level", lambda *_: np.log(100 / 3))  # on average 3 of 100 scores
    for seed in range(5):
        assert tail_top_k(np.ones(10), np.ones(10), exponential, 3, np.random.default_rng(seed)).nnz == 3


def test_the_safe_level_is_safe_and_tight():
    row, column = np.sort(np.random.default_rng(25).exponential(size=(2, 2000)))[:, ::-1]
    for noise in NOISES:
        for k in (1, 1000, 100_000):
            grid, _ = rank_grid(row, column)
            least = row[grid.top + grid.height - 1] * column[grid.left + grid.width - 1]
            level = factorised._safe_level(noise.survival, least, grid.height * grid.width, k)
            with np.errstate(divide="ignore"):
                mean = noise.survival(level / np.outer(row, column)).sum()
            assert binom.cdf(k - 1, row.size * column.size, mean / (row.size * column.size)) <= np.exp(-40)
            assert mean <= 1.5 * (k + 40 + np.sqrt(1600 + 80 * k))


@pytest.mark.parametrize("noise", NOISES)
def test_scores_above_a_level_have_the_conditional_law(noise):
    """Of the N scores of one product w, those above t are Bin(N, survival(t/w)) for every t ≥ level."""
    row, column = np.repeat([2.0, 1.5, 0.2, 0.0], 200), np.repeat([1.0, 0.8, 0.01], 150)
    grid, most = rank_grid(row, column)
    level = noise.inverse_survival(np.array([0.2]))[0]
    grid = grid._replace(bound=factorised._above(noise.survival, level, most))
    rows, columns, scores = factorised._tail(level, row, column, noise, grid, np.random.default_rng(26))
    for t in (level, 1.1 * level, 1.5 * level, 3 * level):
        above = scores > t
        counts = np.histogram2d(rows[above], columns[above], [np.arange(0, 801, 200), np.arange(0, 451, 150)])[0]
        with np.errstate(divide="ignore"):
            p = noise.survival(t / np.outer(row[::200], column[::150]))
        p_value = 2 * np.minimum(binom.cdf(counts, 30_000, p), binom.sf(counts - 1, 30_000, p))
        assert p_value.min() > LEVEL


def test_the_largest_frechet_score_is_drawn_in_proportion_to_its_weight():
    """P(S_ij is the largest) = w_ij / Σw for Fréchet noise with exponent 1."""
    row, column = np.array([8.0, 4, 2, 1] + [0.5] * 10), np.array([9.0, 3, 1] + [0.1] * 12)
    rng, draws = np.random.default_rng(27), 3000
    tops = [tail_top_k(row, column, frechet, 1, rng) for _ in range(draws)]
    rows = np.bincount([int(np.flatnonzero(np.diff(top.indptr))[0]) for top in tops], minlength=row.size)
    columns = np.bincount([int(top.indices[0]) for top in tops], minlength=column.size)
    for counts, weights in ((rows, row), (columns, column)):
        p = weights / weights.sum()
        assert (2 * np.minimum(binom.cdf(counts, draws, p), binom.sf(counts - 1, draws, p))).min() > LEVEL


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("select", [tail_top_k, lambda r, c, noise, k, g: factorised_top_k(r, c, noise.draw, k, g)])
def test_equal_profiles_give_a_uniform_subset(noise, select):
    mask = select(np.full(600, 3.0), np.full(700, 0.5), noise, 20_000, np.random.default_rng(28))
    for counts, size in ((np.diff(mask.indptr), 700), (np.diff(mask.tocsc().indptr), 600)):
        law = hypergeom(600 * 700, size, 20_000)
        assert (2 * np.minimum(law.cdf(counts), law.sf(counts - 1))).min() > LEVEL


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda rng, shape: rng.random(3), r"shape \(3,\), expected real of shape \(2, 2\)"),
        (lambda rng, shape: np.full(shape, "a"), "expected real"),
        (lambda rng, shape: np.full(shape, np.nan), "expected finite noise ≥ 0"),
        (lambda rng, shape: np.array([[1, 2], [3, -0.1]]), "expected finite noise ≥ 0"),
        (lambda rng, shape: np.array([[1, np.inf], [3, 1]]), "expected finite noise ≥ 0"),
        (lambda rng, shape: np.full(shape, 1e308), "a score is infinite"),
    ],
)
def test_bad_noise_is_refused(draw, message):
    with pytest.raises(ValueError, match=message):
        factorised_top_k([1, 20], [1, 20], draw, 2, np.random.default_rng(0))


@pytest.mark.parametrize("row", [[0.0], [0.0, 1.0], [0.0] * 40])
def test_an_overflow_beside_a_zero_is_refused(row):
    with pytest.raises(ValueError, match="a score is infinite"):
        factorised_top_k(row, [1e308], lambda rng, shape: np.full(shape, 10.0), 1, np.random.default_rng(0))


@pytest.mark.parametrize("vector", [[], [[1.0]], [np.nan], [np.inf], ["a"], [1j], [-1.0], 1.0, None])
@pytest.mark.parametrize("select", [tail_top_k, lambda r, c, noise, k, g: factorised_top_k(r, c, noise.draw, k, g)])
def test_bad_profiles_are_refused(select, vector):
    for row, column in ((vector, [1.0]), ([1.0], vector)):
        with pytest.raises(ValueError, match=r"^(row|column) [^\n]*expected[^\n]*$"):
            select(row, column, exponential, 1, np.random.default_rng(0))


@pytest.mark.parametrize("k", [-1, 7, 1.0, None, np.nan])
@pytest.mark.parametrize("select", [tail_top_k, lambda r, c, noise, k, g: factorised_top_k(r, c, noise.draw, k, g)])
def test_bad_k_is_refused(select, k):
    with pytest.raises(ValueError, match=r"k is .*, expected an integer from 0 to 6"):
        select([1.0, 2.0], [1.0, 2.0, 3.0], exponential, k, np.random.default_rng(0))


def test_survival_functions_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match="survival at 0 and infinity is"):
        Noise(exponential.draw, lambda t: 1 - np.exp(-t), exponential.inverse_survival)
    mismatched = Noise(exponential.draw, exponential.survival, half_normal.inverse_survival)
    with pytest.raises(ValueError, match=r"survival\(inverse_survival\(p\)\) differs by"):
        tail_top_k(np.ones(50), np.ones(50), mismatched, 5, np.random.default_rng(0))
    growing = Noise(exponential.draw, lambda t: np.where((t > 0) & (t < np.inf), 1.5, t == 0), exponential.survival)
    with pytest.raises(ValueError, match=r"survival returned .*, expected \[0, 1\]"):
        tail_top_k(np.ones(50), np.ones(50), growing, 5, np.random.default_rng(0))
