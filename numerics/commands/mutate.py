"""`sparse-limits mutate`: formula mutants against the claims' own checks."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from numerics.commands.common import add_selection, available_cores, check_jobs, check_seed

LIMIT = 1800.0  # seconds of processor time for the mutants of one expression


def configure(parser: argparse.ArgumentParser) -> None:
    add_selection(parser)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=available_cores(), help="processes (default: the cores there are)")


@dataclass(frozen=True)
class Task:
    topic: str
    label: str
    subject: str
    seed: int


def run(arguments: argparse.Namespace) -> int:
    from rich.console import Console

    from numerics.evidence.mutants import MutationResult
    from numerics.parallel import reason, run_tasks
    from theory.ledger import load_ledger

    check_jobs(arguments.jobs)
    check_seed(arguments.seed)
    entries = load_ledger().select(arguments.names)
    tasks = [Task(e.topic, e.label, subject, arguments.seed) for e in entries for subject in e.claim.expressions]

    def lost(task: Task, error: BaseException) -> MutationResult:
        return MutationResult(task.label, task.subject, 1, 0, {}, (f"(not finished: {reason(error)})",))

    console = Console(highlight=False, markup=False, soft_wrap=True)
    results: dict[tuple[str, str], MutationResult] = {}
    for result in run_tasks(mutate_one, tasks, lost, arguments.jobs, LIMIT):
        results[result.label, result.subject] = result
        if console.is_terminal:
            console.print(f"{result.label} {result.subject}: {result.killed} of {result.mutants} refuted", style="dim")
    ordered = [results[task.label, task.subject] for task in tasks]
    for result in ordered:
        for mutant, why in result.equivalent.items():
            console.print(f"{result.label} equivalent: {mutant}  ({why})", style="dim")
    for result in ordered:
        for mutant in result.survivors:
            console.print(f"{result.label} survives: {mutant}", style="red")
    survivors = sum(len(result.survivors) for result in ordered)
    equivalent = sum(len(result.equivalent) for result in ordered)
    total = sum(result.mutants for result in ordered)
    console.print(
        f"{total} mutants of {len(tasks)} expressions: {total - survivors - equivalent} refuted, "
        f"{equivalent} equivalent, {survivors} unexplained survivors",
        style="bold",
    )
    return int(survivors > 0)


def mutate_one(task: Task):
    """The mutants of one expression; what a worker process does."""
    from numerics.checks import checks_of
    from numerics.evidence.mutants import mutate

    checks = [check for check in checks_of(task.topic) if check.claim.label == task.label]
    return mutate(checks[0].claim, task.subject, checks, task.seed)
