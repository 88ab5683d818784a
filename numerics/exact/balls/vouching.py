"""What a number rests on without a check: noted where it is used, gathered where the number is shown."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache

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


@lru_cache(maxsize=1024)  # to print a formula takes longer than to find its root
def named(expression: Hashable) -> str:
    """An expression in a note."""
    text = str(expression)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
