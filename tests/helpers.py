"""Where the repository is, a copy of its package, and what a test needs beyond '.[test]', for tests in any folder."""

import re
import shutil
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).parent
ROOT = TESTS.parent


def copy_of_the_package(folder: Path) -> None:
    """The package in a folder, which `PYTHONPATH` may name: it may be changed there."""
    for name in ("theory", "numerics", "sparse_limits"):
        skipped = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, folder / name, symlinks=True, ignore=skipped)


@cache
def extras() -> dict[str, str]:
    """The extra of pyproject.toml that installs a package, by the package's name: the first extra that lists it."""
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    found: dict[str, str] = {}
    for extra, requirements in listed.items():
        for requirement in requirements:
            found.setdefault(re.split(r"[^\w.-]", requirement)[0].lower(), extra)
    return found


def extra_of(module: str) -> str | None:
    """The extra that installs a module, or None: a package is named as its module, with - for _."""
    return extras().get(module.partition(".")[0].lower().replace("_", "-"))


def needs(module: str) -> Any:
    """The module, imported. Without it the test (or the file, at its top) is skipped, and the reason names the extra."""
    extra = extra_of(module)
    assert extra, f"no extra of pyproject.toml installs {module}"
    return pytest.importorskip(module, reason=f"needs pip install -e '.[{extra}]'")
