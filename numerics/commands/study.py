"""`sparse-limits study`: what the theory's predictions are worth on real data and in training."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numerics.commands._lift_study import add_lifts, run_lifts
from numerics.commands.common import available_cores, check_writable, write_json

if TYPE_CHECKING:
    from rich.console import Console

    from numerics.studies.generalisation import Settings

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
    """The arguments of the command."""
    studies = parser.add_subparsers(dest="study", metavar="STUDY", required=True)
    study = studies.add_parser("generalisation", help=PURPOSE, description=f"On digits: {PURPOSE}.", epilog=EPILOG)
    add = study.add_argument
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
    add("--jobs", type=int, default=available_cores(), metavar="N", help="processes (default: the cores there are)")
    add("--json", metavar="FILE", help="all numbers; - for standard output, without the tables")
    add("--plot", type=Path, metavar="FILE", help="a picture, .png or .svg (needs sparse-limits[plot])")
    add("--seed", type=int, default=0, metavar="S", help="of all random numbers (default 0)")
    add_lifts(studies)


def run(arguments: Namespace) -> int:
    """Measure, report. Raises ValueError, in one line, for anything wrong with the call."""
    if arguments.study == "lifts":
        return run_lifts(arguments)
    from rich.console import Console

    settings = _settings(arguments)
    console = Console(quiet=arguments.json == "-")
    summary = _measured(settings, arguments, console)
    from numerics.commands._study_report import show

    show(console, summary)
    if arguments.plot is not None:
        from numerics.studies.figures import plot_study

        plot_study(arguments.plot, summary)
        console.print(f"picture written to {arguments.plot}")
    if arguments.json is not None:
        write_json(arguments.json, summary)
    return 0


def _settings(arguments: Namespace) -> Settings:
    """What can be refused before anything is computed."""
    from numerics.masks import checked_integer
    from numerics.studies.generalisation import Settings

    checked_integer("jobs", arguments.jobs, 1, 1024)
    if arguments.plot is not None:
        from numerics.figures import check_plot

        check_plot(arguments.plot)
    for path in (arguments.plot, arguments.json):
        check_writable(None if path is None else str(path))
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


def _measured(settings: Settings, arguments: Namespace, console: Console) -> dict:
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
