"""Evidence for G1.3: masks of the largest scores beside those above a threshold."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Finding, Trial, control, exact, statistical
from sparse_limits.numerics.exact.logarithms import expanded_logarithms, split_logarithms
from sparse_limits.numerics.masks.cut_norm import cut_norm_witness
from sparse_limits.numerics.masks.selection import top_k_mask
from sparse_limits.theory.graphon import comparison
from sparse_limits.theory.graphon.comparison import fluctuation, largest_scale, mean_bound, one_failure, sides
from sparse_limits.theory.graphon.ranked_masks import (
    all_failures,
    excess,
    fewer_entries,
    four_failures,
    four_fluctuation,
    inside,
    missing,
    more_entries,
    moved_inside,
    moved_outside,
    outside,
    ranked_masks,
    ranked_rate,
    shift,
    wide_fluctuation,
    wide_rate,
)
from sparse_limits.theory.graphon.sized_sets import long, most_pair, one_size_failure, sized_mean
from sparse_limits.theory.graphon.symbols import delta, m, n, s, variance

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
OF_EACH_SIZE = sized_mean, one_size_failure  # as G1.4 has them


@exact(ranked_masks, step="more entries")
@control("entries of the rectangle twice", more_entries=more_entries + moved_inside)
@control("no entries more", more_entries=inside)
@control("entries more in one place", excess=excess - moved_outside)
@control("10 % more", excess=ELEVEN * excess)
def more_entries_lie_between_two_sums(excess: sp.Expr, more_entries: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """a above x, and b below K − ΣP − y; all entries are those of the rectangle and the others."""
    yield trial.same(excess, (inside + moved_inside) + (outside + moved_outside))
    yield trial.same(more_entries + (outside + moved_outside), excess)
    yield trial.nonnegative(more_entries - inside, moved_inside)
    yield trial.nonnegative(excess - outside - more_entries, moved_outside)


@exact(ranked_masks, step="fewer entries")
@control("entries of the rectangle twice", fewer_entries=fewer_entries - moved_inside)
@control("no entries less", fewer_entries=inside)
@control("entries less in one place", missing=missing + moved_outside)
@control("10 % more", missing=ELEVEN * missing)
def fewer_entries_lie_between_two_sums(missing: sp.Expr, fewer_entries: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """a below x, and b above K − ΣP − y; all entries are those of the rectangle and the others."""
    yield trial.same(missing, (inside - moved_inside) + (outside - moved_outside))
    yield trial.same(fewer_entries + (outside - moved_outside), missing)
    yield trial.nonnegative(inside - fewer_entries, moved_inside)
    yield trial.nonnegative(fewer_entries - (missing - outside), moved_outside)


@exact(ranked_masks, step="four failures")
@control("two signs", four_failures=2 * one_failure)
@control("rectangles and complements at once", four_failures=4 * one_failure**2)
@control("10 % less", four_failures=NINE * four_failures)
@control("half the exponent", one_failure=sp.exp(-m * n * s**2))
def two_signs_of_two_families(one_failure: sp.Expr, four_failures: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One failure, that of G1.2, for each."""
    cases = [(sign, family) for sign in (1, -1) for family in ("rectangles", "complements")]
    yield trial.same(four_failures, sum(one_failure for _ in cases))
    yield trial.same(one_failure, comparison.one_failure)


