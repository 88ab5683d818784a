"""What users give: numbers that are none, files of other kinds, and whether each is refused in one line, or answered."""

from __future__ import annotations

import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from numerics.cli import in_options, main

RNG = np.random.default_rng(0)
X, Y = RNG.standard_normal((40, 6)), np.sign(RNG.standard_normal(40))
MASK = RNG.random((12, 6)) < 0.4
IN, OUT = RNG.standard_normal((6, 3)), RNG.standard_normal((3, 2))

PREDICT = ["predict", "--width", "24", "--fresh-rows", "100", "--data", "x.npz", "--method"]
FIT = ["fit", "mask.npy", "--fresh-rows", "100"]
TICKET = ["ticket", "--target", "net.npz", "--epsilon", "0.1"]
STUDIES = ("gap", "lifts", "generalisation", "origins", "depth")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    np.savez("x.npz", x=X, y=Y)
    np.save("mask.npy", MASK)
    np.savez("net.npz", weights_1=IN, weights_2=OUT)
    return tmp_path


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


@pytest.mark.parametrize("command", [[*PREDICT, "snip"], [*PREDICT, "random"], [*FIT, "--data", "x.npz"]], ids=" ".join)
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
    refused(capsys, here, [*FIT, "--data", "x.npz"], "standardise the columns")
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


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("kind", BAD_FILES)
def test_files_that_hold_no_data(here, capsys, kind) -> None:
    name, write = BAD_FILES[kind]
    write(here / name)
    for command in (["predict", "--method", "snip"], FIT, TICKET):
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
    refused(capsys, here, ["fit", name])


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("suffix", [".npy", ".npz", ".pt", ".pth", ".txt", ""])
@pytest.mark.parametrize("kind", ["text", "nothing", "pickle", "truncated", "doubled", "folder", "missing"])
def test_files_that_hold_no_mask(here, capsys, kind, suffix) -> None:
    name = f"f{suffix}"
    with (here / "made").open("wb"):
        BAD_FILES[kind][1](here / "made.npz")
    if (here / "made.npz").exists():
        (here / "made.npz").rename(name)
    refused(capsys, here, ["fit", name])


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
        answered(capsys, here, [*FIT, "--data", "x.npz"])


# Networks and tickets

BAD_NETWORKS = {
    "nan": (IN * np.nan, OUT),
    "inf": (IN, OUT * np.inf),
    "zeros": (0 * IN, OUT),
    "no unit": (IN[:, :0], OUT[:0]),
    "no chain": (IN, OUT.T),
    "vector": (IN[0], OUT),
    "complex": (IN + 0j, OUT),
    "booleans": (IN > 0, OUT),
    "letters": (IN.astype(str), OUT),
    "objects": (IN.astype(object), OUT),
}


@pytest.mark.parametrize("kind", BAD_NETWORKS)
def test_networks_that_are_none(here, capsys, kind) -> None:
    first, second = BAD_NETWORKS[kind]
    np.savez("net.npz", weights_1=first, weights_2=second)
    refused(capsys, here, TICKET)


@pytest.mark.parametrize("scale", [1e300, 1e-300])
def test_networks_know_no_scale(here, capsys, scale) -> None:
    np.savez("net.npz", weights_1=IN * scale, weights_2=OUT)
    answered(capsys, here, TICKET)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("kind", [kind for kind, (name, _) in BAD_FILES.items() if name == "f.npz"])
def test_files_that_hold_no_ticket(here, capsys, kind) -> None:
    BAD_FILES[kind][1](here / "f.npz")
    refused(capsys, here, ["ticket", "--check", "f.npz"])
    refused(capsys, here, ["ticket", "--target", "f.npz"])


# Words

