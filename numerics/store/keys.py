"""What a result depends on, as a digest: the code behind it, the packages that this code runs with, and the machine's kind."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, requires, version
from math import inf
from os.path import relpath
from pathlib import Path

from sparse_limits.theory.dependencies import PACKAGE, ROOT, files_behind
from sparse_limits.theory.lazy import BEGAN

PROJECT = "sparse-limits"
PRINTERS = frozenset({"rich", "latex2mathml", "pylatexenc"})  # they show results, and no result depends on them


def key_of(code: str, *words: str) -> str:
    """The key of a result: a digest of the code behind it (`code_digest`) and of words that say what was asked."""
    return sha256("\0".join((code, *words)).encode()).hexdigest()


@cache
def code_digest(modules: frozenset[str]) -> str:
    """A digest of the files of modules and of all that they import of this project, of the packages and of the machine."""
    return digest_of(files_of(modules), environment())


@cache
def files_of(modules: frozenset[str]) -> frozenset[Path]:
    """The files of modules and of all that they import of this project."""
    return files_behind(modules)


def changed(files: Iterable[Path]) -> frozenset[Path]:
    """The files that have changed since this process imported the package, or are gone: what runs here may be older.

    A key is of the files on disk, so no result of this process belongs under a key of these.
    """
    return frozenset(path for path in files if _changed_at(path) > BEGAN)


def _changed_at(path: Path) -> float:
    """When a file was last written, or replaced by another that may have been written long ago."""
    try:
        found = path.stat()
    except OSError:
        return inf
    return max(found.st_mtime_ns, found.st_ctime_ns)


def digest_of(files: Iterable[Path], environment: Mapping[str, str]) -> str:
    """A digest of the names of files in the package, of their contents, and of an environment."""
    digest = sha256(repr(sorted(environment.items())).encode())
    named = {_name(path): path for path in files}
    for name, path in sorted(named.items()):
        digest.update(f"\0{name}\0".encode() + _content(path))
    return digest.hexdigest()


@cache
def _name(path: Path) -> str:
    """The same in a checkout, where folders of the package are links, and in an installed package."""
    return Path(relpath(path, ROOT)).as_posix().removeprefix(f"{PACKAGE}/")


@cache
def _content(path: Path) -> bytes:
    return sha256(path.read_bytes()).digest()


@cache
def environment() -> Mapping[str, str]:
    """Python, the kind of machine, and the versions of the packages that this project requires, with what these require.

    Extras and printers are left out: no result of a store depends on them.
    """
    found = {"python": f"{platform.python_implementation()} {platform.python_version()}"}
    found["machine"] = f"{platform.system()} {platform.machine()}"
    waiting = _required(PROJECT)
    while waiting:
        name = waiting.pop()
        if name not in found and name not in PRINTERS:
            try:
                found[name] = version(name)
            except PackageNotFoundError:  # required on other systems alone
                found[name] = "not installed"
            else:
                waiting += _required(name)
    return found


def _required(package: str) -> list[str]:
    """The names of the packages that a package requires without any of its extras."""
    lines = (line for line in requires(package) or () if "extra ==" not in line)
    return [re.sub(r"[-_.]+", "-", found[0]).lower() for line in lines if (found := re.match(r"[\w.-]+", line))]
