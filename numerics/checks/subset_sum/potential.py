"""Evidence for R4: random subset sums cover an interval."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise, product
from math import ceil, floor

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from sparse_limits.numerics.exact.limits import exponent, limit_of_logarithms
from sparse_limits.numerics.exact.logarithms import split_logarithms, with_positive
from sparse_limits.numerics.subset_sum import IntervalUnion
from sparse_limits.numerics.subset_sum import potential as engine
from sparse_limits.theory.subset_sum.counting import covering_items
from sparse_limits.theory.subset_sum.potential import (
    UNIFORM,
    a,
    chord,
    contraction,
    distance,
    failure,
    gap,
    kappa,
    law_size,
    looseness,
    mean_odds,
    new_part,
    one_sign,
    r,
    size,
    start,
    subset_cover,
    v,
)
from sparse_limits.theory.subset_sum.symbols import delta, eps, n

MORE = sp.Rational(11, 10)

# Pieces in units of a, then a and κ
SETS = (
    (("-9/20", "-2/5", "-1/10", "1/50", "1/5", "33/100"), "1", "1/2"),
    (("-1/2", "-1/4", "1/3", "1/2"), "2", "1/5"),
    (("-1/20", "1/20"), "1/2", "3/4"),
    (("-3/10", "-1/5", "0", "1/10"), "4/3", "1/4"),
)


def union(ends: tuple[str, ...], reach: sp.Rational) -> IntervalUnion:
    numbers = [Fraction(end) * Fraction(reach) for end in ends]
    return IntervalUnion.of(zip(numbers[::2], numbers[1::2], strict=True), (-reach / 2, reach / 2))


def mean_shares() -> list[tuple[dict[sp.Symbol, sp.Rational], sp.Rational, sp.Rational]]:
    """For each set the point (a, κ, v) and the mean of its next share, with other mass at 0 and elsewhere."""
    found = []
    for ends, *numbers in SETS:
        reach, density = map(sp.Rational, numbers)
        covered = union(ends, reach)
        share = sp.Rational(covered.measure) / reach
        means = [engine.mean_next_measure(covered, reach, density, atom) for atom in (0, reach / 3)]
        found.append(({a: reach, kappa: density, v: share}, *(sp.Rational(mean) / reach for mean in means)))
    return found


@exact(subset_cover, step="new part")
@control("growth constant 1/4 for 1/2", new_part=new_part / 2)
@control("items reach half as far", new_part=new_part.subs(a, a / 2))
@control("nothing is covered twice", new_part=new_part / (1 - v))
@control("10 % more", new_part=MORE * new_part)
@control("10 % less", new_part=new_part / MORE)
def one_item_adds_in_the_mean(new_part: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The exact mean of |((C + X) ∩ I)∖C|: equality where other mass is at 0, more where it moves the set."""
    for at, mean, moved in trial.once(mean_shares):
        added = (new_part / a).subs(at)
        yield trial.holds(added == mean - at[v], f"adds {mean - at[v]}, claimed {added}")
        yield trial.holds(added <= moved - at[v], f"at least as much with an atom elsewhere: {moved - at[v]}")


CELLS = 4  # into which I is cut at most: all unions of them are tried


def parts_of_cells() -> list[tuple[sp.Rational, sp.Expr]]:
    """The covered share and the mean measure of the new part for every union of equal cells, a and κ free.

    The density κ puts into z − C, for z in the gap, κ times the measure of the pairs (z, c); a pair of cells has their
    product where its differences all lie in [−a, a], and less elsewhere.
    """
    found = []
    for cells in range(1, CELLS + 1):
        width = sp.Rational(1, cells)  # in units of a
        for covered in product((True, False), repeat=cells):
            inside = [i for i in range(cells) if covered[i]]
            outside = [i for i in range(cells) if not covered[i]]
            if inside and outside:
                pairs = sum(reached_pairs(i - j, width) for i in inside for j in outside)
                found.append((width * len(inside), kappa * a**2 * pairs))
    return found


def reached_pairs(shift: int, width: sp.Rational) -> sp.Rational:
    """The measure of the pairs of points of two cells, `shift` cells apart, whose difference lies in [−1, 1]."""

    def overlap(x: sp.Rational) -> sp.Rational:
        return max(width - abs(x - shift * width), sp.S.Zero)

    ends = sorted({sp.Integer(-1), sp.Integer(1), *((shift + k) * width for k in (-1, 0, 1))})
    inner = [end for end in ends if -1 <= end <= 1]
    return sum(((high - low) * (overlap(low) + overlap(high)) / 2 for low, high in pairwise(inner)), sp.S.Zero)


