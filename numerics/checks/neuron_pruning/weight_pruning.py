"""Evidence for N4: pruned weights with and without a ReLU after the output."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from numerics.checks.neuron_pruning.alignment import LESS, MORE, four_neurons
from numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from numerics.neuron_pruning.circle import Vector, exact_sup_on_circle, squared_error, squared_sine
from numerics.neuron_pruning.tickets import weight_ticket
from theory.formulas.no_guarantee import no_guarantee, unconditional
from theory.neuron_pruning.alignment import N, angle, delta, eps
from theory.neuron_pruning.kink import kink, kink_bound, radius
from theory.neuron_pruning.planks import d
from theory.neuron_pruning.weight_pruning import (
    aligned,
    condition,
    contraction,
    error_bound,
    failure,
    flat_leading,
    flat_neurons,
    leading,
    least,
    length,
    neurons,
    pruned_weights,
    size,
    success,
    union,
)
from theory.subset_sum.potential import a, kappa
from theory.subset_sum.potential import contraction as of_one_item
from theory.subset_sum.potential import failure as one_target
from theory.subset_sum.symbols import n

ANNOUNCED = "O(d log 1/ε) whatever the output"

# (a) Two subset sums for each input


@enclosed(pruned_weights)
@control("nonnegative inputs: one sum for each", failure=failure / 2)
@control("accuracy ε", failure=failure / d)
@control("10 % less", failure=LESS * failure)
@control("10 % more", failure=MORE * failure)
@control("items of both signs", contraction=2 * contraction - 1)
@control("density of one weight", contraction=1 - sp.exp(-2) / (2 * sp.sqrt(2 * sp.pi)))
def twice_as_many_sums_as_inputs(failure: sp.Expr, contraction: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """R4 for 2d targets; the density of αw at 2 as the integral of φ(y)φ(2/y)/y; and errors ε/√d of all coefficients, which
    at x = (1, …, 1)/√d, of norm 1, add up to ε."""
    both = sp.Symbol("both", positive=True)
    y = sp.Symbol("y", real=True)
    density = sp.Integral(sp.exp(-sp.cosh(y) * 2), (y, 0, sp.oo)) / sp.pi  # y ↦ √2·e^(y/2), symmetric
    at_reach = {a: 2, kappa: both / 2}
    yield trial.same(contraction, of_one_item.subs(at_reach).subs(both, density), by=None)
    each = eps / (d / sp.sqrt(d))
    for inputs in (2, 3, 8):
        one = one_target.subs(at_reach).subs(eps, each.subs(d, inputs)).subs(both, density)
        yield trial.same(failure.subs(d, inputs), 2 * inputs * one, by=None)


@enclosed(pruned_weights)
@control("failure twice as likely", size=size.subs(delta, 2 * delta))
@control("d² instead of d in the logarithm", size=size.subs(eps, eps / d))
@control("10 % less", size=LESS * size)
@control("all items usable", contraction=1 - sp.besselk(0, 2) / sp.pi)
@control("twice the failure", failure=2 * failure)
def size_solves_the_failure(failure: sp.Expr, contraction: sp.Expr, size: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """With these many items the bound is δ, and with one more it is smaller by the contraction."""
    yield trial.same(failure.subs(n, size), delta, by=None)
    yield trial.same(failure.subs(n, n + 1), contraction * failure, by=None)


def kept_sums(rng: np.random.Generator, inputs: int) -> int:
    """How many groups a ticket keeps of a network's neurons, by input and the sign of their weight there.

    For each input ten neurons have a positive weight there and ten a negative one.
    """
    target = np.full(inputs, 1 / np.sqrt(inputs))
    signs = np.repeat(np.resize([1.0, -1.0], 20), inputs)[:, None]
    weights = signs * np.abs(rng.standard_normal((20 * inputs, inputs)))
    ticket = weight_ticket(weights, rng.standard_normal(20 * inputs), target)
    rows, columns = np.nonzero(ticket.weights)
    return len({(int(j), bool(ticket.weights[i, j] > 0)) for i, j in zip(rows, columns, strict=True)})


@exact(pruned_weights)
@control("nonnegative inputs: one sum for each", failure=failure / 2)
@control("a sum for each weight", failure=d * failure)
@control("accuracy ε", failure=failure / d)
def every_sum_of_a_ticket_may_fail(failure: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """As many subset sums, each within ε/√d by R4 at half of the density, as tickets keep groups of single weights."""
    one = one_target.subs({a: 2, kappa: sp.besselk(0, 2) / (2 * sp.pi)})
    for inputs in (2, 3):
        sums = trial.draw(kept_sums, inputs)
        each = one.subs(eps, eps / sp.sqrt(inputs))
        yield trial.same(failure.subs(d, inputs), sums * each)


ENOUGH_ITEMS = 30  # a billion subset sums, for an accuracy of a millionth


def missed_networks(rng: np.random.Generator, inputs: int, items: int, near: float, nets: int) -> int:
    """In how many random networks the ticket found, of subset sums nearest to the target's weights, errs by more."""
    missed = 0
    for _ in range(nets):
        weights, outputs = rng.standard_normal((items * inputs, inputs)), rng.standard_normal(items * inputs)
        target = rng.standard_normal(inputs)
        ticket = weight_ticket(weights, outputs, target / np.linalg.norm(target), ENOUGH_ITEMS)
        missed += ticket.certificate > near
    return missed


