"""Evidence for R10: one candidate against subsets of candidates."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from sparse_limits.numerics.exact.identities import is_zero
from sparse_limits.numerics.exact.logarithms import split_logarithms
from sparse_limits.numerics.subset_sum import laws
from sparse_limits.theory.formulas.let import Let
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.subset_sum.potential import a
from sparse_limits.theory.subset_sum.product_laws import quenched_size, t, uniform_product
from sparse_limits.theory.subset_sum.single_candidate import (
    leading,
    least_hit,
    least_slope,
    median_items,
    single_candidates,
    single_hit,
    slope,
    subset_density,
    success,
    w,
)
from sparse_limits.theory.subset_sum.symbols import eps, n

MORE = sp.Rational(11, 10)
x = sp.Symbol("x", positive=True)
THINNED = laws.Thinned(laws.UniformProduct(), 0.5)
PLACES = (("3/10", "1/100"), ("-1/2", "1/3"), ("9/10", "1/20"), ("4/5", "1/2"))


INSIDE = uniform_product.density.args[0].expr.subs(t, x)  # the density at 0 < x ≤ 1


def by_ends(gap: sp.Expr) -> sp.Expr:
    """What is left of it for both signs of w and the ends |w| ± ε of the interval below 1, at it and above; 0 if nothing is."""
    u, v, y = sp.symbols("u v y", positive=True)
    below = u / (u + v)
    places = (
        ((1 + y) ** -1, below / (1 + y)),
        (sp.S.One, below),
        (1 + y, below),
        (1 + y, sp.S.One),
        (1 + u + y, 1 + u),
    )
    for (far, near), side in product(places, (1, -1)):
        here = valued(gap, {w: side * (far + near) / 2, eps: (far - near) / 2})
        here = here.replace(
            lambda each: isinstance(each, (sp.Abs, sp.sign)), lambda each: each.func(sp.factor(each.args[0]))
        )
        here = here.replace(lambda each: isinstance(each, sp.core.relational.Relational), settled)
        here = here.replace(lambda each: isinstance(each, sp.Min), smaller)
        if not is_zero(here) and (left := sp.simplify(sp.expand_log(sp.simplify(here)))) != 0:
            return left
    return sp.S.Zero


def settled(relation: sp.Basic) -> sp.Basic:
    """A relation by the sign of its sides' factored difference."""
    return relation.func(sp.factor(relation.lhs - relation.rhs), 0)


def smaller(least: sp.Expr) -> sp.Expr:
    """The smaller of two by the sign of their factored difference."""
    first, second = least.args
    return first if sp.factor(second - first).is_nonnegative else second


