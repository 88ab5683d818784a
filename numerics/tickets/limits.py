"""What a piece of work takes, in memory and time, and how much of both is allowed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from numerics.arguments import InputError

SECOND = 10**9  # in nanoseconds
MEMORY = (("TiB", 2**40), ("GiB", 2**30), ("MiB", 2**20))
TIME = (("h", 3600 * SECOND), ("min", 60 * SECOND), ("s", SECOND))
MOST = 10**6  # of the largest unit: beyond it no digit of an estimate is shown
WORD = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(TiB|GiB|MiB|h|min|s)")


class Work(NamedTuple):
    """An estimate, in whole numbers, which are never too large: bytes at once, and nanoseconds one after the other."""

    memory: int
    time: int

    def then(self, other: Work) -> Work:
        """Both, what the first one made being kept."""
        return Work(self.memory + other.memory, self.time + other.time)

    def __str__(self) -> str:
        return f"{_amount(self.memory, MEMORY)} and {_amount(self.time, TIME)}"


class Limit(NamedTuple):
    """Bytes and nanoseconds that a piece of work may take; time None: as long as it takes."""

    memory: int = 2**30
    time: int | None = 60 * SECOND

    def check(self, what: str, work: Work) -> None:
        """InputError, in one line, if the work would take more."""
        if work.memory > self.memory or (self.time is not None and work.time > self.time):
            raise InputError(f"{what} would take about {work}, expected at most {self} (`limit`)")

    def __str__(self) -> str:
        return _amount(self.memory, MEMORY) + ("" if self.time is None else f" and {_amount(self.time, TIME)}")


USUAL = Limit()


def read_limit(text: str) -> Limit:
    """The limit that a text names: 4GiB, 10min, or both with a comma between them; what is not named is as usual.

    InputError, in one line, for anything else, and for nothing at all.
    """
    found: dict[str, int] = {}
    for word in text.split(","):
        match = WORD.fullmatch(word.strip())
        kind = "memory" if match and match[2] in dict(MEMORY) else "time"
        if match is None or kind in found:
            raise InputError(f"limit is {text!r:.60}, expected such as 4GiB, 10min, or 4GiB,10min")
        whole, _, digits = match[1].partition(".")
        found[kind] = int(whole + digits) * dict((*MEMORY, *TIME))[match[2]] // 10 ** len(digits)
    if not all(found.values()):
        raise InputError(f"limit is {text!r:.60}, expected amounts above 0")
    return USUAL._replace(**found)


def _amount(value: int, units: Sequence[tuple[str, int]]) -> str:
    """In the largest unit of which there is one, with three digits."""
    name, size = next((unit for unit in units if value >= unit[1]), units[-1])
    if value >= MOST * size:
        return f"more than 10^6 {name}"
    return f"{max(value / size, 0.1):.3g} {name}"
