"""A method of a report on a module that the law of wide layers does not follow: what is known of its parts, in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from numerics.prediction.forecasts.question_summary import MethodSummary, StandingSummary
from numerics.prediction.layers.evidence_level import COPIED, LIMIT, MEASURED, THEOREM
from numerics.prediction.layers.summary import Collapse, LayersSummary, LayerSummary

if TYPE_CHECKING:
    from numerics.prediction.modules.parts import PartForecast, PartsForecast

PROVED = {"random": "S2", "wanda": "S12", "magnitude": "S2"}  # of others as the threshold of a layer is defined


def method_of_parts(found: PartsForecast, seed: int, names: Sequence[str] = ()) -> MethodSummary:
    """A method in numbers. names: the order in which layers stand, where it is that of these layers' names.

    Where nothing is predicted, the densities are those of the modules that were pruned, and no others are observed.
    """
    settings, data = found.settings, found.data
    own = [layer.name for layer in found.layers]
    order = [own.index(name) for name in names] if sorted(names) == sorted(own) else list(range(len(own)))
    parts = [found.layers[place] for place in order]
    layers = [_layer(part, number) for number, part in enumerate(parts, start=1)]
    ends: list[Collapse] = [{"layer": number, "density": part.collapse} for number, part in enumerate(parts, start=1)]
    columns = found.columns if found.columns is not None else found.observed_columns
    summary: LayersSummary = {
        "method": settings.method,
        "density": settings.density,
        "scope": settings.scope,
        "says": parts[0].says,
        "withdrawn": found.withdrawn or None,
        "model": found.model,
        "widths": [],
        "activation": "",
        "init": "",
        "bias": False,
        "norm": "",
        "loss": settings.loss,
        "residual": settings.residual,
        "seed": seed,
        "networks": settings.networks,
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
        "collapse": ends,
        "paths": {"ends": None, "share": found.moving},
        "columns": {
            "predicted": [] if columns is None else columns.tolist(),
            "observed": None if found.observed_columns is None else found.observed_columns.tolist(),
        },
        "notes": list(found.notes),
    }
    curve = [] if found.curve is None else found.curve[:, order].tolist()
    return {
        "method": settings.method,
        "standing": _standing(found),
        "apart": {"kind": MEASURED, "by": ""},
        "followed": False,
        "outside": list(found.outside) or ([f"the whole: {found.reason}"] if found.reason else []),
        "layers": summary,
        "reads": None if found.reading is None else [part.name for part in parts].index(found.reading),
        "gives": None if found.giving is None else [part.name for part in parts].index(found.giving),
        "lost": [] if found.silent is None else found.silent.tolist(),
        "lost_found": None,
        "curve": curve,
    }


def _standing(found: PartsForecast) -> StandingSummary:
    kind = found.layers[0].says
    if found.layers[0].predicted is None:
        return {"kind": MEASURED, "by": ""}
    method = found.settings.method
    by = {THEOREM: PROVED.get(method, ""), LIMIT: "S2, S14.1", MEASURED: COPIED.get(method, "")}
    return {"kind": kind, "by": by[kind]}


def _layer(part: PartForecast, number: int) -> LayerSummary:
    """A layer; what is not predicted was counted. inputs: weights of a row, whatever they are."""
    counted = part.predicted is None
    observed = part.observed or 0.0
    rows, columns = part.dead_rows, part.dead_columns
    return {
        "layer": number,
        "name": part.name,
        "inputs": part.weights // part.shape[0],
        "outputs": part.shape[0],
        "weights": part.weights,
        "predicted": observed if part.predicted is None else part.predicted,
        "error": part.error or 0.0,
        "observed": None if counted else part.observed,
        "sd": part.sd,
        "dead_rows": (part.seen_dead_rows or 0.0) if rows is None else rows,
        "dead_columns": part.seen_dead_columns if columns is None else columns,
        "seen_dead_rows": None if rows is None else part.seen_dead_rows,
        "seen_dead_columns": None if columns is None else part.seen_dead_columns,
    }
