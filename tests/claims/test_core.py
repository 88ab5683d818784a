"""Core and further: what the papers announce, and what that or an engine rests on, is core; the folders say which file is which."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import defaultdict
from functools import cache
from importlib import import_module

import pytest
from helpers import ROOT

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.evidence import checks_in
from sparse_limits.numerics.ledger.verification import verify
from sparse_limits.theory.claims import Provenance
from sparse_limits.theory.dependencies import PACKAGE, imported, imports_of
from sparse_limits.theory.lazy import homes
from sparse_limits.theory.ledger import TOPICS, load_ledger
from sparse_limits.theory.selection import select

LEDGER = load_ledger()
HOMES = {entry.label: homes(f"{PACKAGE}.theory.{entry.topic}")[entry.name] for entry in LEDGER}
FURTHER = ".further."


def modules_in(folder: str) -> set[str]:
    """The modules of topics in a folder, by their names; packages are none."""
    files = (path for topic in TOPICS for path in (ROOT / folder / topic).rglob("*.py") if path.stem != "__init__")
    return {".".join((PACKAGE, *path.relative_to(ROOT).with_suffix("").parts)) for path in files}


@cache
def core_of_the_theory() -> frozenset[str]:
    """The modules that hold a claim of a paper or that an engine imports, and all that these import or cite."""
    modules, claims = modules_in("theory"), defaultdict(list)
    for label, home in HOMES.items():
        claims[home].append(LEDGER[label].claim)
    engines = [path for path in (ROOT / "numerics").rglob("*.py") if (ROOT / "numerics" / "checks") not in path.parents]
    waiting = [HOMES[entry.label] for entry in LEDGER if entry.claim.provenance is not Provenance.EXTENSION]
    waiting += [module for path in engines for module in imports_of(path)]
    return reached(waiting, modules, lambda module: [HOMES[label] for claim in claims[module] for label in claim.uses])


@cache
def core_of_the_checks() -> frozenset[str]:
    """The modules with a check of a core claim, and what these import."""
    core = {entry.label for entry in LEDGER if HOMES[entry.label] in core_of_the_theory()}
    modules = modules_in("numerics/checks")
    having = [each for each in modules if any(check.claim.label in core for check in checks_in(import_module(each)))]
    return reached(having, modules, lambda module: ())


def reached(waiting, modules, beside) -> frozenset[str]:
    """Of these modules those from which one begins, and all that they import, or that stands beside them, at whatever depth."""
    found, waiting = set(), list(waiting)
    while waiting:
        module = waiting.pop()
        if module in modules and module not in found:
            found.add(module)
            waiting += [*imported(module), *beside(module)]
    return frozenset(found)


@pytest.mark.parametrize(
    ("folder", "core"),
    [("theory", core_of_the_theory), ("numerics/checks", core_of_the_checks)],
    ids=["theory", "checks"],
)
def test_a_file_stands_where_it_belongs(folder, core):
    modules = modules_in(folder)
    assert modules - core() == {module for module in modules if FURTHER in module}


def test_the_ledger_says_it_as_the_folders_do():
    assert {entry.label for entry in LEDGER if entry.core} == {
        label for label, home in HOMES.items() if home in core_of_the_theory()
    }
    of_papers = {entry.label for entry in LEDGER if entry.claim.provenance is not Provenance.EXTENSION}
    chosen = {entry.label for entry in LEDGER.select([], core=True)}
    assert of_papers < chosen < {entry.label for entry in LEDGER}
    for entry in LEDGER.select([], core=True):
        assert chosen.issuperset(entry.claim.uses), f"{entry.label} rests on a further claim"


def test_a_run_of_the_core_leaves_out_what_goes_further():
    both = verify(["G9", "R1"], jobs=1)
    core = verify(["G9", "R1"], core=True)
    labels = [result.entry.label for result in both.claims]
    assert labels == ["G9", "R1.1", "R1.2"]
    assert [result.entry.label for result in core.claims] == ["R1.1", "R1.2"]
    with pytest.raises(InputError, match="core is given and G9 has further claims only"):
        select(LEDGER, ["G9"], core=True)


def test_the_list_has_the_core_first():
    command = [sys.executable, "-m", "sparse_limits", "claims", "lifts"]
    said = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "COLUMNS": "200"}, check=True
    ).stdout
    first, word, second = said.partition("\nFurther claims")
    assert word
    assert {entry.label for entry in LEDGER if entry.topic == "lifts" and entry.core} == labels_in(first)
    assert {entry.label for entry in LEDGER if entry.topic == "lifts" and not entry.core} == labels_in(second)


def labels_in(text: str) -> set[str]:
    """The labels at the beginnings of lines."""
    return {
        line.split()[0]
        for line in text.splitlines()
        if line.strip() and line.strip()[0] == "L" and line.split()[0][1:2].isdigit()
    }
