"""What tests of this folder are given."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from bad_cases import IN, MASK, OUT, X, Y


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    np.savez("x.npz", x=X, y=Y)
    np.save("mask.npy", MASK)
    np.savez("net.npz", weights_1=IN, weights_2=OUT)
    return tmp_path
