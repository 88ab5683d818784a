"""Evidence for R5.2 and R5.3: how many subsets of products hit, in the mean, and how likely one does."""

from itertools import product

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, empirical, enclosed, exact, statistical
from sparse_limits.numerics.exact.logarithms import split_logarithms
from sparse_limits.numerics.subset_sum import laws
from sparse_limits.theory.subset_sum.item_counts import annealed_count, quenched_count
from sparse_limits.theory.subset_sum.product_laws import (
    HALF,
    eta,
    expected_count,
    gaussian_product,
    sum_density,
    sum_distribution,
    t,
    u,
    usable,
    variance,
    x,
)
from sparse_limits.theory.subset_sum.symbols import eps, k, n, z

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
def mean_counts_add_up_usable_subsets(expected_count: sp.Expr, trial: Trial) -> Findings:
    """Subset by subset for three items, each usable with probability ½."""
    for target, width in PLACES:
        at = {z: sp.Rational(target), eps: sp.Rational(width)}
        yield trial.same(expected_count, listed_count(3, at[z], at[eps], HALF), at=[{**at, n: 3}], by=None)


@enclosed(quenched_count, cost=0.4)
def counts_add_up_usable_subsets(usable_count: sp.Expr, quenched_bound: sp.Expr, trial: Trial) -> Findings:
    """Subset by subset for three items; the bound also over the eight ways to be usable, each capped at one."""
    for target, width in PLACES:
        at = {z: sp.Rational(target), eps: sp.Rational(width)}
        counts = [trial.once(listed_count, items, at[z], at[eps], sp.S.One) for items in range(4)]
        yield trial.same(usable_count, counts[3], at=[{**at, usable: 3}], by=None)
        capped = [trial.once(sp.Min, 1, count) for count in counts]
        ways = sum(capped[sum(way)] / 8 for way in product((0, 1), repeat=3))
        yield trial.same(quenched_bound, ways, at=[{**at, n: 3}], by=None)


def thinned_hits(rng: np.random.Generator, size: int, width: float, draws: int) -> int:
    """How many sums, in which each item is with probability 1/3, lie within the width of 3/10."""
    items = laws.Thinned(laws.GaussianProduct(), 1 / 3).sample(rng, (draws, size))
    return int(np.count_nonzero(np.abs(items.sum(axis=1) - 0.3) <= width))


@statistical(annealed_count, tests=2)
def random_usable_subsets_hit_as_often(expected_count: sp.Expr, trial: Trial) -> Findings:
    """A sum in which each item is with probability 1/3 hits with probability E N / (3/2)ⁿ."""
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
def successes_stay_below_the_bound(quenched_bound: sp.Expr, trial: Trial) -> Findings:
    """Samples, each item usable with probability ½, that have a hit among all subsets are at most as frequent as the bound."""
    draws = trial.size(20_000)
    for size, target in ((2, "3/10"), (5, "3/2")):
        at = {n: sp.Integer(size), z: sp.Rational(target), eps: sp.Rational(1, 20)}
        count = trial.draw(successes, size, float(at[z]), 0.05, draws)
        yield trial.counts(count, draws, trial.value(quenched_bound, at), "above")


@empirical(annealed_count)
def counts_approach_the_local_limit(leading: sp.Expr, trial: Trial) -> Findings:
    """n|E N/leading − 1| at n = 48 and 96 is at most twice its limit 3(1 − z²/2) − ε²/2, from the next term of the expansion."""
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


@exact(annealed_count, step="density of two")
def densities_of_two_are_integrals_of_squares(uniform_pair: sp.Expr, gaussian_pair: sp.Expr, trial: Trial) -> Findings:
    """The density of two uniform products at 0 is ∫(ln|x|/2)² over both signs; that of two normal ones is the peak of the density of their
    sum.
    """
    yield trial.same(uniform_pair, 2 * trial.once(sp.integrate, (sp.log(x) / 2) ** 2, (x, 0, 1)))
    yield trial.same(gaussian_pair, trial.once(sp.limit, sum_density.subs(k, 2).subs(t, x), x, 0))


@exact(annealed_count, step="local density")
def the_limit_has_this_integral(spread: sp.Expr, local_density: sp.Expr, trial: Trial) -> Findings:
    """The local density is 1/2π times the integral of e^(−u²·spread/2), by Gauss's integral."""
    rate = sp.Symbol("rate", positive=True)
    integral = 2 * trial.once(sp.integrate, sp.exp(-(u**2) * rate / 2), (u, 0, sp.oo)) / (2 * sp.pi)
    yield trial.same(local_density, integral.subs(rate, spread))


@exact(annealed_count, step="annealed size")
def mean_at_the_annealed_size_is_one_up_to_a_power(
    total: sp.Expr, leading: sp.Expr, annealed_size: sp.Expr, trial: Trial
) -> Findings:
    """At the annealed size the number of subsets is 1/ε; the logarithm of the mean over ε times this number, over n, tends to 0."""
    yield trial.same(sp.log(total.subs(n, annealed_size)), -sp.log(eps), by=split_logarithms)
    rest = sp.expand_log(sp.log(sp.simplify(leading / (total * eps))))
    yield trial.same(sp.limit(rest / n, n, sp.oo), sp.S.Zero)


@exact(quenched_count, step="quenched size")
def the_typical_count_is_left_over(quenched_size: sp.Expr, left_over: sp.Expr, trial: Trial) -> Findings:
    """2^(E K) ε, for K of Bin(n, ½), is what is left over at 1 − η/2 of the quenched size, and 1 at all of it."""
    typical = sum(sp.binomial(6, i) * i for i in range(7)) / sp.Integer(2) ** 6 / 6
    count = typical * quenched_size
    logarithm = sp.log(eps) + (1 - eta / 2) * count * sp.log(2)
    yield trial.same(sp.log(left_over), logarithm, by=split_logarithms)
    yield trial.same(count * sp.log(2), -sp.log(eps), by=split_logarithms)


@enclosed(quenched_count)
def one_item_attains_the_chance(quenched_bound: sp.Expr, trial: Trial) -> Findings:
    """One item: the bound is ½, the probability that it is usable, times the difference of the distribution function of its product at both
    ends.
    """
    for target, width in ((sp.Rational(1, 2), sp.Rational(1, 10)), (sp.Integer(1), sp.Rational(1, 4))):
        high, low = (gaussian_product.distribution.subs(t, target + end) for end in (width, -width))
        yield trial.same(quenched_bound, (high - low) / 2, at=[{n: sp.Integer(1), z: target, eps: width}], by=None)


@enclosed(annealed_count)
def some_items_are_asked_for(annealed_size: sp.Expr, trial: Trial) -> Findings:
    """The annealed size is positive for distances below 1."""
    yield trial.below(sp.S.Zero, annealed_size, strict=True, needed="annealed_size")


@enclosed(quenched_count)
def some_items_are_asked_for_in_most_samples(quenched_size: sp.Expr, left_over: sp.Expr, trial: Trial) -> Findings:
    """The quenched size is positive for distances below 1, and 1 − η/2 of it not negative; the count that is left over is at most 1."""
    yield trial.below(sp.S.Zero, quenched_size, strict=True, needed="quenched_size")
    yield trial.below(sp.S.Zero, (1 - eta / 2) * quenched_size, needed="quenched_size")
    yield trial.below(left_over, sp.S.One, needed="left_over")
