"""`sparse-limits claims`: the ledger as a list."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from numerics.commands.places import check_places, code_file
from numerics.commands.selection import add_ledger
from numerics.reports.contents import Line, contents
from numerics.reports.tables import Table, print_table
from theory.input_error import InputError
from theory.selection import select

if TYPE_CHECKING:
    from theory.claims import Claim


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="TOPIC|LABEL", help="claims to list (default: all)")
    add_ledger(parser)
    parser.add_argument("--search", metavar="WORD", help="those whose title, statement, letters or expressions have it")
    parser.add_argument("--json", metavar="FILE", help="write the list as JSON (- for standard output)")


def run(arguments: argparse.Namespace) -> int:
    check_places({"--ledger": code_file(arguments.ledger)}, {"--json": arguments.json})
    lines = select(contents(arguments.ledger), arguments.names)
    if arguments.search is not None:
        found = _found(arguments.search, arguments.ledger)
        lines = [line for line in lines if line.label in found]
        if not lines:
            raise InputError(f"--search is {arguments.search!r}, expected a word that a claim has")
    if arguments.json:
        from numerics.reports.listing import listed
        from numerics.reports.writing import write_json
        from theory.ledger import load_ledger

        ledger = load_ledger(arguments.ledger)
        write_json(arguments.json, [listed(ledger[line.label]) for line in lines])
        if arguments.json == "-":
            return 0
    from rich.console import Console

    print_table(Console(highlight=False), _table(lines))
    return 0


def _table(lines: Sequence[Line]) -> Table:
    """A claim a line, the names of its expressions below its title."""
    rows = [
        (
            line.label,
            [(f"{line.title}\n", ""), (", ".join(line.expressions), "soft")],
            line.topic,
            line.provenance,
            line.proof,
        )
        for line in lines
    ]
    return Table(("", "claim, expressions", "topic", "provenance", "proof"), rows, "lllll", prose=1)


def _found(word: str, own: str | None) -> set[str]:
    """The labels of the claims that have a word, in whatever case: in title, statement, letters or expressions."""
    from theory.ledger import load_ledger

    def words(claim: Claim) -> str:
        return " ".join((claim.title, claim.statement, *claim.assumed, *map(str, claim.quantities), *claim.expressions))

    return {entry.label for entry in load_ledger(own) if word.casefold() in words(entry.claim).casefold()}
