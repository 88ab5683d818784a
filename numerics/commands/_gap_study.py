"""`sparse-limits study gap`: its options, and what it prints."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING

from sparse_limits.numerics.printing.plain_text import many
from sparse_limits.numerics.printing.tables import Table, print_table

if TYPE_CHECKING:
    from rich.console import Console

    from sparse_limits.numerics.studies.gap_summary import GapSummary, SizeRow

DATA = "random networks"
PURPOSE = "pruning neurons against pruning weights in the same architecture: sizes found and proved (N2, N4, N5, N8)"
EPILOG = (
    "Every network has its own stream of random numbers and grows neuron by neuron, so its tickets are nested. Intervals "
    "come from order statistics and are exact at any sample size. Claims: sparse-limits show N4, N5 and N8."
)
LINEAR = (
    "\nε",
    "neurons\nneeded (N2)",
    "neurons\nfound",
    "interval",
    "weights\nneeded (N4)",
    "weights\nfound",
    "interval",
)
RELU = (
    "\nε",
    "neurons\nneeded (N5)",
    "neurons\nfound",
    "interval",
    "weights\nfound",
    "interval",
    "weights\nenough (N4)",
)


def configure(parser: ArgumentParser) -> None:
    """The options of this study alone."""
    add = parser.add_argument
    add("--epsilon", nargs="+", type=float, metavar="E", help="errors below 1/2 (default 0.2 down to 1e-7)")
    add("--networks", type=int, metavar="N", help="number of random networks (default 101)")
    add(
        "--least",
        type=float,
        metavar="E",
        help="smallest error for all searches except that for single weights with an output ReLU (default 0.001)",
    )
    add(
        "--quick",
        action="store_true",
        help="five errors, 41 networks, neurons down to error 0.01, unless set otherwise",
    )


def show(console: Console, summary: GapSummary) -> None:
    """A table for each architecture, the slopes, the sentences last."""
    networks, confidence = summary["networks"], summary["protocol"]["confidence"]
    console.print(
        f"\n[bold]Tickets for σ(⟨w*, x⟩)[/], w* = (1, 1)/√2, in {many(networks, 'random network')}: the N at which half of them hold one"
    )
    cells = {(row["curve"], row["eps"]): row for row in summary["rows"]}
    proved = {row["eps"]: row["at_least"] for row in summary["bounds"]["neurons, ReLU"]}
    linear, relu = [], []
    for eps in summary["epsilons"]:
        if ("neurons, linear", eps) in cells:
            rows = cells["neurons, linear", eps], cells["weights, linear", eps]
            linear.append((f"{eps:g}", *(cell for row in rows for cell in (str(row["at_least"]), *_found(row)))))
        row = cells["weights, ReLU", eps]
        neurons = _found(cells.get(("neurons, ReLU", eps)))
        relu.append((f"{eps:g}", str(proved[eps]), *neurons, *_found(row), f"{row['enough']:,}"))
    for name, columns, lines in (("Linear output", LINEAR, linear), ("Output ReLU", RELU, relu)):
        if lines:
            console.print(name)
            print_table(console, Table(columns, lines, "rrrrrrr", narrow=True))
    console.print(
        f"needed, enough: proved, for half of the networks. Intervals: order statistics, exact at level {1 - confidence:.0e}.\n"
    )
    for text in summary["sentences"]:
        console.print(f"• {text}")


def _found(row: SizeRow | None) -> tuple[str, str]:
    """The median and its interval."""
    if row is None:
        return "", ""
    low, high = (f"{end:g}" if end is not None else "∞" for end in (row["low"], row["high"]))
    return (f"{row['median']:g}" if row["median"] is not None else "∞"), f"{low}–{high}"


def plot(path: Path, summary: GapSummary) -> None:
    from sparse_limits.numerics.studies.gap_figure import plot_gap

    plot_gap(path, summary)
