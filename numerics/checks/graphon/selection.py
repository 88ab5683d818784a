"""Evidence for G2: the K largest scores beside all scores above a threshold."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, permutations, product
from math import prod

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from scipy.special import ndtri

from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from sparse_limits.numerics.masks.cut_norm import exact_cut_norm
from sparse_limits.numerics.masks.selection import top_k_mask
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.lognormal import column_scale, log_threshold, noise_scale, row_scale, x, y
from sparse_limits.theory.graphon.selection import (
    above,
    binomial,
    entry_variance,
    gap,
    kept,
    mean_variance,
    only_above,
    scatter,
    selection_identity,
    shared,
    shortfall,
    spread,
    whole_cut,
)
from sparse_limits.theory.graphon.symbols import m, n, p, variance
from sparse_limits.theory.saliency.model import rho

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
SHAPES = ((4, 7), (9, 5), (8, 8), (1, 12))


def scores_and_cuts(rng: np.random.Generator) -> list[tuple[NDArray[np.float64], int, float]]:
    """Scores with and without ties, each with a number to keep and a threshold, sometimes at a score."""
    cases = []
    for rows, columns in SHAPES:
        for digits in (0, 1, 12):
            scores = rng.standard_normal((rows, columns)).round(digits)
            for threshold in (0.3, float(scores[0, 0]), -0.4):
                cases.append((scores, int(rng.integers(0, scores.size + 1)), threshold))
    return cases


@exact(selection_identity)
@control("without the modulus", gap=(kept - above) / (m * n))
@control("share of the kept", gap=sp.Abs(kept - above) / kept)
@control("half: additions and removals balance", gap=sp.Abs(kept - above) / (2 * m * n))
@control("10 % more", gap=ELEVEN * sp.Abs(kept - above) / (m * n))
@control("masks of different scores", row_shift=1)
def masks_of_the_same_scores_are_nested(gap: sp.Expr, row_shift: int, trial: Trial) -> Iterator[Finding]:
    """‖M_K − M_τ‖₁ = ‖M_K − M_τ‖□ = gap, in integers; the assumption broken by shifting the rows of one mask."""
    for scores, keep, threshold in trial.draw(scores_and_cuts):
        over = np.roll(scores, row_shift, axis=0) > threshold
        difference = top_k_mask(scores, keep).astype(np.int64) - over
        rows, columns = scores.shape
        claimed = valued(gap, {kept: keep, above: int(over.sum()), m: rows, n: columns})
        distance = sp.Rational(int(np.abs(difference).sum()), difference.size)
        cut = sp.Rational(round(float(exact_cut_norm(difference)) * difference.size), difference.size)
        yield trial.holds(distance == claimed, f"L¹ distance {distance}, claimed {claimed}")
        yield trial.holds(cut == claimed, f"cut norm {cut}, claimed {claimed}")


LEVELS, CUTS = (0, 1, 2), (-1, 0, 1, 2)  # scores with ties, and thresholds


def shared_entries() -> set[tuple[int, int, int]]:
    """K, N and the entries that both masks keep, for all scores of three entries and all ways to break ties."""
    found = set()
    for scores in product(LEVELS, repeat=3):
        for order in permutations(range(3)):
            if all(scores[i] >= scores[j] for i, j in pairwise(order)):
                for keep, cut in product(range(4), CUTS):
                    over = [i for i in range(3) if scores[i] > cut]
                    found.add((keep, len(over), len({*order[:keep]} & {*over})))
    return found


@exact(selection_identity, step="order")
@control("all of both", shared=kept + above - shared)
@control("those kept", shared=kept)
@control("one less", shared=shared - 1)
def masks_share_the_first_entries(shared: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """All scores of three entries on three levels, all orders that fall, all numbers to keep and all thresholds."""
    for keep, over, both in sorted(trial.once(shared_entries)):
        claimed = valued(shared, {kept: keep, above: over})
        yield trial.holds(claimed == both, f"K = {keep}, N = {over}: {both} shared, claimed {claimed}")


@enclosed(selection_identity)
@control("all that are kept", only_kept=kept)
@control("all that are above", only_above=above)
def entries_of_one_mask_are_missing_in_the_other(
    only_kept: sp.Expr, only_above: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """No more than the other lacks of all entries: of four, where three and two are kept, too."""
    four = {m: sp.Integer(2), n: sp.Integer(2)}
    for alone, other, most in ((only_kept, above, kept), (only_above, kept, above)):
        yield trial.below(alone, m * n - other)
        yield trial.below(alone, m * n - other, at=[{**four, most: sp.Integer(3), other: sp.Integer(2)}])


@enclosed(selection_identity)
@control("the other sign", shortfall=-shortfall, binomial=-binomial)
@control("of the mean", binomial=rho**2 * (1 - rho) / (m * n))
@control("twice", shortfall=2 * shortfall)
def shortfall_leaves_a_variance(binomial: sp.Expr, shortfall: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The binomial variance is not negative, and the shortfall is no more than it."""
    yield trial.below(0, binomial)
    yield trial.below(shortfall, binomial, needed="shortfall")


