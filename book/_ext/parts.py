"""What the directives of claims are made of: Markdown as nodes, folds, links to claims."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

from sparse_limits.numerics.reports.mentions import linked
from sparse_limits.numerics.reports.typesetting import fitted
from sparse_limits.theory.claims import Claim

DISPLAY = re.compile(r"\$\$(.+?)\$\$", re.DOTALL)

LINE, FEW = 90, 3  # letters of a line in a box, and lines that need no fold


def separate_displays(text: str) -> str:
    """Markdown whose displayed formulas stand in paragraphs of their own, as MyST expects them."""
    return DISPLAY.sub(lambda formula: f"\n\n$$\n{formula[1].strip()}\n$$\n\n", text.strip())


def parsed(directive: SphinxDirective, text: str, name: str = "") -> nodes.container:
    """Markdown as nodes, no formula wider than the page."""
    part = nodes.container(classes=[name] if name else [])
    lines = separate_displays(text).splitlines()
    directive.state.nested_parse(StringList(lines, source=directive.env.docname), 0, part)
    return part


def listed(lines: Sequence[str]) -> str:
    """A list in Markdown; formulas that are too wide are broken where they stand."""
    return "\n".join(f"- {fitted(line, displays=False)}" for line in lines)


def is_long(lines: Sequence[str]) -> bool:
    """Whether a list takes more than a few lines of a page."""
    return sum(len(line) // LINE + 1 for line in lines) > FEW


def folded(summary: str, parts: Sequence[nodes.Node], name: str = "", opened: bool = False) -> list[nodes.Node]:
    """What a reader opens on demand."""
    head = f'<details class="{name}"{" open" if opened else ""}><summary>{escape(summary)}</summary>'
    return [nodes.raw("", head, format="html"), *parts, nodes.raw("", "</details>", format="html")]


class claim_link(nodes.Inline, nodes.TextElement):
    """A link to the box of a claim, resolved when all pages are known."""


def said(directive: SphinxDirective, claim: Claim, texts: Sequence[str], name: str) -> nodes.container:
    """Sentences of a claim, other claims linked: the first by itself, those that follow in a list below it."""
    first, *items = (linked(claim, text, directive.env.app.ledger) for text in texts)
    return parsed(directive, "\n\n".join(filter(None, (fitted(first), listed(items)))), name)
