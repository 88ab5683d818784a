"""Limits on the processor time of a piece of work, and signals that wait."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

AGAIN = 0.25  # seconds of processor time after which a limit that has passed is said again
LOOK = 0.1  # seconds between two looks at the clocks of a thread
STOPPING = 1e-4  # seconds between two looks whether a watcher has ended
# Of each thread what stops its watcher, until that has ended: an exception can come in its way.
_left_behind: dict[int, Callable[[], None]] = {}


class TimeLimit(BaseException):
    """A task ran past its time; no `except Exception` inside the task swallows it."""


@contextmanager
def limited(limit: float, last: float = 0.0) -> Iterator[None]:
    """Raise TimeLimit after so many seconds of processor time; end the process after `last`, unless it is 0.

    Python heeds the first timer between two of its instructions, so never in a long C call; nothing handles the second.
    Where Python only prints what is raised (`__del__`, a callback of the garbage collector), the exception is lost: so it
    comes again. Neither timer is set outside the main thread, nor where the system has none.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    over = TimeLimit()

    def stop(signum: int, frame: object) -> None:
        if sys.exception() is not over:  # not what cleans up after the first time
            raise over

    previous = signal.signal(signal.SIGPROF, stop)
    try:
        try:
            signal.setitimer(signal.ITIMER_VIRTUAL, last)
            signal.setitimer(signal.ITIMER_PROF, limit, AGAIN)
            yield
        finally:  # it may come here as well, so once more below
            signal.setitimer(signal.ITIMER_PROF, 0)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGPROF, previous)


@contextmanager
def limited_thread(limit: float, last: float, clock: float) -> Iterator[None]:
    """As `limited`, for any thread: by its own processor time, and by `clock` seconds on the clock, which end the process.

    The system ends a process whose long C call keeps Python from watching. Where the system does not tell the processor time
    of a thread, the time on the clock alone is watched.
    """
    thread, used = threading.get_ident(), _thread_clock()
    _left_behind.pop(thread, _nothing)()  # it would raise in this thread, or, worse, in the one that is started next
    begin, end = used(), time.monotonic() + clock
    going, ended = threading.Lock(), False  # an exception can leave an Event's lock taken, and a `join` before its end
    going.acquire()

    def watch() -> None:
        nonlocal ended
        said = limit
        while not going.acquire(timeout=LOOK):
            seconds = used() - begin
            _end_process_after(last - seconds + LOOK)
            if seconds >= last or time.monotonic() >= end:
                os._exit(1)
            if seconds >= said:
                said = seconds + AGAIN
                _raise_in(thread, TimeLimit)
        ended = True

    def stop_watching() -> None:
        if going.locked():
            going.release()
        while not ended and watcher.is_alive():
            time.sleep(STOPPING)
        _end_process_after(0.0)
        _raise_in(thread, None)
        _left_behind.pop(thread, None)

    watcher = threading.Thread(target=watch, daemon=True)
    _left_behind[thread] = stop_watching
    try:
        try:
            watcher.start()
            _end_process_after(last)  # now: what is to come may let nobody watch
            yield
        finally:  # it may come here as well, so once more below
            stop_watching()
    finally:
        stop_watching()


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Ctrl-C waits; a process started meanwhile never sees it, and so never complains: its parent ends it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)


def _nothing() -> None:
    pass


def _thread_clock() -> Callable[[], float]:
    """What tells the processor time of this thread, to any thread."""
    if not hasattr(time, "pthread_getcpuclockid"):
        return lambda: 0.0
    clock = time.pthread_getcpuclockid(threading.get_ident())
    return lambda: time.clock_gettime(clock)


def _end_process_after(seconds: float) -> None:
    """Let the system end this process after so much processor time of its own; never if 0."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_VIRTUAL, max(seconds, 0.0))


def _raise_in(thread: int, error: type[BaseException] | None) -> None:
    """Raise an exception in another thread, at its next instruction of Python; None takes back what was not raised yet."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread), None if error is None else ctypes.py_object(error)
    )
