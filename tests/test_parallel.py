"""Worker processes: results, time limits that hold against C, crashes, and no process left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from functools import partial

import pytest
from tasks import work

from sparse_limits.numerics.limits import allowed, limit
from sparse_limits.numerics.processes import parallel
from sparse_limits.numerics.processes.lost_tasks import LostTaskError, raise_failure, reason
from sparse_limits.numerics.processes.parallel import run_tasks

LIMIT = 3.0


def failed(task: object, error: BaseException) -> tuple[object, str]:
    return "failed", f"{task}: {reason(error)}"


def results(tasks: list[object], jobs: int = 2, limit: float = LIMIT) -> list[object]:
    return list(run_tasks(work, tasks, failed, jobs, limit))


@pytest.fixture(autouse=True)
def little_grace(monkeypatch):
    monkeypatch.setattr(parallel, "GRACE", 1.0)
    monkeypatch.setattr(parallel, "CLOCK", 30.0)  # a busy machine does not end what should end by itself


def test_every_task_gives_one_result():
    tasks = list(range(50))
    assert sorted(results(tasks)) == tasks
    assert results(tasks[:5], jobs=1) == tasks[:5]  # one at a time, in the order given
    assert results([]) == []


def test_first_tasks_start_first():
    assert results([("sleep", 0.6), "second", "third"])[-1] == "slept"


def test_workers_have_one_blas_thread():
    assert results(["threads"], jobs=1) == ["1"]


def test_workers_may_take_what_their_parent_may():
    little = partial(allowed, seconds=0.0)
    for most, wanted in (("1M", [True, False]), ("4M", [True, True])):
        with limit(most):
            assert sorted(run_tasks(little, [2.0**18, 2.0**21], failed, jobs=2), reverse=True) == wanted


def test_an_error_is_reported_in_one_line():
    found = results(["raise", "interrupt", "unpicklable", 1, 2], jobs=1)
    assert found[0] == ("failed", "raise: RuntimeError: first line")
    assert found[1][0] == found[2][0] == "failed"
    assert found[3:] == [1, 2]


def test_tasks_that_hang_end_and_the_others_finish(monkeypatch):
    monkeypatch.setattr(parallel, "CLOCK", 8.0)
    found = results(["burn and catch", "deaf", *range(6), *[("sleep", 0.5)] * 7], limit=1.0)
    assert sorted(r for r in found if isinstance(r, int)) == list(range(6))
    assert found.count("slept") == 7  # that under way when the workers are killed is started again
    assert {r[1] for r in found if isinstance(r, tuple)} == {
        "burn and catch: did not end within 1 s of processor time, alone",
        "deaf: did not end within 8 s on the clock, alone",
    }


def test_a_loop_ends_by_itself():
    """The alarm in the worker stops it; the worker lives on."""
    before, hung, after = results(["pid", "burn and catch", "pid"], jobs=1, limit=0.5)
    assert hung == ("failed", "burn and catch: did not end within 0.5 s of processor time, alone")
    assert before == after


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_endless_call_of_c_is_killed_by_its_processor_time(jobs, monkeypatch):
    monkeypatch.setattr(parallel, "CLOCK", 1000.0)  # not by the clock
    found = results(["endless C", 1, 2, 3], jobs, limit=0.5)
    assert ("failed", "endless C: did not end within 0.5 s of processor time, alone") in found
    assert sorted(r for r in found if isinstance(r, int)) == [1, 2, 3]


def test_a_task_past_its_limit_is_tried_once_more_alone(tmp_path):
    tasks = [("once", str(tmp_path / "mark")), *[("sleep", 0.3)] * 3, 1]
    assert results(tasks, limit=0.5)[-1] == "second time"


def test_sleep_is_not_processor_time():
    assert results([("sleep", 1.5)], jobs=1, limit=0.5) == ["slept"]


def test_a_busy_machine_changes_no_verdict(monkeypatch):
    """More seconds on the clock than the limit, of which the task gets a part."""
    monkeypatch.setattr(parallel, "CLOCK", 60.0)
    burner = [sys.executable, "-c", "while True: pass"]
    burners = [subprocess.Popen(burner) for _ in range(2 * (os.cpu_count() or 1))]
    try:
        start = time.monotonic()
        assert results([("burn", 1.2)], jobs=1, limit=2.0) == ["burnt"]
        assert time.monotonic() - start > 2.0, "the machine was not busy"
    finally:
        for each in burners:
            each.kill()
            each.wait()


def test_runs_that_need_every_task_raise_what_it_raised():
    with pytest.raises(RuntimeError, match="first line") as raised:
        list(run_tasks(work, ["raise"], raise_failure, 1, LIMIT))
    assert raised.value.__notes__ == ["in raise"]
    assert "tasks.py" in str(raised.value.__cause__)  # the worker's own traceback
    with pytest.raises(LostTaskError, match="die: TerminatedWorkerError"):
        list(run_tasks(work, ["die"], raise_failure, 1, LIMIT))


@pytest.mark.parametrize("tasks", [["die", *range(5)], [*range(5), "die"], ["die", 1, "die", 2]])
def test_a_dying_worker_is_the_fault_of_one_task(tasks):
    found = results(tasks)
    assert sorted(r for r in found if isinstance(r, int)) == sorted(t for t in tasks if isinstance(t, int))
    lost = [r for r in found if isinstance(r, tuple)]
    assert len(lost) == tasks.count("die")
    assert all(why.startswith("die: TerminatedWorkerError") for _, why in lost)


def test_a_task_is_not_to_blame_for_an_idle_worker_that_dies():
    run = run_tasks(work, ["pid", ("sleep", 1.0)], failed, 2, LIMIT)
    os.kill(next(run), signal.SIGKILL)
    assert next(run) == "slept"


def test_no_more_workers_start_than_there_are_tasks(monkeypatch):
    asked, begin = [], parallel._pool
    monkeypatch.setattr(parallel, "_pool", lambda jobs: asked.append(jobs) or begin(jobs))
    assert sorted(results([1, 2], jobs=64)) == [1, 2]
    assert asked == [2]


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
