"""What several commands share."""

from __future__ import annotations

import argparse
import os
import stat
import tempfile
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numerics.arguments import MOST_SAMPLES, InputError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table


Named = str | Path | None  # a file as the call names it, - for standard output; None where it names none


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


def add_residual(parser: argparse.ArgumentParser, usual: str = "default") -> None:
    """The option that says whether the network's initial output is part of the residual; usual: when it is not."""
    parser.add_argument(
        "--residual",
        metavar="KIND",
        help=f"target: -y, initial output subtracted ({usual}); output: f0 - y",
    )


def given(arguments: argparse.Namespace, *names: str) -> dict[str, Any]:
    """The options of these names that are given; for the others the call has its own."""
    return {name: getattr(arguments, name) for name in names if getattr(arguments, name) is not None}


def available_cores() -> int:
    """The processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def data_file(source: str | None) -> str | None:
    """The file that --data names, if it names one."""
    return None if source == "digits" else source


# Where a command may write


def check_places(reads: Mapping[str, Named], writes: Mapping[str, Named]) -> None:
    """Refuse, before any work is done, outputs that cannot be written or would destroy an input or one another.

    reads, writes: files by the words of the call that name them, such as `--json`. Files are compared as such, not by
    their names: through links of both kinds, and with the file that standard output goes to.

    Raises:
        InputError: in one line, which names the word, its file, and what else names that file.
    """
    inputs = [(f"which {word} reads", str(path)) for word, path in reads.items() if path is not None]
    outputs = [(word, str(path)) for word, path in writes.items() if path is not None]
    for word, path in outputs:
        for what, taken in inputs:
            _refuse_if_same(word, path, what, taken)
        if path != "-" and _redirected():
            _refuse_if_same(word, path, "where standard output goes", "-")
    for (first, taken), (word, path) in combinations(outputs, 2):
        _refuse_if_same(word, path, f"which {first} writes too", taken)
    for _, path in outputs:
        check_writable(path)


def check_writable(destination: str | None) -> None:
    """Refuse a file that cannot be written before any work is done.

    Raises:
        InputError: if the folder does not exist or does not let us write, or the name is that of a folder or too long.
    """
    if destination is None or destination == "-":
        return
    if "\0" in destination:
        raise InputError(f"{destination!r}: holds a zero byte, expected the name of a file")
    try:
        path = Path(destination)
        if path.is_dir():
            raise InputError(f"{destination or 'the empty name'}: is a folder, expected the name of a file")
        with suppress(FileNotFoundError):
            path.stat()  # it may be too long
        if path.exists() and not path.is_file():  # a device or a pipe
            if not os.access(path, os.W_OK):
                raise InputError(f"{destination}: it cannot be written to, expected a place that can")
            return
        folder = Path(os.path.realpath(destination)).parent
        if not folder.is_dir():
            raise InputError(f"{destination}: the folder {folder} does not exist, expected one that does")
        tempfile.TemporaryFile(dir=folder).close()  # some folders refuse even root
    except OSError as error:
        raise InputError(f"{destination}: {error.strerror or error}, expected a place to write to") from error


def same_file(first: str, second: str) -> bool:
    """Whether two names lead to one file, there or not; - is standard output. /dev/null keeps nothing, so is no file."""
    if first == second == "-":
        return True
    one, other = _status(first), _status(second)
    if one is not None and other is not None:
        return os.path.samestat(one, other) and not os.path.samestat(one, os.stat(os.devnull))
    return one is other and "-" not in (first, second) and _same_new_name(first, second)


def _refuse_if_same(word: str, path: str, what: str, taken: str) -> None:
    if same_file(path, taken):
        raise InputError(f"{word} is {path}, {what}, expected another file")


def _redirected() -> bool:
    """Whether standard output goes to a file."""
    found = _status("-")
    return found is not None and stat.S_ISREG(found.st_mode)


def _status(name: str) -> os.stat_result | None:
    try:
        return os.stat(1 if name == "-" else name)
    except (OSError, ValueError):
        return None


def _same_new_name(first: str, second: str) -> bool:
    """Whether two files that do not exist would be one."""
    one, other = (Path(os.path.realpath(name)) for name in (first, second))
    if one == other:
        return True
    alike = len({unicodedata.normalize("NFC", path.name).casefold() for path in (one, other)}) == 1
    folder, beside = _status(str(one.parent)), _status(str(other.parent))
    if not alike or folder is None or beside is None or not os.path.samestat(folder, beside):
        return False
    return one.name == other.name or _ignores_case(one.parent)


def _ignores_case(folder: Path) -> bool:
    """Whether a and A are one file there, as is usual on macOS and Windows."""
    with suppress(OSError), tempfile.NamedTemporaryFile(prefix=".case", dir=folder) as probe:
        return Path(probe.name.replace(".case", ".CASE")).exists()
    return False


@contextmanager
def bar(console: Console, pieces: str, before: str | None = None) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal, and what moves it: how many pieces are done, and of how many. before: said until it moves."""
    from rich.progress import Progress

    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(before or pieces, total=None)
        yield lambda done, of: progress.update(task, description=pieces, completed=done, total=of)


def number_table(*columns: str) -> Table:
    """A plain table whose columns are aligned to the right."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in columns:
        table.add_column(name, justify="right")
    return table
