"""What to know before trusting a forecast of layers: of the law, of its batch and units, of the networks beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.data import Dataset
from sparse_limits.numerics.kernels.activations import Homogeneous
from sparse_limits.numerics.prediction.architecture import INITIALISATIONS, Architecture
from sparse_limits.numerics.prediction.layers.evidence_level import evidence_level
from sparse_limits.numerics.prediction.layers.latents import narrowed
from sparse_limits.numerics.prediction.layers.measured_errors import error_seen
from sparse_limits.numerics.prediction.layers.predicted import COPIES, OUTPUTS_DRAWN, LayersPrediction
from sparse_limits.numerics.prediction.layers.rounds import notes_on
from sparse_limits.numerics.prediction.methods import SMOOTHED
from sparse_limits.numerics.prediction.result import MEASURED
from sparse_limits.numerics.prediction.settings import IN_ROUNDS, ROUNDS, Settings
from sparse_limits.numerics.printing.plain_text import many

Floats = NDArray[np.float64]


def notes_of(
    settings: Settings,
    network: Architecture,
    data: Dataset,
    given: int,
    said: Sequence[LayersPrediction],
    second_term: float | None,
    names: Sequence[str],
    *,
    averaged: bool,
) -> Iterator[str]:
    """names: of layers; averaged: whether networks were pruned, of which the second term is an average."""
    yield from of_batch(settings, data, given)
    if network.normalised and settings.data_driven:
        yield (
            "measured, not proved: the law of wide layers (D2) with batch normalisation over these samples, its covariances "
            "known by the drawn units"
        )
    elif settings.data_driven:
        exact = network.depth == 1 and settings.method == "snip" and settings.residual == "target"
        yield (
            "rows have exactly this law at every width (S6; S7.1, D1.2), at a fixed threshold"
            if exact
            else "the law of wide layers (D2)"
        )
    if settings.method == IN_ROUNDS:
        yield (
            f"measured, not proved: predicted are means over {COPIES} networks drawn for it and pruned in "
            f"{many(settings.rounds or ROUNDS, 'round')}, ± their standard errors"
        )
    for each in said:
        if each.in_rounds is not None:
            yield from notes_on(each.in_rounds, settings.density, names, network.shapes)
    yield from of_evaluation(settings, network)
    if settings.data_driven and settings.residual != "target":
        yield "measured, not proved: the law treats the initial output as independent of what a unit carries"
    biases = network.bias and not network.normalised
    if settings.data_driven and network.depth > 1 and biases and network.init in ("uniform", "torch"):
        yield "measured, not proved: from the second layer on, biases that are not normal count as normal of the same variance"
    if settings.method in SMOOTHED:
        where = "the networks" if averaged else "a network"
        found = "" if second_term is None else f": {second_term:.2g} of the first's norm in {where} drawn here"
        yield f"measured, not proved: GraSP's law leaves out the second term of Hg, of order n^-1/2 (S8){found}{_small(network)}"
    if evidence_level(settings, network).kind == MEASURED and (error := error_seen(settings, network.norm)) is not None:
        yield error
    if settings.residual == "averaged" and settings.data_driven:
        yield f"averaged over {OUTPUTS_DRAWN} initial outputs; a single network deviates from this average with its own output"
    if any(each.path_ends is not None for each in said):
        yield (
            "where the last path ends is computed in the limit: its layers share their units, but its signals do not contain "
            "the weights that they meet"
        )
    asked = settings.data_driven and settings.scope == "global"
    if asked and (why := narrowed(network, len(data.x), settings.drawn_units)):
        ends = zip(*(each.collapse for each in said), strict=True)
        unknown = [str(layer) for layer, found in enumerate(ends, start=1) if None in found]
        layers = f"layer{'s' if len(unknown) > 1 else ''} {', '.join(unknown)}"
        single = f"where one weight is left of {layers} (one left), and where the last path ends, is"
        yield f"{single if unknown else 'where the last path ends is'} not known: {why}"
    if not all(each.resolved for each in said):
        yield "some layers keep so few weights that too few drawn scores lie beyond the threshold: take more --units"
    if any(np.isnan(each.lost).any() for each in said):
        yield "which inputs keep no weight of the first layer is not known: too few units are drawn for its width (take more --units)"
    largest = max(each.jitter for each in said)
    if largest > 0:
        yield f"{largest:g} of their mean was added to variances, so that covariances have Cholesky factors"


def _small(network: Architecture) -> str:
    """Why the second term is large where weights are small: the terms have the degrees 3L and 2L − 1 in all weights of L + 1 layers."""
    if network.init != "torch" or not isinstance(network.phi, Homogeneous):
        return ""
    of_he = network.weight_deviation() / np.sqrt(INITIALISATIONS["he"].weight)
    return (
        f"; its share is multiplied by s^-{network.depth + 1} if weights are s times as large (no biases, output 0), and torch's are "
        f"{of_he:.2f} times He's"
    )


def unknown_on(curve: Floats, densities: Sequence[float], why: str, names: Sequence[str]) -> Iterator[str]:
    """A remark on where a curve has no value, why it may be, and what bounds it: a layer keeps no more under a higher threshold.

    curve: float[densities, layers]; names: of the layers.

    Examples:
        >>> list(unknown_on(np.array([[0.1, np.nan], [0.2, 0.3]]), [0.01, 0.2], "scores are 0", ["1", "readout"]))
        ['the curve has no value for every layer at density 0.01: scores are 0; there at most 0.3 of layer readout is kept']
    """
    unknown = [f"{density:g}" for density, row in zip(densities, curve, strict=True) if np.isnan(row).any()]
    if not unknown:
        return
    bounds = []
    for name, column in zip(names, curve.T, strict=True):
        missing, known = np.isnan(column), np.asarray(densities)[~np.isnan(column)]
        if missing.any() and (above := known[known > np.asarray(densities)[missing].max()]).size:
            bounds.append(f"{column[list(densities).index(above.min())]:.2g} of layer {name}")
    most = f"; there at most {', '.join(bounds)} is kept" if bounds else ""
    yield f"the curve has no value for every layer at density {', '.join(unknown)}: {why}{most}"


def of_batch(settings: Settings, data: Dataset, given: int) -> Iterator[str]:
    if len(data.x) < given:
        alike = ", for prediction and networks alike" if settings.sample else ""
        yield f"a random batch of {len(data.x)} of the {given} samples{alike}"


def of_evaluation(settings: Settings, network: Architecture) -> Iterator[str]:
    if network.normalised and settings.method in ("synflow", IN_ROUNDS):
        yield (
            "SynFlow uses batch normalisation at its initial mean 0 and variance 1 (evaluation mode): one factor of all scores"
        )
