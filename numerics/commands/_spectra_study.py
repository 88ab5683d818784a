"""`sparse-limits study spectra`: its options, and what it prints."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING

from sparse_limits.numerics.printing.tables import Table, print_table
from sparse_limits.numerics.studies.spectra_summary import KERNELS, OPTIMISERS

if TYPE_CHECKING:
    from rich.console import Console

    from sparse_limits.numerics.studies.spectra_summary import SpectraSummary

DATA = "digits"
MARKS = {"holds": "+", "fails": "−", "open": " "}
PURPOSE = "what kernels of pruned networks say about their training: Figures 2, 3 and 11 of arXiv 2510.17515"
EPILOG = (
    "Each statement of the paper is tested on several networks; it holds if, at 95 % confidence, it is true of more than half of "
    "such networks. Kernels: paper is that of the paper's model, where pruned weights have a gradient (H5); masks is without this "
    "gradient (K2); own is that of the pruned network. Networks are trained on the cross-entropy, by Adam at learning rate 0.001 "
    "and by gradient descent with step 1/λ₁ of the dense network's own kernel."
)


def configure(parser: ArgumentParser) -> None:
    """The options of this study alone."""
    add = parser.add_argument
    add(
        "--methods",
        nargs="+",
        metavar="M",
        help="random magnitude snip grasp synflow synflow-iterative (default: random snip synflow-iterative)",
    )
    add("--depths", nargs="+", type=int, metavar="L", help="numbers of hidden layers (default 1 2 3 4)")
    add("--densities", nargs="+", type=float, metavar="R", help="shares of weights kept, in (0, 1) (default .5 .2 .05)")
    add("--width", type=int, metavar="N", help="number of units of each hidden layer (default 128; paper: 1024)")
    add("--networks", type=int, metavar="K", help="number of networks of each depth (default 3)")
    add(
        "--samples",
        type=int,
        metavar="N",
        help="number of digits in the kernels, at least 60 (default 100; paper: 1024)",
    )
    add("--steps", type=int, metavar="T", help="steps of training on batches of 128 (default 200)")
    add(
        "--quick",
        action="store_true",
        help="1 and 2 hidden layers of 32 units, 2 networks, 50 steps, unless set otherwise",
    )


def show(console: Console, summary: SpectraSummary) -> None:
    """A table of metrics, one of the sentences of the paper; what the counts say last."""
    protocol = summary["protocol"]
    console.print(
        f"\n[bold]Kernels and training of pruned networks[/]: {protocol['networks']} networks of each depth, {protocol['width']} units a "
        f"layer, {protocol['samples']} digits, {protocol['steps']} steps"
    )
    for title, columns in (("optimiser", OPTIMISERS), ("kernel", KERNELS)):
        rows: dict[tuple[str, str], dict[str, str]] = {}
        for each in summary["findings"]:
            if each["by"] in columns:
                cells = rows.setdefault((each["sentence"], each["method"]), {})
                cells[each["by"]] = f"{each['holds']}/{each['of']} {MARKS[each['verdict']]}"
        table = [(*row, *(cells.get(column, "") for column in columns)) for row, cells in rows.items()]
        head = (f"the paper's sentence, by {title}", "method", *columns)
        print_table(console, Table(head, table, "ll" + "r" * len(columns), narrow=True))
    console.print(
        "In how many networks the sentence holds; always: at all densities. +: at 95 % confidence in more than half of all such "
        "networks; −: in less than half. Losses are means over the steps.\n"
    )
    for text in summary["sentences"]:
        console.print(f"• {text}")


def plot(path: Path, summary: SpectraSummary) -> None:
    from sparse_limits.numerics.studies.spectra_figure import plot_spectra

    plot_spectra(path, summary)
