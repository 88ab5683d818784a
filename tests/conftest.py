"""What the tests share: one run of the whole ledger, files that are written, and examples without a deadline."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from book_cases import address, site  # noqa: F401 (one build for all tests of the book)
from fast import FAST
from hypothesis import settings
from long import LONG, LONG_FILES
from shards import group, shared_out

from sparse_limits.numerics.prediction.layers import validity
from sparse_limits.numerics.printing import progress

pytest_plugins = ["passed", "slices"]
settings.register_profile("patient", deadline=None)  # a busy machine is no failure
settings.load_profile("patient")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--shard", metavar="I/N", help="run the I-th of N shares of the tests, by whole groups")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # workers of xdist report to one process
        config.pluginmanager.register(Failures(config))


class Failures:
    """Names a test as soon as it fails: a run that is ended before its summary has said what failed."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._config.get_terminal_writer().line(f"\nfailed: {report.nodeid}")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """For `-m fast` import the fast files alone: to collect the others takes longer than to run these."""
    other = collection_path.suffix == ".py" and collection_path.stem not in FAST
    return True if config.getoption("markexpr") == "fast" and other else None


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep a file's tests in one process of `pytest -n`, and all that need the run of the ledger in one: it runs once.

    The ledger and the book, which take minutes, come first, so that no process waits for the other at the end.
    """
    for item in items:
        shared = "ledger_run" in getattr(item, "fixturenames", ())
        if item.get_closest_marker("xdist_group") is None:  # a page with examples goes by itself
            item.add_marker(pytest.mark.xdist_group("ledger" if shared else item.path.stem))
        if item.path.stem in FAST:
            item.add_marker(pytest.mark.fast)
        test = item.nodeid.partition("[")[0].removeprefix("tests/")
        if test in LONG or test.partition("::")[0] in LONG_FILES:
            item.add_marker(pytest.mark.sliced)
    items.sort(key=lambda item: group(item) not in ("ledger", "test_book"))
    if words := config.getoption("shard"):
        items[:], others = shared_out(items, words)
        config.hook.pytest_deselected(items=others)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Call bytes by their argument: an archive's bytes hold the time, and two processes must agree on all names."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture
def law_answers(monkeypatch):
    """Let the law of wide layers answer however narrow the layers of a test are, and whatever pruned networks keep."""
    monkeypatch.setattr(validity, "WIDE", np.inf)
    monkeypatch.setattr(validity, "SMALL", np.inf)
    monkeypatch.setattr(validity, "LEVEL", -1.0)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    """Run each test in an empty folder of its own: a relative path finds what the test wrote there, and nothing else."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def _no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    """No lines that say how far a command is: on a busy machine any may take so long that it prints some."""
    monkeypatch.setattr(progress, "WAIT", 1e6)


@pytest.fixture
def written(tmp_path):
    """Writes a text into a file in the folder of the test, and returns the file's name."""

    def write(text, name="mine.csv"):
        (tmp_path / name).write_text(text, "utf-8")
        return name

    return write


@pytest.fixture(scope="session")
def ledger_run():
    """Every claim with all its checks and controls, at effort `quick` and seed 0; results in SPARSE_LIMITS_KEEP serve again."""
    from sparse_limits.numerics.ledger.verification import verify

    return verify(jobs=2, keep=os.environ.get("SPARSE_LIMITS_KEEP") or None)
