"""Evidence for G4.2: averages of columns with fixed inputs, over all sets at once."""

from fractions import Fraction
from itertools import product
from math import comb

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.numerics.exact.exact_values import written_out
from sparse_limits.numerics.exact.logarithms import expanded_logarithms, split_logarithms
from sparse_limits.numerics.exact.rationals import rational
from sparse_limits.theory.graphon.fixed_inputs import fixed_inputs, inputs, moved, moved_elsewhere, others
from sparse_limits.theory.graphon.symbols import delta, n, p, s, variance
from sparse_limits.theory.tails import half_normal


@exact(fixed_inputs, step="union of sets")
def union_bound_solves_its_failure_probability(column_failure: sp.Expr, union_bound: sp.Expr, trial: Trial) -> Findings:
    """At the union bound the failure is δ, over two signs for each of the 2^d sets of columns.

    At any s its logarithm is ln δ plus 2n times the difference of the squares of the bound and of s.
    """
    away = 2 * n * (union_bound**2 - s**2)
    yield trial.same(sp.log(column_failure), sp.log(delta) + away, by=split_logarithms)
    yield trial.same(column_failure.subs(s, union_bound), delta, by=split_logarithms)
    for columns in (1, 4):
        events = sum(1 for _ in product((1, -1), *[(0, 1)] * columns))
        claimed = sp.simplify(column_failure.subs({s: 0, inputs: columns}))
        yield trial.holds(claimed == events, f"{events} signed sets of {columns} columns, claimed {claimed}")


def mean_positive_part(rows: int, chance: Fraction) -> Fraction:
    """E max(X/n − p, 0) for the number X of n independent entries of probability p."""
    return sum(
        (
            comb(rows, k) * chance**k * (1 - chance) ** (rows - k) * max(Fraction(k, rows) - chance, Fraction(0))
            for k in range(rows + 1)
        ),
        Fraction(0),
    )


@enclosed(fixed_inputs, step="mean of a positive part")
def excess_of_a_column_is_at_most_the_bound(mean_deviation: sp.Expr, trial: Trial) -> Findings:
    """E max(X/n − p, 0) for binomial X is at most the bound, up to eight rows; one row with a fair entry attains it."""
    for rows, tenths in product((1, 2, 3, 8), (1, 3, 5, 8)):
        share = sp.Rational(tenths, 10)
        mean = trial.once(mean_positive_part, rows, Fraction(tenths, 10))
        yield trial.below(sp.Rational(mean), mean_deviation.subs({n: rows, p: share}), at=[{}])


@exact(fixed_inputs, step="two signs")
def two_excesses_fail_with_delta(one_column_failure: sp.Expr, row_fluctuation: sp.Expr, trial: Trial) -> Findings:
    """The exponent is 2s² over n squares of 1/n; at the fluctuation it is ln(2/δ)."""
    yield trial.same(sp.log(one_column_failure), -2 * s**2 / (n * (1 / n) ** 2), by=split_logarithms)
    exponent = -expanded_logarithms(sp.log(one_column_failure)) / s**2
    yield trial.same(row_fluctuation**2, sp.log(2 / delta) / exponent, by=split_logarithms)


FEW = {n: 64, inputs: 1, delta: sp.Rational(1, 20), variance: sp.Rational(1, 4)}
MANY = {n: 64, inputs: 784, delta: sp.Rational(1, 20), variance: sp.Rational(1, 4)}


@enclosed(fixed_inputs, step="columns")
def column_bound_is_the_smaller_one(
    union_bound: sp.Expr, free_bound: sp.Expr, column_bound: sp.Expr, trial: Trial
) -> Findings:
    """The column bound is the smaller of the union bound, as for one column, and the free bound, as for 784 columns."""
    yield trial.same(column_bound, sp.Min(union_bound, free_bound), by=None)
    yield trial.same(column_bound, union_bound, by=None, at=[FEW])
    yield trial.same(column_bound, free_bound, by=None, at=[MANY])


