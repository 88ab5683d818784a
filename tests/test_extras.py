"""What a test needs beyond '.[test]' is said by `needs`, in terms of an extra that there is."""

from __future__ import annotations

import re
import sys
import tomllib

import pytest
from helpers import ROOT, TESTS, extra_of, needs
from packaging.requirements import Requirement


@pytest.mark.parametrize(
    ("module", "extra"),
    [
        ("torch", "torch"),
        ("torch.nn.utils.prune", "torch"),
        ("mypy", "dev"),
        ("ruff", "dev"),
        ("IPython", "book"),
        ("jupyter_book", "book"),
        ("nbclient", "book"),
        ("matplotlib", "plot"),
        ("safetensors.numpy", "safetensors"),
        ("numpy", None),
    ],
)
def test_the_extra_of_a_module_is_the_first_that_lists_it(module: str, extra: str | None) -> None:
    assert extra_of(module) == extra


def test_a_module_that_is_missing_skips_with_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(pytest.skip.Exception, match=re.escape("needs pip install -e '.[torch]'")):
        needs("torch")


def test_every_skip_for_a_package_names_its_extra() -> None:
    """`needs` alone calls importorskip, but for modules of Python itself, which some systems lack."""
    calls = {
        (path.name, module)
        for path in TESTS.rglob("*.py")
        for module in re.findall(r'importorskip\(\s*"?([\w.]+)', path.read_text("utf-8"))
        if module not in sys.stdlib_module_names
    }
    assert calls == {("helpers.py", "module")}


def test_constraints_are_single_versions_that_the_extras_allow() -> None:
    """`pip install -c constraints.txt -e '.[book]'` must have a solution, and only one for each package named."""
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]["book"]
    allowed = {each.name: each.specifier for each in map(Requirement, listed)}
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    for pinned in (Requirement(line) for line in lines if not line.startswith("#")):
        (version,) = pinned.specifier
        assert version.operator == "==", pinned
        assert pinned.name not in allowed or version.version in allowed[pinned.name], pinned
    assert not [each for each in allowed.values() if "==" in str(each)]
