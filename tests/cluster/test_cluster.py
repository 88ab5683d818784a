"""Tasks on a cluster: the results of one machine, whatever happens to a worker."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import ROOT, needs
from questions import report
from tasks import sum_with, work

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.cli import main
from sparse_limits.numerics.commands.common import available_cores
from sparse_limits.numerics.ledger.mutation import mutate
from sparse_limits.numerics.ledger.summary import summarise
from sparse_limits.numerics.ledger.verification import verify
from sparse_limits.numerics.prediction.predict import predict
from sparse_limits.numerics.processes.cluster import ClusterCrew, cluster
from sparse_limits.numerics.processes.lost_tasks import LostTaskError, reason
from sparse_limits.numerics.processes.parallel import in_order, run_tasks
from sparse_limits.numerics.studies import study

needs("distributed")
# Processes that are killed leave pipes behind, which distributed does not close.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
LIMIT = 60.0


def failed(task: object, error: BaseException) -> tuple[object, str]:
    return "failed", f"{task}: {reason(error)}"


def results(tasks: list[object], limit: float = LIMIT) -> list[object]:
    return list(run_tasks(work, tasks, failed, limit=limit))


def test_tasks_of_a_local_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    """Results, errors in one line, limits of processor time against Python and against C, deaths."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    with cluster("local:2") as where:
        assert where.workers == 2
        assert where.address.startswith("tcp://127.0.0.1:")
        assert where.dashboard.startswith("http://127.0.0.1:")
        assert sorted(results(list(range(50)))) == list(range(50))
        assert results([]) == []
        assert list(in_order(work, [3, 1, ("sleep", 0.1), 2])) == [3, 1, "slept", 2]
        assert results(["raise"]) == [("failed", "raise: RuntimeError: first line")]
        assert [each[0] for each in results(["interrupt", "unpicklable"])] == ["failed"] * 2  # type: ignore[index]
        assert results([("sleep", 1.5)], limit=0.5) == ["slept"]  # no processor time
        late = "did not end within 0.5 s of processor time, twice"
        assert results(["burn and catch", 1], limit=0.5) == [1, ("failed", f"burn and catch: {late}")]
        died = "the workers that ran it died, 2 of them"
        found = results(["endless C", "die", 1, 2], limit=0.5)
        assert sorted(map(str, found)) == sorted(
            map(str, [1, 2, ("failed", f"endless C: {died}"), ("failed", f"die: {died}")])
        )
    assert list(in_order(work, ["pid"])) != []  # here again


def test_short_tasks_go_in_bundles_and_none_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a bundle some tasks end, one raises, one is stopped, one takes the worker with it."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    submit, sizes = ClusterCrew._submit, []

    def counted(crew: ClusterCrew, tasks: list[object], again: bool, where: list[str]) -> None:
        sizes.append((len(tasks), "die" in tasks))
        submit(crew, tasks, again, where)

    monkeypatch.setattr(ClusterCrew, "_submit", counted)
    monkeypatch.setattr("sparse_limits.numerics.processes.cluster.BUNDLE", 60.0)  # however slow the machine is
    odd = ["raise", "unpicklable", "die", "burn and catch"]
    tasks = [
        *range(200),
        odd[0],
        *range(200, 260),
        odd[1],
        *range(260, 330),
        odd[2],
        *range(330, 380),
        odd[3],
        *range(380, 500),
    ]
    with cluster("local:2"):
        found = results(tasks, limit=0.5)
    assert sorted(each for each in found if isinstance(each, int)) == list(range(500))
    why = sorted(each[1] for each in found if isinstance(each, tuple))
    assert [each.split(":")[0] for each in why] == sorted(odd)
    assert "die: the workers that ran it died, 2 of them" in why
    assert "raise: RuntimeError: first line" in why
    assert "burn and catch: did not end within 0.5 s of processor time, twice" in why
    assert len(sizes) < 300
    assert [size for size, deadly in sizes if deadly][-1] == 1


