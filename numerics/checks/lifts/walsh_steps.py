"""Evidence for L18.1–L18.3, step by step: characters, covered sets unit after unit, and the coefficients of one unit."""

from itertools import product

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.theory.formulas.simplifying import over
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.coverage import p_0
from sparse_limits.theory.lifts.degrees import n
from sparse_limits.theory.lifts.walsh import (
    F_S,
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
    x,
)


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
