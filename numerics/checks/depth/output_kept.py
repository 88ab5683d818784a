"""Evidence for D5.2: the residual of the drawn output."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.depth.row_law import mean_over
from sparse_limits.numerics.evidence import Finding, Trial, control, exact, statistical
from sparse_limits.numerics.evidence.sums import grows_by
from sparse_limits.theory.depth.one_sample import first
from sparse_limits.theory.depth.output_kept import (
    argument,
    averaged,
    column_factors,
    column_shares,
    covariance_with_square,
    excess,
    excess_slope,
    here,
    joint,
    log_residual,
    mean_product,
    mean_square,
    output_covariance,
    output_kept,
    plugged,
    ratio,
    residual_density,
    shares_variance,
    spread,
    target,
    there,
)
from sparse_limits.theory.depth.outputs_at_start import outputs
from sparse_limits.theory.depth.row_law import (
    below,
    beta_b,
    carried,
    gates,
    layer,
    start,
    v_A,
    v_l,
    values,
    variance,
    width,
)
from sparse_limits.theory.formulas.three_normals import ThreeNormals
from sparse_limits.theory.saliency.model import dimension as d
from sparse_limits.theory.saliency.model import tau
from sparse_limits.theory.saliency.model import width as n
from sparse_limits.theory.tails import half_normal, product_normal, t, triple_normal

Floats = NDArray[np.float64]
HALF = sp.Rational(1, 2)


@exact(output_kept, step="outputs and signals")
@control(
    "output and signal correlated", joint=joint + v_A * values * sp.Matrix(4, 4, lambda i, j: int(abs(i - j) == 2))
)
@control("two outputs correlated", joint=joint + v_A * values * sp.Matrix(4, 4, lambda i, j: int({i, j} == {0, 1})))
@control("variance of the readout forgotten", joint=joint / v_A)
@control("gates forgotten", joint=joint.subs(gates, 1))
def outputs_and_signals_have_the_covariances(joint: sp.Matrix, trial: Trial) -> Iterator[Finding]:
    """Means of products at two inputs: over the weights of two outputs, then over G, then over the unit's activations."""
    weights = sp.symbols("a_1 a_2", real=True)
    here_g, there_g, h_1, h_2, g_1, g_2 = sp.symbols("G G_1 h_1 h_2 g_1 g_2", real=True)
    left, right = (
        (*(a * h for a in weights), *(G * a * gate for a in weights))
        for G, h, gate in ((here_g, h_1, g_1), (there_g, h_2, g_2))
    )
    over_weights = {(a, a): v_A for a in weights}
    over_below = {(here_g, there_g): carried, (here_g, here_g): carried, (there_g, there_g): carried}
    rows, columns = sp.symbols("x_1:5", real=True), sp.symbols("y_1:5", real=True)
    claimed, found = sp.S.Zero, sp.S.Zero
    for row, column in product(range(4), repeat=2):
        mean = mean_over(mean_over(left[row] * right[column], over_weights), over_below)
        claimed += rows[row] * columns[column] * joint[row, column]
        found += rows[row] * columns[column] * mean.subs({h_1: values / h_2, g_1: gates / g_2})
    yield trial.same(claimed, found, by=sp.expand)  # with x and y free: entry by entry


