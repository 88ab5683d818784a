"""A scheduler and workers as processes of their own, as on several machines."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from helpers import ROOT, TESTS, needs

WAIT = 60.0  # seconds for a scheduler to listen


class Dask:
    """A scheduler, and workers that can be started and killed."""

    def __init__(self, folder: Path, scheduler: tuple[str, ...] = ("-m", "distributed.cli.dask_scheduler")) -> None:
        self.file = folder / "scheduler.json"
        self.processes: list[subprocess.Popen[bytes]] = []
        self.scheduler = self._start(*scheduler, "--port", "0", "--no-dashboard", "--scheduler-file", str(self.file))
        end = time.monotonic() + WAIT
        while not (self.file.exists() and self.file.read_text().rstrip().endswith("}")):
            assert time.monotonic() < end, "no scheduler"
            time.sleep(0.1)
        self.address = json.loads(self.file.read_text())["address"]

    def worker(self, *options: str) -> subprocess.Popen[bytes]:
        """Start a worker of one thread, without a nanny that would start it again unless it is asked for."""
        where = ("-m", "distributed.cli.dask_worker", self.address, "--nthreads", "1", "--no-dashboard")
        return self._start(*where, *(options or ("--no-nanny",)))

    def _start(self, *words: str) -> subprocess.Popen[bytes]:
        paths = os.pathsep.join([str(ROOT), str(TESTS)])
        begun = subprocess.Popen(
            [sys.executable, *words],
            env={**os.environ, "PYTHONPATH": paths, "DASK_LOGGING__DISTRIBUTED": "critical"},
            cwd=self.file.parent,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.processes.append(begun)
        return begun

    def end(self) -> None:
        for each in self.processes:
            each.kill()
            each.wait()


@pytest.fixture(autouse=True)
def nothing_left_for_other_tests() -> Iterator[None]:
    """What distributed leaves open is said in the test that opened it."""
    yield
    gc.collect()


@contextmanager
def running(*arguments: Any) -> Iterator[Dask]:
    needs("distributed")
    made = Dask(*arguments)
    try:
        yield made
    finally:
        made.end()


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[Dask]:
    with running(tmp_path) as made:
        yield made


@pytest.fixture
def dask_without(tmp_path: Path) -> Iterator[Dask]:
    """A scheduler in whose environment this package is not installed."""
    halted = "import sys; sys.modules['sparse_limits'] = None"
    with running(tmp_path, ("-c", f"{halted}; from distributed.cli.dask_scheduler import main; main()")) as made:
        yield made


@pytest.fixture
def wait_for() -> Callable[[Callable[[], bool]], None]:
    """What waits until something is so, a minute at most."""

    def wait(so: Callable[[], bool]) -> None:
        end = time.monotonic() + WAIT
        while not so():
            assert time.monotonic() < end, "it did not happen within a minute"
            time.sleep(0.1)

    return wait
