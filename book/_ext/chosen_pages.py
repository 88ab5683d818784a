"""A build that runs the code of some pages alone: those that BOOK_PAGES names. The others are there without what their code prints."""

from __future__ import annotations

import os
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config


def choose(app: Sphinx, config: Config) -> None:
    """Leave out the code of all other pages, and say in `left_out.txt`, beside the site, which these are."""
    chosen = os.environ.get("BOOK_PAGES")
    note = Path(app.outdir).parent / "left_out.txt"
    note.unlink(missing_ok=True)
    app.left_out = frozenset()  # type: ignore[attr-defined]
    if chosen is None:
        return
    others = sorted({page.stem for page in Path(app.srcdir).glob("*.md")} - set(chosen.split()))
    app.left_out = frozenset(others)  # type: ignore[attr-defined]
    config.nb_execution_excludepatterns = [f"{page}.md" for page in others]
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text("".join(f"{page}\n" for page in others), "utf-8")


def setup(app: Sphinx) -> dict[str, object]:
    app.connect("config-inited", choose)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
