"""Evidence for D1.2, besides its reasons: last layer has the slope; normal weights have the effect; and more."""

from fractions import Fraction
from itertools import product
from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.checks.depth.further.identities import NETWORKS, Symbolic
from sparse_limits.numerics.checks.depth.further.identities_drawn import leaving_slopes, whole_network
from sparse_limits.numerics.data import digits
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.numerics.evidence.sums import adds_up
from sparse_limits.numerics.networks import Network, activations, random_network
from sparse_limits.numerics.networks.derivatives import backward
from sparse_limits.numerics.networks.many_layers import ManyNetworks, passes
from sparse_limits.numerics.networks.network import activations_and_slopes
from sparse_limits.numerics.prediction.methods import saliency
from sparse_limits.theory.depth.further.identities import entering, fan_in, signal, slope
from sparse_limits.theory.depth.further.independence import (
    first_width,
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


def last_layers() -> list[tuple[sp.Expr, dict[sp.Symbol, sp.Expr]]]:
    """∂⟨r, f⟩/∂w in the last hidden layer of symbolic networks of one output, with what the formula takes."""
    found = []
    for network in NETWORKS:
        if network.widths[-1] > 1 or len(network.widths) < 3:
            continue
        total, layer = network.total(), len(network.widths) - 2
        values = network.below(layer)
        for i, j in network.cells(layer):
            z = network.into(layer, values, True)[i]
            at = sp.Symbol("z_i", real=True)
            open_slope = sp.diff(network.activate(layer, i, at), at).subs(at, z)
            parts = {
                a: network.weight(layer + 1, 0, i),
                gated: network.residuals()[0] * open_slope * values[j],
                n: sp.Integer(network.widths[layer]),
                fan_in: sp.Integer(len(values)),
            }
            found.append((sp.diff(total, network.weight(layer, i, j)), parts))
    return found


@exact(row_independence, step="last layer")
def last_layer_has_the_slope(last_slope: sp.Expr, trial: Trial) -> Findings:
    """D1.1's derivative at the signal of a unit below the readout; symbolic networks of power one and two."""
    yield trial.same(last_slope, slope.subs({signal: a / sp.sqrt(n), entering: gated}))
    yield trial.at_sizes([(seen, last_slope.subs(parts)) for seen, parts in trial.once(last_layers)], "weights")


@exact(row_independence, step="normal weights")
def normal_weights_have_the_effect(normal_effect: sp.Expr, sum_effect: sp.Expr, trial: Trial) -> Findings:
    """At the fourth moment that SymPy integrates."""
    z = sp.Symbol("z", real=True)
    moment = trial.once(sp.integrate, z**4 * sp.exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi), (z, -sp.oo, sp.oo))
    yield trial.same(normal_effect, sum_effect.subs({fourth: moment, first_width: n, second_width: n}))


@exact(row_independence, step="covariance of signals")
def signals_covary_by_residuals_and_paths(signal_covariance: sp.Expr, trial: Trial) -> Findings:
    """v times the products of the coefficients of each readout weight: output by output, in one unit by unit; and small sizes."""
    weight, left, right, path, other_path = sp.symbols("A_km r_k s_k M_m N_m", real=True)
    coefficients = [
        sp.diff(r * weight * through / sp.sqrt(n), weight) for r, through in ((left, path), (right, other_path))
    ]
    of_output = signal_covariance.subs(residual_product, left * right)
    yield adds_up(trial, signal_covariance, {residual_product: left * right}, of_output)
    yield adds_up(trial, of_output, {path_product: path * other_path}, readout_variance * sp.Mul(*coefficients))
    cases = []
    for outputs, units in product(range(1, 4), range(1, 5)):
        residuals, others = (sp.symbols(f"{letter}_0:{outputs}", real=True) for letter in ("r", "s"))
        paths, other_paths = (sp.symbols(f"{letter}_0:{units}", real=True) for letter in ("M", "N"))
        readout = sp.Matrix(outputs, units, lambda k, m: sp.Symbol(f"A_{k}{m}", real=True))
        one, other = (
            (sp.Matrix([list(r)]) * readout * sp.Matrix(path))[0] / sp.sqrt(units)
            for r, path in ((residuals, paths), (others, other_paths))
        )
        seen = readout_variance * sum(sp.diff(one, weight) * sp.diff(other, weight) for weight in readout)
        parts = {
            residual_product: sum(r * s for r, s in zip(residuals, others, strict=True)),
            path_product: sum(each * more for each, more in zip(paths, other_paths, strict=True)),
            n: sp.Integer(units),
        }
        cases.append((seen, signal_covariance.subs(parts)))
    yield trial.at_sizes(cases, "sizes")


# Signals, rows of the last hidden layer and pairs of rows of drawn networks

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


# All weights of whole networks of two hidden layers, in fractions

SIGNS, FOUR = (-1, 1), (-3, -1, 1, 3)
THREE = (-1, 0, 0, 0, 0, 1)  # √3 times these has the first five moments of a standard normal
ENUMERATED = ((2, 1, FOUR), (2, 2, SIGNS), (3, 1, SIGNS), (3, 2, SIGNS))  # widths, law of a weight


