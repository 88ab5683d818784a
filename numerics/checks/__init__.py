"""The evidence: one module (or folder) per topic, under the names of `theory`."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from numerics.arguments import InputError
from numerics.evidence import Check, checks_in
from numerics.evidence.comparison import comparisons
from theory.ledger import claims_of


def checks_of(topic: str) -> list[Check]:
    """The checks of a topic, in the order of their definition, then those of loose bounds.

    Raises:
        TypeError: if two checks of a claim have one name.
        InputError: if a claim that is checked is no name of the topic.
    """
    claims = claims_of(topic).values()
    module = import_module(f"numerics.checks.{topic}")
    parts = pkgutil.iter_modules(getattr(module, "__path__", ()))
    modules = [module, *(import_module(f"{module.__name__}.{part.name}") for part in parts)]
    found: dict[tuple[str, str], Check] = {}
    written = [check for each in modules for check in checks_in(each)]
    compared = [check for claim in claims for check in comparisons(claim)]
    for check in (*written, *compared):
        if check.claim not in claims:
            raise InputError(
                f"claim {check.claim.label} is checked in numerics.checks.{topic} and is no name of theory.{topic}, "
                f"expected it imported in theory/{topic}/__init__.py"
            )
        if found.setdefault((check.claim.label, check.name), check) is not check:
            raise TypeError(f"two checks of {check.claim.label} are called {check.name}")
    return list(found.values())
