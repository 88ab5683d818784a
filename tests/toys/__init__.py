"""A ledger of toy claims: sound ones, and every way in which a claim or its check can fail.

Importing this package makes its topics importable as `theory.toy_…` and `numerics.checks.toy_…`. Worker processes
import it too, because what they run is named by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numerics.checks
import numerics.ledger.mutation
import numerics.ledger.verification
import theory.ledger
from numerics.evidence import CheckResult
from numerics.ledger.mutants import MutationResult
from theory.claims import Ledger
from theory.ledger import claims_of

for package, folder in ((theory, "theory"), (numerics.checks, "checks")):
    package.__path__.append(str(Path(__file__).parent / folder))

TOPICS = ("toy_sound", "toy_broken", "toy_stuck")
_run_one, _mutate_one = numerics.ledger.verification.run_one, numerics.ledger.mutation.mutate_one


def load_ledger(own: object = None) -> Ledger:
    return Ledger({topic: claims_of(topic) for topic in TOPICS})


def run_one(task: numerics.ledger.verification.Task) -> CheckResult:
    """What a worker does for `verify`, with the topics above in reach."""
    return _run_one(task)


def mutate_one(task: numerics.ledger.mutation.Task) -> MutationResult:
    """The same for `mutate`."""
    return _mutate_one(task)


def main(arguments: Sequence[str]) -> int:
    """The command `sparse-limits` with the toy ledger in place of the real one."""
    from numerics.cli import main as real_main

    theory.ledger.load_ledger = load_ledger
    numerics.ledger.verification.run_one = run_one
    numerics.ledger.mutation.mutate_one = mutate_one
    return real_main(arguments)
