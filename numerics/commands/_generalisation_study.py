"""`sparse-limits study generalisation`: its options, and what it prints."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from sparse_limits.numerics.studies.generalisation_summary import GeneralisationSummary


DATA = "digits"
PURPOSE = "where the bounds rank pruning methods as the test error does, and where they do not (T1 to T5)"
EPILOG = (
    "Ten seeds are ten random splits of each task, drawn independently given the digits, so the findings hold for further "
    "splits of these digits. Densities and methods share each split. Claims: sparse-limits show T2."
)


def configure(parser: ArgumentParser) -> None:
    """The options of this study alone."""
    add = parser.add_argument
    add("--tasks", nargs="+", metavar="T", help="3v8 4v9 8-vs-rest ten-classes parity noisy-3v8 (default: all)")
    add(
        "--methods",
        nargs="+",
        metavar="M",
        help="random magnitude snip snip-unweighted water-filling anti (closed forms), random magnitude snip grasp "
        "grasp-magnitude synflow wanda (fresh rows) (default: all)",
    )
    add(
        "--densities",
        nargs="+",
        type=float,
        metavar="R",
        help="shares of weights kept, in [.01, 1] (default .02 .05 .1 .2 .4 .7 1)",
    )
    add("--seeds", type=int, metavar="N", help="number of random splits of each task (default 10)")
    add("--rows", type=int, metavar="N", help="fresh rows that represent an infinitely wide network (default 4096)")
    add("--quick", action="store_true", help="densities .05 .2 .7, six seeds, fewer rows, unless set otherwise")
    add(
        "--networks",
        action="store_true",
        help="also train masked networks (T3: tasks noisy-3v8, parity; methods random, magnitude, snip; densities .05, .2, .6; minutes more)",
    )


def show(console: Console, summary: GeneralisationSummary) -> None:
    from sparse_limits.numerics.commands._study_report import show

    show(console, summary)


def plot(path: Path, summary: GeneralisationSummary) -> None:
    from sparse_limits.numerics.studies.figures import plot_study

    plot_study(path, summary)
