"""Evidence for the steps of K12: lengths and angles, slopes, and errors of a cosine and of two lengths."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.theory.kernel.angle import (
    arc_cosine_numerics,
    arccos_sensitivity,
    difference,
    difference_length,
    eta,
    excess,
    factor,
    gate_resolution,
    half_sine,
    kahan_angle,
    kahan_bound,
    kahan_sensitivity,
    least_resolution,
    ratio_slope,
    resolution,
    right_angle_error,
    shortfall,
    theta,
    total,
    total_length,
    u,
)
from sparse_limits.theory.kernel.dual import cosine, kappa_0

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)


@exact(arc_cosine_numerics, step="lengths")
@control("the whole angle", difference_length=2 * sp.sin(theta))
@control("the radius", difference_length=difference_length / 2)
@control("10 % more", difference_length=ELEVEN * difference_length)
@control("the sine", total_length=difference_length)
@control("the cosine itself", total_length=2 * sp.cos(theta))
@control("sum 10 % less", total_length=NINE * total_length)
def lengths_are_those_of_half_the_angle(
    difference_length: sp.Expr, total_length: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Squares of the difference and the sum of (1, 0) and (cos θ, sin θ); both lengths are positive at the right angle."""
    x, y = sp.Matrix([1, 0]), sp.Matrix([sp.cos(theta), sp.sin(theta)])
    for vector, length in ((x - y, difference_length), (x + y, total_length)):
        yield trial.same(length**2, sum(entry**2 for entry in vector))
    yield trial.holds(difference_length.subs(theta, sp.pi / 2) > 0, "a positive difference")
    yield trial.holds(total_length.subs(theta, sp.pi / 2) > 0, "a positive sum")


