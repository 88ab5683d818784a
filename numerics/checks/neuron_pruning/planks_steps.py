"""Evidence for N3.1, step by step: planks, the mean of the ratio, and the number of neurons."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.checks.neuron_pruning.zones import (
    check_of_the_covered,
    check_of_the_lesser,
    check_of_the_mean,
)
from sparse_limits.numerics.evidence import Finding, Trial, control, exact
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.neuron_pruning.alignment import N, angle, delta, eps, error_bound, ratio
from sparse_limits.theory.neuron_pruning.covering_order import near_count, two_zones
from sparse_limits.theory.neuron_pruning.inputs import cosines, d
from sparse_limits.theory.neuron_pruning.planks import (
    ball_mean,
    ball_number,
    ball_planks,
    ball_sum,
    ball_width,
    h,
    longer,
    mean,
    neighbours,
    q,
    r,
    ratio_cdf,
    theta,
)

MORE, LESS = sp.Rational(11, 10), sp.Rational(9, 10)
WASTEFUL = (1 - 4 * eps**2) / sp.sqrt(
    1 - 16 * eps**2
)  # by which the tangent of arcsin 4ε exceeds that of the widest angle


@exact(ball_planks, step="turn of a sign")
@control("half of it", longer=longer / 2)
@control("twice the height", longer=longer.subs(h, 2 * h))
@control("without the square", longer=4 * h * q)
def a_turned_sign_shortens(longer: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """In the plane of y = (q, p) and the unit vector (1, 0): ‖y‖² less ‖y − 2hu‖²."""
    p = sp.Symbol("p", real=True)
    signed, unit = sp.Matrix([q, p]), sp.Matrix([1, 0])
    turned = signed - 2 * h * unit
    yield trial.same(longer, sp.expand(signed.dot(signed) - turned.dot(turned)))


@exact(ball_planks, step="half-width on the ball")
@control("on a segment, wasteful", ball_width=WASTEFUL * ball_width)
@control("the cube's", ball_width=4 * eps * mean)
@control("without the ratio", ball_width=mean)
@control("2ε instead of 4ε", ball_width=ball_width.subs(eps, eps / 2))
def the_ratio_is_the_tangent_of_the_widest_angle(ball_width: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Of the one angle at which N2 bounds the error by ε, times the mean."""
    (widest,) = sp.solve(error_bound - eps, angle)
    yield trial.same(ball_width * sp.cos(widest), mean * sp.sin(widest), by=lambda gap: sp.factor(sp.expand_trig(gap)))


