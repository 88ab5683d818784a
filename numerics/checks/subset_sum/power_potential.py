"""Evidence for R13: a family of potentials of the covered share."""

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.subset_sum.counting import covering_items
from sparse_limits.theory.subset_sum.potential import a, failure, growth, kappa, law_size, r, v
from sparse_limits.theory.subset_sum.power_potential import (
    FIRST_ALONE,
    LATER_ALONE,
    SMALL,
    TENTH,
    TINY,
    far,
    first_failure,
    later_contraction,
    later_failure,
    n_1,
    potential,
    power_contraction,
    theta,
    two_phases,
)
from sparse_limits.theory.subset_sum.power_potential_signs import step
from sparse_limits.theory.subset_sum.symbols import delta, eps, n

LESS = sp.Rational(9, 10)


y = sp.Symbol("y", nonnegative=True)
DOUBLED = {theta: 1 - sp.log(1 + y) / sp.log(2)}  # θ up to 1, by what 2^(1 − θ) exceeds 1


@exact(two_phases, step="potential")
def potential_falls(potential: sp.Expr, trial: Trial) -> Findings:
    """The potential is 0 where all is covered, and falls: its derivative is negative, at v = 1/(1 + y)."""
    y = sp.Symbol("y", positive=True)
    falling = -sp.diff(potential, v) / v ** (-theta - 1)
    yield trial.same(falling, v + theta * (1 - v))
    yield trial.same(potential.subs(v, 1), sp.S.Zero)
    yield trial.nonnegative(falling, (1 + theta * y) / (1 + y), where={v: 1 / (1 + y)}, strict=True)


@exact(two_phases, step="curvature")
def curvature_is_the_second_derivative(shape: sp.Expr, curvature: sp.Expr, trial: Trial) -> Findings:
    """The curvature is the second derivative of the shape in r, and not negative, at θ = 1/(1 + y)."""
    yield trial.same(sp.diff(shape, r, 2), curvature)
    parts = (2 + y) / (1 + r) + y * v
    yield trial.nonnegative(curvature * (1 + r) ** (theta + 1), parts / (1 + y) ** 2, where={theta: 1 / (1 + y)})


@exact(two_phases, step="up to a half")
def shape_falls_to_the_doubled_share(shape: sp.Expr, low_gain: sp.Expr, trial: Trial) -> Findings:
    """The gain is the fall of the shape from r = 0 to 1, less 1 − 2^(−θ); it is not negative, at 2^(1 − θ) = 1 + y."""
    fall = shape.subs(r, 0) - shape.subs(r, 1)
    yield trial.same(low_gain, fall - (1 - 2**-theta))
    yield trial.nonnegative(low_gain, v * y, where=DOUBLED)


@exact(two_phases, step="beyond a half")
def shape_vanishes_where_all_is_covered(shape: sp.Expr, high_gain: sp.Expr, trial: Trial) -> Findings:
    """The shape is 0 at r = (1 − v)/v; the gain is the sum of v − ½ and 2^(−θ) − ½, not negative at v = ½ + x and 2^(1 − θ) = 1 + y."""
    whole = (1 - v) / v
    yield trial.same(shape.subs(r, whole), sp.S.Zero)
    half, x = sp.Rational(1, 2), sp.Symbol("x", nonnegative=True)
    yield trial.same(high_gain, (v - half) + (2**-theta - half))
    yield trial.nonnegative(high_gain, x + y / 2, where=DOUBLED | {v: half + x})


@exact(two_phases, step="one item")
def chords_at_the_mean_growth(
    shape: sp.Expr, low_gain: sp.Expr, high_gain: sp.Expr, power_contraction: sp.Expr, trial: Trial
) -> Findings:
    """At r = aκ(1 − v) each chord is 1 − v times the factor less aκ times its gain."""
    mean, start = a * kappa * (1 - v), shape.subs(r, 0)
    to_one = start - (start - shape.subs(r, 1)) * mean
    yield trial.same(to_one, (1 - v) * (power_contraction - a * kappa * low_gain))
    to_whole = start - start * mean * v / (1 - v)
    yield trial.same(to_whole, (1 - v) * (power_contraction - a * kappa * high_gain))


