"""Evidence for N9.2, besides its reasons: squares of widths differ by this; equal points have this slope; and more."""

from functools import partial

import sympy as sp

from sparse_limits.numerics.checks.neuron_pruning.covering_steps import by_half_angle, by_roots
from sparse_limits.numerics.checks.neuron_pruning.zones import check_of_the_lesser, check_of_the_letters
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.numerics.exact.identities import simplified
from sparse_limits.theory.formulas.let import opened
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.neuron_pruning.alignment import N, delta, eps, ratio
from sparse_limits.theory.neuron_pruning.covering import one_neuron, rho, slope, steepness, theta
from sparse_limits.theory.neuron_pruning.covering_order import (
    a,
    ball_covering_order,
    eta,
    growth,
    lamda,
    long,
    most,
    near_count,
    part,
    t,
    two_zones,
)
from sparse_limits.theory.neuron_pruning.inputs import d

PLANKS = {rho: (sp.Rational(1, 50), sp.Rational(7, 10))}  # to 1/√2, but for little
PAIRS = {theta: (0, 3), **PLANKS}


@enclosed(ball_covering_order, step="difference of squares")
def squares_of_widths_differ_by_this(wide: sp.Expr, narrow: sp.Expr, square_gap: sp.Expr, trial: Trial) -> Findings:
    """The squares of the widths differ by this, in the cosine of half the angle; both widths are at least 0 at angles up to 3 and ρ from
    1/50 to 0.7.

    The sign for θ ≤ π/2: at 2ρ² = 1/(1 + y), and 1 + z for the cotangent of half the angle.
    """
    yield trial.same(wide**2 - narrow**2, square_gap, by=by_half_angle)
    y, z = sp.Symbol("y", positive=True), sp.Symbol("z", nonnegative=True)
    both = 1 + (1 + z) ** 2
    parts = [1 / (2 * (1 + y)) + y / (1 + y) * each / both for each in (1, (1 + z) ** 2)]
    at = {rho: 1 / sp.sqrt(2 * (1 + y)), theta: 2 * sp.atan(1 / (1 + z))}
    least = z * (2 + z) / (2 * (1 + y) * both * sp.Mul(*parts))
    yield trial.nonnegative(square_gap, least, where=at, by=lambda gap: sp.cancel(sp.simplify(sp.expand_trig(gap))))
    for width in (wide, narrow):
        yield trial.everywhere(sp.S.Zero, width, within=PAIRS)


def slope_at_zero(value: sp.Expr) -> sp.Expr:
    """The limit of the logarithm of a value over ρ, where the value tends to 1; arctangents of large arguments are written by those of one
    over the argument.
    """
    return sp.diff(value.replace(sp.atan, lambda each: sp.pi / 2 - sp.atan(1 / each)), rho).subs(rho, 0)


@enclosed(ball_covering_order, step="near slope", cost=1.5)
def equal_points_have_this_slope(
    near_neuron: sp.Expr, steepness: sp.Expr, near_slope: sp.Expr, trial: Trial
) -> Findings:
    """The mean for near points is 1 at ρ = 0, with the claimed slope; at ρ = 10⁻⁶ its difference quotient is within 10ρ of this slope."""
    near_neuron = opened(near_neuron).subs(slope, steepness)
    yield trial.same(near_neuron.subs(rho, 0), sp.S.One)
    yield trial.same(near_slope, trial.once(slope_at_zero, near_neuron))
    tiny = sp.Rational(1, 10**6)
    away = sp.Abs((near_neuron - 1) / rho - near_slope)
    yield trial.below(away, 10 * rho, at=[{rho: tiny}])  # boxes: an arc that is not defined at 0; its limit: above


@enclosed(ball_covering_order, step="two zones")
def both_zones_add_up(
    weight: sp.Expr, square_mean: sp.Expr, cap: sp.Expr, two_zones: sp.Expr, trial: Trial
) -> Findings:
    """The two zones are the mean of the square at the weight, and the power for equal points times the cap; also at a fortieth of ρ."""
    both = square_mean.subs(lamda, weight) + cap * most**N
    shrunk = {rho: rho / 40}
    yield trial.same(two_zones, both)
    yield trial.same(two_zones.subs(shrunk), both.subs(shrunk), by=None)


def full(two_zones: sp.Expr, part: sp.Expr) -> sp.Expr:
    """The N at which the zone of the near points, whose logarithm is linear in N, equals a part."""
    line = sp.expand_log(sp.log(two_zones.as_independent(most)[1]), force=True)
    return (sp.log(part) - line.subs(N, 0)) / sp.diff(line, N)


@exact(ball_covering_order, step="near number")
def the_near_part_is_full(two_zones: sp.Expr, part: sp.Expr, near_count: sp.Expr, trial: Trial) -> Findings:
    """At this number the zone of the near points equals the part."""
    yield trial.same(near_count, full(two_zones, part), by=in_logarithms)


