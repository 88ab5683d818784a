"""The studies behind the page *What the papers show, reproduced*, at their defaults: written to docs/reproduced.json (seven minutes of processor time).

python docs/reproduced.py

The rows of `study hypothesis` lack their histograms, which are in docs/hypothesis.png. tests/studies/test_reproduced.py holds the
tables of the page against this file.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import sparse_limits as sl

KEPT = Path(__file__).with_suffix(".json")
STUDIES = ("hypothesis", "spectra")


def kept() -> dict[str, Any]:
    """The numbers of both studies when they were last written."""
    found: dict[str, Any] = json.loads(KEPT.read_text("utf-8"))
    return found


def plain(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows without histograms."""
    for row in rows:
        for at in row.get("widths", ()):
            at.pop("histogram", None)
    return rows


def main() -> None:
    """Run both studies and write their rows and findings."""
    found = {name: sl.study(name, jobs=2) for name in STUDIES}
    held = {
        "hypothesis": {"rows": plain(found["hypothesis"]["rows"]), "sentences": found["hypothesis"]["sentences"]},
        "spectra": {name: found["spectra"][name] for name in ("rows", "findings")},
    }
    KEPT.write_text(
        json.dumps(held, separators=(",", ":")).replace('{"depth"', '\n{"depth"').replace('{"method"', '\n{"method"')
        + "\n",
        "utf-8",
    )


if __name__ == "__main__":
    main()
