"""`sparse-limits study`: what the theory's predictions are worth on real data and in training."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from functools import partial
from pathlib import Path

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.commands import (
    _calibration_study,
    _depth_study,
    _gap_study,
    _generalisation_study,
    _hypothesis_study,
    _lift_study,
    _origin_study,
    _spectra_study,
)
from sparse_limits.numerics.commands.common import add_jobs, add_limit, add_quiet, progress_of
from sparse_limits.numerics.commands.output_paths import check_places
from sparse_limits.numerics.commands.selection import add_store
from sparse_limits.numerics.reports.writing import write_json, write_outputs
from sparse_limits.numerics.studies import run_shard, settings_of, study

REPORTS = {
    "generalisation": _generalisation_study,
    "lifts": _lift_study,
    "gap": _gap_study,
    "origins": _origin_study,
    "depth": _depth_study,
    "hypothesis": _hypothesis_study,
    "spectra": _spectra_study,
    "calibration": _calibration_study,
}
BESIDE = (
    "command",
    "debug",
    "jobs",
    "cluster",
    "join",
    "json",
    "keep",
    "limit",
    "plot",
    "quiet",
    "shard",
    "study",
    "version",
)  # words of the call that are no settings


def configure(parser: ArgumentParser) -> None:
    """The arguments of the command."""
    studies = parser.add_subparsers(dest="study", metavar="STUDY", required=True)
    for name, report in REPORTS.items():
        one = studies.add_parser(
            name, help=report.PURPOSE, description=f"On {report.DATA}: {report.PURPOSE}.", epilog=report.EPILOG
        )
        report.configure(one)
        add = one.add_argument
        add_jobs(one)
        add("--json", metavar="FILE", help="write all numbers as JSON; - for standard output, without the tables")
        add("--plot", type=Path, metavar="FILE", help="write a picture, .png or .svg (needs matplotlib)")
        add_store(one, "study")
        add("--seed", type=int, default=0, metavar="S", help="seed of all random numbers (default 0)")
        add_limit(one)
        add_quiet(one)


def run(arguments: Namespace) -> int:
    """Measure, report. Raises InputError, in one line, for anything wrong with the call."""
    from rich.console import Console

    from sparse_limits.numerics.store import store_at

    name, report = arguments.study, REPORTS[arguments.study]
    _check_outputs(arguments)
    _check_shard(arguments)
    asked = {word: value for word, value in vars(arguments).items() if word not in BESIDE}
    settings_of(name, **asked)
    console = Console(quiet=arguments.json == "-")
    store = store_at(arguments.keep, arguments.join)
    with progress_of(arguments) as progress:
        told = partial(progress.count, pieces="pieces of work")
        if arguments.shard is not None:
            run_shard(name, arguments.shard, store, **asked, jobs=arguments.jobs, progress=told)
        else:
            summary = study(name, **asked, keep=store, jobs=arguments.jobs, progress=told)
            write_outputs(
                (arguments.plot, lambda to: report.plot(to, summary)),
                (arguments.json, lambda to: write_json(to, summary)),
            )
    if store is not None:
        console.print(
            f"{store.taken} pieces of work kept from before, {store.written} written to {store.folder}", markup=False
        )
    if arguments.shard is None:
        report.show(console, summary)
    if arguments.plot is not None:
        console.print(f"picture written to {arguments.plot}", markup=False)
    return 0


def _check_shard(arguments: Namespace) -> None:
    """InputError for a part of a study without a folder for its results, or with outputs that need the whole study."""
    if arguments.shard is None:
        return
    if arguments.keep is None:
        raise InputError(f"--shard is {arguments.shard!r:.60} without --keep, expected a folder for the results")
    for word in ("json", "plot", "join"):
        if getattr(arguments, word):
            raise InputError(
                f"--{word} and --shard are given, expected --{word} once all parts are joined: --keep, --join"
            )


def _check_outputs(arguments: Namespace) -> None:
    """InputError, before anything is computed, for what could not be written."""
    if arguments.plot is not None:
        from sparse_limits.numerics.pictures.masks import check_plot

        check_plot(arguments.plot)
    check_places({}, {"--plot": arguments.plot, "--json": arguments.json})
