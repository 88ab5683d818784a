"""The evidence: one module (or folder) per topic, under the names of `theory`."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from types import ModuleType

from numerics.arguments import InputError
from numerics.evidence import Check, checks_in
from numerics.evidence.comparison import comparisons
from theory.ledger import claims_of
from theory.own_ledger import is_own, own_module


def checks_of(topic: str) -> list[Check]:
    """The checks of a topic, or of code of your own, in the order of their definition, then those of loose bounds.

    Raises:
        TypeError: if two checks of a claim have one name.
        InputError: if a claim that is checked is no name of the topic.
    """
    claims = claims_of(topic).values()
    modules = [own_module(topic)] if is_own(topic) else _modules(topic)
    found: dict[tuple[str, str], Check] = {}
    written = [check for each in modules for check in checks_in(each)]
    compared = [check for claim in claims for check in comparisons(claim)]
    for check in (*written, *compared):
        if check.claim not in claims:
            names = (f"numerics.checks.{topic}", f"theory.{topic}", f"theory/{topic}/__init__.py")
            checked, home, place = (topic,) * 3 if is_own(topic) else names
            raise InputError(
                f"claim {check.claim.label} is checked in {checked} and is no name of {home}, expected it imported in {place}"
            )
        if found.setdefault((check.claim.label, check.name), check) is not check:
            raise TypeError(f"two checks of {check.claim.label} are called {check.name}")
    return list(found.values())


def _modules(topic: str) -> list[ModuleType]:
    """The module or the modules of the folder that have the checks of a topic."""
    module = import_module(f"numerics.checks.{topic}")
    parts = pkgutil.iter_modules(getattr(module, "__path__", ()))
    return [module, *(import_module(f"{module.__name__}.{part.name}") for part in parts)]
