"""What a scan of a mask says, beside counts of dense arrays and masks made with and without what it looks for."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.cli import main
from sparse_limits.numerics.limits import limit
from sparse_limits.numerics.masks.cut_norm import cut_distance
from sparse_limits.numerics.masks.sampling import sample_constant, sample_rank_one, sample_step
from sparse_limits.numerics.masks.scan import Bounds, margin_of, scan_mask, verdict_of

Mask = NDArray[np.bool_]


def fullest(mask: Mask, length: int) -> int:
    """By the dense array: the largest number kept in a block of neighbours of a row."""
    return int(mask.reshape(len(mask), -1, length).sum(axis=2).max())


@pytest.mark.parametrize("density", [0.02, 0.3, 0.9])
def test_counts_are_those_of_the_array(density: float) -> None:
    mask = np.random.default_rng(1).random((48, 64)) < density
    mask[3], mask[:, 5], mask[4], mask[:, 6] = False, False, True, True
    found = scan_mask(mask)
    along, down = mask.sum(axis=1), mask.sum(axis=0)
    assert (found["shape"], found["kept"], found["density"]) == ([48, 64], mask.sum(), mask.mean())
    for lines, counts, length in ((found["rows"], along, 64), (found["columns"], down, 48)):
        assert (lines["number"], lines["least"], lines["most"]) == (counts.size, counts.min(), counts.max())
        assert (lines["empty"], lines["full"]) == ((counts == 0).sum(), (counts == length).sum())
        assert lines["mean"] == counts.mean()
        assert lines["spread"] == pytest.approx(counts.var() / (length * mask.mean() * (1 - mask.mean())))
    assert [each["length"] for each in found["blocks"]] == [2, 4, 8, 16]
    for block in found["blocks"]:
        assert block["in_rows"] == fullest(mask, block["length"])
        assert block["in_columns"] == fullest(mask.T, block["length"])
    assert found["singular_value"] == pytest.approx(np.linalg.norm(mask, 2) / np.sqrt(mask.size))


def test_two_of_four_is_seen_along_its_side_alone() -> None:
    rng = np.random.default_rng(2)
    mask = rng.permuted(np.tile([True, True, False, False], (64, 16, 1)), axis=2).reshape(64, 64)
    (_, four, *_) = scan_mask(mask)["blocks"]
    assert four == {"length": 4, "in_rows": 2, "in_columns": fullest(mask.T, 4)}
    assert four["in_columns"] > 2
    (_, four, *_) = scan_mask(mask.T)["blocks"]
    assert (four["in_rows"], four["in_columns"]) == (fullest(mask.T, 4), 2)


def test_blocks_that_do_not_divide_a_side_are_left_out() -> None:
    assert [each["length"] for each in scan_mask(np.eye(12, dtype=bool))["blocks"]] == [2, 4]
    assert scan_mask(np.eye(13, dtype=bool))["blocks"] == []
    readout = np.tile([True, True, False, False], (7, 8))  # 2:4 in rows, of which there are 7
    (two, four, eight, sixteen) = scan_mask(readout)["blocks"]
    assert four == {"length": 4, "in_rows": 2, "in_columns": None}
    assert [each["in_rows"] for each in (two, eight, sixteen)] == [2, 4, 8]
    (two, four, *_) = scan_mask(readout.T)["blocks"]
    assert four == {"length": 4, "in_rows": None, "in_columns": 2}


def test_degrees_explain_a_mask_of_degrees() -> None:
    u = np.linspace(0.1, 0.9, 400)
    found = scan_mask(sample_rank_one(u, u, rng=3))
    constant, own, drawn = found["to_constant"], found["to_degrees"], found["drawn"]
    assert constant is not None
    assert own is not None
    assert drawn is not None
    assert constant["lower"] > 2 * max(own["upper"], drawn["upper"])
    assert found["verdict"] == "not told from a mask that degrees explain"
    assert found["rows"]["spread"] is not None
    assert found["rows"]["spread"] > 10


def test_degrees_do_not_explain_two_groups_that_keep_to_themselves() -> None:
    found = scan_mask(sample_step([[0.6, 0.4], [0.4, 0.6]], [200, 200], [200, 200], rng=4))
    own = found["to_degrees"]
    assert own is not None
    assert found["verdict"] == "farther from what degrees explain than a mask that they explain"
    assert own["lower"] > 0.8 * 0.1 / 4  # of each quarter the mean is off by a tenth, up to the noise
    assert found["singular_value"] is not None


def test_noise_ends_where_it_is_said_to_end() -> None:
    """The second singular value of a mask of one density is near the edge; the rate is n^(−2/3)."""
    mask = sample_constant(0.2, 600, 600, rng=5)
    edge = scan_mask(mask, groups=1)["noise_edge"]
    second = np.linalg.svd(mask.toarray(), compute_uv=False)[1] / 600
    assert edge == pytest.approx(second, rel=4 * 600 ** (-2 / 3))


def test_masks_of_few_entries_are_not_explained_by_themselves() -> None:
    """20 masks with independent entries: averages over blocks of an entry each would leave no distance at all."""
    rng = np.random.default_rng(9)
    for _ in range(20):
        found = scan_mask(rng.random((40, 32)) < np.linspace(0.05, 0.6, 32))
        assert found["verdict"] == "not told from a mask that degrees explain"
        assert found["to_degrees"] is not None
        assert found["to_degrees"]["lower"] > 0


def test_a_verdict_needs_more_than_the_margin() -> None:
    def bounds(value: float) -> Bounds:
        return Bounds(lower=value, upper=value, failure=0.0)

    for distance, said in ((0.31, "farther"), (0.29, "not told"), (0.11, "not told"), (0.09, "nearer")):
        assert verdict_of(bounds(distance), bounds(0.2), 0.1).startswith(said)


def test_distances_of_drawn_masks_keep_to_the_margin() -> None:
    """For fixed averages: of 400 masks of 8 × 8 entries, the cut norms, which are exact, differ by less, pair by pair."""
    rng = np.random.default_rng(10)
    lower = [cut_distance(rng.random((8, 8)) < 0.5, 0.5).lower for _ in range(400)]
    assert np.abs(np.subtract(lower[::2], lower[1::2])).max() < margin_of(8, 8)


@pytest.mark.parametrize("sorted_indices", [True, False])
def test_the_order_in_which_a_sparse_mask_is_stored_does_not_matter(sorted_indices: bool) -> None:
    mask = sample_constant(0.3, 64, 64, rng=6)
    stored = sp.csr_array(mask)
    if not sorted_indices:
        for row in range(64):
            part = slice(stored.indptr[row], stored.indptr[row + 1])
            stored.indices[part] = stored.indices[part][::-1].copy()
        stored.has_sorted_indices = False
    assert scan_mask(stored) == scan_mask(mask.toarray())


@pytest.mark.parametrize("kind", [np.float16, np.longdouble, ">f2", ">f4", ">i4", ">f8"])
def test_the_type_of_an_array_does_not_matter(kind: str) -> None:
    mask = np.random.default_rng(11).random((16, 12)) < 0.4
    assert scan_mask(mask.astype(kind)) == scan_mask(mask)


def test_large_masks_are_bounded_coarsely_and_rightly() -> None:
    """More entries than are expanded: a planted quarter that is full beside noise, so that the cut is known."""
    n = 5000
    probabilities = np.array([[0.02, 0.01], [0.01, 0.01]])
    mask = sample_step(probabilities, [n // 2, n // 2], [n // 2, n // 2], rng=7)
    density = float(mask.nnz / n**2)
    coarse, full = (cut_distance(mask, density, coarse=each) for each in (True, False))
    for found in (coarse, full):
        attained = mask[found.rows][:, found.columns].sum() - density * found.rows.sum() * found.columns.sum()
        assert abs(attained) / n**2 == pytest.approx(found.lower, rel=1e-12)
        assert 0 < found.lower <= found.upper
    planted = mask[: n // 2, : n // 2].sum() / n**2 - density / 4
    assert coarse.upper >= max(planted, full.lower)
    assert coarse.lower >= 0.95 * planted
    assert coarse.upper < 1.5 * full.upper
    assert (coarse.failure, full.failure) == (2.0**-10, 2.0**-34)


@pytest.mark.parametrize("kept", [False, True])
def test_nothing_and_everything_have_no_distance(kept: bool) -> None:
    found = scan_mask(np.full((4, 6), kept))
    assert (found["density"], found["rows"]["empty"], found["columns"]["full"]) == (kept, 4 * (not kept), 6 * kept)
    assert found["rows"]["spread"] is None
    assert found["to_constant"] is found["noise_edge"] is found["drawn"] is None


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: scan_mask(np.zeros((0, 3))), r"mask is float64 of shape \(0, 3\), expected a non-empty matrix"),
        (lambda: scan_mask([[0.5, 1.0]]), "mask has entries beside 0 and 1"),
        (lambda: scan_mask(np.eye(3), groups=0), "groups is 0, expected"),
        (lambda: scan_mask(np.eye(3), groups=2.5), "groups is 2.5, expected"),
        (lambda: scan_mask(np.eye(3), seed=-1), "seed is -1, expected"),
    ],
)
def test_bad_input_is_refused_in_a_line(call: Callable[[], object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        call()


def test_work_is_limited() -> None:
    with limit("1M"), pytest.raises(InputError, match="a scan of a mask of 2000 × 2000 entries that keeps"):
        scan_mask(sp.eye_array(2000, format="csr"))


def test_the_command_says_what_the_function_finds(tmp_path, capsys) -> None:
    mask = np.random.default_rng(8).random((40, 32)) < np.linspace(0.05, 0.6, 32)
    np.save(tmp_path / "mask.npy", mask)
    assert main(["scan", str(tmp_path / "mask.npy"), "--quiet"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert f"density {mask.mean():.6g}: {mask.sum()} of 1280 weights kept" in said
    assert f"of 4 neighbours at most {fullest(mask, 4)} in a row and {fullest(mask.T, 4)} in a column are kept" in said
    assert "verdict not told from a mask that degrees explain" in said
    np.save(tmp_path / "empty.npy", np.zeros((3, 4)))
    assert main(["scan", str(tmp_path / "empty.npy"), "--quiet"]) == 0
    assert "0 of 12 weights kept" in capsys.readouterr().out
    assert main(["scan", str(tmp_path / "none.npy")]) == 2
    assert "no such file" in capsys.readouterr().err.lower()
