"""Classes that no sample has, and one-hot labels: as many columns as are said to be, as columns hold, or as a module has outputs."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from helpers import needs

import sparse_limits as sl
from sparse_limits.numerics.cli import main
from sparse_limits.numerics.data import for_outputs
from sparse_limits.numerics.labels import targets

X = np.random.default_rng(0).standard_normal((40, 8))
SIX = np.arange(40) % 6


def arrays(folder: Path, y: np.ndarray, name: str = "mine.npz") -> str:
    np.savez(folder / name, x=X, y=y)
    return str(folder / name)


def refused(file: str, said: str, **options: object) -> None:
    with pytest.raises(sl.InputError, match=re.escape(said)):
        sl.load_data(file, **options)


def test_a_column_for_each_class_that_there_is(tmp_path):
    data = sl.load_data(arrays(tmp_path, SIX), classes=10)
    assert (data.y == np.eye(10)[SIX]).all()
    assert data.about.classes == tuple("0123456789")
    assert data.about.notes[0].endswith("4 of which no sample has")
    from_one = sl.load_data(arrays(tmp_path, SIX * 2), classes=12)
    assert (from_one.y == np.eye(12)[2 * SIX]).all()
    last = sl.load_data(arrays(tmp_path, SIX + 5), classes=10)  # 5 to 10 of 1 to 10
    assert (last.y == np.eye(10)[SIX + 4]).all()
    assert last.about.classes == tuple(map(str, range(1, 11)))


def test_words_come_first_and_classes_not_seen_behind_them(tmp_path):
    file = tmp_path / "mine.csv"
    file.write_text("a,kind\n" + "".join(f"{at},{'oak' if at % 2 else 'elm'}\n" for at in range(9)))
    data = sl.load_data(file, classes=3)
    assert data.about.classes == ("elm", "oak", "(not seen 1)")
    assert (data.y[:, 1] == np.arange(9) % 2).all()
    assert not data.y[:, 2].any()
    refused(str(file), "classes is 1, expected an integer from 2", classes=1)


@pytest.mark.parametrize(
    ("labels", "classes", "said"),
    [
        (None, 5, "classes is 5, expected at least 6, as many as the file has"),
        ("as-is", 10, "classes is 10, expected none with the labels 'as-is', or --labels onehot"),
        (None, 0, "classes is 0, expected an integer from 2"),
    ],
)
def test_what_classes_do_not_fit(labels, classes, said, tmp_path):
    refused(arrays(tmp_path, SIX), said, labels=labels, classes=classes)


def test_labels_beyond_the_classes_are_named(tmp_path):
    refused(arrays(tmp_path, SIX + 8), "labels go from 8 to 13, expected whole numbers from 0 to 9", classes=10)
    refused(arrays(tmp_path, SIX - 1), "labels go from -1 to 4", classes=10)


def test_one_hot_labels_are_classes_under_every_labelling(tmp_path):
    file = arrays(tmp_path, np.eye(10)[SIX])
    data = sl.load_data(file)
    assert (data.labelling, data.about.classes) == ("onehot", tuple("0123456789"))
    assert (data.y == np.eye(10)[SIX]).all()
    assert "labels are one-hot: 10 columns with one 1 in each row" in data.about.notes
    assert (sl.load_data(file, labels="onehot").y == data.y).all()
    assert (sl.load_data(file, labels="is:3").y[:, 0] == np.where(SIX == 3, 1, -1)).all()
    assert (sl.load_data(file, labels="ge:4").y[:, 0] == np.where(SIX >= 4, 1, -1)).all()
    assert sl.load_data(file, labels="as-is").about.classes == ()
    assert sl.load_data(file, classes=12).y.shape == (40, 12)
    refused(file, "classes is 9, expected at least 10, one for each column of the labels", classes=9)


@pytest.mark.parametrize("spoil", [2.0, 0.0])
def test_a_row_without_a_single_one_is_no_one_hot_row(spoil, tmp_path):
    y = np.eye(10)[SIX]
    y[7, SIX[7]] = spoil
    file = arrays(tmp_path, y)
    assert sl.load_data(file).labelling == "as-is"
    refused(
        file,
        "expected 1, or 0 and 1 with one 1 in each row, for labelling 'onehot' (as numbers: --labels as-is",
        labels="onehot",
    )


def test_several_columns_of_a_table_are_the_target(tmp_path):
    file = tmp_path / "mine.csv"
    rows = [f"{x:.3f},{int(k == 0)},{int(k == 1)},{int(k == 2)}" for x, k in zip(X[:, 0], SIX % 3, strict=True)]
    file.write_text("\n".join(["a,red,green,blue", *rows]) + "\n")
    data = sl.load_data(file, target=["red", "green", "blue"])
    assert data.about.classes == ("red", "green", "blue")
    assert data.x.shape == (40, 1)
    assert (data.y == np.eye(3)[SIX % 3]).all()
    numbers = sl.load_data(file, target=["a", 2])
    assert (numbers.labelling, numbers.y.shape, numbers.x.shape) == ("as-is", (40, 2), (40, 2))
    as_numbers = sl.load_data(file, target=["red", "green", "blue"], labels="as-is")
    assert (as_numbers.y == np.eye(3)[SIX % 3]).all()
    assert as_numbers.about.classes == ()
    centred = sl.load_data(file, target=["red", "green", "blue"], labels="centred")
    np.testing.assert_allclose(centred.y, as_numbers.y - as_numbers.y.mean(axis=0))
    gap = file.with_name("gap.csv")
    gap.write_text(file.read_text() + "1.5,0,,1\n")
    found = sl.load_data(gap, target=["red", "green", "blue"], missing="drop")
    assert (found.about.classes, len(found.y)) == (("red", "green", "blue"), 40)
    assert (found.y == np.eye(3)[SIX % 3]).all()
    assert sl.load_data(gap, target=["red", "green", "blue"], missing="drop", labels="is:red").y[0, 0] == 1
    refused(str(file), "target has 'red' more than once", target=["red", "2"])
    refused(str(file), "target is every column", target=[1, 2, 3, 4])
    refused(str(file), "target is 'red', which drop leaves out", target=["red", "green"], drop="red")


def test_classes_beyond_memory_are_refused_before_they_have_columns():
    said = "onehot labels of 1000 classes for 1000 samples would take about 8.58 MiB"
    with sl.limit("1M"), pytest.raises(sl.InputError, match=f"{said}.*as numbers, for regression: --labels as-is"):
        targets(np.arange(1000.0), "onehot")
    with sl.limit("1M"):
        assert targets(np.arange(1000.0) % 10, "onehot").shape == (1000, 10)


def test_more_outputs_than_classes(tmp_path):
    data = sl.load_data(arrays(tmp_path, SIX), labels="onehot")
    wide = for_outputs(data, 10)
    assert (wide.y == np.eye(10)[SIX]).all()
    assert "4 of 10 outputs are classes that no sample has" in wide.about.notes
    assert for_outputs(data, 6) is data
    assert for_outputs(data, 3) is data
    beyond = sl.load_data(arrays(tmp_path, SIX * 3), labels="onehot")  # up to 15
    assert for_outputs(beyond, 10) is beyond
    numbers = sl.load_data(arrays(tmp_path, SIX), labels="as-is")
    assert for_outputs(numbers, 10) is numbers


MODULE = """
from torch import nn

