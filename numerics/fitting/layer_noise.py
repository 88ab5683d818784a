"""The noise of a layer among others, and the methods at initialisation whose class it has, without any drawn mask."""

from __future__ import annotations

from typing import NamedTuple, TypedDict

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from sparse_limits.numerics.fitting.fit import spectrum_of
from sparse_limits.numerics.fitting.homogeneity import Homogeneity, homogeneity_of, selected_by
from sparse_limits.numerics.fitting.levels import TOLD_APART
from sparse_limits.numerics.fitting.model import fit_model
from sparse_limits.numerics.fitting.recognition import Seen, evened_out, seen_in
from sparse_limits.numerics.fitting.structure import Structure
from sparse_limits.numerics.fitting.tiles import tiles_of
from sparse_limits.numerics.fitting.verdict import of_class

MOST_FITTED = 2**22  # of a layer whose noise is fitted among others: some seconds


class NoiseSummary(TypedDict):
    """family: the likeliest of the noise, None where a single factor leaves it open; told_apart: from the next family. edge: of
    the noise of the fitted graphon (O4); visible: singular values of the layer above the edge and
    above the level that noise passes in one mask of a thousand."""

    family: str | None
    told_apart: bool
    edge: float
    visible: int


class Noise(NamedTuple):
    """What is found; noise: None for layers of one kind of entry, and of too many. seen: what no method leaves, in words."""

    noise: NoiseSummary | None
    methods: list[str]
    seen: list[str]


def noise_of(kept: NDArray[np.bool_], tested: Homogeneity, structure: Structure | None, seed: int) -> Noise:
    """The noise of a layer [m, n] that keeps some weights, not all, as `fit` finds it; without its whole lines if some are chosen.

    methods: those at initialisation whose class the layer has (G6.1), which is no proof; none where something is seen that
    no method leaves.
    """
    if kept.size > MOST_FITTED:
        return Noise(None, *_without_noise(kept, tested, structure))
    mask = csr_array(kept)
    if structure is not None:
        mask = structure.rest(mask)
        if mask.nnz in (0, mask.shape[0] * mask.shape[1]):
            return Noise(None, ["structured pruning"], [])
    testing, _, recognising = map(np.random.default_rng, np.random.SeedSequence(seed).spawn(3))  # as in `fit`
    if structure is not None:
        tested = homogeneity_of(mask, testing)
    model = fit_model(mask, tested.rows.uneven, tested.columns.uneven)
    spectrum = spectrum_of(mask, model, tested, seed)
    methods, seen = ["structured pruning"], []
    if structure is None:
        seen = seen_in(mask, tested, model, spectrum.visible, recognising).phrases
        methods = [] if seen else of_class(tested, float(kept.mean()), selected_by(tested))
    noise: NoiseSummary = {
        "family": model.best.family if len(model.families) > 1 else None,
        "told_apart": model.lead is not None and model.lead >= TOLD_APART,
        "edge": spectrum.edge,
        "visible": spectrum.visible,
    }
    return Noise(noise, methods, seen)


def _without_noise(
    kept: NDArray[np.bool_], tested: Homogeneity, structure: Structure | None
) -> tuple[list[str], list[str]]:
    """The methods, and what no method leaves, where no graphon is fitted: counts and blocks alone say it."""
    if structure is not None:
        return ["structured pruning"], []
    rows, columns = (np.count_nonzero(kept, axis=axis).astype(np.int64) for axis in (1, 0))
    tiles = tiles_of(kept, rows, columns)
    seen = Seen(tiles, (), (), tuple(evened_out(tested)), None, 0).phrases
    return [] if seen else of_class(tested, float(kept.mean()), selected_by(tested)), seen
