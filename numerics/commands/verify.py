"""`sparse-limits verify`: run the ledger, show it live, write JSON and HTML."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from sparse_limits.numerics.commands.common import add_jobs, add_quiet, progress_of
from sparse_limits.numerics.commands.output_paths import check_places, code_file
from sparse_limits.numerics.commands.selection import add_ledger, add_selection, add_store

if TYPE_CHECKING:
    from sparse_limits.numerics.evidence.outcomes import CheckResult
    from sparse_limits.numerics.printing.progress import Progress
    from sparse_limits.theory.entries import Entry


def configure(parser: argparse.ArgumentParser) -> None:
    add_selection(parser)
    add_ledger(parser)
    parser.add_argument(
        "--effort", default="quick", choices=("quick", "standard", "thorough"), help="sample sizes (default quick)"
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of all random numbers (default 0)")
    add_jobs(parser)
    add_store(parser)
    parser.add_argument("--json", metavar="FILE", help="write the run as JSON (- for standard output)")
    parser.add_argument("--html", metavar="FILE", help="write the run as one HTML page (- for standard output)")
    add_quiet(parser)


def run(arguments: argparse.Namespace) -> int:
    check_places({"--ledger": code_file(arguments.ledger)}, {"--json": arguments.json, "--html": arguments.html})
    from rich.console import Console

    from sparse_limits.numerics.ledger.summary import summarise
    from sparse_limits.numerics.ledger.verification import verify
    from sparse_limits.numerics.reports.run import as_html, print_summary
    from sparse_limits.numerics.reports.writing import write_json, write_outputs, write_text
    from sparse_limits.theory.ledger import ledger_for
    from sparse_limits.theory.selection import part_of

    ledger = ledger_for(arguments.names, arguments.ledger)
    to_stdout = "-" in (arguments.json, arguments.html)
    console = Console(stderr=to_stdout)
    chosen = part_of(ledger.select(arguments.names, arguments.core), arguments.shard)
    with progress_of(arguments) as progress:
        result = verify(
            arguments.names,
            ledger=ledger,
            effort=arguments.effort,
            seed=arguments.seed,
            jobs=arguments.jobs,
            core=arguments.core,
            keep=arguments.keep,
            join=arguments.join,
            shard=arguments.shard,
            on_result=_told(chosen, progress),
        )
    write_outputs(
        (arguments.json, lambda to: write_json(to, summarise(result))),
        (arguments.html, lambda to: write_text(to, as_html(result))),
    )
    if console.is_terminal or not to_stdout:
        print_summary(result, console)
    sys.stdout.flush()
    return int(result.failed)


def _told(entries: Sequence[Entry], progress: Progress) -> Callable[[CheckResult], None]:
    """What reports each check, and each claim whose checks have all ended."""
    from sparse_limits.numerics.commands._claim_progress import ClaimProgress
    from sparse_limits.numerics.ledger.verification import assembled, checks_by_claim
    from sparse_limits.numerics.printing.plain_text import many

    named, checks = {entry.label: entry for entry in entries}, checks_by_claim(entries)
    costs = {(label, check.name): check.cost for label, each in checks.items() for check in each}
    ended: dict[tuple[str, str], CheckResult] = {}
    claims = ClaimProgress(progress, "checks", costs)

    def tell(result: CheckResult) -> None:
        label = result.label
        ended[label, result.name] = result
        last = claims.piece(label, result.name)
        survived = sum(each.status != "refuted" for each in result.controls)
        if result.status != "holds" or survived:
            progress.failed(f"{label} {result.name}: {result.status}, {survived} controls survive")
        if last:
            status = assembled(named[label], checks[label], ended).status
            claims.claim(f"{label} {status} ({many(len(checks[label]), 'check')})")

    return tell
