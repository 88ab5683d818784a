"""Evidence for the steps of Q7.1 and Q7.2: from one coefficient to all sums, their sizes, and what one element loses."""

import sympy as sp

from sparse_limits.numerics.checks.subset_sum.digits import by_moduli
from sparse_limits.numerics.checks.subset_sum.halves import (
    error_of_a_half,
    holds_a_multiple_of_a_half,
    makes_the_product,
    uniform_products,
)
from sparse_limits.numerics.checks.subset_sum.two_layers_steps import logarithm as of_plain_layers
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.numerics.exact.logarithms import with_positive
from sparse_limits.theory.equivariance.lower_bound import n_in, n_out
from sparse_limits.theory.equivariance.symbols import B
from sparse_limits.theory.equivariance.ticket import (
    B_in,
    equivariant_ticket,
    halves,
    inputs,
    norms,
    ticket_without_identity,
    unit,
)
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.subset_sum.layer_error import w
from sparse_limits.theory.subset_sum.potential import a, kappa
from sparse_limits.theory.subset_sum.potential import failure as one_failure
from sparse_limits.theory.subset_sum.symbols import delta, eps, n
from sparse_limits.theory.subset_sum.two_layers import x

y, z, u, v = sp.symbols("y z u v", positive=True)


units_hold_a_multiple_of_a_half = holds_a_multiple_of_a_half(equivariant_ticket, unit)
halves_make_the_product = makes_the_product(equivariant_ticket, unit, halves)


def logarithm(gap: sp.Expr) -> sp.Expr:
    return of_plain_layers(with_positive(gap, B, n_in, n_out))


@exact(equivariant_ticket, step="number of sums")
def failures_add_up(target_failure: sp.Expr, failure: sp.Expr, nonnegative_failure: sp.Expr, trial: Trial) -> Findings:
    """R4 with half the density, once for each subset sum: of one sign, or of both."""
    yield trial.same(target_failure, one_failure.subs(kappa, kappa / 2))
    yield trial.same(nonnegative_failure, n_in * n_out * B * target_failure)
    yield trial.same(failure, 2 * n_in * n_out * B * target_failure)


@exact(equivariant_ticket, step="size")
def failure_at_the_size_is_the_one_allowed(
    failure: sp.Expr, contraction: sp.Expr, size: sp.Expr, trial: Trial
) -> Findings:
    """The bound is δ times the factor for each channel beyond the size; the factor falls from 1 with the mass."""
    yield trial.same(failure.subs(n, n + 1) / failure, contraction, by=sp.powsimp)
    yield trial.same(sp.log(failure), sp.log(delta) + (n - size) * sp.log(1 - a * kappa / 4), by=logarithm)
    yield trial.nonnegative(1 - contraction, a * kappa / 4)


@exact(equivariant_ticket, step="uniform size")
def products_of_uniform_coefficients_have_size_and_density(
    size: sp.Expr, uniform_size: sp.Expr, trial: Trial
) -> Findings:
    """The size at 1/e and the density of R5.1 there, ½; the density falls up to there."""
    yield from uniform_products(size, uniform_size, logarithm, trial)


@exact(equivariant_ticket, step="one coordinate")
def one_half_errs(halves: sp.Expr, input_error: sp.Expr, trial: Trial) -> Findings:
    """The bound is at least the error, and its opposite, that errors ε(u − v)/(u + v) and ε(y − z)/(y + z) of the two coefficients make; it
    is w·x at w = ε for |x|.
    """
    yield from error_of_a_half(input_error, trial)
    both = valued(halves, {w: eps, x: y}), -valued(halves, {w: eps, x: -y})
    for side, value in zip((1, -1), both, strict=True):
        yield trial.same(input_error.subs(x, side * y), value, by=by_moduli)


@exact(equivariant_ticket, step="error")
def errors_add_up_element_by_element(input_error: sp.Expr, error: sp.Expr, trial: Trial) -> Findings:
    """The error is 0 without elements or inputs; an element of norm u adds its part, and so does a channel of size v."""
    one = input_error.subs(x, v)  # of a coordinate of modulus v
    yield trial.same(error.subs(norms, 0), 0)
    yield trial.same(error.subs(inputs, 0), 0)
    element = error.subs(norms, norms + u) - error
    yield trial.same(element.subs(inputs, inputs + v) - element, u * one, by=sp.expand)
    yield trial.same(error, eps * norms * inputs, by=sp.expand)


@enclosed(ticket_without_identity)
def one_element_keeps_something(lost: sp.Expr, trial: Trial) -> Findings:
    """One element loses less than all of the identity; for one point, where the second element is 0, it would lose all."""
    yield trial.below(lost, sp.S.One, strict=True)


@enclosed(ticket_without_identity)
def a_channel_lowers_the_failure_by_its_mass(general_failure: sp.Expr, trial: Trial) -> Findings:
    """The first channel lowers the bound by at most an eighth: half of a half of the mass of a product on the interval, half of which is
    usable.
    """
    one = general_failure.subs({n_in: 1, n_out: 1, B: 1, B_in: 1})
    yield trial.below(sp.Rational(7, 8) * one.subs(n, 0), one.subs(n, 1))
