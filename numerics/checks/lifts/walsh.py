"""Evidence for L18.1–L18.3: Walsh coefficients by enumeration, least squares for the bound, chains of masks for the coverage."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import product
from math import prod

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.numerics.exact.exact_values import written_out
from sparse_limits.numerics.lifts.students import covered
from sparse_limits.theory.formulas.simplifying import over
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts import walsh as claims
from sparse_limits.theory.lifts.coverage import p_0
from sparse_limits.theory.lifts.degrees import n
from sparse_limits.theory.lifts.walsh import (
    F_S,
    coverage_of,
    cube_example,
    f_S,
    g_1,
    g_2,
    holders,
    i,
    j,
    k,
    mask_coverage,
    no_cover,
    s,
    s_1,
    s_2,
    shared,
    subsets,
    x,
)

Support = tuple[int, ...]
TRIPLES = ((1, 2, 3), (3, 4, 5))


def points(d: int) -> list[tuple[int, ...]]:
    return list(product((1, -1), repeat=d))


def coefficients(values: Mapping[tuple[int, ...], sp.Expr]) -> dict[Support, sp.Expr]:
    """E f(x) Π_{i∈S} x_i for all S ⊆ {1, …, d}, from the values of f on the cube, by its definition."""
    d = len(next(iter(values)))
    return {
        chosen: sp.expand(sum(prod(x[i - 1] for i in chosen) * value for x, value in values.items()) / 2**d)
        for chosen in subsets(range(1, d + 1))
    }


def on_the_cube(f: sp.Expr, inputs: Collection[sp.Symbol]) -> dict[tuple[int, ...], sp.Expr]:
    return {x: valued(f, dict(zip(inputs, x, strict=True))) for x in points(len(inputs))}


@exact(cube_example, step="coefficients of the target", cost=0.4)
def enumeration_finds_every_coefficient(
    coefficient: sp.Expr, target: sp.Expr, linear: sp.Expr, cubic: sp.Expr, trial: Trial
) -> Findings:
    """All 32 coefficients of the example by their definition, and those of one unit by the formula."""
    found = trial.once(enumerated, target)
    claimed = {(1,): linear, (2,): linear, (4,): -linear, (5,): linear, (1, 2, 3): cubic, (3, 4, 5): cubic}
    for size, value in enumerate((sp.S.Zero, linear, sp.S.Zero, cubic)):
        yield trial.same(written_out(coefficient.subs({k: 3, s: size}), {}), value, by=sp.expand)
    for chosen, value in found.items():
        yield trial.same(value, claimed.get(chosen, sp.S.Zero), by=sp.expand)


@exact(cube_example, step="zero network")
def zero_network_lacks_the_whole_target(
    target: sp.Expr, linear: sp.Expr, cubic: sp.Expr, initial_loss: sp.Expr, trial: Trial
) -> Findings:
    """The loss is half of the squares of four coefficients at one input and of two at triples; and half the mean square of the target."""
    yield trial.same(initial_loss, (4 * linear**2 + 2 * cubic**2) / 2, by=sp.expand)
    values = on_the_cube(target, claims.cube).values()
    yield trial.same(initial_loss, sum(value**2 for value in values) / 64, by=sp.expand)


def enumerated(target: sp.Expr) -> dict[Support, sp.Expr]:
    """All coefficients of a function of the five inputs."""
    return coefficients(on_the_cube(target, claims.cube))


PAIRS = tuple(chosen for chosen in subsets(range(1, 6)) if len(chosen) == 2)


@exact(cube_example, step="losses", cost=0.4)
def sets_that_lack_add_up(
    target: sp.Expr, missing: sp.Expr, one_missing: sp.Expr, without_x_1: sp.Expr, without_x_3: sp.Expr, trial: Trial
) -> Findings:
    """The loss of each family adds up the coefficients of the example that it lacks, found by enumeration."""
    found = trial.once(enumerated, target)
    for claimed, kept in (
        (one_missing, ((1, 2, 3), *PAIRS)),
        (without_x_1, ((2, 3, 4, 5),)),
        (without_x_3, ((1, 2, 4, 5),)),
    ):
        lost = (value for chosen, value in found.items() if not any(set(chosen) <= set(each) for each in kept))
        yield trial.same(claimed, sum(missing.subs(f_S, value) for value in lost), by=sp.expand)


@exact(cube_example, step="four units")
def four_units_of_one_input_attain_the_bound(
    target: sp.Expr, linear: sp.Expr, cubic: sp.Expr, missing: sp.Expr, both_missing: sp.Expr, trial: Trial
) -> Findings:
    """The bound is what two triples cost, and the loss of a network of in-degree 1, by enumeration."""
    yield trial.same(both_missing, 2 * missing.subs(f_S, cubic), by=sp.expand)
    signs = {claims.x_1: 1, claims.x_2: 1, claims.x_4: -1, claims.x_5: 1}
    network = sum(sign * linear / sp.tanh(1) * sp.tanh(x) for x, sign in signs.items())
    values = on_the_cube(network - target, claims.cube).values()
    yield trial.same(both_missing, sum(sp.expand(value) ** 2 for value in values) / 64, by=sp.expand)


@enclosed(cube_example)
def sums_of_inputs_have_the_coefficients(coefficient: sp.Expr, trial: Trial) -> Findings:
    """tanh(x_1 + … + x_k) by enumeration."""
    for inputs, size in ((1, 1), (2, 1), (3, 1), (3, 2), (3, 3), (4, 0), (4, 1), (4, 3), (5, 5), (10, 3)):
        signs: Counter[int] = Counter()
        for point in trial.once(points, inputs):
            signs[sum(point)] += prod(point[:size])
        found = sum(count * sp.tanh(total) for total, count in signs.items()) / 2**inputs
        yield trial.same(valued(coefficient, {k: inputs, s: size}), found, by=None)


# The bound itself: a least-squares problem in exact arithmetic, without characters


@dataclass(frozen=True)
class Problem:
    """A function on {±1}^d, d = 4, in the order of `product`, and a family of sets of its inputs 0, …, d − 1."""

    values: tuple[int, ...]
    family: tuple[tuple[int, ...], ...]


DIMENSION = 4


def random_problems(rng: np.random.Generator, count: int) -> list[Problem]:
    """Small whole values; one to four members of zero to three inputs."""
    problems = []
    for _ in range(count):
        sizes = rng.integers(0, DIMENSION, size=rng.integers(1, 5))
        family = tuple(tuple(sorted(map(int, rng.choice(DIMENSION, size, replace=False)))) for size in sizes)
        problems.append(Problem(tuple(map(int, rng.integers(-9, 10, size=2**DIMENSION))), family))
    return problems


def least_loss(problem: Problem) -> sp.Rational:
    """min ½E(F − f)² over sums of functions of the members: tables of their values, by the normal equations."""
    cube = points(DIMENSION)
    columns = [
        [int(all(x[i] == at for i, at in zip(member, seen, strict=True))) for x in cube]
        for member in problem.family
        for seen in product((1, -1), repeat=len(member))
    ]
    tables, values = sp.Matrix(columns).T, sp.Matrix(problem.values)
    normal = tables.T * tables
    free = list(normal.rref()[1])  # tables of two members overlap: take a basis
    basis = tables[:, free]
    fit = basis * (basis.T * basis).LUsolve(basis.T * values)
    return sum(entry**2 for entry in values - fit) / (2 * len(cube))


@exact(no_cover, cost=0.3)
def least_squares_pays_for_every_missing_set(missing: sp.Expr, trial: Trial) -> Findings:
    """The least loss over all sums of functions of the members is what the sets that lie in no member cost."""
    for problem in trial.draw(random_problems, trial.size(8)):
        found = coefficients(dict(zip(points(DIMENSION), map(sp.Integer, problem.values), strict=True)))
        seen = [{i + 1 for i in member} for member in problem.family]
        lost = [value for chosen, value in found.items() if not any(set(chosen) <= member for member in seen)]
        yield trial.same(sum(missing.subs(f_S, value) for value in lost), trial.once(least_loss, problem), by=None)


# Coverage


@cache
def unit_law(supports: tuple[frozenset[int], ...], d: int, p: Fraction) -> dict[frozenset[int], Fraction]:
    """The law of the set of supports inside one unit's mask, by enumeration of its 2^d masks."""
    law: dict[frozenset[int], Fraction] = {}
    for mask in subsets(range(1, d + 1)):
        inside = frozenset(i for i, support in enumerate(supports) if support <= set(mask))
        law[inside] = law.get(inside, Fraction(0)) + p ** len(mask) * (1 - p) ** (d - len(mask))
    return law


