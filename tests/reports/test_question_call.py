"""What `sl.report` and `sparse-limits report` are given: files, modules, methods, bad input, and the call that repeats a page."""

from __future__ import annotations

import json
import re
import shlex
from argparse import ArgumentParser
from pathlib import Path

import numpy as np
import pytest
from helpers import needs
from question_cases import Page, called
from questions import report

import sparse_limits as sl
from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.cli import main
from sparse_limits.numerics.commands import report as command
from sparse_limits.numerics.data import Dataset
from sparse_limits.numerics.prediction.report.page import as_html
from sparse_limits.numerics.prediction.report.report import SAMPLES


def test_the_command_repeats_the_report(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = report(
        sl.DataSource("digits", labels="is0", standardise=False),
        widths=(16, 8),
        methods=("snip", "random"),
        density=0.2,
        init="he",
        bias=True,
        residual="averaged",
        networks=2,
        units=256,
        learning=False,
        samples=60,
        seed=3,
    )
    words = shlex.split(found.summary["made"]["command"] or "")
    assert words[:2] == ["sparse-limits", "report"]
    assert main(words[1:]) == 0
    assert Path("report.html").read_text(encoding="utf-8") == found.page


def test_a_seed_may_be_a_sequence_of_seeds():
    found = report(
        widths=(8,), methods=("random",), networks=2, learning=False, samples=60, seed=np.random.SeedSequence(3)
    )
    number = found.summary["made"]["seed"]
    again = report(widths=(8,), methods=("random",), networks=2, learning=False, samples=60, seed=number)
    assert again.summary == found.summary


def test_a_broken_model_is_told_once(tmp_path, capsys):
    needs("torch")
    (tmp_path / "own.py").write_text("def build():\n    raise ValueError('of mine')\n")
    assert main(["report", "--model", f"{tmp_path}/own.py:build", "--html", str(tmp_path / "p.html")]) == 2
    assert capsys.readouterr().err.count("ValueError: of mine") == 1


def test_names_and_a_file_of_ones_own(tmp_path, capsys):
    rng = np.random.default_rng(3)
    x = rng.standard_normal((80, 4))
    x[:, 2] = 0
    lines = [
        "<a> & b,c,zero,d,kind",
        *(",".join(map(str, [*row, "yes" if row[0] > 0 else "no"])) for row in x.tolist()),
    ]
    (tmp_path / "own.csv").write_text("\n".join(lines))
    page = tmp_path / "p.html"
    called(
        "--data", str(tmp_path / "own.csv"), "--widths", "24", "--density", "0.3", "--units", "512", "--html", str(page)
    )
    assert "page written to" in capsys.readouterr().out
    written = page.read_text(encoding="utf-8")
    assert "&lt;a&gt; &amp; b" in written
    assert "<a> & b" not in written
    read = Page(written).text
    assert "Leave input zero out of the data" in read
    assert "SHA-256" in read
    assert "target: kind" in read


def test_methods_that_the_theory_does_not_follow_are_named():
    found = report(widths=(16,), norm="batch", samples=60, units=128, learning=False).summary
    assert {each["method"] for each in found["left_out"]} == {"grasp", "grasp-magnitude"}
    assert "grasp" in Page(as_html(found)).text
    with pytest.raises(InputError, match="GraSP"):
        report(widths=(16,), norm="batch", methods=("grasp",), samples=60)


def test_a_module_is_reported_by_the_paths_of_its_layers(tmp_path):
    needs("torch")
    code = "from torch import nn\n\n\ndef build():\n    return nn.Sequential(nn.Linear(64, 24), nn.ReLU(), nn.Linear(24, 10))\n"
    (tmp_path / "own.py").write_text(code)
    page, numbers = tmp_path / "p.html", tmp_path / "p.json"
    called(
        "--model",
        f"{tmp_path}/own.py:build",
        "--methods",
        "snip",
        "--samples",
        "100",
        "--units",
        "256",
        "--no-learning",
        "--html",
        str(page),
        "--json",
        str(numbers),
    )
    found = json.loads(numbers.read_text())["methods"][0]["layers"]
    assert [layer["name"] for layer in found["layers"]] == ["0", "2"]
    assert found["loss"] == "cross-entropy"
    assert "layer 2" in Page(page.read_text(encoding="utf-8")).text


def test_the_page_goes_to_standard_output_alone(capsys):
    called("--widths", "8", "--methods", "random", "--samples", "30", "--no-learning", "--html", "-")
    assert capsys.readouterr().out.startswith("<!doctype html>")


def test_the_help_says_how_many_samples_are_taken():
    parser = ArgumentParser()
    command.configure(parser)
    assert command.SAMPLES == SAMPLES
    assert f"largest number, drawn at random (default {SAMPLES})" in " ".join(parser.format_help().split())


BAD = [
    ([], "--widths and --model: neither is given, expected one of them"),
    (["--widths", "4", "--model", "a.py:b"], "--widths and --model: both are given, expected one of them"),
    (["--widths", "0"], "--widths is 0, expected integers from 1 to"),
    (["--widths", "4", "--density", "1.5"], "--density is 1.5, expected a number strictly between 0 and 1"),
    (["--widths", "4", "--methods", "snip", "foo"], "--methods is snip, foo, expected each once, of snip, grasp"),
    (["--widths", "4", "--methods", "snip", "snip"], "--methods is snip, snip, expected each once"),
    (["--widths", "4", "--samples", "1"], "--samples is 1, expected an integer from 2 to"),
    (["--widths", "4", "--networks", "0"], "--networks is 0, expected an integer from 1 to 1000"),
    (["--widths", "4", "--scope", "first"], "--scope is 'first', expected global or layer"),
    (["--widths", "4", "--data", "nope.csv"], "nope.csv: there is no such file"),
    (["--widths", "4", "--json", "p.html"], "--json is p.html, which --html writes too, expected another file"),
    (["--widths", "4", "--activation", "foo"], "--activation is 'foo', expected one of relu"),
]


@pytest.mark.parametrize(("words", "said"), BAD, ids=[said[:40] for _, said in BAD])
def test_bad_input_is_one_line_and_writes_nothing(words, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["report", *words, "--html", "p.html"]) == 2
    found = capsys.readouterr()
    assert found.out == ""
    assert found.err.startswith(f"sparse-limits: {said}")
    assert found.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_what_python_is_given_wrong():
    for options, said in (
        ({"widths": (4,), "scope": "first"}, "scope is 'first', expected global or layer"),
        ({"widths": (4,), "methods": "snip"}, "methods is 'snip', expected some of"),
        ({"widths": (4,), "methods": ()}, r"methods is \(\), expected some of"),
        ({"widths": (4,), "learning": 1}, "learning is 1, expected True or False"),
        ({"widths": ()}, r"widths is \(\), expected one for each hidden layer"),
        ({"widths": (4,), "samples": 1}, "samples is 1"),
    ):
        with pytest.raises(InputError, match=f"^{said}"):
            report(**options)


def test_a_report_of_objects_names_no_command():
    data = Dataset(np.eye(6), np.ones((6, 1)), "made", "")
    made = report(data, widths=(4,), methods=("random",), learning=False).summary["made"]
    assert made["command"] is None
    assert made["file"] is None


def test_the_call_holds_values_that_begin_with_a_dash(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = np.random.default_rng(2).standard_normal((30, 3)).tolist()
    Path("-neg.csv").write_text("\n".join(["a,-b,c", *(",".join(map(str, row)) for row in rows)]))
    found = report(sl.DataSource("-neg.csv", target="-b"), widths=(6,), methods=("random",), learning=False, networks=2)
    assert main(shlex.split(found.summary["made"]["command"] or "")[1:]) == 0
    assert Path("report.html").read_text(encoding="utf-8") == found.page


def test_regression_shows_no_interval_and_long_names_are_short(tmp_path):
    long = "n" * 150 + "_the_end"
    rng = np.random.default_rng(6)
    x = rng.standard_normal((60, 3))
    rows = "\n".join(",".join(map(str, [*row, row[0] + row[1] ** 2])) for row in x.tolist())
    (tmp_path / "own.csv").write_text(f"{long},b,c,d\n{rows}\n")
    found = report(tmp_path / "own.csv", widths=(8,), methods=("snip", "random"), units=256, networks=2)
    assert found.summary["learning"]
    assert "Intervals are exact" not in found.page
    cells = re.findall(r"<td.*?</td>", found.page)
    assert any("nnn…nnn" in cell for cell in cells)
    assert max(len(word) for cell in cells for word in Page(cell).text.split()) <= 40
