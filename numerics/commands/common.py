"""What several commands share."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from numerics.data import Dataset

MOST_SAMPLES = 4096


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
