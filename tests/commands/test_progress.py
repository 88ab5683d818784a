"""How far a command is: a bar and the time left on a terminal, lines elsewhere, nothing with --quiet; the same output."""

from __future__ import annotations

import io
import os
import re
import shutil
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from helpers import ROOT

from sparse_limits.numerics.cli import main
from sparse_limits.numerics.commands._claim_progress import ClaimProgress
from sparse_limits.numerics.ledger import verification
from sparse_limits.numerics.printing import progress
from sparse_limits.numerics.printing.progress import Pace, Stage, within

pty = pytest.importorskip("pty", reason="this system has no module pty")

LEFT = r"about \d+ s left"
CALLS = {  # by the kind of work: the call, what a line says, and what the bar says
    "claims": (["verify", "N1"], rf"verify: 1 of 5 checks, {LEFT}", rf"1 of 5 checks, {LEFT}"),
    "claim": (["verify", "N1"], r"verify: N1 holds \(5 checks\); 1 of 1 claims", "5 of 5 checks"),
    "mutants": (
        ["mutate", "N1", "--every", "9"],
        r"mutate: N1 (\d+) of \1 mutants refuted; 1 of 1 claims",
        rf"1 of \d expressions, {LEFT}",
    ),
    "pieces": (
        ["study", "gap", "--networks", "2", "--epsilon", "0.2", "0.1", "--least", "0.1"],
        rf"study: 2 of \d+ pieces of work, {LEFT}",
        rf"2 of \d+ pieces of work, {LEFT}",
    ),
    "networks": (
        ["predict", "columns", "--method", "random", "--width", "64", "--fresh-rows", "100", "--networks", "3"],
        rf"predict: pruning network 3 of 3; 2 of 3 steps, {LEFT}",
        rf"pruning network 3 of 3 .*2 of 3 steps, {LEFT}",
    ),
    "methods": (
        ["predict", "methods", "--widths", "16", "--samples", "60", "--units", "512"],
        rf"predict: random: predicting; 3 of 7 steps, {LEFT}",
        rf"random: predicting .*3 of 7 steps, {LEFT}",
    ),
    "comparison": (
        ["predict", "predictors", "--method", "snip", "--width", "16", "--data", "x.npz", "--fresh-rows", "100"],
        rf"predict: raw .*, f0-y, width 16; 3 of 4 steps, {LEFT}",
        rf"width 16 .*3 of 4 steps, {LEFT}",
    ),
    "report": (
        ["report", "--widths", "8", "--methods", "magnitude", "random", "--samples", "60", "--no-learning"],
        rf"report: random: pruning network 2 of 4; 1 of 2 steps, {LEFT}",
        rf"random: pruning network 2 of 4 .*1 of 2 steps, {LEFT}",
    ),
    "one mask": (
        ["fit", "mask.npy"],
        rf"fit: drawing mask 2 of (\d+) to compare with; 2 of \d+ steps, {LEFT}",
        rf"drawing mask 2 of \d+ to compare with .*2 of \d+ steps, {LEFT}",
    ),
    "its layer's networks": (
        ["fit", "mask.npy", "--data", "x.npz", "--widths", "12", "9", "--place", "1"],
        rf"fit: drawing networks, pruned by snip; \d of \d steps, {LEFT}",
        rf"drawing networks, pruned by snip .*\d of \d steps, {LEFT}",
    ),
    "channels": (["ticket", "--target", "net.npz", "--epsilon", "0.1"], "ticket: 1 of 9 channels", "1 of 9 channels"),
}


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """No wait for lines, and the pace of the first piece; pieces of work in this process."""
    for name, value in {"WAIT": 0.0, "APART": 0.0, "AT_ONCE": -1.0, "LEAST": 1e-9}.items():
        monkeypatch.setattr(progress, name, value)
    monkeypatch.setattr(
        "sparse_limits.numerics.store.tasks.run_tasks", lambda function, tasks, *_, **__: map(function, tasks)
    )


