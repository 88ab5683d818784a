"""The letters of several claims in one table, each with what it stands for, its values and the claims that use it so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from sparse_limits.theory.claims import Claim

HEADING = "Symbols on this page"
BOX = re.compile(r"^```\{claim\} *(\S+)", re.MULTILINE)
TABLE = "```{list-table}\n:header-rows: 1\n:widths: 14 48 20 18\n\n* - symbol\n  - stands for\n  - values\n  - in"


class LegendRow(NamedTuple):
    """Letters in LaTeX, between dollars; what they stand for; their values in words; the claims, the first that has them first."""

    letters: str
    meaning: str
    values: str
    labels: tuple[str, ...]


def claims_on(page: str) -> list[str]:
    """The labels of the boxes of a page, in its order."""
    return BOX.findall(page)


def legend_rows(claims: Sequence[Claim]) -> list[LegendRow]:
    """The letters of claims in the order of their first use, those of sentences with no values; one that means several things
    has a row for each.

    Examples:
        >>> from sparse_limits.theory import claim
        >>> rows = legend_rows([claim("S1"), claim("S2")])
        >>> [row.labels for row in rows if "threshold" in row.letters][0]
        ('S1',)
    """
    found: dict[tuple[str, str, str], list[str]] = {}
    for claim in claims:
        for place in letter_rows(claim):
            found.setdefault(place, []).append(claim.label)
    return [LegendRow(*place, tuple(labels)) for place, labels in found.items()]


def letter_rows(claim: Claim) -> list[tuple[str, str, str]]:
    """The letters of a claim in LaTeX, what they stand for, and their values; those of its sentences alone have no values."""
    return [
        *((each.latex_names, each.meaning, each.values) for each in claim.quantities),
        *((f"${letter}$", meaning, "") for letter, meaning in claim.symbols.items()),
    ]


def legend_table(rows: Sequence[LegendRow]) -> str:
    """The table in the Markdown of the book; a link leads to the box of each claim."""
    lines = [
        f"* - {row.letters}\n  - {' '.join(row.meaning.split())}\n  - {row.values}\n  - {', '.join(f'{{claimref}}`{label}`' for label in row.labels)}"
        for row in rows
    ]
    return "\n".join([TABLE, *lines, "```"])
