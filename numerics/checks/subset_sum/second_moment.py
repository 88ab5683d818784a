"""Evidence for R2: the second moment of the number of subsets, and bounds of a hit."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy as sp

from numerics.evidence import Finding, Trial, control, exact, statistical
from numerics.subset_sum import all_subset_sums, expected_subsets, rational
from numerics.subset_sum import second_moments as engine
from theory.subset_sum.expected_count import empty_subset, expected_count
from theory.subset_sum.second_moment import (
    a,
    b,
    c,
    hit_at_least,
    mean,
    second_moment,
    square,
    subset_pairs,
    truncated_power,
    x,
    y,
)
from theory.subset_sum.symbols import eps, n, z

MORE = sp.Rational(11, 10)
POISSON = expected_count + expected_count**2


def integrated(a: int, b: int, c: int) -> sp.Expr:
    """T(x, y) from its definition, a polynomial."""
    v = sp.Symbol("v", nonnegative=True)
    alone = ((x - v) ** a / sp.factorial(a)) * ((y - v) ** b / sp.factorial(b))
    if c == 0:
        return alone.subs(v, 0)
    return sp.integrate(sp.expand(alone * v ** (c - 1) / sp.factorial(c - 1)), (v, 0, x))


SIZES = ((2, 3, 2), (3, 1, 3), (0, 2, 1), (2, 2, 0), (1, 0, 2))


@exact(subset_pairs)
@control("nothing in common", truncated_power=x**a * y**b / (sp.factorial(a) * sp.factorial(b)))
@control("x for y − x", truncated_power=truncated_power.subs(y, 2 * x))
@control("one common item fewer", truncated_power=truncated_power.subs(c, c - 1))
@control("10 % more", truncated_power=MORE * truncated_power)
def truncated_power_is_an_integral_over_the_common_part(truncated_power: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The integral of the three powers, as polynomials in x and y."""
    for sizes in SIZES:
        here = truncated_power.subs(dict(zip((a, b, c), sizes, strict=True))).doit()
        yield trial.same(here, trial.once(integrated, *sizes), by=sp.expand)


INSTANCES = (
    (3, "3/2", "5/4"),
    (2, "3/10", "1/20"),
    (2, "-1/2", "1/2"),
    (2, "0", "3/2"),
    (2, "-5/4", "1/3"),
    (1, "1/2", "1/3"),
    (1, "-1/4", "1/4"),
)


@exact(subset_pairs, cost=0.4)
@control("Poisson", second_moment=POISSON)
@control("independent subsets", second_moment=expected_count**2)
@control("forgets the empty subset", second_moment=second_moment - empty_subset * (2 * expected_count - 1))
@control("10 % less", second_moment=second_moment / MORE)
def moments_are_integrals_over_the_common_part(second_moment: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The sum of all such integrals, those with an empty subset among them: the same rational numbers."""
    for size, target, width in INSTANCES:
        at = {n: sp.Integer(size), z: sp.Rational(target), eps: sp.Rational(width)}
        value = trial.once(engine.second_moment, size, at[z], at[eps])
        yield trial.same(second_moment, value, at=[at], by=lambda gap, at=at: rational(gap, at))


def pair_hits(rng: np.random.Generator, size: int, draws: int) -> int:
    """How often two random subsets of fresh items both hit."""
    return int(np.count_nonzero(engine.random_pair_hits(rng, size, 0.3, 0.4, draws)))


@statistical(subset_pairs, tests=2)
@control("Poisson", second_moment=POISSON)
@control("independent subsets", second_moment=expected_count**2)
@control("10 % more", second_moment=MORE * second_moment)
@control("10 % less", second_moment=second_moment / MORE)
def random_pairs_hit_as_often(second_moment: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Two random subsets of the same fresh items per draw both hit with probability E N² / 4ⁿ."""
    draws = trial.size(400_000)
    for size in (2, 4):
        at = {n: sp.Integer(size), z: sp.Rational(3, 10), eps: sp.Rational(2, 5)}
        p = trial.value(second_moment / 4**n, at)
        yield trial.counts(trial.draw(pair_hits, size, draws), draws, p)


# A hit


@exact(subset_pairs)
@control("forgets the square", hit_at_least=mean / square)
@control("variance for the second moment", hit_at_least=mean**2 / (square - mean**2))
@control("10 % more", hit_at_least=MORE * hit_at_least)
@control("10 % less", hit_at_least=hit_at_least / MORE)
@control("half the mean", hit_at_most=sp.Min(1, mean / 2))
@control("twice the mean", hit_at_most=sp.Min(1, 2 * mean))
@control("above one", hit_at_most=mean)
def two_valued_counts_attain_both_bounds(
    hit_at_least: sp.Expr, hit_at_most: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """N = v with probability h, else 0: the lower bound is h; at v = 1, and at h = 1 for v ≥ 1, the upper one is h."""
    h, v = sp.symbols("h v", positive=True)
    yield trial.same(hit_at_least.subs({mean: h * v, square: h * v**2}, simultaneous=True), h)
    for likely in (sp.Rational(1, 3), sp.Rational(2, 7), sp.S.One):
        yield trial.same(hit_at_most.subs(mean, likely), likely)
    for count in (2, 7):
        yield trial.same(hit_at_most.subs(mean, count), 1)


SAMPLED = ((4, "1/20"), (5, "1/40"), (3, "1/10"))


def hits(rng: np.random.Generator, size: int, width: float, draws: int) -> int:
    """How many samples have a subset within the width of 3/10."""
    return int(np.count_nonzero((np.abs(all_subset_sums(rng, size, draws) - 0.3) <= width).any(axis=1)))


@statistical(subset_pairs, tests=6)
@control("forgets the square", hit_at_least=mean / square)
@control("half the mean", hit_at_most=sp.Min(1, mean / 2))
@control("root of the lower bound", hit_at_least=sp.sqrt(hit_at_least))
def hits_stay_between_the_bounds(hit_at_least: sp.Expr, hit_at_most: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """How many samples have a subset that hits, held against both ends."""
    draws = trial.size(20_000)
    for size, width in SAMPLED:
        place = sp.Rational(3, 10), sp.Rational(width)
        at = {mean: trial.once(expected_subsets, size, *place), square: trial.once(engine.second_moment, size, *place)}
        count = trial.draw(hits, size, float(place[1]), draws)
        yield trial.counts(count, draws, trial.value(hit_at_most, at), "above")
        yield trial.counts(draws - count, draws, 1 - trial.value(hit_at_least, at), "above")
