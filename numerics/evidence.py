"""Checks, their controls, and the findings that decide.

A check is a generator of findings about one claim. A finding supports, refutes or leaves undecided; that is all the
engine knows, so exact, enclosed, statistical and empirical checks need no cases. The arguments of a check are named
after expressions of its claim (and a last one, `trial`, for the vocabulary of evidence); a control replaces some of
them and must be refuted by a positive finding. An undecided control has survived; an error refutes nothing.
"""

from __future__ import annotations

import hashlib
import inspect
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from types import ModuleType

import numpy as np
import sympy as sp
from flint import ctx
from numpy.typing import ArrayLike, NDArray

from numerics import balls
from numerics.exact_tests import LEVEL, PLANNED_MISS, Betting, Binomial, Side, Test, TwoCounts
from theory.claims import Claim

EFFORTS = {"quick": 1, "standard": 4, "thorough": 16}  # sample sizes are multiplied by these
POINTS = 6  # random rational points at which an identity is tried


class Kind(IntEnum):
    """What a finding rests on, the strongest first."""

    EXACT = 0  # computer algebra or exact arithmetic
    ENCLOSED = 1  # balls
    STATISTICAL = 2  # a test with a stated level
    EMPIRICAL = 3  # an observation or a fit, no level


class Verdict(Enum):
    SUPPORTS = "supports"
    REFUTES = "refutes"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Power:
    """A statistical test as it was run: its planned power, the claimed value and the one that was seen."""

    test: Test
    null: float
    estimate: float
    observed: bool = False  # plan with what was seen: a bound, or data that depend on the subject, has no other truth

    def miss(self, truth: Power) -> float:
        """How likely this test overlooks its null when the null of `truth` holds."""
        return self.test.miss(self.null, self.estimate if self.observed else truth.null)


@dataclass(frozen=True)
class Finding:
    kind: Kind
    verdict: Verdict
    detail: str
    powers: tuple[Power, ...] = ()

    @property
    def detectable(self) -> float | None:
        """The smallest deviation found with probability 0.999, the largest over the tests of the finding."""
        return max(power.test.detectable(power.null) for power in self.powers) if self.powers else None

    def planned_miss(self, truth: Finding | None) -> float:
        """How likely this refutation was to fail, given the finding of the true claim at the same place.

        No test, no chance of a miss. Tests that the true claim was not put to cannot be planned: their miss is 1.
        """
        others = truth.powers if truth else ()
        if all(power.observed for power in self.powers):
            others = self.powers
        if len(self.powers) != len(others):
            return 1.0
        return min((mine.miss(other) for mine, other in zip(self.powers, others, strict=True)), default=0.0)


class Refutation(Exception):
    """Raised while a check computes with a subject that is proved impossible, such as a probability of 1.3."""


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

    @property
    def subjects(self) -> tuple[str, ...]:
        """The names of the claim's expressions that the check takes."""
        return tuple(name for name in inspect.signature(self.body).parameters if name != "trial")

    @property
    def description(self) -> str:
        return inspect.getdoc(self.body) or self.name.replace("_", " ")

    def findings(self, trial: Trial, changes: Mapping[str, object] | None = None) -> Iterator[Finding]:
        """The findings about the claim, or about the same with some subjects replaced."""
        values = {name: self.claim.expressions.get(name, self.claim.aids.get(name)) for name in self.subjects}
        tests = 0
        try:
            for finding in self.body(**{**values, **(changes or {})}, trial=trial):
                if finding.kind > self.kind and finding.verdict is Verdict.SUPPORTS:
                    raise TypeError(f"a finding is {finding.kind.name}, weaker than the check: {finding.detail}")
                tests += finding.kind == Kind.STATISTICAL and bool(finding.powers)
                if tests > self.tests:
                    raise TypeError(f"the check announces {self.tests} statistical tests and makes more")
                yield finding
        except Refutation as refutation:
            yield Finding(Kind.EXACT, Verdict.REFUTES, str(refutation))


def control(name: str, /, **changes: object) -> Callable[[Body], Body]:
    """Add a control to the check whose decorator stands above."""

    def attach(body: Body) -> Body:
        found = getattr(body, "__controls__", ())
        body.__controls__ = (Control(name, changes), *found)  # type: ignore[attr-defined]
        return body

    return attach


