"""Evidence for G4.2: averages of columns with fixed inputs, over all sets at once."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from math import comb

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.graphon.concentration import outcomes
from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from sparse_limits.numerics.exact.exact_values import written_out
from sparse_limits.numerics.exact.logarithms import expanded_logarithms, split_logarithms
from sparse_limits.numerics.exact.rationals import rational
from sparse_limits.theory.graphon.fixed_inputs import (
    chosen,
    column_bound,
    column_excess,
    column_failure,
    column_rounding,
    column_sum,
    equal_column_failure,
    fixed_inputs,
    free_bound,
    inputs,
    mean_deviation,
    mean_excess,
    moved,
    moved_elsewhere,
    opposite_concentration,
    others,
    ranked_column_bound,
    row_fluctuation,
    set_failure,
    union_bound,
)
from sparse_limits.theory.graphon.limit import rounding
from sparse_limits.theory.graphon.symbols import delta, m, n, p, s, variance
from sparse_limits.theory.tails import half_normal

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)


def reduce(expression: sp.Expr) -> sp.Expr:
    """Simplify a formula in logarithms."""
    return split_logarithms(expression)


@exact(fixed_inputs, step="all sets of columns")
@control("one set of columns", column_failure=2 * sp.exp(-2 * n * s**2))
@control("single columns", column_failure=2 * inputs * sp.exp(-2 * n * s**2))
@control("no empty set", column_failure=column_failure - set_failure)
@control("10 % more", column_failure=ELEVEN * column_failure)
@control("one sign", set_failure=set_failure / 2)
@control("half the exponent", set_failure=2 * sp.exp(-n * s**2))
def each_column_is_in_or_out(set_failure: sp.Expr, column_failure: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Two sets of one column; each further column, in or out, doubles their number."""
    choices = len((True, False))
    yield trial.induction(column_failure, inputs, choices * set_failure, lambda term: choices * term, start=1)


