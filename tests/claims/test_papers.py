"""The page of a paper: every sentence at hand with the claims that quote it, and every claim about the paper on it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from helpers import ROOT

from sparse_limits.numerics.reports.papers import claims_about, listed_paper
from sparse_limits.theory.claims import Provenance
from sparse_limits.theory.entries import Entry
from sparse_limits.theory.ledger import load_ledger
from sparse_limits.theory.texts import TEXTS

LEDGER = load_ledger()
PAGES = sorted((ROOT / "book").glob("paper_*.md"))
PAPERS = [re.search(r"^```\{paper\} (\S+)$", page.read_text("utf-8"), re.MULTILINE)[1] for page in PAGES]


def listed(text):
    return set(re.findall(r"\{claimref\}`([^`]+)`", text))


def test_the_five_papers_have_a_page_each():
    assert sorted(PAPERS) == ["2206.04270", "2501.05930", "2510.17515", "2602.06675", "2603.02234"]


@pytest.mark.parametrize("paper", PAPERS)
def test_a_page_has_each_sentence_and_each_claim_about_the_paper(paper):
    text = listed_paper(paper, LEDGER)
    quoted = re.findall(r"^> (.*)$", text, re.MULTILINE)
    assert quoted == [" ".join(each.split()) for version in TEXTS[paper].values() for each in version.sentences]
    own = {entry.label for entry in LEDGER if entry.claim.source.paper == paper}
    assert own <= listed(text)
    others = {LEDGER[label].claim for label in listed(text) - own}
    assert all(any("“" in form.by for form in claim.pitfalls) for claim in others)  # they quote a form that fails


@pytest.mark.parametrize("paper", PAPERS)
def test_what_a_paper_announces_stands_below_a_sentence(paper):
    below, _, further = listed_paper(paper, LEDGER).partition("**Further.**")
    announced = (Provenance.STATED, Provenance.RECONSTRUCTED)
    for entry in LEDGER:
        if entry.claim.source.paper == paper and entry.claim.provenance in announced:
            assert entry.label in listed(below)
    assert not listed(below) & listed(further)


def test_another_version_or_another_sentence_is_not_quoted():
    sentence = TEXTS["2510.17515"]["v1"].sentences[-3]
    entry = next(entry for entry in LEDGER if entry.claim in claims_about(sentence, "2510.17515", "v1", LEDGER))
    source = entry.claim.source

    def about(claim):
        return claims_about(sentence, "2510.17515", "v1", [Entry(entry.name, entry.topic, claim)])

    assert about(entry.claim) == [entry.claim]
    silent = replace(entry.claim, pitfalls=(), provenance=Provenance.EXTENSION)
    assert about(replace(silent, source=replace(source, version="v2"))) == []
    assert about(replace(silent, source=replace(source, place="section 5.3: “something else”"))) == []
    assert about(replace(silent, source=replace(source, place="section 5.3"))) == []
