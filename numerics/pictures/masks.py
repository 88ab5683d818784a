"""Pictures: a prediction with the pruned mask and its limit; a mask with the graphon that was fitted to it."""

from __future__ import annotations

from importlib.util import find_spec
from io import BytesIO, StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.columns import About
from sparse_limits.numerics.files import replacing
from sparse_limits.numerics.masks.sorting import sort_by_degree
from sparse_limits.numerics.prediction.first_layer.observation import Observation
from sparse_limits.numerics.prediction.first_layer.prediction import Prediction
from sparse_limits.numerics.prediction.first_layer.row_law import BINS, Floats, row_order, row_picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

    from sparse_limits.numerics.fitting.fit import Fit, Spectrum
    from sparse_limits.numerics.fitting.model import Model

SUFFIXES = (".png", ".svg")
SHOWN_ROWS = 256  # of the mask: more would blur into one another on paper
SHOWN_BARS = 200  # columns with error bars of their own; beyond, a band
NAMED, NAMED_BESIDE = 60, 25  # columns whose names find room below a picture, below one of three
INK, SEEN, FAINT = "#1f3b73", "#d1495b", "#8a8f98"
KEPT, SHADES = "Greys", "Blues"


def check_plot(path: Path) -> None:
    """InputError, in one line, unless a picture can be written under this name."""
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"{path}: suffix is {path.suffix!r}, expected {' or '.join(SUFFIXES)}")
    check_matplotlib("--plot")


def check_matplotlib(option: str) -> None:
    """InputError, in one line, unless pictures can be drawn."""
    if find_spec("matplotlib") is None:
        raise InputError(f"{option}: matplotlib is not installed, expected after pip install matplotlib")


