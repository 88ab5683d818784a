"""Evidence for N4.2: how many neurons pruned weights need without a ReLU output."""

from fractions import Fraction
from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.neuron_pruning.alignment import four_neurons
from sparse_limits.numerics.checks.neuron_pruning.chances import checks_from_the_other_side, checks_of_the_number
from sparse_limits.numerics.evidence import Finding, Findings, Trial, control, enclosed, exact, statistical
from sparse_limits.numerics.neuron_pruning.circle import Vector, exact_sup_on_circle, squared_error, squared_sine
from sparse_limits.numerics.neuron_pruning.tickets import weight_ticket
from sparse_limits.theory.formulas.no_guarantee import no_guarantee, unconditional
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.neuron_pruning.alignment import N, angle, delta, eps
from sparse_limits.theory.neuron_pruning.inputs import d
from sparse_limits.theory.neuron_pruning.weight_pruning import (
    failure,
    flat_length,
    least,
    length,
    pruned_weights,
    pruned_weights_linear_output,
)
from sparse_limits.theory.subset_sum.symbols import n

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


# Pruned weights without a ReLU output, by all masks, random weights and tickets that were found

ANNOUNCED = "O(d log 1/ε) whatever the output"


# No mask does better


class Best(NamedTuple):
    """The masks of one network whose nearest neuron with both weights has this squared sine: the least squared error
    among them, relative to the target, and the smaller coordinate of the target."""

    sine: Fraction
    error: Fraction
    least: Fraction


TARGETS: tuple[Vector, ...] = ((120, 160), (192, 56), (150, 150))  # the second near an axis


def all_masks(size: int) -> NDArray[np.bool_]:
    """Which of its three directions (first weight, second weight, both) each of some neurons has, in all 4^size ways."""
    kept = np.indices((4,) * size).reshape(size, -1).T
    masks: NDArray[np.bool_] = kept[:, :, None] == [1, 2, 3]
    return masks


def best_masks(rng: np.random.Generator, nets: int, size: int) -> list[Best]:
    """All masks on the weights of random networks: floats find the least errors, fractions evaluate them."""
    masks, found = all_masks(size), []
    for net in range(nets):
        target = TARGETS[net % len(TARGETS)]
        weights = [(int(u) | 1, int(v) | 1) for u, v in rng.integers(-60, 61, (size, 2))]
        outputs = rng.integers(-1, 5, size)
        directions = [[(u, 0), (0, v), (u, v)] for u, v in weights]
        pairs = np.array(directions, dtype=float).reshape(-1, 2)
        lengths = np.hypot(*pairs.T) / np.hypot(*target)
        c = masks * np.repeat(outputs, 3).reshape(size, 3) * lengths.reshape(size, 3)
        errors = exact_sup_on_circle(
            c.reshape(len(masks), -1), np.arctan2(pairs[:, 1], pairs[:, 0]), np.arctan2(target[1], target[0])
        )
        sines = [squared_sine(target, both) for both in weights]
        order = sorted(range(size), key=lambda neuron: sines[neuron])
        left = np.ones(len(masks), dtype=bool)
        for nearest in [*order, None]:
            here = left if nearest is None else left & masks[:, nearest, 2]
            left = left & ~here
            best = masks[np.flatnonzero(here)[np.argmin(errors[here])]]
            chosen = [(directions[i][j], int(outputs[i])) for i, j in np.argwhere(best)]
            found.append(measured(target, chosen, Fraction(1) if nearest is None else sines[nearest]))
    return found


def measured(target: Vector, chosen: list[tuple[Vector, int]], sine: Fraction) -> Best:
    """The exact error of a network, with the target scaled to length 1."""
    square = target[0] ** 2 + target[1] ** 2
    error = squared_error(target, [w for w, _ in chosen], [c for _, c in chosen]) / square
    return Best(sine, error, Fraction(min(map(abs, target)) ** 2, square))


def four_masks(p: int, q: int) -> Best:
    """N2's four neurons at tan(angle/2) = p/q, turned by half a right angle beside the target on the diagonal."""
    long, across = q * q - p * p, p * (q * q + p * p)
    side = 2 * q * long
    beside = [(long, 2 * p * q), (long, -2 * p * q), (0, 1), (0, -1)]
    turned = [((u - v, u + v), c) for (u, v), c in zip(beside, (q, q, -across, -across), strict=True)]
    return measured((side, side), turned, four_neurons(p, q)[0])


