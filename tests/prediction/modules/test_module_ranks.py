"""What `prune` says of weights that scores do not tell apart, of outputs that are constant, and `predict` of what is not pruned."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from helpers import needs

import sparse_limits as sl
from sparse_limits.numerics.cli import main

torch = needs("torch")
from torch import nn  # noqa: E402

from sparse_limits.numerics.prediction.modules.layout import layout_of  # noqa: E402
from sparse_limits.numerics.prediction.modules.parts import of_parts  # noqa: E402
from sparse_limits.numerics.prediction.modules.ranks import notes_on_ranks  # noqa: E402
from sparse_limits.numerics.prediction.question import question  # noqa: E402

X, CLASSES = torch.rand(20, 6, generator=torch.Generator().manual_seed(0)), torch.arange(20) % 4
CONSTANT = "outputs that read nothing, and are constant: "


def module(last: float) -> nn.Module:
    """Distinct weights, but half of the last layer's, which have one value; the others there are below 1, those of 0 above 2."""
    torch.manual_seed(0)
    built = nn.Sequential(nn.Linear(6, 8, bias=False), nn.ReLU(), nn.Linear(8, 4, bias=False))
    with torch.no_grad():
        built[0].weight += 2 * torch.sign(built[0].weight)
        built[2].weight[2:] = last
    return built


def zeros() -> nn.Module:
    """16 weights of the last layer are 0, and 8 of the first one's."""
    built = module(0.0)
    with torch.no_grad():
        built[0].weight[:, 0] = 0
    return built


def ranks(*asked: object, **named: object) -> list[str]:
    """The notes on ranks alone."""
    found = sl.prune(*asked, **named).notes
    return [note for note in found if re.search(r"\d+ of \d+ (weights|equal|scores)", note)]


def test_zeros_that_are_kept_are_counted() -> None:
    model = zeros()
    masks = sl.prune(model, "magnitude", 0.8, ties="index")
    kept = {path: int((mask & (model.get_submodule(path).weight == 0)).sum()) for path, mask in masks.items()}
    assert kept == {"0": 8, "2": 0}
    said = "8 of 24 weights of score 0 are kept, the first in order: 0 (8 of 8), 2 (0 of 16)"
    assert masks.notes[0] == said
    assert ranks(model, "synflow", 0.8, X, ties="index") == [said]
    assert ranks(model, "magnitude", 0.7, ties="index") == []  # none is kept
    layers = ranks(model, "magnitude", 0.9, scope="layer", ties="index")
    assert layers == ["16 of 24 weights of score 0 are kept, the first in order: 0 (3 of 8), 2 (13 of 16)"]
    given = ranks(model, "magnitude", {"0": 0.9, "2": 1.0}, ties="index")  # all of layer 2
    assert given == ["3 of 8 weights of score 0 are kept, the first in order: 0 (3 of 8)"]
    rows = ranks(model, "wanda", 0.9, (X, CLASSES), ties="index")  # 7 of 8 in each row of layer 2, 5 of 6 of layer 0
    assert rows == ["14 of 16 weights of score 0 are kept, the first in order: 2 (14 of 16)"]


def test_rounds_are_named() -> None:
    (said,) = ranks(zeros(), "synflow-iterative", 0.8, X, ties="index", rounds=2)
    assert said.startswith("in round 2 of 2: 8 of ")
    assert ranks(zeros(), "synflow-iterative", 0.8, X, ties="index", rounds=1)[0].startswith(
        "8 of 24 weights of score 0"
    )


@pytest.mark.parametrize("rounds", [None, 3])
def test_rounds_before_the_last_count(rounds: int | None) -> None:
    """Two units alike have scores alike; which of them goes first decides what the next round scores."""
    twins = module(1.0)
    with torch.no_grad():
        twins[2].weight[:] = 0.1 * torch.randn(4, 8)
        twins[0].weight[1] = twins[0].weight[0]
        twins[2].weight[:, 1] = twins[2].weight[:, 0]
    found = {density: ranks(twins, "snip", density / 80, (X, CLASSES), rounds=rounds) for density in range(8, 64, 2)}
    said = [note for notes in found.values() for note in notes]
    once = r"1 of 2 equal scores at a threshold are kept, the first in order: [02] \(1 of 2\); another machine may keep others"
    in_round = r"in round [123] of 3: " if rounds else ""
    assert said
    assert all(re.fullmatch(in_round + once, note) for note in said)
    assert any(not notes for notes in found.values())
    assert rounds is None or any("in round 1 of 3" in note for note in said)


