"""What `sparse-limits fit` shows on a terminal: a header and tables."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from numerics.commands._fit_summary import Summary, around
from numerics.commands.common import number_table

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

METHOD_TITLE = (
    "Methods, the likeliest first; errors: mean absolute, of column densities, and of\n"
    "sorted row densities (rows); random has the law of magnitude (S2); networks: one\n"
    "hidden ReLU layer, Gaussian weights, residual "
)
RESIDUALS = {"-y": "-y (initial output subtracted)", "f0 - y": "f0 - y (output of a random network)"}
QUANTILES = (0.0, 0.1, 0.5, 0.9, 1.0)


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
        title = METHOD_TITLE + RESIDUALS[summary["data"]["residual"]]
        found.append((title, _method_rows(summary["methods"])))
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
                around(np.array(each["drawn"])),
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
                "other data, labels, scaling or residual (--residual) made the mask"
            )
    return lines + [f"{each['method']} took no part: {each['reason']}" for each in found["excluded"]]


def _rich(table: Rows) -> Table:
    names, cells, sides = table
    made = number_table(*names)
    for column, side in zip(made.columns, sides, strict=True):
        column.justify = "left" if side == "l" else "right"
    for row in cells:
        made.add_row(*row)
    return made


def _p(value: float, least: float = 1e-9) -> str:
    """A p-value, or that it is below what is worth telling."""
    return f"<{least:.0e}".replace("e-0", "e-") if value < least else f"{value:.2g}"
