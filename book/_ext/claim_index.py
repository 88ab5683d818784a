"""All claims at a glance: a lane for each topic, what a claim rests on and what rests on it, filters, and a list.

Without a script the page is what it says: links in lanes, and a table. The script (`_static/claim_index.js`) filters both and
draws the arrows of the claim that is pointed at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple

from claims import claim_places
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains import Domain, ObjType
from sphinx.util.docutils import SphinxDirective

from sparse_limits.numerics.ledger.verification import ClaimResult
from sparse_limits.numerics.printing.plain_text import many
from sparse_limits.theory.links import Link

MARKS = {"STATED": "●", "RECONSTRUCTED": "◐", "EXTENSION": "○", "CORRECTION": "△", "PITFALL": "▽"}
FILTERS = ("topic", "part", "provenance", "proof", "status", "rests")
NAMES = {"part": "core or further", "rests": "weakest link"}


class Row(NamedTuple):
    """A claim on this page; part: core or further; rests: the weakest of what its expressions rest on; words: what a search looks through; steps: names."""

    label: str
    title: str
    topic: str
    part: str
    provenance: str
    proof: str
    status: str
    rests: str
    checks: int
    controls: int
    uses: tuple[str, ...]
    link: str
    words: str
    steps: tuple[str, ...]


class index_placeholder(nodes.General, nodes.Element):
    """Where the index goes once the page of every claim is known."""


class IndexDirective(SphinxDirective):
    """`{claim-index}`: lanes, filters and list."""

    def run(self) -> list[nodes.Node]:
        return [index_placeholder()]


def row_of(result: ClaimResult, link: str) -> Row:
    """What the page says of a claim in this build."""
    claim, found = result.entry.claim, set(result.weakest.values())
    weakest = max(found, key=list(Link).index) if found else "measured"
    words = (
        claim.label,
        claim.title,
        claim.statement,
        str(claim.source),
        *claim.expressions,
        *(each.meaning for each in claim.quantities),
        *(step.name for step in claim.steps),
    )
    return Row(
        claim.label,
        claim.title,
        result.entry.topic,
        "core" if result.entry.core else "further",
        claim.provenance.lower(),
        result.proof.lower(),
        result.status,
        str(weakest),
        len(result.checks),
        sum(len(check.controls) for check in result.checks),
        claim.uses,
        link,
        " ".join(words).casefold(),
        tuple(step.name for step in claim.steps),
    )


def index_html(rows: Sequence[Row]) -> str:
    """The whole of it; the rows in reading order."""
    topics = list(dict.fromkeys(row.topic for row in rows))
    lanes = "".join(_lane(topic, [row for row in rows if row.topic == topic]) for topic in topics)
    marks = ", ".join(f"{mark} {name.lower()}" for name, mark in MARKS.items())
    return (
        f'<section class="claim-index">{_controls(rows)}'
        f'<div class="claim-lanes"><svg class="claim-arrows" aria-hidden="true"></svg>{lanes}</div>'
        '<div class="claim-card" aria-live="polite"><p>Point at a claim, or reach it with the Tab key: what it rests on and what '
        "rests on it lights up. Touch it once to see that, and again to go to its box.</p></div>"
        f'<p class="claim-small">{marks}; a dashed border is measured, not proved; a thick one is open or refuted in this build. '
        f"In each topic the core stands first: what the papers announce, and what that or a command rests on "
        f"({sum(row.part == 'core' for row in rows)} claims); then, in lighter type, what goes further.</p>"
        f"{_table(rows)}</section>"
    )


def _controls(rows: Sequence[Row]) -> str:
    chosen = "".join(
        f'<label>{NAMES.get(name, name)} <select data-filter="{name}"><option value="">all</option>'
        + "".join(f"<option>{escape(value)}</option>" for value in dict.fromkeys(getattr(row, name) for row in rows))
        + "</select></label>"
        for name in FILTERS
    )
    return (
        '<form class="claim-filters" role="search" hidden><label>search <input type="search" data-filter="words" '
        f'placeholder="S4, graphon, cut norm …"></label>{chosen}<button type="reset">all claims</button>'
        f'<output aria-live="polite">{len(rows)} of {len(rows)} claims</output></form>'
    )


def _data(row: Row) -> str:
    values = {**{name: getattr(row, name) for name in FILTERS}, "label": row.label, "words": row.words}
    return " ".join(f'data-{name}="{escape(value)}"' for name, value in values.items())


def core_first(rows: Sequence[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: row.part)


def _lane(topic: str, rows: Sequence[Row]) -> str:
    chips = "".join(
        f'<a class="claim-chip {row.status}{" measured" if row.proof == "measured" else ""} {row.part}" href="{escape(row.link)}" '
        f'data-uses="{" ".join(row.uses)}" data-title="{escape(row.title)}" title="{escape(row.title)}" {_data(row)}>'
        f'<span aria-hidden="true">{MARKS[row.provenance.upper()]}</span> {row.label}</a>'
        for row in core_first(rows)
    )
    return f'<div class="claim-lane"><h3>{escape(topic.replace("_", " "))}</h3><div>{chips}</div></div>'


def _table(rows: Sequence[Row]) -> str:
    head = "".join(
        f"<th>{each}</th>"
        for each in (
            "claim",
            "",
            "topic",
            "provenance",
            "proof",
            "weakest link",
            "status",
            "checks",
            "controls",
            "steps of its proof",
        )
    )
    topics = list(dict.fromkeys(row.topic for row in rows))
    return "".join(_topic_table(head, topic, [row for row in rows if row.topic == topic]) for topic in topics)


def _topic_table(head: str, topic: str, rows: Sequence[Row]) -> str:
    """The claims of a topic in a table, folded."""
    name = escape(topic.replace("_", " "))
    body = "".join(
        f'<tr {_data(row)}><td><a class="claim-label" href="{escape(row.link)}">{row.label}</a></td>'
        f"<td>{escape(row.title)}</td><td>{escape(row.topic)}</td><td>{row.provenance}</td><td>{row.proof}</td>"
        f'<td>{row.rests}</td><td><span class="claim-mark {row.status}">{row.status}</span></td><td>{row.checks}</td>'
        f"<td>{row.controls}</td><td>{_step_links(row)}</td></tr>"
        for row in core_first(rows)
    )
    return (
        f'<details class="claim-list"><summary>{name}, {many(len(rows), "claim")}</summary>'
        f'<div class="claim-table" tabindex="0" role="region" aria-label="Claims: {name}"><table class="table"><thead>'
        f"<tr>{head}</tr></thead><tbody>{body}</tbody></table></div></details>"
    )


def _step_links(row: Row) -> str:
    """The numbers of the steps of a proof, each a link to the step in the claim's box, its name at hand."""
    return " ".join(
        f'<a href="{escape(row.link)}-step-{number}" title="{escape(name)}" aria-label="{row.label}, step {number}: {escape(name)}">{number}</a>'
        for number, name in enumerate(row.steps, start=1)
    )


