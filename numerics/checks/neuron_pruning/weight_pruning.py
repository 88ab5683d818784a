"""Evidence for N4: what pruned weights reach behind a ReLU output, and how many neurons they need without it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy as sp

from numerics.checks.neuron_pruning.alignment import LESS, MORE
from numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from numerics.neuron_pruning.tickets import weight_ticket
from theory.formulas.no_guarantee import no_guarantee, unconditional
from theory.neuron_pruning.alignment import N, delta, eps
from theory.neuron_pruning.kink import kink, kink_bound, radius
from theory.neuron_pruning.planks import d
from theory.neuron_pruning.weight_pruning import (
    aligned,
    condition,
    contraction,
    failure,
    flat_leading,
    flat_neurons,
    leading,
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
