"""Evidence for S13, besides its reasons: rates are the strengths; ranks are those of an exponential race; and more."""

from itertools import product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Findings, Trial, control, empirical, enclosed, exact, statistical
from sparse_limits.numerics.exact.logarithms import split_logarithms
from sparse_limits.numerics.masks.cut_norm import cut_norm_witness, exact_cut_norm
from sparse_limits.numerics.masks.selection import n_of_m_mask
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.concentration import hoeffding_cumulant, pairs, tilt
from sparse_limits.theory.graphon.symbols import delta, m, n, s
from sparse_limits.theory.saliency.blocks import (
    block,
    block_range,
    block_sparsity,
    cancelled,
    first_share,
    kept,
    profile,
    race,
    rivals,
    share,
    shares,
    strength,
)
from sparse_limits.theory.tails import alpha, frechet


def reduce(expression: sp.Expr) -> sp.Expr:
    """Simplify a formula in logarithms; the range of a block, which is positive, is replaced by a letter."""
    return split_logarithms(expression.subs(block_range, sp.Symbol("omega", positive=True)))


BLOCKS = ((1, 2, 3, 4), (5, 1, 1, 2), (2, 7, 3, sp.Rational(1, 2)))


@exact(block_sparsity, step="clocks")
def rates_are_the_strengths(rate: sp.Expr, trial: Trial) -> Findings:
    """P(φξ ≤ x) = e^(−φ^α y) with y = x^(−α)."""
    x = sp.Symbol("x", positive=True)
    yield trial.same(rate, -sp.log(1 - frechet.at(x / profile[0])) * x**alpha, by=reduce)


@exact(block_sparsity, step="more places")
@control(
    "strength φ for one, equal shares for three",
    one_of_four=profile[0] / sum(profile),
    three_of_four=sp.Rational(3, 4),
)
def ranks_are_those_of_an_exponential_race(
    second_place: sp.Expr, one_of_four: sp.Expr, two_of_four: sp.Expr, three_of_four: sp.Expr, trial: Trial
) -> Findings:
    """The shares of 1, 2 and 3 of 4 are those of the first places among independent exponential variables.

    They are multiplied out for all strengths, and compared in exact fractions.
    """
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
def chances_are_chances(density: sp.Expr, one_of_four: sp.Expr, second_place: sp.Expr, trial: Trial) -> Findings:
    """The density is at most 1; each column is kept with a positive probability, which grows strictly with its own profile.

    With equal profiles and α = 1 the probability is at most 1/4, and being second after a given first column is no likelier than that
    column being first.
    """
    yield trial.below(density, 1)
    yield trial.below(second_place, first_share)
    for other in profile:
        its_own = one_of_four.subs({profile[0]: other, other: profile[0]}, simultaneous=True)
        yield trial.below(0, its_own, strict=True)
        yield trial.below(its_own, sp.Rational(1, 4), at=[{**dict.fromkeys(profile, sp.S.One), alpha: sp.S.One}])
    yield trial.below(0, sp.diff(one_of_four, profile[0]), strict=True)


def kept_pairs(rng: np.random.Generator, rows: int) -> NDArray[np.int64]:
    """How often the first of two columns, of profiles 2 and 1, is kept by 1:2 masks of half-normal noise."""
    scores = np.abs(rng.standard_normal((rows, 2))) * np.array([2.0, 1.0])
    counts: NDArray[np.int64] = n_of_m_mask(scores, 1, 2)[:, :1].sum(axis=0)
    return counts


def kept_of_four(rng: np.random.Generator, places: int, rows: int) -> NDArray[np.int64]:
    """How often each column of profile 1, 2, 3, 4 is kept by `places`:4 of Fréchet noise, α = 3/2."""
    scores = np.arange(1.0, 5.0) * rng.standard_exponential((rows, 4)) ** (-2 / 3)
    counts: NDArray[np.int64] = n_of_m_mask(scores, places, 4).sum(axis=0)
    return counts


