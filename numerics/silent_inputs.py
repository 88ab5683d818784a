"""Inputs that say nothing of their own: constant ones, those that repeat another, and those that count the rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


def constant_inputs(x: Floats) -> NDArray[np.bool_]:
    """Whether each input is the same on all samples."""
    found: NDArray[np.bool_] = (x == x[0]).all(axis=0)
    return found


def repeated_inputs(x: Floats) -> list[tuple[int, int]]:
    """Inputs that vary and are the same as an earlier one, as pairs: the earlier input, then the later one."""
    seen: dict[bytes, int] = {}
    firsts = [(seen.setdefault(x[:, at].tobytes(), at), at) for at in np.flatnonzero(~constant_inputs(x)).tolist()]
    return [pair for pair in firsts if pair[0] != pair[1]]


def counting_inputs(x: Floats) -> list[int]:
    """Inputs that count the rows of three samples or more, from 0 or 1."""
    counting = np.arange(len(x))[:, None] + np.array([0, 1])
    return [column for column in range(x.shape[1]) if len(x) > 2 and (x[:, column, None] == counting).all(axis=0).any()]
