"""What the tests share: one run of the whole ledger, and examples without a deadline."""

from __future__ import annotations

import pytest
from hypothesis import settings

settings.register_profile("patient", deadline=None)  # a busy machine is no failure
settings.load_profile("patient")


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep a file's tests in one process of `pytest -n`, and all that need the run of the ledger in one: it runs once.

    The ledger and the book, which take minutes, come first, so that no process waits for the other at the end.
    """
    for item in items:
        shared = "ledger_run" in getattr(item, "fixturenames", ())
        item.add_marker(pytest.mark.xdist_group("ledger" if shared else item.path.stem))
    items.sort(key=lambda item: next(item.iter_markers("xdist_group")).args[0] not in ("ledger", "test_book"))


@pytest.fixture(scope="session")
def ledger_run():
    """Every claim with all its checks and controls, at effort `quick` and seed 0."""
    from numerics.evidence.verification import verify

    return verify(jobs=2)
