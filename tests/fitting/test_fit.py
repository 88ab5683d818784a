"""`fit`: masks whose graphon is known, the command with its reports, and bad input."""

from __future__ import annotations

import json
import re
from argparse import ArgumentParser
from dataclasses import asdict
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import coo_array, csr_array, random_array, save_npz

from numerics.arguments import InputError
from numerics.cli import main
from numerics.commands import fit as command
from numerics.data import load_data
from numerics.fitting.factor_model import count
from numerics.fitting.fit import Fit, _block_lift, fit, masks_drawn
from numerics.fitting.homogeneity import Blocks, Selection, homogeneity_of, selected_by
from numerics.fitting.model import _draw_selected, draw, fit_model
from numerics.fitting.summary import summarise
from numerics.fitting.verdict import account, verdict
from numerics.masks.selection import n_of_m_mask, row_mask, top_k_mask

RNG = np.random.default_rng(0)
NOISE = np.abs(RNG.standard_normal((256, 64)))
ROW, COLUMN = np.exp(0.8 * RNG.standard_normal((256, 1))), np.exp(0.8 * RNG.standard_normal(64))
MASKS = {
    "homogeneous": top_k_mask(NOISE, 2000),
    "row": top_k_mask(NOISE * ROW, 2000),
    "column": top_k_mask(NOISE * COLUMN, 2000),
    "row and column": top_k_mask(NOISE * ROW * COLUMN, 2000),
}


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
        assert found["verdict"]["status"] == ("fitted_explains" if name == "uniform" else "fitted_does_not_explain")
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
    assert found["rest"]["verdict"]["selection"] == {"length": 4, "kept": 1, "columns": False}
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


# The command


@pytest.fixture
def file(tmp_path: Path) -> Path:
    np.save(tmp_path / "mask.npy", MASKS["row and column"])
    return tmp_path / "mask.npy"


@pytest.fixture
def small_file(tmp_path: Path) -> Path:
    np.save(tmp_path / "small.npy", top_k_mask((NOISE * ROW)[:24, :16], 100))
    return tmp_path / "small.npy"


