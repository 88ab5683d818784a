"""The law of all layers for what is asked: by the data (SNIP, GraSP), or in closed form (magnitude, SynFlow, Wanda, random)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.masks.selection import kept_count, largest_of_rows
from sparse_limits.numerics.prediction.architecture import NORMAL, Architecture
from sparse_limits.numerics.prediction.first_layer.prediction import certify, wanda_densities
from sparse_limits.numerics.prediction.first_layer.row_law import FEWEST_ROWS, NotCoveredError, check_not_cancelled
from sparse_limits.numerics.prediction.layers import data_free, drawn
from sparse_limits.numerics.prediction.layers.covariances import DRAWN_UNITS, root_of, smoothed
from sparse_limits.numerics.prediction.layers.covariances import drawn as normal_vectors
from sparse_limits.numerics.prediction.layers.latents import (
    WHOLE_NETWORKS,
    Sizes,
    Units,
    drawn_whole,
    sizes_of,
    units_of,
)
from sparse_limits.numerics.prediction.layers.law import RESOLVED, DepthLaw, expected_dead, law_of
from sparse_limits.numerics.prediction.layers.observation import ObservedNetwork
from sparse_limits.numerics.prediction.layers.residual import Residual
from sparse_limits.numerics.prediction.layers.rounds import empty_rows, fewer_rounds, in_rounds
from sparse_limits.numerics.prediction.result import InRounds
from sparse_limits.numerics.prediction.settings import IN_ROUNDS, ROUNDS, Settings

Floats = NDArray[np.float64]

OUTPUTS_DRAWN = 16  # initial outputs that `averaged` draws
COPIES = 8  # networks drawn for a method in rounds
ROWS, MOST_DRAWN, BLOCK = 2**16, 2**24, 2**20  # rows that are drawn for Wanda, their weights in all, and at a time
SMOOTHINGS = 4  # of GraSP's residual, where the tangent kernel is known by draws


@dataclass(frozen=True, eq=False)
class LayersPrediction:
    """What is predicted for one residual; errors of its sampling. None in dead and collapse: not known.

    lost: the probability of each input that it keeps no weight, float[d], nan where it is not known. curve: densities of layers at those of the
    settings' curve, float[curve, L + 1], nan where they are not known. resolved: whether every layer's share rests on scores enough.
    in_rounds: of a method in rounds, what their number does.
    """

    densities: Floats
    errors: Floats
    dead: list[tuple[float, float | None]]
    columns: Floats
    collapse: list[float | None]
    path_ends: Floats | None
    lost: Floats
    curve: Floats
    jitter: float = 0.0
    resolved: bool = True
    in_rounds: InRounds | None = None


def predicted(
    settings: Settings,
    network: Architecture,
    x: Floats,
    y: Floats,
    seen: Sequence[ObservedNetwork],
    rng: np.random.Generator,
) -> Iterator[LayersPrediction]:
    """What is said on inputs x [N, d] and targets y [N, K], for each residual there is; seen: networks that have their own."""
    if settings.method == IN_ROUNDS:
        yield _said_in_rounds(settings, network, rng)
        return
    if not settings.data_driven:
        yield _said_closed(settings, network, x, rng)
        return
    averaged = settings.residual == "averaged"
    sizes = sizes_of(network, len(x), settings.drawn_units)
    units = units_of(network, x, sizes, rng, output=averaged)
    if settings.residual == "output":
        residuals = [each.residual for each in seen]
    elif averaged:
        residuals = list(_outputs(settings, units, y, rng))
        units = replace(units, output=None)  # as much memory as anything here
    else:
        residuals = [_at_zero(settings, x, y)]
    read = _read(settings, network, x, residuals, rng)
    for number, values in enumerate(read, start=1):
        _check_some(values)
        said = _said(settings, law_of(units, values, rng, signed=settings.method == "grasp", last=number == len(read)))
        if said.path_ends is None and settings.scope == "global" and drawn_whole(network, len(x)):
            count = math.ceil(WHOLE_NETWORKS / len(read))
            said = replace(said, path_ends=_ends_of_whole(settings, network, x, values, count, rng))
        yield said


def _at_zero(settings: Settings, x: Floats, y: Floats) -> Residual:
    """The residual at the output 0; InputError where all scores would be 0, or rounding alone."""
    residual = Residual(settings.loss, np.zeros_like(y), y)
    _check_some(residual.values)
    check_not_cancelled(x, residual.values)
    return residual


def check_residual(settings: Settings, x: Floats, y: Floats) -> None:
    """InputError where the data leave nothing to rank, whatever network is pruned on them."""
    if settings.data_driven and settings.residual == "target":
        _at_zero(settings, x, y)


def _check_some(residual: Floats) -> None:
    if not residual.any():
        raise NotCoveredError("the residual is 0 on all samples, and so is every score, expected other data or targets")


def _ends_of_whole(
    settings: Settings, network: Architecture, x: Floats, residual: Floats, count: int, rng: np.random.Generator
) -> Floats:
    """The densities at which so many networks of the limit lose their last path, drawn whole one after another."""
    found = []
    for _ in range(count):
        units = units_of(network, x, Sizes(1, tuple(network.widths)), rng)
        ends = law_of(units, residual, rng, signed=settings.method == "grasp").path_ends()
        if ends is None:
            raise TypeError("a network of the limit was to be drawn whole")
        found.append(ends[1])
    return np.concatenate(found)


def _read(
    settings: Settings, network: Architecture, x: Floats, residuals: Sequence[Residual], rng: np.random.Generator
) -> list[Floats]:
    """The residuals [N, K] that the law is to be read with: SNIP's own, or GraSP's, moved by the tangent kernel.

    That kernel is known by drawn units where the first layer's weights are not normal: several such draws, so that the
    spread of what they lead to is known; one for each residual, where there are several.
    """
    if settings.method == "snip":
        return [residual.values for residual in residuals]
    if network.initialisation.law is NORMAL:
        together = smoothed(network, x, np.hstack([residual.values for residual in residuals]), rng)
        smooth = np.split(together, len(residuals), axis=1)
    else:
        residuals = residuals if settings.residual == "averaged" else [r for r in residuals for _ in range(SMOOTHINGS)]
        smooth = [smoothed(network, x, residual.values, rng, DRAWN_UNITS // 2) for residual in residuals]
    return [residual.moved(values) for residual, values in zip(residuals, smooth, strict=True)]


def _outputs(settings: Settings, units: Units, y: Floats, rng: np.random.Generator) -> Iterator[Residual]:
    """Residuals at initial outputs of the limit, whose components are independent normal vectors."""
    if units.output is None:
        raise TypeError("units were drawn without the covariance of outputs")
    root = root_of(units.output)
    outputs = y.shape[1]
    vectors = normal_vectors(root, OUTPUTS_DRAWN * outputs, rng).astype(float)
    for drawn_outputs in vectors.reshape(OUTPUTS_DRAWN, outputs, -1):
        yield Residual(settings.loss, drawn_outputs.T, y)


def _said(settings: Settings, law: DepthLaw) -> LayersPrediction:
    layers = len(law.layers)
    if settings.scope == "layer":
        thresholds = law.own_thresholds(settings.density)
        sizes = [layer.size for layer in law.layers]
        densities, errors = shares_of(settings.density, sizes), np.zeros(layers)
        collapse: list[float | None] = [1 / layer.size for layer in law.layers]
        ends, resolved = None, True
        curve = np.reshape([shares_of(each, sizes) for each in settings.curve], (-1, layers))
    else:
        thresholds = [law.threshold(settings.density)] * layers
        densities, errors = law.densities(settings.density)
        collapse = [law.collapse(layer) for layer in range(layers)]
        paths, resolved = law.path_ends(), all(law.resolved(thresholds[0]))
        ends = None if paths is None else paths[1]
        curve = np.array([_known(law, density) for density in settings.curve]).reshape(-1, layers)
    dead: list[tuple[float, float | None]] = [
        (rows, None if np.isnan(columns) else columns) for rows, columns in expected_dead(law, thresholds)
    ]
    if settings.scope == "layer":
        dead = [*map(_possible, dead, law.network.shapes, counts_of(settings.density, sizes))]
    return LayersPrediction(
        densities,
        errors,
        dead,
        law.columns(thresholds[0]),
        collapse,
        ends,
        law.lost(thresholds[0]),
        curve,
        law.jitter,
        resolved,
    )


def _possible(dead: tuple[float, float | None], shape: tuple[int, int], kept: int) -> tuple[float, float | None]:
    """What is expected of rows and columns that keep nothing, within what so many kept weights allow."""
    (rows, columns), (high, wide) = dead, shape
    return (
        min(max(rows, high - kept), high + -kept // wide),
        None if columns is None else min(max(columns, wide - kept), wide + -kept // high),
    )


def _lost(width: int, columns: Floats) -> Floats:
    """The probability that an input keeps no weight: the rows of the first layer are independent."""
    none: Floats = (1 - columns) ** width
    return none


def counts_of(density: float, among: Sequence[int]) -> list[int]:
    """How many of so many entries are kept: whole numbers of them, next to the density."""
    return [kept_count(density, total) for total in among]


def shares_of(density: float, among: Sequence[int]) -> Floats:
    """The shares that are kept of so many entries."""
    return np.array([kept / total for kept, total in zip(counts_of(density, among), among, strict=True)])


def _known(law: DepthLaw, density: float) -> Floats:
    """Densities of layers under one threshold; nan where too few drawn scores are beyond it, or scores are 0."""
    try:
        threshold = law.threshold(density)
    except NotCoveredError:
        return np.full(len(law.layers), np.nan)
    shares = law.shares(threshold)
    return np.where(law.resolved(threshold), shares, np.nan)


def _said_closed(settings: Settings, network: Architecture, x: Floats, rng: np.random.Generator) -> LayersPrediction:
    layers, density, errors = len(network.shapes), settings.density, np.zeros(len(network.shapes))
    by_factors = settings.method == "synflow"  # of rows and columns, so that those that keep nothing are no random ones
    if settings.method == "wanda":
        return _said_by_rows(settings, network, x, rng)
    if settings.scope == "global" and settings.method in ("magnitude", "synflow"):
        law = (
            data_free.magnitude_law(network) if settings.method == "magnitude" else data_free.synflow_law(network, rng)
        )
        threshold = law.threshold(density)
        densities, errors, dead = law.shares(threshold), law.errors(threshold), law.dead([threshold] * layers)
        curve = np.array([law.shares(law.threshold(each)) for each in settings.curve]).reshape(-1, layers)
        collapse = [law.collapse(layer) for layer in range(layers)]
    else:
        among = [sum(network.sizes)] * layers if settings.scope == "global" else network.sizes
        kept = counts_of(density, among)
        densities = shares_of(density, among)
        dead = _dead_under_own(network, density, kept, rng) if by_factors else data_free.dead_of(network, kept, among)
        collapse = [1 / size for size in network.sizes]
        curve = np.reshape([shares_of(each, among) for each in settings.curve], (-1, layers))
    columns = np.full(network.inputs, densities[0])
    alike = settings.method == "random" or (settings.scope == "layer" and not by_factors)
    lost = np.full(network.inputs, dead[0][1] / network.inputs) if alike else _lost(network.widths[0], columns)
    return LayersPrediction(densities, errors, [*dead], columns, [*collapse], None, lost, curve)


def _dead_under_own(
    network: Architecture, density: float, kept: Sequence[int], rng: np.random.Generator
) -> list[tuple[float, float]]:
    """How many rows and columns of each layer keep nothing by SynFlow's scores, each layer under a threshold of its own."""
    law = data_free.synflow_law(network, rng)
    found = law.dead([law.own_threshold(layer, density) for layer in range(len(kept))])
    return [(rows, float(columns or 0)) for rows, columns in map(_possible, found, network.shapes, kept)]


