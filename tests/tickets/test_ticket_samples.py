"""Samples for a target: a column of labels by name, missing values, images, x alone, and what is said of them."""

import json

import numpy as np
import pytest
from helpers import needs

import sparse_limits as sl
from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.cli import main
from sparse_limits.numerics.tickets.cases import from_files
from sparse_limits.numerics.tickets.limits import USUAL
from sparse_limits.numerics.tickets.samples import Columns, read_samples

RNG = np.random.default_rng(5)
X, PLACES = RNG.random((12, 3)), np.arange(12) % 3
WORDS = np.array(["ant", "bee", "cat"])


@pytest.fixture
def folder(tmp_path):
    np.savez(tmp_path / "net.npz", weights_1=RNG.normal(size=(3, 3)))
    rows = [[WORDS[place], *map(str, row)] for place, row in zip(PLACES, X.tolist(), strict=True)]
    head = ["kind", "a", "b", "c"]
    write(tmp_path / "first.csv", [head, *rows])
    write(tmp_path / "numbers.csv", [head, *([str(place), *row[1:]] for place, row in zip(PLACES, rows, strict=True))])
    rows[4][2] = ""
    write(tmp_path / "holes.csv", [head, *rows])
    holes = X.copy()
    holes[4, 1] = np.nan
    np.savez(tmp_path / "holes.npz", x=holes, y=PLACES)
    return tmp_path


def write(path, rows):
    path.write_text("\n".join(map(",".join, rows)))


def samples(folder, name, *columns):
    return from_files(f"{folder}/net.npz", f"{folder}/{name}", True, USUAL, Columns(*columns)).samples


def refused(capsys, folder, name, *words):
    assert main(["ticket", "--target", f"{folder}/net.npz", "--data", f"{folder}/{name}", *words]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    return line


@pytest.mark.parametrize("column", ["kind", "1", 1])
@pytest.mark.parametrize("name", ["first.csv", "numbers.csv"])
def test_a_column_of_labels_need_not_be_the_last(folder, name, column):
    found = samples(folder, name, column)
    np.testing.assert_array_equal(found.x[:, :, 0], X)
    np.testing.assert_array_equal(found.labels, PLACES)
    assert ("outputs by labels: ant 0, bee 1, cat 2" in found.name) == (name == "first.csv")


@pytest.mark.parametrize("name", ["holes.csv", "holes.npz"])
def test_missing_values_are_refused_left_out_or_filled_in(capsys, folder, name):
    column = "kind" if name == "holes.csv" else None
    words = () if column is None else ("--label-column", column)
    assert "--missing drop" in refused(capsys, folder, name, *words)
    left = samples(folder, name, column, "drop")
    np.testing.assert_array_equal(left.x[:, :, 0], np.delete(X, 4, axis=0))
    np.testing.assert_array_equal(left.labels, np.delete(PLACES, 4))
    assert "1 sample with missing values is left out" in left.name
    filled = samples(folder, name, column, "mean")
    np.testing.assert_allclose(filled.x[4, 1, 0], np.delete(X[:, 1], 4).mean())
    assert "missing values are the means of their columns" in filled.name


def test_the_command_takes_both_and_says_so(capsys, folder):
    words = ["--label-column", "kind", "--missing", "drop", "--epsilon", "1e-3", "--json", "-"]
    assert main(["ticket", "--target", f"{folder}/net.npz", "--data", f"{folder}/holes.csv", *words]) == 0
    assert json.loads(capsys.readouterr().out)["samples"]["count"] == 11


def test_each_refusal_is_one_line_that_names_the_option(capsys, folder):
    assert "--label-column is 'kinds' (did you mean 'kind'?)" in refused(
        capsys, folder, "first.csv", "--label-column", "kinds"
    )
    assert "--label-column names a column" in refused(capsys, folder, "first.csv")
    assert "--label-column is '1', expected none" in refused(capsys, folder, "holes.npz", "--label-column", "1")
    assert "--missing is 'mode', expected drop or mean" in refused(capsys, folder, "first.csv", "--missing", "mode")
    assert main(["ticket", "--target", f"{folder}/net.npz", "--missing", "drop"]) == 2
    assert "--missing is given, expected only beside --data" in capsys.readouterr().err


def test_images_in_an_archive_are_flattened(tmp_path):
    np.savez(tmp_path / "net.npz", weights_1=RNG.normal(size=(6, 2)))
    x = RNG.random((5, 2, 3))
    np.savez(tmp_path / "images.npz", x=x)
    np.testing.assert_array_equal(samples(tmp_path, "images.npz").x[:, :, 0], x.reshape(5, 6))


def test_a_tensor_x_may_stand_alone(folder):
    torch = needs("torch")
    torch.save({"x": torch.tensor(X)}, folder / "x.pt")
    found = samples(folder, "x.pt")
    np.testing.assert_array_equal(found.x[:, :, 0], X)
    assert found.labels is None


@pytest.mark.parametrize("kind", ["names", "pair"])
def test_labels_that_stand_apart_are_no_input(tmp_path, kind):
    """A target of one input more would else read them as its last one."""
    torch = needs("torch")
    x, y = torch.randn(6, 3), torch.arange(6) % 2
    torch.save({"x": x, "y": y} if kind == "names" else (x, y), tmp_path / "a.pt")
    found = read_samples(str(tmp_path / "a.pt"), 4, USUAL, Columns())
    assert found.x.shape == (6, 3)
    assert found.y is not None
    torch.save(torch.cat([x, y[:, None]], dim=1), tmp_path / "b.pt")  # one matrix of four columns has no labels
    assert read_samples(str(tmp_path / "b.pt"), 4, USUAL, Columns()).x.shape == (6, 4)


def test_a_place_that_cannot_be_written_is_refused_before_the_search(folder):
    told = []
    with pytest.raises(InputError, match=r"the folder .*nowhere does not exist"):
        sl.ticket(
            f"{folder}/net.npz",
            epsilon=0.1,
            output=f"{folder}/nowhere/t.npz",
            progress=lambda *words: told.append(words),
        )
    assert told == []
