"""Evidence for G6.2: the mean of the statistic over all masks, and over drawn ones."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from sparse_limits.numerics.masks.selection import row_mask
from sparse_limits.theory.graphon.chi_statistic import (
    chi_statistic,
    column_variance,
    covariance,
    expected_chi,
    pair_chance,
)
from sparse_limits.theory.graphon.symbols import m, n
from sparse_limits.theory.saliency.model import rho

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)


@exact(chi_statistic, step="two entries")
@control("independent entries", pair_chance=rho**2)
@control("the first put back", pair_chance=rho * (rho * m * n - 1) / (m * n))
@control("10 % more", pair_chance=ELEVEN * pair_chance)
def sets_with_two_entries_are_counted(pair_chance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The sets of ρmn entries that hold two given ones, over all sets of as many."""
    size = m * n
    with_both = sp.binomial(size - 2, rho * size - 2) / sp.binomial(size, rho * size)
    yield trial.same(pair_chance, with_both, by=sp.gammasimp)


@enclosed(chi_statistic)
@control("two entries less", pair_chance=rho * (rho * m * n - 2) / (m * n - 1))
@control("less than none", pair_chance=pair_chance - 1)
def two_entries_are_kept_with_some_probability(pair_chance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """From 0, where one entry is kept, to 1, where all are."""
    one_of_nine = {m: sp.Integer(3), n: sp.Integer(3), rho: sp.Rational(1, 9)}
    for low, high in ((0, pair_chance), (pair_chance, 1)):
        yield trial.below(low, high, needed="pair_chance")
        yield trial.below(low, high, at=[one_of_nine])


@exact(chi_statistic, step="covariance")
@control("independent entries", covariance=sp.S.Zero)
@control("of one more", covariance=-rho * (1 - rho) / (m * n))
@control("positive", covariance=-covariance)
@control("10 % less", covariance=NINE * covariance)
@control("the first put back", pair_chance=rho * (rho * m * n - 1) / (m * n))
def entries_of_a_fixed_number_repel(pair_chance: sp.Expr, covariance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """E MM′ − ρ²; and the variance of the number of all kept entries, which is fixed."""
    yield trial.same(covariance, pair_chance - rho**2)
    yield trial.same(m * n * (m * n - 1) * covariance, -m * n * rho * (1 - rho))


@exact(chi_statistic, step="column")
@control("binomial", column_variance=m * rho * (1 - rho))
@control("of a row", column_variance=n * rho * (1 - rho) * (m * n - n) / (m * n - 1))
@control("10 % more", column_variance=ELEVEN * column_variance)
@control("independent entries", covariance=sp.S.Zero)
def column_counts_vary(covariance: sp.Expr, column_variance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """m variances and m(m − 1) covariances; and with those of entries of two columns the counts of all have a fixed sum."""
    yield trial.same(column_variance, m * rho * (1 - rho) + m * (m - 1) * covariance)
    yield trial.same(n * column_variance, -n * (n - 1) * m**2 * covariance)


@exact(chi_statistic, step="mean of the statistic")
@control("chi-square of n − 1", expected_chi=n - 1)
@control("independent entries", expected_chi=n)
@control("rows", expected_chi=(m - 1) * m * n / (m * n - 1))
@control("10 % less", expected_chi=NINE * expected_chi)
@control("binomial columns", column_variance=m * rho * (1 - rho))
def statistic_has_the_mean_of_its_columns(
    column_variance: sp.Expr, expected_chi: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """n variances of a count over m, times m over ρ(1 − ρ)."""
    yield trial.same(expected_chi, n * column_variance / m**2 * m / (rho * (1 - rho)))


def mean_chi(rows: int, columns: int, kept: int) -> Fraction:
    """E χ over all sets of `kept` of the entries, by enumeration."""
    density = Fraction(kept, rows * columns)
    total, sets = Fraction(0), 0
    for chosen in combinations(range(rows * columns), kept):
        counts = np.bincount([entry % columns for entry in chosen], minlength=columns).tolist()
        total += sum((Fraction(count, rows) - density) ** 2 for count in counts)
        sets += 1
    return total / sets * rows / (density * (1 - density))


@exact(chi_statistic, step="mean of the statistic")
@control("chi-square of n − 1", expected_chi=n - 1)
@control("independent entries", expected_chi=n)
@control("rows", expected_chi=(m - 1) * m * n / (m * n - 1))
@control("10 % less", expected_chi=NINE * expected_chi)
def chi_of_all_sets_of_entries(expected_chi: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """E χ by enumeration of all K-subsets of up to nine entries, in rationals; the same for every K."""
    for rows, columns in ((1, 4), (2, 3), (3, 2), (3, 3)):
        claimed = expected_chi.subs({m: rows, n: columns})
        for kept in range(1, rows * columns):
            mean = trial.once(mean_chi, rows, columns, kept)
            yield trial.holds(
                claimed == sp.Rational(mean), f"{rows}×{columns}, K = {kept}: mean {mean}, claimed {claimed}"
            )


def chi_of_ranked_masks(rng: np.random.Generator, masks: int, side: int, kept: int) -> NDArray[np.floating]:
    """χ of masks of the largest of side² magnitudes |w|. float[masks]"""
    density = kept / side**2
    masks_as_rows = row_mask(np.abs(rng.standard_normal((masks, side**2))), density)
    counts = masks_as_rows.reshape(masks, side, side).sum(axis=1)
    chi: NDArray[np.floating] = ((counts / side - density) ** 2).sum(axis=1) * side / (density * (1 - density))
    return chi


@statistical(chi_statistic, tests=1)
@control("chi-square of n − 1", expected_chi=n - 1)
@control("independent entries", expected_chi=n)
@control("10 % less", expected_chi=NINE * expected_chi)
@control("10 % more", expected_chi=ELEVEN * expected_chi)
def chi_of_magnitude_masks(expected_chi: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The mean of χ over top-K masks of magnitudes; χ never exceeds the number of entries."""
    side = 3
    sample = trial.draw(chi_of_ranked_masks, trial.size(20_000), side, 3)
    yield trial.averages(sample, trial.value(expected_chi, {m: side, n: side}), 0.0, float(side**2))
