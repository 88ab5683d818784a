"""The choice of claims by labels and topics, for whatever has a label and a topic."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from theory.input_error import InputError


class Labelled(Protocol):
    """Something of the ledger: an entry of it, or a line of its table of contents."""

    @property
    def label(self) -> str: ...

    @property
    def topic(self) -> str: ...


Chosen = TypeVar("Chosen", bound=Labelled)


def select(entries: Iterable[Chosen], names: Sequence[str]) -> list[Chosen]:
    """Return the entries that are named by labels or topics, in their order; all of them when nothing is named.

    Raises:
        InputError: for a name that is neither a label nor a topic.
    """
    entries = list(entries)
    labels, topics = [entry.label for entry in entries], list(dict.fromkeys(entry.topic for entry in entries))
    for name in names:
        if name not in (*labels, *topics):
            raise InputError(
                f"{name!r} is neither a label nor a topic; topics: {', '.join(topics)}; labels: {', '.join(labels)}"
            )
    return [entry for entry in entries if not names or entry.label in names or entry.topic in names]
