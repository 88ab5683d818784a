"""The ten thousand cases of book/howto_cluster.md: docs/sweep.csv, docs/sweep.png and the page's table.

python docs/sweep.py             run docs/sweep.toml (some twenty minutes of CPU, resumable), write all three
python docs/sweep.py --table     write the table of the page from docs/sweep.csv alone
"""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path

import sparse_limits as sl
from sparse_limits.numerics.sweeps.picture import plot_sweep
from sparse_limits.numerics.sweeps.summary import SweepSummary, summarise

DOCS = Path(__file__).parent
PLAN, KEPT, PICTURE = (DOCS / f"sweep.{suffix}" for suffix in ("toml", "csv", "png"))
PAGE = DOCS.parent / "book" / "howto_cluster.md"
TABLE = re.compile(r"(?<=<!-- docs/sweep.py -->\n\n).*?(?=\n\n<!-- end -->)", re.DOTALL)
WIDTH, DEPTH = 512, 2  # of the networks of the table
DENSITIES = (0.005, 0.01, 0.03, 0.1, 0.3)

Line = dict[str, str]


def lines(summary: SweepSummary) -> list[Line]:
    """A line for each setting: quantiles over seeds at .1, .5 and .9, and what is expected."""
    found = []
    for each in summary["settings"]:
        line = {name: f"{each[name]}" for name in ("method", "density", "width", "depth", "cases")}  # type: ignore[literal-required]
        for what in ("first", "empty"):
            seen = each[f"{what}_observed"]  # type: ignore[literal-required]
            expected = each[f"{what}_predicted"]  # type: ignore[literal-required]
            line[f"{what}_expected"] = "" if expected is None else f"{expected:.6g}"
            for name, place in (("low", 1), ("median", 0), ("high", 2)):
                line[f"{what}_{name}"] = "" if seen is None else f"{seen[place]:.6g}"
        line["paths"] = f"{each['paths_observed']:.6g}"
        found.append(line)
    return found


def kept() -> list[Line]:
    """What was found when it was last written."""
    with KEPT.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def table(found: list[Line]) -> str:
    """Neurons without a weight in the largest networks, by method and density; and how often a law is in the band."""
    head = "| method | " + " | ".join(f"{density:g}" for density in DENSITIES) + " |"
    rows = [head, "| --- " + "| ---: " * len(DENSITIES) + "|"]
    for method in dict.fromkeys(line["method"] for line in found):
        cells = [_cell(found, method, density) for density in DENSITIES]
        rows.append(f"| {method} | {' | '.join(cells)} |")
    law = [line for line in found if line["empty_expected"]]
    return "\n".join(rows) + (
        f"\n\nA law expects a share in {len(law)} of the {len(found)} settings. In {sum(map(_within, law))} of these the share lies, up "
        "to half a neuron, between the quantiles at 0.1 and 0.9 over seeds."
    )


def _within(line: Line) -> bool:
    """Whether the expected share is in the band, up to half a neuron: what is seen is a number of whole neurons."""
    half = 0.5 / (int(line["width"]) * int(line["depth"]))
    return float(line["empty_low"]) - half <= float(line["empty_expected"]) <= float(line["empty_high"]) + half


def _cell(found: list[Line], method: str, density: float) -> str:
    (line,) = (
        each
        for each in found
        if (each["method"], float(each["density"]), int(each["width"]), int(each["depth"]))
        == (method, density, WIDTH, DEPTH)
    )
    expected = f"{float(line['empty_expected']):.3f}" if line["empty_expected"] else "no law"
    return f"{float(line['empty_median']):.3f} ({expected})"


def main() -> None:
    """Write what was asked for."""
    if "--table" not in sys.argv[1:]:
        summary = summarise(sl.sweep(PLAN))
        found = lines(summary)
        with KEPT.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(found[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(found)
        plot_sweep(PICTURE, summary)
    PAGE.write_text(TABLE.sub(lambda _: table(kept()), PAGE.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
