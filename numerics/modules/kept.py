"""What masks of a module keep, and whether copies and pruned modules keep the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray
from torch import nn

from numerics.data import Dataset
from numerics.depth.settings import LayersSettings
from numerics.depth.summary import ITSELF
from numerics.masks.selection import Mask, TiesError, kept_count
from numerics.modules.pruning import Scores, masks_in_rounds, masks_of, ties_of

Floats = NDArray[np.float64]

RESAMPLES = 9999  # of the test between copies and pruned modules


@dataclass(frozen=True, eq=False)
class Kept:
    """What masks keep: densities of layers, dead rows and columns, shares of the inputs of the reading layer.

    curve: densities of layers at other densities of the module, float[curve, L]. firsts: the densities of the module at
    which each layer keeps its first weights of positive score under one threshold, ascending, none for thresholds of layers or rows; curve: nan where scores
    of 0 would be told apart.
    """

    densities: Floats
    dead: Floats
    columns: Floats | None
    curve: Floats
    firsts: tuple[Floats, ...]


def kept_of(scores: Scores, settings: LayersSettings, reading: str | None, *, first: int = 1) -> Kept:
    """What a method keeps of scores, by the paths of layers; reading: the layer whose columns are inputs.

    first: how many of each layer's first weights are told.
    """
    masks = masks_of(scores, settings.method, settings.density, settings.scope)
    places = _places(scores) if settings.method != "wanda" and settings.scope == "global" else ()
    total = sum(each.size for each in scores.values())
    rows = []
    for density in settings.curve:
        if ties_of(scores, settings.method, density, settings.scope):
            rows.append([np.nan] * len(scores))
        elif places:
            rows.append(_up_to(places, kept_count(density, total)))
        else:
            at_density = masks_of(scores, settings.method, density, settings.scope)
            rows.append([mask.mean() for mask in at_density.values()])
    return _kept(
        masks,
        rows,
        reading,
        tuple(each[: min(first, positive)] / total for each, positive in zip(places, _positive(scores), strict=True))
        if places
        else (),
    )


def kept_in_rounds(
    module: nn.Module, data: Dataset, settings: LayersSettings, reading: str | None
) -> tuple[Kept, dict[str, Mask]]:
    """What SynFlow keeps in rounds, and its masks; densities of the curve have rounds of their own, and no threshold is one."""
    masks = masks_in_rounds(module, data, settings.density, settings.scope, settings.rounds)
    rows = []
    for density in settings.curve:
        try:
            found = masks_in_rounds(module, data, density, settings.scope, settings.rounds)
            rows.append([float(mask.mean()) for mask in found.values()])
        except TiesError:
            rows.append([np.nan] * len(masks))
    return _kept(masks, rows, reading), masks


def _kept(
    masks: Mapping[str, Mask], rows: Sequence[Sequence[float]], reading: str | None, firsts: tuple[Floats, ...] = ()
) -> Kept:
    """What masks keep; rows: densities of layers at each of the curve's densities."""
    dead = []
    for mask in masks.values():
        whole = np.asarray(mask.reshape(*mask.shape[:2], -1).any(axis=2))
        dead.append(((~whole.any(axis=1)).sum(), (~whole.any(axis=0)).sum()))
    return Kept(
        np.array([mask.mean() for mask in masks.values()]),
        np.array(dead, float),
        None if reading is None else masks[reading].mean(axis=0),
        np.reshape(np.array(rows, float), (-1, len(masks))),
        firsts,
    )


def _places(scores: Scores) -> tuple[NDArray[np.int64], ...]:
    """When the weights of each layer are kept, from 1, ascending: of equal scores the first in order, as in `global_masks`."""
    order = np.argsort(-np.concatenate([each.ravel() for each in scores.values()]), kind="stable")
    ends = np.cumsum([each.size for each in scores.values()])
    layer = np.searchsorted(ends, order, "right")
    return tuple(np.flatnonzero(layer == number) + 1 for number in range(len(ends)))


def _positive(scores: Scores) -> list[int]:
    """How many weights of each layer have a positive score: a layer without any keeps a weight by its place alone."""
    return [int(np.count_nonzero(each > 0)) for each in scores.values()]


def _up_to(places: Sequence[NDArray[np.int64]], kept: int) -> list[float]:
    """The share of each layer among so many weights of the module."""
    return [float(np.searchsorted(each, kept, "right") / each.size) for each in places]


def first_kept(found: Sequence[Kept]) -> list[float | None]:
    """The densities of the module at which layers keep one weight on average over masks; None without one threshold or such weights.

    Examples:
        >>> none = np.empty((0, 1))
        >>> found = [Kept(np.ones(1), none, None, none, (np.array(each),)) for each in ([0.1, 0.2], [0.3, 0.4])]
        >>> first_kept(found)
        [0.2]
    """
    if not found[0].firsts:
        return [None] * len(found[0].densities)
    layers = zip(*(each.firsts for each in found), strict=True)
    ordered = [np.sort(np.concatenate(each)) for each in layers]
    return [float(each[len(found) - 1]) if len(each) >= len(found) else None for each in ordered]


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


def tested_apart(kept: Sequence[Kept], copies: Sequence[Kept], rng: np.random.Generator) -> tuple[Floats, float]:
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
