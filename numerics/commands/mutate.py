"""`sparse-limits mutate`: mutants of formulas, or of what claims assume, against the claims' own checks."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from sparse_limits.numerics.commands.common import add_jobs, add_quiet, progress_of
from sparse_limits.numerics.commands.selection import add_ledger, add_selection, add_store

if TYPE_CHECKING:
    from sparse_limits.numerics.ledger.mutants import MutationResult
    from sparse_limits.numerics.ledger.mutation import Mutation
    from sparse_limits.numerics.printing.progress import Progress
    from sparse_limits.theory.entries import Entry


def configure(parser: ArgumentParser) -> None:
    """The arguments of the command."""
    add_selection(parser)
    add_ledger(parser)
    parser.add_argument("--seed", type=int, default=0, help="seed of the random numbers of the checks (default 0)")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="try one mutant in N (default: all)")
    parser.add_argument(
        "--first", type=int, default=0, metavar="K", help="which one of each N mutants, counted from 0 (default 0)"
    )
    parser.add_argument(
        "--within", type=float, metavar="S", help="start no formula after S seconds; list the formulas that are left"
    )
    parser.add_argument(
        "--domains",
        action="store_true",
        help="mutate the assumptions of the claims instead: wider ranges, dropped relations between letters",
    )
    add_store(parser)
    add_jobs(parser)
    add_quiet(parser)


def run(arguments: Namespace) -> int:
    """Break, report; 1 if a mutant survives that its claim does not explain."""
    from rich.console import Console

    from sparse_limits.numerics.ledger.mutation import mutate
    from sparse_limits.theory.ledger import ledger_for
    from sparse_limits.theory.selection import part_of

    console = Console(highlight=False, markup=False, soft_wrap=True)
    settings = ("core", "seed", "jobs", "every", "first", "keep", "join", "shard", "within", "domains")
    ledger = ledger_for(arguments.names, arguments.ledger)
    with progress_of(arguments) as progress:
        found = mutate(
            arguments.names,
            **{name: getattr(arguments, name) for name in settings},
            on_result=_told(
                part_of(ledger.select(arguments.names, arguments.core), arguments.shard), progress, arguments.domains
            ),
            ledger=ledger,
        )
    word = "convention" if arguments.domains else "equivalent"
    for result in found.results:
        for mutant, why in result.equivalent.items():
            console.print(f"{result.label} {word}: {mutant}  ({why})", style="dim")
    for result in found.results:
        for mutant in result.survivors:
            console.print(f"{result.label} survives: {mutant}", style="red")
    console.print(
        (_domains_told(found) if arguments.domains else _formulas_told(found))
        + (f"; one variant in {arguments.every} tried" if arguments.every > 1 else "")
        + ("" if found.kept is None else f"; {found.kept} of {len(found.results)} results kept from before"),
        style="bold",
    )
    for label, left in groupby(found.not_run, lambda each: each.split()[0]):
        console.print(
            f"{label}: not run, no time left: {', '.join(each.partition(' ')[2] for each in left)}", style="yellow"
        )
    return int(found.survivors > 0)


def _formulas_told(found: Mutation) -> str:
    return (
        f"{found.mutants} mutants of {found.expressions} expressions: {found.refuted} refuted, "
        f"{found.equivalent} equivalent, {found.survivors} unexplained survivors"
    )


def _domains_told(found: Mutation) -> str:
    return (
        f"{found.mutants} wider domains of {len(found.results)} claims: {found.refuted} refuted, "
        f"{found.without_value} of them where a formula has no value; {found.equivalent} conventions, "
        f"{found.survivors} unexplained survivors"
    )


def _told(entries: Sequence[Entry], progress: Progress, domains: bool) -> Callable[[MutationResult], None]:
    """What reports each expression, and each claim whose expressions have all ended."""
    from sparse_limits.numerics.checks import checks_of
    from sparse_limits.numerics.commands._claim_progress import ClaimProgress
    from sparse_limits.numerics.ledger.domains import DOMAINS
    from sparse_limits.numerics.ledger.shared_mutants import SHARED

    costs: dict[tuple[str, str], float] = {}
    results: dict[str, list[MutationResult]] = {}
    for entry in entries:
        cost = sum(check.cost for check in checks_of(entry.topic) if check.claim is entry.claim)
        subjects = (DOMAINS,) if domains else (*entry.claim.claimed, SHARED)
        costs |= {(entry.label, subject): cost for subject in subjects}
    claims = ClaimProgress(progress, "claims" if domains else "expressions", costs)

    def tell(result: MutationResult) -> None:
        results.setdefault(result.label, []).append(result)
        if claims.piece(result.label, result.subject):
            mine = results[result.label]
            refuted, mutants = sum(each.killed for each in mine), sum(each.mutants for each in mine)
            claims.claim(f"{result.label} {refuted} of {mutants} mutants refuted")

    return tell
