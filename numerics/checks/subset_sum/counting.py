"""Evidence for R3, besides its reasons: targets out of reach are not hit; powers of two cover best; and more."""

from collections.abc import Mapping
from fractions import Fraction
from math import comb

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Finding, Findings, Trial, control, enclosed, exact, statistical
from sparse_limits.numerics.exact.logarithms import split_logarithms
from sparse_limits.numerics.subset_sum import rational
from sparse_limits.numerics.subset_sum.counting import covering_radius, expected_vector_subsets, random_vector_sums
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.subset_sum.counting import (
    best_items,
    closeness,
    counting_bounds,
    equal_count,
    m,
    p,
    targets,
    vector_count,
)
from sparse_limits.theory.subset_sum.symbols import eps, k, n, z

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


@enclosed(counting_bounds)
def targets_out_of_reach_are_not_hit(equal_count: sp.Expr, trial: Trial) -> Findings:
    """n items do not reach beyond n in any coordinate."""
    yield trial.same(equal_count.subs(z, n + 2 * eps), sp.S.Zero, by=None)


def best_radii() -> dict[int, Fraction]:
    """How finely the best items cover, by their number."""
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
def powers_of_two_cover_best(covering_items: sp.Expr, trial: Trial) -> Findings:
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
def subsets_are_counted_one_by_one(equal_count: sp.Expr, vector_count: Mapping[int, sp.Expr], trial: Trial) -> Findings:
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
def bounds_add_up_the_subsets(count_bound: sp.Expr, hit_items: sp.Expr, hit_volume: sp.Expr, trial: Trial) -> Findings:
    """2ⁿ − 1 subsets, each with at most εᵐ; at the bounds on the number of items this sum is p, once with and once without the −1."""
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
def one_item_attains_the_bounds(count_bound: sp.Expr, hit_items: sp.Expr, trial: Trial) -> Findings:
    """Equality for one item and a target well inside; for two, five and nine items the exact count is at most the bound."""
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


@exact(counting_bounds, step="volume")
def one_subset_is_dropped(hit_items: sp.Expr, hit_volume: sp.Expr, trial: Trial) -> Findings:
    """The second bound is log₂ of what 2 to the power of the first one exceeds 1 by."""
    yield trial.same(sp.log(2) * hit_volume, sp.log(2**hit_items - 1), by=split_logarithms)


VECTOR = (sp.Rational(3, 10), sp.Rational(-1, 5), sp.Rational(1, 10))
WIDTH = sp.Rational(1, 2)


def vector_hits(rng: np.random.Generator, size: int, draws: int) -> list[int]:
    """How many random subsets of fresh vectors come close in the first two coordinates, and in all three."""
    near = np.abs(random_vector_sums(rng, size, 3, draws) - np.array(VECTOR, dtype=float)) <= float(WIDTH)
    return [int(np.count_nonzero(near[:, :coordinates].all(axis=1))) for coordinates in (2, 3)]


@statistical(counting_bounds, tests=2)
def random_subsets_hit_all_coordinates(vector_count: Mapping[int, sp.Expr], trial: Trial) -> Findings:
    """One random subset of fresh vectors per draw hits with probability E N / 2ⁿ."""
    draws = trial.size(150_000)
    for size in (4, 6):
        at = {n: sp.Integer(size), eps: WIDTH, **dict(zip(targets, VECTOR, strict=True))}
        values = [trial.value(vector_count[i] / 2**n, at) for i in (2, 3)]
        yield trial.counts_each(trial.draw(vector_hits, size, draws), draws, values)


@enclosed(counting_bounds)
def targets_that_ask_for_items(covering_volume: sp.Expr, covering_items: sp.Expr, trial: Trial) -> Findings:
    """Below a distance of 1/2 the volume asks for more than 0 items, and counting for more than 1."""
    yield trial.below(sp.S.Zero, covering_volume, strict=True, needed="covering_volume")
    yield trial.below(sp.S.One, covering_items, strict=True, needed="covering_items")
