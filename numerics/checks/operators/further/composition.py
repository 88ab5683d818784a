"""Evidence for O7.1 and O7.2: composition of layers in cut norm and in L¹."""

from fractions import Fraction
from itertools import pairwise
from math import comb

import numpy as np
import sympy as sp

from sparse_limits.numerics.checks.operators.norms import cut_norm
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.numerics.masks.composition import path_counts
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.rate import mean_deviation, mode
from sparse_limits.theory.graphon.symbols import n, p
from sparse_limits.theory.operators.further.composition import (
    RARE,
    composed_graphons,
    composed_masks,
    deviation,
    first_cut,
    first_moment,
    layers,
    second_cut,
    second_moment,
)
from sparse_limits.theory.operators.symbols import cut

HALF = sp.Rational(1, 2)


def composed_cuts(rng: np.random.Generator, count: int, layers: int) -> list[tuple[Fraction, list[Fraction]]]:
    """Distances of two compositions of 0/1 masks and those of their layers, exactly."""
    found = []
    for _ in range(count):
        widths = rng.integers(2, 8, size=layers + 1)
        share = rng.random()
        pairs = [(rng.random((2, b, a)) < share).astype(np.int64) for a, b in pairwise(widths)]
        one, other = (path_counts(masks).toarray() for masks in zip(*pairs, strict=True))
        hidden = int(np.prod(widths[1:-1]))
        found.append((cut_norm(one - other, hidden), [cut_norm(pair[0] - pair[1]) for pair in pairs]))
    return found


@exact(composed_graphons)
def composition_is_lipschitz(composition_bound: sp.Expr, trial: Trial) -> Findings:
    """Attained to first order by U = 1, W = 1 − ε and by either layer alone; random masks of two and three layers."""
    for small in (sp.Rational(1, 10**3), sp.Rational(1, 10**6)):
        for share in ((1, 0), (0, 1), (1, 1), (1, 2)):
            first, second = (small * each for each in share)
            moved = 1 - (1 - first) * (1 - second)  # of constant kernels
            claimed = composition_bound.subs({first_cut: first, second_cut: second})
            yield trial.holds(moved <= claimed <= moved + first * second, f"moved {moved}, claimed {claimed}")
    for distance, parts in trial.draw(composed_cuts, trial.size(30), 2) + trial.draw(composed_cuts, trial.size(30), 3):
        claimed, *others = map(sp.Rational, parts)
        for each in others:
            claimed = valued(composition_bound, {first_cut: claimed, second_cut: each})
        yield trial.holds(sp.Rational(distance) <= claimed, f"compositions {distance} apart, claimed at most {claimed}")


@exact(composed_graphons, step="constants")
def constant_graphons_compose(constant_change: sp.Expr, trial: Trial) -> Findings:
    """The integrals over the hidden units of 1 and of (1 − c₁)(1 − c₂)."""
    t = sp.Symbol("t", real=True)
    one, other = (sp.integrate(kernel, (t, 0, 1)) for kernel in (sp.S.One, (1 - first_cut) * (1 - second_cut)))
    yield trial.same(constant_change, one - other, by=sp.expand)


@exact(composed_graphons, step="two layers")
def both_layers_add_up(constant_change: sp.Expr, composition_bound: sp.Expr, trial: Trial) -> Findings:
    """More than the example by the product of the distances; the same, and of the same slopes, at 0."""
    yield trial.nonnegative(composition_bound - constant_change, first_cut * second_cut, by=sp.expand)
    for each, other in ((first_cut, second_cut), (second_cut, first_cut)):
        yield trial.same(composition_bound.subs(other, 0), constant_change.subs(other, 0), by=sp.expand)
        slopes = [
            sp.diff(value, each).subs({first_cut: 0, second_cut: 0}) for value in (composition_bound, constant_change)
        ]
        yield trial.same(slopes[0], slopes[1])


@exact(composed_graphons)
def constant_layers_nearly_attain_the_bound(layers_bound: sp.Expr, trial: Trial) -> Findings:
    """U = 1, W = 1 − c: compositions differ by 1 − (1 − c)^L, less than the bound by at most L²c²/2."""
    for count in (1, 2, 3, 10):
        for small in (sp.Rational(1, 10**3), sp.Rational(1, 10**6)):
            moved, claimed = 1 - (1 - small) ** count, layers_bound.subs({layers: count, cut: small})
            held = moved <= claimed <= moved + (count * small) ** 2 / 2
            yield trial.holds(held, f"moved {moved}, claimed {claimed}")


@exact(composed_masks, step="variance of an entry")
def variances_of_hidden_units_add_up(term_variance: sp.Expr, entry_variance: sp.Expr, trial: Trial) -> Findings:
    """n times the mean of the variance over the hidden units, over n²: the means of p and p² for their powers."""
    terms = sp.Poly(term_variance, p).terms()
    means = {0: sp.S.One, 1: first_moment, 2: second_moment}
    mean = sum((factor * means[power] for (power,), factor in terms), sp.S.Zero)
    yield trial.same(entry_variance, n * mean / n**2)