ONE_WEIGHT_EACH = [((8, 0), 23), ((-8, 0), -1), ((0, 8), 4), ((0, -8), -3)]  # near the best for the second target


def below_the_error(bound: sp.Expr, nearest: sp.Expr, case: Best, trial: Trial) -> Finding:
    """That the bound at the angle of the nearest neuron is at most the error, both as squares."""
    at = {angle: nearest, least: sp.sqrt(sp.Rational(case.least)), length: sp.S.One}
    return trial.below(bound**2, sp.Rational(case.error), at=[at])


@enclosed(pruned_weights_linear_output, cost=0.5)
def every_mask_has_this_error(error_bound: sp.Expr, trial: Trial) -> Findings:
    """All 4^6 masks of networks on the plane have at least this error, the best ones in exact arithmetic; four neurons have just it."""
    for p, q in ((1, 100), (1, 5), (2, 5)):
        case = four_masks(p, q)
        at = {angle: 2 * sp.atan(sp.Rational(p, q)), least: sp.sqrt(sp.Rational(case.least)), length: sp.S.One}
        yield trial.same(error_bound**2, sp.Rational(case.error), at=[at], by=None)
    for case in [measured(TARGETS[1], ONE_WEIGHT_EACH, Fraction(1)), *trial.draw(best_masks, trial.size(4), 6)]:
        yield below_the_error(error_bound, sp.asin(sp.sqrt(sp.Rational(case.sine))), case, trial)


@enclosed(pruned_weights_linear_output)
def error_scales_with_the_target(error_bound: sp.Expr, trial: Trial) -> Findings:
    """In the plane a target of the length r has r times the error of one of length 1, at the same angles."""
    far, near = {least: length * 2 / 3, angle: sp.Rational(1, 3)}, {angle: sp.pi / 2}
    yield trial.same(valued(error_bound, far), length * sp.tan(sp.Rational(1, 6)) / 2, by=None)
    points = [{length: sp.Rational(p, 9), least: sp.Rational(p, 20)} for p in (3, 5, 8)]
    yield trial.same(error_bound.subs(near), length * sp.tan(sp.asin(least / length) / 2) / 2, at=points, by=None)


# Random weights


def possible(rng: np.random.Generator, inputs: int, nets: int, size: int, error: float, length: float) -> int:
    """In how many networks some neuron lies in the plane of the first two coordinates within 2 arctan(2ε/length) of an axis."""
    w = rng.standard_normal((nets, size, inputs))[:, :, :2]
    target = rng.uniform(0.5, 1.0, 2)
    target /= np.hypot(*target)
    along, across = w @ target, w @ np.array([-target[1], target[0]])
    near = np.arctan2(np.abs(across), np.abs(along)) <= 2 * np.arctan(2 * error / length)
    return int(np.count_nonzero(near.any(axis=1)))


@statistical(pruned_weights_linear_output, tests=3, cost=0.3)
def a_neuron_is_near_the_plane_s_axis_as_often(success: sp.Expr, trial: Trial) -> Findings:
    """The event that every ticket with a linear output needs, for targets of squared length 1, 1/2 and 1/4 in the plane."""
    nets = trial.size(30_000)
    for inputs, square, hidden, error in ((2, 1, 19, 100), (3, 2, 9, 200), (4, 4, 5, 100)):
        part = sp.sqrt(sp.Rational(1, square))
        p = trial.value(success, {N: sp.Integer(hidden), eps: sp.Rational(1, error), length: part})
        yield trial.counts(trial.draw(possible, inputs, nets, hidden, 1 / error, float(part)), nets, p)


@statistical(pruned_weights_linear_output, tests=1, cost=0.2)
@control(ANNOUNCED, success=(1 - failure).subs(n, N / d))
def what_a_relu_output_guarantees_is_impossible_without(success: sp.Expr, trial: Trial) -> Findings:
    """4000 neurons of two inputs at ε = 10⁻⁶: with a ReLU output some mask succeeds in at least 99 % of the networks, by N4.1; without it
    the necessary event happens as often as claimed, in one per cent.
    """
    nets, hidden, error = trial.size(60), 4000, sp.Rational(1, 10**6)
    p = trial.value(success, {N: sp.Integer(hidden), d: 2, length: 1, eps: error})
    yield trial.counts(trial.draw(possible, 2, nets, hidden, float(error), 1.0), nets, p)


