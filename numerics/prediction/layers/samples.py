"""The data of a prediction of all layers: labelled as its loss has them, and a batch of them."""

from __future__ import annotations

import numpy as np

from numerics.data import Data, Dataset, batch, dataset_of


def dataset_for(loss: str, data: Data) -> Dataset:
    """Data as `load_data` reads them; under cross-entropy their labels are onehot unless a labelling is given."""
    return dataset_of(data, "onehot" if loss == "cross-entropy" else None)


def batch_for(loss: str, data: Data, samples: int, stream: np.random.SeedSequence) -> tuple[Dataset, int]:
    """A random batch of at most so many samples of `dataset_for`, and of how many samples it is one."""
    whole = dataset_for(loss, data)
    return batch(whole, samples, np.random.default_rng(stream)), len(whole.x)
