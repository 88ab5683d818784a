"""The data of a prediction of all layers: labelled as its loss has them, and a batch of them."""

from __future__ import annotations

from os import PathLike

import numpy as np

from numerics.data import Dataset, Dropped, batch, dataset_of


def dataset_for(
    loss: str,
    data: Dataset | str | PathLike[str],
    labels: str | None,
    standardise: bool | None,
    target: str | int | None,
    missing: str | None,
    drop: Dropped | None,
) -> Dataset:
    """Data as `load_data` reads them; under cross-entropy their labels are onehot unless a labelling is given."""
    if loss == "cross-entropy" and labels is None and not isinstance(data, Dataset):
        labels = "onehot"
    return dataset_of(data, labels, standardise, target, missing, drop)


def batch_for(
    loss: str,
    data: Dataset | str | PathLike[str],
    labels: str | None,
    standardise: bool | None,
    target: str | int | None,
    missing: str | None,
    drop: Dropped | None,
    samples: int,
    stream: np.random.SeedSequence,
) -> tuple[Dataset, int]:
    """A random batch of at most so many samples of `dataset_for`, and of how many samples it is one."""
    whole = dataset_for(loss, data, labels, standardise, target, missing, drop)
    return batch(whole, samples, np.random.default_rng(stream)), len(whole.x)
