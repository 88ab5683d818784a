"""The directive `{claim}`: a theorem box whose text comes from the ledger and whose badge from this very build.

At the start of a build the whole ledger is verified once. A build fails if a check fails, if a page names a claim that
does not exist, if a claim stands on two pages or on none.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from html import escape
from itertools import count
from pathlib import Path

from derivations import derived, evidence_of, step_part
from docutils import nodes
from docutils.parsers.rst import directives
from evaluate import values_fold
from evidence import evidence_html
from kept_run import keep_run, read_run
from offline import failed_before
from parts import claim_link, folded, is_long, listed, parsed, said
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

from sparse_limits.numerics.checks import checks_of
from sparse_limits.numerics.commands.common import available_cores
from sparse_limits.numerics.evidence import CheckResult
from sparse_limits.numerics.ledger.verification import ClaimResult, checks_by_claim, verify
from sparse_limits.numerics.printing.plain_text import many
from sparse_limits.numerics.reports.bounds import graded
from sparse_limits.numerics.reports.citing import bibtex, permalink
from sparse_limits.numerics.reports.claim_references import reference, step_anchor
from sparse_limits.numerics.reports.legend import letter_rows
from sparse_limits.numerics.reports.notebooks.boxes import PROVENANCE
from sparse_limits.numerics.reports.open_questions import open_questions
from sparse_limits.numerics.reports.run import closing_line, failures
from sparse_limits.theory.claims import Claim
from sparse_limits.theory.entries import Entry
from sparse_limits.theory.input_error import InputError
from sparse_limits.theory.lazy import homes
from sparse_limits.theory.ledger import load_ledger

logger = logging.getLogger(__name__)

CITATIONS = {
    "2602.06675": "pham2026graphon",
    "2510.17515": "pham2025hypothesis",
    "2501.05930": "robin2025lifts",
    "2206.04270": "ferbach2022general",
    "2603.02234": "ferre2026gap",
    "2006.07990": "pensia2020optimal",
    "2002.00585": "malach2020proving",
}


def run_ledger(app: Sphinx) -> None:
    """Verify the ledger once for this build; anything that fails is a warning, and so fails the build.

    A run without a failure is kept beside the pages' trees when the build has ended, and serves the next one if no code has changed.
    Else all pages are read again, since their cells may run it, and those checks run again that depend on what has changed: their
    results are kept, too, in the folder that SPARSE_LIMITS_KEEP names if it names one.
    """
    app.ledger = load_ledger()  # type: ignore[attr-defined]
    run = read_run(app, app.ledger)
    app.new_run = run is None  # type: ignore[attr-defined]
    if run is None:
        checks = sum(map(len, checks_by_claim(list(app.ledger)).values()))
        keep = os.environ.get("SPARSE_LIMITS_KEEP") or Path(app.doctreedir) / "results"
        run = verify(ledger=app.ledger, keep=keep, jobs=available_cores(), on_result=_progress(checks))
    app.run = run  # type: ignore[attr-defined]
    logger.info(f"sparse-limits: {closing_line(run)}")
    for line in failures(run):
        logger.warning(f"sparse-limits: {line}")


def _progress(number: int) -> Callable[[CheckResult], None]:
    """What says at every tenth of so many checks how far the run is, and how long the rest may take."""
    start, done = time.monotonic(), count(1)

    def tell(result: CheckResult) -> None:
        ended = next(done)
        if ended * 10 // number > (ended - 1) * 10 // number:
            left = (time.monotonic() - start) * (number - ended) / ended
            logger.info(f"sparse-limits: {ended} of {number} checks, about {left:.0f} s left")

    return tell


def letters_lines(claim: Claim) -> list[str]:
    """The legend: the letters in LaTeX, the name in all claims, what they stand for, and the values they take."""
    return [
        f"{letters}: {'; '.join(filter(None, (meaning, values)))}" for letters, meaning, values in letter_rows(claim)
    ]


class ClaimDirective(SphinxDirective):
    """`{claim} G5`, with the option `proof` to leave the proof open instead of folded."""

    required_arguments = 1
    option_spec = {"proof": directives.flag}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        label = self.arguments[0].strip()
        ledger = self.env.app.ledger
        try:
            entry = ledger[label]
        except ValueError as error:
            logger.warning(f"claim: {error}", location=self.get_location())
            return []
        places = claim_places(self.env)
        if label in places:
            logger.warning(
                f"claim {label} stands on {places[label]} and again on {self.env.docname}", location=self.get_location()
            )
        places[label] = self.env.docname
        claim, evidence = entry.claim, evidence_of(self.env, label)

        box = nodes.container(classes=["claim", f"claim-{evidence.status}"], ids=[f"claim-{label}"])
        head = (
            f'<p class="claim-title"><a class="claim-label" href="#claim-{label}">{label}</a> {escape(claim.title)} '
            f'<span class="claim-badge {evidence.status}">{evidence.status}</span></p>'
        )
        box += nodes.raw("", head, format="html")
        statement = said(self, claim, [claim.latex_statement], "claim-statement")
        if claim.headline:
            box += said(self, claim, [claim.latex_headline], "claim-statement")
        box += folded("The full statement", [statement]) if claim.headline else [statement]
        folds = nodes.container(classes=["claim-folds"])
        if claim.assumed:
            assumed = said(self, claim, ["Assumptions:", *claim.assumed], "claim-assumptions")
            long = is_long(claim.assumed)
            folds += folded(many(len(claim.assumed), "assumption"), [assumed]) if long else []
            box += [] if long else [assumed]
        box += self._source(label, evidence)
        if lines := letters_lines(claim):
            letters = parsed(self, listed(lines), "claim-letters-list")
            folds += folded("Letters", [letters], "claim-letters")
        folds += values_fold(self.env.app, claim)
        bounds, questions = graded(claim), open_questions(claim)
        for summary, head, lines in (
            (many(len(claim.remarks), "remark"), "Remarks, outside the proof:", claim.latex_remarks),
            ("How good the bounds are", "", list(map(str, bounds))),
            (many(len(questions), "open question"), "", questions),
        ):
            if lines:
                folds += folded(summary, [said(self, claim, [head, *lines], "claim-remarks")])
        folds += folded("Files and command", [parsed(self, where_to_read(entry), "claim-source")])
        folds += folded("Cite", self._cite(claim))
        folds += nodes.raw("", evidence_html(evidence), format="html")
        folds += self._proof(evidence)
        box += folds
        return [box]

    def _cite(self, claim: Claim) -> list[nodes.Node]:
        """The link to the box, and an entry for a bibliography."""
        link = permalink(self.env.config.html_baseurl, self.env.docname, claim.label)
        entry = bibtex(claim, self.env.config.copyright[:4], link)
        line = f'<p><a href="#claim-{claim.label}">{escape(link)}</a></p>'
        return [nodes.raw("", line, format="html"), nodes.literal_block(entry, entry, language="text")]

    def _proof(self, evidence: ClaimResult) -> list[nodes.Node]:
        """The proof: prose, or its steps, folded; where the page derives the claim, a link to the derivation."""
        claim, opened = evidence.entry.claim, "proof" in self.options
        if derived(self.env, claim.label):
            link = f'<a href="#{step_anchor(claim.label, 1)}">Proof, derived on this page</a>'
            return [nodes.raw("", f'<p class="claim-proof">{link}</p>', format="html")]
        steps = [step_part(self, evidence, number) for number, _ in enumerate(claim.steps, start=1)]
        prose = [] if steps else [said(self, claim, [claim.proof_text], "claim-proof-text")]
        return folded("Proof", [*steps, *prose], "claim-proof", opened)

    def _source(self, label: str, evidence: ClaimResult) -> nodes.container:
        entry = self.env.app.ledger[label]
        claim = entry.claim
        key = CITATIONS.get(claim.source.paper)
        if key is None:
            logger.warning(f"claim {label}: no citation for arXiv {claim.source.paper}", location=self.get_location())
        text = (
            f"**{claim.provenance}** ({PROVENANCE[claim.provenance]}), **{evidence.proof_in_words}**. "
            f"Source: {{cite:t}}`{key}`{claim.source.where}."
        )
        part = parsed(self, text, "claim-source")
        for words, labels in (("Uses", claim.uses), ("Used by", self.env.app.ledger.used_by[label])):
            if labels:
                line = nodes.paragraph("", f"{words} ")
                for i, each in enumerate(labels):
                    line += nodes.Text(", " if i else "")
                    line += claim_link("", each, label=each)
                part += line
        return part


def where_to_read(entry: Entry) -> str:
    """The files that hold a claim and its checks, the command that runs them, and the abstract of the paper: a line of Markdown."""
    topic = f"sparse_limits.theory.{entry.topic}"
    home = topic if "." in entry.topic else homes(topic)[entry.name]
    bodies = (check.body for check in checks_of(entry.topic) if check.claim is entry.claim)
    checks = sorted({body.__module__ for body in bodies if body.__module__.startswith("sparse_limits.numerics.checks")})
    files = [f"`{module.replace('.', '/')}.py`" for module in (home, *checks)]
    paper = entry.claim.source.number
    return f"Written in {', '.join(files)}; run by `sparse-limits verify {entry.label}`" + (
        f"; paper: [arXiv:{paper}](https://arxiv.org/abs/{paper})." if paper else "."
    )


class ClaimRole(SphinxRole):
    """`` {claimref}`G5` ``: a link to the claim; `` {claimref}`words <G5: telescope>` ``: words that lead to a step of its proof."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        link = claim_link("", self.text, label=self.text)
        link.source, link.line = self.get_source_info()
        return [link], []


