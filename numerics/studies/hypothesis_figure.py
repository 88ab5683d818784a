"""The picture of the study of the Graphon Limit Hypothesis: histograms by method and width, and their distances."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sparse_limits.numerics.pictures.masks import FAINT, INK, SEEN, SHADES, check_plot, save
from sparse_limits.numerics.studies.hypothesis_summary import HypothesisRow, HypothesisSummary

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_hypothesis(path: Path, summary: HypothesisSummary) -> None:
    """Draw the summary of a study into a .png or .svg file. InputError as `check_plot`, or if it cannot be written.

    A line of panels for each method: the sorted histograms of the first hidden layers at each width, the distances
    beside them. Of several numbers of layers the first is drawn, of several densities the one in the middle.
    """
    check_plot(path)
    from matplotlib.figure import Figure

    rows = drawn(summary)
    widths = len(rows[0]["widths"])
    figure = Figure(figsize=(1.9 * (widths + 1.5), 1.9 * len(rows) + 1.0), layout="constrained")
    panels = figure.subplots(len(rows), widths + 1, squeeze=False, width_ratios=[1] * widths + [1.5])
    figure.suptitle(
        f"Masks between hidden layers, sorted by degrees: density {rows[0]['density']:g}, {rows[0]['depth']} hidden layers",
        fontsize=12,
    )
    for line, row in zip(panels, rows, strict=True):
        _histograms(line[:-1], row)
        _distances(line[-1], row)
    for axis, at in zip(panels[0], rows[0]["widths"], strict=False):
        axis.set_title(f"width {at['width']}", fontsize=10)
    panels[0][-1].set_title("distance to the largest width", fontsize=10)
    panels[0][-1].legend(frameon=False, fontsize=7)
    panels[-1][-1].set_xlabel("width", fontsize=9)
    save(figure, path)


def drawn(summary: HypothesisSummary) -> list[HypothesisRow]:
    """The rows that the picture shows, one for each method."""
    depth = summary["rows"][0]["depth"]
    densities = sorted({row["density"] for row in summary["rows"]})
    chosen = densities[len(densities) // 2]
    return [row for row in summary["rows"] if (row["depth"], row["density"], row["layer"]) == (depth, chosen, 1)]


def _histograms(panels: Sequence[Axes], row: HypothesisRow) -> None:
    top = max(np.max(at["histogram"]) for at in row["widths"])
    for axis, at in zip(panels, row["widths"], strict=True):
        axis.imshow(at["histogram"], cmap=SHADES, vmin=0, vmax=top, origin="lower")
        axis.set_xticks([])
        axis.set_yticks([])
    panels[0].set_ylabel(row["method"], fontsize=10)


def _distances(axis: Axes, row: HypothesisRow) -> None:
    smaller = row["widths"][:-1]
    at = [each["width"] for each in smaller]
    axis.plot(at, [each["distance"] for each in smaller], "o-", color=INK, ms=3, label="the paper's distance")
    axis.plot(at, [each["random"] for each in smaller], ":", color=SEEN, label="of random masks")
    axis.plot(at, [each["unbiased"] for each in smaller], "s--", color=FAINT, ms=3, label="sorted by other entries")
    axis.set_xscale("log")
    axis.set_xticks(at, map(str, at))
    axis.minorticks_off()
    axis.set_ylim(bottom=0)
    axis.tick_params(labelsize=7)
    axis.spines[["top", "right"]].set_visible(False)
