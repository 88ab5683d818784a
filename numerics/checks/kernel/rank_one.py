"""Evidence for K8: graphons of rank one, and blocks."""

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.checks.kernel.graphon_kernel import (
    HIDDEN,
    keep_probabilities,
    layer_kernels,
    masked_networks,
    mean_over_pairs_of_paths,
)
from sparse_limits.numerics.evidence import Findings, Trial, empirical, enclosed, exact, statistical
from sparse_limits.numerics.kernels import LayerGraphons, dense_kernel, input_latent
from sparse_limits.numerics.kernels import graphon_kernel as kernel_on_grid
from sparse_limits.numerics.masks.composition import GridGraphon, Latent, point_latent
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.dual import a, b, c, cosine, dense_ntk, depth
from sparse_limits.theory.kernel.graphon_recursion import POSITIONS, graphon_kernel, masked, x, y
from sparse_limits.theory.kernel.rank_one import blocks, feature_reweighting, flow, p, q, share
from sparse_limits.theory.saliency.model import u, v

Floats = NDArray[np.float64]

INPUTS = (1 + 3 * v) / 4  # h₁, the profile of the inputs
ROWS = ((1 + u) / 2, 1 - u / 2)  # g₁, g₂
COLUMNS = ((1 + 2 * v) / 3, v)  # h₂, h₃


def rank_one_graphons(hidden: int) -> list[sp.Expr]:
    """With one or two hidden layers."""
    columns = (INPUTS, *COLUMNS)
    return [*(row * column for row, column in zip(ROWS[:hidden], columns, strict=False)), columns[hidden]]


def flow_through(hidden: int) -> sp.Expr:
    """Π_l ∫ g_l h_{l+1} of these graphons."""
    pairs = zip(ROWS[:hidden], COLUMNS, strict=False)
    return sp.prod([sp.integrate(sp.expand(row * column.subs(v, u)), (u, 0, 1)) for row, column in pairs])


def reweighted(left: tuple[int, int], right: tuple[int, int]) -> dict[sp.Symbol, sp.Expr]:
    """a, b, c at two inputs, each coordinate weighted by h₁ at its position."""
    shares = [INPUTS.subs(v, at) / len(POSITIONS) for at in POSITIONS]
    pairs = ((a, left, left), (b, right, right), (c, left, right))
    return {name: sum(s * i * j for s, i, j in zip(shares, one, two, strict=True)) for name, one, two in pairs}


def rank_one_kernel(hidden: int) -> sp.Expr:
    """K2 at these graphons."""
    return graphon_kernel(masked(*rank_one_graphons(hidden)), POSITIONS, x, y).total


@enclosed(feature_reweighting, cost=0.5)
def the_graphon_kernel_is_a_dense_one(kernel: sp.Expr, trial: Trial) -> Findings:
    """K2 with profiles that differ from layer to layer is the stated kernel, for one and two hidden layers.

    Without pruning it is the dense kernel, for four.
    """
    at = dict(zip((*x, *y), (1, 2, 3, -1), strict=True))
    inputs = reweighted((1, 2), (3, -1))
    for hidden in (1, 2):
        claimed = valued(kernel, {**inputs, flow: trial.once(flow_through, hidden), depth: hidden})
        yield trial.same(trial.once(rank_one_kernel, hidden), claimed, by=None, at=[at])
    unpruned = kernel.subs({flow: 1, a: 2, b: 2, c: 1, depth: 4})
    yield trial.same(unpruned, 2 * dense_ntk.subs({depth: 4, cosine: sp.Rational(1, 2)}), by=None)


@exact(feature_reweighting)
def powers_flow_through_the_layers(power_flow: sp.Expr, trial: Trial) -> Findings:
    """The flow is the product of ∫ u^p u^q over the hidden layers, one to three of them."""
    overlap = sp.integrate(u ** (p + q), (u, 0, 1))
    for hidden in (1, 2, 3):
        yield trial.same(power_flow.subs(depth, hidden), overlap**hidden)


LEFT, RIGHT = np.array([1.0, 2.0]), np.array([-1.0, 2.0])


def neurons(rng: np.random.Generator, size: int) -> Floats:
    """Θ of networks of one hidden neuron at a uniform position, whose weights are thinned by √W each. float[size]"""
    first, readout = rank_one_graphons(1)
    position = rng.random((size, 1, 1))
    shares = [
        numeric((u, v), first)(position, np.array(POSITIONS, dtype=float)),
        numeric((u, v), readout)(0.0, position),
    ]
    weights = [np.sqrt(each) * rng.standard_normal(each.shape) for each in shares]
    total: Floats = layer_kernels(LEFT, RIGHT, weights, shares).sum(axis=1)
    return total


