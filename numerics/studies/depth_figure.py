"""The picture of the study of depth: predicted against observed densities of layers, a panel for each data set."""

from __future__ import annotations

from pathlib import Path

from sparse_limits.numerics.pictures.masks import check_plot, save
from sparse_limits.numerics.studies.depth_summary import DepthSummary

COLOURS = {"snip": "#1f3b73", "grasp-magnitude": "#d1495b", "magnitude": "#2a9d8f", "synflow": "#e9a23b"}


def plot_depth(path: Path, summary: DepthSummary) -> None:
    """Draw the densities into a .png or .svg file. InputError as `check_plot`, or if it cannot be written."""
    check_plot(path)
    from matplotlib.figure import Figure

    names = list(dict.fromkeys(row["data"] for row in summary["rows"]))
    figure = Figure(figsize=(1.2 + 3.3 * len(names), 4), layout="constrained")
    panels = figure.subplots(1, len(names), squeeze=False, sharex=True, sharey=True)[0]
    for name, axis in zip(names, panels, strict=True):
        axis.plot((0, 1), (0, 1), color="#8a8f98", linewidth=0.8)
        for method in dict.fromkeys(row["method"] for row in summary["rows"]):
            mine = [row["layers"] for row in summary["rows"] if (row["data"], row["method"]) == (name, method)]
            predicted = [value for each in mine for value in each["target"]]
            observed = [value for each in mine for value in each["observed"]]
            label = method if name == names[0] else None
            axis.scatter(predicted, observed, s=12, alpha=0.6, color=COLOURS[method], linewidths=0, label=label)
        axis.set_title(name)
        axis.set_xlabel("predicted")
        axis.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylabel("observed density of a layer")
    figure.legend(loc="outside upper center", ncols=4, frameon=False, fontsize=9)
    save(figure, path)
