"""Evidence for F3: masked networks of two widths, trained on drawn data, beside the curves of their kernels."""

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import product as every
from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.evidence import Findings, Trial, statistical
from sparse_limits.numerics.evidence.common import drawn_in_common
from sparse_limits.numerics.keyed import stream_name
from sparse_limits.numerics.networks import Array
from sparse_limits.numerics.networks.many import SCALE, train_many
from sparse_limits.theory.flow.descent import count
from sparse_limits.theory.flow.further.finite_width import trained_widths, whole
from sparse_limits.theory.flow.further.relabelling import gates, outputs, product, readout
from sparse_limits.theory.flow.linear import amplitude, eigenvalue, eta
from sparse_limits.theory.generalisation.further.studies import Widening
from sparse_limits.theory.graphon.symbols import m, n
from sparse_limits.theory.kernel.dual import a, b, c

SAMPLES, INPUTS, DENSITY, RATE, STEPS = 8, 8, 0.5, 0.5, 40
NARROW, NARROW_NETWORKS, NETWORKS = 16, 32, 8  # width; networks of that width, and wider ones
DRAWS = 72  # of data and networks: as many as let a control that goes through in one of the draws be refuted
MASKS = np.array(list(every((0.0, 1.0), repeat=INPUTS)))[1:]  # of a row; the one that keeps nothing adds nothing
LETTERS = (*outputs, *gates, readout, product, whole)


@stream_name("numerics.checks.flow.finite_width.Data")
@dataclass(frozen=True, eq=False)
class Data:
    """Of all draws: x [D, m, d], y [D, m]."""

    x: Array
    y: Array


@dataclass(frozen=True, eq=False)
class Networks:
    """Networks of one width of all draws, before training, and their losses [D, N, steps + 1] after 0, 1, … steps."""

    values: Array  # [D, m, N, n]: outputs of hidden units
    readout: Array  # [D, N, n]
    masks: Array  # [D, d, N, n]
    losses: Array


class Spectrum(NamedTuple):
    """Eigenvalues of kernels [D, N, m], components of y along the eigenvectors, and for which draws all are numbers [D]."""

    values: Array
    components: Array
    finite: NDArray[np.bool_]


@stream_name("numerics.checks.flow.finite_width.drawn_data")
def drawn_data(rng: np.random.Generator, draws: int) -> Data:
    x = rng.standard_normal((draws, SAMPLES, INPUTS))
    x *= np.sqrt(INPUTS) / np.linalg.norm(x, axis=2, keepdims=True)
    return Data(x, rng.choice([-1.0, 1.0], (draws, SAMPLES)))


@stream_name("numerics.checks.flow.finite_width.drawn_networks")
def drawn_networks(rng: np.random.Generator, data: Data, number: int, width: int) -> Networks:
    draws = len(data.x)
    found = Networks(
        np.empty((draws, SAMPLES, number, width)),
        np.empty((draws, number, width)),
        np.empty((draws, INPUTS, number, width)),
        np.empty((draws, number, STEPS + 1)),
    )
    for k, (x, y) in enumerate(zip(data.x, data.y, strict=True)):
        masks = (rng.random((number, width, INPUTS)) < DENSITY).astype(float)
        weights, top = rng.standard_normal(masks.shape), rng.standard_normal(masks.shape[:2])
        found.losses[k] = train_many(weights, top, masks, x, y, step=RATE, steps=STEPS)
        values = SCALE * np.maximum((weights * masks) @ x.T / np.sqrt(INPUTS), 0.0)
        found.values[k], found.readout[k], found.masks[k] = np.moveaxis(values, 2, 0), top, np.moveaxis(masks, 2, 0)
    return found


@lru_cache(maxsize=16)  # what a control leaves as it is, its check has computed
def own_spectrum(unit: sp.Expr, data: Data, networks: Networks) -> Spectrum:
    """Of each network's own kernel."""
    parts = zip(data.x, networks.values, networks.readout, networks.masks, strict=True)
    return spectrum(np.array([own_kernels(unit, *each) for each in parts]), data.y)


def own_kernels(unit: sp.Expr, x: Array, values: Array, readout: Array, masks: Array) -> Array:
    """The mean over the units of what each adds: [N, m, m]; each pair of samples once, since kernels are symmetric."""
    slopes, formula = SCALE * (values > 0), numeric(LETTERS, unit)
    found = np.empty((masks.shape[1], SAMPLES, SAMPLES))
    for one in range(SAMPLES):  # with itself and all after it
        products = x[one] * x[one:] / INPUTS
        kept = (products @ masks.reshape(INPUTS, -1)).reshape(-1, *masks.shape[1:])
        pairs = (values[one], values[one:], slopes[one], slopes[one:])
        with np.errstate(invalid="ignore"):  # roots of negative numbers, in wrong formulas
            added = formula(*pairs, readout, kept, products.sum(axis=1)[:, None, None])
        found[:, one, one:] = found[:, one:, one] = np.broadcast_to(added, kept.shape).mean(axis=2).T
    return found


