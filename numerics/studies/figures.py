"""The picture of a study: test errors by method and density, and how each predictor orders the methods beside them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sparse_limits.numerics.pictures.masks import FAINT, INK, SEEN, check_plot, save
from sparse_limits.numerics.studies.generalisation_summary import GeneralisationSummary, OrderRow, ResultRow
from sparse_limits.numerics.studies.kernel_study import PREDICTORS
from sparse_limits.numerics.studies.sentences import NAMES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = {
    "random": "#1c1c1b",
    "magnitude": FAINT,
    "snip": SEEN,
    "snip-unweighted": "#e9a23b",
    "water-filling": INK,
    "anti": "#7a4fa3",
    "grasp": "#2a9d8f",
    "grasp-magnitude": "#6fbf4a",
    "synflow": "#5aa9e6",
    "synflow-iterative": "#b5541c",
    "wanda": "#8d6e63",
}
DASHED = ("random", "magnitude")  # the methods that look at no data


def plot_study(path: Path, summary: GeneralisationSummary) -> None:
    """Draw the summary of a study into a .png or .svg file. InputError as `check_plot`, or if it cannot be written."""
    check_plot(path)
    from matplotlib.figure import Figure

    tasks = summary["tasks"]
    families = list(dict.fromkeys(row["family"] for row in summary["results"]))
    figure = Figure(figsize=(2.2 + 2.6 * len(tasks), 5.4 * len(families) + 0.5), layout="constrained")
    figure.suptitle(
        f"Kernels of pruned networks on digits: {summary['splits']} random splits, medians with "
        f"{summary['protocol']['confidence']:.0%} intervals\nbelow: whether a predictor orders the methods as the error does "
        "(blue), the other way round (red), or undecided (grey)",
        fontsize=12,
        wrap=True,
    )
    for part, family in zip(figure.subfigures(len(families), 1, squeeze=False)[:, 0], families, strict=True):
        axes = part.subplots(2, len(tasks), squeeze=False, height_ratios=[1.35, 1])
        for place, task in enumerate(tasks):
            shown = (task, family, "mse")
            results = [row for row in summary["results"] if (row["task"], row["family"], row["target"]) == shown]
            orders = [row for row in summary["orders"] if (row["task"], row["family"], row["target"]) == shown]
            axes[0, place].set_title(task, fontsize=11)
            _errors(axes[0, place], results)
            _orders(axes[1, place], orders, named=place == 0)
        axes[0, 0].set_ylabel(f"test MSE\n{NAMES[family]}")
        handles, labels = axes[0, 0].get_legend_handles_labels()
        part.legend(handles, labels, loc="outside right upper", frameon=False, fontsize=9)
    save(figure, path)


def _errors(axis: Axes, rows: Sequence[ResultRow]) -> None:
    for method in dict.fromkeys(row["method"] for row in rows):
        values = [(row["density"], row["value"]) for row in rows if row["method"] == method]
        density = [place for place, _ in values]
        medians = [value["median"] for _, value in values]
        line = "--" if method in DASHED else "-"
        axis.plot(density, medians, line, lw=1.6, marker="o", ms=3, label=method, color=COLOURS[method])
        ends = np.array([[value["low"], value["high"]] for _, value in values])
        if np.isfinite(ends).all():
            axis.fill_between(density, *ends.T, color=COLOURS[method], alpha=0.08, lw=0)
    axis.set_xscale("log")
    densities = sorted({row["density"] for row in rows})
    axis.set_xticks(densities, [f"{density:g}".lstrip("0") for density in densities], fontsize=8)
    axis.minorticks_off()
    axis.set_xlabel("density")
    axis.set_ylim(bottom=0)
    axis.spines[["top", "right"]].set_visible(False)


def _orders(axis: Axes, rows: Sequence[OrderRow], named: bool) -> None:
    """Rank correlations with the test MSE: the median over splits and its interval."""
    names = [name for name in PREDICTORS if any(row["predictor"] == name for row in rows)]
    held = {row["predictor"]: row["correlation"] for row in rows}
    for place, name in enumerate(reversed(names)):
        found = held[name]
        colour = INK if found["low"] > 0 else SEEN if found["high"] < 0 else FAINT
        low, high = np.clip([found["low"], found["high"]], -1, 1)
        axis.plot([low, high], [place, place], color=colour, lw=1.4)
        axis.plot(found["median"], place, "o", color=colour, ms=4.5)
    axis.axvline(0, color=FAINT, lw=0.8, ls=":")
    axis.set_xlim(-1.05, 1.05)
    axis.set_ylim(-0.6, len(names) - 0.4)
    titles = [PREDICTORS[name].title.replace("𝓔", r"$\mathcal{E}$") for name in reversed(names)]
    axis.set_yticks(range(len(names)), titles if named else [])
    axis.set_xlabel("rank correlation with the MSE")
    axis.spines[["top", "right"]].set_visible(False)
