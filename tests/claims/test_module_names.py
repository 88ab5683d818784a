"""A claim and its checks have the same name: they stand in the claim's file, or in a module that begins like it or has its name."""

from __future__ import annotations

import pytest

from sparse_limits.numerics.checks import checks_of
from sparse_limits.theory.lazy import homes
from sparse_limits.theory.ledger import TOPICS, load_ledger

CHECKS = "sparse_limits.numerics.checks."


@pytest.mark.parametrize("topic", TOPICS)
def test_checks_are_found_by_the_name_of_the_claim(topic: str) -> None:
    checks, home = checks_of(topic), homes(f"sparse_limits.theory.{topic}")
    for entry in (entry for entry in load_ledger() if entry.topic == topic):
        modules = {check.body.__module__ for check in checks if check.claim is entry.claim}
        if home[entry.name] in modules:  # its reasons
            continue
        names = {module.rpartition(".")[2] for module in modules if module.startswith(CHECKS)}
        first = home[entry.name].rpartition(".")[2].partition("_")[0]
        assert any(name == entry.name or name.startswith(first) for name in names), (entry.label, entry.name, names)
