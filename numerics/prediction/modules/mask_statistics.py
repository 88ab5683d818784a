"""What masks of a module keep, and whether copies and pruned modules keep the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import comb

import numpy as np
from numpy.typing import NDArray
from torch import nn

from sparse_limits.numerics.data import Dataset
from sparse_limits.numerics.masks.selection import Mask, TiesError, kept_count
from sparse_limits.numerics.prediction.layers.mask_statistics import ITSELF, MaskStatistics, kept_by
from sparse_limits.numerics.prediction.modules.costs import Asked
from sparse_limits.numerics.prediction.modules.synflow import masks_in_rounds
from sparse_limits.numerics.prediction.settings import Settings

Floats = NDArray[np.float64]

RESAMPLES = 9999  # of the test between copies and pruned modules


def kept_in_rounds(
    module: nn.Module, data: Dataset, settings: Settings, reading: str | None, times: int | None = None
) -> tuple[MaskStatistics, dict[str, Mask]]:
    """What SynFlow keeps in rounds, and its masks; densities of the curve have rounds of their own, and no threshold is one.

    times: how many modules are pruned, where what that takes is to be estimated first; WorkError if it is too much.
    """
    runs = None if times is None else times * (1 + len(settings.curve))
    asked = None if runs is None else Asked(runs, "fewer rounds, or fewer networks")
    masks = masks_in_rounds(module, data, settings.density, settings.scope, settings.rounds, asked=asked)
    rows = []
    for density in settings.curve:
        try:
            found = masks_in_rounds(module, data, density, settings.scope, settings.rounds)
            rows.append([float(mask.mean()) for mask in found.values()])
        except TiesError:
            rows.append([np.nan] * len(masks))
    return kept_by(masks, rows, reading), masks


def emptied(method: str, density: float, rows: Mapping[str, int]) -> Iterator[str]:
    """A remark on layers of which Wanda keeps nothing; rows: how many weights a row has, by path."""
    paths = [path for path, row in rows.items() if method == "wanda" and kept_count(density, row) == 0]
    if paths:
        yield f"Wanda keeps 0 weights of each row of {', '.join(path or ITSELF for path in paths)}: the density times a row's weights rounds to 0"


def least_p(modules: int, copies: int) -> float:
    """The least p that `tested_apart` can find: of all ways to choose which are modules, one, or two if they are as many.

    Examples:
        >>> [round(least_p(modules, 16), 5) for modules in (1, 3, 4)]
        [0.05882, 0.00103, 0.00021]
    """
    return (2 if modules == copies else 1) / comb(modules + copies, modules)


def tested_apart(
    kept: Sequence[MaskStatistics], copies: Sequence[MaskStatistics], rng: np.random.Generator
) -> tuple[Floats, float]:
    """p-values of each layer, and of all together: modules and copies exchanged at random, two-sided, the means compared.

    That of all together is of the largest difference, in standard deviations; it is exact whatever layers have in common.
    """
    densities = np.array([each.densities for each in (*kept, *copies)])
    scale = densities.std(axis=0)
    scale[scale == 0] = 1.0

    def differences(order: NDArray[np.intp]) -> Floats:
        mixed = densities[order]
        apart: Floats = np.abs(mixed[: len(kept)].mean(axis=0) - mixed[len(kept) :].mean(axis=0)) / scale
        return apart

    found = differences(np.arange(len(densities)))
    drawn = np.array([differences(rng.permutation(len(densities))) for _ in range(RESAMPLES)])
    as_far = 1 - 1e-12  # sums in another order round otherwise
    each = (1 + (drawn >= found * as_far).sum(axis=0)) / (1 + RESAMPLES)
    return each, float((1 + (drawn.max(axis=1) >= found.max() * as_far).sum()) / (1 + RESAMPLES))
