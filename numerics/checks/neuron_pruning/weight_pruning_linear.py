"""Evidence for N4.2: how many neurons pruned weights need without a ReLU output."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.checks.neuron_pruning.chances import (
    LESS,
    MORE,
    arcsine,
    checks_from_the_other_side,
    checks_of_the_number,
)
from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.theory.formulas.no_guarantee import no_guarantee, unconditional
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.neuron_pruning.alignment import angle, delta, eps
from sparse_limits.theory.neuron_pruning.inputs import d
from sparse_limits.theory.neuron_pruning.weight_pruning import (
    aligned,
    axis_error,
    axis_sine,
    equal_error,
    error_bound,
    flat_error,
    flat_leading,
    flat_length,
    flat_neurons,
    leading,
    least,
    length,
    neurons,
    plane_error,
    pruned_weights_linear_output,
    success,
    union,
    widest,
)

y = sp.Symbol("y", nonnegative=True)
half = 1 / (1 + y)  # the tangent of half of the angle of the smaller coordinate
segment = length * sp.sin(angle) / 4  # the error on a segment instead of an arc, wasteful by a factor of up to 2


def by_half(expression: sp.Expr) -> sp.Expr:
    """Zero, where it is, for a smaller coordinate by the tangent of half of its angle; this tangent of an arcsine by its sine."""

    def tangent(angle: sp.Expr) -> sp.Expr:
        sines = [each.args[0] for each in angle.atoms(sp.asin) if angle == each / 2]
        return sines[0] / (1 + sp.sqrt(1 - sines[0] ** 2)) if sines else sp.tan(angle)

    def root(base: sp.Expr, exponent: sp.Expr) -> sp.Expr:
        return sp.sqrt(sp.factor(base)) if abs(exponent) == sp.Rational(1, 2) and exponent > 0 else base**exponent

    found = valued(expression.replace(sp.tan, tangent), {least: length * 2 * half / (1 + half**2)})
    return sp.factor(found.replace(sp.Pow, root))


@exact(pruned_weights_linear_output, step="one weight")
@control("of the whole target", axis_sine=least)
@control("the other axis", axis_sine=sp.sqrt(length**2 - least**2) / length)
@control("10 % more", axis_sine=MORE * axis_sine)
def axes_cross_the_target_at_its_coordinates(axis_sine: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Cross products of the target, scaled to length 1, with both axes; 2·least² = r² less the square of a letter."""
    gap = sp.Symbol("gap", nonnegative=True)
    target = sp.Matrix([sp.sqrt(length**2 - least**2), least, 0]) / length
    first, second = (sp.Matrix(axis).cross(target)[2] for axis in ([1, 0, 0], [0, 1, 0]))
    yield trial.same(axis_sine, first)
    some = sp.Symbol("m", positive=True)  # for none both sines are 0 and 1
    where = {length: sp.sqrt(2 * some**2 + gap**2), least: some}
    yield trial.nonnegative(second**2 - axis_sine**2, gap**2 / (2 * some**2 + gap**2), where=where)