WORDS: list[list[str]] = [
    *([*PREDICT, "snip", "--density", value] for value in ("0", "1", "-1", "nan", "inf", "1e-300", "2", "x", "")),
    *([*PREDICT, "wanda", "--density", value] for value in ("0.01", "0.99")),
    *([*PREDICT, method] for method in ("unknown", "", "SNIP", "snip-iterative")),
    [*PREDICT, "synflow-iterative", "--scope", "first"],
    *([*PREDICT, "snip", "--width", value] for value in ("0", "-1", "1.5", "9" * 30)),
    *([*PREDICT, "snip", "--fresh-rows", value] for value in ("0", "-1", "99", "9" * 30)),
    *([*PREDICT, "snip", "--samples", value] for value in ("0", "-1", "1")),
    *([*PREDICT, "snip", "--labels", value] for value in ("", "x", "ge:", "ge:99", "is:0.5")),
    *([*PREDICT, "snip", "--depth", value] for value in ("0", "-1", "9" * 30)),
    [*PREDICT, "snip", "--depth", "2", "--scope", "first"],
    *([*PREDICT, "snip", "--networks", value] for value in ("0", "-1", "9" * 30)),
    *([*PREDICT, "snip", "--kernel", "--test-share", value] for value in ("0", "1", "nan", "0.999")),
    *([*PREDICT, "snip", "--train", "--steps", value] for value in ("0", "-1", "9" * 30)),
    [*PREDICT, "random", "--compare"],
    [*PREDICT, "snip", "--residual", "none"],
    [*PREDICT, "snip", "--plot", "x.pdf"],
    ["predict"],
    *(
        [*command, "--seed", value]
        for command in ([*PREDICT, "snip"], FIT, TICKET)
        for value in ("-1", "1.5", str(2**128))
    ),
    *([*FIT, "--data", "x.npz", "--fresh-rows", value] for value in ("0", "-1", "9" * 30)),
    *([*FIT, *words] for words in (["--layer", "x"], ["--labels", "ge5"], ["--data", "digits"], ["--plot", "x.gif"])),
    *(["ticket", "--target", "net.npz", "--epsilon", value] for value in ("0", "-1", "nan", "inf", "x")),
    *([*TICKET, "--delta", value] for value in ("0", "1", "-1", "nan", "inf")),
    *([*TICKET, "--width-factor", value] for value in ("0", "-1", "nan", "1/0", "1e9", "9" * 50)),
    *([*TICKET, "--limit", value] for value in ("", "x", "0s", "-1s", "1MiB")),
    [*TICKET, "--data", "mask.npy"],
    [*TICKET, "--kept", "1"],
    ["ticket"],
    ["ticket", "--target", "unknown"],
    *([command, "unknown"] for command in ("verify", "mutate", "show", "claims")),
    *([command, "N1", "--jobs", value] for command in ("verify", "mutate") for value in ("0", "-1", "1.5", "1025")),
    *([command, "N1", "--seed", value] for command in ("verify", "mutate") for value in ("-1", "1.5", str(2**128))),
    *(["study", study, "--seed", value] for study in STUDIES for value in ("-1", "1.5", str(2**128))),
    *(["study", study, "--jobs", value] for study in STUDIES for value in ("0", "-1", "1.5", "1025")),
    *(["study", "gap", "--epsilon", value] for value in ("0", "-1", "nan", "inf", "1", "1e-300")),
    *(["study", "gap", "--networks", value] for value in ("0", "-1", "9" * 30)),
    *(["study", "lifts", "--density", value] for value in ("0", "1", "-1", "nan", "1/0", "x")),
    *(["study", "lifts", "--time", value] for value in ("0", "-1", "nan", "inf")),
    *(["study", "generalisation", "--densities", value] for value in ("0", "2", "-1", "nan")),
    *(["study", "generalisation", option, "unknown"] for option in ("--tasks", "--methods")),
    *(["study", "origins", "--density", value] for value in ("0", "1", "-1", "nan")),
    *(["study", "depth", "--densities", value] for value in ("0", "1", "-1", "nan")),
    *(["study", "depth", option, "unknown"] for option in ("--data", "--methods", "--losses", "--activations")),
    ["study"],
    ["study", "unknown"],
    ["unknown"],
]


@pytest.mark.parametrize("words", WORDS, ids=lambda words: " ".join(words)[-60:])
def test_words_that_mean_nothing(here, capsys, words) -> None:
    refused(capsys, here, words, "")