def chain_coverage(supports: tuple[frozenset[int], ...], d: int, p: Fraction, most: int) -> list[Fraction]:
    """P(all covered) by 1, …, `most` units, one after the other."""
    state = {frozenset[int](): Fraction(1)}
    found = []
    for _ in range(most):
        after: dict[frozenset[int], Fraction] = {}
        for (held, chance), (inside, extra) in product(state.items(), unit_law(supports, d, p).items()):
            after[held | inside] = after.get(held | inside, Fraction(0)) + chance * extra
        state = after
        found.append(state.get(frozenset(range(len(supports))), Fraction(0)))
    return found


DENSITIES = (Fraction(0), Fraction(1, 6), Fraction(2, 5), Fraction(1))
UNITS = 5


def same_as_chain(formula: sp.Expr, supports: Collection[Collection[int]], trial: Trial) -> Findings:
    """A coverage in n and p_0 against the chain, exactly."""
    sets = tuple(map(frozenset, supports))
    d = max(frozenset().union(*sets), default=0)
    for p in DENSITIES:
        chances = trial.once(chain_coverage, sets, d, p, UNITS)
        claimed = [valued(formula, {n: units, p_0: sp.Rational(str(p))}) for units in range(1, UNITS + 1)]
        agree = claimed == [sp.Rational(str(chance)) for chance in chances]
        yield trial.holds(agree, f"{chances[1]} by two units at density {p}")


