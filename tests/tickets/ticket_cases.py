"""What tests of tickets in files share."""

from __future__ import annotations

import numpy as np

from sparse_limits.numerics.equivariance import EquivariantLayer
from sparse_limits.numerics.tickets import rescaled

EPS, DELTA, POINTS = 1e-3, 0.05, 4


EXCHANGES = np.array([[1, 0, 2, 3], [1, 2, 3, 0]])


def deep_sets() -> tuple[EquivariantLayer, ...]:
    rng = np.random.default_rng(1)
    mean = np.full((POINTS, POINTS), 1 / POINTS)
    bases = np.stack([np.eye(POINTS), mean]), mean[None, :1]
    return rescaled(
        [EquivariantLayer(rng.normal(size=(2, 3, 2)), bases[0]), EquivariantLayer(rng.normal(size=(3, 2, 1)), bases[1])]
    )
