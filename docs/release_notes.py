"""What CHANGELOG.md says of a release: `python docs/release_notes.py v0.2.0`; refuses a tag that is not the package's version."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DATE = r"\d{4}-\d\d-\d\d"


def notes(tag: str, root: Path = ROOT) -> str:
    """The section of the changelog; ValueError where package, CITATION.cff or CHANGELOG.md have another version or date."""
    code, citation, changelog = (
        (root / name).read_text("utf-8") for name in ("sparse_limits/__init__.py", "CITATION.cff", "CHANGELOG.md")
    )
    (version,) = re.findall(r'^__version__ = "(.+)"$', code, re.MULTILINE)
    (cited,) = re.findall(r"^version: (.+)$", citation, re.MULTILINE)
    (released,) = re.findall(rf"^date-released: ({DATE})$", citation, re.MULTILINE)
    sections = re.findall(rf"^## (\S+) \(({DATE})\)\n(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL)
    if not sections or {tag, f"v{version}", f"v{cited}", f"v{sections[0][0]}"} != {tag}:
        raise ValueError(
            f"tag {tag}, package {version}, CITATION.cff {cited}, CHANGELOG.md {sections and sections[0][0]}: expected one version"
        )
    if sections[0][1] != released:
        raise ValueError(f"CITATION.cff {released}, CHANGELOG.md {sections[0][1]}: expected one date")
    return sections[0][2].strip() + "\n"


if __name__ == "__main__":
    try:
        print(notes(*sys.argv[1:]), end="")
    except ValueError as error:
        sys.exit(str(error))
