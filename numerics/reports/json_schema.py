"""The schema of all JSON that the commands write, made from the types of what they write.

    python -m sparse_limits.numerics.reports.json_schema > docs/json_schema.json      after a change of such a type

A test holds the file against the types, and outputs of all commands against the file: no key goes or comes unseen.
"""

from __future__ import annotations

import json
from importlib import import_module
from inspect import cleandoc
from typing import Any

import msgspec

OUTPUTS = {  # what is written, by the call that writes it: the module of its type, and the type
    "claims --json": ("sparse_limits.numerics.reports.listing", "Claims"),
    "verify --json": ("sparse_limits.numerics.ledger.summary", "Summary"),
    "predict layers --json": ("sparse_limits.numerics.prediction.layers.summary", "LayersSummary"),
    "predict methods --json": ("sparse_limits.numerics.prediction.layers.summary", "MethodsSummary"),
    "predict columns --json": ("sparse_limits.numerics.prediction.pruned_first_layer.summary", "Summary"),
    "predict kernel --json": ("sparse_limits.numerics.prediction.pruned_first_layer.summary", "Summary"),
    "predict predictors --json": ("sparse_limits.numerics.prediction.pruned_first_layer.predictors", "Comparison"),
    "prune --json": ("sparse_limits.numerics.prediction.modules.masks_summary", "PruneSummary"),
    "report --json": ("sparse_limits.numerics.prediction.report.summary", "QuestionSummary"),
    "report CHECKPOINT --json": ("sparse_limits.numerics.prediction.report.checkpoint", "CheckpointSummary"),
    "fit --json": ("sparse_limits.numerics.fitting.summary", "Summary"),
    "fit --json, several layers": ("sparse_limits.numerics.fitting.layers", "LayersSummary"),
    "fit --json, several files": ("sparse_limits.numerics.fitting.layers", "FilesSummary"),
    "scan --json": ("sparse_limits.numerics.masks.scan", "MaskScan"),
    "ticket --json": ("sparse_limits.numerics.tickets.report", "Summary"),
    "ticket --target all --json": ("sparse_limits.numerics.tickets.report", "Summaries"),
    "ticket --check --json": ("sparse_limits.numerics.tickets.report", "CheckSummary"),
    "sweep --json": ("sparse_limits.numerics.sweeps.summary", "SweepSummary"),
    "study generalisation --json": ("sparse_limits.numerics.studies.generalisation_summary", "GeneralisationSummary"),
    "study lifts --json": ("sparse_limits.numerics.studies.lift_summary", "LiftSummary"),
    "study gap --json": ("sparse_limits.numerics.studies.gap_summary", "GapSummary"),
    "study origins --json": ("sparse_limits.numerics.studies.origin_summary", "OriginSummary"),
    "study depth --json": ("sparse_limits.numerics.studies.depth_summary", "DepthSummary"),
    "study spectra --json": ("sparse_limits.numerics.studies.spectra_summary", "SpectraSummary"),
    "study hypothesis --json": ("sparse_limits.numerics.studies.hypothesis_summary", "HypothesisSummary"),
    "study calibration --json": ("sparse_limits.numerics.studies.calibration_summary", "CalibrationSummary"),
}
MISSING = "What is not known or does not apply is null, and so is a number that is not finite. Densities and shares are from 0 to 1."


def schema() -> dict[str, Any]:
    """JSON Schema 2020-12: a definition for each output, `#/$defs/OUTPUT`, and one for each type that outputs share."""
    types = [getattr(import_module(module), name) for module, name in OUTPUTS.values()]
    outputs, shared = msgspec.json.schema_components(types, ref_template="#/$defs/{name}")
    definitions = {**dict(zip(OUTPUTS, outputs, strict=True)), **dict(sorted(shared.items()))}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What sparse-limits writes as JSON",
        "description": MISSING,
        "$defs": {name: _closed(each) for name, each in definitions.items()},
    }


def _closed(part: Any) -> Any:
    """The same without further keys, with null for numbers, which may not be finite, and descriptions without indents."""
    if isinstance(part, list):
        return [_closed(each) for each in part]
    if not isinstance(part, dict):
        return part
    # A default says nothing: all that is written is written in full, and versions of msgspec differ in it.
    found = {key: _closed(each) for key, each in part.items() if key != "default" or isinstance(each, dict)}
    if isinstance(found.get("description"), str):
        found["description"] = cleandoc(found["description"])  # some versions of msgspec do so themselves
    if found.get("type") == "number":
        found["type"] = ["number", "null"]
    return found | ({"additionalProperties": False} if "properties" in found else {})


if __name__ == "__main__":
    print(json.dumps(schema(), indent=1, ensure_ascii=False))
