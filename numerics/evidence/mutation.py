"""The mutants of many claims, each expression in a process of its own, and in another what the expressions share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from os import PathLike

from numerics.arguments import MOST_JOBS, InputError, Seed, checked_integer, seed_number
from numerics.checks import checks_of_claims
from numerics.evidence.mutants import MutationResult, mutate_expression
from numerics.evidence.shared_mutants import SHARED, mutate_shared
from numerics.parallel import reason, run_tasks, workers_are_copies
from theory.claims import Ledger
from theory.ledger import ledger_for
from theory.own_ledger import is_own

MOST_SKIPPED = 1000
LIMIT = 1800.0  # seconds of processor time for the mutants of one expression


@dataclass(frozen=True)
class Task:
    """What one process does: all mutants of an expression."""

    topic: str
    label: str
    subject: str
    seed: int
    every: int


@dataclass(frozen=True)
class Mutation:
    """What became of all mutants, one result for each expression and one for what those of a claim share, in the order of the
    ledger."""

    results: tuple[MutationResult, ...]

    @property
    def expressions(self) -> int:
        return sum(result.subject != SHARED for result in self.results)

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


def mutate(
    names: str | Sequence[str] = (),
    *,
    seed: Seed = 0,
    jobs: int = 1,
    every: int = 1,
    on_result: Callable[[MutationResult], None] = lambda result: None,
    ledger: Ledger | str | PathLike[str] | None = None,
) -> Mutation:
    """Break every formula of the claims named by label or topic (of all if none is named), and see what the checks notice.

    A part that several expressions of a claim share is also broken in all of them at once.

    seed: of what the checks draw. jobs: processes. every: try one mutant in so many, evenly over each formula.
    `on_result` sees each expression as it ends. ledger: one of your own in place of that of `theory`: `FILE.py` or
    `package.module` with claims and their checks.

    Raises:
        InputError: for an unknown name, what is no seed, another number of processes, or `every` outside 1 to 1000.

    Source: the checks of the claims.

    Examples:
        >>> found = mutate("N1")
        >>> found.mutants > 20, found.survivors
        (True, 0)
    """
    number = seed_number(seed)
    checked_integer("jobs", jobs, 1, MOST_JOBS)
    checked_integer("every", every, 1, MOST_SKIPPED)
    chosen = [names] if isinstance(names, str) else names
    entries = (ledger if isinstance(ledger, Ledger) else ledger_for(chosen, ledger)).select(chosen)
    for entry in entries:
        if is_own(entry.topic) and not checks_of_claims(entry.topic, [entry.label]):
            raise InputError(f"{entry.label} has no check, expected one that a mutant could fail")
    if workers_are_copies():
        for topic in {entry.topic for entry in entries}:
            checks_of_claims(topic, [entry.label for entry in entries if entry.topic == topic])
    tasks = [Task(e.topic, e.label, subject, number, every) for e in entries for subject in (*e.claim.claimed, SHARED)]
    found: dict[tuple[str, str], MutationResult] = {}
    for result in run_tasks(mutate_one, tasks, _lost, jobs, LIMIT):
        found[result.label, result.subject] = result
        on_result(result)
    return Mutation(tuple(found[task.label, task.subject] for task in tasks))


def mutate_one(task: Task) -> MutationResult:
    """The mutants of one expression, or of what the claim's expressions share; what a worker process does."""
    checks = checks_of_claims(task.topic, [task.label])
    if task.subject == SHARED:
        return mutate_shared(checks[0].claim, checks, task.seed, task.every)
    return mutate_expression(checks[0].claim, task.subject, checks, task.seed, task.every)


def _lost(task: Task, error: BaseException) -> MutationResult:
    return MutationResult(task.label, task.subject, 1, 0, {}, (f"(not finished: {reason(error)})",))
