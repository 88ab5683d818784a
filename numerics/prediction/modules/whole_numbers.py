"""Samples of a file of arrays that stay whole numbers, such as tokens, for a module that takes no others."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.data import ARRAYS, Dataset, DataSource, batch, dataset_of
from sparse_limits.numerics.prediction.modules.calling import taken, tried
from sparse_limits.numerics.prediction.modules.detached import detached_copy
from sparse_limits.numerics.prediction.modules.reading import check_plain

FEW = 2  # samples that the module is tried on


class _Tokens(NamedTuple):
    """What is known of a file whose inputs stay whole numbers.

    whole: whether its targets are whole numbers; flat: whether they are [N]; rows: whether the module returns [N, K].
    """

    whole: bool
    flat: bool
    rows: bool


def samples_for(
    module: nn.Module, source: DataSource, labels: str | None, samples: int, seed: int
) -> Dataset | tuple[torch.Tensor, torch.Tensor]:
    """The samples of a file, at most so many: a `Dataset`, or (x, y) with x int64 for a module that takes whole numbers alone.

    y is then as in the file, whole numbers as int64, so that it may be sequences. It is made of labels where `source` names labels
    or classes, and, if the loss has labels, where rows [N, K] of the module meet a y of several columns.

    labels: of a source that leaves them open. InputError as by `load_data`.
    """

    def drawn(labels: str | None) -> Dataset:
        return batch(dataset_of(source, labels), samples, np.random.default_rng(seed))

    found = _tokens(module, source)
    if found is None:
        return drawn(labels)
    several = labels is not None and found.rows and not found.flat
    if several or source.labels is not None or source.classes is not None:
        data = drawn(labels)
        return _whole(data.x), torch.from_numpy(data.y)
    data = drawn("as-is")
    y = _whole(data.y) if found.whole else torch.from_numpy(data.y)
    return _whole(data.x), y[:, 0] if found.flat else y


def _tokens(module: nn.Module, source: DataSource) -> _Tokens | None:
    """None unless a file of arrays has whole numbers x [N, T], to be left as they are, that the module takes, but not as doubles."""
    if not isinstance(source.source, (str, PathLike)):
        return None
    file = Path(source.source)
    if source.standardise or file.suffix.lower() not in ARRAYS:
        return None
    try:
        held = ARRAYS[file.suffix.lower()](file)
    except (InputError, OSError):  # which reading the data will tell
        return None
    x, y = held.x, held.y
    if y is None or x.ndim != 2 or not len(x) or x.dtype.kind not in "iu":
        return None
    check_plain(module)
    few, copy = _whole(x[:FEW]), detached_copy(module).double().eval()
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        if taken(copy, few.double()) or not taken(copy, few):
            return None
        output = tried(copy, few, None)
    return _Tokens(y.dtype.kind in "biu", y.ndim == 1, output is not None and output.ndim == 2)


def _whole(values: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(values.astype(np.int64))
