"""What `sparse-limits fit` has found, in words and numbers: one mapping, that of --json."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from numerics.bridge import numeric
from numerics.fitting.explanation import TRAINING, Excluded, Explanation, Origin, Status, origin_of
from numerics.fitting.fit import Distance, Fit, Model, Selection, selected_by
from numerics.fitting.homogeneity import Homogeneity, degrees
from numerics.fitting.levels import FEW_ROWS, REJECTED, TOLD_APART, UNLIKELY
from numerics.fitting.structure import Removal, Structure
from theory.graphon.taxonomy import CLASSES, Heterogeneity
from theory.saliency import constant_graphon, synflow_factorises
from theory.saliency.model import rho
from theory.saliency.threshold import s as scale
from theory.tails import half_normal, t

if TYPE_CHECKING:
    from numerics.data import Dataset
    from numerics.masks.files import MaskFile

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
    verdict = _verdict(found)
    if found.structure is not None:
        verdict["lines"] = _structure_lines(found.structure, found.mask.shape)
        verdict["compatible_methods"] = ["structured pruning"]
    return {
        "mask": {
            "name": file.name,
            **_mask(found),
            "stored_shape": list(file.shape),
        },
        "seed": arguments.seed,
        "verdict": verdict,
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
            "residual": "-y" if arguments.residual == "target" else "f0 - y",
        },
        "methods": None if explained is None else _methods(*explained),
        "explanation": _explanation(found, explained),
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


def _structure_lines(found: Structure, shape: tuple[int, int]) -> list[str]:
    """How many whole lines are gone or kept, and why methods that prune weight by weight do not leave such a mask."""
    if found.whole:
        gone = " and ".join(f"{each.lines.size} of {_number(each, shape)} {each.side}" for each in found.removals)
        return [f"structured: {gone} are gone, and every weight of the rest is kept (chance below {UNLIKELY:g})"]
    return [_removal_line(each, shape) for each in found.removals]


def _removal_line(found: Removal, shape: tuple[int, int]) -> str:
    side, others = found.side, _number(found, shape) - found.lines.size
    done, near = ("are kept whole", "full") if found.kept else ("are gone", "empty")
    else_ = {
        ("rows", False): ", or units that no sample opens",
        ("columns", False): ", or inputs that are 0 throughout",
    }.get((side, found.kept), "")
    return (
        f"structured: {found.lines.size} of {_number(found, shape)} {side} {done}, while {found.nearly} of the other "
        f"{others} are nearly {near}; pruning weight by weight would leave more of these (p {found.p:.1g}): whole {side} "
        f"were chosen{else_}"
    )


def _number(found: Removal, shape: tuple[int, int]) -> int:
    return shape[("rows", "columns").index(found.side)]


def _explanation(found: Fit, explained: Explained | None) -> dict[str, Any]:
    """Which method made the mask, as far as the tests tell, in a word, in lists and in sentences."""
    if found.homogeneity is None:
        return {
            "status": "nothing_to_fit",
            "methods": [],
            "untested": [],
            "nearest": None,
            "level": REJECTED,
            "lines": [],
        }
    structured = found.structure is not None
    origin = None if explained is None else origin_of(*explained, found.mask.shape[0], structured)
    without = "structured" if structured else "no_data"
    return {
        "status": without if origin is None else str(origin.status),
        "methods": [] if origin is None else [list(law) for law in origin.laws],
        "untested": [] if origin is None else list(origin.untested),
        "nearest": None if origin is None else origin.nearest,
        "level": REJECTED,
        "lines": [] if explained is None or origin is None else _sentences(origin, explained[0]),
    }


def _sentences(origin: Origin, found: Sequence[Explanation]) -> list[str]:
    """What follows from the tests of the methods."""
    level = f"{REJECTED:.0%}"
    laws = "; ".join(_joined(law) for law in origin.laws)
    same = [f"{_joined(law)} give the same law here" for law in origin.laws if len(law) > 1]
    untested = f"; {_joined(origin.untested)} could not be tested" if origin.untested else ""
    match origin.status:
        case Status.STRUCTURED:
            first = "no method at initialisation is named: whole lines were chosen, and the rest is analysed apart"
        case Status.EXPLAINED:
            verb = "explains" if len(origin.laws[0]) == 1 else "explain"
            first = f"{laws} {verb} the mask: not rejected, while every other method is, at level {level}"
        case Status.NOT_TOLD_APART:
            first = f"not told apart, as they are not rejected at level {level}: {laws}{untested}"
        case Status.NONE_EXPLAINS:
            first = (
                f"no method at initialisation explains the mask: all are rejected at level {level}; the nearest is "
                f"{origin.nearest}. So training, another method or network, or other data, labels, scaling or residual "
                "(--residual) made it"
            )
        case _:
            first = f"no method is named: what could be tested is rejected at level {level}{untested}"
    bound = (
        f"level {level}: a method that made the mask, in this setting, is rejected with that chance at most; if none of "
        "them did, no level bounds how often one passes"
    )
    if TRAINING in origin.untested:
        same.append(f"fewer than {FEW_ROWS} rows do not tell {TRAINING} from a method that reads the data")
    likelihoods = [each.log_likelihood for each in found if each.fits]
    apart = (
        [f"their likelihoods differ by {max(likelihoods) - min(likelihoods):.1f} nats at most"]
        if len(likelihoods) > 1
        else []
    )
    few = [each.method for each in found if not each.exact]
    rough = (
        [f"p of {_joined(few)}: extrapolated from too few drawn masks, so that the level is not exact"] if few else []
    )
    return [first, *same, *apart, bound, *rough]


def _joined(names: Sequence[str]) -> str:
    return " and ".join(names) if len(names) < 3 else f"{', '.join(names[:-1])} and {names[-1]}"


def _verdict(found: Fit) -> dict[str, Any]:
    """The findings in words: class, how it was selected, whether the fitted graphon explains the mask."""
    if found.homogeneity is None or found.model is None or found.to_constant is None or found.to_fitted is None:
        kept = "every weight is kept" if found.mask.nnz else "no weight is kept"
        return {
            "status": "nothing_to_fit",
            "class": CLASS_WORDS[Heterogeneity.HOMOGENEOUS],
            "compatible_methods": [],
            "lines": [f"{kept}: there is nothing to fit"],
        }
    kind = found.homogeneity.kind
    selection = selected_by(found.homogeneity)
    evened = _evened_out(found.homogeneity, selection)
    lines = [_class_line(found, kind)]
    whole = [
        name for name, side in (("rows", found.homogeneity.rows), ("columns", found.homogeneity.columns)) if side.whole
    ]
    if whole and found.structure is None:
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
    which = "the fitted graphon, the constant one," if found.model.is_constant else "the fitted graphon"
    richer = "; rows then know more than one factor, as SNIP's do on real data (G11)"
    lines.append(
        f"{which} {verb}: cut distance "
        f"{found.to_fitted.cut.lower:.3g}, in masks drawn from it {around(found.to_fitted.drawn)}"
        f"{richer if not explains and kind is Heterogeneity.BOTH else ''}"
    )
    status = (
        "structured" if found.structure is not None else "fitted_explains" if explains else "fitted_does_not_explain"
    )
    return {
        "status": status,
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
        if not found.to_constant.is_noise:
            return f"{words} in its degrees only: neither rows nor columns vary more than chance allows"
        return f"{words}: neither rows nor columns vary more than chance allows"
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
            {**{k: v for k, v in asdict(each).items() if k != "densities"}, "exact": each.exact, "fits": each.fits}
            for each in found
        ],
        "best": found[0].method if found else None,
        "fits": [each.method for each in found if each.fits],
        "excluded": [asdict(each) for each in excluded],
        "level": REJECTED,
        "column_densities": {each.method: each.densities.tolist() for each in found},
    }


# The terminal


def around(values: np.ndarray) -> str:
    """Mean ± standard deviation."""
    return f"{values.mean():.3g} ± {values.std(ddof=1):.1g}"