@exact(two_phases, step="one item later")
def uncovered_share_is_what_growth_leaves(later_contraction: sp.Expr, trial: Trial) -> Findings:
    """The factor is 1 less the growth of R4, over the uncovered share 1 − v, at v = v₁; this quotient falls with v."""
    left = (1 - growth) / (1 - v)
    yield trial.same(left.subs(v, far), later_contraction)
    yield trial.same(sp.diff(left, v), -a * kappa)


@exact(two_phases)
def failures_begin_and_go_on(first_failure: sp.Expr, later_failure: sp.Expr, trial: Trial) -> Findings:
    """By induction on the items of either phase: no item, and one more."""
    start = potential.subs(v, eps / a) / potential.subs(v, far)
    yield trial.induction(first_failure, n_1, start, lambda term: power_contraction * term)
    later = sp.Symbol("later", integer=True, nonnegative=True)
    begun = (1 - far) / (eps / (2 * a))
    yield trial.induction(later_failure.subs(n, n_1 + later), later, begun, lambda term: later_contraction * term)


@exact(two_phases, step="items")
def half_of_the_failure_each(
    two_phase_failure: sp.Expr, first_items: sp.Expr, later_items: sp.Expr, trial: Trial
) -> Findings:
    """At these numbers of items the failure is δ; an item more of either phase lowers its part, at θ = log₂(1 + x)."""
    first_part, later_part = (sp.Symbol(name, positive=True) for name in ("first_part", "later_part"))
    at = {power_contraction: first_part, later_contraction: later_part}
    items = {n: first_items + later_items.subs(n_1, first_items), n_1: first_items}
    yield trial.same(two_phase_failure, delta, where=items, by=lambda gap: in_parts(gap, at))
    first, later = two_phase_failure.subs(n, n_1) - later_failure.subs(n, n_1), two_phase_failure - first_failure
    x = sp.Symbol("x", positive=True)
    at_power = {theta: sp.log(1 + x) / sp.log(2)}
    yield trial.nonnegative(1 - first.subs(n_1, n_1 + 1) / first, a * kappa * x / (1 + x), where=at_power, strict=True)
    yield trial.nonnegative(1 - later.subs(n, n + 1) / later, a * kappa * far, strict=True)


def in_parts(expression: sp.Expr, at: dict[sp.Expr, sp.Expr]) -> sp.Expr:
    """Zero, where it is, the factors of one item being letters."""
    return sp.simplify(sp.expand(sp.powsimp(expression.subs(at))))


# where R4's bound is the smaller one, and where that of two phases is
SMALLER = (
    (0, {**TENTH, n: 40, n_1: 20}),
    (1, {**TINY, n: 276, n_1: 193}),
)


@enclosed(two_phases, step="smaller bound")
def smaller_of_two_bounds(
    two_phase_failure: sp.Expr,
    least_failure: sp.Expr,
    first_items: sp.Expr,
    later_items: sp.Expr,
    enough_items: sp.Expr,
    trial: Trial,
) -> Findings:
    """The failure is the smaller of two bounds, and the number of items the smaller of two, in whole numbers not below 0; at one point
    each, either of the two is the smaller one.
    """
    bounds = failure, two_phase_failure
    numbers = [sp.ceiling(law_size), sum(sp.Max(0, sp.ceiling(part)) for part in (first_items, later_items))]
    for least, values in ((least_failure, bounds), (enough_items, numbers)):
        yield trial.same(least, trial.once(sp.Min, *values), by=None)
    for place, point in SMALLER:
        for least, values in ((least_failure, bounds), (enough_items, numbers)):
            yield trial.below(values[place], values[1 - place], at=[point], strict=True)
            yield trial.same(least, values[place], by=None, at=[point])


