"""Workers that are copies of a command's process: the same results, limits and ends as those that import for themselves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

TESTS = Path(__file__).parent
BEGIN = """
import json, sys
from sparse_limits.numerics.processes import parallel
parallel.allow_forks()
assert parallel.workers_are_copies()
parallel.GRACE, parallel.CLOCK = 1.0, 1000.0
import this_is_only_here
from tasks import work
from sparse_limits.numerics.processes.lost_tasks import reason

def failed(task, error):
    return "failed", f"{task}: {reason(error)}"

def results(tasks, jobs=2, limit=3.0):
    return list(parallel.run_tasks(work, tasks, failed, jobs, limit))
"""


def process(text: str, tmp_path: Path) -> subprocess.Popen[str]:
    """A process that has run the beginning, and goes on with a text."""
    (tmp_path / "this_is_only_here.py").write_text("")
    path = os.pathsep.join([str(tmp_path), str(TESTS), str(TESTS.parent)])
    words = [sys.executable, "-c", BEGIN + text]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": path})


def printed(text: str, tmp_path: Path) -> list[object]:
    with process(f"print(json.dumps({text}))", tmp_path) as running:
        said, _ = running.communicate(timeout=120)
    assert running.returncode == 0
    found: list[object] = json.loads(said)
    return found


def test_copies_have_what_was_imported_and_one_thread(tmp_path):
    assert printed('results([("imported", "this_is_only_here"), "threads"], 1)', tmp_path) == [True, "1"]


def test_every_task_gives_one_result(tmp_path):
    assert sorted(printed("results(list(range(30)))", tmp_path)) == list(range(30))


def test_errors_deaths_and_limits_are_those_of_one_task(tmp_path):
    found = printed('results(["raise", "die", "leave", "endless C", "burn and catch", 1, 2], limit=0.5)', tmp_path)
    lost = {each[1].split(":")[0]: each[1] for each in found if isinstance(each, list)}
    assert sorted(each for each in found if not isinstance(each, list)) == [1, 2]
    assert lost["raise"] == "raise: RuntimeError: first line"
    assert all(lost[name].startswith(f"{name}: TerminatedWorkerError") for name in ("die", "leave"))
    assert all("did not end within 0.5 s of processor time, alone" in lost[n] for n in ("endless C", "burn and catch"))


def test_a_process_that_has_imported_sympy_does_not_fork(tmp_path):
    text = "import sympy\nfrom sparse_limits.numerics.processes import parallel\nparallel.allow_forks()\nprint(parallel.workers_are_copies())"
    assert subprocess.run([sys.executable, "-c", text], capture_output=True, text=True).stdout == "False\n"


def test_forks_that_are_forbidden_are_not_made(tmp_path):
    said = printed("(parallel.forbid_forks(), parallel.workers_are_copies(), sorted(results([1, 2])))", tmp_path)
    assert said == [None, False, [1, 2]]


def alive(pid: int) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()
    return bool(state) and not state.startswith("Z")


def test_copies_end_with_a_parent_that_is_killed(tmp_path):
    """They hold the other ends of their own pipes, which therefore do not tell them."""
    text = """
run = parallel.run_tasks(work, ["pid", "pid", "pid", ("sleep", 600), ("sleep", 600)], failed, 2, 900.0)
print(*[next(run) for _ in range(3)], flush=True)
next(run)
"""
    with process(text, tmp_path) as running:
        assert running.stdout is not None
        workers = {int(word) for word in running.stdout.readline().split()}
        assert workers
        assert all(map(alive, workers))
        running.send_signal(signal.SIGKILL)
        for _ in range(200):
            if not any(map(alive, workers)):
                return
            time.sleep(0.1)
    for each in filter(alive, workers):
        os.kill(each, signal.SIGKILL)
    raise AssertionError(f"{workers} are still there")
