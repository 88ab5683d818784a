"""The forms that fail beside the claims that hold, in the Markdown of the book."""

from __future__ import annotations

from collections.abc import Iterable

from sparse_limits.numerics.ledger.pitfalls import failed_forms
from sparse_limits.numerics.ledger.verification import ClaimResult
from sparse_limits.numerics.reports.mentions import linked
from sparse_limits.theory.claims import QUOTATION, Claim
from sparse_limits.theory.entries import Ledger

QUOTED = ("What is said", "By whom")
REPORTED = ("Reported second-hand", "Where it comes from")
GUESSED = ("A natural guess", "Where it comes from")


def headings(by: str) -> tuple[str, str]:
    """How a form that fails is headed, and what is said of its origin: somebody says it, reports it, or might expect it.

    Examples:
        >>> headings("Lemma 1: “all bins”."), headings("One might expect this.")
        (('What is said', 'By whom'), ('A natural guess', 'Where it comes from'))
    """
    if by.startswith(("Reported second-hand", "A second-hand report")):
        return REPORTED
    return QUOTED if QUOTATION.search(by) and not by.startswith(("One might", "What one might")) else GUESSED


def forms_text(claim: Claim, result: ClaimResult | None, ledger: Ledger, where: str = "In this build.") -> str:
    """The forms that fail beside a claim as Markdown: what is said or guessed, by whom, why and where it fails, what holds.

    ledger: whose claims are linked. result: what a run found about the claim, named by the words `where`; None where its checks were not run.
    """
    tried = {id(form.pitfall): form for form in failed_forms(result)} if result is not None else {}
    parts = []
    for pitfall in claim.pitfalls:
        said, by, why, by_hand, instead = (linked(claim, claim.filled(text), ledger) for text in pitfall.texts)
        form_is, origin_is = headings(pitfall.by)
        parts += [
            f"**{form_is}.** {said}",
            f"**{origin_is}.** {by}",
            f"**Why it fails.** {why}",
            f"**The smallest counterexample, by hand.** {by_hand}",
        ]
        if form := tried.get(id(pitfall)):
            parts.append(
                f"**{where}** Put in place of what holds, the form is *{form.control.status}* at this counterexample "
                f"(check *{form.check.name.replace('_', ' ')}*, {form.check.kind}): {form.control.detail}."
            )
        parts.append(f"**What holds instead.** {instead}")
    return "\n\n".join(parts)


def forms_table(claims: Iterable[Claim], ledger: Ledger) -> str:
    """All forms that fail as a Markdown table: the claim, the false form, what holds instead."""
    rows = [
        f"* - {{claimref}}`{claim.label}`\n  - {linked(claim, claim.filled(pitfall.said), ledger)}\n"
        f"  - {linked(claim, claim.filled(pitfall.instead), ledger)}"
        for claim in claims
        for pitfall in claim.pitfalls
    ]
    head = "```{list-table}\n:header-rows: 1\n:widths: 9 45 46\n:class: forms\n\n* - claim\n  - false form\n  - what holds instead"
    return "\n".join([head, *rows, "```"])
