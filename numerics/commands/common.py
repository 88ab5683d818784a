"""What several commands share."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sparse_limits.numerics.arguments import MOST_SAMPLES, InputError
from sparse_limits.numerics.commands.output_paths import code_file
from sparse_limits.numerics.door import OF_THE_DATA
from sparse_limits.numerics.printing.progress import Progress, progress
from sparse_limits.theory.own_code import Kind, called, is_code

if TYPE_CHECKING:
    from sparse_limits.numerics.data import DataSource

DATA = Kind(
    "data",
    "a file, or FILE.py:loader or package.module:loader, a function without arguments that returns a loader, a dataset of "
    "torch, arrays (x, y), or batches",
)


def add_data(
    parser: argparse.ArgumentParser,
    default: str | None,
    samples: int = MOST_SAMPLES,
    *,
    losses: bool = False,
    more: Sequence[str] = (),
) -> None:
    """The options that name data, their labels and their scaling.

    samples: so many are taken unless others are asked for. losses: whether the command knows cross-entropy. more: other
    names of --samples.
    """
    group = parser.add_argument_group("data")
    add, usual = group.add_argument, " (default)" if default else ""
    add(
        "--data",
        default=default,
        metavar="DATA",
        help=f"digits{usual}, a .csv, .tsv, .parquet, .npz, .npy, .pt file, or FILE.py:loader",
    )
    add(
        "--labels",
        metavar="LABELLING",
        help=f"ge:K, is:K, onehot, as-is ... (default: ge5 for digits; inferred for a file{'; onehot with cross-entropy' if losses else ''})",
    )
    add("--target", nargs="+", metavar="COLUMN", help="label columns, by name or number from 1 (default last)")
    add(
        "--classes",
        type=int,
        metavar="N",
        help="number of classes, unseen ones included",
    )
    add("--missing", metavar="HOW", help="missing values: drop (sample) or mean (of column)")
    add_drop(group)
    scaling = group.add_mutually_exclusive_group()
    scaling.add_argument(
        "--standardise", action="store_true", default=None, help="scale to mean 0 and variance 1 (default for digits)"
    )
    scaling.add_argument(
        "--raw", dest="standardise", action="store_false", help="leave columns as they are (default for files)"
    )
    add("--samples", *more, type=int, metavar="N", help=f"largest number, drawn at random (default {samples})")


def add_drop(parser: argparse._ActionsContainer) -> None:
    """The option that leaves columns of a table out."""
    parser.add_argument("--drop", nargs="+", metavar="COLUMN", help="columns of a table to leave out, such as dates")


def add_residual(parser: argparse.ArgumentParser, usual: str = "default") -> None:
    """The option that says whether the network's initial output is part of the residual; usual: when it is not."""
    parser.add_argument(
        "--residual",
        metavar="KIND",
        help=f"target: -y, with the initial output subtracted ({usual}); output: f0 - y",
    )


def add_layer(parser: argparse._ActionsContainer, what: str) -> None:
    """The option that names one layer of a file; what: the layer in words."""
    parser.add_argument(
        "--layer", metavar="NAME", help=f"key of {what}, with or without module., .weight, .weight_mask"
    )


READING = ("nonzero", "below", "transpose", "transposed")  # the options of `add_reading`


def add_reading(parser: argparse._ActionsContainer) -> None:
    """The options that say how masks are read from a file."""
    add = parser.add_argument
    add("--nonzero", action="store_true", help="read pruned weights: non-zero entries count as kept")
    add(
        "--below",
        type=float,
        metavar="X",
        help="count weights up to this size as pruned, such as 1e-6",
    )
    add("--transpose", action="store_true", help="outputs are the last axis, not the first (Keras, Flax)")
    add(
        "--transposed",
        action="append",
        metavar="PATTERN",
        help="layer with its inputs first (transposed convolution, Conv1D of GPT-2), such as up1 or 'up.*'; repeatable",
    )


def given(arguments: argparse.Namespace, *names: str) -> dict[str, Any]:
    """The options of these names that are given; for the others the call has its own."""
    return {name: getattr(arguments, name) for name in names if getattr(arguments, name) is not None}


def data_source(arguments: argparse.Namespace) -> DataSource:
    """Where the data are and how to read them, by the options of `add_data`; what a function of the user's returns is read at once."""
    from sparse_limits.numerics.data import DataSource
    from sparse_limits.numerics.files.loaders import held_samples

    options = given(arguments, *OF_THE_DATA)
    if len(options.get("target", ())) == 1:
        options["target"] = options["target"][0]  # one column, as it is given in Python
    data = arguments.data
    return DataSource(held_samples("data", called(data, DATA), data) if is_code(data) else data, **options)


def check_data(data: str | None) -> None:
    """InputError for a file of code without a function in it."""
    if data is not None and data.endswith(".py"):
        raise InputError(f"--data is {data!r:.100}, expected the function in it, too, as {data:.100}:loader")


def available_cores() -> int:
    """The processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def add_jobs(parser: argparse._ActionsContainer) -> None:
    """The options that say where tasks run: in processes here, or on a cluster."""
    where = parser.add_mutually_exclusive_group()
    cores = str(available_cores())  # a text: argparse takes a number that equals a default for one that is not given
    where.add_argument("--jobs", type=int, default=cores, metavar="N", help="processes (default: all available cores)")
    add_cluster(where)


def add_cluster(parser: argparse._ActionsContainer) -> None:
    """The option of a command whose tasks can run on a cluster: `main` joins it."""
    parser.add_argument("--cluster", metavar="C", help="run on a dask cluster: ADDRESS or local:N")


def data_file(source: str | None) -> str | None:
    """The file that --data names, if it names one: of data, or of code that returns them."""
    if source is None or source == "digits":
        return None
    return code_file(source) if is_code(source) else source


def mask_files(word: str, name: str) -> dict[str, Path]:
    """The files in which layers are stored, of a folder, an index or a file, by the words that name them to `check_places`.

    word: that of the call, such as MASK. InputError for a folder of no network, or of several.
    """
    from sparse_limits.numerics.masks.files import file_of
    from sparse_limits.numerics.masks.shards import shards_of

    file = file_of(name)
    return {word: file} | {f"{word} ({shard.name})": shard for shard in shards_of(file)}


def add_limit(parser: argparse._ActionsContainer) -> None:
    """The option of a command whose work grows with what it is given: `main` allows so much while it runs."""
    parser.add_argument(
        "--limit", metavar="L", help="memory and time allowed, such as 8G or 8G,1h (default: 3/4 of memory, 10 min)"
    )


def add_quiet(parser: argparse._ActionsContainer) -> None:
    """The option of a command that may take long, which otherwise shows how far it is."""
    parser.add_argument("--quiet", action="store_true", help="do not show progress on standard error")


def progress_of(arguments: argparse.Namespace) -> AbstractContextManager[Progress]:
    """What a command reports its progress to, shown while the block runs."""
    return progress(arguments.command, quiet=arguments.quiet)
