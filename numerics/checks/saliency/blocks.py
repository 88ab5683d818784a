"""Evidence for S13: the law of ranks in a block, and the cut norm of N:M masks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, combinations, permutations, product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from numerics.evidence import Finding, Trial, control, exact, statistical
from numerics.exact.logarithms import split_logarithms
from numerics.masks.cut_norm import cut_norm_witness, exact_cut_norm
from numerics.masks.selection import n_of_m_mask
from theory.graphon.concentration import hoeffding_rate
from theory.graphon.symbols import delta, m, n, s
from theory.saliency.blocks import (
    block,
    block_range,
    block_sparsity,
    first_share,
    kept,
    profile,
    rivals,
    share,
    strength,
)
from theory.tails import alpha, frechet, half_normal, t

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
claimed = block_sparsity.expressions
pair, two_of_four, cut_bound, failure = (claimed[name] for name in ("pair", "two_of_four", "cut_bound", "failure"))
shares = [each / (strength + sum(rivals)) for each in (strength, *rivals)]


def reduce(expression: sp.Expr) -> sp.Expr:
    """Simplify a formula in logarithms."""
    return split_logarithms(expression)


@exact(block_sparsity)
@control("the other way round", density=block / kept)
@control("one of M", density=1 / block)
@control("removed ones", density=1 - kept / block)
@control("10 % more", density=ELEVEN * kept / block)
def columns_of_one_profile_share_the_places(density: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The share of orders of a block in which the first column is among the N first, over all orders."""
    for size in (2, 4, 5):
        orders = list(permutations(range(size)))
        for places in range(1, size):
            seen = sp.Rational(sum(0 in order[:places] for order in orders), len(orders))
            yield trial.holds(density.subs({kept: places, block: size}) == seen, f"{places}:{size} keeps {seen}")


