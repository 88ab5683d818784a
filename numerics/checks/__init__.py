"""The evidence: one module (or folder) per topic, under the names of `theory`."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from numerics.evidence import Check, checks_in


def checks_of(topic: str) -> list[Check]:
    """The checks of a topic, in the order of their definition."""
    module = import_module(f"numerics.checks.{topic}")
    parts = pkgutil.iter_modules(getattr(module, "__path__", ()))
    modules = [module, *(import_module(f"{module.__name__}.{part.name}") for part in parts)]
    found = {(check.claim.label, check.name): check for each in modules for check in checks_in(each)}
    return list(found.values())
