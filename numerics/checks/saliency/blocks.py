"""Evidence for S13: the law of ranks in a block, and the cut norm of N:M masks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, combinations, permutations, product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from sparse_limits.numerics.exact.logarithms import split_logarithms
from sparse_limits.numerics.masks.cut_norm import cut_norm_witness, exact_cut_norm
from sparse_limits.numerics.masks.selection import n_of_m_mask
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.concentration import hoeffding_cumulant, hoeffding_rate, pairs, tilt
from sparse_limits.theory.graphon.symbols import delta, m, n, s
from sparse_limits.theory.saliency.blocks import (
    block,
    block_range,
    block_sparsity,
    cut_bound,
    density,
    failure,
    first_arrival,
    first_share,
    kept,
    one_of_four,
    one_pair,
    pair,
    profile,
    quotient,
    quotient_density,
    rivals,
    second_place,
    share,
    strength,
    time,
    two_of_four,
)
from sparse_limits.theory.tails import alpha, frechet, half_normal, t

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
columns_of_set = sp.Symbol("k", integer=True, nonnegative=True)
shares = [each / (strength + sum(rivals)) for each in (strength, *rivals)]


def reduce(expression: sp.Expr) -> sp.Expr:
    """Simplify a formula in logarithms, the range of a block, which is positive, as one letter."""
    return split_logarithms(expression.subs(block_range, sp.Symbol("omega", positive=True)))


@exact(block_sparsity, step="mean")
@control("the other way round", density=block / kept)
@control("one of M", density=1 / block)
@control("removed ones", density=1 - kept / block)
@control("10 % more", density=ELEVEN * density)
def columns_of_one_profile_share_the_places(density: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The sets of N columns that hold a given one over all, by binomials; the same over all orders of a small block."""
    share_of_sets = sp.binomial(block - 1, kept - 1) / sp.binomial(block, kept)
    yield trial.same(density, share_of_sets, by=lambda gap: sp.gammasimp(gap.rewrite(sp.gamma)))
    for size in (2, 4, 5):
        orders = list(permutations(range(size)))
        for places in range(1, size):
            seen = sp.Rational(sum(0 in order[:places] for order in orders), len(orders))
            yield trial.holds(density.subs({kept: places, block: size}) == seen, f"{places}:{size} keeps {seen}")


