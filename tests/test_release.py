"""A release has one version and one date, wherever these are said, and its notes are those of the changelog."""

from __future__ import annotations

import re
import runpy
import shutil
from pathlib import Path

import pytest
from helpers import ROOT

import sparse_limits

notes = runpy.run_path(str(ROOT / "docs" / "release_notes.py"))["notes"]
TAG = f"v{sparse_limits.__version__}"
PAGE = 60  # lines of a release beside its tables
WIDE = 180  # letters of a line


def test_the_notes_are_the_newest_section_of_the_changelog() -> None:
    said = notes(TAG)
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert said in changelog
    assert not any(line.startswith("## ") for line in said.splitlines())
    assert f"version {sparse_limits.__version__}," in (ROOT / "book" / "intro.md").read_text("utf-8")


def test_the_notes_are_one_page() -> None:
    """What happened change by change stands in docs/history.md."""
    lines = [line for line in notes(TAG).splitlines() if not line.startswith("|")]
    assert len(lines) <= PAGE
    assert not [line for line in lines if len(line) > WIDE]
    history = (ROOT / "docs" / "history.md").read_text("utf-8")
    for link in re.findall(r"\]\(docs/history\.md#([\w-]+)\)", (ROOT / "CHANGELOG.md").read_text("utf-8")):
        titles = re.findall(r"^#+ (.*)$", history, re.MULTILINE)
        assert link in {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("sparse_limits/__init__.py", f'"{sparse_limits.__version__}"', '"9.9.9"'),
        ("CITATION.cff", f"version: {sparse_limits.__version__}", "version: 9.9.9"),
        ("CITATION.cff", "date-released: 2", "date-released: 3"),
        ("CHANGELOG.md", f"## {sparse_limits.__version__}", "## 9.9.9"),
    ],
)
def test_a_version_or_date_that_differs_is_refused(tmp_path: Path, name: str, old: str, new: str) -> None:
    (tmp_path / "sparse_limits").mkdir()
    for each in ("sparse_limits/__init__.py", "CITATION.cff", "CHANGELOG.md"):
        shutil.copy(ROOT / each, tmp_path / each)
    assert notes(TAG, tmp_path)
    text = (tmp_path / name).read_text("utf-8")
    assert old in text
    (tmp_path / name).write_text(text.replace(old, new), "utf-8")
    with pytest.raises(ValueError, match="expected one"):
        notes(TAG, tmp_path)


def test_another_tag_is_refused() -> None:
    with pytest.raises(ValueError, match=r"tag v9.9.9, package"):
        notes("v9.9.9")
