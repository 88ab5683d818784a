"""What the workers of test_parallel.py do: a module of its own, so that they import nothing else."""

from __future__ import annotations

import itertools
import os
import signal
import sys
import threading
import time


def burn(seconds: float) -> None:
    """Use so many seconds of processor time."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def sum_with(data: list[int], task: int) -> int:
    """A task of a function with data."""
    return sum(data) + task


def work(task: object) -> object:
    """A task by name: most of them go wrong."""
    match task:
        case "deaf":  # asleep, and deaf to alarms
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGPROF, signal.SIGVTALRM})
            time.sleep(600)
        case "endless C":  # which never returns to Python
            return sum(itertools.repeat(0))
        case "burn and catch":
            while True:
                try:
                    burn(1.0)
                except Exception:
                    continue
        case ("burn", seconds):
            burn(seconds)
            return "burnt"
        case ("once", file):  # endless the first time, a moment the second
            if not os.path.exists(file):
                open(file, "x").close()
                burn(600)
            return "second time"
        case "raise":
            raise RuntimeError("first line\nsecond line")
        case "interrupt":
            raise KeyboardInterrupt
        case "die":
            os.kill(os.getpid(), signal.SIGKILL)
        case "pid":
            return os.getpid()
        case "leave":  # without a word, and without a signal
            os._exit(0)
        case ("imported", name):
            return name in sys.modules
        case "threads":
            return os.environ["OPENBLAS_NUM_THREADS"]
        case "unpicklable":
            return threading.Lock()
        case ("sleep", seconds):
            time.sleep(seconds)
            return "slept"
        case ("grow", megabytes):  # slowly, so that what watches a worker's memory sees it
            grown = []
            for _ in range(0, megabytes, 20):
                grown.append(b"x" * (20 << 20))
                time.sleep(0.05)
            return len(grown)
        case ("memory", folder, times):  # which runs out so many times
            calls = len(os.listdir(folder))
            if calls < times:
                open(os.path.join(folder, str(calls)), "x").close()
                raise MemoryError
            return "enough"
        case ("memory once", file):  # the process in which it ran out is noted, the other one answers
            if not os.path.exists(file):
                with open(file, "x") as noted:
                    noted.write(str(os.getpid()))
                raise MemoryError
            return os.getpid()
        case ("pid after", seconds):
            time.sleep(seconds)
            return os.getpid()
        case ("die once", file):
            if not os.path.exists(file):
                open(file, "x").close()
                os.kill(os.getpid(), signal.SIGKILL)
            return "second time"
    return task


def pause(dask_worker) -> None:
    """What dask does with a worker whose memory is nearly full."""
    from distributed.core import Status

    dask_worker.status = Status.paused
