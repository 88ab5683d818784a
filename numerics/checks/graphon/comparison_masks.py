"""Evidence for G1.2: largest sums of all small masks, and cut norms of drawn ones, compared with their bounds."""

from fractions import Fraction
from itertools import product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.graphon.concentration_masks import norms_within
from sparse_limits.numerics.evidence import Findings, Trial, empirical, enclosed, exact, statistical
from sparse_limits.numerics.exact.exact_values import written_out
from sparse_limits.numerics.masks.cut_norm import cut_norm_witness
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.comparison import normal_comparison
from sparse_limits.theory.graphon.symbols import m, n, s, variance

LEVELS = 10  # probabilities are tenths


def mean_largest_sums(rows: int, columns: int, tenths: int) -> list[tuple[str, Fraction]]:
    """Means of the largest sums of M − P and of P − M over rectangles, and over their complements, over mn, exactly.

    All masks of a size, each entry with the same probability.
    """
    masks = np.array(list(product((0, 1), repeat=rows * columns))).reshape(-1, rows, columns)
    chance = Fraction(tenths, LEVELS)
    weights = [chance ** int(ones) * (1 - chance) ** int(masks[0].size - ones) for ones in masks.sum(axis=(1, 2))]
    sets = np.array(list(product((0, 1), repeat=rows)))
    found = []
    for sign in (1, -1):
        excess = sign * (LEVELS * masks - tenths)
        sums = np.einsum("si,aij->asj", sets, excess)
        over = np.maximum(sums, 0).sum(axis=2)
        off = excess.sum(axis=(1, 2))[:, None] + np.maximum(-sums, 0).sum(axis=2)
        for name, largest in (("rectangles", over.max(axis=1)), ("complements", off.max(axis=1))):
            total = sum((w * int(each) for w, each in zip(weights, largest, strict=True)), Fraction(0))
            found.append((name, total / (LEVELS * rows * columns)))
    return found


@enclosed(normal_comparison)
def small_masks_keep_to_the_mean(mean_bound: sp.Expr, trial: Trial) -> Findings:
    """The mean of the largest sum, over rectangles or their complements and with either sign, is at most the bound.

    All masks of 1×1, 2×2, 2×3 and 3×3 entries with density 1/10, 3/10 and ½ are enumerated.
    """
    for (rows, columns), tenths in product(((1, 1), (2, 2), (2, 3), (3, 3)), (1, 3, 5)):
        share = sp.Rational(tenths, LEVELS)
        at = {m: rows, n: columns, variance: share * (1 - share)}
        for _, mean in trial.once(mean_largest_sums, rows, columns, tenths):
            yield trial.below(sp.Rational(mean), mean_bound.subs(at), at=[{}])


def far_from_the_mean(rows: int, columns: int, tenths: int) -> list[tuple[Fraction, Fraction]]:
    """The amounts, over mn, by which the largest sum over a rectangle can exceed its mean, each with the probability of at least that."""
    masks = np.array(list(product((0, 1), repeat=rows * columns))).reshape(-1, rows, columns)
    chance = Fraction(tenths, LEVELS)
    sets = np.array(list(product((0, 1), repeat=rows)))
    sums = np.einsum("si,aij->asj", sets, LEVELS * masks - tenths)
    largest = np.maximum(sums, 0).sum(axis=2).max(axis=1)
    law: dict[int, Fraction] = {}
    for value, ones in zip(largest, masks.sum(axis=(1, 2)), strict=True):
        weight = chance ** int(ones) * (1 - chance) ** int(masks[0].size - ones)
        law[int(value)] = law.get(int(value), Fraction(0)) + weight
    scale = LEVELS * rows * columns
    mean = sum((value * weight for value, weight in law.items()), Fraction(0))
    return [
        ((value - mean) / scale, sum((w for each, w in law.items() if each >= value), Fraction(0)))
        for value in law
        if value > mean
    ]


@enclosed(normal_comparison)
def small_masks_keep_to_the_failure(one_failure: sp.Expr, trial: Trial) -> Findings:
    """The largest sum over a rectangle exceeds its mean no more often than stated, at all of its values beyond the mean.

    All masks of 1×1, 2×2 and 3×3 entries with density 1/10 and ½ are enumerated.
    """
    for (rows, columns), tenths in product(((1, 1), (2, 2), (3, 3)), (1, 5)):
        for far, chance in trial.once(far_from_the_mean, rows, columns, tenths):
            at = {m: rows, n: columns, s: sp.Rational(far)}
            yield trial.below(sp.Rational(chance), valued(one_failure, at), at=[{}])


@exact(normal_comparison)
def rows_of_coins_exceed_their_mean(one_row_failure: sp.Expr, trial: Trial) -> Findings:
    """In a row of fair coins the largest sum is half the number of heads; it exceeds its mean as often as stated, over all throws."""
    for columns, far in ((3, Fraction(1, 12)), (4, Fraction(1, 8)), (5, Fraction(1, 10)), (6, Fraction(1, 5))):
        sums = [Fraction(sum(throw), 2 * columns) for throw in product((0, 1), repeat=columns)]
        mean = sum(sums) / len(sums)
        share = Fraction(sum(each - mean >= far for each in sums), len(sums))
        yield trial.same(
            written_out(one_row_failure, {n: sp.Integer(columns), s: sp.Rational(far)}), sp.Rational(share)
        )


@statistical(normal_comparison, tests=4)
def cut_norms_stay_within_the_rate(normal_rate: sp.Expr, best_rate: sp.Expr, trial: Trial) -> Findings:
    """Cut norms of drawn masks exceed the rates no more often than stated: 10×10 exactly, 128×128 by certified lower bounds."""
    yield from norms_within((normal_rate, best_rate), trial)


def fair_cut_witnesses(rng: np.random.Generator, masks: int, side: int) -> NDArray[np.floating]:
    """Certified lower bounds of ‖M − ½‖□ for square masks of fair coins."""
    coins = rng.integers(0, 2, size=(masks, side, side))
    return np.array([cut_norm_witness(2 * each - 1, rng).value / 2 for each in coins])


@empirical(normal_comparison)
def masks_reach_half_of_the_mean_bound(mean_bound: sp.Expr, trial: Trial) -> Findings:
    """A search finds cuts of at least half of the bound of the mean, in all of four fair masks of 128×128 entries."""
    least = trial.draw(fair_cut_witnesses, 4, 128).min()
    half = trial.value(mean_bound, {m: 128, n: 128, variance: sp.Rational(1, 4)}) / 2
    yield trial.at_most(half / least, 1, "half of the bound over a cut")
