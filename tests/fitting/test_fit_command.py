"""`sparse-limits fit`: its report, its page, its pictures and its refusals."""

from __future__ import annotations

import json
import re
from argparse import ArgumentParser
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from fit_cases import MASKS, NOISE, ROW
from scipy.sparse import csr_array, random_array, save_npz

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.cli import main
from sparse_limits.numerics.commands import fit as command
from sparse_limits.numerics.fitting.fit import fit
from sparse_limits.numerics.limits import limit
from sparse_limits.numerics.masks.selection import top_k_mask

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
        (["--samples", "100"], "--samples is given and there are no data"),
        (["--fresh-rows", "500"], "--fresh-rows is given and there are no data"),
        (
            ["--data", "digits", "--widths", "9", "--fresh-rows", "500"],
            "--fresh-rows is given beside widths, expected one",
        ),
        (["--data", "digits", "--transpose"], "expected as many"),
        (["--data", "absent.npz"], "no such file"),
        (["--data", "digits", "--labels", "what"], "labelling is 'what'"),
        (["--seed", "-1"], "--seed is -1"),
        (["--data", "digits", "--fresh-rows", "1"], "--fresh-rows is 1"),
        (["--plot", "m.gif"], "suffix is '.gif'"),
        (["--json", "nowhere/m.json"], "does not exist"),
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
    monkeypatch.setattr("sparse_limits.numerics.pictures.masks.find_spec", lambda name: None)
    for option in ("--html", "--plot"):
        assert main(["fit", str(file), option, "m.png"]) == 2
        assert f"{option}: matplotlib is not installed" in capsys.readouterr().err


def test_the_help_names_every_option() -> None:
    parser = ArgumentParser()
    command.configure(parser)
    said = parser.format_help()
    for option in ("--layer", "--nonzero", "--transpose", "--data", "--labels", "--json", "--html", "--plot", "--seed"):
        assert option in said


def test_one_weight_is_enough_for_no_test_and_no_sentence_about_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The singular value of a single weight is beyond the edge of the noise, but no sign of a pattern."""
    file, mask = tmp_path / "single.npy", np.zeros((64, 64), bool)
    mask[0, 0] = True
    np.save(file, mask)
    assert main(["fit", str(file), "--data", "digits", "--fresh-rows", "400"]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "no method is named: none could be tested" in printed
    assert "is rejected" not in printed
    assert "edge of the noise 0.00391; 0 above the level that noise passes in one mask of a thousand" in printed
    assert "1 0.01562" in printed


def test_a_layer_too_large_for_a_fit_in_depth_is_a_line_of_the_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, mask = tmp_path / "large.npy", np.random.default_rng(0).random((40, 30)) < 0.3
    np.save(file, mask)
    assert main(["fit", str(file), "--limit", "0.1M"]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert f"{mask.sum()} weights are kept, more than are fitted in depth within --limit" in printed
    assert "one layer in depth: none here" in printed
    assert main(["fit", str(file), "--data", "digits", "--limit", "0.1M"]) == 2
    said = capsys.readouterr().err
    assert f"a fit of {mask.sum()} kept weights in depth would take about" in said
    assert said.count("\n") == 1
    with limit("0.1M"), pytest.raises(InputError, match="some of the rows, or the table of layers"):
        fit(mask)


def test_a_sparse_file_too_large_for_a_fit_in_depth_has_no_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_npz(tmp_path / "large.npz", csr_array(np.random.default_rng(0).random((40, 30)) < 0.3))
    assert main(["fit", str(tmp_path / "large.npz"), "--limit", "0.1M"]) == 2
    said = capsys.readouterr().err
    assert "kept weights in depth would take about" in said
    assert said.count("\n") == 1


def test_layers_without_number_are_refused_by_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.savez(tmp_path / "net.npz", **{f"{place}.weight_mask": np.eye(2, dtype=bool) for place in range(30)})
    assert main(["fit", str(tmp_path / "net.npz"), "--limit", "5s", "--json", "found.json"]) == 2
    said = capsys.readouterr().err
    assert "a table of 30 layers of 120 weights would take about 9.05 s, expected at most" in said
    assert said.count("\n") == 1
    assert not Path("found.json").exists()
