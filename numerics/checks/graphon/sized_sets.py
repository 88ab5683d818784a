"""Evidence for G1.4: sets of each size by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, product

import numpy as np
import sympy as sp

from sparse_limits.numerics.checks.graphon.comparison_masks import fair_cut_witnesses
from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from sparse_limits.numerics.exact.exact_values import written_out
from sparse_limits.numerics.exact.logarithms import expanded_logarithms, split_logarithms
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon import comparison
from sparse_limits.theory.graphon.comparison import largest_scale, normal_density, normal_tail, z
from sparse_limits.theory.graphon.sized_sets import (
    all_heads,
    balance,
    beyond,
    column_tail,
    line_increment,
    long,
    most_pair,
    normal_excess,
    one_side,
    one_size_failure,
    other_columns,
    other_rows,
    pair_mean,
    pairs_mean,
    shared_columns,
    shared_rows,
    short,
    sized_constant,
    sized_failure,
    sized_fluctuation,
    sized_mean,
    sized_normal,
    sized_rate,
    sized_sets,
    sum_increment,
    top_mean,
    w,
    y,
)
from sparse_limits.theory.graphon.symbols import delta, m, n, s

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
HALF = sp.Rational(1, 2)


@exact(sized_sets, step="two rectangles")
@control("shared entries once", sum_increment=sum_increment + shared_rows * shared_columns)
@control("10 % more", sum_increment=ELEVEN * sum_increment)
@control("rows alone", line_increment=2 * (shared_columns + other_columns) * other_rows)
@control("10 % less", line_increment=NINE * line_increment)
def increments_by_classes(sum_increment: sp.Expr, line_increment: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Entries in one rectangle alone, by the classes of row and column; squares of the weights of rows and columns of one set alone."""
    rows = (shared_rows, other_rows, other_rows)  # of both sets, of the first alone, of the second alone
    columns = (shared_columns, other_columns, other_columns)
    alone = sp.S.Zero
    for i, j in product(range(3), repeat=2):
        alone += int((i < 2 and j < 2) != (i != 1 and j != 1)) * rows[i] * columns[j]
    yield trial.same(sum_increment, alone, by=sp.expand)
    size, other = shared_rows + other_rows, shared_columns + other_columns
    yield trial.same(line_increment, sum(rows[1:]) * other + sum(columns[1:]) * size, by=sp.expand)
    yield trial.nonnegative(line_increment - sum_increment, 2 * other_rows * other_columns, by=sp.expand)


