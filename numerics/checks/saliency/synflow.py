"""Evidence for S11, besides its reasons: middle layer factorises; and more."""

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.checks.saliency.snip_product import noise_is_positive
from sparse_limits.numerics.data import digits
from sparse_limits.numerics.evidence import Findings, Trial, control, empirical, enclosed, exact, statistical
from sparse_limits.numerics.masks.selection import global_mask
from sparse_limits.numerics.networks import random_network
from sparse_limits.numerics.prediction.methods import saliency
from sparse_limits.theory.formulas.level import level
from sparse_limits.theory.saliency.model import rho, tau
from sparse_limits.theory.saliency.model import width as n
from sparse_limits.theory.saliency.snip import product_graphon
from sparse_limits.theory.saliency.synflow import COLUMN, first, last, row, squared_variation, synflow_factorises
from sparse_limits.theory.tails import by_struve, half_normal, t

Floats = NDArray[np.floating]


@exact(synflow_factorises, step="profiles")
@control("layers swapped", row_profile=first * sp.ones(3, 1), column_profile=last.T)
def middle_layer_factorises(
    row_profile: sp.Matrix, column_profile: sp.Matrix, middle: sp.Matrix, flow: sp.Expr, trial: Trial
) -> Findings:
    """3 → 2 → 2 → 1 with symbolic weights: |w| ∂R/∂|w| = f |w| φ entry by entry, and the scores add up to R."""
    cells = [(i, j) for i in range(2) for j in range(2)]
    scores = {(i, j): row_profile[i] * middle[i, j] * column_profile[j] for i, j in cells}
    slopes = {cell: middle[cell] * sp.diff(flow, middle[cell]) for cell in cells}
    marks = dict(zip(cells, sp.symbols("e_1:5", real=True), strict=True))  # one for each entry: no two can cancel
    marked = [sum(mark * each[cell] for cell, mark in marks.items()) for each in (slopes, scores)]
    yield trial.same(*marked, by=sp.expand)
    yield trial.same(sum(scores.values()), flow, by=sp.expand)


@exact(synflow_factorises, step="columns of one hidden layer", cost=1.0)
def columns_fall_with_the_density_of_a_product(column_density: sp.Expr, trial: Trial) -> Findings:
    """−d/dτ of the column density is the noise density of S4 at τ, which is positive; the column density tends to 1 as τ → 0."""
    noise = product_graphon.expressions["noise_density"]
    yield trial.same(-sp.diff(column_density, tau), noise.subs(t, tau), by=by_struve)
    yield noise_is_positive(trial)
    yield trial.same(sp.limit(column_density, tau, 0), 1)


@exact(synflow_factorises)
def profile_varies_like_a_mean_of_half_normals(coefficient_of_variation: sp.Expr, trial: Trial) -> Findings:
    """The coefficient of variation is that of one half-normal over √n, as for a sum of n half-normals."""
    yield trial.same(coefficient_of_variation, sp.sqrt(trial.once(squared_variation) / n))


@enclosed(synflow_factorises)
def rows_vary_by_more_than_binomial(variance_inflation: sp.Expr, trial: Trial) -> Findings:
    """The densities of rows vary strictly more than binomial ones, at every threshold that prunes."""
    yield trial.below(1, variance_inflation, strict=True)


WIDTH, NETWORKS = 1024, 4


def deep_rows(rng: np.random.Generator, networks: int) -> tuple[Floats, Floats]:
    """Profiles f, of mean 1, and densities (ρ = 0.1) of SynFlow's rows two layers below as many outputs as units."""
    profiles, densities = [], []
    for _ in range(networks):
        network = random_network((WIDTH,) * 4, rng)
        (scores,) = saliency("synflow", network, first_layer=True)
        profile = (scores / np.abs(network.weights[0])).mean(axis=1)
        profiles.extend(profile / profile.mean())
        densities.extend(global_mask(scores, 0.1).mean(axis=1))
    return np.array(profiles), np.array(densities)


@empirical(synflow_factorises, cost=1.0)
def deep_rows_vary_as_stated(coefficient_of_variation: sp.Expr, variance_inflation: sp.Expr, trial: Trial) -> Findings:
    """The variances of profiles and of densities over the rows of wide networks are the stated ones.

    They may be off by five standard deviations of the variance of a normal sample.
    """
    profiles, densities = trial.draw(deep_rows, NETWORKS)
    at = {n: sp.Integer(WIDTH), rho: sp.Rational(1, 10)}
    inflation = trial.value(variance_inflation.subs(t, level(half_normal.survival, t, rho)), at)
    for seen, claimed in (
        (profiles.var(), trial.value(coefficient_of_variation, at) ** 2),
        (densities.var(), inflation * 0.1 * 0.9 / WIDTH),
    ):
        allowed = 5 * np.sqrt(2 / len(profiles))
        yield trial.at_most(abs(float(seen) / claimed - 1), float(allowed), "relative error of a variance")


LEVEL, ROWS = 1.5, 60_000


def kept(rng: np.random.Generator, rows: int) -> tuple[NDArray[np.floating], NDArray[np.bool_]]:
    """Readout weights |a|[rows] and M[rows, 64] of SynFlow's first layer at a fixed threshold."""
    network = random_network((64, rows, 1), rng)
    (scores,) = saliency("synflow", network, first_layer=True)
    scale = scores.sum() / np.abs(network.weights[0] * network.weights[1].T).sum()  # the common factor of the scores
    return np.abs(network.weights[1][0]), scores / scale > LEVEL


def snip_profile() -> sp.Matrix:
    """SNIP's column profile |h| on digits, scaled to mean 1, as rationals; SynFlow does not depend on it."""
    bundle = digits("ge5", standardise=True)
    h = np.abs((bundle.x * bundle.y).mean(axis=0))
    return sp.Matrix([sp.Rational(round(float(value / h.mean()), 4)) for value in h])


@statistical(synflow_factorises, tests=1)
def columns_are_flat(column_density: sp.Expr, trial: Trial) -> Findings:
    """Every column of SynFlow's mask at a fixed threshold keeps Bin(n, H(τ)) entries."""
    rows = trial.size(ROWS)
    _, mask = trial.draw(kept, rows)
    if column_density.has(COLUMN):
        profile = [max(value, sp.Rational(1, 20)) for value in trial.once(snip_profile)]
        nulls = [trial.value(column_density, {tau: sp.Rational(LEVEL), COLUMN: value}) for value in profile]
    else:
        nulls = [trial.value(column_density, {tau: sp.Rational(LEVEL)})] * 64
    yield trial.counts_each(mask.sum(axis=0), rows, nulls)


@statistical(synflow_factorises, tests=2)
def rows_keep_with_their_readout_weight(row_kernel: sp.Expr, trial: Trial) -> Findings:
    """Given a, all entries are independent: the pooled counts of rows with |a| > 1, and with ½ < |a| < 1, are as stated."""
    readout, mask = trial.draw(kept, trial.size(ROWS))
    for low, high in ((1.0, np.inf), (0.5, 1.0)):
        chosen = (readout > low) & (readout < high)
        if row_kernel.has(row):
            p = float(np.mean(numeric((tau, row), row_kernel)(LEVEL, readout[chosen])))
        else:
            p = trial.value(row_kernel, {tau: sp.Rational(LEVEL)})
        yield trial.counts(int(mask[chosen].sum()), int(chosen.sum()) * 64, p)
