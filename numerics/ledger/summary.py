"""All numbers of a run, by the names that `sparse-limits verify --json` has for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import isfinite
from typing import TypedDict

from sparse_limits.numerics.evidence import CheckResult, ControlResult
from sparse_limits.numerics.ledger.links import step_scope
from sparse_limits.numerics.ledger.verification import ClaimResult, Run, Totals, versions
from sparse_limits.numerics.statistics.exact_tests import BUDGET, LEVEL
from sparse_limits.theory.entries import Entry
from sparse_limits.theory.ledger import labels_of
from sparse_limits.theory.links import Link
from sparse_limits.theory.selection import whole
from sparse_limits.theory.steps import Step


class ControlSummary(TypedDict):
    """As `ControlResult`; replaces: the names of the formulas in whose place the wrong form stood; multiple: whether the engine made it of a formula."""

    name: str
    replaces: list[str]
    multiple: bool
    status: str
    detail: str


class CheckSummary(TypedDict):
    """As `CheckResult`; passed: wrong forms of the claim that the check does not refute, as others do; alarm: its share of the false-alarm budget; detectable: None for a bound of 1.

    scope: the narrowest for which it ties down an object that it takes, None where no control replaces one alone.
    """

    name: str
    kind: str
    status: str
    detail: str
    step: str
    scope: str | None
    description: str
    seconds: float
    tests: int
    alarm: float
    vouched: list[str]
    detectable: list[float | None]
    controls: list[ControlSummary]
    passed: list[str]


class StepSummary(TypedDict):
    """A step of a proof: what carries it, and how far its checks reached, as `Link` (all, rule, cited, sizes, points, …).

    takes: what of a claim that carries it, all if none is named; its link is the weakest of these. scope: of a computed
    step for which values (all, sizes, points, sampled, observed), else none; limited: why no more; checks: their names.
    """

    name: str
    by: str
    source: str
    takes: list[str]
    gives: list[str]
    uses: list[str]
    link: str
    scope: str
    limited: str
    checks: list[str]


class ExpressionSummary(TypedDict):
    """weakest: the weakest link on the path of an expression from the definitions, as `Link`, through claims that are cited."""

    weakest: str


class ClaimSummary(TypedDict):
    """A claim and its checks; parts: the labels of all parts of the claim to which it belongs, its own alone if it is whole.

    proof: what it is by its steps (`sparse_limits.theory.links.Status`), proof_in_words: with these counted. unchecked: what no check
    takes; steps: none for a proof in prose.
    """

    label: str
    name: str
    topic: str
    title: str
    source: str
    provenance: str
    proof: str
    proof_in_words: str
    uses: list[str]
    status: str
    unchecked: list[str]
    parts: list[str]
    steps: list[StepSummary]
    expressions: dict[str, ExpressionSummary]
    checks: list[CheckSummary]


class BudgetSummary(TypedDict):
    """The chance of a false alarm that all tests together may have, the level of each, and how many there are."""

    false_alarm: float
    per_test: float
    tests: int


class StepTotals(TypedDict):
    """How many steps of the proofs are carried by what (`Carrier`), and how many reach which scope."""

    by: dict[str, int]
    scope: dict[str, int]


class SummaryTotals(Totals):
    """As `Totals`, with the steps counted."""

    steps: StepTotals


class Summary(TypedDict):
    """Everything; versions: by package; weakest: how many expressions rest on each kind of weakest link.

    announced: claims that proofs cite and that were not run: what they rest on is as the ledger announces it. kept: how
    many checks were taken from a store, None without a store.
    """

    seed: int
    effort: str
    versions: dict[str, str]
    seconds: float
    budget: BudgetSummary
    claims: list[ClaimSummary]
    totals: SummaryTotals
    weakest: dict[str, int]
    announced: list[str]
    kept: int | None


def summarise(run: Run) -> Summary:
    """Return the run as plain data; keys are stable."""
    claims = list(map(_claim, run.claims))
    steps = [step for claim in claims for step in claim["steps"]]
    counted: StepTotals = {
        "by": dict(Counter(step["by"] for step in steps)),
        "scope": dict(Counter(step["scope"] for step in steps)),
    }
    return {
        "seed": run.seed,
        "effort": run.effort,
        "versions": versions(),
        "seconds": round(run.seconds, 3),
        "budget": {"false_alarm": BUDGET, "per_test": LEVEL, "tests": run.totals["tests"]},
        "claims": claims,
        "totals": {**run.totals, "steps": counted},
        "weakest": run.weakest,
        "announced": list(run.announced),
        "kept": run.kept,
    }


def _parts(entry: Entry) -> list[str]:
    """The labels of all parts of the claim to which a claim belongs, in reading order."""
    return [label for label in labels_of(entry.topic) if whole(label) == whole(entry.label)]


def _claim(result: ClaimResult) -> ClaimSummary:
    claim = result.entry.claim
    return {
        "label": claim.label,
        "name": result.entry.name,
        "topic": result.entry.topic,
        "title": claim.title,
        "source": claim.source.paper,
        "provenance": str(claim.provenance),
        "proof": result.proof,
        "proof_in_words": result.proof_in_words,
        "uses": list(claim.uses),
        "status": result.status,
        "unchecked": list(result.unchecked),
        "parts": _parts(result.entry),
        "steps": [_step(step, result.links[step.name], result.checks) for step in claim.steps],
        "expressions": {name: {"weakest": str(link)} for name, link in result.weakest.items()},
        "checks": list(map(_check, result.checks)),
    }


def _step(step: Step, link: Link, checks: Sequence[CheckResult]) -> StepSummary:
    scope = step_scope(step, checks)
    return {
        "name": step.name,
        "by": str(step.by),
        "source": step.source,
        "takes": list(step.takes),
        "gives": list(step.gives),
        "uses": list(step.uses),
        "link": str(link),
        "scope": "none" if scope is None else scope.name.lower(),
        "limited": step.limited,
        "checks": [check.name for check in checks if check.step == step.name],
    }


def _check(check: CheckResult) -> CheckSummary:
    return {
        "name": check.name,
        "kind": check.kind,
        "status": check.status,
        "detail": check.detail,
        "step": check.step,
        "scope": max(check.reached.values()).name.lower() if check.reached else None,
        "description": check.description,
        "seconds": round(check.seconds, 3),
        "tests": check.tests,
        "alarm": check.alarm,
        "vouched": list(check.vouched),
        "detectable": [each if isfinite(each) else None for each in check.detectable],
        "controls": list(map(_control, check.controls)),
        "passed": list(check.passed),
    }


def _control(control: ControlResult) -> ControlSummary:
    return {
        "name": control.name,
        "replaces": list(control.replaces),
        "multiple": control.multiple,
        "status": control.status,
        "detail": control.detail,
    }
