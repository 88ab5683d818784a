"""What can be wrong with a scheduler, and with workers that it does not give tasks to."""

from __future__ import annotations

import operator
import threading
from functools import partial

import pytest
from helpers import needs
from tasks import pause, work

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.processes.cluster import cluster, current_client
from sparse_limits.numerics.processes.lost_tasks import LostTaskError, reason
from sparse_limits.numerics.processes.parallel import run_tasks

needs("distributed")
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
STAYS = ("--no-nanny", "--memory-limit", "0")  # a worker that does not go on by itself when memory is there again
PLUS_ONE = partial(operator.add, 1)  # a function with data, which travels by itself


def failed(task: object, error: BaseException) -> tuple[object, str]:
    return "failed", f"{task}: {reason(error)}"


def test_a_scheduler_without_this_package_is_refused(dask_without) -> None:
    """It reads what is sent to workers: every task would fail there."""
    dask_without.worker()
    with pytest.raises(InputError, match=r"cluster: on the scheduler .*sparse_limits"), cluster(dask_without.address):
        pass


def test_a_scheduler_that_has_gone_is_said_to_be_gone(dask) -> None:
    dask.worker()
    with cluster(dask.address):
        assert list(run_tasks(PLUS_ONE, [1], failed, limit=60.0)) == [2]
        dask.scheduler.kill()
        dask.scheduler.wait()
        for function in (PLUS_ONE, abs):
            with pytest.raises(LostTaskError, match="cluster: the scheduler is gone"):
                list(run_tasks(function, [1], failed, limit=60.0))


def test_a_worker_that_is_paused_is_none(dask, wait_for, monkeypatch: pytest.MonkeyPatch) -> None:
    """As dask does where memory is short: it would wait for ever."""
    monkeypatch.setattr("sparse_limits.numerics.processes.cluster.NO_WORKER", 2.0)
    dask.worker(*STAYS)
    with cluster(dask.address):
        client = current_client()
        assert list(run_tasks(PLUS_ONE, [1], failed, limit=60.0)) == [2]
        client.run(pause)
        wait_for(lambda: not client.sync(client.scheduler.ncores_running))
        with pytest.raises(LostTaskError, match="no worker for 2 s"):
            list(run_tasks(PLUS_ONE, [1], failed, limit=60.0))


def test_a_task_that_no_worker_begins_is_not_waited_for(dask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that is paused when it has been given a task keeps it."""
    monkeypatch.setattr("sparse_limits.numerics.processes.cluster.NO_WORKER", 0.0)
    monkeypatch.setattr("sparse_limits.numerics.processes.cluster.GRACE", 1.0)
    monkeypatch.setattr("sparse_limits.numerics.processes.cluster.CLOCK", 1.0)
    monkeypatch.setattr(
        "sparse_limits.numerics.processes.cluster.ClusterCrew._workers", lambda crew: ({"a": 1, "b": 1}, {"a": 1})
    )
    dask.worker(*STAYS)
    with cluster(dask.address):
        current_client().run(pause)
        with pytest.raises(LostTaskError, match="was not begun there"):
            list(run_tasks(PLUS_ONE, [1], failed, limit=1.0))


def test_a_worker_that_is_paused_ends_what_it_has_begun(dask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sparse_limits.numerics.processes.cluster.NO_WORKER", 1.0)
    dask.worker(*STAYS)
    with cluster(dask.address):
        running = run_tasks(work, [("sleep", 6.0)], failed, limit=60.0)
        pausing = threading.Timer(2.0, current_client().run, [pause])
        pausing.start()
        assert list(running) == ["slept"]
        pausing.join()
