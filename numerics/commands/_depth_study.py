"""`sparse-limits study depth`: its options, and what it prints."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sparse_limits.numerics.printing.tables import Table, print_table
from sparse_limits.numerics.studies.depth_sentences import average
from sparse_limits.numerics.studies.depth_summary import READ_DATA

if TYPE_CHECKING:
    from rich.console import Console

    from sparse_limits.numerics.studies.depth_summary import DepthRow, DepthSummary, ErrorName, Errors

DATA = "digits, wine and breast cancer"
PURPOSE = (
    "what pruning keeps of every layer of networks with library-default initialisation, predicted and observed (D2)"
)
EPILOG = (
    "Networks have biases and one threshold for all layers; scores are computed on a minibatch, at the initial output of each "
    "network. SNIP is run in every setting, the other methods only with the first activation, and methods that read no data "
    "only with the squared error; batch normalisation, on the same weights, only with SNIP and the first activation. "
    "Convolutions, residual blocks and trained networks are not covered."
)
LOSSES = {"cross-entropy": "ce", "mse": "mse"}
NAMES: tuple[ErrorName, ...] = ("target", "averaged", "output", "constant", "floor")


def configure(parser: ArgumentParser) -> None:
    """The options of this study alone."""
    add = parser.add_argument
    add("--data", nargs="+", metavar="D", help="data sets: digits wine breast-cancer (default: all)")
    add("--losses", nargs="+", metavar="L", help="cross-entropy mse (default: both)")
    add("--activations", nargs="+", metavar="F", help="activations, named as in predict (default relu tanh gelu)")
    add("--depths", nargs="+", type=int, metavar="L", help="numbers of hidden layers (default 1 2 3)")
    add("--methods", nargs="+", metavar="M", help="snip grasp-magnitude magnitude synflow (default: all)")
    add(
        "--norms",
        nargs="+",
        metavar="K",
        help="none batch: normalisation before the activations (default: both; with --quick: none)",
    )
    add("--densities", nargs="+", type=float, metavar="R", help="shares of weights kept, in (0, 1) (default .1 .01)")
    add("--networks", type=int, metavar="K", help="number of networks pruned in each setting (default 6)")
    add("--width", type=int, metavar="N", help="number of units of each hidden layer (default 256)")
    add("--samples", type=int, metavar="N", help="largest size of the minibatch (default 128)")
    add(
        "--units",
        type=int,
        metavar="N",
        help="number of units that the law samples in each layer; more units lower its error (default 4096)",
    )
    add(
        "--quick",
        action="store_true",
        help="digits and wine, ReLU, depths 1 2, density .1, 3 networks of 64 units, unless set otherwise",
    )


def show(console: Console, summary: DepthSummary) -> None:
    """A table of layers, one of columns, means over depths and densities; the sentences last."""
    protocol = summary["protocol"]
    console.print(
        f"\n[bold]Layers predicted, and pruned networks[/]: {protocol['networks']} networks of {protocol['width']} units a layer, "
        f"PyTorch's initialisation, minibatches of {protocol['samples']}"
    )
    groups: dict[tuple[str, str], list[DepthRow]] = {}
    for row in summary["rows"]:
        norm = "" if row["norm"] == "none" else f" {row['norm']}"
        method, loss = row["method"], LOSSES[row["loss"]]
        name = f"{method}, {loss}" if method in READ_DATA else method
        if method == "snip":
            name = f"{method}, {row['activation']}{norm}, {loss}"
        groups.setdefault((row["data"], name), []).append(row)
    for what in ("layers", "columns"):
        table = [
            (*group, *cells([row["layer_errors" if what == "layers" else "column_errors"] for row in rows]))
            for group, rows in groups.items()
        ]
        print_table(console, Table((what, "pruned by", *NAMES), table, "llrrrrr", narrow=True))
    console.print(
        "Mean errors of the densities of layers, and of the first layer's columns, in thousandths, over depths and "
        "densities; ce: cross-entropy, mse: squared error. target: initial outputs taken as 0; averaged: over initial outputs "
        "of wide networks; output: given the outputs of the networks; constant: one density for all; floor: the error of an "
        "exact prediction, for so many networks.\n"
    )
    for text in summary["sentences"]:
        console.print(f"• {text}")


def cells(errors: Sequence[Errors]) -> list[str]:
    """Mean errors, in thousandths."""
    found = [average(errors, name) for name in NAMES]
    return ["" if value is None else f"{1000 * value:.1f}" for value in found]


def plot(path: Path, summary: DepthSummary) -> None:
    from sparse_limits.numerics.studies.depth_figure import plot_depth

    plot_depth(path, summary)
