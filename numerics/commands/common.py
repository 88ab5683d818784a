"""What several commands share."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numerics.files import replacing

if TYPE_CHECKING:
    import numpy as np
    from rich.table import Table

    from numerics.data import Dataset

MOST_SAMPLES = 4096
MOST_ENTRIES = 2**25  # of an array: 256 MB


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
    """ValueError unless it is one of the two."""
    if kind not in ("target", "output"):
        raise ValueError(f"--residual is {kind!r}, expected target or output")


def load_data(source: str, labels: str | None, standardise: bool | None) -> Dataset:
    """The data that the options name."""
    from numerics.data import digits, load

    if source == "digits":
        return digits(labels or "ge5", standardise is not False)
    return load(source, labels or "as-is", bool(standardise))


def batch(data: Dataset, samples: int, rng: np.random.Generator) -> Dataset:
    """A random subset of at most `samples` samples, in their order."""
    import numpy as np

    from numerics.data import Dataset

    if len(data.x) <= samples:
        return data
    chosen = np.sort(rng.choice(len(data.x), samples, replace=False))
    return Dataset(data.x[chosen], data.y[chosen], data.name, data.labelling)


def available_cores() -> int:
    """The processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def check_writable(destination: str | None) -> None:
    """Refuse a file that cannot be written before any work is done.

    Raises:
        ValueError: if the folder does not exist or does not let us write, or the name is that of a folder or too long.
    """
    if destination is None or destination == "-":
        return
    path = Path(destination)
    try:
        path.stat()
    except FileNotFoundError:
        pass
    except OSError as error:
        raise ValueError(f"{destination}: {error.strerror}, expected the name of a file") from error
    if path.is_dir():
        raise ValueError(f"{destination}: is a folder, expected the name of a file")
    if not path.parent.is_dir():
        raise ValueError(f"{destination}: the folder {path.parent} does not exist")
    special = path.exists() and not path.is_file()  # a device or a pipe
    if not os.access(path if special else path.parent, os.W_OK):
        raise ValueError(f"{destination}: {'it' if special else f'the folder {path.parent}'} cannot be written to")


def number_table(*columns: str) -> Table:
    """A plain table whose columns are aligned to the right."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in columns:
        table.add_column(name, justify="right")
    return table


def write_json(target: str, summary: Mapping[str, Any]) -> None:
    """All numbers of a run to a file, or to standard output for -; what is not finite becomes null."""
    text = json.dumps(_finite(summary), indent=2, allow_nan=False) + "\n"
    if target == "-":
        print(text, end="")
        return
    with replacing(Path(target)) as temporary:
        temporary.write_text(text, "utf-8")


def _finite(value: object) -> object:
    """The same with None for numbers that JSON cannot hold."""
    if isinstance(value, Mapping):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not isfinite(value) else value
