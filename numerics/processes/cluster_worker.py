"""What runs on a worker of a cluster: tasks in a bundle, and what the worker has otherwise than the process that asks."""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable, Sequence
from functools import cache
from traceback import format_exception
from typing import NamedTuple, TypeVar

from sparse_limits.numerics.limits import Limit, allowing
from sparse_limits.numerics.processes.garbage import collect_seldom
from sparse_limits.numerics.processes.lost_tasks import CLOCK, GRACE, Failure, LateTaskError, LostTaskError
from sparse_limits.numerics.processes.time_limit import TimeLimit, limited_thread
from sparse_limits.theory.input_error import InputError

Task = TypeVar("Task")
Result = TypeVar("Result")


class Answer(NamedTuple):
    """What a worker sends back of a bundle of tasks: pickled results, errors, and why a task was stopped, in order.

    A task that was stopped is the last one: those after it were not begun. difference: what the worker has otherwise than
    expected, and nothing was begun.
    """

    worker: str
    seconds: float = 0.0
    difference: str = ""
    outcomes: tuple[bytes | Failure | LostTaskError, ...] = ()


def on_worker(
    function: Callable[[Task], Result],
    tasks: Sequence[Task],
    limit: float,
    allowance: Limit | None,
    expected: dict[str, str],
) -> Answer:
    """Tasks, one after the other, in a thread of a worker, each within its limit of processor time."""
    from distributed import get_worker

    worker, start = get_worker().address, time.monotonic()
    if difference := difference_of(expected):
        return Answer(worker, difference=difference)
    _prepare()
    outcomes: list[bytes | Failure | LostTaskError] = []
    for task in tasks:
        outcomes.append(_outcome(function, task, limit, allowance))
        if isinstance(outcomes[-1], LostTaskError):
            break
    return Answer(worker, time.monotonic() - start, outcomes=tuple(outcomes))


@cache
def _prepare() -> None:
    """What processes of this machine do, once."""
    collect_seldom()


def _outcome(
    function: Callable[[Task], Result], task: Task, limit: float, allowance: Limit | None
) -> bytes | Failure | LostTaskError:
    try:
        with limited_thread(limit, limit + GRACE, CLOCK * limit + GRACE), allowing(allowance):
            return pickle.dumps(function(task))
    except TimeLimit:
        return LateTaskError(f"did not end within {limit:g} s of processor time, twice")
    except MemoryError:
        return LostTaskError("ran out of memory, twice")
    except (KeyboardInterrupt, SystemExit) as end:  # which would end the worker
        return Failure(RuntimeError(f"{type(end).__name__} {end}"))
    except Exception as error:
        return Failure(_sent(error))


def _sent(error: Exception) -> Exception:
    """An error that can travel, with where it was raised unless it is about somebody's input."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        error = RuntimeError(f"{type(error).__name__}: {error}").with_traceback(error.__traceback__)
    if not isinstance(error, InputError):
        error.add_note("".join(format_exception(error)))
    return error


def carried(function: Callable[[Task], Result]) -> Callable[[Task], Result]:
    """A function with data, as a result of its own: it travels to each worker once."""
    return function


@cache
def installed() -> dict[str, str]:
    """The versions of all that results depend on, and a digest of the files of this project."""
    from sparse_limits.numerics.store.keys import digest_of, environment
    from sparse_limits.theory.dependencies import FOLDERS, ROOT

    files = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
    return {**environment(), "sparse-limits": f"files {digest_of(files, {})[:12]}"}


def difference_of(expected: dict[str, str]) -> str:
    """What a worker has otherwise than expected; empty if nothing."""
    found = installed()
    return "; ".join(
        f"{name} is {found.get(name, 'not installed')}, expected {what}"
        for name, what in sorted(expected.items())
        if found.get(name) != what
    )