def build():
    return nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 10))

def dropping():
    return nn.Sequential(nn.Linear(8, 16), nn.Dropout(0.5), nn.GELU(approximate="tanh"), nn.Linear(16, 10))
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.py").write_text(MODULE)
    arrays(tmp_path, SIX)
    arrays(tmp_path, np.eye(10)[SIX], "wide.npz")
    (tmp_path / "words.csv").write_text(
        "".join(",".join(map(str, [*x, "abcdef"[k]])) + "\n" for x, k in zip(X, SIX, strict=True))
    )
    return tmp_path


@pytest.mark.parametrize("build", ["build", "dropping"])
@pytest.mark.parametrize("data", ["mine.npz", "wide.npz"])
def test_a_module_of_more_outputs_takes_fewer_classes(folder, build, data):
    needs("torch")
    prune = ["prune", "--model", f"own.py:{build}", "--method", "snip", "--data", data]
    assert main([*prune, "--out", "found.npz"]) == 0
    assert main([*prune[:-1], "wide.npz", "--labels", "as-is", "--out", "same.npz"]) == 0
    found, same = np.load("found.npz"), np.load("same.npz")
    assert all((found[name] == same[name]).all() for name in same.files)
    assert (
        main(["predict", "layers", "--method", "snip", "--model", f"own.py:{build}", "--data", data, "--networks", "2"])
        == 0
    )
    words = ["--model", f"own.py:{build}", "--data", data, "--methods", "random", "--networks", "2", "--no-learning"]
    assert main(["report", *words]) == 0


def test_words_say_how_many_classes_there_are(folder, capsys):
    needs("torch")
    for words in (
        ["prune", "--model", "own.py:build", "--method", "snip", "--out", "found.npz"],
        ["predict", "layers", "--method", "snip", "--model", "own.py:build"],
    ):
        assert main([*words, "--data", "words.csv"]) == 2
        assert "(for classes that no sample has: --classes 10, in Python classes=10)" in capsys.readouterr().err
        assert main([*words, "--data", "words.csv", "--classes", "10"]) == 0
        capsys.readouterr()
        assert main([*words, "--data", "mine.npz", "--labels", "as-is", "--loss", "mse"]) == 2
        assert "(as classes: --labels onehot" in capsys.readouterr().err
