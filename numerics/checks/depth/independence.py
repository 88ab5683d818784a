"""Evidence for D1.2: small networks enumerated in fractions, and moments for all widths."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from math import comb

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.depth.identities import NETWORKS
from sparse_limits.numerics.evidence import Finding, Trial, control, exact
from sparse_limits.numerics.evidence.sums import adds_up
from sparse_limits.theory.depth.identities import entering, fan_in, signal, slope
from sparse_limits.theory.depth.independence import (
    first_width,
    fourth,
    gated,
    given_share,
    given_variance,
    last_score,
    last_slope,
    normal_limit,
    path_product,
    readout_variance,
    residual_product,
    row_covariance,
    row_independence,
    row_variance,
    score_square,
    second_width,
    share,
    share_variance,
    signal_covariance,
    signal_fourth,
    signal_pair,
    sum_effect,
)
from sparse_limits.theory.saliency.model import width as n
from sparse_limits.theory.saliency.snip import a, w

Floats = NDArray[np.floating]
NINE = sp.Rational(9, 10)


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
@control("not divided by the root of the width", last_slope=last_slope * sp.sqrt(n))
@control("not divided by the root of the fan-in", last_slope=last_slope * sp.sqrt(fan_in))
@control("without the readout", last_slope=last_slope / a)
def last_layer_has_the_slope(last_slope: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """D1.1's derivative at the signal of a unit below the readout; symbolic networks of power one and two."""
    yield trial.same(last_slope, slope.subs({signal: a / sp.sqrt(n), entering: gated}))
    yield trial.at_sizes([(seen, last_slope.subs(parts)) for seen, parts in trial.once(last_layers)], "weights")


