"""What is said of all proofs together is counted from a run."""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from helpers import ROOT, needs

from sparse_limits.numerics.ledger.verification import Run, verify
from sparse_limits.numerics.reports.notebooks.pages import Book, Chapter, Page
from sparse_limits.numerics.reports.proofs import AIM, proofs_line, proofs_text, split_text
from sparse_limits.theory.entries import Ledger
from sparse_limits.theory.ledger import claims_of, load_ledger
from sparse_limits.theory.links import Link, Status, announced, links_of, status


def test_the_line_of_the_whole_ledger_is_what_its_proofs_announce(ledger_run: Run) -> None:
    """From the steps of the proofs, without the run."""
    entries = list(load_ledger())
    kinds = Counter(status(entry.claim) for entry in entries)
    found = links_of([entry.label for entry in entries], load_ledger().claim, lambda label, step: announced(step))
    links = [str(link) for entry in entries for link in found[entry.label].expressions.values()]
    firm = sum(link in ("all", "rule", "cited") for link in links)
    numbers = [int(number) for number in re.findall(r"\d+", proofs_line(ledger_run))]
    told = [kinds[kind] for kind in Status if kinds[kind]]
    assert numbers == [*told, round(100 * firm / len(links)), len(links)]
    assert sum(told) == len(entries)
    assert not kinds[Status.ARGUED]


def told_of(labels: list[str]) -> Run:
    """What a run says of these claims, as far as the ledger announces it."""
    entries = [load_ledger()[label] for label in labels]
    claims = [SimpleNamespace(entry=entry, proof=str(status(entry.claim))) for entry in entries]
    names = ("hold", "claims", "checks", "controls", "survived", "tests")
    return cast("Run", SimpleNamespace(claims=claims, totals=dict.fromkeys(names, len(claims))))


def test_the_claims_that_hold_are_split_by_proof_and_by_origin() -> None:
    """Each split adds up to all claims; a kind that no claim is of is left out."""
    entries = list(load_ledger())
    known, origins = (
        re.sub(r"\(.+?\)", "", each) for each in split_text(told_of([e.label for e in entries])).split(". ")
    )
    kinds = Counter(status(entry.claim) for entry in entries)
    found = Counter(str(entry.claim.provenance) for entry in entries)
    said = ("STATED", "RECONSTRUCTED", "EXTENSION", "CORRECTION", "PITFALL")
    assert found.keys() == set(said)
    total, *numbers = map(int, re.findall(r"\d+", known))
    assert (total, numbers) == (len(entries), [kinds[kind] for kind in Status if kinds[kind]])
    assert list(map(int, re.findall(r"\d+", origins))) == [found[each] for each in said]
    assert sum(numbers) == sum(found.values()) == total
    assert split_text(told_of(["N1"])) == (
        "Of 1 claim, 1 is proved with each step computed or by a named rule. "
        "By origin, 1 is announced by a sentence of a paper (the precise form and the proof are ours)."
    )


def test_the_front_page_has_the_split_below_how_many_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    needs("jupyter_book")
    monkeypatch.setattr(sys, "path", [str(ROOT / "book" / "_ext"), *sys.path])
    from dashboard import headline_html

    run = told_of(["N1", "S4"])
    tiles, split = headline_html(run).split('<p class="claim-split">')
    assert "2 of 2" in tiles
    assert split == f"{split_text(run)}</p>"


def test_a_notebook_of_the_front_page_has_the_split_too(tmp_path: Path) -> None:
    (tmp_path / "_config.yml").write_text('html:\n  baseurl: ""\n', "utf-8")
    ledger = Ledger({"neuron_pruning.kink": claims_of("neuron_pruning.kink")})
    page, run = Page("page", "# T\n\n```{dashboard} headline\n```\n"), verify(ledger=ledger)
    *_, cell = Chapter(Book(tmp_path, {"page": page}, ledger, run=run), page).notebook()["cells"]
    assert "1 of 1 claims hold" in cell["source"]
    assert cell["source"].endswith(f"**\n\n{split_text(run)}")


def test_the_table_of_topics_adds_up(ledger_run: Run) -> None:
    rows = [
        [int(cell.strip() or 0) for cell in row.split("|")[2:-1]]
        for row in re.findall(r"^\| (?!topic )[a-z ]+ (\|.*)$", proofs_text(ledger_run), re.MULTILINE)
    ]
    *topics, together = rows
    assert len(topics) == len(load_ledger().topics)
    assert [sum(column) for column in zip(*topics, strict=True)] == together
    assert all(row[0] == sum(row[1:]) for row in rows)


def test_topics_below_the_aim_are_named_and_no_others(ledger_run: Run) -> None:
    text = proofs_text(ledger_run)
    shares = re.findall(r"^\| ([a-z ]+) \| ([\d.]+) \|", text, re.MULTILINE)
    (last,) = re.findall(rf"The aim is {AIM} % in each topic\.(.*)", text)
    assert [topic for topic, share in shares if float(share) < AIM] == re.findall(r"(?:: |, )([a-z ]+) \(", last)


@pytest.mark.parametrize(("firm", "others", "share"), [(299, 1, 99), (300, 0, 100), (94, 5, 95)])
def test_all_formulas_are_firm_only_where_none_is_not(firm: int, others: int, share: int) -> None:
    weakest = {str(place): Link.ALL if place < firm else Link.SAMPLED for place in range(firm + others)}
    claims = [SimpleNamespace(proof=str(Status.PROVED), weakest=weakest)]
    line = proofs_line(cast("Run", SimpleNamespace(claims=claims)))
    assert line.endswith(f"; {share} % of {firm + others} formulas rest on a citation at worst")


def test_a_run_without_measured_claims_says_nothing_of_them() -> None:
    first = proofs_text(verify(["N1", "K1"])).splitlines()[0]
    assert re.fullmatch(r"Of 2 claims 2 have lists of steps\. Of \d+ steps none are argued in words\.", first)
