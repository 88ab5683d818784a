"""Evidence for R2, besides its reasons: moments are integrals over the common part; and more."""

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.numerics.subset_sum import all_subset_sums, expected_subsets, rational
from sparse_limits.numerics.subset_sum import second_moments as engine
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.subset_sum.further.second_moment import mean, square, subset_pairs
from sparse_limits.theory.subset_sum.symbols import eps, n, z

INSTANCES = (
    (3, "3/2", "5/4"),
    (2, "3/10", "1/20"),
    (2, "-1/2", "1/2"),
    (2, "0", "3/2"),
    (2, "-5/4", "1/3"),
    (1, "1/2", "1/3"),
    (1, "-1/4", "1/4"),
)
WITHOUT_WIDTH = ((2, "0"), (2, "1/3"), (0, "0"), (0, "1/3"))


@exact(subset_pairs, step="second moment", cost=0.4)
def moments_are_integrals_over_the_common_part(second_moment: sp.Expr, trial: Trial) -> Findings:
    """The sum of all such integrals, those with an empty subset among them: the same rational numbers; at ε = 0 the empty subset alone."""
    for size, target, width in INSTANCES:
        at = {n: sp.Integer(size), z: sp.Rational(target), eps: sp.Rational(width)}
        value = trial.once(engine.second_moment, size, at[z], at[eps])
        yield trial.same(second_moment, value, at=[at], by=lambda gap, at=at: rational(gap, at))
    for size, target in WITHOUT_WIDTH:
        at = {n: sp.Integer(size), z: sp.Rational(target), eps: sp.S.Zero}
        yield trial.same(second_moment, int(at[z] == 0), at=[at], by=lambda gap, at=at: rational(gap, at))


def pair_hits(rng: np.random.Generator, size: int, draws: int) -> int:
    """How often two random subsets of fresh items both hit."""
    return int(np.count_nonzero(engine.random_pair_hits(rng, size, 0.3, 0.4, draws)))


@statistical(subset_pairs, tests=2)
def random_pairs_hit_as_often(second_moment: sp.Expr, trial: Trial) -> Findings:
    """Two random subsets of the same fresh items per draw both hit with probability E N² / 4ⁿ."""
    draws = trial.size(400_000)
    for size in (2, 4):
        at = {n: sp.Integer(size), z: sp.Rational(3, 10), eps: sp.Rational(2, 5)}
        p = trial.value(second_moment / 4**n, at)
        yield trial.counts(trial.draw(pair_hits, size, draws), draws, p)


# A hit


@exact(subset_pairs)
def two_valued_counts_attain_both_bounds(hit_at_least: sp.Expr, hit_at_most: sp.Expr, trial: Trial) -> Findings:
    """N = v with probability h, else 0: the lower bound is h; at v = 1, and at h = 1 for v ≥ 1, the upper one is h."""
    h, v = sp.symbols("h v", positive=True)
    yield trial.same(valued(hit_at_least, {mean: h * v, square: h * v**2}), h)
    for likely in (sp.Rational(1, 3), sp.Rational(2, 7), sp.S.One):
        yield trial.same(hit_at_most.subs(mean, likely), likely)
    for count in (2, 7):
        yield trial.same(hit_at_most.subs(mean, count), 1)


SAMPLED = ((4, "1/20"), (5, "1/40"), (3, "1/10"))


def hits(rng: np.random.Generator, size: int, width: float, draws: int) -> int:
    """How many samples have a subset within the width of 3/10."""
    return int(np.count_nonzero((np.abs(all_subset_sums(rng, size, draws) - 0.3) <= width).any(axis=1)))


@statistical(subset_pairs, tests=6)
def hits_stay_between_the_bounds(hit_at_least: sp.Expr, hit_at_most: sp.Expr, trial: Trial) -> Findings:
    """How many samples have a subset that hits, held against both ends."""
    draws = trial.size(20_000)
    for size, width in SAMPLED:
        place = sp.Rational(3, 10), sp.Rational(width)
        at = {mean: trial.once(expected_subsets, size, *place), square: trial.once(engine.second_moment, size, *place)}
        count = trial.draw(hits, size, float(place[1]), draws)
        yield trial.counts(count, draws, trial.value(hit_at_most, at), "above")
        yield trial.counts(draws - count, draws, 1 - trial.value(hit_at_least, at), "above")


@enclosed(subset_pairs)
def bounds_of_the_hits_are_in_order(hit_at_least: sp.Expr, truncated_power: sp.Expr, trial: Trial) -> Findings:
    """The probability of a hit is at least the one and at most the mean and 1; a truncated power is not negative."""
    yield trial.below(hit_at_least, sp.Min(1, mean))
    yield trial.below(sp.S.Zero, truncated_power)