# Tickets that were found, read with and without the output's ReLU

Point = tuple[Fraction, Fraction]
TARGET: Point = (Fraction(3, 5), Fraction(4, 5))


class Network(NamedTuple):
    """What is left of a network of two inputs: the weights of its neurons, 0 where they are removed, and their outputs."""

    neurons: list[Point]
    outputs: list[Fraction]

    def sum(self, x: Point) -> Fraction:
        """The output before its ReLU."""
        hidden = [max(u * x[0] + v * x[1], Fraction(0)) for u, v in self.neurons]
        return sum((c * h for c, h in zip(self.outputs, hidden, strict=True)), Fraction(0))

    @property
    def certified(self) -> Fraction:
        """A bound on |sum(x) − ⟨TARGET, x⟩| over the unit disc, as no neuron serves both inputs: by the errors at ±e_1, ±e_2."""
        axes = zip(((Fraction(1), Fraction(0)), (Fraction(0), Fraction(1))), TARGET, strict=True)
        errors = [[abs(self.sum((s * p, s * q)) - s * value) for s in (1, -1)] for (p, q), value in axes]
        return sum(map(max, errors), Fraction(0))


def found_tickets(rng: np.random.Generator, nets: int, items: int) -> list[Network]:
    """Networks with `items` neurons for each of two inputs, pruned for a ReLU output, exactly as they are."""
    found = []
    for _ in range(nets):
        weights, outputs = rng.standard_normal((2 * items, 2)), rng.standard_normal(2 * items)
        ticket = weight_ticket(weights, outputs, [float(part) for part in TARGET])
        kept = np.flatnonzero(ticket.outputs)
        neurons = [(Fraction(u), Fraction(v)) for u, v in ticket.weights[kept].tolist()]
        found.append(Network(neurons, [Fraction(c) for c in ticket.outputs[kept].tolist()]))
    return found


PYTHAGOREAN = [(Fraction(p, h), Fraction(q, h)) for p, q, h in ((3, 4, 5), (-4, 3, 5), (5, -12, 13), (-24, -7, 25))]


@exact(pruned_weights, cost=0.3)
@control(ANNOUNCED, opposite_error=sp.S.Zero)
def tickets_for_a_relu_output_fail_without_it(opposite_error: sp.Expr, trial: Trial) -> Findings:
    """Networks of 48 neurons for each of two inputs, pruned: forward passes in fractions at unit vectors."""
    value = Fraction(int(sp.numer(opposite_error)), int(sp.denom(opposite_error)))
    for network in trial.draw(found_tickets, trial.size(4), 48):
        certified = network.certified
        for point in (*PYTHAGOREAN, TARGET):
            linear = TARGET[0] * point[0] + TARGET[1] * point[1]
            error = abs(max(network.sum(point), Fraction(0)) - max(linear, Fraction(0)))
            yield trial.holds(
                error <= certified, f"error {float(error):.2g} with an output ReLU, {float(certified):.2g} certified"
            )
        opposite = abs(network.sum((-TARGET[0], -TARGET[1])))
        yield trial.holds(
            abs(opposite - value) <= certified,
            f"error {float(opposite):.9f} at −w*, {value} ± {float(certified):.2g} claimed",
        )


# The smallest counterexample


@exact(pruned_weights_linear_output)
@control(ANNOUNCED, error_bound=sp.S.Zero)
def single_weights_are_straight_where_the_target_bends(
    error_bound: sp.Expr, three_points: tuple[tuple[sp.Expr, sp.Expr], ...], trial: Trial
) -> Findings:
    """w* = (3, 4)/5: the values at the ends of an arc, less 8/5 times that in its middle, are 0 for every neuron of one weight, and for the
    target give the bound.
    """
    chord = sp.Rational(8, 5)

    def bend(first: sp.Expr, second: sp.Expr) -> sp.Expr:
        left, middle, right = (sp.Max(first * x + second * y, 0) for x, y in three_points)
        return sp.sympify(left - chord * middle + right)

    target = (sp.Rational(3, 5), sp.Rational(4, 5))
    yield trial.holds(all(x**2 + y**2 == 1 for x, y in three_points), "the points lie on the circle")
    for neuron in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        yield trial.holds(bend(*neuron) == 0, f"the neuron {neuron} is linear on them")
    at = {angle: sp.pi / 2, length: 1, least: min(target)}
    yield trial.same(valued(error_bound, at), bend(*target) / (2 + chord))
