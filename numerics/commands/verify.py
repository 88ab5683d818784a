"""`sparse-limits verify`: run the ledger, show it live, write JSON and HTML."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING

from numerics.commands.common import available_cores, bar
from numerics.commands.places import check_places, code_file
from numerics.commands.selection import add_ledger, add_selection, add_store

if TYPE_CHECKING:
    from rich.console import Console

    from numerics.evidence.check import CheckResult


def configure(parser: argparse.ArgumentParser) -> None:
    add_selection(parser)
    add_ledger(parser)
    parser.add_argument(
        "--effort", default="quick", choices=("quick", "standard", "thorough"), help="sizes of samples (default quick)"
    )
    parser.add_argument("--seed", type=int, default=0, help="all random numbers descend from it (default 0)")
    parser.add_argument("--jobs", type=int, default=available_cores(), help="processes (default: the cores there are)")
    add_store(parser)
    parser.add_argument("--json", metavar="FILE", help="write the run as JSON (- for standard output)")
    parser.add_argument("--html", metavar="FILE", help="write the run as one HTML page (- for standard output)")


def run(arguments: argparse.Namespace) -> int:
    check_places({"--ledger": code_file(arguments.ledger)}, {"--json": arguments.json, "--html": arguments.html})
    from rich.console import Console

    from numerics.evidence.summary import summarise
    from numerics.evidence.verification import checks_by_claim, verify
    from numerics.reports.run import as_html, print_summary
    from numerics.reports.writing import write_json, write_text
    from theory.ledger import ledger_for
    from theory.selection import part_of

    ledger = ledger_for(arguments.names, arguments.ledger)
    to_stdout = "-" in (arguments.json, arguments.html)
    console = Console(stderr=to_stdout)
    chosen = part_of(ledger.select(arguments.names), arguments.shard)
    checks = sum(map(len, checks_by_claim(chosen).values()))
    with bar(console, "checks") as move:
        result = verify(
            arguments.names,
            ledger=ledger,
            effort=arguments.effort,
            seed=arguments.seed,
            jobs=arguments.jobs,
            keep=arguments.keep,
            join=arguments.join,
            shard=arguments.shard,
            on_result=_told(console, checks, move),
        )
    if console.is_terminal or not to_stdout:
        print_summary(result, console)
    if arguments.json:
        write_json(arguments.json, summarise(result))
    if arguments.html:
        write_text(arguments.html, as_html(result))
    sys.stdout.flush()
    return int(result.failed)


def _told(console: Console, checks: int, move: Callable[[int, int], None]) -> Callable[[CheckResult], None]:
    """What moves a bar by one for each check, and prints a line above it for a check that fails, on a terminal."""
    done = count(1)

    def tell(result: CheckResult) -> None:
        move(next(done), checks)
        survived = sum(each.status != "refuted" for each in result.controls)
        if console.is_terminal and (result.status != "holds" or survived):
            console.print(f"{result.label} {result.name}: {result.status}, {survived} controls survive", style="red")

    return tell