def claim_places(env: BuildEnvironment) -> dict[str, str]:
    """The page of each claim seen so far."""
    if not hasattr(env, "claim_places"):
        env.claim_places = {}  # type: ignore[attr-defined]
    return env.claim_places  # type: ignore[attr-defined,no-any-return]


def forget_page(app: Sphinx, env: BuildEnvironment, page: str) -> None:
    places = claim_places(env)
    for label in [label for label, where in places.items() if where == page]:
        del places[label]


def forget_pages(app: Sphinx, env: BuildEnvironment, pages: list[str]) -> None:
    """Before the first of them is read: a box may have moved to it from one that is read later."""
    for page in pages:
        forget_page(app, env, page)


def merge_places(app: Sphinx, env: BuildEnvironment, pages: set[str], other: BuildEnvironment) -> None:
    claim_places(env).update({label: page for label, page in claim_places(other).items() if page in pages})


def pages_to_write(app: Sphinx, env: BuildEnvironment) -> set[str]:
    """All pages if a box has moved to another page, since any of them may link to it."""
    before, env.written_places = getattr(env, "written_places", {}), dict(claim_places(env))  # type: ignore[attr-defined]
    return set() if before == env.written_places else set(env.found_docs)  # type: ignore[attr-defined]


def every_claim_has_a_page(app: Sphinx, env: BuildEnvironment) -> None:
    for entry in app.ledger:  # type: ignore[attr-defined]
        if entry.label not in claim_places(env):
            logger.warning(f"claim {entry.label} ({entry.name}) stands on no page")


