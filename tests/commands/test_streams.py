"""What a command says where its output cannot be written: one line and a status, never a traceback."""

from __future__ import annotations

import errno
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from helpers import ROOT

from sparse_limits.numerics.cli import main
from sparse_limits.numerics.printing.streams import OutputError, guarded_streams

FULL = Path("/dev/full")
LIST = ["-m", "sparse_limits.numerics.cli", "claims", "N1"]
HELP = ["-m", "sparse_limits.numerics.cli", "--help"]
needs_full = pytest.mark.skipif(not FULL.exists(), reason="there is no full device here")


def process(*words: str, **options) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    return subprocess.run([sys.executable, *words], text=True, env=environment, **options)


class Failing(io.TextIOBase):
    """Standard output that takes so many letters, and then fails."""

    def __init__(self, error: int, letters: int = 0) -> None:
        self.error, self.letters = error, letters

    def write(self, text: str) -> int:
        self.letters -= len(text)
        if self.letters < 0:
            raise OSError(self.error, os.strerror(self.error))
        return len(text)


@pytest.fixture
def mask(tmp_path: Path) -> str:
    np.save(tmp_path / "mask.npy", np.eye(6))
    return str(tmp_path / "mask.npy")


# Standard output


@needs_full
@pytest.mark.parametrize("words", [[*LIST, "--json", "-"], HELP], ids=" ".join)
def test_standard_output_is_full(words: list[str]) -> None:
    with FULL.open("w") as full:
        done = process(*words, stdout=full)
    said = "sparse-limits: standard output: No space left on device, expected a place to write to\n"
    assert (done.returncode, done.stderr) == (2, said)


@needs_full
def test_standard_error_is_full_too() -> None:
    with FULL.open("w") as full:
        assert process(*HELP, stdout=full, stderr=full).returncode == 2
        assert process("-m", "sparse_limits.numerics.cli", "none", stderr=full).returncode == 2


@pytest.mark.parametrize("closing", [">&-", "2>&- <&-", ">&- 2>&- <&-"])
def test_standard_streams_are_closed(closing: str, tmp_path: Path) -> None:
    """A file that is opened next must not become the output."""
    file = tmp_path / "claims.json"
    command = f'exec "$0" {" ".join(LIST)} --json "$1" {closing}'
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["bash", "-c", command, sys.executable, str(file)], capture_output=True, text=True, env=environment
    )
    assert "Traceback" not in done.stderr
    if closing.startswith(">"):
        assert done.returncode == 2
        assert not file.exists()
    else:
        assert (done.returncode, done.stderr) == (0, "")
        assert file.read_text("utf-8").startswith("[\n")


def test_workers_that_are_forks_do_without_standard_error() -> None:
    command = 'exec "$0" -m sparse_limits.numerics.cli verify N1 --jobs 1 2>&-'
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(["bash", "-c", command, sys.executable], stdout=subprocess.PIPE, text=True, env=environment)
    assert (done.returncode, "1 of 1 claims hold" in done.stdout) == (0, True)


def test_the_reader_has_left() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = process(*HELP, stdout=writer)
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (141, "")


FILES = {
    "verify": ["verify", "N1", "--json", "a.json", "--html", "a.html"],
    "predict": [
        "predict",
        "layers",
        "--method",
        "random",
        "--widths",
        "8",
        "--no-sample",
        "--samples",
        "30",
        "--json",
        "a.json",
        "--csv",
        "a.csv",
    ],
    "fit": ["fit", "MASK", "--html", "a.html", "--json", "-"],
    "ticket": ["ticket", "--target", "NET", "--epsilon", "0.1", "--json", "a.json"],
    "scan": ["scan", "MASK", "--json", "a.json"],
    "study": ["study", "lifts", "--sizes", "4", "--seeds", "1", "--time", "1", "--json", "a.json"],
    "sweep": ["sweep", "PLAN", "--json", "-", "--csv", "a.csv"],
}


@pytest.mark.parametrize("command", FILES)
def test_files_are_written_whoever_has_left(command, mask, tmp_path, monkeypatch) -> None:
    """What took hours is not lost with the screen."""
    monkeypatch.chdir(tmp_path)
    np.savez(tmp_path / "net.npz", weights_1=np.ones((1, 1)))
    plan = 'methods = ["random"]\ndensities = [0.5]\nwidths = [8]\ndepths = [1]\ndata = ["digits"]\nseeds = 1\n'
    (tmp_path / "plan.toml").write_text(plan + "[options]\nsamples = 30\nnetworks = 2\n")
    names = {"MASK": mask, "NET": "net.npz", "PLAN": "plan.toml"}
    monkeypatch.setattr(sys, "stdout", Failing(errno.EPIPE))
    assert main([names.get(word, word) for word in FILES[command]]) == 141
    for file in (Path(word) for word in FILES[command] if word.startswith("a.")):
        assert file.stat().st_size > 50
        assert file.suffix != ".json" or json.loads(file.read_text())


COMMANDS = {
    "claims": ["claims", "N1"],
    "show": ["show", "N1"],
    "evaluate": ["evaluate", "N1", "bound", "h=1", "r=1"],
    "predict": ["predict", "columns", "--method", "random", "--width", "8", "--fresh-rows", "100"],
    "predict json": ["predict", "columns", "--method", "random", "--width", "8", "--fresh-rows", "100", "--json", "-"],
    "fit": ["fit", "MASK"],
    "fit json": ["fit", "MASK", "--json", "-"],
    "fit html": ["fit", "MASK", "--html", "-"],
    "ticket": ["ticket", "--target", "NET", "--epsilon", "0.1"],
    "ticket json": ["ticket", "--target", "NET", "--epsilon", "0.1", "--json", "-"],
}


