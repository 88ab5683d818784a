"""Evidence for L18.1–L18.3, step by step: characters, covered sets unit after unit, and the coefficients of one unit."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, exact
from sparse_limits.numerics.evidence.simplifying import over
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.coverage import p_0
from sparse_limits.theory.lifts.degrees import n
from sparse_limits.theory.lifts.walsh import (
    F_S,
    both_missed,
    coverage,
    coverage_one,
    coverage_two,
    cube_example,
    f_S,
    folded,
    g_1,
    g_2,
    holders,
    i,
    input_moment,
    j,
    k,
    kept,
    mask_coverage,
    missing,
    no_cover,
    pair,
    pattern,
    s,
    s_1,
    s_2,
    share,
    shared,
    split,
    union,
    x,
)

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)


@exact(no_cover, step="one input")
@control("its mean alone", split=(g_1 + g_2) / 2)
@control("the values exchanged", split=split.subs(x, -x))
@control("not halved", split=2 * split)
@control("10 % more", split=ELEVEN * split)
def one_input_chooses_a_value(split: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The line through both values."""
    yield trial.same(split, g_1 * (1 + x) / 2 + g_2 * (1 - x) / 2, by=sp.expand)
    yield trial.same(split.subs(x, 1), g_1, by=sp.expand)
    yield trial.same(split.subs(x, -1), g_2, by=sp.expand)


