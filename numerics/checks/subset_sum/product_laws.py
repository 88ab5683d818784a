"""Evidence for R5: products of two weights as items, usable or not."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import sympy as sp

from numerics.evidence import Finding, Trial, control, empirical, enclosed, statistical
from numerics.subset_sum import laws
from theory.formulas.let import Let
from theory.subset_sum.item_products import item_products
from theory.subset_sum.potential import a, contraction, kappa
from theory.subset_sum.product_laws import (
    ENDS,
    HALF,
    count_of,
    expected_count,
    gaussian_contraction,
    gaussian_product,
    gaussian_reach,
    leading,
    quenched_bound,
    sum_density,
    sum_distribution,
    t,
    uniform_product,
    usable,
    usable_count,
    variance,
)
from theory.subset_sum.symbols import eps, k, n, z

MORE = sp.Rational(11, 10)
x, y = sp.symbols("x y", positive=True)
UNUSABLE = Let(count_of(n, sp.S.One), ENDS)  # as if every item were usable


# The laws


@enclosed(item_products)
@control("the law of one factor", uniform_density=HALF, uniform_distribution=(1 + t) / 2)
@control("positive factors", uniform_density=-sp.log(t))
@control("10 % more", uniform_distribution=MORE * uniform_product.distribution)
def uniform_products_spread_given_a_factor(
    uniform_density: sp.Expr, uniform_distribution: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Given |X| = y, XY is uniform on [−y, y]: integrals over y, on both sides of 0, at it and beyond."""
    density = sp.integrate(1 / (2 * y), (y, x, 1))
    excess = sp.integrate(HALF, (y, 0, x)) + sp.integrate(x / (2 * y), (y, x, 1))
    for point in ("1/100", "1/3", "9/10"):
        value = sp.Rational(point)
        for side in (1, -1):
            yield trial.same(uniform_density.subs(t, side * value), density.subs(x, value), by=None)
            yield trial.same(uniform_distribution.subs(t, side * value), HALF + side * excess.subs(x, value), by=None)
    for place, below in ((-2, 0), (-1, 0), (0, HALF), (1, 1), (3, 1)):
        yield trial.same(uniform_distribution.subs(t, place), below, by=None)
        if abs(place) > 1:
            yield trial.same(uniform_density.subs(t, place), 0, by=None)


def mixed(size: int, at: sp.Rational) -> sp.Expr:
    """The density of a sum of products at a point: normal, of a χ² variance v = |t| e^w, integrated over w."""
    w = sp.Symbol("w", positive=True)
    scale = at ** sp.Rational(size - 1, 2) / (sp.sqrt(2 * sp.pi) * sp.sqrt(2) ** size * sp.gamma(sp.Rational(size, 2)))
    return 2 * scale * sp.Integral(sp.exp(-at * sp.cosh(w)) * sp.cosh(sp.Rational(size - 1, 2) * w), (w, 0, sp.oo))


