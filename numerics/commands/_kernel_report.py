"""The tables of `sparse-limits predict --kernel` and `--train`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf, isfinite
from typing import TYPE_CHECKING, Literal

import numpy as np

from numerics.commands.common import number_table

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from numerics.forecast.kernel_summary import Intervals, Kernel, KernelSummary, Metric, Metrics, TrainingSummary
    from numerics.forecast.summary import Summary

FAR = 0.05  # of the norm: from here on the closed form is called another kernel, if sampling does not explain it
ERRORS = 3  # times the sampling error that explains a distance
NAMES: dict[Kernel, str] = {"pruned": "pruned", "closed": "closed form", "dense": "dense"}
PATHS: dict[Literal["kept", "observed", "first_layer", "upper_layers", "sum"], str] = {
    "kept": "kept",
    "observed": "observed",
    "first_layer": "above²",
    "upper_layers": "first²",
    "sum": "sum",
}
METRICS: dict[Metric, tuple[str, str, str]] = {  # name, and its meaning beside the rows of K and of HKH
    "decay": ("decay", "λ falls like rank^-decay:", "fast = few directions"),
    "trace_ratio": ("tr/λ1", "total over the largest:", "small = one rules"),
    "gap_ratio": ("λ1/λ2", "largest over the second:", "large = one stands out"),
    "top_energy": ("top 5", "share of the five largest", "in the total"),
}
Cost = Literal["norm", "scale_free", "path_bound", "linear_bound", "risk_bound"]
Error = Literal["loss", "error", "mse"]
ORIGIN = {"random": "K3", "magnitude": "K4", "wanda": "S12, K4", "snip": "K5", "synflow": "S11, K5"}


def show_kernel(console: Console, summary: Summary, top: int) -> None:
    """summary: of a prediction with its kernel, and of the training if networks were trained."""
    tables = [_path_table(summary["kernel"], top), _spectrum_table(summary["kernel"]), _energy_table(summary)]
    tables.append(_regression_table(summary["kernel"]))
    if "training" in summary:
        tables += [_training_table(summary), _distance_table(summary["training"], summary["depth"])]
    console.print("\nWhat the tangent kernel foretells, at infinite width\n", style="bold", highlight=False)
    console.print(_header(summary))
    for title, table in tables:
        console.print(f"\n{title}\n", style="bold", highlight=False)
        console.print(table)


def _header(summary: Summary) -> Table:
    from rich.table import Table
    from rich.text import Text

    kernel = summary["kernel"]
    lines = (
        (
            "pruned",
            f"the kernel K of the pruned network, averaged over {kernel['rows']} fresh rows; sampling error "
            f"{kernel['error']:.3f} of its norm",
        ),
        ("closed form", _closed_text(summary)),
        ("dense", "the kernel of the network before pruning"),
        ("units", "of ReLU times √2, NTK parametrisation; networks with the plain ReLU have 2^-depth of these kernels"),
    )
    grid = Table.grid(padding=(0, 2))
    for name, text in lines:
        grid.add_row(Text(name, style="bold"), Text(text))
    return grid


def _closed_text(summary: Summary) -> str:
    kernel, method = summary["kernel"], summary["method"]
    away = kernel["closed_form_distance"]
    if away is None:
        return f"none: no formula for {method} with {_plural(summary['data']['outputs'], 'output')} at this density"
    origin = "K4" if summary["depth"] > 1 and method == "synflow" else ORIGIN[method]
    text = f"the graphon's ({origin}), right for many inputs: {away:.3f} of the norm away"
    if away <= max(FAR, ERRORS * kernel["error"]):
        return text
    inputs = f"{kernel['kept_inputs_per_unit']:.3g} kept inputs per unit are few (K7)"
    cause = f"snip's saliency is no row factor times a column factor here, and {inputs}" if method == "snip" else inputs
    return f"{text}. WARNING: it is not this network's: {cause}"


def _path_table(kernel: KernelSummary, top: int) -> tuple[str, Table]:
    paths = kernel["path_densities"]
    order = np.argsort(-np.asarray(paths["kept"]), kind="stable").tolist()
    whole = len(order) <= 2 * top
    listed = order if whole else [*order[:top], *order[-top:]]
    shown = {title: values for key, title in PATHS.items() if (values := paths[key]) is not None}
    table = number_table("input", *shown)
    for place, column in enumerate(listed):
        cells = (f"{values[column]:.4f}" for values in shown.values())
        table.add_row(str(column), *cells, end_section=place == len(listed) - 1 or (not whole and place == top - 1))
    table.add_row("mean", *(f"{np.mean(values):.4f}" for values in shown.values()))
    dead, seen = len(paths["without_path"]), paths["without_path_observed"]
    observed = "" if seen is None else f" (observed: {len(seen)})"
    title = (
        f"Path densities; no path leaves {dead} of {_plural(len(order), 'input')}{observed}\n"
        "(kept: share of the input's paths; above²: a path counts with its squared\n"
        "weights above the first layer; first²: with that in the first layer, once for\n"
        "each layer above; sum of both: what the path bound rests on, B2)"
    )
    return title, table


def _spectrum_table(kernel: KernelSummary) -> tuple[str, Table]:
    pruned, dense = kernel["spectra"]["pruned"], kernel["spectra"]["dense"]
    table = _table("metric", "of", "pruned", "95 %", "dense", "meaning", left=(0, 1, 5))

    def add(key: Metric, name: str, matrix: Literal["K", "HKH"], intervals: Intervals | None, meaning: str) -> None:
        span = _span(None if intervals is None else intervals[key])
        cells = (_metric(pruned[matrix], key), span, _metric(dense[matrix], key))
        table.add_row(name, matrix, *cells, meaning, end_section=matrix == "HKH")

    for key, (name, whole, centred) in METRICS.items():
        add(key, name, "K", pruned.get("K_intervals"), whole)
        add(key, "", "HKH", pruned.get("HKH_intervals"), centred)
    title = (
        "Spectrum of the kernel on the training samples: of K, and of HKH, without the\n"
        "mean over the samples (95 %: of infinitely many rows)"
    )
    return title, table


def _metric(metrics: Metrics | None, key: Metric) -> str:
    return "-" if metrics is None else _number(metrics[key])


def _energy_table(summary: Summary) -> tuple[str, Table]:
    found = summary["kernel"]["energy"]
    shown = [name for name in NAMES if name in found]
    table = _table("quantity", *(NAMES[name] for name in shown), "meaning", left=(0, -1))

    def add(name: str, key: Cost, meaning: str) -> None:
        table.add_row(name, *(_number(found[case][key]) for case in shown), meaning)

    fitted = all(isfinite(found[name]["norm"]) for name in shown)
    add("y'K^-1 y", "norm", "cost of fitting the labels" if fitted else "inf: K cannot fit them")
    table.add_row("  95 %", _span(found["interval"]), *[""] * (len(shown) - 1), "of infinitely many rows")
    add("E", "scale_free", "the cost free of scale (B1)")
    half = [name for name in shown if found[name]["path_bound_share"] == 0.5]
    add("path bound", "path_bound", "the cost is below it (B8)")
    linear = all(found[name]["linear_bound"] is None for name in shown)
    add("linear bound", "linear_bound", "none: y not linear in x" if linear else "likewise, paths alone (B3)")
    risks = [risk for name in shown if (risk := found[name]["risk_bound"]) is not None]
    several = summary["data"]["outputs"] > 1
    absent = "none: one output only" if several else "none: a singular kernel"
    vacuous = risks and min(risks) >= 1
    add(
        "risk bound", "risk_bound", "vacuous: above 1 (B1)" if vacuous else "of the test risk (B1)" if risks else absent
    )
    remarks = []
    if found["interval"][1] < found["pruned"]["norm"] < inf:
        rows, samples = summary["kernel"]["rows"], summary["kernel"]["training_samples"]
        remarks.append(f"(pruned: {rows} rows are few for {samples} samples: the cost comes out too high, as")
        remarks.append("do E, the path bound and mostly the test errors; more rows by --kernel-rows)")
    if half:
        names = " and ".join(NAMES[name] for name in half)
        remarks.append(f"(path bound, {names}: by half of the linear part; all of it exceeds K)")
    if found["reads_labels"] and risks:
        remarks.append(f"(pruned, closed form: {summary['method']} saw these labels, so that no risk bound holds, B1)")
    return "\n".join(["The labels in the norm of the kernel, and what bounds it", *remarks]), table


def _regression_table(kernel: KernelSummary) -> tuple[str, Table]:
    found = kernel["regression"]
    table = _table("kernel", "test error", "95 %", "MSE", "meaning", left=(0, 4))
    for name, each, meaning in (
        (NAMES["pruned"], found["pruned"], "this network, very wide"),
        (NAMES["closed"], found.get("closed"), "with many inputs too"),
        (NAMES["dense"], found["dense"], "before pruning"),
        ("constant", found["constant"], "mean label, always"),
    ):
        if each is not None:
            ends = each["error_interval"]
            span = "-" if ends is None else " to ".join(map(_percent, ends))
            table.add_row(name, _percent(each["error"]), span, _number(each["mse"]), meaning)
    what = "" if kernel["classes"] else "\n(no test error: labels are not ±1, nor one 0/1 column for each class)"
    return f"Kernel regression: errors on {_plural(kernel['test_samples'], 'test sample')}{what}", table


def _training_table(summary: Summary) -> tuple[str, Table]:
    found = summary["training"]
    runs, steps = found["networks"], _plural(found["steps"], "step")
    table = _table("trained", "train loss", "test error", "MSE", "meaning", left=(0, 4))
    keys: dict[Error, Callable[[float | None], str]] = {"loss": _number, "error": _percent, "mse": _number}

    def over_networks(reduce: Callable[[Sequence[float]], float]) -> list[str]:
        return [show(_reduced(reduce, [run[key] for run in runs])) for key, show in keys.items()]

    if len(runs) == 1:
        table.add_row("network", *over_networks(max), "pruned, as drawn")
    else:
        table.add_row("networks", *over_networks(lambda values: float(np.mean(values))), "pruned, the mean")
        table.add_row("", *over_networks(lambda values: float(np.std(values, ddof=1))), "standard deviation")
    for name, descent, meaning in (
        ("kernel", found["kernel"], "foretold, as many steps"),
        ("", found["kernel_at_the_end"], "foretold, to the end"),
    ):
        table.add_row(name, *(show(descent[key]) for key, show in keys.items()), meaning)
    width, step = summary["width"], f"{found['step']:.3g}"
    return f"{_plural(len(runs), 'network')} of width {width}, {steps} of gradient descent of size {step}", table


def _reduced(reduce: Callable[[Sequence[float]], float], values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return reduce(known) if len(known) == len(values) else None


def _distance_table(found: TrainingSummary, depth: int) -> tuple[str, Table]:
    table = _table("distance", "networks", "expected", "meaning", left=(0, 3))
    kernels = float(np.mean([run["kernel_distance"] for run in found["networks"]]))
    lazy = float(np.mean([run["laziness"] for run in found["networks"]]))
    reason = "by layer one alone" if depth > 1 else "like width^-1/2"
    expected = f"{found['expected_kernel_distance']:.3f}"
    table.add_row("own kernel", f"{kernels:.3f}", expected, f"from K, before training; {reason}")
    table.add_row("own linear", _number(lazy, 3), "small", "from its linearisation, after training: lazy")
    return "How far networks are from their limits, relative to the limit", table


def _table(*columns: str, left: Sequence[int]) -> Table:
    table = number_table(*columns)
    for place in left:
        table.columns[place].justify = "left"
    return table


def _number(value: float | None, digits: int = 4) -> str:
    if value is None or np.isnan(value):
        return "-"
    if not isfinite(value):
        return "inf"
    return f"{value:.0f}" if 1000 <= abs(value) < 1e7 else f"{value:.{digits}g}"


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"


def _span(ends: Sequence[float] | None) -> str:
    if ends is None or not all(map(isfinite, ends)):
        return "-"
    return " to ".join(_number(end, 3) for end in ends)


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
