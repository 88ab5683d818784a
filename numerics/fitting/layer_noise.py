"""The noise of a layer among others, and the methods at initialisation whose class it has, without any drawn mask."""

from __future__ import annotations

from typing import NamedTuple, TypedDict

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from numerics.fitting.fit import spectrum_of
from numerics.fitting.homogeneity import Homogeneity, homogeneity_of, selected_by
from numerics.fitting.levels import TOLD_APART
from numerics.fitting.model import fit_model
from numerics.fitting.structure import Structure
from numerics.fitting.verdict import evened_out, of_class
from theory.graphon.taxonomy import Heterogeneity

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
    """What is found; noise: None for layers of one kind of entry, and of too many."""

    noise: NoiseSummary | None
    methods: list[str]


def noise_of(kept: NDArray[np.bool_], tested: Homogeneity, structure: Structure | None, seed: int) -> Noise:
    """The noise of a layer [m, n] that keeps some weights, not all, as `fit` finds it; without its whole lines if some are chosen.

    methods: those at initialisation whose class the layer has (G6.1), which is no proof; none where no method leaves such a
    layer: counts that vary too little, or even ones beside a singular value of their own.
    """
    selection = selected_by(tested)
    methods = ["structured pruning"]
    if structure is None:
        methods = [] if evened_out(tested, selection) else of_class(tested, float(kept.mean()), selection is not None)
    if kept.size > MOST_FITTED:
        return Noise(None, methods)
    mask = csr_array(kept)
    if structure is not None:
        mask = structure.rest(mask)
        if mask.nnz in (0, mask.shape[0] * mask.shape[1]):
            return Noise(None, methods)
        testing, _ = np.random.SeedSequence(seed).spawn(2)
        tested = homogeneity_of(mask, np.random.default_rng(testing))
    model = fit_model(mask, tested.rows.uneven, tested.columns.uneven)
    spectrum = spectrum_of(mask, model, tested, seed)
    if structure is None and tested.kind is Heterogeneity.HOMOGENEOUS and spectrum.visible > 1:
        methods = []
    return Noise(
        {
            "family": model.best.family if len(model.families) > 1 else None,
            "told_apart": model.lead is not None and model.lead >= TOLD_APART,
            "edge": spectrum.edge,
            "visible": spectrum.visible,
        },
        methods,
    )