class Moments(NamedTuple):
    """Of the squared scores of a column, in units of r²x²/dn₁: of one, of a pair, and of their sum."""

    fourth: sp.Rational  # moment of a weight
    mean: sp.Rational
    covariance: sp.Rational
    variance: sp.Rational
    sum_variance: sp.Rational


def whole_moments(first: int, second: int, law: tuple[int, ...]) -> Moments:
    """All weights of a network of one input 1, with their chances, silent first layers included.

    The derivative of f is SymPy's, of a network with a letter for each gate. A unit at its kink is open in half of the
    cases: a small symmetric change of the weights, without atoms, does this; silent first layers have it, too.
    """
    network = Symbolic((1, first, second, 1), 1)
    total = sp.expand(network.total(biases=False) * sp.sqrt(first * second)).subs(
        {network.residuals()[0]: 1, network.inputs()[0]: 1, sp.Symbol("g3_0", real=True): 1}
    )
    weights = [network.weight(layer, *cell) for layer in (1, 2, 3) for cell in network.cells(layer)]
    gates = [sp.Symbol(f"g{layer}_{i}", real=True) for layer, size in ((1, first), (2, second)) for i in range(size)]
    slopes = sp.lambdify([*weights, *gates], [sp.diff(total, network.weight(1, i, 0)) for i in range(first)], "numpy")
    values, numbers = np.unique(law, return_counts=True)
    drawn = np.array(list(product(range(len(values)), repeat=len(weights))))
    chances, drawn = numbers[drawn].prod(axis=1), values[drawn]
    entering = np.maximum(drawn[:, :first], 0)
    above = drawn[:, first : first + first * second].reshape(-1, second, first)
    z = np.einsum("nki,ni->nk", above, entering)
    sums = np.zeros(5, dtype=object)
    for coins in product((0, 1), repeat=second):
        open_above = np.where(z == 0, np.array(coins), z > 0)
        found = slopes(*drawn.T, *(drawn[:, :first] > 0).astype(int).T, *open_above.T.astype(int))
        squares = [(drawn[:, i] * np.broadcast_to(each, len(drawn))) ** 2 for i, each in enumerate(found)]
        added = sum(squares)
        for place, each in enumerate((squares[0], squares[0] * squares[1], squares[0] ** 2, added, added**2)):
            sums[place] += int((chances * each).sum())
    square = Fraction(sum(each**2 for each in law), len(law))
    scale = Fraction(1, second) / square**3
    cases = len(law) ** len(weights) * 2**second
    mean, pair, fourth_power, total_mean, total_square = (
        Fraction(each, cases) * scale**power for each, power in zip(sums, (1, 2, 2, 1, 2), strict=True)
    )
    return Moments(
        *map(
            sp.Rational,
            (
                Fraction(sum(each**4 for each in law), len(law)) / square**2,
                mean,
                pair - mean**2,
                fourth_power - mean**2,
                total_square - total_mean**2,
            ),
        )
    )


@exact(row_independence, cost=1.0)
def whole_networks_have_the_moments(
    score_square: sp.Expr, row_covariance: sp.Expr, row_variance: sp.Expr, sum_effect: sp.Expr, trial: Trial
) -> Findings:
    """Every weight ±1, ±3 at widths 2 and 1, and ±1 up to widths 3 and 2: mean, pairs, one row, and the column's sum."""
    for first, second, law in ENUMERATED:
        seen = trial.once(whole_moments, first, second, law)
        at = {first_width: first, second_width: second, fourth: seen.fourth}
        yield trial.same(score_square, seen.mean)
        yield trial.same(row_covariance.subs(at), seen.covariance)
        yield trial.same(row_variance.subs(at), seen.variance)
        yield trial.same(sum_effect.subs(at), seen.sum_variance / (first * seen.variance))


@exact(row_independence, cost=1.0)
def weights_with_normal_moments_have_the_effect(normal_effect: sp.Expr, trial: Trial) -> Findings:
    """Two units in each layer, weights 0 and ±√3 with chances 2/3 and 1/6: the sum of a column against independent rows."""
    seen = trial.once(whole_moments, 2, 2, THREE)
    yield trial.same(seen.fourth, sp.Integer(3))
    yield trial.same(normal_effect.subs(n, 2), seen.sum_variance / (2 * seen.variance))


@enclosed(row_independence)
def moments_are_in_order(signal_fourth: sp.Expr, design_effect: sp.Expr, sum_effect: sp.Expr, trial: Trial) -> Findings:
    """Fourth moments are least for weights of one modulus; a count of n rows varies no more than n times one row, and a sum no less than one of independent rows."""
    yield trial.below(signal_fourth.subs(fourth, 1), signal_fourth)
    yield trial.below(design_effect, n, needed="design_effect")
    yield trial.below(sp.S.One, sum_effect)
