"""Evidence for S16.3: the support of the data from masks of given density, SNIP's among them."""

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.saliency.model import rho
from sparse_limits.theory.saliency.snip import product_columns
from sparse_limits.theory.saliency.support_recovery import (
    c,
    d,
    i,
    k,
    kept_law,
    missed,
    mistaken,
    n,
    r_high,
    r_low,
    ranked_recovery,
)


@enclosed(ranked_recovery)
def nearer_thresholds_fail_more_often(
    column_failure: sp.Expr, too_many: sp.Expr, too_few: sp.Expr, trial: Trial
) -> Findings:
    """The bounds rise as the thresholds approach the density of the mask.

    One column that is not in S fails with probability below 1 at c = 0, and columns off S do not make S fail less.
    """
    yield trial.below(0, sp.diff(too_many, r_low))
    yield trial.below(sp.diff(too_few, r_high), 0)
    yield trial.below(column_failure.subs({k: 0, c: 0}), d, strict=True)
    yield trial.below(k * missed.subs(c, 0), column_failure.subs(c, 0))


@exact(ranked_recovery)
def columns_fail_as_in_the_claim_used(column_failure: sp.Expr, trial: Trial) -> Findings:
    """Each column of S adds the tail `missed` of S16.1 to the failure, each other column the tail `mistaken`."""
    yield trial.same(valued(column_failure, {k: 0, d: 0}), sp.S.Zero, by=sp.expand)
    yield trial.same(sp.diff(column_failure, d), mistaken, by=sp.expand)
    yield trial.same(sp.diff(column_failure, k), missed - mistaken, by=sp.expand)


@enclosed(ranked_recovery)
def column_density_is_that_of_struve_functions(column_density: sp.Expr, trial: Trial) -> Findings:
    """The two forms of the column density in S4 agree at sample points."""
    yield trial.same(column_density, product_columns, by=None)


@enclosed(ranked_recovery)
def rows_of_one_column_deviate_less(too_many: sp.Expr, too_few: sp.Expr, trial: Trial) -> Findings:
    """If rows are kept independently with density q ≤ ½, at least half of 10 or 40 rows are kept no more often than the bound.

    The same holds for at most half of the rows at density 1 − q. Both sides are divided by q^(n/2), which is a factor of each term.
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
