"""What becomes of a check: of its claim, of its controls, and of the wrong forms that the claim gives.

A control that is written for a check must be refuted by it. A wrong form of the claim meets every check that takes the
formula, and one of them must refute it. In addition, what a check takes is multiplied by a factor: a check that refutes no wrong form of
what it takes is an error.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

import sympy as sp
from flint import ctx

from sparse_limits.numerics.evidence.check import Check, Control, titled
from sparse_limits.numerics.evidence.findings import Finding, Kind, Scope, Verdict
from sparse_limits.numerics.evidence.trial import Trial
from sparse_limits.numerics.exact.balls import free_symbols
from sparse_limits.numerics.limits import WorkError
from sparse_limits.numerics.statistics.exact_tests import LEVEL, PLANNED_MISS
from sparse_limits.theory.claims import formulas
from sparse_limits.theory.places import places


@dataclass(frozen=True)
class ControlResult:
    name: str
    status: str  # "refuted" or "survived"
    detail: str
    scope: Scope | None = None  # of the finding about the claim where the control was refuted
    replaces: tuple[str, ...] = ()
    multiple: bool = False  # of a formula, which the engine tries

    @property
    def title(self) -> str:
        return titled(self.name, self.replaces)


@dataclass(frozen=True)
class CheckResult:
    label: str
    name: str
    kind: str
    status: str  # "holds", "refuted" or "error"
    detail: str
    description: str
    seconds: float
    controls: tuple[ControlResult, ...] = ()
    tests: int = 0
    detectable: tuple[float, ...] = ()
    vouched: tuple[str, ...] = ()  # what the numbers of its findings rest on without a check
    step: str = ""
    reached: Mapping[str, Scope] = field(default_factory=dict)  # for which values it ties down what it takes
    ordered: Scope | None = None  # the widest scope of what it finds about a sign or an order
    passed: tuple[str, ...] = ()  # wrong forms of the claim that the check does not refute, by their titles

    @property
    def alarm(self) -> float:
        """The check's share of the false-alarm budget."""
        return self.tests * LEVEL


SCALINGS = {
    "10 % more": sp.Rational(11, 10),
    "10 % less": sp.Rational(9, 10),
    "twice": sp.Integer(2),
    "half": sp.Rational(1, 2),
    "the other sign": sp.Integer(-1),
}
OF_THE_MACHINE = (MemoryError, WorkError)
CHOSEN = 0  # the seed of the instances by which exact and enclosed checks decide


def run(check: Check, seed: int = 0, effort: str = "quick") -> CheckResult:
    """Run a check on its claim and on every control.

    A refutation in exact or ball arithmetic needs one witness and no repetition. So exact and enclosed checks put their
    controls to instances that are the same in every run, and their claim to those and to fresh ones of the run's seed.
    """
    start = time.perf_counter()
    chosen = CHOSEN if check.kind <= Kind.ENCLOSED else seed
    trial = Trial(check.claim, check.name, effort, chosen)
    controls: tuple[ControlResult, ...] = ()
    passed: tuple[str, ...] = ()
    detectable: tuple[float, ...] = ()
    vouched: tuple[str, ...] = ()
    reached: dict[str, Scope] = {}
    ordered: Scope | None = None
    precision = ctx.prec
    try:
        findings = list(check.findings(trial))
        status, detail = _status(findings)
        if status == "holds" and seed != chosen and trial.drew:
            status, detail = _status(list(check.findings(trial.at(seed))))
        detectable = tuple(f.detectable for f in findings if f.detectable is not None)
        vouched = tuple(sorted({note for finding in findings for note in finding.vouched}))
        if status == "holds":
            controls, passed, mistakes = _controls(check, trial, findings)
            reached = _reached(controls)
            ordered = min((finding.reach(frozenset()) for finding in findings if finding.order), default=None)
            if mistakes:
                status, detail = "error", mistakes[0]
    except Exception as error:  # a check that raises is reported, whatever it raised
        status, detail = "error", f"{type(error).__name__}: {error}"
    finally:
        ctx.prec = precision
    return CheckResult(
        check.claim.label,
        check.name,
        check.kind.name.lower(),
        status,
        detail,
        check.description,
        time.perf_counter() - start,
        controls,
        check.tests,
        detectable,
        vouched,
        check.step,
        reached,
        ordered,
        passed,
    )


def _controls(
    check: Check, trial: Trial, truth: Sequence[Finding]
) -> tuple[tuple[ControlResult, ...], tuple[str, ...], list[str]]:
    """What became of the controls of a check, which wrong forms of the claim it passes, and what is wrong with it.

    What it takes is multiplied, too, until the check refutes a multiple.
    """
    found: list[ControlResult] = []
    passed: list[str] = []
    mistakes: list[str] = []
    for each in check.controls:
        result, mistake = _control(check, each, trial, truth)
        if not each.shared:
            found.append(result)
            mistakes += [mistake] if mistake else []
        elif result.status == "refuted" and not mistake:
            found.append(result)
        else:
            passed.append(result.title)
    for name in (name for name in check.subjects if name in check.claim.claimed):
        multiple = _refuted_multiple(check, name, trial, truth)
        found += [multiple] if multiple else []
        if not any(name in each.replaces for each in found):
            mistakes.append(f"the check refutes no wrong form of {name}")
    return tuple(found), tuple(passed), mistakes


