"""Where a command may write: no output overwrites an input or another output, whatever the names of the files are."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from helpers import needs

from sparse_limits.numerics.cli import main
from sparse_limits.numerics.commands.output_paths import check_places, same_file

Spelling = Callable[[Path], str]

INPUTS = {  # command: words that name files that are read, by a word in capitals, beside the options that write
    "fit MASK": (["fit", "MASK.npy", "--data", "DATA.npz"], ["--json", "--html", "--plot"]),
    "scan MASK": (["scan", "MASK.npy"], ["--json"]),
    "predict": (["predict", "columns", "--method", "random", "--data", "DATA.npz"], ["--json", "--plot"]),
    "report": (["report", "--widths", "4", "--data", "DATA.npz"], ["--html", "--json"]),
    "report CHECKPOINT": (["report", "MASK.npy"], ["--html", "--json"]),
    "report TABLE": (["report", "DATA.csv"], ["--html", "--json"]),
    "sweep": (["sweep", "PLAN.toml"], ["--csv", "--json"]),
    "ticket": (["ticket", "--target", "NET.npz", "--data", "DATA.npz"], ["--json", "--output"]),
    "ticket --check": (
        ["ticket", "--check", "TICKET.npz", "--target", "NET.npz", "--data", "DATA.csv"],
        ["--json"],
    ),
}
OUTPUTS = {
    "verify": (["verify", "N1", "--jobs", "1"], ["--json", "--html"]),
    "fit": (["fit", "MASK.npy"], ["--json", "--html", "--plot"]),
    "predict": (["predict", "columns", "--method", "random"], ["--json", "--plot"]),
    "report": (["report", "--widths", "4"], ["--html", "--json"]),
    "ticket": (["ticket", "--target", "NET.npz"], ["--json", "--output"]),
    "study gap": (["study", "gap", "--jobs", "1"], ["--json", "--plot"]),
    "study lifts": (["study", "lifts", "--jobs", "1"], ["--json", "--plot"]),
    "study generalisation": (["study", "generalisation", "--jobs", "1"], ["--json", "--plot"]),
    "study origins": (["study", "origins", "--jobs", "1"], ["--json", "--plot"]),
    "study depth": (["study", "depth", "--jobs", "1"], ["--json", "--plot"]),
    "study hypothesis": (["study", "hypothesis", "--jobs", "1"], ["--json", "--plot"]),
    "study spectra": (["study", "spectra", "--jobs", "1"], ["--json", "--plot"]),
    "study calibration": (["study", "calibration", "--jobs", "1"], ["--json", "--plot"]),
}


def plainly(file: Path) -> str:
    return str(file)


def relatively(file: Path) -> str:
    return f"folder/../{file.name}"


def by_symlink(file: Path) -> str:
    return linked(file, "symlink", os.symlink)


def by_two_symlinks(file: Path) -> str:
    return linked(Path(by_symlink(file)), "again", os.symlink)


def by_hard_link(file: Path) -> str:
    return linked(file, "hard", os.link)


def by_a_linked_folder(file: Path) -> str:
    if not os.path.lexists("linked"):
        os.symlink(".", "linked")
    return f"linked/{file.name}"


def linked(file: Path, what: str, link: Callable[[str, str], None]) -> str:
    name = file.with_name(f"{what}-{file.name}")
    if not os.path.lexists(name):
        link(str(file), str(name))
    return str(name)


OF_A_FILE = [plainly, relatively, by_symlink, by_two_symlinks, by_hard_link, by_a_linked_folder]
OF_A_NAME = [plainly, relatively, by_symlink, by_a_linked_folder]  # of a file that is not there yet


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a file of each kind that is read; the content matters to no test, as nothing comes to reading."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    np.save("MASK.npy", np.eye(4))
    np.savez("DATA.npz", x=np.eye(4), y=np.arange(4.0))
    Path("DATA.csv").write_text("1,2\n3,4\n", "utf-8")
    Path("PLAN.toml").write_text('methods = ["random"]\ndata = ["digits", "DATA.npz"]\n', "utf-8")
    for name in ("NET.npz", "TICKET.npz"):
        np.savez(name, weights_1=np.eye(4))
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def refused(capsys: pytest.CaptureFixture[str], folder: Path, words: list[str]) -> str:
    """What is said; status 2, one line, and no file made or changed."""
    before = contents(folder)
    assert main(words) == 2
    out, said = capsys.readouterr()
    assert out == ""
    assert said.count("\n") == 1
    assert contents(folder) == before
    return said


def as_picture(file: Path) -> Path:
    """The same file under a name that --plot takes."""
    name = file.with_suffix(".svg")
    if not name.exists():
        os.link(file, name)
    return name


@pytest.mark.parametrize("spelling", OF_A_FILE)
@pytest.mark.parametrize(
    ("command", "option", "read"),
    [
        (command, option, word)
        for command, (words, options) in INPUTS.items()
        for option in options
        for word in words
        if word.partition(".")[0].isupper()
        if option != "--output" or word.endswith(".npz")
    ],
)
def test_an_output_is_no_input(here, capsys, command, option, read, spelling) -> None:
    words, _ = INPUTS[command]
    file = here / read
    name = spelling(as_picture(file) if option == "--plot" else file)
    said = refused(capsys, here, [*words, option, name])
    assert said.startswith(f"sparse-limits: {option} is {name}, which ")
    assert said.endswith(" reads, expected another file\n")


@pytest.mark.parametrize("spelling", OF_A_FILE)
@pytest.mark.parametrize("option", ["--csv", "--json"])
def test_an_output_is_no_data_of_a_plan(here, capsys, option, spelling) -> None:
    name = spelling(here / "DATA.npz")
    said = refused(capsys, here, ["sweep", "PLAN.toml", option, name])
    assert said == f"sparse-limits: {option} is {name}, which data (DATA.npz) reads, expected another file\n"


@pytest.mark.parametrize(("command", "word"), [("fit", "MASK"), ("scan", "MASK"), ("report", "CHECKPOINT")])
def test_an_output_is_no_file_of_a_network_in_a_folder(here, capsys, command, word) -> None:
    (here / "MASK.npy").rename("folder/MASK.npy")
    (here / "INDEX.safetensors.index.json").write_text('{"weight_map": {"a.weight": "SHARD.safetensors"}}', "utf-8")
    (here / "SHARD.safetensors").touch()
    for read, name, what in (
        ("folder", "folder/MASK.npy", word),
        ("INDEX.safetensors.index.json", "SHARD.safetensors", f"{word} (SHARD.safetensors)"),
    ):
        said = refused(capsys, here, [command, read, "--json", name])
        assert said == f"sparse-limits: --json is {name}, which {what} reads, expected another file\n"


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize("spelling", OF_A_FILE)
@pytest.mark.parametrize("command", OUTPUTS)
def test_two_outputs_are_no_one_file(here, capsys, command, there, spelling) -> None:
    words, options = OUTPUTS[command]
    file = here / ("out.npz" if "--output" in options else "out.svg")
    if there:
        file.write_text("before", "utf-8")
    elif spelling not in OF_A_NAME:
        pytest.skip("no link of this kind to a file that is not there")
    for first in options:
        for second in options:
            if first != second:
                said = refused(capsys, here, [*words, first, str(file), second, spelling(file)])
                assert "writes too, expected another file" in said


@pytest.mark.parametrize("command", OUTPUTS)
def test_only_one_output_is_standard_output(here, capsys, command) -> None:
    words, options = OUTPUTS[command]
    free = [option for option in options if option in ("--json", "--html")]
    given = [word for option in free for word in (option, "-")]
    if len(free) > 1:
        assert "is -, which" in refused(capsys, here, [*words, *given])


@pytest.mark.parametrize(
    "place", ["", ".", "folder", "none/out.svg", "x" * 300 + ".svg", "MASK.npy/out.svg", "a\0.svg", "folder/"]
)
@pytest.mark.parametrize("command", OUTPUTS)
def test_places_that_cannot_be_written_to(here, capsys, command, place) -> None:
    words, options = OUTPUTS[command]
    for option in options:
        assert "expected" in refused(capsys, here, [*words, option, place])


def test_the_file_of_standard_output_is_a_place_too(here) -> None:
    file = here / "out.json"
    output, kept = os.open(file, os.O_CREAT | os.O_WRONLY), os.dup(1)
    os.dup2(output, 1)
    try:
        with pytest.raises(ValueError, match="where standard output goes"):
            check_places({}, {"--json": str(file)})
        with pytest.raises(ValueError, match="which --data reads"):
            check_places({"--data": str(file)}, {"--json": "-"})
        check_places({}, {"--json": "-", "--html": str(here / "page.html")})
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(output)


@pytest.mark.parametrize("spelling", OF_A_FILE)
def test_a_ticket_is_not_its_own_target(here, capsys, spelling) -> None:
    name = spelling(here / "TICKET.npz")
    assert "the ticket itself" in refused(capsys, here, ["ticket", "--check", "TICKET.npz", "--target", name])


def test_what_is_one_file(here) -> None:
    assert same_file("DATA.npz", "./DATA.npz")
    assert not same_file("DATA.npz", "NET.npz")
    assert not same_file("none", "folder/none")
    assert same_file("none", "folder/../none")
    assert not same_file("/dev/null", "/dev/null")
    os.symlink("loop", "loop")
    assert same_file("loop", "loop")


def test_an_input_may_be_read_twice_and_an_output_replaced(here, capsys) -> None:
    Path("old.json").write_text("before", "utf-8")
    os.symlink("old.json", "link.json")
    assert main(["fit", "MASK.npy", "--json", "link.json"]) == 0
    assert Path("link.json").is_symlink()
    assert Path("old.json").read_text("utf-8").startswith("{")
    check_places({"MASK": "NET.npz", "--data": "NET.npz"}, {})
    check_places({}, {"--json": "/dev/null", "--html": "/dev/null"})


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["predict", "columns", "--method", "random", "--width", "8", "--fresh-rows", "100", "--plot"], "picture"),
        (["predict", "layers", "--method", "random", "--widths", "8", "--units", "64", "--plot"], "picture"),
        (["fit", "MASK.npy", "--plot"], "pictures"),
        (["study", "gap", "--networks", "2", "--epsilon", "0.2", "--least", "0.1", "--jobs", "1", "--plot"], "picture"),
        (["sweep", "PLAN[a].toml", "--jobs", "1", "--plot"], "picture"),
    ],
    ids=lambda words: words if isinstance(words, str) else " ".join(words[:2]),
)
def test_names_of_files_are_told_as_they_are(here, capsys, words, told) -> None:
    """Of a text in square brackets a console could make a style, and of `[/` an error."""
    needs("matplotlib")
    plan = 'methods = ["random"]\nwidths = [8]\ndensities = [0.2, 0.4]\n[options]\nsamples = 40\nunits = 64\n'
    Path("PLAN[a].toml").write_text(plan, "utf-8")
    (here / "x[").mkdir()
    keep = ["--keep", "x[/a]"] if words[0] in ("study", "sweep") else []
    assert main([*words, "x[/b].svg", *keep]) == 0
    out = capsys.readouterr().out
    assert f"{told} written to x[/b].svg\n" in out
    assert not keep or " written to x[/a]\n" in out


@pytest.mark.parametrize("spelling", OF_A_FILE)
@pytest.mark.parametrize(
    "words",
    [
        ["predict", "layers", "--method", "snip", "--model", "CODE.py:build", "--json"],
        ["report", "--model", "CODE.py:build", "--html"],
        ["verify", "--ledger", "CODE.py", "--json"],
        ["verify", "--ledger", "CODE.py", "--html"],
        ["claims", "--ledger", "CODE.py", "--json"],
    ],
    ids=lambda words: f"{words[0]} {words[-1]}",
)
def test_an_output_is_no_code_of_the_user(here, capsys, words, spelling) -> None:
    (here / "CODE.py").write_text("raise SystemExit\n", "utf-8")
    name = spelling(here / "CODE.py")
    assert f"which {words[-3]} reads" in refused(capsys, here, [*words, name])
