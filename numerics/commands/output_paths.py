"""Where a command may write: not where nothing can be written, nor over what it reads or writes besides."""

from __future__ import annotations

import os
import stat
import tempfile
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from itertools import combinations
from pathlib import Path

from sparse_limits.numerics.writable import check_writable
from sparse_limits.theory.input_error import InputError

Named = str | Path | None  # a file as the call names it, - for standard output; None where it names none


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


def code_file(source: str | None) -> str | None:
    """The file of one's own code that an option names: `FILE.py`, or `FILE.py:function`; None for a package or nothing.

    Examples:
        >>> code_file("model.py:build"), code_file("mine.py"), code_file("package.module:build"), code_file(None)
        ('model.py', 'mine.py', None, None)
    """
    file = "" if source is None else source if source.endswith(".py") else source.rpartition(":")[0]
    return file if file.endswith(".py") else None


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
