"""Masks averaged in an order that other entries gave."""

from __future__ import annotations

import numpy as np
import pytest

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.masks.sorting import cross_fitted, smoothed


def test_random_masks_have_no_slope():
    """Each average has the mean ρ, where entries that sort themselves have more in one corner and less in the other."""
    rng, masks, density = np.random.default_rng(0), 300, 0.2
    drawn = rng.random((masks, 60, 50)) < density
    fair = np.array([cross_fitted(mask, 4, rng) for mask in drawn])
    error = fair.std(axis=0, ddof=1) / np.sqrt(masks)
    assert (np.abs(fair.mean(axis=0) - density) < 4.5 * error).all()  # 16 averages: a chance of 1e-4
    sorted_ = np.mean([smoothed(mask, 4) for mask in drawn], axis=0)
    assert sorted_[0, 0] < density - 20 * error[0, 0]
    assert sorted_[-1, -1] > density + 20 * error[-1, -1]


def test_a_graphon_with_a_gradient_keeps_it():
    rng = np.random.default_rng(0)
    u = (np.arange(400) + 0.5) / 400
    graphon = 0.8 * u[:, None] * u
    found = np.mean([cross_fitted(rng.random(graphon.shape) < graphon, 4, rng) for _ in range(10)], axis=0)
    blocks = 0.8 * np.outer(*[(np.arange(4) + 0.5) / 4] * 2)
    # sums over 200 entries place a row within 0.5/√200/0.4 = 0.09: of the slope 0.8 half of that is lost at a block's edge
    np.testing.assert_allclose(found, blocks, atol=0.036)


def test_the_average_of_all_blocks_is_the_density():
    rng = np.random.default_rng(0)
    mask = rng.random((40, 24)) < 0.3
    assert cross_fitted(mask, 2, rng).mean() == pytest.approx(mask.mean(), rel=1e-12)


@pytest.mark.parametrize(
    ("mask", "blocks"), [(np.ones((4, 4)), 3), (np.ones((4, 4)), 0), (np.full((4, 4), 2), 1), (np.ones((0, 4)), 1)]
)
def test_what_cannot_be_averaged_is_refused(mask, blocks):
    with pytest.raises(InputError):
        cross_fitted(mask, blocks, np.random.default_rng(0))
