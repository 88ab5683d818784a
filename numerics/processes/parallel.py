"""Independent tasks in worker processes, each with a limit on its processor time that even a stuck C call cannot outlast.

Processor time, not time on the clock: a busy machine changes no verdict. A task that passes its limit is tried once more
with no other beside it; only then is it lost.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Generic, NoReturn, TypeVar

from sparse_limits.numerics.limits import Limit, allowing, given_limit
from sparse_limits.numerics.processes.cluster import ClusterCrew, current_client
from sparse_limits.numerics.processes.garbage import collect_seldom
from sparse_limits.numerics.processes.lost_tasks import (
    CLOCK,
    GRACE,
    Failure,
    LateTaskError,
    LostTaskError,
    raise_failure,
    reason,
)
from sparse_limits.numerics.processes.time_limit import TimeLimit, interrupts_held, limited

if TYPE_CHECKING:
    from joblib.externals.loky import ProcessPoolExecutor

Task = TypeVar("Task")
Result = TypeVar("Result")

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
# What SymPy has computed it looks up, however much that is: of 50 000 results of each function it loses some that a run of
# the ledger needs again (3 % of its time, for 4 % of its memory), of a thousand, its default, many.
# A file of the current folder that has the name of a module of Python's must not be taken for it.
WORKER = {**ONE_THREAD, "SYMPY_CACHE_SIZE": "None", "PYTHONSAFEPATH": "1"}
HEAVY = ("numpy", "sympy")  # read `WORKER` when they are imported
GROWTH = 2**30  # bytes by which a worker may grow; loky's own limit, .3 GB, has it import everything anew, often
PARENT = 0.5  # seconds between two looks at whether the parent is there

_may_fork = False


def allow_forks() -> None:
    """Let workers be copies of this process, with all that it has imported: half a minute of processor time less.

    For a command, which calls this before it imports numpy and SymPy: they are then set up as workers need them, and
    only what this program does runs beside them. A process that has imported them stays as it is, and its workers
    import what they need themselves; so do all where the system has no fork to rely on.
    """
    global _may_fork
    if sys.platform == "linux" and not any(name in sys.modules for name in HEAVY):
        os.environ.update(ONE_THREAD, SYMPY_CACHE_SIZE=WORKER["SYMPY_CACHE_SIZE"])
        _may_fork = True


def forbid_forks() -> None:
    """Let workers import what they need again: for a copy of a process that may fork, in which other threads will run."""
    global _may_fork
    _may_fork = False


def workers_are_copies() -> bool:
    """Whether workers have what this process imports before their first task."""
    return _may_fork


def run_tasks(
    function: Callable[[Task], Result],
    tasks: Sequence[Task],
    failed: Callable[[Task, BaseException], Result],
    jobs: int = 1,
    limit: float = 60.0,
    *,
    finished: Callable[[Task, Result], object] = lambda task, result: None,
    until: float = inf,
) -> Iterator[Result]:
    """`function(task)` for every task, in order of completion; `failed(task, error)` for one that gives no result.

    error: the exception that the task raised, or LostTaskError if it hangs or crashes. limit: seconds of processor time.
    finished: is told each task that gave a result, with the result, before the result is returned. until: the time, as
    `time.monotonic` tells it, after which no other task is started.

    The processes belong to joblib's loky, with one BLAS thread each. At most `jobs` tasks are under way, the first
    ones first. A task past its limit is stopped by an alarm in its worker; in a long C call, by the system, which ends
    the worker; asleep for `CLOCK` times the limit, by killing the workers. The tasks beside it are then started again.
    In a block of `cluster`, its workers run the tasks instead, and `jobs` has no effect.
    """
    client = current_client()
    crew: _Crew[Task, Result] | ClusterCrew[Task, Result] = (
        _Crew(function, tasks, jobs, limit) if client is None else ClusterCrew(client, function, tasks, limit)
    )
    try:
        while crew.busy:
            if time.monotonic() >= until:
                crew.forget_waiting()
            crew.start()
            for task, outcome in crew.finished():
                if isinstance(outcome, Failure):
                    yield failed(task, outcome.error)
                else:
                    finished(task, outcome)
                    yield outcome
    finally:
        crew.end()


def in_order(
    function: Callable[[Task], Result],
    tasks: Sequence[Task],
    starting: Callable[[int], object] = lambda number: None,
    limit: float = 3600.0,
) -> Iterator[Result]:
    """`function(task)` for every task, in their order: on the workers in a block of `cluster`, and else in this process.

    function: a partial that holds the data, which then travel to each worker once. starting: is told the number of tasks
    that have ended before each is waited for. limit: as in `run_tasks`, for workers.

    Raises:
        What a task raises; LostTaskError for one whose worker dies or that passes its limit.
    """
    if current_client() is None:
        for number, task in enumerate(tasks):
            starting(number)
            yield function(task)
        return

    def failed(numbered: tuple[int, Task], error: BaseException) -> NoReturn:
        raise_failure(f"network {numbered[0] + 1} of {len(tasks)}", error)

    found: dict[int, Result] = {}
    starting(0)
    for number, result in run_tasks(partial(_numbered, function), list(enumerate(tasks)), failed, limit=limit):
        found[number] = result
        starting(len(found))
    yield from (found[number] for number in range(len(tasks)))


def _numbered(function: Callable[[Task], Result], numbered: tuple[int, Task]) -> tuple[int, Result]:
    number, task = numbered
    return number, function(task)


class _Crew(Generic[Task, Result]):
    """Workers, the tasks that wait for one, and those under way with the time on the clock at which they must have ended.

    Some tasks are tried alone, with no other under way: those that passed their limit, and those that were under way when
    a worker died, one of which may be the culprit. An idle worker may have died as well.
    """

    def __init__(self, function: Callable[[Task], Result], tasks: Sequence[Task], jobs: int, limit: float) -> None:
        self.function, self.limit = function, limit
        self.jobs = max(1, min(jobs, len(tasks)))  # the pool starts as many processes, whatever there is to do
        self.waiting = list(reversed(tasks))
        self.to_be_alone: list[Task] = []
        self.alone = False
        self.running: dict[Future[Result], tuple[Task, float]] = {}
        self.pool = _pool(self.jobs)

    @property
    def busy(self) -> bool:
        return bool(self.waiting or self.to_be_alone or self.running)

    def forget_waiting(self) -> None:
        """Start no other task."""
        self.waiting, self.to_be_alone = [], []

    def start(self) -> None:
        """Give tasks to idle workers."""
        if not self.running:
            self.alone = bool(self.to_be_alone)
        source, most = (self.to_be_alone, 1) if self.alone else (self.waiting, self.jobs)
        while source and len(self.running) < most and self._submit(source[-1]):
            source.pop()
        if not self.running:
            self._renew()

    def finished(self) -> Iterator[tuple[Task, Result | Failure]]:
        """What became of tasks since the last call; wait until there is something to tell."""
        deadline = min((end for _, end in self.running.values()), default=0.0)
        done, _ = wait(self.running, timeout=max(0.0, deadline - time.monotonic()), return_when=FIRST_COMPLETED)
        single = len(self.running) == 1
        broken = False
        for future in sorted(done, key=lambda each: each.exception() is not None):  # a failure may end the run
            task, _ = self.running.pop(future)
            error = future.exception()
            if error is None:
                yield task, future.result()
            elif isinstance(error, TimeLimit) or (single and _ran_out(error)):
                yield from self._late(task, f"{self.limit:g} s of processor time")
            elif not _is_crash(error) or (single and (self.alone or self.jobs == 1)):
                yield task, Failure(LostTaskError(reason(error)) if _is_crash(error) else error)
            else:
                self.to_be_alone.append(task)
            broken = broken or _is_crash(error)
        if broken:
            self.to_be_alone += self._stopped()
        else:
            yield from self._overdue()

    def end(self) -> None:
        """End the workers."""
        _end(self.pool)

    def _overdue(self) -> Iterator[tuple[Task, Failure]]:
        """Kill the workers if a task has passed its time on the clock; those beside it are started again."""
        late = [future for future, (_, end) in self.running.items() if time.monotonic() >= end]
        for task, _ in [self.running.pop(future) for future in late]:
            yield from self._late(task, f"{CLOCK * self.limit:g} s on the clock")
        if late:
            self.waiting += self._stopped()

    def _late(self, task: Task, what: str) -> Iterator[tuple[Task, Failure]]:
        """A task that passed its limit is lost if it was alone, and else to be tried alone."""
        if self.alone:
            yield task, Failure(LateTaskError(f"did not end within {what}, alone"))
        else:
            self.to_be_alone.append(task)

    def _submit(self, task: Task) -> bool:
        """Start a task; False if a worker has just died: the tasks under way will say so."""
        try:
            with interrupts_held():
                future = self.pool.submit(_limited, self.function, task, self.limit, GRACE, given_limit())
        except Exception as error:
            if not _is_crash(error):
                raise
            return False
        self.running[future] = task, time.monotonic() + CLOCK * self.limit + GRACE
        return True

    def _stopped(self) -> list[Task]:
        """End all workers, engage others, and return what was under way."""
        tasks = [task for task, _ in self.running.values()]
        self.running.clear()
        self._renew()
        return tasks

    def _renew(self) -> None:
        _end(self.pool)
        self.pool = _pool(self.jobs)


def _pool(jobs: int) -> ProcessPoolExecutor:
    import multiprocessing
    from multiprocessing import resource_tracker

    from joblib.externals.loky import ProcessPoolExecutor
    from joblib.externals.loky.backend import resource_tracker as loky_tracker

    warnings.filterwarnings("ignore", "A worker stopped while")  # it had grown, and another took its place
    with _no_modules_of_the_current_folder():
        resource_tracker.ensure_running()  # now: when it starts, Python 3.11 lets held interrupts through again
        loky_tracker.ensure_running()
    if _may_fork:
        gc.freeze()  # all that was imported stays, in memory that the workers share as long as nobody counts it
        fork = multiprocessing.get_context("fork")
        return ProcessPoolExecutor(max_workers=jobs, context=fork, initializer=_begin_as_copy, initargs=(os.getpid(),))
    return ProcessPoolExecutor(max_workers=jobs, env=WORKER, initializer=_begin, initargs=(os.getpid(),))


@contextmanager
def _no_modules_of_the_current_folder() -> Iterator[None]:
    """Let processes that start meanwhile import nothing from the current folder, where a `token.py` would stop them."""
    before = os.environ.get("PYTHONSAFEPATH")
    os.environ["PYTHONSAFEPATH"] = WORKER["PYTHONSAFEPATH"]
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONSAFEPATH"]
        else:
            os.environ["PYTHONSAFEPATH"] = before


def _begin(parent: int) -> None:
    """Prepare a worker, which imports formulas with its first task."""
    from joblib.externals.loky import process_executor

    process_executor._MAX_MEMORY_LEAK_SIZE = GROWTH
    threading.Thread(target=_end_with_parent, args=(parent,), daemon=True).start()
    collect_seldom()


def _begin_as_copy(parent: int) -> None:
    """Prepare a worker that is a copy: the parent's handlers and streams are not its own, and it ends when the parent has."""
    for name in ("SIGTERM", "SIGALRM"):
        signal.signal(getattr(signal, name), signal.SIG_DFL)
    # A bar may hold the others, with a lock that nobody gives back; these are None where the caller closed them.
    sys.stdout, sys.stderr = (each or open(os.devnull, "w") for each in (sys.__stdout__, sys.__stderr__))  # noqa: SIM115
    _begin(parent)


