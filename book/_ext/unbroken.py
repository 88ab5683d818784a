"""Lines that break beside a formula only where there is a space: a browser would put the full stop on the next line."""

from __future__ import annotations

import re

from sphinx.application import Sphinx

BESIDE = re.compile(r"([(\[]*)(<span class=\"math notranslate nohighlight\">[^<]*</span>)([\w.,;:!?)\]’”%-]*)")


def keep_together(body: str) -> str:
    """The text of a page with each formula of a line and what stands beside it without a space in one piece."""
    return BESIDE.sub(lambda m: f'<span class="unbroken">{m[0]}</span>' if m[1] or m[3] else m[0], body)


def keep_formulas_together(app: Sphinx, page: str, template: str, context: dict, doctree: object) -> None:
    if "body" in context:
        context["body"] = keep_together(context["body"])


def setup(app: Sphinx) -> dict[str, object]:
    app.connect("html-page-context", keep_formulas_together)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
