"""What a claim leaves open."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class OpenQuestion:
    """A question beside a claim to which nobody here knows the answer.

    asks: the question. obstacle: where a proof stops. known: the best partial result, with the labels of the claims that prove
    it. evidence: what was computed or measured, and for which answer it speaks, where there is any. These are Markdown with LaTeX and the
    slots of the statement. checked_by: the check of the same claim that carries the evidence; without one every face of the
    claim says "not checked".

    Raises:
        ValueError: if one of the four texts is empty.

    Examples:
        >>> from sparse_limits.theory import claim
        >>> (question,) = claim("R13").open_questions
        >>> question.checked_by
        ''
    """

    asks: str
    obstacle: str
    known: str
    evidence: str
    checked_by: str = ""

    def __post_init__(self) -> None:
        if silent := [name for name in ("asks", "obstacle", "known", "evidence") if not getattr(self, name).strip()]:
            raise ValueError(f"an open question says nothing under {', '.join(silent)}")

    @property
    def texts(self) -> tuple[str, ...]:
        """The question, the obstacle, what is known, and the evidence."""
        return self.asks, self.obstacle, self.known, self.evidence
