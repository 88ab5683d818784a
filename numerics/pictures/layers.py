"""The picture of a forecast of layers: densities and units that keep nothing, layer by layer, and columns of the first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sparse_limits.numerics.pictures.masks import NAMED_BESIDE, check_plot, name_columns, save
from sparse_limits.numerics.prediction.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_layers(path: Path, found: Result) -> None:
    """Draw a forecast and the networks pruned beside it into a .png or .svg file.

    The file appears under its name only when it is complete. InputError as `check_plot`, or if it cannot be written.
    """
    check_plot(path)
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 4.2), layout="constrained")
    network = found.network
    name = found.model if network is None else " × ".join(map(str, (network.inputs, *network.widths, network.outputs)))
    figure.suptitle(f"{found.settings.method} at density {found.settings.density:g}, {name}", fontsize=13)
    known = found.observed_columns if found.columns is None else found.columns
    left, middle, *right = figure.subplots(1, 2 if known is None else 3)
    _densities(left, found)
    _dead(middle, found)
    for axis in right:
        _columns(axis, found)
    save(figure, path)


def _names(found: Result) -> list[str]:
    numbers = [*map(str, range(1, len(found.layers))), "readout"]
    return [layer.name or number for layer, number in zip(found.layers, numbers, strict=True)]


def _densities(axis: Axes, found: Result) -> None:
    places = np.arange(len(found.layers))
    predicted = np.array([np.nan if layer.predicted is None else layer.predicted for layer in found.layers])
    if not np.isnan(predicted).all():
        axis.bar(places, predicted, color="tab:blue", alpha=0.4, label="predicted")
    axis.axhline(found.settings.density, color="gray", lw=1, ls=":", label="all layers alike")
    if found.layers[0].observed is not None:
        seen = [layer.observed or 0.0 for layer in found.layers]
        spread = [layer.sd or 0.0 for layer in found.layers]
        axis.errorbar(places, seen, spread, fmt="o", color="black", ms=4, capsize=3, label="observed, ± sd")
    axis.set_xticks(places, _names(found))
    axis.set(xlabel="layer", ylabel="density", yscale="log")
    axis.legend(fontsize=8)


def _dead(axis: Axes, found: Result) -> None:
    """Shares of rows, and of columns, that keep nothing."""
    places = np.arange(len(found.layers))
    for offset, kind, color in ((-0.2, "rows", "tab:orange"), (0.2, "columns", "tab:green")):
        sizes = np.array([layer.shape[0 if kind == "rows" else 1] for layer in found.layers])
        dead = [layer.dead_rows if kind == "rows" else layer.dead_columns for layer in found.layers]
        expected = np.array([np.nan if count is None else count for count in dead])
        if not np.isnan(expected).all():
            axis.bar(places + offset, expected / sizes, 0.38, color=color, alpha=0.5, label=f"{kind}, expected")
        counted = [layer.seen_dead_rows if kind == "rows" else layer.seen_dead_columns for layer in found.layers]
        seen = np.array([np.nan if count is None else count for count in counted]) / sizes
        if not np.isnan(seen).all():
            axis.plot(places + offset, seen, "o", color=color, mec="black", ms=5, label=f"{kind}, observed")
    axis.set_xticks(places, _names(found))
    axis.set(xlabel="layer", ylabel="share that keeps nothing", ylim=(0, 1))
    axis.legend(fontsize=8)


def _columns(axis: Axes, found: Result) -> None:
    """Column densities of the first layer, in the descending order of what is predicted or else observed."""
    known = found.observed_columns if found.columns is None else found.columns
    if known is None:
        return
    order = np.argsort(-known, kind="stable")
    if found.columns is not None:
        axis.plot(found.columns[order], color="tab:blue", label="predicted")
    if found.observed_columns is not None:
        axis.plot(found.observed_columns[order], ".", color="black", ms=4, label="observed")
    by = "its prediction" if found.columns is not None else "what was observed"
    axis.set(xlabel=f"input of the first layer, by {by}", ylabel="density", ylim=(0, None))
    name_columns(axis, found.data.about, order, np.arange(len(order)), NAMED_BESIDE)
    axis.legend(fontsize=8)
