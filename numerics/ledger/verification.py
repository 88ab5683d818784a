"""A run of the ledger: every check of the chosen claims, in parallel, reproducibly."""

from __future__ import annotations

import gc
import platform
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.metadata import version
from os import PathLike
from typing import TypedDict

from sparse_limits.numerics.arguments import MOST_JOBS, InputError, Seed, checked_integer, seed_number
from sparse_limits.numerics.checks import checks_of_claims
from sparse_limits.numerics.door import door
from sparse_limits.numerics.evidence import Check, CheckResult, run
from sparse_limits.numerics.ledger.links import step_link
from sparse_limits.numerics.processes.cluster import current_client
from sparse_limits.numerics.processes.garbage import release_memory
from sparse_limits.numerics.processes.lost_tasks import LateTaskError, reason
from sparse_limits.numerics.statistics.exact_tests import BUDGET, LEVEL
from sparse_limits.numerics.store import Place, run_stored, store_at
from sparse_limits.theory.entries import Entry, Ledger
from sparse_limits.theory.lazy import homes
from sparse_limits.theory.ledger import ledger_for
from sparse_limits.theory.links import (
    Link,
    Weakest,
    announced,
    cited_by,
    links_of,
    status,
    status_in_words,
    step_links,
    weakest_links,
)
from sparse_limits.theory.own_ledger import is_own
from sparse_limits.theory.selection import part_of
from sparse_limits.theory.steps import Carrier, Step

LIMITS = {"quick": 120.0, "standard": 300.0, "thorough": 1800.0}  # seconds of processor time a single check may take
ENGINE = (
    "sparse_limits.numerics.evidence.outcomes",
    "sparse_limits.numerics.checks",
)  # what runs a check, and what finds the checks of a claim
HEAVY = 2.0  # seconds that a check announces, which then computes with large arrays
PACKAGES = ("numpy", "sympy", "scipy", "python-flint", "sparse-limits")


@dataclass(frozen=True)
class Task:
    """A check by name, so that nothing symbolic travels to the worker."""

    topic: str
    label: str
    check: str
    seed: int
    effort: str


@dataclass(frozen=True)
class ClaimResult:
    """What became of a claim; cited: for each claim that a step names, what that one rests on."""

    entry: Entry
    checks: tuple[CheckResult, ...]
    unchecked: tuple[
        str, ...
    ]  # expressions that no check takes, steps and sharp bounds without one, wrong forms that all pass
    cited: Mapping[str, Weakest] = field(default_factory=dict)

    def own_link(self, step: Step) -> Link:
        """What carries a step by itself, as far as its checks reached; another claim counts as a rule."""
        return step_link(step, self.checks)

    @property
    def links(self) -> dict[str, Link]:
        """What carries each step of the proof, one by a claim as far as what it takes of that claim."""
        return step_links(self.entry.claim, self.own_link, self.cited)

    @property
    def weakest(self) -> dict[str, Link]:
        """For each expression the weakest link on its path from the definitions, through the claims that are cited."""
        return dict(weakest_links(self.entry.claim, self.links).expressions)

    @property
    def proof(self) -> str:
        """What the proof is by its steps, in a word."""
        return str(status(self.entry.claim, self.own_link))

    @property
    def proof_in_words(self) -> str:
        """What the proof is by its steps, with these counted."""
        return status_in_words(self.entry.claim, self.own_link)

    @property
    def wrong_forms(self) -> tuple[int, int]:
        """How many distinct wrong forms met its checks, and how many of these were refuted by all for which they are written."""
        found: dict[tuple[tuple[str, ...], str], bool] = {}
        for each in (each for check in self.checks for each in check.controls):
            place = each.replaces, each.name
            found[place] = found.get(place, True) and each.status == "refuted"
        return len(found), sum(found.values())

    @property
    def multiples(self) -> int:
        """How many of its distinct wrong forms nobody wrote down: they are multiples of formulas, which the engine tries."""
        controls = [each for check in self.checks for each in check.controls]
        written = {(each.replaces, each.name) for each in controls if not each.multiple}
        return len({(each.replaces, each.name) for each in controls} - written)

    @property
    def status(self) -> str:
        """`holds`, `refuted`, or `open` where the evidence is missing or worthless."""
        statuses = {check.status for check in self.checks}
        if "refuted" in statuses:
            return "refuted"
        survived = any(each.status == "survived" for check in self.checks for each in check.controls)
        return "open" if not self.checks or self.unchecked or "error" in statuses or survived else "holds"


class Totals(TypedDict):
    """How many claims, checks, controls and tests a run has, and what became of them.

    controls: distinct wrong forms of what claims say, however many checks refute them; multiples: those of them that the engine makes of
    formulas; vouched: the checks that rest on something vouched.
    """

    claims: int
    hold: int
    refuted: int
    open: int
    checks: int
    errors: int
    controls: int
    multiples: int
    survived: int
    tests: int
    vouched: int