def called(words: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """Status, output less its numbers, which may be times, and what is on standard error."""
    status = main(words)
    said = capsys.readouterr()
    return status, re.sub(r"[\d.]+", "#", said.out), said.err


def on_a_terminal(words: list[str], monkeypatch: pytest.MonkeyPatch) -> str:
    """What a terminal is sent on standard error, without colours."""
    master, slave = pty.openpty()
    sent: list[bytes] = []

    def read() -> None:
        while block := os.read(master, 65536):
            sent.append(block)
            if b"\x04" in block:
                return

    reader = threading.Thread(target=read)
    reader.start()
    monkeypatch.setenv("TERM", "xterm")
    with os.fdopen(slave, "w") as terminal, monkeypatch.context() as changed:
        changed.setattr(sys, "stderr", terminal)
        main(words)
        terminal.write("\x04")
    reader.join()
    os.close(master)
    return re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", b"".join(sent).decode())


@pytest.mark.parametrize("kind", CALLS)
def test_a_pipe_gets_lines_and_a_terminal_a_bar(kind, at_once, here, monkeypatch, capsys) -> None:
    words, line, bar = CALLS[kind]
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr(progress._Drawn, "_show", shown_at_once(progress._Drawn._show))
    quiet = called([*words, "--quiet"], capsys)
    loud = called(words, capsys)
    assert quiet[2] == ""
    assert loud[:2] == quiet[:2]
    assert re.search(f"^{line}", loud[2], re.MULTILINE), loud[2]
    assert not re.search("about -|nan|inf", loud[2])
    drawn = on_a_terminal(words, monkeypatch)
    assert re.search(bar, drawn), drawn
    assert re.sub(r"[\d.]+", "#", capsys.readouterr().out) == quiet[1]


def shown_at_once(show):
    """A bar that is drawn at each report: else a short call would end between two pictures."""

    def shown(self, *words: str) -> None:
        show(self, *words)
        self._bar.refresh()

    return shown


def test_a_call_of_a_moment_says_nothing(here, monkeypatch, capsys) -> None:
    monkeypatch.setattr(progress, "WAIT", 60.0)
    assert called(["predict", "columns", "--method", "random", "--width", "8", "--fresh-rows", "100"], capsys)[2] == ""


def test_what_fails_is_said_at_once(at_once, monkeypatch, capsys) -> None:
    run_one = verification.run_one
    monkeypatch.setattr(verification, "run_one", lambda task: replace(run_one(task), status="refuted"))
    status, _, said = called(["verify", "N1"], capsys)
    assert (status, "verify: N1 refuted (5 checks); 1 of 1 claims\n" in said) == (1, True)
    drawn = on_a_terminal(["verify", "N1"], monkeypatch)
    assert len(re.findall(r"N1 \w+: refuted, 0 controls survive", drawn)) == 5


def test_colours_that_are_forced_draw_no_bar_in_a_pipe(at_once, here, monkeypatch, capsys) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    said = called(["fit", "mask.npy"], capsys)[2]
    assert "\x1b" not in said
    assert all(line.startswith("fit: ") for line in said.splitlines())


def test_standard_error_that_fails_stops_nothing(at_once, here, monkeypatch, capsys) -> None:
    class Full(io.TextIOBase):
        def write(self, text: str) -> int:
            raise OSError(28, "No space left on device")

    quiet = called(["fit", "mask.npy", "--quiet"], capsys)
    monkeypatch.setattr(sys, "stderr", Full())
    assert called(["fit", "mask.npy"], capsys)[:2] == quiet[:2]


def test_a_first_stage_is_named_while_it_is_under_way(monkeypatch, capsys) -> None:
    monkeypatch.setattr(progress, "WAIT", 0.05)
    with progress.progress("fit", quiet=False) as told:
        told.stage("fitting")
        time.sleep(0.5)
        assert capsys.readouterr().err == "fit: fitting\n"
    assert capsys.readouterr().err == ""


def test_lines_that_count_are_seconds_apart(monkeypatch, capsys) -> None:
    now = 0.0
    monkeypatch.setattr(progress, "monotonic", lambda: now)
    monkeypatch.setattr(progress, "WAIT", 2.0)
    with progress.progress("study", quiet=False) as told:
        for done in range(1, 1001):
            now = done / 100
            told.count(done, 1000, "searches")
    assert capsys.readouterr().err.splitlines() == [
        "study: 200 of 1000 searches, about 8 s left",
        "study: 700 of 1000 searches, about 3 s left",
    ]


def test_the_pace_is_that_of_what_is_done_here(monkeypatch) -> None:
    """Kept results, which come at once, do not tell it; nothing is said at the end, or when the time is over."""
    now = 0.0
    monkeypatch.setattr(progress, "monotonic", lambda: now)
    pace = Pace()
    now = 0.5
    pace.advance(0.5)
    assert pace.left == 0
    now = 10.5
    pace.advance(0.6)
    assert pace.left == pytest.approx(40)
    now = 20.5
    assert pace.left == pytest.approx(30)
    pace.advance(0.55)  # no way back
    now = 100.0
    assert pace.left == 0
    pace.advance(1.0)
    assert pace.left == 0


def test_pieces_that_cost_nothing_are_counted() -> None:
    """All checks of a ledger of one's own may be said to cost nothing."""
    told: list[tuple[object, ...]] = []
    shown = SimpleNamespace(count=lambda *values: told.append(values))
    claims = ClaimProgress(cast("progress.Progress", shown), "checks", {("A1", "one"): 0.0, ("A1", "two"): 0.0})
    assert [claims.piece("A1", "one"), claims.piece("A1", "two")] == [False, True]
    assert told == [(1, 2, "checks", 0.5), (2, 2, "checks", 1.0)]


def test_a_stage_within_a_step() -> None:
    told: list[str] = []
    report = within(told.append, 1, 4, "snip: ")
    report(Stage("copy 3 of 8", 2, 8))
    (stage,) = told
    assert (stage, stage.share, stage.counted) == ("snip: copy 3 of 8", 1.25 / 4, "1 of 4 steps")


@pytest.mark.parametrize(
    "words",
    [
        ["verify"],
        ["mutate"],
        ["study", "depth"],
        ["report"],
        ["predict", "layers"],
        ["prune"],
        ["sweep"],
        ["fit"],
        ["scan"],
        ["ticket"],
        ["notebooks"],
    ],
    ids=" ".join,
)
def test_help_names_quiet(words, capsys) -> None:
    assert main([*words, "--help"]) == 0
    assert "--quiet" in capsys.readouterr().out


def test_notebooks_count_their_checks(tmp_path: Path, at_once, capsys) -> None:
    book = tmp_path / "book"
    book.mkdir()
    shutil.copy(ROOT / "book" / "references.bib", book)
    (book / "one.md").write_text("# One\n\n```{claim} N1\n```\n", "utf-8")
    status, _, said = called(["notebooks", "--book", str(book), str(tmp_path / "notes")], capsys)
    first, *others = said.splitlines()
    assert (status, first, len(others)) == (0, "notebooks: reading the book", 5)
    assert re.fullmatch(rf"notebooks: 2 of 5 checks, {LEFT}", others[1])
