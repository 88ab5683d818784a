"""`sparse-limits study lifts`: its options, and what it prints."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING

from sparse_limits.numerics.printing.tables import Table, print_table

if TYPE_CHECKING:
    from rich.console import Console

    from sparse_limits.numerics.studies.lift_summary import LiftSummary

DATA = "the cube"
PURPOSE = "success rate of trained sparse students by size, with the coverage as its upper limit (L18, L19)"
EPILOG = (
    "Every student has its own stream of random numbers, so masks of different sizes are not nested. Intervals are "
    "exact. Claims: sparse-limits show L18 and L19."
)


def configure(parser: ArgumentParser) -> None:
    """The options of this study alone."""
    add = parser.add_argument
    add("--sizes", nargs="+", type=int, metavar="N", help="numbers of hidden units (default 4 8 16 32 64)")
    add(
        "--density",
        nargs="+",
        metavar="P",
        help="densities of random masks, exact, such as 1/2 or 0.3 (default 1/2 1/6)",
    )
    add("--seeds", type=int, metavar="N", help="number of students of each size and kind (default 100)")
    add("--time", type=float, metavar="T", help="time of the gradient flow (default 100)")
    add("--quick", action="store_true", help="sizes 4 8 16, 40 seeds, unless set otherwise")


def show(console: Console, summary: LiftSummary) -> None:
    """One table, the sentences last."""
    protocol = summary["protocol"]
    console.print(
        f"\n[bold]Students on the cube[/]: f* = {protocol['target']}, {summary['students']} of each size and kind, T = "
        f"{protocol['time']:g}; success: L(T) ≤ {protocol['threshold']:.6f}, a hundredth of L(0)"
    )
    headings = (
        "student",
        "n",
        "weights",
        "success",
        "interval",
        "covered",
        "P_cov",
        "median\nL/L₀",
        "least\nL",
    )
    rows = summary["rows"]
    firsts = [place for place, row in enumerate(rows) if place == 0 or row["kind"] != rows[place - 1]["kind"]]
    cells = [
        (
            row["kind"].replace(" a ", "\na ") if place in firsts else "",
            str(row["n"]),
            f"{row['parameters']:.0f}",
            _short(row["success"]["share"]),
            f"{_short(row['success']['low'])}–{_short(row['success']['high'])}",
            _short(row["covered"]["share"]),
            _short(row["coverage_value"], 4),
            f"{row['median_ratio']:.2g}",
            f"{row['least_loss']:.2g}",
        )
        for place, row in enumerate(rows)
    ]
    ends = [place - 1 for place in firsts[1:]]
    print_table(console, Table(headings, cells, "r" * len(headings), ends=ends, narrow=True))
    levels = ", ".join(f"{name}: {value:.6f}" for name, value in summary["levels"].items())
    console.print(f"Least losses, exactly (L18): {levels}")
    console.print(
        f"Intervals are exact at {protocol['confidence']:.0%}. P_cov: exact, beside the share that is covered. weights: all "
        "parameters, a mean"
    )
    each = {row["n"]: f"{row['evaluations'] / row['students']:.0f}" for row in summary["rows"]}
    console.print(
        f"Gradients computed for a student of n = {', '.join(map(str, each))}: {', '.join(each.values())}; "
        f"{sum(row['evaluations'] for row in summary['rows']):,} in all\n"
    )
    for text in summary["sentences"]:
        console.print(f"• {text}")


def _short(share: float, digits: int = 2) -> str:
    return f"{share:.{digits}f}".removeprefix("0")


def plot(path: Path, summary: LiftSummary) -> None:
    from sparse_limits.numerics.studies.lift_figure import plot_lifts

    plot_lifts(path, summary)
