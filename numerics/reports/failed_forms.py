"""The forms that fail beside the claims that hold, in the Markdown of the book."""

from __future__ import annotations

from collections.abc import Iterable

from numerics.evidence.verification import ClaimResult, failed_forms
from theory.claims import Claim


def forms_text(claim: Claim, result: ClaimResult | None, where: str = "In this build.") -> str:
    """The forms that fail beside a claim as Markdown: what is said, by whom, why and where it fails, what holds.

    result: what a run found about the claim, named by the words `where`; None where its checks were not run.
    """
    tried = {id(form.pitfall): form for form in failed_forms(result)} if result is not None else {}
    parts = []
    for pitfall in claim.pitfalls:
        said, by, why, by_hand, instead = map(claim.filled, pitfall.texts)
        parts += [
            f"**What is said.** {said}",
            f"**By whom.** {by}",
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


def forms_table(claims: Iterable[Claim]) -> str:
    """All forms that fail as a Markdown table: the claim, what is said, what holds instead."""
    rows = [
        f"* - {{claimref}}`{claim.label}`\n  - {claim.filled(pitfall.said)}\n  - {claim.filled(pitfall.instead)}"
        for claim in claims
        for pitfall in claim.pitfalls
    ]
    head = "```{list-table}\n:header-rows: 1\n:widths: 6 47 47\n\n* - claim\n  - what is said\n  - what holds instead"
    return "\n".join([head, *rows, "```"])
