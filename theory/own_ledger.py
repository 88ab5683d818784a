"""A ledger of one's own: the claims of a file or a module, beside those of the project."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from os import PathLike, fspath
from pathlib import Path
from types import ModuleType

from sparse_limits.theory.claims import Claim
from sparse_limits.theory.entries import Ledger
from sparse_limits.theory.input_error import InputError
from sparse_limits.theory.own_code import Kind, module_of
from sparse_limits.theory.selection import whole

LEDGER = Kind("ledger", "FILE.py or package.module, whose variables are claims and their checks")


def is_own(topic: str) -> bool:
    """Whether a topic is a file or a module of one's own: no module of `theory` has its name.

    Examples:
        >>> is_own("mytheory.ledger"), is_own("coin.py"), is_own("saliency")
        (True, True, False)
    """
    return topic.endswith(".py") or find_spec(f"sparse_limits.theory.{topic.partition('.')[0]}") is None


def own_module(source: str) -> ModuleType:
    """Import the code of one's own, once while its file does not change: claims compare by identity.

    Raises:
        InputError: for what is not there or raises, and for a module that has the name of one of `theory`.
    """
    if not is_own(source):
        raise InputError(f"ledger is {source!r:.100}, a name that theory has, expected {LEDGER.form}")
    path = Path(source).resolve()
    return _module(source, path, path.stat().st_mtime_ns if path.is_file() else 0)


@cache
def _module(source: str, path: Path, changed: int) -> ModuleType:
    return module_of(source, LEDGER)


def own_claims(source: str) -> dict[str, Claim]:
    """The claims of a file or a module, by the names of their variables."""
    return {name: value for name, value in vars(own_module(source)).items() if isinstance(value, Claim)}


def own_ledger(own: str | PathLike[str], project: Callable[[], Ledger]) -> Ledger:
    """The ledger of a file or a module; project: what loads the project's, whose labels are taken and may be used.

    Raises:
        InputError: what `own_module` refuses, a source without claims, a label that is taken or stands twice, and an unknown
            or circular `uses`.
    """
    source = fspath(own) if isinstance(own, (str, PathLike)) else own
    if not isinstance(source, str):
        raise InputError(f"ledger is {own!r:.100}, expected {LEDGER.form}")
    known = {entry.label: entry.claim for entry in project()}
    # what the file imports of the project to build on is none of its own
    claims = {name: claim for name, claim in own_claims(source).items() if known.get(claim.label) is not claim}
    if not claims:
        raise InputError(f"ledger is {source!r:.100}, which has no claim, expected {LEDGER.form}")
    taken = {*known, *map(whole, known)}
    for name, claim in claims.items():
        if whole(claim.label) in taken:
            raise InputError(f"{name} has the label {claim.label}, which the project has, expected another such as X1")
    try:
        return Ledger({source: claims}, beside=known)
    except ValueError as error:
        raise InputError(f"ledger is {source!r:.100}: {error}") from error
