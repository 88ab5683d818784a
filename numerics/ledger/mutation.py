"""The mutants of many claims: each expression in a process of its own, in another what they share, or what all assume."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf
from os import PathLike
from time import monotonic

import sympy as sp

from sparse_limits.numerics.arguments import MOST_JOBS, InputError, Seed, checked_integer, seed_number
from sparse_limits.numerics.checks import checks_of_claims
from sparse_limits.numerics.door import door
from sparse_limits.numerics.evidence import Check
from sparse_limits.numerics.ledger.domains import DOMAINS, mutate_domains
from sparse_limits.numerics.ledger.mutants import MutationResult, mutate_expression
from sparse_limits.numerics.ledger.shared_mutants import SHARED, mutate_shared
from sparse_limits.numerics.ledger.verification import check_own, checks_by_claim, modules_of
from sparse_limits.numerics.processes.lost_tasks import reason
from sparse_limits.numerics.processes.parallel import workers_are_copies
from sparse_limits.numerics.store import Place, run_stored, store_at
from sparse_limits.theory.claims import Claim, formulas
from sparse_limits.theory.entries import Entry, Ledger
from sparse_limits.theory.ledger import ledger_for
from sparse_limits.theory.own_ledger import is_own
from sparse_limits.theory.selection import part_of

MOST_SKIPPED = 1000
LIMIT = 1800.0  # seconds of processor time for the mutants of one expression


@dataclass(frozen=True)
class Task:
    """What one process does: all mutants of an expression, or of what a claim assumes."""

    topic: str
    label: str
    subject: str
    seed: int
    every: int
    first: int


@dataclass(frozen=True)
class Mutation:
    """What became of all mutants, one result for each expression and one for what those of a claim share, in the order of the
    ledger. kept: how many of these were taken from a store, None without a store. not_run: labels with subjects that `within`
    left no time for."""

    results: tuple[MutationResult, ...]
    kept: int | None = None
    not_run: tuple[str, ...] = ()

    @property
    def expressions(self) -> int:
        return sum(result.subject not in (SHARED, DOMAINS) for result in self.results)

    @property
    def without_value(self) -> int:
        """Of the refuted those where a formula has no value, of mutants of what claims assume."""
        return sum(len(result.without_value) for result in self.results)

    @property
    def mutants(self) -> int:
        return sum(result.mutants for result in self.results)

    @property
    def equivalent(self) -> int:
        """The survivors that their claims explain."""
        return sum(len(result.equivalent) for result in self.results)

    @property
    def survivors(self) -> int:
        """The survivors that nothing explains."""
        return sum(len(result.survivors) for result in self.results)

    @property
    def refuted(self) -> int:
        return self.mutants - self.equivalent - self.survivors


@door
def mutate(
    names: str | Sequence[str] = (),
    *,
    seed: Seed = 0,
    jobs: int = 1,
    every: int = 1,
    first: int = 0,
    on_result: Callable[[MutationResult], None] = lambda result: None,
    ledger: Ledger | str | PathLike[str] | None = None,
    core: bool = False,
    keep: Place = None,
    join: Sequence[str | PathLike[str]] = (),
    shard: str | None = None,
    within: float | None = None,
    domains: bool = False,
) -> Mutation:
    """Mutate every formula of the chosen claims in small ways, and count the mutants that the claims' own checks refute.

    A part that several expressions of a claim share is also mutated in all of them at once. A mutant that survives
    shows a gap in the evidence, unless the claim explains why the mutant is no error. With `domains`, the assumptions
    are made wider, and the formulas stay: each end of a range is moved outwards and each relation between letters
    dropped, one at a time, and the checks are asked at points drawn in the added part. Wider assumptions under which a
    formula has no value count as refuted.

    Parameters
    ----------
    names : labels or topics of the claims, one string or several; all claims if empty
    seed : whole number, SeedSequence or Generator, from which all random numbers derive
    jobs : number of processes, from 1 to 1024
    every : N, from 1 to 1000, to try one mutant in N, spread evenly over each formula
    first : which mutant of each N to try, from 0 to N − 1; the runs for all values of `first` together try every mutant
    on_result : function called with the MutationResult of each expression as soon as it is known
    ledger : `FILE.py`, `package.module` or Ledger with claims and checks of your own; None for the project's claims
    core : True leaves out further claims, which no paper announces and on which no such claim and no command rests
    keep : folder of results (or Store): results that are still valid are taken from it, the others are written to it
    join : folders of results of other runs, to be copied into `keep`
    shard : "2/4" runs the second of four parts of the claims; None runs all of them
    within : seconds after which no further expression is begun, above 0; None for no limit
    domains : True mutates the assumptions of the claims in place of their formulas

    Returns
    -------
    Mutation, with `results` (one for each expression and one for the shared parts of a claim, or one for its
    assumptions), the totals `mutants`, `refuted`, `equivalent` and `survivors`, and `not_run`, the expressions that
    `within` left out.

    Raises
    ------
    InputError : for an unknown name, an invalid seed, a number out of range, a claim of your own without a check, a
        folder that cannot be used, `join` without `keep`, a shard that does not exist, and `keep` with a ledger of your
        own (the files that your code reads are not known)

    References
    ----------
    The checks of the claims.

    Examples
    --------
    >>> found = mutate("N1")
    >>> found.mutants > 20, found.survivors
    (True, 0)
    >>> mutate("D3.3", domains=True).results[0].without_value[-1]
    'rho > 1/4: limit_threshold'
    """
    number = seed_number(seed)
    _check_numbers(jobs, every, first, within)
    chosen = [names] if isinstance(names, str) else names
    whole = ledger if isinstance(ledger, Ledger) else ledger_for(chosen, ledger)
    check_own(whole, keep)
    entries = part_of(whole.select(chosen, core), shard)
    _check_checked(entries)
    store = store_at(keep, join)
    checks = checks_by_claim(entries) if workers_are_copies() or store is not None else {}  # copies then have them
    entry_of = {entry.label: entry for entry in entries}
    tasks = [
        Task(e.topic, e.label, subject, number, every, first)
        for e in entries
        for subject in ((DOMAINS,) if domains else (*e.claim.claimed, SHARED))
    ]
    found: dict[tuple[str, str], MutationResult] = {}
    kept = 0
    for result, was_kept in run_stored(
        store,
        mutate_one,
        sorted(tasks, key=lambda task: -_work(entry_of[task.label].claim, task.subject, checks.get(task.label, []))),
        _lost,
        jobs,
        LIMIT,
        modules=lambda task: (*modules_of(entry_of[task.label], *checks[task.label]), __name__),
        worth=lambda result: domains or not result.survivors,  # memory may have run out where another machine has it
        until=inf if within is None else monotonic() + within,
    ):
        found[result.label, result.subject] = result
        kept += was_kept
        on_result(result)
    asked = [(task.label, task.subject) for task in tasks]
    return Mutation(
        tuple(found[place] for place in asked if place in found),
        None if store is None else kept,
        tuple(" ".join(place) for place in asked if place not in found),
    )


def _work(claim: Claim, subject: str, checks: Sequence[Check]) -> float:
    """About how long the mutants of an expression take: long ones come first, so that none is left to the end alone."""
    whole = subject in (SHARED, DOMAINS)
    able = [check for check in checks if whole or subject in check.subjects]
    values = claim.claimed.values() if whole else [claim.claimed[subject]]
    nodes = sum(1 for value in values for formula in formulas(value) for _ in sp.preorder_traversal(formula))
    return nodes * sum(check.cost for check in able)


def _check_numbers(jobs: int, every: int, first: int, within: float | None) -> None:
    checked_integer("jobs", jobs, 1, MOST_JOBS)
    checked_integer("every", every, 1, MOST_SKIPPED)
    checked_integer("first", first, 0, every - 1)
    if within is not None and not (isinstance(within, (int, float)) and within > 0):
        raise InputError(f"within is {within!r:.60}, expected a positive number of seconds")


def _check_checked(entries: Sequence[Entry]) -> None:
    """InputError for a claim of one's own that no mutant could fail."""
    for entry in entries:
        if is_own(entry.topic) and not checks_of_claims(entry.topic, [entry.label]):
            raise InputError(f"{entry.label} has no check, expected one that a mutant could fail")


def mutate_one(task: Task) -> MutationResult:
    """The mutants of one expression, of what the claim's expressions share, or of what it assumes; what a worker process does."""
    checks = checks_of_claims(task.topic, [task.label])
    if task.subject == DOMAINS:
        return mutate_domains(checks[0].claim, checks, task.seed, task.every, task.first)
    if task.subject == SHARED:
        return mutate_shared(checks[0].claim, checks, task.seed, task.every, task.first)
    return mutate_expression(checks[0].claim, task.subject, checks, task.seed, task.every, task.first)


def _lost(task: Task, error: BaseException) -> MutationResult:
    return MutationResult(task.label, task.subject, 1, 0, {}, (f"(not finished: {reason(error)})",))
