"""Evidence for F3 at two hidden layers: masked networks of two widths, trained on drawn data, beside their own curves."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import sympy as sp

from numerics.bridge import numeric
from numerics.checks.flow.finite_width import (
    DENSITY,
    EXPONENT,
    INPUTS,
    NARROW,
    RATE,
    SAMPLES,
    STEPS,
    Data,
    distances,
    drawn_data,
    fall,
)
from numerics.evidence import Finding, Trial, control, statistical
from numerics.networks import Array
from numerics.networks.many_layers import ManyNetworks, passes, train_layers
from theory.depth.identities import above_product, below_product, fan_in, layer_kernel
from theory.flow.descent import step_loss
from theory.flow.finite_width import trained_widths
from theory.generalisation.studies import Widening
from theory.graphon.symbols import m

NARROW_NETWORKS, NETWORKS = 32, 12  # a mean over fewer wide networks halves by chance too often
FIRST, SECOND = np.triu_indices(SAMPLES)  # pairs of samples, each once: kernels are symmetric
DRAWS = 96  # of data and networks: as many as let a control that goes through in one draw of forty be refuted
whole = sp.Symbol("omega", real=True)  # product of all that enters a unit, kept or not: of a control
LETTERS = (below_product, above_product, fan_in, whole)


class DeepNetworks(NamedTuple):
    """What the kernels of networks before training need, at all pairs of samples, and their losses [N, steps + 1].

    kept, dense: products of what enters a unit, over what it keeps and over all, [N, n, pairs] and [N, 1, pairs] of each
    layer; above: products of what leaves it, [N, n, pairs]; fan_in: of each layer, that of the output last.
    """

    kept: list[Array]
    dense: list[Array]
    above: list[Array]
    fan_in: list[int]
    losses: Array


def drawn_deep(rng: np.random.Generator, data: Data, number: int, width: int) -> DeepNetworks:
    masks = [(rng.random((number, width, below)) < DENSITY).astype(float) for below in (INPUTS, width)]
    weights = [rng.standard_normal(mask.shape) for mask in masks]
    networks = ManyNetworks(weights, masks, rng.standard_normal((number, width))).checked(INPUTS)
    seen = passes(networks, data.x)
    below, above = ([each[..., FIRST] * each[..., SECOND] for each in part] for part in (seen.entering, seen.leaving))
    dense = [each.sum(axis=1, keepdims=True) for each in below]
    kept = [mask @ each for mask, each in zip(networks.masks, below, strict=False)]
    losses = train_layers(networks, *data, step=RATE, steps=STEPS)
    return DeepNetworks([*kept, dense[-1]], dense, [*above, np.ones((1, 1, 1))], [INPUTS, width, width], losses)


def deep_kernels(layer_kernel: sp.Expr, networks: DeepNetworks) -> Array:
    """The sums over the units of hidden layers, each with what it keeps, and over the readout: [N, m, m]."""
    part = numeric(LETTERS, layer_kernel)
    layers = zip(networks.kept, networks.above, networks.fan_in, networks.dense, strict=True)
    found = np.empty((len(networks.losses), SAMPLES, SAMPLES))
    found[:, FIRST, SECOND] = found[:, SECOND, FIRST] = sum(part(*each).sum(axis=1) for each in layers)
    return found


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
    width, found = deep_widening.times * NARROW, []
    for k in range(trial.size(DRAWS)):
        data = trial.draw(drawn_data, replicate=k)
        sizes = ((NARROW_NETWORKS, NARROW), (NETWORKS, width))
        both = [trial.draw(drawn_deep, data, *size, replicate=k) for size in sizes]
        found.append([distances(step_loss, deep_kernels(layer_kernel, each), data.y, each.losses) for each in both])
    yield from fall(np.array(found), width, deep_margin, highest, "two hidden layers", trial)
