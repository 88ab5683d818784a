"""Evidence for K2: networks whose tangent kernels it is, one by one and on average."""

from collections.abc import Sequence

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike, NDArray

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.checks.kernel.graphon_kernel import path_sum
from sparse_limits.numerics.evidence import Findings, Trial, exact, statistical
from sparse_limits.theory.kernel.graphon_kernel import graphon_tangent_kernel, of_a_row
from sparse_limits.theory.kernel.graphon_recursion import GRAPHONS, POSITIONS, covariance, gradient, weight, x, y
from sparse_limits.theory.saliency.model import u, v

Floats = NDArray[np.float64]


def layer_kernels(left: ArrayLike, right: ArrayLike, weights: Sequence[Floats], trained: Sequence[ArrayLike]) -> Floats:
    """What each layer's weights contribute to the tangent kernels of `nets` ReLU networks at two inputs, float[nets, L+1].

    weights: float[nets, rows, columns] of each layer, factors for pruning or density included; `trained`: the squares of
    these factors, as far as they are also factors of the gradient (the mask; 1 if pruned weights are trained).
    """
    sides = []
    for start in (left,) if right is left else (left, right):
        h = np.broadcast_to(np.asarray(start, float), (len(weights[0]), weights[0].shape[2]))
        entering, gates = [h], []
        for w in weights[:-1]:
            z = np.einsum("sij,sj->si", w, entering[-1]) / np.sqrt(w.shape[2])
            gates.append(np.sqrt(2) * (z > 0))
            entering.append(gates[-1] * z)
        leaving = [np.ones((len(h), 1))]
        for w, opened in zip(reversed(weights[1:]), reversed(gates), strict=True):
            leaving.append(opened * np.einsum("sij,si->sj", w, leaving[-1]) / np.sqrt(w.shape[2]))
        sides.append((entering, leaving[::-1]))
    (entering, leaving), (entering_2, leaving_2) = sides[0], sides[-1]
    found = [
        np.einsum("si,sij,sj->s", g * g2, np.broadcast_to(own, w.shape), h * h2, optimize=True) / w.shape[2]
        for w, own, h, h2, g, g2 in zip(weights, trained, entering, entering_2, leaving, leaving_2, strict=True)
    ]
    return np.stack(found, axis=1)


PAIR = dict(zip((*x, *y), (1, 2, -1, 2), strict=True))
LEFT, RIGHT = np.array([1.0, 2.0]), np.array([-1.0, 2.0])


def neurons(rng: np.random.Generator, size: int) -> Floats:
    """Networks of one hidden neuron at a uniform position, their first weights times √W. float[size, 2]"""
    position = rng.random((size, 1, 1))
    share = numeric((u, v), GRAPHONS[0])(position, np.array(POSITIONS, dtype=float))
    first = np.sqrt(share) * rng.standard_normal((size, 1, 2))
    return layer_kernels(LEFT, RIGHT, [first, rng.standard_normal((size, 1, 1))], [share, np.ones((1, 1, 1))])


def product_of_variances() -> sp.Expr:
    """∫ab for the first layer, at `PAIR`."""
    variances = [of_a_row(GRAPHONS[0], side, side) for side in (x, y)]
    return sp.integrate(sp.expand(sp.prod(variances).subs(PAIR)), (u, 0, 1))


@statistical(graphon_tangent_kernel, tests=2, cost=0.5)
def one_hidden_layer_has_the_mean(one_hidden_terms: tuple[sp.Expr, ...], trial: Trial) -> Findings:
    """Networks of one hidden neuron have the stated mean in both layers; networks of any width are averages of such neurons.

    Both parts have a second moment of at most 6∫ab: E φ²φ′² ≤ 6ab, and E α⁴ E φ̇²φ̇′² c² ≤ 3·2·c² ≤ 6ab.
    """
    sample = trial.draw(neurons, trial.size(300_000))
    bound = 6 * float(trial.once(product_of_variances))
    for seen, claimed in zip(sample.T, one_hidden_terms, strict=True):
        yield trial.unbounded_averages(seen, trial.value(claimed, PAIR), bound)


