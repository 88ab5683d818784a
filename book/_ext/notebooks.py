"""The download button offers a page as a notebook that stands by itself, with the outputs of this build."""

from __future__ import annotations

import json
from pathlib import Path

from pictures import executed
from sphinx.application import Sphinx
from sphinx.util import logging

from sparse_limits.numerics.reports.notebooks.pages import Book, Chapter, read_pages
from sparse_limits.numerics.reports.notebooks.writing import as_text, with_outputs
from sparse_limits.theory.input_error import InputError

logger = logging.getLogger(__name__)


def read_book(app: Sphinx) -> None:
    """Read the pages once: notebooks link to each other."""
    pages = {name: page for name, page in read_pages(Path(app.srcdir)).items() if name in app.env.found_docs}
    app.chapters = Book(Path(app.srcdir), pages, app.ledger, app.run, site=str(app.config.html_baseurl))  # type: ignore[attr-defined]


def offer_notebook(app: Sphinx, page: str, template: str, context: dict, doctree: object) -> None:
    """Put the notebook beside the sources, and point the download button to it."""
    if not hasattr(app, "chapters"):  # no page was read, see `publishing`
        read_book(app)
    book: Book = app.chapters
    if page not in book.pages:
        return
    try:
        notebook = Chapter(book, book.pages[page]).notebook()
    except InputError as error:
        if not app._warncount:  # else the page has been found wrong already, and the build fails for it
            logger.warning(str(error), location=page)
        return
    if executed(app, page).is_file():
        notebook = with_outputs(notebook, json.loads(executed(app, page).read_text("utf-8")))
    target = Path(app.outdir) / "_sources" / f"{page}.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(as_text(notebook), "utf-8")
    _point(context.get("header_buttons", []), f"_sources/{page}.md", f"_sources/{page}.ipynb")


def _point(buttons: list[dict], old: str, new: str) -> None:
    for button in buttons:
        if "buttons" in button:
            _point(button["buttons"], old, new)
        elif str(button.get("url", "")).endswith(old):
            button["url"] = button["url"].replace(old, new)
            button["text"], button["tooltip"] = ".ipynb", "Download the notebook of this page"


def setup(app: Sphinx) -> dict[str, object]:
    app.connect("env-check-consistency", lambda app, env: read_book(app))
    app.connect("html-page-context", offer_notebook, priority=950)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
