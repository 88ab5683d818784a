"""The law of all layers for what is asked: by the data (SNIP, GraSP), or in closed form (magnitude, SynFlow, Wanda, random)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.depth import closed
from numerics.depth.architecture import Architecture
from numerics.depth.covariances import drawn as normal_vectors
from numerics.depth.covariances import root_of, smoothed
from numerics.depth.latents import Units, sizes_of, units_of
from numerics.depth.law import DepthLaw, expected_dead, law_of
from numerics.depth.observed import Seen
from numerics.depth.settings import LayersSettings, residual_of
from numerics.masks.selection import kept_count
from numerics.pruning.prediction import wanda_densities
from numerics.pruning.row_law import NotCoveredError

Floats = NDArray[np.float64]

OUTPUTS_DRAWN = 16  # initial outputs that `averaged` draws


@dataclass(frozen=True, eq=False)
class Said:
    """What is predicted for one residual; errors of its sampling."""

    densities: Floats
    errors: Floats
    dead: list[tuple[float, float]]
    columns: Floats
    collapse: list[float | None]
    path_ends: Floats | None
    jitter: float = 0.0


def predicted(
    settings: LayersSettings,
    network: Architecture,
    x: Floats,
    y: Floats,
    seen: Sequence[Seen],
    rng: np.random.Generator,
) -> Iterator[Said]:
    """What is said on inputs x [N, d] and targets y [N, K], for each residual there is; seen: networks that have their own."""
    if not settings.data_driven:
        yield _said_closed(settings, network, x, rng)
        return
    averaged = settings.residual == "averaged"
    sizes = sizes_of(network, len(x), settings.units)
    units = units_of(network, x, sizes, rng, output=averaged)
    if settings.residual == "output":
        residuals = [each.residual for each in seen]
    elif averaged:
        residuals = list(_outputs(settings, units, y, rng))
    else:
        residuals = [residual_of(settings.loss, np.zeros_like(y), y)]
    for number, residual in enumerate(residuals, start=1):
        read = residual if settings.method == "snip" else smoothed(network, x, residual, rng)
        if not read.any():
            raise NotCoveredError("the residual is 0 on all samples, and so is every score, expected targets")
        yield _said(
            settings, law_of(units, read, rng, signed=settings.method == "grasp", last=number == len(residuals))
        )


def _outputs(settings: LayersSettings, units: Units, y: Floats, rng: np.random.Generator) -> Iterator[Floats]:
    """Residuals at initial outputs of the limit, whose components are independent normal vectors."""
    if units.output is None:
        raise TypeError("units were drawn without the covariance of outputs")
    root = root_of(units.output)
    outputs = y.shape[1]
    vectors = normal_vectors(root, OUTPUTS_DRAWN * outputs, rng).astype(float)
    for drawn_outputs in vectors.reshape(OUTPUTS_DRAWN, outputs, -1):
        yield residual_of(settings.loss, drawn_outputs.T, y)


def _said(settings: LayersSettings, law: DepthLaw) -> Said:
    layers = len(law.layers)
    paths = law.path_thresholds()
    if settings.scope == "layer":
        thresholds = law.own_thresholds(settings.density)
        densities, errors = np.full(layers, settings.density), np.zeros(layers)
        ends = None
    else:
        thresholds = [law.threshold(settings.density)] * layers
        densities, errors = law.densities(settings.density)
        ends = None if paths is None else np.array([law.density(path) for path in paths])
    collapse = [
        law.collapse(layer) if settings.scope == "global" else 1 / law.layers[layer].size for layer in range(layers)
    ]
    dead = expected_dead(law, thresholds)
    return Said(densities, errors, dead, law.columns(thresholds[0]), collapse, ends, law.jitter)


def _said_closed(settings: LayersSettings, network: Architecture, x: Floats, rng: np.random.Generator) -> Said:
    layers, density = len(network.shapes), settings.density
    if settings.scope == "global" and settings.method in ("magnitude", "synflow"):
        law = closed.magnitude_law(network) if settings.method == "magnitude" else closed.synflow_law(network, rng)
        threshold = law.threshold(density)
        densities = law.shares(threshold)
        collapse: list[float | None] = [law.collapse(layer) for layer in range(layers)]
        columns = np.full(network.inputs, densities[0])
        return Said(densities, np.zeros(layers), law.dead(threshold), columns, collapse, None)
    shares = np.full(layers, density)
    columns, dead = shares[0] * np.ones(network.inputs), closed.dead_of(network, density)
    if settings.method == "wanda":
        shares = np.array([kept_count(density, inputs) / inputs for _, inputs in network.shapes])
        columns = np.asarray(wanda_densities(np.linalg.norm(x, axis=0), float(shares[0]))[0], float)
        dead = [(0.0, float(((1 - columns) ** network.widths[0]).sum())), *((0.0, each[1]) for each in dead[1:])]
    return Said(shares, np.zeros(layers), dead, columns, [1 / size for size in network.sizes], None)
