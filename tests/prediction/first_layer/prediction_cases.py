"""What tests of predictions share."""

from __future__ import annotations

import numpy as np

from sparse_limits.numerics.data import Dataset
from sparse_limits.numerics.networks import random_network
from sparse_limits.numerics.prediction.first_layer.observation import Observation, observe, score
from sparse_limits.numerics.prediction.first_layer.prediction import Prediction, predict
from sparse_limits.numerics.prediction.first_layer.row_law import posed


def trial(
    method: str, data: Dataset, density: float = 0.1, width: int = 512, rows: int = 3000, **options: object
) -> tuple[Prediction, Observation]:
    """A network pruned beside its prediction."""
    rng = np.random.default_rng(11)
    depth = options.get("depth", 1)
    network = random_network((data.x.shape[1], *[width] * depth, data.y.shape[1]), rng)
    prediction = predict(posed(method, density, width, data, network, **options), rows, rng)
    return prediction, observe(prediction, network, rng)


def ratio(prediction: Prediction, seen: Observation, name: str) -> float:
    law = prediction.law.densities
    return score(prediction.predictors[name], seen.densities, law, prediction.problem.width).ratio
