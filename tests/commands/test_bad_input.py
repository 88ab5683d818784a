"""What users give: numbers that are none, files of other kinds, and whether each is refused in one line, or answered."""

from __future__ import annotations

import numpy as np
import pytest
from bad_cases import BAD_FILES, FIT, FIT_DATA, MASK, PREDICT, RNG, TICKET, X, Y, answered, refused

# Data


def with_entry(value: float) -> np.ndarray:
    return np.where(np.arange(X.size).reshape(X.shape) == 7, value, X)


BAD_DATA = {
    "nan in x": (with_entry(np.nan), Y),
    "inf in x": (with_entry(np.inf), Y),
    "-inf in x": (with_entry(-np.inf), Y),
    "nan in y": (X, Y * np.nan),
    "inf in y": (X, Y * np.inf),
    "no sample": (X[:0], Y[:0]),
    "no input": (X[:, :0], Y),
    "one sample": (X[:1], Y[:1]),
    "fewer labels": (X, Y[:-1]),
    "a vector": (X[0], Y),
    "three axes": (X[None], Y),
    "a number": (np.array(1.0), Y),
    "labels of three axes": (X, Y[None, :, None]),
    "complex": (X + 0j, Y),
    "letters": (X.astype(str), Y),
    "objects": (X.astype(object), Y),
    "dates": (X.astype("datetime64[s]"), Y),
    "records": (np.zeros(40, "f8,f8"), Y),
}


LARGE_OR_SMALL = {"x e300": (X * 1e300, Y), "x e-300": (X * 1e-300, Y), "one e31": (with_entry(1e31), Y)}


ODD_DATA = {
    "two samples": (X[:2], np.array([1.0, -1.0])),
    "constant x": (np.ones_like(X), Y),
    "one sample again and again": (np.repeat(X[:1], 40, axis=0), Y),
    "constant y": (X, np.ones(40)),
    "one input": (X[:, :1], Y),
    "an outlier": (with_entry(1e29), Y),
    "whole numbers": ((10 * X).astype(np.int8), Y.astype(int)),
    "booleans": (X > 0, Y > 0),
    "halves": (X.astype(np.float16), Y),
    "the largest whole numbers": (np.full((40, 6), 2**64 - 1, np.uint64), Y),
    "five outputs": (X, RNG.standard_normal((40, 5))),
}


@pytest.mark.parametrize("command", [[*PREDICT, "snip"], [*PREDICT, "random"], FIT_DATA], ids=" ".join)
@pytest.mark.parametrize("kind", BAD_DATA)
@pytest.mark.filterwarnings("ignore:invalid value encountered in cast")
def test_data_that_are_none(here, capsys, command, kind) -> None:
    x, y = BAD_DATA[kind]
    np.savez("x.npz", x=x, y=y)
    refused(capsys, here, command)


@pytest.mark.parametrize("kind", LARGE_OR_SMALL)
def test_data_beyond_the_floats_are_refused_unless_standardised(here, capsys, kind) -> None:
    x, y = LARGE_OR_SMALL[kind]
    np.savez("x.npz", x=x, y=y)
    for method in ("snip", "grasp", "wanda"):
        refused(capsys, here, [*PREDICT, method], "standardise the columns")
    refused(capsys, here, FIT_DATA, "standardise the columns")
    np.savez("x.npz", x=X, y=Y * np.abs(x).max())
    refused(capsys, here, [*PREDICT, "snip"], "scale the targets")
    answered(capsys, here, [*PREDICT, "wanda"])  # reads no labels


@pytest.mark.parametrize("kind", LARGE_OR_SMALL)
def test_standardised_data_know_no_scale(here, capsys, kind) -> None:
    np.savez("x.npz", x=LARGE_OR_SMALL[kind][0], y=Y)
    answered(capsys, here, [*PREDICT, "snip", "--standardise"])


