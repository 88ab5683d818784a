"""Checks, their controls, and the findings that decide.

A check is a generator of findings about one claim. A finding supports, refutes or leaves undecided; that is all the
engine knows, so exact, enclosed, statistical and empirical checks need no cases. The arguments of a check are named
after expressions of its claim (and a last one, `trial`, for the vocabulary of evidence); a control replaces some of
them and must be refuted by a positive finding. An undecided control has survived; an error refutes nothing.
"""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import ModuleType

from flint import ctx

from sparse_limits.numerics.evidence.findings import Finding, Kind, Refutation, Scope, Verdict
from sparse_limits.numerics.evidence.trial import Trial
from sparse_limits.numerics.exact.balls import collecting, free_symbols
from sparse_limits.numerics.statistics.exact_tests import LEVEL, PLANNED_MISS
from sparse_limits.theory.claims import Claim, formulas
from sparse_limits.theory.steps import Carrier

Body = Callable[..., Iterator[Finding]]


@dataclass(frozen=True)
class Control:
    """A plausible wrong neighbour of a claim: its name and the expressions it replaces."""

    name: str
    changes: Mapping[str, object]


@dataclass(frozen=True)
class Check:
    """A check of one claim; `tests` is the number of statistical tests it announces, `cost` its rough seconds."""

    claim: Claim
    name: str
    kind: Kind
    body: Body
    controls: tuple[Control, ...]
    tests: int = 0
    cost: float = 0.2
    step: str = ""  # of the proof, that it computes; none: it tries the claim as a whole
    one_sided: bool = False  # it asks on which side of the truth a bound lies, not what the bound is

    @cached_property
    def subjects(self) -> tuple[str, ...]:
        """The names of what the claim and its steps give, and of its aids, that the check takes."""
        return tuple(name for name in inspect.signature(self.body).parameters if name != "trial")

    @property
    def description(self) -> str:
        return inspect.getdoc(self.body) or self.name.replace("_", " ")

    def findings(self, trial: Trial, changes: Mapping[str, object] | None = None) -> Iterator[Finding]:
        """The findings about the claim, or about the same with some subjects replaced."""
        known = {**self.claim.aids, **self.claim.claimed}
        values = {name: known[name] for name in self.subjects}
        tests = 0
        try:
            for finding in _with_vouched(self.body(**{**values, **(changes or {})}, trial=trial)):
                if finding.kind > self.kind and finding.verdict is Verdict.SUPPORTS:
                    raise TypeError(f"a finding is {finding.kind.name}, weaker than the check: {finding.detail}")
                tests += finding.kind == Kind.STATISTICAL and bool(finding.powers)
                if tests > self.tests:
                    raise TypeError(f"the check announces {self.tests} statistical tests and makes more")
                yield finding
        except Refutation as refutation:
            yield Finding(Kind.EXACT, Verdict.REFUTES, str(refutation), scope=Scope.POINTS)


def _with_vouched(findings: Iterator[Finding]) -> Iterator[Finding]:
    """The findings, each with what the numbers computed for it, or before it, rest on without a check."""
    seen: set[str] = set()
    while True:
        with collecting() as notes:
            finding = next(findings, None)
        if finding is None:
            return
        seen |= notes
        yield replace(finding, detail=f"{finding.detail}; vouched", vouched=tuple(sorted(seen))) if seen else finding


def control(name: str, /, **changes: object) -> Callable[[Body], Body]:
    """Add a control to the check whose decorator stands above."""

    def attach(body: Body) -> Body:
        found = getattr(body, "__controls__", ())
        body.__controls__ = (Control(name, changes), *found)  # type: ignore[attr-defined]
        return body

    return attach


def _decorator(claim: Claim, kind: Kind, tests: int, cost: float, step: str) -> Callable[[Body], Check]:
    def make(body: Body) -> Check:
        controls = (*getattr(body, "__controls__", ()), *_tighter_bounds(claim, body.__name__))
        made = Check(claim, body.__name__, kind, body, controls, tests, cost, step)
        _validate(made)
        return made

    return make


def _tighter_bounds(claim: Claim, check: str) -> list[Control]:
    """The sharp bounds of a claim whose examples a check computes with, each 1 % tighter."""
    bounds = [bound for bound in claim.sharp if bound.check == check]
    values = [bound.tighter(claim.expressions[bound.expression]) for bound in bounds]
    return [
        Control(f"{bound.expression} 1 % tighter", {bound.expression: value})
        for bound, value in zip(bounds, values, strict=True)
    ]


def exact(claim: Claim, *, step: str = "", cost: float = 0.2) -> Callable[[Body], Check]:
    """A check by computer algebra or exact arithmetic, of a step of the proof or of the claim as a whole."""
    return _decorator(claim, Kind.EXACT, 0, cost, step)


