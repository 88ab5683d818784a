"""`sparse-limits mutate`: formula mutants against the claims' own checks."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from itertools import groupby
from typing import TYPE_CHECKING

from numerics.commands.common import available_cores
from numerics.commands.selection import add_ledger, add_selection, add_store

if TYPE_CHECKING:
    from numerics.evidence.mutants import MutationResult


def configure(parser: ArgumentParser) -> None:
    """The arguments of the command."""
    add_selection(parser)
    add_ledger(parser)
    parser.add_argument("--seed", type=int, default=0, help="of what the checks draw (default 0)")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="try one mutant in N (default: each)")
    parser.add_argument("--first", type=int, default=0, metavar="K", help="which one of each N, from 0 on (default 0)")
    parser.add_argument(
        "--within", type=float, metavar="S", help="begin no other formula after S seconds; say which are left"
    )
    add_store(parser)
    parser.add_argument("--jobs", type=int, default=available_cores(), help="processes (default: the cores there are)")


def run(arguments: Namespace) -> int:
    """Break, report; 1 if a mutant survives that its claim does not explain."""
    from rich.console import Console

    from numerics.evidence.mutation import mutate
    from theory.ledger import ledger_for

    console = Console(highlight=False, markup=False, soft_wrap=True)

    def tell(result: MutationResult) -> None:
        if console.is_terminal:
            console.print(f"{result.label} {result.subject}: {result.killed} of {result.mutants} refuted", style="dim")

    settings = ("seed", "jobs", "every", "first", "keep", "join", "shard", "within")
    found = mutate(
        arguments.names,
        **{name: getattr(arguments, name) for name in settings},
        on_result=tell,
        ledger=ledger_for(arguments.names, arguments.ledger),
    )
    for result in found.results:
        for mutant, why in result.equivalent.items():
            console.print(f"{result.label} equivalent: {mutant}  ({why})", style="dim")
    for result in found.results:
        for mutant in result.survivors:
            console.print(f"{result.label} survives: {mutant}", style="red")
    console.print(
        f"{found.mutants} mutants of {found.expressions} expressions: {found.refuted} refuted, "
        f"{found.equivalent} equivalent, {found.survivors} unexplained survivors"
        + (f"; one variant in {arguments.every} tried" if arguments.every > 1 else "")
        + ("" if found.kept is None else f"; {found.kept} of {len(found.results)} results kept from before"),
        style="bold",
    )
    for label, left in groupby(found.not_run, lambda each: each.split()[0]):
        console.print(
            f"{label}: not run, no time left: {', '.join(each.partition(' ')[2] for each in left)}", style="yellow"
        )
    return int(found.survivors > 0)
