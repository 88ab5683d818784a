"""Evidence for N9.2: near points and far ones, and the order of the number of planks."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from numerics.checks.neuron_pruning.covering_steps import by_half_angle
from numerics.evidence import Finding, Trial, control, enclosed, exact
from theory.neuron_pruning.alignment import N, delta, eps
from theory.neuron_pruning.covering import (
    angle_density,
    narrow,
    one_neuron,
    rho,
    slope,
    steepness,
    theta,
    wide,
    widest,
)
from theory.neuron_pruning.covering_order import (
    a,
    ball_covering_order,
    cap,
    eta,
    far_neuron,
    far_size,
    leading,
    long,
    most,
    near_neuron,
    near_size,
    near_slope,
    part,
    spread,
    square_gap,
    zones,
)
from theory.neuron_pruning.planks import d

MORE, LESS = sp.Rational(11, 10), sp.Rational(9, 10)
small, large = sp.symbols("small large", positive=True)  # two widths


@enclosed(ball_covering_order, step="difference of squares")
@control("half", square_gap=square_gap / 2)
@control("of one width", square_gap=square_gap / wide**2)
@control("twice the half-width", square_gap=square_gap.subs(rho, 2 * rho))
@control("sine for cosine", wide=narrow)
@control("cosine for sine", narrow=wide)
def squares_of_widths_differ_by_this(
    wide: sp.Expr, narrow: sp.Expr, square_gap: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """In the cosine of half the angle; both widths are positive."""
    yield trial.same(wide**2 - narrow**2, square_gap, by=by_half_angle)
    for width in (wide, narrow):
        yield trial.below(sp.S.Zero, width)


@exact(ball_covering_order, step="spread")
@control("half", spread=spread / 2)
@control("of the squares alone", spread=4 * slope * widest**4 / sp.pi)
@control("10 % less", spread=LESS * spread)
@control("half the gap", square_gap=square_gap / 2)
@control("at 1", widest=sp.S.One)
@control("sine for cosine", wide=narrow)
@control("cosine for sine", narrow=wide)
def widths_differ_by_less_than_the_spread(
    square_gap: sp.Expr,
    wide: sp.Expr,
    narrow: sp.Expr,
    widest: sp.Expr,
    spread: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """The gap over both squares, times what the quotients are at most: v³/2, and v⁴; certificates for both."""
    over = square_gap / (wide * narrow) ** 2
    largest = (widest**3 / 2 + slope * widest**4) * over / sp.pi
    yield trial.same(largest, spread * rho**2 * sp.cos(theta) / sp.sin(theta) ** 2, by=sp.simplify)
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


@enclosed(ball_covering_order, step="near points")
@control("at a right angle", near_neuron=one_neuron.subs(theta, sp.pi / 2))
@control("its root", near_neuron=sp.sqrt(near_neuron))
@control("10 % more", near_neuron=MORE * near_neuron)
def equal_points_are_the_most(near_neuron: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """That of N9.1 at 0; it falls in the angle."""
    yield trial.same(near_neuron, one_neuron.subs(theta, 0), by=sp.expand)
    yield trial.below(sp.diff(one_neuron, theta), sp.S.Zero)


def slope_at_zero(value: sp.Expr) -> sp.Expr:
    """The limit of its logarithm over ρ, where its own is 1."""
    return sp.limit(sp.diff(value, rho), rho, 0, "+")


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
    near_neuron = near_neuron.subs(slope, steepness)
    yield trial.same(near_neuron.subs(rho, 0), sp.S.One)
    tiny = sp.Rational(1, 10**6)
    yield trial.below(sp.Abs((near_neuron - 1) / rho - near_slope), 10 * rho, at=[{rho: tiny}])
    yield trial.same(trial.once(slope_at_zero, near_neuron), near_slope)


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
@control("far points alone", zones=sp.exp(N * a * rho**2 * (1 / eta - 1)))
@control("near points alone", zones=cap * most**N)
@control("half as far", zones=zones.subs(eta, eta / 2))
@control("one neuron less", zones=zones.subs(N, N - 1))
@control("one degree more", cap=cap * eta)
@control("half the far part", far_neuron=(1 + far_neuron) / 2)
def both_zones_add_up(far_neuron: sp.Expr, cap: sp.Expr, zones: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """An exponential of N times the excess at η, and the power at no angle times the cap."""
    far = sp.exp(N * (far_neuron.subs(sp.sin(theta), eta) - 1))
    yield trial.same(sp.log(zones - cap * most**N), sp.log(far), by=None)
    yield trial.same(zones, far + cap * most**N, by=None)


@exact(ball_covering_order, step="shares")
@control("all of it", part=2 * part)
@control("half of δ", part=delta / 2)
@control("10 % more", part=MORE * part)
def one_and_two_parts_are_the_inverse(part: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """1 + 2·part = 1/(1 − δ)."""
    yield trial.same(1 + 2 * part, 1 / (1 - delta))


@exact(ball_covering_order, step="far number")
@control("10 % more", far_size=MORE * far_size)
@control("without 1", far_size=far_size.subs(sp.log(1 + part), sp.log(part)))
@control("half the far part", far_neuron=(1 + far_neuron) / 2)
@control("twice the part", part=2 * part)
def the_far_part_is_full_at_its_number(
    far_neuron: sp.Expr, part: sp.Expr, far_size: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The exponent of the first term at N = far_size."""
    yield trial.same(far_size, sp.log(1 + part) / (far_neuron.subs(sp.sin(theta), eta) - 1))


