"""What `sparse-limits fit` has found, in words and numbers: one mapping, that of --json."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from numerics.fitting.fit import Distance, Fit, Methods, Model
from numerics.fitting.homogeneity import Homogeneity, degrees
from numerics.fitting.levels import REJECTED, TOLD_APART, UNLIKELY
from numerics.fitting.structure import Structure
from numerics.fitting.verdict import account, verdict
from theory.tails import half_normal

if TYPE_CHECKING:
    from numerics.masks.files import MaskFile

Summary = Mapping[str, Any]


def summarise(found: Fit, file: MaskFile, *, seed: int) -> dict[str, Any]:
    """All numbers of the call, for JSON; what does not apply is None."""
    data = found.data
    return {
        "mask": {
            "name": file.name,
            **_mask(found),
            "stored_shape": list(file.shape),
        },
        "seed": seed,
        "verdict": _verdict(found),
        **_findings(found),
        "structure": None if found.structure is None else _structure(found.structure),
        "rest": None if found.rest is None else _rest(found.rest),
        "data": None
        if data is None
        else {
            "name": data.name,
            "labelling": data.labelling,
            "samples_used": len(data.x),
            "inputs": data.x.shape[1],
            "outputs": data.y.shape[1],
            "residual": "-y" if found.residual == "target" else "f0 - y",
        },
        "methods": None if found.methods is None else _methods(found.methods),
        "explanation": {**asdict(account(found)), "level": REJECTED},
    }


def _verdict(found: Fit) -> dict[str, Any]:
    said = verdict(found)
    return {
        "status": said.status,
        "class": said.kind,
        "selection": None if said.selection is None else said.selection._asdict(),
        "constant_is_noise": said.constant_is_noise,
        "fitted_explains": said.fitted_explains,
        "compatible_methods": said.compatible_methods,
        "lines": said.lines,
    }


def _mask(found: Fit) -> dict[str, Any]:
    rows, columns = degrees(found.mask)
    return {
        "shape": list(found.mask.shape),
        "kept": int(found.mask.nnz),
        "density": found.density,
        "row_counts": rows.tolist(),
        "column_counts": columns.tolist(),
    }


def _findings(found: Fit) -> dict[str, Any]:
    """What the mask alone says."""
    return {
        "homogeneity": None if found.homogeneity is None else _homogeneity(found.homogeneity, found.model),
        "model": None if found.model is None else _model(found.model),
        "distances": None
        if found.to_constant is None
        else {
            "to_constant": _distance(found.to_constant),
            "to_fitted": _distance(found.to_fitted),
            "fitted_is_constant": found.to_fitted is found.to_constant,
            "certified_noise": found.certified,
            "certified_failure": UNLIKELY,
        },
        "spectrum": None
        if found.spectrum is None
        else {
            "edge": found.spectrum.edge,
            "visible": found.spectrum.visible,
            "values": [value._asdict() for value in found.spectrum.values],
        },
    }


def _rest(found: Fit) -> dict[str, Any]:
    """What is found about the mask without its whole lines, under the keys of the mask itself."""
    return {"mask": _mask(found), "verdict": _verdict(found), **_findings(found)}


def _structure(found: Structure) -> dict[str, Any]:
    return {
        "whole": found.whole,
        "removals": [
            {
                "side": each.side,
                "kept": each.kept,
                "number": int(each.lines.size),
                "lines": each.lines.tolist(),
                "nearly": each.nearly,
                "p": each.p,
            }
            for each in found.removals
        ],
        "level": UNLIKELY,
    }


def _homogeneity(found: Homogeneity, model: Model | None) -> dict[str, Any]:
    dead = (None, None) if model is None else model.expected_dead
    return {
        **{
            name: {
                **asdict(side),
                "p": side.p,
                "uneven": side.uneven,
                "too_even": side.too_even,
                "expected_empty_fitted": expected,
            }
            for name, side, expected in zip(("rows", "columns"), (found.rows, found.columns), dead, strict=True)
        },
        "blocks": None if found.blocks is None else asdict(found.blocks),
        "unlikely": UNLIKELY,
    }


def _model(model: Model) -> dict[str, Any]:
    best = model.best
    rows, columns, threshold = model.profiles
    row_densities, column_densities = model.densities
    half = model.half_normal_rows
    rival = None
    if half is not None:
        free = next(each for each in model.families if each.family == half_normal.name)
        rival = {
            "gain_of_free_rows": free.log_likelihood - half.log_likelihood,
            "more_numbers": 2 * int((free.weights > 1e-3).sum()) - 1,
        }
        rival["fits"] = rival["gain_of_free_rows"] < rival["more_numbers"]
    return {
        "family": best.family if len(model.families) > 1 else None,
        "families": [
            {
                "family": each.family,
                "log_likelihood": each.log_likelihood,
                "share": model.shares[each.family],
            }
            for each in model.families
        ]
        if len(model.families) > 1
        else None,
        "lead": model.lead,
        "told_apart": model.lead is not None and model.lead >= TOLD_APART,
        "units_read": int(best.log_likelihoods.size),
        "units": len(model.data.counts),
        "random_side": "columns" if model.data.transposed else "rows",
        "half_normal_rows": rival,
        "threshold": threshold,
        "rows": {
            "varies": bool(np.ptp(rows) > 0),
            "log_factor": rows.tolist(),
            "log_spread": float(rows.std()),
            "densities": row_densities.tolist(),
        },
        "columns": {
            "varies": bool(np.ptp(columns) > 0),
            "log_factor": columns.tolist(),
            "log_spread": float(columns.std()),
            "densities": column_densities.tolist(),
        },
        "law": {"atoms": best.atoms.tolist(), "weights": best.weights.tolist()},
    }


def _distance(found: Distance | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "lower": found.cut.lower,
        "upper": found.cut.upper,
        "failure": found.cut.failure,
        "drawn": found.drawn.tolist(),
        "p": found.p,
        "is_noise": found.is_noise,
    }


def _methods(methods: Methods) -> dict[str, Any]:
    found, excluded = methods
    return {
        "ranking": [
            {**{k: v for k, v in asdict(each).items() if k != "densities"}, "exact": each.exact, "fits": each.fits}
            for each in found
        ],
        "best": found[0].method if found else None,
        "fits": [each.method for each in found if each.fits],
        "excluded": [asdict(each) for each in excluded],
        "level": REJECTED,
        "column_densities": {each.method: each.densities.tolist() for each in found},
    }
