"""All numbers of a forecast of a module's parts, by the names that `sparse-limits predict --model … --json` has for them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TypedDict

from numerics.prediction.layers.summary import Collapse, LayersData
from numerics.prediction.modules.parts import PartsForecast


class PartSummary(TypedDict):
    """A layer of weights; says: theorem, limit or measured; what is not known is None. layer: its number, from 1. inputs, outputs:
    of a matrix of its weights, whose columns are inputs; of a convolution, all that an output reads. dead_*: rows and columns that
    keep nothing, expected and counted."""

    layer: int
    name: str
    kind: str
    shape: list[int]
    inputs: int
    outputs: int
    weights: int
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


class PartColumns(TypedDict):
    """Densities of the columns of the layer that reads the data [d], where one does."""

    predicted: list[float] | None
    observed: list[float] | None


class PartsSummary(TypedDict):
    """Everything. reason: why the law of wide layers does not follow the module; outside: parts that it does not follow."""

    method: str
    density: float
    scope: str
    model: str
    reason: str
    withdrawn: str | None
    outside: list[str]
    loss: str
    residual: str
    seed: int
    networks: int
    data: LayersData
    layers: list[PartSummary]
    collapse: list[Collapse]
    columns: PartColumns
    notes: list[str]


def summarise_parts(found: PartsForecast, *, seed: int) -> PartsSummary:
    """Return all numbers of a forecast of parts; seed: that it was made with."""
    settings, data = found.settings, found.data
    layers: list[PartSummary] = []
    for number, layer in enumerate(found.layers, start=1):
        outputs = layer.shape[0]
        sizes = {"inputs": layer.weights // outputs, "outputs": outputs, "weights": layer.weights}
        numbers = {"layer": number} | asdict(layer) | {"shape": list(layer.shape)} | sizes
        layers.append(numbers)  # type: ignore[arg-type]
    return {
        "method": settings.method,
        "density": settings.density,
        "scope": settings.scope,
        "model": found.model,
        "reason": found.reason,
        "withdrawn": found.withdrawn or None,
        "outside": list(found.outside),
        "loss": settings.loss,
        "residual": settings.residual,
        "seed": seed,
        "networks": settings.networks if settings.sample else 0,
        "data": {
            "name": data.name,
            "labelling": data.labelling,
            "samples": found.given,
            "samples_used": len(data.x),
            "inputs": data.x.shape[1],
            "outputs": data.y.shape[1],
            **data.about.summary,
        },
        "layers": layers,
        "collapse": [
            {"layer": number, "density": layer.collapse} for number, layer in enumerate(found.layers, start=1)
        ],
        "columns": {
            "predicted": None if found.columns is None else found.columns.tolist(),
            "observed": None if found.observed_columns is None else found.observed_columns.tolist(),
        },
        "notes": list(found.notes),
    }
