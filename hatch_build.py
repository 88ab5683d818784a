"""The wheel has the pages of the book, so that `sparse-limits notebooks` works without a checkout, and the ledger's table of contents."""

import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SUFFIXES = (".md", ".yml", ".bib")
TABLE = Path("sparse_limits", "numerics", "reports", "contents.json")
SHOWN = re.compile(  # files and pictures outside of the book that its pages show
    r"(?:\{(?:literalinclude|image|figure)\} |!\[[^]]*\]\()\.\./([^\s)]+)"
)


class Further(BuildHookInterface):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add pages and table, except to an editable installation, which runs from the checkout."""
        if version == "editable":
            return
        with suppress(
            subprocess.CalledProcessError
        ):  # built without what the ledger needs: made when it is first asked for
            make = [sys.executable, "-m", "sparse_limits.numerics.reports.contents"]
            subprocess.run(make, cwd=self.root, check=True, capture_output=True)
            build_data["artifacts"].append(TABLE.as_posix())
        for page in sorted(Path(self.root, "book").iterdir()):
            if page.suffix in SUFFIXES:
                build_data["force_include"][str(page)] = f"sparse_limits/book/{page.name}"
                for shown in SHOWN.findall(page.read_text("utf-8")):
                    build_data["force_include"][str(Path(self.root, shown))] = f"sparse_limits/{shown}"
