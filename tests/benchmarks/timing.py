"""CPU time of a task: the least of a few runs, since only the machine adds to it."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time
from typing import TypeVar

Result = TypeVar("Result")


def timed(task: Callable[[], Result], enough: float = 2.0, runs: int = 6) -> tuple[float, Result]:
    """The least CPU seconds of up to `runs` runs, as many as fit in `enough` seconds, and the last result.

    The first run may have to compile.
    """
    times: list[float] = []
    while not times or (len(times) < runs and sum(times) < enough):
        start = process_time()
        result = task()
        times.append(process_time() - start)
    return min(times), result


def seconds(task: Callable[[], object], enough: float = 2.0) -> float:
    """The least CPU seconds alone."""
    return timed(task, enough)[0]