class ClaimDomain(Domain):
    """The claims as things that the search of the site finds by their labels and titles."""

    name, label = "claim", "claims"
    object_types = {"claim": ObjType("claim")}  # noqa: RUF012

    def get_objects(self) -> Iterator[tuple[str, str, str, str, str, int]]:
        """Name, words that are shown and searched, kind, page, anchor, and the rank that puts claims above pages."""
        for label, page in claim_places(self.env).items():
            title = self.env.app.ledger[label].claim.title
            words = f"{label} {title}"  # as the name, too: else the search makes the anchor of these words
            yield words, words, "claim", page, f"claim-{label}", 0

    def merge_domaindata(self, docnames: object, otherdata: object) -> None:
        """Nothing is kept here: the pages of claims are merged where they are known."""


def place_index(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Put the index in place, now that the page of every claim is known."""
    places = claim_places(app.env)
    for node in list(doctree.findall(index_placeholder)):
        rows = []
        for result in app.run.claims:  # type: ignore[attr-defined]
            label = result.entry.label
            link = f"{app.builder.get_relative_uri(page, places.get(label, page))}#claim-{label}"
            rows.append(row_of(result, link))
        node.replace_self(nodes.raw("", index_html(rows), format="html"))


def setup(app: Sphinx) -> dict[str, object]:
    app.add_directive("claim-index", IndexDirective)
    app.add_node(index_placeholder)
    app.add_domain(ClaimDomain)
    app.connect("doctree-resolved", place_index)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