@exact(output_kept, step="mean product")
@control("targets alone", mean_product=mean_product - outputs * output_covariance)
@control("output alone", mean_product=outputs * output_covariance)
@control("one output", mean_product=mean_product - (outputs - 1) * output_covariance)
def residuals_have_the_mean_product(mean_product: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One more independent centred output adds its mean product, whatever their number; and up to four multiplied out."""
    own, own_there = sp.symbols("f_K g_K", real=True)
    one_more = (own - here(outputs)) * (own_there - there(outputs))
    yield grows_by(trial, mean_product, outputs, mean_over(one_more, {(own, own_there): output_covariance}))

    def cases() -> Iterator[tuple[sp.Expr, sp.Expr]]:
        for number in range(1, 5):
            f, g, y, z = (sp.symbols(f"{name}_1:{number + 1}", real=True) for name in ("f", "g", "y", "z"))
            whole = sum((f[i] - y[i]) * (g[i] - z[i]) for i in range(number))
            letters = {here(i + 1): y[i] for i in range(number)} | {there(i + 1): z[i] for i in range(number)}
            seen = mean_over(whole, dict.fromkeys(zip(f, g, strict=True), output_covariance))
            yield seen, mean_product.subs(outputs, number).doit().subs(letters)

    yield trial.at_sizes(cases(), "numbers of outputs")


@exact(output_kept, step="pairs of entries")
@control("neither row nor column is asked", apart=sp.S.One, rows_apart=sp.S.One)
@control("columns alone", apart=1 - 1 / below)
@control("not both", apart=1 - 1 / (width * below))
@control("columns for rows", rows_apart=1 - 1 / below)
def pairs_are_counted(apart: sp.Expr, rows_apart: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Ordered pairs for all sizes, and listed in a matrix of two rows and three columns; both shares tend to 1."""
    entries = width * below
    yield trial.same(apart * entries**2, width * (width - 1) * below * (below - 1))
    yield trial.same(rows_apart * entries**2, width * (width - 1) * below**2)
    cells = list(product(range(2), range(3)))
    rows = [one[1] != other[1] for one, other in product(cells, repeat=2) if one[0] != other[0]]
    at = {width: 2, below: 3}
    yield trial.holds(rows_apart.subs(at) == sp.Rational(len(rows), 36), f"{len(rows)} of 36 pairs in two rows")
    yield trial.holds(apart.subs(at) == sp.Rational(sum(rows), 36), f"{sum(rows)} of them in two columns")
    yield trial.same(sp.limit(apart.subs(below, width), width, sp.oo), 1)


def normal_mean(power: int) -> sp.Expr:
    """E (f − y_0)^power for a normal f with the variance that D2 gives the output of D3.2's sample."""
    f = sp.Symbol("f", real=True)
    last = sp.simplify(variance.subs({v_l: 1, beta_b: 0, start: 1, layer: 3}).doit())
    law = sp.exp(-(f**2) / 2) / sp.sqrt(2 * sp.pi)
    terms = sp.Poly(sp.expand((sp.sqrt(last) * f - target) ** power), f).terms()
    return sp.expand(sum(each * sp.integrate(f**place * law, (f, -sp.oo, sp.oo)) for (place,), each in terms))


@exact(output_kept, step="one sample")
@control("output zero", mean_square=target**2, mean_fourth=target**4)
@control("target zero", mean_square=sp.S.One, mean_fourth=sp.Integer(3))
@control("square of the mean square", mean_fourth=mean_square**2)
@control("target alone", mean_square=target**2)
def residual_has_the_moments(mean_square: sp.Expr, mean_fourth: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Powers of f − y_0 integrated over the normal law."""
    for claimed, power in ((mean_square, 2), (mean_fourth, 4)):
        yield trial.same(claimed, trial.once(normal_mean, power))


@exact(output_kept, step="excess")
@control("none: the mean decides all", excess=sp.S.Zero)
@control("of the fourth moment", excess=1 + excess)
@control("target left out", excess=sp.Integer(2))
@control("output zero", mean_fourth=target**4)
@control("half the variance", mean_square=mean_square - HALF)
def fourth_moment_is_larger(
    excess: sp.Expr, mean_square: sp.Expr, mean_fourth: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """E r⁴ over the square of E r², for scores that are |r| times one at r = 1; it is 2 at the target 0 and tends to 0."""
    yield trial.same((1 + excess) * mean_square**2, mean_fourth)
    yield trial.same(excess.subs(target, 0), 2)
    yield trial.same(sp.limit(excess, target, sp.oo), 0)


@exact(output_kept, step="slope of the excess")
@control("other sign", excess_slope=-excess_slope)
@control("one power less", excess_slope=excess_slope * (1 + target**2))
@control("none: the mean decides all", excess=sp.S.Zero)
def excess_falls(excess_slope: sp.Expr, excess: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The derivative of the excess, of the sign of −y_0."""
    yield trial.same(excess_slope, sp.diff(excess, target))
    at = sp.Symbol("y", positive=True)
    square = at**3 / (1 + at**2) ** 3
    yield trial.nonnegative(-excess_slope.subs(target, at), 8 * square)


PRODUCTS = 40_000
LEVEL = sp.Rational(1, 10)  # with d = 2 and n = 100, where the argument is 1


def limit_scores(rng: np.random.Generator, size: int) -> NDArray[np.int64]:
    """How many scores of layer 1, each in a limit of its own, exceed the level: at a drawn r, and at r = ±1.

    ReLU with √2, |x_j| = 1, n = 100 units and d = 2 inputs: a score is |w √2 1{z > 0} a r|/√(nd).
    """
    w, a, r = rng.standard_normal((3, size))
    opened = np.sqrt(2) * (rng.random(size) < 0.5)
    scores = np.abs(w * opened * a) / np.sqrt(200)
    return np.array([(scores * np.abs(r) > float(LEVEL)).sum(), (scores > float(LEVEL)).sum()])


@statistical(output_kept, tests=1)
@control("the mean put in", averaged=plugged)
@control("the other way round", plugged=averaged)
@control("gates forgotten", averaged=2 * averaged, plugged=2 * plugged)
@control("ReLU without √2", averaged=triple_normal.at(tau * sp.sqrt(n * d)) / 2)
def scores_exceed_as_often(averaged: sp.Expr, plugged: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Counts of sampled scores above the level."""
    size = trial.size(PRODUCTS)
    at = {n: 100, d: 2, tau: LEVEL}
    chances = [trial.value(each, at) for each in (averaged, plugged)]
    yield trial.counts_each(trial.draw(limit_scores, size), size, chances)


@exact(output_kept, step="two and three normals")
@control("the mean put in", averaged=plugged)
@control("gates forgotten", averaged=2 * averaged, plugged=2 * plugged)
@control("layer below", averaged=triple_normal.at(argument / sp.sqrt(d)) / 2)
@control("readout", plugged=product_normal.at(tau * sp.sqrt(n / 2)) / 2)
def layer_one_has_one_normal_more(averaged: sp.Expr, plugged: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """D3.2's probability at |r|: H at τ over |r| and the scale. H₃ is the mean of H(t/|r|), by D3.1, with the same gate."""
    yield trial.same(plugged, first)
    yield trial.same(plugged, HALF * product_normal.at(argument))
    yield trial.same(averaged, HALF * triple_normal.at(argument))


@exact(output_kept, step="covariance with the square")
@control("twice", covariance_with_square=2 * covariance_with_square)
@control("without the gate's half", covariance_with_square=-t * sp.diff(triple_normal.survival, t))
@control("the tail itself", covariance_with_square=triple_normal.survival / 2)
@control("density without t", covariance_with_square=covariance_with_square / t)
def covariance_is_by_parts(covariance_with_square: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Given |g₁g₂| = X: E[(r² − 1) 1{|r| > t/X}], integrated, and the formula with the tail of X|r| in the place of H₃.

    The integrand is the derivative of minus r times its law, of which nothing is left far out.
    """
    X, r = sp.symbols("X r", positive=True)
    law = 2 * sp.exp(-(r**2) / 2) / sp.sqrt(2 * sp.pi)
    yield trial.same(sp.diff(-r * law, r), (r**2 - 1) * law)
    yield trial.same(sp.limit(r * law, r, sp.oo), 0)
    seen = HALF * (r * law).subs(r, t / X)
    tail = half_normal.at(t / X)
    slopes = {ThreeNormals(0, t): tail, ThreeNormals(1, t): t * sp.diff(tail, t)}
    yield trial.same(covariance_with_square.subs(slopes), seen)


@exact(output_kept, step="spread")
@control("variance of r", spread=2 * spread)
@control("not squared", spread=covariance_with_square / 2)
@control("the fourth moment for the variance", spread=covariance_with_square**2 / 3)
@control("twice the covariance", covariance_with_square=2 * covariance_with_square)
@control("output zero", mean_square=target**2)
@control("square of the mean square", mean_fourth=mean_square**2)
def spread_is_that_of_cauchy_and_schwarz(
    spread: sp.Expr, covariance_with_square: sp.Expr, mean_square: sp.Expr, mean_fourth: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The squared covariance over the variance of r² at the target 0."""
    of_square = (mean_fourth - mean_square**2).subs(target, 0)
    yield trial.same(spread * of_square, covariance_with_square**2)


@exact(output_kept, step="two columns")
@control("one column", column_factors=(sp.S.One, sp.S.One))
@control("columns exchanged", column_factors=column_factors[::-1])
@control("squared", column_factors=(ratio**2, sp.S.One))
def columns_have_factors(column_factors: tuple[sp.Expr, ...], trial: Trial) -> Iterator[Finding]:
    """Squares of the scores of two units, the loss differentiated: r_1 = ±c r_2, over those at the residuals (1, 1).

    The activation is one of each weight, as the preactivation of a unit on sample j is its weight j over √2.
    """
    other = sp.Symbol("r", real=True, nonzero=True)
    act = sp.Function("phi", real=True)
    columns = [[sp.Symbol(f"w_{i}{j}", real=True) for i in range(2)] for j in range(2)]
    readout = sp.symbols("a_1 a_2", real=True)
    outputs = [sum(a * act(w / sp.sqrt(2)) for a, w in zip(readout, column, strict=True)) for column in columns]
    for sign, (place, column) in product((1, -1), enumerate(columns)):
        residuals = (sign * ratio * other, other)
        score, plain = (
            [(w * sp.diff(sum(r * f for r, f in zip(each, outputs, strict=True)), w)) ** 2 for w in column]
            for each in (residuals, (1, 1))
        )
        for seen, at_one in zip(score, plain, strict=True):
            yield trial.same(seen / at_one, (column_factors[place] * other) ** 2)


COLUMN_SCORES = 40_000
RATIO = 2


def column_scores(rng: np.random.Generator, size: int) -> NDArray[np.int64]:
    """Scores above r_2/2√n in two columns, on the samples (1, 0), (0, 1) with the residuals 2 and −1, each of a unit of its own."""
    a = rng.standard_normal((2, size))
    w = rng.standard_normal((2, size))
    slopes = np.sqrt(2) * (w > 0) * a / np.sqrt(2)  # of √n f, at the preactivation w/√2
    scores = np.abs(w * slopes * np.array([[RATIO], [-1]])) / 2
    return np.array([(each > 0.5).sum() for each in scores])


@statistical(output_kept, tests=1)
@control("one share", column_shares=(column_shares[1], column_shares[1]))
@control("columns exchanged", column_shares=column_shares[::-1])
@control("gates forgotten", column_shares=tuple(2 * each for each in column_shares))
@control("level multiplied", column_shares=(column_shares[0].subs(ratio, 1 / ratio), column_shares[1]))
def columns_keep_their_shares(column_shares: tuple[sp.Expr, ...], trial: Trial) -> Iterator[Finding]:
    """Counts of sampled scores above the level, at c_r = 2 and t = 1."""
    size = trial.size(COLUMN_SCORES)
    chances = [trial.value(each, {ratio: RATIO, t: 1}) for each in column_shares]
    yield trial.counts_each(trial.draw(column_scores, size), size, chances)


@exact(output_kept, step="shares of two columns")
@control("one share", column_shares=(column_shares[1], column_shares[1]))
@control("level multiplied", column_shares=(column_shares[0].subs(ratio, 1 / ratio), column_shares[1]))
@control("gates forgotten", column_shares=tuple(2 * each for each in column_shares))
@control("squared", column_factors=(ratio**2, sp.S.One))
def shares_are_those_of_scaled_scores(
    column_shares: tuple[sp.Expr, ...], column_factors: tuple[sp.Expr, ...], trial: Trial
) -> Iterator[Finding]:
    """The factor of a column divides the level in half the tail of a product of two normals."""
    for share, factor in zip(column_shares, column_factors, strict=True):
        yield trial.same(share, HALF * product_normal.at(t / factor))


WIDE, CHUNK = 400, 400  # units of a network, and networks held at a time


def shares_kept(rng: np.random.Generator, networks: int) -> Floats:
    """Shares of layer 1 above the level of t = 1 in networks of one hidden layer, one input 1, the target 0."""
    shares = []
    for _ in range(networks // CHUNK):
        w, a = rng.standard_normal((2, CHUNK, WIDE))
        terms = a * np.maximum(w, 0)
        f = terms.sum(axis=1) * np.sqrt(2 / WIDE)
        shares.append((np.abs(terms * f[:, None]) > 1).mean(axis=1))  # over √(2/n), the scale of D3.2
    return np.concatenate(shares)


def off_at(n: int) -> float:
    """How far the mean share can be from the limit, in networks of n units as those of `shares_kept`.

    A unit with its gate open is kept if |f| > q = 1/|wa|. f is δ = √(2/n)wa and what the other units add, by their first weights
    a normal number of variance S, a sum of n − 1 terms 2w²1{w > 0}/n: E S = 1 − 1/n, E(S − 1)² ≤ 5/n. P(|√S Z| > q), with
    u = q/√S and φ the normal density, has the slope uφ(u)/S in S, and u(u² − 3)φ(u)/2S² is the slope of that; δ changes it by
    (δ²/S)max|φ′| at most, and E δ²1{w > 0} = 1/n. That is used where S ≥ ½; elsewhere the probability and its tangent at S = 1
    are less than 5/4 apart. Sums of k independent X ≥ 0 are D too small with probability at most exp(−D²/2kE X²).
    """
    u = np.sqrt(3 - np.sqrt(6))  # where u(u² − 3)φ(u) is the largest
    slope, bend = 1 / np.sqrt(2 * np.pi * np.e), u * (3 - u**2) * np.exp(-(u**2) / 2) / np.sqrt(2 * np.pi)
    rare = np.exp(-((n / 2 - 1) ** 2) / (12 * (n - 1)))
    return float((slope / n + bend / (4 * 0.5**2) * 5 / n + 5 / 4 * rare) / 2 + slope / (0.5 * n))


@statistical(output_kept, tests=1, cost=0.4)
@control("the mean put in", averaged=plugged)
@control("gates forgotten", averaged=2 * averaged)
def networks_keep_the_averaged_share(averaged: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """L = d = 1, 400 units, t = 1: the mean share, which is .0052 from the limit at most, by a proved bound."""
    at = {n: WIDE, d: 1, tau: sp.sqrt(sp.Rational(2, WIDE)), t: 1}
    shares = trial.draw(shares_kept, trial.size(10_000))
    yield trial.averages(shares, trial.value(averaged, at), 0.0, 1.0, off=off_at(WIDE))


def both_kept(rng: np.random.Generator, size: int) -> int:
    """How often two scores of layer 1 in the limit, with one residual and open gates at random, exceed t = 1."""
    w, a = rng.standard_normal((2, 2, size))
    return int(np.all(np.maximum(w, 0) * np.abs(a * rng.standard_normal(size)) > 1, axis=0).sum())


@statistical(output_kept, tests=2)
@control("the mean put in", averaged=plugged)
@control("twice", spread=2 * spread)
@control("gates forgotten", averaged=2 * averaged)
@control("half of the variance", shares_variance=shares_variance / 2)
def scores_that_share_a_residual_vary_together(
    averaged: sp.Expr, spread: sp.Expr, shares_variance: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Two scores are kept with probability E p²: the square of the mean and `shares_variance`, at least `spread`; at t = 1."""
    size = trial.size(400_000)
    at = {n: WIDE, d: 1, tau: sp.sqrt(sp.Rational(2, WIDE)), t: 1}
    least = trial.value(averaged, at) ** 2 + trial.value(spread, at)
    kept = trial.draw(both_kept, size)
    yield trial.counts(size - kept, size, 1 - least, "above")
    yield trial.counts(kept, size, trial.value(averaged, at) ** 2 + trial.value(shares_variance, at))


@exact(output_kept)
@control("the density of the residual itself", residual_density=residual_density * sp.exp(-log_residual))
@control("of its square", residual_density=residual_density.subs(log_residual, 2 * log_residual))
@control("10 % more", residual_density=sp.Rational(11, 10) * residual_density)
def residuals_have_the_density(residual_density: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Of the logarithm of a normal modulus: the derivative of its distribution function."""
    below = sp.erf(sp.exp(log_residual) / sp.sqrt(2))
    yield trial.same(residual_density, sp.diff(below, log_residual))
