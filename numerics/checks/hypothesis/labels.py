"""Evidence for H2: degrees, thresholds and the distance, enclosed; scores of the limit, drawn."""

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, statistical
from sparse_limits.theory.formulas.let import Let
from sparse_limits.theory.hypothesis.labels import (
    labels_in_the_limit,
    r,
    r_3,
    s,
    s_0,
    t_1,
    t_2,
    t_3,
    threshold_one,
    threshold_two,
)
from sparse_limits.theory.saliency.model import rho
from sparse_limits.theory.tails import t

HALF = sp.Rational(1, 2)
FIFTH = sp.Rational(1, 5)
RESIDUALS = (HALF, sp.Integer(1), sp.Integer(2))
COLUMNS = (  # density, second residual, another one; where the shares of columns are equal; half of the L¹ distance of sorted degrees
    ("1/5", "1", "0", "0.4171167065791647", "0.056386432777199"),
    ("1/5", "1/2", "0", "0.4291462205298132", "0.053781851224206"),
    ("1/20", "1", "0", "1.2140843566128987", "0.010354128004301"),
    ("1/20", "1/2", "0", "1.2902208301462640", "0.008194586455858"),
    ("1/5", "1", "1/2", "0.3132151095617932", "0.002875899734380"),
    ("1/20", "1", "1/2", "1.0373334593096066", "0.002334072600993"),
)  # by quadrature, with another program
NEAR = sp.Rational(1, 10**12)


@enclosed(labels_in_the_limit)
def thresholds_keep_the_density(
    threshold_one: sp.Expr, threshold_two: sp.Expr, density_one: sp.Expr, density_two: sp.Expr, trial: Trial
) -> Findings:
    """The density at each threshold is ρ, for ρ = 1/50 and 1/5 and second residuals below, at and above the first one."""
    for kept in (sp.Rational(1, 50), FIFTH):
        yield trial.same(Let(density_one, [(t, threshold_one)]), rho, by=None, at=[{rho: kept}])
        points = [{rho: kept, r: each} for each in RESIDUALS]
        yield trial.same(Let(density_two, [(t, threshold_two)]), rho, by=None, at=points)


@enclosed(labels_in_the_limit)
def mean_degrees_are_densities(
    share_one: sp.Expr, share_two: sp.Expr, rate: sp.Expr, density_one: sp.Expr, density_two: sp.Expr, trial: Trial
) -> Findings:
    """The integral over all degrees of the tail of a column's degree (a law of two normals) is the density (a law of three normals)."""
    points = [{t: level, r: each} for level in (sp.Rational(1, 3), sp.Rational(4, 3)) for each in RESIDUALS]
    for tail, density in ((share_one, density_one), (share_two, density_two)):
        yield trial.same(sp.Integral(tail * rate, (s, 0, sp.oo)), density, by=None, at=points)


@enclosed(labels_in_the_limit)
def both_parts_are_equal(least_distance: sp.Expr, gap: sp.Expr, rate: sp.Expr, trial: Trial) -> Findings:
    """At equal densities the integral over s < s₀, which the formula leaves out, has the modulus of the least distance; and this is
    positive.
    """
    below = sp.Abs(sp.Integral(gap * rate, (s, 0, s_0)))
    below = Let(below, [(t_1, threshold_one), (t_2, threshold_two)])
    for kept in (sp.Rational(1, 50), FIFTH):
        for cut in (HALF, sp.Integer(1), sp.Integer(2)):
            points = [{rho: kept, r: each, s_0: cut} for each in RESIDUALS]
            yield trial.same(least_distance, below, by=None, at=points)
            yield trial.below(sp.S.Zero, least_distance, at=points, strict=True)


@enclosed(labels_in_the_limit)
def residuals_in_other_units_make_no_difference(
    least_residuals: sp.Expr, gap_residuals: sp.Expr, rate: sp.Expr, trial: Trial
) -> Findings:
    """The residuals (1, r) and (1, 1/r) are one pair, in other units and in another order: the distance is 0. Others differ, and the
    integral over s < s₀ has the modulus of their least distance.
    """
    below = sp.Abs(sp.Integral(gap_residuals * rate, (s, 0, s_0)))
    below = Let(below, [(t_2, threshold_two), (t_3, threshold_two.subs(r, r_3))])
    for kept in (sp.Rational(1, 50), FIFTH):
        here = {rho: kept, s_0: HALF}
        yield trial.same(least_residuals, sp.S.Zero, by=None, at=[{**here, r: 2, r_3: HALF}])
        points = [{**here, r: each, r_3: sp.Rational(2, 3)} for each in RESIDUALS]
        yield trial.same(least_residuals, below, by=None, at=points)
        yield trial.below(sp.S.Zero, least_residuals, at=points, strict=True)