@exact(ball_planks, step="success on the ball")
@control("probability without the ratio", ball_sum=N * mean)
@control("the cube's", ball_sum=4 * N * eps * mean)
@control("on a segment, wasteful", ball_sum=WASTEFUL * ball_sum)
@control("one neuron less", ball_sum=ball_sum.subs(N, N - 1))
@control("half as wide", ball_width=ball_width / 2)
def half_widths_add_up_on_the_ball(ball_width: sp.Expr, ball_sum: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One neuron, and one more."""
    yield trial.induction(ball_sum, N, ball_width, lambda term: term + ball_width, start=1)


@exact(ball_planks, step="neurons on the ball")
@control("10 % less", ball_number=LESS * ball_number)
@control("the cube's", ball_number=delta / (4 * eps * mean))
@control("on a segment, wasteful", ball_number=ball_number / WASTEFUL)
@control("twice the success", ball_sum=2 * ball_sum)
def neurons_solve_the_bound_on_the_ball(ball_sum: sp.Expr, ball_number: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """What is left of δ, in units of the half-width of one neuron; that of one neuron more, at ε = 1/(2 + 2y)."""
    yield trial.same(ball_sum - delta, ratio * mean * (N - ball_number))
    y = sp.Symbol("y", positive=True)
    width = mean * 2 * (1 + y) / (y * (2 + y))
    yield trial.nonnegative(sp.diff(ball_sum, N), width, where={eps: 1 / (2 + 2 * y)}, strict=True)


def over_the_power(gap: sp.Expr) -> sp.Expr:
    """The gap over cos^(d−2)θ."""
    quotients = gap.subs(sp.tan(theta), sp.sin(theta) / sp.cos(theta)) / sp.cos(theta) ** (d - 2)
    return sp.trigsimp(sp.powsimp(sp.expand(quotients)))


def by_recurrence(gap: sp.Expr) -> sp.Expr:
    """Γ(x + 1) = x Γ(x)."""
    return sp.simplify(sp.expand_func(gap))


@exact(ball_planks, step="total of the density")
@control("of both halves", cosines=2 * cosines)
@control("one degree more", cosines=cosines.subs(d, d + 1))
@control("10 % more", cosines=MORE * cosines)
def powers_of_the_cosine_recur(cosines: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The slope of cos^(d−1)θ sin θ, whose integral is 0, with one power for two; the first two integrals."""
    ends = sp.cos(theta) ** (d - 1) * sp.sin(theta)
    power = sp.cos(theta) ** (d - 2)
    slope = d * power * sp.cos(theta) ** 2 - (d - 1) * power
    yield trial.same(sp.diff(ends, theta), slope, by=over_the_power)
    yield trial.same(cosines.subs(d, d + 2) * d / (cosines * (d - 1)), sp.S.One, by=by_recurrence)
    for first in (2, 3):
        yield trial.same(cosines.subs(d, first), sp.integrate(power.subs(d, first), (theta, 0, sp.pi / 2)))


@exact(ball_planks, step="law of the ratio")
@control("one degree more", ratio_cdf=ratio_cdf.subs(d, d + 1))
@control("10 % more", ratio_cdf=MORE * ratio_cdf)
@control("the sine", ratio_cdf=valued(ratio_cdf, {r: r / sp.sqrt(1 - r**2 / 20)}))
@control("of both halves", cosines=2 * cosines)
def the_law_has_the_density_of_the_angle(ratio_cdf: sp.Expr, cosines: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Its slope at r = tan θ is that density over the total, times dθ/dr; it is 0 at 0."""
    density = sp.cos(sp.atan(r)) ** (d - 2) / cosines
    yield trial.same(sp.diff(ratio_cdf, r), density * sp.diff(sp.atan(r), r))
    yield trial.same(ratio_cdf.subs(r, 0).doit(), sp.S.Zero)


@exact(ball_planks, step="mean on the ball")
@control("mean with d for d − 1", ball_mean=ball_mean.subs(d, d + 1))
@control("leading order", ball_mean=sp.sqrt(2 / (sp.pi * d)))
@control("10 % less", ball_mean=LESS * ball_mean)
@control("of both halves", cosines=2 * cosines)
def the_tangent_has_this_mean(cosines: sp.Expr, ball_mean: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """−cos^(d−2)θ/(d − 2) has the slope tan θ cos^(d−2)θ, and goes from −1/(d − 2) to 0."""
    power = sp.cos(theta) ** (d - 2)
    yield trial.same(sp.diff(-power / (d - 2), theta), sp.tan(theta) * power, by=over_the_power)
    yield trial.same(ball_mean * cosines * (d - 2), sp.S.One, by=sp.gammasimp)


@exact(ball_planks, step="neighbours")
@control("half of it", neighbours=neighbours / 2)
@control("one degree more", neighbours=neighbours.subs(d, d + 1))
@control("leading order", ball_mean=sp.sqrt(2 / (sp.pi * d)))
def neighbouring_means_have_this_product(ball_mean: sp.Expr, neighbours: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Their Gamma functions cancel; d times it tends to 2/π."""
    yield trial.same(neighbours, ball_mean * ball_mean.subs(d, d + 1), by=sp.gammasimp)
    yield trial.same(sp.limit(d * neighbours, d, sp.oo), 2 / sp.pi)


the_lesser_number_fills_one_zone = check_of_the_lesser(ball_planks, two_zones, near_count, ratio)
two_moments_bound_what_is_covered = check_of_the_covered(ball_planks, two_zones, ratio)
the_letter_stands_for_the_mean = check_of_the_mean(ball_planks, "ball", mean)
