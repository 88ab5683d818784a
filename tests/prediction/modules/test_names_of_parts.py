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
    assert told[-1] == "fit reads it with --transposed up, as these store their inputs first"
    assert main([*words, "--exclude", "up"]) == 0
    assert "--transposed" not in capsys.readouterr().out
    assert main([*words, "--data", "own.py"]) == 2
    assert (
        capsys.readouterr().err
        == "sparse-limits: --data is 'own.py', expected the function in it, too, as own.py:loader\n"
    )
