"""Evidence for N4.2: how many neurons pruned weights need without a ReLU output."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from numerics.checks.neuron_pruning.alignment import LESS, MORE
from numerics.evidence import Finding, Trial, control, enclosed, exact
from theory.formulas.no_guarantee import no_guarantee, unconditional
from theory.neuron_pruning.alignment import N, angle, delta, eps
from theory.neuron_pruning.kink import kink, kink_bound, radius
from theory.neuron_pruning.planks import d
from theory.neuron_pruning.weight_pruning import (
    aligned,
    axis_sine,
    condition,
    error_bound,
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
)


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
    more = (second**2 - axis_sine**2).subs(length, sp.sqrt(2 * least**2 + gap**2))
    yield trial.nonnegative(more, gap**2 / (2 * least**2 + gap**2))


@exact(pruned_weights_linear_output, step="error bound")
@control("half instead of a quarter", error_bound=2 * error_bound)
@control("neurons only", error_bound=length * sp.sin(angle) / 4)
@control("the larger sine", error_bound=sp.Max(length * sp.sin(angle), least) / 4)
@control("length forgotten", plane_error=plane_error / length)
@control("10 % more", plane_error=MORE * plane_error)
@control("of the whole target", axis_sine=least)
def the_least_sine_is_the_smaller_one(
    error_bound: sp.Expr, plane_error: sp.Expr, axis_sine: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """By N1, a kink of the height r over the sine; and the error bound is that at the smaller one of both sines."""
    yield trial.same(plane_error, kink_bound.subs({kink: length, radius: sp.sin(angle)}))
    on_an_axis = plane_error.subs(angle, sp.asin(axis_sine))
    yield trial.same(error_bound, sp.Min(plane_error, on_an_axis), by=lambda left: sp.simplify(left.rewrite(sp.Abs)))


@exact(pruned_weights_linear_output, step="condition")
@control("the loss of the kink at r", condition=2 * eps)
@control("10 % more", condition=MORE * condition)
@control("with the length", condition=condition * length)
@control("neurons only", error_bound=length * sp.sin(angle) / 4)
@control("half instead of a quarter", error_bound=2 * error_bound)
def the_smaller_coordinate_allows_the_error(
    condition: sp.Expr, error_bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Full pairs across the axis: the bound at `least` from the condition on is ε, and likewise at r sin(angle)."""
    x = sp.Symbol("x", positive=True)
    across = error_bound.subs(angle, sp.pi / 2)
    yield trial.same(across.subs(length, least + x).subs(least, condition), eps)
    near = error_bound.subs(angle, sp.asin(condition / length))
    yield trial.same(near.subs(least, condition + x), eps)


