"""The page of a paper: every sentence at hand with its place and the claims that quote it, and every claim about the paper."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from helpers import ROOT

from sparse_limits.numerics.reports.papers import claims_about, listed_paper
from sparse_limits.theory.claims import QUOTATION, Provenance
from sparse_limits.theory.entries import Entry
from sparse_limits.theory.ledger import load_ledger
from sparse_limits.theory.texts import TEXTS

LEDGER = load_ledger()
PAGES = sorted((ROOT / "book").glob("paper_*.md"))
REPRODUCED = (ROOT / "book" / "reproduced.md").read_text("utf-8")
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
def test_a_page_prints_the_place_of_each_sentence(paper):
    place, placed = "", []
    for line in listed_paper(paper, LEDGER).splitlines():
        if line.startswith(
            "**"
        ):  # a version, or what goes further: the place of the one before is not that of the next
            place = ""
        elif found := re.fullmatch(r"\*(.+):\*", line):
            place = found[1]
        elif line.startswith("> "):
            placed.append((place.lower(), " ".join(line[2:].split())))
    texts = TEXTS[paper].values()
    expected = [(place, each) for text in texts for place, sentences in text.places.items() for each in sentences]
    assert placed == [(place.lower(), " ".join(each.split())) for place, each in expected]
    assert all(place for place, _ in placed)


def test_a_source_names_the_section_of_what_it_quotes():
    """Who wrote the source and who placed the sentence agree; a source may name the theorem instead."""
    named = 0
    for entry in LEDGER:
        source = entry.claim.source
        sections = re.findall(r"(?:section|appendix) [A-Z\d](?:\.\d)?\b", source.place)
        for place, sentences in TEXTS[source.paper][source.version].places.items():
            quoted = any(each in sentence for each in QUOTATION.findall(source.place) for sentence in sentences)
            if quoted and sections and place.startswith(("section", "appendix")):
                assert place in sections, entry.label
                named += 1
    assert named > 15


@pytest.mark.parametrize(("page", "paper"), list(zip(PAGES, PAPERS, strict=True)))
def test_a_page_says_which_figures_are_reproduced(page, paper):
    text = page.read_text("utf-8").partition("## ")[0]
    assert "](reproduced.md)" in text
    part = re.search(rf"^## [^\n]*{re.escape(paper)}\)\n(.*?)^## ", REPRODUCED, re.MULTILINE | re.DOTALL)[1]
    parts = re.findall(r"^### (.+?):", part, re.MULTILINE)
    assert bool(parts) == (paper == "2510.17515")
    assert all(each.lower() in text.lower() for each in parts), parts


@pytest.mark.parametrize("paper", PAPERS)
def test_what_a_paper_announces_stands_below_a_sentence(paper):
    below, _, further = listed_paper(paper, LEDGER).partition("**Further.**")
    announced = (Provenance.STATED, Provenance.RECONSTRUCTED)
    for entry in LEDGER:
        if entry.claim.source.paper == paper and entry.claim.provenance in announced:
            assert entry.label in listed(below)
    assert not listed(below) & listed(further)


def test_another_version_or_another_sentence_is_not_quoted():
    (sentence, _) = TEXTS["2510.17515"]["v1"].places["section 5.3"]
    entry = next(entry for entry in LEDGER if entry.claim in claims_about(sentence, "2510.17515", "v1", LEDGER))
    source = entry.claim.source

    def about(claim):
        return claims_about(sentence, "2510.17515", "v1", [Entry(entry.name, entry.topic, claim)])

    assert about(entry.claim) == [entry.claim]
    silent = replace(entry.claim, pitfalls=(), provenance=Provenance.EXTENSION)
    assert about(replace(silent, source=replace(source, version="v2"))) == []
    assert about(replace(silent, source=replace(source, place="section 5.3: “something else”"))) == []
    assert about(replace(silent, source=replace(source, place="section 5.3"))) == []


def test_each_sentence_of_the_whole_text_at_hand_is_quoted_by_a_claim():
    """Among them the linear equation of a flow (F1.1) and the variances of weights (H5)."""
    silent = [
        sentence
        for sentence in TEXTS["2510.17515"]["v1"].sentences
        if not claims_about(sentence, "2510.17515", "v1", LEDGER)
    ]
    assert not silent


def test_a_measured_claim_stands_beside_the_paper_whose_section_it_goes_beyond():
    source = LEDGER["T4"].claim.source
    assert (source.paper, source.version) == ("2510.17515", "v1")
    assert "section 6" in source.place
    assert "T4" in listed(listed_paper("2510.17515", LEDGER).partition("**Further.**")[2])


def test_reported_assumptions_stand_beside_those_of_the_claims():
    """Of 2602.06675, whose text was not at hand: what the table says about the claims is in their statements."""
    table = (ROOT / "book" / "paper_graphon.md").read_text("utf-8").partition("| reported of v1 | here |")[2]
    rows = table.partition("\n\n")[0].splitlines()[2:]
    assert len(rows) == 9
    assert all(listed(row) for row in rows)
    words = {
        "G4.3": (
            "in whatever proportion",
            "nondecreasing",
            r"$\eta_u$ and $\eta_v$",
            r"\eta_\xi",
            "threshold need not be stable",
        ),
        "S5": ("drawn anew", "at most half of the root of the share"),
        "E6.1": (r"\alpha np^k\to\infty",),
        "B9": ("training is *lazy*", "least eigenvalue"),
    }
    for label, expected in words.items():
        assert any(label in listed(row) for row in rows), label
        statement = " ".join(LEDGER[label].claim.statement.split())
        assert all(each in statement for each in expected), label
