"""What masks of several layers keep, and what they would keep at other densities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.masks.selection import (
    Mask,
    TiesError,
    global_mask,
    global_masks,
    kept_count,
    row_mask,
    split_ties,
)
from sparse_limits.numerics.prediction.settings import Settings

Floats = NDArray[np.float64]
Scores = Mapping[str, Floats]

ITSELF = "(itself)"  # a layer that is the whole module has no path


@dataclass(frozen=True, eq=False)
class MaskStatistics:
    """What masks keep: densities of layers, dead rows and columns, shares of the inputs of the reading layer.

    curve: densities of layers at other densities of the module, float[curve, L]. firsts: the densities of the module at
    which each layer keeps its first weights of positive score under one threshold, ascending, none for thresholds of layers or rows; curve: nan where scores
    of 0 would be distinguished.
    """

    densities: Floats
    dead: Floats
    columns: Floats | None
    curve: Floats
    firsts: tuple[Floats, ...]


def masks_of(
    scores: Mapping[str, NDArray[np.float64]], method: str, density: float, scope: str, ties: str = "refuse"
) -> dict[str, Mask]:
    """The weights of highest score: of each row for Wanda, of each layer for the scope layer, else of all together.

    InputError where weights of score 0 would be kept, and others of score 0 not, unless `ties` is index.
    """
    if ties == "refuse" and (tied := ties_of(scores, method, density, scope)):
        raise TiesError(tied)
    if method == "wanda":
        rows = {path: score.reshape(len(score), -1) for path, score in scores.items()}
        return {path: row_mask(rows[path], density).reshape(score.shape) for path, score in scores.items()}
    if scope == "layer":
        return {path: global_mask(score, density) for path, score in scores.items()}
    return dict(zip(scores, global_masks(list(scores.values()), density), strict=True))


def ties_of(scores: Mapping[str, NDArray[np.float64]], method: str, density: float, scope: str) -> str:
    """What to say about a density at which only some of the weights with score 0 would be kept; nothing of others."""
    if method == "wanda":
        groups = [(f"in a row of {path or ITSELF}", score.reshape(len(score), -1)) for path, score in scores.items()]
    elif scope == "layer":
        groups = [(f"of {path or ITSELF}", score.reshape(1, -1)) for path, score in scores.items()]
    else:
        groups = [("here", np.concatenate([score.ravel() for score in scores.values()])[None])]
    return split_ties(groups, density)


def mask_statistics(
    scores: Scores, settings: Settings, reading: str | None, *, first: int = 1
) -> tuple[MaskStatistics, dict[str, Mask]]:
    """What a method keeps of scores, by the paths of layers, and its masks; reading: the layer whose columns are inputs.

    first: how many of each layer's first weights are told.
    """
    masks = masks_of(scores, settings.method, settings.density, settings.scope)
    together = settings.method != "wanda" and settings.scope == "global"
    ascending = np.sort(np.concatenate([each.ravel() for each in scores.values()])) if together else None
    rows = []
    for density in settings.curve:
        if ties_of(scores, settings.method, density, settings.scope):
            rows.append([np.nan] * len(scores))
        elif ascending is not None:
            rows.append(_shares(scores, ascending, kept_count(density, ascending.size)))
        else:
            at_density = masks_of(scores, settings.method, density, settings.scope)
            rows.append([mask.mean() for mask in at_density.values()])
    firsts = () if ascending is None else tuple(_first_places(scores, ascending, first))
    return kept_by(masks, rows, reading, firsts), masks


def kept_by(
    masks: Mapping[str, Mask], rows: Sequence[Sequence[float]], reading: str | None, firsts: tuple[Floats, ...] = ()
) -> MaskStatistics:
    """What masks keep; rows: densities of layers at each of the curve's densities."""
    dead = []
    for mask in masks.values():
        whole = np.asarray(mask.reshape(*mask.shape[:2], -1).any(axis=2))
        dead.append(((~whole.any(axis=1)).sum(), (~whole.any(axis=0)).sum()))
    return MaskStatistics(
        np.array([mask.mean() for mask in masks.values()]),
        np.array(dead, float),
        None if reading is None else masks[reading].mean(axis=0),
        np.reshape(np.array(rows, float), (-1, len(masks))),
        firsts,
    )


def _shares(scores: Scores, ascending: Floats, kept: int) -> list[float]:
    """The share of each layer among so many of the largest scores, of equal ones the first in order, as in `global_masks`."""
    threshold = ascending[-kept] if kept else np.inf
    above = [int(np.count_nonzero(each > threshold)) for each in scores.values()]
    room, shares = kept - sum(above), []
    for count, each in zip(above, scores.values(), strict=True):
        equal = min(room, int(np.count_nonzero(each == threshold)))
        room -= equal
        shares.append((count + equal) / each.size)
    return shares


def _first_places(scores: Scores, ascending: Floats, first: int) -> Iterator[Floats]:
    """The densities of the module at which each layer keeps its first weights, so many at most, of positive score."""
    layers = list(scores.values())
    for number, layer in enumerate(layers):
        positive = layer[layer > 0]  # a layer without any keeps a weight by its place alone
        most = np.sort(np.partition(positive, -first)[-first:] if len(positive) > first else positive)[::-1]
        above = ascending.size - np.searchsorted(ascending, most, "right")
        alone = above + 1 == ascending.size - np.searchsorted(ascending, most, "left")
        earlier = np.array(
            [
                0 if single else sum(int(np.count_nonzero(each == score)) for each in layers[:number])
                for score, single in zip(most, alone, strict=True)
            ],
            int,
        )
        among_equal = np.arange(len(most)) - np.searchsorted(-most, -most, "left")
        yield (above + earlier + among_equal + 1) / ascending.size


def first_kept(found: Sequence[MaskStatistics]) -> list[float | None]:
    """The densities of the module at which layers keep one weight on average over masks; None without one threshold or such weights.

    Examples:
        >>> none = np.empty((0, 1))
        >>> found = [MaskStatistics(np.ones(1), none, None, none, (np.array(each),)) for each in ([0.1, 0.2], [0.3, 0.4])]
        >>> first_kept(found)
        [0.2]
    """
    if not found[0].firsts:
        return [None] * len(found[0].densities)
    layers = zip(*(each.firsts for each in found), strict=True)
    ordered = [np.sort(np.concatenate(each)) for each in layers]
    return [float(each[len(found) - 1]) if len(each) >= len(found) else None for each in ordered]
