"""Evidence for D5.2: the residual of the drawn output."""

from collections.abc import Iterator
from itertools import product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Findings, Trial, control, exact, statistical
from sparse_limits.numerics.evidence.sums import grows_by
from sparse_limits.theory.depth.further.output_kept import (
    argument,
    averaged,
    here,
    log_residual,
    output_covariance,
    output_kept,
    plugged,
    ratio,
    target,
    there,
)
from sparse_limits.theory.depth.further.outputs_at_start import outputs
from sparse_limits.theory.depth.one_sample import first
from sparse_limits.theory.depth.row_law import below, beta_b, layer, mean_over, start, v_l, variance, width
from sparse_limits.theory.saliency.model import dimension as d
from sparse_limits.theory.saliency.model import tau
from sparse_limits.theory.saliency.model import width as n
from sparse_limits.theory.tails import product_normal, t, triple_normal

Floats = NDArray[np.float64]
HALF = sp.Rational(1, 2)


@exact(output_kept, step="mean product")
def residuals_have_the_mean_product(mean_product: sp.Expr, trial: Trial) -> Findings:
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
def pairs_are_counted(apart: sp.Expr, rows_apart: sp.Expr, trial: Trial) -> Findings:
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
def residual_has_the_moments(mean_square: sp.Expr, mean_fourth: sp.Expr, trial: Trial) -> Findings:
    """Powers of f − y_0 integrated over the normal law."""
    for claimed, power in ((mean_square, 2), (mean_fourth, 4)):
        yield trial.same(claimed, trial.once(normal_mean, power))


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
@control("gates forgotten", averaged=2 * averaged, plugged=2 * plugged)
def scores_exceed_as_often(averaged: sp.Expr, plugged: sp.Expr, trial: Trial) -> Findings:
    """Counts of sampled scores above the level."""
    size = trial.size(PRODUCTS)
    at = {n: 100, d: 2, tau: LEVEL}
    chances = [trial.value(each, at) for each in (averaged, plugged)]
    yield trial.counts_each(trial.draw(limit_scores, size), size, chances)


@exact(output_kept, step="two and three normals")
@control("gates forgotten", averaged=2 * averaged, plugged=2 * plugged)
def layer_one_has_one_normal_more(averaged: sp.Expr, plugged: sp.Expr, trial: Trial) -> Findings:
    """D3.2's probability at |r|: H at τ over |r| and the scale. H₃ is the mean of H(t/|r|), by D3.1, with the same gate."""
    yield trial.same(plugged, first)
    yield trial.same(plugged, HALF * product_normal.at(argument))
    yield trial.same(averaged, HALF * triple_normal.at(argument))


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
def columns_keep_their_shares(column_shares: tuple[sp.Expr, ...], trial: Trial) -> Findings:
    """Counts of sampled scores above the level, at c_r = 2 and t = 1."""
    size = trial.size(COLUMN_SCORES)
    chances = [trial.value(each, {ratio: RATIO, t: 1}) for each in column_shares]
    yield trial.counts_each(trial.draw(column_scores, size), size, chances)


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
    slope, bend = np.exp(-0.5) / np.sqrt(2 * np.pi), u * (3 - u**2) * np.exp(-(u**2) / 2) / np.sqrt(2 * np.pi)
    rare = np.exp(-((n / 2 - 1) ** 2) / (12 * (n - 1)))
    return float((slope / n + bend / (4 * 0.5**2) * 5 / n + 5 / 4 * rare) / 2 + slope / (0.5 * n))


@statistical(output_kept, tests=1, cost=0.4)
def networks_keep_the_averaged_share(averaged: sp.Expr, trial: Trial) -> Findings:
    """L = d = 1, 400 units, t = 1: the mean share, which is .0052 from the limit at most, by a proved bound."""
    at = {n: WIDE, d: 1, tau: sp.sqrt(sp.Rational(2, WIDE)), t: 1}
    shares = trial.draw(shares_kept, trial.size(10_000))
    yield trial.averages(shares, trial.value(averaged, at), 0.0, 1.0, off=off_at(WIDE))


def both_kept(rng: np.random.Generator, size: int) -> int:
    """How often two scores of layer 1 in the limit, with one residual and open gates at random, exceed t = 1."""
    w, a = rng.standard_normal((2, 2, size))
    return int(np.all(np.maximum(w, 0) * np.abs(a * rng.standard_normal(size)) > 1, axis=0).sum())


@statistical(output_kept, tests=2)
def scores_that_share_a_residual_vary_together(
    averaged: sp.Expr, spread: sp.Expr, shares_variance: sp.Expr, trial: Trial
) -> Findings:
    """Two scores are kept with probability E p²: the square of the mean and `shares_variance`, at least `spread`; at t = 1."""
    size = trial.size(400_000)
    at = {n: WIDE, d: 1, tau: sp.sqrt(sp.Rational(2, WIDE)), t: 1}
    least = trial.value(averaged, at) ** 2 + trial.value(spread, at)
    kept = trial.draw(both_kept, size)
    yield trial.counts(size - kept, size, 1 - least, "above")
    yield trial.counts(kept, size, trial.value(averaged, at) ** 2 + trial.value(shares_variance, at))


@exact(output_kept)
def residuals_have_the_density(residual_density: sp.Expr, trial: Trial) -> Findings:
    """Of the logarithm of a normal modulus: the derivative of its distribution function."""
    below = sp.erf(sp.exp(log_residual) / sp.sqrt(2))
    yield trial.same(residual_density, sp.diff(below, log_residual))
