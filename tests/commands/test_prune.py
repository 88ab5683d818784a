"""`sparse-limits prune`: the masks of a module by the user's own data, loss and weights, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from helpers import needs

import sparse_limits as sl
from sparse_limits.numerics.cli import main

torch = needs("torch")
from torch.nn.utils.prune import l1_unstructured  # noqa: E402

from sparse_limits.numerics.prediction.modules.checkpoints import load_weights  # noqa: E402

CODE = """
import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

def build():
    return nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 8), nn.ReLU(), nn.Linear(8, 3))

def normalised():
    return nn.Sequential(nn.Linear(6, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 3))

def samples():
    rng = torch.Generator().manual_seed(7)
    return torch.randn(40, 6, generator=rng), torch.randint(3, (40,), generator=rng)

def loader():
    return DataLoader(TensorDataset(*samples()), batch_size=12)

def breaks():
    yield samples()
    raise ValueError("the disk is gone")

def smooth(module, batch):
    x, y = batch
    return functional.cross_entropy(module(x), y, label_smoothing=0.2)

def pair():
    return {"x": 1}

def nothing():
    return None
"""
CALL = ["prune", "--model", "own.py:build", "--method", "snip", "--density", "0.2", "--data", "own.py:loader"]
OUT = ["--out", "masks.npz"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "own.py").write_text(CODE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def own() -> dict[str, object]:
    names: dict[str, object] = {}
    exec(CODE, names)
    return names


def built(seed: int = 0, name: str = "build") -> torch.nn.Module:
    torch.manual_seed(seed)
    return own()[name]()


def saved(file: str = "masks.npz") -> dict[str, np.ndarray]:
    with np.load(file) as held:
        return dict(held)


def agree(file: str, masks: object) -> bool:
    found = saved(file)
    return {f"{path}.weight" for path in masks} == set(found) and all(
        np.array_equal(found[f"{path}.weight"], mask) for path, mask in masks.items()
    )


@pytest.mark.parametrize("method", ["snip", "grasp", "synflow", "synflow-iterative", "wanda", "magnitude", "random"])
def test_the_masks_are_those_of_the_call_in_python(method: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*CALL, "--method", method, *OUT, "--seed", "3"]) == 0
    assert agree("masks.npz", sl.prune(built(3), method, 0.2, own()["loader"](), seed=3))
    assert "built after torch.manual_seed(3)" in capsys.readouterr().out


def test_what_is_asked_is_done() -> None:
    names, module = own(), built()
    asked = ["--loss", "own.py:smooth", "--exclude", "4", "--batches", "2", "--scope", "layer"]
    assert main([*CALL, *asked, *OUT]) == 0
    called = {"loss": names["smooth"], "exclude": ("4",), "batches": 2, "scope": "layer"}
    assert agree("masks.npz", sl.prune(module, "snip", 0.2, names["loader"](), **called))
    assert not agree(
        "masks.npz", sl.prune(module, "snip", 0.2, names["loader"](), **{**called, "loss": "cross-entropy"})
    )
    assert not agree("masks.npz", sl.prune(module, "snip", 0.2, names["loader"](), **{**called, "batches": 3}))


def test_a_file_of_data_is_read_as_by_the_other_commands(folder: Path) -> None:
    x, y = own()["samples"]()
    np.savez("data.npz", x=x.numpy(), y=y.numpy())
    assert main([*CALL[:-1], "data.npz", "--samples", "30", *OUT, "--json", "report.json"]) == 0
    report = json.loads((folder / "report.json").read_text("utf-8"))
    assert (report["compared"], report["kept"]) == (248, 50)
    assert main([*CALL[:-2], "--method", "magnitude", *OUT]) == 0  # needs no data
    assert agree("masks.npz", sl.prune(built(), "magnitude", 0.2))


@pytest.mark.parametrize("file", ["net.pt", "net.npz", "checkpoint.pth"])
def test_weights_come_from_a_checkpoint(file: str) -> None:
    weights = built(11).state_dict()
    if file == "net.npz":
        np.savez(file, **{name: tensor.numpy() for name, tensor in weights.items()})
    else:
        wrapped = {f"module.{name}": tensor for name, tensor in weights.items()}
        torch.save(weights if file == "net.pt" else {"state_dict": wrapped, "step": torch.ones(1)}, file)
    assert main([*CALL, "--weights", file, *OUT, "--json", "report.json"]) == 0
    assert agree("masks.npz", sl.prune(built(11), "snip", 0.2, own()["loader"]()))
    assert not agree("masks.npz", sl.prune(built(), "snip", 0.2, own()["loader"]()))
    said = json.loads(Path("report.json").read_text("utf-8"))["notes"]
    (note,) = [each for each in said if "constant" not in each] or [""]
    assert note == (
        "tensors of checkpoint.pth that the module has no place for: step" if file == "checkpoint.pth" else ""
    )


@pytest.mark.parametrize("before", ["model.", "net.module.", "state_dict.model."])
def test_weights_may_stand_under_another_word_in_a_checkpoint_of_training(before: str) -> None:
    weights = {f"{before}{name}": tensor for name, tensor in built(11).state_dict().items()}
    torch.save({**weights, "optimizer.0.weight": torch.ones(3), "epoch": 7}, "training.pt")
    assert main([*CALL, "--weights", "training.pt", *OUT]) == 0
    assert agree("masks.npz", sl.prune(built(11), "snip", 0.2, own()["loader"]()))


def test_a_file_of_weights_may_hold_text_and_another_byte_order(tmp_path: Path) -> None:
    held, module = torch.nn.Linear(3, 2), torch.nn.Linear(3, 2)
    arrays = {name: each.detach().numpy().astype(">f4") for name, each in held.named_parameters()}
    np.savez(tmp_path / "net.npz", **arrays, classes=np.array(["cat", "dog"]))
    assert load_weights(module, tmp_path / "net.npz") == ""
    assert torch.equal(module.weight, held.weight)


def test_weights_within_a_wrapper_are_used(tmp_path: Path) -> None:
    wrapped, held = torch.nn.ModuleDict({"module": torch.nn.Linear(3, 2)}), torch.nn.Linear(3, 2)
    torch.save({**held.state_dict(), "step": torch.ones(1)}, tmp_path / "net.pt")
    assert load_weights(wrapped, tmp_path / "net.pt").endswith("has no place for: step")
    assert torch.equal(wrapped["module"].weight, held.weight)


def test_masks_of_batch_normalisation_depend_on_the_batches(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*CALL, "--model", "own.py:normalised", *OUT]) == 0
    assert "batch normalisation (1)" in " ".join(capsys.readouterr().out.split())
    assert main([*CALL, "--model", "own.py:normalised", "--batches", "1", *OUT]) == 0
    assert "batch normalisation" not in capsys.readouterr().out


def test_what_is_written_is_what_fit_reads(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*CALL, "--out", "masks.pt"]) == 0
    capsys.readouterr()
    assert main(["fit", "masks.pt"]) == 0
    said = capsys.readouterr().out
    assert all(shape in said for shape in ("16x6", "8x16", "3x8"))


REFUSED = {
    "the suffix is '.txt', expected .npz, .pt or .safetensors": ["--out", "masks.txt"],
    "--out is -, expected a file": ["--out", "-"],
    "--out is own.py, which --model reads": ["--out", "own.py"],
    "the folder": ["--out", "nowhere/masks.npz"],
    "--method is 'snap', expected one of": [*OUT, "--method", "snap"],
    "--density is 1.5": [*OUT, "--density", "1.5"],
    "--seed is -1": [*OUT, "--seed", "-1"],
    "--model is 'own.py', expected FILE.py:build": [*OUT, "--model", "own.py"],
    "there is no function mine": [*OUT, "--model", "own.py:mine"],
    "--data is 'own.py:mine': there is no function mine": [*OUT, "--data", "own.py:mine"],
    "a batch is dict, expected (x, y) of tensors, or loss(module, batch)": [*OUT, "--data", "own.py:pair"],
    "the data raised: the disk is gone": [*OUT, "--data", "own.py:breaks"],
    "none.csv": [*OUT, "--data", "none.csv"],
    "--labels is given, expected a file with --data": [*OUT, "--labels", "onehot"],
    "--samples is given, expected a file with --data": [*OUT, "--samples", "9"],
    "--raw is given, expected a file with --data": [*OUT, "--raw"],
    "--loss is 'hinge', expected one of": [*OUT, "--loss", "hinge"],
    "--loss is 'own.py:none': there is no function none": [*OUT, "--loss", "own.py:none"],
    "--batches is 0": [*OUT, "--batches", "0"],
    "there are no data, expected --data: a Dataset, a loader": [*OUT, "--data", "own.py:nothing"],
    "--include has the class Module, which every part of the module is of": [*OUT, "--include", "Module"],
    "--exclude has 'layer9'": [*OUT, "--exclude", "layer9"],
    "--rounds is 3, expected none with magnitude": [*OUT, "--rounds", "3", "--method", "magnitude"],
    "--scope is lamp with snip": [*OUT, "--scope", "lamp"],
    "none.pt: there is no such file": [*OUT, "--weights", "none.pt"],
    "other.pt: 0.weight has the shape (9, 9), expected (16, 6)": [*OUT, "--weights", "other.pt"],
    "few.pt: there is no 0.bias, 2.weight, 2.bias, 4.weight and 1 more": [*OUT, "--weights", "few.pt"],
    "twice.pt: module.0.bias, state_dict.0.bias may both be 0.bias": [*OUT, "--weights", "twice.pt"],
    "two.pt: holds the weights under ema., model., expected them once": [*OUT, "--weights", "two.pt"],
    "pruned.pt: there is no 0.weight, expected the weights of this module": [*OUT, "--weights", "pruned.pt"],
    "save after prune.remove(part, 'weight'))": [*OUT, "--weights", "pruned.pt"],
    "mask.pt: 0.weight holds truth values, as a mask does, expected weights": [*OUT, "--weights", "mask.pt"],
    "damaged": [*OUT, "--weights", "damaged.pt"],
    "the suffix is '.csv', expected one of": [*OUT, "--weights", "w.csv"],
}


@pytest.mark.parametrize("said", REFUSED)
def test_a_bad_call_is_refused_in_one_line_and_writes_nothing(
    said: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    weights = built().state_dict()
    torch.save({**weights, "0.weight": torch.ones(9, 9)}, "other.pt")
    torch.save({"0.weight": weights["0.weight"]}, "few.pt")
    twice = {name: each for name, each in weights.items() if name != "0.bias"}
    torch.save({**twice, "module.0.bias": weights["0.bias"], "state_dict.0.bias": weights["0.bias"]}, "twice.pt")
    torch.save({f"{word}.{name}": each for word in ("model", "ema") for name, each in weights.items()}, "two.pt")
    torch.save({**weights, "0.weight": weights["0.weight"] > 0}, "mask.pt")
    pruned = built()
    l1_unstructured(pruned[0], "weight", 0.5)
    torch.save(pruned.state_dict(), "pruned.pt")
    (folder / "damaged.pt").write_bytes(b"not a checkpoint")
    (folder / "w.csv").write_text("1,2\n")
    before = {path.name for path in folder.iterdir()}
    status = main([*CALL, *REFUSED[said]])
    out, complaint = capsys.readouterr()
    assert (status, out) == (2, "")
    assert said in complaint.splitlines()[-1]
    assert complaint.splitlines()[-1].startswith("sparse-limits: ")
    assert {path.name for path in folder.iterdir()} - {"__pycache__"} == before


def test_long_paths_are_cut_where_they_still_differ(folder, capsys):
    """A line of the table is no longer than a screen, and the file has the whole names."""
    long = "transformer_encoder_with_a_long_name"
    parts = ", ".join(
        f"'block_number_{at}': nn.ModuleDict({{'first_projection_of_the_block': nn.Linear(4, 4)}})" for at in range(3)
    )
    Path("long.py").write_text(
        f"from torch import nn\nclass Deep(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        f"        self.{long} = nn.ModuleDict({{{parts}}})\n"
        f"    def forward(self, x):\n        return x\n"
    )
    assert (
        main(["prune", "--model", "long.py:Deep", "--method", "magnitude", "--density", "0.5", "--out", "long.npz"])
        == 0
    )
    out = capsys.readouterr().out.splitlines()
    first = next(place for place, line in enumerate(out) if line.startswith("layer "))
    rows = out[first : first + 4]
    assert max(map(len, rows)) <= 80
    assert len({row.split()[0] for row in rows}) == 4
    assert all("…" in row for row in rows[1:])
    assert set(np.load("long.npz").files) == {
        f"{long}.block_number_{at}.first_projection_of_the_block.weight" for at in range(3)
    }
