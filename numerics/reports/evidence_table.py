"""What a run found as rows of a table: on how much, what was seen, what is claimed, which bound it keeps; and the wrong formulas.

The sentences of findings (`sparse_limits.numerics.evidence`) are read for their figures; one that is none of the usual stands as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from typing import NamedTuple

import sympy as sp

from sparse_limits.numerics.evidence.check import Check
from sparse_limits.numerics.evidence.findings import Scope
from sparse_limits.numerics.evidence.outcomes import CheckResult, ControlResult, scaled
from sparse_limits.numerics.printing.plain_text import many
from sparse_limits.numerics.reports.bounds import named
from sparse_limits.numerics.reports.formula_pieces import width
from sparse_limits.theory.claims import Claim, formulas
from sparse_limits.theory.latex import latex

SCOPES = {
    Scope.ALL: "all values",
    Scope.SIZES: "some sizes",
    Scope.POINTS: "points",
    Scope.SAMPLED: "samples",
    Scope.OBSERVED: "this case",
}
WIDEST = 60.0  # em of a wrong formula that is shown; a wider one is named
MOST_PARTS = 150  # of a wrong formula that is shown
MOST_ROWS = 4  # of the same kind that a check shows
NUMBER = r"[-+]?[\d.]+(?:e[-+]?\d+)?"
BALL = re.compile(rf"\[({NUMBER}) \+/- {NUMBER}\]")

COUNTED = re.compile(
    rf"(?:worst of (?P<tests>\d+): )?(?:seen|mean) (?P<seen>{NUMBER}|nan) of (?P<n>\d+), claimed (?P<side>≤ )?(?P<value>\S+)"
)
BESIDE = re.compile(r"(?:worst of (?P<tests>\d+): )?(?P<seen>\S+) of (?P<n>\d+) beside (?P<value>\S+) of (?P<m>\d+)")
ZERO = re.compile(r"(?:and )?is 0 (?:to 30 digits at (?P<n>.+)|at (?P<m>.+) to 30 digits)")
GAP = re.compile(rf"holds at (?P<n>.+), smallest gap (?P<gap>{NUMBER}|inf)")
SIZES_OF = re.compile(r"holds in (?P<n>\d+ .+), letters free")
BOUNDED = re.compile(r"(?P<seen>.+?),? (?:(?:claimed )?(?P<side>at most|at least|≤|≥)|bound|limit) (?P<value>[^,]+)")
CLAIMED = re.compile(r"(?P<seen>.+), claimed (?P<value>.+)")
EXACT = {"is 0 identically": "the difference is 0", "reduces to 0": "the difference reduces to 0"}


class Row(NamedTuple):
    """A finding: n, on how much; observed, claimed and bound, in words; empty where there is nothing to say."""

    n: str
    observed: str
    claimed: str
    bound: str


class Wrong(NamedTuple):
    """A control: its name; its formula in LaTeX, empty if it has none to show; whether it was refuted, and by how much."""

    name: str
    latex: str
    status: str
    by: str


def rows_of(check: CheckResult) -> list[Row]:
    """The findings of a check, those alike but for figures cut after the first few; one row says how many more there are."""
    rows: list[Row] = []
    for part in re.split(r"; (?!and is 0)", check.detail):
        if part == "vouched":
            continue
        if rows and (found := re.fullmatch(r"p = (\S+)", part)):
            rows[-1] = rows[-1]._replace(observed=f"{rows[-1].observed} (p = {found[1]})")
        else:
            rows += _rows(part)
    rows = list(dict.fromkeys(rows))
    if len(rows) > MOST_ROWS + 1:
        rows = [*rows[:MOST_ROWS], Row("", f"and {many(len(rows) - MOST_ROWS, 'finding')} more", "", "")]
    return rows


def _rows(part: str) -> Iterator[Row]:
    first, _, second = part.partition("; and ")
    if second:
        yield from _rows(first)
        yield from _rows(second)
    elif found := COUNTED.fullmatch(part):
        n = _times(found["tests"], found["n"])
        yield (
            Row(n, found["seen"], "", f"≤ {found['value']}")
            if found["side"]
            else Row(n, found["seen"], found["value"], "")
        )
    elif found := BESIDE.fullmatch(part):
        yield Row(
            _times(found["tests"], f"{found['n']} and {found['m']}"),
            f"{found['seen']} and {found['value']}",
            "equal",
            "",
        )
    elif found := ZERO.fullmatch(part):
        yield Row(found["n"] or found["m"], "the difference is 0 to 30 digits", "", "")
    elif found := GAP.fullmatch(part):
        yield Row(found["n"], f"gap {found['gap']} or more", "", "≥ 0")
    elif found := SIZES_OF.fullmatch(part):
        yield Row(found["n"], "holds, letters free", "", "")
    elif found := BOUNDED.fullmatch(part):
        sides = {"at least": "≥", "≥": "≥"}
        yield Row("", found["seen"], "", f"{sides.get(found['side'] or '', '≤')} {found['value']}")
    elif found := CLAIMED.fullmatch(part):
        yield Row("", found["seen"], found["value"], "")
    else:
        yield Row("", EXACT.get(part, part), "", "")


def _times(tests: str | None, n: str) -> str:
    return f"{tests} × {n}" if tests else n


def scope_of(check: CheckResult) -> str:
    """For which values the check ties down what it takes: one for all objects, or the narrowest."""
    return SCOPES[max(check.reached.values())] if check.reached else ""


def wrong_formulas(check: CheckResult, known: Check | None) -> list[Wrong]:
    """The controls of a check as the formulas that they try, with what became of them.

    known: the check as it was written, None where it is not at hand; then no formula is shown.
    """
    return [
        Wrong(each.title, _formulas(known.claim, _changes(known, each)) if known else "", each.status, failed_by(each))
        for each in check.controls
    ]


def _changes(known: Check, control: ControlResult) -> Mapping[str, object]:
    """What a control of a check, or a multiple that the engine tried, puts in place of what."""
    written = (
        each.changes for each in known.controls if (each.replaces, each.name) == (control.replaces, control.name)
    )
    if (found := next(written, None)) is not None:
        return found
    (name,) = control.replaces
    return {name: next(value for form, value in scaled(known.claim.claimed[name]) if form == control.name)}


def failed_by(control: ControlResult) -> str:
    """By how much a control fails: balls as numbers."""
    detail = BALL.sub(lambda ball: f"{float(ball[1]):.3g}", control.detail)
    return re.sub(r"; planned miss \S+$", "", detail)


def _formulas(claim: Claim, changes: Mapping[str, object]) -> str:
    shown = [_formula(claim, name, value) for name, value in changes.items()]
    text = r",\quad ".join(shown)
    return text if all(shown) and width(text) <= WIDEST else ""


def _formula(claim: Claim, name: str, value: object) -> str:
    """What stands in place of an object, empty for what is no formula."""
    return _formula_of(claim, name, value) if isinstance(value, (sp.Basic, int)) else ""


@cache  # a wrong form meets several checks
def _formula_of(claim: Claim, name: str, value: sp.Basic | int) -> str:
    """A multiple of the true formula, or it and a number more, as such; empty for a formula that nobody reads."""
    word = rf"\text{{{named(name)}}}"
    true = {**claim.aids, **claim.claimed}.get(name)
    value = sp.sympify(value, strict=True)
    if _large(value):
        return ""
    if (
        isinstance(value, sp.Expr)
        and isinstance(true, sp.Expr)
        and not (value.is_number or value.is_Matrix or true.is_Matrix)
    ):
        for made, sign in ((value / true, r"\cdot"), (value - true, "+")):
            if made.is_number and not made.has(sp.zoo, sp.nan):
                number = sp.latex(made)
                return (
                    rf"{number}\,{sign}\,{word}"
                    if sign != "+"
                    else rf"{word}{'' if number.startswith('-') else '+'}{number}"
                )
    try:
        return rf"{word}={latex(value, formulas(value))}"
    except (TypeError, RecursionError):
        return ""


def _large(value: sp.Basic) -> bool:
    """Whether a formula has more parts than anyone reads."""
    return sum(1 for _ in islice(sp.preorder_traversal(value), MOST_PARTS)) == MOST_PARTS
