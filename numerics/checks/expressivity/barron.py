"""Evidence for E5.3: how many units half of the mean leaves, and what they err by."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.theory.expressivity.barron import (
    barron_error,
    barron_layer,
    failure,
    floor_mean,
    ramp,
    relu_error,
    unit_error,
    z,
)
from sparse_limits.theory.expressivity.symbols import alpha, k, m, n, p, units
from sparse_limits.theory.expressivity.wired_counts import mean, usual_bound
from sparse_limits.theory.formulas.valued import valued

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)


@enclosed(barron_layer)
@control("one ReLU for a sigmoid", relu_error=barron_error)
@control("10 % more", relu_error=ELEVEN * relu_error)
@control("as many pairs as neurons", pairs=sp.floor(floor_mean / 2))
@control("Barron's error for the square", unit_error=unit_error**2)
def enough_pairs_are_wired(relu_error: sp.Expr, pairs: sp.Expr, unit_error: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Pairs of the least number of neurons from half of the mean on; where that is even, all of them; bound over error."""
    ratio = relu_error / unit_error
    for width, inputs, part in product((32, 33, 47, 48, 64), (1, 2), (sp.Rational(1, 2), sp.Rational(3, 4))):
        at = {n: sp.Integer(width), p: sp.Rational(1, 2), k: sp.Integer(inputs), alpha: part}
        wired = sp.ceiling(floor_mean.subs(at) / 2)
        found = valued(ratio, {**at, units: wired // 2})
        least, even = wired // 2 - pairs.subs(at), floor_mean.subs(at) % 4 == 0
        yield trial.holds(found == 1 if even else found >= 1, f"{wired} wired neurons: bound over error {found}")
        yield trial.holds(least == 0 if even else least >= 0, f"{wired} wired neurons: {pairs.subs(at)} pairs")


@exact(barron_layer, step="failure")
@control("δ²μ in place of δ²μ/2", failure=failure**2)
@control("of the whole layer", failure=failure.subs(alpha, 1))
@control("10 % more", failure=ELEVEN * failure)
@control("a floor under all neurons", floor_mean=floor_mean / alpha)
def failure_is_the_lower_tail(failure: sp.Expr, floor_mean: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The bound of E2 for n neurons of the chance αp^k, with the mean."""
    there = {m: n, k: sp.S.One, p: alpha * p**k}
    yield trial.same(mean.subs(there, simultaneous=True), floor_mean)
    yield trial.same(failure, valued(usual_bound, there))


@exact(barron_layer, step="sigmoidal layer")
@control("as many units as on average", barron_error=barron_error / sp.sqrt(2))
@control("10 % less", barron_error=NINE * barron_error)
@control("a floor under all neurons", floor_mean=floor_mean / alpha)
@control("Barron's error for the square", unit_error=unit_error**2)
def errors_fall_from_half_of_the_mean_on(
    unit_error: sp.Expr, floor_mean: sp.Expr, barron_error: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The squared bound is to that of μ/2 + y units as 1 + 2y/μ to 1, for every y ≥ 0; and is attained at y = 0."""
    y = sp.Symbol("y", nonnegative=True)
    ratio = barron_error**2 / unit_error.subs(units, floor_mean / 2 + y) ** 2
    yield trial.same(barron_error, unit_error.subs(units, floor_mean / 2))
    yield trial.nonnegative(ratio - 1, 2 * y / floor_mean)


@exact(barron_layer, step="ramp")
@control("one ReLU", ramp=sp.Max(z, 0))
@control("the sum of two", ramp=sp.Max(z, 0) + sp.Max(z - 1, 0))
@control("10 % more", ramp=ELEVEN * ramp)
def two_relu_units_make_a_ramp(ramp: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """0 up to 0, 1 from 1 on, and z between."""
    parts = sp.Piecewise((0, z <= 0), (z, z <= 1), (1, True))
    yield trial.same(ramp, parts, by=lambda gap: sp.piecewise_fold(gap.rewrite(sp.Piecewise)).simplify())


@exact(barron_layer, step="ReLU layer")
@control("one ReLU for a sigmoid", relu_error=barron_error)
@control("10 % more", relu_error=ELEVEN * relu_error)
@control("as many pairs as neurons", pairs=sp.floor(floor_mean / 2))
@control("Barron's error for the square", unit_error=unit_error**2)
def pairs_err_like_sigmoids(
    relu_error: sp.Expr, pairs: sp.Expr, unit_error: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The squared errors are as one over the numbers of units."""
    yield trial.same(relu_error**2, unit_error**2 * units / pairs)
