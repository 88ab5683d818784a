"""The record of a run of everything, `.ci/run --all`, from what it printed and how long its stages took: a page of Markdown.

python tests/record.py LOG STAGES
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from helpers import ROOT

WHAT = {  # lines of the log that say how a stage ended
    "ledger": r"\d+ of \d+ claims hold, .*",
    "mutants": r"\d+ mutants of \d+ expressions: .*",
    "tests": r"(?:\d+ failed, )?\d+ (?:passed|skipped).* in .*?",
    "before": r"\d+ tests of this commit had passed before",
}


def record(log: str, stages: str, commit: str) -> str:
    """The page: date, commit and machine; how each stage ended, and its seconds. LookupError where the log does not say."""
    found = {name: re.findall(rf"(?m)^(?:=+ )?({form})(?: =+)?$", log) for name, form in WHAT.items()}
    for name, lines in found.items():
        if len(lines) < max(1, sum(stage.startswith(name) for stage in stages.splitlines())):
            raise LookupError(f"the log has {len(lines)} lines of {name}, expected one of each stage")
    ends = [f"- {name}: {line}" for name, lines in found.items() for line in lines]
    rows = [f"| {' | '.join(line.split(chr(9)))} |" for line in stages.splitlines()]
    lines = [
        "# The last run of everything",
        "",
        f"`.ci/run --all` on {datetime.now(UTC):%Y-%m-%d} at commit `{commit}`: Python {platform.python_version()}, "
        f"{os.cpu_count()} cores, {platform.machine()}. The script writes this page.",
        "",
        *ends,
        "",
        "| stage | seconds on the clock | of processor time |",
        "|---|---|---|",
        *rows,
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    at = subprocess.run(
        ["git", "rev-parse", "--short=12", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    print(record(*(Path(name).read_text("utf-8") for name in sys.argv[1:]), at.stdout.strip()), end="")
