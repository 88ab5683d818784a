"""What the claims leave open, in words: the question, where a proof stops, what is known, and what was computed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sparse_limits.numerics.reports.mentions import linked
from sparse_limits.theory.claims import Claim
from sparse_limits.theory.entries import Entry, Ledger
from sparse_limits.theory.questions import OpenQuestion


def open_questions(claim: Claim) -> list[str]:
    """The open questions of a claim, one sentence after the other, in Markdown.

    Examples:
        >>> from sparse_limits.theory import claim
        >>> open_questions(claim("N1"))
        []
    """
    return [
        " ".join([claim.filled(each.asks), *(f"*{head}:* {text}" for head, text in _parts(claim, each))])
        for each in claim.open_questions
    ]


def listed_questions(entries: Iterable[Entry], ledger: Ledger) -> str:
    """The open questions of some claims of a ledger in the Markdown of the book, other claims linked; nothing where none has any."""
    return "\n\n".join(
        "\n".join(
            [
                f"**{_one_line(linked(claim, claim.filled(each.asks), ledger))}** ({{claimref}}`{claim.label}`)\n",
                *(f"- *{head}:* {_one_line(linked(claim, text, ledger))}" for head, text in _parts(claim, each)),
            ]
        )
        for claim in (entry.claim for entry in entries)
        for each in claim.open_questions
    )


def counted_questions(entries: Iterable[Entry]) -> str:
    """How many questions how many claims leave open, in one sentence."""
    numbers = [len(entry.claim.open_questions) for entry in entries if entry.claim.open_questions]
    return f"{sum(numbers)} questions are open, at {len(numbers)} claims."


def _parts(claim: Claim, question: OpenQuestion) -> Iterator[tuple[str, str]]:
    """The headings of a question, each with its text."""
    carried = f"(check: {question.checked_by.replace('_', ' ')})" if question.checked_by else "(not checked)"
    yield "Obstacle", claim.filled(question.obstacle)
    yield "Known", claim.filled(question.known)
    yield "Evidence", f"{claim.filled(question.evidence)} {carried}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
