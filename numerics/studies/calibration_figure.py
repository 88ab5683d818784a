"""The picture of the study of calibration: p-values beside the uniform law, and detections beside their plan."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sparse_limits.numerics.pictures.masks import FAINT, INK, SEEN, check_plot, save
from sparse_limits.numerics.studies.calibration_summary import CalibrationSummary

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = (INK, SEEN, "#2a9d8f", "#e9a23b", "#7a4fa3", "#8d6e63")
GROUPS = 10  # of wrong forms, by their planned detection


def plot_calibration(path: Path, summary: CalibrationSummary) -> None:
    """Draw the summary of a study into a .png or .svg file. InputError as `check_plot`, or if it cannot be written."""
    check_plot(path)
    from matplotlib.figure import Figure

    protocol = summary["protocol"]
    figure = Figure(figsize=(11, 5.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    figure.suptitle(
        f"{protocol['checks']} statistical checks at {protocol['seeds']} seeds, samples of 1/{protocol['reduce']} of "
        "their usual size",
        fontsize=12,
    )
    _p_values(left, summary)
    _detections(right, summary)
    save(figure, path)


def _p_values(axis: Axes, summary: CalibrationSummary) -> None:
    """The share of p-values at most t, on logarithmic axes; kinds of tests without one so small leave the picture."""
    at = summary["protocol"]["curve"]
    axis.plot(at, at, ":", color=FAINT, label="uniform law")
    for row, colour in zip(summary["shares"], COLOURS, strict=False):
        share = np.array(row["curve"])
        axis.plot(at, np.where(share > 0, share, np.nan), "o-", color=colour, ms=3, lw=1.2, label=row["test"])
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.set_xlabel("t")
    axis.set_ylabel("share of p-values ≤ t")
    axis.set_title("true claims: calibrated tests stay below the dotted line", fontsize=10)
    axis.legend(frameon=False, fontsize=8)
    axis.spines[["top", "right"]].set_visible(False)


def _detections(axis: Axes, summary: CalibrationSummary) -> None:
    rows = summary["controls"]
    planned = np.array([1 - row["mean"] for row in rows])
    seen = np.array([1 - row["missed"] / row["seeds"] for row in rows])
    trials = np.array([row["seeds"] for row in rows])
    axis.plot([0, 1], [0, 1], ":", color=FAINT, label="as planned")
    axis.plot(planned, seen, "o", color=FAINT, alpha=0.35, ms=4, mew=0, label="a wrong form")
    group = np.minimum((planned * GROUPS).astype(int), GROUPS - 1)
    inside = [group == each for each in np.unique(group)]
    means = [[np.average(values[at], weights=trials[at]) for values in (planned, seen)] for at in inside]
    axis.plot(*np.reshape(means, (-1, 2)).T, "s-", color=INK, ms=5, lw=1.2, label="averages of tenths")
    axis.set_xlabel("planned probability of a refutation")
    axis.set_ylabel("share of seeds with a refutation")
    axis.set_title("wrong forms: tests that keep their plan stay above the dotted line", fontsize=10)
    axis.legend(frameon=False, fontsize=8)
    axis.spines[["top", "right"]].set_visible(False)
