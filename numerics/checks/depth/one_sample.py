"""Evidence for D3.2: one sample at every depth."""

from collections.abc import Iterable
from functools import partial
from itertools import product
from operator import mul

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Findings, Trial, control, enclosed, exact, statistical
from sparse_limits.numerics.networks import random_network
from sparse_limits.numerics.networks.many_layers import ManyNetworks, passes
from sparse_limits.numerics.prediction.methods import saliency
from sparse_limits.theory.depth.one_sample import first, hidden, one_sample, readout, threshold
from sparse_limits.theory.formulas.let import Let
from sparse_limits.theory.formulas.level import zero_at
from sparse_limits.theory.kernel.dual import depth as L
from sparse_limits.theory.kernel.dual import relu, z
from sparse_limits.theory.saliency.model import dimension as d
from sparse_limits.theory.saliency.model import rho, tau
from sparse_limits.theory.saliency.model import width as n
from sparse_limits.theory.tails import product_normal, triple_normal

HALF = sp.Rational(1, 2)


def open_values() -> tuple[sp.Expr, sp.Expr]:
    """φ(y)/y and φ′(y) of K1's ReLU at y > 0."""
    y = sp.Symbol("y", positive=True)
    opened = relu.function.subs(z, y)
    return sp.simplify(opened / y), sp.diff(opened, y)


@exact(one_sample, step="scales")
@control("ReLU without √2", first_scale=1 / sp.sqrt(n * d), hidden_scale=1 / n, readout_scale=1 / sp.sqrt(n))
@control("fan-in alone", first_scale=sp.sqrt(2 / d), hidden_scale=2 / sp.sqrt(n))
def scales_are_those_of_open_gates(
    first_scale: sp.Expr, hidden_scale: sp.Expr, readout_scale: sp.Expr, trial: Trial
) -> Findings:
    """The scales are the value and the slope of K1's ReLU at open gates, over the roots of the widths of both layers.

    In layer 1 |x_j| = 1, and the readout has no signal.
    """
    value, slope = open_values()
    yield trial.same(first_scale, slope / sp.sqrt(n * d))
    yield trial.same(hidden_scale, value * slope / sp.sqrt(n * n))
    yield trial.same(readout_scale, value / sp.sqrt(n))


@exact(one_sample, step="tails")
@control("gates always open", first=2 * first, hidden=4 * hidden, readout=2 * readout)
@control("ReLU without √2", first_scale=1 / sp.sqrt(n * d), hidden_scale=1 / n, readout_scale=1 / sp.sqrt(n))
def tails_are_means_over_the_gates(
    first: sp.Expr,
    hidden: sp.Expr,
    readout: sp.Expr,
    first_scale: sp.Expr,
    hidden_scale: sp.Expr,
    readout_scale: sp.Expr,
    trial: Trial,
) -> Findings:
    """The tails are means over all patterns of one or two fair gates: where a gate is closed, the score is 0 and exceeds nothing."""
    for claimed, scale, gates, law in (
        (first, first_scale, 1, product_normal),
        (hidden, hidden_scale, 2, triple_normal),
        (readout, readout_scale, 1, product_normal),
    ):
        patterns = list(product((0, 1), repeat=gates))
        kept = sum(law.at(tau / scale) for pattern in patterns if all(pattern)) / sp.Integer(len(patterns))
        yield trial.same(claimed, kept)


def at_any(named: sp.Expr) -> sp.Expr:
    """A formula at a named threshold, taken at any τ instead."""
    return named.replace(Let, lambda body, _: body)


POINTS = ({n: 20, d: 5, L: 4, rho: sp.Rational(1, 50)},)


