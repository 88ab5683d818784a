"""Evidence for N9.2: near points and far ones, and the order of the number of planks."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.checks.neuron_pruning.covering_steps import by_half_angle, by_roots
from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.numerics.exact.identities import simplified
from sparse_limits.theory.formulas.let import opened
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.neuron_pruning.alignment import N, delta, eps
from sparse_limits.theory.neuron_pruning.covering import (
    angle_density,
    narrow,
    rho,
    slope,
    steepness,
    theta,
    wide,
    widest,
)
from sparse_limits.theory.neuron_pruning.covering_order import (
    a,
    ball_covering_order,
    c,
    cap,
    chord,
    divide,
    eta,
    far_count,
    far_least,
    far_neuron,
    far_share,
    growth,
    lamda,
    leading,
    long,
    most,
    near_count,
    near_growth,
    near_least,
    near_neuron,
    near_slope,
    order,
    part,
    spread,
    square_gap,
    square_mean,
    two_zones,
    weight,
)
from sparse_limits.theory.neuron_pruning.inputs import d

MORE, LESS = sp.Rational(11, 10), sp.Rational(9, 10)
small, large = sp.symbols("small large", positive=True)  # two widths
g, t = sp.symbols("g t", positive=True)
PLANKS = {rho: (sp.Rational(1, 50), sp.Rational(7, 10))}  # to 1/√2, but for little
PAIRS = {theta: (0, 3), **PLANKS}


@enclosed(ball_covering_order, step="difference of squares")
@control("half", square_gap=square_gap / 2)
@control("of one width", square_gap=square_gap / wide**2)
@control("twice the half-width", square_gap=square_gap.subs(rho, 2 * rho))
@control("sine for cosine", wide=narrow)
@control("cosine for sine", narrow=wide)
def squares_of_widths_differ_by_this(
    wide: sp.Expr, narrow: sp.Expr, square_gap: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """In the cosine of half the angle; both widths are positive at angles up to 3 and ρ from 1/50 to 0.7.

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