@exact(single_candidates, step="one candidate", cost=0.6)
@control("every candidate usable", single_hit=2 * single_hit)
@control("uniform candidates", single_hit=eps / 2)
@control("density at the weight", single_hit=-eps * sp.log(sp.Abs(w)) / 2)
@control("10 % more", single_hit=MORE * single_hit)
def one_candidate_serves_by_the_mass(single_hit: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Half of the integral of the density from |w| − ε to |w| + ε, as far as they lie in [0, 1], wherever that is."""
    mass = trial.once(sp.integrate, INSIDE, x)
    far, near = (mass.subs(x, sp.Min(1, sp.Abs(w) + side * eps)) for side in (1, -1))
    yield trial.same(single_hit, (far - near) / 2, by=by_ends)


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


def unfolded(formula: sp.Expr) -> sp.Expr:
    """The same with the probability of one candidate as a letter, and powers of ½ to a number as exponentials."""
    name = sp.Symbol("p", positive=True)
    formula = formula.replace(
        lambda each: isinstance(each, Let) and each.args[1] == sp.Tuple(sp.Tuple(name, single_hit)),
        lambda each: each.args[0],
    )
    return sp.simplify(sp.expand(formula.subs(single_hit, name).rewrite(sp.exp)))


@exact(single_candidates, step="some candidate")
@control("at most one serves", success=n * single_hit)
@control("all serve", success=single_hit**n)
@control("10 % more", success=MORE * success)
@control("every candidate usable", single_hit=2 * single_hit)
def failures_multiply(single_hit: sp.Expr, success: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One candidate fails with 1 − p, and one more leaves 1 − p of the failures."""
    yield trial.induction(1 - success, n, 1 - single_hit, lambda term: (1 - single_hit) * term, start=1, by=unfolded)


@exact(single_candidates, step="median")
@control("mean for the median", median_items=1 / single_hit)
@control("10 % more", median_items=MORE * median_items)
@control("at most one serves", success=n * single_hit)
def half_of_the_samples_serve_at_the_median(success: sp.Expr, median_items: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """At n₅₀ failures and successes are one half; and a candidate more serves p of the failures, where p > 0."""
    yield trial.same(success.subs(n, median_items), sp.Rational(1, 2), by=unfolded)
    chance, y = sp.symbols("p y", positive=True)
    served = success.args[0] if isinstance(success, Let) else success
    gain = (served.subs(n, n + 1) - served) / (1 - served)
    yield trial.nonnegative(gain, y / (1 + y), where={chance: y / (1 + y)}, strict=True)


def inner_ends(gap: sp.Expr) -> sp.Expr:
    """What is left of it for both signs of w and both ends of the interval below 1; 0 if nothing is."""
    u, v, y = sp.symbols("u v y", positive=True)
    far, near = 1 / (1 + y), u / ((u + v) * (1 + y))
    for side in (1, -1):
        here = valued(gap, {w: side * (far + near) / 2, eps: (far - near) / 2})
        here = here.replace(lambda each: isinstance(each, sp.Abs), lambda each: sp.Abs(sp.factor(each.args[0])))
        here = here.replace(lambda each: isinstance(each, sp.core.relational.Relational), settled)
        here = here.replace(lambda each: isinstance(each, sp.log), lambda each: sp.log(sp.factor(each.args[0])))
        if (left := split_logarithms(sp.expand(sp.simplify(here)))) != 0:
            return left
    return sp.S.Zero


@exact(single_candidates, step="slope", cost=0.4)
@control("of every candidate", slope=2 * slope)
@control("at the far end alone", slope=-sp.log(sp.Abs(w) + eps) / 2)
@control("10 % less", slope=slope / MORE)
def the_ends_move_through_the_density(slope: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Half of the densities at |w| + ε and |w| − ε, both below 1; where w² − ε², the product of both, is 1/(1 + y)."""
    ends = (INSIDE.subs(x, sp.Abs(w) + side * eps) for side in (1, -1))
    yield trial.same(slope, sp.Add(*ends) / 2, by=inner_ends)
    y = sp.Symbol("y", positive=True)
    inside = {w: sp.sqrt(eps**2 + 1 / (1 + y))}
    yield trial.nonnegative(slope, sp.log(1 + y) / 4, where=inside, by=split_logarithms, strict=True)


@exact(single_candidates, step="least slope")
@control("every candidate usable", least_slope=2 * least_slope)
@control("10 % more", least_slope=MORE * least_slope)
@control("10 % less", least_slope=least_slope / MORE)
@control("of every candidate", slope=2 * slope)
def the_slope_is_least_at_no_width(slope: sp.Expr, least_slope: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Equal at ε = 0; beyond it more by a fourth of log(1 + ε²/(w² − ε²)), at w² = ε² + y."""
    y = sp.Symbol("y", positive=True)
    yield trial.same(
        slope.subs(eps, 0), least_slope, by=lambda gap: sp.simplify(sp.expand_log(gap.subs(sp.Abs(w), y).subs(w, y)))
    )
    gap = (slope - least_slope).subs(sp.Abs(w), sp.sqrt(w**2)).subs(w, sp.sqrt(eps**2 + y))
    yield trial.nonnegative(
        gap, sp.log(1 + eps**2 / y) / 4, by=lambda each: sp.simplify(sp.expand_log(sp.simplify(each)))
    )


@exact(single_candidates, step="least probability")
@control("every candidate usable", least_hit=2 * least_hit)
@control("10 % more", least_hit=MORE * least_hit)
@control("half of the interval", least_hit=least_hit / 2)
@control("10 % less", least_slope=least_slope / MORE)
def the_least_probability_has_the_least_slope(
    least_slope: sp.Expr, least_hit: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Its slope in ε, and that it is 0 at 0."""
    yield trial.same(least_hit.diff(eps) * eps, least_slope * eps)
    yield trial.same(least_hit.subs(eps, 0), sp.S.Zero)


@exact(single_candidates, step="bound")
@control("every candidate usable", leading=leading / 2)
@control("10 % more", leading=MORE * leading)
@control("10 % less", leading=leading / MORE)
@control("uniform candidates", leading=2 * sp.log(2) / eps)
@control("every candidate usable, at least", least_hit=2 * least_hit)
def the_bound_is_that_of_the_least_probability(least_hit: sp.Expr, leading: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """ln 2 over the least probability."""
    yield trial.same(leading, sp.log(2) / least_hit)


@exact(single_candidates, step="subset density")
@control("every candidate usable", subset_density=-sp.log(a) / 2)
@control("of uniform numbers", subset_density=sp.Rational(1, 4))
@control("10 % more", subset_density=MORE * subset_density)
@control("10 % less", subset_density=subset_density / MORE)
def half_of_the_density_is_least_at_the_reach(subset_density: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Half of the density at a, and farther inside, at a·u/(u + v), more by a fourth of log((u + v)/u)."""
    u, v = sp.symbols("u v", positive=True)
    yield trial.same(subset_density, INSIDE.subs(x, a) / 2)
    inner = INSIDE.subs(x, a * u / (u + v)) / 2
    yield trial.nonnegative(
        inner - subset_density, sp.log(1 + v / u) / 4, by=lambda gap: split_logarithms(gap.subs(1 + v / u, (u + v) / u))
    )


@enclosed(single_candidates)
@control("the other sign", subset_density=-subset_density)
@control("of every product", subset_density=1 + subset_density)
def subsets_have_some_density(subset_density: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """It is positive below a reach of 1, and no more than at 2|w|, which the reach holds."""
    yield trial.below(sp.S.Zero, subset_density, strict=True, needed="subset_density")
    yield trial.below(subset_density, INSIDE.subs(x, 2 * sp.Abs(w)) / 2, needed="subset_density")


@exact(single_candidates)
@control("every item usable", subset_items=quenched_size / 2)
@control("in the mean", subset_items=sp.log(1 / eps) / sp.log(sp.Rational(3, 2)))
@control("10 % more", subset_items=MORE * quenched_size)
@control("10 % less", subset_items=quenched_size / MORE)
def half_of_the_items_have_as_many_subsets(subset_items: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Of n items n/2 are usable: their 2^(n/2) subsets are 1/ε."""
    yield trial.same(subset_items / 2 * sp.log(2), sp.log(1 / eps), by=split_logarithms)


@enclosed(single_candidates)
@control("every candidate usable", leading=leading / 2)
@control("10 % more", leading=MORE * leading)
@control("10 % less", leading=leading / MORE)
@control("uniform candidates", leading=2 * sp.log(2) / eps)
@control("every candidate usable, exactly", median_items=sp.log(2) / -sp.log(1 - 2 * single_hit))
def the_median_approaches_its_bound(median_items: sp.Expr, leading: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Below it, by a share of less than ε/w² at ε = 10⁻³ and 10⁻⁶."""
    yield trial.below(median_items, leading)  # boxes: cases that change within the range
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


WIDTHS = ((sp.Rational(1, 100), 600), (sp.Rational(1, 10**4), 250))  # and how many runs tell the median at it


def first_hits(rng: np.random.Generator, width: float, runs: int) -> NDArray[np.int64]:
    """The number of candidates until a subset sum is within the width of 3/10, in each run."""
    return np.array([laws.first_hit(rng, THINNED, 0.3, width, 60) for _ in range(runs)])


@statistical(single_candidates, tests=4, cost=0.5)
@control("curves exchanged", median_items=quenched_size, subset_items=valued(median_items, {w: sp.Rational(3, 10)}))
@control("every item usable", subset_items=quenched_size / 2)
@control("a bit more for a bit", subset_items=2 * quenched_size)
@control("order 1/√ε", median_items=sp.sqrt(median_items))
def subsets_need_logarithmically_many(median_items: sp.Expr, subset_items: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The median number for subsets is within a quarter of what is claimed, as most runs say, and below that for one candidate."""
    for width, runs in WIDTHS:
        needed = trial.draw(first_hits, float(width), trial.size(runs))
        claimed = trial.value(subset_items, {eps: width})
        for within, what in ((needed >= 0.75 * claimed, "less"), (needed <= 1.25 * claimed, "more")):
            yield trial.mostly(int(within.sum()), len(needed), f"no more than a quarter {what} than {claimed:.4g}")
        at = [{w: sp.Rational(3, 10), eps: width}]  # boxes: where runs are drawn; its cases change within a range
        yield trial.below(sp.Rational(5, 4) * subset_items, median_items, at=at)
