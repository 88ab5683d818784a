"""The tables of `sparse-limits predict` and of `--compare`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from numerics.commands.common import number_table
from numerics.pruning.row_law import DATA_DRIVEN

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from numerics.forecast.compare import Row
    from numerics.forecast.summary import Summary, TestSummary

FACTS: dict[Literal["dead_unit_share", "zero_share"], tuple[str, str]] = {  # name and meaning
    "dead_unit_share": ("dead units", "units that keep no weight"),
    "zero_share": ("P(S = 0)", "weights without any saliency"),
}


def show(console: Console, summary: Summary, top: int) -> None:
    """top: inputs listed at each end."""
    console.print(_header(summary))
    tables = [_column_table(summary, top)]
    if summary["errors"] is not None:
        tables.append(_error_table(summary))
    for title, table in (*tables, ("What follows", _facts_table(summary))):
        console.print(f"\n{title}\n", style="bold", highlight=False)
        console.print(table)


def _header(summary: Summary) -> Table:
    """What is predicted, from what, by what."""
    from rich.table import Table
    from rich.text import Text

    data, depth = summary["data"], summary["depth"]
    constant = f" ({data['constant_inputs']} constant)" if data["constant_inputs"] else ""
    outputs = "1 output" if data["outputs"] == 1 else f"{data['outputs']} outputs"
    fixed = summary["residual"] == "target"
    residual = ", residual -y (initial output subtracted)" if fixed else ", residual f0 - y"
    residual = residual if summary["method"] in DATA_DRIVEN else ""
    layers = "1 hidden layer" if depth == 1 else f"{depth} hidden layers"
    threshold = "" if summary["threshold"] is None else f"; tau = {summary['threshold']:.5g}"
    samples = f"{data['samples_used']} samples, {data['inputs']} inputs{constant}, {outputs}"
    lines = [
        ("method", f"{summary['method']} at density {summary['density']:g}, {layers} of {summary['width']}{residual}"),
        ("data", f"{data['name']}, labels {data['labelling']}: {samples}"),
        ("limit", f"{summary['limit']}{threshold}"),
        ("predictor", f"{summary['predictor']}: {summary['reason']}"),
        *(("note", note) for note in summary["notes"]),
    ]
    grid = Table.grid(padding=(0, 2))
    for name, text in lines:
        grid.add_row(Text(name, style="bold"), Text(text))
    return grid


def _column_table(summary: Summary, top: int) -> tuple[str, Table]:
    """The inputs kept most and least, by prediction, and those that a closed form misses; there it has a mark."""
    used, certificate = summary["predictor"], summary["certificate"]
    off = [each["column"] for each in certificate["columns_off"]] if certificate else []
    tried = certificate["predictor"] if certificate and off else used
    names = [used, *(name for name in ("row law", tried) if name != used)]
    predicted = {name: np.array(summary["columns"]["predicted"][name]) for name in names}
    observed = summary["columns"]["observed"]
    law = predicted["row law"]
    deviation = 2 * np.sqrt(law * (1 - law) / (summary["width"] * summary["networks"]))
    order = np.argsort(-predicted[used], kind="stable")
    whole = len(order) <= 2 * top
    listed = order if whole else np.concatenate([order[:top], order[-top:]])
    what = f"all {len(order)} inputs" if whole else f"the {top} inputs kept most and least of {len(order)}"
    missed = [column for column in off if column not in listed][:top]
    last = ("observed", "± 2 sd") if observed is not None else ("± 2 sd",)
    table = number_table("input", *names, *last)
    for place, column in enumerate([*listed, *missed]):
        cells = [str(column), *(f"{predicted[name][column]:.4f}" for name in names)]
        if column in off:
            cells[names.index(tried) + 1] += " !"
        if observed is not None:
            cells.append(f"{observed[column]:.4f}")
        ends = not whole and place in (top - 1, 2 * top - 1)
        table.add_row(*cells, f"{deviation[column]:.4f}", end_section=ends)
    mark = "" if not off else f"\n(! {tried} is off by more than a network of this width would hide)"
    return f"Column densities, {what}{mark}", table


def _error_table(summary: Summary) -> tuple[str, Table]:
    networks = f"{summary['networks']} networks" if summary["networks"] > 1 else "1 network"
    title = (
        f"Mean absolute error of column densities, {networks}; noise floor {summary['noise_floor']:.4f}\n"
        "(* in use; explained: variance between columns; at most: what the exact law would explain)"
    )
    table = number_table("predictor", "error", "error / floor", "explained", "at most")
    for name, found in (summary["errors"] or {}).items():
        shares = (
            "-" if share is None else f"{max(0.0, share):.1%}" for share in (found["explained"], found["explainable"])
        )
        mark = " *" if name == summary["predictor"] else ""
        ratio = "-" if found["ratio"] is None else f"{found['ratio']:.2f}"
        table.add_row(name + mark, f"{found['error']:.4f}", ratio, *shares)
    return title, table


def _facts_table(summary: Summary) -> Table:
    table = number_table("quantity", "predicted", "observed", "meaning")
    table.columns[0].justify = table.columns[3].justify = "left"
    for key, (name, meaning) in FACTS.items():
        seen = summary[key]["observed"]
        table.add_row(name, f"{summary[key]['predicted']:.4f}", "-" if seen is None else f"{seen:.4f}", meaning)
    if summary["rows"] is not None:
        error, floor = summary["rows"]["error"], summary["rows"]["floor"]
        table.add_row("row densities", "-", f"{error:.4f}", f"mean absolute error of S11's; noise floor {floor:.4f}")
    rank = summary["rank_one"]
    if rank["fluctuation"] is not None and rank["eigenvalue_shares"] is not None:
        table.add_row("fluctuation η", f"{rank['fluctuation']:.3f}", "-", "of the gradient about its mean")
        shares = " ".join(f"{share:.2f}" for share in rank["eigenvalue_shares"])
        table.add_row("eigen-shares", shares, "-", "of its covariance")
    distance = "-" if rank["distance"] is None else f"{rank['distance']:.3f}"
    table.add_row("rank one", distance, "-", _rank_verdict(summary))
    if summary["columns"]["observed"] is not None:
        value = summary["test"]["p_value"]
        table.add_row("row law, p-value", "-", "-" if value is None else f"{value:.2g}", _test_verdict(summary["test"]))
    return table


def _rank_verdict(summary: Summary) -> str:
    rank = summary["rank_one"]
    if rank["distance"] is None:
        return "yes: row × column × noise" if rank["claimed"] else "not claimed: several outputs"
    if rank["claimed"]:
        return "yes: the gradient keeps to the line of its mean"
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
    names = list(rows[0].errors)
    table = number_table("data, residual", "width", *names, "floor")
    table.columns[0].justify = "left"
    for place, row in enumerate(rows):
        new = place == 0 or rows[place - 1].setting != row.setting
        last = place + 1 < len(rows) and rows[place + 1].setting != row.setting
        errors = (f"{1e4 * value:.0f}" for value in (*(row.errors[name] for name in names), row.floor))
        table.add_row(row.setting if new else "", str(row.width), *errors, end_section=last)
    title = f"{method} at density {density:g}: mean absolute errors of column densities × 10⁴\n"
    console.print(title, style="bold", highlight=False)
    console.print(table)
