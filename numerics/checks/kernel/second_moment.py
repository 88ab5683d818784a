"""Evidence for K4: masks that look at the weights have two graphons."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, product

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from scipy.special import erfcinv

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.checks.kernel.graphon_kernel_networks import chain_contributions
from sparse_limits.numerics.evidence import Finding, Trial, control, empirical, enclosed, exact, statistical
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.dual import a, b, c, depth, relu
from sparse_limits.theory.kernel.graphon_recursion import covariance, edge, gate, kept, strength, tangent
from sparse_limits.theory.kernel.second_moment import (
    curvature,
    edge_mean,
    energies,
    excess,
    homogeneous,
    own,
    path_weight,
    row_kernel,
    second_moment,
    second_moment_graphon,
    shares,
    slope,
    threshold,
)
from sparse_limits.theory.saliency.model import rho as density
from sparse_limits.theory.saliency.model import v
from sparse_limits.theory.tails import half_normal, t

Floats = NDArray[np.float64]
ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
weight = sp.Symbol("w", positive=True)


def edge_law() -> tuple[tuple[sp.Expr, dict[sp.Symbol, sp.Expr]], ...]:
    """An edge that is kept at one size, and pruned at another: the probabilities, masks and weights, of either sign."""
    size, other = sp.sqrt(energies[0] / shares[0]), sp.Symbol("r")
    kept_values = [(shares[0] / 2, {kept: sp.S.One, strength: sign * size}) for sign in (1, -1)]
    return (*kept_values, (1 - shares[0], {kept: sp.S.Zero, strength: other}))


@exact(second_moment_graphon, step="edge")
@control("the energy everywhere", edge_mean=energies[0] * (covariance(v) + gate(v) * tangent(v)))
@control("one graphon", edge_mean=shares[0] * (covariance(v) + gate(v) * tangent(v)))
@control("10 % more", edge_mean=ELEVEN * edge_mean)
def edge_has_two_means(edge_mean: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The mean of K2's edge over its mask and weight, with functions of the position below left open."""

    def opened(expression: sp.Expr) -> sp.Expr:
        for place, function in enumerate((covariance, gate, tangent)):
            expression = expression.replace(function, lambda at, place=place: sp.Symbol(f"s_{place}") + at**place)
        return expression

    mean = sum(chance * edge.subs(values) for chance, values in edge_law())
    yield trial.same(opened(edge_mean), opened(mean), by=sp.expand)


