"""Evidence for N4.1: what pruned weights reach with a ReLU output, and with how many neurons."""

import numpy as np
import sympy as sp

from sparse_limits.numerics.checks.subset_sum.halves import counts_units_without_a_pair
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.numerics.exact.logarithms import with_positive
from sparse_limits.numerics.neuron_pruning.tickets import weight_ticket
from sparse_limits.theory.neuron_pruning.alignment import delta, eps
from sparse_limits.theory.neuron_pruning.inputs import d
from sparse_limits.theory.neuron_pruning.weight_pruning import contraction, pruned_weights
from sparse_limits.theory.subset_sum.potential import a, kappa
from sparse_limits.theory.subset_sum.potential import contraction as of_one_item
from sparse_limits.theory.subset_sum.potential import failure as one_target
from sparse_limits.theory.subset_sum.product_laws import t
from sparse_limits.theory.subset_sum.symbols import n
from sparse_limits.theory.subset_sum.two_layers import length

units_without_a_pair_of_a_sign_are_counted = counts_units_without_a_pair(pruned_weights)

# The proof, step by step


@exact(pruned_weights, step="ball")
def equal_coordinates_are_longest(longest: sp.Expr, trial: Trial) -> Findings:
    """The moduli of d coordinates 1/√d, whose squares add up to 1, add up to the bound."""
    each = 1 / longest
    yield trial.same(d * each**2, sp.S.One)
    yield trial.same(d * each, longest)


@exact(pruned_weights, step="accuracy")
def errors_add_up_to_the_one_allowed(
    accuracy: sp.Expr, longest: sp.Expr, summed_error: sp.Expr, trial: Trial
) -> Findings:
    """The error of sums that keep this accuracy, at the longest input."""
    accurate = summed_error.subs(eps, accuracy)
    yield trial.same(accurate, eps * length / longest)
    yield trial.same(accurate.subs(length, longest), eps)


@enclosed(pruned_weights, step="least density")
def density_falls_up_to_the_reach(
    product_density: sp.Expr, least_density: sp.Expr, reach: sp.Expr, trial: Trial
) -> Findings:
    """The density is an integral of decreasing functions, at some values and at the reach; the targets fill half of the reach."""
    y, s = sp.symbols("y s", positive=True)
    falling = sp.Integral(sp.exp(-y * sp.cosh(s)), (s, 0, sp.oo)) / sp.pi
    at = [{y: sp.Rational(p, 7)} for p in (1, 5, 14)]
    yield trial.same(product_density.subs(t, y), falling, at=at, by=None)
    yield trial.same(least_density, falling.subs(y, reach), by=None)
    yield trial.holds(reach / 2 == 1, f"the targets fill [−1, 1], half of [−{reach}, {reach}]")


@exact(pruned_weights, step="number of neurons")
def logarithms_solve_for_the_size(failure: sp.Expr, size: sp.Expr, trial: Trial) -> Findings:
    """ln of the bound is linear in n, and ln δ at the size; the factor of one item is a letter x."""
    x = sp.Symbol("x", positive=True)
    bound, number = (sp.sympify(each).subs(contraction, x) for each in (failure, size))
    logarithm = sp.expand_log(sp.log(bound))
    yield trial.same(
        logarithm.subs(n, number), sp.log(delta), by=lambda left: sp.simplify(sp.expand_log(with_positive(left, delta)))
    )


@exact(pruned_weights, step="opposite point")
def the_linear_function_is_minus_one(opposite_error: sp.Expr, trial: Trial) -> Findings:
    """⟨w*, −w*⟩ for w* = (cos θ, sin θ), and what a ReLU makes of it."""
    theta = sp.Symbol("theta", real=True)
    target = sp.Matrix([sp.cos(theta), sp.sin(theta)])
    value = sp.simplify(target.dot(-target))
    yield trial.same(opposite_error, sp.Max(value, 0) - value)


# The claim as a whole


@enclosed(pruned_weights)
def twice_as_many_sums_as_inputs(failure: sp.Expr, contraction: sp.Expr, trial: Trial) -> Findings:
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
def size_solves_the_failure(failure: sp.Expr, contraction: sp.Expr, size: sp.Expr, trial: Trial) -> Findings:
    """With these many items the bound is δ, and with one more it is smaller by the contraction."""
    yield trial.same(failure.subs(n, size), delta, by=None)
    yield trial.same(failure.subs(n, n + 1), contraction * failure, by=None)


def kept_sums(rng: np.random.Generator, inputs: int) -> int:
    """How many groups a ticket keeps of a network's neurons, by input and the sign of their weight there.

    For each input ten neurons have a positive weight there and ten a negative one. No product of a weight and its output
    is as far from the target's weight as 0 is, so that every group keeps something.
    """
    target = np.full(inputs, 1 / np.sqrt(inputs))
    signs = np.repeat(np.resize([1.0, -1.0], 20), inputs)[:, None]
    weights = signs * rng.random((20 * inputs, inputs))
    ticket = weight_ticket(weights, signs[:, 0] * rng.random(20 * inputs), target)
    rows, columns = np.nonzero(ticket.weights)
    return len({(int(j), bool(ticket.weights[i, j] > 0)) for i, j in zip(rows, columns, strict=True)})


@exact(pruned_weights)
def every_sum_of_a_ticket_may_fail(failure: sp.Expr, trial: Trial) -> Findings:
    """The bound counts as many subset sums, each within ε/√d by R4 at half of the density, as tickets keep groups of single weights."""
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
def random_networks_fail_at_most_as_often(failure: sp.Expr, trial: Trial) -> Findings:
    """Random networks for which the nearest subset sums make no ticket: where the bound is ½, and at few neurons.

    There the bound says nothing, and formulas without the accuracy are refused.
    """
    near = sp.Rational(1, 10**6)
    for items, nets in ((16, trial.size(80)), (1780, trial.size(40))):
        missed = trial.draw(missed_networks, 2, items, float(near), nets)
        yield trial.counts(missed, nets, min(1.0, trial.value(failure, {d: 2, n: items, eps: near})), "above")
