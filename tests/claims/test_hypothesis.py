"""H6.1: SynFlow, a weight at a time, passes through the cores that the claim speaks of."""

import numpy as np
import pytest


def scores(weights, masks):
    """Of a network with one hidden layer: |w| times the flow on the other side of its neuron; −1 for what is removed."""
    first, second = (weight * mask for weight, mask in zip(weights, masks, strict=True))
    into, out_of = first.sum(axis=1), second.sum(axis=0)
    return [np.where(masks[0], first * out_of[:, None], -1.0), np.where(masks[1], second * into, -1.0)]


def core(weights, level):
    """The largest set of weights whose scores in it are all at least the level."""
    masks = [np.ones(weight.shape, bool) for weight in weights]
    while True:
        left = [score >= level for score in scores(weights, masks)]
        if all((a == b).all() for a, b in zip(left, masks, strict=True)):
            return masks
        masks = left


@pytest.mark.parametrize("seed", range(5))
def test_removal_of_the_smallest_score_passes_through_every_core(seed):
    rng = np.random.default_rng(seed)
    weights = [rng.random((4, 5)), rng.random((5, 4))]
    masks = [np.ones(weight.shape, bool) for weight in weights]
    highest, passed = 0.0, 0
    while any(mask.any() for mask in masks):
        found = scores(weights, masks)
        least = min(float(score[mask].min()) for score, mask in zip(found, masks, strict=True) if mask.any())
        if least > highest:  # what is left has no smaller score: it is the core of every level up to this one
            highest, passed = least, passed + 1
            assert all((a == b).all() for a, b in zip(core(weights, least), masks, strict=True))
        layer = next(k for k in (0, 1) if masks[k].any() and found[k][masks[k]].min() == least)
        masks[layer] &= found[layer] != least
    assert passed > 5