def diagonal_kernels(rng: np.random.Generator, nets: int) -> Floats:
    """Θ(x, x) of masked networks of width 8 with two hidden layers. float[nets]"""
    probabilities = keep_probabilities(rank_one_graphons(2), HIDDEN, np.array(POSITIONS, dtype=float))
    weights, masks = masked_networks(rng, nets, probabilities)
    total: Floats = layer_kernels(LEFT, LEFT, weights, masks).sum(axis=1)
    return total


@statistical(feature_reweighting, tests=2, cost=0.5)
def networks_have_the_mean(kernel: sp.Expr, trial: Trial) -> Findings:
    """Networks have the stated mean kernel, which is exact at every width (K2).

    One hidden layer is tested at x ≠ x′ with edges thinned by √W, two at x = x′ with masks.
    A neuron has E Θ(x, x′)² ≤ √(E Θ(x, x)² E Θ(x′, x′)²) = 16 ab W₂² by the Cauchy–Schwarz inequality and K6, and a sum over three
    layers E Θ² ≤ 9 E Θ⁽ˡ⁾².
    """
    pair = reweighted((1, 2), (-1, 2))
    overlap = sp.integrate(sp.expand((ROWS[0] * COLUMNS[0].subs(v, u)) ** 2), (u, 0, 1))
    claimed = trial.value(kernel, {**pair, flow: trial.once(flow_through, 1), depth: 1})
    sample = trial.draw(neurons, trial.size(200_000))
    yield trial.unbounded_averages(sample, claimed, float(16 * pair[a] * pair[b] * overlap))

    same = reweighted((1, 2), (1, 2))
    at = {**same, flow: trial.once(flow_through, 2), depth: 2}
    probabilities = keep_probabilities(rank_one_graphons(2), HIDDEN, np.array(POSITIONS, dtype=float))
    variance = 9 * mean_over_pairs_of_paths(probabilities, LEFT, 6.0) - float(3 * at[flow] * at[a]) ** 2
    yield trial.unbounded_averages(trial.draw(diagonal_kernels, trial.size(20_000)), trial.value(kernel, at), variance)


SHARE = 0.3
DENSITIES = np.array([[0.9, 0.2, 0.4], [0.1, 0.6, 0.8]])  # two blocks of rows, three inputs
TRIPLES = np.array([[1.0, 2.0, -1.0], [2.0, -1.0, 0.5]])


def block_kernels(hidden: int) -> tuple[float, Floats]:
    """Θ of a network whose first layer has two blocks of rows, the others dense, and of dense ones at reweighted inputs."""
    inputs, rows = input_latent(3), Latent(np.array([0.15, 0.65]), np.array([SHARE, 1 - SHARE]))
    graphons = [GridGraphon(DENSITIES, rows, inputs)]
    for above in [*(Latent(rows.positions, rows.weights) for _ in range(hidden - 1)), point_latent()]:
        graphons.append(GridGraphon(np.ones((above.positions.size, 2)), above, graphons[-1].rows))
    layers = [LayerGraphons(each, each) for each in graphons]
    left, right = TRIPLES[:1], TRIPLES[1:]
    dense = [dense_kernel(np.sqrt(row) * left, np.sqrt(row) * right, depth=hidden).ntk[0, 0] for row in DENSITIES]
    return float(kernel_on_grid(left, layers, right).ntk[0, 0]), np.array(dense)


@empirical(feature_reweighting)
def blocks_mix_their_kernels(mixture: sp.Expr, trial: Trial) -> Findings:
    """The recursion on two blocks is the mixture of two dense kernels up to rounding for one hidden layer.

    For two hidden layers it differs from the mixture by at least 10⁻³.
    """
    for hidden in (1, 2):
        total, kernels = trial.once(block_kernels, hidden)
        at = {share: sp.Rational(3, 10), **dict(zip(blocks, map(sp.Rational, kernels), strict=True))}
        distance = abs(total - trial.value(mixture, at))
        if hidden == 1:
            yield trial.at_most(distance, 1e-12, "distance from the mixture")
        else:
            yield trial.at_most(1e-3, distance, "the distance of two hidden layers is no less")


# Values of inputs of any length are positive


@enclosed(feature_reweighting)
def values_of_inputs_of_any_length_are_positive(scaled_value: sp.Expr, trial: Trial) -> Findings:
    """The value is positive, as the gates of two inputs that are neither 0 nor opposite can be open together."""
    yield trial.below(0, scaled_value, strict=True)
