"""`sparse-limits claims`: the ledger as a list."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING
from unicodedata import combining, normalize

from sparse_limits.numerics.commands.output_paths import check_places, code_file
from sparse_limits.numerics.commands.selection import add_ledger, add_selection
from sparse_limits.numerics.printing.tables import Table, print_table
from sparse_limits.numerics.reports.contents import Line, contents
from sparse_limits.theory.input_error import InputError
from sparse_limits.theory.selection import select
from sparse_limits.theory.spelling import spelled

if TYPE_CHECKING:
    from sparse_limits.theory.entries import Entry


def configure(parser: argparse.ArgumentParser) -> None:
    add_selection(parser)
    add_ledger(parser)
    parser.add_argument(
        "--search",
        metavar="WORDS",
        help="list only claims with all these words in title, statement, source (such as 2206.04270), letters or expressions",
    )
    parser.add_argument("--json", metavar="FILE", help="write the list as JSON (- for standard output)")


def run(arguments: argparse.Namespace) -> int:
    check_places({"--ledger": code_file(arguments.ledger)}, {"--json": arguments.json})
    lines = select(contents(arguments.ledger), arguments.names, arguments.core)
    if arguments.search is not None:
        found = _found(arguments.search, arguments.ledger)
        lines = [line for line in lines if line.label in found]
        if not lines:
            raise InputError(f"--search is {arguments.search!r:.80}, expected words that a claim has, all of them")
    if arguments.json:
        from sparse_limits.numerics.reports.listing import listed
        from sparse_limits.numerics.reports.writing import write_json
        from sparse_limits.theory.ledger import load_ledger

        ledger = load_ledger(arguments.ledger)
        write_json(arguments.json, [listed(ledger[line.label]) for line in lines])
        if arguments.json == "-":
            return 0
    from rich.console import Console

    console = Console(highlight=False)
    core, further = ([line for line in lines if line.core is core] for core in (True, False))
    if core:
        print_table(console, _table(core))
    if further:
        console.print(
            f"\nFurther claims, which no paper announces, and on which neither such a claim nor a command rests ({len(further)}):"
        )
        print_table(console, _table(further))
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


def _found(asked: str, own: str | None) -> set[str]:
    """The labels of the claims that have all words asked for, in title, statement, source, letters, expressions or names.

    Case, accents and the stroke of a name make no difference, and Greek letters are their names. A single letter is one of the
    claim's as it stands; of anything longer a part of a word is enough.
    """
    from sparse_limits.theory.ledger import load_ledger

    wanted = [word for word in asked.split() if word != "a" or asked.strip() == "a"]  # "a kink" asks for no letter
    letters = {spelled(word) for word in wanted if len(word) == 1}
    longer = [_folded(word) for word in wanted if len(word) > 1]

    def has(entry: Entry) -> bool:
        claim = entry.claim
        own_letters = {str(letter) for each in claim.quantities for letter in each.letters}
        texts = (entry.label, entry.name, claim.title, claim.statement, str(claim.source), *claim.assumed)
        said = _folded(" ".join((*texts, *map(str, claim.quantities), *claim.expressions)))
        return letters <= own_letters and all(word in said for word in longer)

    return {entry.label for entry in load_ledger(own) if wanted and has(entry)}


def _folded(text: str) -> str:
    """A text as it is searched: small letters without accents, Greek ones by their names, strokes and hyphens as blanks."""
    plain = "".join(sign for sign in normalize("NFD", spelled(text)) if not combining(sign))
    return re.sub(r"[\s_‐-―-]+", " ", plain).casefold()
