"""`sparse-limits fit` of a file of several layers: the same findings as layer by layer, in one table, JSON and a page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import needs

from sparse_limits import fit
from sparse_limits.numerics.cli import main
from sparse_limits.numerics.fitting.block_patterns import blocks_of
from sparse_limits.numerics.fitting.fit import Fit
from sparse_limits.numerics.fitting.homogeneity import homogeneity_of
from sparse_limits.numerics.fitting.layers import _digits, layer_summary
from sparse_limits.numerics.fitting.verdict import verdict
from sparse_limits.numerics.masks.layers import Layer
from sparse_limits.numerics.masks.sampling import sample_rank_one
from sparse_limits.numerics.printing.plain_text import rounded


def ranked(rng: np.random.Generator, rows: int, columns: int, kept: int, length: int) -> np.ndarray:
    """Each block of `length` along a row keeps `kept`."""
    order = rng.random((rows, columns // length, length)).argsort(axis=2)
    return (order < kept).reshape(rows, columns)


def masks() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    profile = np.linspace(0.05, 0.7, 200)
    gone = rng.random((80, 60)) < 0.3
    gone[::2] = False
    return {
        "uniform": rng.random((90, 70)) < 0.2,
        "both": sample_rank_one(profile, profile, np.random.default_rng(0)).toarray().astype(bool),
        "columns": rng.random((200, 100)) < np.linspace(0.1, 0.6, 100),
        "gone": gone,
        "pairs": ranked(rng, 64, 80, 2, 4),
        "wide": ranked(rng, 64, 80, 4, 8).T,
        "by_rows": ranked(rng, 60, 50, 7, 50),
        "dense": np.ones((20, 30), bool),
        "empty": np.zeros((20, 30), bool),
    }


def flat(words: str) -> str:
    return " ".join(words.split())


def called(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert main(["fit", *words, "--json", "-"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("name", masks())
def test_a_layer_is_found_as_fit_finds_it(name: str) -> None:
    kept = masks()[name]
    found = layer_summary(Layer(name, "mask", kept.shape, kept, kept.shape[1], False), name, seed=5)
    alone: Fit = fit(kept, seed=5)
    said = verdict(alone)
    assert found["class"] == said.kind
    assert found["density"] == alone.density
    assert found["dead_rows"] == (~kept.any(axis=1)).sum()
    assert found["dead_columns"] == (~kept.any(axis=0)).sum()
    assert (found["status"] == "structured") == (said.status == "structured")
    assert (found["status"] in ("dense", "empty")) == (said.status == "nothing_to_fit")
    ranks = None if said.selection is None else said.selection._asdict()
    assert found["selection"] == ranks
    if alone.homogeneity is not None:
        assert (found["rows_p"], found["columns_p"]) == (alone.homogeneity.rows.p, alone.homogeneity.columns.p)


def test_a_column_that_is_whole_by_chance_is_no_structure() -> None:
    """One of 2 x 8 is full with chance 1/15."""
    kept = np.arange(8) == np.full((2, 1), 3)
    found, said = layer_summary(Layer("c", "mask", (2, 8), kept, 8, False), "c"), verdict(fit(kept))
    assert (found["status"], found["whole_lines"]) == ("sparse", [])
    assert "structured pruning" not in found["methods"] + said.compatible_methods
    rows = np.repeat(np.arange(40) % 3 == 0, 30).reshape(40, 30)
    found, said = layer_summary(Layer("r", "mask", rows.shape, rows, 30, False), "r"), verdict(fit(rows))
    assert found["status"] == said.status == "structured"
    assert found["methods"] == said.compatible_methods == ["structured pruning"]


def test_blocks_along_channels_are_named_as_such(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """2:4 among the channels at each place of a kernel 3 x 3."""
    kept = ranked(np.random.default_rng(1), 32 * 9, 16, 2, 4).reshape(32, 3, 3, 16).transpose(0, 3, 1, 2)
    np.savez(tmp_path / "m.npz", **{"0.weight_mask": kept, "1.weight_mask": np.ones((4, 32))})
    found = called(capsys, str(tmp_path / "m.npz"))
    assert found["layers"][0]["selection"] == {"length": 4, "kept": 2, "columns": False, "step": 9}
    assert main(["fit", str(tmp_path / "m.npz")]) == 0
    out = flat(capsys.readouterr().out)
    assert "2:4 by 9" in out
    assert "S apart, as channels at one place of a kernel" in out
    said = " ".join(verdict(fit(kept.reshape(32, -1))).lines)
    assert (
        "each block of 4, 9 apart (channels at one place of a kernel of 9) along every row keeps exactly 2 of 4" in said
    )


def test_blocks_are_those_of_the_sparse_mask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sparse_limits.numerics.fitting.block_patterns.BLOCK_ENTRIES", 200)
    from scipy.sparse import csr_array

    for name, kept in masks().items():
        if name not in ("dense", "empty"):
            rng = np.random.default_rng(0)
            assert blocks_of(kept) == homogeneity_of(csr_array(kept), rng).blocks
    spoiled = ranked(np.random.default_rng(0), 64, 80, 2, 4)
    spoiled[-1, -4:] = True
    assert blocks_of(spoiled) is None


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    first = masks()["uniform"]
    first[:, 3] = False
    second = np.random.default_rng(9).random((12, 90)) < 0.05
    second[5] = False
    held = {
        "module.0.weight_orig": np.ones((90, 70)),
        "module.0.weight_mask": first,
        "module.0.bias": np.ones(90),
        "module.2.weight": np.where(second, -0.25, 0.0).astype(np.float16),
    }
    np.savez(tmp_path / "net.npz", **held)
    return tmp_path / "net.npz"


def test_all_layers_stand_in_one_table(checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.savez(checkpoint, **{**np.load(checkpoint), "module.4.weight_mask": np.ones((3, 12))})
    assert main(["fit", str(checkpoint)]) == 0
    said = flat(capsys.readouterr().out)
    for line in (
        "3 layers, 2 by masks and 1 by weights that are not 0",
        "left out 1 vector (biases, norms); weights of 1 mask",
        "0 90x70",
        "2 12x90",
        "4 3x12 1 0, 0 - - dense",
        "0 to 4 70",
        "--layer 0",
    ):
        assert line in said
    found = called(capsys, str(checkpoint))
    assert [each["layer"] for each in found["layers"]] == ["0", "2", "4"]
    assert [each["name"] for each in found["layers"]][1] == "module.2.weight"
    (chain,) = found["chains"]
    assert chain["layers"] == ["0", "2", "4"]
    assert 3 in chain["unused_inputs"]
    assert chain["unreached_outputs"] == []
    arrays = np.load(checkpoint)
    first, second = arrays["module.0.weight_mask"].astype(int), (arrays["module.2.weight"] != 0).astype(int)
    assert int(chain["paths"]) == 3 * (second @ first).sum()
    assert chain["share"] == pytest.approx(int(chain["paths"]) / int(chain["possible_paths"]))


def test_one_mask_beside_weights_is_still_fitted_alone(checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = called(capsys, str(checkpoint))
    assert found["mask"]["name"].endswith("module.0.weight_mask")
    again = called(capsys, str(checkpoint), "--layer", "0")
    assert found == again


def test_a_page_of_all_layers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    needs("matplotlib")
    np.savez(tmp_path / "m.npz", **{"<a>": masks()["uniform"], "b": masks()["gone"]})
    assert main(["fit", str(tmp_path / "m.npz"), "--html", "-"]) == 0
    page = capsys.readouterr().out
    assert page.startswith("<!doctype html>")
    for text in ("&lt;a&gt;", "90x70", "40 rows gone", "seed 0"):
        assert text in page
    assert "<a>" not in page
    assert "http" not in page


def test_the_page_has_what_the_json_has(checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    held = dict(np.load(checkpoint))
    held["module.2.weight_mask"] = held.pop("module.2.weight") != 0
    np.savez(tmp_path / "m.npz", **held)
    numbers, page = tmp_path / "m.json", tmp_path / "m.html"
    assert main(["fit", str(tmp_path / "m.npz"), "--json", str(numbers), "--html", str(page)]) == 0
    found = json.loads(numbers.read_text())
    (chain,) = found["chains"]
    for number in (
        rounded(chain["paths"]),
        str(len(chain["unused_inputs"])),
        f"{found['layers'][1]['dead_rows']}, {found['layers'][1]['dead_columns']}",
    ):
        assert f"<td class=r>{number}</td>" in page.read_text()
    assert "page written to" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["--data", "digits"],
            "--data is given for several layers, expected --layer beside it, one of a [90, 70], b [80, 60]",
        ),
        (["--plot", "m.svg"], "--plot is given for several layers"),
        (["--residual", "output"], "--residual is given for several layers"),
        (["--raw"], "--raw is given for several layers"),
        (["--seed", "-1"], "--seed is -1"),
        (["--layer", "c"], "which names 0 matrices, expected one of a [90, 70], b [80, 60]"),
    ],
)
def test_calls_that_are_for_one_layer_take_one_line(
    tmp_path: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    np.savez(tmp_path / "m.npz", a=masks()["uniform"], b=masks()["gone"])
    assert main(["fit", str(tmp_path / "m.npz"), *words]) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert said in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ({"a": np.array([[1.0, np.nan]]), "b": np.ones((2, 2))}, "a: entry (0, 1) is nan, expected finite weights"),
        ({"embed": np.ones((3, 2)), "bias": np.ones((2, 2))}, "expected the matrix of a layer"),
        ({"a": np.ones(3), "b": np.ones(2)}, "expected a matrix"),
    ],
)
def test_bad_checkpoints_take_one_line(
    tmp_path: Path, held: dict[str, np.ndarray], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    np.savez(tmp_path / "m.npz", **held)
    assert main(["fit", str(tmp_path / "m.npz")]) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert said in error
    assert error.count("\n") == 1


def test_all_dense(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.savez(tmp_path / "m.npz", a=np.full((3, 4), 0.5), b=np.full((2, 3), -1.5))
    found = called(capsys, str(tmp_path / "m.npz"))
    assert [each["status"] for each in found["layers"]] == ["dense", "dense"]
    assert found["chains"][0]["paths"] == found["chains"][0]["possible_paths"] == "24"
    assert main(["fit", str(tmp_path / "m.npz")]) == 0
    assert "one layer in depth: none here, since each keeps all of its weights or none" in flat(capsys.readouterr().out)


def test_what_is_named_in_depth_has_something_to_fit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither a dense layer nor one of which whole rows are gone and nothing else, unless there is no other."""
    noise = np.random.default_rng(0).random((9, 12)) < 0.5
    rows = np.ones((12, 20))
    rows[:4] = 0
    layers = {"0.weight": np.ones((20, 8)), "2.weight": rows, "4.weight": noise * 1.0}
    said = []
    for names in (("0", "2", "4"), ("0", "2")):
        np.savez(tmp_path / "net.npz", **{f"{name}.weight": layers[f"{name}.weight"] for name in names})
        assert main(["fit", str(tmp_path / "net.npz")]) == 0
        said.append(flat(capsys.readouterr().out))
    assert "one layer in depth, with its noise and, with --data, the methods: --layer 4" in said[0]
    assert "one layer in depth: --layer 2" in said[1]
    for each in said:
        assert "noise -: outside the whole lines all weights are kept, or none: nothing to fit." in each


def test_long_numbers_are_written_in_digits() -> None:
    for number in (0, 7, 10**3999, 10**4000, 3**200):
        assert _digits(number) == str(number)
    assert _digits(10**9000 + 5) == "1" + "0" * 8999 + "5"