def test_equal_scores_are_counted() -> None:
    assert ranks(module(1.0), "magnitude", 53 / 80) == [
        "5 of 16 equal scores at a threshold are kept, the first in order: 2 (5 of 16)"
    ]
    assert ranks(module(1.0), "magnitude", 48 / 80) == []
    assert ranks(module(1.0), "magnitude", 64 / 80) == []
    assert ranks(module(1.0), "random", 53 / 80) == []


@pytest.mark.parametrize("scale", [1e-20, -1.0, 1e9])
def test_scores_within_rounding_are_counted_at_their_own_size(scale: float) -> None:
    """GraSP's scores may be negative."""

    def said(difference: float, method: str = "grasp", scope: str = "global") -> list[str]:
        scores = {"a": scale * np.array([[1.0, 3.0, 1 + difference]]), "b": scale * np.array([[0.5, 1 - difference]])}
        order = np.argsort(-np.concatenate([each.ravel() for each in scores.values()]), kind="stable")
        mask = np.zeros(5, bool)
        mask[order[:2]] = True
        masks = {"a": mask[:3].reshape(1, 3), "b": mask[3:].reshape(1, 2)}
        return list(notes_on_ranks(scores, masks, method, 0.4, scope))

    counts = "a (1 of 2), b (0 of 1)" if scale > 0 else "a (0 of 2), b (1 of 1)"
    assert said(1e-13) == [
        f"1 of 3 scores within 1e-12 of a threshold, relative to it, are kept: {counts}; another machine may keep others"
    ]
    assert said(1e-11) == []
    if scale > 0:
        (alone,) = said(1e-13, scope="layer")  # b keeps nothing, and has no threshold
        assert "1 of 2 scores" in alone


def test_outputs_that_read_nothing_are_constant() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(144, 5), nn.Linear(5, 3))
    with torch.no_grad():
        model[0].weight[:3] *= 1e-6
        model[3].weight[1] *= 1e-6
    masks = sl.prune(model, "magnitude", {"0": 0.25, "3": 0.5, "4": 0.0}, seed=0)
    assert masks.notes == ("4: no weight is kept", f"{CONSTANT}0 (3 of 4), 3 (1 of 5)")
    masks.apply(model)
    x = torch.randn(10, 1, 6, 6)
    channels, units = model[0](x), model[:4](x)
    assert (channels.transpose(0, 1).flatten(1).std(dim=1) == 0).tolist() == [True] * 3 + [False]
    assert (units.std(dim=0) == 0).tolist() == [False, True, False, False, False]


def test_rows_of_other_parts_are_not_taken_for_outputs() -> None:
    """A gate of a recurrent layer reads the state, too; a row of a table of vectors is that of a token."""
    torch.manual_seed(0)
    model = nn.ModuleDict({"read": nn.LSTM(6, 4), "table": nn.Embedding(9, 6), "head": nn.Linear(4, 3)})
    with torch.no_grad():
        model["read"].weight_ih_l0[:3] *= 1e-6
        model["table"].weight[2] *= 1e-6
    masks = sl.prune(model, "magnitude", 0.88, include=["read", "table"])
    assert [each["empty_rows"] for each in masks.layers if each["layer"] in ("read.weight_ih_l0", "table")] == [3, 1]
    assert not any(note.startswith(CONSTANT) for note in masks.notes)


class Attends(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attend, self.head = nn.MultiheadAttention(8, 2, batch_first=True), nn.Linear(8, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = x.reshape(-1, 8, 8)
        return self.head(self.attend(h, h, h)[0].mean(1))


def test_predict_says_how_much_it_leaves_out() -> None:
    asked = question("magnitude", "digits", Attends, scope="layer", samples=20, networks=2, seed=0)
    (said,) = (note for note in of_parts(asked).notes if note.startswith("not pruned"))
    assert said.endswith(": attend.in_proj_weight, 50.8 % of all parameters")  # 192 of 378
    assert layout_of([Attends(), Attends()], sl.load_data("digits", labels="onehot")).unpruned == (
        "attend.in_proj_weight",
    )


def test_the_command_is_told_its_own_option(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    Path("model.py").write_text(
        "from torch import nn\ndef build():\n    layer = nn.Linear(6, 4)\n    layer.weight.data[:2] = 0\n    return layer\n"
    )
    words = ["prune", "--model", "model.py:build", "--method", "magnitude", "--density", "0.7", "--out", "masks.npz"]
    assert main([*words, "--quiet"]) == 2
    assert "(`prune` with --ties index keeps the first of the others)" in capsys.readouterr().err
    assert main([*words, "--quiet", "--ties", "index"]) == 0
    assert "5 of 12 weights of score 0 are kept, the first in order: (itself) (5 of 12)" in " ".join(
        capsys.readouterr().out.split()
    )
