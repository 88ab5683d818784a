"""Small data sets that several tests predict from, and what is said of data that are refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_wine

from sparse_limits.numerics.data import Dataset, load_data
from sparse_limits.theory.input_error import InputError


def made(samples: int = 60, inputs: int = 12, outputs: int = 1, seed: int = 0) -> Dataset:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((samples, inputs)) * np.linspace(0.3, 2, inputs) + 0.3
    return Dataset(x, rng.standard_normal((samples, outputs)) + 0.5, "made", "as-is")


def wine(constant: float | None, label: int) -> Dataset:
    """Standardised columns of wine, one class against the rest, and perhaps a raw constant column."""
    x, y = load_wine(return_X_y=True)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    columns = x if constant is None else np.column_stack([x, np.full(len(x), constant)])
    return Dataset(columns, np.where(y == label, 1.0, -1.0)[:, None], "wine", "one class")


def refused(*arguments: Any, **options: Any) -> str:
    """The one line that `load_data` says of data that it does not take."""
    with pytest.raises(InputError) as caught:
        load_data(*arguments, **options)
    said = str(caught.value)
    assert "\n" not in said
    assert "expected" in said
    return said
