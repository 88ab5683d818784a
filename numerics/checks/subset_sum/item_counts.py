"""Evidence for R5.2 and R5.3: how many subsets of products hit, in the mean, and how likely one does."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, empirical, enclosed, exact, statistical
from sparse_limits.numerics.exact.logarithms import split_logarithms
from sparse_limits.numerics.subset_sum import laws
from sparse_limits.theory.formulas.let import Let
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.subset_sum.item_counts import annealed_count, quenched_count
from sparse_limits.theory.subset_sum.product_laws import (
    ENDS,
    HALF,
    annealed_size,
    closeness,
    count_of,
    eta,
    expected_count,
    far,
    gaussian_pair,
    gaussian_product,
    leading,
    left_over,
    local_density,
    near,
    pair_share,
    quenched_bound,
    quenched_size,
    side,
    spread,
    sum_density,
    sum_distribution,
    t,
    total,
    u,
    uniform_pair,
    usable,
    usable_count,
    variance,
    x,
)
from sparse_limits.theory.subset_sum.symbols import eps, k, n, z

MORE = sp.Rational(11, 10)
UNUSABLE = Let(count_of(n, sp.S.One), ENDS)  # as if every item were usable

# The counts at points


def listed_count(items: int, target: sp.Rational, width: sp.Rational, weight: sp.Rational) -> sp.Expr:
    """The mean count, subset by subset, each item of a subset with a weight."""
    found = sp.Integer(bool(abs(target) <= width))
    for subset in product((0, 1), repeat=items):
        if size := sum(subset):
            here = sum_distribution.subs(k, size)
            found += weight**size * (here.subs(t, target + width) - here.subs(t, target - width))
    return found


PLACES = (("3/10", "1/10"), ("-1/4", "1/4"))


@enclosed(annealed_count, cost=0.4)
@control("every item usable", expected_count=UNUSABLE)
@control("10 % more", expected_count=MORE * expected_count)
def mean_counts_add_up_usable_subsets(expected_count: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Subset by subset for three items, each usable with probability ½."""
    for target, width in PLACES:
        at = {z: sp.Rational(target), eps: sp.Rational(width)}
        yield trial.same(expected_count, listed_count(3, at[z], at[eps], HALF), at=[{**at, n: 3}], by=None)


