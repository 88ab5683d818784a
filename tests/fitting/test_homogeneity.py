"""The exact tests of a mask against a uniform set of entries: their laws by enumeration, their levels, block patterns."""

from __future__ import annotations

from itertools import combinations
from math import comb, prod, sqrt

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.stats import binom, ks_2samp, multivariate_hypergeom

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.fitting import given_counts, homogeneity
from sparse_limits.numerics.fitting.block_patterns import Selection
from sparse_limits.numerics.fitting.given_counts import _moments, given_p
from sparse_limits.numerics.fitting.homogeneity import (
    DRAWS,
    UNLIKELY,
    _expected_spread,
    _extreme,
    _spread,
    _uniform_counts,
    degrees,
    held_out,
    homogeneity_of,
    homogeneity_of_counts,
    selected_by,
)
from sparse_limits.numerics.fitting.method_law import ranked_in
from sparse_limits.numerics.masks.selection import n_of_m_mask, row_mask, top_k_mask
from sparse_limits.numerics.statistics.exact_tests import Binomial
from sparse_limits.theory.graphon.taxonomy import Heterogeneity

LEVEL = 1e-9


def examine(mask: np.ndarray, seed: int = 0):
    return homogeneity_of(csr_array(mask), np.random.default_rng(seed))


def test_the_expected_statistic_is_that_of_all_subsets() -> None:
    m, n, kept = 3, 2, 3
    found = []
    for chosen in combinations(range(m * n), kept):
        mask = np.zeros(m * n)
        mask[list(chosen)] = 1
        found.append(_spread(mask.reshape(m, n).sum(axis=1)))
    assert np.mean(found) == pytest.approx(_expected_spread(m, n, kept), rel=1e-12)


@pytest.mark.parametrize("kept", [3, 9])  # 9 of 12: what is left out is drawn
def test_drawn_counts_are_multivariate_hypergeometric(kept: int) -> None:
    rng, draws = np.random.default_rng(1), 20_000
    values, times = np.unique([_uniform_counts(3, 4, kept, rng) for _ in range(draws)], axis=0, return_counts=True)
    assert (values.sum(axis=1) == kept).all()
    for value, count in zip(values, times, strict=True):
        p = float(multivariate_hypergeom.pmf(value, [4, 4, 4], kept))
        assert Binomial(draws, level=LEVEL).p_value(int(count), p) > LEVEL


@pytest.mark.parametrize(("length", "kept"), [(3, 500), (3, 700), (60, 400)])
def test_counts_of_many_rows_have_the_same_law(length: int, kept: int) -> None:
    """How many rows have each count is drawn: the spread has the law of rows that are drawn one by one."""
    rng, number = np.random.default_rng(2), 400
    drawn = [_uniform_counts(number, length, kept, rng) for _ in range(1000)]
    peer = rng.multivariate_hypergeometric([length] * number, kept, size=1000, method="marginals")
    assert all(each.sum() == kept and each.size == number for each in drawn)
    assert ks_2samp([_spread(each) for each in drawn], [_spread(each) for each in peer]).pvalue > LEVEL
    assert ks_2samp([each.max() for each in drawn], peer.max(axis=1)).pvalue > LEVEL


