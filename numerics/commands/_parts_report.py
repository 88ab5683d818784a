"""`sparse-limits predict --model` for modules that the law of wide layers does not follow as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from numerics.columns import name_of
from numerics.commands._layers_report import LOSSES, count, share
from numerics.prediction.layers.summary import thresholds
from numerics.printing.plain_text import many, short_names
from numerics.printing.tables import Table, print_facts, print_table

if TYPE_CHECKING:
    from rich.console import Console

    from numerics.prediction.modules.parts_summary import PartsSummary

MOST_NAMED = 12  # parts outside; --json has all


def show_parts(console: Console, summary: PartsSummary, top: int) -> None:
    """top: inputs listed at each end."""
    compared = thresholds(summary["scope"], [summary["method"]])
    method = f"{summary['method']} at density {summary['density']:g}, {compared}"
    print_facts(console, [("method", method), *_header(summary), *(("note", note) for note in summary["notes"])])
    tables = [_layer_table(summary)]
    if summary["layers"][0]["dead_rows"] is not None or summary["networks"]:
        tables.append(_dead_table(summary))
    if summary["columns"]["predicted"] or summary["columns"]["observed"]:
        tables.append(_column_table(summary, top))
    for table in tables:
        console.print()
        print_table(console, table)


def show_methods_of_parts(console: Console, summaries: Sequence[PartsSummary], refused: Sequence[str]) -> None:
    """The densities that each method leaves to each layer, side by side."""
    first = summaries[0]
    told = dict.fromkeys(note for each in summaries for note in each["notes"])
    notes = [*told, *refused, "GraSP is measured alone: --method grasp"]
    print_facts(console, [*_header(first), *(("note", note) for note in notes)])
    columns = ("layer", *(each["method"] for each in summaries))
    rows = [("says", *(each["layers"][0]["says"] for each in summaries))]
    for number, name in enumerate(short_names([layer["name"] for layer in first["layers"]])):
        shares = (share(each["layers"][number]["predicted"]) for each in summaries)
        rows.append((name, *shares))
    scope = thresholds(first["scope"], [each["method"] for each in summaries])
    title = f"Predicted densities of layers at density {first['density']:g}, {scope}"
    console.print()
    print_table(console, Table(columns, rows, "l" + "r" * len(summaries), title))


def _header(summary: PartsSummary) -> list[tuple[str, str]]:
    """The module, what of it the law does not follow, and the data."""
    data = summary["data"]
    named, more = summary["outside"][:MOST_NAMED], len(summary["outside"]) - MOST_NAMED
    listed = "; ".join(named) + (f"; and {more} more" if more > 0 else "")
    outside = [("outside", listed)] if named else []
    return [
        ("model", summary["model"]),
        *(outside or ([("outside", summary["reason"])] if summary["reason"] else [])),
        (
            "data",
            f"{data['name']}, labels {data['labelling']}: {data['samples_used']} samples; {LOSSES[summary['loss']]}",
        ),
        *(("", note) for note in data["notes"]),
    ]


def _layer_table(summary: PartsSummary) -> Table:
    """Densities of layers: what is said of each, and what was observed."""
    rows = []
    names = short_names([layer["name"] for layer in summary["layers"]])
    for name, layer in zip(names, summary["layers"], strict=True):
        shape = "×".join(map(str, layer["shape"]))
        seen = (share(layer["observed"]), _four(layer["sd"]), _two(layer["p"])) if summary["networks"] else ()
        told = (share(layer["predicted"]), _four(layer["error"]))
        rows.append((name, shape, layer["says"], *told, *seen))
    networks = f", observed in {many(summary['networks'], 'module')}" if summary["networks"] else ""
    columns = ("layer", "weights", "says", "predicted", "±")
    more = ("observed", "sd", "p") if summary["networks"] else ()
    return Table((*columns, *more), rows, "lrl" + "r" * (2 + len(more)), f"Densities of layers{networks}")


def _four(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def _two(p: float | None) -> str:
    return "-" if p is None else f"{p:.2f}"


def _dead_table(summary: PartsSummary) -> Table:
    """Rows and columns that keep nothing."""
    names = short_names([layer["name"] for layer in summary["layers"]])
    rows = [
        (
            name,
            count(layer["dead_rows"]),
            count(layer["seen_dead_rows"]),
            count(layer["dead_columns"]),
            count(layer["seen_dead_columns"]),
        )
        for name, layer in zip(names, summary["layers"], strict=True)
    ]
    columns = ("layer", "rows", "observed", "columns", "observed")
    return Table(columns, rows, "lrrrr", "Rows and columns (outputs and inputs) that keep nothing")


def _column_table(summary: PartsSummary, top: int) -> Table:
    """The inputs kept most and least in the layer that reads the data."""
    both = [summary["columns"]["predicted"], summary["columns"]["observed"]]
    shown = [np.array(each) for each in both if each is not None]
    order = np.argsort(-shown[0], kind="stable")
    whole = len(order) <= 2 * top
    listed = order if whole else np.concatenate([order[:top], order[-top:]])
    what = (
        f"all {many(len(order), 'input')}" if whole else f"the {many(top, 'input')} kept most and least of {len(order)}"
    )
    names = tuple(name for name, each in zip(("predicted", "observed"), both, strict=True) if each is not None)
    rows = [(name_of(summary["data"], column), *(f"{each[column]:.4f}" for each in shown)) for column in listed]
    title = f"Column densities of the layer that reads the data, {what}"
    return Table(("input", *names), rows, "r" * (1 + len(names)), title, () if whole else (top - 1,))
