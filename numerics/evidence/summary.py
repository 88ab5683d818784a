"""All numbers of a run, by the names that `sparse-limits verify --json` has for them."""

from __future__ import annotations

from math import isfinite
from typing import TypedDict

from numerics.evidence import CheckResult, ControlResult
from numerics.evidence.links import Link
from numerics.evidence.verification import ClaimResult, Run, Totals, versions
from numerics.statistics.exact_tests import BUDGET, LEVEL
from theory.steps import Step


class ControlSummary(TypedDict):
    """As `ControlResult`."""

    name: str
    status: str
    detail: str


class CheckSummary(TypedDict):
    """As `CheckResult`; alarm: its share of the false-alarm budget; detectable: None for a bound of 1."""

    name: str
    kind: str
    status: str
    detail: str
    step: str
    description: str
    seconds: float
    tests: int
    alarm: float
    vouched: list[str]
    detectable: list[float | None]
    controls: list[ControlSummary]


class StepSummary(TypedDict):
    """A step of a proof: what carries it, and how far its checks reached, as `Link` (all, rule, cited, sizes, points, …)."""

    name: str
    by: str
    source: str
    gives: list[str]
    uses: list[str]
    link: str


class ExpressionSummary(TypedDict):
    """weakest: the weakest link on the path of an expression from the definitions, as `Link`."""

    weakest: str


class ClaimSummary(TypedDict):
    """A claim and its checks; unchecked: what no check takes; steps: none for a proof in prose."""

    label: str
    name: str
    topic: str
    title: str
    source: str
    provenance: str
    proof: str
    uses: list[str]
    status: str
    unchecked: list[str]
    steps: list[StepSummary]
    expressions: dict[str, ExpressionSummary]
    checks: list[CheckSummary]


class BudgetSummary(TypedDict):
    """The chance of a false alarm that all tests together may have, the level of each, and how many there are."""

    false_alarm: float
    per_test: float
    tests: int


class Summary(TypedDict):
    """Everything; versions: by package; weakest: how many expressions rest on each kind of weakest link."""

    seed: int
    effort: str
    versions: dict[str, str]
    seconds: float
    budget: BudgetSummary
    claims: list[ClaimSummary]
    totals: Totals
    weakest: dict[str, int]


def summarise(run: Run) -> Summary:
    """Return the run as plain data; keys are stable."""
    return {
        "seed": run.seed,
        "effort": run.effort,
        "versions": versions(),
        "seconds": round(run.seconds, 3),
        "budget": {"false_alarm": BUDGET, "per_test": LEVEL, "tests": run.totals["tests"]},
        "claims": [_claim(claim) for claim in run.claims],
        "totals": run.totals,
        "weakest": run.weakest,
    }


def _claim(result: ClaimResult) -> ClaimSummary:
    claim = result.entry.claim
    return {
        "label": claim.label,
        "name": result.entry.name,
        "topic": result.entry.topic,
        "title": claim.title,
        "source": claim.source.paper,
        "provenance": str(claim.provenance),
        "proof": str(claim.proof),
        "uses": list(claim.uses),
        "status": result.status,
        "unchecked": list(result.unchecked),
        "steps": [_step(step, result.links[step.name]) for step in claim.steps],
        "expressions": {name: {"weakest": str(link)} for name, link in result.weakest.items()},
        "checks": list(map(_check, result.checks)),
    }


def _step(step: Step, link: Link) -> StepSummary:
    return {
        "name": step.name,
        "by": str(step.by),
        "source": step.source,
        "gives": list(step.gives),
        "uses": list(step.uses),
        "link": str(link),
    }


def _check(check: CheckResult) -> CheckSummary:
    return {
        "name": check.name,
        "kind": check.kind,
        "status": check.status,
        "detail": check.detail,
        "step": check.step,
        "description": check.description,
        "seconds": round(check.seconds, 3),
        "tests": check.tests,
        "alarm": check.alarm,
        "vouched": list(check.vouched),
        "detectable": [each if isfinite(each) else None for each in check.detectable],
        "controls": list(map(_control, check.controls)),
    }


def _control(control: ControlResult) -> ControlSummary:
    return {"name": control.name, "status": control.status, "detail": control.detail}