def rounds_of(network: Architecture, density: float, rng: np.random.Generator) -> InRounds:
    """What up to 100 rounds, under one threshold, do in the networks that a prediction draws with this rng.

    Examples:
        >>> rounds_of(Architecture(8, (16, 16), 1), 0.1, np.random.default_rng(0)).rounds
        (1, 2, 3, 5, 10, 30, 100)
    """
    counts = (*fewer_rounds(ROUNDS), ROUNDS)
    empty = [_empty_after(drawn.draw(network, rng), density, "global", counts) for _ in range(COPIES)]
    return in_rounds(density, counts, empty, network)


def _empty_after(made: drawn.DrawnNetwork, density: float, scope: str, counts: Sequence[int]) -> list[list[int]]:
    """How many rows of each layer keep nothing, after each number of rounds."""
    return [empty_rows(drawn.masks_in_rounds(made, density, scope, count)) for count in counts]


def _said_in_rounds(settings: Settings, network: Architecture, rng: np.random.Generator) -> LayersPrediction:
    """Means over networks drawn for it, which need no data; inputs are alike before they are drawn."""
    densities, dead, curve, empty = [], [], [], []
    rounds = settings.rounds or ROUNDS
    fewer = fewer_rounds(rounds)
    for _ in range(COPIES):
        made = drawn.draw(network, rng)
        at_all = [
            drawn.masks_in_rounds(made, density, settings.scope, rounds)
            for density in (settings.density, *settings.curve)
        ]
        empty.append([*_empty_after(made, settings.density, settings.scope, fewer), empty_rows(at_all[0])])
        shares = np.array([[mask.mean() for mask in masks] for masks in at_all])
        densities.append(shares[0])
        curve.append(shares[1:])
        dead.append([((~mask.any(axis=1)).sum(), (~mask.any(axis=0)).sum()) for mask in at_all[0]])
    mean, none = np.mean(densities, axis=0), np.mean(dead, axis=0)
    return LayersPrediction(
        mean,
        np.std(densities, axis=0, ddof=1) / np.sqrt(COPIES),
        [(float(rows), float(columns)) for rows, columns in none],
        np.full(network.inputs, mean[0]),
        [None] * len(mean),
        None,
        np.full(network.inputs, none[0, 1] / network.inputs),
        np.mean(curve, axis=0),
        in_rounds=in_rounds(settings.density, (*fewer, rounds), empty, network if settings.scope == "global" else None),
    )


