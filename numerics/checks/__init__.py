"""The evidence: one module (or folder) per topic, under the names of `theory`."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.evidence import Check, checks_in, reasons
from sparse_limits.numerics.evidence.comparison import comparisons
from sparse_limits.theory.claims import Claim
from sparse_limits.theory.dependencies import file_of
from sparse_limits.theory.lazy import homes
from sparse_limits.theory.ledger import TOPICS, claims_of, labels_of, ledger_for
from sparse_limits.theory.own_ledger import is_own, own_module

CLAIM = re.compile(r"^(\w+) = Claim\($", re.MULTILINE)


def checks_of(topic: str) -> list[Check]:
    """The checks of a topic, or of code of your own, in the order of their definition, then those of loose bounds.

    Raises:
        InputError: if two checks of a claim have one name.
        InputError: if a claim that is checked is no name of the topic.
    """
    claims = claims_of(topic).values()
    if is_own(topic):
        for claim in claims:
            _wrong_forms(claim)
    else:
        _refuse_hidden(topic)
    written = _checks_in([own_module(topic)] if is_own(topic) else map(import_module, _modules(topic)))
    theirs = set().union(*map(labels_of, TOPICS)) if is_own(topic) else set()
    for check in written:
        if check.claim.label in theirs:
            raise InputError(f"{topic} checks {check.claim.label}, which is the project's, expected a claim of its own")
        if check.claim not in claims:
            names = (
                f"sparse_limits.numerics.checks.{topic}",
                f"sparse_limits.theory.{topic}",
                f"theory/{topic}/__init__.py",
            )
            checked, home, place = (topic,) * 3 if is_own(topic) else names
            raise InputError(
                f"claim {check.claim.label} is checked in {checked} and is no name of {home}, expected it imported in {place}"
            )
    return _with_comparisons(written, claims)


def _refuse_hidden(topic: str) -> None:
    """InputError for a claim that stands in a module of a topic and is no name of it, so that no run would find it."""
    package = f"sparse_limits.theory.{topic}"
    for module in _parts(package):
        file = file_of(module)
        for name in CLAIM.findall(file.read_text("utf-8")) if file else ():
            if name not in homes(package):
                place = module.removeprefix("sparse_limits.").replace(".", "/")
                raise InputError(
                    f"claim {name} stands in {place}.py and is no name of {package}, "
                    f"expected it imported in theory/{topic}/__init__.py"
                )


def checks_of_claims(topic: str, labels: Collection[str]) -> list[Check]:
    """The checks of some claims of a topic, as `checks_of` returns them; only the modules that name these claims are imported.

    Raises:
        InputError: if two checks of a claim have one name.
    """
    if topic not in TOPICS or set(labels_of(topic)) <= set(labels):
        return [check for check in checks_of(topic) if check.claim.label in labels]
    entries = [entry for entry in ledger_for(sorted(labels)) if entry.label in labels]
    claims = [entry.claim for entry in entries]
    modules = [module for module, names in _naming(topic).items() if any(entry.name in names for entry in entries)]
    written = _checks_in(map(import_module, modules))
    return _with_comparisons([check for check in written if check.claim in claims], claims)


def _checks_in(modules: Iterable[ModuleType]) -> list[Check]:
    return [check for each in modules for check in checks_in(each)]


def _with_comparisons(written: Iterable[Check], claims: Iterable[Claim]) -> list[Check]:
    """The checks that stand beside the proofs, those that are written, each once, and those of the loose bounds."""
    found: dict[tuple[str, str], Check] = {}
    claims = list(claims)
    beside = (check for claim in claims for check in _reasons(claim))
    for check in (*beside, *written, *(check for claim in claims for check in comparisons(claim))):
        if found.setdefault((check.claim.label, check.name), check) is not check:
            raise InputError(
                f"two checks of {check.claim.label} are called {check.name}, expected another name for a step, a reason or a check"
            )
    return list(found.values())


def _reasons(claim: Claim) -> list[Check]:
    """The checks that stand beside a proof; InputError for what its author has to correct, as a reason of no step."""
    with _corrected(claim, "reason"):
        return reasons(claim)


def _wrong_forms(claim: Claim) -> None:
    """InputError for wrong forms that are none; those of the project are computed where a check needs them."""
    with _corrected(claim, "wrong form"):
        claim.wrong_forms  # noqa: B018


@contextmanager
def _corrected(claim: Claim, what: str) -> Iterator[None]:
    try:
        yield
    except (TypeError, ValueError) as error:
        words = str(error).removeprefix(f"{claim.label}: ")
        raise InputError(f"{claim.label}: {words}, expected another {what}") from error


def _modules(topic: str) -> list[str]:
    """The module, or the package and its modules, that have the checks of a topic; none where all stand beside their claims."""
    package = f"sparse_limits.numerics.checks.{topic}"
    return [] if find_spec(package) is None else [package, *_parts(package)]


def _parts(package: str) -> list[str]:
    """The modules in a package, and those in packages inside, which are not imported; none in a module."""
    return [
        f"{package}.{name}" for folder in getattr(import_module(package), "__path__", ()) for name in _inside(folder)
    ]


def _inside(folder: str) -> Iterator[str]:
    for part in pkgutil.iter_modules([folder]):
        yield part.name
        if part.ispkg:
            yield from (f"{part.name}.{name}" for name in _inside(str(Path(folder, part.name))))


@cache
def _naming(topic: str) -> Mapping[str, frozenset[str]]:
    """For each module with checks of a topic the names of the topic that occur in its text; the modules are not imported."""
    name = re.compile(rf"\b(?:{'|'.join(homes(f'sparse_limits.theory.{topic}'))})\b")
    files = {module: file_of(module) for module in _modules(topic)}
    return {module: frozenset(name.findall(file.read_text("utf-8"))) for module, file in files.items() if file}
