"""Evidence for R3: counting bounds on the number of items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product
from math import comb

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from sparse_limits.numerics.exact.logarithms import split_logarithms
from sparse_limits.numerics.subset_sum import rational
from sparse_limits.numerics.subset_sum.counting import covering_radius, expected_vector_subsets, random_vector_sums
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.subset_sum.counting import (
    closeness,
    count_bound,
    counting_bounds,
    covering_items,
    covering_volume,
    equal_count,
    fewer,
    h,
    hit_items,
    hit_volume,
    m,
    most_density,
    p,
    reach,
    side,
    targets,
    vector_count,
)
from sparse_limits.theory.subset_sum.expected_count import empty_subset
from sparse_limits.theory.subset_sum.symbols import eps, k, n, z

MORE = sp.Rational(11, 10)
UNIT = (Fraction(-1, 2), Fraction(1, 2))
# The largest first: there a wrong formula differs, while it may be no fraction where it agrees for few items
INSTANCES = (
    (4, ("3/2", "6/5", "2"), "1/5"),
    (3, ("-1", "3/2", "2/3"), "4/5"),
    (2, ("1/5", "1/5", "2/5"), "3/10"),
    (2, ("1/2", "-3/4", "1"), "1/3"),
    (1, ("-1/2", "1/3", "1/4"), "1/2"),
)


# Covering an interval


@exact(counting_bounds, step="sums")
@control("without the empty subset", sums=2**n - 1)
@control("one item more", sums=2 ** (n + 1))
@control("pairs", sums=n**2)
def each_item_doubles_the_sums(sums: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One sum without items; each sum with a further item, and without it."""
    yield trial.induction(sums, n, sp.S.One, lambda term: term + term)


