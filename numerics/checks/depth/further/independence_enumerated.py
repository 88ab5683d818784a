"""Evidence for D1.2: all weights of whole networks of two hidden layers, in fractions."""

from fractions import Fraction
from itertools import product
from typing import NamedTuple

import numpy as np
import sympy as sp

from sparse_limits.numerics.checks.depth.further.identities import Symbolic
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.theory.depth.further.independence import first_width, fourth, row_independence, second_width
from sparse_limits.theory.saliency.model import width as n

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