def _refuted_multiple(check: Check, name: str, trial: Trial, truth: Sequence[Finding]) -> ControlResult | None:
    """The first multiple of what a check takes that the check refutes."""
    for form, value in scaled(check.claim.claimed[name]):
        result, mistake = _control(check, Control(form, {name: value}), trial, truth)
        if result.status == "refuted" and not mistake:
            return replace(result, multiple=True)
    return None


def scaled(value: object) -> Iterator[tuple[str, object]]:
    """Wrong forms of whatever has a formula in it: one of its formulas multiplied, or 1 where it is 0."""
    for _, formula, put in places(value, ""):
        for name, wrong in _scaled(formula):
            with suppress(ValueError):  # refused at construction
                yield name, put(wrong)


def _scaled(formula: sp.Basic) -> Iterator[tuple[str, sp.Basic]]:
    if formula == 0:
        yield "1", sp.S.One
    else:
        yield from ((name, factor * formula) for name, factor in SCALINGS.items())


def _reached(controls: Sequence[ControlResult]) -> dict[str, Scope]:
    """For each object that a control replaces alone, the widest scope at which the check distinguishes it from a wrong one."""
    found: dict[str, Scope] = {}
    for control in controls:
        if len(control.replaces) == 1 and control.scope is not None:
            (name,) = control.replaces
            found[name] = min(found.get(name, control.scope), control.scope)
    return found


def _status(findings: Sequence[Finding]) -> tuple[str, str]:
    if not findings:
        return "error", "the check found nothing"
    if all(finding.empty for finding in findings):
        return "error", f"nothing could have been refused: {findings[0].detail}"
    for finding in findings:
        if finding.verdict is Verdict.REFUTES:
            return "refuted", finding.detail
    for finding in findings:
        if finding.verdict is Verdict.UNDECIDED:
            return "error", f"undecided: {finding.detail}"
        if finding.detectable == float("inf"):
            return "error", f"undecided, since this test can refuse nothing: {finding.detail}"
    return "holds", "; ".join(dict.fromkeys(finding.detail for finding in findings))


def _control(check: Check, control: Control, trial: Trial, truth: Sequence[Finding]) -> tuple[ControlResult, str]:
    """The outcome of a control, and what is wrong with the check if the control was refuted by luck."""
    smallest_miss = 1.0
    seen: Finding | None = None
    try:
        for place, finding in enumerate(check.findings(trial, control.changes)):
            if finding.verdict is not Verdict.REFUTES:
                continue
            seen = seen or finding
            miss = finding.planned_miss(truth[place] if place < len(truth) else None)
            smallest_miss = min(smallest_miss, miss)
            if miss <= PLANNED_MISS:
                scope = _scope(check, control, finding, truth[place]) if place < len(truth) else None
                return ControlResult(control.name, "refuted", _with_miss(finding, miss), scope, control.replaces), ""
    except OF_THE_MACHINE:  # another one may refute it: no verdict
        raise
    except Exception as error:  # an error refutes nothing
        if seen is None:
            detail = f"{type(error).__name__}: {error}"
            return ControlResult(control.name, "survived", f"the check raised {detail}", None, control.replaces), ""
    if seen is None:
        return ControlResult(control.name, "survived", "no finding refutes it", None, control.replaces), ""
    mistake = f"control {control.name!r} was to be missed with probability {smallest_miss:.2g} > {PLANNED_MISS:.0e}"
    return ControlResult(control.name, "refuted", _with_miss(seen, smallest_miss), None, control.replaces), mistake


def _scope(check: Check, control: Control, refutation: Finding, truth: Finding) -> Scope:
    """For which values of the letters of what a control replaces the claim holds where the control was refuted."""
    known = {**check.claim.aids, **check.claim.claimed}
    letters = {letter for name in control.changes for each in formulas(known[name]) for letter in free_symbols(each)}
    return max(truth.reach(frozenset(letters)), refutation.scope or Scope.ALL)


def _with_miss(finding: Finding, miss: float) -> str:
    return f"{finding.detail}; planned miss {miss:.1g}" if finding.powers else finding.detail


def in_order(checks: Sequence[Check]) -> list[Check]:
    """As mutants meet them: the cheap first, but those last that most mutants pass, some after a search without end."""
    return sorted(checks, key=lambda check: (check.one_sided, check.cost, check.kind))


def kills(check: Check, changes: Mapping[str, object], trial: Trial, *, survivors_stay: bool = False) -> str | None:
    """Why a check refutes a mutant, or None if it does not (an error is no refutation).

    survivors_stay: raise what another machine may not, since a survivor is not asked again
    """
    precision = ctx.prec
    try:
        for finding in check.findings(trial, changes):
            if finding.verdict is Verdict.REFUTES:
                return finding.detail
    except Exception as error:
        if survivors_stay and isinstance(error, OF_THE_MACHINE):
            raise
        return None
    finally:
        ctx.prec = precision
    return None
