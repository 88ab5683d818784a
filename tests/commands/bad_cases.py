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


# Plans of sweeps: the text of a file, and what is said of it

BAD_PLANS = {
    "no TOML": ("methods = [", "plan.toml: Invalid value (at end of document), expected a plan in TOML"),
    "bytes": ("\0", "plan.toml: Invalid statement (at line 1, column 1), expected a plan in TOML"),
    "an unknown axis": ('method = ["snip"]', "plan.toml: plan has 'method', expected methods, densities, widths"),
    "an unknown method": ('methods = ["snap"]', "plan.toml: methods has 'snap', expected snip, grasp"),
    "a method in a list": ('methods = [["snip"]]', "plan.toml: methods has ['snip'], expected snip, grasp"),
    "a word for a list": ('methods = "snip"', "plan.toml: methods is 'snip', expected a list"),
    "an empty list": ("widths = []", "plan.toml: widths is empty, expected one value at least"),
    "a density beyond 1": (
        "densities = [1.5]",
        "plan.toml: densities is 1.5, expected a number strictly between 0 and 1",
    ),
    "no number": ("densities = [nan]", "plan.toml: densities is nan, expected a number strictly between 0 and 1"),
    "a value twice": ("depths = [2, 2]", "plan.toml: depths has 2 twice, expected different values"),
    "no neuron": ("widths = [0]", "plan.toml: widths is 0, expected an integer from 1 to 65536"),
    "no seed": ("seeds = 0", "plan.toml: seeds is 0, expected an integer from 1 to 1000000"),
    "half a seed": ("seeds = 2.5", "plan.toml: seeds is 2.5, expected a list, or how many from 0"),
    "too much": ("seeds = 1000000\nwidths = [8, 9]", "the plan has 8000000 cases, expected at most 1000000"),
    "a missing file": ('data = ["none.csv"]', "none.csv: there is no such file, expected a file"),
    "no network": ("[options]\nnetworks = 0", "networks is 0, expected an integer from 1 to 1000"),
    "one sample": ("[options]\nsamples = 1", "samples is 1, expected an integer from 2"),
    "no round": ("[options]\nrounds = 0", "rounds is 0, expected an integer from 1 to 10000"),
    "a word for a truth": ('[options]\nsample = "no"', "sample is 'no', expected True or False"),
    "an unknown option": ("[options]\nseed = 1", "plan.toml: options has 'seed', expected labels, standardise"),
    "rounds of methods of one": (
        'methods = ["magnitude"]\n[options]\nrounds = 100',
        "rounds is 100: rounds of magnitude are not known here, expected magnitude in one round, or synflow-iterative",
    ),
}

# What is said of words: of a sweep whose plan is right, of a mask that can be scanned, of addresses of clusters

SWEEPS = [
    (["none.toml"], "none.toml: No such file or directory, expected a plan in TOML"),
    (["mask.npy"], "invalid start byte, expected a plan in TOML"),
    ([""], "the empty name: Is a directory, expected a plan in TOML"),
    ([], "the following arguments are required: PLAN.toml, expected a call as sparse-limits sweep --help shows it"),
    (
        ["plan.toml", "--seed", "1"],
        "unrecognized arguments: --seed 1, expected a call as sparse-limits sweep --help shows it",
    ),
    (["plan.toml", "--jobs", "x"], "--jobs is 'x', expected a whole number"),
    (["plan.toml", "--jobs", "0"], "--jobs is 0, expected an integer from 1 to 1024"),
    (["plan.toml", "--plot", "x.gif"], "x.gif: suffix is '.gif', expected .png or .svg"),
    (["plan.toml", "--keep", ""], "--keep is '', expected"),
    (["plan.toml", "--show", "x"], "--show is 'x', expected empty, first, paths"),
    (["plan.toml", "--shard", "3/2"], "--shard is '3/2', expected I/N with I from 1 to N, such as 2/4"),
    (["plan.toml", "--join", "none"], "--join is 'none', which has no results, expected the folder of a store"),
    (["plan.toml", "--keep", "mask.npy"], "--keep is 'mask.npy': File exists, expected a folder"),
    (["plan.toml", "--csv", "plan.toml"], "--csv is plan.toml, which PLAN.toml reads, expected another file"),
    (["plan.toml", "--jobs", "2", "--cluster", "local:2"], "not allowed with argument --jobs, expected one of them"),
]

SCANS = [
    ([], "the following arguments are required: MASK, expected a call as sparse-limits scan --help shows it"),
    (["none.npy"], "none.npy: there is no such file, expected a file"),
    (["net.npz"], "net.npz: holds several matrices, expected --layer with one of"),
    (["net.npz", "--layer", "c"], "--layer is 'c', which names 0 matrices, expected one of"),
    (["mask.npy", "--layer", "c"], "--layer is 'c', expected none: a .npy file holds one array"),
    (
        ["mask.npy", "--transposed", "c"],
        "--transposed is 'c', expected none for an array without a name, or --transpose",
    ),
    (["mask.npy", "--method", "snip"], "unrecognized arguments: --method snip, expected a call as sparse-limits scan"),
    (["mask.npy", "--cluster", "local:2"], "unrecognized arguments: --cluster local:2, expected a call as"),
    (["mask.npy", "--groups", "0"], "--groups is 0, expected an integer from 1 to 256"),
    (["mask.npy", "--groups", "1.5"], "--groups is '1.5', expected a whole number"),
    (["mask.npy", "--below", "nan"], "--below is nan, expected a finite number from 0"),
    (["mask.npy", "--json", "mask.npy"], "--json is mask.npy, which MASK reads, expected another file"),
]

CLUSTERS = {
    **dict.fromkeys(
        ("local:", "local:0", "local:-1", "local:x", "local:1025"), "expected from 1 to 1024 local workers"
    ),
    **dict.fromkeys(
        ("", " ", "nowhere", "tcp://", "tcp://127.0.0.1:1", "tcp://127.0.0.1:99999", "LOCAL:2"),
        "where no scheduler answers, expected the address of a dask scheduler such as tcp://127.0.0.1:8786, or local:4",
    ),
}
