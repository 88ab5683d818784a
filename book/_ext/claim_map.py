"""The map of all claims as inline SVG, the dashboard, errata and pitfalls: all generated from the ledger and this run."""

from __future__ import annotations

from html import escape

from claims import claim_link, claim_places, separate_displays
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from numerics.evidence.verification import ClaimResult, Run
from numerics.reports.failed_forms import forms_table, forms_text
from numerics.reports.run import versions
from numerics.statistics.exact_tests import BUDGET, LEVEL
from theory.claims import Entry, Ledger

logger = logging.getLogger(__name__)

NODE_WIDTH, NODE_HEIGHT, MARGIN, PER_ROW = 150, 46, 6, 4
GAP_X, GAP_ROW, GAP_LAYER = 14, 16, 52  # between neighbours, rows of one layer, layers
MARKS = {"STATED": "●", "RECONSTRUCTED": "◐", "EXTENSION": "○", "CORRECTION": "△", "PITFALL": "▽"}
ANCHORS = {"CORRECTION": "erratum", "PITFALL": "pitfall"}


class map_placeholder(nodes.General, nodes.Element):
    """Where the map goes once the page of every claim is known."""


class MapDirective(SphinxDirective):
    """`{claim-map}`: the dependency graph, each node a link to its box."""

    def run(self) -> list[nodes.Node]:
        return [map_placeholder()]


class DashboardDirective(SphinxDirective):
    """`{dashboard}`, or `{dashboard} headline` for the first page."""

    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        run: Run = self.env.app.run
        html = headline_html(run) if self.arguments == ["headline"] else dashboard_html(run)
        return [nodes.raw("", html, format="html")]


class ErrataDirective(SphinxDirective):
    """`{errata} CORRECTION` or `{errata} PITFALL`: each form that fails, and how this build refuted it.

    `{errata} table` has all of them in a table.
    """

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        run = self.env.app.run
        if self.arguments == ["table"]:
            return self._parsed(forms_table(each.entry.claim for each in run.claims)).children
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
            section += self._parsed(separate_displays(forms_text(claim, result)))
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


def depths(ledger: Ledger) -> dict[str, int]:
    """How far each claim stands above those that use nothing."""
    found: dict[str, int] = {}

    def depth(label: str) -> int:
        if label not in found:
            found[label] = max((depth(each) + 1 for each in ledger[label].claim.uses), default=0)
        return found[label]

    for entry in ledger:
        depth(entry.label)
    return found


def map_svg(ledger: Ledger, run: Run, link: dict[str, str]) -> str:
    """The graph as SVG: claims in layers by dependency, coloured by status, marked by provenance."""
    level = depths(ledger)
    place: dict[str, tuple[float, float]] = {}
    width = 2 * MARGIN + PER_ROW * (NODE_WIDTH + GAP_X) - GAP_X
    top = float(MARGIN)
    for depth in range(max(level.values()) + 1):
        layer = [entry for entry in ledger if level[entry.label] == depth]
        if depth:
            layer.sort(key=lambda e: sum(place[u][0] for u in e.claim.uses) / len(e.claim.uses))
        for start in range(0, len(layer), PER_ROW):
            row = layer[start : start + PER_ROW]
            left = (width - len(row) * (NODE_WIDTH + GAP_X) + GAP_X) / 2
            for i, entry in enumerate(row):
                place[entry.label] = (left + i * (NODE_WIDTH + GAP_X), top)
            top += NODE_HEIGHT + GAP_ROW
        top += GAP_LAYER - GAP_ROW
    height = top - GAP_LAYER + MARGIN
    status = {result.entry.label: result.status for result in run.claims}
    edges = "".join(_edge(place[used], place[entry.label]) for entry in ledger for used in entry.claim.uses)
    boxes = "".join(_box(entry, *place[entry.label], status[entry.label], link[entry.label]) for entry in ledger)
    return (
        f'<figure class="claim-map"><div class="claim-map-scroll"><svg viewBox="0 0 {width} {height:.0f}" role="img" aria-label="Map of {len(ledger)} claims: an arrow leads from a claim to one that '
        f'uses it">{edges}{boxes}</svg></div><figcaption>An arrow leads from a claim to one that uses it. '
        f'<span class="claim-mark holds">green</span> holds in this build, <span class="claim-mark open">amber</span> is '
        f'open, <span class="claim-mark refuted">red</span> is refuted; '
        + ", ".join(f"{mark} {name.lower()}" for name, mark in MARKS.items())
        + "; a dashed border is measured, not proved.</figcaption></figure>"
    )