@enclosed(labels_in_the_limit)
def best_cuts_give_half_of_the_modulus(least_distance: sp.Expr, least_residuals: sp.Expr, trial: Trial) -> Findings:
    """At the degree where the shares of columns are equal, as far as it is known, the least distance is half of the L¹ distance of sorted
    degrees, up to 1/10¹².
    """
    for numbers in COLUMNS:
        kept, second, other, cut, half = map(sp.Rational, numbers)
        least = least_residuals if other else least_distance
        point = {rho: kept, r: second, r_3: other, s_0: cut}
        yield trial.below(half - NEAR, least, at=[point])
        yield trial.below(least, half + NEAR, at=[point])


def kept_entries(rng: np.random.Generator, size: int, level: float, residuals: tuple[float, float]) -> tuple[int, int]:
    """How many of `size` independent entries have a score above the level, in the limit of D2 at two opposite samples.

    Also how many columns are active at a sample with a residual other than 0.
    """
    weight, output, below = rng.standard_normal((3, size))
    gates = rng.standard_normal((2, size)) > 0
    heard = np.where(below > 0, 0, 1)
    residual = np.asarray(residuals)[heard]
    scores = np.abs(weight * output * below * residual) * gates[heard, np.arange(size)]
    return int((scores > level).sum()), int((residual != 0).sum())


@statistical(labels_in_the_limit, tests=4)
def drawn_scores_have_the_densities(
    density_one: sp.Expr, density_two: sp.Expr, alive_one: sp.Expr, alive_two: sp.Expr, trial: Trial
) -> Findings:
    """Weights, readouts, preactivations and gates of single entries are drawn; the residuals are (1, 0) and (1, −½)."""
    size, level = trial.size(100_000), sp.Rational(1, 3)
    for residuals, density, alive in (((1.0, 0.0), density_one, alive_one), ((1.0, -0.5), density_two, alive_two)):
        kept, hearing = trial.draw(kept_entries, size, float(level), residuals)
        yield trial.counts(kept, size, trial.value(density, {t: level, r: HALF}))
        yield trial.counts(hearing, size, trial.value(alive))


def kept_in_three_layers(rng: np.random.Generator, size: int, level: float, second: float) -> tuple[int, int, int]:
    """How many of `size` entries of layer 2 have a score above the level, with three hidden layers; in how many units of layer 3 the gate
    is open at the first sample; and in how many of these at the second one, too.

    Preactivations of layer 3 have the correlation 1/π of two activations of independent preactivations, and signals that of its gates.
    """
    weight, below, above, other, signal, rest = rng.standard_normal((6, size))
    gates = rng.standard_normal((2, size)) > 0
    open_first, open_second = above > 0, above / np.pi + np.sqrt(1 - 1 / np.pi**2) * other > 0
    likeness = 0.5 + np.arcsin(1 / np.pi) / np.pi
    returned = likeness * signal + np.sqrt(1 - likeness**2) * rest
    scores = weight * (np.maximum(below, 0) * gates[0] * signal + second * np.maximum(-below, 0) * gates[1] * returned)
    return int((np.abs(scores) > level).sum()), int(open_first.sum()), int((open_first & open_second).sum())


@statistical(labels_in_the_limit, tests=2)
def three_layers_have_the_same_density(density_two: sp.Expr, signals: sp.Expr, trial: Trial) -> Findings:
    """Single entries with two signals are drawn, at the residuals (1, −½); and the gates of layer 3, which are open at both samples as often as
    the correlation of the signals says.
    """
    size, level = trial.size(100_000), sp.Rational(1, 3)
    kept, first, both = trial.draw(kept_in_three_layers, size, float(level), -0.5)
    yield trial.counts(kept, size, trial.value(density_two, {t: level, r: HALF}))
    yield trial.counts(both, first, trial.value(signals))
