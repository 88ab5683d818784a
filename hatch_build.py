"""The wheel has the pages of the book beside the package, so that `sparse-limits notebooks` works without a checkout."""

import re
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SUFFIXES = (".md", ".yml", ".bib")
SHOWN = re.compile(r"\{literalinclude\} \.\./(\S+)")  # files outside of the book that its pages show


class BookPages(BuildHookInterface):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the pages, except to an editable installation, which runs from the checkout."""
        if version == "editable":
            return
        for page in sorted(Path(self.root, "book").iterdir()):
            if page.suffix in SUFFIXES:
                build_data["force_include"][str(page)] = f"sparse_limits/book/{page.name}"
                for shown in SHOWN.findall(page.read_text("utf-8")):
                    build_data["force_include"][str(Path(self.root, shown))] = f"sparse_limits/{shown}"
