"""Evidence for F3 at two hidden layers: masked networks of two widths, trained on drawn data, beside their own curves."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import sympy as sp

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.checks.flow.further.finite_width import (
    DENSITY,
    INPUTS,
    NARROW,
    RATE,
    SAMPLES,
    STEPS,
    Data,
    Spectrum,
    distances,
    drawn_data,
    fall,
    spectrum,
)
from sparse_limits.numerics.evidence import Findings, Trial, control, statistical
from sparse_limits.numerics.networks import Array
from sparse_limits.numerics.networks.many_layers import ManyNetworks, passes, train_layers
from sparse_limits.theory.depth.further.identities import above_product, below_product, fan_in, layer_kernel
from sparse_limits.theory.flow.further.finite_width import trained_widths
from sparse_limits.theory.generalisation.further.studies import Widening

NARROW_NETWORKS, NETWORKS = 32, 12  # a mean over fewer wide networks halves by chance too often
FIRST, SECOND = np.triu_indices(SAMPLES)  # pairs of samples, each once: kernels are symmetric
DRAWS = 96  # of data and networks: as many as let a control that goes through in one draw of forty be refuted
whole = sp.Symbol("omega", real=True)  # product of all that enters a unit, kept or not: of a control
LETTERS = (below_product, above_product, fan_in, whole)


class Products(NamedTuple):
    """What the kernels of networks before training need, at all pairs of samples.

    kept, dense: products of what enters a unit, over what it keeps and over all, [N, n, pairs] and [N, 1, pairs] of each
    layer; above: products of what leaves it, [N, n, pairs]; fan_in: of each layer, that of the output last.
    """

    kept: list[Array]
    dense: list[Array]
    above: list[Array]
    fan_in: list[int]


@dataclass(frozen=True, eq=False)
class DeepNetworks:
    """Networks of one width of all draws, before training, and their losses [D, N, steps + 1]; y [D, m]."""

    products: list[Products]
    losses: Array
    y: Array
    spectra: dict[sp.Expr, Spectrum] = field(default_factory=dict)  # those that were computed, by the kernel of a layer


def drawn_deep(rng: np.random.Generator, data: Data, number: int, width: int) -> DeepNetworks:
    """One after the other: more at a time do not fit into the cache."""
    drawn = [one_draw(rng, x, y, number, width) for x, y in zip(data.x, data.y, strict=True)]
    return DeepNetworks([products for products, _ in drawn], np.array([losses for _, losses in drawn]), data.y)


def one_draw(rng: np.random.Generator, x: Array, y: Array, number: int, width: int) -> tuple[Products, Array]:
    masks = [(rng.random((number, width, below)) < DENSITY).astype(float) for below in (INPUTS, width)]
    weights = [rng.standard_normal(mask.shape) for mask in masks]
    networks = ManyNetworks(weights, masks, rng.standard_normal((number, width))).checked(INPUTS)
    seen = passes(networks, x)
    below, above = ([each[..., FIRST] * each[..., SECOND] for each in part] for part in (seen.entering, seen.leaving))
    dense = [each.sum(axis=1, keepdims=True) for each in below]
    kept = [mask @ each for mask, each in zip(networks.masks, below, strict=False)]
    products = Products([*kept, dense[-1]], dense, [*above, np.ones((1, 1, 1))], [INPUTS, width, width])
    return products, train_layers(networks, x, y, step=RATE, steps=STEPS)


def deep_spectrum(layer_kernel: sp.Expr, networks: DeepNetworks) -> Spectrum:
    """Of the sums over the units of hidden layers, each with what it keeps, and over the readout; computed once."""
    if layer_kernel not in networks.spectra:
        networks.spectra[layer_kernel] = spectrum(deep_kernels(layer_kernel, networks), networks.y)
    return networks.spectra[layer_kernel]


def deep_kernels(layer_kernel: sp.Expr, networks: DeepNetworks) -> Array:
    """The kernel of each network at all pairs of samples: [D, N, m, m]."""
    part = numeric(LETTERS, layer_kernel)
    found = np.empty((*networks.losses.shape[:2], SAMPLES, SAMPLES))
    for kernels, each in zip(found, networks.products, strict=True):
        layers = zip(each.kept, each.above, each.fan_in, each.dense, strict=True)
        kernels[:, FIRST, SECOND] = kernels[:, SECOND, FIRST] = sum(part(*layer).sum(axis=1) for layer in layers)
    return found


@statistical(trained_widths, tests=2, cost=2)
@control("gradients in pruned weights", layer_kernel=layer_kernel.subs(below_product, whole))
def networks_of_two_layers_follow_their_own_curve(
    layer_kernel: sp.Expr,
    step_loss: sp.Expr,
    deep_widening: Widening,
    deep_margin: Fraction,
    highest: sp.Expr,
    trial: Trial,
) -> Findings:
    """Mean distances of narrow and of wide networks from their own curves."""
    width = deep_widening.times * NARROW
    data = trial.draw(drawn_data, trial.size(DRAWS))
    sizes = ((NARROW_NETWORKS, NARROW), (NETWORKS, width))
    both = [trial.draw(drawn_deep, data, *size) for size in sizes]
    found = np.stack([distances(step_loss, deep_spectrum(layer_kernel, each), each.losses) for each in both], axis=1)
    yield from fall(found, width, deep_margin, highest, "two hidden layers", trial)
