"""Evidence for R4: random subset sums cover an interval."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import ceil, floor

import numpy as np
import sympy as sp

from numerics.evidence import Finding, Trial, control, empirical, exact, statistical
from numerics.exact.logarithms import split_logarithms
from numerics.subset_sum import IntervalUnion
from numerics.subset_sum import potential as engine
from theory.subset_sum.counting import covering_items
from theory.subset_sum.potential import (
    UNIFORM,
    a,
    contraction,
    failure,
    growth,
    kappa,
    law_size,
    looseness,
    size,
    start,
    subset_cover,
    threshold,
    v,
)
from theory.subset_sum.symbols import delta, eps, n

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


@exact(subset_cover)
@control("growth constant 1/4 for 1/2", growth=v + a * kappa * v * (1 - v) / 2)
@control("items reach half as far", growth=growth.subs(a, a / 2))
@control("nothing is covered twice", growth=v + a * kappa * v)
@control("10 % more", growth=MORE * growth)
@control("10 % less", growth=growth / MORE)
def one_item_adds_in_the_mean(growth: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The exact mean of |C ∪ ((C + X) ∩ I)|: equality where other mass is at 0, more where it moves the set."""
    for at, mean, moved in trial.once(mean_shares):
        yield trial.same(growth, mean, at=[at], by=lambda gap, at=at: sp.nsimplify(gap.subs(at)))
        yield trial.holds(growth.subs(at) <= moved, f"at least as much with an atom elsewhere: {moved}")


def uncovered_end(width: Fraction, reach: Fraction) -> Fraction:
    """The uncovered share where only the end of the frame, of length width/2, is missing."""
    return 1 - IntervalUnion.of([(-reach / 2, (reach - width) / 2)], (-reach / 2, reach / 2)).measure / reach


@exact(subset_cover)
@control("nothing is covered twice", growth=v + a * kappa * v)
@control("probability for odds", odds=1 - v)
@control("odds of being covered", odds=v / (1 - v))
@control("interval of half the length", start=2 * a / eps - 1)
@control("10 % more", start=MORE * start)
@control("contraction 1 − aκ", contraction=1 - a * kappa)
@control("10 % slower", contraction=1 - a * kappa / 2 / MORE)
@control("gaps of length ε", threshold=eps / a)
@control("threshold of the frame's half", threshold=eps / (4 * a))
def odds_shrink_by_the_chord(
    growth: sp.Expr, odds: sp.Expr, start: sp.Expr, contraction: sp.Expr, threshold: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The chord 1/(1 + r) ≤ 1 − r/2 at the mean growth; the odds at C_0; the share that an uncovered end leaves."""
    r = sp.Symbol("r")
    yield trial.same(odds * v, 1 - v)
    yield trial.same((1 - r / 2 - 1 / (1 + r)) * 2 * (1 + r), r * (1 - r), by=sp.simplify)
    yield trial.same(start, odds.subs(v, eps / a))
    yield trial.same((1 - (growth / v - 1) / 2) / v - 1, contraction * odds)
    for width, reach in ((Fraction(1, 10), Fraction(1)), (Fraction(1, 7), Fraction(3, 2))):
        share = sp.Rational(uncovered_end(width, reach))
        yield trial.same(threshold.subs({eps: sp.Rational(width), a: sp.Rational(reach)}), share)


def logarithm(gap: sp.Expr) -> sp.Expr:
    return split_logarithms(gap, 2 - a * kappa, contraction)


@exact(subset_cover)
@control("forgets ε", failure=2 * a**2 * contraction**n)
@control("contraction 1 − aκ", failure=2 * a**2 / eps**2 * (1 - a * kappa) ** n)
@control("10 % more", failure=MORE * failure)
@control("10 % less", failure=failure / MORE)
@control("one factor 1/ε", law_size=sp.log(2 * a**2 / (eps * delta)) / -sp.log(contraction))
@control("10 % more items", law_size=MORE * law_size)
@control("contraction of the share", size=sp.log(2 / (eps**2 * delta)) / sp.log(2))
@control("10 % fewer items", size=size / MORE)
def failure_is_markov_at_the_threshold(
    failure: sp.Expr, law_size: sp.Expr, size: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """(u_0 + 1) cⁿ over the least odds of a failure; the sizes are where that is δ."""
    yield trial.same(failure, (start + 1) * contraction**n / threshold)
    yield trial.same(sp.log(failure.subs(n, law_size)), sp.log(delta), by=logarithm)
    yield trial.same(sp.log(failure.subs(UNIFORM).subs(n, size)), sp.log(delta), by=logarithm)


CHAINS = ((1, 0.01), (5, 0.005))


def rounded_odds(rng: np.random.Generator, size: int, width: float, chains: int) -> int:
    """How many chains have odds, as a share of those at the start, above a uniform number of their own."""
    share = engine.uncovered_odds(rng, size, width, chains) / (1 / width - 1)
    return int(np.count_nonzero(rng.random(chains) < share))


@statistical(subset_cover, tests=2, cost=0.4)
@control("contraction 1 − aκ", contraction=1 - a * kappa)
@control("20 % faster", contraction=contraction * sp.Rational(5, 6))
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


@exact(subset_cover)
@control("of one factor 1/ε", looseness=looseness / 2)
@control("natural logarithms", looseness=looseness / sp.log(2))
@control("10 % more", looseness=MORE * looseness)
@control("10 % less", looseness=looseness / MORE)
@control("one factor 1/ε", law_size=sp.log(2 * a**2 / (eps * delta)) / -sp.log(contraction))
def no_fewer_by_more_than_a_factor(law_size: sp.Expr, looseness: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The guaranteed number over that of R3, in units of a, as ε → 0."""
    yield trial.same(sp.limit(law_size / covering_items.subs(eps, eps / a), eps, 0), looseness)


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


@empirical(subset_cover)
@control("a third as many", size=size / 3)
@control("twice as many", size=2 * size)
def covered_sets_need_half_as_many(size: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """What the proof's covered sets need in nine chains of ten: between a third of the guaranteed items and all of them."""
    guaranteed = ceil(trial.value(size, {eps: sp.Rational(1, 100), delta: sp.Rational(1, 10)}))
    needed = float(np.quantile(trial.draw(engine.first_cover, 0.01, 64, trial.size(60)), 0.9))
    yield trial.at_most(needed, guaranteed, "items that suffice in nine chains of ten, below the guaranteed number")
    yield trial.at_most(guaranteed / needed, 3, "the guaranteed number over that")
