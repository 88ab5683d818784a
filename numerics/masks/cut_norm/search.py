"""Large cuts by sign alternation: the best rows given the columns, the best columns given the rows, in turns."""

from __future__ import annotations

import numpy as np

from sparse_limits.numerics.masks.cut_norm.linear import Array, Linear

_COARSE = 1e-3  # a start or a generation gains if it does so by this fraction: the next generation does better
_SINGLE = 2**14  # entries from which a search is in single precision
_PATIENCE = 4  # generations without a gain


def for_search(values: Array) -> Array:
    """The values in the precision of a search, which proves nothing."""
    return values.astype(np.float32) if values.size > _SINGLE else values


def signs(array: Array) -> Array:
    found: Array = np.copysign(array.dtype.type(1), array)
    return found


def alternated(b: Linear, across: Array, gain: float = 1e-6) -> tuple[Array, Array]:
    """max xᵀBy by alternation from each column y of `across` [n, k], entries ±1, until a step gains less than the given
    fraction: the values [k] and the y [n, k]."""
    reached, ends = np.zeros(across.shape[1]), across.copy()
    live = np.arange(across.shape[1])
    while live.size:
        sums = b.backward(signs(b.forward(across)))
        values = np.abs(sums).sum(axis=0, dtype=np.float64)
        across = signs(sums)
        ends[:, live] = across
        gaining = values > reached[live] * (1 + gain)
        reached[live] = values
        live, across = live[gaining], across[:, gaining]
    return reached, ends


def evolved(b: Linear, across: Array, rng: np.random.Generator, generations: int) -> Array:
    """The best y found from the columns of `across` [n, k]: random combinations of the better half of the local optima
    start the next alternations, until a few generations have brought no gain, at most so many."""
    values, across = alternated(b, across, _COARSE)
    elite, best, idle = (len(values) + 1) // 2, 0.0, 0
    for _ in range(generations):
        idle, best = (0, values.max()) if values.max() > best * (1 + _COARSE) else (idle + 1, best)
        if idle == _PATIENCE:
            break
        order = np.argsort(-values, kind="stable")[:elite]
        values, across = values[order], across[:, order]
        mixed = signs(across @ rng.standard_normal((elite, elite)).astype(across.dtype))
        more, found = alternated(b, mixed, _COARSE)
        values, across = np.concatenate([values, more]), np.concatenate([across, found], axis=1)
    values, across = alternated(b, across[:, np.argsort(-values, kind="stable")[: elite // 2]])
    return across[:, values.argmax()]


def polished(a: Linear, across: Array) -> tuple[Array, Array]:
    """Row and column masks of a cut that neither side can improve, from signs y [n + 1] of the bordered matrix."""
    columns = across[:-1] == across[-1]
    reached, rows = 0.0, np.zeros(a.shape[0], bool)
    best = rows, np.zeros(a.shape[1], bool)
    while True:
        rows, _ = _best_side(a.forward(columns.astype(np.float64)[:, None])[:, 0])
        columns, value = _best_side(a.backward(rows.astype(np.float64)[:, None])[:, 0])
        if value <= reached * (1 + 1e-12):
            return best
        reached, best = value, (rows, columns)


def _best_side(sums: Array) -> tuple[Array, float]:
    """The entries of the sign with the larger total, and that total."""
    positive, negative = float(np.maximum(sums, 0).sum()), float(np.maximum(-sums, 0).sum())
    return (sums > 0, positive) if positive >= negative else (sums < 0, negative)
