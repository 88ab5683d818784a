"""The list of what the ledger leaves open."""

from __future__ import annotations

from docutils import nodes
from docutils.statemachine import StringList
from parts import separate_displays
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from sparse_limits.numerics.reports.open_questions import counted_questions, listed_questions


class OpenQuestionsDirective(SphinxDirective):
    """`{open-questions} TOPIC`: what the topic's claims leave open; `{open-questions} count`: how much it is in all."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        (asked,) = self.arguments
        ledger = self.env.app.ledger
        text = counted_questions(ledger) if asked == "count" else listed_questions(ledger.select([asked]), ledger)
        body = nodes.container(classes=["open-questions"])
        self.state.nested_parse(StringList(separate_displays(text).splitlines(), source=self.env.docname), 0, body)
        return body.children


def setup(app: Sphinx) -> dict[str, object]:
    app.add_directive("open-questions", OpenQuestionsDirective)
    return {"version": "1", "parallel_read_safe": True}