@dataclass(frozen=True)
class Run:
    """A run of claims. kept: how many of its checks were taken from a store, None without a store."""

    seed: int
    effort: str
    seconds: float
    claims: tuple[ClaimResult, ...]
    kept: int | None = None

    @property
    def totals(self) -> Totals:
        statuses = [claim.status for claim in self.claims]
        checks = [check for claim in self.claims for check in claim.checks]
        forms = [claim.wrong_forms for claim in self.claims]
        controls = sum(number for number, _ in forms)
        return {
            "claims": len(statuses),
            "hold": statuses.count("holds"),
            "refuted": statuses.count("refuted"),
            "open": statuses.count("open"),
            "checks": len(checks),
            "errors": sum(check.status == "error" for check in checks),
            "controls": controls,
            "multiples": sum(claim.multiples for claim in self.claims),
            "survived": controls - sum(refuted for _, refuted in forms),
            "tests": sum(check.tests for check in checks),
            "vouched": sum(bool(check.vouched) for check in checks),
        }

    @property
    def weakest(self) -> dict[str, int]:
        """How many expressions of the claims rest on each kind of weakest link, the strongest kind first."""
        found = Counter(link for claim in self.claims for link in claim.weakest.values())
        return {str(link): found[link] for link in Link}

    @property
    def announced(self) -> tuple[str, ...]:
        """Labels of claims that proofs cite and that were not run: what they rest on is as the ledger announces it."""
        run = {claim.entry.label for claim in self.claims}
        return tuple(dict.fromkeys(label for claim in self.claims for label in claim.cited if label not in run))

    @property
    def failed(self) -> bool:
        """Whether any claim does not hold: refuted, without evidence, or with a check that errs or a control that survives."""
        return self.totals["hold"] < self.totals["claims"]


def checks_by_claim(entries: Sequence[Entry]) -> dict[str, list[Check]]:
    """The checks of each claim, by label.

    Raises:
        InputError: if the statistical tests of these claims together would overdraw the false-alarm budget.
    """
    found: dict[str, list[Check]] = {entry.label: [] for entry in entries}
    for topic in dict.fromkeys(entry.topic for entry in entries):
        for check in checks_of_claims(topic, [entry.label for entry in entries if entry.topic == topic]):
            found[check.claim.label].append(check)
    tests = sum(check.tests for checks in found.values() for check in checks)
    if tests * LEVEL > BUDGET * (1 + 1e-9):
        raise InputError(f"{tests} statistical tests at {LEVEL:g} each exceed the false-alarm budget {BUDGET:g}")
    return found


@door
def verify(
    names: str | Sequence[str] = (),
    *,
    effort: str = "quick",
    seed: Seed = 0,
    jobs: int = 1,
    on_result: Callable[[CheckResult], None] = lambda result: None,
    ledger: Ledger | str | PathLike[str] | None = None,
    core: bool = False,
    keep: Place = None,
    join: Sequence[str | PathLike[str]] = (),
    shard: str | None = None,
) -> Run:
    """Run the checks of the chosen claims together with their controls, the wrong forms that the checks must refute.

    The same seed gives the same findings for any number of jobs and any selection of claims. A claim holds if none of
    its checks refutes it or ends in an error, nothing that it claims is without a check, and a check refutes each wrong form.

    Parameters
    ----------
    names : labels or topics of the claims, one string or several; all claims if empty
    effort : quick, standard or thorough: sizes of samples, with at most 1, 5 or 30 minutes of processor time for a check
    seed : whole number, SeedSequence or Generator, from which all random numbers derive
    jobs : number of processes, from 1 to 1024
    on_result : function called with the CheckResult of each check as soon as it is known
    ledger : `FILE.py`, `package.module` or Ledger with claims and checks of your own; None for the project's claims
    core : True leaves out further claims, which no paper announces and on which no such claim and no command rests
    keep : folder of results (or Store): results that are still valid are taken from it, the others are written to it
    join : folders of results of other runs, to be copied into `keep`
    shard : "2/4" runs the second of four parts of the claims; None runs all of them

    Returns
    -------
    Run, with the results of the `claims`, their `totals`, `failed` (True unless every claim holds), `weakest` (how many
    expressions rest on each kind of weakest link) and `kept` (how many checks were taken from `keep`).

    Raises
    ------
    InputError : for an unknown name or effort, an invalid seed, a number of processes out of range, a folder that
        cannot be used, `join` without `keep`, a shard that does not exist, more statistical tests than the false-alarm
        budget allows, and `keep` or a `cluster` with a ledger of your own (nobody knows what your code
        reads, and workers do not have it)

    References
    ----------
    The checks of the claims.

    Examples
    --------
    >>> run = verify("R1.1")
    >>> run.failed, run.totals["claims"]
    (False, 1)
    """
    if effort not in LIMITS:
        raise InputError(f"effort {effort!r}: expected one of {', '.join(LIMITS)}")
    number = seed_number(seed)
    checked_integer("jobs", jobs, 1, MOST_JOBS)
    start = time.perf_counter()
    chosen = [names] if isinstance(names, str) else names
    whole = ledger if isinstance(ledger, Ledger) else ledger_for(chosen, ledger)
    check_own(whole, keep)
    store = store_at(keep, join)
    entries = part_of(whole.select(chosen, core), shard)
    checks = checks_by_claim(entries)
    planned = sorted(
        (
            (-check.cost, Task(entry.topic, entry.label, check.name, number, effort))
            for entry in entries
            for check in checks[entry.label]
        ),
        key=lambda item: item[0],
    )
    results: dict[tuple[str, str], CheckResult] = {}
    entry_of = {entry.label: entry for entry in entries}
    check_of = {(label, check.name): check for label, each in checks.items() for check in each}
    kept = 0
    for result, was_kept in run_stored(
        store,
        run_one,
        [task for _, task in planned],
        _lost,
        jobs,
        LIMITS[effort],
        modules=lambda task: modules_of(entry_of[task.label], check_of[task.label, task.check]),
        worth=lambda result: result.status != "error",  # another machine may have the memory or the time
    ):
        results[result.label, result.name] = result
        kept += was_kept
        on_result(result)
    claims = linked([assembled(entry, checks[entry.label], results) for entry in entries], whole)
    return Run(number, effort, time.perf_counter() - start, claims, None if store is None else kept)


