"""The labels of the claims that the changes since a revision touch: their files, those of their checks, and what these import.

python tests/touched.py HEAD~1
"""

from __future__ import annotations

import sys

from slices import changed_since

from sparse_limits.numerics.checks import checks_of
from sparse_limits.numerics.ledger.verification import modules_of
from sparse_limits.theory.dependencies import files_behind
from sparse_limits.theory.ledger import load_ledger


def touched(revision: str) -> list[str]:
    """The labels of the touched claims, in reading order."""
    changed = changed_since(revision)
    found = []
    for entry in load_ledger():
        own = [check for check in checks_of(entry.topic) if check.claim is entry.claim]
        if not changed.isdisjoint(files_behind(modules_of(entry, *own))):
            found.append(entry.label)
    return found


if __name__ == "__main__":
    print(*touched(sys.argv[1]))
