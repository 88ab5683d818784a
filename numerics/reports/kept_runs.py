"""Runs of claims on disk, each with a key of the code that it depends on: what has not changed need not run again."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path

from numerics.checks import checks_of
from numerics.evidence import CheckResult
from numerics.evidence.verification import ClaimResult, Run, checks_by_claim, linked, verify, versions
from theory.claims import Entry, Ledger
from theory.dependencies import files_behind
from theory.lazy import homes

ENGINE = "numerics.evidence.verification"
NONE = Run(0, "quick", 0.0, ())  # as `verify` runs where nothing else is asked for


def key_of(files: Iterable[Path]) -> str:
    """A digest of the names and contents of files, and of the versions of Python and of the packages that figures depend on."""
    digest = hashlib.sha256(repr(sorted(versions().items())).encode())
    for path in sorted(files):
        digest.update(f"\0{path}\0".encode() + _digest(path))
    return digest.hexdigest()


@cache
def _digest(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()


def files_of(entry: Entry) -> frozenset[Path]:
    """The files that the results of a claim's checks depend on: the claim's, its checks', and all that these import."""
    topic = f"theory.{entry.topic}"
    home = topic if "." in entry.topic else homes(topic)[entry.name]
    bodies = {check.body.__module__ for check in checks_of(entry.topic) if check.claim is entry.claim}
    return files_behind([home, *bodies, ENGINE])


def run_again(
    ledger: Ledger, path: Path, *, jobs: int = 1, progress: Callable[[int], Callable[[CheckResult], None]]
) -> Run:
    """The run of a ledger, of which those claims alone run again that depend on what has changed since the one that was kept.

    path: where runs are kept, this one too. progress: from the number of checks that run to what sees each as it ends.
    """
    keys = {entry.label: key_of(files_of(entry)) for entry in ledger}
    known = {label: result for label, (key, result) in _read(ledger, path).items() if keys[label] == key}
    again = [entry for entry in ledger if entry.label not in known]
    number = sum(map(len, checks_by_claim(again).values()))
    run = (
        verify([entry.label for entry in again], ledger=ledger, jobs=jobs, on_result=progress(number))
        if again
        else NONE
    )
    results = known | {result.entry.label: result for result in run.claims}
    whole = replace(run, claims=linked([results[entry.label] for entry in ledger], ledger))
    found = {label: (key, results[label].checks, results[label].unchecked) for label, key in keys.items()}
    path.write_bytes(pickle.dumps(found))  # without the claims, which hold functions
    return whole


def kept(ledger: Ledger, path: Path) -> Run | None:
    """The run that was kept, whatever has changed since; None where there is none of all claims."""
    found = _read(ledger, path)
    if any(entry.label not in found for entry in ledger):
        return None
    return replace(NONE, claims=linked([found[entry.label][1] for entry in ledger], ledger))


def _read(ledger: Ledger, path: Path) -> dict[str, tuple[str, ClaimResult]]:
    """The key and the result of each claim of the ledger that were kept."""
    found = pickle.loads(path.read_bytes()) if path.is_file() else {}
    labels = {entry.label for entry in ledger} & set(found)
    return {label: (key, ClaimResult(ledger[label], *rest)) for label, (key, *rest) in found.items() if label in labels}