@pytest.mark.parametrize("letters", [0, 60])
@pytest.mark.parametrize(("error", "status"), [(errno.ENOSPC, 2), (errno.EPIPE, 141), (errno.EIO, 2)])
@pytest.mark.parametrize("command", COMMANDS)
def test_output_fails_at_once_or_later(command, error, status, letters, mask, tmp_path, monkeypatch, capsys) -> None:
    np.savez(tmp_path / "net.npz", weights_1=np.ones((1, 1)))
    names = {"MASK": mask, "NET": str(tmp_path / "net.npz")}
    before = sorted(tmp_path.iterdir())
    if command == "evaluate":
        letters = 0  # all that it prints is shorter
    monkeypatch.setattr(sys, "stdout", Failing(error, letters))
    assert main([names.get(word, word) for word in COMMANDS[command]]) == status
    said = capsys.readouterr().err
    reason = f"sparse-limits: standard output: {os.strerror(error)}, expected a place to write to\n"
    assert said == ("" if status == 141 else reason)
    assert sorted(tmp_path.iterdir()) == before


def test_a_failure_is_none_of_the_errors_that_libraries_know() -> None:
    assert not issubclass(OutputError, OSError)


def test_names_that_are_no_text_are_printed(monkeypatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    with guarded_streams():
        print("\udcff θ")
        sys.stdout.flush()
    assert stream.buffer.getvalue() == b"\\udcff \\u03b8\n"


# Files


@needs_full
@pytest.mark.parametrize("option", ["--json", "--html"])
def test_a_full_device_for_a_file(option: str, mask: str, capsys) -> None:
    assert main(["fit", mask, option, str(FULL)]) == 2
    said = capsys.readouterr().err
    assert said == "sparse-limits: /dev/full: No space left on device, expected a place to write to\n"
    assert FULL.is_char_device()


@needs_full
@pytest.mark.parametrize(
    "words", [["fit", "MASK", "--plot"], ["predict", "columns", "--method", "random", "--width", "8", "--plot"]]
)
def test_a_full_device_for_a_picture(words, mask, tmp_path, capsys) -> None:
    picture = tmp_path / "picture.svg"
    picture.symlink_to(FULL)
    assert main([mask if word == "MASK" else word for word in words] + [str(picture)]) == 2
    said = capsys.readouterr().err
    assert said == f"sparse-limits: {picture}: No space left on device, expected a place to write to\n"
    assert picture.is_symlink()


def test_a_disk_that_fills_up_leaves_no_half_written_file(mask, tmp_path, monkeypatch, capsys) -> None:
    def full(self, *arguments, **options):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    file = tmp_path / "fit.json"
    file.write_text("before", "utf-8")
    before = sorted(tmp_path.iterdir())
    monkeypatch.setattr(Path, "write_text", full)
    assert main(["fit", mask, "--json", str(file)]) == 2
    assert capsys.readouterr().err.endswith("fit.json: No space left on device, expected a place to write to\n")
    assert file.read_bytes() == b"before"
    assert sorted(tmp_path.iterdir()) == before


# Interrupts


@pytest.mark.parametrize(
    ("words", "where"),
    [
        (["fit", "MASK", "--json", "OUT"], "sparse_limits.numerics.fitting.fit.fit"),
        (
            ["predict", "columns", "--method", "random", "--width", "8", "--json", "OUT"],
            "sparse_limits.numerics.prediction.pruned_first_layer.cases.predict_problem",
        ),
        (["claims", "--json", "OUT"], "sparse_limits.theory.ledger.load_ledger"),
        (["verify", "N1", "--jobs", "1", "--json", "OUT"], "sparse_limits.numerics.ledger.verification.verify"),
        (["fit", "MASK", "--json", "OUT"], "sparse_limits.numerics.files.os.close"),
    ],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_an_interrupt_leaves_nothing(words, where, mask, tmp_path, monkeypatch, capsys) -> None:
    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    before = sorted(tmp_path.iterdir())
    names = {"MASK": mask, "OUT": str(tmp_path / "out.json")}
    monkeypatch.setattr(where, interrupted)
    status = main([names.get(word, word) for word in words])
    monkeypatch.undo()
    assert (status, capsys.readouterr().err) == (130, "sparse-limits: interrupted\n")
    assert sorted(tmp_path.iterdir()) == before


def test_a_signal_in_the_midst_of_work(tmp_path: Path) -> None:
    file = tmp_path / "study.json"
    words = ["-m", "sparse_limits.numerics.cli", "study", "gap", "--quiet", "--jobs", "1", "--json", str(file)]
    with subprocess.Popen(
        [sys.executable, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as running:
        with pytest.raises(subprocess.TimeoutExpired):
            running.wait(2)
        running.send_signal(signal.SIGINT)
        out, said = running.communicate(timeout=30)
    assert (running.returncode, out, said) == (130, "", "sparse-limits: interrupted\n")
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_while_python_executes_a_text_ends_with_the_same_status() -> None:
    script = """
import sys
from sparse_limits.numerics import cli

cli._run = lambda chosen: exec("raise KeyboardInterrupt")
sys.exit(cli.main(["claims"]))
"""
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert (ended.returncode, ended.stderr) == (130, "sparse-limits: interrupted\n")
