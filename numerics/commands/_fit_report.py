"""What `sparse-limits fit` reports: all its numbers as one mapping, and their tables."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import erfinv

from numerics.commands._prediction_report import _table as table_of
from numerics.explain import Excluded, Explanation
from numerics.fit import Distance, Fit, Model, Selection, selected_by
from numerics.homogeneity import UNLIKELY, Homogeneity, degrees
from numerics.moments import numeric
from theory.graphon.taxonomy import CLASSES, Heterogeneity
from theory.saliency import synflow_factorises
from theory.saliency.model import rho
from theory.tails import half_normal, t

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

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
METHOD_TITLE = (
    "Methods, the likeliest first; errors: mean absolute, of column densities, and of\n"
    "sorted row densities (rows); random has the law of magnitude (S2); networks: one\n"
    "hidden ReLU layer, Gaussian weights, residual -y (initial output subtracted)"
)
QUANTILES = (0.0, 0.1, 0.5, 0.9, 1.0)


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
        f"{found.to_fitted.cut.lower:.3g}, in masks drawn from it {_around(found.to_fitted.drawn)}"
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
    expected = float(inflation(np.sqrt(2) * erfinv(1 - found.density), found.density))
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


def show(console: Console, summary: Summary) -> None:
    console.print(_header(summary))
    for title, table in tables(summary):
        console.print(f"\n{title}\n", style="bold", highlight=False)
        console.print(_rich(table))
    if summary["methods"] is not None:
        for line in method_lines(summary["methods"]):
            console.print(line, highlight=False, markup=False)


def header(summary: Summary) -> list[tuple[str, str]]:
    """What was read, what was found, in a few lines."""
    mask, verdict = summary["mask"], summary["verdict"]
    m, n = mask["shape"]
    stored = mask["stored_shape"]
    folded = f", read from {' x '.join(map(str, stored))}" if stored not in ([m, n], [n, m]) else ""
    lines = [
        ("mask", f"{mask['name']}: {m} rows (neurons) x {n} columns (inputs){folded}"),
        ("density", f"{mask['density']:.6g}: {mask['kept']} of {prod((m, n))} weights kept"),
        *(("verdict" if at == 0 else "", line) for at, line in enumerate(verdict["lines"])),
    ]
    if summary["model"] is not None:
        lines.append(("methods", f"of this class: {', '.join(verdict['compatible_methods']) or 'none'} (G6)"))
        lines.append(("model", _model_line(summary["model"])))
        lines += [("", line) for line in _model_notes(summary["model"])]
    if summary["data"] is not None:
        data = summary["data"]
        outputs = "1 output" if data["outputs"] == 1 else f"{data['outputs']} outputs"
        lines.append(
            (
                "data",
                f"{data['name']}, labels {data['labelling']}: {data['samples_used']} samples, {data['inputs']} inputs, "
                f"{outputs}",
            )
        )
    return lines


def _model_line(model: Summary) -> str:
    parts = [f"{side[:-1]}s" for side in ("rows", "columns") if model[side]["varies"]]
    if not parts:
        return "W = the density"
    if model["family"] is None:
        return f"W depends on {parts[0]} alone, so any tail of the noise gives it"
    apart = "" if model["told_apart"] else f", not told apart from {model['families'][1]['family']}"
    return f"W = F(tau/(f phi)), noise {model['family']}{apart}; tau = {model['threshold']:.4g} at median f = phi = 1"


def _model_notes(model: Summary) -> list[str]:
    notes = []
    if model["units_read"] < model["units"]:
        notes.append(
            f"fitted to {model['units_read']} of the {model['units']} {model['random_side']}, evenly chosen by degree"
        )
    rival = model["half_normal_rows"]
    if rival is not None:
        fits = "are" if rival["fits"] else "are not"
        notes.append(
            f"rows {fits} half-normal, |a| as in S4 (SNIP, SynFlow): a free row law gains "
            f"{rival['gain_of_free_rows']:.1f} nats with {rival['more_numbers']} more numbers"
        )
    return notes


def _header(summary: Summary) -> Table:
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2))
    for name, text in header(summary):
        grid.add_row(Text(name, style="bold"), Text(text))
    return grid


Rows = tuple[Sequence[str], Sequence[Sequence[str]], str]  # column names, cells, the side each column is aligned to


def tables(summary: Summary) -> list[tuple[str, Rows]]:
    """Titles and tables of what was found; none for a mask that keeps none or all."""
    if summary["model"] is None:
        return []
    found = [
        ("Counts beside those of a uniform mask of as many entries", _count_rows(summary["homogeneity"])),
        ("Profiles: fitted densities and factors at quantiles", _profile_rows(summary["model"])),
        (_distance_title(summary["distances"]), _distance_rows(summary["distances"])),
        (_spectrum_title(summary["spectrum"]), _spectrum_rows(summary["spectrum"])),
    ]
    if summary["model"]["families"] is not None:
        lead = summary["model"]["lead"]
        title = f"Tail of the noise; the best leads by {lead:.1f} standard deviations (Vuong)"
        found.insert(2, (title, _family_rows(summary["model"])))
    if summary["methods"] is not None and summary["methods"]["ranking"]:
        found.append((METHOD_TITLE, _method_rows(summary["methods"])))
    return found


def _count_rows(found: Summary) -> Rows:
    sides = found["rows"], found["columns"]
    words = (
        "all equal" if side["equal"] else "vary" if side["uneven"] else "too even" if side["too_even"] else "even"
        for side in sides
    )
    given = ("-" if side["given"] is None else _p(side["given"]) for side in sides)
    lines = (
        ("counts", (f"{side['smallest']} to {side['largest']} of {side['length']}" for side in sides)),
        ("chi over its mean (G6)", (f"{side['chi']:.3f}" for side in sides)),
        ("  p-value, two-sided", (_p(side["chi_p"], 2 / (side["draws"] + 1)) for side in sides)),
        ("  p, given the other side", given),
        ("most extreme count, p", (_p(side["extreme"]) for side in sides)),
        ("without any weight", (str(side["empty"]) for side in sides)),
        ("  expected, uniform mask", (f"{side['expected_empty']:.2g}" for side in sides)),
        ("  expected, fitted", (f"{side['expected_empty_fitted']:.3g}" for side in sides)),
        ("found", words),
    )
    return ("", "rows", "columns"), [(name, *cells) for name, cells in lines], "lrr"


def _profile_rows(model: Summary) -> Rows:
    names = ("profile", *(f"{quantile:.0%}" for quantile in QUANTILES), "sd of ln")
    cells = []
    for side, factor in (("rows", "f"), ("columns", "phi")):
        part = model[side]
        densities = np.quantile(part["densities"], QUANTILES)
        cells.append((f"{side[:-1]} density", *(f"{value:.4f}" for value in densities), ""))
        if part["varies"] and model["family"] is not None:
            factors = np.exp(np.quantile(part["log_factor"], QUANTILES))
            cells.append((factor, *(f"{value:.3g}" for value in factors), f"{part['log_spread']:.3f}"))
    return names, cells, "l" + 6 * "r"


def _family_rows(model: Summary) -> Rows:
    names = ("family", "log-likelihood", "share")
    best = model["families"][0]["log_likelihood"]
    cells = [
        (each["family"], f"{each['log_likelihood'] - best:+.1f}", f"{each['share']:.3g}") for each in model["families"]
    ]
    return names, cells, "lrr"


def _distance_title(found: Summary) -> str:
    failure = max(found["to_constant"]["failure"], found["to_fitted"]["failure"])
    wrong = f" (at most: wrong with chance {failure:.0e})" if failure else ""
    return (
        f"Cut distance, certified{wrong}, beside masks drawn from the graphon;\n"
        f"G1: exceeded by a uniform mask with chance {found['certified_failure']:g} at most"
    )


def _distance_rows(found: Summary) -> Rows:
    names = ("to", "at least", "at most", "drawn masks", "p", "G1", "")
    cells = []
    for name, key in (("constant", "to_constant"), ("fitted", "to_fitted")):
        each = found[key]
        flat = key == "to_constant"
        cells.append(
            (
                name,
                f"{each['lower']:.5f}",
                f"{each['upper']:.5f}",
                _around(np.array(each["drawn"])),
                _p(each["p"]),
                f"{found['certified_noise']:.5f}" if flat else "",
                "noise" if each["is_noise"] else "beyond",
            )
        )
    return names, cells, "lrrrrrl"


def _spectrum_title(found: Summary) -> str:
    return f"Singular values / sqrt(mn); edge of the noise {found['edge']:.5f}, {found['visible']} above it"


def _spectrum_rows(found: Summary) -> Rows:
    names = ("", "mask", "graphon", "95%", "")
    cells = []
    for at, value in enumerate(found["values"], start=1):
        seen = value["visible"]
        cells.append(
            (
                str(at),
                f"{value['raw']:.5f}",
                f"{value['value']:.5f}" if seen else "-",
                f"{value['low']:.5f} to {value['high']:.5f}" if seen else f"below {value['high']:.5f}",
                "above" if seen else "noise",
            )
        )
    return names, cells, "rrrrl"


def _method_rows(found: Summary) -> Rows:
    names = ("method", "error", "/floor", "p", "rows", "p", "ln L", "fits")
    best = found["ranking"][0]["log_likelihood"]
    cells = [
        (
            each["method"] + (" *" if at == 0 else ""),
            f"{each['error']:.4f}",
            f"{each['ratio']:.2f}",
            _p(each["columns_p"]),
            f"{each['row_distance']:.4f}",
            _p(each["rows_p"]),
            f"{each['log_likelihood'] - best:+.0f}",
            "yes" if each["fits"] else "no",
        )
        for at, each in enumerate(found["ranking"])
    ]
    return names, cells, "lrrrrrrl"


def method_lines(found: Summary) -> list[str]:
    """What follows from the ranking, and which methods took no part in it."""
    lines = []
    if found["ranking"]:
        best = found["ranking"][0]
        name = "random or magnitude" if best["method"] == "random" else best["method"]
        if best["fits"]:
            others = [each for each in found["fits"] if each != best["method"]]
            also = f"; {', '.join(others)} cannot be excluded" if others else "; no other does"
            lines.append(f"* {name} explains the mask{also}")
        elif found["fits"]:
            within = "is" if len(found["fits"]) == 1 else "are"
            lines.append(f"* {name} is the likeliest, yet not within its noise; {', '.join(found['fits'])} {within}")
        else:
            lines.append(
                f"* none fits: {name} comes closest, beyond what its noise explains; so another method or network, "
                "other data, labels or scaling, or the network's output in the residual, f0 - y, made the mask"
            )
    return lines + [f"{each['method']} took no part: {each['reason']}" for each in found["excluded"]]


def _rich(table: Rows) -> Table:
    names, cells, sides = table
    made = table_of(*names)
    for column, side in zip(made.columns, sides, strict=True):
        column.justify = "left" if side == "l" else "right"
    for row in cells:
        made.add_row(*row)
    return made


def _around(values: np.ndarray) -> str:
    return f"{values.mean():.3g} ± {values.std(ddof=1):.1g}"


def _p(value: float, least: float = 1e-9) -> str:
    """A p-value, or that it is below what is worth telling."""
    return f"<{least:.0e}".replace("e-0", "e-") if value < least else f"{value:.2g}"
