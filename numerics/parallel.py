"""Independent tasks in worker processes, each with a time limit that even a stuck C call cannot outlast."""

from __future__ import annotations

import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from multiprocessing import resource_tracker
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

GRACE = 5.0  # seconds the parent waits beyond a limit for the worker's own alarm
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")


class TimeLimit(BaseException):
    """A task ran past its time; no `except Exception` inside the task swallows it."""


def run_tasks(
    function: Callable[[Task], Result],
    tasks: Sequence[Task],
    failed: Callable[[Task, str], Result],
    jobs: int = 1,
    limit: float = 60.0,
) -> Iterator[Result]:
    """`function(task)` for every task, in order of completion; `failed(task, why)` for one that hangs or crashes.

    The processes belong to joblib's loky, with one BLAS thread each. At most `jobs` tasks are under way, the first
    ones first. A task past its limit is stopped by an alarm in its worker, or, if it sits in a long C call, by
    killing the workers; the tasks beside it are then started again.
    """
    waiting = list(reversed(tasks))
    alone: list[Task] = []  # tasks that were under way when a worker died: run one at a time to find the culprit
    pool = _pool(jobs)
    running: dict[Future, tuple[Task, float]] = {}
    lone = False
    try:
        while waiting or running or alone:
            if not running:
                lone = bool(alone)
            source = alone if lone else waiting
            while source and len(running) < (1 if lone else jobs):
                try:
                    with _interrupts_held():
                        future = pool.submit(_limited, function, source[-1], limit)
                except Exception as error:
                    if not _is_crash(error):
                        raise
                    break  # a worker has just died; the tasks under way will say so
                running[future] = (source.pop(), time.monotonic() + limit + GRACE)
            if not running:
                pool = _pool(jobs)
                continue
            deadline = min(end for _, end in running.values())
            done, _ = wait(running, timeout=max(0.0, deadline - time.monotonic()), return_when=FIRST_COMPLETED)
            single = len(running) == 1
            crashed: list[Task | None] = []  # None: already reported
            for future in done:
                task, _ = running.pop(future)
                failure = future.exception()
                if failure is None:
                    yield future.result()
                elif isinstance(failure, TimeLimit):
                    yield failed(task, f"did not end within {limit:g} s")
                elif single or not _is_crash(failure):
                    yield failed(
                        task, f"{type(failure).__name__}: {str(failure).splitlines()[0] if str(failure) else ''}"
                    )
                    crashed += [None] if _is_crash(failure) else []
                else:
                    crashed.append(task)
            overdue = [f for f, (_, end) in running.items() if time.monotonic() >= end]
            for future in overdue:
                task, _ = running.pop(future)
                yield failed(task, f"did not end within {limit:g} s")
            if overdue or crashed:
                again = [task for task in crashed if task is not None]
                survivors = [task for task, _ in running.values()]
                alone += again + (survivors if crashed else [])
                waiting += [] if crashed else survivors
                running.clear()
                _end(pool)
                pool = _pool(jobs)
    finally:
        _end(pool)


def _pool(jobs: int):
    from joblib.externals.loky import ProcessPoolExecutor

    warnings.filterwarnings("ignore", "A worker stopped while")  # it had grown, and another took its place
    resource_tracker.ensure_running()  # now: when it starts, Python 3.11 lets held interrupts through again
    return ProcessPoolExecutor(max_workers=jobs, env=ONE_THREAD)


def _end(pool) -> None:
    """Kill the workers, and wait for the threads that served them.

    Loky's feeder thread is a daemon: if the interpreter ended while it gives back a semaphore, loky would complain of a
    leak.
    """
    pool.shutdown(wait=True, kill_workers=True)
    for thread in threading.enumerate():
        if thread.name == "QueueFeederThread":
            thread.join(GRACE)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Ctrl-C waits; a process started meanwhile never sees it, and so never complains: its parent ends it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)


def _is_crash(error: BaseException) -> bool:
    from joblib.externals.loky.process_executor import BrokenProcessPool

    return isinstance(error, BrokenProcessPool)


def _limited(function: Callable[[Task], Result], task: Task, limit: float) -> Result:
    if threading.current_thread() is not threading.main_thread():
        return function(task)  # no alarms outside the main thread; the parent's deadline remains

    def stop(signum: int, frame: object) -> None:
        raise TimeLimit

    previous = signal.signal(signal.SIGALRM, stop)
    try:
        signal.setitimer(signal.ITIMER_REAL, limit)
        result = function(task)
        signal.setitimer(signal.ITIMER_REAL, 0)
        return result
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
