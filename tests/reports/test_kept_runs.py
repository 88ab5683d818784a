"""What a claim's results depend on, and which claims run again when it has changed."""

from __future__ import annotations

import os
import pickle
import sys
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from numerics.checks import checks_of
from numerics.evidence.verification import Task, run_one
from numerics.reports import kept_runs
from numerics.reports.kept_runs import files_of, kept, key_of, run_again
from theory.claims import Entry, Ledger
from theory.dependencies import PACKAGES, ROOT, file_of, files_behind, imported
from theory.ledger import load_ledger

EXAMPLES = ("S1", "G5", "R3", "D1.1")


def executed(topic: str, label: str, pipe: Connection) -> None:
    """Send the files of these packages whose functions run with the checks of a claim."""
    names, seen = [check.name for check in checks_of(topic) if check.claim.label == label], set()
    sys.setprofile(lambda frame, event, _: seen.add(frame.f_code.co_filename) if event == "call" else None)
    for name in names:
        run_one(Task(topic, label, name, 0, "quick"))
    sys.setprofile(None)
    homes = tuple(str(ROOT / package) + os.sep for package in PACKAGES)
    pipe.send({Path(each) for each in seen if each.startswith(homes)})


@pytest.mark.parametrize("label", EXAMPLES)
def test_no_function_runs_whose_file_is_not_behind_the_claim(label: str) -> None:
    ours, theirs = get_context("spawn").Pipe(duplex=False)
    entry = load_ledger()[label]
    process = get_context("spawn").Process(target=executed, args=(entry.topic, label, theirs))
    process.start()
    theirs.close()
    ran = ours.recv()
    process.join()
    files = files_of(entry)
    assert ran <= files
    assert len(ran) > 5
    assert len(files) < 300  # a control: of the nine hundred there are


def test_imports_lead_to_files_and_no_farther_than_names_that_are_asked_for() -> None:
    behind = files_behind(["theory.saliency.snip"])
    assert {ROOT / "theory" / "__init__.py", ROOT / "theory" / "saliency" / "__init__.py"} <= behind
    of_name = files_behind(["numerics.checks.saliency.snip"])
    assert file_of("theory.saliency.snip") in of_name
    assert file_of("theory.saliency.grasp") not in of_name
    assert "theory.selection" in imported("numerics.cli")  # in a function
    assert files_behind(["numpy", "theory.nothing_of_the_kind"]) == files_behind(["theory"])


def test_a_key_is_that_of_what_is_written(tmp_path: Path) -> None:
    one, two = tmp_path / "one.py", tmp_path / "two.py"
    one.write_text("a = 1\n")
    two.write_text("a = 1\n")
    assert key_of([one]) == key_of([one])
    assert len({key_of([one]), key_of([two]), key_of([one, two]), key_of([])}) == 4


def two_claims() -> Ledger:
    chosen = [load_ledger()[label] for label in ("N1", "R1.1")]
    return Ledger({entry.topic: {entry.name: entry.claim} for entry in chosen})


def test_claims_run_again_that_depend_on_what_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger, path, ran = two_claims(), tmp_path / "runs.pickle", []
    own = {label: tmp_path / f"{label}.py" for label in ("N1", "R1.1")}
    for file in own.values():
        file.write_text("")
    monkeypatch.setattr(kept_runs, "files_of", lambda entry: {own[entry.label]})

    def again() -> list[str]:
        ran.clear()
        kept_runs._digest.cache_clear()
        run = run_again(ledger, path, progress=lambda number: lambda result: ran.append(result.label))
        assert [claim.entry.label for claim in run.claims] == ["N1", "R1.1"]
        assert {claim.status for claim in run.claims} == {"holds"}
        return sorted(set(ran))

    assert kept(ledger, path) is None
    assert again() == ["N1", "R1.1"]
    assert again() == []
    own["R1.1"].write_text("# changed\n")
    assert again() == ["R1.1"]
    found = pickle.loads(path.read_bytes())
    path.write_bytes(pickle.dumps({"N1": found["N1"]}))
    assert kept(ledger, path) is None
    assert again() == ["R1.1"]
    assert kept(ledger, path).totals["hold"] == 2


def test_the_files_of_a_claim_are_its_own_and_those_of_its_checks() -> None:
    def of(entry: Entry) -> set[str]:
        return {path.relative_to(ROOT).as_posix() for path in files_of(entry)}

    found = of(load_ledger()["N1"])
    assert {"theory/neuron_pruning/kink.py", "numerics/evidence/verification.py"} <= found
    assert any(path.startswith("numerics/checks/neuron_pruning/") for path in found)
    assert not any(path.startswith(("numerics/checks/lifts/", "numerics/commands/")) for path in found)
