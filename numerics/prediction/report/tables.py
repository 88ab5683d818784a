"""The tables of a report."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sparse_limits.numerics.columns import name_of
from sparse_limits.numerics.prediction.layers.summary import layer_name
from sparse_limits.numerics.prediction.pruned_first_layer.kernel_summary import FitSummary
from sparse_limits.numerics.prediction.report.advice import error_of
from sparse_limits.numerics.prediction.report.summary import (
    Learning,
    MethodSummary,
    alike,
    columns_of,
    listed,
    lost_inputs,
    percent,
    resting_on,
    stated,
)
from sparse_limits.numerics.printing.tables import Cell, Table

TOP = 5  # inputs listed at each end
LONGEST = 32  # letters of a name in a table, so that other columns stay in sight


def _short(name: str) -> str:
    """A name with its beginning and its end, where tables often tell columns apart."""
    half = LONGEST // 2
    return name if len(name) <= LONGEST else f"{name[:half]}…{name[1 - half :]}"


def layer_table(methods: Sequence[MethodSummary]) -> Table:
    """Densities of layers by method: predicted, and found in networks."""
    first = methods[0]["layers"]
    columns = ("method", *(layer_name(first, layer) for layer in first["layers"]), "rests on")
    shapes = ("weights", *(f"{layer['outputs']} × {layer['inputs']}" for layer in first["layers"]), "")
    rows: list[Sequence[Cell]] = [[[(each, "soft")] for each in shapes]]
    for method in methods:
        cells: list[Cell] = []
        for layer in method["layers"]["layers"]:
            share = stated(layer["predicted"])
            gone = share * layer["weights"] < 1
            seen = "" if layer["observed"] is None else f" / {percent(layer['observed'])}"
            cells.append([(percent(share), "refuted" if gone else "strong"), (seen, "soft")])
        rows.append([method["method"], *cells, _standing(method)])
    return Table(columns, rows, f"l{'r' * len(first['layers'])}l")


def _standing(method: MethodSummary, *, apart: bool = False) -> Cell:
    """What numbers rest on; apart: numbers of single rows and columns, not of whole layers."""
    kind, by = resting_on([method], apart=apart)
    return [(kind, kind), (f" {by}", "soft")]


def end_table(methods: Sequence[MethodSummary], density: float) -> Table:
    """The densities at which layers are down to one weight."""
    first = methods[0]["layers"]
    several = any(each["layers"]["paths"]["ends"] for each in methods)
    seen = first["paths"]["share"] is not None
    names = (*(("last path",) if several else ()), *(("with a path",) if seen else ()))
    columns = ("method", *(layer_name(first, layer) for layer in first["layers"]), *names, "rests on")
    rows: list[Sequence[Cell]] = []
    for method in methods:
        ends = [end["density"] for end in method["layers"]["collapse"]]
        cells: list[Cell] = [
            "–" if end is None else [(f"{end:.2g}", "refuted" if end >= density else "")] for end in ends
        ]
        if several:
            quartiles = method["layers"]["paths"]["ends"]
            cells.append("–" if quartiles is None else f"{quartiles[1]:.2g} ({quartiles[0]:.2g} to {quartiles[2]:.2g})")
        if seen:
            networks, share = method["layers"]["networks"], method["layers"]["paths"]["share"] or 0.0
            cells.append([(f"{round(share * networks)} of {networks}", "refuted" if share < 1 else "")])
        rows.append([method["method"], *cells, _standing(method)])
    return Table(columns, rows, f"l{'r' * (len(columns) - 2)}l")


def dead_table(methods: Sequence[MethodSummary]) -> Table:
    """Units of each layer that keep no incoming weight: expected, and found."""
    first = methods[0]["layers"]
    columns = ("method", *(layer_name(first, layer) for layer in first["layers"]), "rests on")
    units = ("units", *(str(layer["outputs"]) for layer in first["layers"]), "")
    rows: list[Sequence[Cell]] = [[[(each, "soft")] for each in units]]
    for method in methods:
        cells: list[Cell] = [
            [
                (_count(stated(layer["dead_rows"])), "strong"),
                ("" if layer["seen_dead_rows"] is None else f" / {_count(layer['seen_dead_rows'])}", "soft"),
            ]
            for layer in method["layers"]["layers"]
        ]
        rows.append([method["method"], *cells, _standing(method, apart=True)])
    return Table(columns, rows, f"l{'r' * len(first['layers'])}l")


def _count(value: float) -> str:
    return "0" if value < 0.05 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def input_table(methods: Sequence[MethodSummary]) -> tuple[Table | None, list[str]]:
    """The inputs kept most and least, for each method that tells inputs apart; the methods that do not."""
    same = [each["method"] for each in methods if alike(each)]
    rest = [each for each in methods if each["method"] not in same and columns_of(each)]
    if not rest:
        return None, same
    inputs = rest[0]["layers"]["data"]["inputs"]
    places = list(range(inputs)) if inputs <= 2 * TOP else [*range(TOP), *range(inputs - TOP, inputs)]
    orders = [np.argsort(-np.array(columns_of(each)), kind="stable").tolist() for each in rest]
    rows: list[Sequence[Cell]] = []
    for place in places:
        cells: list[Cell] = []
        for method, order in zip(rest, orders, strict=True):
            share = columns_of(method)[order[place]]
            cells.append(
                [(_short(name_of(method["layers"]["data"], order[place])), "strong"), (f" {percent(share)}", "soft")]
            )
        rows.append([str(place + 1), *cells])
    return Table(("rank", *(each["method"] for each in rest)), rows, "l" * (len(rest) + 1)), same


def lost_table(methods: Sequence[MethodSummary], constant: Sequence[int]) -> Table:
    """How many inputs each method loses, and which."""
    methods = [each for each in methods if each["lost"]]
    seen = any(each["lost_found"] is not None for each in methods)
    rows: list[Sequence[Cell]] = []
    for method in methods:
        data = method["layers"]["data"]
        varying, always = (
            [_short(name_of(data, column)) for column in found] for found in lost_inputs(method, constant)
        )
        found = method["lost_found"]
        rows.append(
            [
                method["method"],
                [(_count(sum(method["lost"])), "strong")],
                *(["–" if found is None else _count(found)] if seen else []),
                listed(varying) if varying else "–",
                listed(always) if always else "–",
                _standing(method, apart=True),
            ]
        )
    columns = (
        "method",
        "expected",
        *(("found",) if seen else ()),
        "inputs that vary",
        "inputs that are constant",
        "rests on",
    )
    return Table(columns, rows, f"lr{'r' if seen else ''}lll")


def learning_table(learning: Sequence[Learning]) -> Table:
    """Errors of kernel regression after pruning, before it, and of the mean label."""
    classes = learning[0]["kernel"]["regression"]["dense"]["error"] is not None
    rows: list[Sequence[Cell]] = []
    for each in learning:
        found = each["kernel"]["regression"]["pruned"]
        rows.append([each["method"], percent(each["density"]), *_errors(found, classes)])
    regression = learning[0]["kernel"]["regression"]
    rows.append(["not pruned", "100%", *_errors(regression["dense"], classes)])
    rows.append(["mean label, always", "–", *_errors(regression["constant"], classes)])
    columns = ("method", "layer 1 keeps", *(("test error", "95 %") if classes else ()), "mean squared error")
    return Table(columns, rows, "l" + "r" * (len(columns) - 1))


def _errors(found: FitSummary, classes: bool) -> list[Cell]:
    squares = f"{found['mse']:.3g}"
    if not classes:
        return [squares]
    ends = found["error_interval"]
    span = "–" if ends is None else f"{percent(ends[0])} to {percent(ends[1])}"
    return [[(percent(error_of(found)), "strong")], span, squares]