@pytest.mark.parametrize("late", [False, True], ids=["seen in time", "not seen"])
def test_a_worker_that_dies_with_its_answer_loses_nothing(late: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its tasks run again, whether the scheduler has noticed the death or what the worker sends never comes."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    outcome, killed = ClusterCrew._outcome, []

    def never(**_: float) -> None:
        raise TimeoutError

    def after_a_death(crew: ClusterCrew, future: Any) -> Iterator[tuple[object, object]]:
        if not killed:
            (worker,) = crew.client.who_has([future])[future.key]
            killed.append(crew.client.run(os.getpid, workers=[worker])[worker])
            os.kill(killed[0], signal.SIGKILL)
            if late:
                future.result = never
            else:
                future._state.lose()  # what the scheduler's word does, until the bundle has run again
        return outcome(crew, future)

    monkeypatch.setattr(ClusterCrew, "_outcome", after_a_death)
    with cluster("local:2"):
        assert sorted(results(list(range(40)))) == list(range(40))  # type: ignore[type-var]
    assert killed


def test_an_error_of_a_bundle_says_where_it_was_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    with cluster("local:1"):
        (error,) = run_tasks(work, ["raise"], lambda task, error: error, limit=LIMIT)
    assert isinstance(error, RuntimeError)
    assert 'raise RuntimeError("first line' in error.__notes__[0]


def test_a_task_whose_worker_died_is_tried_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    with cluster("local:2"):
        assert sorted(map(str, results([("die once", str(tmp_path / "mark")), 1]))) == ["1", "second time"]


def test_a_task_that_runs_out_of_memory_is_run_again_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    (once := tmp_path / "once").mkdir()
    (always := tmp_path / "always").mkdir()
    with cluster("local:2"):
        assert results([("memory", str(once), 1)]) == ["enough"]
        ((found, why),) = results([("memory", str(always), 9)])  # type: ignore[misc]
        assert results([1]) == [1]  # no worker is lost
    assert (found, why.rpartition(": ")[2]) == ("failed", "ran out of memory, twice")
    assert len(list(always.iterdir())) == 2


def test_a_task_that_is_run_again_is_run_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a worker of another process than the one in which its memory ran out."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    mark = tmp_path / "mark"
    with cluster("local:2"):
        (second,) = results([("memory once", str(mark))])
    assert int(mark.read_text()) != second


class Data:
    """Data of a function, which count in this process how often they are sent away."""

    sent = 0

    def __reduce__(self) -> tuple[object, ...]:
        Data.sent += 1
        return list, ((1, 2, 3),)


def test_the_data_of_a_function_travel_once_and_not_with_each_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    monkeypatch.setattr("sparse_limits.numerics.processes.cluster.BUNDLE", 0.0)  # each task by itself
    monkeypatch.setattr(Data, "sent", 0)
    with cluster("local:2"):
        found = list(run_tasks(partial(sum_with, Data()), list(range(20)), failed, limit=LIMIT))
    assert sorted(found) == [6 + task for task in range(20)]
    assert 1 <= Data.sent < 5


def without_seconds(found: object) -> object:
    if isinstance(found, dict):
        return {name: without_seconds(value) for name, value in found.items() if name != "seconds"}
    return [without_seconds(each) for each in found] if isinstance(found, (list, tuple)) else found


def test_the_run_of_claims_is_that_of_one_machine(dask) -> None:
    for _ in range(2):
        dask.worker()
    here = verify(["N1", "R1.1"])
    with cluster(dask.address):
        there = verify(["N1", "R1.1"])
    assert without_seconds(summarise(there)) == without_seconds(summarise(here))


def test_workers_join_late_and_die_in_the_middle(dask, wait_for) -> None:
    first = dask.worker()
    found: list[object] = []

    def run() -> None:
        with cluster(dask.address):
            for each in run_tasks(work, [("pid after", 0.3)] * 60, failed, limit=LIMIT):
                found.append(each)

    running = threading.Thread(target=run)
    running.start()
    second = dask.worker()
    wait_for(lambda: {first.pid, second.pid} <= set(found))
    first.kill()
    killed_at = len(found)
    running.join(120)
    assert killed_at < len(found) == 60
    assert set(found) == {first.pid, second.pid}


def test_memory_that_runs_out_is_reported(dask) -> None:
    dask.worker("--nanny", "--memory-limit", "500MB")
    with cluster(dask.address):
        ((found, why),) = results([("grow", 2000)])
        assert found == "failed"
        assert "the workers that ran it died" in why
        assert results([1]) == [1]  # the nanny has started another


def test_a_worker_with_other_versions_is_refused_by_name(dask, tmp_path: Path) -> None:
    other = tmp_path / "other.py"
    other.write_text(
        "from sparse_limits.numerics.processes import cluster_worker\n"
        "here = cluster_worker.installed()\n"
        "cluster_worker.installed = lambda: {**here, 'numpy': '1.0', 'scipy': 'not installed'}\n"
    )
    dask.worker("--no-nanny", "--preload", str(other))
    said = r"numpy is 1\.0, expected [0-9.]+; scipy is not installed, expected"
    with pytest.raises(InputError, match=said), cluster(dask.address):
        pass


def test_a_scheduler_without_workers_is_refused(dask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sparse_limits.numerics.processes.cluster.FIRST_WORKER", 1.0)
    with pytest.raises(InputError, match="which has no worker, expected one within 1 s"), cluster(dask.address):
        pass


def test_a_run_whose_workers_have_left_ends(dask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sparse_limits.numerics.processes.cluster.NO_WORKER", 2.0)
    only = dask.worker()
    with cluster(dask.address):
        running = run_tasks(work, [1, ("sleep", 600)], failed, limit=LIMIT)
        assert next(running) == 1
        only.kill()
        with pytest.raises(LostTaskError, match="no worker for 2 s, what was finished before is not lost"):
            list(running)


@pytest.mark.parametrize("address", ["local:0", "local:many", "local:-1", "local:2000", "local:"])
def test_local_workers_are_counted_from_1(address: str) -> None:
    with pytest.raises(InputError, match="expected from 1 to 1024 local workers"), cluster(address):
        pass


@pytest.mark.parametrize("address", ["nowhere", "tcp://127.0.0.1:1", "http://", ""])
def test_where_no_scheduler_answers(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sparse_limits.numerics.processes.cluster.ANSWER", 1.0)
    with (
        pytest.raises(InputError, match="where no scheduler answers, expected the address of a dask"),
        cluster(address),
    ):
        pass


@pytest.mark.parametrize("address", [None, 3, b"local:2", ["local:2"]])
def test_an_address_is_a_text(address: object) -> None:
    with pytest.raises(InputError, match="expected the address of a dask scheduler"), cluster(address):  # type: ignore[arg-type]
        pass


@pytest.mark.parametrize("jobs", [available_cores(), available_cores() + 1])
def test_processes_beside_a_cluster_are_refused(jobs: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Also as many processes as there are without the option."""
    assert main(["verify", "N1", "--jobs", str(jobs), "--cluster", "local:2"]) == 2
    assert "--cluster: not allowed with argument --jobs" in capsys.readouterr().err


def test_a_ledger_of_ones_own_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sparse_limits.numerics.ledger.verification.current_client", lambda: "a cluster")
    with pytest.raises(InputError, match="cluster is given, expected none with a ledger of your own"):
        verify(ledger=str(ROOT / "docs" / "examples" / "own_theorem" / "one_of_m.py"))


def test_a_module_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sparse_limits.numerics.prediction.question.current_client", lambda: "a cluster")
    with pytest.raises(InputError, match="cluster is given with a module, expected widths with it"):
        predict("snip", "digits", "own.py:build")


def test_predictions_are_those_of_one_machine() -> None:
    """Of all layers, and of the first with a prediction for each network."""
    calls = (
        {"network": [24, 24], "units": 256, "networks": 3},
        {"network": [24], "scope": "first", "residual": "output", "fresh_rows": 500, "networks": 3},
    )
    here = [predict("snip", "digits", samples=60, **each) for each in calls]  # type: ignore[arg-type]
    with cluster("local:2"):
        there = [predict("snip", "digits", samples=60, **each) for each in calls]  # type: ignore[arg-type]
    layers = [[(layer.predicted, layer.observed, layer.sd) for layer in found.layers] for found in (here[0], there[0])]
    assert layers[0] == layers[1]
    np.testing.assert_array_equal(here[1].observed_columns, there[1].observed_columns)
    np.testing.assert_array_equal(here[1].columns, there[1].columns)


def test_mutants_students_and_reports_are_those_of_one_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    submit, sent = ClusterCrew._submit, []

    def counted(crew: ClusterCrew, tasks: list[object], again: bool, where: list[str]) -> None:
        sent.append(len(tasks))
        submit(crew, tasks, again, where)

    calls: list[Callable[[], object]] = [
        lambda: mutate("N1", every=5).results,
        lambda: study("lifts", sizes=(4, 8), seeds=3, time=5.0),
        lambda: report(widths=(24,), samples=60, methods=("snip",), networks=3, learning=False).summary,
    ]
    here = [call() for call in calls]
    monkeypatch.setattr(ClusterCrew, "_submit", counted)
    with cluster("local:2"):
        for call, expected in zip(calls, here, strict=True):
            same = repr(call()) == repr(expected)  # a nan is no other nan's equal
            assert same
            assert sum(sent) > 1
            sent.clear()


def test_without_distributed_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match="distributed is not installed"), cluster("local:2"):
        pass