@exact(mask_coverage)
def chains_of_masks_cover_as_claimed(coverage_one: sp.Expr, coverage_two: sp.Expr, trial: Trial) -> Findings:
    """Inclusion and exclusion against masks added one unit after the other, all masks of each unit, in exact arithmetic."""
    for size in (0, 1, 2, 4):
        yield from same_as_chain(coverage_one.subs(s, size), [range(1, size + 1)], trial)
    for sizes in ((1, 1, 0), (2, 3, 1), (4, 3, 2), (2, 3, 2)):
        supports = range(1, sizes[0] + 1), range(sizes[0] - sizes[2] + 1, sizes[0] - sizes[2] + sizes[1] + 1)
        at = dict(zip((s_1, s_2, shared), sizes, strict=True))
        yield from same_as_chain(valued(coverage_two, at), supports, trial)


@exact(cube_example)
def chains_of_masks_cover_the_triples(coverage: sp.Expr, trial: Trial) -> Findings:
    """The same for the two triples; supports inside them change nothing."""
    yield from same_as_chain(coverage, TRIPLES, trial)
    yield trial.same(coverage, coverage_of([*TRIPLES, (1,), (2, 3), ()]))  # the maximal ones suffice


def covered_masks(rng: np.random.Generator, students: int, units: int, p: Fraction) -> int:
    """How many of some students, each with fresh masks of 6 inputs, cover both triples."""
    return int(covered(rng.random((students, units, 6)) < float(p), TRIPLES).sum())


