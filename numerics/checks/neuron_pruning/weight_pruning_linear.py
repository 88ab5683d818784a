"""Evidence for N4.2: how many neurons pruned weights need without a ReLU output."""

import sympy as sp

from sparse_limits.numerics.checks.neuron_pruning.chances import checks_from_the_other_side, checks_of_the_number
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.theory.formulas.no_guarantee import no_guarantee, unconditional
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.neuron_pruning.alignment import angle, delta, eps
from sparse_limits.theory.neuron_pruning.inputs import d
from sparse_limits.theory.neuron_pruning.weight_pruning import flat_length, least, length, pruned_weights_linear_output

y = sp.Symbol("y", nonnegative=True)
half = 1 / (1 + y)  # the tangent of half of the angle of the smaller coordinate


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
def axes_cross_the_target_at_its_coordinates(axis_sine: sp.Expr, trial: Trial) -> Findings:
    """Cross products of the target, scaled to length 1, with both axes; 2·least² = r² less the square of a letter."""
    gap = sp.Symbol("gap", nonnegative=True)
    target = sp.Matrix([sp.sqrt(length**2 - least**2), least, 0]) / length
    first, second = (sp.Matrix(axis).cross(target)[2] for axis in ([1, 0, 0], [0, 1, 0]))
    yield trial.same(axis_sine, first)
    some = sp.Symbol("m", positive=True)  # for none both sines are 0 and 1
    where = {length: sp.sqrt(2 * some**2 + gap**2), least: some}
    yield trial.nonnegative(second**2 - axis_sine**2, gap**2 / (2 * some**2 + gap**2), where=where)


@exact(pruned_weights_linear_output, step="axis error", cost=0.5)
def the_bound_of_the_plane_at_an_axis(
    plane_error: sp.Expr, axis_sine: sp.Expr, axis_error: sp.Expr, trial: Trial
) -> Findings:
    """The error at an axis is that in the plane at the angle of this sine, by the tangent of half of the angle."""
    yield trial.same(axis_error, plane_error.subs(angle, sp.asin(axis_sine)), by=by_half)


@exact(pruned_weights_linear_output, step="error bound")
def the_smaller_bound_holds(plane_error: sp.Expr, axis_error: sp.Expr, error_bound: sp.Expr, trial: Trial) -> Findings:
    """The bound is the smaller of that for neurons beside the axis and that for one weight; the bound of the plane does not fall with the
    angle.
    """
    yield trial.same(error_bound, sp.Min(plane_error, axis_error), by=sp.expand)
    tangent = sp.Symbol("tangent", nonnegative=True)
    slope = sp.diff(plane_error, angle).subs(angle, 2 * sp.atan(tangent))
    yield trial.nonnegative(slope, length * (1 + tangent**2) / 4)


@exact(pruned_weights_linear_output, step="equal coordinates")
def equal_coordinates_allow_most(axis_error: sp.Expr, equal_error: sp.Expr, trial: Trial) -> Findings:
    """The bound where 2·least² = r²; its reciprocal r/least + √(r²/least² − 1), over r/2; and its derivative at r² = least² + s²."""
    yield trial.same(axis_error.subs(least, length / sp.sqrt(2)), equal_error)
    ratio = sp.Symbol("ratio", positive=True)
    reciprocal = sp.simplify((length / axis_error).subs(length, ratio * least))
    yield trial.same(reciprocal, 2 * (ratio + sp.sqrt(ratio**2 - 1)), by=sp.simplify)
    other = sp.Symbol("s", positive=True)  # the larger coordinate
    whole = sp.sqrt(least**2 + other**2)
    growth = whole / (2 * (whole + other)) * (1 + least**2 / (other * (whole + other)))
    yield trial.nonnegative(sp.diff(axis_error, least), growth, where={length: whole}, strict=True)


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
def angles_and_lengths_end_there(
    plane_error: sp.Expr,
    axis_error: sp.Expr,
    widest: sp.Expr,
    aligned: sp.Expr,
    flat_length: sp.Expr,
    flat_error: sp.Expr,
    trial: Trial,
) -> Findings:
    """The error in the plane is at most r/2, that of half of the target, which has no kink; two coordinates are no longer than all; at the
    widest angle the error in the plane is below that of one weight, for a flat target too.
    """
    yield trial.below(plane_error, length / 2)
    yield trial.below(flat_length, sp.S.One)
    yield trial.below(aligned, sp.S.One, needed="aligned")
    at_most = length / 2 * sp.tan(widest / 2)
    yield trial.below(at_most, axis_error, strict=True, needed="success")
    yield trial.below(at_most.subs(length, flat_length), flat_error, strict=True, needed="flat_leading")


@exact(pruned_weights_linear_output, step="some of them")
def no_bound_from_the_error_of_equal_coordinates_on(
    equal_error: sp.Expr, success: sp.Expr, union: sp.Expr, neurons: sp.Expr, trial: Trial
) -> Findings:
    """At the error of equal coordinates none of the three bounds is a guarantee; just below it each is one."""
    for bound in (success, union, neurons):
        edge, inside = (bound.subs(eps, share * equal_error) for share in (1, sp.Rational(999, 1000)))
        yield trial.holds(edge.has(no_guarantee), f"at the edge: {edge}")
        yield trial.holds(not inside.has(no_guarantee), f"inside: {inside}")


@exact(pruned_weights_linear_output, step="flat target")
def two_flat_coordinates_have_this_length(flat_length: sp.Expr, trial: Trial) -> Findings:
    """The squares of d equal coordinates add up to 1; two of them make the squared length."""
    each = 1 / sp.sqrt(d)
    yield trial.same(d * each**2, sp.S.One)
    yield trial.same(flat_length**2, 2 * each**2)


@exact(pruned_weights_linear_output, step="flat neurons")
def flat_targets_have_the_number_at_their_length(
    neurons: sp.Expr,
    leading: sp.Expr,
    flat_length: sp.Expr,
    flat_error: sp.Expr,
    flat_neurons: sp.Expr,
    flat_leading: sp.Expr,
    trial: Trial,
) -> Findings:
    """Both numbers at the length of two flat coordinates; the first is no guarantee at the flat error, and is one just below it."""
    yield trial.same(unconditional(flat_neurons), unconditional(neurons).subs(length, flat_length))
    yield trial.same(flat_leading, leading.subs(length, flat_length))
    edge, inside = (flat_neurons.subs(eps, share * flat_error).subs(d, 5) for share in (1, sp.Rational(999, 1000)))
    yield trial.holds(edge.has(no_guarantee), f"at the flat error: {edge}")
    yield trial.holds(not inside.has(no_guarantee), f"inside: {inside}")


@enclosed(pruned_weights_linear_output)
def leading_orders_are_leading(
    neurons: sp.Expr, leading: sp.Expr, flat_neurons: sp.Expr, flat_leading: sp.Expr, trial: Trial
) -> Findings:
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
