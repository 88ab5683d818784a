"""`sparse-limits study calibration`: its options, and what it prints."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING

from sparse_limits.numerics.printing.tables import Table, print_table

if TYPE_CHECKING:
    from rich.console import Console

    from sparse_limits.numerics.studies.calibration_summary import CalibrationSummary

DATA = "the claims of the ledger"
PURPOSE = "whether statistical tests of claims keep their levels, and detect wrong formulas as often as planned"
EPILOG = (
    "Each check runs at many seeds, with samples smaller than those of verify. A test of a true claim is calibrated if its p-value is "
    "at most t with probability at most t. Counts of such p-values, and of wrong formulas that a test misses, are compared with binomial "
    "laws by exact tests, at level 0.001 for the whole study."
)


def configure(parser: ArgumentParser) -> None:
    """The options of this study alone."""
    add = parser.add_argument
    add("names", nargs="*", metavar="LABEL|TOPIC", help="claims whose checks to run (default: all)")
    add("--seeds", type=int, metavar="N", help="number of seeds (default 25)")
    add("--reduce", type=int, metavar="K", help="divide the sizes of samples by K (default 8; 1: as verify draws them)")
    add(
        "--most",
        type=float,
        metavar="S",
        help="leave out checks expected to take more than S seconds (default 0.5; inf: none)",
    )
    add("--quick", action="store_true", help="5 seeds, unless set otherwise")


def show(console: Console, summary: CalibrationSummary) -> None:
    """What is not calibrated, shares of p-values, misses; the sentences last."""
    protocol = summary["protocol"]
    console.print(
        f"\n[bold]Calibration of statistical tests[/]: {protocol['checks']} checks, {protocol['seeds']} seeds, samples of "
        f"1/{protocol['reduce']} of their usual size\n"
    )
    wrong = _wrong(summary)
    if wrong:
        columns = ("not calibrated", "check", "test", "what", "seeds", "counted", "p")
        print_table(console, Table(columns, wrong, "lllrrrr", narrow=True, prose=3))
    _print_shares(console, summary)
    console.print()
    _print_misses(console, summary)
    for text in summary["sentences"]:
        console.print(f"• {text}")


def _wrong(summary: CalibrationSummary) -> list[tuple[str, ...]]:
    """A line for each test of a true claim, and for each wrong form, that is not calibrated."""
    levels = " / ".join(f"{t:g}" for t in summary["protocol"]["thresholds"])
    tests = [
        (row, f"p ≤ {levels}", " / ".join(map(str, row["counts"]))) for row in summary["tests"] if not row["calibrated"]
    ]
    controls = [
        (row, f"missed (planned {row['planned']:.1e}): {row['control']}", str(row["missed"]))
        for row in summary["controls"]
        if not row["calibrated"]
    ]
    return [
        (row["label"], row["check"], str(row["place"]), what, str(row["seeds"]), count, f"{row['p']:.1e}")
        for row, what, count in (*tests, *controls)
    ]


def _print_shares(console: Console, summary: CalibrationSummary) -> None:
    levels = summary["protocol"]["thresholds"][:-1]
    columns = ("p-values of true claims", "tests", "p-values", *(f"≤ {t:g}" for t in levels))
    table = [
        (row["test"], str(row["tests"]), str(row["p_values"]), *map(_percent, row["shares"][:-1]))
        for row in summary["shares"]
    ]
    table.append(("uniform law", "", "", *map(_percent, levels)))
    print_table(console, Table(columns, table, "l" + "r" * (len(columns) - 1), narrow=True, ends=(len(table) - 2,)))


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %"


def _print_misses(console: Console, summary: CalibrationSummary) -> None:
    columns = ("planned miss of wrong forms", "wrong forms", "trials", "missed", "planned")
    table = [
        (
            f"≤ {row['high']:g}" if row["low"] == 0 else f"{row['low']:g} to {row['high']:g}",
            str(row["controls"]),
            str(row["tried"]),
            str(row["missed"]),
            f"{row['planned']:.3g}",
        )
        for row in summary["misses"]
    ]
    if table:
        print_table(console, Table(columns, table, "lrrrr", narrow=True))
    not_promised = sum(row["p"] is None for row in summary["controls"])
    console.print(
        f"A wrong form is counted once for each test that it meets. Not in the table: {not_promised} with a larger planned miss, and "
        f"{summary['unplanned']} at a test that was not planned to detect them, or whose plan comes from its own sample.\n"
    )


def plot(path: Path, summary: CalibrationSummary) -> None:
    from sparse_limits.numerics.studies.calibration_figure import plot_calibration

    plot_calibration(path, summary)
