"""`fit`: masks whose graphon is known, the command with its reports, and bad input."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from fit_cases import COLUMN, MASKS, NOISE, ROW
from scipy.sparse import coo_array, csr_array

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.cli import main
from sparse_limits.numerics.data import load_data
from sparse_limits.numerics.fitting.block_patterns import Blocks, Selection
from sparse_limits.numerics.fitting.factor_model import count
from sparse_limits.numerics.fitting.fit import Fit, _block_lift, fit, masks_drawn
from sparse_limits.numerics.fitting.homogeneity import homogeneity_of, selected_by
from sparse_limits.numerics.fitting.method_law import ranked_in
from sparse_limits.numerics.fitting.model import _draw_selected, draw, fit_model
from sparse_limits.numerics.fitting.summary import summarise
from sparse_limits.numerics.fitting.verdict import account, verdict
from sparse_limits.numerics.masks.selection import n_of_m_mask, row_mask, top_k_mask


@cache
def fitted(kind: str) -> Fit:
    return fit(csr_array(MASKS[kind]))


@pytest.mark.parametrize("kind", MASKS)
def test_masks_of_a_factorised_saliency_are_explained(kind: str) -> None:
    found = fitted(kind)
    assert found.homogeneity.kind == kind
    assert found.to_fitted.is_noise
    assert found.to_constant.is_noise == (kind == "homogeneous")
    assert (found.to_fitted is found.to_constant) == (kind == "homogeneous")  # one graphon, one number, one verdict
    assert found.structure is None
    assert 0 < found.to_fitted.cut.lower <= found.to_fitted.cut.upper
    assert found.spectrum.visible >= 1
    assert (found.to_constant.cut.lower > found.certified) == (kind != "homogeneous")
    assert len(found.model.families) == (5 if kind == "row and column" else 1)
    for degrees, side in zip(found.model.densities, (1, 0), strict=True):
        assert degrees.mean() == pytest.approx(found.density, rel=0.02)
        assert np.abs(degrees - MASKS[kind].mean(axis=side)).mean() < 0.04


def test_structure_that_no_degree_shows_is_beyond_the_noise() -> None:
    found = fit(csr_array(np.kron(np.eye(2), np.ones((32, 32))).astype(bool)))
    assert found.homogeneity.kind == "homogeneous"
    assert not found.to_constant.is_noise
    assert found.to_fitted is found.to_constant


def test_one_distance_has_one_verdict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, mask in {"uniform": MASKS["homogeneous"], "hidden": np.kron(np.eye(2), np.ones((32, 32)))}.items():
        np.save(tmp_path / f"{name}.npy", mask)
        assert main(["fit", str(tmp_path / f"{name}.npy"), "--json", str(tmp_path / "f.json")]) == 0
        said = " ".join(capsys.readouterr().out.split())
        found = json.loads((tmp_path / "f.json").read_text("utf-8"))
        assert found["distances"]["fitted_is_constant"]
        assert found["distances"]["to_fitted"] == found["distances"]["to_constant"]
        assert "the fitted graphon is the constant one; G1: exceeded" in said
        assert said.count("the constant one, explains the mask") == (name == "uniform")
        assert said.count("the constant one, does not explain the mask") == (name == "hidden")
        assert found["verdict"]["status"] == ("fitted_explains" if name == "uniform" else "not_recognised")
        assert found["explanation"]["status"] == "no_data"


@pytest.mark.parametrize("axis", [0, 1])
def test_units_that_are_kept_whole_are_structured_pruning(
    axis: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = np.random.default_rng(6).random(40) < 0.5
    np.save(tmp_path / "m.npy", np.repeat(kept[:, None], 30, axis=1) if axis == 0 else np.tile(kept, (30, 1)))
    assert main(["fit", str(tmp_path / "m.npy"), "--json", "-"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["verdict"]["compatible_methods"] == ["structured pruning"]
    assert found["verdict"]["selection"] is None
    assert found["verdict"]["fitted_explains"]
    assert found["verdict"]["status"] == found["explanation"]["status"] == "structured"
    assert found["structure"]["whole"]
    (removal,) = found["structure"]["removals"]
    assert removal["lines"] == np.flatnonzero(~kept).tolist()
    assert found["rest"]["verdict"]["status"] == "nothing_to_fit"


@pytest.mark.parametrize("with_data", [False, True])
def test_the_rest_of_a_structured_mask_is_analysed_apart(
    with_data: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = np.arange(128) % 2 == 0
    mask = np.where(rows[:, None], n_of_m_mask(np.random.default_rng(1).random((128, 64)), 1, 4), False)
    np.save(tmp_path / "m.npy", mask)
    numbers, page = tmp_path / "m.json", tmp_path / "m.html"
    data = ["--data", "digits", "--samples", "60", "--fresh-rows", "400"] if with_data else []
    assert main(["fit", str(tmp_path / "m.npy"), *data, "--json", str(numbers), "--html", str(page)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    found = json.loads(numbers.read_text("utf-8"))
    assert found["explanation"]["status"] == "structured"
    assert found["rest"]["verdict"]["selection"] == {"length": 4, "kept": 1, "columns": False, "step": 1}
    assert found["rest"]["mask"]["shape"] == [64, 64]
    for text in (said, page.read_text("utf-8")):
        assert "structured: 64 of 128 rows are gone" in text
        assert "each block of 4 along every row keeps exactly 1 of 4" in text
        assert "The rest. " in text
        assert "shallow synflow" not in text
        assert ("no method at initialisation is named" in text) == with_data


def test_two_factors_are_more_than_one() -> None:
    rng = np.random.default_rng(1)
    rows, columns = rng.standard_normal((400, 2)), rng.standard_normal((2, 60))
    scores = np.abs(rng.standard_normal((400, 60)) * (rows @ columns))
    found = fit(csr_array(top_k_mask(scores, 3000)))
    assert not found.to_fitted.is_noise


@pytest.mark.parametrize(
    ("mask", "selection"),
    [
        (row_mask(NOISE * COLUMN, 0.25), Selection(64, 16, False)),
        (row_mask((NOISE * ROW).T, 0.25).T, Selection(256, 64, True)),
        (n_of_m_mask(NOISE * COLUMN, 1, 4), Selection(4, 1, False)),
        (ranked_in(NOISE * COLUMN, Selection(4, 1, False, step=4)), Selection(4, 1, False, step=4)),
        (MASKS["row and column"], None),
    ],
)
def test_selections_are_seen_and_kept_by_drawn_masks(mask: np.ndarray, selection: Selection | None) -> None:
    rng = np.random.default_rng(2)
    homogeneity = homogeneity_of(csr_array(mask), rng)
    assert selected_by(homogeneity) == selection
    if selection is not None:
        model = fit_model(csr_array(mask), homogeneity.rows.uneven, homogeneity.columns.uneven)
        drawn = draw(model, selection, rng)
        assert selected_by(homogeneity_of(drawn, rng)) == selection
        assert drawn.shape == mask.shape


def test_systematic_draws_have_the_shares_asked_for() -> None:
    shares = np.array([0.1, 0.9, 0.5, 0.5, 0.2, 0.3, 0.4, 0.1])
    drawn = _draw_selected(shares, Selection(4, 2, False), 20_000, 8, np.random.default_rng(3)).toarray()
    assert (drawn[:, :4].sum(axis=1) == 2).all()
    assert drawn.mean(axis=0) == pytest.approx(np.concatenate([shares[:4], 2 * shares[4:]]), abs=0.02)
    cut = _draw_selected(np.array([0.9, 0.05, 0.03, 0.02]), Selection(4, 2, False), 20_000, 4, np.random.default_rng(6))
    assert cut.mean(axis=0) == pytest.approx([1, 0.5, 0.3, 0.2], abs=0.02)


@pytest.mark.parametrize("shares", [[0.9, 0.05, 0.03, 0.02], [0.9, 0.8, 0.1, 1e-9], [0.5, 0.5, 0.5, 0.5]])
def test_blocks_keep_their_number_where_a_share_is_cut_at_one(shares: list[float]) -> None:
    for kept in (1, 2, 3):
        drawn = _draw_selected(np.array(shares), Selection(4, kept, False), 20_000, 4, np.random.default_rng(5))
        assert (drawn.sum(axis=1) == kept).all()


def test_drawn_masks_have_the_degrees_of_the_model() -> None:
    mask = csr_array(MASKS["row and column"])
    rng = np.random.default_rng(4)
    model = fit_model(mask, True, True)
    drawn = np.mean([np.sort(draw(model, None, rng).sum(axis=0)) for _ in range(20)], axis=0)
    assert np.abs(drawn - np.sort(mask.sum(axis=0))).mean() < 4
    assert count(mask, True, True, 64).counts.sum() == mask.nnz


def test_blocks_lift_the_edge() -> None:
    lift = _block_lift(Blocks(2, 4, "rows", -9.0), 100, 100)
    assert lift == pytest.approx((1 + np.sqrt(4 / 3)) / 2)
    assert _block_lift(Blocks(2, 4, "rows", -9.0), 50, 100) == pytest.approx(
        _block_lift(Blocks(2, 4, "columns", -9.0), 100, 50)
    )


@pytest.mark.parametrize("shape", [(1, 1), (1, 2), (2, 1), (2, 2), (3, 5), (1, 60), (60, 1)])
def test_the_smallest_masks(shape: tuple[int, int]) -> None:
    for kept in range(shape[0] * shape[1] + 1)[:: max(1, shape[0] * shape[1] // 4)]:
        found = fit(csr_array(top_k_mask(np.random.default_rng(kept).random(shape), kept)))
        assert (found.model is None) == (kept in (0, shape[0] * shape[1]))


@pytest.mark.parametrize(
    ("shape", "drawn"), [((60, 40), 19), ((300, 12), 19), ((1000, 20), 5), ((2000, 2000), 5), ((5000, 2000), 3)]
)
def test_large_masks_and_long_enumerations_are_drawn_less_often(shape: tuple[int, int], drawn: int) -> None:
    assert masks_drawn(csr_array(shape, dtype=bool)) == drawn
    assert masks_drawn(csr_array(shape[::-1], dtype=bool)) == drawn


def test_dead_rows_are_expected_by_the_model() -> None:
    found = fitted("row")
    rows, columns = found.model.expected_dead
    assert rows == pytest.approx(found.homogeneity.rows.empty, abs=25)
    assert columns < 1e-3


def test_profiles_give_back_the_graphon() -> None:
    found = fitted("row and column")
    rows, columns, threshold = found.model.profiles
    assert np.median(rows) == pytest.approx(0, abs=1e-9)
    assert np.median(columns) == pytest.approx(0, abs=1e-9)
    assert threshold > 0
    seen = np.log(MASKS["row and column"].mean(axis=0) + 0.01)
    assert np.corrcoef(columns, seen)[0, 1] > 0.9
    assert columns.std() == pytest.approx(np.log(COLUMN).std(), rel=0.5)


def test_what_is_no_mask() -> None:
    for mask in (csr_array(np.full((2, 2), 0.5)), csr_array((0, 3), dtype=bool), [[1, 0], [2, 1]], "mask", None):
        with pytest.raises(InputError, match=r"expected a (non-empty )?matrix of zeros and ones"):
            fit(mask)


def test_a_mask_may_be_of_any_kind() -> None:
    mask = MASKS["row and column"]
    given = (mask, mask.astype(int).tolist(), coo_array(mask), csr_array(mask.astype(float)))
    found = [(each.mask != csr_array(mask)).nnz for each in map(fit, given)]
    assert found == [0, 0, 0, 0]


# From Python


def test_a_fit_with_data_is_that_of_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = load_data("digits", "is0")
    mask = top_k_mask(np.abs(np.random.default_rng(2).standard_normal((48, 64))), 400)
    np.save(tmp_path / "mask.npy", mask)
    words = ["--data", "digits", "--labels", "is0", "--fresh-rows", "1000", "--seed", "5", "--json", "-"]
    assert main(["fit", str(tmp_path / "mask.npy"), *words]) == 0
    printed = json.loads(capsys.readouterr().out)
    found = fit(mask, data, fresh_rows=1000, seed=5)
    assert found.methods is not None
    assert [each.p for each in found.methods.tested] == [each["p"] for each in printed["methods"]["ranking"]]
    assert verdict(found).lines == printed["verdict"]["lines"]
    assert asdict(account(found)) | {"level": 0.01} == printed["explanation"]
    assert json.loads(json.dumps(summarise(found, seed=5, name=str(tmp_path / "mask.npy")))) == printed


def test_what_does_not_go_with_a_mask() -> None:
    data = load_data("digits", "is0")
    with pytest.raises(InputError, match="digits has 64 inputs, the mask 3 columns, expected as many"):
        fit(np.eye(3), data)
    with pytest.raises(InputError, match="residual is 'y', expected target or output"):
        fit(np.eye(64), data, residual="y")
    with pytest.raises(InputError, match="residual is '', expected target or output"):
        fit(np.eye(64), data, residual="")
