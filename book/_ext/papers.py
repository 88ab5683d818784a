"""A paper beside the ledger, sentence by sentence."""

from __future__ import annotations

from docutils import nodes
from docutils.statemachine import StringList
from parts import separate_displays
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from sparse_limits.numerics.reports.papers import listed_paper


class PaperDirective(SphinxDirective):
    """`{paper} 2510.17515`: what is at hand of a paper by its arXiv number, with the claims that quote it."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        text = listed_paper(self.arguments[0], self.env.app.ledger)
        body = nodes.container(classes=["paper"])
        self.state.nested_parse(StringList(separate_displays(text).splitlines(), source=self.env.docname), 0, body)
        return body.children


def setup(app: Sphinx) -> dict[str, object]:
    app.add_directive("paper", PaperDirective)
    return {"version": "1", "parallel_read_safe": True}
