"""What `sparse-limits report` shows of a checkpoint: what it means, what to do, and the tables of `fit`."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from sparse_limits.numerics.commands._fit_layers import header, tables
from sparse_limits.numerics.commands._fit_page import PAGE_STYLE
from sparse_limits.numerics.printing.tables import as_html as table_as_html
from sparse_limits.numerics.printing.tables import print_facts, print_table
from sparse_limits.numerics.reports.run import STYLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from sparse_limits.numerics.prediction.report.checkpoint import CheckpointSummary

MEANS, ADVICE, READ = "What it means", "What to do", "What was read"


def show(console: Console, found: CheckpointSummary) -> None:
    """The sentences first, then what they were made of."""
    console.print(found["question"], style="bold", highlight=False, markup=False)
    for name, lines in ((MEANS, found["means"]), (ADVICE, found["advice"])):
        console.print(f"\n{name}", style="bold", highlight=False, markup=False)
        for line in lines:
            console.print(f"- {line}", highlight=False, markup=False, emoji=False)
    console.print(f"\n{READ}", style="bold", highlight=False, markup=False)
    print_facts(console, header(found["read"]))
    for table in tables(found["read"]):
        console.print()
        print_table(console, table)


def as_html(found: CheckpointSummary) -> str:
    """The same as one page that fetches nothing."""
    title = escape(found["question"])
    facts = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in header(found["read"]))
    parts = "\n".join(
        f"<section><h2>{escape(table.title)}</h2><div>{table_as_html(table)}</div></section>"
        for table in tables(found["read"])
    )
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}{PAGE_STYLE}</style></head>'
        f"<body>\n<header><h1>{title}</h1></header>\n{_section(MEANS, found['means'])}\n{_section(ADVICE, found['advice'])}\n"
        f"<section><h2>{READ}</h2><dl>{facts}</dl></section>\n{parts}\n"
        f'<p class="soft">seed {found["read"]["seed"]}</p></body></html>\n'
    )


def _section(name: str, lines: Sequence[str]) -> str:
    return f"<section><h2>{name}</h2><ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul></section>"
