"""What tests of `fit` share."""

from __future__ import annotations

import numpy as np

from sparse_limits.numerics.masks.selection import top_k_mask

RNG = np.random.default_rng(0)


NOISE = np.abs(RNG.standard_normal((256, 64)))


ROW, COLUMN = np.exp(0.8 * RNG.standard_normal((256, 1))), np.exp(0.8 * RNG.standard_normal(64))


MASKS = {
    "homogeneous": top_k_mask(NOISE, 2000),
    "row": top_k_mask(NOISE * ROW, 2000),
    "column": top_k_mask(NOISE * COLUMN, 2000),
    "row and column": top_k_mask(NOISE * ROW * COLUMN, 2000),
}
