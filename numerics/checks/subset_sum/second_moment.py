"""Evidence for R2: the second moment of the number of subsets, and bounds of a hit."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from sparse_limits.numerics.subset_sum import all_subset_sums, expected_subsets, rational
from sparse_limits.numerics.subset_sum import second_moments as engine
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.subset_sum.expected_count import empty_subset, expected_count
from sparse_limits.theory.subset_sum.second_moment import (
    a,
    arrangements,
    b,
    c,
    cone_transform,
    gap,
    hit_at_least,
    item,
    mean,
    pair_transform,
    r,
    s,
    second_moment,
    square,
    subset_pairs,
    truncated_power,
    x,
    y,
)
from sparse_limits.theory.subset_sum.symbols import eps, n, z

MORE = sp.Rational(11, 10)
POISSON = expected_count + expected_count**2


def integrated(a: int, b: int, c: int) -> sp.Expr:
    """T(x, y) from its definition, a polynomial."""
    v = sp.Symbol("v", nonnegative=True)
    alone = ((x - v) ** a / sp.factorial(a)) * ((y - v) ** b / sp.factorial(b))
    if c == 0:
        return alone.subs(v, 0)
    return sp.integrate(sp.expand(alone * v ** (c - 1) / sp.factorial(c - 1)), (v, 0, x))


SIZES = ((2, 3, 2), (3, 1, 3), (0, 2, 1), (2, 2, 0), (1, 0, 2))


@exact(subset_pairs, step="truncated power")
@control("nothing in common", truncated_power=x**a * y**b / (sp.factorial(a) * sp.factorial(b)))
@control("x for y − x", truncated_power=truncated_power.subs(y, 2 * x))
@control("one common item fewer", truncated_power=truncated_power.subs(c, c - 1))
@control("10 % more", truncated_power=MORE * truncated_power)
def truncated_power_is_an_integral_over_the_common_part(truncated_power: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The integral of the three powers, as polynomials in x and y."""
    places = [dict(zip((a, b, c), sizes, strict=True)) for sizes in SIZES]
    cases = ((valued(truncated_power, at).doit(), trial.once(integrated, *at.values())) for at in places)
    yield trial.at_sizes(cases, "numbers of items")


INSTANCES = (
    (3, "3/2", "5/4"),
    (2, "3/10", "1/20"),
    (2, "-1/2", "1/2"),
    (2, "0", "3/2"),
    (2, "-5/4", "1/3"),
    (1, "1/2", "1/3"),
    (1, "-1/4", "1/4"),
)
WITHOUT_WIDTH = ((2, "0"), (2, "1/3"), (0, "0"), (0, "1/3"))