@exact(composed_masks, step="rate")
def worst_probability_is_a_half(entry_variance: sp.Expr, rate_bound: sp.Expr, trial: Trial) -> Findings:
    """The square is more than the variance at p for all hidden units by (p − ½)²/n; so is p₁ − p₁² ≥ p₁ − p₂ for others."""
    alike = entry_variance.subs({first_moment: p, second_moment: p**2}, simultaneous=True)
    yield trial.nonnegative(rate_bound**2 - alike, (p - HALF) ** 2 / n, by=sp.expand)
    yield trial.same(rate_bound, sp.sqrt(alike.subs(p, HALF)))
    others = alike.subs(p, first_moment) - entry_variance
    yield trial.same(others, (second_moment - first_moment**2) / n, by=sp.expand)
    yield trial.same(rate_bound.subs(n, 1), mean_deviation.subs({n: 1, p: HALF, mode: 1}))


@exact(composed_masks, step="normal size")
def normal_moduli_have_this_mean(normal_size: sp.Expr, trial: Trial) -> Findings:
    """Twice the integral of z times the density over z > 0, by its antiderivative −density."""
    z = sp.Symbol("z", real=True)
    density = sp.exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi)
    yield trial.same(sp.diff(-density, z), z * density)
    yield trial.same(normal_size, 2 * density.subs(z, 0))


@enclosed(composed_masks, step="third moments")
def third_moments_are_shares_of_variances(
    term_variance: sp.Expr, third_moment: sp.Expr, third_share: sp.Expr, trial: Trial
) -> Findings:
    """The quotient, at most 1 for all p."""
    yield trial.same(third_moment, third_share * term_variance, by=sp.expand)
    yield trial.everywhere(third_share, sp.S.One, within={p: (0, 1)})


@enclosed(composed_masks, step="error")
def error_is_the_largest_share(third_share: sp.Expr, deviation_error: sp.Expr, trial: Trial) -> Findings:
    """An n-th of the share for p → 0, where it is largest."""
    yield trial.same(deviation_error, third_share.subs(p, 0) / n)
    yield trial.everywhere(third_share, third_share.subs(p, 0), within={p: (0, 1)})


def exact_deviation(tenths: tuple[int, ...], copies: int) -> tuple[int, sp.Rational, sp.Rational, sp.Rational]:
    """n, mean p, mean p² and E|S − ES|/n for a sum S of independent variables, `copies` of each probability."""
    law = np.array([1], dtype=object)
    for tenth in tenths * copies:
        law = np.append(law * (10 - tenth), 0) + np.insert(law * tenth, 0, 0)
    size, total = len(tenths) * copies, sum(tenths) * copies  # of ES in tenths
    spread = int((abs(10 * np.arange(size + 1) - total) * law).sum())
    moments = [sp.Rational(copies * sum(tenth**k for tenth in tenths), size * 10**k) for k in (1, 2)]
    return size, *moments, sp.Rational(spread, 10 * size * 10**size)


@enclosed(composed_masks, cost=0.4)
def deviations_of_a_composed_entry(
    deviation: sp.Expr, deviation_error: sp.Expr, rate_bound: sp.Expr, trial: Trial
) -> Findings:
    """E|S − ES|/n beside its normal size, for hidden units of one kind (De Moivre, G5) and of several (convolution)."""
    entries = [
        ({n: size}, chance, chance**2, valued(mean_deviation, {n: size, p: chance, mode: size * chance + 1}) / size)
        for size in (10, 40_000)
        for chance in (sp.Rational(1, 10), HALF, sp.Rational(4, 5))
    ]
    for tenths, copies in (((0, 10), 50), ((1, 9), 100), ((1, 4, 7), 50)):
        size, first, second, spread = trial.once(exact_deviation, tenths, copies)
        entries.append(({n: size}, first, second, spread))
    for at, first, second, spread in entries:
        claimed = valued(deviation, {first_moment: first, second_moment: second})
        yield trial.below(spread - claimed, deviation_error, at=[at])
        yield trial.below(claimed - spread, deviation_error, at=[at])
        yield trial.below(spread, rate_bound, at=[at])


def rare_spread(size: int) -> Fraction:
    """The mean distance from its mean of the share of n that are kept with probability 1/(20n), in fractions."""
    chance, mean = Fraction(1, 20 * size), Fraction(1, 20)
    masses = [comb(size, k) * chance**k * (1 - chance) ** (size - k) for k in range(size + 1)]
    return sum((mass * abs(k - mean) for k, mass in enumerate(masses)), Fraction(0)) / size


@enclosed(composed_masks)
def rare_paths_deviate_less(rare_error: sp.Expr, trial: Trial) -> Findings:
    """The normal size less the mean deviation, in fractions; n times that has a positive limit."""
    for size in (1, 2, 7, 30):
        normal = deviation.subs({n: size, first_moment: RARE / size, second_moment: (RARE / size) ** 2})
        seen = sp.Rational(trial.once(rare_spread, size))
        yield trial.same(rare_error.subs(n, size), normal - seen, by=None)
    limit = sp.sqrt(2 * RARE / sp.pi) - 2 * RARE * sp.exp(-RARE)
    yield trial.same(sp.limit(n * rare_error, n, sp.oo), limit, by=None)
    yield trial.below(0, limit, at=[{}])


@enclosed(composed_masks)
def entry_varies_no_more_than_a_coin(entry_variance: sp.Expr, trial: Trial) -> Findings:
    """The mean of n independent events of these mean probabilities: their variance is largest if all are equally probable."""
    yield trial.below(sp.S.Zero, entry_variance)
    yield trial.below(entry_variance, first_moment * (1 - first_moment) / n)