@enclosed(fixed_inputs, step="ranked columns")
def pieces_add_up_for_fixed_inputs(
    column_bound: sp.Expr,
    column_rounding: sp.Expr,
    column_excess: sp.Expr,
    column_sum: sp.Expr,
    ranked_column_bound: sp.Expr,
    trial: Trial,
) -> Findings:
    """The bound is the largest sum of the chosen columns: all rounding is their excess, and the other columns are at minus their bound.

    None of the other columns is moved.
    """
    bound = sp.Symbol("B", positive=True)
    at = {others: -bound, moved_elsewhere: 0}
    left = column_excess.subs(at) - column_rounding  # linear in what is moved
    first = -left.subs(moved, 0) / sp.diff(left, moved)
    farthest = sp.expand(column_sum.subs(moved, first).subs(at)).subs(bound, column_bound)
    yield trial.same(ranked_column_bound, farthest)
    yield trial.same(ranked_column_bound, farthest, at=[FEW, MANY])


SCALES = tuple(sp.Rational(k, 8) for k in range(5, 13))  # column profile of the fixed inputs
CUT = sp.Rational(7, 10)


def column_shares(rng: np.random.Generator, networks: int, rows: int) -> NDArray[np.floating]:
    """Column densities of masks |a_i| φ_j > 7/10 whose rows share one normal a_i. float[networks, d]"""
    size = np.abs(rng.standard_normal((networks, rows)))
    return np.stack([(size * float(scale) > float(CUT)).mean(axis=1) for scale in SCALES], axis=1)


@statistical(fixed_inputs, tests=1)
def sets_of_columns_stay_within_the_bound(column_bound: sp.Expr, trial: Trial) -> Findings:
    """Sums over the worst set of columns exceed the bound no more often than stated, for iid rows whose entries depend on each other.

    The worst set consists of all columns with positive, or of all with negative, deviations.
    """
    rows, share = 64, sp.Rational(1, 100)
    shares = trial.draw(column_shares, trial.size(4000), rows)
    densities = np.array([trial.value(half_normal.at(CUT / scale)) for scale in SCALES])
    excess = shares - densities
    worst = np.maximum(np.maximum(excess, 0).mean(axis=1), np.maximum(-excess, 0).mean(axis=1))
    mean_variance = sp.Rational(float((densities * (1 - densities)).mean()))
    limit = trial.value(column_bound, {n: rows, inputs: len(SCALES), delta: share, variance: mean_variance})
    yield trial.counts(int((worst > limit).sum()), len(worst), float(share), side="above")


@exact(fixed_inputs)
def equal_and_opposite_columns(
    equal_column_failure: sp.Expr, opposite_concentration: sp.Expr, trial: Trial
) -> Findings:
    """The largest deviation over all sets of columns, over all throws of one coin for each row.

    The coin makes all d entries of a row equal, or chooses one of two.
    """
    for rows in (4, 10):
        heads = [sum(throw) for throw in product((0, 1), repeat=rows)]
        for wide, far in ((1, sp.Rational(1, 5)), (3, sp.Rational(1, 4))):
            worst = [largest_deviation([each] * wide, rows) for each in heads]
            share = sp.Rational(sum(bool(each > far) for each in worst), len(worst))
            yield trial.same(written_out(equal_column_failure, {n: sp.Integer(rows), s: far}), share)
        worst = sorted(largest_deviation([each, rows - each], rows) for each in heads)
        for allowed in (sp.Rational(1, 5), sp.Rational(1, 20)):
            least = worst[-int(allowed * len(worst)) - 1]
            claimed = rational(opposite_concentration, {n: rows, delta: allowed})
            yield trial.holds(bool(claimed == sp.Rational(least)), f"quantile {least}, claimed {claimed}")


def largest_deviation(counts: list[int], rows: int) -> Fraction:
    """The largest modulus, over sets of columns, of the sum of the counts less their fair means, over the number of entries."""
    gaps = [Fraction(count) - Fraction(rows, 2) for count in counts]
    largest = max(sum(each for each in gaps if sign * each > 0) * sign for sign in (1, -1))
    return Fraction(largest) / (rows * len(counts))
