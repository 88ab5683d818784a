"""Nodes of a latent with equal rows are one node, in the order that NumPy's own sorting of rows has."""

from __future__ import annotations

import numpy as np

from sparse_limits.numerics.kernels.graphon import _sortable


def test_rows_sort_as_numbers_do():
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 3, (60, 4)) * 10.0 ** rng.integers(-3, 4, (1, 4))
    rows[0] *= -0.0
    rows = np.vstack([rows, np.zeros(4), [0.0, 1e-300, 1.0, 1e300]])
    expected, member = np.unique(np.abs(rows), axis=0, return_inverse=True)
    _, first, found = np.unique(_sortable(rows), return_index=True, return_inverse=True)
    assert np.array_equal(np.abs(rows[first]), expected)
    assert np.array_equal(found.ravel(), member.ravel())
    assert len(expected) < len(rows)