def plot_prediction(
    path: Path, prediction: Prediction, observation: Observation | None, about: About | None = None
) -> None:
    """Draw a prediction, and the network pruned beside it, into a .png or .svg file.

    about: names of inputs, which stand below the columns where there is room, and the shape of images, whose column
    densities are drawn as such. The file appears under its name only when it is complete. InputError as `check_plot`, or if it cannot be written.
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
    about = about or About()
    _masks(above, prediction, observation, columns, about)
    _densities(below, prediction, observation, columns, about)
    save(figure, path)


def save(figure: Figure, path: Path) -> None:
    """Write a picture whole, or not at all; InputError if it cannot be written."""
    kind = path.suffix.lower()[1:]
    drawn = BytesIO()
    figure.savefig(drawn, format=kind, dpi=110, metadata={"Date": None} if kind == "svg" else None)
    with replacing(path) as temporary:
        temporary.write_bytes(drawn.getvalue())


def _masks(
    figure: SubFigure, prediction: Prediction, observation: Observation | None, columns: np.ndarray, about: About
) -> None:
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
        name_columns(axis, about, columns, np.arange(len(columns)) + 0.5, NAMED_BESIDE)
    axes[0].set_ylabel("units, largest scores first")
    figure.colorbar(drawn, ax=list(axes), label="share kept", shrink=0.9, pad=0.01)


def _densities(
    figure: SubFigure,
    prediction: Prediction,
    observation: Observation | None,
    columns: np.ndarray,
    about: About,
) -> None:
    """Column densities as a profile and, for images, as images."""
    shown = [("Predicted", prediction.densities)]
    if observation is not None:
        shown.append(("Observed", observation.densities))
    images = [(title, image) for title, values in shown if (image := about.picture(values)) is not None]
    ratios = [3.6 if images else 1, *([1] * len(images))]
    axes = figure.subplots(1, 1 + len(images), squeeze=False, width_ratios=ratios)[0]
    _profile(axes[0], prediction, observation, columns)
    name_columns(axes[0], about, columns, np.arange(1, len(columns) + 1))
    top = max((float(values.max()) for _, values in images), default=1.0)
    for axis, (title, values) in zip(axes[1:], images, strict=True):
        drawn = axis.imshow(values, cmap=SHADES, vmin=0, vmax=top)
        axis.set_title(title, fontsize=10)
        axis.set_xticks([])
        axis.set_yticks([])
    if images:
        figure.colorbar(drawn, ax=list(axes[1:]), label="column density", shrink=0.75, pad=0.02)


def name_columns(axis: Axes, about: About, columns: np.ndarray, places: np.ndarray, most: int = NAMED) -> None:
    """The names of inputs below their places, where there are names, at most so many."""
    if about.inputs and len(columns) <= most:
        names = [about.inputs[column].replace("$", r"\$") for column in columns]  # no mathematics
        axis.set_xticks(places, names, rotation=90, fontsize=7)


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


# A mask and its fitted graphon

AVERAGED = 48  # blocks of rows and of columns in the averaged pictures
PIXELS = 384  # rows and columns of the mask that are shown
TEXT = "#1c1c1b"  # a shade of its own, so that a page can put its own in its place
MADE = "#2a9d8f"  # of a uniform mask


def plot_fit(path: Path, fit: Fit) -> None:
    """Draw all pictures of a fit into one .png or .svg file. InputError as `check_plot`, or if it cannot be written."""
    check_plot(path)
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 7), layout="constrained")
    m, n = fit.mask.shape
    figure.suptitle(f"A mask of {m} × {n} weights, density {fit.density:.4g}", fontsize=13)
    above, below = figure.subfigures(2, 1, squeeze=False)[:, 0]
    draw_masks(above, fit)
    draw_laws(below, fit)
    save(figure, path)


def fit_pictures(fit: Fit) -> dict[str, str]:
    """The pictures of a fit as SVG elements for a page, with ids of their own, `TEXT` and the like as colours."""
    import matplotlib
    from matplotlib.figure import Figure

    found = {}
    for name, height, draw in (("masks", 3.9, draw_masks), ("laws", 3.3, draw_laws)):
        style = {"svg.fonttype": "none", "svg.hashsalt": name, "font.family": "sans-serif"}
        ink = dict.fromkeys(("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), TEXT)
        with matplotlib.rc_context({**style, **ink}):
            figure = Figure(figsize=(10.4, height), layout="constrained")
            figure.patch.set_alpha(0)
            draw(figure, fit)
            for axis in figure.axes:
                axis.patch.set_alpha(0)
            text = StringIO()
            figure.savefig(text, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
        found[name] = text.getvalue()[text.getvalue().index("<svg") :]
    return found


def draw_masks(figure: Figure | SubFigure, fit: Fit) -> None:
    """The mask sorted by degree, averaged over blocks, and the fitted graphon in the same order."""
    order = sort_by_degree(fit.mask)
    rows, columns = order.rows[::-1], order.columns[::-1]  # most kept first
    panels = [("The mask, sorted by degree", _shown(fit.mask, rows, columns), KEPT)]
    if fit.model is not None:
        across = [min(AVERAGED, size) for size in fit.mask.shape]
        parts = [_blocks_of(side, number) for side, number in zip((rows, columns), across, strict=True)]
        panels += [
            ("The mask, averaged over blocks", _averaged(fit.mask, *parts), SHADES),
            ("The fitted graphon", _fitted(fit.model, *parts), SHADES),
        ]
    axes = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    top = max((float(np.quantile(picture, 0.995)) for _, picture, shades in panels if shades == SHADES), default=1.0)
    for axis, (title, picture, shades) in zip(axes, panels, strict=True):
        drawn = axis.imshow(
            picture,
            aspect="auto",
            interpolation="nearest",
            cmap=shades,
            vmin=0,
            vmax=1 if shades == KEPT else max(top, 1e-3),
            extent=(0, fit.mask.shape[1], fit.mask.shape[0], 0),
        )
        axis.set_title(title, fontsize=10)
        axis.set_xlabel("columns, most kept first")
        if fit.data is not None:
            name_columns(axis, fit.data.about, columns, np.arange(columns.size) + 0.5, NAMED_BESIDE)
    axes[0].set_ylabel("rows, most kept first")
    figure.colorbar(drawn, ax=list(axes), label="share kept", shrink=0.9, pad=0.01)


def draw_laws(figure: Figure | SubFigure, fit: Fit) -> None:
    """Row and column densities beside those of drawn masks, and the spectrum with the edge of its noise."""
    from sparse_limits.numerics.fitting.fit import illustrate

    if fit.model is None or fit.spectrum is None:
        return
    fitted, uniform = illustrate(fit)
    axes = figure.subplots(1, 3, squeeze=False)[0]
    for axis, side, name in zip(axes, (1, 0), ("rows", "columns"), strict=False):
        length = fit.mask.shape[side]
        for mask, label, colour, style in (
            (uniform, "uniform mask", MADE, ":"),
            (fitted, "drawn from the fit", INK, "-"),
            (fit.mask, "this mask", SEEN, "-"),
        ):
            shares = np.sort(np.asarray(mask.sum(axis=side)).ravel())[::-1] / length
            places = (np.arange(shares.size) + 0.5) / shares.size
            axis.plot(
                places,
                shares,
                style,
                color=colour,
                lw=2.6 if mask is fitted else 1.3,
                label=label,
                drawstyle="steps-mid",
            )
        axis.set_title(f"Densities of {name}", fontsize=10)
        axis.set_xlabel(f"{name}, most kept first (share)")
        axis.set_ylim(bottom=0)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].legend(frameon=False, fontsize=9)
    _spectrum(axes[2], fit.spectrum)


def _spectrum(axis: Axes, spectrum: Spectrum) -> None:
    places = np.arange(1, len(spectrum.values) + 1)
    axis.plot(places, [value.raw for value in spectrum.values], "o", color=SEEN, label="mask")
    shown = [(at, value) for at, value in zip(places, spectrum.values, strict=True) if value.visible]
    if shown:
        at, values = zip(*shown, strict=True)
        reach = [[v.value - v.low for v in values], [v.high - v.value for v in values]]
        axis.errorbar(at, [v.value for v in values], reach, fmt="s", ms=4, color=INK, label="freed from noise, 95%")
    axis.axhline(spectrum.edge, color=MADE, lw=1.2, ls="--", label="edge of the noise")
    axis.set_title("Singular values over √(mn)", fontsize=10)
    axis.set_xticks(places)
    axis.set_yscale("log")
    axis.spines[["top", "right"]].set_visible(False)
    axis.legend(frameon=False, fontsize=9)


def _shown(mask: csr_array, rows: np.ndarray, columns: np.ndarray) -> Floats:
    """The mask in this order, of at most PIXELS × PIXELS evenly chosen rows and columns."""
    few = [side[np.linspace(0, side.size - 1, min(PIXELS, side.size)).astype(int)] for side in (rows, columns)]
    entries: Floats = mask[few[0]][:, few[1]].toarray().astype(float)
    return entries


def _blocks_of(order: np.ndarray, number: int) -> csr_array:
    """The averages over `number` runs of an order, as a matrix [number, size]."""
    place = np.arange(order.size) * number // order.size
    sizes = np.bincount(place)
    return csr_array((1 / sizes[place], (place, order)), shape=(number, order.size))


def _averaged(mask: csr_array, rows: csr_array, columns: csr_array) -> Floats:
    means: Floats = (rows @ mask.astype(float) @ columns.T).toarray()
    return means


def _fitted(model: Model, rows: csr_array, columns: csr_array) -> Floats:
    means: Floats = (rows @ model.left) @ (columns @ model.right.T).T
    return means
