"""The semidefinite relaxation of ‖B‖_{∞→1}, for its multipliers: they scale B so that its spectral norm is tight.

max Σ B_ij⟨u_i, v_j⟩ over unit vectors is at least ‖B‖_{∞→1}, and at most Grothendieck's constant (< 1.783) times it.
Given the v_j the best u_i is Σ_j B_ij v_j normalised, and conversely; the lengths |Σ_j B_ij v_j| and |Σ_i B_ij u_i| are
the multipliers d, d′ of the constraints. At the optimum diag(d)^{-½} B diag(d′)^{-½} has norm 1, so that
σ_max √(Σd Σd′) equals the maximum. Any other positive d, d′ give a bound too, by Cauchy and Schwarz.
"""

from __future__ import annotations

from math import inf
from typing import NamedTuple

import numpy as np

from sparse_limits.numerics.masks.cut_norm.linear import Array, Linear

_MOMENTUM = 0.8
_WARM = 5  # steps without momentum: a random start has no direction worth keeping
_FLOOR = 1e-8  # of the mean multiplier: rows of zeros have none


class Relaxation(NamedTuple):
    """Multipliers of the rows [m] and columns [n], positive, and the columns' unit vectors [n, rank] for a search."""

    row: Array
    column: Array
    vectors: Array


def relax(b: Linear, start: Array, tolerance: float, most: int, early: float = 0.0) -> Relaxation:
    """Alternating maximisation with momentum from the vectors `start` [n, rank], in their precision, until a step
    gains less than the fraction `tolerance`. The vectors are those of the first step that gains less than `early`:
    roundings of later ones find no larger cuts."""
    vectors = previous = _normalised(start)[0]
    reached, searched = 0.0, None
    for step in range(most):
        ahead = vectors if step < _WARM else _normalised(vectors + _MOMENTUM * (vectors - previous))[0]
        previous = vectors
        vectors, lengths = _normalised(b.backward(_normalised(b.forward(ahead))[0]))
        before, reached = reached, float(lengths.sum(dtype=np.float64))
        gain = abs(reached - before) if step > 2 * _WARM else inf
        if searched is None and gain <= early * reached:
            searched = vectors
        if gain <= tolerance * reached:
            break
    left, row = _normalised(b.forward(vectors))
    _, column = _normalised(b.backward(left))
    return Relaxation(_positive(row), _positive(column), vectors if searched is None else searched)


def _normalised(rows: Array) -> tuple[Array, Array]:
    lengths = np.sqrt(np.einsum("ik,ik->i", rows, rows))
    return rows / np.where(lengths > 0, lengths, 1)[:, None], lengths


def _positive(lengths: Array) -> Array:
    lengths = lengths.astype(np.float64)
    mean = lengths.mean() or 1.0
    lengths[-1] = max(lengths[-1], mean / len(lengths) ** 1.5)  # the border: sums that ought to vanish are noise
    return np.maximum(lengths, _FLOOR * mean)
