"""What the boxes of the book say of a run: a table of findings, wrong formulas, and the letters of a page."""

import sympy as sp

from sparse_limits.numerics.checks import checks_of
from sparse_limits.numerics.evidence.findings import Scope
from sparse_limits.numerics.evidence.outcomes import CheckResult, ControlResult
from sparse_limits.numerics.reports.evidence_table import MOST_ROWS, Row, failed_by, rows_of, scope_of, wrong_formulas
from sparse_limits.numerics.reports.legend import claims_on, legend_rows, legend_table
from sparse_limits.theory import claim
from sparse_limits.theory.ledger import load_ledger


def check(detail: str, *controls: ControlResult, reached: dict[str, Scope] | None = None) -> CheckResult:
    return CheckResult("X1", "a_check", "exact", "holds", detail, "What it does.", 0.1, controls, reached=reached or {})


def test_findings_are_read_for_their_figures() -> None:
    for detail, row in {
        "seen 0.48333 of 1500, claimed 0.5": Row("1500", "0.48333", "0.5", ""),
        "worst of 3: seen 0 of 1000, claimed ≤ 0.5": Row("3 × 1000", "0", "", "≤ 0.5"),
        "mean 0.966824 of 100000, claimed 0.96914; p = 0.2": Row("100000", "0.966824 (p = 0.2)", "0.96914", ""),
        "worst of 2: 0.1 of 50 beside 0.12 of 70": Row("2 × 50 and 70", "0.1 and 0.12", "equal", ""),
        "holds at 6 points, smallest gap 1e-06": Row("6 points", "gap 1e-06 or more", "", "≥ 0"),
        "is 0 to 30 digits at 6 points": Row("6 points", "the difference is 0 to 30 digits", "", ""),
        "holds in 30 weights, letters free": Row("30 weights", "holds, letters free", "", ""),
        "distance 3/8, bound 3/8": Row("", "distance 3/8", "", "≤ 3/8"),
        "degrees moved by 1/6, claimed at most 2/5": Row("", "degrees moved by 1/6", "", "≤ 2/5"),
        "P(N ≥ 1) = 3/4, claimed at least 1/2": Row("", "P(N ≥ 1) = 3/4", "", "≥ 1/2"),
        "cut norm 15/28, claimed 15/28": Row("", "cut norm 15/28", "15/28", ""),
        "some other sentence": Row("", "some other sentence", "", ""),
    }.items():
        assert rows_of(check(detail)) == [row], detail
    both = rows_of(check("reduces to 0; and is 0 at 6 points to 30 digits; vouched"))
    assert both == [
        Row("", "the difference reduces to 0", "", ""),
        Row("6 points", "the difference is 0 to 30 digits", "", ""),
    ]
    many = rows_of(check("; ".join(f"case {i}" for i in range(9))))
    assert len(many) == MOST_ROWS + 1
    assert many[-1].observed == f"and {9 - MOST_ROWS} findings more"


def test_the_scope_is_the_narrowest_of_what_a_check_takes() -> None:
    assert scope_of(check("", reached={"a": Scope.ALL, "b": Scope.POINTS})) == "points"
    assert scope_of(check("")) == ""


def test_controls_are_shown_as_the_formulas_that_they_try() -> None:
    g9 = claim("G9")
    known = next(each for each in checks_of("graphon") if each.claim is g9 and "entry" in each.subjects)
    outcomes = [
        ControlResult(
            each.name, "refuted", "differs by [0.0105 +/- 1e-7] at a = 1; planned miss 1e-20", replaces=each.replaces
        )
        for each in known.controls
    ]
    found = wrong_formulas(check("", *outcomes), known)
    assert [each.name for each in found] == [f"{' and '.join(c.replaces)}: {c.name}" for c in known.controls]
    shown = [each.latex for each in found if each.latex]
    assert shown
    assert all(r"\text{" in each for each in shown)
    assert {each.by for each in found} == {"differs by 0.0105 at a = 1"}
    assert [each.latex for each in wrong_formulas(check("", *outcomes), None)] == [""] * len(outcomes)


def test_a_multiple_is_shown_as_one() -> None:
    from sparse_limits.numerics.reports.evidence_table import _formula

    g9 = claim("G9")
    entry = g9.expressions["entry"]
    assert _formula(g9, "entry", sp.Rational(11, 10) * entry) == r"\frac{11}{10}\,\cdot\,\text{entry}"
    assert _formula(g9, "entry", entry - 1) == r"\text{entry}-1"
    assert _formula(g9, "entry", [1, 2]) == ""
    assert failed_by(ControlResult("x", "refuted", "differs by [-0.5 +/- 1e-3]")) == "differs by -0.5"


def test_the_legend_has_each_letter_of_a_page_once_for_each_meaning() -> None:
    assert claims_on("# T\n\n```{claim} G9\n```\n\n```{claim} G8\n:proof:\n```\n{claimref}`G1`\n") == ["G9", "G8"]
    ledger = load_ledger()
    for label in ("G9", "F2.5", "S4"):
        page = [ledger[label].claim, ledger["F2.5"].claim]
        rows = legend_rows(page)
        assert len({row[:3] for row in rows}) == len(rows)
        told = {row.letters for row in rows}
        of_formulas = {quantity.latex_names for each in page for quantity in each.quantities}
        assert told == of_formulas | {f"${letter}$" for each in page for letter in each.symbols}
        assert all(row.labels[0] in (label, "F2.5") for row in rows)
        table = legend_table(rows)
        assert all(row.letters in table and f"{{claimref}}`{row.labels[0]}`" in table for row in rows)
