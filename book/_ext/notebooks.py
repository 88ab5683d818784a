"""Pages with code come as notebooks that run as they are: the download button offers the executed notebook."""

from __future__ import annotations

import shutil
from pathlib import Path

from sphinx.application import Sphinx


def executed(app: Sphinx, page: str) -> Path:
    """Where myst-nb leaves the executed notebook of a page, if it has code."""
    return Path(app.outdir).parent / "jupyter_execute" / f"{page}.ipynb"


def offer_notebook(app: Sphinx, page: str, template: str, context: dict, doctree: object) -> None:
    """Put the notebook beside the sources, and point the download button to it."""
    notebook = executed(app, page)
    if not notebook.is_file():
        return
    target = Path(app.outdir) / "_sources" / f"{page}.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(notebook, target)
    _point(context.get("header_buttons", []), f"_sources/{page}.md", f"_sources/{page}.ipynb")


def _point(buttons: list[dict], old: str, new: str) -> None:
    for button in buttons:
        if "buttons" in button:
            _point(button["buttons"], old, new)
        elif str(button.get("url", "")).endswith(old):
            button["url"] = button["url"].replace(old, new)
            button["text"], button["tooltip"] = ".ipynb", "Download the notebook of this page"


def setup(app: Sphinx) -> dict[str, object]:
    app.connect("html-page-context", offer_notebook, priority=950)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