@exact(row_independence, step="last row")
@control("readout weight squared", last_score=last_score * sp.Abs(a))
@control("no modulus", last_score=a * w * gated)
@control("readout forgotten", last_score=sp.Abs(w) * sp.Abs(gated))
@control("not divided by the root of the width", last_slope=last_slope * sp.sqrt(n))
def last_row_is_weight_times_slope(last_score: sp.Expr, last_slope: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """√(n n_in) times the modulus of weight times derivative."""
    yield trial.same(last_score, sp.sqrt(n * fan_in) * sp.Abs(w * last_slope))


@exact(row_independence, step="given variance")
@control("a second moment", given_variance=n * given_share)
@control("of one row", given_variance=given_variance / n)
@control("of a mean", given_variance=given_variance / n**2)
def independent_rows_vary_like_a_binomial(given_variance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """n times the variance of one entry, from its two values."""
    outcomes = ((1 - given_share, 0), (given_share, 1))
    mean = sum(chance * value for chance, value in outcomes)
    yield trial.same(given_variance, n * sum(chance * (value - mean) ** 2 for chance, value in outcomes))


@exact(row_independence, step="count variance")
@control("as if unconditionally independent", count_variance=n * share * (1 - share))
@control("the mean of the given variances", count_variance=n * (share - share**2 - share_variance))
@control("all pairs, and each with itself", count_variance=n * share * (1 - share) + n**2 * share_variance)
@control("a second moment", given_variance=n * given_share)
def count_varies_from_both_sources(count_variance: sp.Expr, given_variance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The mean of the given variance, by the first two moments of the share, and n² times the variance of the share."""
    moments = [sp.S.One, share, share**2 + share_variance]
    given = sp.Poly(given_variance, given_share).all_coeffs()[::-1]
    mean = sum(each * moment for each, moment in zip(given, moments, strict=False))
    yield trial.same(count_variance, mean + n**2 * share_variance)


@exact(row_independence, step="design effect")
@control("as if unconditionally independent", design_effect=sp.S.One)
@control("n for n − 1", design_effect=1 + n * share_variance / (share * (1 - share)))
@control("not over the variance of an entry", design_effect=1 + (n - 1) * share_variance)
@control("the mean of the given variances", count_variance=n * (share - share**2 - share_variance))
def design_effect_is_variance_over_binomial(
    design_effect: sp.Expr, count_variance: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The quotient; and all counts of rows of two equally likely shares, in fractions."""
    yield trial.same(design_effect, count_variance / (n * share * (1 - share)))
    for rows, shares in ((2, (Fraction(1, 4), Fraction(3, 4))), (5, (Fraction(1, 10), Fraction(1, 2)))):
        law = [
            sum(comb(rows, k) * p**k * (1 - p) ** (rows - k) for p in shares) / 2 for k in range(rows + 1)
        ]  # of the count
        mean = sum(k * chance for k, chance in enumerate(law))
        spread = sum((k - mean) ** 2 * chance for k, chance in enumerate(law))
        p, between = sum(shares) / 2, (shares[0] - shares[1]) ** 2 / 4
        at = {n: rows, share: sp.Rational(p), share_variance: sp.Rational(between)}
        yield trial.same(design_effect.subs(at), sp.Rational(spread / (rows * p * (1 - p))))


@exact(row_independence, step="one signal")
@control("gates all open", signal_square=sp.S.One)
@control("fourth moment of a half", signal_square=sp.Rational(1, 4))
def signal_has_half_of_its_square(signal_square: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """n₂ terms of variance ½ over n₂; enumerated at four h."""
    yield trial.same(signal_square, second_width * sp.Rational(1, 2) / second_width)
    for _, seen in trial.once(signal_cases, (2, 0)):
        yield trial.same(signal_square, seen)


LAWS = ((1, (1,)), (2, (1,)), (3, (1,)), (1, (1, 3)), (2, (1, 3)))  # units of the second layer, moduli of weights
BELOW = ((1, 2), (3, 1), (1, 0), (1, 1))  # values of the first layer


def moment(moduli: tuple[int, ...], power: int) -> Fraction:
    """The mean of a power of the modulus of a weight, scaled to variance 1."""
    square = Fraction(sum(each**2 for each in moduli), len(moduli))
    return Fraction(sum(each**power for each in moduli), len(moduli)) / square ** (power // 2)


def signal_moment(units: int, moduli: tuple[int, ...], h: tuple[int, int], powers: tuple[int, int]) -> Fraction:
    """E c_i^p c_m^q over all signs and moduli of v and a, at values h of the first layer.

    A unit at its kink is open in half of the cases: a small symmetric change of the weights, without atoms, does this.
    """
    values = [sign * each for each in moduli for sign in (1, -1)]
    rows = []
    for readout, first, second in product(values, repeat=3):
        enters = first * h[0] + second * h[1]
        for coin in (0, 1):
            gate = coin if enters == 0 else int(enters > 0)
            rows.append((readout * first * gate, readout * second * gate))
    total = 0
    for chosen in product(rows, repeat=units):
        ends = sum(each[0] for each in chosen), sum(each[1] for each in chosen)
        total += ends[0] ** powers[0] * ends[1] ** powers[1]
    square = Fraction(sum(each**2 for each in moduli), len(moduli))
    degree = sum(powers)
    return Fraction(total, len(rows) ** units) / square**degree / Fraction(units) ** (degree // 2)


def signal_cases(powers: tuple[int, int]) -> list[tuple[dict[sp.Symbol, sp.Expr], sp.Rational]]:
    """This moment for all laws and values of the first layer, with the width and the fourth moment."""
    return [
        (
            {second_width: sp.Integer(units), fourth: sp.Rational(moment(law, 4))},
            sp.Rational(signal_moment(units, law, h, powers)),
        )
        for units, law in LAWS
        for h in BELOW
    ]


@exact(row_independence, step="two signals")
@control("as if independent", signal_pair=sp.Rational(1, 4))
@control("fourth moment one", signal_pair=signal_pair.subs(fourth, 1))
@control("gates independent of one another", signal_pair=sp.Rational(1, 4) + (fourth - 1) / (4 * second_width))
@control("10 % less", signal_pair=NINE * signal_pair)
def two_signals_share_readout_and_gates(signal_pair: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """n₂ units with a⁴v_i²v_m² at an open gate, n₂(n₂ − 1) pairs with two squares, others are 0; enumerated at four h."""
    same_unit, squares, mixed = fourth / 2, sp.Rational(1, 4), 0
    pairs = second_width * (second_width - 1)
    yield trial.same(signal_pair, (second_width * same_unit + pairs * (squares + 2 * mixed)) / second_width**2)
    for at, seen in trial.once(signal_cases, (2, 2)):
        yield trial.same(signal_pair.subs(at), seen)


@exact(row_independence, step="fourth moment")
@control("normal", signal_fourth=sp.Rational(3, 4))
@control("one fourth moment", signal_fourth=sp.Rational(3, 4) + (2 * fourth - 3) / (4 * second_width))
@control("gates all open", signal_fourth=4 * signal_fourth)
@control("10 % less", signal_fourth=NINE * signal_fourth)
def one_signal_has_the_fourth_moment(signal_fourth: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """n₂ units with a⁴v⁴ at an open gate, 3n₂(n₂ − 1) pairs of squares; enumerated at four h."""
    same_unit, squares = fourth**2 / 2, sp.Rational(1, 4)
    pairs = 3 * second_width * (second_width - 1)
    yield trial.same(signal_fourth, (second_width * same_unit + pairs * squares) / second_width**2)
    for at, seen in trial.once(signal_cases, (4, 0)):
        yield trial.same(signal_fourth.subs(at), seen)


@exact(row_independence, step="squares of scores")
@control("gates all open", score_square=sp.S.One)
@control("gate of the first layer forgotten", score_square=sp.Rational(1, 2))
@control("gates all open above", signal_square=sp.S.One)
def squared_score_has_the_mean(score_square: sp.Expr, signal_square: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Half of E w² = 1, times the mean of the squared signal."""
    yield trial.same(score_square, sp.Rational(1, 2) * signal_square)


@exact(row_independence, step="two rows")
@control("as if independent", row_covariance=sp.S.Zero)
@control("gates of the first layer forgotten", row_covariance=4 * row_covariance)
@control("falls like the square", row_covariance=row_covariance / second_width)
@control("fourth moment one", row_covariance=row_covariance.subs(fourth, 1))
@control("as if signals were independent", signal_pair=sp.Rational(1, 4))
@control("gates all open", score_square=sp.S.One)
def rows_covary_by_readout_and_gates(
    row_covariance: sp.Expr, signal_pair: sp.Expr, score_square: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Both gates of the first layer open, times the signals' moment, less the product of the means."""
    yield trial.same(row_covariance, sp.Rational(1, 2) ** 2 * signal_pair - score_square**2)


@exact(row_independence, step="one row")
@control("a second moment", row_variance=row_variance + score_square**2)
@control("fourth moment of the weight forgotten", row_variance=signal_fourth / 2 - score_square**2)
@control("normal signals", signal_fourth=sp.Rational(3, 4))
@control("gates all open", score_square=sp.S.One)
def one_row_varies(
    row_variance: sp.Expr, signal_fourth: sp.Expr, score_square: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Half of E w⁴ times the fourth moment of the signal, less the square of the mean."""
    yield trial.same(row_variance, fourth / 2 * signal_fourth - score_square**2)


@exact(row_independence, step="sum of a column")
@control("as if independent", sum_effect=sp.S.One)
@control("n for n − 1", sum_effect=sum_effect.subs(first_width, first_width + 1))
@control("as if rows did not covary", row_covariance=sp.S.Zero)
@control("a second moment", row_variance=row_variance + score_square**2)
def column_adds_up_pairs_of_rows(
    sum_effect: sp.Expr, row_covariance: sp.Expr, row_variance: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """n₁ variances and n₁(n₁ − 1) covariances over n₁ variances."""
    total = first_width * row_variance + first_width * (first_width - 1) * row_covariance
    yield trial.same(sum_effect, total / (first_width * row_variance))


@exact(row_independence, step="normal weights")
@control("as if independent", normal_effect=sp.S.One)
@control("the limit", normal_effect=normal_limit)
@control("n for n − 1", normal_effect=(22 * n + 90) / (17 * n + 90))
@control("as if independent in the sum", sum_effect=sp.S.One)
def normal_weights_have_the_effect(normal_effect: sp.Expr, sum_effect: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """At the fourth moment that SymPy integrates."""
    z = sp.Symbol("z", real=True)
    moment = trial.once(sp.integrate, z**4 * sp.exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi), (z, -sp.oo, sp.oo))
    yield trial.same(normal_effect, sum_effect.subs({fourth: moment, first_width: n, second_width: n}))


@exact(row_independence, step="wide layers")
@control("as if independent", normal_limit=sp.S.One)
@control("a pair of rows alone", normal_limit=sp.Rational(5, 17))
@control("at one unit", normal_limit=sp.Rational(107, 107))
@control("as if independent at every width", normal_effect=sp.S.One)
def wide_layers_keep_an_effect(normal_limit: sp.Expr, normal_effect: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The limit, by SymPy."""
    yield trial.same(normal_limit, sp.limit(normal_effect, n, sp.oo))


@exact(row_independence, step="covariance of signals")
@control("not divided by the width", signal_covariance=signal_covariance * n)
@control("residuals' signs lost", signal_covariance=readout_variance * path_product / n)
@control("standard deviation for variance", signal_covariance=signal_covariance / sp.sqrt(readout_variance))
@control("the same paths for all", signal_covariance=readout_variance * residual_product / n)
def signals_covary_by_residuals_and_paths(signal_covariance: sp.Expr, trial: Trial) -> Iterator[Finding]:
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
