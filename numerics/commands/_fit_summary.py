"""What `sparse-limits fit` has found, in words and numbers: one mapping, that of --json."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from numerics.explain import Excluded, Explanation
from numerics.fit import Distance, Fit, Model, Selection, selected_by
from numerics.homogeneity import UNLIKELY, Homogeneity, degrees
from numerics.moments import numeric
from theory.graphon.taxonomy import CLASSES, Heterogeneity
from theory.saliency import constant_graphon, synflow_factorises
from theory.saliency.model import rho
from theory.saliency.threshold import s as scale
from theory.tails import half_normal, t

if TYPE_CHECKING:
    from numerics.data import Dataset
    from numerics.mask_files import MaskFile

TOLD_APART = 3.0  # standard deviations of lead from which on families are told apart

Summary = Mapping[str, Any]
Explained = tuple[list[Explanation], list[Excluded]]

CLASS_WORDS = {
    Heterogeneity.HOMOGENEOUS: "homogeneous",
    Heterogeneity.ROW: "row-heterogeneous",
    Heterogeneity.COLUMN: "column-heterogeneous",
    Heterogeneity.BOTH: "doubly heterogeneous",
}


def summarise(
    arguments: Namespace, file: MaskFile, found: Fit, data: Dataset | None, explained: Explained | None
) -> dict[str, Any]:
    """All numbers of the call, for JSON; what does not apply is None."""
    m, n = file.mask.shape
    rows, columns = degrees(file.mask)
    return {
        "mask": {
            "name": file.name,
            "shape": [m, n],
            "stored_shape": list(file.shape),
            "kept": int(file.mask.nnz),
            "density": found.density,
            "row_counts": rows.tolist(),
            "column_counts": columns.tolist(),
        },
        "seed": arguments.seed,
        "verdict": _verdict(found),
        "homogeneity": None if found.homogeneity is None else _homogeneity(found.homogeneity, found.model),
        "model": None if found.model is None else _model(found.model),
        "distances": None
        if found.to_constant is None
        else {
            "to_constant": _distance(found.to_constant),
            "to_fitted": _distance(found.to_fitted),
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
        "data": None
        if data is None
        else {
            "name": data.name,
            "labelling": data.labelling,
            "samples_used": len(data.x),
            "inputs": data.x.shape[1],
            "outputs": data.y.shape[1],
            "residual": "-y" if arguments.residual == "target" else "f0 - y",
        },
        "methods": None if explained is None else _methods(*explained),
    }


def _verdict(found: Fit) -> dict[str, Any]:
    """The findings in words: class, how it was selected, whether the fitted graphon explains the mask."""
    if found.homogeneity is None or found.model is None or found.to_constant is None or found.to_fitted is None:
        kept = "every weight is kept" if found.mask.nnz else "no weight is kept"
        return {"class": CLASS_WORDS[Heterogeneity.HOMOGENEOUS], "lines": [f"{kept}: there is nothing to fit"]}
    kind = found.homogeneity.kind
    selection = selected_by(found.homogeneity)
    evened = _evened_out(found.homogeneity, selection)
    lines = [_class_line(found, kind)]
    whole = [
        name for name, side in (("rows", found.homogeneity.rows), ("columns", found.homogeneity.columns)) if side.whole
    ]
    if whole:
        lines.append(
            f"{' and '.join(whole)} are kept whole or not at all: structured pruning, of units and not of weights"
        )
    if selection is not None:
        along = "column" if selection.columns else "row"
        line = selection.length == found.mask.shape[0 if selection.columns else 1]
        block = f"each {along}" if line else f"each block of {selection.length} along every {along}"
        lines.append(
            f"{block} keeps exactly {selection.kept} of {selection.length}: weights were ranked there, not over the "
            f"layer ({'S12' if line else 'S13'}); no factor of the {along}s can be seen; drawn masks and methods keep to it"
        )
    if evened:
        lines.append(
            f"{' and '.join(evened)} vary less than chance allows: something evens them out, as no method of G6 does"
        )
    explains = found.to_fitted.is_noise
    verb = "does not explain the mask" if not explains else "explains all but that" if evened else "explains the mask"
    richer = "; rows then know more than one factor, as SNIP's do on real data (G11)"
    lines.append(
        f"the fitted graphon {verb}: cut distance "
        f"{found.to_fitted.cut.lower:.3g}, in masks drawn from it {around(found.to_fitted.drawn)}"
        f"{richer if not explains and kind is Heterogeneity.BOTH else ''}"
    )
    return {
        "class": CLASS_WORDS[kind],
        "selection": None if selection is None else selection._asdict(),
        "constant_is_noise": found.to_constant.is_noise,
        "fitted_explains": explains,
        "compatible_methods": [] if evened else _compatible(found, kind, selection is not None),
        "lines": lines,
    }


def _class_line(found: Fit, kind: Heterogeneity) -> str:
    assert found.to_constant is not None
    assert found.certified is not None
    words = CLASS_WORDS[kind]
    if kind is Heterogeneity.HOMOGENEOUS:
        assert found.homogeneity is not None
        if found.to_constant.is_noise and (found.homogeneity.rows.too_even or found.homogeneity.columns.too_even):
            return f"{words}: no side varies more than chance allows, nor does its distance to the constant graphon"
        if found.to_constant.is_noise:
            return f"{words}: neither its degrees nor its distance to the constant graphon tell it from a uniform mask"
        return f"{words} in its degrees only: its distance to the constant graphon is beyond the noise"
    sides = {
        Heterogeneity.ROW: "rows vary",
        Heterogeneity.COLUMN: "columns vary",
        Heterogeneity.BOTH: "both sides vary",
    }
    certified = "; certified by the cut distance to the constant graphon too (G1)"
    return f"{words}: {sides[kind]} more than chance allows{certified if _beyond_g1(found) else ''}"


def _evened_out(found: Homogeneity, selection: Selection | None) -> list[str]:
    """The sides that vary too little, but for one whose lines keep their number by selection."""
    selected = None if selection is None else found.columns if selection.columns else found.rows
    sides = {"rows": found.rows, "columns": found.columns}
    return [name for name, side in sides.items() if side.too_even and side is not selected]


def _beyond_g1(found: Fit) -> bool:
    return bool(found.to_constant and found.certified and found.to_constant.cut.lower > found.certified)


def _compatible(found: Fit, kind: Heterogeneity, selected: bool) -> list[str]:
    """The methods of G6 whose class this is."""
    assert found.homogeneity is not None
    assert found.to_constant is not None
    if found.homogeneity.rows.whole or found.homogeneity.columns.whole:
        return ["structured pruning"]
    if kind is Heterogeneity.HOMOGENEOUS and not found.to_constant.is_noise:
        return []
    if selected:
        return ["wanda, or any score with a column factor" if kind is Heterogeneity.COLUMN else "random, magnitude"]
    names = [name for name, its in CLASSES.items() if its is kind and name != "wanda"]
    if kind is Heterogeneity.COLUMN:
        names = ["a column factor under one threshold (wanda's score)"]
    if kind is not Heterogeneity.HOMOGENEOUS and _like_deep_synflow(found):
        names.append("deep synflow")
    return names


def _like_deep_synflow(found: Fit) -> bool:
    """Whether both sides vary about as much as S11 says of deep SynFlow."""
    assert found.homogeneity is not None
    inflation = numeric((t, rho), synflow_factorises.expressions["variance_inflation"])
    level = numeric((rho, scale), constant_graphon.expressions["threshold"])(found.density, 1.0)
    expected = float(inflation(level, found.density))
    sides = found.homogeneity.rows, found.homogeneity.columns
    return all(abs(side.chi / expected - 1) < 4 * np.sqrt(2 / side.number) for side in sides if side.number > 1)


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


def _methods(found: Sequence[Explanation], excluded: Sequence[Excluded]) -> dict[str, Any]:
    return {
        "ranking": [
            {**{k: v for k, v in asdict(each).items() if k != "densities"}, "p": each.p, "fits": each.fits}
            for each in found
        ],
        "best": found[0].method if found else None,
        "fits": [each.method for each in found if each.fits],
        "excluded": [asdict(each) for each in excluded],
        "column_densities": {each.method: each.densities.tolist() for each in found},
    }


# The terminal


def around(values: np.ndarray) -> str:
    """Mean ± standard deviation."""
    return f"{values.mean():.3g} ± {values.std(ddof=1):.1g}"
