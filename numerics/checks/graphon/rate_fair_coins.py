"""Evidence for G5: what fair coins imply for every bound of the cut norm."""

from fractions import Fraction
from itertools import product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.numerics.evidence.sums import grows_by
from sparse_limits.numerics.exact.limits import limit_by_logarithm
from sparse_limits.numerics.masks.cut_norm import exact_cut_norm
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.rate import j, mean_rate, mode, optimal_rate, stirling_loss
from sparse_limits.theory.graphon.selection import kept
from sparse_limits.theory.graphon.symbols import delta, m, n, p, variance

HALF = sp.Rational(1, 2)


def sum_of_coins(coins: int) -> sp.Rational:
    """E|heads − tails|/2, over all throws."""
    total = sum(abs(sum(throw)) for throw in product((1, -1), repeat=coins))
    return sp.Rational(total, 2 ** (coins + 1))


def of_coins(deviation: sp.Expr, coins: sp.Expr | int) -> sp.Expr:
    """De Moivre's closed form for fair coins."""
    number = sp.sympify(coins)
    return deviation.xreplace({n: number, p: HALF, mode: sp.floor(number / 2) + 1})


@exact(optimal_rate, step="fair coins")
def fair_coins_have_the_mean(fair_mean: sp.Expr, mean_deviation: sp.Expr, row_share: sp.Expr, trial: Trial) -> Findings:
    """The mean of the better cut is its share of the mean modulus of a row, by De Moivre's closed form and over all throws."""
    yield trial.same(fair_mean, row_share * of_coins(mean_deviation, n) / n)
    for columns in range(1, 8):
        claimed = fair_mean.subs(n, columns)
        yield trial.same(claimed, row_share * sum_of_coins(columns) / columns)
        yield trial.same(of_coins(mean_deviation, columns), sum_of_coins(columns))


@exact(optimal_rate, step="any bound of fair coins")
def mean_is_no_more_than_bound_and_rest(fair_mean: sp.Expr, least_rate: sp.Expr, trial: Trial) -> Findings:
    """The mean is the least rate with probability 1 − δ plus ½ with probability δ; and quantiles over all masks of 3×3 coins."""
    least = sp.Symbol("x", real=True)
    yield trial.same((1 - delta) * least + delta / 2, fair_mean, where={least: least_rate})
    coins = np.array(list(product((1, -1), repeat=9))).reshape(-1, 3, 3)
    yield from quantiles(coins, least_rate.subs({m: 3, n: 3}), trial)


def quantiles(signs: NDArray[np.int64], least: sp.Expr, trial: Trial) -> Findings:
    """That for equally likely matrices of entries ±½, the quantile of the cut norm at δ = 1/20 and 1/4 is at least the stated one."""
    norms = np.sort(np.asarray(exact_cut_norm(signs)) / 2)
    for allowed in (Fraction(1, 20), Fraction(1, 4)):
        beyond = int(allowed * len(norms))
        found, claimed = sp.Rational(float(norms[-beyond - 1])), least.subs(delta, sp.Rational(allowed))
        yield trial.holds(bool(found >= claimed), f"quantile {float(found):.4g}, at least {float(claimed):.4g}")


