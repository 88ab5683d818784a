"""A limit on the processor time of a piece of work in this process."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

AGAIN = 0.25  # seconds of processor time after which a limit that has passed is said again


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
