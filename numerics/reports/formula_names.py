"""Quantities that a formula names deep inside, after bars, told once below all of it, where this says the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from sparse_limits.numerics.reports.formula_pieces import Piece, text_around, text_of

BIG = frozenset(["\\sum", "\\prod", "\\int"])  # take in what follows them
ENDS = frozenset(
    ["rel", "punct", "open", "close"]
)  # what a side of a relation or the inside of brackets stands between

Row = list[Piece]
Named = tuple[Piece, Row]  # a name and its value


def names(piece: Piece) -> bool:
    """Whether it names quantities after a bar: an expression at x = …"""
    return (
        piece.kind == "left"
        and piece.around[1] == "\\right|"
        and piece.script_text.startswith("_{")
        and len(piece.scripts) == 1
    )


def chunks_at_commas(row: Sequence[Piece]) -> Iterator[Row]:
    """The row cut after commas outside of brackets."""
    depth = 0
    chunk: Row = []
    for piece in row:
        if piece.kind == "space" and chunk and chunk[-1].kind == "punct" and depth == 0:
            yield chunk
            chunk = []
            continue
        chunk = [*chunk, piece]
        depth += (piece.kind == "open") - (piece.kind == "close")
    yield chunk


def told_below(row: Sequence[Piece]) -> tuple[Row, list[Row]] | None:
    """The row with bodies in place of all bars, and the quantities that it names, each as an equation.

    None if it names nothing, or if that would say something else: where a name stands for two values, or also for a letter of
    the formula. That is seen by writing out the values in both forms.
    """
    named: list[Named] = []
    body = _without_bars(row, named)
    told = _merged(named)
    written = _written_out(row)
    if not told or text_of(written) != text_of(_put_in(body, told)) or any(_holds(written, name) for name, _ in told):
        return None
    ends = [body.pop()] if body[-1].text in (",", ";", ".") else []
    lines = [[name, Piece("rel", "="), *value, Piece("punct", ",")] for name, value in told]
    return body, [*lines[:-1], [*lines[-1][:-1], *ends]]


def _tells(piece: Piece) -> bool:
    """Whether all that stands after a bar are letters and their values."""
    return names(piece) and all(len(chunk) > 2 and chunk[1].text == "=" for chunk in _named(piece))


def _definitions(piece: Piece) -> list[Named]:
    """The names after a bar, a letter each, and their values."""
    return [(chunk[0], chunk[2:]) for chunk in _named(piece)]


def _named(piece: Piece) -> Iterator[Row]:
    """What stands after a bar, cut at its commas."""
    for chunk in chunks_at_commas(piece.scripts[0]):
        yield chunk[:-1] if chunk[-1].kind == "punct" else chunk


def _merged(named: Sequence[Named]) -> list[Named]:
    """The names, those that are told twice alike once."""
    return list({(text_of([name]), text_of(value)): (name, value) for name, value in named}.values())


def _without_bars(row: Sequence[Piece], named: list[Named]) -> Row:
    """The row with the bodies of what names quantities, which are added to the list, outer ones first."""
    made: Row = []

    def change(part: Sequence[Piece]) -> Row:
        return _without_bars(part, named)

    for place, piece in enumerate(row):
        if not _tells(piece):
            made.append(_without_its_bars(piece, change))
            continue
        inside: list[Named] = []
        body = _without_bars(piece.parts[0], inside)
        for name, value in _definitions(piece):
            deeper: list[Named] = []
            named.append((name, _without_bars(value, deeper)))
            named += deeper
        named += inside
        made += body if _stands_bare(body, row[:place], row[place + 1 :]) else [_bracketed(body)]
    return made


def _stands_bare(body: Sequence[Piece], before: Sequence[Piece], after: Sequence[Piece]) -> bool:
    """Whether what stood after a bar says the same without brackets: no sum beside a factor or a sign, nothing taken in by it."""
    left, right = ([piece for piece in side if piece.kind != "space"] for side in (before, after))
    alone = (not left or left[-1].kind in ENDS) and (not right or right[0].kind in ENDS or right[0].text == ".")
    if any(piece.kind in ("sign", "rel") for piece in body):
        return alone
    return alone or not any(piece.text in BIG for piece in body) or not right or right[0].kind in (*ENDS, "sign")


def _bracketed(body: Row) -> Piece:
    return Piece("left", f"\\left({text_of(body)}\\right)", (body,), ("\\left(", "\\right)"), apart=True)


def _changed(piece: Piece, change: Callable[[Sequence[Piece]], Row]) -> Piece:
    """A piece whose parts are changed."""
    parts = tuple(change(part) for part in piece.parts)
    if text_of(*parts) == text_of(*piece.parts):
        return piece
    return replace(piece, text=text_around(piece, [text_of(part) for part in parts]), parts=parts)


def _without_its_bars(piece: Piece, change: Callable[[Sequence[Piece]], Row]) -> Piece:
    """A piece whose parts lose their bars; several pieces that have a script together get brackets."""
    made = _changed(piece, change)
    if made is not piece and piece.kind == "group" and piece.scripts and len(made.parts[0]) > 1:
        return _changed(made, lambda part: [_bracketed(list(part))])
    return made


def _written_out(row: Sequence[Piece]) -> Row:
    """The row with all values in place of their names."""
    made: Row = []
    for place, piece in enumerate(row):
        if not _tells(piece):
            made.append(_without_its_bars(piece, _written_out))
            continue
        told = [(name, _written_out(value)) for name, value in _definitions(piece)]
        body = _put_in(_written_out(piece.parts[0]), told)
        made += (
            body
            if _stands_bare(_without_bars(piece.parts[0], []), row[:place], row[place + 1 :])
            else [_bracketed(body)]
        )
    return made


def _put_in(row: Sequence[Piece], told: Sequence[Named]) -> Row:
    """The row with values in place of names, again and again: values use other names."""
    made = list(row)
    for name, value in [*reversed(told)] * len(told):
        made = _replaced(made, name, value)
    return made


def _holds(row: Sequence[Piece], letter: Piece) -> bool:
    """Whether a letter is in a row."""
    return text_of(_replaced(row, letter, [])) != text_of(row)


def _replaced(row: Sequence[Piece], letter: Piece, value: Row) -> Row:
    """The row with a value, in braces, in place of a letter."""
    made: Row = []

    def change(part: Sequence[Piece]) -> Row:
        return _replaced(part, letter, value)

    for piece in row:
        if piece.text == letter.text and piece.script_text.startswith(letter.script_text):
            rest = piece.script_text[len(letter.script_text) :]
            scripts = piece.scripts[len(letter.scripts) :]
            made.append(Piece("group", f"{{{text_of(value)}}}", (value,), ("{", "}"), scripts, rest, piece.apart))
        else:
            made.append(_changed(piece, change))
    return made
