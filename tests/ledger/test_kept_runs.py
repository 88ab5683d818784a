"""Runs of the ledger with a store: only what has changed runs again, and the report is the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from helpers import copy_of_the_package

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.ledger import mutation
from sparse_limits.numerics.ledger.mutants import MutationResult
from sparse_limits.numerics.ledger.mutation import mutate
from sparse_limits.numerics.ledger.summary import summarise
from sparse_limits.numerics.ledger.verification import Run, verify
from sparse_limits.numerics.reports.run import closing_line
from sparse_limits.numerics.studies import run_shard, study

LABELS = ["N1", "R1.1"]
FEW = ["R1", "N1", "N2"]


def plain(run: Run) -> dict[str, Any]:
    """A run as JSON has it, without what may differ."""
    found: dict[str, Any] = {**summarise(run), "seconds": 0, "kept": 0}
    return found


def test_a_second_run_runs_nothing_and_reports_the_same(tmp_path: Path) -> None:
    first, second = (verify(LABELS, keep=tmp_path, jobs=jobs) for jobs in (2, 1))
    fresh = verify(LABELS)
    checks = first.totals["checks"]
    assert (first.kept, second.kept, fresh.kept) == (0, checks, None)
    assert plain(first) == plain(second)
    assert json.dumps(plain(first)) == json.dumps(plain(second))
    for run in (first, second, fresh):
        for claim in plain(run)["claims"]:
            for check in claim["checks"]:
                check["seconds"] = 0
    assert f"{checks} of {checks} checks kept; " in closing_line(second)
    assert "kept" not in closing_line(fresh)


def test_another_seed_or_effort_gives_nothing_and_a_claim_of_another_run_does(tmp_path: Path) -> None:
    verify("R1.1", keep=tmp_path)
    assert verify("R1.1", keep=tmp_path, seed=1).kept == 0
    assert verify("R1.1", keep=tmp_path, effort="standard").kept == 0
    whole = verify(LABELS, keep=tmp_path)
    assert 0 < whole.kept < whole.totals["checks"]


def test_parts_on_several_machines_are_joined(tmp_path: Path) -> None:
    whole = verify(FEW)
    parts = [verify(FEW, shard=f"{i}/3", keep=tmp_path / str(i)) for i in (1, 2, 3)]
    labels = [claim.entry.label for part in parts for claim in part.claims]
    assert sorted(labels) == sorted(claim.entry.label for claim in whole.claims)
    joined = verify(FEW, keep=tmp_path / "all", join=[tmp_path / str(i) for i in (1, 2, 3)])
    assert joined.kept == joined.totals["checks"] == whole.totals["checks"]
    assert [claim.status for claim in joined.claims] == [claim.status for claim in whole.claims]


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"shard": "3/2"}, "shard is '3/2', expected I/N with I from 1 to N"),
        ({"shard": "0/2"}, "shard is '0/2'"),
        ({"shard": "half"}, "shard is 'half'"),
        ({"join": ["elsewhere"]}, "join is 'elsewhere', expected `keep`, too"),
    ],
)
def test_what_is_refused(how: dict[str, Any], why: str) -> None:
    for call in (verify, mutate):
        with pytest.raises(InputError, match=why):
            call("N1", **how)


def test_mutants_are_kept_and_come_in_parts(tmp_path: Path) -> None:
    first, second = (mutate("N1", keep=tmp_path) for _ in range(2))
    assert (first.kept, second.kept) == (0, len(first.results))
    assert first.results == second.results
    parts = [mutate("N1", every=3, first=part, keep=tmp_path) for part in range(3)]
    assert all(part.kept == 0 for part in parts)
    assert sum(part.mutants for part in parts) >= first.mutants  # one that two parts have under two names counts twice
    with pytest.raises(InputError, match="first"):
        mutate("N1", every=3, first=3)


def test_a_survivor_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory may have run out, and another machine have it. Domains have survivors that are known, and small numbers."""
    asked: list[Callable[[MutationResult], bool]] = []
    monkeypatch.setattr(mutation, "run_stored", lambda *tasks, worth, **how: asked.append(worth) or iter(()))
    mutate("N1")
    mutate("N1", domains=True)
    survived, refuted = MutationResult("N1", "bound", 1, 0, {}, ("2*x",)), MutationResult("N1", "bound", 1, 1, {}, ())
    assert [(worth(survived), worth(refuted)) for worth in asked] == [(False, True), (True, True)]


