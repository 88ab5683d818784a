"""The directive `{derivation}`: the proof of a claim on the page, a step after the other, its equations displayed.

    ```{derivation} G5
    ```

A claim that is derived has all its computed steps on the page: where the directive names the steps that it has, a line for
each, another one on the page has the rest. What the checks of a step found in this build is folded below the step.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from itertools import chain
from pathlib import Path

from docutils import nodes
from evidence import check_links
from parts import claim_link, folded, said
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from sparse_limits.numerics.evidence import CheckResult
from sparse_limits.numerics.ledger.verification import ClaimResult
from sparse_limits.numerics.reports.claim_references import step_anchor
from sparse_limits.numerics.reports.derivation import checked, displayed, not_derived
from sparse_limits.numerics.reports.evidence_table import rows_of
from sparse_limits.theory.claims import Claim
from sparse_limits.theory.links import Link, carried, of_claim
from sparse_limits.theory.steps import Carrier, Step

logger = logging.getLogger(__name__)

PIECE = re.compile(r"^```\{derivation\} (\S+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def derived(env: BuildEnvironment, label: str) -> list[list[str]]:
    """The steps that each derivation of a claim on the page names, in order: none for all steps. Empty without a derivation."""
    page = Path(env.doc2path(env.docname)).read_text("utf-8")
    return [list(filter(None, body.splitlines())) for name, body in PIECE.findall(page) if name == label]


def evidence_of(env: BuildEnvironment, label: str) -> ClaimResult:
    return next(claim for claim in env.app.run.claims if claim.entry.label == label)


class DerivationDirective(SphinxDirective):
    """`{derivation} G5`: all steps of the proof, or those that its lines name."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        label = self.arguments[0].strip()
        try:
            claim = self.env.app.ledger[label].claim
        except ValueError as error:
            return self._wrong(str(error))
        names = [step.name for step in claim.steps]
        chosen = list(filter(None, self.content)) or names
        if unknown := [name for name in chosen if name not in names]:
            return self._wrong(f"{label} has no step {unknown[0]!r}, expected one of {', '.join(map(repr, names))}")
        everywhere = set(chain.from_iterable(piece or names for piece in derived(self.env, label)))
        if missing := not_derived(claim, everywhere):
            return self._wrong(f"the derivation of {label} leaves out what is computed: {', '.join(missing)}")
        evidence = evidence_of(self.env, label)
        part = nodes.container(classes=["derivation"])
        part += [step_part(self, evidence, names.index(name) + 1) for name in chosen]
        return [part]

    def _wrong(self, message: str) -> list[nodes.Node]:
        logger.warning(f"derivation: {message}", location=self.get_location())
        return []


def step_part(directive: SphinxDirective, evidence: ClaimResult, number: int) -> nodes.container:
    """A step: its sentence with the equations displayed, what carries it, and what its checks found in this build, folded."""
    claim = evidence.entry.claim
    step = claim.steps[number - 1]
    part = nodes.container(classes=["claim-step"], ids=[step_anchor(claim.label, number)])
    part += said(directive, claim, [f"**{number}. {step.name}.** {displayed(claim, step)}"], "claim-proof-text")
    checks = [check for check in evidence.checks if check.step == step.name]
    if step.by is Carrier.COMPUTED:
        link = evidence.links[step.name]
        words = f"checked: {checked(checks)}" + ("" if link is Link.ALL else f"; {carried(step, link)}")
        found = nodes.raw("", _found(claim, step, checks), format="html")
        part += folded(words, [found], "claim-checked")
    else:
        part += _reason(evidence, step)
    return part


def _reason(evidence: ClaimResult, step: Step) -> nodes.paragraph:
    """What carries a step that is not computed: a claim, linked, or words; and the steps that it uses."""
    line = nodes.paragraph(classes=["claim-small"])
    if step.by is Carrier.CLAIM:
        line += [nodes.Text("by "), claim_link("", step.source, label=step.source)]
        line += nodes.Text(of_claim(step, evidence.links[step.name]))
    else:
        line += nodes.Text(carried(step, evidence.links[step.name]))
    checks = check_links(evidence.entry.label, [check for check in evidence.checks if check.step == step.name])
    further = "".join(f"; {each}" for each in (_uses(evidence.entry.claim, step), checks) if each)
    line += nodes.raw("", further, format="html")
    return line


def _uses(claim: Claim, step: Step) -> str:
    """Links to the earlier steps that a step uses."""
    names = [each.name for each in claim.steps]
    links = (f'<a href="#{step_anchor(claim.label, names.index(name) + 1)}">{escape(name)}</a>' for name in step.uses)
    return f"uses {', '.join(links)}" if step.uses else ""


def _found(claim: Claim, step: Step, checks: Sequence[CheckResult]) -> str:
    """What each check computed, a line for each finding, and the links to the steps used and to the evidence."""
    lines = []
    for check in checks:
        findings = "; ".join(filter(None, map(_finding, rows_of(check))))
        lines.append(f"<li>{escape(check.description)} <em>{escape(check.status)}</em>: {escape(findings)}</li>")
    last = "; ".join(filter(None, (_uses(claim, step), check_links(claim.label, list(checks)))))
    return f'<ul class="claim-small">{"".join(lines)}</ul><p class="claim-small">{last}</p>'


def _finding(row: Sequence[str]) -> str:
    n, observed, claimed, bound = row
    said_of = (f"at {n}" if n else "", observed, f"claimed {claimed}" if claimed else "", bound)
    return ", ".join(filter(None, said_of))


def setup(app: Sphinx) -> dict[str, object]:
    app.add_directive("derivation", DerivationDirective)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