@exact(optimal_rate, step="ranked fair coins")
def ranking_costs_the_number_of_entries(
    fair_mean: sp.Expr, ranked_mean: sp.Expr, mean_deviation: sp.Expr, trial: Trial
) -> Findings:
    """Ranking costs the mean modulus of the sum of all entries, by its closed form and over all throws of up to nine coins."""
    gap = fair_mean - ranked_mean
    yield trial.same(gap, of_coins(mean_deviation, m * n) / (m * n))
    for rows, columns in ((1, 2), (2, 2), (2, 3), (2, 4)):
        coins = rows * columns
        yield trial.same(gap.subs({m: rows, n: columns}), sum_of_coins(coins) / coins)
    for rows, columns in ((1, 3), (3, 1), (1, 5), (3, 3)):  # half an entry more, or less
        coins = rows * columns
        for most in (coins // 2, coins // 2 + 1):
            differing = sp.Rational(sum(abs(sum(throw) - most) for throw in product((0, 1), repeat=coins)), 2**coins)
            yield trial.same(gap.subs({m: rows, n: columns}), differing / coins)


@exact(optimal_rate, step="any bound of ranked masks")
def ranked_masks_lose_the_ranking(
    fair_mean: sp.Expr, ranked_mean: sp.Expr, least_rate: sp.Expr, least_ranked_rate: sp.Expr, trial: Trial
) -> Findings:
    """Times 1 − δ, the difference of both bounds is that of the means; and quantiles over all masks of two ranked sizes.

    These are six ones among 3×4 entries, and five among 3×3.
    """
    yield trial.same((1 - delta) * (least_rate - least_ranked_rate), fair_mean - ranked_mean)
    signs = np.array([each for each in product((1, -1), repeat=12) if sum(each) == 0]).reshape(-1, 3, 4)
    yield from quantiles(signs, least_ranked_rate.subs({m: 3, n: 4}), trial)
    odd = np.array([each for each in product((1, -1), repeat=9) if sum(each) == 1]).reshape(-1, 3, 3)
    yield from quantiles(odd, least_ranked_rate.subs({m: 3, n: 3}), trial)


@exact(optimal_rate, step="spread of the cut")
def cut_has_the_spread(weight: sp.Expr, cut_variance: sp.Expr, trial: Trial) -> Findings:
    """The variance of the cut is a quarter of that of a count over mn², and each column adds its own; and over all counts."""
    square = sp.Symbol("x", nonnegative=True)
    yield grows_by(trial, n * p * (1 - p), n, (1 - p) * p**2 + p * (1 - p) ** 2)
    yield trial.same(cut_variance, square / (4 * n**2 * m), where={square: n * p * (1 - p)})
    for columns in range(1, 7):
        chances = [weight.subs({n: columns, j: count}) for count in range(columns + 1)]
        square = sp.Add(*((count - columns * p) ** 2 * chance for count, chance in enumerate(chances)))
        yield trial.same(cut_variance.subs(n, columns), square / (4 * columns**2 * m), by=sp.expand)


@exact(optimal_rate, step="any probability of failure")
def chance_below_the_mean_is_what_is_left(
    row_share: sp.Expr, mean_deviation: sp.Expr, cut_variance: sp.Expr, any_rate: sp.Expr, trial: Trial
) -> Findings:
    """The rate is below the mean by the root of the variance over 1 − δ; and quantiles over all masks of 3×3 coins."""
    least = sp.Symbol("x", real=True)
    below = row_share * mean_deviation / n - least
    yield trial.same(sp.sqrt(cut_variance / (1 - delta)), below, where={least: any_rate})
    coins = np.array(list(product((1, -1), repeat=9))).reshape(-1, 3, 3)
    least = any_rate.xreplace({mode: sp.Integer(2), m: sp.Integer(3), n: sp.Integer(3), p: HALF})
    yield from quantiles(coins, least, trial)


@exact(optimal_rate, step="ranked masks at any probability of failure")
def chance_of_either_is_what_is_left(
    row_share: sp.Expr, mean_deviation: sp.Expr, cut_variance: sp.Expr, any_ranked_rate: sp.Expr, trial: Trial
) -> Findings:
    """Half of the difference of the mean and the rate is the root of two mean squares over 1 − δ.

    These are that of the cut and that of (K − N)/mn.
    """
    least = sp.Symbol("x", real=True)
    half_below = (row_share * mean_deviation / n - least) / 2
    both = cut_variance + (p * (1 - p) * m * n + (kept - m * n * p) ** 2) / (m * n) ** 2
    yield trial.same(sp.sqrt(both / (1 - delta)), half_below, where={least: any_ranked_rate})


@enclosed(optimal_rate)
def loss_of_fair_coins(fair_loss: sp.Expr, fair_error: sp.Expr, trial: Trial) -> Findings:
    """Half of the mean modulus of a row over n, over all throws of 2, 4 and 8 coins, is the rate times e^(−θ)."""
    quarter = {variance: sp.Rational(1, 4)}
    for columns in (2, 4, 8):
        at = {**quarter, n: columns}
        mean = sum_of_coins(columns) / (2 * columns)
        yield trial.same(mean_rate.subs(at) * sp.exp(-fair_loss.subs(at)), mean)
        exact_loss = sp.log(mean_rate.subs(at) / mean)
        yield trial.same(fair_error.subs(at), stirling_loss.subs(at) - exact_loss, by=None)


def by_gamma(gap: sp.Expr) -> sp.Expr:
    """Factorials as gamma functions, simplified."""
    return sp.gammasimp(gap.rewrite(sp.gamma))


@exact(optimal_rate, step="constant of fair coins")
def means_have_the_constant(fair_mean: sp.Expr, ranked_mean: sp.Expr, fair_constant: sp.Expr, trial: Trial) -> Findings:
    """√n times the mean has the stated limit at n = 2k, by the central binomial coefficient; odd n follow from even ones.

    What ranking costs is twice the mean for a row of n² coins, if m = n.
    """
    k = sp.Symbol("k", integer=True, positive=True)
    even, odd = fair_mean.subs(n, 2 * k), fair_mean.subs(n, 2 * k - 1)
    wallis = sp.sqrt(2 * k) * sp.gamma(k + sp.Rational(1, 2)) / (4 * sp.sqrt(sp.pi) * sp.gamma(k + 1))
    yield trial.same(sp.sqrt(2 * k) * even / wallis, 1, by=by_gamma)
    yield trial.same((2 * k - 1) * odd / (2 * k * even), 1, by=by_gamma)
    yield trial.same(trial.once(limit_by_logarithm, wallis, k), fair_constant)
    yield trial.same(valued(fair_mean - ranked_mean, {m: n}), 2 * valued(fair_mean, {n: n**2}))