@pytest.mark.parametrize("kind", ODD_DATA)
def test_odd_data_are_answered(here, capsys, kind) -> None:
    x, y = ODD_DATA[kind]
    np.savez("x.npz", x=x, y=y)
    for method in ("random", "snip", "grasp", "wanda"):
        if kind == "one input" and method == "wanda":
            refused(capsys, here, [*PREDICT, method], "of the 1 weights of each row")
        else:
            answered(capsys, here, [*PREDICT, method])


@pytest.mark.parametrize("kind", ["x", "y"])
def test_zeros_have_no_saliency(here, capsys, kind) -> None:
    np.savez("x.npz", x=0 * X if kind == "x" else X, y=0 * Y if kind == "y" else Y)
    for method in ("snip", "grasp"):
        refused(capsys, here, [*PREDICT, method], "P(S = 0) = 1")


def test_rows_that_cannot_differ_have_no_noise(here, capsys) -> None:
    """Of an outlier Wanda keeps its column alone, whatever the weights."""
    np.savez("x.npz", x=with_entry(1e29), y=Y)
    out = answered(capsys, here, [*PREDICT, "wanda", "--density", "0.1"])
    assert "noise floor 0.0000" in out


def test_a_first_line_that_is_no_row_is_named(here, capsys) -> None:
    """As in scikit-learn's files: how many rows and columns follow, and the names of the classes."""
    rows = ["3,2,first,second", "1.5,2,0,4,1", "2.5,1,3,1,0", "0.5,2,7,1,1"]
    (here / "wine.csv").write_text("\n".join(rows))
    refused(
        capsys,
        here,
        ["report", "wine.csv"],
        "row 1 (line 1) has 4 fields and each other row 5, expected as many in all: leave",
    )


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("kind", BAD_FILES)
def test_files_that_hold_no_data(here, capsys, kind) -> None:
    name, write = BAD_FILES[kind]
    write(here / name)
    for command in (["predict", "columns", "--method", "snip"], FIT, TICKET):
        refused(capsys, here, [*command, "--data", name])


BAD_MASKS = {
    "nan": ("f.npy", MASK * np.nan),
    "inf": ("f.npy", np.where(MASK, np.inf, 0)),
    "large": ("f.npy", MASK * 1e300),
    "small": ("f.npy", MASK * 1e-300),
    "negative": ("f.npy", -1.0 * MASK),
    "no row": ("f.npy", MASK[:0]),
    "no column": ("f.npy", MASK[:, :0]),
    "vector": ("f.npy", MASK[0]),
    "number": ("f.npy", np.array(1.0)),
    "complex": ("f.npy", MASK + 0j),
    "letters": ("f.npy", MASK.astype(str)),
    "objects": ("f.npy", MASK.astype(object)),
}


@pytest.mark.parametrize("kind", BAD_MASKS)
def test_arrays_that_are_no_masks(here, capsys, kind) -> None:
    name, array = BAD_MASKS[kind]
    np.save(name, array, allow_pickle=True)
    for command in ("fit", "scan"):
        refused(capsys, here, [command, name])


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("suffix", [".npy", ".npz", ".pt", ".pth", ".txt", ""])
@pytest.mark.parametrize("kind", ["text", "nothing", "pickle", "truncated", "doubled", "folder", "missing"])
def test_files_that_hold_no_mask(here, capsys, kind, suffix) -> None:
    name = f"f{suffix}"
    with (here / "made").open("wb"):
        BAD_FILES[kind][1](here / "made.npz")
    if (here / "made.npz").exists():
        (here / "made.npz").rename(name)
    for command in ("fit", "scan"):
        refused(capsys, here, [command, name])


@pytest.mark.parametrize(
    "mask",
    [
        np.ones((4, 3)),
        np.zeros((4, 3)),
        np.ones((1, 1)),
        MASK[:1],
        MASK[:, :1],
        np.eye(9),
        np.kron(np.eye(3), np.ones((3, 3))),
    ],
    ids=["full", "empty", "one entry", "one row", "one column", "identity", "blocks"],
)
def test_odd_masks_are_answered(here, capsys, mask) -> None:
    np.save("mask.npy", mask)
    answered(capsys, here, FIT)
    if mask.shape[1] == X.shape[1]:
        answered(capsys, here, FIT_DATA)