@enclosed(ball_covering_order, step="growth")
def equal_points_grow_no_faster(near_neuron: sp.Expr, near_growth: sp.Expr, trial: Trial) -> Findings:
    """The mean has the arcsine of y = ρ/√(1 − ρ²), less one that is not negative, and an arctangent; with the larger y/√(1 − y²), 0 and π/2
    in their places it is 1 + Kρ.
    """
    y = rho / sp.sqrt(1 - rho**2)
    turn = 2 * rho * sp.sqrt(1 - rho**2) / (1 - 2 * rho**2)
    upper, lower, angle = sp.symbols("upper lower angle", nonnegative=True)
    shape = 1 + (2 * (upper - lower) / sp.sqrt(1 - 2 * rho**2) + slope * angle * turn / (1 - rho**2)) / sp.pi
    found = shape.subs({upper: sp.asin(y), lower: sp.asin(y**2), angle: sp.atan(1 / turn)})
    yield trial.same(opened(near_neuron), found, by=None)
    most_of_it = shape.subs({upper: y / sp.sqrt(1 - y**2), lower: 0, angle: sp.pi / 2})
    yield trial.same(most_of_it, 1 + rho * near_growth, by=by_roots)
    u = sp.Symbol("u", positive=True)  # y² = u/(1 + u)
    faster = sp.diff(t / sp.sqrt(1 - t**2) - sp.asin(t), t).subs(t, sp.sqrt(u / (1 + u)))
    yield trial.nonnegative(faster, u * sp.sqrt(1 + u))


@exact(ball_covering_order, step="least numbers")
def far_number_at_half_of_the_chance(
    half_chance: sp.Expr, far_count: sp.Expr, near_count: sp.Expr, far_least: sp.Expr, near_least: sp.Expr, trial: Trial
) -> Findings:
    """At half of the chance the far number is the least one times a factor above 1, with δ = 1/(1 + u).

    The near number times log M is (d − 3) log(2/δ) − log(1 − δ), where log M is at most Kρ, log(2/δ) at least δ log 2, and −log(1 − δ) ≥ δ
    ≥ δ log 2.
    """
    u = sp.Symbol("u", positive=True)
    at = {delta: 1 / (1 + u)}
    far = far_count.subs(eta, half_chance)
    more = delta * (6 - 5 * delta) / (2 * (2 - delta) ** 2)
    yield trial.same(far, far_least * (1 + more))
    yield trial.nonnegative(sp.factor(more.subs(at)), (1 + 6 * u) / (2 * (1 + 2 * u) ** 2))
    above = (near_count * sp.log(most)).subs(eta, half_chance)
    yield trial.same(
        above,
        (d - 3) * sp.log(2 / delta) - sp.log(1 - delta),
        by=lambda gap: in_logarithms(valued(gap, at)),
    )
    terms = (d - 3) * delta * sp.log(2) + delta * sp.log(2)
    yield trial.same(near_least, terms / (growth * rho))
    yield trial.nonnegative(
        (sp.log(2 / delta) - delta * sp.log(2)).subs(at), sp.log(1 + u) + sp.log(2) * u / (1 + u), by=in_logarithms
    )
    yield trial.nonnegative(sp.diff(-sp.log(1 - delta) - delta, delta).subs(at), 1 / u)


@enclosed(ball_covering_order, step="every dimension", cost=1)
def both_least_numbers_are_of_the_order(
    ratio: sp.Expr,
    small_error: sp.Expr,
    spread: sp.Expr,
    near_growth: sp.Expr,
    far_least: sp.Expr,
    near_least: sp.Expr,
    order: sp.Expr,
    trial: Trial,
) -> Findings:
    """The order over either least number is a function of ε times at most 1: (d − 2)/(d − 1) for the far number, δ for the near one.

    Both functions are at most 1 on the whole range of errors, and that for the near number is within 0.01 of 0.91 at its end.
    """
    yield trial.holds(small_error > 0, "a positive error")
    steep = {slope: steepness}
    far = sp.cancel((order * (d - 1) / (far_least * (d - 2))).subs(rho, ratio)).subs(a, opened(spread).subs(steep))
    near = sp.cancel((order / (near_least * delta)).subs(rho, ratio)).subs(growth, near_growth.subs(steep))
    for quotient in (far, near):
        yield trial.same(sp.diff(quotient, d), sp.S.Zero)
        yield trial.same(sp.diff(quotient, delta), sp.S.Zero)
        yield trial.everywhere(quotient.subs(rho, ratio), sp.S.One, within={eps: (0, small_error)})
        yield trial.below(quotient.subs(rho, ratio), sp.S.One, needed="order")
    last = near.subs(rho, ratio).subs(eps, small_error)
    yield trial.below(sp.Abs(last - sp.Rational(91, 100)), sp.Rational(1, 100), at=[{}])


