"""What the workers of test_parallel.py do: a module of its own, so that they import nothing else."""

from __future__ import annotations

import os
import signal
import threading
import time


def work(task: object) -> object:
    """A task by name: most of them go wrong."""
    match task:
        case "loop that catches":
            while True:
                try:
                    time.sleep(0.01)
                except Exception:
                    continue
        case "deaf":  # as deaf to alarms as a long call of a C library
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
            time.sleep(600)
        case "product":  # such a call: half a minute of BLAS
            import numpy as np

            matrix = np.ones((7_000, 7_000))
            return float((matrix @ matrix)[0, 0])
        case "raise":
            raise RuntimeError("first line\nsecond line")
        case "interrupt":
            raise KeyboardInterrupt
        case "die":
            os.kill(os.getpid(), signal.SIGKILL)
        case "pid":
            return os.getpid()
        case "threads":
            return os.environ["OPENBLAS_NUM_THREADS"]
        case "unpicklable":
            return threading.Lock()
        case ("sleep", seconds):
            time.sleep(seconds)
            return "slept"
    return task
