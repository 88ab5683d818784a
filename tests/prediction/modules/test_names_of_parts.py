"""Parts of a module that a user names, from Python and on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import needs

import sparse_limits as sl
from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.cli import main

torch = needs("torch")
from torch import nn  # noqa: E402


class Own(nn.LSTM):
    pass


def decoding() -> nn.Module:
    parts = {
        "down": nn.Conv2d(1, 4, 3),
        "up": nn.ConvTranspose2d(4, 4, 3),
        "gate": nn.ReLU(),
        "read": Own(4, 2),
        "last": nn.Linear(2, 2),
    }
    return nn.ModuleDict(parts)


@pytest.mark.parametrize("kind", [nn.ConvTranspose2d, nn.LSTM, nn.RNNBase])
def test_a_class_is_meant_by_its_name_too(kind: type) -> None:
    found = [
        list(sl.prune(decoding(), "magnitude", 0.5, include=each)) for each in (kind, kind.__name__, [kind.__name__])
    ]
    assert found[0] == found[1] == found[2]
    assert len(found[0]) > 2
    assert list(sl.prune(decoding(), "magnitude", 0.5, exclude="Linear")) == ["down"]


def test_a_path_goes_before_a_class_of_this_name() -> None:
    module = nn.ModuleDict({"Linear": nn.Linear(4, 4), "other": nn.Linear(4, 4)})
    assert list(sl.prune(module, "magnitude", 0.5, exclude="Linear")) == ["other"]


@pytest.mark.parametrize("option", ["include", "exclude"])
def test_a_class_of_all_of_the_module_is_refused(option: str) -> None:
    """It would mean every weight, or leave none: nn.Module and its bases, and the class of a module that only holds others."""
    for kind, whose in ((nn.Module, "every part of the module"), (object, "every part"), (nn.ModuleDict, "the whole")):
        for each in (kind, kind.__name__, [kind.__name__, "up"]):
            said = rf"^{option} has the class {kind.__name__}, which {whose}.* is of, expected classes of some of its parts"
            with pytest.raises(InputError, match=said):
                sl.prune(decoding(), "magnitude", 0.5, **{option: each})
    with pytest.raises(InputError, match=f"^{option} has '', expected paths"):
        sl.prune(decoding(), "magnitude", 0.5, **{option: ""})


def test_all_of_a_module_is_meant_by_a_star_or_as_a_layer_of_its_own() -> None:
    assert set(sl.prune(decoding(), "magnitude", 0.5, include="*")) > {"down", "up"}
    attention = nn.MultiheadAttention(8, 2)
    assert set(sl.prune(attention, "magnitude", 0.5, include=nn.MultiheadAttention)) == {"in_proj_weight", "out_proj"}
    assert len(sl.prune(nn.LSTM(3, 2), "magnitude", 0.5, include="LSTM")) == 2
    inner = nn.Sequential(nn.Sequential(nn.Embedding(5, 3), nn.Linear(3, 2)), nn.Linear(2, 2))
    part = nn.ModuleDict({"inner": inner, "other": nn.Embedding(4, 4)})
    assert set(sl.prune(part, "magnitude", 0.5, include=nn.Sequential)) == {"inner.0.0", "inner.0.1", "inner.1"}


def test_parts_that_have_weights_are_named_where_a_word_names_none() -> None:
    with pytest.raises(
        InputError,
        match=r"include has 'LSTMs', which names nothing in the module, expected some of down, up, read, last$",
    ):
        sl.prune(decoding(), "magnitude", 0.5, include="LSTMs")


CODE = """
from torch import nn
def build(): return nn.ModuleDict({"up": nn.ConvTranspose2d(4, 4, 3), "last": nn.Linear(4, 4)})
"""


def test_the_command_takes_names_of_classes_and_wants_the_function_of_a_file(
    tmp_path: Path, monkeypatch, capsys
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("own.py").write_text(CODE, "utf-8")
    words = ["prune", "--model", "own.py:build", "--method", "magnitude", "--out", "masks.npz", "--quiet"]
    assert main([*words, "--include", "ConvTranspose2d"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[-1] == "fit and report read it with --transposed up, as these store their inputs first"
    assert main([*words, "--exclude", "up"]) == 0
    assert "--transposed" not in capsys.readouterr().out
    assert main([*words, "--data", "own.py"]) == 2
    assert (
        capsys.readouterr().err
        == "sparse-limits: --data is 'own.py', expected the function in it, too, as own.py:loader\n"
    )
