"""Tests that have passed in one environment are left out in another: `pytest --note-passed FILE`, then `pytest --without FILE`."""

from __future__ import annotations

from pathlib import Path

import pytest

PASSED = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("passed")
    group.addoption("--note-passed", type=Path, metavar="FILE", help="write the names of the tests that pass")
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
    """What has passed, written at the end."""

    def __init__(self, file: Path) -> None:
        self._file, self._names = file, list[str]()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            self._names.append(report.nodeid.rpartition("@")[0] if "@" in report.nodeid else report.nodeid)

    def pytest_sessionfinish(self) -> None:
        self._file.write_text("".join(f"{name}\n" for name in self._names), "utf-8")
