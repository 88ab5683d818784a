"""What no pruning method leaves is seen, what methods leave is not; masks of known origin and of none."""

from __future__ import annotations

import sys
from math import comb

import numpy as np
import pytest
from helpers import ROOT
from scipy.sparse import csr_array

from sparse_limits.numerics.fitting.fit import fit
from sparse_limits.numerics.fitting.homogeneity import homogeneity_of
from sparse_limits.numerics.fitting.levels import REJECTED, UNLIKELY
from sparse_limits.numerics.fitting.model import fit_model
from sparse_limits.numerics.fitting.recognition import Seen, emptied_of, seen_in
from sparse_limits.numerics.fitting.repeated import _expected, repeated_in
from sparse_limits.numerics.fitting.row_factors import OUTPUTS, factor_quantiles, rows_p
from sparse_limits.numerics.fitting.tiles import Tiles, tiles_of
from sparse_limits.numerics.fitting.verdict import verdict
from sparse_limits.numerics.masks.selection import n_of_m_mask, top_k_mask
from sparse_limits.numerics.statistics.exact_tests import binomial_at_most
from sparse_limits.numerics.studies.recognition import (
    NONE,
    Known,
    known,
    mask_of,
    mask_of_none,
    named,
    right,
    said_of_known,
    said_of_none,
    table,
)

sys.path.insert(0, str(ROOT / "docs"))
from recognised import PAGE, TABLE, kept

RNG = np.random.default_rng(0)


def tiles(mask: np.ndarray) -> Tiles | None:
    rows, columns = mask.sum(axis=1), mask.sum(axis=0)
    found = tiles_of(mask, rows, columns)
    assert found == tiles_of(csr_array(mask), rows, columns)
    return found


@pytest.mark.parametrize(("tall", "wide"), [(8, 8), (1, 4), (3, 1), (2, 9)])
def test_blocks_are_found_with_their_size(tall: int, wide: int) -> None:
    blocks = RNG.random((12, 10)) < 0.4
    mask = np.kron(blocks, np.ones((tall, wide), bool))
    found = tiles(mask)
    assert (found.rows, found.columns) == (tall, wide)
    assert (found.kept, found.number) == (blocks.sum(), 120)
    assert found.log10_chance < -10
    mask[0, 0] = not mask[0, 0]
    assert tiles(mask) is None


def test_what_is_no_block() -> None:
    assert tiles(RNG.random((24, 24)) < 0.5) is None
    assert tiles(np.repeat(RNG.random((40, 1)) < 0.5, 12, axis=1)) is None  # whole rows
    assert tiles(np.kron(np.eye(2, dtype=bool), np.ones((1, 2), bool))) is None  # one of few: chance


def test_the_chance_of_blocks_is_that_of_all_subsets() -> None:
    """Of the C(8, 4) masks 2 × 4 of four entries, 6 are constant on blocks 1 × 2, and six sizes of blocks are looked for."""
    mask = np.array([[1, 1, 0, 0], [0, 0, 1, 1]], bool)
    rows = np.full(2, 2)
    assert tiles_of(mask, rows, mask.sum(axis=0)) is None  # 6 · 6 / 70 is no small chance
    wide = np.kron(mask, np.ones((1, 8), bool))
    found = tiles_of(wide, wide.sum(axis=1), wide.sum(axis=0))
    from math import comb, log10

    assert found.log10_chance == pytest.approx(log10(2 * 6 * comb(4, 2) / comb(64, 32)))


def test_equal_lines_are_seen_where_the_graphon_does_not_explain_them() -> None:
    half = RNG.random((60, 50)) < 0.3
    for mask, sides in ((np.concatenate([half, half]), ["rows"]), (np.hstack([half, half]), ["columns"]), (half, [])):
        sparse = csr_array(mask)
        assert [each.side for each in repeated_in(sparse, fit_model(sparse, False, False))] == sides
    sparse = csr_array(RNG.random((400, 20)) < 0.05)  # a row of one entry is no rare one
    assert np.unique(sparse.toarray(), axis=0).shape[0] < 300
    assert repeated_in(sparse, fit_model(sparse, False, False)) == ()