@exact(pruned_weights_linear_output, step="axis error", cost=0.5)
@control("on a segment, wasteful", axis_error=least / 4)
@control("of the whole angle", axis_error=length * least / (2 * sp.sqrt(length**2 - least**2)))
@control("length forgotten", axis_error=axis_error / length)
@control("10 % more", axis_error=MORE * axis_error)
@control("on a segment", plane_error=segment)
@control("of a target of length 1", plane_error=plane_error / length)
@control("of the whole target", axis_sine=least)
def the_bound_of_the_plane_at_an_axis(
    plane_error: sp.Expr, axis_sine: sp.Expr, axis_error: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Sine and error, over that of the length, by the tangent of half of the angle."""
    yield trial.same(axis_error, plane_error.subs(angle, sp.asin(axis_sine)), by=by_half)


@exact(pruned_weights_linear_output, step="error bound")
@control("on a segment, wasteful", error_bound=sp.Min(segment, least / 4))
@control("neurons only", error_bound=plane_error)
@control("the larger one", error_bound=sp.Max(plane_error, axis_error))
@control("10 % more", error_bound=MORE * error_bound)
@control("of a target of length 1", plane_error=plane_error / length)
@control("length forgotten", axis_error=axis_error / length)
@control("a tenth more", axis_error=MORE * axis_error)
def the_smaller_bound_holds(
    plane_error: sp.Expr, axis_error: sp.Expr, error_bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Of neurons beside the axis and of one weight; and the bound of the plane grows with the angle."""
    yield trial.same(error_bound, sp.Min(plane_error, axis_error), by=sp.expand)
    tangent = sp.Symbol("tangent", nonnegative=True)
    slope = sp.diff(plane_error, angle).subs(angle, 2 * sp.atan(tangent))
    yield trial.nonnegative(slope, length * (1 + tangent**2) / 4)


@exact(pruned_weights_linear_output, step="equal coordinates")
@control("on a segment, wasteful", equal_error=length / (4 * sp.sqrt(2)))
@control("1/2", equal_error=length / 2)
@control("10 % more", equal_error=MORE * equal_error)
@control("without the half", axis_error=2 * axis_error)
@control("length forgotten", axis_error=axis_error / length)
def equal_coordinates_allow_most(axis_error: sp.Expr, equal_error: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The bound where 2·least² = r²; its reciprocal r/least + √(r²/least² − 1), over r/2; and its derivative at r² = least² + s²."""
    yield trial.same(axis_error.subs(least, length / sp.sqrt(2)), equal_error)
    ratio = sp.Symbol("ratio", positive=True)
    reciprocal = sp.simplify((length / axis_error).subs(length, ratio * least))
    yield trial.same(reciprocal, 2 * (ratio + sp.sqrt(ratio**2 - 1)), by=sp.simplify)
    other = sp.Symbol("s", positive=True)  # the larger coordinate
    whole = sp.sqrt(least**2 + other**2)
    growth = whole / (2 * (whole + other)) * (1 + least**2 / (other * (whole + other)))
    yield trial.nonnegative(sp.diff(axis_error, least), growth, where={length: whole}, strict=True)


@exact(pruned_weights_linear_output, step="widest angle")
@control("4ε instead of 2ε", widest=widest.subs(eps, 2 * eps))
@control("on a segment, wasteful", widest=sp.asin(4 * eps / length))
@control("length forgotten", widest=widest.subs(length, 1))
@control("half of it", widest=widest / 2)
@control("on a segment", plane_error=segment)
@control("of a target of length 1", plane_error=plane_error / length)
@control("twice the bound", plane_error=2 * plane_error)
def the_bound_at_the_widest_angle_is_the_error(
    plane_error: sp.Expr, widest: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The bound of the plane there, over the length."""
    yield trial.same(plane_error.subs(angle, widest) / length, eps / length)


@exact(pruned_weights_linear_output, step="aligned")
@control("4ε instead of 2ε", aligned=aligned.subs(eps, 2 * eps))
@control("one sign only", aligned=aligned / 2)
@control("length forgotten", aligned=aligned.subs(length, 1))
@control("on a segment, wasteful", aligned=2 * sp.asin(4 * eps / length) / sp.pi)
@control("half of the widest angle", widest=widest / 2)
def four_angles_of_the_circle(widest: sp.Expr, aligned: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Around both ends of the axis, on both sides."""
    yield trial.same(aligned, 4 * widest / (2 * sp.pi))


(
    one_neuron_more_is_not_aligned,
    probabilities_add_up,
    many_neurons_from_one,
    leading_order_drops_the_arctangent,
) = checks_of_the_number(pruned_weights_linear_output)
one_neuron_near_the_target_is_enough, most_networks_of_so_many_hold_a_ticket = checks_from_the_other_side(
    pruned_weights_linear_output
)


@enclosed(pruned_weights_linear_output)
@control("twice the angle", widest=2 * widest)
@control("of one side", axis_error=axis_error / 2)
@control("half of the flat error", flat_error=flat_error / 10)
@control("a longer plane", plane_error=2 * plane_error)
@control("besides another", aligned=1 + aligned)
@control("all coordinates", flat_length=flat_length * sp.sqrt(d / sp.Integer(2)) + 1)
def angles_and_lengths_end_there(
    plane_error: sp.Expr,
    axis_error: sp.Expr,
    widest: sp.Expr,
    aligned: sp.Expr,
    flat_length: sp.Expr,
    flat_error: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """A half of the target, which bends nowhere, errs by r/2, and two coordinates are no longer than all; at the widest angle
    the error in the plane is below that of one weight, for a flat target too."""
    yield trial.below(plane_error, length / 2)
    yield trial.below(flat_length, sp.S.One)
    yield trial.below(aligned, sp.S.One, needed="aligned")
    at_most = length / 2 * sp.tan(widest / 2)
    yield trial.below(at_most, axis_error, strict=True, needed="success")
    yield trial.below(at_most.subs(length, flat_length), flat_error, strict=True, needed="flat_leading")


@exact(pruned_weights_linear_output, step="some of them")
@control("without the cap", success=success.replace(sp.StrictLessThan, lambda low, high: low < length / 2))
@control(
    "cap of a segment", success=success.replace(sp.StrictLessThan, lambda low, high: 4 * sp.sqrt(2) * low < length)
)
@control("all of them", union=unconditional(union))
@control("neurons whatever the error", neurons=unconditional(neurons))
@control("any error", equal_error=length)
@control("10 % less", equal_error=LESS * equal_error)
def no_bound_from_the_error_of_equal_coordinates_on(
    equal_error: sp.Expr, success: sp.Expr, union: sp.Expr, neurons: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """At this error all three say nothing, and just below it they do."""
    for bound in (success, union, neurons):
        edge, inside = (bound.subs(eps, share * equal_error) for share in (1, sp.Rational(999, 1000)))
        yield trial.holds(edge.has(no_guarantee), f"at the edge: {edge}")
        yield trial.holds(not inside.has(no_guarantee), f"inside: {inside}")


@exact(pruned_weights_linear_output, step="flat target")
@control("one coordinate", flat_length=1 / sp.sqrt(d))
@control("10 % more", flat_length=MORE * flat_length)
@control("the square", flat_length=flat_length**2)
def two_flat_coordinates_have_this_length(flat_length: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The squares of d equal coordinates add up to 1, of which these are two."""
    each = 1 / sp.sqrt(d)
    yield trial.same(d * each**2, sp.S.One)
    yield trial.same(flat_length**2, 2 * each**2)


@exact(pruned_weights_linear_output, step="flat error")
@control("on a segment, wasteful", flat_error=1 / (4 * sp.sqrt(d)))
@control("without the root", flat_error=flat_error / sp.sqrt(d))
@control("10 % more", flat_error=MORE * flat_error)
@control("one coordinate", flat_length=1 / sp.sqrt(d))
@control("of a target of length 1", equal_error=equal_error / length)
def flat_targets_allow_this_error(
    equal_error: sp.Expr, flat_length: sp.Expr, flat_error: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The error of equal coordinates, at their length."""
    yield trial.same(flat_error, equal_error.subs(length, flat_length))


@exact(pruned_weights_linear_output, step="flat neurons")
@control("one coordinate", flat_neurons=neurons.subs(length, 1 / sp.sqrt(d)))
@control("10 % less", flat_neurons=LESS * flat_neurons)
@control("√d on top", flat_leading=flat_leading * d)
@control("a tenth more", flat_leading=MORE * flat_leading)
@control("one coordinate, too", flat_length=1 / sp.sqrt(d))
@control("4ε instead of 2ε", leading=leading.subs(eps, 2 * eps))
@control("all neurons twice", neurons=2 * neurons)
@control("on a segment, wasteful", flat_neurons=arcsine(flat_neurons))
@control("10 % less allowed", flat_error=LESS * flat_error)
def flat_targets_have_the_number_at_their_length(
    neurons: sp.Expr,
    leading: sp.Expr,
    flat_length: sp.Expr,
    flat_error: sp.Expr,
    flat_neurons: sp.Expr,
    flat_leading: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """Both numbers at the length of two flat coordinates; the first says nothing from the flat error on, and something below."""
    yield trial.same(unconditional(flat_neurons), unconditional(neurons).subs(length, flat_length))
    yield trial.same(flat_leading, leading.subs(length, flat_length))
    edge, inside = (flat_neurons.subs(eps, share * flat_error).subs(d, 5) for share in (1, sp.Rational(999, 1000)))
    yield trial.holds(edge.has(no_guarantee), f"at the flat error: {edge}")
    yield trial.holds(not inside.has(no_guarantee), f"inside: {inside}")


@enclosed(pruned_weights_linear_output)
@control("flat: length 1/√d", flat_neurons=neurons.subs(length, 1 / sp.sqrt(d)))
@control("flat: the bound for neurons", flat_neurons=neurons.subs(length, 1))
@control("10 % less", flat_neurons=LESS * flat_neurons)
@control("√d on top", flat_leading=flat_leading * d)
@control("a tenth more", flat_leading=MORE * flat_leading)
@control("on a segment, wasteful", neurons=arcsine(neurons))
@control("4ε instead of 2ε", leading=leading.subs(eps, 2 * eps))
@control("10 % more", leading=MORE * leading)
def leading_orders_are_leading(
    neurons: sp.Expr, leading: sp.Expr, flat_neurons: sp.Expr, flat_leading: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """arctan u ≤ u ≤ (1 + u²/3) arctan u with u = 2ε/r, for all errors; on the diagonal of d inputs two coordinates have r² = 2/d."""
    for inputs in (2, 5, 100):
        diagonal = sp.sqrt(sp.Rational(2, inputs))
        at = [{eps: sp.Rational(1, q), delta: sp.Rational(p, 13), d: inputs} for q, p in ((90, 2), (4000, 13))]
        yield trial.same(flat_neurons, neurons.subs(length, diagonal), at=at, by=None)
    u = sp.Symbol("u", positive=True)
    whole = {u: (0, sp.Rational(3, 5))}  # twice the equal error, over the length, is 2 − √2
    for exactly, about, across in ((flat_neurons, flat_leading, flat_length), (neurons, leading, length)):
        share = (about / unconditional(exactly)).subs(eps, u * across / 2).subs(d, 5)  # which cancels where it is right
        yield trial.everywhere(u * share, u, within=whole, zero={u: (0, 3)})
        yield trial.everywhere(u, u * share * (1 + u**2 / 3), within=whole, zero={u: (0, 5)})
