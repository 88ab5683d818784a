"""Evidence for R3: counting bounds on the number of items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import comb

import numpy as np
import sympy as sp

from numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from numerics.subset_sum import rational
from numerics.subset_sum.counting import covering_radius, expected_vector_subsets, random_vector_sums
from theory.subset_sum.counting import (
    closeness,
    count_bound,
    counting_bounds,
    covering_items,
    covering_volume,
    equal_count,
    hit_items,
    hit_volume,
    m,
    p,
    targets,
    vector_count,
)
from theory.subset_sum.expected_count import empty_subset
from theory.subset_sum.symbols import eps, k, n, z

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


@exact(counting_bounds)
@control("intervals of length ε", covering_volume=sp.log(1 / eps) / sp.log(2))
@control("10 % more", covering_volume=MORE * covering_volume)
@control("all sums on one side", covering_items=sp.log(2 + 1 / (2 * eps)) / sp.log(2))
@control("10 % less", covering_items=covering_items / MORE)
def intervals_around_the_sums_cover(
    covering_volume: sp.Expr, covering_items: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """2ⁿ intervals of length 2ε cover length 1; the side with fewer sums, 2ⁿ⁻¹ − 1 and half of zero's, covers ½."""
    yield trial.same(2**covering_volume * 2 * eps, 1)
    yield trial.same(2 * (2**covering_items / 2 - 1) * eps + eps, sp.Rational(1, 2))


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


@exact(counting_bounds, cost=0.4)
@control("a subset for each coordinate", equal_count=equal_count.subs(m, 1) ** m, vector_count=vector_count)
@control("exponent 1", equal_count=equal_count.subs(m, 1))
@control("forgets the empty subset", equal_count=equal_count - empty_subset)
@control("10 % more", equal_count=MORE * equal_count)
@control("one coordinate is enough", vector_count={**vector_count, 2: vector_count[2].subs(targets[1], targets[0])})
@control("10 % less", vector_count={**vector_count, 3: vector_count[3] / MORE})
def subsets_are_counted_one_by_one(
    equal_count: sp.Expr, vector_count: Mapping[int, sp.Expr], trial: Trial
) -> Iterator[Finding]:
    """The probability of a hit, added up over the subsets of up to three items, in up to three coordinates."""
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
    """Equality for one item and a target well inside; at random points the count stays below, whatever the coordinates."""
    exact_count = counting_bounds.expressions["equal_count"]
    for coordinates in (1, 3):
        at = {n: sp.Integer(1), m: sp.Integer(coordinates), z: sp.Rational(1, 2), eps: sp.Rational(2, 5)}
        yield trial.same(count_bound, exact_count, at=[at], by=None)
        yield trial.same(hit_items.subs(p, exact_count), n, at=[at], by=None)
    for size in (2, 5, 9):
        at = {n: sp.Integer(size), m: sp.Integer(2), z: sp.Rational(-1, 3), eps: sp.Rational(size, 10)}
        yield trial.below(exact_count, count_bound, at=[at])
        yield trial.below(closeness(z) ** m, eps**m, at=[{**at, k: at[n]}])
        value = trial.once(expected_vector_subsets, size, (at[z], at[z] + 1), at[eps])
        yield trial.below(sp.Rational(value), count_bound, at=[at])


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
