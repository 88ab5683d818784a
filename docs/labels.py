"""Which statement each label of the ledger stands for: labels are cited, so that none changes its meaning unannounced.

    python docs/labels.py                       # add labels that are new
    python docs/labels.py G1.1 "what changed"   # announce another statement of a label

`labels.json` has a digest of the statement that each label began with, and all changes since, the newest last.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

from sparse_limits import __version__
from sparse_limits.theory.claims import Claim
from sparse_limits.theory.ledger import load_ledger

FILE = Path(__file__).with_name("labels.json")


def digest(claim: Claim) -> str:
    """Of the statement with its formulas in place, whatever its spaces and lines."""
    return hashlib.sha256("".join(claim.latex_statement.split()).encode()).hexdigest()[:16]


def current(known: dict) -> dict[str, str]:
    """The digest of each label, by the newest change."""
    return known["first"] | {change["label"]: change["digest"] for change in known["changes"]}


def main(arguments: list[str]) -> None:
    known, ledger = json.loads(FILE.read_text("utf-8")), load_ledger()
    if arguments:
        label, what = arguments
        change = {"label": label, "version": __version__, "what": what, "digest": digest(ledger[label].claim)}
        known["changes"].append(change)
    for entry in ledger:
        known["first"].setdefault(entry.label, digest(entry.claim))
    FILE.write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
