"""A run of the ledger on disk, with a key of the code that it ran: what has not changed need not run again."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterable
from pathlib import Path

from numerics.evidence.verification import ClaimResult, Run, linked, versions
from theory.claims import Ledger


def key_of(files: Iterable[Path]) -> str:
    """A digest of the names and contents of files, and of the versions of Python and of the packages that figures depend on."""
    digest = hashlib.sha256(repr(sorted(versions().items())).encode())
    for path in sorted(files):
        digest.update(f"\0{path}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def keep(run: Run, key: str, path: Path) -> None:
    """Write the results of a run, without the claims, which hold functions."""
    found = [(claim.entry.label, claim.checks, claim.unchecked) for claim in run.claims]
    path.write_bytes(pickle.dumps((key, run.seed, run.effort, run.seconds, found)))


def kept(ledger: Ledger, path: Path, key: str | None = None) -> Run | None:
    """The run that was kept; None where there is none, or where the key is another. Without a key any will do."""
    if not path.is_file():
        return None
    known, seed, effort, seconds, found = pickle.loads(path.read_bytes())
    if key not in (None, known):
        return None
    claims = [ClaimResult(ledger[label], checks, unchecked) for label, checks, unchecked in found]
    return Run(seed, effort, seconds, linked(claims, ledger))
