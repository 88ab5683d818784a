"""Many masked networks of several hidden layers, against one at a time."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.networks import Network
from sparse_limits.numerics.networks.many_layers import ManyNetworks, passes, train_layers
from sparse_limits.numerics.networks.network import ACTIVATIONS
from sparse_limits.numerics.networks.training import train


def networks(widths: tuple[int, ...], number: int = 3) -> ManyNetworks:
    rng = np.random.default_rng(7)
    shapes = [(number, high, low) for low, high in pairwise(widths)]
    masks = [(rng.random(shape) < 0.6).astype(float) for shape in shapes]
    weights = [rng.standard_normal(shape) for shape in shapes]
    return ManyNetworks(weights, masks, rng.standard_normal((number, widths[-1])))


@pytest.mark.parametrize("widths", [(3, 6), (3, 6, 5), (4, 7, 6, 5)])
def test_each_is_trained_as_it_would_be_alone(widths):
    rng, many = np.random.default_rng(1), networks(widths)
    x, y = rng.standard_normal((5, widths[0])), rng.standard_normal(5)
    losses = train_layers(many, x, y, step=0.2, steps=12)
    for place, found in enumerate(losses):
        weights = [each[place] for each in many.weights]
        alone = Network((*weights, many.readout[place][None]), ACTIVATIONS["normalised relu"])
        masks = [each[place] > 0 for each in many.masks]
        wanted = train(alone, x, y, masks=masks, step=0.2, steps=12, centred=True).losses
        assert np.allclose(found, wanted, rtol=1e-10)
    assert (np.ptp(losses, axis=1) > 1e-3).any()


def test_what_leaves_is_the_slope_of_the_output():
    many = networks((3, 6, 5)).checked(3)
    x = np.random.default_rng(2).standard_normal((4, 3))
    seen = passes(many, x)
    moved = many.checked(3)
    moved.weights[0][0, 2, 1] += 1e-6
    slope = (passes(moved, x).output[0] - seen.output[0]) / 1e-6
    assert np.allclose(slope, seen.leaving[0][0, 2] * x[:, 1] / np.sqrt(3), atol=1e-5)


@pytest.mark.parametrize("step", [1e300, 1e308])
def test_a_loss_that_overflows_is_infinite(step):
    losses = train_layers(networks((3, 6, 5)), np.eye(3), np.ones(3), step=step, steps=12)
    assert np.isinf(losses[:, -1]).all()
    assert np.isfinite(losses[:, 0]).all()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"masks": [np.full((3, 6, 3), 2.0)]}, "masks has shape"),
        ({"masks": []}, "do not fit"),
        ({"weights": [np.zeros((3, 6, 2))]}, "weights has shape"),
        ({"readout": np.zeros((3, 4))}, "readout has shape"),
    ],
)
def test_bad_input_gets_one_line(change, said):
    with pytest.raises(InputError, match=said):
        train_layers(networks((3, 6))._replace(**change), np.eye(3), np.ones(3), step=0.1, steps=2)
