"""Tasks with a store: each runs once, what failed runs again, and a result comes back as what it was."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from stored_cases import Answer, Asked, square

from sparse_limits.numerics.evidence.findings import Scope
from sparse_limits.numerics.evidence.outcomes import CheckResult, ControlResult
from sparse_limits.numerics.store import Store, keys, run_stored, tasks


def answers(folder: Path, log: Path, numbers: list[int], **how: object) -> dict[float, bool]:
    """The squares of numbers, each with whether it was kept; -1 for a task that failed."""
    found = run_stored(
        Store(folder),
        square,
        [Asked(each, str(log)) for each in numbers],
        lambda task, error: Answer(-1.0, (), {}),
        **how,
    )
    results = list(found)
    assert all(each.result[1:] in (((float("inf"), 0.1), {"ä": ["b"]}), ((), {})) for each in results)
    assert all(type(each.result) is Answer for each in results)
    return {each.result.square: each.kept for each in results}


def test_a_task_runs_once_and_one_that_failed_runs_again(tmp_path: Path) -> None:
    folder, log = tmp_path / "store", tmp_path / "log"
    assert answers(folder, log, [2, 3]) == {4: False, 9: False}
    assert answers(folder, log, [3, 4, 13, 666]) == {9: True, 16: False, -1: False}
    assert answers(folder, log, [2, 3, 4, 13]) == {4: True, 9: True, 16: True, -1: False}
    ran = log.read_text().split()
    assert [ran.count(each) for each in ("2", "3", "4", "13")] == [1, 1, 1, 2]


def test_what_is_not_worth_keeping_is_not_kept(tmp_path: Path) -> None:
    folder, log = tmp_path / "store", tmp_path / "log"
    few = {"worth": lambda result: result.square < 5}
    assert answers(folder, log, [2, 3], **few) == {4: False, 9: False}
    assert answers(folder, log, [2, 3], **few) == {4: True, 9: False}


def test_other_code_gives_nothing(tmp_path: Path) -> None:
    folder, log = tmp_path / "store", tmp_path / "log"
    assert answers(folder, log, [2], modules=lambda task: ["sparse_limits.theory.saliency.snip"]) == {4: False}
    assert answers(folder, log, [2], modules=lambda task: ["sparse_limits.theory.saliency.grasp"]) == {4: False}
    assert answers(folder, log, [2], modules=lambda task: ["sparse_limits.theory.saliency.snip"]) == {4: True}


def test_results_of_files_that_have_changed_since_the_process_began_are_neither_taken_nor_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Their keys are of the files as they are now, and what runs here may be of the files as they were."""
    folder, log = tmp_path / "store", tmp_path / "log"
    files = {"snip": tmp_path / "one.py", "grasp": tmp_path / "two.py"}
    for file in files.values():
        file.write_text("a = 1\n")
    monkeypatch.setattr(tasks, "files_of", lambda modules: frozenset(files[each.split(".")[-1]] for each in modules))
    monkeypatch.setattr(keys, "BEGAN", time.time_ns())

    def run(word: str, numbers: list[int], after: Callable[[], object] = lambda: None) -> dict[float, bool]:
        return answers(
            folder,
            log,
            numbers,
            modules=lambda task: [f"sparse_limits.theory.saliency.{word}"],
            worth=lambda _: not after(),
        )

    assert [run("snip", [2]), run("snip", [2]), run("grasp", [2])] == [{4: False}, {4: True}, {4: False}]
    assert run("snip", [3], lambda: files["snip"].write_text("a = 2\n") and None) == {9: False}  # changed meanwhile
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "one.py has changed since this process began: results that depend on it are neither taken nor kept" in said
    assert [run("snip", [2]), run("snip", [3]), run("grasp", [2])] == [{4: False}, {9: False}, {4: True}]
    files["grasp"].unlink()
    assert run("grasp", [2]) == {4: False}
    monkeypatch.setattr(keys, "BEGAN", time.time_ns() + 10**9)  # of a process that begins later
    assert [run("snip", [2]), run("snip", [3])] == [{4: True}, {9: False}]


def test_a_file_that_was_written_long_ago_may_have_come_just_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = tmp_path / "old.py", tmp_path / "new.py"
    old.write_text("a = 1\n")
    new.write_text("a = 2\n")
    os.utime(new, ns=(0, 0))
    monkeypatch.setattr(keys, "BEGAN", time.time_ns())
    assert keys.changed([old, new]) == frozenset()
    time.sleep(0.05)  # clocks of file systems are coarse
    shutil.copy2(new, old)
    assert keys.changed([old]) == {old}


def test_without_a_store_every_task_runs(tmp_path: Path) -> None:
    found = list(run_stored(None, square, [Asked(2, str(tmp_path / "log"))], pytest.fail))
    assert [(each.result.square, each.kept) for each in found] == [(4, False)]


def test_no_other_task_is_begun_after_the_time(tmp_path: Path) -> None:
    assert list(run_stored(None, square, [Asked(2, str(tmp_path / "log"))], pytest.fail, until=0.0)) == []


def test_a_result_of_a_check_comes_back_as_it_was(tmp_path: Path) -> None:
    control = ControlResult("ten per cent more", "refuted", "differs by 0.1 at τ = 1/2", Scope.SIZES)
    result = CheckResult(
        *("S4", "name", "statistical", "holds", "detail", "description", 0.1 + 0.2),
        *((control,), 2, (float("inf"), 1e-300), ("a table",), "a step", {"kernel": Scope.ALL}),
    )
    store = Store(tmp_path)
    store.add("a" * 64, "S4", msgspec.to_builtins(result))
    (found,) = Store(tmp_path).find("a" * 64)
    assert msgspec.convert(found, CheckResult) == result
