"""What a number rests on without a check: noted where it is used, gathered where the number is shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LONGEST = 80  # characters of an expression in a note

_gathering: ContextVar[tuple[set[str], ...]] = ContextVar("gathering", default=())


def vouch(notes: Iterable[str]) -> None:
    """Note what the value that is being computed rests on."""
    for gathered in _gathering.get():
        gathered.update(notes)


@contextmanager
def collecting(alone: bool = False) -> Iterator[set[str]]:
    """The notes of all that is computed meanwhile; with `alone` they are kept from whoever else is collecting."""
    notes: set[str] = set()
    token = _gathering.set((notes,) if alone else (*_gathering.get(), notes))
    try:
        yield notes
    finally:
        _gathering.reset(token)


def named(expression: object) -> str:
    """An expression in a note."""
    text = str(expression)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
