"""What a piece of work takes, in memory and time, and how much of both is allowed: by default a share of this machine.

Functions that make large arrays of sizes chosen by the user call `check_work` first, those of motifs, cut norms and flows do not.
Estimates are rough, within a factor
of two or three; their constants were measured on one core and do not follow the machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

from sparse_limits.numerics.limits.machine import machine_memory
from sparse_limits.theory.input_error import InputError

SECOND = 10**9  # in nanoseconds
MEMORY = (("TiB", 2**40), ("GiB", 2**30), ("MiB", 2**20))
TIME = (("h", 3600 * SECOND), ("min", 60 * SECOND), ("s", SECOND))
SHORT = {"T": "TiB", "G": "GiB", "M": "MiB"}
MOST = 10**6  # of the largest unit: beyond it no digit of an estimate is shown
WORD = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(TiB|GiB|MiB|T|G|M|h|min|s)")
USUAL_TIME = 600 * SECOND
LITTLE = 2**24  # bytes, and nanoseconds: allowed on every machine


class WorkError(InputError):
    """Work would take more than is allowed here: a larger machine, or a larger `limit`, may have an answer."""


class Work(NamedTuple):
    """An estimate, in whole numbers, which are never too large: bytes at once, and nanoseconds one after the other."""

    memory: int
    time: int

    def then(self, other: Work) -> Work:
        """Both, what the first one made being kept."""
        return Work(self.memory + other.memory, self.time + other.time)

    def __str__(self) -> str:
        parts = [(self.memory, MEMORY), (self.time, TIME)]
        return " and ".join(_amount(value, units) for value, units in parts if value) or "nothing"


class Limit(NamedTuple):
    """Bytes and nanoseconds that a piece of work may take; time None: as long as it takes."""

    memory: int
    time: int | None = 60 * SECOND

    def allows(self, work: Work) -> bool:
        return work.memory <= self.memory and (self.time is None or work.time <= self.time)

    def check(self, what: str, work: Work) -> None:
        """WorkError, in one line, if the work would take more."""
        if not self.allows(work):
            raise WorkError(f"{what} would take about {work}, expected at most {self} (`limit`)")

    def __str__(self) -> str:
        return _amount(self.memory, MEMORY) + ("" if self.time is None else f" and {_amount(self.time, TIME)}")


_given: ContextVar[Limit | None] = ContextVar("limit", default=None)


@contextmanager
def limit(most: str | None) -> Iterator[None]:
    """Limit the memory and the time that the functions called in a `with` block may take, by estimate.

    A function raises InputError if its estimate exceeds the limit, mostly before it begins. The memory and the time
    that the function really takes are not measured. A few functions, such as `motif_density` and `cut_norm`, have no
    estimate and are not limited. If the memory or the time is not given, the default applies to it:
    three quarters of the memory that this process can have (by the machine, its control group and `ulimit`), or ten
    minutes.

    Parameters
    ----------
    most : memory such as "8G" or "8GiB" (M, G or T), time such as "90s", "30min" or "2h", or both such as "8G,2h"; None changes nothing

    Returns
    -------
    Context manager; the previous limit applies again after its block.

    Raises
    ------
    InputError : for another text, or an amount of 0.

    References
    ----------
    The memory that the operating system reports; constants of time that were measured on one core.

    Examples
    --------
    >>> import sparse_limits as sl
    >>> with sl.limit("64M"):
    ...     sl.sample_rank_one([1.0] * 20_000, [0.5] * 20_000, rng=0)
    Traceback (most recent call last):
    ...
    sparse_limits.numerics.limits.WorkError: a mask of 20000 × 20000 entries that keeps some 2e+08 would take about ...
    """
    with allowing(_given.get() if most is None else read_limit(most, _usual())):
        yield


def given_limit() -> Limit | None:
    """What `limit` allows here; None without it."""
    return _given.get()


@contextmanager
def allowing(most: Limit | None) -> Iterator[None]:
    """Allow so much in a `with` block, such as in a worker what its parent is given; None: the usual share of this machine."""
    token = _given.set(most)
    try:
        yield
    finally:
        _given.reset(token)


def check_work(what: str, memory: float, seconds: float = 0.0, *, instead: str = "") -> None:
    """Refuse, before it begins, what would take more memory (bytes) or time than is allowed.

    what: what was asked for, the subject of the sentence. seconds: 0 where no rate is known. instead: another way out than more memory.

    Raises:
        WorkError: an InputError with the estimate, what is allowed, and the ways out.

    Examples:
        >>> check_work("a list of 3 numbers", 24)
        >>> with limit("1M"):
        ...     check_work("a list of 10^6 numbers", 8e6, instead="fewer numbers")
        Traceback (most recent call last):
        ...
        sparse_limits.numerics.limits.WorkError: a list of 10^6 numbers would take about 7.63 MiB, expected at most 1 MiB and 10 min (`limit`), or fewer numbers
    """
    work, own = Work(int(memory), int(seconds * SECOND)), _given.get()
    if own is None and max(work) <= LITTLE:
        return
    most = own or _usual()
    if most.allows(work):
        return
    whose = "`limit`" if own else f"three quarters of {_amount(machine_memory(), MEMORY)}; `limit` allows more"
    way_out = f", or {instead}" if instead else ""
    raise WorkError(f"{what} would take about {work}, expected at most {most} ({whose}){way_out}")


def allowed(memory: float, seconds: float = 0.0) -> bool:
    """Whether `check_work` would let work of so many bytes and seconds begin."""
    return (_given.get() or _usual()).allows(Work(int(memory), int(seconds * SECOND)))


def memory_allowed() -> int:
    """The bytes that a piece of work may take."""
    return (_given.get() or _usual()).memory


def read_limit(text: str, usual: Limit) -> Limit:
    """The limit that a text names: 8G, 4GiB, 10min, or both with a comma between them; what is not named is as usual.

    InputError, in one line, for anything else, and for nothing at all.
    """
    if not isinstance(text, str):
        raise InputError(f"limit is {text!r:.60}, expected text such as 4GiB, 10min, or 4GiB,10min")
    found: dict[str, int] = {}
    for word in text.split(","):
        match = WORD.fullmatch(word.strip())
        unit = SHORT.get(match[2], match[2]) if match else ""
        kind = "memory" if unit in dict(MEMORY) else "time"
        if match is None or kind in found:
            raise InputError(f"limit is {text!r:.60}, expected such as 4GiB, 10min, or 4GiB,10min")
        whole, _, digits = match[1].partition(".")
        found[kind] = int(whole + digits) * dict((*MEMORY, *TIME))[unit] // 10 ** len(digits)
    if not all(found.values()):
        raise InputError(f"limit is {text!r:.60}, expected amounts above 0")
    return usual._replace(**found)


def _usual() -> Limit:
    return Limit(machine_memory() * 3 // 4, USUAL_TIME)


def _amount(value: int, units: Sequence[tuple[str, int]]) -> str:
    """In the largest unit of which there is one, with three digits."""
    name, size = next((unit for unit in units if value >= unit[1]), units[-1])
    if value >= MOST * size:
        return f"more than 10^6 {name}"
    return f"{max(value / size, 0.1):.3g} {name}"