@statistical(cube_example, tests=1)
def random_masks_cover_as_often(coverage: sp.Expr, trial: Trial) -> Findings:
    """Every student has fresh masks; masks of different numbers of units are not nested."""
    students, half = trial.size(30_000), Fraction(1, 2)
    sizes = (8, 16)
    counts = [trial.draw(covered_masks, students, units, half) for units in sizes]
    chances = [trial.value(coverage, {n: units, p_0: sp.Rational(1, 2)}) for units in sizes]
    yield trial.counts_each(counts, students, chances)


# Characters, covered sets unit after unit, and the coefficients of one unit


@exact(no_cover, step="one input")
def one_input_chooses_a_value(split: sp.Expr, trial: Trial) -> Findings:
    """The split is the line through both values."""
    yield trial.same(split, g_1 * (1 + x) / 2 + g_2 * (1 - x) / 2, by=sp.expand)
    yield trial.same(split.subs(x, 1), g_1, by=sp.expand)
    yield trial.same(split.subs(x, -1), g_2, by=sp.expand)


@exact(no_cover, step="powers of an input")
def powers_of_a_sign_have_these_means(input_moment: sp.Expr, trial: Trial) -> Findings:
    """The mean over both signs: 1 if both sets have the input or none, 0 if one of them has it."""
    mean = sum((sign**holders for sign in (sp.S.One, sp.S.NegativeOne)), sp.S.Zero) / 2
    yield trial.same(input_moment, mean)
    for both, value in enumerate((1, 0, 1)):
        yield trial.holds(
            input_moment.subs(holders, both) == value, f"in {both} sets: {input_moment.subs(holders, both)}"
        )


@exact(no_cover, step="missing sets")
def shares_of_sets_that_networks_lack(share: sp.Expr, missing: sp.Expr, trial: Trial) -> Findings:
    """The share of a set is (F_S − f_S)²/2: 0 at F_S = f_S, and what a missing set costs at F_S = 0."""
    yield trial.same(missing, share.subs(F_S, 0))
    yield trial.nonnegative(share, (F_S - f_S) ** 2 / 2)
    yield trial.vanishes(share.subs(F_S, f_S))


@exact(mask_coverage, step="two sets in a mask")
def masks_miss_two_sets(kept: sp.Expr, union: sp.Expr, both_missed: sp.Expr, trial: Trial) -> Findings:
    """The union counts the inputs of each set alone and the shared ones; a mask that misses both sets lacks a shared input, or one input of
    each set alone.
    """
    first, second = s_1 - shared, s_2 - shared
    yield trial.same(union, first + second + shared, by=sp.expand)
    alone = (1 - kept.subs(s, first)) * (1 - kept.subs(s, second))
    yield trial.same(
        both_missed, 1 - kept.subs(s, shared) * (1 - alone), by=lambda gap: sp.powsimp(sp.expand(sp.powsimp(gap)))
    )
    yield trial.same(both_missed, 1 - kept.subs(s, s_1) - kept.subs(s, s_2) + kept.subs(s, union), by=sp.powsimp)


@exact(mask_coverage, step="two sets")
def units_cover_two_sets_one_after_the_other(
    union: sp.Expr, both_missed: sp.Expr, coverage_two: sp.Expr, trial: Trial
) -> Findings:
    """By induction from no unit on: one unit more covers both sets where none is covered, and the other set where one is."""
    first, second, both = p_0**s_1, p_0**s_2, p_0**union
    none = both_missed**n
    only_first, only_second = (1 - second) ** n - none, (1 - first) ** n - none

    def following(term: sp.Expr) -> sp.Expr:
        return term + only_first * second + only_second * first + none * both

    yield trial.induction(coverage_two, n, sp.S.Zero, following, by=in_powers)


def in_powers(gap: sp.Expr) -> sp.Expr:
    """Expanded with the powers with exponent n as letters, their bases in theirs."""
    powers = {each: sp.Dummy(positive=True) for each in gap.atoms(sp.Pow) if n in each.exp.free_symbols}
    plain = gap.xreplace({each: letter * each.base ** (each.exp - n) for each, letter in powers.items()})
    same = {each.base: letter for each, letter in powers.items()}
    merged = plain.xreplace({letter: same[each.base] for each, letter in powers.items()})
    return sp.powsimp(sp.expand(merged))