@exact(block_sparsity, step="quotient")
@control("of two normals, with a sign", quotient_density=quotient_density / 2)
@control("of two exponential variables", quotient_density=1 / (1 + quotient) ** 2)
@control("10 % less", quotient_density=NINE * quotient_density)
def quotient_is_half_cauchy(quotient_density: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """∫ x g(x)g(qx) dx for half-normal noise, by SymPy."""
    yield trial.same(quotient_density, trial.once(density_of_the_quotient))


def density_of_the_quotient() -> sp.Expr:
    return sp.integrate(sp.expand(t * half_normal.density * half_normal.density.subs(t, quotient * t)), (t, 0, sp.oo))


@exact(block_sparsity, step="pair")
@control("in proportion to the profile", pair=profile[0] / (profile[0] + profile[1]))
@control("in proportion to its square", pair=profile[0] ** 2 / (profile[0] ** 2 + profile[1] ** 2))
@control("the other column", pair=pair.subs({profile[0]: profile[1], profile[1]: profile[0]}, simultaneous=True))
@control("10 % less", pair=NINE * pair)
@control("of two exponential variables", quotient_density=1 / (1 + quotient) ** 2)
def pair_is_the_integral_over_the_noise(pair: sp.Expr, quotient_density: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """In φ₁ from 0 on it grows by the density at φ₁/φ₂; P(φ₂ξ₂ < φ₁ξ₁) = ∫ g(x)(1 − F̄(φ₁x/φ₂))dx for half-normal noise, by SymPy."""
    yield trial.same(pair.diff(profile[0]), quotient_density.subs(quotient, profile[0] / profile[1]) / profile[1])
    yield trial.same(pair.subs(profile[0], 0), 0)
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
STRENGTHS = dict(zip((strength, *rivals), sp.symbols("a b c d", positive=True), strict=True))


def cancelled(gap: sp.Expr) -> sp.Expr:
    """Reduce a rational function of the strengths, term by term in their field of fractions."""
    field = sp.QQ.frac_field(*STRENGTHS.values())
    return field.to_sympy(field.from_sympy(gap.xreplace(STRENGTHS)))


@exact(block_sparsity, step="clocks")
@control("whatever α", rate=profile[0])
@control("the power inverted", rate=1 / strength)
@control("10 % more", rate=ELEVEN * strength)
def rates_are_the_strengths(rate: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """φξ ≤ x has the probability e^(−φ^α y), y = x^(−α)."""
    x = sp.Symbol("x", positive=True)
    yield trial.same(rate, -sp.log(1 - frechet.at(x / profile[0])) * x**alpha, by=reduce)


@exact(block_sparsity, step="first arrival")
@control("without its time", first_arrival=first_share)
@control("if the others never came", first_arrival=first_share * sp.exp(-first_share * time))
@control("10 % more", first_arrival=ELEVEN * first_arrival)
def first_is_independent_of_when(first_arrival: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The density of an exponential variable of rate p_k, times the chance that the rest, of rate 1 − p_k, comes later."""
    alone, rest = (sp.exp(-rate * time) for rate in (first_share, 1 - first_share))
    yield trial.same(first_arrival, -alone.diff(time) * rest)


@exact(block_sparsity, step="one place")
@control("strength φ, whatever α", one_of_four=profile[0] / sum(profile))
@control("one of the others", one_of_four=rivals[0] / (strength + sum(rivals)))
@control("two for one", one_of_four=two_of_four)
@control("10 % less", one_of_four=NINE * one_of_four)
@control("if the others never came", first_arrival=first_share * sp.exp(-first_share * time))
def one_place_is_the_first_arrival(first_arrival: sp.Expr, one_of_four: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The race in which the others come later, multiplied out; the first arrival at all times, at the share of the column."""
    yield trial.same(one_of_four, race((strength, *rivals), 1), by=cancelled)
    ever = sp.integrate(first_arrival, (time, 0, sp.oo))
    yield trial.same(one_of_four, ever.subs(first_share, shares[0]), by=cancelled)


@exact(block_sparsity, step="second arrival")
@control("second draw from all", second_place=first_share * share)
@control("the other one first", second_place=first_share * share / (1 - share))
@control("10 % less", second_place=NINE * second_place)
@control("if the others never came", first_arrival=first_share * sp.exp(-first_share * time))
def second_starts_anew(second_place: sp.Expr, first_arrival: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """∫∫ over x < y of the densities of k at x, of j at y, and of what comes after y; and j's share times the first arrival."""
    yield trial.same(second_place, trial.once(chance_of_both))
    ever = sp.integrate(first_arrival, (time, 0, sp.oo))
    yield trial.same(second_place, ever * share / (1 - first_share))


def chance_of_both() -> sp.Expr:
    x, rest = sp.Symbol("x", positive=True), 1 - first_share - share
    later = sp.integrate(share * sp.exp(-sp.expand(share + rest) * time), (time, x, sp.oo), conds="none")
    return sp.integrate(sp.powsimp(first_share * sp.exp(-first_share * x) * later), (x, 0, sp.oo), conds="none")


@exact(block_sparsity, step="more places")
@control("twice the share", two_of_four=sp.Min(1, 2 * shares[0]))
@control("drawn with replacement", two_of_four=1 - (1 - shares[0]) ** 2)
@control("second draw from all", second_place=first_share * share)
@control("second place 10 % less", second_place=NINE * second_place)
@control(
    "strength φ for one, equal shares for three",
    one_of_four=profile[0] / sum(profile),
    three_of_four=sp.Rational(3, 4),
)
@control("two for three", three_of_four=two_of_four)
@control("10 % more", two_of_four=ELEVEN * two_of_four)
@control("two for one", one_of_four=two_of_four)
def ranks_are_those_of_an_exponential_race(
    second_place: sp.Expr, one_of_four: sp.Expr, two_of_four: sp.Expr, three_of_four: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The places of exponential variables, multiplied out for all strengths, and in exact fractions."""
    after_others = (second_place.subs({first_share: each, share: shares[0]}) for each in shares[1:])
    yield trial.same(two_of_four, one_of_four + sum(after_others), by=cancelled)
    for places, expression in ((2, two_of_four), (3, three_of_four)):
        yield trial.same(expression, trial.once(race, (strength, *rivals), places), by=cancelled)
    for phis, power in product(BLOCKS, (1, 2)):
        strengths = [sp.Rational(phi) ** power for phi in phis]
        for places, expression in enumerate((one_of_four, two_of_four, three_of_four), start=1):
            value = valued(expression, {**dict(zip(profile, phis, strict=True)), alpha: power})
            seen = trial.once(race, strengths, places)
            yield trial.holds(value == seen, f"{places} of 4: {seen}, claimed {value}")


@enclosed(block_sparsity)
@control("in proportion to all others", one_of_four=one_of_four / (1 - one_of_four))
@control("a column too many", density=density + 1)
@control("anew, and the first once more", second_place=second_place / first_share)
@control("all alike", one_of_four=sp.Rational(1, 4))
def chances_are_chances(
    density: sp.Expr, one_of_four: sp.Expr, second_place: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """No share above 1; each column may be kept, the more so the larger its profile; second after the first is no more than the first."""
    yield trial.below(density, 1)
    yield trial.below(second_place, first_share)
    for other in profile:
        its_own = one_of_four.subs({profile[0]: other, other: profile[0]}, simultaneous=True)
        yield trial.below(0, its_own, strict=True)
        yield trial.below(its_own, sp.Rational(1, 4), at=[{**dict.fromkeys(profile, sp.S.One), alpha: sp.S.One}])
    yield trial.below(0, sp.diff(one_of_four, profile[0]), strict=True)


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


@exact(block_sparsity, step="range")
@control("the kept ones", block_range=kept)
@control("the removed ones", block_range=block - kept)
@control("independent entries", block_range=block)
@control("half the range", block_range=block_range / 2)
def kept_ones_have_the_range(block_range: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """That of k = N columns, by cases of which is larger; the smaller of N − 0 and k − (k − (M − N)); all masks of a small block."""
    yield trial.same(block_range, sp.Min(kept, kept) - sp.Max(0, kept - (block - kept)), by=by_moduli)
    yield trial.same(block_range, sp.Min(kept, columns_of_set - (columns_of_set - (block - kept))))
    for size in range(2, 6):
        for places in range(1, size):
            masks = list(combinations(range(size), places))
            numbers = [[sum(j < k for j in mask) for mask in masks] for k in range(size + 1)]
            widest = max(max(each) - min(each) for each in numbers)
            value = valued(block_range, {kept: places, block: size})
            yield trial.holds(value == widest, f"{places}:{size}: range {widest}, claimed {value}")


def by_moduli(gap: sp.Expr) -> sp.Expr:
    """The larger and the smaller of two numbers as half their sum, and half the modulus of their difference."""
    return sp.expand(gap.rewrite(sp.Abs))


@exact(block_sparsity, step="one pair of sets")
@control("half the exponent", one_pair=one_pair.subs(s, s / sp.sqrt(2)))
@control("one sign", one_pair=one_pair / 2)
@control("one block of each row", one_pair=2 * sp.exp(-2 * m * n * s**2 * block**2 / block_range**2))
@control("half the range", block_range=block_range / 2)
def pair_is_the_best_tilt_of_the_blocks(one_pair: sp.Expr, block_range: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Two signs, and for each of mn/M blocks Hoeffding's cumulant λ²/8 of a range 1 at λω, at the tilt where it is least; fewer add."""
    blocks = m * n / block * hoeffding_cumulant.subs(tilt, tilt * block_range)
    exponent = blocks - tilt * m * n * s
    slope = exponent.diff(tilt)  # linear in the tilt
    best = -slope.subs(tilt, 0) / slope.diff(tilt)
    yield trial.same(sp.log(one_pair), sp.log(2) + exponent.subs(tilt, best), by=reduce)
    whole, over = sp.symbols("b e", positive=True)  # blocks of a row, columns that fill none
    columns = whole * block + over
    gain = over * columns / whole  # in the exponent of fewer blocks, but for 2m s²/ω²
    yield trial.nonnegative(columns**2 / whole - block * columns, gain)


@exact(block_sparsity, step="failure")
@control("one sign", failure=failure / 2)
@control("half the exponent", failure=failure.subs(s, s / sp.sqrt(2)))
@control("one set of rows", failure=failure / 2**m)
@control("one pair of sets is two", one_pair=2 * one_pair)
def failure_counts_the_pairs_of_sets(one_pair: sp.Expr, failure: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Each row and each column is in its set or not: 2^m and 2^n sets; all of them for small masks, each of bound 2 at s = 0."""
    yield trial.same(failure, one_pair * 2**m * 2**n)
    for rows, columns in ((1, 1), (1, 3), (3, 2)):
        chosen = sum(1 for _ in product((0, 1), repeat=rows + columns))
        value = failure.subs(s, 0).subs({m: rows, n: columns})
        yield trial.holds(value == 2 * chosen, f"{chosen} pairs of sets of {rows} rows and {columns} columns")


@exact(block_sparsity, step="rate")
@control(
    "forgets the union over sets", cut_bound=block_range / sp.sqrt(block) * sp.sqrt(sp.log(2 / delta) / (2 * m * n))
)
@control("bounded entry by entry", cut_bound=hoeffding_rate)
@control("one block of each row", cut_bound=block_range / block * hoeffding_rate)
@control("10 % more", cut_bound=ELEVEN * cut_bound)
@control("10 % less", cut_bound=NINE * cut_bound)
@control("half the exponent", failure=failure.subs(s, s / sp.sqrt(2)))
def rate_leaves_the_failure_allowed(failure: sp.Expr, cut_bound: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The failure is 2·2^(m+n) at s = 0, and its logarithm falls with s² from there to ln δ at the rate."""
    sets = sp.log(pairs)
    yield trial.same(sp.log(failure), sets + (sp.log(delta) - sets) * s**2 / cut_bound**2, by=reduce)


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
