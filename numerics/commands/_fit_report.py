"""What `sparse-limits fit` shows on a terminal: a header and tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from sparse_limits.numerics.fitting.verdict import around
from sparse_limits.numerics.printing.plain_text import many
from sparse_limits.numerics.printing.tables import Table, print_facts, print_table

if TYPE_CHECKING:
    from rich.console import Console

    from sparse_limits.numerics.fitting.findings import (
        DistancesSummary,
        FamilySummary,
        Findings,
        HomogeneitySummary,
        ModelSummary,
        SpectrumSummary,
    )
    from sparse_limits.numerics.fitting.summary import MethodsSummary, RestSummary, Summary

METHOD_TITLE = (
    "Methods at initialisation, the likeliest first (* not rejected); error: mean\n"
    "absolute error of column densities; p of it, of row degrees, of patterns (what\n"
    "rows keep together), of counts of empty rows or columns, of all; networks: "
)
ONE_HIDDEN = "one\nhidden ReLU layer, Gaussian weights, residual "
RESIDUALS = {"-y": "-y (initial output subtracted)", "f0 - y": "f0 - y (output of a random network)"}
QUANTILES = (0.0, 0.1, 0.5, 0.9, 1.0)
EXTRAPOLATED = 1e-6  # the least p-value to print of those that are the tail of a law fitted to few drawn masks


def show(console: Console, summary: Summary) -> None:
    print_facts(console, header(summary))
    for table in tables(summary):
        console.print()
        print_table(console, table)
    for line in method_lines(summary):
        console.print(line, highlight=False, markup=False)


def header(summary: Summary) -> list[tuple[str, str]]:
    """What was read, what was found, in a few lines."""
    mask, verdict = summary["mask"], summary["verdict"]
    m, n = mask["shape"]
    stored = mask["stored_shape"]
    folded = f", read from {' x '.join(map(str, stored))}" if stored not in ([m, n], [n, m]) else ""
    lines = [
        ("mask", f"{mask['name']}: {many(m, 'row')} (neurons) x {many(n, 'column')} (inputs){folded}"),
        ("density", f"{mask['density']:.6g}: {mask['kept']} of {prod((m, n))} weights kept"),
        *(("weights" if at == 0 else "", line) for at, line in enumerate(mask["notes"])),
        *(("verdict" if at == 0 else "", line) for at, line in enumerate(verdict["lines"])),
    ]
    if summary["structure"] is not None:
        lines += _rest_lines(summary["rest"])
    elif summary["model"] is not None:
        lines.append(("methods", _methods_line(verdict["compatible_methods"], summary["methods"] is not None)))
        lines += _model_lines(summary["model"])
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
        lines += [("", note) for note in data["notes"]]
    return lines


def _methods_line(methods: Sequence[str], tested: bool) -> str:
    """Which methods a mask is compatible with, by its class or by their tests."""
    if tested:
        return f"at initialisation, not rejected with the data: {', '.join(methods) or 'none'}"
    proof = "; a class is no proof, --data tests them" if methods else ""
    return f"at initialisation, of this class: {', '.join(methods) or 'none'} (G6){proof}"


def _rest_lines(rest: RestSummary | None) -> list[tuple[str, str]]:
    """The mask without its whole lines, in a few lines."""
    if rest is None:
        return [("rest", "no line is left")]
    mask = rest["mask"]
    m, n = mask["shape"]
    lines = [
        ("rest", f"{many(m, 'row')} x {many(n, 'column')}, density {mask['density']:.6g}"),
        *(("", line) for line in rest["verdict"]["lines"]),
    ]
    return lines if rest["model"] is None else [*lines, *_model_lines(rest["model"])]


def _model_lines(model: ModelSummary) -> list[tuple[str, str]]:
    return [("model", _model_line(model)), *(("", line) for line in _model_notes(model))]


def _model_line(model: ModelSummary) -> str:
    parts = [name for name, side in (("rows", model["rows"]), ("columns", model["columns"])) if side["varies"]]
    if not parts:
        return "W = the density"
    if model["family"] is None or model["families"] is None:
        return f"W depends on {parts[0]} alone, so any tail of the noise gives it"
    apart = "" if model["told_apart"] else f", not distinguished from {model['families'][1]['family']}"
    return f"W = F(tau/(f phi)), noise {model['family']}{apart}; tau = {model['threshold']:.4g} at median f = phi = 1"


def _model_notes(model: ModelSummary) -> list[str]:
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
            f"{rival['gain_of_free_rows']:.1f} nats with {rival['more_numbers']} more parameters"
        )
    return notes


def tables(summary: Summary) -> list[Table]:
    """Tables of what was found, of the rest where whole lines are gone; none for a mask that keeps none or all."""
    found = _count_tables(summary, "Counts beside those of a uniform mask of as many entries")
    rest, methods, data = summary["rest"], summary["methods"], summary["data"]
    if summary["structure"] is None:
        found += _model_tables(summary)
    elif rest is not None:
        of_rest = [*_count_tables(rest, "Counts beside those of a uniform mask"), *_model_tables(rest)]
        found += [replace(table, title=f"The rest. {table.title}") for table in of_rest]
    if methods is not None and methods["ranking"] and data is not None:
        networks = ONE_HIDDEN if len(data["sizes"]) == 3 else _deep(data["sizes"], data["place"])
        found.append(_method_table(methods, METHOD_TITLE + networks + RESIDUALS[data["residual"]]))
    return found


def _deep(sizes: Sequence[int], place: int) -> str:
    return f"layer\n{place} of {'-'.join(map(str, sizes))}, ReLU, Gaussian weights, residual "


def _count_tables(found: Findings, title: str) -> list[Table]:
    return [] if found["homogeneity"] is None else [_count_table(found["homogeneity"], title)]


def _model_tables(found: Findings) -> list[Table]:
    model, distances, spectrum = found["model"], found["distances"], found["spectrum"]
    if model is None or distances is None or spectrum is None:
        return []
    families, lead = model["families"], model["lead"]
    return [
        _profile_table(model),
        *([] if families is None or lead is None else [_family_table(families, lead)]),
        _distance_table(distances),
        _spectrum_table(spectrum),
    ]


def _count_table(found: HomogeneitySummary, title: str) -> Table:
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
    return Table(("", "rows", "columns"), [(name, *cells) for name, cells in lines], "lrr", title)


def _profile_table(model: ModelSummary) -> Table:
    names = ("profile", *(f"{quantile:.0%}" for quantile in QUANTILES), "sd of ln")
    cells = []
    for side, part, factor in (("row", model["rows"], "f"), ("column", model["columns"], "phi")):
        densities = np.quantile(part["densities"], QUANTILES)
        cells.append((f"{side} density", *(f"{value:.4f}" for value in densities), ""))
        if part["varies"] and model["family"] is not None:
            factors = np.exp(np.quantile(part["log_factor"], QUANTILES))
            cells.append((factor, *(f"{value:.3g}" for value in factors), f"{part['log_spread']:.3f}"))
    return Table(names, cells, "lrrrrrr", "Profiles: fitted densities and factors at quantiles")


def _family_table(families: Sequence[FamilySummary], lead: float) -> Table:
    names = ("family", "log-likelihood", "share")
    best = families[0]["log_likelihood"]
    cells = [(each["family"], f"{each['log_likelihood'] - best:+.1f}", f"{each['share']:.3g}") for each in families]
    title = f"Tail of the noise; the best leads by {lead:.1f} standard deviations (Vuong)"
    return Table(names, cells, "lrr", title)


def _distance_title(found: DistancesSummary) -> str:
    failure = max(found["to_constant"]["failure"], found["to_fitted"]["failure"])
    wrong = f" (at most: wrong with chance {failure:.0e})" if failure else ""
    same = "the fitted graphon is the constant one; " if found["fitted_is_constant"] else ""
    return (
        f"Cut distance, certified{wrong}, beside masks drawn from the graphon;\n"
        f"{same}G1: exceeded by a uniform mask with chance {found['certified_failure']:g} at most"
    )


def _distance_table(found: DistancesSummary) -> Table:
    names = ("to", "at least", "at most", "drawn masks", "p", "G1", "")
    cells = []
    both = (("constant", found["to_constant"], True), ("fitted", found["to_fitted"], False))
    one = (("both", found["to_constant"], True),)
    for name, each, flat in one if found["fitted_is_constant"] else both:
        cells.append(
            (
                name,
                f"{each['lower']:.5f}",
                f"{each['upper']:.5f}",
                around(np.array(each["drawn"])),
                _p(each["p"], EXTRAPOLATED),
                f"{found['certified_noise']:.5f}" if flat else "",
                "noise" if each["is_noise"] else "beyond",
            )
        )
    return Table(names, cells, "lrrrrrl", _distance_title(found))


def _spectrum_table(found: SpectrumSummary) -> Table:
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
    title = (
        f"Singular values / sqrt(mn); edge of the noise {found['edge']:.5f}; {found['visible']} above the level that\n"
        "noise passes in one mask of a thousand"
    )
    return Table(names, cells, "rrrrl", title)


def _method_table(found: MethodsSummary, title: str) -> Table:
    names = ("method", "error", "p", "rows", "patterns", "empty", "all", "ln L")
    best = found["ranking"][0]["log_likelihood"]
    cells = [
        (
            each["method"] + (" *" if each["fits"] else ""),
            f"{each['error']:.4f}",
            _p(each["columns_p"]),
            _p(each["rows_p"]),
            _p(each["patterns_p"]),
            _p(each["empty_p"]),
            _p(each["p"]),
            _below(best - each["log_likelihood"]),
        )
        for each in found["ranking"]
    ]
    return Table(names, cells, "lrrrrrrr", title)


def _below(nats: float) -> str:
    return "0" if nats < 0.05 else f"-{nats:.1f}" if nats < 9.95 else f"-{nats:.0f}"


def method_lines(summary: Summary) -> list[str]:
    """What follows from the tests of the methods, and which methods took no part in them."""
    excluded = [] if summary["methods"] is None else summary["methods"]["excluded"]
    return [
        *summary["explanation"]["lines"],
        *(f"{each['method']} took no part: {each['reason']}" for each in excluded),
    ]


def _p(value: float, least: float = 1e-9) -> str:
    """A p-value, or that it is below what is worth telling."""
    return f"<{least:.0e}".replace("e-0", "e-") if value < least else f"{value:.2g}"
