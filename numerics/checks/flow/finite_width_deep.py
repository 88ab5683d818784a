"""Evidence for F3 at two hidden layers: masked networks of two widths, trained on drawn data, beside their own curves."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import sympy as sp

from numerics.bridge import numeric
from numerics.checks.flow.finite_width import DENSITY, EXPONENT, INPUTS, NARROW, RATE, SAMPLES, STEPS, distances, fall
from numerics.evidence import Finding, Trial, control, statistical
from numerics.networks import Array
from numerics.networks.many_layers import ManyNetworks, passes, train_layers
from theory.depth.identities import above_product, below_product, fan_in, layer_kernel
from theory.flow.descent import step_loss
from theory.flow.finite_width import trained_widths
from theory.generalisation.studies import Widening
from theory.graphon.symbols import m

NARROW_NETWORKS, NETWORKS = 32, 12  # a mean over fewer wide networks halves by chance too often
DRAWS = 96  # of data and networks: as many as let a control that goes through in one draw of forty be refuted
whole = sp.Symbol("omega", real=True)  # product of all that enters a unit, kept or not: of a control
LETTERS = (below_product, above_product, fan_in, whole)


class DeepDraw(NamedTuple):
    """Data, and networks of two widths before training, each with its losses [N, steps + 1]."""

    x: Array
    y: Array
    networks: tuple[ManyNetworks, ManyNetworks]
    losses: tuple[Array, Array]


def drawn_deep(rng: np.random.Generator, times: int) -> DeepDraw:
    """Data, and networks of the narrow width and of one so many times as wide."""
    x = rng.standard_normal((SAMPLES, INPUTS))
    x *= np.sqrt(INPUTS) / np.linalg.norm(x, axis=1, keepdims=True)
    y = rng.choice([-1.0, 1.0], SAMPLES)
    found = []
    for number, width in ((NARROW_NETWORKS, NARROW), (NETWORKS, times * NARROW)):
        masks = [(rng.random((number, width, below)) < DENSITY).astype(float) for below in (INPUTS, width)]
        weights = [rng.standard_normal(mask.shape) for mask in masks]
        found.append(ManyNetworks(weights, masks, rng.standard_normal((number, width))).checked(INPUTS))
    losses = [train_layers(each, x, y, step=RATE, steps=STEPS) for each in found]
    return DeepDraw(x, y, (found[0], found[1]), (losses[0], losses[1]))


def deep_kernels(layer_kernel: sp.Expr, x: Array, networks: ManyNetworks) -> Array:
    """The sums over the units of hidden layers, each with what it keeps, and over the readout: [N, m, m]."""
    part = numeric(LETTERS, layer_kernel)
    seen = passes(networks, x)
    total = np.zeros((len(networks.readout), SAMPLES, SAMPLES))
    for mask, below, above in zip(networks.masks, seen.entering, seen.leaving, strict=False):
        pairs = (below[:, :, :, None] * below[:, :, None]).reshape(len(below), below.shape[1], -1)
        kept = (mask @ pairs).reshape(*mask.shape[:2], SAMPLES, SAMPLES)
        dense = pairs.sum(axis=1).reshape(-1, 1, SAMPLES, SAMPLES)
        total += part(kept, above[..., None] * above[:, :, None], mask.shape[2], dense).sum(axis=1)
    last = seen.entering[-1].transpose(0, 2, 1) @ seen.entering[-1]
    total += part(last, 1.0, networks.readout.shape[1], last)
    return total


@statistical(trained_widths, tests=2, cost=2)
@control("no wider", deep_widening=Widening(1))
@control("gradients in pruned weights", layer_kernel=layer_kernel.subs(below_product, whole))
@control("not over the inputs of a unit", layer_kernel=layer_kernel * fan_in)
@control("η not over the samples", step_loss=step_loss.subs(m, 1))
@control("the exponent of the residual", step_loss=EXPONENT)
def networks_of_two_layers_follow_their_own_curve(
    layer_kernel: sp.Expr,
    step_loss: sp.Expr,
    deep_widening: Widening,
    deep_margin: Fraction,
    highest: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """Mean distances of narrow and of wide networks from their own curves."""
    times, found = deep_widening.times, []
    for place in range(trial.size(DRAWS)):
        case = trial.draw(drawn_deep, times, replicate=place)
        found.append(
            [
                distances(step_loss, deep_kernels(layer_kernel, case.x, networks), case.y, losses)
                for networks, losses in zip(case.networks, case.losses, strict=True)
            ]
        )
    yield from fall(np.array(found), times * NARROW, deep_margin, highest, "two hidden layers", trial)