@exact(subset_cover, step="growth")
@control("nothing is covered twice", growth=v + a * kappa * v)
@control("half of it", growth=v + new_part / (2 * a))
@control("a part for a share", growth=v + new_part)
@control("10 % more of the part", new_part=MORE * new_part)
def share_grows_by_the_part(growth: sp.Expr, new_part: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The new part in units of a."""
    yield trial.same(growth, v + new_part / a)


@exact(subset_cover, step="new part")
@control("the gap is not left out", new_part=new_part / (1 - v))
@control("items reach half as far", new_part=new_part.subs(a, a / 2))
@control("10 % more", new_part=MORE * new_part)
def unions_of_cells_grow_as_much(new_part: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The mean new part of all unions of at most four cells, overlap by overlap, whatever a and κ are."""
    cases = ((new_part.subs(v, share), mean) for share, mean in trial.once(parts_of_cells))
    yield trial.at_sizes(cases, "unions of cells")


@exact(subset_cover, step="reach")
@control("half of it", distance=distance / 2)
@control("the sum of both halves twice", distance=2 * distance)
def targets_are_reached_from_the_cover(distance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """In units of a, z = 1/2 − x and c = y − 1/2 for some x, y ≥ 0; the other order is the mirror image."""
    x, y = sp.symbols("x y", nonnegative=True)
    target, point = sp.Rational(1, 2) - x, y - sp.Rational(1, 2)
    yield trial.nonnegative(distance - (target - point), x + y)


@exact(subset_cover, step="chord")
@control("slope 0.6", chord=1 - 3 * r / 5)
@control("the tangent at 0", chord=1 - r)
@control("10 % more", chord=MORE * chord)
def chord_lies_above(chord: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """1 − r/2 − 1/(1 + r) = r(1 − r)/(2(1 + r)), where both r and 1 − r are not negative."""
    yield trial.same((chord - 1 / (1 + r)) * 2 * (1 + r), r * (1 - r))


@exact(subset_cover, step="one item")
@control("contraction 1 − aκ", contraction=1 - a * kappa)
@control("10 % slower", contraction=1 - a * kappa / 2 / MORE)
@control("nothing is covered twice", growth=v + a * kappa * v)
@control("slope 0.6", chord=1 - 3 * r / 5)
@control("probability for odds", odds=1 - v)
@control("odds of being covered", odds=v / (1 - v))
def odds_shrink_by_the_chord(
    growth: sp.Expr, odds: sp.Expr, chord: sp.Expr, contraction: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The chord at the mean growth, over v, less 1; and that the chord falls."""
    yield trial.same(odds * v, 1 - v)
    yield trial.same(chord.subs(r, growth / v - 1) / v - 1, contraction * odds)
    yield trial.nonnegative(-chord.diff(r), sp.Rational(1, 2))


@exact(subset_cover, step="start")
@control("interval of half the length", start=2 * a / eps - 1)
@control("10 % more", start=MORE * start)
@control("odds of being covered", odds=v / (1 - v))
def odds_start_at_the_first_interval(start: sp.Expr, odds: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The odds at v = ε/a."""
    yield trial.same(start, odds.subs(v, eps / a))


@exact(subset_cover, step="all items")
@control("one item more", mean_odds=mean_odds.subs(n, n + 1))
@control("one item less", mean_odds=mean_odds.subs(n, n - 1))
@control("falls with n²", mean_odds=mean_odds.subs(n, n**2))
@control("interval of half the length", start=2 * a / eps - 1)
@control("contraction 1 − aκ", contraction=1 - a * kappa)
def mean_odds_shrink_item_by_item(
    start: sp.Expr, contraction: sp.Expr, mean_odds: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The mean odds at 0 items, and at n + 1 from those at n."""
    yield trial.induction(mean_odds, n, start, lambda term: contraction * term, by=sp.factor)


@exact(subset_cover, step="gap")
@control("of length ε", gap=eps)
@control("a quarter of ε", gap=eps / 4)
@control("10 % more", gap=MORE * gap)
def uncovered_side_fits(gap: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """What is left of ε where ε/2 is covered; and z + ε/2 ≤ a/2 at z = −x, as a = 2ε + y, for all x, y ≥ 0."""
    x, y = sp.symbols("x y", nonnegative=True)
    yield trial.same(eps - eps / 2, gap)
    yield trial.nonnegative((2 * eps + y) / 2 - (gap - x), eps / 2 + x + y / 2)


def uncovered_end(width: Fraction, reach: Fraction) -> Fraction:
    """The uncovered share where only the end of the frame, of length width/2, is missing."""
    return 1 - IntervalUnion.of([(-reach / 2, (reach - width) / 2)], (-reach / 2, reach / 2)).measure / reach


@exact(subset_cover, step="threshold")
@control("gaps of length ε", threshold=eps / a)
@control("threshold of the frame's half", threshold=eps / (4 * a))
@control("a gap twice as long", gap=2 * gap)
@control("odds of being covered", odds=v / (1 - v))
def uncovered_share_bounds_the_odds(gap: sp.Expr, odds: sp.Expr, threshold: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The gap as a share of the frame; (1 − v)/v − (1 − v) = (1 − v)²/v; the share that an uncovered end leaves."""
    yield trial.same(threshold, gap / a)
    yield trial.nonnegative(odds - (1 - v), (1 - v) ** 2 / v)
    for width, reach in ((Fraction(1, 10), Fraction(1)), (Fraction(1, 7), Fraction(3, 2))):
        share = sp.Rational(uncovered_end(width, reach))
        yield trial.same(threshold.subs({eps: sp.Rational(width), a: sp.Rational(reach)}), share)


def logarithm(gap: sp.Expr) -> sp.Expr:
    return split_logarithms(with_positive(gap, delta), 2 - a * kappa, contraction)


@exact(subset_cover, step="failure")
@control("forgets ε", failure=2 * a**2 * contraction**n)
@control("contraction 1 − aκ", failure=2 * a**2 / eps**2 * (1 - a * kappa) ** n)
@control("10 % more", failure=MORE * failure)
@control("10 % less", failure=failure / MORE)
@control("one item more", mean_odds=mean_odds.subs(n, n + 1))
@control("gaps of length ε", threshold=eps / a)
def failure_is_markov_at_the_threshold(
    mean_odds: sp.Expr, threshold: sp.Expr, failure: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Mean odds over the least odds of a failure, and cⁿ over these besides."""
    yield trial.same(failure - mean_odds / threshold, contraction**n / threshold)


@exact(subset_cover, step="items of a law")
@control("forgets ε", failure=2 * a**2 * contraction**n)
@control("one factor 1/ε", law_size=sp.log(2 * a**2 / (eps * delta)) / -sp.log(contraction))
@control("10 % more items", law_size=MORE * law_size)
@control("rising", failure=failure / contraction ** (2 * n))
def failure_at_the_size_is_the_one_allowed(failure: sp.Expr, law_size: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The bound at n items is δ times a factor for each item beyond the size, and the factor is below 1."""
    yield trial.same(sp.log(failure), sp.log(delta) + (n - law_size) * sp.log(contraction), by=logarithm)
    yield trial.nonnegative(1 - failure.subs(n, n + 1) / failure, a * kappa / 2, strict=True)


@exact(subset_cover, step="uniform items")
@control("contraction of the share", size=sp.log(2 / (eps**2 * delta)) / sp.log(2))
@control("10 % fewer items", size=size / MORE)
@control("one factor 1/ε", law_size=sp.log(2 * a**2 / (eps * delta)) / -sp.log(contraction))
def uniform_items_are_such_a_law(law_size: sp.Expr, size: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The size at a = 1 and κ = ½, the density that integrates to 1 over [−1, 1]; and the bound there."""
    yield trial.same(2 * UNIFORM[a] * UNIFORM[kappa], sp.S.One)
    yield trial.same(size, law_size.subs(UNIFORM), by=logarithm)
    yield trial.same(sp.log(failure.subs(UNIFORM).subs(n, size)), sp.log(delta), by=logarithm)


CHAINS = ((1, 0.01), (5, 0.005))


def rounded_odds(rng: np.random.Generator, size: int, width: float, chains: int) -> int:
    """How many chains have odds, as a share of those at the start, above a uniform number of their own."""
    share = engine.uncovered_odds(rng, size, width, chains) / (1 / width - 1)
    return int(np.count_nonzero(rng.random(chains) < share))


@statistical(subset_cover, tests=2, cost=0.4)
@control("contraction 1 − aκ", contraction=1 - a * kappa)
@control("a sixth less", contraction=contraction * sp.Rational(5, 6))
def odds_shrink_along_chains(contraction: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """uₙ/u₀ has at most the mean cⁿ; a uniform number for each chain makes it an event of this probability."""
    chains = trial.size(2500)
    for items, width in CHAINS:
        count = trial.draw(rounded_odds, items, width, chains)
        yield trial.counts(count, chains, trial.value(contraction.subs(UNIFORM) ** items), "above")


def misses(rng: np.random.Generator, size: int, width: float, draws: int) -> int:
    """How many samples leave a point of [−½, ½] farther than the width from all subset sums."""
    return sum(not engine.sums_cover(x, width) for x in rng.uniform(-1, 1, (draws, size)))


def unproved(rng: np.random.Generator, size: int, width: float, draws: int) -> int:
    """How many samples have a covered set that does not prove the opposite."""
    return sum(not engine.covers(x, width) for x in rng.uniform(-1, 1, (draws, size)))


@statistical(subset_cover, tests=2, cost=0.4)
@control("forgets ε", failure=2 * a**2 * contraction**n)
@control("for one target", failure=contraction**n)
def samples_fail_at_most_as_often(failure: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Samples that leave a target out, of all subset sums for few items, by the covered set for many."""
    width = sp.Rational(1, 10)
    for simulate, items, quick in ((misses, 4, 800), (unproved, 24, 300)):
        draws = trial.size(quick)
        at = {**UNIFORM, n: sp.Integer(items), eps: width}
        count = trial.draw(simulate, items, float(width), draws)
        yield trial.counts(count, draws, min(1.0, trial.value(failure, at)), "above")


@exact(subset_cover, step="order")
@control("of one factor 1/ε", looseness=looseness / 2)
@control("natural logarithms", looseness=looseness / sp.log(2))
@control("10 % more", looseness=MORE * looseness)
@control("10 % less", looseness=looseness / MORE)
@control("one factor 1/ε", law_size=sp.log(2 * a**2 / (eps * delta)) / -sp.log(contraction))
def no_fewer_by_more_than_a_factor(law_size: sp.Expr, looseness: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The guaranteed number over that of R3, in units of a, as ε → 0."""
    quotient = law_size / covering_items.subs(eps, eps / a)
    yield trial.same(trial.once(limit_of_logarithms, quotient, eps, sp.exp(-exponent)), looseness)


MOST = 16  # items of which all subset sums are tried: more can only help
TRUE_SUMS = ((sp.Rational(1, 10), 1200), (sp.Rational(1, 100), 300))  # ε, and how many samples


@statistical(subset_cover, tests=4, cost=0.4)
@control("half as many", size=size / 2)
@control("twice as many", size=2 * size)
def true_sums_need_a_third(size: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """All subset sums: two fifths of the guaranteed items fail in at most a tenth of the samples, a fourth in more."""
    allowed = sp.Rational(1, 10)
    for width, quick in TRUE_SUMS:
        draws = trial.size(quick)
        guaranteed = trial.value(size, {eps: width, delta: allowed})
        few, enough = (min(items, MOST) for items in (ceil(guaranteed / 4), floor(guaranteed * 2 / 5)))
        failures = trial.draw(misses, few, float(width), draws)
        yield trial.counts(draws - failures, draws, float(1 - allowed), "above", observed=True)
        failures = trial.draw(misses, enough, float(width), draws)
        yield trial.counts(failures, draws, float(allowed), "above", observed=True)


def uncovered(rng: np.random.Generator, items: int, eps: float, chains: int) -> int:
    """How many chains of so many uniform items have covered sets that leave a target out."""
    return sum(not engine.covers(each, eps) for each in rng.uniform(-1, 1, (chains, items)))


@statistical(subset_cover, tests=2, cost=0.5)
@control("a third as many", size=size / 3)
@control("three times as many", size=3 * size)
def covered_sets_need_more_than_a_third(size: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The proof's covered sets: all guaranteed items fail in at most a tenth of the chains, a third in more; ε = 1/100."""
    allowed, chains = sp.Rational(1, 10), trial.size(250)
    guaranteed = trial.value(size, {eps: sp.Rational(1, 100), delta: allowed})
    failures = trial.draw(uncovered, floor(guaranteed / 3), 0.01, chains)
    yield trial.counts(chains - failures, chains, float(1 - allowed), "above", observed=True)
    failures = trial.draw(uncovered, ceil(guaranteed), 0.01, chains)
    yield trial.counts(failures, chains, float(allowed), "above", observed=True)


@exact(subset_cover)
@control("one of the two signs", one_sign=one_sign / 2)
@control("an item more", one_sign=one_sign.subs(n, n + 1))
@control("10 % more", one_sign=sp.Rational(11, 10) * one_sign)
def samples_of_one_sign_miss_the_other_side(one_sign: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """All fair signs of up to eight items: where they are equal no sum has the other sign, and −½ or ½ is missed."""
    for items in range(1, 9):
        signs = list(product((-1, 1), repeat=items))
        missed = sum(min(each) == max(each) for each in signs)
        yield trial.same(one_sign.subs(n, items), sp.Rational(missed, len(signs)))


@enclosed(subset_cover)
@control("a steeper one", chord=1 - 3 * r / 4)
@control("without the 1", chord=chord - sp.Rational(1, 2))
@control("less than the gap", start=start - a / eps)
@control("the inverse", start=1 / (start + 1))
def chord_lies_above_and_the_start_below_a_half(chord: sp.Expr, start: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """For a growth up to 1 the chord bounds 1/(1 + r); up to half the reach no more than half is covered at the start."""
    yield trial.below(1 / (1 + r), chord)
    yield trial.below(sp.S.One, start)