@exact(second_moment_graphon, step="threshold")
@control("threshold of one tail", threshold=sp.sqrt(2) * sp.erfcinv(2 * density))
@control("10 % more", threshold=ELEVEN * threshold)
def threshold_keeps_the_density(threshold: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The share of normal weights beyond it."""
    yield trial.same(half_normal.at(threshold), density)


@exact(second_moment_graphon, step="slope")
@control("one graphon", slope=sp.Integer(1))
@control("slope t", slope=threshold)
@control("10 % more", slope=ELEVEN * slope)
@control("threshold of one tail", threshold=sp.sqrt(2) * sp.erfcinv(2 * density))
def slope_is_a_quotient_of_rates(slope: sp.Expr, threshold: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The integral of w² over |w| > t and the share of these weights, differentiated in t."""
    energy = sp.Integral(weight**2 * half_normal.density.subs(t, weight), (weight, t, sp.oo))
    for falling, power in ((energy, 2), (half_normal.survival, 0)):
        rate = sp.sqrt(2 / sp.pi) * t**power * sp.exp(-(t**2) / 2)
        yield trial.nonnegative(-sp.diff(falling, t), rate)
    rate = sp.diff(energy, t) / sp.diff(half_normal.survival, t)
    yield trial.same(slope, rate.subs(t, threshold))


@exact(second_moment_graphon, step="energy")
@control("one graphon", second_moment=density)
@control("one tail only", second_moment=density + second_moment / 2 - density / 2)
@control("mean of |w| for that of w²", second_moment=sp.sqrt(2 / sp.pi) * sp.exp(-(threshold**2) / 2))
@control("10 % more", second_moment=ELEVEN * second_moment)
@control("slope t", slope=threshold)
def energy_follows_from_its_slope(second_moment: sp.Expr, slope: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Its derivative; and all is kept at ρ = 1."""
    yield trial.same(sp.diff(second_moment, density), slope)
    yield trial.same(second_moment.subs(density, 1), 1)


def in_threshold(expression: sp.Expr) -> sp.Expr:
    """An expression in the density as one in the threshold t."""
    return expression.subs(sp.erfcinv(density), t / sp.sqrt(2)).subs(density, half_normal.survival)


@exact(second_moment_graphon, step="concave")
@control("convex", curvature=-curvature)
@control("without the density of the threshold", curvature=-2 * threshold)
@control("10 % less", curvature=NINE * curvature)
@control("slope t", slope=threshold)
def slope_falls_in_the_density(slope: sp.Expr, curvature: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The derivative of the slope; and its sign, by that of t."""
    yield trial.same(sp.diff(slope, density), curvature)
    yield trial.nonnegative(-in_threshold(curvature), sp.sqrt(2 * sp.pi) * t * sp.exp(t**2 / 2))


@exact(second_moment_graphon, step="excess")
@control("of the share alone", excess=second_moment - density)
@control("10 % less", excess=NINE * excess)
@control("the threshold's square twice", excess=second_moment - density * (1 + 2 * threshold**2))
@control("one tail only", second_moment=density + second_moment / 2 - density / 2)
def excess_falls_to_zero(second_moment: sp.Expr, excess: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """q − ρ(1 + t²); over t it has the derivative −ρ, and tends to 0 as t → ∞; ρ itself falls to 0, and so is positive."""
    yield trial.same(second_moment - density * (1 + threshold**2), excess, by=sp.expand)
    falling = sp.expand(in_threshold(excess) / t)
    yield trial.same(-sp.diff(falling, t), half_normal.survival)
    yield trial.same(sp.limit(falling, t, sp.oo), 0)
    yield trial.nonnegative(sp.diff(falling, t, 2), sp.sqrt(2 / sp.pi) * sp.exp(-(t**2) / 2), strict=True)
    yield trial.same(sp.limit(sp.diff(falling, t), t, sp.oo), 0)


@enclosed(second_moment_graphon)
@control("one graphon", second_moment=density)
@control("slope twice", slope=2 * slope)
def energy_share_grows_without_bound(second_moment: sp.Expr, slope: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """q ≥ ρ (1 + t²) from a share of 10⁻²⁹⁵, ρ = erfc z for z to 26, to all, where they are equal."""
    z = sp.Symbol("z", positive=True)
    sides = [
        each.subs(sp.erfcinv(density), z).subs(density, sp.erfc(z)) for each in (density * (1 + slope), second_moment)
    ]
    yield trial.everywhere(*sides, within={z: (0, 26)}, zero={z: (0, 1)})


LEVEL = sp.Rational(5, 4)
MOST = 8  # beyond which a normal weight lies with probability 1e-15


def kept_energy(rng: np.random.Generator, size: int) -> Floats:
    """w² where |w| exceeds the level, else 0. float[size]"""
    w = np.abs(rng.standard_normal(size))
    return np.where((w > float(LEVEL)) & (w < MOST), w**2, 0.0)


@statistical(second_moment_graphon, tests=1)
@control("one graphon", second_moment=density)
@control("one tail only", second_moment=(density + second_moment) / 2)
@control("10 % more", second_moment=ELEVEN * second_moment)
@control("10 % less", second_moment=NINE * second_moment)
def kept_weights_have_the_energy(second_moment: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The mean of M w² over weights with |w| > 5/4, at the share that this level keeps."""
    share = sp.erfc(LEVEL / sp.sqrt(2))
    sample = trial.draw(kept_energy, trial.size(400_000))
    yield trial.averages(sample, trial.value(second_moment, {density: share}), 0.0, float(MOST**2))


WIDTHS = (2, 2, 2, 1)
KEPT = (2, 3, 5, 6, 1, 4, 7, 3, 5, 2)  # eighths of the weights of each edge that are kept, in the order of EDGES
SIZES = (2, 7, 11, 3, 13, 5, 17, 29, 19, 23)  # the two values ± of a kept weight
EDGES = [
    (layer, i, j)
    for layer, (columns, rows) in enumerate(pairwise(WIDTHS))
    for i, j in product(range(rows), range(columns))
]
INPUT = (3, 8)


def mean_diagonal_kernel() -> sp.Rational:
    """E Θ(x, x) of a ReLU network with two hidden layers over all its weights and masks, times d n₁ n₂, exactly.

    Weights are small where they are pruned, so that a mask depends on the modulus alone.
    """
    states = np.array(list(product((0, 1, -1), repeat=len(EDGES))))
    weights = states * np.array(SIZES)
    layers = []
    for layer, (columns, rows) in enumerate(pairwise(WIDTHS)):
        places = [e for e, edge in enumerate(EDGES) if edge[0] == layer]
        layers.append(weights[:, places].reshape(-1, rows, columns))
    entering, gates = [np.broadcast_to(INPUT, (len(states), len(INPUT)))], []
    for W in layers[:-1]:
        z = (W @ entering[-1][:, :, None])[:, :, 0]
        if ((z == 0) & (np.abs(W) @ entering[-1][:, :, None] != 0)[:, :, 0]).any():
            raise ValueError("a preactivation cancels: no continuous law of weights would do that")
        gates.append(z > 0)
        entering.append(np.where(z > 0, z, 0))
    delta = np.ones((len(states), 1), dtype=np.int64)
    total = np.zeros(len(states), dtype=np.int64)
    for layer in (2, 1, 0):
        total += ((layers[layer] != 0) * delta[:, :, None] ** 2 * entering[layer][:, None, :] ** 2).sum(axis=(1, 2))
        if layer:
            delta = (delta[:, None, :] @ layers[layer])[:, 0] * gates[layer - 1]
    chances = np.where(states == 0, 16 - 2 * np.array(KEPT), np.array(KEPT)).astype(object).prod(axis=1)
    hidden = len(WIDTHS) - 2
    return sp.Rational(2**hidden * int((chances * total.astype(object)).sum()), 16 ** len(EDGES))


@exact(second_moment_graphon, cost=0.6)
@control("one graphon", path_weight=3 * sp.prod(shares))
@control("the energy everywhere", path_weight=3 * sp.prod(energies))
@control(
    "energy in the layer itself, shares elsewhere",
    path_weight=path_weight.subs(dict(zip((*shares, *energies), (*energies, *shares), strict=True)), simultaneous=True),
)
@control("10 % more", path_weight=ELEVEN * path_weight)
def diagonal_is_a_mean_over_paths(path_weight: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """All weights and masks of a network of widths 2, 2, 2, 1 with ten different edges, in rational arithmetic."""
    moments = {
        edge: (sp.Rational(kept, 8), sp.Rational(kept * size**2, 8))
        for edge, kept, size in zip(EDGES, KEPT, SIZES, strict=True)
    }
    claimed = sp.S.Zero
    for j, first, second in product(*map(range, WIDTHS[:-1])):
        path = [moments[edge] for edge in ((0, first, j), (1, second, first), (2, 0, second))]
        at = {
            **{W: w for W, (w, _) in zip(shares, path, strict=True)},
            **{Q: q for Q, (_, q) in zip(energies, path, strict=True)},
        }
        claimed += INPUT[j] ** 2 * valued(path_weight, at)
    mean = trial.once(mean_diagonal_kernel)
    yield trial.holds(claimed == mean, f"E Θ(x, x) = {mean}, claimed {claimed}")


@exact(second_moment_graphon, step="path weight")
@control("one graphon", path_weight=3 * sp.prod(shares))
@control("the energy everywhere", path_weight=3 * sp.prod(energies))
@control("one edge less", path_weight=path_weight - shares[0] * energies[1] * energies[2])
@control("10 % more", path_weight=ELEVEN * path_weight)
def path_weight_is_a_mean_over_masks(path_weight: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The squares of the derivatives of a product of three weights, over all masks, each kept at one size and pruned at any."""
    weights = sp.symbols("w_1:4")
    mean = sp.S.Zero
    for masks in product((0, 1), repeat=3):
        chance = sp.prod(W if m else 1 - W for m, W in zip(masks, shares, strict=True))
        derived = sum(
            m * sp.diff(sp.prod(weights), w) ** 2 for m, w in zip(masks, weights, strict=True)
        )  # a pruned weight has no derivative, and no other has one through it
        sizes = {w: m * sp.sqrt(Q / W) for w, m, W, Q in zip(weights, masks, shares, energies, strict=True)}
        mean += chance * derived.subs(sizes)
    yield trial.same(path_weight, mean, by=sp.expand)


@exact(second_moment_graphon, step="constant graphons")
@control("a power of the share", homogeneous=density ** (depth + 1))
@control("a power of the energy", homogeneous=second_moment ** (depth + 1))
@control("10 % less", homogeneous=NINE * homogeneous)
@control("one graphon", path_weight=3 * sp.prod(shares))
@control("energy of one tail", second_moment=(density + second_moment) / 2)
def constant_graphons_give_a_power(
    homogeneous: sp.Expr, path_weight: sp.Expr, second_moment: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """One more layer brings a factor q; and L + 1 equal terms along every path, two at L = 1 (without a third layer), three at L = 2."""
    yield trial.same(homogeneous.subs(depth, depth + 1), second_moment * homogeneous, by=sp.powsimp)
    constant = {**dict.fromkeys(shares, density), **dict.fromkeys(energies, second_moment)}
    for layers, absent in ((2, {shares[2]: 0, energies[2]: 1}), (3, {})):
        terms = path_weight.subs(absent).subs(constant)
        yield trial.same(terms, layers * homogeneous.subs(depth, layers - 1))


@exact(second_moment_graphon, step="row kernel")
@control("one graphon", row_kernel=row_kernel.subs(own, c))
@control("10 % more", row_kernel=ELEVEN * row_kernel)
@control("readout alone", row_kernel=relu.value)
def row_kernel_is_value_and_slope(row_kernel: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The readout carries E φφ′; the first layer E φ̇φ̇′, which is the derivative of the former in the covariance."""
    yield trial.same(row_kernel, relu.value + own * sp.diff(relu.value, c))


INPUTS = 256
PAIRS = 8
COSINE = 0.6


def pruned_rows(rng: np.random.Generator, rows: int) -> tuple[Floats, Floats, Floats]:
    """Pairs of sign vectors x, y, and for each pair the mean over rows of what a neuron pruned by modulus contributes.

    The squares of the readout weights are replaced by their mean. float[PAIRS, INPUTS] twice, float[PAIRS]
    """
    x = rng.choice((-1.0, 1.0), size=(PAIRS, INPUTS))
    y = np.where(rng.random((PAIRS, INPUTS)) < (1 + COSINE) / 2, x, -x)
    level = row_thresholds(rows)
    total = np.zeros(PAIRS)
    for block in np.array_split(level, max(1, rows // 2000)):
        w = rng.standard_normal(block.shape)
        M = np.abs(w) > block
        z, other, common = (each @ inputs.T / INPUTS**0.5 for each, inputs in ((M * w, x), (M * w, y), (M, x * y)))
        both = (z > 0) & (other > 0)
        total += (2 * both * (z * other + common / INPUTS**0.5)).sum(axis=0)
    return x, y, total / rows


def row_shares(rows: int) -> Floats:
    return ((np.arange(rows)[:, None] + 0.5) / rows + (np.arange(INPUTS) + 0.5) / INPUTS) / 2


def row_thresholds(rows: int) -> Floats:
    thresholds: Floats = np.sqrt(2) * erfcinv(row_shares(rows))
    return thresholds


@empirical(second_moment_graphon, cost=0.5)
@control("one graphon", second_moment=density)
@control("the energy everywhere", row_kernel=row_kernel.subs(own, c))
@control("the share forward", row_kernel=row_kernel.subs({a: own, b: own, c: own}))
def neurons_contribute_the_row_kernel(second_moment: sp.Expr, row_kernel: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Neurons pruned by modulus to (u + v)/2, d = 256 inputs: within d^−½ of the limit, which wants d → ∞."""
    rows = trial.size(4000)
    x, y, mean = trial.draw(pruned_rows, rows)
    W = row_shares(500)
    Q = np.broadcast_to(numeric((density,), second_moment)(W), W.shape)
    neuron = numeric((own, a, b, c), row_kernel)
    variance = Q.mean(axis=1, keepdims=True)
    claimed = neuron(W @ (x * y).T / INPUTS, variance, variance, Q @ (x * y).T / INPUTS).mean(axis=0)
    yield trial.at_most(float(np.abs(claimed.mean() - mean.mean())), INPUTS**-0.5, "distance from the limit")


# The smallest counterexample


@exact(second_moment_graphon)
@control("one graphon", path_weight=path_weight.subs(dict(zip(energies, shares, strict=True)), simultaneous=True))
@control("energies alone", path_weight=path_weight.subs(dict(zip(shares, energies, strict=True)), simultaneous=True))
def large_weights_carry_more_than_their_share(
    path_weight: sp.Expr, four_weights: tuple[sp.Expr, ...], trial: Trial
) -> Iterator[Finding]:
    """One neuron in each of two hidden layers, the first weight masked by its modulus or by a coin, the others ±1."""
    chance = sp.Rational(1, len(four_weights))
    large = {w: int(bool(abs(w) > 1)) for w in four_weights}
    half = sp.Rational(sum(large.values()), len(four_weights))
    for probability in (large, dict.fromkeys(four_weights, half)):
        share = chance * sum(probability.values())
        carried = chance * sum(probability[w] * w**2 for w in four_weights)
        found = sum(
            chance * probability[w] * sum(chain_contributions((w, sign, 1), (1, 1, 1))) / 2
            for w in four_weights
            for sign in (1, -1)
        )
        at = {**dict.fromkeys((*shares, *energies), sp.S.One), shares[0]: share, energies[0]: carried}
        yield trial.same(path_weight.subs(at), found)
