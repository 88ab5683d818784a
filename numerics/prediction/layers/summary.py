"""All numbers of a forecast of layers, by the names that `sparse-limits predict layers --json` has for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict, cast

import msgspec

from sparse_limits.numerics.prediction.architecture import Architecture
from sparse_limits.numerics.prediction.data_summary import DataSummary, summarise_data
from sparse_limits.numerics.prediction.layers.mask_statistics import ITSELF
from sparse_limits.numerics.prediction.result import LayerResult, Result


class LayerSummary(TypedDict):
    """A layer of weights, by the names of `LayerResult`, which describes them; what is not known or does not apply is None."""

    layer: int
    name: str | None
    kind: str | None
    shape: list[int]
    inputs: int
    outputs: int
    weights: int
    kept: float | None
    says: str
    predicted: float | None
    error: float | None
    observed: float | None
    sd: float | None
    p: float | None
    dead_rows: float | None
    dead_columns: float | None
    seen_dead_rows: float | None
    seen_dead_columns: float | None
    collapse: float | None


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
    """Densities of the columns of the layer that reads the data [d], where one does."""

    predicted: list[float] | None
    observed: list[float] | None


class RoundsSummary(TypedDict):
    """What the number of rounds does, by the names of `InRounds`, which describes them."""

    rounds: list[int]
    empty: list[list[float]]
    critical: list[float] | None
    wide: list[float] | None
    balanced: list[float] | None


class LayersSummary(TypedDict):
    """Everything. says: what the densities of layers rest on: theorem, limit or measured.

    withdrawn: why the predicted densities do not answer, None if they do. reason: why the law of wide layers does not follow a
    module, "" if it does; outside: the parts that it does not follow. widths, activation, init, bias, norm: None where the law
    does not follow the module.
    """

    method: str
    density: float
    scope: str
    says: str
    withdrawn: str | None
    model: str | None
    reason: str
    outside: list[str]
    widths: list[int] | None
    activation: str | None
    init: str | None
    bias: bool | None
    norm: str | None
    loss: str
    residual: str
    seed: int
    networks: int
    data: DataSummary
    layers: list[LayerSummary]
    collapse: list[Collapse]
    paths: Paths
    columns: LayerColumns
    in_rounds: RoundsSummary | None
    notes: list[str]


class MethodsSummary(TypedDict):
    """One network by several methods; refused: methods that are not predicted, and why."""

    methods: list[LayersSummary]
    refused: list[str]


def summarise_layers(found: Result, *, seed: int) -> LayersSummary:
    """Return all numbers of a result on layers; seed: that it was made with."""
    settings, network = found.settings, found.network
    return {
        "method": settings.method,
        "density": settings.density,
        "scope": settings.scope,
        "says": found.says,
        "withdrawn": found.withdrawn or None,
        "model": found.model,
        "reason": found.reason,
        "outside": list(found.outside),
        "widths": None if network is None else list(network.widths),
        "activation": None if network is None else network.activation,
        "init": None if network is None else network.init,
        "bias": None if network is None else network.bias,
        "norm": None if network is None else network.norm,
        "loss": settings.loss,
        "residual": settings.residual,
        "seed": seed,
        "networks": settings.networks if settings.sample else 0,
        "data": summarise_data(found),
        "layers": [_layer(layer) for layer in found.layers],
        "collapse": [{"layer": layer.layer, "density": layer.collapse} for layer in found.layers],
        "paths": {"ends": None if found.path_ends is None else list(found.path_ends), "share": found.path_share},
        "columns": {
            "predicted": None if found.columns is None else found.columns.tolist(),
            "observed": None if found.observed_columns is None else found.observed_columns.tolist(),
        },
        "in_rounds": None
        if found.in_rounds is None
        else cast(RoundsSummary, msgspec.to_builtins(found.in_rounds, builtin_types=())),
        "notes": list(found.notes),
    }


def _layer(layer: LayerResult) -> LayerSummary:
    """All fields of a layer, and its sizes."""
    sizes = {"inputs": layer.inputs, "outputs": layer.outputs, "weights": layer.weights, "kept": layer.kept}
    return cast(LayerSummary, msgspec.to_builtins(layer) | {"shape": list(layer.shape)} | sizes)


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


def followed(summary: LayersSummary) -> bool:
    """Whether the law of wide layers follows the network."""
    return summary["widths"] is not None


def architecture_of(summary: LayersSummary) -> Architecture:
    """The network of the law. TypeError where it does not follow the module."""
    widths, activation, init = summary["widths"], summary["activation"], summary["init"]
    bias, norm = summary["bias"], summary["norm"]
    if widths is None or activation is None or init is None or bias is None or norm is None:
        raise TypeError("the law of wide layers does not follow this module")
    inputs, outputs = summary["layers"][0]["inputs"], summary["layers"][-1]["outputs"]
    return Architecture(inputs, widths, outputs, activation, init, bias, norm)


def layer_name(summary: LayersSummary, layer: LayerSummary) -> str:
    """What a table calls a layer: its path in a module, (itself) if it is the module, or its number from 1, the last the readout."""
    if layer["name"] is not None:
        return layer["name"] or ITSELF
    return "readout" if layer["layer"] == len(summary["layers"]) else str(layer["layer"])