def test_a_report_with_data(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "fit.json"
    assert (
        main(["fit", str(file), "--data", "digits", "--fresh-rows", "2000", "--samples", "200", "--json", str(target)])
        == 0
    )
    said = " ".join(capsys.readouterr().out.split())
    for words in (
        "doubly heterogeneous",
        "the fitted graphon explains",
        "no method at initialisation explains the mask: all are rejected at level 1%",
        "residual -y (initial output subtracted)",
        "other data, labels, scaling or residual made it",
        "edge of the noise",
        "Tail of the noise",
    ):
        assert words in said
    found = json.loads(target.read_text("utf-8"))
    assert found["mask"]["kept"] == 2000
    assert found["verdict"]["class"] == "doubly heterogeneous"
    assert found["model"]["families"][0]["family"] == found["model"]["family"]
    assert sum(each["share"] for each in found["model"]["families"]) == pytest.approx(1)
    assert found["distances"]["to_constant"]["lower"] > found["distances"]["certified_noise"]
    assert len(found["methods"]["column_densities"]["snip"]) == 64
    assert found["explanation"]["status"] == "none_explains"
    assert found["explanation"]["methods"] == []
    assert found["explanation"]["level"] == found["methods"]["level"] == 0.01
    assert {each["method"] for each in found["methods"]["ranking"]} == {
        "random",
        "synflow",
        "wanda",
        "snip",
        "grasp",
        "grasp-magnitude",
    }


def test_a_uniform_mask_is_explained_by_one_law(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.save(tmp_path / "m.npy", MASKS["homogeneous"])
    words = ["--data", "digits", "--samples", "60", "--fresh-rows", "1000", "--json", str(tmp_path / "m.json")]
    assert main(["fit", str(tmp_path / "m.npy"), *words]) == 0
    said = " ".join(capsys.readouterr().out.split())
    found = json.loads((tmp_path / "m.json").read_text("utf-8"))
    assert found["explanation"]["status"] == "explained"
    assert found["explanation"]["methods"] == [["random", "magnitude"]]
    assert "random and magnitude explain the mask: not rejected, while every other method is, at level 1%" in said
    assert "random and magnitude give the same law here" in said


def test_the_same_seed_gives_the_same_report(small_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = []
    for seed in ("3", "3", "4"):
        assert main(["fit", str(small_file), "--seed", seed, "--json", "-"]) == 0
        said.append(json.loads(capsys.readouterr().out))
    assert said[0] == said[1]
    assert [each.pop("seed") for each in said] == [3, 3, 4]
    assert said[0] != said[2]


@pytest.mark.parametrize("value", [0, 1])
def test_masks_that_keep_none_or_all_have_a_report(
    value: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    np.save(tmp_path / "m.npy", np.full((4, 64), value))
    page = tmp_path / "m.html"
    assert (
        main(
            ["fit", str(tmp_path / "m.npy"), "--data", "digits", "--html", str(page), "--plot", str(tmp_path / "m.png")]
        )
        == 0
    )
    assert "nothing to fit" in capsys.readouterr().out
    assert "nothing to fit" in page.read_text("utf-8")


class Page(HTMLParser):
    """What a page nests and what it would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attributes: list) -> None:
        assert tag not in ("script", "link", "iframe", "object", "embed")
        self.addresses += [value for name, value in attributes if name in ("src", "href", "xlink:href")]
        self.ids += [value for name, value in attributes if name == "id"]
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list) -> None:
        self.handle_starttag(tag, attributes)
        if self.open and tag not in ("meta", "br"):
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_and_fetches_nothing(file: Path, tmp_path: Path) -> None:
    target, picture = tmp_path / "fit.html", tmp_path / "fit.png"
    assert main(["fit", str(file), "--html", str(target), "--plot", str(picture)]) == 0
    assert picture.stat().st_size > 10_000
    text = target.read_text("utf-8")
    page = Page()
    page.feed(text)
    assert page.open == []
    assert all(each.startswith(("#", "data:image/png;base64,")) for each in page.addresses)
    assert set(re.findall(r"https?://[^\s\"'<]+", text)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    assert text.count("<svg") == 2
    assert "prefers-color-scheme: dark" in text
    assert "#1c1c1b" not in text  # the pictures take the page's colours
    assert "<metadata" not in text


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_pictures(small_file: Path, tmp_path: Path, suffix: str) -> None:
    target = tmp_path / f"fit{suffix}"
    assert main(["fit", str(small_file), "--plot", str(target)]) == 0
    assert target.stat().st_size > 10_000


def test_a_sparse_file_of_a_large_layer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mask = random_array(
        (6000, 5000), density=0.0005, rng=np.random.default_rng(5), data_sampler=lambda size: np.ones(size, bool)
    )
    save_npz(tmp_path / "m.npz", mask.tocsr())
    assert main(["fit", str(tmp_path / "m.npz"), "--json", "-"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["verdict"]["class"] == "homogeneous"
    assert 0 < found["distances"]["to_constant"]["failure"] < 1e-9


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--layer", "fc1"], "holds one array"),
        (["--labels", "is:0"], "--labels is given and there are no data, expected data beside it"),
        (["--raw"], "--raw is given and there are no data"),
        (["--residual", "target"], "--residual is given and there are no data"),
        (["--data", "digits", "--transpose"], "expected as many"),
        (["--data", "absent.npz"], "no such file"),
        (["--data", "digits", "--labels", "what"], "labelling is 'what'"),
        (["--seed", "-1"], "--seed is -1"),
        (["--fresh-rows", "1"], "--fresh-rows is 1"),
        (["--plot", "m.gif"], "suffix is '.gif'"),
        (["--json", "/nowhere/m.json"], "does not exist"),
        (["--html", "-", "--json", "-"], "--html is -, which --json writes too"),
        (["--html", "out", "--json", "./out"], "--html is out, which --json writes too"),
        (["--density", "0.1"], "unrecognized"),
    ],
)
def test_bad_calls_take_one_line(file: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fit", str(file), *words]) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert said in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("option", ["--json", "--html"])
def test_the_mask_is_not_written_over(file: Path, option: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = file.read_bytes()
    assert main(["fit", str(file), option, str(file)]) == 2
    assert "which MASK reads, expected another file" in capsys.readouterr().err
    assert file.read_bytes() == before


def test_sides_that_are_evened_out_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.save(tmp_path / "m.npy", np.eye(60)[np.random.default_rng(9).permutation(60)])
    assert main(["fit", str(tmp_path / "m.npy")]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "each row keeps exactly 1 of 60" in said
    assert "columns vary less than chance allows" in said
    assert "of this class: none (G6)" in said
    assert "the fitted graphon, the constant one, explains all but that" in said


def test_matplotlib_may_be_missing(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("numerics.reports.figures.find_spec", lambda name: None)
    for option in ("--html", "--plot"):
        assert main(["fit", str(file), option, "m.png"]) == 2
        assert f"{option}: matplotlib is not installed" in capsys.readouterr().err


def test_the_help_names_every_option() -> None:
    parser = ArgumentParser()
    command.configure(parser)
    said = parser.format_help()
    for option in ("--layer", "--nonzero", "--transpose", "--data", "--labels", "--json", "--html", "--plot", "--seed"):
        assert option in said
