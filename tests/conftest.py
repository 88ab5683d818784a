"""What the tests share: one run of the whole ledger, and examples without a deadline."""

from __future__ import annotations

import pytest
from hypothesis import settings

settings.register_profile("patient", deadline=None)  # a busy machine is no failure
settings.load_profile("patient")


@pytest.fixture(scope="session")
def ledger_run():
    """Every claim with all its checks and controls, at effort `quick` and seed 0."""
    from numerics.evidence.verification import verify

    return verify(jobs=2)
