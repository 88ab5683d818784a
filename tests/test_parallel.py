"""Worker processes: results, time limits that hold against C, crashes, and no process left behind."""

from __future__ import annotations

import subprocess
import time

import pytest
from tasks import work

from numerics import parallel
from numerics.parallel import run_tasks

LIMIT = 3.0


def failed(task: object, why: str) -> tuple[object, str]:
    return "failed", f"{task}: {why}"


def results(tasks: list[object], jobs: int = 2, limit: float = LIMIT) -> list[object]:
    return list(run_tasks(work, tasks, failed, jobs, limit))


@pytest.fixture(autouse=True)
def little_grace(monkeypatch):
    monkeypatch.setattr(parallel, "GRACE", 2.0)


def test_every_task_gives_one_result():
    tasks = list(range(50))
    assert sorted(results(tasks)) == tasks
    assert results(tasks[:5], jobs=1) == tasks[:5]  # one at a time, in the order given
    assert results([]) == []


def test_first_tasks_start_first():
    assert results([("sleep", 0.6), "second", "third"])[-1] == "slept"


def test_workers_have_one_blas_thread():
    assert results(["threads"], jobs=1) == ["1"]


def test_an_error_is_reported_in_one_line():
    found = results(["raise", "interrupt", "unpicklable", 1, 2], jobs=1)
    assert found[0] == ("failed", "raise: RuntimeError: first line")
    assert found[1][0] == found[2][0] == "failed"
    assert found[3:] == [1, 2]


def test_tasks_that_hang_end_and_the_others_finish():
    found = results(["loop that catches", "deaf", *range(6), *[("sleep", 1.0)] * 7])
    assert sorted(r for r in found if isinstance(r, int)) == list(range(6))
    assert found.count("slept") == 7  # that under way when the workers are killed is started again
    assert {r[1] for r in found if isinstance(r, tuple)} == {
        "loop that catches: did not end within 3 s",
        "deaf: did not end within 3 s",
    }


def test_a_loop_ends_by_itself():
    """The alarm in the worker stops it; the worker lives on."""
    before, hung, after = results(["pid", "loop that catches", "pid"], jobs=1, limit=1.0)
    assert hung == ("failed", "loop that catches: did not end within 1 s")
    assert before == after


def test_a_long_product_of_matrices_ends(monkeypatch):
    monkeypatch.setattr(parallel, "GRACE", 1.0)
    start = time.monotonic()
    found = results(["product", 1], jobs=1, limit=1.0)
    assert found == [("failed", "product: did not end within 1 s"), 1]
    assert time.monotonic() - start < 20


@pytest.mark.parametrize("tasks", [["die", *range(5)], [*range(5), "die"], ["die", 1, "die", 2]])
def test_a_dying_worker_is_the_fault_of_one_task(tasks):
    found = results(tasks)
    assert sorted(r for r in found if isinstance(r, int)) == sorted(t for t in tasks if isinstance(t, int))
    lost = [r for r in found if isinstance(r, tuple)]
    assert len(lost) == tasks.count("die")
    assert all(why.startswith("die: TerminatedWorkerError") for _, why in lost)


def test_no_worker_outlives_an_abandoned_run():
    run = run_tasks(work, ["pid", ("sleep", 600), ("sleep", 600)], failed, 2, 900.0)
    worker = next(run)
    run.close()
    for _ in range(100):
        alive = subprocess.run(["ps", "-o", "stat=", "-p", str(worker)], capture_output=True, text=True).stdout.strip()
        if not alive or alive.startswith("Z"):
            return
        time.sleep(0.1)
    pytest.fail(f"worker {worker} is still there: {alive}")
