"""The table of the bounds of the ledger: how good each of them is, and where it loses what it loses."""

from __future__ import annotations

from claims import separate_displays
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from numerics.reports.bounds import counted_bounds, listed_bounds


class BoundsDirective(SphinxDirective):
    """`{bounds} TOPIC`: a table of the topic's bounds; `{bounds} count`: how many of the whole ledger have each grade."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        (asked,) = self.arguments
        ledger = self.env.app.ledger
        text = counted_bounds(ledger) if asked == "count" else listed_bounds(ledger.select([asked]), ledger)
        body = nodes.container(classes=["bounds"])
        self.state.nested_parse(StringList(separate_displays(text).splitlines(), source=self.env.docname), 0, body)
        return body.children


def setup(app: Sphinx) -> dict[str, object]:
    app.add_directive("bounds", BoundsDirective)
    return {"version": "1", "parallel_read_safe": True}
