"""All numbers of a forecast of layers, by the names that `sparse-limits predict --json` has for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TypedDict

from numerics.columns import AboutSummary
from numerics.prediction.layers.answer import LayersForecast
from numerics.prediction.layers.mask_statistics import ITSELF


class LayerSummary(TypedDict):
    """A layer of weights; name: its path in a module; what does not apply is None. dead_*: rows and columns that keep nothing, expected and counted.

    predicted, error, dead_*: None where the law's densities are withdrawn, and what was observed answers.
    """

    layer: int
    name: str | None
    inputs: int
    outputs: int
    weights: int
    predicted: float | None
    error: float | None
    observed: float | None
    sd: float | None
    dead_rows: float | None
    dead_columns: float | None
    seen_dead_rows: float | None
    seen_dead_columns: float | None


class Collapse(TypedDict):
    """The density of the whole network at which a layer is expected to keep one weight."""

    layer: int
    density: float | None


class Paths(TypedDict):
    """ends: quartiles of the densities at which networks of the limit lose their last path; share: of pruned networks that
    have one."""

    ends: list[float] | None
    share: float | None


class LayerColumns(TypedDict):
    """Densities of the first layer's columns [d]."""

    predicted: list[float] | None
    observed: list[float] | None


class LayersData(AboutSummary):
    """samples: of the data given; samples_used: seen by predictions and networks."""

    name: str
    labelling: str
    samples: int
    samples_used: int
    inputs: int
    outputs: int


class LayersSummary(TypedDict):
    """Everything. says: what the densities of layers rest on: theorem, limit or measured.

    withdrawn: why the law's densities do not answer, None if they do.
    """

    method: str
    density: float
    scope: str
    says: str
    withdrawn: str | None
    model: str | None
    widths: list[int]
    activation: str
    init: str
    bias: bool
    norm: str
    loss: str
    residual: str
    seed: int
    networks: int
    data: LayersData
    layers: list[LayerSummary]
    collapse: list[Collapse]
    paths: Paths
    columns: LayerColumns
    notes: list[str]


def summarise_layers(found: LayersForecast, *, seed: int) -> LayersSummary:
    """Return all numbers of a forecast of layers; seed: that it was made with."""
    settings, network, data = found.settings, found.network, found.data
    layers: list[LayerSummary] = []
    for layer in found.layers:
        numbers = asdict(layer)
        del numbers["collapse"]
        layers.append({**numbers, "weights": layer.weights})  # type: ignore[typeddict-item]
    return {
        "method": settings.method,
        "density": settings.density,
        "scope": settings.scope,
        "says": found.says,
        "withdrawn": found.withdrawn or None,
        "model": found.model,
        "widths": list(network.widths),
        "activation": network.activation,
        "init": network.init,
        "bias": network.bias,
        "norm": network.norm,
        "loss": settings.loss,
        "residual": settings.residual,
        "seed": seed,
        "networks": settings.networks if settings.sample else 0,
        "data": {
            "name": data.name,
            "labelling": data.labelling,
            "samples": found.given,
            "samples_used": len(data.x),
            "inputs": network.inputs,
            "outputs": network.outputs,
            **data.about.summary,
        },
        "layers": layers,
        "collapse": [{"layer": layer.layer, "density": layer.collapse} for layer in found.layers],
        "paths": {"ends": None if found.path_ends is None else list(found.path_ends), "share": found.path_share},
        "columns": {
            "predicted": None if found.columns is None else found.columns.tolist(),
            "observed": None if found.observed_columns is None else found.observed_columns.tolist(),
        },
        "notes": list(found.notes),
    }


def thresholds(scope: str, methods: Sequence[str]) -> str:
    """What weights compete for: Wanda keeps as many of each row, whatever the scope.

    Examples:
        >>> thresholds("global", ["snip"]), thresholds("layer", ["snip", "wanda"]), thresholds("global", ["wanda"])
        ('one threshold for all layers', 'a threshold for each layer (wanda: for each row)', 'a threshold for each row')
    """
    if set(methods) == {"wanda"}:
        return "a threshold for each row"
    words = "one threshold for all layers" if scope == "global" else "a threshold for each layer"
    return f"{words} (wanda: for each row)" if "wanda" in methods else words


def layer_name(summary: LayersSummary, layer: LayerSummary) -> str:
    """What a table calls a layer: its path in a module, (itself) if it is the module, or its number from 1, the last the readout."""
    if layer["name"] is not None:
        return layer["name"] or ITSELF
    return "readout" if layer["layer"] > len(summary["widths"]) else str(layer["layer"])