def _decorator(claim: Claim, kind: Kind, tests: int, cost: float) -> Callable[[Body], Check]:
    def make(body: Body) -> Check:
        made = Check(claim, body.__name__, kind, body, getattr(body, "__controls__", ()), tests, cost)
        _validate(made)
        return made

    return make


def exact(claim: Claim, *, cost: float = 0.2) -> Callable[[Body], Check]:
    """A check by computer algebra or exact arithmetic."""
    return _decorator(claim, Kind.EXACT, 0, cost)


def enclosed(claim: Claim, *, cost: float = 0.2) -> Callable[[Body], Check]:
    """A check by ball arithmetic."""
    return _decorator(claim, Kind.ENCLOSED, 0, cost)


def statistical(claim: Claim, *, tests: int, cost: float = 0.2) -> Callable[[Body], Check]:
    """A check by `tests` tests with a share of 1e-9 each in the false-alarm budget of a run."""
    return _decorator(claim, Kind.STATISTICAL, tests, cost)


def empirical(claim: Claim, *, cost: float = 0.5) -> Callable[[Body], Check]:
    """An observation held against a tolerance that the claim states; it has no error level."""
    return _decorator(claim, Kind.EMPIRICAL, 0, cost)


def _validate(check: Check) -> None:
    """Refuse, at import, a check that could not fail or whose controls change nothing it looks at."""
    known = {*check.claim.expressions, *check.claim.aids}
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
        if name in check.claim.expressions and name not in changed:
            raise TypeError(f"no control of {check.name} changes {name!r}")
    if check.kind == Kind.STATISTICAL and check.tests < 1:
        raise TypeError(f"{check.name}: announce at least one statistical test")


def checks_in(module: ModuleType) -> list[Check]:
    """The checks a module holds, in the order of their definition."""
    return [value for value in vars(module).values() if isinstance(value, Check)]


Point = Mapping[sp.Symbol, sp.Expr]


