"""What tests of this folder are given."""

from __future__ import annotations

import pytest
from evidence_cases import OBSERVABLE


@pytest.fixture
def observable_level(monkeypatch):
    monkeypatch.setattr("sparse_limits.numerics.evidence.samples.LEVEL", OBSERVABLE)
