"""Evidence for Q3: orbits of tuples are partitions into at most n blocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import permutations, product
from math import factorial

import sympy as sp

from numerics.equivariance import natural, orbit_labels, symmetric, tensor_power
from numerics.evidence import Finding, Trial, Verdict, control, exact
from numerics.exact.rationals import rational
from theory.equivariance.symbols import n
from theory.equivariance.symmetric_group import (
    bell,
    blocks_up_to,
    deficit,
    dimension,
    fixed_points,
    k,
    m,
    truncated_bell,
    two_points,
)

MORE = sp.Rational(11, 10)


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
@control("Bell number", dimension=bell)
@control("at most n − 1 blocks", dimension=blocks_up_to(sp.Min(n - 1, k + m)))
@control("blocks of one side", dimension=dimension.subs(m, k))
@control("10 % more", dimension=MORE * dimension)
@control("the number of fixed points itself", fixed_points=fixed_points.subs({k: 1, m: 0}))
def orbits_are_counted(dimension: sp.Expr, fixed_points: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Entries of maps of tensors, followed under transpositions, for n up to 4 and k + m up to 5."""
    largest = 4 if trial.effort == "quick" else 5
    for points in range(1, largest + 1):
        for before, after in ((0, 1), (1, 1), (2, 1), (2, 2), (1, 3), (3, 2)):
            found = trial.once(tensor_orbits, points, before, after)
            for formula in (dimension, fixed_points):
                yield equals(formula, {n: points, k: before, m: after}, found, trial)


def fixed_moment(points: int, power: int) -> sp.Rational:
    """The mean of fix(π)^power over all permutations, one by one."""
    fixed = (sum(x == y for x, y in enumerate(p)) for p in permutations(range(points)))
    return sp.Rational(sum(each**power for each in fixed), factorial(points))


@exact(truncated_bell)
@control("surjections alone", fixed_points=fixed_points - 1)
@control("10 % less", fixed_points=sp.Rational(9, 10) * fixed_points)
def permutations_have_the_moment(fixed_points: sp.Expr, trial: Trial) -> Iterator[Finding]:
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
@control("partitions into any number of blocks", dimension=bell)
@control("10 % more", dimension=MORE * dimension)
@control("Bell number of one index less", bell=bell.subs(m, m - 1))
@control("10 % more blocks", bell=MORE * bell)
@control("nothing is missing", deficit=sp.Integer(0))
@control("one block too few", deficit=deficit + 1)
@control("the number of all blocks", deficit=bell)
def partitions_are_counted(dimension: sp.Expr, bell: sp.Expr, deficit: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Partitions listed one by one, up to seven elements: at most n blocks, all, and more than n; equal iff n ≥ k + m."""
    for before, after in ((0, 1), (1, 1), (1, 2), (2, 2), (3, 2), (4, 3)):
        listed = trial.once(partitions_by_blocks, before + after)
        for points in (1, 2, 3, before + after, before + after + 2):
            at = {n: points, k: before, m: after}
            numbers = sum(listed[: points + 1]), sum(listed), sum(listed[points + 1 :])
            for formula, found in zip((dimension, bell, deficit), numbers, strict=True):
                yield equals(formula, at, found, trial)
            alike = (numbers[0] == numbers[1]) == (points >= before + after)
            yield trial.holds(alike, "the Bell number iff n ≥ k + m")


@exact(truncated_bell)
@control("partitions into any number of blocks", dimension=bell)
@control("all subsets", two_points=2 ** (k + m))
@control("10 % more", two_points=MORE * two_points)
@control("Bell number for n = 3", three_points=bell)
@control("labels without their exchange", three_points=3 ** (k + m - 1))
def few_points_have_closed_forms(
    dimension: sp.Expr, two_points: sp.Expr, three_points: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The truncated sums at n = 1, 2, 3 and up to nine indices."""
    for before in range(4):
        for after in range(1, 7):
            at = {k: before, m: after}
            for points, formula in ((1, sp.Integer(1)), (2, two_points), (3, three_points)):
                there = {**at, n: sp.Integer(points)}
                yield equals(formula, there, rational(dimension, there), trial)


# The smallest counterexample


@exact(truncated_bell)
@control("Bell number", dimension=bell)
@control("at most n − 1 blocks", dimension=blocks_up_to(sp.Min(n - 1, k + m)))
def one_point_has_one_map(
    dimension: sp.Expr, one_point: Mapping[sp.Symbol, sp.Expr], trial: Trial
) -> Iterator[Finding]:
    """The lists of k + m indices among n points, told apart by which of them are equal."""
    size, indices = int(one_point[n]), int(one_point[k] + one_point[m])
    patterns = {tuple(map(entry.index, entry)) for entry in product(range(size), repeat=indices)}
    yield equals(dimension, one_point, len(patterns), trial)
