"""Runs on a cluster that end in the middle: what had finished is in the store, one line says why, and nothing stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers import ROOT, needs

from sparse_limits.numerics.store.files import Store

needs("distributed")
# Processes that are killed leave pipes behind, which distributed does not close.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
LABELS = ("S4", "N1", "R1")


def verify(keep: Path, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "sparse_limits.numerics.cli",
            "verify",
            *LABELS,
            "--keep",
            str(keep),
            "--quiet",
            *options,
        ],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=keep.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(
            signal.SIGINT, signal.default_int_handler
        ),  # a job in the background ignores it
    )


def whole_lines(keep: Path) -> int:
    """How many results a store has. All of its lines are whole."""
    lines = [line for file in keep.glob("results-*.jsonl") for line in file.read_bytes().splitlines()]
    assert len(Store(keep)._lines) == len(lines)
    return len(lines)


def some(keep: Path) -> Callable[[], bool]:
    return lambda: any(file.stat().st_size for file in keep.glob("results-*.jsonl"))


def goes_on(keep: Path) -> None:
    """A run without a cluster takes what is kept, and ends well."""
    kept = whole_lines(keep)
    run = verify(keep, "--jobs", "2")
    said, complaint = run.communicate(timeout=300)
    assert (run.returncode, complaint) == (0, "")
    now = whole_lines(keep)
    assert f"{kept} of {now} checks kept" in " ".join(said.split())
    assert now > kept


def test_the_scheduler_is_killed(dask, wait_for, tmp_path: Path) -> None:
    for _ in range(2):
        dask.worker()
    keep = tmp_path / "keep"
    run = verify(keep, "--cluster", dask.address)
    wait_for(some(keep))
    dask.scheduler.kill()
    _, complaint = run.communicate(timeout=120)
    assert run.returncode == 1
    where, why = complaint.splitlines()
    assert where.startswith(f"sparse-limits: {dask.address}, 2 workers, dashboard http://")
    assert why == "sparse-limits: cluster: the scheduler is gone, what was finished before is not lost"
    goes_on(keep)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 130), (signal.SIGKILL, -9)])
def test_the_parent_is_ended(number: int, status: int, wait_for, tmp_path: Path) -> None:
    keep = tmp_path / "keep"
    run = verify(keep, "--cluster", "local:2")
    wait_for(some(keep))
    workers = children(run.pid)
    assert len(workers) >= 2
    run.send_signal(number)
    _, complaint = run.communicate(timeout=120)
    assert run.returncode == status
    if number != signal.SIGKILL:
        assert complaint.splitlines()[1:] == ["sparse-limits: interrupted"]
    wait_for(lambda: not any(map(alive, workers)))
    goes_on(keep)


def children(process: int) -> list[int]:
    """All that a process has started, and what these have."""
    threads = Path("/proc").glob(f"{process}/task/*/children")
    found = [int(name) for thread in threads for name in thread.read_text().split()]
    return found + [each for child in found for each in children(child)]


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_killed_worker_loses_nothing(dask, wait_for, tmp_path: Path) -> None:
    first, _ = dask.worker(), dask.worker()
    keep = tmp_path / "keep"
    run = verify(keep, "--cluster", dask.address)
    wait_for(some(keep))
    first.kill()
    said, _ = run.communicate(timeout=300)
    assert run.returncode == 0, said
