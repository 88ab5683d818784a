"""`sparse-limits prune` on a file of whole numbers, such as tokens, which a module looks up in a table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from helpers import needs

import sparse_limits as sl
from sparse_limits.numerics.cli import main

torch = needs("torch")

CODE = """
import torch
from torch import nn
from torch.nn import functional

class Tokens(nn.Module):
    def __init__(self, mean=False, convert=False):
        super().__init__()
        self.table, self.hidden, self.head = nn.Embedding(12, 8), nn.Linear(8, 8), nn.Linear(8, 4 if mean else 12)
        self.mean, self.convert = mean, convert
    def forward(self, x):
        held = torch.relu(self.hidden(self.table(x.long() if self.convert else x)))
        return self.head(held.mean(dim=1) if self.mean else held)

class Two(nn.Linear):
    def forward(self, x, scale):
        return super().forward(x) * scale

def build(): return Tokens()
def two(): return Two(6, 4)
def classifier(): return Tokens(mean=True)
def converting(): return Tokens(convert=True)
def numbers(): return nn.Sequential(nn.Linear(6, 9), nn.ReLU(), nn.Linear(9, 4))

def whole(module, batch):
    x, y = batch
    assert x.dtype == y.dtype == torch.int64, "whole numbers became others"
    return functional.cross_entropy(module(x).movedim(-1, 1), y)

def doubles(module, batch):
    x, y = batch
    assert x.dtype == y.dtype == torch.float64, "whole numbers stayed"
    return module(x).square().mean()

def of_two(module, batch):
    x, y = batch
    assert x.dtype == torch.float64, "whole numbers stayed"
    return module(x, 2).square().mean()

def shape(): return 1, 6
"""
CALL = ["prune", "--method", "snip", "--density", "0.2", "--out", "masks.npz", "--data"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "own.py").write_text(CODE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def own() -> dict[str, object]:
    names: dict[str, object] = {}
    exec(CODE, names)
    return names


def built(name: str) -> torch.nn.Module:
    torch.manual_seed(0)
    return own()[name]()


def tokens() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 12, (20, 7))


def stored(x: np.ndarray, y: np.ndarray, suffix: str = ".npz") -> str:
    if suffix == ".npz":
        np.savez("tokens.npz", x=x, y=y)
    else:
        torch.save({"x": torch.from_numpy(x), "y": torch.from_numpy(y)}, f"tokens{suffix}")
    return f"tokens{suffix}"


def agree(masks: object) -> bool:
    with np.load("masks.npz") as held:
        found = dict(held)
    return {f"{path}.weight" for path in masks} == set(found) and all(
        np.array_equal(found[f"{path}.weight"], mask) for path, mask in masks.items()
    )


@pytest.mark.parametrize("suffix", [".npz", ".pt"])
@pytest.mark.parametrize("loss", [[], ["--loss", "own.py:whole"]], ids=["by name", "own"])
@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.uint8])
def test_sequences_of_tokens_are_read_as_in_memory(suffix: str, loss: list[str], dtype: type) -> None:
    held = tokens().astype(dtype)
    file = stored(held[:, :-1], held[:, 1:], suffix)
    assert main([*CALL, file, "--model", "own.py:build", *loss]) == 0
    pair = tuple(torch.from_numpy(each.astype(np.int64)) for each in (held[:, :-1], held[:, 1:]))
    assert agree(sl.prune(built("build"), "snip", 0.2, pair))


def test_so_many_samples_are_drawn() -> None:
    held = tokens()
    assert main([*CALL, stored(held[:, :-1], held[:, 1:]), "--model", "own.py:build", "--samples", "9"]) == 0
    kept = np.sort(np.random.default_rng(0).choice(20, 9, replace=False))
    masks = sl.prune(built("build"), "snip", 0.2, tuple(map(torch.from_numpy, (held[kept, :-1], held[kept, 1:]))))
    assert agree(masks)
    assert not agree(sl.prune(built("build"), "snip", 0.2, tuple(map(torch.from_numpy, (held[:, :-1], held[:, 1:])))))


def test_classes_of_sequences_are_those_of_the_file_or_of_the_labels() -> None:
    x, classes = tokens()[:, :6], np.arange(20) % 4
    asked = [*CALL, stored(x, classes), "--model", "own.py:classifier"]
    wanted = sl.prune(built("classifier"), "snip", 0.2, (torch.from_numpy(x), torch.from_numpy(classes)))
    assert main(asked) == 0
    assert agree(wanted)
    stored(x, classes + 1)
    assert main(asked) == 2  # there is no class 4
    assert main([*asked, "--labels", "onehot"]) == 0
    assert agree(wanted)
    stored(x, np.eye(4, dtype=int)[classes])
    assert main(asked) == 0
    assert agree(wanted)


@pytest.mark.parametrize(
    ("model", "loss"), [("converting", "doubles"), ("numbers", "doubles"), ("two", "of_two")], ids=str
)
def test_whole_numbers_are_doubles_for_a_module_that_takes_these_or_is_not_understood(model: str, loss: str) -> None:
    held = tokens()
    file = stored(held[:, :-1], held[:, 1:])
    assert main([*CALL, file, "--model", f"own.py:{model}", "--loss", f"own.py:{loss}"]) == 0


def test_whole_numbers_that_are_scaled_are_doubles(capsys: pytest.CaptureFixture[str]) -> None:
    held = tokens()
    file = stored(held[:, :-1], np.arange(20) % 4)
    assert main([*CALL, file, "--model", "own.py:classifier", "--standardise"]) == 2
    assert "that needs another type converts them, as by x.long()" in capsys.readouterr().err


def test_a_refusal_of_sequences_names_the_loss(capsys: pytest.CaptureFixture[str]) -> None:
    held = tokens()
    file = stored(held[:, :-1], held[:, 1:])
    way_out = "as sequences: prune with --loss FILE.py:loss"
    for words in (
        [*CALL, file, "--model", "own.py:converting"],
        [*CALL, file, "--model", "own.py:build", "--labels", "onehot"],
        ["predict", "layers", "--method", "snip", "--model", "own.py:build", "--data", file],
        ["predict", "layers", "--method", "snip", "--model", "own.py:build", "--data", file, "--labels", "as-is"],
    ):
        assert main(words) == 2
        assert way_out in capsys.readouterr().err


def test_rows_are_not_scored_on_several_whole_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    """Cross-entropy would take them for shares of the classes."""
    file = stored(tokens()[:, :6], tokens()[:, :4])
    assert main([*CALL, file, "--model", "own.py:classifier"]) == 2
    assert "labels have 4 columns" in capsys.readouterr().err


def test_a_function_may_return_the_shape_alone() -> None:
    words = ["own.py:shape", "--model", "own.py:numbers", "--method", "synflow"]
    assert main([*CALL, *words]) == 0
    assert agree(sl.prune(built("numbers"), "synflow", 0.2, torch.ones(3, 6)))
