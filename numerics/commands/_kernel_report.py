"""The tables of `sparse-limits predict kernel`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf, isfinite
from typing import TYPE_CHECKING, Literal

import numpy as np

from sparse_limits.numerics.columns import name_of
from sparse_limits.numerics.printing.tables import Table, print_facts, print_table

if TYPE_CHECKING:
    from rich.console import Console

    from sparse_limits.numerics.prediction.pruned_first_layer.kernel_summary import (
        Intervals,
        Kernel,
        KernelSummary,
        Metric,
        Metrics,
        TrainingSummary,
    )
    from sparse_limits.numerics.prediction.pruned_first_layer.summary import Summary

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
    tables = [_path_table(summary, top), _spectrum_table(summary["kernel"]), _energy_table(summary)]
    tables.append(_regression_table(summary["kernel"]))
    if "training" in summary:
        tables += [_training_table(summary), _distance_table(summary["training"], summary["depth"])]
    console.print("\nWhat the tangent kernel predicts, at infinite width\n", style="bold", highlight=False)
    print_facts(console, _header(summary))
    for table in tables:
        console.print()
        print_table(console, table)


def _header(summary: Summary) -> list[tuple[str, str]]:
    kernel = summary["kernel"]
    return [
        (
            "pruned",
            f"the kernel K of the pruned network, averaged over {kernel['rows']} fresh rows; sampling error "
            f"{kernel['error']:.3f} of its norm",
        ),
        ("closed form", _closed_text(summary)),
        ("dense", "the kernel of the network before pruning"),
        ("units", "of ReLU times √2, NTK parametrisation; networks with the plain ReLU have 2^-depth of these kernels"),
    ]


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


def _path_table(summary: Summary, top: int) -> Table:
    paths = summary["kernel"]["path_densities"]
    order = np.argsort(-np.asarray(paths["kept"]), kind="stable").tolist()
    whole = len(order) <= 2 * top
    listed = order if whole else [*order[:top], *order[-top:]]
    shown = {title: values for key, title in PATHS.items() if (values := paths[key]) is not None}
    rows = [
        (name_of(summary["data"], column), *(f"{values[column]:.4f}" for values in shown.values())) for column in listed
    ]
    rows.append(("mean", *(f"{np.mean(values):.4f}" for values in shown.values())))
    ends = [len(listed) - 1] if whole else [top - 1, len(listed) - 1]
    dead, seen = len(paths["without_path"]), paths["without_path_observed"]
    observed = "" if seen is None else f" (observed: {len(seen)})"
    title = (
        f"Path densities; no path leaves {dead} of {_plural(len(order), 'input')}{observed}\n"
        "(kept: share of the input's paths; above²: a path counts with its squared\n"
        "weights above the first layer; first²: with its first weight squared, once for\n"
        "each layer above; sum of both: what the path bound rests on, B2)"
    )
    return Table(("input", *shown), rows, "r" * (1 + len(shown)), title, ends)


def _spectrum_table(kernel: KernelSummary) -> Table:
    pruned, dense = kernel["spectra"]["pruned"], kernel["spectra"]["dense"]
    rows: list[tuple[str, ...]] = []

    def add(key: Metric, name: str, matrix: Literal["K", "HKH"], intervals: Intervals | None, meaning: str) -> None:
        span = _span(None if intervals is None else intervals[key])
        cells = (_metric(pruned[matrix], key), span, _metric(dense[matrix], key))
        rows.append((name, matrix, *cells, meaning))

    for key, (name, whole, centred) in METRICS.items():
        add(key, name, "K", pruned.get("K_intervals"), whole)
        add(key, "", "HKH", pruned.get("HKH_intervals"), centred)
    title = (
        "Spectrum of the kernel on the training samples: of K, and of HKH, without the\n"
        "mean over the samples (95 %: of infinitely many rows)"
    )
    return Table(("metric", "of", "pruned", "95 %", "dense", "meaning"), rows, "llrrrl", title, range(1, len(rows), 2))


def _metric(metrics: Metrics | None, key: Metric) -> str:
    return "-" if metrics is None else _number(metrics[key])


def _energy_table(summary: Summary) -> Table:
    found = summary["kernel"]["energy"]
    shown = [name for name in NAMES if name in found]
    rows: list[tuple[str, ...]] = []

    def add(name: str, key: Cost, meaning: str) -> None:
        rows.append((name, *(_number(found[case][key]) for case in shown), meaning))

    fitted = all(isfinite(found[name]["norm"]) for name in shown)
    add("y'K^-1 y", "norm", "cost of fitting the labels" if fitted else "inf: K cannot fit them")
    rows.append(("  95 %", _span(found["interval"]), *[""] * (len(shown) - 1), "of infinitely many rows"))
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
        few, samples = summary["kernel"]["rows"], summary["kernel"]["training_samples"]
        remarks.append(f"(pruned: {few} rows are few for {samples} samples: the cost comes out too high, as")
        remarks.append("do E, the path bound and mostly the test errors; more rows by --kernel-rows)")
    if half:
        names = " and ".join(NAMES[name] for name in half)
        remarks.append(f"(path bound, {names}: by half of the linear part; all of it exceeds K)")
    if found["reads_labels"] and risks:
        remarks.append(f"(pruned, closed form: {summary['method']} saw these labels, so no risk bound holds, B1)")
    title = "\n".join(["The labels in the norm of the kernel, and what bounds it", *remarks])
    columns = ("quantity", *(NAMES[name] for name in shown), "meaning")
    return Table(columns, rows, f"l{'r' * len(shown)}l", title)


def _regression_table(kernel: KernelSummary) -> Table:
    found = kernel["regression"]
    rows = []
    for name, each, meaning in (
        (NAMES["pruned"], found["pruned"], "this network, very wide"),
        (NAMES["closed"], found.get("closed"), "with many inputs too"),
        (NAMES["dense"], found["dense"], "before pruning"),
        ("constant", found["constant"], "mean label, always"),
    ):
        if each is not None:
            ends = each["error_interval"]
            span = "-" if ends is None else " to ".join(map(_percent, ends))
            rows.append((name, _percent(each["error"]), span, _number(each["mse"]), meaning))
    what = "" if kernel["classes"] else "\n(no test error: labels are not ±1, nor one 0/1 column for each class)"
    title = f"Kernel regression: errors on {_plural(kernel['test_samples'], 'test sample')}{what}"
    return Table(("kernel", "test error", "95 %", "MSE", "meaning"), rows, "lrrrl", title)


def _training_table(summary: Summary) -> Table:
    found = summary["training"]
    runs, steps = found["networks"], _plural(found["steps"], "step")
    rows: list[tuple[str, ...]] = []
    keys: dict[Error, Callable[[float | None], str]] = {"loss": _number, "error": _percent, "mse": _number}

    def over_networks(reduce: Callable[[Sequence[float]], float]) -> list[str]:
        return [show(_reduced(reduce, [run[key] for run in runs])) for key, show in keys.items()]

    if len(runs) == 1:
        rows.append(("network", *over_networks(max), "pruned, as drawn"))
    else:
        rows.append(("networks", *over_networks(lambda values: float(np.mean(values))), "pruned, the mean"))
        rows.append(("", *over_networks(lambda values: float(np.std(values, ddof=1))), "standard deviation"))
    for name, descent, meaning in (
        ("kernel", found["kernel"], "predicted, as many steps"),
        ("", found["kernel_at_the_end"], "predicted, to the end"),
    ):
        rows.append((name, *(show(descent[key]) for key, show in keys.items()), meaning))
    width, step = summary["width"], f"{found['step']:.3g}"
    title = f"{_plural(len(runs), 'network')} of width {width}, {steps} of gradient descent of size {step}"
    return Table(("trained", "train loss", "test error", "MSE", "meaning"), rows, "lrrrl", title)


def _reduced(reduce: Callable[[Sequence[float]], float], values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return reduce(known) if len(known) == len(values) else None


def _distance_table(found: TrainingSummary, depth: int) -> Table:
    kernels = float(np.mean([run["kernel_distance"] for run in found["networks"]]))
    lazy = float(np.mean([run["laziness"] for run in found["networks"]]))
    reason = "by layer one alone" if depth > 1 else "like width^-1/2"
    expected = f"{found['expected_kernel_distance']:.3f}"
    rows = [
        ("own kernel", f"{kernels:.3f}", expected, f"from K, before training; {reason}"),
        ("own linear", _number(lazy, 3), "small", "from its linearisation, after training: lazy"),
    ]
    title = "How far networks are from their limits, relative to the limit"
    return Table(("distance", "networks", "expected", "meaning"), rows, "lrrl", title)


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