@exact(ball_covering_order, step="spread")
@control("half", spread=spread / 2)
@control("of the squares alone", spread=4 * slope * widest**4 / sp.pi)
@control("10 % less", spread=LESS * spread)
@control("half the gap", square_gap=square_gap / 2)
@control("at 1", widest=sp.S.One)
@control("sine for cosine", wide=narrow)
@control("cosine for sine", narrow=wide)
def widths_differ_by_less_than_the_spread(
    square_gap: sp.Expr, wide: sp.Expr, narrow: sp.Expr, widest: sp.Expr, spread: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The gap over both squares, times what the quotients are at most: v³/2, and v⁴; certificates for both."""
    over = square_gap / (wide * narrow) ** 2
    largest = (widest**3 / 2 + slope * widest**4) * over / sp.pi
    yield trial.same(largest, opened(spread) * rho**2 * sp.cos(theta) / sp.sin(theta) ** 2, by=sp.simplify)
    quotient = (small + large) ** 2 * small**2 / (2 * small + large)  # of a wide and a narrow width
    yield trial.nonnegative(
        (small + large) ** 3 / 2 - quotient,
        large * (small + large) ** 2 * (3 * small + large) / (2 * (2 * small + large)),
    )


@exact(ball_covering_order, step="far points")
@control("half the spread", far_neuron=(1 + far_neuron) / 2)
@control("without 1", far_neuron=far_neuron - 1)
@control("with the square of the sine", far_neuron=1 + a * rho**2 * (1 / sp.sin(theta) ** 2 - 1))
def the_spread_has_this_integral(far_neuron: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Its slope in the angle, and 1 at a right one."""
    falling = sp.diff(far_neuron, theta)
    yield trial.same(-falling, a * rho**2 * sp.cos(theta) / sp.sin(theta) ** 2, by=sp.expand)
    yield trial.same(far_neuron.subs(theta, sp.pi / 2), sp.S.One, by=sp.expand)


@exact(ball_covering_order, step="chord")
@control("its square root", chord=sp.sqrt(chord))
@control("half", chord=chord / 2)
@control("without 1", chord=c**2 / eta**2)
def the_chord_ends_on_the_function(chord: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """At both ends, linear in c²; the function has a positive second derivative in it, as w = u/(1 + u) shows."""
    yield trial.same(sp.diff(chord, c), 2 * chord / c)
    yield trial.same(chord.subs(c, far_share), 1 / eta - 1)
    yield trial.same(chord.subs(c, 0), sp.S.Zero)
    w, u = sp.symbols("w u", positive=True)
    bend = sp.diff(1 / sp.sqrt(1 - w), w, 2).subs(w, u / (1 + u))
    yield trial.nonnegative(bend, 3 * (1 + u) ** sp.Rational(5, 2) / 4)


@exact(ball_covering_order, step="weight")
@control("half", weight=weight / 2)
@control("d for d − 1", weight=weight.subs(d, d + 1))
@control("one neuron less", weight=weight.subs(N, N - 1))
@control("half the chord", chord=chord / 2)
@control("half the far part", far_neuron=(1 + far_neuron) / 2)
def the_weight_is_that_of_the_chord(
    far_neuron: sp.Expr, chord: sp.Expr, weight: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """What m exceeds 1 by, with the chord for 1/sin θ − 1, N times."""
    yield trial.same(weight, N * (far_neuron - 1).subs(1 / sp.sin(theta), 1 + chord) / ((d - 1) * c**2))


@exact(ball_covering_order, step="square")
@control("squared", square_mean=square_mean**2)
@control("half the exponent", square_mean=square_mean.subs(lamda, lamda / 2))
@control("10 % more", square_mean=MORE * square_mean)
def a_normal_square_has_this_mean(square_mean: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """λ − 1/2 is −1/(2t²) for t² = 1/(1 − 2λ)."""
    law = sp.exp(-(g**2) / (2 * t**2)) / sp.sqrt(2 * sp.pi)
    width = sp.integrate(2 * law, (g, 0, sp.oo))
    yield trial.same(square_mean, width.subs(t, 1 / sp.sqrt(1 - 2 * lamda)))


def slope_at_zero(value: sp.Expr) -> sp.Expr:
    """The limit of its logarithm over ρ, where its own is 1; arctangents of what grows are by those of one over it."""
    return sp.diff(value.replace(sp.atan, lambda each: sp.pi / 2 - sp.atan(1 / each)), rho).subs(rho, 0)


@enclosed(ball_covering_order, step="near slope", cost=1.5)
@control("without the mean", near_slope=sp.sqrt(2 / sp.pi))
@control("half", near_slope=near_slope / 2)
@control("10 % more", near_slope=MORE * near_slope)
@control("squared", near_neuron=near_neuron**2)
@control("of the mean itself", steepness=steepness + 1 / (2 * widest))
def equal_points_have_this_slope(
    near_neuron: sp.Expr, steepness: sp.Expr, near_slope: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Its limit, and that of its derivative; and close to zero."""
    near_neuron = opened(near_neuron).subs(slope, steepness)
    yield trial.same(near_neuron.subs(rho, 0), sp.S.One)
    yield trial.same(near_slope, trial.once(slope_at_zero, near_neuron))
    tiny = sp.Rational(1, 10**6)
    away = sp.Abs((near_neuron - 1) / rho - near_slope)
    yield trial.below(away, 10 * rho, at=[{rho: tiny}])  # boxes: an arc that is not defined at 0; its limit: above


@exact(ball_covering_order, step="cap")
@control("one degree more", cap=cap * eta)
@control("half", cap=cap / 2)
@control("one degree less", cap=cap / eta)
def caps_are_no_more_than_a_power(cap: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """With sin θ = ηu the density is that power times that of u, over all angles, times a root that is less than 1."""
    u = sp.Symbol("u", positive=True)

    def of_sine(sine: sp.Expr) -> sp.Expr:
        """The density of the sine, times its root √(1 − sine²), at a sine."""
        return angle_density.subs(sp.sin(theta), sine)

    yield trial.same(
        of_sine(eta * u) * eta,
        cap * of_sine(u),
        by=lambda gap: sp.powsimp(sp.expand(sp.expand_power_base(gap, force=False))),
    )
    below = sp.Symbol("below", positive=True)  # η = 1/(1 + below)
    gap = ((1 - (eta * u) ** 2) - (1 - u**2)).subs(eta, 1 / (1 + below))
    yield trial.nonnegative(gap, u**2 * below * (2 + below) / (1 + below) ** 2)


@enclosed(ball_covering_order, step="two zones")
@control("far points alone", two_zones=square_mean.subs(lamda, weight))
@control("near points alone", two_zones=cap * most**N)
@control("half as far", two_zones=two_zones.subs(eta, eta / 2))
@control("by the exponential at η", two_zones=sp.exp(N * a * rho**2 * (1 / eta - 1)) + cap * most**N)
@control("one degree more", cap=cap * eta)
@control("half the weight", weight=weight / 2)
@control("squared", square_mean=square_mean**2)
def both_zones_add_up(
    weight: sp.Expr, square_mean: sp.Expr, cap: sp.Expr, two_zones: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The mean of the square at the weight, and the power at no angle times the cap; where the root is that of 1/2 and less."""
    both = square_mean.subs(lamda, weight) + cap * most**N
    shrunk = {rho: rho / 40}
    yield trial.same(two_zones, both)
    yield trial.same(two_zones.subs(shrunk), both.subs(shrunk), by=None)


@exact(ball_covering_order, step="shares")
@control("all of it", part=2 * part)
@control("half of δ", part=delta / 2)
@control("10 % more", part=MORE * part)
def one_and_two_parts_are_the_inverse(part: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """1 + 2·part = 1/(1 − δ)."""
    yield trial.same(1 + 2 * part, 1 / (1 - delta))


@exact(ball_covering_order, step="far number")
@control("10 % more", far_count=MORE * far_count)
@control("without the square", far_count=far_count * (1 - 1 / (1 + part)) / (1 - (1 + part) ** -2))
@control("of the exponential at η", far_count=sp.log(1 + part) / (a * rho**2 * (1 / eta - 1)))
@control("half the weight", weight=weight / 2)
@control("squared", square_mean=square_mean**2)
@control("twice the part", part=2 * part)
def the_far_part_is_full_at_its_number(
    weight: sp.Expr, square_mean: sp.Expr, part: sp.Expr, far_count: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """At this N the weight is the exponent λ that makes the mean 1 and the part."""
    exponent = (1 - (1 + part) ** -2) / 2
    yield trial.same(valued(square_mean, {lamda: exponent}) ** -2, (1 + part) ** -2, by=sp.cancel)
    yield trial.same(far_count, exponent * N / weight)


def full(two_zones: sp.Expr, part: sp.Expr) -> sp.Expr:
    """The N at which the zone of the near points, whose logarithm is a line in N, is a part."""
    line = sp.expand_log(sp.log(two_zones.as_independent(most)[1]), force=True)
    return (sp.log(part) - line.subs(N, 0)) / sp.diff(line, N)


@exact(ball_covering_order, step="near number")
@control("10 % more", near_count=MORE * near_count)
@control("without the part", near_count=near_count - sp.log(part) / sp.log(most))
@control("one dimension more", near_count=near_count.subs(d, d + 1))
@control("twice the part", part=2 * part)
@control("half", two_zones=square_mean.subs(lamda, weight) + cap / 2 * most**N)
def the_near_part_is_full(two_zones: sp.Expr, part: sp.Expr, near_count: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The second zone is the part at this number."""
    yield trial.same(near_count, full(two_zones, part), by=in_logarithms)


@enclosed(ball_covering_order, step="growth")
@control("half the slope", near_growth=near_growth - 1 / sp.pi)
@control("without the squares", near_growth=near_growth.subs(slope, 0))
@control("10 % less", near_growth=LESS * near_growth)
@control("10 % more", near_growth=MORE * near_growth)
@control("squared", near_neuron=near_neuron**2)
def equal_points_grow_no_faster(near_neuron: sp.Expr, near_growth: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The arcsine of y = ρ/√(1 − ρ²), less one that is not negative, and an arctangent: with y/√(1 − y²) and π/2 for them it is Kρ."""
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
@control("twice as far", far_least=2 * far_least)
@control("d + 1 for d − 1", far_least=far_least.subs(d, d + 2))
@control("twice as near", near_least=2 * near_least)
@control("d − 1 for d − 2", near_least=near_least.subs(d, d + 1))
@control("without ln 2", near_least=near_least / sp.log(2))
@control("10 % less far", far_least=LESS * far_least)
@control("10 % less near", near_least=LESS * near_least)
@control("at δ", half_chance=delta)
@control("far number halved", far_count=far_count / 2)
@control("near number of one dimension more", near_count=near_count.subs(d, d + 1))
def half_the_chance_leaves_so_much(
    half_chance: sp.Expr, far_count: sp.Expr, near_count: sp.Expr, far_least: sp.Expr, near_least: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The far number is the least one and more by a factor, with δ = 1/(1 + u). The near one has for Kρ at least the logarithm of M, and above it d − 2 logarithms
    of 2/δ and that of δ/(2 − 2δ), that is d − 3 of 2/δ, each at least δ log 2, and −log(1 − δ) ≥ δ ≥ δ log 2."""
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
@control("a fifth more", order=sp.Rational(6, 5) * order)
@control("d − 1 for d − 2", order=order * (d - 1) / (d - 2))
@control("with δ", order=order / delta)
@control("for all errors", small_error=sp.Rational(3, 20))
@control("twice the spread", spread=2 * spread)
@control("twice the growth", near_growth=2 * near_growth)
@control("a quarter as far", far_least=far_least / 4)
@control("half as near", near_least=near_least / 2)
@control("twice the ratio, to leading order", ratio=8 * eps)
def both_least_numbers_are_of_the_order(
    ratio: sp.Expr,
    small_error: sp.Expr,
    spread: sp.Expr,
    near_growth: sp.Expr,
    far_least: sp.Expr,
    near_least: sp.Expr,
    order: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """The order over either, times what is 1 at most: δ, and d − 2 over d − 1. Both are at most 1 on the whole range of errors, and the near one at its end
    is within 0.01 of 0.91."""
    yield trial.holds(small_error > 0, "a positive error")
    steep = {slope: steepness}
    far = sp.cancel((order * (d - 1) / (far_least * (d - 2))).subs(rho, ratio)).subs(a, opened(spread).subs(steep))
    near = sp.cancel((order / (near_least * delta)).subs(rho, ratio)).subs(growth, near_growth.subs(steep))
    for quotient in (far, near):
        yield trial.same(sp.diff(quotient, d), sp.S.Zero)
        yield trial.same(sp.diff(quotient, delta), sp.S.Zero)
        yield trial.everywhere(quotient.subs(rho, ratio), sp.S.One, within={eps: (0, small_error)})
    last = near.subs(rho, ratio).subs(eps, small_error)
    yield trial.below(sp.Abs(last - sp.Rational(91, 100)), sp.Rational(1, 100), at=[{}])


@exact(ball_covering_order, step="leading order", cost=0.5)
@control("without the dimension", leading=leading / (d - 2))
@control("d for d − 2", leading=leading.subs(d, d + 2))
@control("without the logarithm", leading=leading / sp.log(1 / eps))
@control("planks side by side (N3.1), wasteful", leading=delta * sp.sqrt(sp.pi * d / 2) / (4 * eps))
@control("twice that", leading=2 * leading)
@control("the cube's ratio, halved", ratio=2 * eps)
@control("one dimension more", near_count=near_count.subs(d, d + 1))
@control("for the unknown mean", near_slope=sp.sqrt(2 / sp.pi))
@control("divided at the root of ρ", divide=sp.sqrt(rho))
@control("of the near order", far_count=far_count * rho)
@control("divided beyond 1", divide=2 * divide)
def the_near_number_leads(
    ratio: sp.Expr,
    divide: sp.Expr,
    near_slope: sp.Expr,
    near_count: sp.Expr,
    far_count: sp.Expr,
    leading: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """At ρ = e^−L both numbers are what they are but for log m and the spread; L − 2 log L is L, ρ is 4ε, to leading order; and η is at most 4/e²."""
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
