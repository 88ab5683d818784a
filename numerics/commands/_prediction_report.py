"""The tables of `sparse-limits predict columns` and `predict predictors`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from sparse_limits.numerics.columns import name_of
from sparse_limits.numerics.prediction.methods import DATA_DRIVEN
from sparse_limits.numerics.printing.plain_text import many
from sparse_limits.numerics.printing.tables import Table, print_facts, print_table

if TYPE_CHECKING:
    from rich.console import Console

    from sparse_limits.numerics.prediction.pruned_first_layer.predictors import Row
    from sparse_limits.numerics.prediction.pruned_first_layer.summary import Summary, TestSummary

FACTS: dict[Literal["dead_unit_share", "zero_share"], tuple[str, str]] = {  # name and meaning
    "dead_unit_share": ("dead units", "units that keep no weight"),
    "zero_share": ("P(S = 0)", "weights without any saliency"),
}


def show(console: Console, summary: Summary, top: int) -> None:
    """top: inputs listed at each end."""
    print_facts(console, _header(summary))
    tables = [_column_table(summary, top)]
    if summary["errors"] is not None:
        tables.append(_error_table(summary))
    for table in (*tables, _facts_table(summary)):
        console.print()
        print_table(console, table)


def _header(summary: Summary) -> list[tuple[str, str]]:
    """What is predicted, from what, by what."""
    data, depth = summary["data"], summary["depth"]
    constant = f" ({data['constant_inputs']} constant)" if data["constant_inputs"] else ""
    outputs = "1 output" if data["outputs"] == 1 else f"{data['outputs']} outputs"
    fixed = summary["residual"] == "target"
    residual = ", residual -y (initial output subtracted)" if fixed else ", residual f0 - y"
    residual = residual if summary["method"] in DATA_DRIVEN else ""
    layers = "1 hidden layer" if depth == 1 else f"{depth} hidden layers"
    threshold = "" if summary["threshold"] is None else f"; tau = {summary['threshold']:.5g}"
    samples = f"{data['samples_used']} samples, {many(data['inputs'], 'input')}{constant}, {outputs}"
    return [
        ("method", f"{summary['method']} at density {summary['density']:g}, {layers} of {summary['width']}{residual}"),
        ("data", f"{data['name']}, labels {data['labelling']}: {samples}"),
        *(("", note) for note in data["notes"]),
        ("limit", f"{summary['limit']}{threshold}"),
        ("predictor", summary["withdrawn"] or f"{summary['predictor']}: {summary['reason']}"),
        *(("note", note) for note in summary["notes"]),
    ]


def _column_table(summary: Summary, top: int) -> Table:
    """The inputs kept most and least, by prediction, and those that a closed form misses, with a mark; what was observed alone where that answers."""
    used, certificate = summary["predictor"], summary["certificate"]
    off = [each["column"] for each in certificate["columns_off"]] if certificate else []
    tried = certificate["predictor"] if certificate and off else used
    names = [] if summary["withdrawn"] else [used, *(name for name in ("row law", tried) if name != used)]
    predicted = {name: np.array(summary["columns"]["predicted"][name]) for name in (*names, "row law")}
    observed = summary["columns"]["observed"]
    law = predicted["row law"]
    deviation = 2 * np.sqrt(law * (1 - law) / (summary["width"] * summary["networks"]))
    order = np.argsort(-(predicted[used] if names else np.array(observed)), kind="stable")
    whole = len(order) <= 2 * top
    listed = order if whole else np.concatenate([order[:top], order[-top:]])
    what = (
        f"all {many(len(order), 'input')}" if whole else f"the {many(top, 'input')} kept most and least of {len(order)}"
    )
    missed = [column for column in off if column not in listed][:top]
    last = ("observed", "± 2 sd") if observed is not None else ("± 2 sd",)
    rows = []
    for column in [*listed, *missed]:
        cells = [name_of(summary["data"], column), *(f"{predicted[name][column]:.4f}" for name in names)]
        if column in off and names:
            cells[names.index(tried) + 1] += " !"
        if observed is not None:
            cells.append(f"{observed[column]:.4f}")
        rows.append([*cells, f"{deviation[column]:.4f}"])
    mark = (
        ""
        if not off or not names
        else f"\n(! {tried} is off by more than the noise of a network of this width could hide)"
    )
    columns = ("input", *names, *last)
    ends = () if whole else (top - 1, 2 * top - 1)
    return Table(columns, rows, "r" * len(columns), f"Column densities, {what}{mark}", ends)


def _error_table(summary: Summary) -> Table:
    networks = f"{summary['networks']} networks" if summary["networks"] > 1 else "1 network"
    title = (
        f"Mean absolute error of column densities, {networks}; noise floor {summary['noise_floor']:.4f}\n"
        "(* in use; explained: variance between columns; if exact: what the exact law explains on average)"
    )
    rows = []
    for name, found in (summary["errors"] or {}).items():
        shares = (
            "-" if share is None else f"{max(0.0, share):.1%}" for share in (found["explained"], found["explainable"])
        )
        mark = " *" if name == summary["predictor"] and not summary["withdrawn"] else ""
        ratio = "-" if found["ratio"] is None else f"{found['ratio']:.2f}"
        rows.append((name + mark, f"{found['error']:.4f}", ratio, *shares))
    return Table(("predictor", "error", "error / floor", "explained", "if exact"), rows, "rrrrr", title)


def _facts_table(summary: Summary) -> Table:
    rows = []
    for key, (name, meaning) in FACTS.items():
        seen = summary[key]["observed"]
        rows.append((name, f"{summary[key]['predicted']:.4f}", "-" if seen is None else f"{seen:.4f}", meaning))
    if summary["rows"] is not None:
        error, floor = summary["rows"]["error"], summary["rows"]["floor"]
        rows.append(("row densities", "-", f"{error:.4f}", f"mean absolute error of S11's; noise floor {floor:.4f}"))
    rank = summary["rank_one"]
    if rank["fluctuation"] is not None and rank["eigenvalue_shares"] is not None:
        rows.append(("fluctuation η", f"{rank['fluctuation']:.3f}", "-", "of the gradient about its mean"))
        shares = " ".join(f"{share:.2f}" for share in rank["eigenvalue_shares"])
        rows.append(("eigen-shares", shares, "-", "of its covariance"))
    distance = "-" if rank["distance"] is None else f"{rank['distance']:.3f}"
    rows.append(("rank one", distance, "-", _rank_verdict(summary)))
    if summary["columns"]["observed"] is not None:
        value = summary["test"]["p_value"]
        said = "-" if value is None else f"{value:.2g}"
        rows.append(("row law, p-value", "-", said, _test_verdict(summary["test"])))
    return Table(("quantity", "predicted", "observed", "meaning"), rows, "lrrl", "What follows")


def _rank_verdict(summary: Summary) -> str:
    rank = summary["rank_one"]
    if rank["distance"] is None:
        return "yes: row × column × noise" if rank["claimed"] else "not claimed: several outputs"
    if rank["claimed"]:
        return "yes: the gradient stays on the line of its mean"
    return f"no: the gradient leaves the line of its mean ({rank['allowed']:g} allowed)"


def _test_verdict(test: TestSummary) -> str:
    value = test["p_value"]
    if value is None:
        return "no test: rows share the upper layers"
    caution = "" if test["exact"] else " (approximately: rows are weakly dependent)"
    if value >= test["unlikely"]:
        return f"consistent with the row law{caution}"
    return f"contradicts the row law{caution}"


def show_comparison(console: Console, method: str, density: float, rows: Sequence[Row]) -> None:
    """One line for each setting and width."""
    if rows[0].notes:
        print_facts(console, [("data" if at == 0 else "", note) for at, note in enumerate(rows[0].notes)])
        console.print()
    names = list(rows[0].errors)
    columns, cells, ends = ("data, residual", "width", *names, "floor"), [], []
    for place, row in enumerate(rows):
        new = place == 0 or rows[place - 1].setting != row.setting
        if new and place > 0:
            ends.append(place - 1)
        errors = (f"{1e4 * value:.0f}" for value in (*(row.errors[name] for name in names), row.floor))
        cells.append((row.setting if new else "", str(row.width), *errors))
    title = f"{method} at density {density:g}: mean absolute errors of column densities × 10⁴"
    print_table(console, Table(columns, cells, "l" + "r" * (len(columns) - 1), title, ends))
