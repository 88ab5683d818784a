"""What the ledger leaves open: each question has an obstacle, what is known and evidence, and stands in the book."""

from __future__ import annotations

import re

import pytest
import sympy as sp
from helpers import ROOT
from toys.claims import toy

from sparse_limits.numerics.checks import checks_of
from sparse_limits.numerics.reports.bounds import graded
from sparse_limits.numerics.reports.open_questions import counted_questions, listed_questions, open_questions
from sparse_limits.theory.claims import EXPRESSION_SLOT
from sparse_limits.theory.ledger import load_ledger
from sparse_limits.theory.questions import OpenQuestion

a = sp.Symbol("a", positive=True)
ENTRIES = list(load_ledger())
ASKING = [entry for entry in ENTRIES if entry.claim.open_questions]
SAYS_SO = re.compile(
    r"\b(?:left|is|are|stays) open\b(?! (?:at|with))|\bopen here\b|\bnot (?:known|proved) here\b|\bconjectur",
    re.IGNORECASE,
)
DIRECTIVE = re.compile(r"^```\{([a-z-]+)\} (\w+)$", re.MULTILINE)


def a_question(**others: str) -> OpenQuestion:
    fields = {"asks": "Is $[[value]]$ best?", "obstacle": "A sum.", "known": "Half (Z1).", "evidence": "It seems so."}
    return OpenQuestion(**{**fields, **others})


@pytest.mark.parametrize("entry", ASKING, ids=lambda entry: entry.label)
def test_evidence_is_a_check_of_the_claim_and_what_is_known_names_claims(entry) -> None:
    checks = {check.name for check in checks_of(entry.topic) if check.claim is entry.claim}
    labels = {each.label for each in ENTRIES} | {each.label.partition(".")[0] for each in ENTRIES}
    for question in entry.claim.open_questions:
        assert question.checked_by in checks | {""}
        named = set(re.findall(r"\b[A-Z]\d+(?:\.\d+)?\b", " ".join(question.texts)))
        assert named
        assert named <= labels
        assert re.search(r"\b[A-Z]\d+", question.known)
        assert question.asks.endswith("?")
    assert all(EXPRESSION_SLOT.search(text) is None for text in open_questions(entry.claim))


def test_claims_that_say_that_something_is_open_ask_it() -> None:
    said = {
        entry.label
        for entry in ENTRIES
        for text in (
            entry.claim.statement,
            *(each.text for each in entry.claim.remarks),
            *map(str, graded(entry.claim)),
        )
        if SAYS_SO.search(text) and not entry.claim.open_questions
    }
    assert not said


@pytest.mark.parametrize(
    ("page", "directive", "topics"),
    [
        ("open", "open-questions", {entry.topic for entry in ASKING}),
        (
            "bounds",
            "bounds",
            {each.topic for each in ENTRIES if each.claim.sharp or each.claim.loose or each.claim.unmeasured},
        ),
    ],
)
def test_the_page_has_every_topic_once(page: str, directive: str, topics: set[str]) -> None:
    text = (ROOT / "book" / f"{page}.md").read_text(encoding="utf-8")
    shown = [topic for name, topic in DIRECTIVE.findall(text) if name == directive]
    assert sorted(shown) == sorted({*topics, "count"})


def test_a_question_is_told_with_what_carries_it() -> None:
    claim = toy("Z1", {"value": a}, open_questions=(a_question(checked_by="it_was_tried"),))
    assert open_questions(claim) == [
        "Is ${a}$ best? *Obstacle:* A sum. *Known:* Half (Z1). *Evidence:* It seems so. (check: it was tried)"
    ]
    unchecked = toy("Z1", {"value": a}, open_questions=(a_question(),))
    assert open_questions(unchecked)[0].endswith("(not checked)")


def test_questions_are_listed_for_the_book() -> None:
    ledger = load_ledger()
    (entry,) = ledger.select(["R13"])
    text = listed_questions([entry], ledger)
    assert text.startswith("**How many")
    assert "({claimref}`R13`)" in text
    assert "{claimref}`R3`" in text  # a claim that a part of the question names
    assert [line.split(":*")[0] for line in text.splitlines()[2:]] == ["- *Obstacle", "- *Known", "- *Evidence"]
    assert counted_questions([entry]) == "1 questions are open, at 1 claims."
    assert listed_questions(ledger.select(["N1"]), ledger) == ""


def test_an_empty_text_is_refused() -> None:
    with pytest.raises(ValueError, match="says nothing under obstacle, evidence"):
        a_question(obstacle=" ", evidence="")


def test_a_slot_that_names_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match=r"names \[\[other\]\]"):
        toy("Z1", {"value": a}, open_questions=(a_question(asks="Is $[[other]]$ best?"),))
