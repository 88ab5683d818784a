"""Evidence for D1.2: signals, rows of the last hidden layer and pairs of rows of drawn networks."""

from itertools import product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.checks.depth.further.identities_drawn import leaving_slopes, whole_network
from sparse_limits.numerics.data import digits
from sparse_limits.numerics.evidence import Findings, Trial, exact, statistical
from sparse_limits.numerics.networks import Network, activations, random_network
from sparse_limits.numerics.networks.derivatives import backward
from sparse_limits.numerics.networks.many_layers import ManyNetworks, passes
from sparse_limits.numerics.networks.network import activations_and_slopes
from sparse_limits.numerics.prediction.methods import saliency
from sparse_limits.theory.depth.further.independence import (
    fourth,
    gated,
    path_product,
    readout_variance,
    residual_product,
    row_independence,
    score_square,
    second_width,
)
from sparse_limits.theory.saliency.model import width as n
from sparse_limits.theory.saliency.snip import a, h, w

Floats = NDArray[np.floating]


@exact(row_independence)
def drawn_signals_are_linear_in_the_readout(signal_covariance: sp.Expr, trial: Trial) -> Findings:
    """Exact arithmetic, three hidden layers: signals of both lower layers for every readout of one weight, v = 2."""
    network, x, r = trial.draw(whole_network, (4, 4, 16, 4, 2), "relu", 2)
    outputs, last = network.widths[-1], network.widths[-2]
    _, slopes = activations_and_slopes(network, x)
    found: list[list[Floats]] = [[], []]
    for k, m in product(range(outputs), range(last)):
        readout = np.zeros((outputs, last))
        readout[k, m] = 1.0
        signals = backward(Network((*network.weights[:-1], readout)), slopes, r)
        for layer in (0, 1):
            found[layer].append(signals[layer])
    claimed = numeric((readout_variance, residual_product, path_product, n), signal_covariance)
    for layer in (0, 1):
        seen = 2 * np.einsum("bxi,byj->xiyj", np.array(found[layer]), np.array(found[layer]))
        width = network.widths[layer + 1]
        paths = leaving_slopes(Network((*network.weights[:-1], np.sqrt(last) * np.eye(last))), x, layer)
        paths = paths.reshape(len(x), last, width)
        q_m = np.einsum("xmi,ymj->xiyj", paths, paths)
        q_r = np.broadcast_to((r @ r.T)[:, None, :, None], q_m.shape)
        alike = np.array_equal(seen, np.broadcast_to(claimed(2.0, q_r, q_m, float(last)), seen.shape))
        yield trial.holds(alike, f"layer {layer + 1}: {seen.size} covariances")


ROWS, FRESH, BELOW = 4096, 10_000, 16


def last_rows(rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Scores √(n n_in)·S[n, n_in] of the last of two hidden layers on digits, and the values below [N, n_in]."""
    bundle = digits("ge5", standardise=True)
    network = random_network((64, BELOW, ROWS, 1), rng)
    scores = saliency("snip", network, bundle.x, -bundle.y)[1]
    return scores * np.sqrt(ROWS * BELOW), activations(network, bundle.x)[1]


def fresh_last_rows(rng: np.random.Generator, values: Floats) -> dict[sp.Symbol, Floats]:
    """Weights and gated means of rows drawn one by one on the values of the layer below."""
    r = -digits("ge5", standardise=True).y
    rows = rng.standard_normal((FRESH, BELOW))
    gates = (rows @ values.T > 0).astype(float)
    return {
        a: rng.standard_normal((FRESH, 1)),
        w: rows,
        gated: gates @ (r * values) / len(values),
        h: np.broadcast_to((r * values).mean(axis=0), rows.shape),
    }


@statistical(row_independence, tests=1, cost=2.0)
def last_rows_follow_the_law_of_rows(last_score: sp.Expr, trial: Trial) -> Findings:
    """Columns kept in the last layer of a network beside fresh rows on its own layer below, at a fixed threshold."""
    scores, values = trial.draw(last_rows)
    drawn = trial.draw(fresh_last_rows, values)
    fresh = np.broadcast_to(numeric(tuple(drawn), last_score)(*drawn.values()), drawn[w].shape)
    level = 0.02  # near a density of one quarter
    kept, expected = (scores > level).sum(axis=0), (fresh > level).sum(axis=0)
    yield trial.two_counts(kept, ROWS, expected, FRESH)


LOW, HIGH = 0.75, 1.25  # of the square of a weight, uniform between them: variance 1, symmetric, no atoms
SQUARE_FOURTH = sp.Rational(49, 48)  # the mean of the square of this square


def pairs_of_rows(rng: np.random.Generator, networks: int) -> Floats:
    """n₁S₁²·n₁S₂² of networks of one input 1, two units, one unit, one output, with r = 1."""
    shapes = ((networks, 2, 1), (networks, 1, 2), (networks, 1))
    first, second, readout = (
        np.sqrt(rng.uniform(LOW, HIGH, shape)) * rng.choice((-1.0, 1.0), shape) for shape in shapes
    )
    drawn = ManyNetworks([first, second], [np.ones_like(first), np.ones_like(second)], readout)
    slopes = passes(drawn, np.ones((1, 1))).leaving[0] / 2  # ReLU without √2
    found: Floats = 4 * np.prod((first * slopes) ** 2, axis=(1, 2))
    return found


@statistical(row_independence, tests=1, cost=1.0)
def rows_of_drawn_networks_covary(row_covariance: sp.Expr, trial: Trial) -> Findings:
    """The mean of the product of the squared scores of two rows, one unit above."""
    sample = trial.draw(pairs_of_rows, trial.size(12_000))
    mean = trial.value(row_covariance, {fourth: SQUARE_FOURTH, second_width: 1}) + float(score_square) ** 2
    highest = HIGH**2 * (HIGH**2) ** 2  # of w₁²w₂² times c₁²c₂², each the product of the squares of two weights
    yield trial.averages(sample, mean, 0.0, highest)
