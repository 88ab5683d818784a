"""Evidence for G1.2, besides its reasons: spare grows and then falls; scale is nowhere larger; and more."""

from fractions import Fraction
from itertools import product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.graphon.concentration import norms_within
from sparse_limits.numerics.evidence import Findings, Trial, empirical, enclosed, exact, statistical
from sparse_limits.numerics.exact.exact_values import written_out
from sparse_limits.numerics.exact.logarithms import expanded_logarithms, split_logarithms
from sparse_limits.numerics.masks.cut_norm import cut_norm_witness
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon import concentration
from sparse_limits.theory.graphon.comparison import normal_comparison, normal_density, normal_tail, z
from sparse_limits.theory.graphon.symbols import delta, m, n, s, variance

QUARTER = sp.Rational(1, 4)


def by_error_functions(expression: sp.Expr) -> sp.Expr:
    """Tails written as error functions, which are odd."""
    return sp.expand(expression.rewrite(sp.erf))


@exact(normal_comparison, step="slope")
def spare_grows_and_then_falls(normal_density: sp.Expr, spare: sp.Expr, spare_slope: sp.Expr, trial: Trial) -> Findings:
    """`spare` is even, 0 at z = 0 and as z → ∞; its slope is the normal density times `spare_slope`, which changes its sign once.

    For z > 0, `spare_slope` starts from 0, rises at first, is concave and tends to −∞.
    """
    beyond = sp.Symbol("z", nonnegative=True)
    yield trial.same(spare.diff(z), normal_density * spare_slope, by=by_error_functions)
    yield trial.same(spare, spare.subs(z, -z), by=by_error_functions)
    yield trial.same(spare_slope.subs(z, 0), 0)
    yield trial.nonnegative(spare_slope.diff(z).subs(z, 0), (4 - sp.pi) / sp.sqrt(8 * sp.pi))
    bend = beyond * sp.sqrt(2 / sp.pi) * sp.exp(-(beyond**2) / 2)
    yield trial.nonnegative(-spare_slope.diff(z, 2).subs(z, beyond), bend)
    yield trial.holds(sp.limit(spare_slope, z, sp.oo) == -sp.oo, "the slope tends to −∞")
    yield trial.same(spare.subs(z, 0), 0)
    yield trial.same(sp.limit(spare, z, sp.oo), 0)


@enclosed(normal_comparison, step="largest scale")
def scale_is_nowhere_larger(scale: sp.Expr, largest_scale: sp.Expr, trial: Trial) -> Findings:
    """The scale is even, and at most the stated largest scale: by balls up to z = 2, and by σ ≤ 1/z beyond.

    There φ/z less the tail falls to 0.
    """
    y, sure = sp.Symbol("y", nonnegative=True), sp.Integer(2)
    yield trial.same(scale * normal_density, normal_tail * (1 - normal_tail))
    yield trial.same(scale, scale.subs(z, -z), by=by_error_functions)
    yield trial.everywhere(scale, largest_scale, within={z: (0, sure)}, zero={z: (0, 2)})
    spare_tail = normal_density / z - normal_tail
    yield trial.nonnegative(-spare_tail.diff(z) / normal_density, (sure + y) ** -2, where={z: sure + y}, strict=True)
    yield trial.same(sp.limit(spare_tail, z, sp.oo), 0)
    room = sp.sqrt(sp.pi / 8) - 1 / sure + y / (sure * (sure + y))
    yield trial.nonnegative(largest_scale - 1 / z, room, where={z: sure + y}, strict=True)


@exact(normal_comparison, step="two signs")
def two_sums_fail_with_delta(one_failure: sp.Expr, fluctuation: sp.Expr, trial: Trial) -> Findings:
    """The exponent is 2s² over mn squares of 1/mn; at the fluctuation it is ln(2/δ)."""
    change = 1 / (m * n)
    yield trial.same(sp.log(one_failure), -2 * s**2 / (m * n * change**2), by=split_logarithms)
    exponent = -expanded_logarithms(sp.log(one_failure)) / s**2
    yield trial.same(fluctuation**2, sp.log(2 / delta) / exponent, by=split_logarithms)


SURE = sp.Rational(1, 10**30)
SMALLEST = (  # where each of three rates is the smallest
    (0, {m: 3, n: 3, delta: SURE, variance: QUARTER}),
    (1, {m: 64, n: 64, delta: SURE, variance: sp.Rational(1, 50)}),
    (2, {m: 64, n: 64, delta: QUARTER, variance: QUARTER}),
    (2, {m: 4096, n: 4096, delta: QUARTER, variance: sp.Rational(1, 50)}),
)


@enclosed(normal_comparison, step="least")
def best_rate_is_the_least_of_three(
    hoeffding_rate: sp.Expr, bernstein_rate: sp.Expr, normal_rate: sp.Expr, best_rate: sp.Expr, trial: Trial
) -> Findings:
    """The best rate is the least of the two rates of G1.1 and the normal rate; at four points a given one of them is the least.

    The rates of G1.1 are the least for a small δ, and at low density.
    """
    rates = hoeffding_rate, bernstein_rate, normal_rate
    for rate, older in zip(rates, (concentration.hoeffding_rate, concentration.bernstein_rate), strict=False):
        yield trial.same(rate, older)
    yield trial.same(best_rate, trial.once(sp.Min, *rates), by=None)
    for place, point in SMALLEST:
        values = [trial.value(each, point) for each in rates]
        yield trial.holds(values.index(min(values)) == place, f"the smallest of {values}")
        yield trial.same(best_rate, rates[place], by=None, at=[point])


# Largest sums of all small masks, and cut norms of drawn ones, compared with their bounds

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