def resolve_links(app: Sphinx, doctree: nodes.document, page: str) -> None:
    ledger = app.ledger  # type: ignore[attr-defined]
    for link in list(doctree.findall(claim_link)):
        try:
            found = reference(link["label"], ledger)
        except InputError as error:
            logger.warning(str(error), location=(page, link.line))
            link.replace_self(nodes.Text(link.astext()))
            continue
        where = claim_places(app.env).get(found.label)
        if where is None:
            logger.warning(f"no page has the claim {found.label!r}", location=(page, link.line))
            link.replace_self(nodes.Text(found.words))
            continue
        claim = ledger[found.label].claim
        leading = nodes.reference(
            "",
            found.words,
            refuri=f"{app.builder.get_relative_uri(page, where)}#{found.anchor}",
            internal=True,
            classes=["claim-link"],
        )
        leading["reftitle"] = f"{claim.steps[found.step - 1].name}: {claim.title}" if found.step else claim.title
        link.replace_self(leading)


def read_all_pages(app: Sphinx, env: BuildEnvironment, *changes: set[str]) -> set[str]:
    """No page is older than the run whose badges it has, and none that may have had a warning goes unread."""
    return set(env.found_docs) if app.new_run or failed_before(app) else set()  # type: ignore[attr-defined]


def setup(app: Sphinx) -> dict[str, object]:
    app.add_directive("claim", ClaimDirective)
    app.add_role("claimref", ClaimRole())
    app.add_node(claim_link)
    app.connect("builder-inited", run_ledger)
    app.connect("env-get-outdated", read_all_pages)
    app.connect("env-before-read-docs", forget_pages)
    app.connect("env-purge-doc", forget_page)
    app.connect("env-merge-info", merge_places)
    app.connect("env-updated", pages_to_write)
    app.connect("env-check-consistency", every_claim_has_a_page)
    app.connect("doctree-resolved", resolve_links)
    app.connect("build-finished", keep_run, priority=100)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
