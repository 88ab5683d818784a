"""`sparse-limits study hypothesis`: its options, and what it prints."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sparse_limits.numerics.printing.tables import Table, print_table

if TYPE_CHECKING:
    from rich.console import Console

    from sparse_limits.numerics.studies.hypothesis_summary import HypothesisRow, HypothesisSummary, WidthRow

DATA = "digits"
PURPOSE = "whether masks converge as networks get wider, and to what: Figures 1 and 4 to 10 of arXiv 2510.17515"
EPILOG = (
    "Networks are ReLU networks without biases, with one threshold for all layers; the study compares the masks between hidden "
    "layers. The distance is the paper's, divided by the number of intervals: between histograms sorted by degree and those at "
    "the largest width. It decreases even for random masks, whose graphon is constant, since sorting turns noise into a slope; "
    "the column random shows by how much."
)


def configure(parser: ArgumentParser) -> None:
    """The options of this study alone."""
    add = parser.add_argument
    add(
        "--methods", nargs="+", metavar="M", help="random magnitude snip grasp synflow synflow-iterative (default: all)"
    )
    add("--depths", nargs="+", type=int, metavar="L", help="numbers of hidden layers, at least 2 (default 2 3)")
    add("--densities", nargs="+", type=float, metavar="R", help="shares of weights kept, in (0, 1) (default .3 .2 .1)")
    add(
        "--widths", nargs="+", type=int, metavar="N", help="numbers of units of each hidden layer (default 100 200 400)"
    )
    add(
        "--reference",
        type=int,
        metavar="N",
        help="largest width, with which the others are compared (default 800; paper: 2000)",
    )
    add("--masks", type=int, metavar="N", help="number of masks for each setting and width, 4 to 10 (default 6)")
    add("--grid", type=int, metavar="K", help="number of intervals on each axis of a histogram (default 20; paper: 64)")
    add("--samples", type=int, metavar="N", help="number of digits that pruning sees (default 400)")
    add(
        "--quick",
        action="store_true",
        help="density .2, 2 hidden layers of at most 128 units, 4 masks, unless set otherwise",
    )


def show(console: Console, summary: HypothesisSummary) -> None:
    """A table with a line for each method and width, averaged over layers; the sentences last."""
    protocol = summary["protocol"]
    console.print(
        f"\n[bold]Masks between hidden layers, and their limits[/]: {protocol['masks']} masks of each width, "
        f"{protocol['grid']} × {protocol['grid']} intervals, {protocol['samples']} digits"
    )
    by_method: dict[str, list[HypothesisRow]] = {}
    for row in summary["rows"]:
        by_method.setdefault(row["method"], []).append(row)
    table = [
        (method if place == 0 else "", *_cells([row["widths"][place] for row in rows]))
        for method, rows in by_method.items()
        for place in range(len(rows[0]["widths"]))
    ]
    columns = ("method", "width", "density", "distance", "random", "unbiased", "spread", "dead")
    print_table(console, Table(columns, table, "lrrrrrrr", narrow=True))
    console.print(
        "Means over layers, numbers of layers and densities. distance: to the histogram at the largest width; random: of random "
        "masks of these densities; unbiased: of histograms sorted by other entries; spread: of the densities of neurons, over "
        "their mean; dead: share of neurons without a weight.\n"
    )
    for text in summary["sentences"]:
        console.print(f"• {text}")


def _cells(found: Sequence[WidthRow]) -> tuple[str, ...]:
    """Means over layers at one width; of rows and columns the larger spread, and the larger share of dead neurons."""

    def mean(of: Callable[[WidthRow], float]) -> float:
        return sum(map(of, found)) / len(found)

    def wider(name: Literal["spread", "dead"]) -> float:
        return mean(lambda each: max(each["rows"][name], each["columns"][name]))

    distances = [mean(itemgetter(name)) for name in ("distance", "random", "unbiased")]
    shown = [
        f"{each:.4f}" if any(distances) else "" for each in distances
    ]  # the largest width is at no distance from itself
    return (
        str(found[0]["width"]),
        f"{mean(itemgetter('density')):.3f}",
        *shown,
        f"{wider('spread'):.2f}",
        f"{wider('dead'):.2f}",
    )


def plot(path: Path, summary: HypothesisSummary) -> None:
    from sparse_limits.numerics.studies.hypothesis_figure import plot_hypothesis

    plot_hypothesis(path, summary)
