"""The table of the bounds of the ledger: how good each of them is, and where it loses what it loses."""

from __future__ import annotations

from collections.abc import Sequence

from docutils import nodes
from docutils.statemachine import StringList
from parts import claim_link, folded, separate_displays
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from sparse_limits.numerics.reports.bounds import counted_bounds, counted_grades, listed_bounds


class BoundsDirective(SphinxDirective):
    """`{bounds} TOPIC`: a table of the topic's bounds, folded; `{bounds} count`: how many of the whole ledger have each grade."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        (asked,) = self.arguments
        ledger = self.env.app.ledger
        if asked == "count":
            return self._parsed(counted_bounds(ledger))
        entries = ledger.select([asked])
        table = self._parsed(listed_bounds(entries, ledger))
        mark_rows(table)
        return folded(counted_grades(entries), table, "topic-fold")

    def _parsed(self, text: str) -> list[nodes.Node]:
        body = nodes.container(classes=["bounds"])
        self.state.nested_parse(StringList(separate_displays(text).splitlines(), source=self.env.docname), 0, body)
        return body.children


def mark_rows(table: Sequence[nodes.Node]) -> None:
    """Give the first row of each claim a place that links lead to."""
    seen = set()
    for row in (row for each in table for row in each.findall(nodes.row)):
        link = next(iter(row.findall(claim_link)), None)
        if link is not None and link["label"] not in seen:
            seen.add(link["label"])
            row["ids"].append(f"bound-{link['label']}")


def setup(app: Sphinx) -> dict[str, object]:
    app.add_directive("bounds", BoundsDirective)
    return {"version": "1", "parallel_read_safe": True}