@exact(subset_pairs, step="second moment", cost=0.4)
@control("Poisson", second_moment=POISSON)
@control("independent subsets", second_moment=expected_count**2)
@control("forgets the empty subset", second_moment=second_moment - empty_subset * (2 * expected_count - 1))
@control("10 % less", second_moment=second_moment / MORE)
def moments_are_integrals_over_the_common_part(second_moment: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The sum of all such integrals, those with an empty subset among them: the same rational numbers; at ε = 0 the empty subset alone."""
    for size, target, width in INSTANCES:
        at = {n: sp.Integer(size), z: sp.Rational(target), eps: sp.Rational(width)}
        value = trial.once(engine.second_moment, size, at[z], at[eps])
        yield trial.same(second_moment, value, at=[at], by=lambda gap, at=at: rational(gap, at))
    for size, target in WITHOUT_WIDTH:
        at = {n: sp.Integer(size), z: sp.Rational(target), eps: sp.S.Zero}
        yield trial.same(second_moment, int(at[z] == 0), at=[at], by=lambda gap, at=at: rational(gap, at))


def pair_hits(rng: np.random.Generator, size: int, draws: int) -> int:
    """How often two random subsets of fresh items both hit."""
    return int(np.count_nonzero(engine.random_pair_hits(rng, size, 0.3, 0.4, draws)))


@statistical(subset_pairs, tests=2)
@control("Poisson", second_moment=POISSON)
@control("independent subsets", second_moment=expected_count**2)
@control("10 % more", second_moment=MORE * second_moment)
@control("10 % less", second_moment=second_moment / MORE)
def random_pairs_hit_as_often(second_moment: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Two random subsets of the same fresh items per draw both hit with probability E N² / 4ⁿ."""
    draws = trial.size(400_000)
    for size in (2, 4):
        at = {n: sp.Integer(size), z: sp.Rational(3, 10), eps: sp.Rational(2, 5)}
        p = trial.value(second_moment / 4**n, at)
        yield trial.counts(trial.draw(pair_hits, size, draws), draws, p)


@exact(subset_pairs, step="arrangements")
@control("one subset", arrangements=sp.binomial(n, a + b + c))
@control("pairs without an order", arrangements=arrangements / 2)
@control("10 % more", arrangements=MORE * arrangements)
def items_are_of_four_kinds(arrangements: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """None of them in one way; one more of any kind, from n that are of neither subset, over how many there then are of it."""
    all_items = n + a + b + c
    here = arrangements.subs(n, all_items)
    for kind in (a, b, c):
        more = valued(valued(arrangements, {kind: kind + 1}), {n: all_items}) * (kind + 1)
        yield trial.same(more, here * n, by=lambda gap: sp.gammasimp(gap / here))
    yield trial.same(arrangements.subs({a: 0, b: 0, c: 0}), sp.S.One)
    yield trial.same(arrangements.subs({n: 5, a: 2, b: 1, c: 1}), 5 * 4 * 3)  # b, c and the one left out, in this order


@exact(subset_pairs, step="item")
@control("of one sign", item=(1 - sp.exp(-r)) / r)
@control("the cosine", item=sp.cosh(r))
@control("10 % more", item=MORE * sp.sinh(r) / r)
def an_item_has_this_transform(item: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The mean of e^(−rX) over [−1, 1]."""
    place = sp.Symbol("place", real=True)
    mean = sp.integrate(sp.exp(-r * place) / 2, (place, -1, 1))
    yield trial.same(item, mean, by=lambda gap: sp.expand(gap.rewrite(sp.exp)))


@exact(subset_pairs, step="pair of sums")
@control("nothing in common", pair_transform=pair_transform.subs(c, 0))
@control("densities", pair_transform=r * s * pair_transform)
@control("the common items in one sum", pair_transform=pair_transform * (item / item.subs(r, r + s)) ** c)
@control("the cosine", item=sp.cosh(r))
def items_multiply_transforms(item: sp.Expr, pair_transform: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One item more of each kind is one factor more; no item leaves the transform of two steps at 0."""
    for kind, place in ((a, r), (b, s), (c, r + s)):
        more = pair_transform.subs(kind, kind + 1) / pair_transform
        yield trial.same(sp.powsimp(more), item.subs(r, place), by=lambda gap: sp.simplify(sp.powsimp(gap)))
    yield trial.same(pair_transform.subs({a: 0, b: 0, c: 0}), 1 / (r * s))


@exact(subset_pairs, step="cone")
@control("one common item fewer", cone_transform=cone_transform.subs(c, c + 1))
@control("densities", cone_transform=r * s * cone_transform)
@control("10 % more", cone_transform=MORE * cone_transform)
@control("the common items in one sum", pair_transform=pair_transform * (item / item.subs(r, r + s)) ** c)
def differences_stand_for_the_exponentials(
    pair_transform: sp.Expr, cone_transform: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Each item is half of a difference, e^r − e^(−r) at its place, and what is left is the transform."""
    steps = sp.sinh(r) ** a * sp.sinh(s) ** b * sp.sinh(r + s) ** c
    yield trial.same(pair_transform, steps * cone_transform, by=lambda gap: sp.powsimp(sp.expand_power_base(gap)))
    start, rate = sp.symbols("v rate", positive=True)
    along = sp.integrate(sp.exp(-rate * start), (start, 0, sp.oo)).subs(rate, r + s)
    yield trial.same(cone_transform.subs(c, c + 1) / cone_transform, along)


@exact(subset_pairs, step="mirror images")
@control("all twice", weight=sp.Integer(2))
@control("all once", weight=sp.Integer(1))
@control("the mirror images", weight=1 - sp.sign(gap))
def mirror_images_count_twice(weight: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """A term and its mirror image count twice together, and what has x > y does not count."""
    beyond = sp.Symbol("beyond", positive=True)
    yield trial.same(weight, 2 - weight.subs(gap, -gap))
    yield trial.same(weight.subs(gap, -beyond), 0)


@exact(subset_pairs, step="mirror images")
@control("twice", weight=2 * sp.Heaviside(gap, 1))
@control("not at all", weight=2 * sp.Heaviside(gap, 0))
def equal_arguments_count_once(weight: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Their terms mirror each other and are all there."""
    yield trial.same(weight.subs(gap, 0), 1)


@exact(subset_pairs, step="empty subset")
@control("the empty subset alone", pairs_with_empty=sp.S.One)
@control("every pair once", pairs_with_empty=mean)
@control("itself twice", pairs_with_empty=2 * mean)
def the_empty_subset_adds_its_pairs(pairs_with_empty: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The mean of N² less that of (N − 1)², multiplied out."""
    number = sp.Symbol("N")
    others = sp.expand((number - 1) ** 2).subs(number**2, square).subs(number, mean)
    yield trial.same(square - pairs_with_empty, others)


# A hit


@exact(subset_pairs, step="at least")
@control("forgets the square", hit_at_least=mean / square)
@control("variance for the second moment", hit_at_least=mean**2 / (square - mean**2))
@control("10 % more", hit_at_least=MORE * hit_at_least)
@control("10 % less", hit_at_least=hit_at_least / MORE)
def the_mean_square_vanishes_at_the_bound(hit_at_least: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """square − 2t·mean + t²·hit, least at t = mean/hit, is 0 for a hit of this probability."""
    t = mean / hit_at_least
    yield trial.same(square + t**2 * hit_at_least, 2 * t * mean)


@exact(subset_pairs)
@control("forgets the square", hit_at_least=mean / square)
@control("variance for the second moment", hit_at_least=mean**2 / (square - mean**2))
@control("10 % more", hit_at_least=MORE * hit_at_least)
@control("10 % less", hit_at_least=hit_at_least / MORE)
@control("half the mean", hit_at_most=sp.Min(1, mean / 2))
@control("twice the mean", hit_at_most=sp.Min(1, 2 * mean))
@control("above one", hit_at_most=mean)
def two_valued_counts_attain_both_bounds(
    hit_at_least: sp.Expr, hit_at_most: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """N = v with probability h, else 0: the lower bound is h; at v = 1, and at h = 1 for v ≥ 1, the upper one is h."""
    h, v = sp.symbols("h v", positive=True)
    yield trial.same(valued(hit_at_least, {mean: h * v, square: h * v**2}), h)
    for likely in (sp.Rational(1, 3), sp.Rational(2, 7), sp.S.One):
        yield trial.same(hit_at_most.subs(mean, likely), likely)
    for count in (2, 7):
        yield trial.same(hit_at_most.subs(mean, count), 1)


SAMPLED = ((4, "1/20"), (5, "1/40"), (3, "1/10"))


def hits(rng: np.random.Generator, size: int, width: float, draws: int) -> int:
    """How many samples have a subset within the width of 3/10."""
    return int(np.count_nonzero((np.abs(all_subset_sums(rng, size, draws) - 0.3) <= width).any(axis=1)))


@statistical(subset_pairs, tests=6)
@control("forgets the square", hit_at_least=mean / square)
@control("half the mean", hit_at_most=sp.Min(1, mean / 2))
@control("root of the lower bound", hit_at_least=sp.sqrt(hit_at_least))
def hits_stay_between_the_bounds(hit_at_least: sp.Expr, hit_at_most: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """How many samples have a subset that hits, held against both ends."""
    draws = trial.size(20_000)
    for size, width in SAMPLED:
        place = sp.Rational(3, 10), sp.Rational(width)
        at = {mean: trial.once(expected_subsets, size, *place), square: trial.once(engine.second_moment, size, *place)}
        count = trial.draw(hits, size, float(place[1]), draws)
        yield trial.counts(count, draws, trial.value(hit_at_most, at), "above")
        yield trial.counts(draws - count, draws, 1 - trial.value(hit_at_least, at), "above")


@enclosed(subset_pairs)
@control("the mean square over the squared mean", hit_at_least=square / mean**2)
@control("the mean", hit_at_least=2 * sp.Max(1, mean))
@control("the other sign", truncated_power=-truncated_power)
def bounds_of_the_hits_are_in_order(hit_at_least: sp.Expr, truncated_power: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The probability of a hit is at least the one and at most the mean and 1; a truncated power is not negative."""
    yield trial.below(hit_at_least, sp.Min(1, mean))
    yield trial.below(sp.S.Zero, truncated_power)
