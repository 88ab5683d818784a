"""Tests that have passed, in another environment or before a run was killed, are left out: `pytest --note-passed FILE`, `--without FILE`."""

from __future__ import annotations

from pathlib import Path

import pytest

PASSED = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("passed")
    group.addoption("--note-passed", type=Path, metavar="FILE", help="add the name of each test that passes")
    group.addoption("--without", type=Path, metavar="FILE", help="leave out the tests with these names")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("note_passed") and not hasattr(config, "workerinput"):  # workers of xdist report to one process
        config.pluginmanager.register(Notes(config.getoption("note_passed")))


@pytest.hookimpl(tryfirst=True)  # before xdist adds a test's group to its name
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if (file := config.getoption("without")) is None:
        return
    known = set(file.read_text("utf-8").splitlines())
    left_out = [item for item in items if item.nodeid in known]
    items[:] = [item for item in items if item.nodeid not in known]
    config.hook.pytest_deselected(items=left_out)


class Notes:
    """What has passed, written as it passes: a run that is killed keeps it."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            name = report.nodeid.rpartition("@")[0] if "@" in report.nodeid else report.nodeid
            with self._file.open("a", encoding="utf-8") as notes:
                notes.write(f"{name}\n")
