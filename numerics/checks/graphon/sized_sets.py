"""Evidence for G1.4, besides its reasons: one side keeps below; sizes and signs are counted; and more."""

from fractions import Fraction
from itertools import combinations, product

import numpy as np
import sympy as sp

from sparse_limits.numerics.checks.graphon.comparison import fair_cut_witnesses
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.numerics.exact.exact_values import written_out
from sparse_limits.numerics.exact.logarithms import expanded_logarithms, split_logarithms
from sparse_limits.theory.graphon import comparison
from sparse_limits.theory.graphon.comparison import z
from sparse_limits.theory.graphon.sized_sets import balance, sized_sets, y
from sparse_limits.theory.graphon.symbols import delta, m, n, s

HALF = sp.Rational(1, 2)


@enclosed(sized_sets, step="one side")
def one_side_keeps_below(
    normal_tail: sp.Expr, one_side: sp.Expr, beyond: sp.Expr, most_pair: sp.Expr, trial: Trial
) -> Findings:
    """One side is at most the stated value for y from −6 to 6.

    Beyond this range the tail is replaced by 1 and the density by that at 6.
    """
    yield trial.everywhere(one_side, most_pair, within={y: (-6, 6)})
    yield trial.below(beyond, most_pair, at=[{}])
    yield trial.same(beyond - one_side.subs(y, 6), balance * (1 - normal_tail.subs(z, 6)))


@exact(sized_sets, step="all sizes")
def sizes_and_signs_are_counted(one_size_failure: sp.Expr, sized_failure: sp.Expr, trial: Trial) -> Findings:
    """The failure is the sum over m numbers of rows, n numbers of columns and two signs.

    The exponent of each is 2s² over mn squares of 1/mn.
    """
    change = 1 / (m * n)
    yield trial.same(sp.log(one_size_failure), -2 * s**2 / (m * n * change**2), by=split_logarithms)
    yield trial.same(sized_failure, sum(m * n * one_size_failure for _ in (1, -1)))
    yield trial.same(one_size_failure, comparison.one_failure)


def fails_with_delta(failure: sp.Expr, fluctuation: sp.Expr, trial: Trial) -> Findings:
    """That a failure E·exp(−cs²) is δ at a fluctuation, which is not negative (G1.3, G1.4)."""
    events = failure.subs(s, 0)
    exponent = -(expanded_logarithms(sp.log(failure)) - expanded_logarithms(sp.log(events))) / s**2
    yield trial.same(fluctuation**2, sp.log(events / delta) / exponent, by=split_logarithms)
    x = sp.Symbol("x", positive=True)
    yield trial.same(fluctuation.subs(delta, events * sp.exp(-2 * m * n * x**2)), x)


@exact(sized_sets, step="fluctuation")
def sums_of_all_sizes_fail_with_delta(sized_failure: sp.Expr, sized_fluctuation: sp.Expr, trial: Trial) -> Findings:
    """With E for the failure at s = 0, the number of events, the exponent is ln(E/δ) at the fluctuation, which is not negative."""
    yield from fails_with_delta(sized_failure, sized_fluctuation, trial)


@exact(sized_sets, step="limit")
def leading_order_of_the_rate(sized_rate: sp.Expr, sized_constant: sp.Expr, trial: Trial) -> Findings:
    """√n times the rate tends to the stated constant, at m = n."""
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
def small_masks_keep_to_the_mean_of_each_size(sized_mean: sp.Expr, trial: Trial) -> Findings:
    """The mean of the largest sum over rectangles of each size is at most the bound.

    All masks of 1×1, 1×3, 2×2 and 3×3 entries are enumerated.
    """
    for (rows, columns), tenths in product(((1, 1), (1, 3), (2, 2), (3, 3)), (3, 5)):
        bound = sized_mean.subs({m: rows, n: columns})
        largest = max(trial.once(mean_sums_of_sizes, rows, columns, tenths))
        yield trial.below(sp.Rational(largest), bound, at=[{}])


@exact(sized_sets)
def better_rows_and_all_heads(pairs_mean: sp.Expr, all_heads: sp.Expr, trial: Trial) -> Findings:
    """The mean of the better row of a pair, over the entries of both, over all throws; and how often the sum of all entries exceeds s."""
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
def cut_norms_stay_within_the_sized_rate(sized_rate: sp.Expr, trial: Trial) -> Findings:
    """Cut norms of fair masks of 128×128 entries, by certified lower bounds, exceed the rate no more often than stated."""
    chance = sp.Rational(1, 100)
    norms = trial.draw(fair_cut_witnesses, trial.size(30), 128)
    beyond_it = int((norms > trial.value(sized_rate, {m: 128, n: 128, delta: chance})).sum())
    yield trial.counts(beyond_it, len(norms), float(chance), side="above")