def test_letters_of_a_terminal_are_not_passed_on(here, capsys) -> None:
    for words in (["show", "\x1b[31m"], ["fit", "\x1b[31m.npy"], ["fit", "a\nb.npy"], [*PREDICT, "\u202e"]):
        refused(capsys, here, words)


# Bugs


BUGS = {
    "numerics.forecast.cases.predict_problem": [*PREDICT, "snip"],
    "numerics.data.standardised": [*PREDICT, "snip", "--standardise"],
    "numerics.fitting.fit.fit": FIT,
    "numerics.fitting.fit.explain": [*FIT, "--data", "x.npz"],
    "numerics.masks.files._mask": FIT,
    "numerics.tickets.calls.find_ticket": TICKET,
    "numerics.tickets.calls.guaranteed_width": TICKET,
    "numerics.exact.evaluation.evaluate": ["evaluate", "N1", "bound", "h=1", "r=1"],
    "numerics.reports.contents.contents": ["show", "N1"],
    "numerics.evidence.verification.run_tasks": ["verify", "N1"],
    "numerics.studies.gap.run_study": ["study", "gap", "--quick"],
}


@pytest.mark.parametrize("error", [ValueError, TypeError, OSError, AssertionError, ZeroDivisionError])
@pytest.mark.parametrize("place", BUGS)
def test_a_bug_keeps_its_traceback(here, capsys, monkeypatch, place, error) -> None:
    def broken(*arguments, **options):
        raise error("planted")

    monkeypatch.setattr(place, broken)
    status = main(BUGS[place])
    said = capsys.readouterr().err
    assert status == 70
    assert "Traceback (most recent call last)" in said
    assert f"{error.__name__}: planted" in said
    assert said.splitlines()[-1].startswith("sparse-limits: this is a bug of ours")


def test_a_traceback_on_demand(here, capsys) -> None:
    for words in (["--debug", "show", "unknown"], ["show", "unknown", "--debug"]):
        assert main(words) == 2
        said = capsys.readouterr().err
        assert "InputError" in said
        assert said.splitlines()[-1].startswith("sparse-limits: no claim 'unknown'")


# Options and arguments of functions


SPELT = [
    ([*PREDICT, "snip", "--density", "2"], "--density is 2.0, expected"),
    ([*FIT, "--seed", "-1"], "--seed is -1, expected a whole number from 0, below 2^128"),
    ([*FIT, "--fresh-rows", "99"], "--fresh-rows is 99, expected"),
    ([*FIT, "--data", "x.npz", "--residual", "both"], "--residual is 'both', expected target or output"),
    ([*FIT, "--data", "x.npz", "--samples", "1"], "--samples is 1, expected"),
    ([*TICKET, "--width-factor", "0"], "--width-factor is '0', expected"),
    ([*TICKET, "--limit", "x"], "--limit is 'x', expected"),
    (["verify", "N1", "--jobs", "0"], "--jobs is 0, expected"),
    (["study", "gap", "--epsilon", "2"], "--epsilon is 2.0, expected"),
    (["study", "origins", "--fresh-rows", "5"], "--fresh-rows is 5, expected"),
]


@pytest.mark.parametrize(("words", "said"), SPELT, ids=lambda value: " ".join(value)[-60:])
def test_arguments_of_functions_are_spelt_as_the_options_that_they_are(here, capsys, words, said) -> None:
    refused(capsys, here, words, f"sparse-limits: {said}")


def test_what_is_no_option_is_left_as_it_is() -> None:
    options = {"test_share": "--test-share", "width": "--width"}
    assert in_options("test_share is 1, expected less", options) == "--test-share is 1, expected less"
    assert in_options("width is 3: it is too much", options) == "--width is 3: it is too much"
    assert (
        in_options("file.npy holds two, expected `width`, `depth`", options)
        == "file.npy holds two, expected --width, `depth`"
    )
    for said in ("width 3 is too much", "depth is 3, and width is 4", "x.npz: width is 3", ""):
        assert in_options(said, options) == said