@exact(no_cover, step="powers of an input")
@control("always 1", input_moment=sp.S.One)
@control("its sign", input_moment=(-1) ** holders)
@control("only of the empty product", input_moment=sp.KroneckerDelta(holders, 0))
@control("10 % more", input_moment=ELEVEN * input_moment)
def powers_of_a_sign_have_these_means(input_moment: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The mean over both signs: 1 if both sets have the input or none, 0 if one of them has it."""
    mean = sum((sign**holders for sign in (sp.S.One, sp.S.NegativeOne)), sp.S.Zero) / 2
    yield trial.same(input_moment, mean)
    for both, value in enumerate((1, 0, 1)):
        yield trial.holds(
            input_moment.subs(holders, both) == value, f"in {both} sets: {input_moment.subs(holders, both)}"
        )


@exact(no_cover, step="missing sets")
@control("without the half", missing=f_S**2)
@control("the modulus", missing=sp.Abs(f_S) / 2)
@control("10 % more", missing=ELEVEN * missing)
@control("10 % less", missing=NINE * missing)
@control("without the half of a share", share=2 * share)
@control("of the sum", share=(F_S + f_S) ** 2 / 2)
@control("of the product", share=(F_S * f_S) ** 2 / 2)
def shares_of_sets_that_networks_lack(share: sp.Expr, missing: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Half of a square, which grows from F_S = f_S on at the rate at which F_S differs; at F_S = 0 what a set costs."""
    yield trial.same(missing, share.subs(F_S, 0))
    yield trial.nonnegative(share, (F_S - f_S) ** 2 / 2)
    yield trial.vanishes(share.subs(F_S, f_S))


@exact(mask_coverage, step="one mask")
@control("one of them", kept=s * p_0)
@control("one input more", kept=p_0 ** (s + 1))
@control("all others are missing", kept=p_0**s * (1 - p_0))
@control("10 % more", kept=ELEVEN * kept)
def masks_hold_one_input_after_the_other(kept: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """None to begin with; each further one with the probability p_0."""
    yield trial.induction(kept, s, sp.S.One, lambda term: p_0 * term, by=sp.powsimp)


@exact(mask_coverage, step="one set")
@control("half the inputs", coverage_one=1 - (1 - p_0 ** (s / 2)) ** n)
@control("expected number", coverage_one=n * p_0**s)
@control("one unit", coverage_one=p_0**s)
@control("10 % more", coverage_one=ELEVEN * coverage_one)
@control("all others are missing", kept=p_0**s * (1 - p_0))
def units_cover_a_set_one_after_the_other(kept: sp.Expr, coverage_one: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """No unit covers it; one more does where the others do not, with the probability of one mask."""
    yield trial.induction(
        coverage_one, n, sp.S.Zero, lambda term: term + (1 - term) * kept, by=lambda gap: sp.expand(sp.powsimp(gap))
    )


@exact(mask_coverage, step="two sets in a mask")
@control("shared inputs twice", union=s_1 + s_2)
@control("the shared ones", union=shared)
@control("one shared input", union=union.subs(shared, 1))
@control("10 % more inputs", union=ELEVEN * union)
@control("independent sets", both_missed=(1 - p_0**s_1) * (1 - p_0**s_2))
@control("not both", both_missed=1 - p_0 ** (s_1 + s_2 - shared))
@control("disjoint events", both_missed=1 - p_0**s_1 - p_0**s_2)
@control("10 % more", both_missed=ELEVEN * both_missed)
@control("all others are missing", kept=p_0**s * (1 - p_0))
def masks_miss_two_sets(kept: sp.Expr, union: sp.Expr, both_missed: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The inputs of each alone and the shared ones; a mask lacks one of these, or one of each of the others."""
    first, second = s_1 - shared, s_2 - shared
    yield trial.same(union, first + second + shared, by=sp.expand)
    alone = (1 - kept.subs(s, first)) * (1 - kept.subs(s, second))
    yield trial.same(
        both_missed, 1 - kept.subs(s, shared) * (1 - alone), by=lambda gap: sp.powsimp(sp.expand(sp.powsimp(gap)))
    )
    yield trial.same(both_missed, 1 - kept.subs(s, s_1) - kept.subs(s, s_2) + kept.subs(s, union), by=sp.powsimp)


@exact(mask_coverage, step="two sets")
@control("shared inputs count twice", coverage_two=coverage_two.subs(shared, 0))
@control("independent sets", coverage_two=(1 - (1 - p_0**s_1) ** n) * (1 - (1 - p_0**s_2) ** n))
@control("union bound", coverage_two=1 - (1 - p_0**s_1) ** n - (1 - p_0**s_2) ** n)
@control("10 % more", coverage_two=ELEVEN * coverage_two)
@control("disjoint events", both_missed=1 - p_0**s_1 - p_0**s_2)
@control("shared inputs twice", union=s_1 + s_2)
def units_cover_two_sets_one_after_the_other(
    union: sp.Expr, both_missed: sp.Expr, coverage_two: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """From no unit on: both at once where none is covered, the other one where one is."""
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
@control("no character", pattern=sp.binomial(s, i) * sp.binomial(k - s, j - i))
@control("inside the set alone", pattern=(-1) ** i * sp.binomial(s, i))
@control("all the others", pattern=(-1) ** i * sp.binomial(s, i) * sp.binomial(k, j - i))
@control("10 % more", pattern=ELEVEN * pattern)
def points_are_counted_input_by_input(pattern: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One point without inputs; one input more, outside of the set or inside, is 1 or −1."""
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
@control("without the opposite", pair=pair / (1 - (-1) ** s))
@control("even sets", pair=pair / (1 - (-1) ** s) * (1 + (-1) ** s))
@control("half of the cube", pair=2 * pair)
@control("10 % more", pair=ELEVEN * pair)
@control("no character", pattern=sp.binomial(s, i) * sp.binomial(k - s, j - i))
def opposite_points_are_added(pattern: sp.Expr, pair: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """A pattern and its opposite, of all 2^k points."""
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
@control("half of the cube", coefficient=folded / 2)
@control("10 % more", coefficient=ELEVEN * folded)
@control("one more point", coefficient=folded.subs(k, k + 1))
@control("10 % more of a pair", pair=ELEVEN * pair)
@control("no character", pair=pair.subs((-1) ** i, 1))
def coefficient_is_the_sum_of_pairs(pair: sp.Expr, coefficient: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Pairs of patterns with fewer than half of the inputs −1: inside the set, at most all, and outside."""
    inside = (i, sp.Max(0, j + s - k), sp.Min(j, s))
    pairs = sp.Sum(pair, inside, (j, 0, sp.floor((k - 1) / 2)))
    claimed = coefficient.args[0].expr if isinstance(coefficient, sp.Piecewise) else coefficient
    yield trial.same(claimed, pairs, by=gathered)


@exact(cube_example, step="two triples")
@control("no shared input", coverage=coverage.subs(p_0**5, p_0**6))
@control("independent triples", coverage=(1 - (1 - p_0**3) ** n) ** 2)
@control("union bound", coverage=1 - 2 * (1 - p_0**3) ** n)
@control("10 % more", coverage=ELEVEN * coverage)
@control("shared inputs count twice", coverage_two=coverage_two.subs(shared, 0))
def triples_are_two_sets(coverage_two: sp.Expr, coverage: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Three inputs each, one of them shared."""
    yield trial.same(coverage, coverage_two.subs({s_1: 3, s_2: 3, shared: 1}), by=sp.expand)
