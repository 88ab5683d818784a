"""Samples from files of arrays: matrices of NumPy and PyTorch, images, and what must be refused."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from helpers import needs
from small_data import refused

from sparse_limits.numerics.cli import main
from sparse_limits.numerics.columns import About
from sparse_limits.numerics.data import digits, load_data
from sparse_limits.numerics.limits import limit

RNG = np.random.default_rng(5)
X, Y = RNG.standard_normal((6, 3)), np.array([0, 1, 2, 0, 1, 2])
GREY, COLOURS = RNG.random((6, 4, 5)), RNG.random((6, 4, 5, 3))


@pytest.mark.parametrize(("target", "last"), [(None, True), (4, True), ("column 4", True), ("1", False)])
def test_a_matrix_holds_its_target_in_a_column(tmp_path, target, last):
    np.save(tmp_path / "mine.npy", np.column_stack([X, Y] if last else [Y, X]))
    data = load_data(tmp_path / "mine.npy", target=target)
    np.testing.assert_array_equal(data.x, X)
    np.testing.assert_array_equal(data.y, np.eye(3)[Y])
    assert data.about.inputs == ()
    assert data.about.target == ("column 4" if last else "column 1")
    assert data.about.notes[0].startswith(f"target: {data.about.target}")


@pytest.mark.parametrize(
    ("images", "shape", "picture"),
    [
        (GREY, (4, 5), GREY[0]),
        (COLOURS, (4, 5, 3), COLOURS[0].mean(axis=2)),
        (COLOURS.transpose(0, 3, 1, 2), (3, 4, 5), COLOURS[0].mean(axis=2)),
    ],
)
def test_images_are_flattened_and_drawn(tmp_path, monkeypatch, images, shape, picture):
    monkeypatch.chdir(tmp_path)
    np.savez("mine.npz", x=images, y=Y)
    data = load_data("mine.npz")
    np.testing.assert_array_equal(data.x, images.reshape(6, -1))
    assert data.about.image == shape
    np.testing.assert_allclose(data.about.picture(data.x[0]), picture)
    assert any(note.startswith(f"images of {' x '.join(map(str, shape))}") for note in data.about.notes)
    assert (
        main(["predict", "columns", "--method", "wanda", "--width", "16", "--data", "mine.npz", "--plot", "mine.png"])
        == 0
    )
    with open("mine.png", "rb") as file:
        assert file.read(4) == b"\x89PNG"


def test_numbers_that_are_no_images_have_no_picture():
    assert About().picture(X[0]) is None
    assert digits().about.picture(np.zeros(64)).shape == (8, 8)


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (lambda file: np.save(file, GREY), "holds one array of shape (6, 4, 5), expected a matrix with the target"),
        (lambda file: np.save(file, X[0]), "holds one array of shape (3,)"),
        (lambda file: np.save(file, X[:, :1]), "has 1 column"),
        (lambda file: np.save(file, X[:1]), "there is 1 sample"),
        (lambda file: np.save(file, X[:0]), "expected"),
        (lambda file: np.save(file, X.astype(str)), "holds entries <U32, expected numbers"),
        (lambda file: np.save(file, X * np.inf), "x holds nan or infinite entries"),
        (lambda file: np.save(file, np.where(X > 0, np.nan, X)), "missing values in column 1"),
        (lambda file: np.save(file, X.astype(object)), "damaged"),
        (lambda file: file.write_bytes(pickle.dumps(X)), "damaged"),
        (lambda file: file.write_bytes(b""), "damaged"),
    ],
)
def test_bad_matrices_are_refused(tmp_path, write, message):
    file = tmp_path / "mine.npy"
    write(file)
    said = refused(file)
    assert message in said
    assert str(file) in said


def test_a_matrix_that_says_more_than_it_holds(tmp_path):
    np.save(tmp_path / "mine.npy", X)
    content = (tmp_path / "mine.npy").read_bytes()
    (tmp_path / "mine.npy").write_bytes(content.replace(b"(6, 3)", b"(9, 9)"))
    assert "damaged" in refused(tmp_path / "mine.npy")


@pytest.mark.parametrize("channels", [2, 5])
def test_images_have_one_three_or_four_colours(tmp_path, channels):
    np.savez(tmp_path / "mine.npz", x=np.zeros((6, channels, 7, channels)), y=Y)
    assert "expected images [N, h, w], [N, h, w, c] or [N, c, h, w] with c 1, 3 or 4" in refused(tmp_path / "mine.npz")


@pytest.mark.parametrize("form", ["names", "pair", "half", "matrix"])
@pytest.mark.parametrize("suffix", [".pt", ".pth"])
def test_tensors(tmp_path, form, suffix):
    torch = needs("torch")
    file = tmp_path / f"mine{suffix}"
    x, y = torch.tensor(X), torch.tensor(Y)
    held = {
        "names": {"X": x.requires_grad_(), "y": y, "more": 3},
        "pair": (x, y),
        "half": [x.to(torch.bfloat16), y[:, None]],
        "matrix": torch.column_stack([x, y]),
    }[form]
    torch.save(held, file)
    data = load_data(file)
    np.testing.assert_allclose(data.x, X, rtol=0.01 if form == "half" else 0)
    np.testing.assert_array_equal(data.y, np.eye(3)[Y])


@pytest.mark.parametrize(
    ("held", "message"),
    [
        (lambda torch: {"x": torch.zeros(3, 2)}, "holds x, expected arrays x (or X) and y"),
        (lambda torch: {}, "holds nothing, expected arrays"),
        (lambda torch: {"x": 1, "y": torch.zeros(3)}, "x is int, expected a tensor"),
        (lambda torch: (torch.zeros(3, 2), None), "y is NoneType, expected a tensor"),
        (lambda torch: [torch.zeros(3, 2)], "holds list, expected tensors alone"),
        (lambda torch: (torch.zeros(3, 2), torch.zeros(2)), "x has 3 samples, y has 2"),
        (lambda torch: (torch.zeros(3, 2).to_sparse(), torch.zeros(3)), "neither sparse nor quantized"),
        (lambda torch: (torch.zeros(3, 2) * 1j, torch.zeros(3)), "expected real numbers"),
        (
            lambda torch: (torch.zeros(1).expand(2**30, 2), torch.zeros(3)),
            "numbers in x and y would take about 48 GiB, expected at most 4 GiB",
        ),
        (
            lambda torch: torch.zeros(1).expand(2**30, 2),
            "numbers in x and y would take about 48 GiB, expected at most 4 GiB",
        ),
        (lambda torch: torch.zeros(3, 2, 2), "holds one array of shape (3, 2, 2)"),
        (lambda torch: torch.nn.Linear(2, 2), "holds pickled objects; expected tensors alone"),
    ],
)
def test_bad_tensors_are_refused(tmp_path, held, message):
    torch = needs("torch")
    torch.save(held(torch), tmp_path / "mine.pt")
    with limit("4G"):
        said = refused(tmp_path / "mine.pt")
    assert message in said
    assert str(tmp_path / "mine.pt") in said


def test_pickled_tensors_are_not_run(tmp_path):
    needs("torch")

    class Trap:
        def __reduce__(self):
            return (pytest.fail, ("the file ran code",))

    (tmp_path / "mine.pt").write_bytes(pickle.dumps(Trap()))
    assert "damaged, or holds pickled objects" in refused(tmp_path / "mine.pt")


def test_tensors_need_pytorch(tmp_path, monkeypatch):
    monkeypatch.setattr("sparse_limits.numerics.files.sample_arrays.find_spec", lambda name: None)
    (tmp_path / "mine.pt").write_bytes(b"")
    assert "PyTorch is not installed, expected after pip install torch" in refused(tmp_path / "mine.pt")


def test_arrays_name_their_own_target(tmp_path):
    np.savez(tmp_path / "mine.npz", x=X, y=Y)
    assert "target is 'y', expected none: the target is the array y" in refused(tmp_path / "mine.npz", target="y")
