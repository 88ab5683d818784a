"""The house's structure: no module has grown two subjects unnoticed."""

from __future__ import annotations

from collections import Counter

import pytest
from fast import FAST
from helpers import ROOT

LONGEST = 400  # lines of a module


@pytest.mark.parametrize("package", ["theory", "numerics", "tests", "docs", "book"])
def test_no_module_is_longer_than_it_should_be(package: str) -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in (ROOT / package).rglob("*.py")}
    assert lengths
    long = {str(path.relative_to(ROOT)): length for path, length in lengths.items() if length > LONGEST}
    assert not long, f"modules of more than {LONGEST} lines, to be split along their subjects: {long}"


def test_the_root_of_numerics_has_a_dozen_modules_and_no_more() -> None:
    modules = sorted(path.name for path in (ROOT / "numerics").glob("*.py"))
    assert modules
    assert len(modules) <= 12, f"modules at the root of numerics, each to go where its subject is: {modules}"


def test_no_two_test_files_have_one_name():
    """Else pytest refuses the second of the two when both are run at once, and runs each alone."""
    seen = Counter(path.name for path in (ROOT / "tests").rglob("test_*.py"))
    assert seen
    assert not [name for name, count in seen.items() if count > 1]


def test_the_files_of_the_fast_tests_exist() -> None:
    assert {path.stem for path in (ROOT / "tests").rglob("test_*.py")} >= FAST


def test_tests_run_in_groups(request):
    """Else the ledger is run, and the book is built, once in each process."""
    if getattr(request.config.option, "loadgroup", False):
        assert request.node.nodeid.endswith("@test_house")
