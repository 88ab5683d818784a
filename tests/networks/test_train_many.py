"""Many networks trained at once are the networks trained one after the other."""

from __future__ import annotations

import numpy as np
import pytest

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.networks import ACTIVATIONS, Network, train
from sparse_limits.numerics.networks.many import train_many


def networks(count: int = 3, width: int = 20, inputs: int = 4) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(7)
    masks = rng.random((count, width, inputs)) < 0.5
    return rng.standard_normal(masks.shape), rng.standard_normal((count, width)), masks


def test_each_network_is_trained_as_alone() -> None:
    weights, readout, masks = networks()
    rng = np.random.default_rng(8)
    x, y = rng.standard_normal((6, 4)), rng.standard_normal(6)
    losses = train_many(weights, readout, masks, x, y, step=0.5, steps=25)
    for at, mask in enumerate(masks):
        alone = Network((weights[at], readout[at][None]), ACTIVATIONS["normalised relu"])
        expected = train(alone, x, y, step=0.5, steps=25, masks=[mask.astype(float)]).losses
        assert losses[at] == pytest.approx(expected, rel=1e-10)


def test_what_was_given_stays_as_it_was() -> None:
    weights, readout, masks = networks()
    before = weights.copy(), readout.copy()
    train_many(weights, readout, masks, np.eye(4), np.ones(4), step=1.0, steps=3)
    assert np.array_equal(weights, before[0])
    assert np.array_equal(readout, before[1])


def test_a_loss_that_overflows_is_infinite() -> None:
    weights, readout, masks = networks()
    losses = train_many(weights, readout, masks, np.eye(4), np.ones(4), step=1e300, steps=1)
    assert np.isinf(losses[:, -1]).all()


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("weights", np.ones((3, 20, 5)), r"weights has shape \(3, 20, 5\), expected finite numbers \[N, n, 4\]"),
        ("readout", np.ones(20), r"readout has shape \(20,\), expected finite numbers \[3, 20\]"),
        ("masks", np.full((3, 20, 4), 2), "expected 0 or 1"),
        ("y", np.ones(3), r"y has shape \(3,\), expected \[4\]"),
        ("step", 0.0, "step is 0.0, expected a positive number"),
        ("steps", -1, "steps is -1"),
    ],
)
def test_bad_input_is_refused(name: str, value: object, message: str) -> None:
    weights, readout, masks = networks()
    arguments = {"weights": weights, "readout": readout, "masks": masks, "x": np.eye(4), "y": np.ones(4)}
    arguments |= {"step": 1.0, "steps": 2}
    with pytest.raises(InputError, match=message):
        train_many(**(arguments | {name: value}))  # type: ignore[arg-type]
