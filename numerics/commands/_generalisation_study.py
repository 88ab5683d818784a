"""`sparse-limits study generalisation`: its options, and what is refused before anything is computed."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from numerics.studies.generalisation import Settings

DATA = "digits"
QUICK: dict[str, Any] = {
    "densities": (0.05, 0.2, 0.7),
    "splits": 6,
    "rows": 1024,
}  # six splits are the fewest that bound a median
PURPOSE = "where the bounds order pruning methods as the test error does, and where not (T1 to T5)"
EPILOG = (
    "Ten seeds are ten random splits of each task: independent draws given the digits, so that what is said holds for "
    "further splits of these digits. Densities and methods share a split. Claims: sparse-limits show T2."
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
    add("--densities", nargs="+", type=float, metavar="R", help="in [.01, 1] (default .02 .05 .1 .2 .4 .7 1)")
    add("--seeds", type=int, metavar="N", help="random splits of each task (default 10)")
    add("--rows", type=int, metavar="N", help="fresh rows that stand for an infinitely wide network (default 4096)")
    add("--quick", action="store_true", help="densities .05 .2 .7, six seeds, fewer rows, where nothing else is asked")
    add("--networks", action="store_true", help="train masked networks too (T3: minutes more)")


def settings(arguments: Namespace) -> Settings:
    """What can be refused before anything is computed."""
    from numerics.studies.generalisation import Settings

    asked = {
        "tasks": arguments.tasks,
        "methods": arguments.methods,
        "densities": arguments.densities,
        "splits": arguments.seeds,
        "rows": arguments.rows,
        "seed": arguments.seed,
    }
    given = {
        name: tuple(value) if isinstance(value, list) else value for name, value in asked.items() if value is not None
    }
    return replace(Settings(), **(QUICK if arguments.quick else {}) | given)


def measure(settings: Settings, arguments: Namespace, console: Console) -> dict:
    """The numbers of the study, with a bar on a terminal while they are computed."""
    from rich.progress import Progress

    from numerics.studies.generalisation import run_study, summarise, units

    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("kernels", total=len(units(settings)))
        outcomes = run_study(settings, arguments.jobs, lambda: progress.advance(bar))
        summary = summarise(settings, outcomes)
        if arguments.networks:
            from numerics.studies.network_study import network_units, run_networks

            bar = progress.add_task("networks", total=len(network_units(settings)))
            summary["networks"] = run_networks(settings, arguments.jobs, lambda: progress.advance(bar))
    return summary


def show(console: Console, summary: dict[str, Any]) -> None:
    from numerics.commands._study_report import show

    show(console, summary)


def plot(path: Path, summary: dict[str, Any]) -> None:
    from numerics.studies.figures import plot_study

    plot_study(path, summary)