@enclosed(one_sample, step="threshold")
@control("mean-field: every layer keeps ρ", rho_first=rho, rho_hidden=rho, rho_readout=rho)
@control("layers exchanged", rho_first=Let(readout, [(tau, threshold)]), rho_readout=Let(first, [(tau, threshold)]))
def threshold_keeps_the_density(
    threshold: sp.Expr,
    rho_first: sp.Expr,
    rho_hidden: sp.Expr,
    rho_readout: sp.Expr,
    first: sp.Expr,
    hidden: sp.Expr,
    readout: sp.Expr,
    trial: Trial,
) -> Findings:
    """Each density is that of its layer at the threshold, where the counts of all layers add up to ρ times all weights.

    At every τ the counts are ρ times all weights, plus all weights times a quantity that is 0 at the threshold.
    """
    whole = n * d + (L - 1) * n**2 + n
    counted = n * d * first + (L - 1) * n**2 * hidden + n * readout
    zero = zero_at(threshold, tau)
    yield trial.same(zero, counted / whole - rho)
    kept = [n * d * at_any(rho_first), (L - 1) * n**2 * at_any(rho_hidden), n * at_any(rho_readout)]
    yield trial.same(sp.Add(*kept) - zero * whole, rho * whole)
    for claimed, tail in ((rho_first, first), (rho_hidden, hidden), (rho_readout, readout)):
        yield trial.same(claimed, Let(tail, [(tau, threshold)]), by=None)
    counts = n * d * first + (L - 1) * n**2 * hidden + n * readout
    yield trial.same(Let(counts, [(tau, threshold)]), rho * (n * d + (L - 1) * n**2 + n), by=None, at=POINTS)


SMALL = ((1, 1), (1, 2), (2, 1), (2, 2), (3, 1))  # depth and width


def network_moments(depth: int, units: int, power: int) -> tuple[sp.Expr, ...]:
    """E s^power of the first score in layer 1, in hidden matrices 2, …, depth and in the readout, in their units.

    All weights are letters, gates coins: powers of the products are expanded, letters replaced by their moments, and
    all patterns of the coins averaged. One input, of modulus |x|.
    """
    x = sp.Symbol("x", positive=True)
    counter = iter(range(10_000))

    def letter() -> sp.Symbol:
        return sp.Symbol(f"g{next(counter)}", real=True)

    coins: list[sp.Symbol] = []
    layers, active = [], [sp.Matrix([x])]
    gates_of: list[list[sp.Symbol]] = []
    for _ in range(depth):
        entering = active[-1]
        matrix = sp.Matrix(units, len(entering), lambda *_: letter())
        gates = [letter() for _ in range(units)]
        coins += gates
        before = matrix * entering / sp.sqrt(len(entering))
        active.append(sp.Matrix([sp.sqrt(2) * gate * each for gate, each in zip(gates, before, strict=True)]))
        layers.append(matrix)
        gates_of.append(gates)
    readout_weights = [letter() for _ in range(units)]
    signals = [sp.Matrix(readout_weights)]
    for place in reversed(range(1, depth)):
        gated = sp.Matrix([sp.sqrt(2) * gate * c for gate, c in zip(gates_of[place], signals[0], strict=True)])
        signals.insert(0, layers[place].T * gated / sp.sqrt(units))
    scores = [
        layers[place][0, 0] * active[place][0] * sp.sqrt(2) * gates_of[place][0] * signals[place][0]
        for place in range(depth)
    ]
    scores.append(readout_weights[0] * active[-1][0])
    return tuple(_mean(score, power, set(coins)) for score in scores)


def _mean(score: sp.Expr, power: int, coins: set[sp.Symbol]) -> sp.Expr:
    """The mean of a power: a coin's powers are ½, those of a weight the moments of a standard normal."""
    drawn = sorted((each for each in score.free_symbols if each.name.startswith("g")), key=str)
    total = sp.Integer(0)
    for powers, coefficient in (sp.Poly(sp.expand(score), *drawn) ** power).terms():
        for each, degree in zip(drawn, powers, strict=True):
            coefficient *= HALF if each in coins and degree else 1 if each in coins else _normal(degree)
            if coefficient == 0:
                break
        total += coefficient
    return total


def _normal(degree: int) -> int:
    return 0 if degree % 2 else int(sp.factorial2(degree - 1)) if degree else 1


