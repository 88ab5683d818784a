"""The picture of a prediction: the pruned mask, its limit, and the column densities of both."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from numerics.files import replacing
from numerics.predict import Observation, Prediction
from numerics.row_law import BINS, Floats, row_order, row_picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

SUFFIXES = (".png", ".svg")
SHOWN_ROWS = 256  # of the mask: more would blur into one another on paper
SHOWN_BARS = 200  # columns with error bars of their own; beyond, a band
INK, SEEN, FAINT = "#1f3b73", "#d1495b", "#8a8f98"
KEPT, SHADES = "Greys", "Blues"


def check_plot(path: Path) -> None:
    """ValueError, in one line, unless a picture can be written under this name."""
    if path.suffix.lower() not in SUFFIXES:
        raise ValueError(f"{path}: suffix is {path.suffix!r}, expected {' or '.join(SUFFIXES)}")
    if find_spec("matplotlib") is None:
        raise ValueError("--plot: matplotlib is not installed, expected after pip install 'sparse-limits[plot]'")


def plot_prediction(
    path: Path, prediction: Prediction, observation: Observation | None, image: tuple[int, int] | None = None
) -> None:
    """Draw a prediction, and the network pruned beside it, into a .png or .svg file.

    image: the shape of an input, if inputs are pictures whose column densities are worth seeing as such. The file
    appears under its name only when it is complete. ValueError as `check_plot`, or if it cannot be written.
    """
    check_plot(path)
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 7.2), layout="constrained")
    problem = prediction.problem
    width = "" if observation is None else f", one hidden layer of {problem.width} units"
    if observation is not None and problem.depth > 1:
        width = f", first of {problem.depth} hidden layers of {problem.width} units"
    figure.suptitle(f"{problem.method} at density {problem.density:g}{width}", fontsize=13)
    above, below = figure.subfigures(2, 1, squeeze=False, height_ratios=[1.15, 1])[:, 0]
    columns = np.argsort(-prediction.densities, kind="stable")
    _masks(above, prediction, observation, columns)
    _densities(below, prediction, observation, columns, image)
    _save(figure, path)


def _save(figure: Figure, path: Path) -> None:
    kind = path.suffix.lower()[1:]
    with replacing(path) as temporary:
        figure.savefig(temporary, format=kind, dpi=110, metadata={"Date": None} if kind == "svg" else None)


def _masks(figure: SubFigure, prediction: Prediction, observation: Observation | None, columns: np.ndarray) -> None:
    """The mask, its average over rows of like score, and the limit, side by side."""
    limit = ("The limit: fresh rows", prediction.law.picture, SHADES)
    panels: list[tuple[str, Floats, str]] = [limit]
    if observation is not None:
        rows = row_order(observation.scores)
        shown = rows[np.linspace(0, len(rows) - 1, min(SHOWN_ROWS, len(rows))).astype(int)]
        averaged = row_picture(observation.scores, observation.mask)
        some = f", {len(shown)} of {len(rows)} rows" if len(shown) < len(rows) else ""
        panels = [
            (f"The mask{some}", observation.mask[shown].astype(float), KEPT),
            (f"The mask, averaged over {len(rows) / min(BINS, len(rows)):.3g} rows", averaged, SHADES),
            limit,
        ]
    axes = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    top = max(float(np.quantile(picture, 0.995)) for _, picture, shades in panels if shades == SHADES)
    for axis, (title, picture, shades) in zip(axes, panels, strict=True):
        drawn = axis.imshow(
            picture[:, columns],
            aspect="auto",
            interpolation="nearest",
            cmap=shades,
            vmin=0,
            vmax=1 if shades == KEPT else max(top, 1e-3),
            extent=(0, len(columns), 1, 0),
        )
        axis.set_title(title, fontsize=10)
        axis.set_xlabel("inputs, most kept first")
    axes[0].set_ylabel("units, largest scores first")
    figure.colorbar(drawn, ax=list(axes), label="share kept", shrink=0.9, pad=0.01)


def _densities(
    figure: SubFigure,
    prediction: Prediction,
    observation: Observation | None,
    columns: np.ndarray,
    image: tuple[int, int] | None,
) -> None:
    """Column densities as a profile and, for images, as images."""
    images = [] if image is None else [("Predicted", prediction.densities)]
    if image is not None and observation is not None:
        images.append(("Observed", observation.densities))
    ratios = [3.6 if images else 1, *([1] * len(images))]
    axes = figure.subplots(1, 1 + len(images), squeeze=False, width_ratios=ratios)[0]
    _profile(axes[0], prediction, observation, columns)
    top = max((float(values.max()) for _, values in images), default=1.0)
    for axis, (title, values) in zip(axes[1:], images, strict=True):
        drawn = axis.imshow(values.reshape(image), cmap=SHADES, vmin=0, vmax=top)
        axis.set_title(title, fontsize=10)
        axis.set_xticks([])
        axis.set_yticks([])
    if images:
        figure.colorbar(drawn, ax=list(axes[1:]), label="column density", shrink=0.75, pad=0.02)


def _profile(axis: Axes, prediction: Prediction, observation: Observation | None, columns: np.ndarray) -> None:
    places = np.arange(1, len(columns) + 1)
    law = prediction.law.densities[columns]
    deviation = 2 * np.sqrt(law * (1 - law) / prediction.problem.width)
    bars = len(columns) <= SHOWN_BARS
    if observation is not None:
        seen = observation.densities[columns]
        error = deviation if bars else None
        axis.errorbar(places, seen, yerr=error, fmt="o", ms=3.2, lw=0.9, color=SEEN, label="observed ± 2 sd", zorder=2)
    if not bars or observation is None:
        low, high = np.maximum(law - deviation, 0), np.minimum(law + deviation, 1)
        axis.fill_between(places, low, high, color=INK, alpha=0.18, lw=0, label="± 2 sd")
    axis.plot(
        places, prediction.densities[columns], color=INK, lw=1.6, label=f"predicted ({prediction.used})", zorder=3
    )
    if prediction.used != "row law":
        axis.plot(places, law, color=FAINT, lw=1, ls="--", label="row law", zorder=1)
    axis.axhline(prediction.problem.share, color=FAINT, lw=0.8, ls=":", label="density")
    axis.set_xlabel("inputs, most kept first")
    axis.set_ylabel("column density")
    axis.set_xlim(0, len(columns) + 1)
    axis.set_ylim(bottom=0)
    axis.spines[["top", "right"]].set_visible(False)
    axis.legend(frameon=False, fontsize=9)
