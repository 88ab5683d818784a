"""`make` lists its targets, and each target installs what it needs once."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from helpers import ROOT

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
OUTSIDE = {
    name: value for name, value in os.environ.items() if not re.match("MAKE|PYTHON$|TOPIC$", name)
}  # not of another make
TARGETS = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def commands(clone: Path, *words: str) -> list[str]:
    """What make would run."""
    done = subprocess.run(["make", "-n", *words], cwd=clone, env=OUTSIDE, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_make_alone_lists_all_targets(clone: Path) -> None:
    done = subprocess.run(["make"], cwd=clone, env=OUTSIDE, capture_output=True, text=True, check=True)
    assert [line.split()[:2] for line in done.stdout.splitlines()] == [["make", target] for target in TARGETS]


@pytest.mark.parametrize("changed", ["pyproject.toml", "constraints.txt"])
def test_a_target_installs_once_and_anew_after_a_change_of_what_to_install(clone: Path, changed: str) -> None:
    create, install, touch, run = commands(clone, "test", "PYTHON=python3.11")
    assert create.endswith("|| python3.11 -m venv .venv")
    assert (install, touch) == (".venv/bin/pip install --quiet -c constraints.txt -e '.[test]'", "touch .venv/test")
    assert run == ".venv/bin/pytest -n auto --dist loadgroup"
    (clone / ".venv").mkdir()
    (clone / ".venv" / "test").touch()
    assert commands(clone, "test") == [run]
    later = time.time() + 10
    os.utime(clone / changed, (later, later))
    assert commands(clone, "test") == [create.replace("python3.11", "python3"), install, touch, run]


def test_a_topic_can_be_chosen(clone: Path) -> None:
    assert commands(clone, "topic", "TOPIC=depth")[-2] == ".venv/bin/sparse-limits verify depth"
