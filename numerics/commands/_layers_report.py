"""The tables of `sparse-limits predict layers` and `predict methods` for all layers of a network, whether the law of wide layers follows it or not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sparse_limits.numerics.columns import name_of
from sparse_limits.numerics.prediction.layers.summary import followed, layer_name, thresholds
from sparse_limits.numerics.prediction.result import MEASURED
from sparse_limits.numerics.printing.plain_text import many, short_names
from sparse_limits.numerics.printing.tables import Table, print_facts, print_table

if TYPE_CHECKING:
    from rich.console import Console

    from sparse_limits.numerics.prediction.layers.summary import LayersSummary, LayerSummary, RoundsSummary

LOSSES = {"mse": "squared error", "cross-entropy": "cross-entropy"}
UNPROVED = ("measured, not proved", "± is")  # how notes begin that say so, and how far such a law lay from networks
MOST_NAMED = 12  # parts outside; --json has all
RESIDUALS = {
    "target": "initial output taken as 0",
    "output": "the networks' own initial output",
    "averaged": "averaged over initial outputs",
}


def show_layers(console: Console, summary: LayersSummary, top: int) -> None:
    """top: inputs listed at each end."""
    if followed(summary):
        print_facts(console, _header(summary))
        tables = [_layer_table(summary), _dead_table(summary)]
    else:
        notes = [("note", note) for note in summary["notes"]]
        print_facts(console, [("method", _method(summary)), *_header_of_parts(summary), *notes])
        tables = [_part_table(summary)]
        if summary["layers"][0]["dead_rows"] is not None or summary["networks"]:
            tables.append(_dead_table_of_parts(summary))
    if summary["in_rounds"] is not None:
        tables += _tables_of_rounds(summary, summary["in_rounds"])
    if summary["columns"]["predicted"] or summary["columns"]["observed"]:
        tables.append(_column_table(summary, top))
    for table in tables:
        console.print()
        print_table(console, table)


def show_methods(console: Console, summaries: Sequence[LayersSummary], refused: Sequence[str]) -> None:
    """The densities that each method leaves to each layer; refused: methods that are not told, and why."""
    first = summaries[0]
    if not followed(first):
        _show_methods_of_parts(console, summaries, refused)
        return
    print_facts(console, [fact for fact in _header(first) if fact[0] in ("model", "network", "data", "")])
    names = tuple(layer_name(first, layer) for layer in first["layers"])
    sides = "l" + "r" * len(first["layers"])
    kept = [
        (each["method"], *(share(layer["predicted"]) for layer in each["layers"]), each["says"]) for each in summaries
    ]
    ends = [(each["method"], *(_density(end["density"]) for end in each["collapse"])) for each in summaries]
    scope = thresholds(first["scope"], [each["method"] for each in summaries])
    title = f"Predicted densities of layers at density {first['density']:g}, {scope}"
    for table in (
        Table(("method", *names, "says"), kept, f"{sides}l", title),
        Table(
            ("method", *names), ends, sides, "Density of the network at which a layer is expected to keep one weight"
        ),
    ):
        console.print()
        print_table(console, table)
    unproved: dict[str, list[str]] = {}
    for each in summaries:
        for note in each["notes"]:
            if note.startswith(UNPROVED):
                unproved.setdefault(note, []).append(each["method"])
    if unproved or refused:
        console.print()
        notes = [(", ".join(methods), note) for note, methods in unproved.items()]
        print_facts(console, [*notes, *(("note", reason) for reason in refused)])


def _method(summary: LayersSummary) -> str:
    compared = thresholds(summary["scope"], [summary["method"]])
    return f"{summary['method']} at density {summary['density']:g}, {compared}"


def _header(summary: LayersSummary) -> list[tuple[str, str]]:
    """What is predicted, from what."""
    data = summary["data"]
    widths = " × ".join(map(str, (data["inputs"], *(summary["widths"] or ()), data["outputs"])))
    biases = "with biases" if summary["bias"] else "no biases"
    norm = ", batch normalisation" if summary["norm"] == "batch" else ""
    loss = f"{LOSSES[summary['loss']]}, {RESIDUALS[summary['residual']]}"
    samples = f"{data['samples_used']} samples"
    return [
        ("method", _method(summary)),
        *([("model", summary["model"])] if summary["model"] else []),
        ("network", f"{widths}, {summary['activation']}, {summary['init']} initialisation, {biases}{norm}"),
        ("data", f"{data['name']}, labels {data['labelling']}: {samples}; {loss}"),
        *(("", note) for note in data["notes"]),
        *(("note", note) for note in summary["notes"]),
    ]


def _layer_table(summary: LayersSummary) -> Table:
    """Densities of layers, predicted and observed."""
    seen = summary["layers"][0]["observed"] is not None
    rows = []
    for layer in summary["layers"]:
        observed = (share(layer["observed"]), share(layer["sd"])) if seen else ()
        shape = f"{layer['outputs']} × {layer['inputs']}"
        says = (summary["says"],) if summary["model"] else ()
        rows.append(
            (layer_name(summary, layer), shape, *says, share(layer["predicted"]), share(layer["error"]), *observed)
        )
    networks = f", observed in {many(summary['networks'], 'network')}" if seen else ""
    says = ("says",) if summary["model"] else ()
    columns = ("layer", "weights", *says, "predicted", "±", *(("observed", "sd") if seen else ()))
    sides = "lr" + "l" * len(says)
    return Table(columns, rows, sides + "r" * (len(columns) - len(sides)), f"Densities of layers{networks}")


def _dead_table(summary: LayersSummary) -> Table:
    """What keeps nothing, and the densities at which layers and paths end."""
    seen = summary["layers"][0]["observed"] is not None
    rows = []
    for layer, end in zip(summary["layers"], summary["collapse"], strict=True):
        pairs = [(layer["dead_rows"], layer["seen_dead_rows"]), (layer["dead_columns"], layer["seen_dead_columns"])]
        counts = [count(value) for pair in pairs for value in (pair if seen else pair[:1])]
        rows.append((layer_name(summary, layer), *counts, _density(end["density"])))
    paths = summary["paths"]["ends"]
    last = (
        f"\nIn the limit the last path ends at density {paths[1]:.2g} (quartiles {paths[0]:.2g} to {paths[2]:.2g})"
        if paths
        else ""
    )
    title = f"Rows and columns that keep nothing, and the density at which a layer is expected to keep one weight{last}"
    each = ("observed",) if seen else ()
    columns = ("layer", "rows", *each, "columns", *each, "one left")
    return Table(columns, rows, "l" + "r" * (len(columns) - 1), title)


def _tables_of_rounds(summary: LayersSummary, found: RoundsSummary) -> list[Table]:
    """What the rounds do: in wide layers, where a law is known, and to rows of the networks pruned for the prediction."""
    names = short_names([layer_name(summary, layer) for layer in summary["layers"]])
    counts = tuple(map(str, found["rounds"]))
    empty = [(name, *map(count, column)) for name, column in zip(names, zip(*found["empty"], strict=True), strict=True)]
    tables = [
        Table(("layer", *counts), empty, "l" + "r" * len(counts), "Rows that keep nothing, by the number of rounds")
    ]
    if found["balanced"] is not None and found["critical"] is not None:
        after: Sequence[float | None] = found["wide"] or [None] * len(names)
        rows = [
            (name, share(wide), share(balanced), "-" if critical is None else f"{critical:.3g}")
            for name, wide, balanced, critical in zip(
                names, after, found["balanced"], (*found["critical"], None), strict=True
            )
        ]
        title = (
            f"Wide layers (H6.2): densities after {many(found['rounds'][-1], 'round')}, and after many if no neuron's losses fed "
            "back on themselves (balanced); they do so below the critical density of the network"
        )
        tables.append(Table(("layer", "wide", "balanced", "critical"), rows, "lrrr", title))
    return tables


def share(value: float | None) -> str:
    """Four decimals, or two digits of what is smaller than a thousandth."""
    if value is None:
        return "-"
    return f"{value:.1e}" if 0 < value < 0.001 else f"{value:.4f}"


def count(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def _density(value: float | None) -> str:
    return "-" if value is None else f"{value:.2g}"


def _column_table(summary: LayersSummary, top: int) -> Table:
    """The inputs kept most and least in the first layer, by what is predicted or else observed."""
    both = {name: summary["columns"][name] for name in ("predicted", "observed")}
    shown = {name: np.array(values) for name, values in both.items() if values is not None}
    order = np.argsort(-next(iter(shown.values())), kind="stable")
    whole = len(order) <= 2 * top
    listed = order if whole else np.concatenate([order[:top], order[-top:]])
    what = (
        f"all {many(len(order), 'input')}" if whole else f"the {many(top, 'input')} kept most and least of {len(order)}"
    )
    rows = [
        (name_of(summary["data"], column), *(f"{values[column]:.4f}" for values in shown.values())) for column in listed
    ]
    columns = ("input", *shown)
    layer = "first layer" if followed(summary) else "layer that reads the data"
    title = f"Column densities of the {layer}, {what}"
    return Table(columns, rows, "r" * len(columns), title, () if whole else (top - 1,))


def _show_methods_of_parts(console: Console, summaries: Sequence[LayersSummary], refused: Sequence[str]) -> None:
    """The densities that each method leaves to each layer, side by side."""
    first = summaries[0]
    told = dict.fromkeys(note for each in summaries for note in each["notes"])
    print_facts(
        console,
        [*_header_of_parts(first), ("says", _standings(summaries)), *(("note", note) for note in (*told, *refused))],
    )
    rows = []
    for number, name in enumerate(short_names([layer["name"] or "" for layer in first["layers"]])):
        layers = [each["layers"][number] for each in summaries]
        rows.append((name, *(share(_answer(layer)) for layer in layers)))
    methods = [each["method"] for each in summaries]
    title = f"Densities of layers at density {first['density']:g}, {thresholds(first['scope'], methods)}"
    console.print()
    print_table(console, Table(("layer", *methods), rows, "l" + "r" * len(summaries), title, narrow=True))


def _standings(summaries: Sequence[LayersSummary]) -> str:
    """What the densities of each method rest on."""
    named: dict[str, list[str]] = {}
    for each in summaries:
        named.setdefault(each["layers"][0]["says"], []).append(each["method"])
    pruned = f", in {many(summaries[0]['networks'], 'module')} pruned here"
    return "; ".join(
        f"{says}{pruned if says == MEASURED else ''}: {', '.join(methods)}" for says, methods in named.items()
    )


def _answer(layer: LayerSummary) -> float | None:
    """The density that is predicted or else counted."""
    return layer["observed"] if layer["predicted"] is None else layer["predicted"]


def _header_of_parts(summary: LayersSummary) -> list[tuple[str, str]]:
    """The module, what of it the law does not follow, and the data."""
    data = summary["data"]
    named, more = summary["outside"][:MOST_NAMED], len(summary["outside"]) - MOST_NAMED
    listed = "; ".join(named) + (f"; and {more} more" if more > 0 else "")
    outside = [("outside", listed)] if named else []
    return [
        ("model", summary["model"] or ""),
        *(outside or ([("outside", summary["reason"])] if summary["reason"] else [])),
        (
            "data",
            f"{data['name']}, labels {data['labelling']}: {data['samples_used']} samples; {LOSSES[summary['loss']]}",
        ),
        *(("", note) for note in data["notes"]),
    ]


def _part_table(summary: LayersSummary) -> Table:
    """Densities of layers: what is said of each, what was observed, and the test between the two, as far as there are."""
    layers = summary["layers"]
    predicted, tested = layers[0]["predicted"] is not None, layers[0]["p"] is not None
    columns: list[tuple[str, list[str]]] = [
        ("layer", short_names([layer["name"] or "" for layer in layers])),
        ("weights", ["×".join(map(str, layer["shape"])) for layer in layers]),
        ("says", [layer["says"] for layer in layers]),
    ]
    if predicted:
        columns.append(("predicted", [share(layer["predicted"]) for layer in layers]))
    if layers[0]["error"] is not None:
        columns.append(("±", [_four(layer["error"]) for layer in layers]))
    if summary["networks"]:
        columns.append(("observed", [share(layer["observed"]) for layer in layers]))
        columns.append(("sd", [_four(layer["sd"]) for layer in layers]))
    if tested:
        columns.append(("p", [_two(layer["p"]) for layer in layers]))
    networks = f", observed in {many(summary['networks'], 'module')}" if summary["networks"] else ""
    rows = list(zip(*(values for _, values in columns), strict=True))
    names = tuple(name for name, _ in columns)
    return Table(names, rows, "lrl" + "r" * (len(columns) - 3), f"Densities of layers{networks}")


def _four(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def _two(p: float | None) -> str:
    return "-" if p is None else f"{p:.2f}"


def _dead_table_of_parts(summary: LayersSummary) -> Table:
    """Rows and columns that keep nothing, as predicted and as observed."""
    layers = summary["layers"]
    columns: list[tuple[str, list[str]]] = [("layer", short_names([layer["name"] or "" for layer in layers]))]
    expected = (
        ("rows", [each["dead_rows"] for each in layers]),
        ("columns", [each["dead_columns"] for each in layers]),
    )
    seen = [each["seen_dead_rows"] for each in layers], [each["seen_dead_columns"] for each in layers]
    predicted = layers[0]["dead_rows"] is not None
    for (name, values), counted in zip(expected, seen, strict=True):
        if predicted:
            columns.append((name, [count(value) for value in values]))
        if summary["networks"]:
            columns.append(("observed" if predicted else name, [count(value) for value in counted]))
    rows = list(zip(*(values for _, values in columns), strict=True))
    names = tuple(name for name, _ in columns)
    title = "Rows and columns (outputs and inputs) that keep nothing" + ("" if predicted else " in these modules")
    return Table(names, rows, "l" + "r" * (len(columns) - 1), title)
