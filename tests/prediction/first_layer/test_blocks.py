"""Gradients of many samples, taken in blocks."""

from __future__ import annotations

import numpy as np
import pytest

from sparse_limits.numerics.networks import gradient, random_network
from sparse_limits.numerics.prediction.methods import saliency


@pytest.mark.parametrize("first_layer", [False, True])
def test_blocks_of_samples_add_up_to_all_of_them(monkeypatch, first_layer):
    rng = np.random.default_rng(8)
    network = random_network((6, 20, 10, 2), rng)
    x, r = rng.standard_normal((23, 6)), rng.standard_normal((23, 2))
    slopes = gradient(network, x, r, first_layer=first_layer)
    monkeypatch.setattr(
        "sparse_limits.numerics.prediction.methods.AT_ONCE", 5 * 20
    )  # four blocks of five samples, and one of three
    for score, weight, slope in zip(
        saliency("snip", network, x, r, first_layer=first_layer), network.weights, slopes, strict=False
    ):
        np.testing.assert_allclose(score, abs(weight * slope), rtol=1e-12, atol=1e-15)