@pytest.mark.parametrize(("number", "length", "kept"), [(6, 2, 4), (4, 4, 5), (3, 5, 8)])
def test_extreme_counts_keep_their_level(number: int, length: int, kept: int) -> None:
    """Over all uniform sets: a p-value of at most α has chance at most α, for each α."""
    lines = [
        np.bincount(np.array(chosen) // length, minlength=number)
        for chosen in combinations(range(number * length), kept)
    ]
    found = np.sort([_extreme(counts, length) for counts in lines])
    assert found[0] < 0.5
    assert all((found <= level).mean() <= level * (1 + 1e-9) for level in set(found))


def test_several_empty_lines_are_less_likely_than_one() -> None:
    """Seven empty rows of 256 with 6.4 weights each: the mean number is below one half."""
    mask = top_k_mask(np.random.default_rng(0).random((256, 64)), 1638)
    assert examine(mask).kind is Heterogeneity.HOMOGENEOUS
    mask[:7] = False
    assert examine(mask).kind is Heterogeneity.ROW


def test_uniform_masks_are_rarely_called_uneven() -> None:
    rng, alarms = np.random.default_rng(2), 0
    for seed in range(6):
        found = examine(top_k_mask(rng.random((40, 30)), 200), seed)
        alarms += found.kind is not Heterogeneity.HOMOGENEOUS
    assert alarms <= 2  # two sides, each with chance 1e-3: three alarms have chance 2e-7


@pytest.mark.parametrize(
    ("rows", "columns", "kind"),
    [
        (0, 0, Heterogeneity.HOMOGENEOUS),
        (1, 0, Heterogeneity.ROW),
        (0, 1, Heterogeneity.COLUMN),
        (1, 1, Heterogeneity.BOTH),
    ],
)
def test_the_class_of_a_mask(rows: float, columns: float, kind: Heterogeneity) -> None:
    rng = np.random.default_rng(3)
    scores = rng.random((200, 100)) * np.exp(rows * rng.standard_normal((200, 1)) + columns * rng.standard_normal(100))
    assert examine(top_k_mask(scores, 2000)).kind is kind


def test_rows_that_are_all_equal_are_not_called_uneven() -> None:
    scores = np.random.default_rng(4).random((60, 40))
    found = examine(row_mask(scores, 0.2))
    assert found.rows.equal
    assert not found.rows.uneven
    assert not found.columns.equal
    assert found.rows.chi_p == 2 / (DRAWS + 1)


@pytest.mark.parametrize(("kept", "length"), [(2, 4), (1, 2), (3, 8)])
def test_the_shortest_block_pattern_is_found(kept: int, length: int) -> None:
    scores = np.random.default_rng(5).random((32, 48))
    blocks = examine(n_of_m_mask(scores, kept, length)).blocks
    assert (blocks.kept, blocks.length, blocks.along) == (kept, length, "rows")
    blocks = examine(n_of_m_mask(scores, kept, length).T).blocks
    assert (blocks.kept, blocks.length, blocks.along) == (kept, length, "columns")


@pytest.mark.parametrize("columns", [False, True])
def test_blocks_of_channels_at_one_place_are_found(columns: bool) -> None:
    """2:4 along the channels of kernels 3 x 3: in blocks of 36 neighbours 18 are kept, but weights were not ranked in these."""
    scores = np.random.default_rng(5).random((144, 32) if columns else (32, 144))
    selection = Selection(4, 2, columns, step=9)
    mask = ranked_in(scores, selection)
    kernels = (mask.T if columns else mask).reshape(32, 4, 4, 3, 3)  # groups of four channels
    assert (kernels.sum(axis=2) == 2).all()
    assert selected_by(examine(mask)) == selection


def test_patterns_that_chance_explains_are_not_named() -> None:
    found = examine(np.eye(2, dtype=bool))
    assert found.blocks is None
    assert not found.rows.equal
    assert examine(row_mask(np.random.default_rng(6).random((60, 40)), 0.5)).blocks is None


@pytest.mark.parametrize("mask", [np.eye(3, dtype=bool), np.array([[1, 0]], bool), np.array([[1], [0], [1]], bool)])
def test_tiny_masks(mask: np.ndarray) -> None:
    found = examine(mask)
    assert found.kind is Heterogeneity.HOMOGENEOUS
    assert 0 < found.rows.p <= 1
    assert 0 < found.columns.p <= 1


@pytest.mark.parametrize("mask", [np.eye(2)[:1].repeat(2, 0).T, np.arange(8) == np.full((2, 1), 3)])
def test_lines_that_are_whole_by_chance_are_not_called_whole(mask: np.ndarray) -> None:
    """One of 2 lines with chance 1/3, one of 8 with chance 1/15."""
    found = examine(mask.astype(bool))
    assert not found.rows.whole
    assert not found.columns.whole
    many = examine(np.repeat(np.arange(40) % 2 == 0, 30).reshape(40, 30))
    assert (many.rows.whole, many.columns.whole) == (True, False)


def test_dead_rows_and_degrees() -> None:
    mask = np.zeros((5, 4), bool)
    mask[0] = mask[:2, 1] = True
    found = examine(mask)
    assert (found.rows.empty, found.columns.empty) == (3, 0)
    alive = [1 - multivariate_hypergeom.pmf([0, 5], [4, 16], 5)] * 5
    assert found.rows.expected_empty == pytest.approx(5 - sum(alive))
    rows, columns = degrees(csr_array(mask))
    assert (rows.tolist(), columns.tolist()) == ([4, 1, 0, 0, 0], [1, 2, 1, 1])


@pytest.mark.parametrize("mask", [np.zeros((2, 3), bool), np.ones((2, 3), bool)])
def test_masks_without_a_choice_are_refused(mask: np.ndarray) -> None:
    with pytest.raises(ValueError, match="expected some, not all"):
        examine(mask)


def test_a_weak_side_is_found_beside_a_strong_one() -> None:
    rng = np.random.default_rng(7)
    columns = np.exp(1.5 * rng.standard_normal(64))
    scores = np.abs(rng.standard_normal((300, 64))) * columns
    even = examine(top_k_mask(scores, 1920))
    assert even.kind is Heterogeneity.COLUMN
    assert even.rows.given > UNLIKELY
    assert even.columns.given is None
    assert not even.rows.too_even  # columns that vary even the rows out: no sign of a selection
    weak = examine(top_k_mask(scores * np.exp(0.2 * rng.standard_normal((300, 1))), 1920))
    assert weak.rows.p > UNLIKELY
    assert weak.kind is Heterogeneity.BOTH


@pytest.mark.parametrize("others", [[40, 20, 5, 5, 2, 1, 1], [1] * 60, [3, 3]])
def test_spreads_given_the_other_side_have_their_moments_and_level(
    others: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    rng, number = np.random.default_rng(8), 50
    kept = np.arange(number)[:, None] < np.array(others)
    drawn = [rng.permuted(kept, axis=0).sum(axis=1) for _ in range(4000)]
    monkeypatch.setattr(given_counts, "FEW_OVERLAPS", 0.0)  # the gamma law
    p = np.array([given_p(each, np.array(others), DRAWS, rng) for each in drawn])
    assert np.mean(p < 0.01) < 0.02
    overlaps = np.array([(each * (each - 1)).sum() / 2 for each in drawn])
    mean, variance, third = _moments(number, np.array(others, float))
    assert overlaps.mean() == pytest.approx(mean, rel=0.02)
    assert overlaps.var() == pytest.approx(variance, rel=0.15)
    assert ((overlaps - overlaps.mean()) ** 3).mean() == pytest.approx(third, rel=0.3)


@pytest.mark.parametrize(
    ("rows", "columns", "exact"),
    [
        ([50, 1] + [0] * 18, [2] + [1] * 49 + [0] * 950, 50 / 1000),
        ([3, 3, 6], [3, 3, 3, 1, 1, 1], 1 / comb(6, 3)),  # a full row adds one to each count
        ([11, 2, 1, 1], [2] + [1] * 13 + [0] * 4082, 1 - prod(1 - at / 4096 for at in (11, 11, 13, 14))),
    ],
)
def test_few_overlaps_have_their_exact_chance(rows: list[int], columns: list[int], exact: float) -> None:
    found = homogeneity_of_counts(np.array(rows), np.array(columns), None, np.random.default_rng(0))
    p = given_p(np.array(columns), np.array(rows), 200_000, np.random.default_rng(0))
    assert Binomial(200_000, level=LEVEL).p_value(round(p * 200_001) - 1, exact) > LEVEL
    assert found.kind is not Heterogeneity.BOTH


@pytest.mark.parametrize("lines", [40, 1000])
def test_two_counts_given_the_other_side_are_binomial(lines: int) -> None:
    """Of two inputs every line keeps one: the gamma law, cut between whole numbers, beside the exact one."""
    counts = np.array([most := lines // 2 + round(1.7 * sqrt(lines)), lines - most])
    p = given_p(counts, np.ones(lines, int), DRAWS, np.random.default_rng(0))
    assert p == pytest.approx(2 * binom.sf(most - 1, lines, 0.5), rel=0.3)


def test_drawn_overlaps_are_those_of_shuffled_lines() -> None:
    rng, others = np.random.default_rng(10), np.array([7, 4, 4, 1])
    kept = np.arange(9)[:, None] < others
    peer = np.array([rng.permuted(kept, axis=0).sum(axis=1) for _ in range(4000)])
    drawn = given_counts._drawn_overlaps(9, others, 4000, rng)
    assert ks_2samp(drawn, (peer * (peer - 1)).sum(axis=1) / 2).pvalue > LEVEL


def test_sides_that_are_too_even() -> None:
    scores = np.random.default_rng(9).random((60, 40))
    mask = np.array([row_mask(row[None], 0.2 + 0.025 * (at % 2))[0] for at, row in enumerate(scores)])
    found = examine(mask)
    assert (found.rows.too_even, found.rows.equal, found.columns.too_even) == (True, False, False)
    assert found.kind is Heterogeneity.HOMOGENEOUS


def test_held_out_halves() -> None:
    mask = np.array([[1, 0, 1, 0], [1, 1, 0, 0], [0, 0, 1, 0], [1, 0, 1, 1]], dtype=bool)
    assert held_out(mask) == (3, 5)  # columns 2 and 0 are the denser ones in rows 0 and 2
    uniform = [held_out(np.random.default_rng(seed).random((40, 20)) < 0.3) for seed in range(400)]
    counts, totals = np.array(uniform).T
    assert Binomial(int(totals.sum()), level=LEVEL).p_value(int(counts.sum()), 0.5) > LEVEL
    for wrong in (mask.astype(int), mask[:1], mask[0]):
        with pytest.raises(InputError, match="expected bool"):
            held_out(wrong)


def test_a_profile_of_very_many_lines_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of more lines than are drawn, as many as are drawn decide: a level that no p-value reaches refuses nothing."""
    monkeypatch.setattr(homogeneity, "MOST_LINES", 1000)
    rng = np.random.default_rng(3)
    density = np.where(np.arange(3000) % 2, 0.25, 0.45)
    found = examine(rng.random((32, 3000)) < density).columns
    assert found.uneven
    assert found.chi == pytest.approx(1 + 32 * density.var() / (0.35 * 0.65), rel=0.2)
    even = examine(rng.random((32, 3000)) < 0.35).columns
    assert not even.uneven
    assert not even.too_even
    assert 4 / (1 + DRAWS) < UNLIKELY


def test_very_many_lines_of_which_nearly_all_are_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that are chosen may keep nothing: their spread is that of any such set."""
    monkeypatch.setattr(homogeneity, "MOST_LINES", 100)
    mask = np.zeros((2, 20_000), bool)
    mask[0, 0] = True
    found = examine(mask).columns
    assert (found.chi_p, found.number, found.empty) == (1.0, 20_000, 19_999)
