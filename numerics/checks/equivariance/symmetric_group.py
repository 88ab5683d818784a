"""Evidence for Q3: orbits of tuples are partitions into at most n blocks."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import permutations, product
from math import factorial

import sympy as sp

from sparse_limits.numerics.equivariance import natural, orbit_labels, symmetric, tensor_power
from sparse_limits.numerics.evidence import Finding, Findings, Trial, Verdict, exact
from sparse_limits.numerics.exact.rationals import rational
from sparse_limits.numerics.exact.sums import merged
from sparse_limits.theory.equivariance.symbols import n
from sparse_limits.theory.equivariance.symmetric_group import f, i, j, k, m, r, truncated_bell


def equals(formula: sp.Expr, at: Mapping[sp.Symbol, int], found: sp.Expr | int, trial: Trial) -> Finding:
    """That a formula has a value at a point: refuted by a ball, proved by exact arithmetic."""
    exact_at = {symbol: sp.Integer(x) for symbol, x in at.items()}
    finding = trial.same(formula, found, by=lambda gap: rational(gap, exact_at), at=[exact_at])
    if finding.verdict is not Verdict.REFUTES:
        return finding
    here = ", ".join(f"{symbol} = {x}" for symbol, x in at.items())
    return replace(finding, detail=f"{here}, counted {found}: {finding.detail}")


def tensor_orbits(points: int, before: int, after: int) -> int:
    """How many orbits the generators of S_n leave of the entries of a map of tensors."""
    rho = natural(symmetric(points))
    return int(orbit_labels(tensor_power(rho, before), tensor_power(rho, after)).max()) + 1


@exact(truncated_bell, cost=0.4)
def orbits_are_counted(dimension: sp.Expr, fixed_points: sp.Expr, trial: Trial) -> Findings:
    """Entries of maps of tensors, followed under transpositions, for n up to 5 (4 with little effort) and k + m up to 5."""
    largest = 4 if trial.effort == "quick" else 5
    for points in range(1, largest + 1):
        for before, after in ((0, 0), (0, 1), (1, 1), (2, 1), (2, 2), (1, 3), (3, 2)):
            found = trial.once(tensor_orbits, points, before, after)
            for formula in (dimension, fixed_points):
                yield equals(formula, {n: points, k: before, m: after}, found, trial)


@exact(truncated_bell, step="derangements")
def last_points_go_to_others(derangements: sp.Expr, trial: Trial) -> Findings:
    """The recurrence in the number of points and its two starts; permutations sorted by fixed points, one by one."""
    one_more = derangements.subs(r, r + 1)
    yield trial.same(derangements.subs(r, r + 2), (r + 1) * (derangements + one_more), by=merged)
    for points, expected in ((0, sp.S.One), (1, sp.S.Zero)):
        yield trial.same(derangements.subs(r, points), expected, by=merged)
    yield trial.at_sizes((fixed_point_polynomial(points, derangements) for points in range(1, 7)), "numbers of points")


def fixed_point_polynomial(points: int, derangements: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """Σ fᶠⁱˣ⁽ᵖⁱ⁾ over all permutations, one by one, and as the fixed points are chosen."""
    listed = sp.Add(*(f ** sum(x == y for x, y in enumerate(each)) for each in permutations(range(points))))
    chosen = (
        sp.binomial(points, kept) * rational(derangements, {r: sp.Integer(points - kept)}) * f**kept
        for kept in range(points + 1)
    )
    return listed, sp.Add(*chosen)


@exact(truncated_bell, step="fixed points")
def fixed_points_are_chosen(
    fixed_points: sp.Expr, derangements: sp.Expr, fixed_lists: sp.Expr, trial: Trial
) -> Findings:
    """Permutations by the number of their fixed points, times the lists that stay, over all permutations."""
    number = sp.binomial(n, j) * derangements.subs(r, n - j)
    mean = sp.Sum(number * fixed_lists.subs(f, j), (j, 0, n)) / sp.factorial(n)
    yield trial.same(fixed_points, mean, by=merged)


def fixed_moment(points: int, power: int) -> sp.Rational:
    """The mean of fix(π)^power over all permutations, one by one."""
    fixed = (sum(x == y for x, y in enumerate(p)) for p in permutations(range(points)))
    return sp.Rational(sum(each**power for each in fixed), factorial(points))


@exact(truncated_bell, step="fixed points")
def permutations_have_the_moment(fixed_points: sp.Expr, trial: Trial) -> Findings:
    """The mean over permutations listed one by one."""
    for points, before, after in ((1, 0, 2), (2, 1, 2), (3, 2, 2), (4, 3, 0), (5, 1, 1), (6, 2, 3)):
        found = trial.once(fixed_moment, points, before + after)
        yield equals(fixed_points, {n: points, k: before, m: after}, found, trial)


def partitions_by_blocks(elements: int) -> list[int]:
    """How many partitions of so many elements have 0, 1, … blocks, listed by restricted growth."""
    blocks = [0]  # the number of blocks of every partition of the elements so far
    for _ in range(elements):
        blocks = [more for now in blocks for more in [now] * now + [now + 1]]
    return [blocks.count(j) for j in range(elements + 1)]


@exact(truncated_bell, cost=0.4)
def partitions_are_counted(dimension: sp.Expr, bell: sp.Expr, deficit: sp.Expr, trial: Trial) -> Findings:
    """Partitions listed one by one, up to seven elements: at most n blocks, all, and more than n; equal iff n ≥ k + m."""
    for before, after in ((0, 0), (0, 1), (1, 1), (1, 2), (2, 2), (3, 2), (4, 3)):
        listed = trial.once(partitions_by_blocks, before + after)
        for points in (0, 1, 2, 3, before + after, before + after + 2):
            at = {n: points, k: before, m: after}
            numbers = sum(listed[: points + 1]), sum(listed), sum(listed[points + 1 :])
            for formula, found in zip((dimension, bell, deficit), numbers, strict=True):
                yield equals(formula, at, found, trial)
            alike = (numbers[0] == numbers[1]) == (points >= before + after)
            yield trial.holds(alike, "the Bell number iff n ≥ k + m")


@exact(truncated_bell)
def few_points_have_closed_forms(
    dimension: sp.Expr, two_points: sp.Expr, three_points: sp.Expr, trial: Trial
) -> Findings:
    """The truncated sums at n = 1, 2 and 3, for up to nine indices."""
    for before in range(4):
        for after in range(7):
            at = {k: before, m: after}
            for points, formula in ((1, sp.Integer(1)), (2, two_points), (3, three_points)):
                there = {**at, n: sp.Integer(points)}
                yield equals(formula, there, rational(dimension, there), trial)


@exact(truncated_bell, step="blocks")
def elements_join_a_block_or_make_one(blocks: sp.Expr, trial: Trial) -> Findings:
    """The recurrence in the number of elements, for all numbers of blocks; without elements there is one partition, with no block."""
    one_more = blocks.subs(j, j + 1)
    yield trial.same(one_more.subs(m, m + 1), (j + 1) * one_more + blocks, by=merged)
    yield trial.same(blocks.subs(j, 0).subs(m, m + 1), sp.S.Zero, by=merged)
    empty = {k: 0, m: 0}
    yield trial.same(blocks.subs(j, 0).subs(empty), sp.S.One, by=merged)
    alternating = sp.Sum((-1) ** (j + 1 - i) * sp.binomial(j + 1, i), (i, 0, r))
    closed = (-1) ** (j + 1 - r) * sp.binomial(j, r)
    yield trial.induction(
        alternating, r, closed.subs(r, 0), lambda term: term + closed.subs(r, r + 1) - closed, by=merged
    )
    whole = closed.subs(r, j + 1) / sp.factorial(j + 1)
    yield trial.same(one_more.subs(empty), alternating.subs(r, j + 1) / sp.factorial(j + 1), by=merged)
    yield trial.same(whole, sp.S.Zero)


@exact(truncated_bell, step="as many orbits as patterns")
def one_point_more_makes_one_block_more(
    patterns: sp.Expr, fixed_points: sp.Expr, blocks: sp.Expr, trial: Trial
) -> Findings:
    """Without points both sums count the partitions into no block; with n + 1 points they gain those into n + 1 blocks."""
    for total in (patterns, fixed_points):
        yield trial.same(total.subs(n, n + 1), total + blocks.subs(j, n + 1), by=merged)
        yield trial.induction(total, n, blocks.subs(j, 0), lambda term: term + blocks.subs(j, n + 1), by=merged)


@exact(truncated_bell, step="dimension")
def blocks_beyond_the_elements_are_empty(
    dimension: sp.Expr, patterns: sp.Expr, blocks: sp.Expr, trial: Trial
) -> Findings:
    """The two sums differ by the terms above k + m, which are 0 for up to 3 elements and 6 blocks."""
    beyond = sp.Sum(blocks, (j, sp.Min(n, k + m) + 1, n))
    yield trial.same(dimension + beyond, patterns, by=merged)
    for elements in range(4):
        for more in range(1, 4):
            at = {k: sp.Integer(elements), m: sp.S.Zero, j: sp.Integer(elements + more)}
            yield equals(blocks, at, 0, trial)


@exact(truncated_bell, step="all partitions")
def as_many_points_as_indices(bell: sp.Expr, patterns: sp.Expr, trial: Trial) -> Findings:
    """The Bell number counts the patterns on k + m points."""
    yield trial.same(bell, patterns.subs(n, k + m), by=merged)


@exact(truncated_bell, step="deficit")
def what_is_missing_has_more_blocks(deficit: sp.Expr, dimension: sp.Expr, bell: sp.Expr, trial: Trial) -> Findings:
    """The partitions into few blocks and those into more are together all."""
    yield trial.same(dimension + deficit, bell, by=merged)


@exact(truncated_bell, step="two points")
def two_points_split_in_two(two_points: sp.Expr, patterns: sp.Expr, trial: Trial) -> Findings:
    """The patterns of k + m + 1 indices on two points and on one, for all k and m, and those of no index."""
    yield trial.same(two_points.subs(m, m + 1), patterns.subs(n, 2).subs(m, m + 1), by=merged)
    yield trial.same(patterns.subs(n, 1).subs(m, m + 1), sp.S.One, by=merged)
    yield from of_no_index(two_points, patterns, 2, trial)
    yield from of_no_index(sp.S.One, patterns, 1, trial)


@exact(truncated_bell, step="three points")
def three_points_split_in_three(three_points: sp.Expr, patterns: sp.Expr, trial: Trial) -> Findings:
    """The patterns of k + m + 1 indices on three points, for all k and m, and those of no index."""
    yield trial.same(three_points.subs(m, m + 1), patterns.subs(n, 3).subs(m, m + 1), by=merged)
    yield from of_no_index(three_points, patterns, 3, trial)


def of_no_index(formula: sp.Expr, patterns: sp.Expr, points: int, trial: Trial) -> Findings:
    """The pattern of an empty list, which the formula must count too."""
    yield equals(formula, {k: 0, m: 0}, rational(patterns, {n: sp.Integer(points), k: sp.S.Zero, m: sp.S.Zero}), trial)


# The smallest counterexample


@exact(truncated_bell)
def one_point_has_one_map(dimension: sp.Expr, one_point: Mapping[sp.Symbol, sp.Expr], trial: Trial) -> Findings:
    """The lists of k + m indices among n points, distinguished by which of their indices are equal."""
    size, indices = int(one_point[n]), int(one_point[k] + one_point[m])
    patterns = {tuple(map(entry.index, entry)) for entry in product(range(size), repeat=indices)}
    yield equals(dimension, one_point, len(patterns), trial)