@dataclass
class Trial:
    """The vocabulary of a check: what it can ask of its subjects, at one seed and effort."""

    claim: Claim
    check: str
    effort: str = "quick"
    seed: int = 0
    draws: dict[tuple, object] = field(default_factory=dict)

    # Random numbers and sizes

    def size(self, quick: int) -> int:
        """The sample size at this effort, given the one at `quick`."""
        return quick * EFFORTS[self.effort]

    def generator(self, name: str, *arguments: object, replicate: int = 0) -> np.random.Generator:
        """A stream of random numbers keyed by seed, claim, check, name, arguments and replicate."""
        key = "\0".join([self.claim.label, self.check, name, *map(repr, arguments), str(replicate)])
        words = np.frombuffer(hashlib.sha256(key.encode()).digest(), dtype="<u4")
        sequence = np.random.SeedSequence(self.seed, spawn_key=tuple(int(word) for word in words))
        return np.random.Generator(np.random.PCG64DXSM(sequence))

    def draw(self, simulate: Callable, *arguments: object, replicate: int = 0):
        """`simulate(rng, *arguments)`, drawn once and shared by the claim, its controls and its mutants."""
        key = (*_named(simulate), repr(arguments), replicate)
        if key not in self.draws:
            rng = self.generator(simulate.__qualname__, *arguments, replicate=replicate)
            self.draws[key] = simulate(rng, *arguments)
        return self.draws[key]

    def once(self, compute: Callable, *arguments: object):
        """`compute(*arguments)`, deterministic, computed once for the claim, its controls and its mutants."""
        key = (*_named(compute), repr(arguments), "once")
        if key not in self.draws:
            self.draws[key] = compute(*arguments)
        return self.draws[key]

    def points(self, *expressions: sp.Basic, count: int = POINTS) -> list[dict[sp.Symbol, sp.Expr]]:
        """Random rational points of the claim's domain for the free symbols of some expressions."""
        symbols = sorted(set().union(*map(balls.free_symbols, expressions)), key=lambda s: s.sort_key())
        rng = self.generator("points", count)
        return [{symbol: self._coordinate(symbol, rng) for symbol in symbols} for _ in range(count)]

    def _coordinate(self, symbol: sp.Symbol, rng: np.random.Generator) -> sp.Rational:
        default = (1, 9) if symbol.is_integer else (sp.Rational(1, 8), 4) if symbol.is_positive else (-3, 3)
        low, high = (sp.Rational(end) for end in self.claim.domain.get(symbol, default))
        if symbol.is_integer:
            return sp.Integer(int(rng.integers(int(low), int(high) + 1)))
        return low + (high - low) * sp.Rational(int(rng.integers(1, 997)), 997)

    # Deterministic findings

    def value(self, expression: sp.Expr, at: Point | None = None) -> float:
        """The number as a float, from a ball; a value proved not to be real refutes the subject."""
        ball = balls.enclose(sp.sympify(expression), at)
        if not ball.imag.contains(0):
            raise Refutation(f"a value is not real: {ball.str(6)}")
        return float(ball.real.mid())

    def vanishes(
        self, expression: sp.Expr, *, by: Callable | None = sp.simplify, at: Iterable[Point] | None = None
    ) -> Finding:
        """That an expression is 0: refuted at a random rational point, else proved by computer algebra.

        With `by=None` no proof is tried: the finding is then ENCLOSED, zero to 30 digits at the points.
        """
        expression = sp.sympify(expression)
        tried = list(at) if at is not None else self.points(expression)
        if not balls.free_symbols(expression):
            tried = tried[:1] or [{}]
        if expression == 0:
            return Finding(Kind.EXACT, Verdict.SUPPORTS, "is 0 identically")
        if not tried:
            raise ValueError("no points at which to try an identity")
        undecided = ""
        for point in tried:
            point = {s: x for s, x in point.items() if s in balls.free_symbols(expression)}
            try:
                ball = balls.enclose(expression, point, digits=30, highest=1024)
            except balls.NoEnclosureError as error:
                undecided = str(error)
                continue
            if not ball.contains(0):
                return Finding(Kind.ENCLOSED, Verdict.REFUTES, f"differs by {ball.real.str(5)}{_where(point)}")
        if undecided:
            return Finding(Kind.ENCLOSED, Verdict.UNDECIDED, undecided)
        if by is not None and by(expression) == 0:
            return Finding(Kind.EXACT, Verdict.SUPPORTS, f"reduces to 0; and is 0 at {_count(tried)} to 30 digits")
        return Finding(Kind.ENCLOSED, Verdict.SUPPORTS, f"is 0 to 30 digits at {_count(tried)}")

    def same(
        self,
        left: sp.Expr,
        right: sp.Expr,
        *,
        by: Callable | None = sp.simplify,
        at: Iterable[Point] | None = None,
    ) -> Finding:
        """That two expressions are equal."""
        return self.vanishes(sp.sympify(left) - sp.sympify(right), by=by, at=at)

    def below(self, low: sp.Expr, high: sp.Expr, *, at: Iterable[Point] | None = None, strict: bool = False) -> Finding:
        """That low ≤ high (or <) at random rational points, proved by balls."""
        gap = sp.sympify(high) - sp.sympify(low)
        smallest, undecided = float("inf"), ""
        tried = list(at) if at is not None else self.points(gap)
        if not tried:
            raise ValueError("no points at which to try an inequality")
        for point in tried:
            point = {s: x for s, x in point.items() if s in balls.free_symbols(gap)}
            try:
                ball = balls.enclose(gap, point, digits=15, highest=512)
            except balls.NoEnclosureError as error:
                undecided = str(error)
                continue
            if not ball.imag.contains(0):
                return Finding(Kind.ENCLOSED, Verdict.REFUTES, f"a side is not real{_where(point)}")
            gap_ball = ball.real
            if bool(gap_ball < 0) or (strict and bool(gap_ball <= 0)):
                return Finding(Kind.ENCLOSED, Verdict.REFUTES, f"exceeded by {(-gap_ball).str(4)}{_where(point)}")
            if not bool(gap_ball >= 0):
                undecided = f"equal to 15 digits{_where(point)}"
            smallest = min(float(gap_ball.mid()), smallest)
        if undecided:
            return Finding(Kind.ENCLOSED, Verdict.UNDECIDED, undecided)
        return Finding(Kind.ENCLOSED, Verdict.SUPPORTS, f"holds at every point, smallest gap {smallest:.4g}")

    def holds(self, fact: object, detail: str) -> Finding:
        """A fact of exact arithmetic: no false alarm is possible."""
        return Finding(Kind.EXACT, Verdict.SUPPORTS if bool(fact) else Verdict.REFUTES, detail)

    # Statistical findings

    def counts(self, count: int, n: int, p: float, side: Side = "both", *, observed: bool = False) -> Finding:
        """That a count of n independent events has mean n·p (side "above": at most n·p).

        Set `observed` where the count itself depends on the subject: controls are then planned with what was seen.
        """
        return self.counts_each([count], n, [p], side, observed=observed)

    def counts_each(
        self, counts: ArrayLike, n: int | ArrayLike, p: ArrayLike, side: Side = "both", *, observed: bool = False
    ) -> Finding:
        """The same for several counts at once, which may depend on each other: the level is split among them.

        Counts: int[c]; n: int or int[c]; p: float or float[c]. One share of the budget altogether.
        """
        counts = np.atleast_1d(np.asarray(counts))
        p = np.broadcast_to(np.asarray(p, dtype=float), counts.shape)
        sizes = np.broadcast_to(np.asarray(n), counts.shape)
        if np.isnan(p).any() or not np.all(sizes > 0):
            raise ValueError("a claimed probability is not a number, or nothing was counted")
        if counts.dtype.kind not in "iu" or not np.all((counts >= 0) & (counts <= sizes)):
            raise ValueError("a count is no whole number between 0 and the number of events")
        if not np.all((p >= 0) & (p <= 1)):
            wrong = p[~((p >= 0) & (p <= 1))][0]
            return Finding(Kind.EXACT, Verdict.REFUTES, f"a claimed probability is {wrong:.5g}")
        share = LEVEL / len(counts)
        tests = [Binomial(int(size), side, share) for size in sizes]
        p_values = [test.p_value(int(x), float(q)) for test, x, q in zip(tests, counts, p, strict=True)]
        worst = int(np.argmin(p_values))
        seen = counts[worst] / sizes[worst]
        detail = f"seen {seen:.5g} of {sizes[worst]}, claimed {'≤ ' if side == 'above' else ''}{p[worst]:.5g}"
        if len(counts) > 1:
            detail = f"worst of {len(counts)}: {detail}"
        powers = tuple(
            Power(test, float(q), float(x / test.n), observed or side == "above")
            for test, x, q in zip(tests, counts, p, strict=True)
        )
        return _tested(p_values[worst], share, detail, powers)

    def averages(self, sample: NDArray[np.float64], mean: float, low: float, high: float) -> Finding:
        """That independent numbers within [low, high] have the mean claimed. Sample: float[n]."""
        if np.isnan(mean) or not len(sample):
            raise ValueError("the claimed mean is not a number, or the sample is empty")
        if not low <= mean <= high:
            return Finding(
                Kind.EXACT, Verdict.REFUTES, f"a claimed mean is {mean:.5g}, outside [{low:.5g}, {high:.5g}]"
            )
        if not np.all((sample >= low) & (sample <= high)):
            raise ValueError(f"a sample leaves [{low}, {high}]")
        test = Betting(len(sample), low, high, float(sample.std()))
        seen = float(sample.mean())
        return _tested(
            test.p_value(sample, mean),
            LEVEL,
            f"mean {seen:.6g} of {len(sample)}, claimed {mean:.6g}",
            (Power(test, mean, seen),),
        )

    def two_counts(self, x: ArrayLike, n: int, y: ArrayLike, m: int) -> Finding:
        """That counts x of n and y of m independent events have equal probabilities, column by column. int[c]."""
        x, y = np.atleast_1d(np.asarray(x)), np.atleast_1d(np.asarray(y))
        if x.shape != y.shape or not all(np.all((counts >= 0) & (counts <= size)) for counts, size in ((x, n), (y, m))):
            raise ValueError("a count does not lie between 0 and the number of events, or there are two lengths")
        share = LEVEL / len(x)
        tests = [TwoCounts(n, m, float(a + b) / (n + m), share) for a, b in zip(x, y, strict=True)]
        p_values = [test.p_value(int(a), int(b)) for test, a, b in zip(tests, x, y, strict=True)]
        worst = int(np.argmin(p_values))
        detail = f"worst of {len(x)}: {x[worst] / n:.5g} of {n} beside {y[worst] / m:.5g} of {m}"
        powers = tuple(Power(test, 0.0, float(a / n - b / m), True) for test, a, b in zip(tests, x, y, strict=True))
        return _tested(p_values[worst], share, detail, powers)

    # Empirical findings

    def at_most(self, value: float, limit: float, what: str) -> Finding:
        """That a measured value does not exceed a stated limit."""
        if np.isnan(value):
            raise ValueError(f"{what} is not a number")
        verdict = Verdict.SUPPORTS if value <= limit else Verdict.REFUTES
        return Finding(Kind.EMPIRICAL, verdict, f"{what}: {value:.4g}, limit {limit:.4g}")