def check_own(ledger: Ledger, keep: Place) -> None:
    """InputError for a store of results of a ledger of one's own, or a cluster for it."""
    if not any(map(is_own, ledger.topics)):
        return
    if keep is not None:
        raise InputError("keep is given, expected none with a ledger of your own: what your code reads is not known")
    if current_client() is not None:
        raise InputError("cluster is given, expected none with a ledger of your own: its workers do not have your code")


def modules_of(entry: Entry, *checks: Check) -> tuple[str, ...]:
    """The modules on whose code results of checks of a claim depend: the claim's, those of the checks, and the engine's."""
    topic = f"sparse_limits.theory.{entry.topic}"
    home = topic if "." in entry.topic else homes(topic)[entry.name]
    return (home, *dict.fromkeys(check.body.__module__ for check in checks), *ENGINE)


def linked(results: Sequence[ClaimResult], ledger: Ledger) -> tuple[ClaimResult, ...]:
    """The results, each with what the claims rest on that its proof cites: as found, or as announced if they were not run."""
    run = {result.entry.label: result for result in results}

    def own(label: str, step: Step) -> Link:
        return run[label].own_link(step) if label in run else announced(step)

    found = links_of(run, ledger.claim, own)
    return tuple(
        replace(result, cited={label: found[label] for label in cited_by(result.entry.claim)}) for result in results
    )


def run_one(task: Task) -> CheckResult:
    """Run one check, named; what a worker process does."""
    check = _named(task.topic, task.label).get(task.check)
    if check is None:
        raise LookupError(f"no check {task.check} of {task.label}")
    found = run(check, task.seed, task.effort)
    if check.cost >= HEAVY:
        release_memory()
    return found


@cache
def _named(topic: str, label: str) -> dict[str, Check]:
    """The checks of a claim by name, put together once in a worker."""
    found = {check.name: check for check in checks_of_claims(topic, [label])}
    gc.freeze()  # all that was imported stays: whoever looks for garbage need not look there
    return found


def _lost(task: Task, error: BaseException) -> CheckResult:
    (check,) = (each for each in checks_of_claims(task.topic, [task.label]) if each.name == task.check)
    kind = check.kind.name.lower()
    seconds = LIMITS[task.effort] if isinstance(error, LateTaskError) else 0.0  # a process that died said no time
    return CheckResult(
        task.label, task.check, kind, "error", reason(error), check.description, seconds, (), check.tests
    )


def assembled(entry: Entry, checks: Sequence[Check], results: Mapping[tuple[str, str], CheckResult]) -> ClaimResult:
    """What became of a claim, from the results of its checks by label and name."""
    taken = {name for check in checks for name in check.subjects}
    computed = {check.step for check in checks}
    unchecked = tuple(name for name in entry.claim.claimed if name not in taken)
    unchecked += tuple(
        f"step {step.name!r}" for step in entry.claim.steps if step.by is Carrier.COMPUTED and step.name not in computed
    )
    names = {check.name for check in checks}
    unchecked += tuple(f"{bound.expression}, 1 % tighter" for bound in entry.claim.sharp if bound.check not in names)
    found = tuple(results[entry.label, check.name] for check in checks)
    refuted = {each.title for result in found for each in result.controls if each.status == "refuted"}
    passed = dict.fromkeys(title for result in found for title in result.passed if title not in refuted)
    unchecked += tuple(f"wrong form {form!r} of {name}" for name, _, form in (each.partition(": ") for each in passed))
    return ClaimResult(entry, found, unchecked)


def versions() -> dict[str, str]:
    """What ran: Python and the packages that figures depend on."""
    return {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}
