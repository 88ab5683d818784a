"""`sparse-limits verify`: run the ledger, show it live, write JSON and HTML."""

from __future__ import annotations

import argparse
import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from numerics.commands.common import add_selection, available_cores
from numerics.commands.places import check_places

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from numerics.evidence.check import CheckResult


def configure(parser: argparse.ArgumentParser) -> None:
    add_selection(parser)
    parser.add_argument("--effort", default="quick", choices=("quick", "standard", "thorough"), help="sizes of samples")
    parser.add_argument("--seed", type=int, default=0, help="all random numbers descend from it (default 0)")
    parser.add_argument("--jobs", type=int, default=available_cores(), help="processes (default: the cores there are)")
    parser.add_argument("--json", metavar="FILE", help="write the run as JSON (- for standard output)")
    parser.add_argument("--html", metavar="FILE", help="write the run as one HTML page (- for standard output)")


def run(arguments: argparse.Namespace) -> int:
    check_places({}, {"--json": arguments.json, "--html": arguments.html})
    from rich.console import Console

    from numerics.evidence.summary import summarise
    from numerics.evidence.verification import verify
    from numerics.reports.run import as_html, print_summary
    from numerics.reports.writing import write_json, write_text
    from theory.ledger import load_ledger

    ledger = load_ledger()
    to_stdout = "-" in (arguments.json, arguments.html)
    console = Console(stderr=to_stdout)
    live = LiveTable(console, [entry.label for entry in ledger.select(arguments.names)])
    with live if console.is_terminal else nullcontext():
        result = verify(
            arguments.names,
            ledger=ledger,
            effort=arguments.effort,
            seed=arguments.seed,
            jobs=arguments.jobs,
            on_result=live.add,
        )
    if console.is_terminal or not to_stdout:
        print_summary(result, console)
    if arguments.json:
        write_json(arguments.json, summarise(result))
    if arguments.html:
        write_text(arguments.html, as_html(result))
    sys.stdout.flush()
    return int(result.failed)


class LiveTable:
    """The claims under way: checks and controls as they come in, one line a claim."""

    def __init__(self, console: Console, labels: list[str]) -> None:
        self.console = console
        self.results: dict[str, list[CheckResult]] = {label: [] for label in labels}

    def __enter__(self) -> LiveTable:
        from rich.live import Live

        self.live = Live(self._table(), console=self.console, transient=True, auto_refresh=False)
        self.live.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self.live.__exit__(*error)

    def add(self, result: CheckResult) -> None:
        self.results[result.label].append(result)
        if hasattr(self, "live"):
            self.live.update(self._table(), refresh=True)

    def _table(self) -> Table:
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, padding=(0, 2), pad_edge=False)
        for label, results in self.results.items():
            marks = Text()
            for each in results:
                fine = each.status == "holds" and all(control.status == "refuted" for control in each.controls)
                marks.append("● " if fine else "✗ ", style="green" if fine else "red")
            controls = sum(len(each.controls) for each in results)
            last = results[-1].name.replace("_", " ") if results else ""
            table.add_row(label, marks, f"{controls} controls" if controls else "", Text(last, style="dim"))
        return table
