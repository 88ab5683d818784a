"""Formulas broken into lines where they are wider than the page: the width of a formula in LaTeX, estimated, and the breaks.

Breaking adds lines and nothing else: `joined` gives back the formula as it was, or with the quantities that it names below all
of it (`sparse_limits.numerics.reports.formula_names`), where that says the same. What is broken is what an expression is printed as, so a
line cannot say anything else than the expression.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from sparse_limits.numerics.reports.formula_names import chunks_at_commas, names, told_below
from sparse_limits.numerics.reports.formula_pieces import (
    WORDS,
    Piece,
    piece_width,
    pieces_of,
    row_width,
    rows_of_cells,
    text_around,
    text_of,
    width,
)

COLUMN = 34.5  # em of a formula in the column of a page's text, 747 pixels
TIGHTER = (1.0, 0.85, 0.7)  # of the room, tried one after the other: what cannot be broken takes more than it is given
INDENT = 1.0  # of the second line of a formula, em
SHORT = 6.0  # what does not stand on a line by itself, em
LEAST = 9.0  # room for what is broken inside brackets or a fraction, em

FORMULA = re.compile(r"\$\$(.+?)\$\$|(?<![\\$])\$([^$]+?)\$", re.DOTALL)


SMALLER = {r"\small": 0.85, r"\scriptsize": 0.7}  # letters for what no break makes narrow enough, and their size


@lru_cache(maxsize=2**14)
def broken(latex: str, room: float = COLUMN) -> str:
    """The formula, in lines if it is wider than the room in em; as it is where it has lines already or nothing to break at."""
    text = latex.strip()
    if width(text) <= room:
        return latex
    pieces = _flat(pieces_of(text))
    tries = [_set(pieces, share * room) for share in TIGHTER]
    below = told_below(pieces) if min(map(width, tries)) > room else None
    if below:
        tries = [_with_lines(*below, share * room) for share in TIGHTER]
    made = next((each for each in tries if width(each) <= room), min(tries, key=width))
    smaller = next((name for name, size in SMALLER.items() if width(made) * size <= room), "")
    return f"{{{smaller} {made}}}" if width(made) > room and smaller else made


def joined(latex: str) -> str:
    """A formula without the lines that `broken` has made, and without braces around whole pieces."""
    text = latex.replace(BREAK_FACTOR, " ").replace(BREAK, " ").replace(BREAK_PLAIN, " ")
    for mark in (
        *SMALLER,
        BREAK_BELOW,
        BREAK_WITH,
        BREAK_AND,
        OPEN,
        CLOSE,
        BEGIN,
        END,
        r"\left.",
        r"\right|_",
        "\\ ",
        "&",
    ):
        text = text.replace(mark, "")
    return re.sub(r"[\s{}]", "", text)


def fitted(markdown: str, room: float = COLUMN, *, displays: bool = True) -> str:
    """Markdown whose formulas are broken where they are too wide; one in a sentence is then displayed, or broken in its place."""

    def formula(found: re.Match[str]) -> str:
        inline = found[1] is None
        latex = found[2] if inline else found[1]
        if width(latex, 1 if inline else 0) <= room:
            return found[0]
        return f"$${broken(latex, room)}$$" if not inline or displays else f"${broken(latex, room)}$"

    return re.sub(r"\$\$([.,;:]+)(?=\s|$)", r"\1$$", FORMULA.sub(formula, markdown))  # no line begins with a full stop


BEGIN, END = r"\begin{aligned}&", r"\end{aligned}"
BREAK, BREAK_PLAIN, BREAK_FACTOR = r"\\&\quad{}", r"\\&{}", r"\\&\quad{}\cdot{}"
BREAK_BELOW = r"\\&\qquad{}"
BREAK_WITH, BREAK_AND = r"\\&\text{with }", r"\\&\hphantom{\text{with }}"
OPEN, CLOSE = r"\left\lbrack", r"\right\rbrack"


def _set(row: Sequence[Piece], room: float, style: int = 0) -> str:
    """A row of pieces as LaTeX no wider than the room, as far as it can be broken."""
    if row_width(row, style) <= room:
        return text_of(row)
    chunks = list(_chunks(row))
    if len(chunks) == 1:
        return _set_one(row, room)
    lines: list[tuple[str, str]] = []
    line: list[Piece] = []
    how, filled = "", ""  # how the line begins; what stands on it that is broken itself
    for begins, chunk in chunks:
        left = room - (INDENT if lines else 0)
        another = bool(line) and line[-1].text == "\\qquad"  # the next formula begins a line
        if line and row_width([*line, *chunk]) <= left and not filled and not another:
            line += chunk
            continue
        if line and not filled and not another and row_width(line) <= SHORT and row_width(chunk) > left:
            filled = text_of(line) + _set_one(chunk, left - row_width(line))
            continue
        if line:
            lines.append((how, filled or text_of(line)))
            how, left = begins, room - INDENT
        line, filled = list(chunk), ""
        if row_width(chunk) > left:
            filled = _set_one(chunk, left)
    lines.append((how, filled or text_of(line)))
    if len(lines) == 1:
        return lines[0][1]
    return BEGIN + "".join((BREAK if how == "rest" else BREAK_PLAIN if how else "") + text for how, text in lines) + END


def _set_one(row: Sequence[Piece], room: float) -> str:
    """A row without a sum or a relation: what its widest piece holds is broken, or its factors are in lines."""
    whole, held = row_width(row), [_inside(piece) for piece in row]
    widest = max(range(len(row)), key=lambda place: held[place])
    left = room - (whole - piece_width(row[widest], 0, False)) - _frame(row[widest])
    factors = list(_factors(row))
    named = next((place for place, piece in enumerate(row) if names(piece)), None)
    if named is not None:
        made = _set_named(row[named], room - (whole - row_width([row[named]])))
        return text_of(row[:named]) + (made if len(row) == 1 else OPEN + made + CLOSE) + text_of(row[named + 1 :])
    if held[widest] and (left >= LEAST or len(factors) == 1):
        piece = row[widest]
        parts = (
            _set_cells(piece, max(left, LEAST))
            if piece.kind == "lines"
            else [_set(_flat(part), max(left, LEAST)) for part in piece.parts]
        )
        made = text_around(piece, parts) + piece.script_text
        return text_of(row[:widest]) + made + text_of(row[widest + 1 :])
    if len(factors) > 1:
        lines: list[list[Piece]] = []
        for factor in factors:
            if lines and row_width([*lines[-1], *factor]) <= room - INDENT:
                lines[-1] += factor
            else:
                lines.append(list(factor))
        if len(lines) > 1:
            set_lines = [
                text_of(each) if row_width(each) <= room - 2 * INDENT else _set_one(each, room - 2 * INDENT)
                for each in lines
            ]
            return BEGIN + BREAK_FACTOR.join(set_lines) + END
    return text_of(row)


def _with_lines(row: Sequence[Piece], named: Iterable[Sequence[Piece]], room: float) -> str:
    """A row and, in the lines below it, quantities that it names."""
    body, lines = _set(_flat(row), room), [_set(_flat(each), max(room - 3, LEAST)) for each in named]
    return BEGIN + body + BREAK_WITH + BREAK_AND.join(lines) + END


def _set_named(piece: Piece, room: float) -> str:
    """An expression and, in the lines below it, the quantities that it names."""
    body, named = _set(_flat(piece.parts[0]), max(room, LEAST)), list(chunks_at_commas(_flat(piece.scripts[0])))
    lines = [_set(each, max(room - 3, LEAST)) for each in named]
    return BEGIN + body + BREAK_WITH + BREAK_AND.join(lines) + END


def _set_cells(piece: Piece, room: float) -> list[str]:
    """The cells of an environment, the wide ones broken; the last of two columns takes no more than it needs, or half."""
    rows = list(rows_of_cells(piece))
    most = max(map(len, rows))
    if most > 2 or "cases" not in piece.around[0]:
        return [text_of(cell) for cell in piece.parts]
    room -= most
    last = max((row_width(row[1], 1) for row in rows if len(row) > 1), default=0.0)
    first = max(row_width(row[0], 1) for row in rows)
    if first + last > room and last > room / 4:
        return [text for row in rows for text in _stacked(row, room)]
    rooms = (room - last, last)
    return [_set(_flat(cell), rooms[place], 1) for row in rows for place, cell in enumerate(row)]


def _stacked(row: Sequence[list[Piece]], room: float) -> list[str]:
    """A row of cases whose condition stands below its value, if they are too wide side by side."""
    if len(row) < 2 or sum(row_width(cell, 1) for cell in row) <= room:
        return [text_of(cell) for cell in row]
    value, condition = (_set(_flat(cell), room - place * 2 * INDENT, 1) for place, cell in enumerate(row))
    return [BEGIN + value + BREAK_BELOW + condition + END, ""]


def _frame(piece: Piece) -> float:
    """The width of a piece beside what it holds, and of its scripts."""
    scripts = max((row_width(part, 2) for part in piece.scripts), default=0.0)
    return scripts + {"frac": 0.3, "left": 1.3, "lines": 1.0, "sqrt": 1.2}.get(piece.kind, 0.0)


def _inside(piece: Piece) -> float:
    """How wide what a piece holds is, where it can be broken."""
    if piece.kind == "lines":
        return piece_width(piece, 0, True)
    if piece.kind == "left" and any(each.text == "\\middle" for each in piece.parts[0]):
        return 0.0  # a bar in the middle belongs to the brackets on its line
    return (
        max((row_width(part) for part in piece.parts), default=0.0)
        if piece.kind in ("frac", "left", "group", "sqrt")
        else 0.0
    )


def _chunks(row: Sequence[Piece]) -> Iterator[tuple[str, list[Piece]]]:
    """The row cut before relations and signs, and after commas, outside of brackets; with how the line would begin."""
    depth, begins, fresh = 0, "", False
    chunk: list[Piece] = []
    for place, piece in enumerate(row):
        before = row[place - 1].kind if place else "open"
        unary = piece.kind == "sign" and before in ("open", "rel", "sign", "punct", "space")
        if (
            chunk
            and depth == 0
            and ((fresh and piece.kind != "space") or (piece.kind in ("rel", "sign") and not unary and not fresh))
        ):
            yield begins, chunk
            chunk, begins = [], "new" if fresh else "rest"
        fresh = fresh and piece.kind == "space"
        chunk = [*chunk, piece]
        depth += (piece.kind == "open") - (piece.kind == "close")
        depth = max(depth, 0)
        if depth == 0 and (piece.kind == "punct" or piece.text in ("\\quad", "\\qquad")):
            fresh = True
    yield begins, chunk


def _factors(row: Sequence[Piece]) -> Iterator[list[Piece]]:
    """The factors of a product, cut before sums, brackets and fractions that follow something else."""
    factor: list[Piece] = []
    for piece in row:
        done = factor and factor[-1].kind in ("ord", "frac", "left", "sqrt", "close", "group")
        word = factor and factor[-1].text.lstrip("\\").split("{")[0] in {*WORDS, "operatorname", "int", "sum", "prod"}
        begins = piece.text in ("\\sum", "\\prod") or (piece.apart and piece.kind in ("frac", "left", "sqrt"))
        if done and not word and begins:
            yield factor
            factor = []
        factor = [*factor, piece]
    yield factor


def _flat(row: Sequence[Piece]) -> list[Piece]:
    """The row, with groups that have no scripts opened."""
    made: list[Piece] = []
    for piece in row:
        if piece.kind == "group" and not piece.script_text:
            inner = _flat(piece.parts[0])
            if inner:
                inner[0] = replace(inner[0], apart=piece.apart)
            made += inner
        else:
            made.append(piece)
    return made