@exact(fixed_inputs, step="union of sets")
@control("one set of columns", column_failure=2 * sp.exp(-2 * n * s**2))
@control("one set of columns in the bound", union_bound=sp.sqrt(sp.log(2 / delta) / (2 * n)))
@control("columns 10 % more", union_bound=ELEVEN * union_bound)
@control("columns 10 % less", union_bound=NINE * union_bound)
def union_bound_solves_its_failure_probability(
    column_failure: sp.Expr, union_bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The sets of columns fail together with δ, two signs for each of the 2^d sets; at other s by what s² differs."""
    away = 2 * n * (union_bound**2 - s**2)
    yield trial.same(sp.log(column_failure), sp.log(delta) + away, by=reduce)
    yield trial.same(column_failure.subs(s, union_bound), delta, by=reduce)
    for columns in (1, 4):
        events = sum(1 for _ in product((1, -1), *[(0, 1)] * columns))
        claimed = sp.simplify(column_failure.subs({s: 0, inputs: columns}))
        yield trial.holds(claimed == events, f"{events} signed sets of {columns} columns, claimed {claimed}")


@exact(fixed_inputs, step="mean of a positive part")
@control("the modulus", mean_deviation=2 * mean_deviation)
@control("of one row", mean_deviation=sp.sqrt(n) * mean_deviation)
@control("10 % more", mean_deviation=ELEVEN * mean_deviation)
@control("10 % less", mean_deviation=NINE * mean_deviation)
def positive_part_is_half_a_deviation(mean_deviation: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """(|x| + x)/2 is the positive part; the variance of an entry by its two values, that of n over n² of their mean."""
    x = sp.Symbol("x", positive=True)
    for value in (x, -x):
        yield trial.same((sp.Abs(value) + value) / 2, sp.Max(value, 0))
    entry = sum(chance * value**2 for chance, value, _ in outcomes())
    yield trial.same((2 * mean_deviation) ** 2, n * entry / n**2)


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
@control("of twice as many rows", mean_deviation=mean_deviation / sp.sqrt(2))
@control("the variance", mean_deviation=p * (1 - p) / (2 * n))
@control("10 % less", mean_deviation=NINE * mean_deviation)
def columns_keep_to_the_mean(mean_deviation: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The binomial law, up to eight rows; one row and a fair entry attain the bound."""
    for rows, tenths in product((1, 2, 3, 8), (1, 3, 5, 8)):
        share = sp.Rational(tenths, 10)
        mean = trial.once(mean_positive_part, rows, Fraction(tenths, 10))
        yield trial.below(sp.Rational(mean), mean_deviation.subs({n: rows, p: share}), at=[{}])


@exact(fixed_inputs, step="mean over the columns")
@control("the modulus", mean_excess=2 * mean_excess)
@control("10 % more", mean_excess=ELEVEN * mean_excess)
@control("10 % less", mean_excess=NINE * mean_excess)
@control("columns of one row", mean_deviation=sp.sqrt(n) * mean_deviation)
def root_of_the_average_is_at_least_the_average(
    mean_deviation: sp.Expr, mean_excess: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Equal for columns of one probability; for two variances x² and y², the squares differ by (x − y)²/16n."""
    yield trial.same(mean_excess.subs(variance, p * (1 - p)), mean_deviation)
    x, y = sp.symbols("x y", positive=True)
    apart = mean_excess.subs(variance, (x**2 + y**2) / 2) ** 2 - ((x + y) / 2) ** 2 / (4 * n)
    yield trial.nonnegative(apart, (x - y) ** 2 / (16 * n))


@exact(fixed_inputs, step="two signs")
@control("one sign", row_fluctuation=row_fluctuation.subs(delta, 2 * delta))
@control("10 % more", row_fluctuation=ELEVEN * row_fluctuation)
@control("half the exponent", one_column_failure=sp.exp(-n * s**2))
@control("all entries", one_column_failure=sp.exp(-2 * n * inputs * s**2))
def two_excesses_fail_with_delta(
    one_column_failure: sp.Expr, row_fluctuation: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The exponent is 2s² over n squares of 1/n; at the fluctuation it is ln(2/δ)."""
    yield trial.same(sp.log(one_column_failure), -2 * s**2 / (n * (1 / n) ** 2), by=reduce)
    exponent = -expanded_logarithms(sp.log(one_column_failure)) / s**2
    yield trial.same(row_fluctuation**2, sp.log(2 / delta) / exponent, by=reduce)


@exact(fixed_inputs, step="no union of sets")
@control("the mean alone", free_bound=mean_excess)
@control("the fluctuation alone", free_bound=row_fluctuation)
@control("10 % more", free_bound=ELEVEN * free_bound)
@control("the modulus", mean_excess=2 * mean_excess)
@control("one sign", row_fluctuation=row_fluctuation.subs(delta, 2 * delta))
def bound_is_mean_and_fluctuation(
    mean_excess: sp.Expr, row_fluctuation: sp.Expr, free_bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Their sum."""
    yield trial.same(free_bound, mean_excess + row_fluctuation)


FEW = {n: 64, inputs: 1, delta: sp.Rational(1, 20), variance: sp.Rational(1, 4)}
MANY = {n: 64, inputs: 784, delta: sp.Rational(1, 20), variance: sp.Rational(1, 4)}


@enclosed(fixed_inputs, step="columns")
@control("wasteful: the union over sets", column_bound=union_bound)
@control("the other bound alone", column_bound=free_bound)
@control("the larger", column_bound=sp.Max(union_bound, free_bound))
@control("10 % less", column_bound=NINE * column_bound)
@control("one set of columns", union_bound=sp.sqrt(sp.log(2 / delta) / (2 * n)))
@control("without the mean", free_bound=row_fluctuation)
def column_bound_is_the_smaller_one(
    union_bound: sp.Expr, free_bound: sp.Expr, column_bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The union for one column, the other for many, and the smaller of both for all."""
    yield trial.same(column_bound, sp.Min(union_bound, free_bound), by=None)
    yield trial.same(column_bound, union_bound, by=None, at=[FEW])
    yield trial.same(column_bound, free_bound, by=None, at=[MANY])


@exact(fixed_inputs, step="rounding of columns")
@control("rounding down", column_rounding=2 * column_rounding)
@control("of one row", column_rounding=n * column_rounding)
@control("10 % more", column_rounding=ELEVEN * column_rounding)
def rows_of_entries_are_rounded(column_rounding: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """What is left beside the rounding ½ − x of nd entries; and that of G4.1 for a mask of d rows."""
    below = sp.Symbol("x", nonnegative=True)
    size = n * inputs
    yield trial.nonnegative(column_rounding - (sp.Rational(1, 2) - below) / size, below / size)
    yield trial.same(column_rounding, rounding.subs(m, inputs))


@exact(fixed_inputs, step="other columns")
@control("entries moved in one place", column_excess=column_excess - moved_elsewhere)
@control("entries of the chosen columns twice", column_sum=column_sum + moved)
@control("without the entries moved", column_sum=chosen)
@control("10 % more", column_sum=ELEVEN * column_sum)
def chosen_columns_are_the_rest_of_all(column_excess: sp.Expr, column_sum: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """a more than x, and b less than what the others, y, leave of the excess of all."""
    yield trial.same(column_sum + (others + moved_elsewhere), column_excess)
    yield trial.nonnegative(column_sum - chosen, moved)
    yield trial.nonnegative(column_excess - others - column_sum, moved_elsewhere)
    yield trial.same(column_excess, chosen + moved + others + moved_elsewhere)


@enclosed(fixed_inputs, step="ranked columns")
@control("fixed inputs, threshold for rank", ranked_column_bound=column_bound)
@control("wasteful: by way of the mask above the threshold", ranked_column_bound=2 * column_bound + column_rounding)
@control("10 % less", ranked_column_bound=NINE * ranked_column_bound)
@control("fixed inputs 10 % less", column_bound=NINE * column_bound)
@control("rounding down", column_rounding=2 * column_rounding)
@control("entries of the chosen columns twice", column_sum=column_sum + moved)
@control("all entries twice", column_excess=column_excess + others)
def pieces_add_up_for_fixed_inputs(
    column_bound: sp.Expr,
    column_rounding: sp.Expr,
    column_excess: sp.Expr,
    column_sum: sp.Expr,
    ranked_column_bound: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """The farthest that the chosen columns get: all of the rounding as excess, the others at minus their bound, none moved there."""
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
@control("all entries as if independent", column_bound=free_bound / sp.sqrt(inputs))
@control("half of the fluctuation", column_bound=row_fluctuation / 2)
@control("half of the mean", column_bound=mean_excess / 2)
def sets_of_columns_stay_within_the_bound(column_bound: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Rows iid, their entries dependent: the worst set takes all positive, or all negative, deviations of columns."""
    rows, share = 64, sp.Rational(1, 100)
    shares = trial.draw(column_shares, trial.size(4000), rows)
    densities = np.array([trial.value(half_normal.at(CUT / scale)) for scale in SCALES])
    excess = shares - densities
    worst = np.maximum(np.maximum(excess, 0).mean(axis=1), np.maximum(-excess, 0).mean(axis=1))
    mean_variance = sp.Rational(float((densities * (1 - densities)).mean()))
    limit = trial.value(column_bound, {n: rows, inputs: len(SCALES), delta: share, variance: mean_variance})
    yield trial.counts(int((worst > limit).sum()), len(worst), float(share), side="above")


@exact(fixed_inputs)
@control("one side", equal_column_failure=equal_column_failure / 2)
@control("10 % less", equal_column_failure=NINE * equal_column_failure)
@control("equal entries", opposite_concentration=2 * opposite_concentration)
@control("one row less", opposite_concentration=opposite_concentration - 1 / (2 * n))
def equal_and_opposite_columns(
    equal_column_failure: sp.Expr, opposite_concentration: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """All throws of a coin for each row: d equal entries, or one of two; the largest deviation over all sets of columns."""
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
    """The largest modulus over sets of columns of the sum of the counts, fair in the mean, over all entries."""
    gaps = [Fraction(count) - Fraction(rows, 2) for count in counts]
    largest = max(sum(each for each in gaps if sign * each > 0) * sign for sign in (1, -1))
    return Fraction(largest) / (rows * len(counts))
