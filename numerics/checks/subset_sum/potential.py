"""Evidence for R4: random subset sums cover an interval."""

from fractions import Fraction
from itertools import product
from math import ceil, floor

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.numerics.exact.limits import exponent, limit_of_logarithms
from sparse_limits.numerics.exact.logarithms import split_logarithms, with_positive
from sparse_limits.numerics.subset_sum import IntervalUnion
from sparse_limits.numerics.subset_sum import potential as engine
from sparse_limits.theory.subset_sum.counting import covering_items
from sparse_limits.theory.subset_sum.potential import UNIFORM, a, contraction, failure, kappa, r, subset_cover, v
from sparse_limits.theory.subset_sum.symbols import delta, eps, n

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
def one_item_adds_in_the_mean(new_part: sp.Expr, trial: Trial) -> Findings:
    """The exact mean of |((C + X) ∩ I)∖C| is the claimed one where the rest of the law is an atom at 0, and at least that where the atom is
    elsewhere.
    """
    for at, mean, moved in trial.once(mean_shares):
        added = (new_part / a).subs(at)
        yield trial.holds(added == mean - at[v], f"adds {mean - at[v]}, claimed {added}")
        yield trial.holds(added <= moved - at[v], f"at least as much with an atom elsewhere: {moved - at[v]}")


def uncovered_end(width: Fraction, reach: Fraction) -> Fraction:
    """The uncovered share where only the end of the frame, of length width/2, is missing."""
    return 1 - IntervalUnion.of([(-reach / 2, (reach - width) / 2)], (-reach / 2, reach / 2)).measure / reach


@exact(subset_cover, step="threshold")
def uncovered_share_bounds_the_odds(gap: sp.Expr, odds: sp.Expr, threshold: sp.Expr, trial: Trial) -> Findings:
    """The threshold is the gap as a share of the frame, and the share that an uncovered end leaves; the odds (1 − v)/v exceed 1 − v by (1 −
    v)²/v.
    """
    yield trial.same(threshold, gap / a)
    yield trial.nonnegative(odds - (1 - v), (1 - v) ** 2 / v)
    for width, reach in ((Fraction(1, 10), Fraction(1)), (Fraction(1, 7), Fraction(3, 2))):
        share = sp.Rational(uncovered_end(width, reach))
        yield trial.same(threshold.subs({eps: sp.Rational(width), a: sp.Rational(reach)}), share)


def logarithm(gap: sp.Expr) -> sp.Expr:
    return split_logarithms(with_positive(gap, delta), 2 - a * kappa, contraction)


@exact(subset_cover, step="items of a law")
def failure_at_the_size_is_the_one_allowed(failure: sp.Expr, law_size: sp.Expr, trial: Trial) -> Findings:
    """The bound at n items is δ times a factor for each item beyond the size, and the factor is below 1."""
    yield trial.same(sp.log(failure), sp.log(delta) + (n - law_size) * sp.log(contraction), by=logarithm)
    yield trial.nonnegative(1 - failure.subs(n, n + 1) / failure, a * kappa / 2, strict=True)


@exact(subset_cover, step="uniform items")
def uniform_items_have_density_one_half(law_size: sp.Expr, size: sp.Expr, trial: Trial) -> Findings:
    """The size at a = 1 and κ = ½, the density that integrates to 1 over [−1, 1]; at this size the bound is δ."""
    yield trial.same(2 * UNIFORM[a] * UNIFORM[kappa], sp.S.One)
    yield trial.same(size, law_size.subs(UNIFORM), by=logarithm)
    yield trial.same(sp.log(failure.subs(UNIFORM).subs(n, size)), sp.log(delta), by=logarithm)


CHAINS = ((1, 0.01), (5, 0.005))


def rounded_odds(rng: np.random.Generator, size: int, width: float, chains: int) -> int:
    """How many chains have odds, as a share of those at the start, above a uniform number of their own."""
    share = engine.uncovered_odds(rng, size, width, chains) / (1 / width - 1)
    return int(np.count_nonzero(rng.random(chains) < share))


@statistical(subset_cover, tests=2, cost=0.4)
def odds_shrink_along_chains(contraction: sp.Expr, trial: Trial) -> Findings:
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
def samples_fail_at_most_as_often(failure: sp.Expr, trial: Trial) -> Findings:
    """Samples that leave a target out are at most as frequent as the bound: of 4 items by all subset sums, of 24 by the covered set."""
    width = sp.Rational(1, 10)
    for simulate, items, quick in ((misses, 4, 800), (unproved, 24, 300)):
        draws = trial.size(quick)
        at = {**UNIFORM, n: sp.Integer(items), eps: width}
        count = trial.draw(simulate, items, float(width), draws)
        yield trial.counts(count, draws, min(1.0, trial.value(failure, at)), "above")


@exact(subset_cover, step="order")
def no_fewer_by_more_than_a_factor(law_size: sp.Expr, looseness: sp.Expr, trial: Trial) -> Findings:
    """The guaranteed number over that of R3, in units of a, as ε → 0."""
    quotient = law_size / covering_items.subs(eps, eps / a)
    yield trial.same(trial.once(limit_of_logarithms, quotient, eps, sp.exp(-exponent), delta), looseness)


MOST = 16  # items of which all subset sums are tried: more can only help
TRUE_SUMS = ((sp.Rational(1, 10), 1200), (sp.Rational(1, 100), 300))  # ε, and how many samples


@statistical(subset_cover, tests=4, cost=0.4)
def true_sums_need_a_third(size: sp.Expr, trial: Trial) -> Findings:
    """All subset sums: two fifths of the guaranteed items fail in at most a tenth of the samples, a fourth of them in more."""
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
def covered_sets_need_more_than_a_third(size: sp.Expr, trial: Trial) -> Findings:
    """The proof's covered sets at ε = 1/100: all guaranteed items fail in at most a tenth of the chains, a third of them in more."""
    allowed, chains = sp.Rational(1, 10), trial.size(250)
    guaranteed = trial.value(size, {eps: sp.Rational(1, 100), delta: allowed})
    failures = trial.draw(uncovered, floor(guaranteed / 3), 0.01, chains)
    yield trial.counts(chains - failures, chains, float(1 - allowed), "above", observed=True)
    failures = trial.draw(uncovered, ceil(guaranteed), 0.01, chains)
    yield trial.counts(failures, chains, float(allowed), "above", observed=True)


@exact(subset_cover)
def samples_of_one_sign_miss_the_other_side(one_sign: sp.Expr, trial: Trial) -> Findings:
    """All fair signs of up to eight items: the share in which the least or the largest subset sum is 0; then −½ or ½ is at least ½ away."""
    for items in range(1, 9):
        signs = list(product((-1, 1), repeat=items))
        extremes = [(sum(s for s in each if s < 0), sum(s for s in each if s > 0)) for each in signs]
        missed = sum(least == 0 or largest == 0 for least, largest in extremes)
        yield trial.same(one_sign.subs(n, items), sp.Rational(missed, len(signs)))


@enclosed(subset_cover)
def chord_lies_above_and_the_start_below_a_half(chord: sp.Expr, start: sp.Expr, trial: Trial) -> Findings:
    """For growths up to 1 the chord is at least 1/(1 + r); for distances up to half the reach no more than half is covered at the start."""
    yield trial.below(1 / (1 + r), chord)
    yield trial.below(sp.S.One, start)