@enclosed(item_products, cost=0.4)
@control("one order up", gaussian_density=sp.besselk(1, sp.Abs(t)) / sp.pi, sum_density=sum_density.subs(k, k + 1))
@control("exponential", gaussian_density=sp.exp(-sp.Abs(t)) / 2)
@control("10 % less", sum_density=sum_density / MORE)
def sums_are_normal_of_random_variance(
    gaussian_density: sp.Expr, sum_density: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Given the second factors a sum is normal, and their squares add up to a χ² variance; both signs, and the peak."""
    for size in (4, 3, 2, 1):
        for point in ("1/3", "5/2"):
            value, here = sp.Rational(point), sum_density.subs(k, size)
            density = mixed(size, value)
            yield trial.same(here.subs(t, value), density, by=None)
            yield trial.same(here.subs(t, -value), density, by=None)
            if size == 1:
                yield trial.same(gaussian_density.subs(t, -value), density, by=None)
    v = sp.Symbol("v", positive=True)
    for size in (2, 3, 6):
        chi = (
            v ** sp.Rational(size - 2, 2)
            * sp.exp(-v / 2)
            / (2 ** sp.Rational(size, 2) * sp.gamma(sp.Rational(size, 2)))
        )
        peak = sp.integrate(chi / sp.sqrt(2 * sp.pi * v), (v, 0, sp.oo))
        yield trial.same(sum_density.subs({k: size, t: 0}), peak, by=None)


@enclosed(item_products, cost=0.4)
@control("one order up", sum_distribution=sum_distribution.subs(k, k + 1))
@control("twice the part", sum_distribution=2 * sum_distribution - HALF)
@control("10 % more", sum_distribution=MORE * sum_distribution)
def distributions_integrate_the_densities(sum_distribution: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Differences are integrals of the density; ½ at 0 and close to it, and symmetric."""
    density = item_products.expressions["sum_density"]
    low, high, tiny = sp.Rational(1, 4), sp.Integer(2), sp.Rational(1, 10**9)
    for size in (4, 3, 1):
        here = sum_distribution.subs(k, size)
        part = sp.Integral(_positive(density, size), (x, low, high))
        yield trial.same(here.subs(t, high) - here.subs(t, low), part, by=None)
        yield trial.same(here.subs(t, -high) + here.subs(t, high), 1, by=None)
        yield trial.same(here.subs(t, 0), HALF, by=None)
        yield trial.below(sp.Abs(here.subs(t, tiny) - HALF), 100 * tiny)


def _positive(density: sp.Expr, size: int) -> sp.Expr:
    """The density of a sum at a positive x."""
    here = density.args[1].expr if isinstance(density, sp.Piecewise) else density
    return here.subs(k, size).subs(t, x)


LEVELS = (sp.Rational(-1, 3), sp.Rational(1, 10), sp.Rational(3, 5))


def below_levels(rng: np.random.Generator, law: laws.Law, size: int, draws: int) -> list[int]:
    """How many sums of items do not exceed the levels."""
    sums = law.sample(rng, (draws, size)).sum(axis=1)
    return [int(np.count_nonzero(sums <= float(level))) for level in LEVELS]


@statistical(item_products, tests=2)
@control("the law of one factor", uniform_distribution=(1 + t) / 2, sum_distribution=(1 + sp.erf(t / sp.sqrt(6))) / 2)
@control("10 % more", uniform_distribution=MORE * uniform_product.distribution)
@control("one item more", sum_distribution=sum_distribution.subs(k, k + 1))
def sampled_products_follow_the_laws(
    uniform_distribution: sp.Expr, sum_distribution: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Single products of uniform numbers and sums of three products of normal ones, below three levels."""
    draws = trial.size(60_000)
    for law, size, formula in (
        (laws.UniformProduct(), 1, uniform_distribution),
        (laws.GaussianProduct(), 3, sum_distribution.subs(k, 3)),
    ):
        p = [trial.value(formula, {t: level}) for level in LEVELS]
        yield trial.counts_each(trial.draw(below_levels, law, size, draws), draws, p)


# The counts


def listed_count(items: int, target: sp.Rational, width: sp.Rational, weight: sp.Rational) -> sp.Expr:
    """The mean count, subset by subset, each item of a subset with a weight."""
    found = sp.Integer(bool(abs(target) <= width))
    for subset in product((0, 1), repeat=items):
        if size := sum(subset):
            here = sum_distribution.subs(k, size)
            found += weight**size * (here.subs(t, target + width) - here.subs(t, target - width))
    return found


PLACES = (("3/10", "1/10"), ("-1/4", "1/4"))


@enclosed(item_products, cost=0.4)
@control("every item usable", expected_count=UNUSABLE)
@control("10 % more", expected_count=MORE * expected_count, usable_count=MORE * usable_count)
@control("one item fewer", usable_count=usable_count.subs(usable, usable - 1))
@control("no cap", quenched_bound=expected_count)
@control("a third usable", quenched_bound=quenched_bound * sp.Rational(2, 3) ** n)
def counts_add_up_usable_subsets(
    expected_count: sp.Expr, usable_count: sp.Expr, quenched_bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Subset by subset for three items; the bound also over the eight ways to be usable, each capped at one."""
    for target, width in PLACES:
        at = {z: sp.Rational(target), eps: sp.Rational(width)}
        counts = [trial.once(listed_count, items, at[z], at[eps], sp.S.One) for items in range(4)]
        yield trial.same(expected_count, listed_count(3, at[z], at[eps], HALF), at=[{**at, n: 3}], by=None)
        yield trial.same(usable_count, counts[3], at=[{**at, usable: 3}], by=None)
        ways = [sp.Min(1, counts[sum(way)]) / 8 for way in product((0, 1), repeat=3)]
        yield trial.same(quenched_bound, sum(ways), at=[{**at, n: 3}], by=None)


def thinned_hits(rng: np.random.Generator, size: int, width: float, draws: int) -> int:
    """How many sums over each item with probability 1/3 are within the width of 3/10."""
    items = laws.Thinned(laws.GaussianProduct(), 1 / 3).sample(rng, (draws, size))
    return int(np.count_nonzero(np.abs(items.sum(axis=1) - 0.3) <= width))


@statistical(item_products, tests=2)
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


@statistical(item_products, tests=2, cost=0.4)
@control("half", quenched_bound=quenched_bound / 2)
@control("a third usable", quenched_bound=quenched_bound * sp.Rational(2, 3) ** n)
def successes_stay_below_the_bound(quenched_bound: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Samples of half usable items that succeed, all subsets tried."""
    draws = trial.size(20_000)
    for size, target in ((2, "3/10"), (5, "3/2")):
        at = {n: sp.Integer(size), z: sp.Rational(target), eps: sp.Rational(1, 20)}
        count = trial.draw(successes, size, float(at[z]), 0.05, draws)
        yield trial.counts(count, draws, trial.value(quenched_bound, at), "above")


@empirical(item_products)
@control("variance n/2", leading=leading * sp.sqrt(sp.Rational(2, 3)))
@control("every item usable", leading=leading * sp.Rational(4, 3) ** n)
@control("10 % more", leading=MORE * leading)
def counts_approach_the_local_limit(leading: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """n|E N/leading − 1| at n = 48 and 96, against twice its limit 3(1 − z²/2) − ε²/2 by the next term of the expansion."""
    for size in (48, 96):
        for target in ("1/2", "-1"):
            at = {n: sp.Integer(size), z: sp.Rational(target), eps: sp.Rational(1, 10)}
            exact_count = item_products.expressions["expected_count"]
            ratio = trial.value(exact_count / leading.subs(variance, 1), at)
            limit = 2 * float(3 * (1 - at[z] ** 2 / 2) - at[eps] ** 2 / 2)
            yield trial.at_most(size * abs(ratio - 1), limit, f"n|ratio − 1| at n = {size}, z = {target}")
    ratio = leading.subs(variance, sp.Rational(1, 9)) / leading.subs(variance, 1)
    yield trial.at_most(
        abs(trial.value(ratio, {n: 8, eps: sp.Rational(1, 10)}) - 3), 1e-12, "uniform over normal, off 3"
    )


# What R4 makes of them


@enclosed(item_products)
@control("every item usable", uniform_contraction=1 + a * sp.log(a) / 4)
@control("every item usable, normal", gaussian_contraction=1 - a * sp.besselk(0, a) / (2 * sp.pi))
@control("10 % less", gaussian_contraction=gaussian_contraction / MORE)
@control("reach 1/2", uniform_reach=HALF)
@control("reach of the density", gaussian_reach=sp.S.One)
@control("10 % farther", gaussian_reach=MORE * gaussian_reach)
@control("at reach 1/2", uniform_best=1 - sp.log(2) / 16)
@control("at reach 2", gaussian_best=gaussian_contraction.subs(a, 2))
def contractions_are_least_at_the_reach(
    uniform_contraction: sp.Expr,
    gaussian_contraction: sp.Expr,
    uniform_reach: sp.Expr,
    gaussian_reach: sp.Expr,
    uniform_best: sp.Expr,
    gaussian_best: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """R4 with half of the density at a; a flat and convex point of the contraction, and its value there."""
    densities = (uniform_product.density, gaussian_product.density)
    contractions = (uniform_contraction, gaussian_contraction)
    reaches, best = (uniform_reach, gaussian_reach), (uniform_best, gaussian_best)
    for density, shrunk, reach, least in zip(densities, contractions, reaches, best, strict=True):
        yield trial.same(shrunk, contraction.subs(kappa, density.subs(t, a) / 2), by=None)
        yield trial.same(sp.diff(shrunk, a).subs(a, reach), 0, by=None)
        yield trial.below(sp.S.Zero, sp.diff(shrunk, a, 2).subs(a, reach), strict=True)
        yield trial.same(least, shrunk.subs(a, reach), by=None)
