"""Many seeds: whether every run of the ledger ends the same way, whatever is drawn.

    python tests/seeds.py 1 200           all checks that draw, at the seeds 1 to 200
    python tests/seeds.py 1 200 R11 lifts     of some claims or topics

Checks that draw nothing end the same way at every seed and are left out. Exact and enclosed checks put their controls to
instances that are the same at every seed (`sparse_limits.numerics.evidence.run`), so that only their claim meets fresh ones. Prints a
line for each fault and, after each seed, what has been run; exit status 1 if there was a fault.
"""

from __future__ import annotations

import os

os.environ.setdefault("SYMPY_CACHE_SIZE", "None")  # without a limit a second seed takes half as long as the first

import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from math import inf

from joblib import Parallel, delayed

from sparse_limits.numerics.checks import checks_of
from sparse_limits.numerics.evidence import Check, Kind, Trial, run
from sparse_limits.numerics.evidence.findings import Verdict
from sparse_limits.theory.ledger import load_ledger


def drawing_checks(names: Sequence[str] = (), most: float = inf) -> Iterator[tuple[Check, float]]:
    """The checks that draw, of the claims named by label or topic (of all if none is named), each run once to see.

    Each comes with the seconds of CPU that this took; checks that say that they cost more than `most` are left out.
    """
    entries = load_ledger().select(names)
    claims = {entry.claim for entry in entries}
    for topic in dict.fromkeys(entry.topic for entry in entries):
        for check in checks_of(topic):
            if check.claim in claims and check.cost <= most:
                start, trial = time.process_time(), Trial(check.claim, check.name)
                if list(check.findings(trial)) and trial.drew:
                    yield check, time.process_time() - start


last_trials: dict[tuple[str, str], Trial] = {}  # of exact and enclosed checks; the next seed keeps their proofs


def faults(check: Check, seed: int) -> list[str]:
    """What goes wrong at a seed: a claim that does not hold, a control that survives or is refuted by luck."""
    name = f"seed {seed}: {check.claim.label} {check.name}"
    if check.kind <= Kind.ENCLOSED:
        place = check.claim.label, check.name
        trial = last_trials[place] = last_trials.get(place, Trial(check.claim, check.name)).at(seed)
        try:
            found = list(check.findings(trial))
        except Exception as error:
            return [f"{name}: {type(error).__name__}: {error}"]
        return [f"{name}: {each.detail}" for each in found if each.verdict is not Verdict.SUPPORTS]
    result = run(check, seed)
    wrong = [f"{name}: {result.status}: {result.detail}"] if result.status != "holds" else []
    return wrong + [f"{name}: control {c.name!r} survived" for c in result.controls if c.status != "refuted"]


def at_seed(chosen: set[tuple[str, str]], seed: int) -> tuple[int, list[str], Counter]:
    """The faults of the chosen checks at a seed, with how many checks of each kind were run."""
    found, kinds = [], Counter()
    for topic in load_ledger().topics:
        for check in checks_of(topic):
            if (check.claim.label, check.name) in chosen:
                kinds[check.kind.name.lower()] += 1
                found += faults(check, seed)
    return seed, found, kinds


def main(first: int, last: int, names: Sequence[str], jobs: int = 2) -> int:
    """Run the seeds from first to last in processes of one thread each."""
    chosen = {(check.claim.label, check.name) for check, _ in drawing_checks(names)}
    start, wrong = time.monotonic(), 0
    runs = Parallel(jobs, return_as="generator_unordered")(
        delayed(at_seed)(chosen, seed) for seed in range(first, last + 1)
    )
    for seed, found, kinds in runs:
        wrong += len(found)
        for line in found:
            print(line)
        counted = ", ".join(f"{number} {kind}" for kind, number in kinds.items())
        print(f"seed {seed}: {counted}; {wrong} faults so far, {time.monotonic() - start:.0f} s", flush=True)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]))
