"""Samples in memory: arrays (x, y), loaders and datasets of torch, read as files of the same arrays are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from helpers import needs
from small_data import refused

import sparse_limits as sl
from sparse_limits.numerics.cli import main
from sparse_limits.numerics.columns import channels_last
from sparse_limits.numerics.limits import limit

RNG = np.random.default_rng(3)
X, CLASSES = RNG.standard_normal((30, 1, 5, 6)), RNG.integers(0, 3, 30)
ROWS = X.reshape(30, 30)
CODE = """
import numpy as np
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
import torch

with np.load("mine.npz") as held:
    X, Y = torch.as_tensor(held["x"]), torch.as_tensor(held["y"])

def build(): return nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(48, 3))
def loader(): return DataLoader(TensorDataset(X, Y), batch_size=7)
def words(): return "mine.npz"
"""


def in_parts(x=X, y=CLASSES):
    return ((x[at : at + 7], y[at : at + 7]) for at in range(0, len(x), 7))


def assert_same(found, stored):
    np.testing.assert_array_equal(found.x, stored.x)
    np.testing.assert_array_equal(found.y, stored.y)
    assert (found.labelling, found.about) == (stored.labelling, stored.about)


@pytest.fixture
def stored(tmp_path):
    np.savez(tmp_path / "mine.npz", x=X, y=CLASSES)
    return tmp_path / "mine.npz"


def test_arrays_and_batches_are_read_as_a_file_of_them_is(stored):
    for held in ((X, CLASSES), [X, CLASSES], in_parts(), [*in_parts()]):
        assert_same(sl.load_data(held), sl.load_data(stored))
    assert_same(sl.DataSource(in_parts(), labels="is:1").read(), sl.load_data(stored, "is:1"))
    gaps = np.where(ROWS > 2, np.nan, ROWS)
    assert len(sl.load_data((gaps, CLASSES), missing="drop").x) == int((ROWS <= 2).all(axis=1).sum()) < 30


def test_loaders_and_datasets_of_torch_are_read_whole(stored):
    torch = needs("torch")
    data = torch.utils.data.TensorDataset(torch.tensor(X), torch.tensor(CLASSES))
    for held in (data, torch.utils.data.DataLoader(data, batch_size=4), (torch.tensor(X), torch.tensor(CLASSES))):
        assert_same(sl.load_data(held), sl.load_data(stored))
    assert sl.load_data(torch.utils.data.DataLoader(data, batch_size=4)).name == "DataLoader"


def test_batches_that_come_only_once_are_read_once_for_all_methods():
    asked = {"units": 64, "samples": 20}
    found = sl.compare_methods(in_parts(ROWS), [8], **asked)
    from_arrays = sl.compare_methods((ROWS, CLASSES), [8], **asked)
    shares = [[layer.predicted for layer in each.layers] for each in found.results]
    assert len(shares) > 2
    assert shares == [[layer.predicted for layer in each.layers] for each in from_arrays.results]


def test_a_module_is_predicted_on_a_loader_as_on_a_file(stored, monkeypatch, capsys):
    torch = needs("torch")
    monkeypatch.chdir(stored.parent)
    Path("own.py").write_text(CODE, "utf-8")

    def build():
        nn = torch.nn
        return nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(48, 3))

    loader = torch.utils.data.DataLoader([*zip(torch.tensor(X), CLASSES, strict=True)], batch_size=7)
    answers = [
        [layer.observed for layer in sl.predict("snip", data, build, networks=2).layers] for data in (loader, stored)
    ]
    assert answers[0] == answers[1]
    words = ["predict", "layers", "--method", "snip", "--model", "own.py:build", "--networks", "2", "--quiet", "--data"]
    assert main([*words, "own.py:loader"]) == 0
    head, tables = capsys.readouterr().out.split("Densities of layers")
    assert "own.py:loader, labels onehot: 30 samples" in head
    assert main([*words, "mine.npz"]) == 0
    assert tables == capsys.readouterr().out.split("Densities of layers")[1]
    assert main([*words, "own.py:words"]) == 2
    assert "--data is 'mine.npz', expected digits, a file's name, two arrays (x, y)" in capsys.readouterr().err
    for command in (words, ["report", "--widths", "8", "--data"], ["fit", "mask.npy", "--data"]):
        assert main([*command, "own.py"]) == 2
        assert "--data is 'own.py', expected the function in it, too, as own.py:loader" in capsys.readouterr().err
    assert main([*words, "own.py:loader", "--json", "own.py"]) == 2
    assert "--json is own.py, which --data reads, expected another file" in capsys.readouterr().err


def test_a_report_on_a_loader_names_no_file(stored, monkeypatch, capsys):
    needs("torch")
    monkeypatch.chdir(stored.parent)
    Path("own.py").write_text(CODE, "utf-8")
    asked = ["--widths", "8", "--methods", "random", "--no-learning", "--quiet", "--html", "page.html"]
    for named in (["--data", "own.py:loader"], ["own.py:loader"]):
        assert main(["report", *asked, *named]) == 0
        assert "30 × 8 × 3, on the data own.py:loader?" in capsys.readouterr().out
    assert main(["report", *asked, "own.py"]) == 2
    assert "--data is 'own.py', expected the function in it, too, as own.py:loader" in capsys.readouterr().err


BAD = {
    "source is 3, expected digits, a file's name, two arrays (x, y), or a loader": 3,
    "source is None, expected": None,
    "source is dict, expected": {"x": X, "y": CLASSES},
    "source is ndarray, expected": X,
    "source has no batch, expected at least one": [],
    "a batch of source is dict, expected two tensors or arrays (x, y); for other batches: sl.prune": [{"x": X}],
    "a batch of source is tuple (list, list), expected": [([1.0], [0])],
    "source has x of shape (30, 1, 5, 6) with y of shape (29,), expected as many": (X, CLASSES[1:]),
    "source has x of shape (5,) with y of shape (), expected": [(X[0, 0, :, 0], np.array(1))],
    "source has inputs of shape (1, 5, 5) and of shape (1, 5, 6), expected one shape": [
        (X, CLASSES),
        (X[..., 1:], CLASSES),
    ],
    "arrays: x holds nan: missing values in input 0 (1)": (np.array([[np.nan, 1.0], [2.0, 3.0]]), CLASSES[:2]),
    "list: there is 1 sample, expected at least 2": [(ROWS[:1], CLASSES[:1])],
}


@pytest.mark.parametrize("said", BAD)
def test_what_holds_no_samples_is_refused_in_one_line(said):
    assert refused(BAD[said]).startswith(said)


def test_columns_of_arrays_have_no_names():
    assert "target is '2', expected none: the target is the array y" in refused((ROWS, CLASSES), target=2)
    assert "drop is '2', expected none: the inputs are the array x" in refused((ROWS, CLASSES), drop=2)


def test_what_raises_shows_its_own_traceback(capsys):
    def raising():
        yield ROWS, CLASSES
        raise RuntimeError("the disk is gone")

    with pytest.raises(sl.InputError, match=r"^'data' raised RuntimeError, expected batches \(x, y\)$"):
        sl.predict("snip", raising(), [8])
    said = capsys.readouterr().err
    assert "the disk is gone" in said
    assert "numerics" not in said


def test_more_than_memory_holds_is_refused_at_the_first_batch():
    read = []

    class Large:
        def __len__(self):
            return 10**6

        def __iter__(self):
            for place in range(10**6):
                read.append(place)
                yield ROWS, CLASSES

    with limit("1G"):
        assert "expected" in refused(Large())
    assert read == [0]


@pytest.mark.parametrize(
    ("shape", "last"),
    [((28, 28, 1), True), ((1, 28, 28), False), ((1, 4, 4), False), ((4, 4, 1), True), ((3, 3, 3), True)],
)
def test_where_two_sides_may_be_channels_a_square_decides(shape, last):
    assert channels_last(shape) is last


@pytest.mark.parametrize("shape", [(1, 4, 4), (4, 4, 1)])
def test_a_module_takes_small_images_of_either_order(shape):
    torch = needs("torch")
    data = sl.load_data((RNG.standard_normal((30, *shape)), CLASSES), "onehot")
    module = torch.nn.Sequential(torch.nn.Conv2d(1, 4, 3), torch.nn.Flatten(), torch.nn.Linear(16, 3))
    assert set(sl.prune(module, "snip", 0.5, data)) == {"0", "2"}