@exact(sized_sets, step="excess")
@control("both tails", normal_tail=2 * normal_tail)
@control("density 10 % more", normal_density=ELEVEN * normal_density)
@control("the mean beyond z", normal_excess=normal_density)
@control("10 % more", normal_excess=ELEVEN * normal_excess)
@control("from z on the other side", normal_excess=normal_density + z * normal_tail)
def excess_is_the_integral_of_the_tail(
    normal_tail: sp.Expr, normal_density: sp.Expr, normal_excess: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The slopes −φ of the tail, −zφ of φ, and minus the tail of the excess; all fall to 0, the tail from 1."""
    yield trial.same(normal_tail.diff(z), -normal_density)
    yield trial.same(normal_density.diff(z), -z * normal_density)
    yield trial.same(normal_excess.diff(z), -normal_tail)
    for each in (normal_tail, normal_density, normal_excess):
        yield trial.same(sp.limit(each, z, sp.oo), 0)
    yield trial.same(sp.limit(normal_tail, z, -sp.oo), 1)


@exact(sized_sets, step="largest sums")
@control("of one row", top_mean=normal_density)
@control("half of the rows", top_mean=m / sp.sqrt(2 * sp.pi))
@control("10 % more", top_mean=ELEVEN * top_mean)
@control("the mean beyond z", normal_excess=normal_density)
@control("both tails", normal_tail=2 * normal_tail)
def sum_of_the_largest(
    normal_tail: sp.Expr, normal_excess: sp.Expr, top_mean: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """az and m times the excess at a = m times the tail; 0 in the limit of all rows."""
    yield trial.same(top_mean, (m * normal_tail) * z + m * normal_excess)
    yield trial.same(sp.limit(top_mean, z, -sp.oo), 0)


@exact(sized_sets, step="pair of sizes")
@control("rows alone", pair_mean=sp.sqrt(column_tail) * normal_density / sp.sqrt(n))
@control("shares for their roots", pair_mean=column_tail * normal_density / sp.sqrt(n))
@control("10 % more", pair_mean=ELEVEN * pair_mean)
@control("of one row", top_mean=normal_density)
@control("both tails", normal_tail=2 * normal_tail)
def pair_of_largest_sums(
    normal_tail: sp.Expr, top_mean: sp.Expr, pair_mean: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """√b times the largest sum of rows and √a times that of columns, over mn."""
    rows, columns = m * normal_tail, n * normal_tail.subs(z, w)
    of_columns = valued(top_mean, {m: n, z: w})
    yield trial.same(m * n * pair_mean, sp.sqrt(columns) * top_mean + sp.sqrt(rows) * of_columns)


@enclosed(sized_sets, step="one side")
@control("the value at 0", most_pair=one_side.subs(y, 0))
@control("a hundredth less", most_pair=sp.Rational(59, 100))
@control("one side 10 % more", one_side=ELEVEN * one_side)
@control("equal weights", one_side=normal_density.subs(z, y) ** 2 + normal_tail.subs(z, y))
@control("beyond 10 % more", beyond=ELEVEN * beyond)
@control("without the tail", beyond=beyond - balance)
@control("both tails", normal_tail=2 * normal_tail)
def one_side_keeps_below(
    normal_tail: sp.Expr, one_side: sp.Expr, beyond: sp.Expr, most_pair: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """On the whole range from −6 to 6; beyond it the tail is at most 1 and the density at most that at 6."""
    yield trial.everywhere(one_side, most_pair, within={y: (-6, 6)})
    yield trial.below(beyond, most_pair, at=[{}])
    yield trial.same(beyond - one_side.subs(y, 6), balance * (1 - normal_tail.subs(z, 6)))


@exact(sized_sets, step="both sides")
@control("half", balance=HALF)
@control("1", balance=sp.S.One)
@control("10 % more", balance=ELEVEN * balance)
@control("one side 10 % less", one_side=NINE * one_side)
@control("density 10 % more", normal_density=ELEVEN * normal_density)
@control("both tails", normal_tail=2 * normal_tail)
def two_sides_are_squares(
    normal_tail: sp.Expr, normal_density: sp.Expr, one_side: sp.Expr, balance: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """One side is f²/λ + λp at the density f and the tail p; two of them exceed 2(f√q + g√p) by two squares."""
    f, g, p, q = sp.symbols("f g p q", positive=True)
    yield trial.same(one_side, (normal_density**2 / balance + balance * normal_tail).subs(z, y))
    both = f**2 / balance + balance * p + g**2 / balance + balance * q
    squares = (f - balance * sp.sqrt(q)) ** 2 / balance + (g - balance * sp.sqrt(p)) ** 2 / balance
    yield trial.nonnegative(both - 2 * (f * sp.sqrt(q) + g * sp.sqrt(p)), squares, by=sp.expand)


@exact(sized_sets, step="unequal sides")
@control("equal sides", sized_normal=most_pair * short)
@control("the longer side", sized_normal=most_pair * long)
@control("10 % more", sized_normal=ELEVEN * sized_normal)
@control("a smaller pair", most_pair=NINE * most_pair)
@control("density 10 % more", normal_density=ELEVEN * normal_density)
def rest_of_the_longer_side(
    normal_density: sp.Expr, most_pair: sp.Expr, sized_normal: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The pair for what both sides share, and φ(0) for the rest: in all, and for either side the longer by k."""
    at_most = normal_density.subs(z, 0)
    yield trial.same(sized_normal, most_pair * short + (long - short) * at_most)
    k = sp.Symbol("k", integer=True, nonnegative=True)
    for shorter, longer in ((m, n), (n, m)):
        split = most_pair / sp.sqrt(shorter + k) + (1 / sp.sqrt(shorter) - 1 / sp.sqrt(shorter + k)) * at_most
        yield trial.same(sized_normal.subs(longer, shorter + k), split)


@exact(sized_sets, step="mean")
@control("normal entries", sized_mean=sized_normal)
@control("the deviation of a fair coin", sized_mean=sized_normal / 2)
@control("10 % more", sized_mean=ELEVEN * sized_mean)
@control("scale 10 % less", largest_scale=NINE * largest_scale)
@control("the longer side", sized_normal=most_pair * long)
def mean_is_scaled(
    largest_scale: sp.Expr, sized_normal: sp.Expr, sized_mean: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The scale of G1.2 times the normal mean."""
    yield trial.same(sized_mean, largest_scale * sized_normal)
    yield trial.same(largest_scale, comparison.largest_scale)


@exact(sized_sets, step="all sizes")
@control("one sign", sized_failure=sized_failure / 2)
@control("one size", sized_failure=2 * one_size_failure)
@control("all sets", sized_failure=2 * 2 ** (m + n) * one_size_failure)
@control("half the exponent", one_size_failure=sp.exp(-m * n * s**2))
def sizes_and_signs_are_counted(one_size_failure: sp.Expr, sized_failure: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """m sizes of rows, n of columns, two signs; the exponent 2s² over mn squares of 1/mn."""
    change = 1 / (m * n)
    yield trial.same(sp.log(one_size_failure), -2 * s**2 / (m * n * change**2), by=split_logarithms)
    yield trial.same(sized_failure, sum(m * n * one_size_failure for _ in (1, -1)))
    yield trial.same(one_size_failure, comparison.one_failure)


@exact(sized_sets, step="fluctuation")
@control("one size", sized_fluctuation=sp.sqrt(sp.log(2 / delta) / (2 * m * n)))
@control("10 % more", sized_fluctuation=ELEVEN * sized_fluctuation)
@control("one sign", sized_fluctuation=sized_fluctuation.subs(delta, 2 * delta))
@control("one sign in the failure", sized_failure=sized_failure / 2)
def sums_of_all_sizes_fail_with_delta(
    sized_failure: sp.Expr, sized_fluctuation: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """With E for the events, the failure at s = 0, its exponent is ln(E/δ) at the fluctuation, which is not negative."""
    events = sized_failure.subs(s, 0)
    exponent = -(expanded_logarithms(sp.log(sized_failure)) - expanded_logarithms(sp.log(events))) / s**2
    yield trial.same(sized_fluctuation**2, sp.log(events / delta) / exponent, by=split_logarithms)
    x = sp.Symbol("x", positive=True)
    yield trial.same(sized_fluctuation.subs(delta, events * sp.exp(-2 * m * n * x**2)), x)


@exact(sized_sets, step="rate")
@control("the mean alone", sized_rate=sized_mean)
@control("the fluctuation alone", sized_rate=sized_fluctuation)
@control("10 % more", sized_rate=ELEVEN * sized_rate)
@control("the longer side", sized_mean=largest_scale * most_pair * long)
@control("one size", sized_fluctuation=sp.sqrt(sp.log(2 / delta) / (2 * m * n)))
def rate_of_all_sizes(
    sized_mean: sp.Expr, sized_fluctuation: sp.Expr, sized_rate: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Their sum."""
    yield trial.same(sized_rate, sized_mean + sized_fluctuation)


@exact(sized_sets, step="limit")
@control("wasteful: all sizes at once", sized_constant=HALF)
@control("one side", sized_constant=sized_constant / 2)
@control("10 % more", sized_constant=ELEVEN * sized_constant)
@control("rate 10 % more", sized_rate=ELEVEN * sized_rate)
def leading_order_of_the_rate(sized_rate: sp.Expr, sized_constant: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """√n times the rate at m = n."""
    yield trial.same(trial.once(sp.limit, sp.expand(sp.sqrt(n) * sized_rate.subs(m, n)), n, sp.oo), sized_constant)


def mean_sums_of_sizes(rows: int, columns: int, tenths: int) -> list[Fraction]:
    """Means of the largest sums of M − P over rectangles of each size, over mn, exactly; all masks of a size."""
    masks = np.array(list(product((0, 1), repeat=rows * columns))).reshape(-1, rows, columns)
    chance = Fraction(tenths, 10)
    weights = [chance ** int(ones) * (1 - chance) ** int(masks[0].size - ones) for ones in masks.sum(axis=(1, 2))]
    excess = 10 * masks - tenths
    found = []
    for a, b in product(range(1, rows + 1), range(1, columns + 1)):
        sums = [
            excess[:, list(rectangle[0])][:, :, list(rectangle[1])].sum(axis=(1, 2))
            for rectangle in product(combinations(range(rows), a), combinations(range(columns), b))
        ]
        largest = np.max(sums, axis=0)
        total = sum((weight * int(each) for weight, each in zip(weights, largest, strict=True)), Fraction(0))
        found.append(total / (10 * rows * columns))
    return found


@enclosed(sized_sets)
@control("half of the mean", sized_mean=sized_mean / 2)
@control("a third", sized_mean=sized_mean / 3)
@control("over all entries", sized_mean=sized_mean / sp.sqrt(m * n))
def small_masks_keep_to_the_mean_of_each_size(sized_mean: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """All masks of 1×1, 1×3, 2×2 and 3×3 entries, rectangles of every size."""
    for (rows, columns), tenths in product(((1, 1), (1, 3), (2, 2), (3, 3)), (3, 5)):
        bound = sized_mean.subs({m: rows, n: columns})
        largest = max(trial.once(mean_sums_of_sizes, rows, columns, tenths))
        yield trial.below(sp.Rational(largest), bound, at=[{}])


@exact(sized_sets)
@control("both rows", pairs_mean=2 * pairs_mean)
@control("the better of two coins", pairs_mean=pairs_mean.subs(n, 1) / n)
@control("10 % more", pairs_mean=ELEVEN * pairs_mean)
@control("both signs", all_heads=2 * all_heads)
@control("10 % less", all_heads=NINE * all_heads)
def better_rows_and_all_heads(pairs_mean: sp.Expr, all_heads: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """All throws: the better row of a pair, over the entries of both; and how often all sums exceed s."""
    for columns in (1, 2, 3, 4):
        throws = product((-1, 1), repeat=2 * columns)
        better = sum(max(sum(throw[:columns]), sum(throw[columns:])) for throw in throws)
        yield trial.same(pairs_mean.subs(n, columns), sp.Rational(better, 2 ** (2 * columns + 2) * columns))
    for rows, columns, far in ((2, 2, HALF / 2), (2, 3, sp.Rational(1, 5)), (3, 3, sp.Rational(1, 6))):
        coins = rows * columns
        often = sum(bool(sum(throw) >= 2 * coins * far) for throw in product((-1, 1), repeat=coins))
        claimed = written_out(all_heads, {m: sp.Integer(rows), n: sp.Integer(columns), s: far})
        yield trial.same(claimed, sp.Rational(often, 2**coins))


@statistical(sized_sets, tests=1)
@control("the fluctuation alone", sized_rate=sized_fluctuation)
@control("a tenth of the mean", sized_rate=sized_mean / 10 + sized_fluctuation)
@control("a quarter", sized_rate=sized_rate / 4)
def cut_norms_stay_within_the_sized_rate(sized_rate: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Fair masks of 128×128 entries, certified lower bounds."""
    chance = sp.Rational(1, 100)
    norms = trial.draw(fair_cut_witnesses, trial.size(30), 128)
    beyond_it = int((norms > trial.value(sized_rate, {m: 128, n: 128, delta: chance})).sum())
    yield trial.counts(beyond_it, len(norms), float(chance), side="above")