def test_emptied_and_full_lines_beside_an_even_rest() -> None:
    mask = RNG.random((150, 70)) < 0.25
    for lines, full in ((6, False), (4, True)):
        changed = mask.copy()
        changed[:lines] = full
        (found,) = emptied_of(csr_array(changed), np.random.default_rng(0))
        assert (found.side, found.full, found.lines, found.number) == ("rows", full, lines, 150)
        (found,) = emptied_of(csr_array(changed.T), np.random.default_rng(0))
        assert found.side == "columns"
    both = mask.copy()
    both[:10] = np.arange(10)[:, None] >= 6
    found = emptied_of(csr_array(both), np.random.default_rng(0))
    assert [(each.full, each.lines, each.number) for each in found] == [(False, 6, 150), (True, 4, 150)]
    assert emptied_of(csr_array(mask), np.random.default_rng(0)) == ()
    sparse = RNG.random((300, 20)) < 0.1  # chance empties some
    assert not sparse.any(axis=1).all()
    assert emptied_of(csr_array(sparse), np.random.default_rng(0)) == ()
    steep = RNG.random((150, 70)) < np.linspace(0.05, 0.6, 70)
    steep[:9] = False
    assert emptied_of(csr_array(steep), np.random.default_rng(0)) == ()  # the rest is not even


@pytest.mark.parametrize("outputs", [1, 3, 9, 40, 700])
def test_rows_of_a_readout_pass(outputs: int) -> None:
    rng = np.random.default_rng(outputs)
    readout = np.abs(rng.standard_normal((400, outputs))).sum(axis=1, keepdims=True)
    for columns in (np.ones(64), np.linspace(0.5, 2, 64)):
        mask = top_k_mask(readout * columns * np.abs(rng.standard_normal((400, 64))), 4000)
        assert rows_p(csr_array(mask), np.ptp(columns) > 0, rng) >= UNLIKELY


@pytest.mark.parametrize("sizes", ["two", "uniform", "empty"])
def test_rows_that_no_readout_makes(sizes: str) -> None:
    rng = np.random.default_rng(1)
    shares = {
        "two": rng.choice([0.05, 0.4], 300),
        "uniform": rng.random(300),
        "empty": np.where(np.arange(300) < 9, 0, 0.2),
    }
    assert rows_p(csr_array(rng.random((300, 64)) < shares[sizes][:, None]), False, rng) < UNLIKELY


def test_quantiles_of_sums_have_their_mean_and_variance() -> None:
    middles = (np.arange(4000) + 0.5) / 4000
    for outputs in OUTPUTS:
        found = factor_quantiles(outputs, middles)
        assert found.mean() == pytest.approx(1, abs=2e-3)
        assert found.var() == pytest.approx((np.pi / 2 - 1) / outputs, rel=0.02)


def seen(mask: np.ndarray) -> Seen:
    sparse, rng = csr_array(mask), np.random.default_rng(0)
    tested = homogeneity_of(sparse, rng)
    return seen_in(sparse, tested, fit_model(sparse, tested.rows.uneven, tested.columns.uneven), 1, rng)


def test_uniform_masks_rarely_show_anything() -> None:
    """Six tests of level UNLIKELY at most: masks that show nothing are at least as many as binomial ones."""
    rng, masks = np.random.default_rng(3), 100
    silent = sum(not seen(rng.random((40, 30)) < density).phrases for density in np.linspace(0.05, 0.9, masks))
    assert binomial_at_most(silent, masks, 1 - 6 * UNLIKELY) > 1e-6


@pytest.mark.parametrize(("rows", "columns"), [(40, 6), (6, 40), (60, 8)])
def test_equal_lines_are_expected_as_in_masks_of_one_density(rows, columns):
    """Two lines of l entries are equal with the chance (d² + (1 − d)²)^l, and both empty with (1 − d)^2l."""
    mask = csr_array(np.random.default_rng(1).random((rows, columns)) < 0.3)
    model = fit_model(mask, False, False)
    density = mask.mean()

    def pairs(lines: int, length: int) -> float:
        equal, none = density**2 + (1 - density) ** 2, (1 - density) ** 2
        return comb(lines, 2) * (equal**length - none**length)

    of_lines = [pairs(rows, columns), pairs(columns, rows)]
    expected = _expected(model)  # of the random side first
    assert expected == pytest.approx(of_lines[:: -1 if model.data.transposed else 1], rel=1e-5)


