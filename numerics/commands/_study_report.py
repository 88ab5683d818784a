"""What `sparse-limits study generalisation` prints: tables of errors, orders and spectra, and what they say in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isfinite
from typing import TYPE_CHECKING

from sparse_limits.numerics.printing.tables import Cell, Table, print_table
from sparse_limits.numerics.studies.kernel_study import KINDS, PREDICTORS
from sparse_limits.numerics.studies.sentences import NAMES, REFERENCE

if TYPE_CHECKING:
    from rich.console import Console

    from sparse_limits.numerics.studies.generalisation_summary import (
        Ends,
        GeneralisationSummary,
        NetworkRow,
        OrderRow,
        ResultRow,
        SpectrumRow,
    )

METRICS = ("decay", "trace_ratio", "gap_ratio", "top_energy")


def show(console: Console, summary: GeneralisationSummary) -> None:
    """All tables, the sentences last: they are what stays on the screen."""
    families = list(dict.fromkeys(row["family"] for row in summary["results"]))
    for family in families:
        rows = [row for row in summary["results"] if row["family"] == family]
        for task in dict.fromkeys(row["task"] for row in rows):
            console.print(f"\n[bold]{task}[/], {NAMES[family]}: test error in % / MSE (median), and the MSE's interval")
            print_table(console, _error_table([row for row in rows if row["task"] == task]))
        orders = [row for row in summary["orders"] if (row["family"], row["target"]) == (family, "mse")]
        if orders:
            _print_orders(console, family, orders)
    _print_merge(console, summary["results"])
    _print_spectra(console, summary["spectra"])
    if "networks" in summary:
        _print_networks(console, summary["networks"])
    console.print(
        f"\nIntervals are exact at {summary['protocol']['confidence']:.0%} and concern the median over random splits "
        f"({summary['splits']} here): splits are independent given the digits, measurements on one split are not.\n"
    )
    for said in summary["sentences"]:
        console.print(f"• {said['text']}")


def _error_table(rows: Sequence[ResultRow]) -> Table:
    """Densities down, methods across."""
    cells = {(row["density"], row["method"], row["target"]): row["value"] for row in rows}
    methods = list(dict.fromkeys(row["method"] for row in rows))
    lines = []
    for density in dict.fromkeys(row["density"] for row in rows):
        values = [(cells[density, method, "error"], cells[density, method, "mse"]) for method in methods]
        found = (
            f"{100 * wrong['median']:.2f}/{_short(square['median'])}\n{_interval(square)}" for wrong, square in values
        )
        lines.append((f"{density:g}", *found))
    return _narrow_table(("density", *(method.replace("-", "-\n") for method in methods)), lines)


def _print_orders(console: Console, family: str, orders: Sequence[OrderRow]) -> None:
    tasks = list(dict.fromkeys(row["task"] for row in orders))
    density = _shown_density(orders)
    console.print(
        f"\n[bold]Orders[/], {NAMES[family]}: rank correlation with the test MSE over methods (mean over splits and "
        f"densities), the interval of its median over splits, p if methods had no names, and in how many splits SNIP and "
        f"Random are ordered rightly at density {density:g}"
    )
    lines = []
    for name in dict.fromkeys(row["predictor"] for row in orders):
        mine = {row["task"]: row for row in orders if row["predictor"] == name}
        lines.append((PREDICTORS[name].title, *(_order_cell(mine.get(task), density) for task in tasks)))
    print_table(console, _narrow_table(("", *(task.replace("-", "-\n", 1) for task in tasks)), lines))


def _order_cell(row: OrderRow | None, density: float) -> str:
    if row is None:
        return "–"
    pairs = [each for each in row["snip_and_random"] if each["density"] == density]
    right = [line for each in pairs for line in (f"{each['right']} of {each['splits']}", _interval(each))]
    p = [f"p {_short(row['methods_p'])}"] if isfinite(row["methods_p"]) else []
    return "\n".join([f"{row['correlation']['mean']:+.2f}", _interval(row["correlation"]), *p, *right, ""])


def _shown_density(orders: Sequence[OrderRow]) -> float:
    densities = {each["density"] for row in orders for each in row["snip_and_random"]}
    return min(densities, key=lambda density: abs(density - REFERENCE), default=REFERENCE)


def _print_merge(console: Console, results: Sequence[ResultRow]) -> None:
    """SNIP minus Random by density."""
    groups: dict[tuple[str, str], dict[float, float]] = {}
    for row in results:
        if row["method"] == "snip" and row["target"] == "mse" and row["minus_random"] is not None:
            medians = groups.setdefault((row["task"], row["family"]), {})
            medians[row["density"]] = row["minus_random"]["median"]
    if not groups:
        return
    densities = list(dict.fromkeys(density for medians in groups.values() for density in medians))
    console.print("\n[bold]SNIP minus Random[/]: median difference of the test MSE on the same split, by density")
    lines = [
        (task, family, *(f"{median:+.4f}" for median in medians.values())) for (task, family), medians in groups.items()
    ]
    columns = ("task", "kernels", *(f"{density:g}" for density in densities))
    print_table(console, Table(columns, lines, "r" * len(columns)))


def _print_spectra(console: Console, spectra: Sequence[SpectrumRow]) -> None:
    """The four metrics on K and on HKH, at the density nearest to the reference."""
    densities = {row["density"] for row in spectra}
    density = min(densities, key=lambda each: abs(each - REFERENCE))
    rows = [row for row in spectra if row["density"] == density]
    console.print(
        f"\n[bold]Spectra[/] at density {density:g} (medians): decay exponent, tr/λ₁, λ₁/λ₂, share of the top five, on K "
        "and, centred, on HKH"
    )
    groups: dict[tuple[str, str, str], dict[str, float]] = {}
    for row in rows:
        groups.setdefault((row["family"], row["task"], row["method"]), {})[row["metric"]] = row["median"]
    for family in dict.fromkeys(names[0] for names in groups):
        columns = (NAMES[family], *("decay", "tr/λ₁", "λ₁/λ₂", "top 5") * 2)
        lines: list[Sequence[Cell]] = []
        last = ""
        for (its, task, method), metrics in groups.items():
            if its == family:
                if task != last:
                    lines.append(([(task, "strong")], *[""] * (len(columns) - 1)))
                last = task
                values = (_short(metrics[f"{kind}{name}"], 2) for kind in KINDS for name in METRICS)
                lines.append((method, *values))
        print_table(console, _narrow_table(columns, lines))


def _print_networks(console: Console, rows: Iterable[NetworkRow]) -> None:
    console.print(
        "\n[bold]Trained networks[/] (medians over splits): relative distance of test predictions from descent with the "
        "network's own kernel, the rows' and the closed form; MSE of the network and of these two"
    )
    columns = ("task", "method", "density", "width", "own", "rows", "closed", "MSE", "rows", "closed")
    lines = [
        (
            row["task"],
            row["method"],
            f"{row['density']:g}",
            str(row["width"]),
            *(_short(row[name]) for name in ("own", "rows", "graphon", "mse", "rows_mse", "graphon_mse")),
        )
        for row in rows
    ]
    print_table(console, _narrow_table(columns, lines))


def _narrow_table(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Table:
    return Table(columns, rows, "r" * len(columns), narrow=True)


def _short(value: float, digits: int = 3) -> str:
    """A number without the zero before its point."""
    if not isfinite(value):
        return "∞" if value > 0 else "-∞"
    text = f"{value:.{digits}f}"
    return text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text


def _interval(ends: Ends) -> str:
    if not isfinite(ends["low"]) or not isfinite(ends["high"]):
        return "–"
    return f"{_short(ends['low'], 2)} … {_short(ends['high'], 2)}"