@exact(one_sample, step="fourth moments")
@control("the limit at every width", fourth_first=sp.Integer(18), fourth_hidden=sp.Integer(108))
def fourth_moments_of_small_networks(
    fourth_first: sp.Expr, fourth_hidden: sp.Expr, fourth_readout: sp.Expr, growth: sp.Expr, trial: Trial
) -> Findings:
    """The fourth moments start from products of normals with no layer between; each further layer multiplies by one factor.

    This holds for all L and n. Networks of up to three hidden layers, with symbols for all weights and gates, are expanded as well,
    also for the mean squares.
    """
    for claimed, start, gates in ((fourth_first, 1, 1), (fourth_hidden, 2, 2), (fourth_readout, 1, 1)):
        moments = sp.Integer(3) ** (gates + 1) * sp.sqrt(2) ** (4 * gates) * HALF**gates  # normals and open gates
        yield trial.induction(claimed, L, moments, partial(mul, growth), start=start)
    x = sp.Symbol("x", positive=True)

    def cases() -> Iterable[tuple[sp.Expr, sp.Expr]]:
        for depth, units in SMALL:
            at = {L: depth, n: units}
            claimed = [fourth_first, *[fourth_hidden] * (depth - 1), fourth_readout]
            moments = trial.once(network_moments, depth, units, 4)
            yield from ((moment, each.subs(at) * x**4) for moment, each in zip(moments, claimed, strict=True))
            yield from ((moment, x**2) for moment in trial.once(network_moments, depth, units, 2))

    yield trial.at_sizes(cases(), "moments")


INPUTS, WIDE, SEEN = 4, 4000, 12_000
FIRST_LEVEL, HIDDEN_LEVEL = sp.Rational(1, 100), sp.Rational(1, 3)


def exact_counts(rng: np.random.Generator) -> NDArray[np.int64]:
    """Scores above the levels: of one input and of the readout of a wide network, and one hidden score of each of many networks.

    The wide network has ReLU without √2, whose scores are smaller by the L-th power of √2 in all layers.
    """
    inputs, residual = np.ones((1, INPUTS)), np.ones((1, 1))
    network = random_network((INPUTS, WIDE, 1), rng)
    layer, readout = saliency("snip", network, inputs, residual)
    above = [int((np.sqrt(2) * np.abs(each) > float(FIRST_LEVEL)).sum()) for each in (layer[:, 0], readout)]
    shapes = ((SEEN, 2, INPUTS), (SEEN, 2, 2), (SEEN, 2))
    first, hidden, top = (rng.standard_normal(shape) for shape in shapes)
    pass_of_all = passes(ManyNetworks([first, hidden], [np.ones_like(first), np.ones_like(hidden)], top), inputs)
    slopes = pass_of_all.leaving[1][:, 0, 0] * pass_of_all.entering[1][:, 0, 0] / np.sqrt(2)
    seen = int((np.abs(hidden[:, 0, 0] * slopes) > float(HIDDEN_LEVEL)).sum())
    return np.array([*above, seen])


@statistical(one_sample, tests=1)
@control("gates always open", first=2 * first, hidden=4 * hidden, readout=2 * readout)
def networks_of_every_width_keep_as_often(first: sp.Expr, hidden: sp.Expr, readout: sp.Expr, trial: Trial) -> Findings:
    """At finite width, scores exceed a level as often as stated.

    The rows of one hidden layer are independent; with two hidden layers, one score is taken from each of many networks.
    """
    chances = [trial.value(each, {n: WIDE, d: INPUTS, tau: FIRST_LEVEL}) for each in (first, readout)]
    chances.append(trial.value(hidden, {n: 2, tau: HIDDEN_LEVEL}))
    yield trial.counts_each(trial.draw(exact_counts), np.array([WIDE, WIDE, SEEN]), chances)


@enclosed(one_sample)
def layers_are_counted_from_one(weights: sp.Expr, fourth_hidden: sp.Expr, trial: Trial) -> Findings:
    """The first layer and the readout together have no more weights than all layers.

    The fourth moment in a hidden matrix is at least 108, its limit.
    """
    yield trial.below(n * d + n, weights)
    yield trial.below(sp.Integer(108), fourth_hidden, needed="fourth_hidden")