def test_mutants_that_there_is_no_time_for_are_named() -> None:
    found = mutate("N1", within=1e-9)
    assert found.results == ()
    assert "N1 bound" in found.not_run
    with pytest.raises(InputError, match="within is 0"):
        mutate("N1", within=0)


def test_a_study_is_kept_and_joined(tmp_path: Path) -> None:
    asked = {"sizes": (4, 8), "seeds": 5}
    whole = study("lifts", **asked)
    for part in ("1/2", "2/2"):
        run_shard("lifts", part, tmp_path / part[0], **asked)
    assert study("lifts", **asked, keep=tmp_path / "all", join=[tmp_path / "1", tmp_path / "2"]) == whole
    (copied,) = (tmp_path / "all").iterdir()
    assert study("lifts", **asked, keep=tmp_path / "all") == whole
    assert [*(tmp_path / "all").iterdir()] == [copied]  # nothing was run


# In a copy of the packages, which may be changed


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copy")
    copy_of_the_package(folder)
    return folder


def called(copy: Path, *words: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "sparse_limits.numerics.cli",
        "verify",
        *words,
        "--keep",
        str(copy / "store"),
        "--jobs",
        "1",
    ]


def kept(copy: Path, *words: str) -> str:
    """What a run in the copy says of how much was kept."""
    done = subprocess.run(
        called(copy, *words),
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.split(" checks kept")[0].rpartition(";")[2].strip()


@pytest.mark.parametrize(
    ("place", "again"),
    [
        ("theory/neuron_pruning/kink.py", "0 of 5"),
        ("numerics/exact/balls/__init__.py", "0 of 5"),
        ("theory/lifts/attention.py", "5 of 5"),
        ("numerics/reports/run.py", "5 of 5"),
    ],
)
def test_a_change_of_what_a_claim_depends_on_runs_it_again(copy: Path, place: str, again: str) -> None:
    assert kept(copy, "N1").endswith("of 5")
    assert kept(copy, "N1") == "5 of 5"
    with (copy / place).open("a") as file:
        file.write("# changed\n")
    assert kept(copy, "N1") == again


EDITED = """
import sys
import sparse_limits as sl
from pathlib import Path
sl.verify("N1")
with Path("theory/neuron_pruning/kink.py").open("a") as file:
    file.write("# changed again\\n")
sl.verify("N1", keep="edited")
"""


def test_a_formula_of_before_an_edit_is_not_kept_as_the_one_after(copy: Path) -> None:
    """As in a notebook: the formula in memory is that of the file as it was when it was imported."""
    done = subprocess.run(
        [sys.executable, "-c", EDITED],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr.startswith("sparse-limits: theory/neuron_pruning/kink.py has changed since this process began")
    assert list((copy / "edited").iterdir()) == []


def test_a_run_that_was_killed_goes_on(copy: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    store = copy / "store"
    before = set(store.glob("*")) if store.is_dir() else set()
    process = subprocess.Popen(
        called(copy, *FEW), env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        lines = sum(path.read_bytes().count(b"\n") for path in store.glob("*") if path not in before)
        if lines >= 2:
            break
        time.sleep(0.02)
    process.kill()
    process.wait()
    done, of = map(int, kept(copy, *FEW).split(" of "))
    assert 2 <= done <= of
    assert kept(copy, *FEW) == f"{of} of {of}"