@exact(arc_cosine_numerics, step="angle")
@control("half the angle", kahan_angle=kahan_angle / 2)
@control("lengths exchanged", kahan_angle=2 * sp.atan(total / difference))
@control("10 % more", kahan_angle=ELEVEN * kahan_angle)
@control("the whole angle", difference_length=2 * sp.sin(theta))
@control("a sum that is the difference", total_length=difference_length)
def tangents_are_ratios(
    difference_length: sp.Expr, total_length: sp.Expr, kahan_angle: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Of half the formula, and of half the angle."""
    yield trial.same(sp.tan(kahan_angle / 2), difference / total)
    yield trial.same(difference_length / total_length, sp.tan(theta / 2))


@exact(arc_cosine_numerics, step="sensitivity of the arc cosine")
@control("bounded", arccos_sensitivity=sp.sin(theta))
@control("the tangent", arccos_sensitivity=1 / sp.cos(theta))
@control("10 % less", arccos_sensitivity=NINE * arccos_sensitivity)
def arc_cosines_have_the_inverse_slope(arccos_sensitivity: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One over the slope of the cosine, which falls."""
    yield trial.same(arccos_sensitivity, -1 / sp.diff(sp.cos(theta), theta))


@exact(arc_cosine_numerics, step="resolution")
@control("linear in u", resolution=u)
@control("two steps", resolution=sp.acos(1 - 2 * u))
@control("10 % more", resolution=ELEVEN * resolution)
def resolutions_have_the_cosine(resolution: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Its cosine is 1 − u."""
    yield trial.same(sp.cos(resolution), 1 - u)


@exact(arc_cosine_numerics, step="half sine")
@control("of the whole", half_sine=sp.sqrt(2 * u))
@control("linear", half_sine=u / 2)
@control("10 % more", half_sine=ELEVEN * half_sine)
@control("two steps", resolution=sp.acos(1 - 2 * u))
def half_resolutions_have_the_sine(resolution: sp.Expr, half_sine: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """cos 2x = 1 − 2 sin² x; and both sides are 0 at u = 0 and have squared derivatives alike, until the half turn."""
    yield trial.same(1 - 2 * half_sine**2, sp.cos(resolution))
    left, right = sp.diff(resolution, u), sp.diff(2 * sp.asin(half_sine), u)
    yield trial.same(left**2, right**2)
    yield trial.same(sp.sign(half_sine), 1, by=sp.simplify)
    yield trial.vanishes(resolution.subs(u, 0))


@enclosed(arc_cosine_numerics, step="excess")
@control("none", excess=sp.S.Zero)
@control("twice", excess=2 * excess)
@control("10 % more", excess=ELEVEN * excess)
@control("a sine of the whole", half_sine=sp.sqrt(2 * u))
def arcsines_are_steeper(half_sine: sp.Expr, excess: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The derivative at the half sine; and the excess is nowhere negative."""
    w = sp.Symbol("w", positive=True)
    square = sp.diff(2 * sp.asin(w), w) ** 2
    yield trial.same(square.subs(w, half_sine), 4 * (1 + excess))
    yield trial.everywhere(0, excess, within={u: (0, sp.Rational(1, 2))})


@exact(arc_cosine_numerics, step="least resolution")
@control("the root of u", least_resolution=sp.sqrt(u))
@control("linear", least_resolution=2 * u)
@control("10 % more", least_resolution=ELEVEN * least_resolution)
@control("a sine of the whole", half_sine=sp.sqrt(2 * u))
@control("an excess at 0", excess=excess + 1)
def least_resolutions_are_twice_the_sine(
    half_sine: sp.Expr, excess: sp.Expr, least_resolution: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Twice the half sine; there is no excess at u = 0."""
    yield trial.same(least_resolution, 2 * half_sine)
    yield trial.vanishes(excess.subs(u, 0))


@exact(arc_cosine_numerics, step="gates")
@control("the angle's", gate_resolution=resolution)
@control("of a full turn", gate_resolution=gate_resolution / 2)
@control("10 % less", gate_resolution=NINE * gate_resolution)
@control("two steps", resolution=sp.acos(1 - 2 * u))
def gates_fall_by_the_angle(resolution: sp.Expr, gate_resolution: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """κ₀ at both cosines; its part of the resolution; and its slope in u = 2/(1 + y)."""
    yield trial.same(gate_resolution, kappa_0.subs(cosine, 1) - kappa_0.subs(cosine, 1 - u))
    yield trial.same(sp.pi * gate_resolution, resolution)
    y = sp.Symbol("y", positive=True)
    slope = (1 + y) / (2 * sp.pi * sp.sqrt(y))
    yield trial.nonnegative(sp.diff(gate_resolution, u), slope, where={u: 2 / (1 + y)}, strict=True)


@exact(arc_cosine_numerics, step="slope in the ratio")
@control("without the outer 2", ratio_slope=ratio_slope / 2)
@control("in the ratio itself", ratio_slope=ratio_slope * total / difference)
@control("10 % more", ratio_slope=ELEVEN * ratio_slope)
@control("half the angle", kahan_angle=kahan_angle / 2)
def angles_move_with_the_ratio(kahan_angle: sp.Expr, ratio_slope: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The derivatives in ln p, and in ln q with the other sign."""
    yield trial.same(ratio_slope, difference * sp.diff(kahan_angle, difference))
    yield trial.same(ratio_slope, -total * sp.diff(kahan_angle, total))


@exact(arc_cosine_numerics, step="sensitivity of the lengths")
@control("that of the arc cosine", kahan_sensitivity=1 / sp.sin(theta))
@control("constant", kahan_sensitivity=sp.Integer(1))
@control("10 % less", kahan_sensitivity=NINE * kahan_sensitivity)
@control("slope without 2", ratio_slope=ratio_slope / 2)
@control("the whole angle", difference_length=2 * sp.sin(theta))
@control("a sum that is the difference", total_length=difference_length)
def slopes_are_sines(
    difference_length: sp.Expr,
    total_length: sp.Expr,
    ratio_slope: sp.Expr,
    kahan_sensitivity: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """The slope at the two lengths."""
    at = {difference: difference_length, total: total_length}
    yield trial.same(kahan_sensitivity, ratio_slope.subs(at))


@exact(arc_cosine_numerics, step="shortfall")
@control("none", shortfall=sp.S.Zero)
@control("the square of the sum", shortfall=(difference + total) ** 2 / (difference**2 + total**2))
@control("10 % more", shortfall=ELEVEN * shortfall)
@control("slope without 2", ratio_slope=ratio_slope / 2)
def slopes_are_at_most_one(ratio_slope: sp.Expr, shortfall: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """What the slope lacks of 1 is a square."""
    yield trial.same(1 - ratio_slope, shortfall)
    yield trial.nonnegative(1 - ratio_slope, (difference - total) ** 2 / (difference**2 + total**2))


@enclosed(arc_cosine_numerics, step="largest factor")
@control("one length", factor=1 + eta)
@control("both too long", factor=sp.S.One)
@control("twice one error", factor=1 + 2 * eta)
@control("10 % more", factor=ELEVEN * factor)
def opposite_errors_are_worst(factor: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The ratio and its inverse at the four corners: one is the factor, none is above it."""
    yield trial.same(factor * (1 - eta), 1 + eta)
    for first, second in product((-eta, eta), repeat=2):
        ratio = (1 + first) / (1 + second)
        for each in (ratio, 1 / ratio):
            yield trial.everywhere(each, factor, within={eta: (0, NINE)}, zero={eta: (0, 1)})


@exact(arc_cosine_numerics, step="bound")
@control("one length", kahan_bound=sp.log(1 + eta))
@control("at first order", kahan_bound=2 * eta)
@control("10 % more", kahan_bound=ELEVEN * kahan_bound)
@control("factor of one length", factor=1 + eta)
@control("a shortfall at the right angle", shortfall=shortfall + sp.Rational(1, 10))
def bounds_are_logarithms(factor: sp.Expr, shortfall: sp.Expr, kahan_bound: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The logarithm of the largest factor, times the largest slope, that at p = q."""
    steepest = 1 - shortfall.subs(total, difference)
    yield trial.same(sp.exp(kahan_bound), factor)
    yield trial.same(kahan_bound, steepest * sp.log(factor), by=sp.expand)


@exact(arc_cosine_numerics, step="right angle")
@control("one length", right_angle_error=sp.atan(eta))
@control("at first order", right_angle_error=2 * eta)
@control("10 % less", right_angle_error=NINE * right_angle_error)
@control("half the angle", kahan_angle=kahan_angle / 2)
@control("bound of one length", kahan_bound=sp.log(1 + eta))
def right_angles_come_up_to_the_bound(
    kahan_angle: sp.Expr, kahan_bound: sp.Expr, right_angle_error: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Lengths 1 + η and 1 − η: no error without η, and one derivative; at η = 0 it is that of the bound."""
    moved = kahan_angle.subs({difference: 1 + eta, total: 1 - eta}) - sp.pi / 2
    yield trial.same(sp.diff(right_angle_error, eta), sp.diff(moved, eta))
    for each in (moved, right_angle_error, kahan_bound):
        yield trial.vanishes(each.subs(eta, 0))
    yield trial.same(sp.diff(right_angle_error, eta).subs(eta, 0), sp.diff(kahan_bound, eta).subs(eta, 0))
