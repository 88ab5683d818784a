"""The headings of forms that fail: what is said is said by somebody who is quoted."""

from __future__ import annotations

import re

import pytest
from helpers import ROOT

from sparse_limits.numerics.reports.failed_forms import GUESSED, QUOTED, REPORTED, forms_table, forms_text, headings
from sparse_limits.theory.claims import QUOTATION
from sparse_limits.theory.ledger import load_ledger


def test_what_is_said_is_quoted_and_else_reported_or_a_guess() -> None:
    """In every form of the ledger; a guess that cites a sentence says at once that it is one."""
    ledger = load_ledger()
    origins: dict[tuple[str, str], list[str]] = {QUOTED: [], REPORTED: [], GUESSED: []}
    for entry in ledger:
        forms = entry.claim.pitfalls
        text = forms_text(entry.claim, None, ledger)
        heads = [f"**{head}.**" for form in forms for head in headings(form.by)]
        assert re.findall(r"^\*\*(?!Why it|The smallest|What holds).+?\.\*\*", text, re.MULTILINE) == heads, entry.label
        for form in forms:
            origins[headings(form.by)].append(form.by)
    assert all(origins.values())
    assert all(QUOTATION.search(by) for by in origins[QUOTED])
    assert all("second-hand" in by for by in origins[REPORTED])
    assert all("might expect" in by.partition(",")[0] for by in origins[GUESSED])
    assert not any("might expect" in by for by in origins[QUOTED])


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("“All bins” (Lemma 1).", QUOTED),
        ("Section 2: “all bins”.", QUOTED),
        ("Section 2.", GUESSED),
        ("One might expect it. Section 2 says “all bins”.", GUESSED),
        ("What one might expect from “all bins”.", GUESSED),
        ("Reported second-hand of “a bound”.", REPORTED),
        ("What one might expect; the rest is reported second-hand.", GUESSED),
    ],
)
def test_the_heading_follows_from_how_the_origin_begins(by: str, expected: tuple[str, str]) -> None:
    assert headings(by) == expected


def test_a_phone_shows_the_heads_of_the_table() -> None:
    """There the row of heads is hidden: the style sheet has their words."""
    heads = re.findall(r"^[* ] - (.+)$", forms_table([], load_ledger()), re.MULTILINE)
    style = (ROOT / "book" / "_static" / "claims.css").read_text("utf-8")
    shown = re.findall(r'table\.forms td:\S+::before \{.*?content: "(.+?)" \}', style)
    assert heads == ["claim", *shown]