def _said_by_rows(settings: Settings, network: Architecture, x: Floats, rng: np.random.Generator) -> LayersPrediction:
    """Wanda: each row keeps as many weights; columns above the first layer follow norms that are not known here."""
    kept = [kept_count(settings.density, inputs) for _, inputs in network.shapes]
    shares = np.array([count / inputs for count, (_, inputs) in zip(kept, network.shapes, strict=True)])
    norms = np.linalg.norm(x, axis=0)
    if not norms.any():
        raise NotCoveredError("x is 0 on all samples, and so is every score of the first layer, expected other data")
    columns = told = np.full(network.inputs, shares[0])
    if 0 < shares[0] < 1:
        columns, told = _columns_of_rows(network, norms, kept[0], rng)
    dead: list[tuple[float, float | None]] = [
        (0.0 if count else float(rows), None if count else float(inputs))
        for count, (rows, inputs) in zip(kept, network.shapes, strict=True)
    ]
    lost = _lost(network.widths[0], told)
    dead[0] = (dead[0][0], float(lost.sum()))
    curve = [[kept_count(each, inputs) / inputs for _, inputs in network.shapes] for each in settings.curve]
    shape = (len(settings.curve), len(kept))
    return LayersPrediction(
        shares,
        np.zeros(len(kept)),
        dead,
        columns,
        [None] * len(kept),
        None,
        lost,
        np.reshape(curve, shape).astype(float),
    )


def _columns_of_rows(
    network: Architecture, norms: Floats, kept: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """The share of its weights that each input keeps, float[d], where each row keeps so many.

    First S12's limit, of many inputs, while drawn rows certify it, else these; then these, or the limit where they are too few
    to tell whether a network of this width keeps any.
    """
    law, inputs = network.initialisation.law, network.inputs
    closed = np.asarray(wanda_densities(norms, kept / inputs, law)[0], float)
    rows, step = min(ROWS, max(FEWEST_ROWS, MOST_DRAWN // inputs)), max(1, BLOCK // inputs)
    counts = np.zeros(inputs)
    for start in range(0, rows, step):
        scores = np.abs(law.draw(rng, (min(step, rows - start), inputs))) * norms
        counts += largest_of_rows(scores, kept).sum(axis=0)
    seen = counts / rows
    told = (counts >= RESOLVED) | (rows >= RESOLVED * network.widths[0])
    certified = certify("S12", closed, seen, rows, network.widths[0]).holds
    return closed if certified else seen, np.where(told, seen, closed)