@exact(pruned_weights_linear_output, step="some of them")
@control("power N + 1", success=success.subs(N, N + 1))
@control("the union bound", success=union)
@control("10 % more", success=MORE * success)
@control("half the angle", aligned=aligned / 2)
@control("10 % less", aligned=LESS * aligned)
def one_neuron_more_is_not_aligned(aligned: sp.Expr, success: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """None of one neuron, and of N + 1, is aligned as often as none of N and not the last."""
    p = sp.Symbol("p", positive=True)
    none = (1 - unconditional(success)).subs(aligned, p)
    yield trial.induction(none, N, 1 - p, lambda before: (1 - p) * before, start=1, by=sp.powsimp)


@exact(pruned_weights_linear_output, step="neurons")
@control("half the union", union=union / 2)
@control("10 % less", neurons=LESS * neurons)
@control("of a target of length 1", neurons=neurons.subs(length, 1))
@control("without the probability", neurons=neurons / delta)
def as_many_neurons_as_the_union_asks_for(union: sp.Expr, neurons: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The union bound at this number."""
    yield trial.same(unconditional(union).subs(N, unconditional(neurons)), delta)


@exact(pruned_weights_linear_output, step="leading order")
@control("2ε instead of 4ε", leading=leading.subs(eps, eps / 2))
@control("10 % more", leading=MORE * leading)
@control("length forgotten", leading=leading.subs(length, 1))
@control("of a target of length 1", neurons=neurons.subs(length, 1))
def arcsines_of_small_numbers_are_these(neurons: sp.Expr, leading: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The quotient as ε → 0."""
    yield trial.same(sp.limit(unconditional(neurons) / leading, eps, 0), sp.S.One)


@exact(pruned_weights_linear_output, step="flat target")
@control("one coordinate", flat_length=1 / sp.sqrt(d))
@control("10 % more", flat_length=MORE * flat_length)
@control("the square", flat_length=flat_length**2)
def two_flat_coordinates_have_this_length(flat_length: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The squares of d equal coordinates add up to 1, of which these are two."""
    each = flat_length**2 / 2
    yield trial.same(d * each, sp.S.One)


@exact(pruned_weights_linear_output, step="flat neurons")
@control("one coordinate", flat_neurons=neurons.subs(length, 1 / sp.sqrt(d)))
@control("10 % less", flat_neurons=LESS * flat_neurons)
@control("√d on top", flat_leading=flat_leading * d)
@control("a tenth more", flat_leading=MORE * flat_leading)
@control("one coordinate, too", flat_length=1 / sp.sqrt(d))
@control("2ε instead of 4ε", leading=leading.subs(eps, eps / 2))
@control("all neurons twice", neurons=2 * neurons)
def flat_targets_have_the_number_at_their_length(
    neurons: sp.Expr,
    leading: sp.Expr,
    flat_length: sp.Expr,
    flat_neurons: sp.Expr,
    flat_leading: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """Both numbers at the length of two flat coordinates; they are at most 4ε, and the first says nothing, from dε² = 1/16 on."""
    yield trial.same(unconditional(flat_neurons), unconditional(neurons).subs(length, flat_length))
    yield trial.same(flat_leading, leading.subs(length, flat_length))
    edge = flat_neurons.subs(eps, 1 / (4 * sp.sqrt(d)))
    yield trial.holds(edge.has(no_guarantee), f"flat coordinates of 4ε: {edge}")


@exact(pruned_weights_linear_output, step="aligned")
@control("2ε instead of 4ε", aligned=aligned.subs(eps, eps / 2))
@control("the target's length on the wrong side", aligned=aligned.subs(length, 1 / length))
@control("length forgotten", aligned=aligned.subs(length, 1))
@control("neurons of a target of length 1", neurons=neurons.subs(length, 1))
@control("10 % less", neurons=LESS * neurons)
@control("half the union", union=union / 2)
@control("the loss of the kink at r", condition=2 * eps)
@control("10 % more", condition=MORE * condition)
@control("power N + 1", success=success.subs(N, N + 1))
def plane_meets_the_kink_lemma(
    aligned: sp.Expr, success: sp.Expr, union: sp.Expr, neurons: sp.Expr, condition: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """On the segment of half length s the kink has the target's height: a loss of ε by N1 needs the sine s, which a Cauchy ratio
    keeps with probability 2/π·arctan; the angle of one coordinate has the sine least/r."""
    longest = eps / kink_bound.subs({kink: length, radius: 1})  # the loss is proportional to s
    ratio = longest / sp.sqrt(1 - longest**2)
    yield trial.same(sp.diff(aligned, eps), 2 * sp.diff(ratio, eps) / (sp.pi * (1 + ratio**2)), by=sp.factor)
    yield trial.same(sp.limit(aligned, eps, 0), sp.Integer(0))
    yield trial.same(condition, length * longest)
    fails = sp.Integer(1)
    for count in range(1, 4):
        fails *= 1 - aligned
        yield trial.same(unconditional(success).subs(N, count), 1 - fails)
        yield trial.same(unconditional(union).subs(N, count), count * aligned)
    yield trial.same(unconditional(union).subs(N, unconditional(neurons)), delta)
    for bound in (success, union, neurons):
        beyond = bound.subs({length: 1, eps: sp.sqrt(2) / 8})
        yield trial.holds(beyond.has(no_guarantee), f"a coordinate of 4ε: {beyond}")


@enclosed(pruned_weights_linear_output)
@control("flat: length 1/√d", flat_neurons=neurons.subs(length, 1 / sp.sqrt(d)))
@control("flat: the bound for neurons", flat_neurons=neurons.subs(length, 1))
@control("10 % less", flat_neurons=LESS * flat_neurons)
@control("√d on top", flat_leading=flat_leading * d)
@control("a tenth more", flat_leading=MORE * flat_leading)
@control("arctangent", neurons=sp.pi * delta / (2 * sp.atan(4 * eps / length)))
@control("2ε instead of 4ε", leading=leading.subs(eps, eps / 2))
@control("10 % more", leading=MORE * leading)
def leading_orders_are_leading(
    neurons: sp.Expr, leading: sp.Expr, flat_neurons: sp.Expr, flat_leading: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """(arcsin u − u)/u³ grows up to π/2 − 1, with u = 4ε/r; on the diagonal of d inputs two coordinates have r² = 2/d."""
    for inputs in (2, 5, 100):
        diagonal = sp.sqrt(sp.Rational(2, inputs))
        at = [{eps: sp.Rational(1, q), delta: sp.Rational(p, 13), d: inputs} for q, p in ((90, 2), (4000, 13))]
        yield trial.same(flat_neurons, neurons.subs(length, diagonal), at=at, by=None)
        in_plane = neurons.subs(length, diagonal), leading.subs(length, diagonal)
        for exactly, about in ((flat_neurons, flat_leading), in_plane):
            yield trial.below(exactly, about, at=at, strict=True)
            yield trial.below(about, exactly * (1 + (sp.pi / 2 - 1) * (4 * eps / diagonal) ** 2), at=at)