def enclosed(claim: Claim, *, step: str = "", cost: float = 0.2) -> Callable[[Body], Check]:
    """A check by ball arithmetic."""
    return _decorator(claim, Kind.ENCLOSED, 0, cost, step)


def statistical(claim: Claim, *, tests: int, step: str = "", cost: float = 0.2) -> Callable[[Body], Check]:
    """A check by `tests` tests with a share of 1e-9 each in the false-alarm budget of a run."""
    return _decorator(claim, Kind.STATISTICAL, tests, cost, step)


def empirical(claim: Claim, *, step: str = "", cost: float = 0.5) -> Callable[[Body], Check]:
    """An observation held against a tolerance that the claim states; it has no error level."""
    return _decorator(claim, Kind.EMPIRICAL, 0, cost, step)


def _validate(check: Check) -> None:
    """Refuse, at import, a check that could not fail or whose controls change nothing it looks at."""
    known = {*check.claim.claimed, *check.claim.aids}
    if not check.subjects:
        raise TypeError(f"{check.name}: a check takes at least one expression of its claim")
    for name in check.subjects:
        if name not in known:
            raise TypeError(f"{check.name} takes {name!r}, which is no expression of {check.claim.label}")
    if "trial" not in inspect.signature(check.body).parameters:
        raise TypeError(f"{check.name}: a check takes the trial as its last argument")
    if not check.controls:
        raise TypeError(f"{check.name}: a check needs at least one control")
    names = [each.name for each in check.controls]
    if len(set(names)) < len(names) or not all(each.changes for each in check.controls):
        raise TypeError(f"{check.name}: two controls have one name, or one changes nothing")
    changed = {name for each in check.controls for name in each.changes}
    for name in changed - set(check.subjects):
        raise TypeError(f"a control of {check.name} changes {name!r}, which the check does not take")
    for name in check.subjects:
        if name in check.claim.claimed and name not in changed:
            raise TypeError(f"no control of {check.name} changes {name!r}")
    if check.kind == Kind.STATISTICAL and check.tests < 1:
        raise TypeError(f"{check.name}: announce at least one statistical test")
    if check.step:
        _validate_step(check)


def _validate_step(check: Check) -> None:
    """Refuse a check of a step that does not compute with what the step gives, and of one that is not computed."""
    step = next((each for each in check.claim.steps if each.name == check.step), None)
    if step is None:
        raise TypeError(f"{check.name} is of the step {check.step!r}, which is none of {check.claim.label}")
    if step.by not in (Carrier.COMPUTED, Carrier.RULE):
        raise TypeError(f"{check.name} is of the step {check.step!r}, which is {step.by}")
    if not set(step.gives) & set(check.subjects):
        raise TypeError(f"{check.name} takes nothing that the step {check.step!r} gives")


def checks_in(module: ModuleType) -> list[Check]:
    """The checks a module holds, in the order of their definition."""
    return [value for value in vars(module).values() if isinstance(value, Check)]


@dataclass(frozen=True)
class ControlResult:
    name: str
    status: str  # "refuted" or "survived"
    detail: str
    scope: Scope | None = None  # of the finding about the claim where the control was refuted


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

    @property
    def alarm(self) -> float:
        """The check's share of the false-alarm budget."""
        return self.tests * LEVEL


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
            outcomes = [_control(check, each, trial, findings) for each in check.controls]
            controls = tuple(result for result, _ in outcomes)
            mistakes = [mistake for _, mistake in outcomes if mistake]
            reached = _reached(check, controls)
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
    )


def _reached(check: Check, controls: Sequence[ControlResult]) -> dict[str, Scope]:
    """For each object that a control replaces alone, the widest scope at which the check tells it from a wrong one."""
    found: dict[str, Scope] = {}
    for control, result in zip(check.controls, controls, strict=True):
        if len(control.changes) == 1 and result.scope is not None:
            (name,) = control.changes
            found[name] = min(found.get(name, result.scope), result.scope)
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
                return ControlResult(control.name, "refuted", _with_miss(finding, miss), scope), ""
    except Exception as error:  # an error refutes nothing
        if seen is None:
            detail = f"{type(error).__name__}: {error}"
            return ControlResult(control.name, "survived", f"the check raised {detail}"), ""
    if seen is None:
        return ControlResult(control.name, "survived", "no finding refutes it"), ""
    mistake = f"control {control.name!r} was to be missed with probability {smallest_miss:.2g} > {PLANNED_MISS:.0e}"
    return ControlResult(control.name, "refuted", _with_miss(seen, smallest_miss)), mistake


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


def kills(check: Check, changes: Mapping[str, object], trial: Trial) -> str | None:
    """Why a check refutes a mutant, or None if it does not (an error is no refutation)."""
    precision = ctx.prec
    try:
        for finding in check.findings(trial, changes):
            if finding.verdict is Verdict.REFUTES:
                return finding.detail
    except Exception:
        return None
    finally:
        ctx.prec = precision
    return None
