"""A ledger of toy claims: sound ones, and every way in which a claim or its check can fail.

Importing this package makes its topics importable as `sparse_limits.theory.toy_…` and `sparse_limits.numerics.checks.toy_…`. Worker processes
import it too, because what they run is named by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import sparse_limits.numerics.checks
import sparse_limits.numerics.ledger.mutation
import sparse_limits.numerics.ledger.verification
import sparse_limits.theory.ledger
from sparse_limits.numerics.evidence import CheckResult
from sparse_limits.numerics.ledger.mutants import MutationResult
from sparse_limits.theory.entries import Ledger
from sparse_limits.theory.ledger import claims_of

for package, folder in ((sparse_limits.theory, "theory"), (sparse_limits.numerics.checks, "checks")):
    package.__path__.append(str(Path(__file__).parent / folder))

TOPICS = ("toy_sound", "toy_broken", "toy_stuck")
_run_one, _mutate_one = (
    sparse_limits.numerics.ledger.verification.run_one,
    sparse_limits.numerics.ledger.mutation.mutate_one,
)


def load_ledger(own: object = None) -> Ledger:
    return Ledger({topic: claims_of(topic) for topic in TOPICS})


def run_one(task: sparse_limits.numerics.ledger.verification.Task) -> CheckResult:
    """What a worker does for `verify`, with the topics above in reach."""
    return _run_one(task)


def mutate_one(task: sparse_limits.numerics.ledger.mutation.Task) -> MutationResult:
    """The same for `mutate`."""
    return _mutate_one(task)


def main(arguments: Sequence[str]) -> int:
    """The command `sparse-limits` with the toy ledger in place of the real one."""
    from sparse_limits.numerics.cli import main as real_main

    sparse_limits.theory.ledger.load_ledger = load_ledger
    sparse_limits.numerics.ledger.verification.run_one = run_one
    sparse_limits.numerics.ledger.mutation.mutate_one = mutate_one
    return real_main(arguments)
