"""Evidence for the steps of Q7.1 and Q7.2: from one coefficient to all sums, their sizes, and what one element loses."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.checks.subset_sum.digits import by_moduli, negative, positive
from sparse_limits.numerics.checks.subset_sum.halves import holds_a_multiple_of_a_half, makes_the_product
from sparse_limits.numerics.checks.subset_sum.two_layers_steps import logarithm as of_plain_layers
from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.numerics.exact.logarithms import with_positive
from sparse_limits.theory.equivariance.lower_bound import n_in, n_out
from sparse_limits.theory.equivariance.symbols import B
from sparse_limits.theory.equivariance.ticket import (
    B_in,
    block_failure,
    channels,
    contraction,
    equivariant_ticket,
    error,
    failure,
    general_failure,
    halves,
    identity_norm,
    input_error,
    inputs,
    lost,
    mean_norm,
    nonnegative_failure,
    norms,
    orbits,
    points,
    size,
    target_failure,
    ticket_without_identity,
    uniform_size,
    unit,
)
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.subset_sum.layer_error import w
from sparse_limits.theory.subset_sum.potential import a, kappa
from sparse_limits.theory.subset_sum.potential import failure as one_failure
from sparse_limits.theory.subset_sum.product_laws import t, uniform_product, uniform_reach
from sparse_limits.theory.subset_sum.symbols import delta, eps, n
from sparse_limits.theory.subset_sum.two_layers import x

MORE, LESS = sp.Rational(11, 10), sp.Rational(9, 10)
y, z, u, v = sp.symbols("y z u v", positive=True)


units_hold_a_multiple_of_a_half = holds_a_multiple_of_a_half(equivariant_ticket, unit)
halves_make_the_product = makes_the_product(equivariant_ticket, unit, halves)


def logarithm(gap: sp.Expr) -> sp.Expr:
    return of_plain_layers(with_positive(gap, B, n_in, n_out))


@exact(equivariant_ticket, step="number of sums")
@control("all items usable", failure=failure.subs(kappa, 2 * kappa))
@control("one sign alone", failure=nonnegative_failure)
@control("one output", failure=failure.subs(n_out, 1))
@control("10 % less", failure=LESS * failure)
@control("both signs of inputs that are not negative", nonnegative_failure=failure)
@control("a union over the basis forgotten", nonnegative_failure=nonnegative_failure / B)
@control("10 % less, not negative", nonnegative_failure=LESS * nonnegative_failure)
@control("the whole density", target_failure=one_failure)
@control("one target 10 % more", target_failure=MORE * target_failure)
def failures_add_up(
    target_failure: sp.Expr, failure: sp.Expr, nonnegative_failure: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """R4 with half the density, once for each subset sum: of one sign, or of both."""
    yield trial.same(target_failure, one_failure.subs(kappa, kappa / 2))
    yield trial.same(nonnegative_failure, n_in * n_out * B * target_failure)
    yield trial.same(failure, 2 * n_in * n_out * B * target_failure)


@exact(equivariant_ticket, step="size")
@control("10 % less", size=LESS * size)
@control("one sign alone", size=size.subs(delta, 2 * delta))
@control("all items usable", size=size.subs(kappa, 2 * kappa))
@control("logarithms to base 2", size=size / sp.log(2))
@control("the whole density", contraction=1 - a * kappa / 2)
@control("no item helps", contraction=sp.S.One)
@control("shrinks 10 % more", contraction=LESS * contraction)
@control("one sign in the failure", failure=nonnegative_failure)
def failure_at_the_size_is_the_one_allowed(
    failure: sp.Expr, contraction: sp.Expr, size: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The bound is δ times the factor for each channel beyond the size; the factor falls from 1 with the mass."""
    yield trial.same(failure.subs(n, n + 1) / failure, contraction, by=sp.powsimp)
    yield trial.same(sp.log(failure), sp.log(delta) + (n - size) * sp.log(1 - a * kappa / 4), by=logarithm)
    yield trial.nonnegative(1 - contraction, a * kappa / 4)


