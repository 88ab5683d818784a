"""The picture of the study of the gap: one panel for each architecture, what was found above what is proved."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sparse_limits.numerics.pictures.masks import FAINT, INK, SEEN, check_plot, save
from sparse_limits.numerics.studies.gap_summary import BoundRow, GapSummary, SizeRow

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_gap(path: Path, summary: GapSummary) -> None:
    """Draw the summary of a study into a .png or .svg file. InputError as `check_plot`, or if it cannot be written."""
    check_plot(path)
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.4, 4.6), layout="constrained")
    figure.suptitle(
        rf"Neurons at which half of {summary['networks']} networks hold a ticket for $\sigma(\langle w^*,x\rangle)$, two inputs",
        fontsize=12,
    )
    linear, relu = figure.subplots(1, 2, sharey=True)
    _found(linear, summary, "neurons, linear", SEEN, "whole neurons, found")
    _found(linear, summary, "weights, linear", INK, "single weights, found")
    _proved(linear, summary["bounds"]["neurons, linear"], SEEN, "needed by whole neurons (N2)")
    single = [row for row in summary["bounds"]["weights, linear"] if row["at_least"] > 1]
    _proved(linear, single, INK, "needed by single weights (N4)", 4.0)
    linear.set_title("linear output: no gap", fontsize=11)
    _found(relu, summary, "neurons, ReLU", SEEN, "whole neurons, found")
    _proved(relu, summary["bounds"]["neurons, ReLU"], SEEN, "needed by whole neurons (N5)")
    _found(relu, summary, "weights, ReLU", INK, "single weights, found")
    relu.set_title("output ReLU: the gap is a theorem", fontsize=11)
    for axis in (linear, relu):
        axis.set_xscale("log")
        axis.set_yscale("log")
        axis.set_xlim(1.5 * max(summary["epsilons"]), min(summary["epsilons"]) / 1.5)
        axis.set_xlabel("error ε")
        axis.spines[["top", "right"]].set_visible(False)
        axis.grid(color=FAINT, alpha=0.25, lw=0.5)
        axis.legend(frameon=False, fontsize=9)
    linear.set_ylabel("neurons N")
    save(figure, path)


def _rows(summary: GapSummary, curve: str) -> list[SizeRow]:
    return [row for row in summary["rows"] if row["curve"] == curve]


def _found(axis: Axes, summary: GapSummary, curve: str, colour: str, label: str) -> None:
    """Medians with their intervals; an arrow where an interval has no upper end."""
    rows = [row for row in _rows(summary, curve) if row["median"] is not None]
    if not rows:
        return
    middle = np.array([row["median"] for row in rows])
    open_ended = np.array([row["high"] is None for row in rows])
    highs = [2 * at if row["high"] is None else row["high"] for at, row in zip(middle, rows, strict=True)]
    ends = np.array([[row["low"] for row in rows], highs])
    slope = next((each["slope"] for each in summary["slopes"] if each["curve"] == curve), None)
    name = label if slope is None else f"{label}: slope {slope:.2f}".replace("-", "−")
    at = np.array([row["eps"] for row in rows])
    if open_ended.any():
        up = (ends[1] - middle)[open_ended]
        axis.errorbar(at[open_ended], middle[open_ended], [0 * up, up], fmt="none", lolims=True, lw=1.2, color=colour)
        ends[1, open_ended] = middle[open_ended]
    axis.errorbar(
        at,
        middle,
        np.abs(ends - middle),
        fmt="o-",
        ms=4,
        lw=1.2,
        capsize=2.5,
        color=colour,
        label=name,
    )


def _proved(axis: Axes, rows: Sequence[BoundRow], colour: str, label: str, width: float = 1.4) -> None:
    """A lower bound as a line, dotted; a wider one shows under another that equals it."""
    if rows:
        at = [row["eps"] for row in rows], [row["at_least"] for row in rows]
        axis.plot(*at, ":", lw=width, color=colour, label=label, alpha=0.9 if width < 2 else 0.5)
