"""What a role `claimref` of the book says: the claim that it leads to, or a step of its proof, and the words of the link."""

from __future__ import annotations

import re
from typing import NamedTuple

from sparse_limits.theory.entries import Ledger
from sparse_limits.theory.input_error import InputError
from sparse_limits.theory.selection import first_part

STEP = re.compile(r"(?P<words>.+?)\s*<(?P<label>[^<>:]+):\s*(?P<step>[^<>]+)>", re.DOTALL)


class Reference(NamedTuple):
    """words: of the link. label: of the claim whose box it leads to. step: the number of a step of its proof, 0 for the box."""

    words: str
    label: str
    step: int

    @property
    def anchor(self) -> str:
        """The place that the link leads to, on the page of the claim."""
        return step_anchor(self.label, self.step) if self.step else f"claim-{self.label}"


def step_anchor(label: str, number: int) -> str:
    """The place of a step in the box of its claim."""
    return f"claim-{label}-step-{number}"


def reference(text: str, ledger: Ledger) -> Reference:
    """Return where the text of a role `claimref` leads: a label, or words with a claim and the name of a step after them.

    Raises:
        InputError: where there is no such claim, or no such step.

    Examples:
        >>> from sparse_limits.theory.ledger import load_ledger
        >>> reference("G5", load_ledger())
        Reference(words='G5', label='G5', step=0)
        >>> reference("most of the sum cancels <G5: telescope>", load_ledger()).anchor
        'claim-G5-step-4'
    """
    found = STEP.fullmatch(text.strip())
    words, asked, name = (" ".join(each.split()) for each in (found.groups() if found else (text, text, "")))
    label = first_part(asked, (entry.label for entry in ledger))
    names = [step.name for step in ledger[label].claim.steps]
    if name and name not in names:
        raise InputError(f"claim {label} has no step {name!r}, expected one of {', '.join(map(repr, names))}")
    return Reference(words, label, names.index(name) + 1 if name else 0)
