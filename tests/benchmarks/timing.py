"""CPU time of a task that is compiled: the least of a few runs, since only the machine adds to it."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time
from typing import TypeVar

Result = TypeVar("Result")


COMPILING = 30.0  # seconds: of a longer first run compiling is a small part, and once is enough


def timed(task: Callable[[], Result], enough: float = 2.0, runs: int = 6) -> tuple[float, Result]:
    """The least CPU seconds of up to `runs` runs, as many as fit in `enough` seconds, and the last result.

    The first run may have to compile, and is not counted unless it is long.
    """
    took, result = _timed(task)
    if took > COMPILING:
        return took, result
    times: list[float] = []
    while not times or (len(times) < runs and sum(times) < enough):
        took, result = _timed(task)
        times.append(took)
    return min(times), result


def _timed(task: Callable[[], Result]) -> tuple[float, Result]:
    start = process_time()
    result = task()
    return process_time() - start, result


def seconds(task: Callable[[], object], enough: float = 2.0) -> float:
    """The least CPU seconds alone."""
    return timed(task, enough)[0]