@lru_cache(maxsize=4)
def limit_spectrum(row_kernel: sp.Expr, data: Data) -> Spectrum:
    """Of the kernel of the limit, one for all networks of a draw."""
    return spectrum(np.array([limit_kernel(row_kernel, x) for x in data.x])[:, None], data.y)


def limit_kernel(row_kernel: sp.Expr, x: Array) -> Array:
    """The mean over all masks of a row: [m, m]. Covariances stay inside their bound, lest rounding leave no angle."""
    products = np.einsum("aj,bj->jab", x, x) / INPUTS
    covariance = np.tensordot(MASKS, products, axes=1)
    variance = np.diagonal(covariance, axis1=1, axis2=2)
    first, second = variance[:, :, None], variance[:, None, :]
    bound = np.sqrt(first * second) * (1 - 1e-12)
    rows = numeric((a, b, c, whole), row_kernel)(
        first, second, np.clip(covariance, -bound, bound), products.sum(axis=0) * (1 - 1e-12)
    )
    chances = np.prod(np.where(MASKS > 0, DENSITY, 1 - DENSITY), axis=1)
    found: Array = np.tensordot(chances, np.broadcast_to(rows, covariance.shape), axes=1)
    return found


def spectrum(kernels: Array, y: Array) -> Spectrum:
    """Of kernels [D, N, m, m] and y [D, m]; kernels that are not numbers, as those of wrong formulas may be, count as 0."""
    finite = np.asarray(np.isfinite(kernels).all(axis=(1, 2, 3)))
    values, vectors = np.linalg.eigh(np.where(finite[:, None, None, None], kernels, 0.0))
    return Spectrum(values, (y[:, None, None] @ vectors)[:, :, 0], finite)


def distances(step_loss: sp.Expr, kernels: Spectrum, losses: Array) -> Array:
    """The mean over a draw's networks of the largest distance of a loss from the curve of a kernel, float[D].

    Infinite where a kernel is not a number.
    """
    curve = numeric((amplitude, eigenvalue, eta, count, m), step_loss)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        parts = curve(kernels.components[..., None], kernels.values[..., None], RATE, np.arange(STEPS + 1), SAMPLES)
        claimed = np.broadcast_to(parts, (*kernels.values.shape, STEPS + 1)).sum(axis=-2)
        apart = np.abs(losses - claimed).max(axis=-1) / losses[..., 0]
    found: Array = np.where(kernels.finite, apart.mean(axis=-1), math.inf)
    return found


def draws(widening: Widening, trial: Trial) -> tuple[Data, Networks, Networks]:
    """Data, and networks of the narrow width and of one so many times as wide: the same for both checks."""
    data = drawn_in_common(trial, drawn_data, trial.size(DRAWS))
    narrow, wide = (
        drawn_in_common(trial, drawn_networks, data, number, width)
        for number, width in ((NARROW_NETWORKS, NARROW), (NETWORKS, widening.times * NARROW))
    )
    return data, narrow, wide


def fall(found: Array, width: int, width_margin: Fraction, highest: sp.Expr, what: str, trial: Trial) -> Findings:
    """That in most draws the distance of wide networks, found[:, 1], is a share of that of narrow ones, and small."""
    less = int((found[:, 1] < float(width_margin) * found[:, 0]).sum())
    yield trial.mostly(less, len(found), f"{what}: widths {NARROW} and {width}, less than {width_margin} is left")
    small = int((found[:, 1] < trial.value(highest, {n: width})).sum())
    yield trial.mostly(small, len(found), f"{what}: below {highest} at width {width}")


@statistical(trained_widths, tests=3, cost=2)
def networks_follow_their_own_curve(
    unit: sp.Expr,
    step_loss: sp.Expr,
    row_kernel: sp.Expr,
    widening: Widening,
    width_margin: Fraction,
    highest: sp.Expr,
    trial: Trial,
) -> Findings:
    """Mean distances of narrow and of wide networks; and of the wide ones from the limit's curve, which is farther."""
    data, *both = draws(widening, trial)
    found = np.stack([distances(step_loss, own_spectrum(unit, data, each), each.losses) for each in both], axis=1)
    yield from fall(found, widening.times * NARROW, width_margin, highest, "own curve", trial)
    limits = distances(step_loss, limit_spectrum(row_kernel, data), both[1].losses)
    nearer = int((found[:, 1] < limits).sum())
    yield trial.mostly(nearer, len(found), "own curves nearer than the limit's")


@statistical(trained_widths, tests=2, cost=0.8)
def networks_near_the_curve_of_the_limit(
    row_kernel: sp.Expr, step_loss: sp.Expr, widening: Widening, width_margin: Fraction, highest: sp.Expr, trial: Trial
) -> Findings:
    """The same for the kernel of infinitely wide networks at these inputs."""
    data, *both = draws(widening, trial)
    kernels = limit_spectrum(row_kernel, data)
    found = np.stack([distances(step_loss, kernels, each.losses) for each in both], axis=1)
    yield from fall(found, widening.times * NARROW, width_margin, highest, "limit's curve", trial)