def by_moduli(expression: sp.Expr) -> sp.Expr:
    """Minima and maxima written with moduli, multiplied out."""
    return sp.expand(expression.rewrite(sp.Abs))


@exact(selection_identity, step="entries of one mask alone")
@control("all that are kept", only_kept=kept)
@control("with a sign", only_kept=kept - above)
@control("all that are above", only_above=above)
@control("10 % more", only_above=ELEVEN * only_above)
@control("half are shared", shared=shared / 2)
def one_mask_alone_keeps_entries(
    shared: sp.Expr, only_kept: sp.Expr, only_above: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Both numbers and what is shared make up K + N; the product is 0; and they are the positive parts of K − N and N − K."""
    yield trial.same(only_kept + only_above + 2 * shared, kept + above, by=by_moduli)
    yield trial.vanishes(only_kept * only_above, by=by_moduli)
    yield trial.same(only_kept, sp.Max(kept - above, 0), by=by_moduli)
    yield trial.same(only_above, sp.Max(above - kept, 0), by=by_moduli)


@exact(selection_identity, step="cut of all entries")
@control("the other sign", whole_cut=-whole_cut)
@control("without the sign", whole_cut=gap)
@control("10 % more", whole_cut=ELEVEN * whole_cut)
@control("all that are kept", only_kept=kept)
@control("all that are above", only_above=above)
def entries_of_one_mask_have_one_sign(
    only_kept: sp.Expr, only_above: sp.Expr, whole_cut: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The entries of M_K alone less those of M_τ alone, over all."""
    yield trial.same(whole_cut, (only_kept - only_above) / (m * n), by=by_moduli)


@exact(selection_identity, step="both norms")
@control("without the modulus", gap=(kept - above) / (m * n))
@control("half: additions and removals balance", gap=gap / 2)
@control("10 % more", gap=ELEVEN * gap)
@control("all that are kept", only_kept=kept)
@control("all that are above", only_above=above)
@control("of the rows", whole_cut=n * whole_cut)
def cut_of_all_entries_is_their_number(
    only_kept: sp.Expr, only_above: sp.Expr, whole_cut: sp.Expr, gap: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The entries of one mask alone, over all; and the modulus of the cut of all rows and columns."""
    yield trial.same(gap, (only_kept + only_above) / (m * n), by=by_moduli)
    yield trial.same(gap, sp.Abs(whole_cut), by=by_moduli)


@exact(selection_identity, step="one entry")
@control("square of the probability", entry_variance=p**2)
@control("second moment", entry_variance=p)
@control("10 % more", entry_variance=ELEVEN * entry_variance)
def entry_adds_its_variance(entry_variance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The variance over both values of an entry; and that of a count of any mean and variance, the entry added."""
    mean, extent = sp.symbols("mu w", positive=True)
    chances = {0: 1 - p, 1: p}
    yield trial.same(entry_variance, sum(chance * (value - p) ** 2 for value, chance in chances.items()))
    square = extent + mean**2
    second = sum(chance * (square + 2 * value * mean + value**2) for value, chance in chances.items())
    yield trial.same(second - (mean + p) ** 2, extent + entry_variance)


@exact(selection_identity, step="all entries")
@control("variance of the count", spread=m * n * variance)
@control("as if all were one entry", spread=variance)
@control("one entry more", spread=variance / (m * n + 1))
@control("10 % more", spread=ELEVEN * spread)
def variances_of_entries_add_up(spread: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """0 if all are 0; and the variance of an entry, which raises V by its share, is divided by (mn)²."""
    extent = sp.Symbol("w", positive=True)
    yield trial.vanishes(spread.subs(variance, 0))
    yield trial.same(spread.subs(variance, variance + extent / (m * n)), spread + extent / (m * n) ** 2)


@exact(selection_identity, step="mean of the variances")
@control("of the mean", mean_variance=rho * (1 - rho))
@control("the other sign", mean_variance=rho * (1 - rho) + scatter)
@control("10 % more", mean_variance=ELEVEN * mean_variance)
@control("square of the probability", entry_variance=p**2)
def variances_average_to_less(entry_variance: sp.Expr, mean_variance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The mean over a deviation d from ρ, term by term: 1 for 1, 0 for d, ν for d²."""
    deviation = sp.Symbol("d", real=True)
    terms = sp.Poly(entry_variance.subs(p, rho + deviation), deviation)
    yield trial.same(mean_variance, sum(terms.coeff_monomial(deviation**i) * (1, 0, scatter)[i] for i in range(3)))


@exact(selection_identity, step="less than binomial")
@control("one entry", binomial=rho * (1 - rho))
@control("10 % less", binomial=NINE * binomial)
@control("the deviation", shortfall=sp.sqrt(scatter) / (m * n))
@control("10 % more", shortfall=ELEVEN * shortfall)
@control("variance of the count", spread=m * n * variance)
@control("of the mean", mean_variance=rho * (1 - rho))
def binomial_less_what_it_is(
    spread: sp.Expr, mean_variance: sp.Expr, binomial: sp.Expr, shortfall: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The variance at the mean of the variances; and the second moment of mn entries of probability ρ."""
    yield trial.same(binomial - shortfall, spread.subs(variance, mean_variance))
    pairs = m * n * (m * n - 1) * rho**2  # of different entries
    yield trial.same(binomial, (m * n * rho + pairs - (m * n * rho) ** 2) / (m * n) ** 2)


@exact(selection_identity, step="all entries")
@control("binomial", spread=rho * (1 - rho) / (m * n))
@control("10 % more", spread=ELEVEN * variance / (m * n))
@control("variance of the count", spread=variance * m * n)
@control("square of the probability", entry_variance=p**2)
def count_has_the_variance_of_its_generating_function(
    spread: sp.Expr, entry_variance: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Var N = G″(1) + G′(1) − G′(1)² with G(z) = ∏ (1 − P + P z), for symbolic P."""
    z = sp.Symbol("z")
    for rows, columns in ((1, 1), (2, 2), (3, 1)):
        size = rows * columns
        entries = sp.symbols(f"p:{size}", positive=True)
        generating = prod(1 - q + q * z for q in entries)
        first, second = (sp.diff(generating, z, order).subs(z, 1) for order in (1, 2))
        claimed = valued(
            spread,
            {
                variance: sum(entry_variance.subs(p, q) for q in entries) / size,
                rho: sum(entries) / size,
                m: rows,
                n: columns,
            },
        )
        yield trial.same(claimed, (second + first - first**2) / size**2, by=sp.expand)


SIDE = 3
SCALES = {row_scale: sp.Rational(4, 5), column_scale: sp.Rational(3, 5), noise_scale: sp.Rational(7, 10)}
LOG_THRESHOLD = sp.Integer(1)  # density near 1/5


def latents() -> NDArray[np.float64]:
    """Standard normal quantiles at the midpoints of a grid of SIDE cells. float[SIDE]"""
    return ndtri((np.arange(SIDE) + 0.5) / SIDE)


def masks_above(rng: np.random.Generator, masks: int) -> NDArray[np.bool_]:
    """Masks 0.8 x + 0.6 y + 0.7 Z > 1 with x, y fixed and Z standard normal. bool[masks, SIDE, SIDE]"""
    known = 0.8 * latents()[:, None] + 0.6 * latents()
    return known + 0.7 * rng.standard_normal((masks, SIDE, SIDE)) > 1


@statistical(selection_identity, tests=2)
@control("binomial", spread=rho * (1 - rho) / (m * n))
@control("10 % more", spread=ELEVEN * variance / (m * n))
@control("10 % less", spread=NINE * variance / (m * n))
@control("probability in place of its variance", entry_variance=p)
def counts_above_a_threshold_vary_less_than_binomially(
    spread: sp.Expr, entry_variance: sp.Expr, probit_kernel: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Masks of the probit graphon on a 3×3 grid: entries of the stated probabilities, counts of the stated variance."""
    masks = trial.draw(masks_above, trial.size(120_000))
    latent = [sp.Rational(value) for value in latents().tolist()]
    values = [
        trial.value(probit_kernel, {**SCALES, log_threshold: LOG_THRESHOLD, x: a, y: b}) for a in latent for b in latent
    ]
    yield trial.counts_each(masks.sum(axis=0).ravel(), len(masks), values)
    entries = [sp.Rational(value) for value in values]
    size, mean = SIDE**2, sum(entries) / SIDE**2
    average = sum(entry_variance.subs(p, q) for q in entries) / size
    claimed = float(spread.subs({variance: average, rho: mean, m: SIDE, n: SIDE}, simultaneous=True))
    squares = (masks.mean(axis=(1, 2)) - float(mean)) ** 2
    yield trial.averages(squares, claimed, 0.0, float(max(mean, 1 - mean) ** 2))
