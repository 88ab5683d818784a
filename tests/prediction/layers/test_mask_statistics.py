"""What masks keep at other densities, and when layers keep their first weights: as the masks themselves say."""

import numpy as np
import pytest

from sparse_limits.numerics.masks.selection import kept_count
from sparse_limits.numerics.prediction.layers.mask_statistics import mask_statistics, masks_of
from sparse_limits.numerics.prediction.settings import Settings


@pytest.mark.parametrize("seed", range(40))
def test_curves_and_first_weights_are_those_of_masks_where_scores_tie(seed):
    """Scores of one decimal: many are equal, in one layer and in several."""
    rng = np.random.default_rng(seed)
    shapes = [tuple(rng.integers(1, 7, 2)) for _ in range(rng.integers(1, 4))]
    scores = {str(at): np.round(rng.exponential(size=shape), 1) + 0.1 for at, shape in enumerate(shapes)}
    total, first = sum(each.size for each in scores.values()), int(rng.integers(1, 6))
    curve = tuple(count / total for count in range(1, total))
    kept, _ = mask_statistics(scores, Settings(method="snip", density=0.5, curve=curve), None, first=first)
    counts = np.zeros((total + 1, len(scores)), int)  # of each layer among so many weights of all
    counts[total] = [each.size for each in scores.values()]
    for density, shares in zip(curve, kept.curve, strict=True):
        masks = masks_of(scores, "snip", density, "global")
        assert shares.tolist() == [mask.mean() for mask in masks.values()]
        counts[kept_count(density, total)] = [mask.sum() for mask in masks.values()]
    for layer, (each, firsts) in enumerate(zip(scores.values(), kept.firsts, strict=True)):
        expected = [np.argmax(counts[:, layer] >= count) for count in range(1, min(first, each.size) + 1)]
        assert (firsts * total).round(9).tolist() == expected


def test_a_score_of_zero_is_no_first_weight():
    scores = {"1": np.array([[0.0, 0.0]]), "2": np.array([[3.0, 0.0]])}
    kept, _ = mask_statistics(scores, Settings(method="snip", density=0.25), None, first=2)
    assert [each.tolist() for each in kept.firsts] == [[], [0.25]]