@exact(ball_covering_order, step="leading order", cost=0.5)
def the_near_number_leads(
    ratio: sp.Expr,
    divide: sp.Expr,
    near_slope: sp.Expr,
    near_count: sp.Expr,
    far_count: sp.Expr,
    leading: sp.Expr,
    trial: Trial,
) -> Findings:
    """At ρ = e^−L the near number times log m and the far number in units of the spread have the stated forms in L; L − 2 log L is L, and ρ
    is 4ε, to leading order.

    η has the slope 0 at ρ = e^−2, with the value 4/e².
    """
    at = {rho: sp.exp(-long)}
    near = valued(valued(near_count * sp.log(most), {eta: divide}), at)
    yield trial.same(near, (d - 2) * (long - 2 * sp.log(long)) + sp.log(part), by=in_logarithms)
    far = (far_count * a * rho / (d - 1)).subs(eta, divide).subs(at)
    share = long**2 * sp.exp(-long)
    yield trial.same(far, (1 - (1 + part) ** -2) * long**2 * (1 + share) / 2, by=sp.simplify)
    yield trial.same(divide.subs(rho, sp.exp(-2)), 4 * sp.exp(-2))
    yield trial.same(sp.diff(divide, rho).subs(rho, sp.exp(-2)), sp.S.Zero)
    yield trial.same(ratio, sp.expand_trig(sp.tan(2 * sp.atan(2 * eps))))
    wide_open = sp.diff(ratio, eps).subs(eps, 0)
    yield trial.same(leading, (d - 2) * sp.log(1 / eps) / (near_slope * wide_open * eps))


def in_logarithms(value: sp.Expr) -> sp.Expr:
    """Sums of logarithms of factors."""
    factors = value.replace(sp.log, lambda each: sp.log(sp.factor(each)))
    return simplified(sp.expand(sp.expand_log(factors, force=True)))


# Near points, for which the mean is largest where they are equal


def squared_width(share: sp.Expr, sine: sp.Expr) -> sp.Expr:
    """What is under the root in the slope of the mean: 1 − q² + q² sin²θ at q = 1 − 2ρ²."""
    return (1 - share**2) + share**2 * sine**2


def in_widths(gap: sp.Expr, y: sp.Symbol, sine: sp.Symbol) -> sp.Expr:
    """Zero, where it is, with a letter for the root of the squared width, of which further roots are reduced."""
    share, width = sp.symbols("q w", positive=True)
    square = squared_width(share, sine)

    def root(each: sp.Expr) -> sp.Expr:
        multiple = sp.cancel(each.base / square)
        return each if multiple.has(sine) else width ** (2 * each.exp) * multiple**each.exp

    def reduced(each: sp.Expr) -> sp.Expr:
        over, under = sp.fraction(sp.cancel(each.base))
        return (sp.factor(sp.expand(over).subs(width**2, square)) / sp.factor(under)) ** each.exp

    gap = gap.subs(y, 1 / share - 1)
    for rule in (root, reduced):
        gap = gap.replace(lambda each: each.is_Pow and each.exp.is_Rational and not each.exp.is_Integer, rule)
    return sp.simplify(sp.simplify(gap).subs(width, sp.sqrt(square)))


@enclosed(ball_covering_order, step="near points")
def equal_points_are_the_most(near_neuron: sp.Expr, trial: Trial) -> Findings:
    """The mean for near points is that of N9.1 at the angle 0; this falls in the angle up to a right one, and is symmetric about it.

    The slope is written by the sine and cosine of the angle, for any steepness, at 1 − 2ρ² = 1/(1 + y).
    """
    yield trial.same(opened(near_neuron), one_neuron.subs(theta, 0), by=sp.expand)
    yield trial.same(one_neuron.subs(theta, sp.pi - theta), one_neuron, by=None)
    sine, cosine, y = sp.symbols("s c y", positive=True)
    slopes = sp.diff(one_neuron, theta).subs({sp.cos(theta): cosine, sp.sin(theta): sine})
    share, thin = 1 / (1 + y), {rho: sp.sqrt(y / (2 * (1 + y)))}
    width = (y * (2 + y) + sine**2) / (1 + y) ** 2  # the squared width, by the signs of its letters
    rest = y / (1 + y) + share * sine**2 + sine * sp.sqrt(width)
    least = sp.sqrt(2) * cosine * y / ((1 + y) * sp.pi * sp.sqrt(width * rest))
    for each, fall in (  # it is linear in the steepness
        (slopes.subs(slope, 0), least),
        (sp.diff(slopes, slope), 2 * cosine * y / ((1 + y) * sp.pi * width)),
    ):
        yield trial.nonnegative(-each, fall, where=thin, by=partial(in_widths, y=y, sine=sine), strict=True)


@enclosed(ball_covering_order)
def more_success_asks_for_more(near_count: sp.Expr, order: sp.Expr, leading: sp.Expr, trial: Trial) -> Findings:
    """The near number grows with the probability of success, and the order and the leading order are positive."""
    yield trial.below(near_count, near_count.subs(delta, (1 + delta) / 2))
    yield trial.below(sp.S.Zero, order, strict=True, needed="order")
    yield trial.below(sp.S.Zero, leading, strict=True)


# The lesser one of its two numbers of neurons

the_lesser_number_fills_one_zone = check_of_the_lesser(ball_covering_order, two_zones, near_count, ratio)
letters_stand_for_formulas = check_of_the_letters(ball_covering_order, ratio)
