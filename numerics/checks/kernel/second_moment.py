"""Evidence for K4, besides its reasons: energy share grows without bound; kept weights have the energy; and more."""

from itertools import pairwise, product

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from scipy.special import erfcinv

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.checks.kernel.graphon_kernel import chain_contributions
from sparse_limits.numerics.evidence import Findings, Trial, empirical, enclosed, exact, statistical
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.dual import a, b, c
from sparse_limits.theory.kernel.second_moment import energies, own, second_moment_graphon, shares
from sparse_limits.theory.saliency.model import rho as density

Floats = NDArray[np.float64]


@enclosed(second_moment_graphon)
def energy_share_grows_without_bound(second_moment: sp.Expr, slope: sp.Expr, trial: Trial) -> Findings:
    """q ≥ ρ (1 + t²) for ρ = erfc z with z up to 26: from a share of 10⁻²⁹⁵ to all weights, where both sides are equal."""
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
def kept_weights_have_the_energy(second_moment: sp.Expr, trial: Trial) -> Findings:
    """The mean of M w², where M keeps normal weights with |w| > 5/4, is the stated energy at the share that this level keeps."""
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
def diagonal_is_a_mean_over_paths(path_weight: sp.Expr, trial: Trial) -> Findings:
    """E Θ(x, x) over all weights and masks of a network of widths 2, 2, 2, 1 is the stated mean over paths, in rational arithmetic.

    The ten edges of the network have different laws.
    """
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
def neurons_contribute_the_row_kernel(second_moment: sp.Expr, row_kernel: sp.Expr, trial: Trial) -> Findings:
    """Neurons with d = 256 inputs, pruned by modulus to (u + v)/2, contribute the row kernel, the limit d → ∞, up to d^−½."""
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
def large_weights_carry_more_than_their_share(
    path_weight: sp.Expr, four_weights: tuple[sp.Expr, ...], trial: Trial
) -> Findings:
    """With one neuron in each of two hidden layers, the path weight is exact if the first weight is masked by its modulus or by a coin.

    The other weights are ±1.
    """
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
