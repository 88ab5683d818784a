"""A claim as Markdown: statement, letters, source, proof step by step with what carries each, evidence.

Links to claims and citations stand as the roles of the book's pages, as they may in the claim's own sentences.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sparse_limits.numerics.printing.plain_text import many, plain
from sparse_limits.numerics.reports.bounds import graded, named
from sparse_limits.numerics.reports.claim_references import step_anchor
from sparse_limits.numerics.reports.contents import Evidence, Line
from sparse_limits.numerics.reports.derivation import displayed
from sparse_limits.numerics.reports.legend import letter_rows
from sparse_limits.numerics.reports.mentions import linked
from sparse_limits.numerics.reports.notebooks.markdown import folded, literal, one_line_displays, quoted, table
from sparse_limits.numerics.reports.open_questions import open_questions
from sparse_limits.numerics.reports.typesetting import fitted
from sparse_limits.theory.claims import Claim
from sparse_limits.theory.entries import Ledger
from sparse_limits.theory.links import Link, carried, of_claim, status_in_words
from sparse_limits.theory.steps import Carrier, Step

if TYPE_CHECKING:
    from sparse_limits.numerics.evidence.outcomes import CheckResult, ControlResult
    from sparse_limits.numerics.ledger.verification import ClaimResult

PROVENANCE = {
    "STATED": "stands in a text at hand, quoted here",
    "RECONSTRUCTED": "announced by the sentence quoted here; the precise form and the proof are ours",
    "EXTENSION": "beyond the texts at hand: ours, or a textbook fact",
    "CORRECTION": "a text at hand or cited literature says otherwise; this form holds",
    "PITFALL": "a form that one might expect, or that is reported second-hand, fails; this form holds",
}
SIGNS = {"holds": "✔ holds", "refuted": "✘ refuted", "open": "open", "error": "✘ error", "survived": "✘ survived"}
NOT_RUN = "not run here"
LONGEST = 240  # letters of a finding; `verify --json` has them all


@dataclass(frozen=True)
class Box:
    """What a claim's box is made from.

    line: the claim in the table of contents of the ledger. result: what a run found, None where its checks were not run.
    used_by: labels. source: the key of its paper in the literature. ledger: whose claims its sentences link to.
    derived: whether the notebook has its proof beside the box.
    """

    claim: Claim
    line: Line
    result: ClaimResult | None
    used_by: Sequence[str]
    source: str
    ledger: Ledger
    derived: bool = False

    def markdown(self) -> str:
        """The whole box."""
        claim = self.claim
        parts = [
            f'<a id="claim-{claim.label}"></a>\n\n### {claim.label}. {claim.title}',
            self._badge(),
            quoted(fitted(self._linked(claim.latex_headline))) if claim.headline else "",
            quoted(fitted(self._linked(claim.latex_statement))),
            self._listed("Assumptions:", claim.assumed),
            self._letters(),
            self._listed("Remarks, outside the proof:", claim.latex_remarks),
            self._listed("How good the bounds are:", [str(each) for each in graded(claim, self.line.factors)]),
            self._listed("Open questions:", open_questions(claim)),
            self._source(),
            "" if self.derived else folded(self._proof_summary(), self.proof()),
            folded(self._evidence_summary(), self._evidence()),
        ]
        return "\n\n".join(filter(None, parts))

    def _linked(self, text: str) -> str:
        return linked(self.claim, text, self.ledger)

    def _listed(self, head: str, lines: Sequence[str]) -> str:
        """A list below its head; an item's displayed formulas stay inside the item."""
        if not lines:
            return ""
        items = ("- " + one_line_displays(self._linked(line)).replace("\n", "\n  ") for line in lines)
        return "\n".join([head, "", *items])

    @property
    def status(self) -> str:
        """`holds`, `refuted`, `open`, or that nothing was run."""
        return NOT_RUN if self.result is None else self.result.status

    def _badge(self) -> str:
        if self.result is None:
            return f"**{NOT_RUN}**: `sparse-limits verify {self.claim.label}` runs its checks."
        checks = self.result.checks
        held = sum(check.status == "holds" for check in checks)
        forms, refuted = self.result.wrong_forms
        return (
            f"**{SIGNS[self.status]}** in the run that wrote this notebook: {held} of {many(len(checks), 'check')} passed, "
            f"{refuted} of {many(forms, 'wrong form')} refuted. Again: `sparse-limits verify {self.claim.label}`."
        )

    def _letters(self) -> str:
        rows = letter_rows(self.claim)
        return folded("Letters", table(("letter", "stands for", "values"), rows)) if rows else ""

    def _source(self) -> str:
        claim = self.claim
        lines = [
            f"**{claim.provenance}** ({PROVENANCE[claim.provenance]}), **{self._standing()}**. "
            f"Source: {{cite:t}}`{self.source}`{claim.source.where}."
        ]
        for words, labels in (("Uses", claim.uses), ("Used by", self.used_by)):
            if labels:
                lines.append(f"{words} {', '.join(map(claim_link, labels))}.")
        lines.append(f'In Python: `sparse_limits.theory.claim("{claim.label}")`.')
        return one_line_displays(" ".join(lines))

    def _standing(self) -> str:
        """What the proof is by its steps: as the run found, or as the claim announces."""
        return literal(status_in_words(self.claim) if self.result is None else self.result.proof_in_words)

    def _proof_summary(self) -> str:
        steps = self.claim.steps
        return f"Proof in {many(len(steps), 'step')}" if steps else "Proof"

    def proof(self, chosen: Sequence[str] = ()) -> str:
        """The proof: prose, or numbered steps, each with what carries it; of these names alone if some are given."""
        claim = self.claim
        if not claim.steps:
            return one_line_displays(fitted(self._linked(claim.proof_text)))
        parts = []
        for number, step in enumerate(claim.steps, start=1):
            if chosen and step.name not in chosen:
                continue
            text = fitted(self._linked(displayed(claim, step)))
            sentence = one_line_displays(f"**{number}. {literal(step.name)}.** {text}")
            parts.append(f'<a id="{step_anchor(claim.label, number)}"></a>\n\n{sentence}')
            parts.append(f"*{self._carried(step)}*")
        return "\n\n".join(parts)

    def _carried(self, step: Step) -> str:
        """What carries a step, the steps that it uses, and the checks that compute it."""
        checks = [named(check.name) for check in self._checks if check.step == step.name]
        if step.by is Carrier.CLAIM:
            link = Link.RULE if self.result is None else self.result.links[step.name]
            said = f"by {claim_link(step.source)}{literal(of_claim(step, link))}"
        elif self.result is not None:
            said = literal(carried(step, self.result.links[step.name]))
        elif step.by is Carrier.COMPUTED:
            said = f"computed, not for all values: {literal(step.limited)}" if step.limited else "computed"
        else:
            said = literal(carried(step, Link.ALL))  # what a run would find matters to computed steps alone
        uses = f"uses {', '.join(map(literal, step.uses))}" if step.uses else ""
        return "; ".join(filter(None, (said, uses, f"checks: {literal(', '.join(checks))}" if checks else "")))

    def _evidence_summary(self) -> str:
        kinds = [check.kind for check in self._checks]
        counted = ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))
        return f"Evidence: {counted}{f' ({NOT_RUN})' if self.result is None else ''}"

    def _evidence(self) -> str:
        """A table: each check, what it found, and the wrong forms that it refuted."""
        rows = []
        for check in self._checks:
            announced = isinstance(check, Evidence)
            found = NOT_RUN if isinstance(check, Evidence) else _outcome(check)
            controls = ("; " if announced else "<br>").join(map(_control, check.controls))
            rows.append((f"**{literal(named(check.name))}** {literal(check.description)}", check.kind, found, controls))
        return table(("check", "kind", "found", "wrong forms"), rows)

    @property
    def _checks(self) -> Sequence[Evidence | CheckResult]:
        """The checks as they were run, or as they are announced."""
        return self.line.evidence if self.result is None else self.result.checks


def claim_link(label: str) -> str:
    """A link to the box of a claim, as the book's pages write it."""
    return f"{{claimref}}`{label}`"


def _outcome(check: CheckResult) -> str:
    vouched = f" (vouched, not checked: {literal('; '.join(check.vouched))})" if check.vouched else ""
    return f"**{SIGNS[check.status]}** {literal(plain(check.detail, LONGEST))}{vouched}"


def _control(control: str | ControlResult) -> str:
    """A wrong form: its name, and what became of it where it was run."""
    if isinstance(control, str):
        return literal(control)
    sign = "✔" if control.status == "refuted" else "✘"
    return f"{sign} *{literal(control.title)}* {control.status}: {literal(plain(control.detail, LONGEST))}"
