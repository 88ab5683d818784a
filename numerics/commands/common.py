"""What several commands share."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from numerics.arguments import HIGHEST_SEED, MOST_JOBS, MOST_SAMPLES, InputError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table


def add_selection(parser: argparse.ArgumentParser) -> None:
    """Labels and topics as positional arguments."""
    parser.add_argument("names", nargs="*", metavar="LABEL|TOPIC", help="claims to take (default: all)")


def add_data(parser: argparse.ArgumentParser, default: str | None) -> None:
    """The options that name data, their labels and their scaling."""
    add = parser.add_argument
    add(
        "--data",
        default=default,
        metavar="DATA",
        help=f"digits{' (default)' if default else ''}, or a .npz or .csv file",
    )
    add(
        "--labels",
        metavar="LABELLING",
        help="ge:K, is:K, onehot, as-is ... (default: ge5 for digits, as-is for a file)",
    )
    scaling = parser.add_mutually_exclusive_group()
    scaling.add_argument(
        "--standardise", action="store_true", default=None, help="columns to mean 0, variance 1 (digits)"
    )
    scaling.add_argument("--raw", dest="standardise", action="store_false", help="columns as they are (files)")
    add("--samples", type=int, default=MOST_SAMPLES, metavar="N", help=f"random batch of larger data ({MOST_SAMPLES})")


def add_residual(parser: argparse.ArgumentParser) -> None:
    """The option that says whether the network's initial output is part of the residual."""
    parser.add_argument(
        "--residual",
        default="target",
        metavar="KIND",
        help="target: -y, initial output subtracted (default); output: f0 - y",
    )


def check_residual(kind: str) -> None:
    """InputError unless it is one of the two."""
    if kind not in ("target", "output"):
        raise InputError(f"--residual is {kind!r}, expected target or output")


def check_jobs(jobs: int) -> None:
    """InputError unless so many processes may be started."""
    if not 1 <= jobs <= MOST_JOBS:
        raise InputError(f"--jobs is {jobs}, expected a whole number from 1 to {MOST_JOBS}")


def check_seed(seed: int) -> None:
    """InputError unless it is from 0 and below 2^128."""
    if not 0 <= seed <= HIGHEST_SEED:
        raise InputError(f"--seed is {seed!r:.60}, expected a whole number from 0, below 2^128")


def available_cores() -> int:
    """The processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def data_file(source: str | None) -> str | None:
    """The file that --data names, if it names one."""
    return None if source == "digits" else source


@contextmanager
def bar(console: Console, pieces: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal, and what moves it: how many pieces are done, and of how many."""
    from rich.progress import Progress

    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(pieces, total=None)
        yield lambda done, of: progress.update(task, completed=done, total=of)


def number_table(*columns: str) -> Table:
    """A plain table whose columns are aligned to the right."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in columns:
        table.add_column(name, justify="right")
    return table
