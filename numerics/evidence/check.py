"""Checks, their controls, and the findings that decide.

A check is a generator of findings about one claim. A finding supports, refutes or leaves undecided; that is all the
engine knows, so exact, enclosed, statistical and empirical checks need no cases. The arguments of a check are named
after expressions of its claim (and a last one, `trial`, for the vocabulary of evidence); a control replaces some of
them and must be refuted by a positive finding. An undecided control has survived; an error refutes nothing.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import ModuleType
from typing import Any

from sparse_limits.numerics.evidence.findings import Finding, Findings, Kind, Refutation, Scope, Verdict
from sparse_limits.numerics.evidence.trial import Trial
from sparse_limits.numerics.exact.balls import collecting
from sparse_limits.theory.bounds import Sharp
from sparse_limits.theory.claims import Claim
from sparse_limits.theory.places import places
from sparse_limits.theory.reasons import Relation
from sparse_limits.theory.steps import Carrier

Body = Callable[..., Any]  # gives findings, or the relations of a reason


@dataclass(frozen=True)
class Control:
    """A plausible wrong form of a claim: its name and the expressions it replaces."""

    name: str
    changes: Mapping[str, object]
    shared: bool = False  # a wrong form of the claim, which meets all checks that take the formula: one must refute it

    @property
    def replaces(self) -> tuple[str, ...]:
        return tuple(self.changes)

    @property
    def title(self) -> str:
        return titled(self.name, self.replaces)


def titled(control: str, replaces: Collection[str]) -> str:
    """What a control replaces, and by what."""
    return f"{' and '.join(replaces)}: {control}" if replaces else control


@dataclass(frozen=True)
class Check:
    """A check of one claim; `tests` is the number of statistical tests it announces, `cost` its rough seconds.

    `written` holds the controls that are written for it; `controls` are these, the wrong forms of what it takes, and sharp bounds
    that are a bit tighter: computed when they are first asked for, which a result that is kept from before does not need.
    """

    claim: Claim
    name: str
    kind: Kind
    body: Body
    written: tuple[Control, ...]
    tests: int = 0
    cost: float = 0.2
    step: str = ""  # of the proof, that it computes; none: it tries the claim as a whole
    one_sided: bool = False  # it asks on which side of the truth a bound lies, not what the bound is

    @cached_property
    def subjects(self) -> tuple[str, ...]:
        """The names of what the claim and its steps give, and of its aids, that the check takes."""
        return tuple(name for name in inspect.signature(self.body).parameters if name != "trial")

    @cached_property
    def controls(self) -> tuple[Control, ...]:
        forms = self.claim.wrong_forms
        shared = (
            Control(form, {name: value}, shared=True)
            for name in self.subjects
            for form, value in forms.get(name, {}).items()
        )
        tighter = (
            Control(name, {bound.expression: bound.tighter(self.claim.expressions[bound.expression])})
            for name, bound in _tighter_bounds(self).items()
        )
        return (*self.written, *shared, *tighter)

    @property
    def description(self) -> str:
        return inspect.getdoc(self.body) or self.name.replace("_", " ")

    def findings(self, trial: Trial, changes: Mapping[str, object] | None = None) -> Findings:
        """The findings about the claim, or about the same with some subjects replaced."""
        known = {**self.claim.aids, **self.claim.claimed}
        values = {name: known[name] for name in self.subjects}
        tests = 0
        try:
            for finding in _with_vouched(_decided(self.body, {**values, **(changes or {})}, trial)):
                if finding.kind > self.kind and finding.verdict is Verdict.SUPPORTS:
                    raise TypeError(f"a finding is {finding.kind.name}, weaker than the check: {finding.detail}")
                tests += finding.kind == Kind.STATISTICAL and bool(finding.powers)
                if tests > self.tests:
                    raise TypeError(f"the check announces {self.tests} statistical tests and makes more")
                yield finding
        except Refutation as refutation:
            yield Finding(Kind.EXACT, Verdict.REFUTES, str(refutation), scope=Scope.POINTS)


def _decided(body: Body, values: Mapping[str, object], trial: Trial) -> Findings:
    """What a body finds; a reason, which takes no trial, gives relations, and the trial decides them."""
    if "trial" in inspect.signature(body).parameters:
        yield from body(**values, trial=trial)
        return
    given = body(**values)
    for each in (given,) if isinstance(given, Relation) else given:
        yield getattr(trial, each.kind)(*each.terms, **each.options)


def _with_vouched(findings: Findings) -> Findings:
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
        return _validated(Check(claim, body.__name__, kind, body, getattr(body, "__controls__", ()), tests, cost, step))

    return make


def reasons(claim: Claim) -> list[Check]:
    """The checks of a claim that stand beside its proof: one for each reason of a step.

    Raises:
        TypeError: for a reason of no step that is computed, or one that could not fail.
    """
    found = []
    for step, given in claim.because.items():
        word = re.sub(r"\W+", "_", step).strip("_")
        for number, reason in enumerate(given if isinstance(given, tuple) else (given,)):
            name = reason.__name__ if reason.__name__ != "<lambda>" else f"{word}_{number + 1}" if number else word
            found.append(_validated(Check(claim, name, Kind.EXACT, reason, (), step=step)))
    return found


def _tighter_bounds(check: Check) -> dict[str, Sharp]:
    """The sharp bounds of a claim whose examples a check computes with, by the name of the control that makes them 1 % tighter."""
    return {f"{bound.expression} 1 % tighter": bound for bound in check.claim.sharp if bound.check == check.name}


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


def _validated(check: Check) -> Check:
    """The check, unless it could not fail or its controls change nothing that it looks at: refused at import."""
    known = {*check.claim.claimed, *check.claim.aids}
    if not check.subjects:
        raise TypeError(f"{check.name}: a check takes at least one expression of its claim")
    for name in check.subjects:
        if name not in known:
            raise TypeError(
                f"{check.name} takes {name!r}, which is no expression of {check.claim.label}, expected one of {', '.join(sorted(known))}"
            )
    if "trial" not in inspect.signature(check.body).parameters and check.body not in _written(check.claim):
        raise TypeError(f"{check.name}: a check takes the trial as its last argument")
    tighter = _tighter_bounds(check)
    names = [*(each.name for each in check.written), *tighter]
    if len(set(names)) < len(names) or not all(each.changes for each in check.written):
        raise TypeError(f"{check.name}: two controls have one name, or one changes nothing")
    changed = {name for each in check.written for name in each.changes}
    changed |= {bound.expression for bound in tighter.values()}
    for name in changed - set(check.subjects):
        raise TypeError(f"a control of {check.name} changes {name!r}, which the check does not take")
    claimed = [(name, check.claim.claimed[name]) for name in check.subjects if name in check.claim.claimed]
    for name, formula in claimed:
        if not (name in changed or any(places(formula, "")) or name in check.claim.wrong_forms):
            raise TypeError(f"no control of {check.name} changes {name!r}, which has no formula to be multiplied")
    if check.kind == Kind.STATISTICAL and check.tests < 1:
        raise TypeError(f"{check.name}: announce at least one statistical test")
    if check.step:
        _validate_step(check)
    return check


def _written(claim: Claim) -> Collection[Any]:
    """The reasons of a claim."""
    return [each for given in claim.because.values() for each in (given if isinstance(given, tuple) else (given,))]


def _validate_step(check: Check) -> None:
    """Refuse a check of a step that does not compute with what the step gives, and of one that is not computed."""
    step = next((each for each in check.claim.steps if each.name == check.step), None)
    if step is None:
        names = ", ".join(each.name for each in check.claim.steps)
        raise TypeError(
            f"{check.name} is of the step {check.step!r}, which is none of {check.claim.label}, expected one of {names}"
        )
    if step.by not in (Carrier.COMPUTED, Carrier.RULE):
        raise TypeError(f"{check.name} is of the step {check.step!r}, which is {step.by}")
    if not set(step.gives) & set(check.subjects):
        raise TypeError(
            f"{check.name} takes nothing that the step {check.step!r} gives, expected an argument named {' or '.join(step.gives)}"
        )


def checks_in(module: ModuleType) -> list[Check]:
    """The checks a module holds, in the order of their definition."""
    return [value for value in vars(module).values() if isinstance(value, Check)]