@statistical(pruned_weights, tests=1, cost=0.3)
@control("for one target", failure=contraction**n)
def random_networks_fail_at_most_as_often(failure: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Random networks for which the nearest subset sums make no ticket: where the bound is ½, and at few neurons.

    There the bound says nothing, and formulas without the accuracy are refused.
    """
    near = sp.Rational(1, 10**6)
    for items, nets in ((16, trial.size(80)), (1780, trial.size(40))):
        missed = trial.draw(missed_networks, 2, items, float(near), nets)
        yield trial.counts(missed, nets, min(1.0, trial.value(failure, {d: 2, n: items, eps: near})), "above")


# (b) The plane of two coordinates


@exact(pruned_weights)
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


@enclosed(pruned_weights)
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


def four_masks(m: int) -> Best:
    """N2's four neurons at tan(angle/2) = 1/m, turned by half a right angle beside the target on the diagonal."""
    side = 2 * (m * m + 1)
    beside = [(m * m - 1, 2 * m), (m * m - 1, -2 * m), (0, 1), (0, -1)]
    turned = [((u - v, u + v), c) for (u, v), c in zip(beside, (1, 1, -m, -m), strict=True)]
    return measured((side, side), turned, four_neurons(m)[0])


ONE_WEIGHT_EACH = [((8, 0), 23), ((-8, 0), -1), ((0, 8), 4), ((0, -8), -3)]  # near the best for the second target


@enclosed(pruned_weights, cost=0.5)
@control("half instead of a quarter", error_bound=2 * error_bound)
@control("10 % more", error_bound=MORE * error_bound)
@control("neurons only", error_bound=length * sp.sin(angle) / 4)
@control("a coordinate is no neuron", error_bound=sp.Max(length * sp.sin(angle), least) / 4)
def every_mask_has_this_error(error_bound: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """All 4^6 masks of networks on the plane, the best ones in exact arithmetic; four neurons come within 10 %."""
    cases = [*map(four_masks, (20, 100)), measured(TARGETS[1], ONE_WEIGHT_EACH, Fraction(1))]
    cases += trial.draw(best_masks, trial.size(4), 6)
    for case in cases:
        at = {
            angle: sp.asin(sp.sqrt(sp.Rational(case.sine))),
            least: sp.sqrt(sp.Rational(case.least)),
            length: sp.S.One,
        }
        yield trial.below(error_bound**2, sp.Rational(case.error), at=[at])


@enclosed(pruned_weights)
@control("length forgotten", error_bound=sp.Min(sp.sin(angle), least) / 4)
@control("coordinate relative to the length", error_bound=sp.Min(length * sp.sin(angle), least / length) / 4)
@control("10 % less", error_bound=LESS * error_bound)
def error_scales_with_the_target(error_bound: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """By N1 either part is the loss of a kink of the target's height in the plane, over the sine of the angle."""
    loss = kink_bound.subs(kink, length)
    far, near = {least: length * 2 / 3, angle: sp.Rational(1, 3)}, {angle: sp.pi / 2}
    yield trial.same(error_bound.subs(far), loss.subs(radius, sp.sin(sp.Rational(1, 3))), by=None)
    points = [{length: sp.Rational(p, 9), least: sp.Rational(p, 20)} for p in (3, 5, 8)]
    yield trial.same(error_bound.subs(near), loss.subs(radius, least / length), at=points, by=None)


# Random weights


def possible(rng: np.random.Generator, inputs: int, nets: int, size: int, error: float, length: float) -> int:
    """In how many networks some neuron lies in the plane of the first two coordinates within arcsin(4ε/length) of an axis."""
    w = rng.standard_normal((nets, size, inputs))[:, :, :2]
    target = rng.uniform(0.5, 1.0, 2)
    target /= np.hypot(*target)
    along, across = w @ target, w @ np.array([-target[1], target[0]])
    return int(np.count_nonzero((np.abs(across) * length <= 4 * error * np.hypot(along, across)).any(axis=1)))


@statistical(pruned_weights, tests=3, cost=0.3)
@control("2ε instead of 4ε", success=success.subs(eps, eps / 2))
@control("length forgotten", success=success.subs(length, 1))
@control("the union bound", success=union)
@control("10 % less", success=LESS * success)
@control("ten per cent more", success=MORE * success)
def a_neuron_is_near_the_plane_s_axis_as_often(success: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The event that every ticket with a linear output needs, for targets of the squared length 1, 1/2 and 1/4 there."""
    nets = trial.size(30_000)
    for inputs, square, hidden, error in ((2, 1, 19, 100), (3, 2, 9, 200), (4, 4, 5, 100)):
        part = sp.sqrt(sp.Rational(1, square))
        p = trial.value(success, {N: sp.Integer(hidden), eps: sp.Rational(1, error), length: part})
        yield trial.counts(trial.draw(possible, inputs, nets, hidden, 1 / error, float(part)), nets, p)


@statistical(pruned_weights, tests=1, cost=0.2)
@control(ANNOUNCED, success=(1 - failure).subs(n, N / d))
def what_a_relu_output_guarantees_is_impossible_without(success: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """4000 neurons of two inputs at ε = 10⁻⁶: by (a) some mask succeeds in at least 99 % of the networks behind a ReLU;
    without it the necessary event of (b) happens in one per cent."""
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
    """Networks with `items` neurons for each of two inputs, pruned as for (a), exactly as they are."""
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
@control("10 % less", opposite_error=sp.Rational(9, 10))
@control("half", opposite_error=sp.Rational(1, 2))
def tickets_for_a_relu_output_fail_without_it(opposite_error: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Networks of 48 neurons for each of two inputs, pruned: forward passes in fractions at unit vectors."""
    value = Fraction(int(sp.numer(opposite_error)), int(sp.denom(opposite_error)))
    for network in trial.draw(found_tickets, trial.size(4), 48):
        certified = network.certified
        for point in (*PYTHAGOREAN, TARGET):
            linear = TARGET[0] * point[0] + TARGET[1] * point[1]
            error = abs(max(network.sum(point), Fraction(0)) - max(linear, Fraction(0)))
            yield trial.holds(
                error <= certified, f"error {float(error):.2g} behind a ReLU, {float(certified):.2g} certified"
            )
        opposite = abs(network.sum((-TARGET[0], -TARGET[1])))
        yield trial.holds(
            abs(opposite - value) <= certified,
            f"error {float(opposite):.9f} at −w*, {value} ± {float(certified):.2g} claimed",
        )


# The smallest counterexample


@exact(pruned_weights)
@control(ANNOUNCED, error_bound=sp.S.Zero)
@control("10 % more", error_bound=MORE * error_bound)
def single_weights_are_straight_where_the_target_bends(
    error_bound: sp.Expr, three_points: tuple[tuple[sp.Expr, sp.Expr], ...], trial: Trial
) -> Iterator[Finding]:
    """w* = (3, 4)/5: the second difference of the target, and of every neuron of one weight, over three points of a line."""

    def bend(first: sp.Expr, second: sp.Expr) -> sp.Expr:
        left, middle, right = (sp.Max(first * x + second * y, 0) for x, y in three_points)
        return sp.sympify(left - 2 * middle + right)

    target = (sp.Rational(3, 5), sp.Rational(4, 5))
    yield trial.holds(all(x**2 + y**2 <= 1 for x, y in three_points), "the points lie in the disc")
    for neuron in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        yield trial.holds(bend(*neuron) == 0, f"the neuron {neuron} is affine on them")
    at = {angle: sp.pi / 2, length: 1, least: min(target)}
    yield trial.same(error_bound.subs(at), bend(*target) / 4)