@exact(cube_example, step="patterns", cost=0.6)
def points_are_counted_input_by_input(pattern: sp.Expr, trial: Trial) -> Findings:
    """There is one point without inputs; one input more, outside of the set or inside, is 1 or −1; points of three inputs are listed."""
    outside = pattern + pattern.subs(j, j - 1)
    yield trial.same(pattern.subs(k, k + 1), outside, by=over(pattern))
    inside = pattern - valued(pattern, {i: i - 1, j: j - 1})
    yield trial.same(valued(pattern, {k: k + 1, s: s + 1}), inside, by=over(pattern))
    for one, all_of_them in product(range(3), repeat=2):
        found = pattern.subs({k: 0, s: 0, i: one, j: all_of_them})
        yield trial.holds(found == (one == all_of_them == 0), f"of no inputs {one} and {all_of_them}: {found}")
    for some in product((1, -1), repeat=3):
        one, all_of_them = some[:2].count(-1), some.count(-1)
        alike = (x for x in product((1, -1), repeat=3) if (x[:2].count(-1), x.count(-1)) == (one, all_of_them))
        found, number = pattern.subs({k: 3, s: 2, i: one, j: all_of_them}), sum(x[0] * x[1] for x in alike)
        yield trial.holds(
            found == number, f"of three inputs {one} of two and {all_of_them}: {found}, by a list {number}"
        )


@exact(cube_example, step="opposite points", cost=0.5)
def opposite_points_are_added(pattern: sp.Expr, pair: sp.Expr, trial: Trial) -> Findings:
    """2^k times a pair is the value at a pattern plus that at the opposite one."""
    opposite = {i: s - i, j: k - j}
    values = sp.tanh(k - 2 * j) * pattern
    both = values + valued(values, opposite)
    yield trial.same(2**k * pair, both, by=over(values))
    for one, all_of_them in product(range(4), range(3)):
        there = {k: 5, s: 3, i: one, j: all_of_them}
        yield trial.same(valued(2**k * pair, there), valued(both, there), by=sp.expand)


def gathered(formula: sp.Expr) -> sp.Expr:
    """Factors before a sum put into it, sums of sums as one, and those within equal limits too."""
    if isinstance(formula, sp.Add):
        parts = [gathered(part) for part in formula.args]
        sums = [part for part in parts if isinstance(part, sp.Sum)]
        together = {each.limits: sum(one.function for one in sums if one.limits == each.limits) for each in sums}
        rest = (part for part in parts if not isinstance(part, sp.Sum))
        bodies = {limits: sp.expand(body) for limits, body in together.items()}
        return sp.Add(*rest, *(sp.Sum(body, *limits) for limits, body in bodies.items() if body != 0))
    if isinstance(formula, sp.Sum):
        return sp.Sum(gathered(formula.function), *formula.limits)
    if isinstance(formula, sp.Mul):
        sums = [part for part in map(gathered, formula.args) if isinstance(part, sp.Sum)]
        if len(sums) == 1:
            rest = sp.Mul(*(part for part in formula.args if not part.has(sp.Sum)))
            return sp.Sum(sp.expand(rest * sums[0].function), *sums[0].limits)
        return sp.expand(formula)
    return formula


@exact(cube_example, step="coefficient")
def coefficient_is_the_sum_of_pairs(pair: sp.Expr, coefficient: sp.Expr, trial: Trial) -> Findings:
    """The coefficient is the sum over pairs of patterns in which fewer than half of the inputs are −1."""
    inside = (i, sp.Max(0, j + s - k), sp.Min(j, s))
    pairs = sp.Sum(pair, inside, (j, 0, sp.floor((k - 1) / 2)))
    claimed = coefficient.args[0].expr if isinstance(coefficient, sp.Piecewise) else coefficient
    yield trial.same(claimed, pairs, by=gathered)