@enclosed(quenched_count, cost=0.4)
@control("10 % more", usable_count=MORE * usable_count)
@control("one item fewer", usable_count=valued(usable_count, {usable: usable - 1}))
@control("no cap", quenched_bound=expected_count)
@control("a third usable", quenched_bound=quenched_bound * sp.Rational(2, 3) ** n)
def counts_add_up_usable_subsets(usable_count: sp.Expr, quenched_bound: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Subset by subset for three items; the bound also over the eight ways to be usable, each capped at one."""
    for target, width in PLACES:
        at = {z: sp.Rational(target), eps: sp.Rational(width)}
        counts = [trial.once(listed_count, items, at[z], at[eps], sp.S.One) for items in range(4)]
        yield trial.same(usable_count, counts[3], at=[{**at, usable: 3}], by=None)
        capped = [trial.once(sp.Min, 1, count) for count in counts]
        ways = sum(capped[sum(way)] / 8 for way in product((0, 1), repeat=3))
        yield trial.same(quenched_bound, ways, at=[{**at, n: 3}], by=None)


def thinned_hits(rng: np.random.Generator, size: int, width: float, draws: int) -> int:
    """How many sums over each item with probability 1/3 are within the width of 3/10."""
    items = laws.Thinned(laws.GaussianProduct(), 1 / 3).sample(rng, (draws, size))
    return int(np.count_nonzero(np.abs(items.sum(axis=1) - 0.3) <= width))


@statistical(annealed_count, tests=2)
@control("every item usable", expected_count=UNUSABLE)
@control("10 % more", expected_count=MORE * expected_count)
@control("10 % less", expected_count=expected_count / MORE)
def random_usable_subsets_hit_as_often(expected_count: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Each item in the sum with probability 1/3: a hit with probability E N / (3/2)ⁿ."""
    draws = trial.size(150_000)
    for size in (4, 16):
        at = {n: sp.Integer(size), z: sp.Rational(3, 10), eps: sp.Rational(1, 4)}
        p = trial.value(expected_count * sp.Rational(2, 3) ** n, at)
        yield trial.counts(trial.draw(thinned_hits, size, 0.25, draws), draws, p)


def successes(rng: np.random.Generator, size: int, target: float, width: float, draws: int) -> int:
    """How many samples of items, each usable with probability ½, have a subset within the width of the target."""
    sums = laws.subset_sums(laws.Thinned(laws.GaussianProduct(), 0.5).sample(rng, (draws, size)))
    return int(np.count_nonzero((np.abs(sums - target) <= width).any(axis=1)))


@statistical(quenched_count, tests=2, cost=0.4)
@control("half", quenched_bound=quenched_bound / 2)
@control("a third usable", quenched_bound=quenched_bound * sp.Rational(2, 3) ** n)
def successes_stay_below_the_bound(quenched_bound: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Samples of half usable items that succeed, all subsets tried."""
    draws = trial.size(20_000)
    for size, target in ((2, "3/10"), (5, "3/2")):
        at = {n: sp.Integer(size), z: sp.Rational(target), eps: sp.Rational(1, 20)}
        count = trial.draw(successes, size, float(at[z]), 0.05, draws)
        yield trial.counts(count, draws, trial.value(quenched_bound, at), "above")


@empirical(annealed_count)
@control("variance n/2", leading=leading * sp.sqrt(sp.Rational(2, 3)))
@control("every item usable", leading=leading * sp.Rational(4, 3) ** n)
@control("10 % more", leading=MORE * leading)
def counts_approach_the_local_limit(leading: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """n|E N/leading − 1| at n = 48 and 96, against twice its limit 3(1 − z²/2) − ε²/2 by the next term of the expansion."""
    for size in (48, 96):
        for target in ("1/2", "-1"):
            at = {n: sp.Integer(size), z: sp.Rational(target), eps: sp.Rational(1, 10)}
            ratio = trial.value(expected_count / leading.subs(variance, 1), at)
            limit = 2 * float(3 * (1 - at[z] ** 2 / 2) - at[eps] ** 2 / 2)
            yield trial.at_most(size * abs(ratio - 1), limit, f"n|ratio − 1| at n = {size}, z = {target}")
    ratio = leading.subs(variance, sp.Rational(1, 9)) / leading.subs(variance, 1)
    yield trial.at_most(
        abs(trial.value(ratio, {n: 8, eps: sp.Rational(1, 10)}) - 3), 1e-12, "uniform over normal, off 3"
    )


# Step by step


def by_sign(gap: sp.Expr) -> sp.Expr:
    """What is left of it for each sign of the nearer end; 0 if nothing is."""
    for sign in (1, 0, -1):
        if (left := sp.simplify(gap.subs(side, sign))) != 0:
            return left
    return sp.S.Zero


@exact(annealed_count, step="close")
@control("both ends on one side", closeness=closeness.subs(side, -side))
@control("the far end alone", closeness=valued(closeness, {side: 0}))
@control("one item more", closeness=closeness.subs(k, k + 1))
@control("10 % more", closeness=MORE * closeness)
@control("one item fewer", closeness=valued(closeness, {k: k - 1}))
def probabilities_are_differences_at_both_ends(closeness: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The distribution function at h less that at s·l, for an end l that lies above 0, at it and below."""
    ends = {far: sp.Symbol("h", positive=True), near: sp.Symbol("l", positive=True)}
    difference = sum_distribution.subs(t, far) - sum_distribution.subs(t, side * near)
    yield trial.same(closeness, difference, by=lambda gap: by_sign(valued(gap, ends)))


@exact(annealed_count, step="weight of all subsets")
@control("every item usable", total=2**n)
@control("none left out", total=HALF**n)
@control("one item more", total=total.subs(n, n + 1))
def an_item_is_left_out_or_halved(total: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One item makes 1 + ½, and each item as much a factor."""
    yield trial.induction(total, n, 1 + HALF, lambda term: (1 + HALF) * term, start=1, by=sp.powsimp)


@exact(annealed_count, step="spread")
@control("every second item", spread=n * variance / 2)
@control("the square of the share", spread=spread / 3)
@control("10 % more", spread=MORE * spread)
@control("every item usable", total=2**n)
def every_third_item_adds_its_variance(total: sp.Expr, spread: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The weight ½ of an item that is taken, over that of both cases, times its variance; item by item."""
    one = HALF / total.subs(n, 1) * variance
    yield trial.induction(spread, n, one, lambda term: term + one, start=1)


@exact(annealed_count, step="density of two")
@control("of one item", uniform_pair=HALF)
@control("half the integral", uniform_pair=uniform_pair / 2)
@control("of three items", gaussian_pair=1 / sp.pi)
@control("10 % more", gaussian_pair=MORE * gaussian_pair)
@control("three quarters", uniform_pair=sp.Rational(3, 4))
def densities_of_two_are_integrals_of_squares(
    uniform_pair: sp.Expr, gaussian_pair: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """∫(ln x/2)² over both sides; that of (K₀/π)², by the integral of a product, which is the peak of two."""
    yield trial.same(uniform_pair, 2 * trial.once(sp.integrate, (sp.log(x) / 2) ** 2, (x, 0, 1)))
    yield trial.same(gaussian_pair, trial.once(sp.limit, sum_density.subs(k, 2).subs(t, x), x, 0))


@exact(annealed_count, step="pairs of items")
@control("one of the two", pair_share=2 / (k + 1))
@control("without the half", pair_share=pair_share / 2)
@control("10 % more", pair_share=MORE * pair_share)
def larger_subsets_hold_pairs(pair_share: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The quotient of the binomials; 1 less it, with only positive terms."""
    rest = sp.Symbol("rest", integer=True, nonnegative=True)  # n = k + 2 + rest
    share = sp.binomial(n, k + 2) / (sp.binomial(n, 2) * sp.binomial(n - 2, k))
    more = sp.gammasimp(share.subs(n, k + 2 + rest).rewrite(sp.factorial))
    yield trial.same(pair_share, more)
    yield trial.nonnegative(1 - pair_share, k * (k + 3) / ((k + 1) * (k + 2)))


@exact(annealed_count, step="local density")
@control("twice the variance", local_density=local_density / sp.sqrt(2))
@control("at one end", local_density=local_density / 2)
@control("10 % more", local_density=MORE * local_density)
@control("every item", spread=n * variance)
def the_limit_has_this_integral(spread: sp.Expr, local_density: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """1/2π of the integral of e^(−u²·spread/2), by Gauß's integral."""
    rate = sp.Symbol("rate", positive=True)
    integral = 2 * trial.once(sp.integrate, sp.exp(-(u**2) * rate / 2), (u, 0, sp.oo)) / (2 * sp.pi)
    yield trial.same(local_density, integral.subs(rate, spread))


@exact(annealed_count, step="local limit")
@control("variance n/2", leading=leading * sp.sqrt(sp.Rational(2, 3)))
@control("every item usable", leading=leading * sp.Rational(4, 3) ** n)
@control("half of the length", leading=leading / 2)
@control("all subsets usable", total=2**n)
@control("density at one end", local_density=local_density / 2)
def all_subsets_have_the_local_density(
    total: sp.Expr, local_density: sp.Expr, leading: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Times the length 2ε."""
    yield trial.same(leading, total * local_density * 2 * eps)


@exact(annealed_count, step="annealed size")
@control("logarithm to base 2", annealed_size=sp.log(1 / eps) / sp.log(2))
@control("10 % more", annealed_size=MORE * annealed_size)
@control("10 % less", annealed_size=annealed_size / MORE)
@control("all subsets usable", total=2**n)
@control("another rate", leading=leading * sp.Rational(4, 3) ** n)
def the_mean_is_one_there_up_to_a_power(
    total: sp.Expr, leading: sp.Expr, annealed_size: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """All subsets times ε; the logarithm of what is left of the mean, over n, tends to 0."""
    yield trial.same(sp.log(total.subs(n, annealed_size)), -sp.log(eps), by=split_logarithms)
    rest = sp.expand_log(sp.log(sp.simplify(leading / (total * eps))))
    yield trial.same(sp.limit(rest / n, n, sp.oo), sp.S.Zero)


@exact(quenched_count, step="quenched size")
@control("annealed for quenched", quenched_size=annealed_size)
@control("every item usable", quenched_size=quenched_size / 2)
@control("10 % less", quenched_size=quenched_size / MORE)
@control("all of the distance", left_over=eps**eta)
@control("nothing", left_over=eps)
@control("10 % more", left_over=MORE * left_over)
def the_typical_count_is_left_over(quenched_size: sp.Expr, left_over: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """2^(E K) ε for K of Bin(n, ½), at 1 − η/2 of the items, and at all of them."""
    typical = sum(sp.binomial(6, i) * i for i in range(7)) / sp.Integer(2) ** 6 / 6
    count = typical * quenched_size
    logarithm = sp.log(eps) + (1 - eta / 2) * count * sp.log(2)
    yield trial.same(sp.log(left_over), logarithm, by=split_logarithms)
    yield trial.same(count * sp.log(2), -sp.log(eps), by=split_logarithms)


@enclosed(quenched_count)
@control("usable or not", quenched_bound=2 * quenched_bound)
@control("10 % less", quenched_bound=quenched_bound / MORE)
def one_item_attains_the_chance(quenched_bound: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One item is usable with ½, and its product close with the difference of the distribution function at the two ends."""
    for target, width in ((sp.Rational(1, 2), sp.Rational(1, 10)), (sp.Integer(1), sp.Rational(1, 4))):
        high, low = (gaussian_product.distribution.subs(t, target + end) for end in (width, -width))
        yield trial.same(quenched_bound, (high - low) / 2, at=[{n: sp.Integer(1), z: target, eps: width}], by=None)


@enclosed(annealed_count)
@control("the other sign", annealed_size=-annealed_size)
def some_items_are_asked_for(annealed_size: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Their number is positive below a distance of 1."""
    yield trial.below(sp.S.Zero, annealed_size, strict=True, needed="annealed_size")


@enclosed(quenched_count)
@control("the other sign", quenched_size=-quenched_size)
@control("its inverse", left_over=1 / left_over + 1)
def some_items_are_asked_for_in_most_samples(
    quenched_size: sp.Expr, left_over: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Their number is positive below a distance of 1, and so is that of those that stay behind, if there are any; what they leave over is a share."""
    yield trial.below(sp.S.Zero, quenched_size, strict=True, needed="quenched_size")
    yield trial.below(sp.S.Zero, (1 - eta / 2) * quenched_size, needed="quenched_size")
    yield trial.below(left_over, sp.S.One, needed="left_over")