def _tested(p_value: float, share: float, detail: str, powers: tuple[Power, ...]) -> Finding:
    verdict = Verdict.REFUTES if p_value <= share else Verdict.SUPPORTS
    return Finding(Kind.STATISTICAL, verdict, f"{detail}; p = {min(1.0, p_value * len(powers)):.3g}", powers)


def _named(function: Callable) -> tuple[str, str]:
    """What tells a function from others: its module and name."""
    if "<" in function.__qualname__:
        raise ValueError(f"{function.__qualname__}: expected a function of a module, whose name is its own")
    return function.__module__, function.__qualname__


def _where(point: Point) -> str:
    return " at " + ", ".join(f"{s} = {x}" for s, x in point.items()) if point else ""


def _count(points: Sequence[object]) -> str:
    return "the one value" if len(points) == 1 else f"{len(points)} random rational points"


# Running a check


@dataclass(frozen=True)
class ControlResult:
    name: str
    status: str  # "refuted" or "survived"
    detail: str


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

    @property
    def alarm(self) -> float:
        """The check's share of the false-alarm budget."""
        return self.tests * LEVEL


def run(check: Check, seed: int = 0, effort: str = "quick") -> CheckResult:
    """Run a check on its claim and on every control."""
    start = time.perf_counter()
    trial = Trial(check.claim, check.name, effort, seed)
    controls: tuple[ControlResult, ...] = ()
    detectable: tuple[float, ...] = ()
    precision = ctx.prec
    try:
        findings = list(check.findings(trial))
        status, detail = _status(findings)
        detectable = tuple(f.detectable for f in findings if f.detectable is not None)
        if status == "holds":
            outcomes = [_control(check, each, trial, findings) for each in check.controls]
            controls = tuple(result for result, _ in outcomes)
            mistakes = [mistake for _, mistake in outcomes if mistake]
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
    )


def _status(findings: Sequence[Finding]) -> tuple[str, str]:
    if not findings:
        return "error", "the check found nothing"
    for finding in findings:
        if finding.verdict is Verdict.REFUTES:
            return "refuted", finding.detail
    for finding in findings:
        if finding.verdict is Verdict.UNDECIDED:
            return "error", f"undecided: {finding.detail}"
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
                return ControlResult(control.name, "refuted", _with_miss(finding, miss)), ""
    except Exception as error:  # an error refutes nothing
        if seen is None:
            detail = f"{type(error).__name__}: {error}"
            return ControlResult(control.name, "survived", f"the check raised {detail}"), ""
    if seen is None:
        return ControlResult(control.name, "survived", "no finding refutes it"), ""
    mistake = f"control {control.name!r} was to be missed with probability {smallest_miss:.2g} > {PLANNED_MISS:.0e}"
    return ControlResult(control.name, "refuted", _with_miss(seen, smallest_miss)), mistake


def _with_miss(finding: Finding, miss: float) -> str:
    return f"{finding.detail}; planned miss {miss:.1g}" if finding.powers else finding.detail


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
