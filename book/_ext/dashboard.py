"""The figures of this build, errata and pitfalls: all generated from the ledger and the run."""

from __future__ import annotations

from html import escape

from docutils import nodes
from docutils.statemachine import StringList
from parts import claim_link, folded, separate_displays
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from sparse_limits.numerics.ledger.verification import ClaimResult, Run
from sparse_limits.numerics.reports.failed_forms import forms_table, forms_text
from sparse_limits.numerics.reports.proofs import proofs_text, split_text
from sparse_limits.numerics.reports.run import versions
from sparse_limits.numerics.reports.typesetting import fitted
from sparse_limits.numerics.statistics.exact_tests import BUDGET, LEVEL

logger = logging.getLogger(__name__)

ANCHORS = {"CORRECTION": "erratum", "PITFALL": "pitfall"}


class DashboardDirective(SphinxDirective):
    """`{dashboard}`, `{dashboard} headline` for the first page, or `{dashboard} proofs` for what formulas rest on."""

    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        run: Run = self.env.app.run
        if self.arguments == ["proofs"]:
            return self.parse_text_to_nodes(proofs_text(run))
        html = headline_html(run) if self.arguments == ["headline"] else dashboard_html(run)
        return [nodes.raw("", html, format="html")]


class ErrataDirective(SphinxDirective):
    """`{errata} CORRECTION` or `{errata} PITFALL`: each form that fails, and how this build refuted it.

    `{errata} table` has the pitfalls in a table.
    """

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        run = self.env.app.run
        if self.arguments == ["table"]:
            return self._parsed(
                forms_table(
                    (each.entry.claim for each in run.claims if each.entry.claim.provenance == "PITFALL"),
                    self.env.app.ledger,
                )
            ).children
        results = [each for each in run.claims if each.entry.claim.provenance == self.arguments[0]]
        if not results:
            return [nodes.paragraph("", f"No claim is marked {self.arguments[0]}.")]
        return [self._section(each) for each in results]

    def _section(self, result: ClaimResult) -> nodes.section:
        claim = result.entry.claim
        anchor = claim.label.replace(".", "-")  # the theme looks sections up by selectors, where a dot begins a class
        section = nodes.section(ids=[f"{ANCHORS[claim.provenance]}-{anchor}"])
        section += nodes.title("", f"{claim.label}: {claim.title}")
        try:
            text = self._parsed(separate_displays(fitted(forms_text(claim, result, self.env.app.ledger))))
            folds = self.arguments == ["PITFALL"]  # a table above them says all in a line
            section += folded("Why it fails, and a counterexample by hand", [text], "topic-fold") if folds else text
        except ValueError as error:
            logger.warning(str(error), location=self.get_location())
        line = nodes.paragraph("", "Statement, proof and evidence: ")
        line += claim_link("", claim.label, label=claim.label)
        section += line
        return section

    def _parsed(self, markdown: str) -> nodes.container:
        body = nodes.container(classes=["erratum"])
        self.state.nested_parse(StringList(markdown.splitlines(), source=self.env.docname), 0, body)
        return body


def headline_html(run: Run) -> str:
    """Four figures of this build, for the first page; below them what the claims that hold rest on, and whose they are."""
    totals = run.totals
    figures = (
        (f"{totals['hold']} of {totals['claims']}", "claims hold"),
        (str(totals["checks"]), "checks"),
        (f"{totals['controls'] - totals['survived']} of {totals['controls']}", "wrong forms refuted"),
        (f"{totals['tests'] * LEVEL:.0e}", "chance of a false alarm, at most"),
    )
    tiles = "".join(f"<div><strong>{number}</strong><span>{words}</span></div>" for number, words in figures)
    return f'<div class="claim-headline">{tiles}</div><p class="claim-split">{escape(split_text(run))}</p>'


def dashboard_html(run: Run) -> str:
    """The run in tables: the error budget, the slowest checks, versions."""
    slowest = sorted((check for result in run.claims for check in result.checks), key=lambda c: -c.seconds)[:8]
    slow_rows = "".join(
        f"<tr><td>{check.label}</td><td>{escape(check.name.replace('_', ' '))}</td><td>{check.kind}</td>"
        f"<td>{check.seconds:.2f}</td></tr>"
        for check in slowest
    )
    tests = run.totals["tests"]
    facts = "".join(
        f"<tr><td>{escape(name)}</td><td>{escape(value)}</td></tr>"
        for name, value in {
            "seed": str(run.seed),
            "effort": run.effort,
            "statistical tests": f"{tests}, each at level {LEVEL:.0e}",
            "chance of any false alarm in this run": f"at most {tests * LEVEL:.1e} (budget of the ledger: {BUDGET:.0e})",
            "seconds of all checks together": f"{sum(check.seconds for claim in run.claims for check in claim.checks):.0f}",
            **versions(),
        }.items()
    )

    def table(head: tuple[str, ...], body: str) -> str:
        cells = "".join(f"<th>{each}</th>" for each in head)
        return f'<div class="claim-table"><table class="table"><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table></div>'

    return (
        headline_html(run)
        + "<h3>Slowest checks</h3>"
        + table(("claim", "check", "kind", "seconds"), slow_rows)
        + "<h3>This run</h3>"
        + table(("", ""), facts)
    )


def setup(app: Sphinx) -> dict[str, object]:
    app.add_directive("dashboard", DashboardDirective)
    app.add_directive("errata", ErrataDirective)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
