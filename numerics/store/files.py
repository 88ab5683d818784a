"""The files of a store: one line a result, appended as it comes, with a digest by which a torn line is known.

Each process that writes has a file of its own. So no lock is needed, a process that is killed spoils its own last line
alone, and the stores of several machines are joined by reading them together, or by copying their files into one folder.

A result that was added outlives its process, however that ends. After a loss of power the last ones may be missing: the system
writes them to disk some seconds later, and nothing waits for that, since it can take as long as a short result. What is missing
is computed again.

A line is a JSON list: the digest of what follows it, the key, what the result is of (for people), and the result.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator
from errno import ENOSPC
from hashlib import sha256
from os import PathLike, fspath, strerror
from pathlib import Path
from typing import TypeAlias

from sparse_limits.numerics.arguments import InputError

PATTERN = "results-*.jsonl"
DIGITS = 64  # of a digest
HEAD = 2 + DIGITS + 3  # the length of `["digest", `, which each line begins with

Folders: TypeAlias = str | PathLike[str] | Iterable[str | PathLike[str]]


class Store:
    """Results in a folder, by key.

    Args:
        folder: made if it does not exist.
        joined: folders of other stores, one or several, whose results are copied into this one.

    Raises:
        InputError: for a folder that is a file, has no name or cannot be used, and for a joined folder without results.

    Examples:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     Store(folder).add("a" * 64, "one plus one", 2)
        ...     Store(folder).find("a" * 64), Store(folder).find("b" * 64)
        ([2], [])
    """

    def __init__(self, folder: str | PathLike[str], joined: Folders = ()) -> None:
        if not fspath(folder):  # which Path takes for the current folder
            raise InputError("keep is '', expected a folder")
        self.folder = Path(folder)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except (OSError, ValueError) as error:
            raise InputError(f"keep is {fspath(folder)!r:.200}: {_why(error)}, expected a folder") from None
        self.taken = self.written = 0  # results that were found here, and that were added
        self.told = False  # whether it was said that files have changed since this process began
        self._own = self._new_file()
        self._lines = dict(_lines(self.folder, "keep"))
        for place in _several(joined):
            found = dict(_lines(Path(place), "join")) if fspath(place) else {}
            if not found:
                raise InputError(
                    f"join is {fspath(place)!r:.200}, which has no results, expected the folder of a store"
                )
            for key, line in found.items():
                if key not in self._lines:
                    self._append(key, line)

    def find(self, key: str) -> list[object]:
        """Return the result of a key in a list, as plain values; an empty list if there is none."""
        line = self._lines.get(key.encode())
        if line is None:
            return []
        self.taken += 1
        return [json.loads(b"[" + line + b"]")[2]]

    def add(self, key: str, what: str, result: object) -> None:
        """Append a result of plain values under a key. InputError if it cannot be written."""
        self.written += 1
        # in ASCII: the name of a file need be no text
        self._append(key.encode(), json.dumps([key, what, result])[1:-1].encode())

    def _new_file(self) -> Path:
        return self.folder / f"results-{uuid.uuid4().hex}.jsonl"

    def _append(self, key: bytes, line: bytes) -> None:
        whole = b'["%s", %s]\n' % (sha256(line).hexdigest().encode(), line)
        try:
            with self._own.open("ab", buffering=0) as file:
                written = file.write(whole)
            if written < len(whole):
                raise OSError(ENOSPC, strerror(ENOSPC))
        except OSError as error:
            self._own = self._new_file()  # what is added after this line, which may be torn, is no part of it
            raise InputError(
                f"keep is {str(self.folder)!r:.200}: {_why(error)}, expected a folder to write to"
            ) from None
        self._lines[key] = line


def _lines(folder: Path, word: str) -> Iterator[tuple[bytes, bytes]]:
    """The keys of a folder's files with what stands after the digest in each whole line; torn lines are passed over."""
    try:
        texts = [path.read_bytes() for path in sorted(folder.glob(PATTERN))]
    except OSError as error:
        raise InputError(f"{word} is {str(folder)!r:.200}: {_why(error)}, expected a folder to read") from None
    for line in (line for text in texts for line in text.split(b"\n")):
        rest = line[HEAD:-1]
        if line[2 : 2 + DIGITS] == sha256(rest).hexdigest().encode():
            yield rest[1 : 1 + DIGITS], rest


def _why(error: OSError | ValueError) -> str:
    return str(getattr(error, "strerror", None) or error)


def _several(folders: Folders) -> list[str | PathLike[str]]:
    """The folders; one by itself is the only one."""
    return [folders] if isinstance(folders, (str, PathLike)) else [*folders]


Place = Store | str | PathLike[str] | None  # a store or its folder


def store_at(keep: Place, join: Folders = ()) -> Store | None:
    """Return the store of a folder, with the results of other stores, one or several; None without a folder.

    Raises:
        InputError: as `Store`, and for stores to join without a folder to keep their results in.
    """
    joined = _several(join)
    if keep is None:
        if joined:
            raise InputError(
                f"join is {fspath(joined[0])!r:.200}, expected `keep`, too: the folder that takes the results"
            )
        return None
    if not isinstance(keep, Store):
        return Store(keep, joined)
    if joined:
        raise InputError(f"join is {fspath(joined[0])!r:.200}, expected none with a Store, which joins others itself")
    return keep
