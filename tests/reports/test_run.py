"""The table of a run: what it counts, and that it fits a terminal."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import replace

import pytest
from rich.console import Console

from sparse_limits.numerics.ledger.verification import Run, verify
from sparse_limits.numerics.reports.run import claim_row, closing_line, print_summary, summary_table
from sparse_limits.theory.links import Link


@pytest.fixture(scope="module")
def small_run() -> Run:
    """A claim with steps, and the whole of a run about it."""
    return verify("S2")


def test_a_row_counts_the_steps_by_what_carries_them(small_run: Run) -> None:
    (claim,) = small_run.claims
    row = dict(zip(summary_table(small_run).columns, claim_row(claim), strict=True))
    links = Counter(claim.links.values())
    assert row["all"] == str(links[Link.ALL])
    assert row["rule"] == str(links[Link.RULE])
    assert sum(int(row[name] or 0) for name in ("all", "rule", "cited", "rest")) == len(claim.entry.claim.steps)
    assert row["checks"] == str(len(claim.checks))
    forms = {(each.replaces, each.name) for check in claim.checks for each in check.controls}
    assert row["controls"] == str(len(forms))


def test_the_closing_line_says_how_many_wrong_forms_are_multiples(small_run: Run) -> None:
    (claim,) = small_run.claims
    forms, refuted = claim.wrong_forms
    engine = {(each.replaces, each.name) for check in claim.checks for each in check.controls if each.multiple}
    assert 0 < claim.multiples == len(engine) < forms
    assert f" {refuted} of {forms} wrong forms refuted ({len(engine)} multiples); " in closing_line(small_run)
    written = [
        replace(check, controls=tuple(each for each in check.controls if not each.multiple)) for check in claim.checks
    ]
    without = closing_line(replace(small_run, claims=(replace(claim, checks=tuple(written)),)))
    assert f" {forms - len(engine)} wrong forms refuted; " in without


def test_a_control_that_survives_stands_out(small_run: Run) -> None:
    (claim,) = small_run.claims
    first, *others = claim.checks
    survived = replace(first.controls[0], status="survived")
    spoilt = replace(claim, checks=[replace(first, controls=(survived, *first.controls[1:])), *others])
    forms, refuted = claim.wrong_forms
    assert claim_row(spoilt)[-2] == [(f"{refuted - 1}/{forms}", "refuted")]


@pytest.mark.parametrize("width", [80, 120])
def test_the_table_keeps_within_the_terminal(small_run: Run, width: int) -> None:
    terminal = io.StringIO()
    print_summary(small_run, Console(file=terminal, width=width))
    lines = terminal.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    assert lines[0].split()[-3:] == ["detects", "controls", "s"]
