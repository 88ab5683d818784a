"""Tables as plain data, printed on a terminal and written as HTML from the same cells."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import rich.table
    from rich.console import Console
    from rich.text import Text

Pieces = Sequence[tuple[str, str]]  # texts, each with a name of STYLES
Cell = str | Pieces
WORD = re.compile(r"\s*\S+\s*")

STYLES = {  # on a terminal; on a page they are classes
    "": "",
    "strong": "bold",
    "soft": "dim",
    "holds": "green",
    "refuted": "red",
    "open": "yellow",
    "error": "magenta",
    "survived": "red",
    "wrong": "bold red",
}


@dataclass(frozen=True)
class Table:
    """What a table says.

    columns: their names. rows: a cell for each column. sides: a letter for each column, l or r, the side to which it is
    aligned. title: what stands above. ends: the rows below which a line is drawn. narrow: whether columns stand close.
    prose: the place of the only column whose cells may be broken into lines; such a table has no rules. None: any may be.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    sides: str
    title: str = ""
    ends: Collection[int] = ()
    narrow: bool = False
    prose: int | None = None


def print_table(console: Console, table: Table) -> None:
    """Print a table, below its title and an empty line if it has a title; where it does not fit, rows as paragraphs."""
    if table.title:
        console.print(f"{table.title}\n", style="bold", highlight=False, markup=False)
    if widths := _widths(table, console.width):
        console.print(_rich(table, widths))
        return
    for row in table.rows:
        _print_stacked(console, table, row)


def print_words(console: Console, text: Text, indent: int = 0) -> None:
    """Print a text in lines that break between words: a name wider than the screen stays whole, so that it can be copied."""
    from rich.cells import cell_len
    from rich.text import Text

    for line in text.split(allow_blank=True):
        cuts, used = [], indent
        for word in WORD.finditer(line.plain):
            if used > indent and used + cell_len(word[0].rstrip()) > console.width:
                cuts.append(word.start())
                used = indent
            used += cell_len(word[0])
        for part in line.divide(cuts):
            part.rstrip()
            console.print(Text(" " * indent) + part, soft_wrap=True)


def print_facts(console: Console, facts: Sequence[tuple[str, str]]) -> None:
    """Print pairs of a name and what there is to say, below each other."""
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2))
    for name, text in facts:
        grid.add_row(Text(name, style="bold"), Text(text, overflow="fold"))
    console.print(grid)


def as_html(table: Table) -> str:
    """The table without its title as HTML: right-aligned cells are of class r, styled pieces of the class of their style."""
    rows = "".join(_row("td", row, table.sides) for row in table.rows)
    return f"<table>{_row('th', table.columns, table.sides)}{rows}</table>"


def _rich(table: Table, widths: Sequence[int]) -> rich.table.Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    ruled = table.prose is None
    made = Table(
        box=box.SIMPLE_HEAD if ruled else None,
        padding=(0, 1, 0, 0) if table.narrow else (0, 1),
        pad_edge=False,
        show_edge=False,
    )
    for name, side, width in zip(table.columns, table.sides, widths, strict=True):
        made.add_column(Text(name), justify="right" if side == "r" else "left", width=width)
    for place, row in enumerate(table.rows):
        made.add_row(*map(_text, row), end_section=place in table.ends)
    return made


def _print_stacked(console: Console, table: Table, row: Sequence[Cell]) -> None:
    """Print a row as a paragraph: its first cell, and below what the columns are called and hold; no word is broken."""
    from rich.text import Text

    first, *rest = (
        Text.assemble(*([(f"{name}: ", "dim")] if name and place != table.prose else []), _text(cell))
        for place, (name, cell) in enumerate(zip(table.columns, row, strict=True))
        if place == 0 or _plain(cell).strip()
    )
    below = rest[:1] if table.prose == 1 else []
    if facts := rest[len(below) :]:
        below.append(Text("; ").join(facts))
    for text, indent in ((first, 0), *((text, 2) for text in below)):
        print_words(console, text, indent)


def _widths(table: Table, room: int) -> list[int]:
    """The width of each column, if the table fits without breaking a word or, in columns beside prose, a cell; else none.

    What is too wide is taken from the column that has most to give.
    """
    from rich.cells import cell_len

    least, widths = [], []
    for place, name in enumerate(table.columns):
        texts = [name, *(_plain(row[place]) for row in table.rows)]
        lines = [line for text in texts for line in text.splitlines()]
        words = lines if table.prose not in (None, place) else [word for line in lines for word in line.split()]
        widths.append(max(map(cell_len, lines), default=0))
        least.append(max(map(cell_len, words), default=0))
    gap = (1 if table.narrow else 2) + (table.prose is None)
    room -= gap * (len(widths) - 1)
    if sum(least) > room:
        return []
    while sum(widths) > room:
        widths[max(range(len(widths)), key=lambda place: widths[place] - least[place])] -= 1
    return widths


def _pieces(cell: Cell) -> Pieces:
    return [(cell, "")] if isinstance(cell, str) else cell


def _plain(cell: Cell) -> str:
    return "".join(text for text, _ in _pieces(cell))


def _text(cell: Cell) -> Text:
    from rich.text import Text

    return Text.assemble(*((text, STYLES[style]) for text, style in _pieces(cell)))


def _row(tag: str, cells: Sequence[Cell], sides: str) -> str:
    made = (
        f"<{tag}{' class=r' if side == 'r' else ''}>{''.join(map(_span, _pieces(cell)))}</{tag}>"
        for cell, side in zip(cells, sides, strict=True)
    )
    return f"<tr>{''.join(made)}</tr>"


def _span(piece: tuple[str, str]) -> str:
    text, style = piece
    return f'<span class="{style}">{escape(text)}</span>' if style else escape(text)