def _edge(start: tuple[float, float], end: tuple[float, float]) -> str:
    x0, y0 = start[0] + NODE_WIDTH / 2, start[1] + NODE_HEIGHT
    x1, y1 = end[0] + NODE_WIDTH / 2, end[1]
    middle = (y0 + y1) / 2
    return (
        f'<path class="edge" d="M{x0:.0f},{y0:.0f} C{x0:.0f},{middle:.0f} {x1:.0f},{middle:.0f} {x1:.0f},{y1 - 5:.0f}"/>'
        f'<path class="tip" d="M{x1 - 4:.0f},{y1 - 7:.0f} L{x1:.0f},{y1:.0f} L{x1 + 4:.0f},{y1 - 7:.0f} Z"/>'
    )


def _box(entry: Entry, x: float, y: float, status: str, link: str) -> str:
    claim = entry.claim
    measured = " measured" if claim.proof == "MEASURED" else ""
    words, lines = claim.title.split(), [""]
    for word in words:
        if len(lines[-1]) + len(word) > 24:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    if len(lines) > 2:
        lines = [lines[0], lines[1] + " …"]
    text = "".join(
        f'<text x="{x + 8:.0f}" y="{y + 28 + 12 * i:.0f}" class="title">{escape(line)}</text>'
        for i, line in enumerate(lines)
    )
    return (
        f'<a href="{escape(link)}"><title>{escape(f"{claim.label}: {claim.title} ({claim.provenance.lower()}, {status})")}'
        f'</title><rect class="node {status}{measured}" x="{x:.0f}" y="{y:.0f}" width="{NODE_WIDTH}" '
        f'height="{NODE_HEIGHT}" rx="6"/><text class="label" x="{x + 8:.0f}" y="{y + 15:.0f}">{claim.label} '
        f"{MARKS[claim.provenance]}</text>{text}</a>"
    )


def headline_html(run: Run) -> str:
    """Four figures of this build, for the first page."""
    totals = run.totals
    figures = (
        (f"{totals['hold']} of {totals['claims']}", "claims hold"),
        (str(totals["checks"]), "checks"),
        (f"{totals['controls'] - totals['survived']} of {totals['controls']}", "wrong neighbours refuted"),
        (f"{totals['tests'] * LEVEL:.0e}", "chance of a false alarm, at most"),
    )
    tiles = "".join(f"<div><strong>{number}</strong><span>{words}</span></div>" for number, words in figures)
    return f'<div class="claim-headline">{tiles}</div>'


def dashboard_html(run: Run) -> str:
    """The whole run in tables: claims, the error budget, the slowest checks, versions."""
    rows = "".join(
        f'<tr><td class="claim-label">{result.entry.label}</td>'
        f"<td>{escape(result.entry.claim.title)}</td>"
        f'<td><span class="claim-mark {result.status}">{result.status}</span></td><td>{len(result.checks)}</td>'
        f"<td>{sum(len(check.controls) for check in result.checks)}</td>"
        f"<td>{sum(check.tests for check in result.checks)}</td>"
        f"<td>{sum(check.seconds for check in result.checks):.1f}</td></tr>"
        for result in run.claims
    )
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
            "seconds": f"{run.seconds:.1f}",
            **versions(),
        }.items()
    )

    def table(head: tuple[str, ...], body: str) -> str:
        cells = "".join(f"<th>{each}</th>" for each in head)
        return f'<div class="claim-table"><table class="table"><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table></div>'

    return (
        headline_html(run)
        + table(("", "claim", "status", "checks", "controls", "tests", "seconds"), rows)
        + "<h3>Slowest checks</h3>"
        + table(("claim", "check", "kind", "seconds"), slow_rows)
        + "<h3>This run</h3>"
        + table(("", ""), facts)
    )


def place_map(app: Sphinx, doctree: nodes.document, page: str) -> None:
    places = claim_places(app.env)
    for node in list(doctree.findall(map_placeholder)):
        link = {
            entry.label: f"{app.builder.get_relative_uri(page, places.get(entry.label, page))}#claim-{entry.label}"
            for entry in app.ledger  # type: ignore[attr-defined]
        }
        svg = map_svg(app.ledger, app.run, link)  # type: ignore[attr-defined]
        node.replace_self(nodes.raw("", svg, format="html"))


def setup(app: Sphinx) -> dict[str, object]:
    app.add_directive("claim-map", MapDirective)
    app.add_directive("dashboard", DashboardDirective)
    app.add_directive("errata", ErrataDirective)
    app.add_node(map_placeholder)
    app.connect("doctree-resolved", place_map)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