@exact(two_phases, step="rate")
def rate_is_the_slope_in_the_limit(
    first_items: sp.Expr, later_items: sp.Expr, power_rate: sp.Expr, trial: Trial
) -> Findings:
    """The rate is the derivative of the number of items in log 1/ε, up to a part that vanishes with ε."""
    slope = -eps * sp.diff(first_items + later_items, eps)
    rest = eps / (a - eps) / -sp.log(power_contraction)
    yield trial.same(slope - rest, power_rate)
    yield trial.same(rest.subs(eps, 0), sp.S.Zero)


@enclosed(two_phases)
def fewer_items_at_tiny_distances(
    first_items: sp.Expr, later_items: sp.Expr, best_rate: sp.Expr, trial: Trial
) -> Findings:
    """Uniform items, δ = 1/10: fewer than R4's at ε = 10⁻⁶ and 10⁻²⁰, by at least a tenth; and a lower rate."""
    for power, share, tilt in ((6, "15/16", "1"), (20, "35/36", "4/5")):
        at = {**SMALL, eps: sp.Rational(1, 10**power), far: sp.Rational(share), theta: sp.Rational(tilt)}
        yield trial.below(valued(first_items + later_items, at), LESS * valued(law_size, at), at=[{}])
    yield trial.below(best_rate.subs(SMALL), LESS * (2 / -sp.log(1 - a * kappa / 2)).subs(SMALL), at=[{}])


@exact(two_phases)
def counting_and_signs_bound_from_the_other_side(one_sign: sp.Expr, counting_rate: sp.Expr, trial: Trial) -> Findings:
    """R3's number over ln(1/ε) in the limit; one item has one sign, and each further one has the same sign with probability ½."""
    yield trial.same(sp.limit(covering_items / sp.log(1 / eps), eps, 0), counting_rate)
    yield trial.induction(one_sign, n, sp.S.One, lambda term: term / 2, start=1)


@enclosed(two_phases)
def either_phase_is_enough_alone(first_items: sp.Expr, later_items: sp.Expr, trial: Trial) -> Findings:
    """At one point each, one of the numbers is not positive, so that no such item is needed, and the other is not negative."""
    for none, some, point in ((later_items, first_items, FIRST_ALONE), (first_items, later_items, LATER_ALONE)):
        yield trial.below(none, sp.S.Zero, at=[point])
        yield trial.below(sp.S.Zero, some, at=[point])


# Signs, and what chords and later items bound


@enclosed(two_phases)
def the_shape_lies_below_its_chords(
    shape: sp.Expr, curvature: sp.Expr, low_gain: sp.Expr, high_gain: sp.Expr, trial: Trial
) -> Findings:
    """For θ, v and r up to 1 the shape is convex and at most its chord from 0 to 1; the gain up to a half is not negative, and that beyond
    a half at least v − ½.
    """
    yield trial.everywhere(curvature, within={theta: (0, 1), v: (0, 1), r: (0, 1)})
    yield trial.everywhere(low_gain, within={theta: (0, 1), v: (0, 1)})
    yield trial.below(v - sp.Rational(1, 2), high_gain)
    chord = shape.subs(r, 0) * (1 - r) + shape.subs(r, 1) * r
    yield trial.below(shape, chord)


@enclosed(two_phases)
def more_items_leave_less(later_failure: sp.Expr, doubly: sp.Expr, more_items: sp.Expr, trial: Trial) -> Findings:
    """Later items do not raise the probability; after them each item more leaves less than half of the measure, and the number of such
    items is not below 0.
    """
    yield trial.below(later_failure, later_failure.subs(n, n_1))
    yield trial.below(doubly.subs(step, step + 1), doubly / 2, strict=True)
    yield trial.below(sp.S.Zero, more_items)