@statistical(block_sparsity, tests=4, cost=0.4)
def blocks_keep_the_stated_shares(
    pair: sp.Expr, one_of_four: sp.Expr, two_of_four: sp.Expr, three_of_four: sp.Expr, trial: Trial
) -> Findings:
    """In independent blocks each column is kept a binomial number of times, with the stated share.

    The masks are 1:2 of half-normal noise, and 1:4, 2:4 and 3:4 of Fréchet noise.
    """
    rows = trial.size(60_000)
    yield trial.counts_each(trial.draw(kept_pairs, rows), rows, [trial.value(pair, {profile[0]: 2, profile[1]: 1})])
    for places, expression in enumerate((one_of_four, two_of_four, three_of_four), start=1):
        nulls = [trial.value(expression, {**column, alpha: sp.Rational(3, 2)}) for column in columns()]
        yield trial.counts_each(trial.draw(kept_of_four, places, rows), rows, nulls)


def columns() -> list[dict[sp.Symbol, int]]:
    """The profile 1, 2, 3, 4 as seen from each of its columns."""
    values = [[k, *(other for other in range(1, 5) if other != k)] for k in range(1, 5)]
    return [dict(zip(profile, each, strict=True)) for each in values]


@exact(block_sparsity, step="one pair of sets")
def pair_is_the_best_tilt_of_the_blocks(one_pair: sp.Expr, block_range: sp.Expr, trial: Trial) -> Findings:
    """The bound is twice e to the least exponent over all tilts, with Hoeffding's cumulant λ²/8 at λω for each of mn/M blocks.

    If some columns fill no block, there are fewer blocks, and the exponent is no smaller.
    """
    blocks = m * n / block * hoeffding_cumulant.subs(tilt, tilt * block_range)
    exponent = blocks - tilt * m * n * s
    slope = exponent.diff(tilt)  # linear in the tilt
    best = -slope.subs(tilt, 0) / slope.diff(tilt)
    yield trial.same(sp.log(one_pair), sp.log(2) + exponent.subs(tilt, best), by=reduce)
    whole, over = sp.symbols("b e", positive=True)  # blocks of a row, columns that fill none
    columns = whole * block + over
    gain = over * columns / whole  # in the exponent of fewer blocks, but for 2m s²/ω²
    yield trial.nonnegative(columns**2 / whole - block * columns, gain)


@exact(block_sparsity, step="rate")
def rate_leaves_the_failure_allowed(failure: sp.Expr, cut_bound: sp.Expr, trial: Trial) -> Findings:
    """The failure is 2·2^(m+n) at s = 0; its logarithm falls with s², and is ln δ at the rate."""
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
def cut_norms_stay_within_the_bound(cut_bound: sp.Expr, trial: Trial) -> Findings:
    """‖M − 1/4‖□ of 1:4 masks exceeds the bound at most as often as stated: 8×8 exactly, 128×128 by certified lower bounds."""
    samples = (
        (8, sp.Rational(1, 2), trial.draw(small_cut_norms, trial.size(1000), 8)),
        (128, sp.Rational(1, 100), trial.draw(large_cut_witnesses, trial.size(16), 128)),
    )
    for side, chance, norms in samples:
        limit = trial.value(cut_bound, {m: side, n: side, kept: 1, block: 4, delta: chance})
        yield trial.counts(int((norms > limit).sum()), len(norms), float(chance), side="above")


@empirical(block_sparsity, cost=0.5)
def search_finds_cuts_of_two_fifths(cut_bound: sp.Expr, trial: Trial) -> Findings:
    """In some 128×128 masks of 1:4, certified lower bounds on ‖M − 1/4‖□ exceed two fifths of the bound at δ = 1/100."""
    norms = trial.draw(large_cut_witnesses, trial.size(16), 128)
    limit = trial.value(cut_bound, {m: 128, n: 128, kept: 1, block: 4, delta: sp.Rational(1, 100)})
    yield trial.at_most(0.4 * limit, float(norms.max()), "two fifths of the bound, and the largest cut found")
