"""Evidence for S16.3: the support of the data from masks of given density, SNIP's among them."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.saliency.model import phi, rho, tau
from sparse_limits.theory.saliency.snip import integral_form, product_columns, x
from sparse_limits.theory.saliency.support_recovery import (
    c,
    column_slope,
    d,
    deviation,
    i,
    k,
    kept_law,
    missed,
    mistaken,
    n,
    r_high,
    r_low,
    ranked_failure,
    ranked_recovery,
    recovery_failure,
    too_few,
)

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)


def in_logarithms(expression: sp.Expr) -> sp.Expr:
    """Zero, where it is, the logarithms of powers and quotients of shares below 1 taken apart."""
    apart = {share: 1 / (1 + sp.Symbol(f"odds_{share}", positive=True)) for share in (rho, r_low, r_high)}
    parts = expression.xreplace(apart).replace(sp.log, lambda inner: sp.log(sp.factor(inner)))
    return sp.simplify(sp.expand(sp.expand_log(parts)))


@exact(ranked_recovery, step="too few")
@control("of the other threshold", too_few=deviation)
@control("Hoeffding's weaker form", too_few=sp.exp(-2 * n * (r_high - rho) ** 2))
@control(
    "entropy the other way round", too_few=((rho / r_high) ** r_high * ((1 - rho) / (1 - r_high)) ** (1 - r_high)) ** n
)
@control("half of the exponent", too_many=sp.sqrt(deviation))
def too_few_kept_are_too_many_removed(too_many: sp.Expr, too_few: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The logarithm of the bound for the removed shares, at densities 1 − r_2 and 1 − ρ."""
    removed = valued(too_many, {r_low: 1 - r_high, rho: 1 - rho})
    yield trial.same(sp.log(too_few), sp.log(removed), by=in_logarithms)


@exact(ranked_recovery, step="three events")
@control("the largest", ranked_failure=recovery_failure)
@control("one threshold", ranked_failure=recovery_failure + deviation)
@control("10 % less", ranked_failure=NINE * ranked_failure)
@control("half of the exponent", too_many=sp.sqrt(deviation))
@control("of the other threshold", too_few=deviation)
@control("columns 10 % more often", column_failure=ELEVEN * recovery_failure)
def three_events_add_up(
    column_failure: sp.Expr, too_many: sp.Expr, too_few: sp.Expr, ranked_failure: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The columns and the two thresholds."""
    yield trial.same(ranked_failure, column_failure + too_many + too_few, by=sp.expand)


@enclosed(ranked_recovery)
@control("the support twice", column_failure=k * missed - d * mistaken)
@control("surely", column_failure=k + (d - k))
@control("the complement", too_many=1 / deviation)
@control("the complement, too few", too_few=1 / too_few)
def nearer_thresholds_fail_more_often(
    column_failure: sp.Expr, too_many: sp.Expr, too_few: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The bounds rise towards the density of the mask; no column fails surely, and other columns do not make S fail less."""
    yield trial.below(0, sp.diff(too_many, r_low))
    yield trial.below(sp.diff(too_few, r_high), 0)
    yield trial.below(column_failure.subs({k: 0, c: 0}), d, strict=True)
    yield trial.below(k * missed.subs(c, 0), column_failure.subs(c, 0))


@exact(ranked_recovery)
@control("one column of each kind", column_failure=missed + mistaken)
@control("the support twice", column_failure=k * missed + d * mistaken)
@control("10 % less", column_failure=NINE * recovery_failure)
def columns_fail_as_in_the_claim_used(column_failure: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """A column of S and one off S bring the tails of S16.1 each."""
    yield trial.same(valued(column_failure, {k: 0, d: 0}), sp.S.Zero, by=sp.expand)
    yield trial.same(sp.diff(column_failure, d), mistaken, by=sp.expand)
    yield trial.same(sp.diff(column_failure, k), missed - mistaken, by=sp.expand)


@exact(ranked_recovery, step="slope")
@control("of the noise", column_slope=column_slope * phi**2 / tau)
@control("falling", column_slope=-column_slope)
@control("10 % less", column_slope=NINE * column_slope)
@control("10 % more, density", column_density=ELEVEN * integral_form)
def slope_is_the_derivative_in_the_profile(
    column_density: sp.Expr, column_slope: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Under the integral; what is integrated is positive, the exponential of a real number times positive letters."""
    density, slope = (integrand(each) for each in (column_density, column_slope))
    yield trial.same(sp.diff(density, phi), slope)
    yield trial.nonnegative(slope, 2 * tau * sp.exp(-tau * sp.cosh(x) / phi) / (sp.pi * phi**2), strict=True)


def integrand(expression: sp.Expr) -> sp.Expr:
    """What stands under the integral over x, with the factors before it."""
    (integral,) = expression.atoms(sp.Integral)
    return expression.subs(integral, integral.function)


@enclosed(ranked_recovery)
@control("10 % more", column_density=ELEVEN * integral_form)
@control("of the row factor alone", column_density=sp.erfc(tau / (phi * sp.sqrt(2))))
@control("exponential noise", column_density=sp.exp(-tau / phi))
def column_density_is_that_of_struve_functions(column_density: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The two forms of S4, at points."""
    yield trial.same(column_density, product_columns, by=None)


@enclosed(ranked_recovery)
@control("twice the exponent", too_many=deviation**2)
@control("twice the exponent, too few", too_few=too_few**2)
@control("all columns of all rows", too_many=deviation**4)
def rows_of_one_column_deviate_less(too_many: sp.Expr, too_few: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Rows that are kept whole or not at all: at least half of 10 and of 40 rows, or at most, summed, at any density up to ½, or from it.

    By the distance q of the density from 0, or from 1; both sides are divided by q^(n/2), which is in each term.
    """
    q = sp.Symbol("q", positive=True)
    for rows in (10, 40):
        for density, kept, bound, which in (
            (q, range(rows // 2, rows + 1), too_many, r_low),
            (1 - q, range(rows // 2 + 1), too_few, r_high),
        ):
            each = q ** (rows // 2)
            tail = sum(valued(kept_law(density), {n: rows, i: count}) / each for count in kept)
            limit = valued(bound, {n: rows, rho: sp.Rational(1, 2), which: density}) / each
            yield trial.everywhere(tail, limit, within={q: (0, sp.Rational(1, 2))})
