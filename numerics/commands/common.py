"""What several commands share."""

from __future__ import annotations

import argparse
import os
from pathlib import Path


def add_selection(parser: argparse.ArgumentParser) -> None:
    """Labels and topics as positional arguments."""
    parser.add_argument("names", nargs="*", metavar="LABEL|TOPIC", help="claims to take (default: all)")


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
