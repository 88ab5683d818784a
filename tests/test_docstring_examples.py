"""The examples in docstrings of modules: they run, as those of public names do (`test_front_door.py`)."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest
from helpers import ROOT, needs

WITH_EXAMPLES = sorted(
    path
    for room in ("theory", "numerics")
    for path in (ROOT / room).rglob("*.py")
    if ">>> " in path.read_text(encoding="utf-8")
)
NEEDS = {"torch": ("import torch", "from torch"), "distributed": ("from distributed", "import distributed")}


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(("sparse_limits", *parts)).removesuffix(".__init__")


@pytest.mark.parametrize("path", WITH_EXAMPLES, ids=module_name)
def test_the_examples_of_a_module_run(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for package, lines in NEEDS.items():
        if any(line in text for line in lines):
            needs(package)
    module = importlib.import_module(module_name(path))
    found = doctest.testmod(module, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert found.attempted > 0
    assert found.failed == 0


def test_there_are_many() -> None:
    assert len(WITH_EXAMPLES) > 100
