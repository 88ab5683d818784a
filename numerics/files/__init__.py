"""Files written whole or not at all, and files that cannot be read."""

from __future__ import annotations

import os
import platform
import re
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import EACCES
from functools import cache
from hashlib import sha256
from pathlib import Path

from sparse_limits.numerics.arguments import InputError

ADDRESS = re.compile(r"\bat 0x[0-9a-f]+")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary name beside `path`, with its suffix, that takes its place when the block ends without an error.

    A link keeps pointing where it does, and a file that is there keeps who may read it; a device or a pipe is written to,
    not replaced. What processes that were killed have left of the same file is removed first.

    Raises InputError, in one line, if the file cannot be written there, or one is there that must not be written to.
    """
    try:
        special = path.exists() and not path.is_file()
        target = path if special else path.resolve()
        if target.exists() and not os.access(target, os.W_OK):  # of its folder it could be replaced all the same
            raise PermissionError(EACCES, os.strerror(EACCES))
        mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o666 & ~_umask()
        folder = None if special else target.parent
        if not special:
            remove_abandoned(target)
        prefix = f"{_beginning(target)}{os.getpid()}-"
        handle, name = tempfile.mkstemp(prefix=prefix, suffix=target.suffix, dir=folder)
        temporary = Path(name)
        try:
            os.close(handle)
            yield temporary
            if special:
                target.write_bytes(temporary.read_bytes())
            else:
                temporary.chmod(mode)
                temporary.replace(target)
        finally:
            with suppress(FileNotFoundError):
                temporary.unlink()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}, expected a place to write to") from error


def remove_abandoned(file: Path) -> None:
    """Remove the temporaries of `replacing` beside a file whose processes, of this machine, are gone: they were killed.

    Those of living processes stay, and those of other machines, about which nothing is known here.
    """
    if os.name != "posix":  # elsewhere `os.kill` ends a process, whatever the signal
        return
    ours = re.compile(re.escape(_beginning(file)) + "([0-9]{1,9})-[a-z0-9_]{8}" + re.escape(file.suffix))
    with suppress(OSError):  # a folder that can be written to need not be one that can be listed
        for found in filter(None, map(ours.fullmatch, os.listdir(file.parent))):
            if not _lives(int(found[1])):
                with suppress(OSError):  # another process may have been faster
                    (file.parent / found[0]).unlink()


def _beginning(file: Path) -> str:
    """How the names of temporaries for a file begin on this machine, before the number of the process."""
    return f".{file.stem[:40]}-{_machine()}-"


@cache
def _machine() -> str:
    """What tells apart machines that share a folder, and containers, in which processes have numbers of their own."""
    numbers = ""
    with suppress(OSError):  # there is no such file but on Linux
        numbers = os.readlink("/proc/self/ns/pid")
    return sha256(f"{platform.node()} {numbers}".encode()).hexdigest()[:8]


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)  # which asks, and sends nothing
    except ProcessLookupError:
        return False
    except PermissionError:  # it is somebody else's
        pass
    return True


@contextmanager
def reading(expected: str) -> Iterator[None]:
    """Turn what a library raises over a file, nearly anything if it is damaged, into InputError with what was expected.

    Only calls of a library that read belong inside: a bug of ours would look like a damaged file.
    """
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.strerror:
            raise InputError(f"{error.strerror}, expected a file that can be read") from error
        raise InputError(f"damaged ({one_line(error)}), expected {expected}") from error


def check_readable(file: Path) -> None:
    """InputError, with the file's name, unless there is a file of this name that can be opened."""
    try:
        if not file.is_file():
            raise InputError(f"{file}: {other_than_a_file(file)}, expected a file")
        file.open("rb").close()
    except OSError as error:
        raise InputError(f"{file}: {error.strerror or error}, expected a file that can be read") from error


def other_than_a_file(path: Path) -> str:
    """What a path that is no plain file is instead."""
    if path.is_dir():
        return "is a folder"
    return "is a device or a pipe" if path.exists() else "there is no such file"


def one_line(error: BaseException) -> str:
    """What an error says, in one line; its kind if it says nothing, or names an object by its address in memory."""
    said = " ".join(str(error).split())
    return said if said and not ADDRESS.search(said) else type(error).__name__


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
