"""`sparse-limits study`: what the theory's predictions are worth on real data and in training."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from numerics.commands import _gap_study, _generalisation_study, _lift_study, _origin_study
from numerics.commands.common import available_cores, check_jobs, check_places
from numerics.reports.writing import write_json

STUDIES = {"generalisation": _generalisation_study, "lifts": _lift_study, "gap": _gap_study, "origins": _origin_study}


def configure(parser: ArgumentParser) -> None:
    """The arguments of the command."""
    studies = parser.add_subparsers(dest="study", metavar="STUDY", required=True)
    for name, study in STUDIES.items():
        one = studies.add_parser(
            name, help=study.PURPOSE, description=f"On {study.DATA}: {study.PURPOSE}.", epilog=study.EPILOG
        )
        study.configure(one)
        add = one.add_argument
        add("--jobs", type=int, default=available_cores(), metavar="N", help="processes (default: the cores there are)")
        add("--json", metavar="FILE", help="all numbers; - for standard output, without the tables")
        add("--plot", type=Path, metavar="FILE", help="a picture, .png or .svg (needs sparse-limits[plot])")
        add("--seed", type=int, default=0, metavar="S", help="of all random numbers (default 0)")


def run(arguments: Namespace) -> int:
    """Measure, report. Raises InputError, in one line, for anything wrong with the call."""
    from rich.console import Console

    study = STUDIES[arguments.study]
    _check_outputs(arguments)
    settings = study.settings(arguments)
    console = Console(quiet=arguments.json == "-")
    summary = study.measure(settings, arguments, console)
    study.show(console, summary)
    if arguments.plot is not None:
        study.plot(arguments.plot, summary)
        console.print(f"picture written to {arguments.plot}")
    if arguments.json is not None:
        write_json(arguments.json, summary)
    return 0


def _check_outputs(arguments: Namespace) -> None:
    """InputError, before anything is computed, for what could not be written or started."""
    check_jobs(arguments.jobs)
    if arguments.plot is not None:
        from numerics.reports.figures import check_plot

        check_plot(arguments.plot)
    check_places({}, {"--plot": arguments.plot, "--json": arguments.json})