def test_ranked_masks_are_not_taken_for_repeated_ones() -> None:
    """Blocks of four with two columns that are always kept have few patterns: entries of a block depend on each other."""
    scores = np.abs(RNG.standard_normal((300, 16))) * np.tile([9.0, 9.0, 1.0, 1.0], 4)
    assert not seen(n_of_m_mask(scores, 2, 4)).phrases


def test_what_is_seen_is_said_and_no_method_is_named() -> None:
    mask = np.kron(RNG.random((16, 8)) < 0.3, np.ones((8, 8), bool))
    said = verdict(fit(mask))
    assert (said.status, said.compatible_methods) == ("not_recognised", [])
    assert said.lines[-1].startswith("structure not recognised: blocks of 8 x 8 are kept or removed whole")
    mask = RNG.random((200, 60)) < 0.2
    mask[:5] = False
    said = verdict(fit(mask))
    assert (said.status, said.compatible_methods) == ("not_recognised", [])
    assert "structure not recognised: 5 of 200 rows are empty, and counts of the rest are even" in said.lines[-1]


# Masks of known origin and of none


def test_there_are_as_many_masks_as_the_page_says() -> None:
    known_said, none_said = kept()
    assert [case for case, _ in known_said] == known()
    assert [name for name, _ in none_said] == list(NONE)
    assert (len(known_said), len(none_said)) == (44, 20)
    page = PAGE.read_text("utf-8")
    assert "44 masks of known origin" in " ".join(page.split())
    assert "and 20 masks that no such method made" in " ".join(page.split())
    assert TABLE.search(page)[0] == table(known_said, none_said)


def test_no_mask_of_none_has_a_name_and_few_of_a_method_lose_theirs() -> None:
    known_said, none_said = kept()
    assert not [name for name, said in none_said if named(said)]
    assert not [case for case, said in known_said if said.alone and not right(case, said.alone)]
    left = sum(case.method in (*said.with_data, *said.untested) for case, said in known_said)
    assert binomial_at_most(left, len(known_said), 1 - REJECTED) > 1e-3
    assert {said.status for _, said in none_said} == {"not_recognised"} | {
        said.status for name, said in none_said if "trained" in name
    }


@pytest.mark.parametrize("place", range(44))
def test_what_is_said_of_a_mask_of_a_method(place: int) -> None:
    """As it was written; only where the fitted graphon is nearly excluded, or only just, another processor may say the other.

    Local searches for the cut norm end elsewhere by rounding. A chance of 1/1000 is z = 3.1 standard deviations out; 19 drawn masks
    tell the deviation to one part in √38, and so the chance to a factor of exp(z²/√38), more than four.
    """
    case, said = kept()[0][place]
    if (now := said_of_known(case)) != said:
        distance = fit(mask_of(case)).to_fitted
        assert distance is not None
        assert UNLIKELY / 4 < distance.p < 4 * UNLIKELY
        assert {now.status, said.status} == {"fitted_explains", "not_recognised"}
        assert (now.with_data, now.untested) == (said.with_data, said.untested)


@pytest.mark.parametrize("name", NONE)
def test_what_is_said_of_a_mask_of_none(name: str) -> None:
    assert said_of_none(name) == dict(kept()[1])[name]
    assert mask_of_none(name).shape == (256, 64)


@pytest.mark.parametrize(
    ("method", "names", "is_right"),
    [
        ("synflow", ["shallow synflow"], True),
        ("snip", ["wanda, or any score with a column factor"], True),
        ("magnitude", ["wanda, or any score with a column factor"], False),
        ("snip", ["random", "magnitude"], False),
        ("grasp-magnitude", ["grasp"], False),
    ],
)
def test_what_counts_as_right(method: str, names: list[str], is_right: bool) -> None:
    assert right(Known(method, "row", "ge5"), names) == is_right