@exact(ranked_masks, step="fluctuation")
@control("two signs", four_fluctuation=fluctuation)
@control("10 % more", four_fluctuation=ELEVEN * four_fluctuation)
@control("10 % less", four_fluctuation=NINE * four_fluctuation)
@control("two failures", four_failures=four_failures / 2)
def four_sums_fail_with_delta(four_failures: sp.Expr, four_fluctuation: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """At the fluctuation the exponent is ln(4/δ); it is not negative: x at δ = 4e^(−2mnx²)."""
    x = sp.Symbol("x", positive=True)
    exponent = -(expanded_logarithms(sp.log(four_failures)) - sp.log(4)) / s**2
    yield trial.same(four_fluctuation**2, sp.log(4 / delta) / exponent, by=split_logarithms)
    yield trial.same(four_fluctuation.subs(delta, 4 * sp.exp(-2 * m * n * x**2)), x)


LOW, HIGH = (
    {m: 2, n: 3, delta: sp.Rational(1, 5), variance: each, shift: sp.Rational(1, 3)}
    for each in (sp.Rational(1, 50), sp.Rational(1, 4))
)


@exact(ranked_masks, step="rate")
@control("forgets the number of entries", ranked_rate=ranked_rate - shift)
@control("wasteful: the mask above the threshold between", ranked_rate=ranked_rate + four_fluctuation)
@control("10 % more", ranked_rate=ELEVEN * ranked_rate)
@control("the variance alone", mean_bound=sp.sqrt(variance / 2) * sides)
@control("two signs", four_fluctuation=fluctuation)
@control("entries of the rectangle twice", more_entries=more_entries + moved_inside)
@control("entries less of the rectangle twice", fewer_entries=fewer_entries - moved_inside)
@control("all entries more twice", excess=excess + outside)
@control("all entries less twice", missing=missing + outside)
def rate_is_the_farthest_sum(
    mean_bound: sp.Expr,
    four_fluctuation: sp.Expr,
    excess: sp.Expr,
    more_entries: sp.Expr,
    missing: sp.Expr,
    fewer_entries: sp.Expr,
    ranked_rate: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """The mean of G1.2; with κ more, or fewer, entries than expected: the sum of a rectangle whose rest is at its bound, none moved off it."""
    bound = mean_bound + four_fluctuation
    yield trial.same(mean_bound, comparison.mean_bound)
    yield trial.same(mean_bound, comparison.mean_bound, at=[LOW, HIGH])
    for sign, number, total in ((1, excess, more_entries), (-1, missing, fewer_entries)):
        rest = {outside: -sign * bound, moved_outside: 0}
        each, others = sp.Poly(number.subs(rest) - sign * shift, moved_inside).all_coeffs()
        moved = -others / each
        farthest = sp.expand(sign * total.subs(moved_inside, moved).subs(rest))
        yield trial.same(ranked_rate, farthest, by=sp.expand)
        yield trial.same(ranked_rate, farthest, at=[LOW, HIGH])


@exact(ranked_masks, step="failures of all sizes")
@control("two signs", all_failures=all_failures / 2)
@control("one size", all_failures=4 * one_size_failure)
@control("all sets", all_failures=4 * 2 ** (m + n) * one_size_failure)
@control("half the exponent", one_size_failure=sp.exp(-m * n * s**2))
def four_sums_of_each_size(one_size_failure: sp.Expr, all_failures: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One failure, that of G1.4, for each of two signs and two families of mn pairs of sizes."""
    cases = [(sign, family) for sign in (1, -1) for family in ("rectangles", "complements")]
    yield trial.same(all_failures, sum(m * n * one_size_failure for _ in cases))
    yield trial.same(one_size_failure, OF_EACH_SIZE[1])


@exact(ranked_masks, step="wide fluctuation")
@control("one size", wide_fluctuation=four_fluctuation)
@control("10 % more", wide_fluctuation=ELEVEN * wide_fluctuation)
@control("10 % less", wide_fluctuation=NINE * wide_fluctuation)
@control("two signs", all_failures=all_failures / 2)
def sums_of_all_sizes_fail_with_delta(
    all_failures: sp.Expr, wide_fluctuation: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """With E for the events, the failure at s = 0, the exponent is ln(E/δ) at the fluctuation, which is not negative."""
    events = all_failures.subs(s, 0)
    exponent = -(expanded_logarithms(sp.log(all_failures)) - expanded_logarithms(sp.log(events))) / s**2
    yield trial.same(wide_fluctuation**2, sp.log(events / delta) / exponent, by=split_logarithms)
    x = sp.Symbol("x", positive=True)
    yield trial.same(wide_fluctuation.subs(delta, events * sp.exp(-2 * m * n * x**2)), x)


@exact(ranked_masks, step="wide rate")
@control("forgets the number of entries", wide_rate=wide_rate - shift)
@control("10 % more", wide_rate=ELEVEN * wide_rate)
@control("the longer side", sized_mean=largest_scale * most_pair * long)
@control("one size", wide_fluctuation=four_fluctuation)
@control("entries of the rectangle twice", more_entries=more_entries + moved_inside)
@control("entries less of the rectangle twice", fewer_entries=fewer_entries - moved_inside)
@control("all entries more twice", excess=excess + outside)
@control("all entries less twice", missing=missing + outside)
def wide_rate_is_the_farthest_sum(
    sized_mean: sp.Expr,
    wide_fluctuation: sp.Expr,
    excess: sp.Expr,
    more_entries: sp.Expr,
    missing: sp.Expr,
    fewer_entries: sp.Expr,
    wide_rate: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """The mean of G1.4; the rest as for the first rate."""
    yield trial.same(sized_mean, OF_EACH_SIZE[0])
    bound = sp.Symbol("B", positive=True)
    for sign, number, total in ((1, excess, more_entries), (-1, missing, fewer_entries)):
        rest = {outside: -sign * bound, moved_outside: 0}
        each, others = sp.Poly(number.subs(rest) - sign * shift, moved_inside).all_coeffs()
        moved = -others / each
        farthest = sp.expand(sign * total.subs(moved_inside, moved).subs(rest))
        yield trial.same(wide_rate, farthest.subs(bound, sized_mean + wide_fluctuation), by=sp.expand)


def uniform_cut_norms(rng: np.random.Generator, masks: int, side: int) -> NDArray[np.floating]:
    """Certified lower bounds of ‖M − 1/4‖□ for square masks that are uniform among those with a quarter of the entries."""
    drawn = [top_k_mask(rng.random((side, side)), side**2 // 4) for _ in range(masks)]
    return np.array([cut_norm_witness(4 * each.astype(np.int64) - 1, rng).value / 4 for each in drawn])


@statistical(ranked_masks, tests=2)
@control("the fluctuation alone", ranked_rate=four_fluctuation)
@control("an eighth of the mean", ranked_rate=mean_bound / 8 + four_fluctuation)
@control("over all entries", ranked_rate=ranked_rate / sp.sqrt(m * n))
@control("over all entries, sizes apart", wide_rate=wide_rate / sp.sqrt(m * n))
@control("a quarter", wide_rate=wide_rate / 4)
def uniform_masks_stay_within_the_rates(ranked_rate: sp.Expr, wide_rate: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Uniform masks of 128×128 entries, a quarter of them ones: κ = 0."""
    side, chance = 128, sp.Rational(1, 100)
    norms = trial.draw(uniform_cut_norms, trial.size(12), side)
    at = {m: side, n: side, delta: chance, variance: sp.Rational(3, 16), shift: 0}
    for rate in (ranked_rate, wide_rate):
        beyond = int((norms > trial.value(rate, at)).sum())
        yield trial.counts(beyond, len(norms), float(chance), side="above")
