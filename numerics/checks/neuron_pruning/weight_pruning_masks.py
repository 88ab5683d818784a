"""Evidence for N4.1 and N4.2: pruned weights without a ReLU output, by all masks, random weights and tickets that were found."""

from fractions import Fraction
from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.neuron_pruning.alignment import four_neurons
from sparse_limits.numerics.evidence import Finding, Findings, Trial, control, enclosed, exact, statistical
from sparse_limits.numerics.neuron_pruning.circle import Vector, exact_sup_on_circle, squared_error, squared_sine
from sparse_limits.numerics.neuron_pruning.tickets import weight_ticket
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.neuron_pruning.alignment import N, angle, eps
from sparse_limits.theory.neuron_pruning.inputs import d
from sparse_limits.theory.neuron_pruning.weight_pruning import (
    failure,
    least,
    length,
    pruned_weights,
    pruned_weights_linear_output,
)
from sparse_limits.theory.subset_sum.symbols import n

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
