"""What tests of the cut norm share."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

from hypothesis import strategies as st

SIDES = st.tuples(st.integers(1, 4), st.integers(1, 4))


REALS = st.floats(-1e3, 1e3, width=32)


def brute_force(A):
    """The largest |sum| over all pairs of sets, in exact arithmetic."""
    entries = [[Fraction(float(x)) for x in row] for row in A]
    m, n = len(entries), len(entries[0])
    sums = (
        sum(x for row, s in zip(entries, rows, strict=True) if s for x, t in zip(row, columns, strict=True) if t)
        for rows in product((0, 1), repeat=m)
        for columns in product((0, 1), repeat=n)
    )
    return max(map(abs, sums)) / (m * n)
