"""The symbols of a page in one table, below it: all letters of its claims, each with what it stands for and its first claim."""

from __future__ import annotations

from collections.abc import Sequence

from docutils import nodes
from parts import parsed
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from sparse_limits.numerics.printing.plain_text import many
from sparse_limits.numerics.reports.legend import HEADING, LegendRow, claims_on, legend_rows, legend_table
from sparse_limits.theory.entries import Ledger


class LegendDirective(SphinxDirective):
    """`{legend} S1 S2 …`: the letters of these claims, in this order."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        rows = rows_of(self.env.app.ledger, self.arguments[0].split())
        head = f'<details class="claim-legend"><summary>{many(len(rows), "symbol")}</summary><div class="claim-scroll" tabindex="0" role="region" aria-label="Symbols">'
        return [
            nodes.raw("", head, format="html"),
            *parsed(self, legend_table(rows)).children,
            nodes.raw("", "</div></details>", format="html"),
        ]


def rows_of(ledger: Ledger, labels: Sequence[str]) -> list[LegendRow]:
    """The letters of those claims that the ledger has."""
    known = {entry.label for entry in ledger}
    return legend_rows([ledger[label].claim for label in labels if label in known])


def add_legend(app: Sphinx, page: str, source: list[str]) -> None:
    """Put the legend below a page whose claims have letters, unless it has one."""
    labels = claims_on(source[0])
    if "```{legend}" not in source[0] and rows_of(app.ledger, labels):
        source[0] += f"\n\n## {HEADING}\n\n```{{legend}} {' '.join(labels)}\n```\n"


def setup(app: Sphinx) -> dict[str, object]:
    app.add_directive("legend", LegendDirective)
    app.connect("source-read", add_legend)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
