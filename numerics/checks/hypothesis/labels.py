"""Evidence for H2: degrees, thresholds and the distance, enclosed; scores of the limit, drawn."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, enclosed, statistical
from sparse_limits.theory.formulas.let import Let
from sparse_limits.theory.hypothesis.labels import (
    labels_in_the_limit,
    r,
    s,
    s_0,
    t_1,
    t_2,
    threshold_one,
    threshold_two,
)
from sparse_limits.theory.saliency.model import rho
from sparse_limits.theory.tails import t

HALF = sp.Rational(1, 2)
FIFTH = sp.Rational(1, 5)
RESIDUALS = (HALF, sp.Integer(1), sp.Integer(2))


@enclosed(labels_in_the_limit)
def thresholds_keep_the_density(
    threshold_one: sp.Expr, threshold_two: sp.Expr, density_one: sp.Expr, density_two: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The density at each threshold is ρ, for ρ = 1/50 and 1/5 and second residuals below, at and above the first one."""
    for kept in (sp.Rational(1, 50), FIFTH):
        yield trial.same(Let(density_one, [(t, threshold_one)]), rho, by=None, at=[{rho: kept}])
        points = [{rho: kept, r: each} for each in RESIDUALS]
        yield trial.same(Let(density_two, [(t, threshold_two)]), rho, by=None, at=points)


@enclosed(labels_in_the_limit)
def mean_degrees_are_densities(
    share_one: sp.Expr, share_two: sp.Expr, rate: sp.Expr, density_one: sp.Expr, density_two: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The integral over all degrees of the tail of a column's degree (a law of two normals) is the density (a law of three normals)."""
    points = [{t: level, r: each} for level in (sp.Rational(1, 3), sp.Rational(4, 3)) for each in RESIDUALS]
    for tail, density in ((share_one, density_one), (share_two, density_two)):
        yield trial.same(sp.Integral(tail * rate, (s, 0, sp.oo)), density, by=None, at=points)


@enclosed(labels_in_the_limit)
def both_parts_are_equal(least_distance: sp.Expr, gap: sp.Expr, rate: sp.Expr, trial: Trial) -> Iterator[Finding]:
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
) -> Iterator[Finding]:
    """Weights, readouts, preactivations and gates of single entries are drawn; the residuals are (1, 0) and (1, −½)."""
    size, level = trial.size(100_000), sp.Rational(1, 3)
    for residuals, density, alive in (((1.0, 0.0), density_one, alive_one), ((1.0, -0.5), density_two, alive_two)):
        kept, hearing = trial.draw(kept_entries, size, float(level), residuals)
        yield trial.counts(kept, size, trial.value(density, {t: level, r: HALF}))
        yield trial.counts(hearing, size, trial.value(alive))
