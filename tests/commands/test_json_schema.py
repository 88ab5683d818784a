"""What commands write as JSON: each output has the keys and kinds of docs/json_schema.json, and no others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import needs
from json_cases import FILE, wrong

from sparse_limits.numerics.cli import main
from sparse_limits.numerics.reports.json_schema import OUTPUTS, schema

FEW = ("--samples", "60", "--networks", "2")
TRAINED = ("--fresh-rows", "500", "--train", "--steps", "20")
LAYERS = ("predict", "layers", *FEW, "--units", "256", "--widths", "24", "16")
CONVOLUTIONS = """
from torch import nn

def build():
    front = nn.Unflatten(1, (1, 8, 8)), nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten()
    return nn.Sequential(*front, nn.Linear(144, 10))
"""
MODULE = ("--model", "own.py:build")
CALLS: dict[str, list[tuple[str, ...]]] = {  # by output: calls of each form that it has
    "claims --json": [("claims", "N1", "S4", "G5", "R7", "Q3")],
    "verify --json": [("verify", "N1", "S3", "R7")],
    "predict columns --json": [
        ("predict", "columns", "--method", "snip", "--width", "32", "--fresh-rows", "500"),
        ("predict", "columns", "--method", "grasp", "--width", "32", "--fresh-rows", "500", "--no-sample"),
    ],
    "predict kernel --json": [("predict", "kernel", "--method", "magnitude", "--width", "16", *FEW, *TRAINED)],
    "predict layers --json": [
        *((*LAYERS, "--method", method) for method in ("snip", "wanda", "grasp")),
        (*LAYERS, "--method", "magnitude", "--no-sample", "--scope", "layer"),
        *(("predict", "layers", *MODULE, *FEW, "--method", method) for method in ("snip", "random", "grasp")),
    ],
    "predict methods --json": [
        ("predict", "methods", "--widths", "24", "16", "--samples", "60", "--units", "256"),
        ("predict", "methods", *MODULE, "--samples", "60"),
    ],
    "predict predictors --json": [
        (
            "predict",
            "predictors",
            "--method",
            "snip",
            "--width",
            "16",
            "--labels",
            "is0",
            "--raw",
            "--fresh-rows",
            "500",
        )
    ],
    "prune --json": [
        ("prune", *MODULE, "--method", "snip", "--data", "digits", "--out", "masks.npz"),
        ("prune", *MODULE, "--method", "magnitude", "--out", "masks.npz"),
    ],
    "report --json": [
        ("report", "--widths", "24", "16", *FEW, "--units", "256", "--methods", "magnitude", "random"),
        ("report", *MODULE, *FEW, "--methods", "random", "snip", "grasp"),
    ],
    "report CHECKPOINT --json": [("report", "layers.npz")],
    "fit --json": [("fit", "mask.npy"), ("fit", "mask.npy", "--data", "digits", "--fresh-rows", "500", *FEW[:2])],
    "scan --json": [("scan", "mask.npy"), ("scan", "layers.npz", "--layer", "a")],
    "fit --json, several layers": [("fit", "layers.npz")],
    "fit --json, several files": [("fit", "layers.npz", "again.npz")],
    "sweep --json": [("sweep", "plan.toml", "--jobs", "1")],
    "ticket --json": [("ticket", "--target", "net.npz", "--epsilon", "0.1", "--output", "ticket.npz")],
    "ticket --check --json": [
        ("ticket", "--check", "ticket.npz"),
        ("ticket", "--check", "ticket.npz", "--epsilon", "0.1"),
    ],
}
LONG = [
    each for each in OUTPUTS if each.startswith("study") or each == "ticket --target all --json"
]  # tested elsewhere


def test_the_file_is_that_of_the_types() -> None:
    """A key that goes, comes or changes its kind shows in the diff of the file, and in the changelog."""
    assert json.loads(FILE.read_text("utf-8")) == schema(), (
        "python -m sparse_limits.numerics.reports.json_schema > docs/json_schema.json"
    )


def test_every_output_is_called_here_or_takes_long() -> None:
    assert {*CALLS, *LONG} == {*OUTPUTS}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place, rng = tmp_path_factory.mktemp("outputs"), np.random.default_rng(0)
    (place / "own.py").write_text(CONVOLUTIONS)
    np.save(place / "mask.npy", rng.random((40, 64)) < np.linspace(0.05, 0.6, 64))
    for name in ("layers.npz", "again.npz"):
        np.savez(place / name, a=rng.random((30, 20)) < 0.3, b=rng.random((20, 30)) < 0.2)
    (place / "plan.toml").write_text(
        'methods = ["random", "snip"]\nwidths = [24]\noptions = {samples = 60, units = 256}'
    )
    np.savez(place / "net.npz", weights_1=rng.normal(size=(4, 6)), weights_2=rng.normal(size=(6, 3)))
    assert (
        main(["ticket", "--target", str(place / "net.npz"), "--epsilon", "0.1", "--output", str(place / "ticket.npz")])
        == 0
    )
    return place


@pytest.mark.parametrize(("output", "call"), [(output, call) for output, calls in CALLS.items() for call in calls])
def test_an_output_is_as_the_file_says(
    output: str,
    call: tuple[str, ...],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if "--model" in call:
        needs("torch")
    monkeypatch.chdir(folder)
    assert main([*call, "--json", "-"]) == 0
    written: Any = json.loads(capsys.readouterr().out)
    assert wrong(output, written) == []
    if isinstance(written, dict):
        first, *_ = written
        assert wrong(output, {key: value for key, value in written.items() if key != first}), "a key less is seen"
        assert wrong(output, {**written, "more": 1}), "a key more is seen"
