"""A mask of any layer of a deep network against masks of that very layer, from networks that are drawn and pruned.

Above the first layer no law of rows is used: the network is drawn anew as often as a level needs, all of its layers are
scored with the data, and the weights of the layer in question are ranked, as many kept as the mask keeps. If a method made the
mask by ranking this layer, it is one of these, and the rank of its deviation among theirs is a p-value without any
approximation. Under one threshold for all layers this holds except for what the number of weights kept in the layer tells of its network.
Its deviations are those of row counts, of column counts and of cycles of length four (pairs of
rows that share a pair of columns), each from all of the masks together. Empty lines are compared alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from sparse_limits.numerics.arguments import InputError, checked_integer
from sparse_limits.numerics.data import Dataset
from sparse_limits.numerics.fitting.explanation import METHODS, Excluded, Explanation, law_of_random, rank_among
from sparse_limits.numerics.fitting.homogeneity import Counts
from sparse_limits.numerics.fitting.levels import ENOUGH_DRAWN
from sparse_limits.numerics.fitting.method_law import Setting, ranked_in
from sparse_limits.numerics.masks.selection import Mask, kept_count, row_mask, top_k_mask
from sparse_limits.numerics.networks import random_network
from sparse_limits.numerics.prediction.first_layer.moments import noise_floor
from sparse_limits.numerics.prediction.methods import residual, saliency
from sparse_limits.numerics.printing.progress import Stage
from sparse_limits.numerics.statistics.noise import upper_tail

Floats = NDArray[np.floating]

MOST_WEIGHTS = 2**22  # of a network: its scores for all methods take some minutes


class DeepNetwork(NamedTuple):
    """All widths of a network, inputs and outputs too, and which of its layers is meant, 1 the first."""

    sizes: tuple[int, ...]
    place: int


def checked_network(mask: csr_array, data: Dataset, widths: Sequence[int], place: int | None) -> DeepNetwork:
    """The network of data with these hidden layers, and the layer of the mask, found by its shape where it is None.

    InputError for widths that are no layers, and for a mask of another shape than that of its layer.
    """
    hidden = [checked_integer("widths", width, 1, 2**20) for width in widths]
    sizes = (data.x.shape[1], *hidden, data.y.shape[1])
    shapes = list(zip(sizes[1:], sizes[:-1], strict=True))
    named = " - ".join(map(str, sizes))
    if place is None:
        found = [at for at, shape in enumerate(shapes, start=1) if shape == mask.shape]
        if len(found) != 1:
            which = f"layers {' and '.join(map(str, found))}" if found else "no layer"
            raise InputError(
                f"the mask has shape {mask.shape}, that of {which} of {named}, expected `place` for one of them"
            )
        place = found[0]
    place = checked_integer("place", place, 1, len(shapes))
    if mask.shape != shapes[place - 1]:
        raise InputError(
            f"the mask has shape {mask.shape}, expected {shapes[place - 1]}, that of layer {place} of {named}"
        )
    if sum(rows * columns for rows, columns in shapes) > MOST_WEIGHTS:
        raise InputError(
            f"widths are {named}, expected at most {MOST_WEIGHTS} weights to be drawn {ENOUGH_DRAWN} times"
        )
    return DeepNetwork(sizes, place)


def explain_layer(
    mask: csr_array,
    setting: Setting,
    sizes: Sequence[int],
    place: int,
    seed: np.random.SeedSequence,
    progress: Callable[[str], object],
) -> tuple[list[Explanation], list[Excluded]]:
    """Test every method against a mask of a layer [sizes[place], sizes[place − 1]]; the likeliest first, then those of one law with another."""
    kept, found, excluded = mask.toarray(), [], []
    for number, (method, stream) in enumerate(zip(METHODS, seed.spawn(len(METHODS)), strict=True)):
        if place == 1 and (reason := law_of_random(method, setting)) is not None:
            excluded.append(Excluded(method, reason, "random"))
            continue
        size = kept.shape[1]
        if method == "wanda" and setting.selection is None and kept_count(mask.nnz / kept.size, size) in (0, size):
            reason = f"at density {mask.nnz / kept.size:.3g} it keeps none or all of the {size} weights of each row"
            excluded.append(Excluded(method, reason))
            continue
        rng = np.random.default_rng(stream)
        progress(Stage(f"drawing networks, pruned by {method}", number, len(METHODS)))
        drawn = [_drawn(method, setting, sizes, place, mask.nnz, rng) for _ in range(ENOUGH_DRAWN)]
        found.append(_explained(method, [kept, *drawn], place))
    return sorted(found, key=lambda each: -each.log_likelihood), excluded


def _drawn(
    method: str, setting: Setting, sizes: Sequence[int], place: int, kept: int, rng: np.random.Generator
) -> Mask:
    """The mask of the layer in a drawn network, pruned by a method."""
    network, data = random_network(sizes, rng), setting.data
    r = residual(network, data.x, data.y, subtract_output=setting.subtract_output)
    scores = saliency(method, network, data.x, r, rng)[place - 1]
    if setting.selection is not None:
        return ranked_in(scores, setting.selection)
    return row_mask(scores, kept / scores.size) if method == "wanda" else top_k_mask(scores, kept)


def _explained(method: str, masks: Sequence[Mask], place: int) -> Explanation:
    """How the first of masks [m, n] stands among all of them. Empty lines have a p of their own, which is no part of that of all."""
    rows, columns = (np.array([each.sum(axis=axis) for each in masks]) for axis in (1, 0))
    m, n = masks[0].shape
    densities = columns.mean(axis=0) / m
    of_rows, of_columns = _spreads(rows, n), _spreads(columns, m)
    if place == 1:  # inputs are the same in all networks, the neurons of other layers are not
        variances = np.maximum(columns.var(axis=0), 1 / len(masks))
        of_columns = ((columns - columns.mean(axis=0)) ** 2 / variances).sum(axis=1)
    pairs = np.array([float(((each.astype(np.float32) @ each.T.astype(np.float32)) ** 2).sum()) for each in masks])
    found = np.column_stack([of_columns, of_rows, np.abs(np.log(pairs / np.exp(np.log(pairs).mean())))])
    of_columns_p, of_rows_p, of_pairs_p = (upper_tail(each[0], each[1:]) for each in found.T)
    empty = [float(((counts == 0).sum(axis=1) >= (counts[0] == 0).sum()).mean()) for counts in (rows, columns)]
    error = float(np.abs(columns[0] / m - densities).mean())
    distances = np.abs(np.sort(rows / n, axis=1) - np.sort(rows / n, axis=1).mean(axis=0)).mean(axis=1)
    return Explanation(
        method,
        densities,
        error,
        error / noise_floor(np.clip(densities, 1e-9, 1 - 1e-9), m),
        float(distances[0]),
        float(distances[1:].mean()),
        of_columns_p,
        of_rows_p,
        of_pairs_p,
        min(1.0, 2 * min(empty)),
        rank_among(found),
        len(masks) - 1,
        _log_likelihood(rows, n) + _log_likelihood(columns, m),
    )


def _spreads(counts: Counts, length: int) -> Floats:
    """The distance of Anderson and Darling of the counts of each mask [masks, lines] from those of all masks."""
    seen = np.array([np.bincount(each, minlength=length + 1) for each in counts]) / counts.shape[1]
    law = seen.mean(axis=0)
    mine = law.cumsum()
    weights = law / (mine * (1 - mine) + 1 / counts.size)
    return np.asarray((seen.cumsum(axis=1) - mine) ** 2 @ weights)


def _log_likelihood(counts: Counts, length: int) -> float:
    """That of the first mask's counts under the shares of counts in the others."""
    shares = np.bincount(counts[1:].ravel(), minlength=length + 1) + 1 / (length + 1)
    return float(np.log(shares / shares.sum())[counts[0]].sum())
