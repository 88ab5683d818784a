"""A limit on processor time ends what runs, whatever it is doing when the time is up."""

import gc
import signal
import threading
import time
from collections.abc import Callable

import pytest

from sparse_limits.numerics.processes import time_limit
from sparse_limits.numerics.processes.time_limit import TimeLimit, limited, limited_thread


def work(seconds: float = 5.0) -> None:
    """Take so many seconds of processor time."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def in_destructor() -> None:
    class Deaf:
        def __del__(self) -> None:
            work()

    Deaf()


def in_garbage_collection() -> None:
    def deaf(phase: str, _: dict) -> None:
        if phase == "start":
            work()

    gc.freeze()  # what earlier tests have left is not searched, which may take seconds
    gc.callbacks.append(deaf)
    try:
        gc.collect()
    finally:
        gc.callbacks.remove(deaf)
        gc.unfreeze()


def deaf_then_working(deaf: Callable[[], None]) -> None:
    began = time.process_time()
    deaf()
    assert time.process_time() - began < 2, "the first one ended that"
    work()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("deaf", [in_destructor, in_garbage_collection])
def test_a_limit_that_python_only_prints_comes_again(deaf):
    with pytest.raises(TimeLimit), limited(0.05):
        deaf_then_working(deaf)


def test_what_cleans_up_is_left_alone_and_the_timers_are_off():
    before = signal.getsignal(signal.SIGPROF)
    cleaned = []

    def cleaning() -> None:
        try:
            work()
        finally:
            work(0.6)
            cleaned.append(True)

    with pytest.raises(TimeLimit), limited(0.05, 60.0):
        cleaning()
    assert cleaned
    assert signal.getsignal(signal.SIGPROF) is before
    assert signal.getitimer(signal.ITIMER_PROF) == signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


def test_a_limit_of_a_thread_may_pass_while_it_is_taken_back(monkeypatch):
    """What is raised from outside arrives anywhere, also where the timer is switched off."""
    end, arrives = time_limit._end_process_after, [TimeLimit]

    def interrupted(seconds: float) -> None:
        if seconds == 0.0 and arrives:
            raise arrives.pop()
        end(seconds)

    threads = threading.enumerate()
    monkeypatch.setattr(time_limit, "_end_process_after", interrupted)
    try:
        with pytest.raises(TimeLimit), limited_thread(60.0, 60.0, 60.0):
            pass
        assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)
        assert threading.enumerate() == threads
    finally:
        end(0.0)


def watchers() -> int:
    return sum("watch" in thread.name for thread in threading.enumerate())


def test_a_watcher_whose_end_was_missed_ends_before_the_next_one_begins():
    """An exception at the first instruction of `__exit__` leaves it behind: it would raise in a later piece of work."""
    before = watchers()
    missed = limited_thread(60.0, 60.0, 60.0)
    missed.__enter__()
    assert watchers() == before + 1
    with limited_thread(60.0, 60.0, 60.0):
        assert watchers() == before + 1
    assert watchers() == before


def test_limits_that_pass_at_any_moment_never_stop_a_thread_for_good(monkeypatch: pytest.MonkeyPatch):
    """Time that is up while a watcher is started or ended, thousands of times: the work goes on, and no watcher is left."""
    monkeypatch.setattr(time_limit, "LOOK", 2e-4)
    late, pieces, end = 0, 0, time.monotonic() + 3
    while time.monotonic() < end:
        pieces += 1
        until = (
            time.monotonic() + pieces % 100 * 1e-5
        )  # on a fast machine as on a slow one some are late, and some are not
        try:
            with limited_thread(1e-4, 60.0, 60.0):
                while time.monotonic() < until:
                    pass
        except TimeLimit:
            late += 1
    with limited_thread(60.0, 60.0, 60.0):
        pass
    assert 0 < late < pieces
    assert watchers() == 0
