"""What tests of bad input share."""

from __future__ import annotations

import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sparse_limits.numerics.cli import main

RNG = np.random.default_rng(0)


X, Y = RNG.standard_normal((40, 6)), np.sign(RNG.standard_normal(40))


MASK = RNG.random((12, 6)) < 0.4


IN, OUT = RNG.standard_normal((6, 3)), RNG.standard_normal((3, 2))


PREDICT = ["predict", "columns", "--width", "24", "--fresh-rows", "100", "--data", "x.npz", "--method"]


FIT = ["fit", "mask.npy"]
FIT_DATA = [*FIT, "--data", "x.npz", "--fresh-rows", "100"]


TICKET = ["ticket", "--target", "net.npz", "--epsilon", "0.1"]


def called(capsys: pytest.CaptureFixture[str], folder: Path, words: list[str]) -> tuple[int, str, str]:
    """Status, standard output and standard error; nothing may be written to the folder, nor any traceback shown."""
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    status = main(words)
    out, said = capsys.readouterr()
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before
    assert "Traceback" not in said
    return status, out, said


def refused(capsys: pytest.CaptureFixture[str], folder: Path, words: list[str], expected: str = "expected") -> None:
    status, out, said = called(capsys, folder, words)
    assert (status, out) == (2, "")
    assert said.startswith("sparse-limits: ")
    assert said.count("\n") == 1
    assert said[:-1].isprintable()
    assert expected in said


def answered(capsys: pytest.CaptureFixture[str], folder: Path, words: list[str]) -> str:
    """The answer, which holds no number that is none."""
    status, out, said = called(capsys, folder, words)
    assert (status, said) == (0, "")
    assert not {"nan", "-nan", "inf", "-inf"} & {*out.lower().split()}
    return out


# Files of data


def pickled(file: Path) -> None:
    file.write_bytes(pickle.dumps({"x": X, "y": Y}))


def truncated(file: Path) -> None:
    np.savez(file, x=X, y=Y)
    file.write_bytes(file.read_bytes()[:-30])


def doubled(file: Path) -> None:
    np.savez(file, x=X, y=Y)
    with zipfile.ZipFile(file, "a") as archive, archive.open("x.npy", "w") as member:
        np.save(member, -X)


BAD_FILES: dict[str, tuple[str, Callable[[Path], object]]] = {
    "text": ("f.npz", lambda file: file.write_text("hello", "utf-8")),
    "nothing": ("f.npz", lambda file: file.touch()),
    "pickle": ("f.npz", pickled),
    "truncated": ("f.npz", truncated),
    "doubled": ("f.npz", doubled),
    "folder": ("f.npz", lambda file: file.mkdir()),
    "missing": ("f.npz", lambda file: None),
    "other names": ("f.npz", lambda file: np.savez(file, a=X)),
    "words": ("f.csv", lambda file: file.write_text("1,2,3\n3,a,4\n", "utf-8")),
    "ragged": ("f.csv", lambda file: file.write_text("1,2,3\n4,5\n", "utf-8")),
    "gaps": ("f.csv", lambda file: file.write_text("1,2,3\n4,,6\n", "utf-8")),
    "nan": ("f.csv", lambda file: file.write_text("1,2,3\n4,nan,6\n", "utf-8")),
    "empty csv": ("f.csv", lambda file: file.touch()),
    "bytes": ("f.csv", lambda file: file.write_bytes(b"\xff\xfe1,2\n")),
    "folder csv": ("f.csv", lambda file: file.mkdir()),
    "another suffix": ("f.txt", lambda file: file.write_text("1,2\n3,4\n", "utf-8")),
    "no name": ("", lambda file: None),
}