WIDTH = 8
HIDDEN = 0.5 + np.repeat([-1, 1], WIDTH // 2) / np.sqrt(12)  # two Gauss nodes: means of cubics are those over [0, 1]


def keep_probabilities(graphons: Sequence[sp.Expr], hidden: Floats, inputs: Floats) -> list[Floats]:
    """P(M = 1) in each layer, for neurons at positions `hidden` in every hidden layer. [rows, columns] each"""
    places = [inputs, *[hidden] * (len(graphons) - 1), np.zeros(1)]
    return [
        np.broadcast_to(numeric((u, v), graphon)(rows[:, None], columns), (rows.size, columns.size)).astype(float)
        for graphon, rows, columns in zip(graphons, places[1:], places[:-1], strict=True)
    ]


def masked_networks(
    rng: np.random.Generator, nets: int, probabilities: Sequence[Floats]
) -> tuple[list[Floats], list[Floats]]:
    """Weights of networks with independent masks, and the masks. float[nets, rows, columns] each"""
    masks = [(rng.random((nets, *p.shape)) < p).astype(float) for p in probabilities]
    return [mask * rng.standard_normal(mask.shape) for mask in masks], masks


def diagonal_kernels(rng: np.random.Generator, nets: int) -> Floats:
    """The layers' contributions at x = x′ in masked networks of width 8 with two hidden layers. float[nets, 3]"""
    probabilities = keep_probabilities(GRAPHONS, HIDDEN, np.array(POSITIONS, dtype=float))
    weights, masks = masked_networks(rng, nets, probabilities)
    return layer_kernels(LEFT, LEFT, weights, masks)


def mean_over_pairs_of_paths(probabilities: Sequence[Floats], inputs: Floats, coincidence: float) -> float:
    """E Θ⁽ˡ⁾(x, x)² of masked networks, for each layer l: both paths kept, shared neurons counted `coincidence` times."""
    moments = np.multiply.outer(inputs**2, inputs**2)
    for p in probabilities:
        shared = np.diag((p * (1 - p)) @ np.diag(moments))  # an edge on both paths is kept with probability p, not p²
        moments = (p @ moments @ p.T + shared) / p.shape[1] ** 2
        moments[np.diag_indices_from(moments)] *= coincidence
    return float(moments[0, 0]) / coincidence


@statistical(graphon_tangent_kernel, tests=3, cost=0.5)
def masked_networks_have_the_mean_on_the_diagonal(two_hidden_terms: tuple[sp.Expr, ...], trial: Trial) -> Findings:
    """Networks of width 8, d = 2, with Bernoulli masks: at x = x′ the limit is the mean at every width, and the variance is known.

    Four neurons of each layer stand at each of two Gauss nodes, which average the kernel's quadratics exactly.
    """
    sample = trial.draw(diagonal_kernels, trial.size(20_000))
    probabilities = keep_probabilities(GRAPHONS, HIDDEN, np.array(POSITIONS, dtype=float))
    second_moment = mean_over_pairs_of_paths(probabilities, LEFT, 6.0)
    variance = second_moment - trial.value(trial.once(path_sum, GRAPHONS), {**PAIR, y[0]: 1}) ** 2
    for seen, claimed in zip(sample.T, two_hidden_terms, strict=True):
        yield trial.unbounded_averages(seen, trial.value(claimed, {**PAIR, y[0]: 1}), variance)


# The smallest counterexample: one neuron a layer


def chain_contributions(weights: Sequence[sp.Expr], kept: Sequence[int]) -> list[sp.Expr]:
    """What each weight contributes to Θ(1, 1) in a network of one neuron a layer: the square of its derivative.

    It is not 0 only if every weight is kept and every hidden neuron is on; φ(z) = √2 max(z, 0).
    """
    *hidden, _ = weights
    if not all(kept) or min(hidden) <= 0:
        return [sp.S.Zero] * len(weights)
    through = 2 ** len(hidden) * sp.prod(sp.sympify(w) ** 2 for w in weights)
    return [through / own**2 for own in weights]


@exact(graphon_tangent_kernel)
def one_edge_is_trained_where_it_is_kept(own_layer: sp.Expr, one_edge: sp.Expr, trial: Trial) -> Findings:
    """With one input, one neuron and readout 1, the layer contributes the mean over the edge's sign, and over whether it is kept."""
    found = [sum(chain_contributions((sign, 1), (kept, 1))[0] for sign in (1, -1)) / 2 for kept in (0, 1)]
    claimed = own_layer.replace(weight, lambda row, column: one_edge)
    claimed = claimed.replace(gradient, lambda at: sp.S.One).replace(covariance, lambda at: sp.S.One).doit()
    yield trial.same(claimed, (1 - one_edge) * found[0] + one_edge * found[1])
