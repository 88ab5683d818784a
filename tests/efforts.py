"""Every effort: the whole ledger at greater effort and several seeds, with the time that the checks of each run took.

    python tests/efforts.py                     standard and thorough at the seeds 0, 1 and 2
    python tests/efforts.py thorough 4          thorough at the seed 4

Writes a row of docs/efforts.md as each run ends, in place of the one of the same effort and seed, and prints what does not
hold; exit status 1 if a claim failed or a control survived.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime

from helpers import ROOT

from sparse_limits.numerics.ledger.verification import Run, verify

PAGE = ROOT / "docs" / "efforts.md"
EFFORTS, SEEDS = ("standard", "thorough"), (0, 1, 2)
HEAD = """# The ledger at greater effort

`verify --effort standard` and `--effort thorough` draw larger samples: tests become stricter, and allowances for sampling smaller. `python tests/efforts.py` writes this page. Minutes are those on the clock: a machine that does other work takes more.

| effort | seed | claims that hold | controls refuted | minutes of its checks together | date | commit |
|---|---|---|---|---|---|---|
"""


def row(run: Run, commit: str) -> str:
    """A line of the table."""
    totals, minutes = run.totals, sum(check.seconds for claim in run.claims for check in claim.checks) / 60
    refuted = totals["controls"] - totals["survived"]
    found = f"{totals['hold']} of {totals['claims']} | {refuted} of {totals['controls']} | {minutes:.0f}"
    return f"| {run.effort} | {run.seed} | {found} | {datetime.now(UTC):%Y-%m-%d} | `{commit}` |"


def put_in(page: str, line: str) -> str:
    """The page with a line in place of that of the same effort and seed, in their order."""
    place = line.split("|")[1:3]
    rows = [each for each in page.removeprefix(HEAD).splitlines() if each.split("|")[1:3] != place]
    return HEAD + "\n".join(sorted([*rows, line])) + "\n"


def main(efforts: tuple[str, ...], seeds: tuple[int, ...]) -> int:
    """Run them one after the other."""
    command = ["git", "rev-parse", "--short=12", "HEAD"]
    commit = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    wrong = 0
    for effort in efforts:
        for seed in seeds:
            run = verify(effort=effort, seed=seed, jobs=os.cpu_count() or 1)
            line = row(run, commit)
            PAGE.write_text(put_in(PAGE.read_text("utf-8") if PAGE.exists() else HEAD, line), "utf-8")
            print(line, flush=True)
            for claim in run.claims:
                for check in claim.checks:
                    survivors = [control.name for control in check.controls if control.status != "refuted"]
                    if check.status != "holds" or survivors:
                        wrong += 1
                        print(
                            f"{claim.entry.label} {check.name}: {check.status}: {check.detail}; survive: {survivors}",
                            flush=True,
                        )
    return int(wrong > 0)


if __name__ == "__main__":
    chosen = sys.argv[1:]
    sys.exit(main((chosen[0],) if chosen else EFFORTS, tuple(map(int, chosen[1:])) or SEEDS))