@exact(equivariant_ticket, step="uniform size")
@control("the law of one uniform number", uniform_size=size.subs({a: 1, kappa: sp.Rational(1, 2)}))
@control("10 % less, uniform", uniform_size=LESS * uniform_size)
@control("all items usable, uniform", uniform_size=size.subs({a: sp.exp(-1), kappa: 1}))
@control("one sign alone", size=size.subs(delta, 2 * delta))
def uniform_coefficients_have_such_products(size: sp.Expr, uniform_size: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The size at 1/e and the density of R5.1 there, ½, which falls up to there."""
    density = uniform_product.density.args[0].expr.subs(t, y)
    yield trial.same(density.subs(y, uniform_reach), sp.Rational(1, 2))
    yield trial.same(uniform_size, size.subs({a: uniform_reach, kappa: density.subs(y, uniform_reach)}), by=logarithm)
    yield trial.nonnegative(-sp.diff(density, y), 1 / (2 * y))


@exact(equivariant_ticket, step="one coordinate")
@control("both halves", input_error=2 * input_error)
@control("without the modulus", input_error=eps * x)
@control("10 % less", input_error=LESS * input_error)
@control("one sign alone", halves=w * sp.Max(x, 0))
def one_half_errs(halves: sp.Expr, input_error: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """What errors ε(u − v)/(u + v) and ε(y − z)/(y + z) of the two coefficients leave of it; and it is ε times w·x for |x|."""
    first, second = eps * (u - v) / (u + v), eps * (y - z) / (y + z)
    for side in (1, -1):
        seen = side * (first * positive(x) + second * negative(x))
        low, lower = (v, z) if side == 1 else (u, y)
        spare = 2 * eps * (low * positive(x) / (u + v) + lower * negative(x) / (y + z))
        yield trial.nonnegative(input_error - seen, spare, by=by_moduli)
    both = valued(halves, {w: eps, x: y}), -valued(halves, {w: eps, x: -y})
    for side, value in zip((1, -1), both, strict=True):
        yield trial.same(input_error.subs(x, side * y), value, by=by_moduli)


@exact(equivariant_ticket, step="error")
@control("the largest norm", error=eps * inputs)
@control("without the inputs", error=eps * norms)
@control("10 % less", error=LESS * error)
@control("the root", error=eps * sp.sqrt(norms * inputs))
@control("both halves", input_error=2 * input_error)
def errors_add_up_element_by_element(input_error: sp.Expr, error: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Nothing without elements or inputs; an element of the norm u adds its part, and so does a channel of the size v."""
    one = input_error.subs(x, v)  # of a coordinate of modulus v
    yield trial.same(error.subs(norms, 0), 0)
    yield trial.same(error.subs(inputs, 0), 0)
    element = error.subs(norms, norms + u) - error
    yield trial.same(element.subs(inputs, inputs + v) - element, u * one, by=sp.expand)
    yield trial.same(error, eps * norms * inputs, by=sp.expand)


@exact(ticket_without_identity, step="failure")
@control("targets of one block alone", general_failure=block_failure)
@control("10 % more", general_failure=MORE * general_failure)
@control("one sign alone, general", general_failure=B_in * nonnegative_failure)
@control("one sign of a block", block_failure=nonnegative_failure)
@control("a block 10 % more", block_failure=MORE * block_failure)
def failures_of_blocks_add_up(block_failure: sp.Expr, general_failure: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The bound of Q7.1, once for each element."""
    yield trial.same(block_failure, failure)
    yield trial.same(general_failure, B_in * block_failure)


@enclosed(ticket_without_identity)
@control("all items usable", general_failure=general_failure.subs(kappa, 4 * kappa))
def a_channel_lowers_the_failure_by_its_mass(general_failure: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The first by an eighth at most: half of a half of the mass of a product on the interval, half of which is usable."""
    one = general_failure.subs({n_in: 1, n_out: 1, B: 1, B_in: 1})
    yield trial.below(sp.Rational(7, 8) * one.subs(n, 0), one.subs(n, 1))


@exact(ticket_without_identity, step="channels")
@control("one block for each input", channels=n * n_in)
@control("a block for each basis element", channels=n * n_in * B_in)
@control("10 % more", channels=MORE * channels)
def blocks_are_added_orbit_by_orbit(channels: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """None without orbits, and n for each channel before more at each orbit."""
    yield trial.induction(channels, orbits, sp.S.Zero, lambda count: count + n * n_in, by=sp.expand)


@exact(ticket_without_identity, step="norms")
@control("its square", identity_norm=points)
@control("of one entry", identity_norm=sp.S.One)
@control("10 % more", identity_norm=MORE * identity_norm)
@control("of one row", mean_norm=1 / sp.sqrt(points))
@control("of one entry of the mean", mean_norm=1 / points)
@control("the mean 10 % more", mean_norm=MORE * mean_norm)
def norms_are_roots_of_sums_of_squares(mean_norm: sp.Expr, identity_norm: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """m² entries 1/m, and m ones; of one sign."""
    yield trial.same(mean_norm, sp.sqrt(points**2 * (1 / points) ** 2))
    yield trial.same(identity_norm, sp.sqrt(points * 1))


@exact(ticket_without_identity, step="share lost")
@control("one element of any basis", lost=sp.S.Zero)
@control("its square", lost=1 / points)
@control("the mean alone", lost=sp.sqrt(1 - 1 / points))
@control("10 % more", lost=MORE * lost)
@control("its square for the norm", identity_norm=points)
@control("of one row", mean_norm=1 / sp.sqrt(points))
def share_is_the_quotient_of_norms(
    mean_norm: sp.Expr, identity_norm: sp.Expr, lost: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """What is lost over the whole."""
    yield trial.same(lost, mean_norm / identity_norm)
