"""The table of the bounds of the ledger: how good each of them is, and where it loses what it loses."""

from __future__ import annotations

from collections import Counter

from claims import separate_displays
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from numerics.reports.bounds import Graded, graded, named
from theory.claims import Entry
from theory.ledger import load_ledger

HEAD = "```{list-table}\n:header-rows: 1\n:widths: 7 21 12 60\n\n* - claim\n  - bound\n  - grade\n  - how it is known"


class BoundsDirective(SphinxDirective):
    """`{bounds} TOPIC`: a table of the topic's bounds; `{bounds} count`: how many of the whole ledger have each grade."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        (asked,) = self.arguments
        text = counted() if asked == "count" else table(asked)
        body = nodes.container(classes=["bounds"])
        self.state.nested_parse(StringList(separate_displays(text).splitlines(), source=self.env.docname), 0, body)
        return body.children


def bounds_of(topic: str) -> list[tuple[Entry, Graded]]:
    """The bounds of a topic's claims in reading order; those of the whole ledger for an empty topic."""
    entries = load_ledger().select([topic] if topic else [])
    return [(entry, bound) for entry in entries for bound in graded(entry.claim)]


def table(topic: str) -> str:
    """The bounds of a topic as a Markdown table."""
    rows = [
        f"* - {{claimref}}`{entry.label}`\n  - {named(bound.expression)}, from {bound.side}\n  - {bound.grade}\n"
        f"  - {' '.join(bound.words.split())}"
        for entry, bound in bounds_of(topic)
    ]
    return "\n".join([HEAD, *rows, "```"])


def counted() -> str:
    """How many bounds of the ledger have each grade, in one sentence."""
    found = Counter(bound.grade for _, bound in bounds_of(""))
    return f"Of {found.total()} bounds, {', '.join(f'{count} are {grade}' for grade, count in found.most_common())}."


def setup(app: Sphinx) -> dict[str, object]:
    app.add_directive("bounds", BoundsDirective)
    return {"version": "1", "parallel_read_safe": True}