@exact(counting_bounds, step="one side")
@control("intervals of length ε", side=side / 2)
@control("all of zero's interval", side=side + eps)
@control("forgets zero", side=side - eps)
def intervals_of_one_side_add_up(side: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Half of the interval [−ε, ε] without negative sums, and all of such an interval for each of them."""
    yield trial.induction(side, h, eps, lambda term: term + (eps - -eps))


@enclosed(counting_bounds)
@control("always counts the empty subset", equal_count=equal_count - empty_subset + 1)
def targets_out_of_reach_are_not_hit(equal_count: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """n items do not reach beyond n in any coordinate."""
    yield trial.same(equal_count.subs(z, n + 2 * eps), sp.S.Zero, by=None)


@exact(counting_bounds, step="fewer")
@control("half of the sums", fewer=fewer + 1)
@control("all sums on one side", fewer=2 * fewer + 1)
@control("a quarter", fewer=fewer / 2)
@control("without the empty subset", sums=2**n - 1)
def one_sign_has_less_than_half(sums: sp.Expr, fewer: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """A whole number for one item or more; one more of each sign would be one more than there are."""
    yield trial.same(2 * (fewer + 1), (sums - 1) + 1)
    yield trial.holds(fewer.subs(n, n + 1).is_integer, "a whole number")


@exact(counting_bounds, step="powers of two")
@control("twice as far", reach=2 * reach)
@control("without the last interval", reach=reach - eps)
@control("forgets that half of the sums are negative", reach=reach + 2**n * eps)
def powers_of_two_leave_no_gap(reach: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The largest sum, of all positive items, and ε; for n ≤ 6 the sums are all multiples of 2ε between the two ends."""
    i = sp.Symbol("i", integer=True)
    yield trial.same(reach, sp.summation(2 * eps * 2**i, (i, 0, n - 2)) + eps)
    for size in range(1, 7):
        items = [item * (2**size - 1) for item in best_items(size)]
        found = sorted(sum(chosen) for chosen in product(*((0, item) for item in items)))
        yield trial.holds(found == list(range(-(2 ** (size - 1)), 2 ** (size - 1))), f"{len(found)} sums without a gap")


def number_of_sums(quantity: sp.Expr, height: sp.Expr) -> sp.Expr:
    """What 2ⁿ has to be for a quantity to have a height."""
    power = sp.Symbol("X", positive=True)
    (found,) = sp.solve(sp.simplify(quantity.subs(n, sp.log(power) / sp.log(2))) - height, power)
    return found


@exact(counting_bounds, step="covering")
@control("all sums on one side", covering_items=sp.log(2 + 1 / (2 * eps)) / sp.log(2))
@control("10 % less", covering_items=covering_items / MORE)
@control("10 % more", covering_items=MORE * covering_items)
@control("intervals of length ε", side=side / 2)
@control("half of the sums", fewer=fewer + 1)
@control("powers of two reach twice as far", reach=2 * reach)
def fewer_intervals_cover_a_half(
    side: sp.Expr, fewer: sp.Expr, reach: sp.Expr, covering_items: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """2ⁿ where the intervals of the side with fewer sums have the length ½; and n at the ε that powers of two reach ½ with."""
    yield trial.same(covering_items, sp.log(number_of_sums(side.subs(h, fewer), sp.Rational(1, 2))) / sp.log(2))
    yield trial.nonnegative(side.diff(h), 2 * eps)
    attained = sp.Rational(1, 2) / (reach / eps)
    yield trial.same(
        covering_items.subs(eps, attained), n, by=lambda each: sp.simplify(sp.expand_log(sp.simplify(each)))
    )


@exact(counting_bounds, step="without the one")
@control("intervals of length ε", covering_volume=sp.log(1 / eps) / sp.log(2))
@control("10 % more", covering_volume=MORE * covering_volume)
@control("two subsets fewer", covering_items=sp.log(2 + 1 / (2 * eps)) / sp.log(2))
def one_sum_is_dropped(covering_volume: sp.Expr, covering_items: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """2 to the power of the first bound, less 1."""
    yield trial.same(sp.log(2) * covering_volume, sp.log(2**covering_items - 1))


def best_items(size: int) -> list[Fraction]:
    """The items of the statement, at the ε that they attain."""
    powers = [*(2**i for i in range(size - 1)), -(2 ** (size - 1))]
    return [Fraction(power, 2**size - 1) for power in powers]


def best_radii() -> dict[int, Fraction]:
    """How finely these cover, by their number."""
    return {size: covering_radius(best_items(size), UNIT) for size in range(1, 8)}


def random_radii(rng: np.random.Generator) -> list[tuple[int, Fraction]]:
    """Numbers of items and how finely they cover: uniform ones, and powers of two slightly moved."""
    found = []
    for size in (2, 3, 4, 5, 6):
        for _ in range(4):
            found.append((size, covering_radius(list(rng.uniform(-1, 1, size)), UNIT)))
            moved = np.array(best_items(size), dtype=float) * (1 + rng.uniform(-1, 1, size) / 100)
            found.append((size, covering_radius(list(moved), UNIT)))
    return found


@enclosed(counting_bounds)
@control("all sums on one side", covering_items=sp.log(2 + 1 / (2 * eps)) / sp.log(2))
@control("ε for 2ε", covering_items=sp.log(1 + 1 / eps) / sp.log(2))
@control("10 % more", covering_items=MORE * covering_items)
@control("10 % less", covering_items=covering_items / MORE)
@control("forgets zero", covering_items=covering_volume)
def powers_of_two_cover_best(covering_items: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """In exact arithmetic: ±powers of two attain the bound for n ≤ 7, random items and neighbours of these obey it."""
    for size, radius in trial.once(best_radii).items():
        yield trial.same(covering_items.subs(eps, sp.Rational(radius)), size, by=None)
    for size, radius in trial.draw(random_radii):
        yield trial.below(covering_items, sp.Integer(size), at=[{eps: sp.Rational(radius)}])


# Counting subsets


def equal(formula: sp.Expr, value: Fraction, at: Mapping[sp.Symbol, sp.Rational], trial: Trial) -> Finding:
    return trial.same(formula, value, at=[at], by=lambda difference: rational(difference, at))


@exact(counting_bounds, step="all subsets", cost=0.4)
@control("a subset for each coordinate", equal_count=equal_count.subs(m, 1) ** m, vector_count=vector_count)
@control("exponent 1", equal_count=equal_count.subs(m, 1))
@control("forgets the empty subset", equal_count=equal_count - empty_subset)
@control("10 % more", equal_count=MORE * equal_count)
@control(
    "one coordinate is enough", vector_count={**vector_count, 2: valued(vector_count[2], {targets[1]: targets[0]})}
)
@control("10 % less", vector_count={**vector_count, 3: vector_count[3] / MORE})
def subsets_are_counted_one_by_one(
    equal_count: sp.Expr, vector_count: Mapping[int, sp.Expr], trial: Trial
) -> Iterator[Finding]:
    """The probability of a hit, added up over the subsets of up to four items, in up to three coordinates, and in up to four equal ones."""
    for size, place, distance in INSTANCES:
        target, width = tuple(map(sp.Rational, place)), sp.Rational(distance)
        at = {n: sp.Integer(size), eps: width}
        for coordinates, formula in vector_count.items():
            here = target[:coordinates]
            value = trial.once(expected_vector_subsets, size, here, width)
            yield equal(formula, value, {**at, **dict(zip(targets, here, strict=False))}, trial)
        for coordinates in (4, 2, 1):
            value = trial.once(expected_vector_subsets, size, (target[0],) * coordinates, width)
            yield equal(equal_count, value, {**at, m: sp.Integer(coordinates), z: target[0]}, trial)


@exact(counting_bounds)
@control("forgets that the empty subset is no interval", count_bound=empty_subset + 2**n * eps**m)
@control("intervals of length ε", count_bound=empty_subset + (2**n - 1) * (eps / 2) ** m)
@control("a subset for each coordinate", count_bound=empty_subset + (2**n - 1) * eps)
@control("10 % more", count_bound=MORE * count_bound)
@control("coordinates do not matter", hit_items=sp.log(1 + p / eps) / sp.log(2))
@control("10 % less", hit_items=hit_items / MORE)
@control("factor 1 for m targets", hit_volume=hit_volume.subs(m, 1))
@control("forgets p", hit_volume=hit_volume.subs(p, 1))
@control("10 % more items", hit_volume=MORE * hit_volume)
def bounds_add_up_the_subsets(
    count_bound: sp.Expr, hit_items: sp.Expr, hit_volume: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """2ⁿ − 1 subsets, each with at most εᵐ; the number of items is where this is p, once with and once without the −1."""
    for size, place, distance in INSTANCES:
        for coordinates in (1, 2, 4):
            width, target = sp.Rational(distance), sp.Rational(place[1])
            subsets = sum(comb(size, each) for each in range(1, size + 1))
            value = Fraction(subsets * width**coordinates) + bool(abs(target) <= width)
            at = {n: sp.Integer(size), m: sp.Integer(coordinates), z: target, eps: width}
            yield equal(count_bound, value, at, trial)
    yield trial.same((2**hit_items - 1) * eps**m, p)
    yield trial.same(sp.expand_log(sp.log(2) * hit_volume), sp.log(p) - m * sp.log(eps))


@enclosed(counting_bounds)
@control("density 1/4", count_bound=empty_subset + (2**n - 1) * (eps / 2) ** m)
@control("10 % less", count_bound=count_bound / MORE)
@control("10 % more", count_bound=MORE * count_bound)
@control("10 % more items", hit_items=MORE * hit_items)
@control("items for every coordinate", hit_items=m * hit_items)
def one_item_attains_the_bounds(count_bound: sp.Expr, hit_items: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Equality for one item and a target well inside; for two, five and nine items the count stays below."""
    exact_count = counting_bounds.expressions["equal_count"]
    for coordinates in (1, 3):
        at = {n: sp.Integer(1), m: sp.Integer(coordinates), z: sp.Rational(1, 2), eps: sp.Rational(2, 5)}
        yield trial.same(count_bound, exact_count, at=[at], by=None)
        yield trial.same(valued(hit_items, {p: exact_count}), n, at=[at], by=None)
    for size in (2, 5, 9):
        at = {n: sp.Integer(size), m: sp.Integer(2), z: sp.Rational(-1, 3), eps: sp.Rational(size, 10)}
        yield trial.below(exact_count, count_bound, at=[at])
        yield trial.below(closeness(z) ** m, eps**m, at=[{**at, k: at[n]}])  # boxes: sums of maxima
        value = trial.once(expected_vector_subsets, size, (at[z], at[z] + 1), at[eps])
        yield trial.below(sp.Rational(value), count_bound, at=[at])


@exact(counting_bounds, step="bound")
@control("density 1/4", most_density=most_density / 2)
@control("a subset for each coordinate", count_bound=empty_subset + (2**n - 1) * eps)
@control("forgets that the empty subset is no interval", count_bound=empty_subset + 2**n * eps**m)
@control("forgets the empty subset", count_bound=count_bound - empty_subset)
@control("10 % more", count_bound=MORE * count_bound)
@control("without the empty subset", sums=2**n - 1)
def subsets_have_factors_up_to_the_distance(
    sums: sp.Expr, most_density: sp.Expr, count_bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """All sums but one, each with an interval of length 2ε under the largest density in every coordinate."""
    factor = (eps - -eps) * most_density
    yield trial.same(count_bound, empty_subset + (sums - 1) * factor**m)


@exact(counting_bounds, step="items")
@control("coordinates do not matter", hit_items=sp.log(1 + p / eps) / sp.log(2))
@control("10 % less", hit_items=hit_items / MORE)
@control("items for every coordinate", hit_items=m * hit_items)
@control("density 1/4", count_bound=empty_subset + (2**n - 1) * (eps / 2) ** m)
def items_bring_the_bound_to_the_probability(
    count_bound: sp.Expr, hit_items: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """2ⁿ where the bound, without the indicator, is p."""
    bound = count_bound - empty_subset
    yield trial.same(hit_items, sp.log(number_of_sums(bound, p)) / sp.log(2))


@exact(counting_bounds, step="volume")
@control("factor 1 for m targets", hit_volume=hit_volume.subs(m, 1))
@control("forgets p", hit_volume=hit_volume.subs(p, 1))
@control("10 % more items", hit_volume=MORE * hit_volume)
@control("coordinates do not matter", hit_items=sp.log(1 + p / eps) / sp.log(2))
def one_subset_is_dropped(hit_items: sp.Expr, hit_volume: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """2 to the power of the first bound, less 1."""
    yield trial.same(sp.log(2) * hit_volume, sp.log(2**hit_items - 1), by=split_logarithms)


VECTOR = (sp.Rational(3, 10), sp.Rational(-1, 5), sp.Rational(1, 10))
WIDTH = sp.Rational(1, 2)


def vector_hits(rng: np.random.Generator, size: int, draws: int) -> list[int]:
    """How many random subsets of fresh vectors come close in the first two coordinates, and in all three."""
    near = np.abs(random_vector_sums(rng, size, 3, draws) - np.array(VECTOR, dtype=float)) <= float(WIDTH)
    return [int(np.count_nonzero(near[:, :coordinates].all(axis=1))) for coordinates in (2, 3)]


@statistical(counting_bounds, tests=2)
@control("exponent 1", vector_count=dict.fromkeys((2, 3), equal_count.subs({m: 1, z: targets[0]})))
@control("10 % more", vector_count={size: MORE * count for size, count in vector_count.items()})
@control("10 % less", vector_count={size: count / MORE for size, count in vector_count.items()})
def random_subsets_hit_all_coordinates(vector_count: Mapping[int, sp.Expr], trial: Trial) -> Iterator[Finding]:
    """One random subset of fresh vectors per draw hits with probability E N / 2ⁿ."""
    draws = trial.size(150_000)
    for size in (4, 6):
        at = {n: sp.Integer(size), eps: WIDTH, **dict(zip(targets, VECTOR, strict=True))}
        values = [trial.value(vector_count[i] / 2**n, at) for i in (2, 3)]
        yield trial.counts_each(trial.draw(vector_hits, size, draws), draws, values)


@enclosed(counting_bounds)
@control("the other sign", covering_volume=-covering_volume)
@control("one item less", covering_items=covering_items - 2)
@control("one item less, by volume", covering_volume=covering_volume - 5)
def targets_that_ask_for_items(covering_volume: sp.Expr, covering_items: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Below a distance of a half, no item is not enough by volume, and one is not by counting."""
    yield trial.below(sp.S.Zero, covering_volume, strict=True, needed="covering_volume")
    yield trial.below(sp.S.One, covering_items, strict=True, needed="covering_items")
