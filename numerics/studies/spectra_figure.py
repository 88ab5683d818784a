"""The picture of the study of spectra: losses and metrics by density, for each method, optimiser and kernel."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import isnan, nan
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sparse_limits.numerics.pictures.masks import FAINT, check_plot, save
from sparse_limits.numerics.studies.figures import COLOURS
from sparse_limits.numerics.studies.spectra_sentences import DENSE, metric_of
from sparse_limits.numerics.studies.spectra_summary import (
    KERNELS,
    METRICS,
    OPTIMISERS,
    KernelName,
    MetricName,
    SpectraRow,
    SpectraSummary,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Value = Callable[[SpectraRow], float | None]

TITLES: dict[MetricName, str] = {
    "decay": "decay exponent",
    "effective_rank": r"tr / $\lambda_1$",
    "gap": r"$\lambda_1/\lambda_2$",
    "top": "share of the top five",
}
LINES = {"random": "o-", "magnitude": "s-", "snip": "^-", "grasp": "v-", "synflow": "D-", "synflow-iterative": "x-"}


def plot_spectra(path: Path, summary: SpectraSummary) -> None:
    """Draw the summary of a study into a .png or .svg file. InputError as `check_plot`, or if it cannot be written.

    Medians over the networks of all depths; the line of the dense networks is grey.
    """
    check_plot(path)
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12.5, 8.6), layout="constrained")
    panels = figure.subplots(4, 4)
    figure.suptitle("Pruned networks on digits: training (first line), and the spectra of three kernels", fontsize=12)
    for axis, optimiser in zip(panels[0], OPTIMISERS, strict=False):
        _curves(axis, summary, itemgetter(optimiser))
        axis.set_title(f"{optimiser}: mean loss over the steps", fontsize=10)
    for axis in panels[0][len(OPTIMISERS) :]:
        axis.set_axis_off()
    handles, labels = panels[0][0].get_legend_handles_labels()
    panels[0][2].legend(handles, labels, frameon=False, fontsize=10, loc="center left")
    for line, kernel in zip(panels[1:], KERNELS, strict=True):
        for axis, metric in zip(line, METRICS, strict=True):
            _curves(axis, summary, partial(_metric, kernel, metric))
            axis.set_title(f"{kernel}: {TITLES[metric]}", fontsize=10)
    for axis in panels[-1]:
        axis.set_xlabel("density", fontsize=9)
    save(figure, path)


def _metric(kernel: KernelName, metric: MetricName, row: SpectraRow) -> float:
    return metric_of(row, kernel, metric)


def _curves(axis: Axes, summary: SpectraSummary, of: Value) -> None:
    densities = sorted({row["density"] for row in summary["rows"] if row["method"] != DENSE})
    for method in dict.fromkeys(row["method"] for row in summary["rows"]):
        if method == DENSE:
            axis.axhline(_median(summary, DENSE, 1.0, of), color=FAINT, lw=1, label="dense")
            continue
        values = [_median(summary, method, density, of) for density in densities]
        axis.plot(densities, values, LINES[method], color=COLOURS[method], ms=4, lw=1.2, label=method)
    axis.set_xscale("log")
    axis.set_xticks(densities, [f"{each:g}" for each in densities])
    axis.minorticks_off()
    axis.tick_params(labelsize=8)
    axis.spines[["top", "right"]].set_visible(False)


def _median(summary: SpectraSummary, method: str, density: float, of: Value) -> float:
    """Of the networks whose kernel does not vanish; where it is infinite the line is left out."""
    found = [of(row) for row in summary["rows"] if (row["method"], row["density"]) == (method, density)]
    known = [each for each in found if each is not None and not isnan(each)]
    return float(np.median(known)) if known else nan
