"""What is installed: one package with all its modules and the pages of the book, from a checkout and from an archive of sources."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from helpers import ROOT, needs

import sparse_limits
from sparse_limits.theory.dependencies import FOLDERS

needs("hatchling")

MODULES = {
    f"sparse_limits/{path.relative_to(ROOT)}" for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")
} | {f"sparse_limits/{path.name}" for path in (ROOT / "sparse_limits").glob("*.py")}


def build(kind: str, source: Path, folder: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(folder)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (archive,) = folder.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return archive


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    with zipfile.ZipFile(build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))) as archive:
        return set(archive.namelist())


def test_a_wheel_has_one_package_with_all_modules(wheel: set[str]) -> None:
    assert {name.partition("/")[0] for name in wheel} == {
        "sparse_limits",
        f"sparse_limits-{sparse_limits.__version__}.dist-info",
    }
    assert {name for name in wheel if name.endswith(".py") and "/docs/" not in name} == MODULES
    assert {"sparse_limits/py.typed", "sparse_limits/numerics/reports/contents.json"} <= wheel


def test_a_wheel_has_the_pages_of_the_book_and_what_they_show(wheel: set[str]) -> None:
    pages = [*(ROOT / "book").glob("*.md")]
    assert {
        f"sparse_limits/book/{name}" for name in ("_toc.yml", "references.bib", *(page.name for page in pages))
    } <= wheel
    texts = [page.read_text("utf-8") for page in pages]
    shown = {each for text in texts for each in re.findall(r"\{(?:literalinclude|image|figure)\} \.\./(\S+)", text)}
    shown |= {each for text in texts for each in re.findall(r"!\[[^]]*\]\(\.\./([^\s)]+)\)", text)}
    assert {Path(each).suffix for each in shown} >= {".py", ".png"}
    assert {f"sparse_limits/{each}" for each in shown} <= wheel
    assert not any(part in name for name in wheel for part in ("_build", "_ext", "__pycache__"))


def test_an_archive_of_sources_gives_the_same_wheel(tmp_path: Path, wheel: set[str]) -> None:
    with tarfile.open(build("sdist", ROOT, tmp_path / "sources")) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    (source,) = (tmp_path / "unpacked").iterdir()
    with zipfile.ZipFile(build("wheel", source, tmp_path / "again")) as archive:
        assert set(archive.namelist()) == wheel
