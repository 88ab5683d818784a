"""Evidence for R10: one candidate against subsets of candidates."""

from itertools import product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Findings, Trial, control, enclosed, exact, statistical
from sparse_limits.numerics.exact.identities import is_zero
from sparse_limits.numerics.exact.logarithms import split_logarithms
from sparse_limits.numerics.subset_sum import laws
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.subset_sum.further.single_candidate import median_items, single_candidates, w
from sparse_limits.theory.subset_sum.potential import a
from sparse_limits.theory.subset_sum.product_laws import quenched_size, t, uniform_product
from sparse_limits.theory.subset_sum.symbols import eps, n

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
def one_candidate_serves_by_the_mass(single_hit: sp.Expr, trial: Trial) -> Findings:
    """Half of the integral of the density from |w| − ε to |w| + ε, as far as they lie in [0, 1], wherever that is."""
    mass = trial.once(sp.integrate, INSIDE, x)
    far, near = (mass.subs(x, sp.Min(1, sp.Abs(w) + side * eps)) for side in (1, -1))
    yield trial.same(single_hit, (far - near) / 2, by=by_ends)


@enclosed(single_candidates)
def one_candidate_serves_by_its_density(single_hit: sp.Expr, trial: Trial) -> Findings:
    """Half of the integral of −½ ln|s| over the interval, as far as it lies in [−1, 1]."""
    for place, width in PLACES:
        at = {w: sp.Rational(place), eps: sp.Rational(width)}
        low, high = abs(at[w]) - at[eps], min(abs(at[w]) + at[eps], sp.S.One)
        yield trial.same(single_hit, sp.Integral(-sp.log(x) / 4, (x, low, high)), at=[at], by=None)


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
def the_ends_move_through_the_density(slope: sp.Expr, trial: Trial) -> Findings:
    """Half of the densities at |w| + ε and |w| − ε, both below 1; where w² − ε², the product of both, is 1/(1 + y)."""
    ends = (INSIDE.subs(x, sp.Abs(w) + side * eps) for side in (1, -1))
    yield trial.same(slope, sp.Add(*ends) / 2, by=inner_ends)
    y = sp.Symbol("y", positive=True)
    inside = {w: sp.sqrt(eps**2 + 1 / (1 + y))}
    yield trial.nonnegative(slope, sp.log(1 + y) / 4, where=inside, by=split_logarithms, strict=True)


@exact(single_candidates, step="subset density")
def half_of_the_density_is_least_at_the_reach(subset_density: sp.Expr, trial: Trial) -> Findings:
    """Half of the density at a, and farther inside, at a·u/(u + v), more by a fourth of log((u + v)/u)."""
    u, v = sp.symbols("u v", positive=True)
    yield trial.same(subset_density, INSIDE.subs(x, a) / 2)
    inner = INSIDE.subs(x, a * u / (u + v)) / 2
    yield trial.nonnegative(
        inner - subset_density, sp.log(1 + v / u) / 4, by=lambda gap: split_logarithms(gap.subs(1 + v / u, (u + v) / u))
    )


@enclosed(single_candidates)
def subsets_have_some_density(subset_density: sp.Expr, trial: Trial) -> Findings:
    """It is positive below a reach of 1, and no more than at 2|w|, which the reach holds."""
    yield trial.below(sp.S.Zero, subset_density, strict=True, needed="subset_density")
    yield trial.below(subset_density, INSIDE.subs(x, 2 * sp.Abs(w)) / 2, needed="subset_density")


@exact(single_candidates)
def half_of_the_items_have_as_many_subsets(subset_items: sp.Expr, trial: Trial) -> Findings:
    """Of n items n/2 are usable: their 2^(n/2) subsets are 1/ε."""
    yield trial.same(subset_items / 2 * sp.log(2), sp.log(1 / eps), by=split_logarithms)


@enclosed(single_candidates)
def the_median_approaches_its_bound(median_items: sp.Expr, leading: sp.Expr, trial: Trial) -> Findings:
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
def samples_hold_a_candidate_as_often(success: sp.Expr, trial: Trial) -> Findings:
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
def subsets_need_logarithmically_many(median_items: sp.Expr, subset_items: sp.Expr, trial: Trial) -> Findings:
    """The median number for subsets is within a quarter of what is claimed, as most runs say, and below that for one candidate."""
    for width, runs in WIDTHS:
        needed = trial.draw(first_hits, float(width), trial.size(runs))
        claimed = trial.value(subset_items, {eps: width})
        for within, what in ((needed >= 0.75 * claimed, "less"), (needed <= 1.25 * claimed, "more")):
            yield trial.mostly(int(within.sum()), len(needed), f"no more than a quarter {what} than {claimed:.4g}")
        at = [{w: sp.Rational(3, 10), eps: width}]  # boxes: where runs are drawn; its cases change within a range
        yield trial.below(sp.Rational(5, 4) * subset_items, median_items, at=at)
