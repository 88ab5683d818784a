"""The picture of a sweep: one curve for each method, with a band over seeds, in a panel for each network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.pictures.masks import FAINT, check_plot, save
from sparse_limits.numerics.sweeps.summary import QUANTITIES, SweepSetting, SweepSummary

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ALONG = {
    "density": "densities",
    "width": "widths",
    "depth": "depths",
}  # what a curve may run along: its axis of the plan
BESIDE = {**ALONG, "data": "data"}
MOST_PANELS = 24
COLOURS = ("#8a8f98", "#1f3b73", "#d1495b", "#c9821a", "#4a9d5b", "#8661c1", "#3b9aa8", "#7a4a2b")


def plot_sweep(path: Path, summary: SweepSummary, show: str = "empty") -> None:
    """Draw a sweep into a .png or .svg file, along the axis of densities, widths and depths that has the most values.

    show: empty (neurons that keep no weight), first (density of the first layer) or paths; dashed is what was predicted, the band
    holds the middle 80 % of seeds. InputError as `check_picture`.
    """
    along, others = check_picture(path, summary["axes"], show)
    panels = list(product(*(summary["axes"][BESIDE[word]] for word in others)))
    from matplotlib.figure import Figure

    columns = min(len(panels), 4)
    rows = -(-len(panels) // columns)
    figure = Figure(figsize=(2 + 3.2 * columns, 1 + 2.8 * rows), layout="constrained")
    figure.suptitle(QUANTITIES[show][0].upper() + QUANTITIES[show][1:], fontsize=13)
    axes = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).flat
    for axis, values in zip(axes, panels, strict=False):
        here = dict(zip(others, values, strict=True))
        chosen = [row for row in summary["settings"] if all(row[word] == here[word] for word in others)]  # type: ignore[literal-required]
        for colour, method in zip(_colours(summary), summary["axes"]["methods"], strict=False):
            _curve(axis, [row for row in chosen if row["method"] == method], along, show, colour, str(method))
        axis.set_title(", ".join(f"{word} {value}" for word, value in here.items()), fontsize=10)
        axis.set_xscale("log")
        axis.spines[["top", "right"]].set_visible(False)
        axis.grid(color=FAINT, alpha=0.25, lw=0.5)
    for axis in axes[len(panels) :]:
        axis.set_visible(False)
    said = "" if show == "paths" else " (band: the middle 80 % of seeds; dashed: predicted)"
    figure.supxlabel(f"{along}{said}", fontsize=10)
    axes[0].legend(frameon=False, fontsize=8)
    save(figure, path)


def check_picture(path: Path, axes: Mapping[str, Sequence[object]], show: str) -> tuple[str, list[str]]:
    """What the curves run along, and of what there are panels; axes: the values of each axis of a plan.

    Raises:
        InputError: as `check_plot`, for an unknown quantity to show, and for more than two dozen panels.
    """
    check_plot(path)
    check_quantity(show)
    along = max(ALONG, key=lambda word: len(axes[ALONG[word]]))
    others = [word for word in BESIDE if word != along and len(axes[BESIDE[word]]) > 1]
    panels = prod(len(axes[BESIDE[word]]) for word in others)
    if panels > MOST_PANELS:
        raise InputError(
            f"the picture would have {panels} panels, one for each {' and '.join(others)}, expected at most {MOST_PANELS}"
        )
    return along, others


def check_quantity(show: str) -> None:
    """InputError for an unknown quantity to show."""
    if show not in QUANTITIES:
        raise InputError(f"show is {show!r:.60}, expected {', '.join(QUANTITIES)}")


def _colours(summary: SweepSummary) -> list[str]:
    return [COLOURS[number % len(COLOURS)] for number in range(len(summary["axes"]["methods"]))]


def _curve(axis: Axes, rows: Sequence[SweepSetting], along: str, show: str, colour: str, label: str) -> None:
    rows = sorted(rows, key=lambda row: row[along])  # type: ignore[literal-required]
    places = [row[along] for row in rows]  # type: ignore[literal-required]
    if show == "paths":
        axis.plot(places, [_number(row["paths_observed"]) for row in rows], ".-", color=colour, label=label)
        return
    seen = [row["empty_observed"] if show == "empty" else row["first_observed"] for row in rows]
    predicted = [_number(row["empty_predicted"] if show == "empty" else row["first_predicted"]) for row in rows]
    middle, low, high = (np.array([np.nan if each is None else each[part] for each in seen]) for part in range(3))
    axis.plot(places, middle, ".-", color=colour, label=label)
    axis.fill_between(places, low, high, color=colour, alpha=0.18, lw=0)
    axis.plot(places, predicted, "--", color=colour, lw=1)


def _number(value: float | None) -> float:
    return np.nan if value is None else value