@exact(ball_covering_order, step="near number")
@control("10 % more", near_size=MORE * near_size)
@control("without the part", near_size=near_size - sp.log(part) / sp.log(most))
@control("one dimension more", near_size=near_size.subs(d, d + 1))
@control("twice the part", part=2 * part)
@control("half", cap=cap / 2)
def the_near_part_is_full_at_its_number(
    part: sp.Expr, cap: sp.Expr, near_size: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The logarithm of the second term at N = near_size."""
    yield trial.same(near_size, sp.log(part / cap) / sp.log(most))


@exact(ball_covering_order, step="leading order", cost=0.5)
@control("without the dimension", leading=leading / (d - 2))
@control("d for d − 2", leading=leading.subs(d, d + 2))
@control("without the logarithm", leading=leading / sp.log(1 / eps))
@control("twice that", leading=2 * leading)
@control("the cube's ratio, halved", ratio=2 * eps)
@control("one dimension more", near_size=near_size.subs(d, d + 1))
@control("for the unknown mean", near_slope=sp.sqrt(2 / sp.pi))
@control("divided at the root of ρ", divide=sp.sqrt(rho))
@control("of the near order", far_size=far_size * rho)
def the_near_number_leads(
    ratio: sp.Expr,
    divide: sp.Expr,
    near_slope: sp.Expr,
    near_size: sp.Expr,
    far_size: sp.Expr,
    leading: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """At ρ = e^−L both numbers are what they are but for log m and the spread; and L − 2 log L is L, ρ is 4ε, to leading order."""
    at = {rho: sp.exp(-long)}
    near = (near_size * sp.log(most)).subs(eta, divide).subs(at)
    yield trial.same(near, (d - 2) * (long - 2 * sp.log(long)) + sp.log(part), by=in_logarithms)
    far = (far_size * a * rho).subs(eta, divide).subs(at)
    yield trial.same(far, sp.log(1 + part) / (1 / long**2 - sp.exp(-long)), by=sp.simplify)
    yield trial.same(ratio, sp.expand_trig(sp.tan(2 * sp.atan(2 * eps))))
    wide_open = sp.diff(ratio, eps).subs(eps, 0)
    yield trial.same(leading, (d - 2) * sp.log(1 / eps) / (near_slope * wide_open * eps))


def in_logarithms(value: sp.Expr) -> sp.Expr:
    """Sums of logarithms."""
    return sp.expand(sp.expand_log(value, force=True))
