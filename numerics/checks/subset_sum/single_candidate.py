"""Evidence for R10: one candidate against subsets of candidates."""

from __future__ import annotations

from collections.abc import Iterator
from math import log

import numpy as np
import sympy as sp

from numerics.evidence import Finding, Trial, control, empirical, enclosed, statistical
from numerics.subset_sum import laws
from theory.subset_sum.product_laws import quenched_size
from theory.subset_sum.single_candidate import (
    leading,
    median_items,
    single_candidates,
    single_hit,
    success,
    w,
)
from theory.subset_sum.symbols import eps, n

MORE = sp.Rational(11, 10)
x = sp.Symbol("x", positive=True)
THINNED = laws.Thinned(laws.UniformProduct(), 0.5)
PLACES = (("3/10", "1/100"), ("-1/2", "1/3"), ("9/10", "1/20"), ("4/5", "1/2"))


@enclosed(single_candidates)
@control("every candidate usable", single_hit=2 * single_hit)
@control("uniform candidates", single_hit=eps / 2)
@control("density at the weight", single_hit=-eps * sp.log(sp.Abs(w)) / 2)
@control("10 % more", single_hit=MORE * single_hit)
def one_candidate_serves_by_its_density(single_hit: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Half of the integral of −½ ln|s| over the interval, as far as it lies in [−1, 1]."""
    for place, width in PLACES:
        at = {w: sp.Rational(place), eps: sp.Rational(width)}
        low, high = abs(at[w]) - at[eps], min(abs(at[w]) + at[eps], sp.S.One)
        yield trial.same(single_hit, sp.Integral(-sp.log(x) / 4, (x, low, high)), at=[at], by=None)


@enclosed(single_candidates)
@control("at most one serves", success=n * single_hit)
@control("all serve", success=single_hit**n)
@control("mean for the median", median_items=1 / single_hit)
@control("10 % more", median_items=MORE * median_items)
def half_of_the_samples_serve_at_the_median(success: sp.Expr, median_items: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One candidate more leaves 1 − p of the failures; at n₅₀ they are one half."""
    p = single_candidates.expressions["single_hit"]
    yield trial.same(success.subs(n, 1), p, by=None)
    yield trial.same(1 - success.subs(n, n + 1), (1 - p) * (1 - success), by=None)
    yield trial.same((1 - p) ** median_items, sp.Rational(1, 2), by=None)


@enclosed(single_candidates)
@control("every candidate usable", leading=leading / 2)
@control("10 % more", leading=MORE * leading)
@control("10 % less", leading=leading / MORE)
@control("uniform candidates", leading=2 * sp.log(2) / eps)
@control("every candidate usable, exactly", median_items=sp.log(2) / -sp.log(1 - 2 * single_hit))
def the_median_approaches_its_bound(median_items: sp.Expr, leading: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Below it by a share of p/2 to first order: less than ε/w² at ε = 10⁻³ and 10⁻⁶."""
    yield trial.below(median_items, leading)
    for power in (3, 6):
        at = [{w: sp.Rational(place), eps: sp.Rational(1, 10**power)} for place in ("3/10", "-1/2", "9/10")]
        yield trial.below(1 - median_items / leading, eps / w**2, at=at)


CELLS = ((40, 0.05), (8, 0.2))


def served(rng: np.random.Generator, size: int, width: float, draws: int) -> int:
    """How many samples of candidates hold one within the width of 3/10."""
    return int(np.count_nonzero((np.abs(THINNED.sample(rng, (draws, size)) - 0.3) <= width).any(axis=1)))


@statistical(single_candidates, tests=2)
@control("every candidate usable", success=1 - (1 - 2 * single_hit) ** n)
@control("10 % more", success=MORE * success)
@control("10 % less", success=success / MORE)
def samples_hold_a_candidate_as_often(success: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Samples of candidates, half of them usable."""
    draws = trial.size(20_000)
    for size, width in CELLS:
        at = {n: sp.Integer(size), w: sp.Rational(3, 10), eps: sp.Rational(str(width))}
        yield trial.counts(trial.draw(served, size, width, draws), draws, trial.value(success, at))


WIDTHS = (sp.Rational(1, 100), sp.Rational(1, 10**4))


def first_hits(rng: np.random.Generator, width: float, runs: int) -> float:
    """The median number of candidates until a subset sum is within the width of 3/10."""
    return float(np.median([laws.first_hit(rng, THINNED, 0.3, width, 60) for _ in range(runs)]))


def slope(first: float, second: float) -> float:
    """Of the logarithms, from the wider to the narrower."""
    return log(second / first) / log(WIDTHS[1] / WIDTHS[0])


@empirical(single_candidates)
@control("curves exchanged", median_items=quenched_size, subset_items=median_items.subs(w, sp.Rational(3, 10)))
@control("every item usable", subset_items=quenched_size / 2)
@control("a bit more for a bit", subset_items=2 * quenched_size)
@control("order 1/√ε", median_items=sp.sqrt(median_items))
def subsets_need_logarithmically_many(median_items: sp.Expr, subset_items: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Slopes of ln n₅₀ over ln ε from 10⁻² to 10⁻⁴: near −1 for one candidate, above that of log²(1/ε) for subsets."""
    single = [trial.value(median_items, {w: sp.Rational(3, 10), eps: width}) for width in WIDTHS]
    yield trial.at_most(slope(*single), -0.99, "slope for one candidate")
    medians = [trial.draw(first_hits, float(width), trial.size(60)) for width in WIDTHS]
    yield trial.at_most(-slope(*medians), 2 * log(2) / log(WIDTHS[0] / WIDTHS[1]), "minus the slope for subsets")
    for width, median in zip(WIDTHS, medians, strict=True):
        claimed = trial.value(subset_items, {eps: width})
        yield trial.at_most(abs(median / claimed - 1), 0.25, f"median {median} against {claimed:.4g}, relative")
