"""Evidence for F3: masked networks of two widths, trained on drawn data, beside the curves of their kernels."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from itertools import product as every
from typing import NamedTuple

import numpy as np
import sympy as sp

from numerics.bridge import numeric
from numerics.evidence import Finding, Trial, control, statistical
from numerics.networks import Array
from numerics.networks.many import SCALE, train_many
from theory.flow.descent import count, factor, step_loss
from theory.flow.finite_width import trained_widths
from theory.flow.linear import amplitude, eigenvalue, eta
from theory.flow.relabelling import gates, outputs, product, readout, unit
from theory.generalisation.studies import Widening
from theory.graphon.symbols import m, n
from theory.kernel.dual import a, b, c, relu
from theory.kernel.fixed_inputs import row_kernel

SAMPLES, INPUTS, DENSITY, RATE, STEPS = 8, 8, 0.5, 0.5, 40
NARROW, NARROW_NETWORKS, NETWORKS = 16, 32, 8  # width; networks of that width, and wider ones
DRAWS = 72  # of data and networks: as many as let a control that goes through in one of the draws be refuted
MASKS = np.array(list(every((0.0, 1.0), repeat=INPUTS)))[1:]  # of a row; the one that keeps nothing adds nothing
whole = sp.Symbol("omega", real=True)  # mean product of all coordinates, kept or not: of controls
LETTERS = (*outputs, *gates, readout, product, whole)
EXPONENT = amplitude**2 * factor**count / (2 * m)


class Data(NamedTuple):
    x: Array  # [m, d]
    y: Array


class Networks(NamedTuple):
    """Networks of one width before training, and their losses [N, steps + 1] after 0, 1, … steps."""

    values: Array  # [m, N, n]: outputs of hidden units
    readout: Array  # [N, n]
    masks: Array  # [d, N, n]
    losses: Array


class Draw(NamedTuple):
    data: Data
    narrow: Networks
    wide: Networks


def drawn_data(rng: np.random.Generator) -> Data:
    x = rng.standard_normal((SAMPLES, INPUTS))
    x *= np.sqrt(INPUTS) / np.linalg.norm(x, axis=1, keepdims=True)
    return Data(x, rng.choice([-1.0, 1.0], SAMPLES))


def drawn_networks(rng: np.random.Generator, data: Data, number: int, width: int) -> Networks:
    masks = (rng.random((number, width, INPUTS)) < DENSITY).astype(float)
    weights, top = rng.standard_normal(masks.shape), rng.standard_normal(masks.shape[:2])
    losses = train_many(weights, top, masks, *data, step=RATE, steps=STEPS)
    values = SCALE * np.maximum((weights * masks) @ data.x.T / np.sqrt(INPUTS), 0.0)
    return Networks(np.moveaxis(values, 2, 0).copy(), top, np.moveaxis(masks, 2, 0).copy(), losses)


def own_kernels(unit: sp.Expr, x: Array, networks: Networks) -> Array:
    """The mean over the units of what each adds: [N, m, m]; each pair of samples once, since kernels are symmetric."""
    values, masks = networks.values, networks.masks
    slopes, formula = SCALE * (values > 0), numeric(LETTERS, unit)
    found = np.empty((masks.shape[1], SAMPLES, SAMPLES))
    for one in range(SAMPLES):  # with itself and all after it
        products = x[one] * x[one:] / INPUTS
        kept = (products @ masks.reshape(INPUTS, -1)).reshape(-1, *masks.shape[1:])
        pairs = (values[one], values[one:], slopes[one], slopes[one:])
        with np.errstate(invalid="ignore"):  # roots of negative numbers, in wrong formulas
            added = formula(*pairs, networks.readout, kept, products.sum(axis=1)[:, None, None])
        found[:, one, one:] = found[:, one:, one] = np.broadcast_to(added, kept.shape).mean(axis=2).T
    return found


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


def distances(step_loss: sp.Expr, kernels: Array, y: Array, losses: Array) -> float:
    """The mean over networks of the largest distance of a loss from the curve of a kernel [N, m, m] or [m, m].

    Infinite for kernels that are not numbers, as those of wrong formulas may be.
    """
    if not np.isfinite(kernels).all():
        return math.inf
    values, vectors = np.linalg.eigh(kernels)
    components = np.einsum("...ji,j->...i", vectors, y)[..., None]
    curve = numeric((amplitude, eigenvalue, eta, count, m), step_loss)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        parts = curve(components, values[..., None], RATE, np.arange(STEPS + 1), SAMPLES)
        claimed = np.broadcast_to(parts, (*values.shape, STEPS + 1)).sum(axis=-2)
        apart = np.abs(losses - claimed).max(axis=1) / losses[:, 0]
    return float(apart.mean())


def draws(widening: Widening, trial: Trial) -> Iterator[Draw]:
    """Data, and networks of the narrow width and of one so many times as wide."""
    for k in range(trial.size(DRAWS)):
        data = trial.draw(drawn_data, replicate=k)
        sizes = ((NARROW_NETWORKS, NARROW), (NETWORKS, widening.times * NARROW))
        yield Draw(data, *(trial.draw(drawn_networks, data, *size, replicate=k) for size in sizes))


def own_distances(unit: sp.Expr, step_loss: sp.Expr, draw: Draw) -> tuple[float, ...]:
    """Of the narrow and of the wide networks from their own curves."""
    x, y = draw.data
    both = (draw.narrow, draw.wide)
    return tuple(distances(step_loss, own_kernels(unit, x, each), y, each.losses) for each in both)


def fall(
    found: Array, width: int, width_margin: Fraction, highest: sp.Expr, what: str, trial: Trial
) -> Iterator[Finding]:
    """That in most draws the distance of wide networks, found[:, 1], is a share of that of narrow ones, and small."""
    less = int((found[:, 1] < float(width_margin) * found[:, 0]).sum())
    yield trial.mostly(less, len(found), f"{what}: widths {NARROW} and {width}, less than {width_margin} is left")
    small = int((found[:, 1] < trial.value(highest, {n: width})).sum())
    yield trial.mostly(small, len(found), f"{what}: below {highest} at width {width}")


@statistical(trained_widths, tests=3, cost=2)
@control("no wider", widening=Widening(1))
@control("gradients in pruned weights", unit=unit.subs(product, whole))
@control("the readout alone", unit=outputs[0] * outputs[1])
@control("the readout's weight once", unit=unit.subs(readout**2, readout))
@control("η not over the samples", step_loss=step_loss.subs(m, 1))
@control("the exponent of the residual", step_loss=EXPONENT)
def networks_follow_their_own_curve(
    unit: sp.Expr,
    step_loss: sp.Expr,
    row_kernel: sp.Expr,
    widening: Widening,
    width_margin: Fraction,
    highest: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """Mean distances of narrow and of wide networks; and of the wide ones from the limit's curve, which is farther."""
    cases = list(draws(widening, trial))
    found = np.array([own_distances(unit, step_loss, case) for case in cases])
    yield from fall(found, widening.times * NARROW, width_margin, highest, "own curve", trial)
    limits = [distances(step_loss, limit_kernel(row_kernel, x), y, wide.losses) for (x, y), _, wide in cases]
    nearer = int((found[:, 1] < np.array(limits)).sum())
    yield trial.mostly(nearer, len(cases), "own curves nearer than the limit's")


@statistical(trained_widths, tests=2, cost=0.8)
@control("no wider", widening=Widening(1))
@control("the dense kernel", row_kernel=row_kernel.subs({a: 1, b: 1, c: whole}))
@control("the own layer's mask forgotten", row_kernel=relu.value + whole * relu.slope)
@control("η not over the samples", step_loss=step_loss.subs(m, 1))
@control("the exponent of the residual", step_loss=EXPONENT)
def networks_near_the_curve_of_the_limit(
    row_kernel: sp.Expr,
    step_loss: sp.Expr,
    widening: Widening,
    width_margin: Fraction,
    highest: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """The same for the kernel of infinitely wide networks at these inputs."""
    found = []
    for (x, y), narrow, wide in draws(widening, trial):
        kernel = limit_kernel(row_kernel, x)
        found.append([distances(step_loss, kernel, y, networks.losses) for networks in (narrow, wide)])
    yield from fall(np.array(found), widening.times * NARROW, width_margin, highest, "limit's curve", trial)
