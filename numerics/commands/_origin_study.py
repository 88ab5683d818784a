"""`sparse-limits study origins`: its options, and what it prints."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING

from sparse_limits.numerics.printing.tables import Table, print_table

if TYPE_CHECKING:
    from rich.console import Console

    from sparse_limits.numerics.studies.origin_summary import OriginSummary, Said


DATA = "digits"
PURPOSE = "what `fit` finds for masks of known origin, and how often it names a wrong method"
EPILOG = (
    "Every mask has its own stream of random numbers. A method is named if it is the only method not rejected; "
    "trained networks, whole filters and the cross-entropy are origins that no method of fit covers."
)


def configure(parser: ArgumentParser) -> None:
    """The options of this study alone."""
    add = parser.add_argument
    add("--masks", type=int, metavar="N", help="number of masks of each kind (default 30)")
    add("--initial", type=int, metavar="N", help="number of masks of each method at initialisation (default 10)")
    add("--width", type=int, metavar="N", help="number of hidden units (default 256)")
    add("--density", type=float, metavar="P", help="share of the weights kept, at most 0.4 (default 0.1)")
    add("--samples", type=int, metavar="N", help="number of digits used for training and pruning (default 400)")
    add("--fresh-rows", type=int, metavar="N", help="number of rows sampled for each method (default 3000)")
    add("--quick", action="store_true", help="a few masks of 64 units, unless set otherwise")


def show(console: Console, summary: OriginSummary) -> None:
    """One table, the sentences last."""
    protocol = summary["protocol"]
    console.print(
        f"\n[bold]What fit says about masks of known origin[/]: {protocol['width']} units, density {protocol['density']:g}, "
        f"{protocol['samples']} digits, level {protocol['level']:.0%}"
    )
    names: tuple[Said, ...] = (
        "structured",
        "none_explains",
        "not_tested",
        "not_told_apart",
        "rightly_named",
        "wrongly_named",
    )
    columns = (
        "\nmasks of",
        "\nmasks",
        "whole\nlines",
        "none\nleft",
        "un-\ntested",
        "not\napart",
        "right\nname",
        "wrong\nname",
    )
    rows = [
        (
            row["kind"].replace(", at initialisation", " (initial)"),
            str(row["masks"]),
            *(str(row[name] or "") for name in names),
        )
        for row in summary["rows"]
    ]
    print_table(console, Table(columns, rows, "lrrrrrrr", narrow=True))
    console.print(
        "whole lines: gone; none left: every method is rejected; untested: every method is rejected or could not be "
        "tested; not apart: several are not rejected, or one is not rejected and another could not be tested.\n"
    )
    for text in summary["sentences"]:
        console.print(f"• {text}")


def plot(path: Path, summary: OriginSummary) -> None:
    from sparse_limits.numerics.studies.origin_figure import plot_origins

    plot_origins(path, summary)