@exact(block_sparsity)
@control("in proportion to the profile", pair=profile[0] / (profile[0] + profile[1]))
@control("in proportion to its square", pair=profile[0] ** 2 / (profile[0] ** 2 + profile[1] ** 2))
@control("the other column", pair=pair.subs({profile[0]: profile[1], profile[1]: profile[0]}, simultaneous=True))
@control("10 % less", pair=NINE * pair)
def pair_is_the_integral_over_the_noise(pair: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """P(φ₂ξ₂ < φ₁ξ₁) = ∫ g(x)(1 − F̄(φ₁x/φ₂))dx for half-normal noise, by SymPy."""
    yield trial.same(pair, trial.once(chance_of_the_first))


def chance_of_the_first() -> sp.Expr:
    below = (1 - half_normal.at(profile[0] * t / profile[1])).rewrite(sp.erf)
    return sp.integrate(half_normal.density * below, (t, 0, sp.oo))


def race(strengths: Sequence[sp.Rational], places: int) -> sp.Rational:
    """P(the first of independent exponential variables of these rates is among the smallest `places`).

    ∫ s e^(−sy) ∏(1 − e^(−s_k y)) ∏e^(−s_l y) dy over the sets of k that are smaller, multiplied out term by term.
    """
    first, *others = strengths
    total = sp.S.Zero
    for smaller in chain.from_iterable(combinations(others, size) for size in range(places)):
        later = sum(others) - sum(smaller)
        for some in chain.from_iterable(combinations(smaller, size) for size in range(len(smaller) + 1)):
            total += (-1) ** len(some) * first / (first + later + sum(some))
    return total


BLOCKS = ((1, 2, 3, 4), (5, 1, 1, 2), (2, 7, 3, sp.Rational(1, 2)))


@exact(block_sparsity)
@control("twice the share", two_of_four=sp.Min(1, 2 * shares[0]))
@control("drawn with replacement", two_of_four=1 - (1 - shares[0]) ** 2)
@control("second draw from all", second_place=first_share * share)
@control("second place 10 % less", second_place=NINE * claimed["second_place"])
@control("strength φ, whatever α", one_of_four=profile[0] / sum(profile), three_of_four=sp.Rational(3, 4))
@control("two for three", three_of_four=two_of_four)
@control("10 % more", two_of_four=ELEVEN * two_of_four)
@control("one for two", one_of_four=two_of_four)
def ranks_are_those_of_an_exponential_race(
    second_place: sp.Expr, one_of_four: sp.Expr, two_of_four: sp.Expr, three_of_four: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """φξ ≤ x has the probability e^(−φ^α y), y = x^(−α); the places of such variables in exact fractions."""
    x = sp.Symbol("x", positive=True)
    rate = -sp.log(1 - frechet.at(x / profile[0])) * x**alpha
    yield trial.same(rate, strength, by=reduce)
    after_others = (second_place.subs({first_share: each, share: shares[0]}) for each in shares[1:])
    yield trial.same(two_of_four, shares[0] + sum(after_others))
    for phis, power in product(BLOCKS, (1, 2)):
        strengths = [sp.Rational(phi) ** power for phi in phis]
        for places, expression in enumerate((one_of_four, two_of_four, three_of_four), start=1):
            value = expression.subs({**dict(zip(profile, phis, strict=True)), alpha: power})
            seen = trial.once(race, strengths, places)
            yield trial.holds(value == seen, f"{places} of 4: {seen}, claimed {value}")


def kept_pairs(rng: np.random.Generator, rows: int) -> NDArray[np.int64]:
    """How often the first column of profile 2, beside 1, is kept by 1:2 of half-normal noise."""
    scores = np.abs(rng.standard_normal((rows, 2))) * np.array([2.0, 1.0])
    counts: NDArray[np.int64] = n_of_m_mask(scores, 1, 2)[:, :1].sum(axis=0)
    return counts


def kept_of_four(rng: np.random.Generator, places: int, rows: int) -> NDArray[np.int64]:
    """How often each column of profile 1, 2, 3, 4 is kept by `places`:4 of Fréchet noise, α = 3/2."""
    scores = np.arange(1.0, 5.0) * rng.standard_exponential((rows, 4)) ** (-2 / 3)
    counts: NDArray[np.int64] = n_of_m_mask(scores, places, 4).sum(axis=0)
    return counts


@statistical(block_sparsity, tests=4, cost=0.4)
@control("in proportion to the profile", pair=profile[0] / (profile[0] + profile[1]))
@control("in proportion to its square", pair=profile[0] ** 2 / (profile[0] ** 2 + profile[1] ** 2))
@control("pair 10 % less", pair=NINE * pair)
@control("twice the share", two_of_four=sp.Min(1, 2 * shares[0]))
@control("strength φ, whatever α", one_of_four=profile[0] / sum(profile))
@control("two for three", three_of_four=two_of_four)
def blocks_keep_the_stated_shares(
    pair: sp.Expr, one_of_four: sp.Expr, two_of_four: sp.Expr, three_of_four: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Independent blocks: each column is kept a binomial number of times."""
    rows = trial.size(60_000)
    yield trial.counts_each(trial.draw(kept_pairs, rows), rows, [trial.value(pair, {profile[0]: 2, profile[1]: 1})])
    for places, expression in enumerate((one_of_four, two_of_four, three_of_four), start=1):
        nulls = [trial.value(expression, {**column, alpha: sp.Rational(3, 2)}) for column in columns()]
        yield trial.counts_each(trial.draw(kept_of_four, places, rows), rows, nulls)


def columns() -> list[dict[sp.Symbol, int]]:
    """The profile 1, 2, 3, 4 as seen from each of its columns."""
    values = [[k, *(other for other in range(1, 5) if other != k)] for k in range(1, 5)]
    return [dict(zip(profile, each, strict=True)) for each in values]


@exact(block_sparsity)
@control("the kept ones", block_range=kept)
@control("the removed ones", block_range=block - kept)
@control("independent entries", block_range=block)
@control("half the range", block_range=block_range / 2)
@control(
    "forgets the union over sets", cut_bound=block_range / sp.sqrt(block) * sp.sqrt(sp.log(2 / delta) / (2 * m * n))
)
@control("bounded entry by entry", cut_bound=hoeffding_rate)
@control("one block of each row", cut_bound=block_range / block * hoeffding_rate)
@control("10 % more", cut_bound=ELEVEN * cut_bound)
@control("10 % less", cut_bound=NINE * cut_bound)
@control("one sign", failure=failure / 2)
@control("half the exponent", failure=failure.subs(s, s / sp.sqrt(2)))
def bound_comes_from_hoeffding_on_blocks(
    block_range: sp.Expr, failure: sp.Expr, cut_bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The range of the kept ones among k columns of a block by enumeration, Hoeffding's exponent, and its solution."""
    for size in range(2, 6):
        for places in range(1, size):
            masks = list(combinations(range(size), places))
            numbers = [[sum(j < k for j in mask) for mask in masks] for k in range(size + 1)]
            widest = max(max(each) - min(each) for each in numbers)
            value = block_range.subs({kept: places, block: size})
            yield trial.holds(value == widest, f"{places}:{size}: range {widest}, claimed {value}")
    squares = m * n / block * block_range**2  # one range for each block
    hoeffding = 2 * 2**m * 2**n * sp.exp(-2 * (m * n * s) ** 2 / squares)
    yield trial.same(failure, hoeffding, at=bound_points())
    yield trial.same(sp.log(failure.subs(s, cut_bound)), sp.log(delta), by=reduce, at=bound_points())


def bound_points() -> list[dict[sp.Symbol, sp.Expr]]:
    """Blocks of which fewer, or more, than half are kept, three in each row of a small mask."""
    sizes = {m: 2, delta: sp.Rational(1, 5), s: sp.Rational(1, 7)}
    kept_of = ((1, 2), (1, 4), (2, 5), (4, 5), (5, 8))
    return [{**sizes, n: 3 * size, kept: places, block: size} for places, size in kept_of]


def small_cut_norms(rng: np.random.Generator, masks: int, side: int) -> NDArray[np.floating]:
    """‖M − 1/4‖□ of square 1:4 masks of iid scores, exactly."""
    kept_ones = n_of_m_mask(rng.random((masks * side, side)), 1, 4).reshape(masks, side, side)
    return np.asarray(exact_cut_norm(4 * kept_ones.astype(np.int64) - 1)) / 4


def large_cut_witnesses(rng: np.random.Generator, masks: int, side: int) -> NDArray[np.floating]:
    """The same for larger masks, by certified lower bounds."""
    kept_ones = n_of_m_mask(rng.random((masks * side, side)), 1, 4).reshape(masks, side, side)
    return np.array([cut_norm_witness(4 * each.astype(np.int64) - 1, rng, starts=4).value / 4 for each in kept_ones])


@statistical(block_sparsity, tests=2)
@control(
    "forgets the union over sets", cut_bound=block_range / sp.sqrt(block) * sp.sqrt(sp.log(2 / delta) / (2 * m * n))
)
@control("two fifths of the bound", cut_bound=sp.Rational(2, 5) * cut_bound)
def cut_norms_stay_within_the_bound(cut_bound: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """1:4 masks: 8×8 with exact cut norms, 128×128 with certified lower bounds."""
    samples = (
        (8, sp.Rational(1, 2), trial.draw(small_cut_norms, trial.size(1000), 8)),
        (128, sp.Rational(1, 100), trial.draw(large_cut_witnesses, trial.size(16), 128)),
    )
    for side, chance, norms in samples:
        limit = trial.value(cut_bound, {m: side, n: side, kept: 1, block: 4, delta: chance})
        yield trial.counts(int((norms > limit).sum()), len(norms), float(chance), side="above")