def _end_with_parent(parent: int) -> None:
    """End this process when its parent has been killed: it holds both ends of its pipes, so that they do not tell."""
    while os.getppid() == parent:
        time.sleep(PARENT)
    os._exit(1)


def _end(pool: ProcessPoolExecutor) -> None:
    """Kill the workers, and wait for the threads that served them.

    Loky's feeder thread is a daemon: if the interpreter ended while it gives back a semaphore, loky would complain of a
    leak.
    """
    pool.shutdown(wait=True, kill_workers=True)
    for thread in threading.enumerate():
        if thread.name == "QueueFeederThread":
            thread.join(GRACE)


def _is_crash(error: BaseException | None) -> bool:
    from joblib.externals.loky.process_executor import BrokenProcessPool

    return isinstance(error, BrokenProcessPool)


def _ran_out(error: BaseException) -> bool:
    """Whether a worker was ended by the timer that `limited` sets: loky reports the signal in its text alone."""
    return _is_crash(error) and hasattr(signal, "SIGVTALRM") and signal.SIGVTALRM.name in str(error)


def _limited(
    function: Callable[[Task], Result], task: Task, limit: float, grace: float, allowance: Limit | None
) -> Result:
    """The task within its limit, and within the grace beyond it even in a long C call: then the system ends the process.

    allowance: the limit on estimated work that applies in the parent, None for the usual one.
    """
    with limited(limit, limit + grace), allowing(allowance):
        return function(task)
