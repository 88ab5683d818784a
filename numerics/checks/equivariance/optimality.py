"""Evidence for Q11.2: how many candidates stand for each parameter that is needed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy as sp

from sparse_limits.numerics.checks.equivariance.network_widths import bases
from sparse_limits.numerics.checks.equivariance.ticket_steps import logarithm
from sparse_limits.numerics.checks.subset_sum.power_potential import at_no_power
from sparse_limits.numerics.equivariance import EquivariantLayer
from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.numerics.exact.limits import exponent, limit_of_logarithms
from sparse_limits.numerics.exact.logarithms import split_logarithms
from sparse_limits.theory.equivariance.block_chances import (
    coefficients,
)
from sparse_limits.theory.equivariance.lower_bound import n_in, n_out
from sparse_limits.theory.equivariance.network_widths import radius
from sparse_limits.theory.equivariance.optimality import (
    ball_spread,
    candidates,
    dense_looseness,
    first_channels,
    growth,
    later_channels,
    least_looseness,
    looseness,
    parameters,
    phases_looseness,
    ratio,
    spread,
    ticket_optimality,
    uniform_least_looseness,
    uniform_looseness,
    whole_source,
    width,
)
from sparse_limits.theory.equivariance.symbols import B
from sparse_limits.theory.equivariance.ticket import failure, inputs, norms
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.subset_sum import power_potential
from sparse_limits.theory.subset_sum.potential import a, kappa
from sparse_limits.theory.subset_sum.symbols import delta, eps, n

MORE, LESS = sp.Rational(11, 10), sp.Rational(9, 10)
y, z = sp.symbols("y z", positive=True)
UNIFORM = {a: sp.exp(-1), kappa: sp.Rational(1, 2)}


@exact(ticket_optimality, step="spread")
@control("without the channels", ball_spread=radius * norms)
@control("without the norms", ball_spread=radius * n_in)
@control("10 % more", ball_spread=MORE * ball_spread)
@control("the square", ball_spread=ball_spread**2)
@control("without the inputs", layer_error=eps * norms)
def inputs_of_modulus_one_spread_errors(layer_error: sp.Expr, ball_spread: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The error of the outputs over ε, with R in every channel before; and it grows with them."""
    yield trial.same(layer_error.subs(inputs, n_in * radius), eps * ball_spread)
    yield trial.nonnegative(sp.diff(layer_error, inputs), eps * norms)


@exact(ticket_optimality)
@control("without the channels", ball_spread=radius * norms)
@control("without the norms", ball_spread=radius * n_in)
@control("the square", ball_spread=ball_spread**2)
def constant_inputs_attain_the_spread(ball_spread: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Layers with one coefficient for all and all of them larger by ε, at inputs R: how far apart, over ε, in whole numbers."""
    for name, before, far, step in (("dense", 3, 2, 1), ("points", 2, 5, 3), ("a ring", 4, 1, 2)):
        basis = bases(name)
        low, high = (EquivariantLayer(np.full((before, 2, len(basis)), w), basis) for w in (7, 7 + step))
        x = np.full((before, basis.shape[2]), far)
        apart = int(np.abs(high.apply(x) - low.apply(x)).max())
        norm = int(np.abs(basis).sum(axis=2).max(axis=1).sum())
        claimed = ball_spread.subs({radius: far, n_in: before, norms: norm})
        yield trial.holds(claimed * step == apart, f"{name}: apart by {apart}, ε = {step}, claimed {claimed}")


@exact(ticket_optimality, step="candidates")
@control("those behind alone", candidates=n * n_in * n_out * B)
@control("one element", candidates=candidates.subs(B, 1))
@control("all in front", candidates=n * n_in * (n_in + n_out * B))
@control("10 % more", candidates=MORE * candidates)
def channels_of_blocks_are_added(candidates: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """None without channels, and one in front and all behind for each channel before."""
    behind = n_out * B
    yield trial.induction(candidates, n, sp.S.Zero, lambda term: term + n_in * (1 + behind), by=sp.expand)


@exact(ticket_optimality, step="ratio")
@control("upside down", ratio=1 / ratio)
@control("natural logarithms", ratio=ratio / sp.log(2))
@control("10 % less", ratio=LESS * ratio)
@control("without the spread", ratio=ratio.subs(spread, 1))
@control("those behind alone", candidates=n * n_in * n_out * B)
@control("without the spread in the width", width=width.subs(spread, 1))
@control("whatever the probability", parameters=parameters.subs(delta, 0))
def candidates_are_compared(
    width: sp.Expr, candidates: sp.Expr, parameters: sp.Expr, ratio: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """At this width Q7.1 fails with probability δ; the candidates there over the parameters, so many that 2^Θ (4ε/a)^(n_in n_out B) = 1 − δ."""
    beyond = (n - width) * sp.log(1 - a * kappa / 4)
    yield trial.same(sp.log(failure.subs(eps, eps / spread)), sp.log(delta) + beyond, by=logarithm)
    masks = parameters * sp.log(2) + coefficients * sp.log(4 * eps / a)
    yield trial.same(masks, sp.log(1 - delta), by=lambda gap: split_logarithms(gap, 1 - delta))
    yield trial.same(ratio * parameters, candidates.subs(n, width), by=sp.expand)


@enclosed(ticket_optimality)
@control("upside down", ratio=-ratio)
@control("the other sign", growth=-growth)
@control("of twice the density", first_channels=first_channels.subs(kappa, 2 * kappa))
@control("for the squared probability", width=width.subs(delta, delta**2))
def quotients_have_their_signs(
    width: sp.Expr, ratio: sp.Expr, growth: sp.Expr, first_channels: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """That of the width, where counting asks for parameters; and half the probability takes no fewer of the first channels of R13 than of R4's, as θ ≤ 1."""
    yield trial.below(sp.S.Zero, growth, strict=True, needed="growth")
    yield trial.below(sp.S.Zero, width * ratio, needed="ratio")
    of_each = (sp.expand_log(each.subs(delta, delta / 2) - each, force=True) for each in (width, first_channels))
    yield trial.below(*map(sp.simplify, of_each))


@exact(ticket_optimality, step="small errors", cost=0.7)
@control("of one factor 1/ε", looseness=looseness / 2)
@control("those behind alone", looseness=looseness / (1 + 1 / (n_out * B)))
@control("natural logarithms", looseness=looseness / sp.log(2))
@control("10 % more", looseness=MORE * looseness)
@control("natural logarithms in the quotient", ratio=ratio / sp.log(2))
def small_errors_leave_a_constant(ratio: sp.Expr, looseness: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The quotient as ε → 0, all other letters free."""
    yield trial.same(trial.once(limit_of_logarithms, ratio, eps, sp.exp(-exponent)), looseness)


@exact(ticket_optimality, step="whole source")
@control("the blocks alone", whole_source=candidates)
@control("those behind alone", whole_source=n * n_in * n_out * B)
@control("those in front alone", whole_source=n * n_in**2)
@control("10 % more", whole_source=MORE * whole_source)
def layers_of_the_source_are_added(whole_source: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """None without channels; with a channel more for each one before, all in front of these and all behind."""
    more = n_in * n_in + n_in * n_out * B
    yield trial.induction(whole_source, n, sp.S.Zero, lambda term: term + more, by=sp.expand)


@exact(ticket_optimality, step="small errors, whole source", cost=0.7)
@control("the blocks alone", dense_looseness=looseness)
@control("natural logarithms", dense_looseness=dense_looseness / sp.log(2))
@control("10 % less", dense_looseness=LESS * dense_looseness)
@control("all of the blocks", whole_source=candidates)
@control("twice the width", width=2 * width)
@control("half of the parameters", parameters=parameters / 2)
def a_dense_layer_is_not_bounded(
    width: sp.Expr, parameters: sp.Expr, whole_source: sp.Expr, dense_looseness: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The quotient as ε → 0, all other letters free."""
    yield trial.same(
        trial.once(limit_of_logarithms, whole_source.subs(n, width) / parameters, eps, sp.exp(-exponent)),
        dense_looseness,
    )


@enclosed(ticket_optimality, step="uniform")
@control("all items usable", uniform_looseness=looseness.subs({a: sp.exp(-1), kappa: 1}))
@control("the law of one uniform number", uniform_looseness=looseness.subs({a: 1, kappa: sp.Rational(1, 2)}))
@control("10 % less", uniform_looseness=LESS * uniform_looseness)
@control("of one factor 1/ε", looseness=looseness / 2)
def uniform_coefficients_have_their_constant(
    looseness: sp.Expr, uniform_looseness: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """At a = 1/e and κ = 1/2; 29.4481… apart from the coefficients in front."""
    yield trial.same(uniform_looseness, looseness.subs(UNIFORM))
    parts = (1 + 1 / (n_out * B)) * sp.Rational(2944812477515583, 10**14)
    inside = valued(sp.Abs(uniform_looseness - parts), {n_out: 4, B: 1})
    yield trial.everywhere(inside, sp.Rational(2, 10**14))


def in_parts(gap: sp.Expr) -> sp.Expr:
    """Zero, where it is, the logarithms of the factors of one channel being letters."""
    factors = power_potential.power_contraction, power_potential.later_contraction
    letters = {factor.subs(kappa, kappa / 2): letter for factor, letter in zip(factors, (y, z), strict=True)}
    return sp.simplify(sp.expand(sp.powsimp(gap.subs(letters))))


@exact(ticket_optimality, step="channels in two phases")
@control("for one sign", later_channels=later_channels.subs(delta, 2 * delta))
@control("of the whole density", first_channels=first_channels.subs(kappa, 2 * kappa))
@control("without the spread", later_channels=later_channels.subs(spread, 1))
@control("one element", first_channels=first_channels.subs(B, 1))
@control("10 % less", later_channels=LESS * later_channels)
def shares_of_the_failure_add_up(first_channels: sp.Expr, later_channels: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """R13's failure at these numbers and half the density, for each coefficient and sign: together δ."""
    channels = {n: first_channels + later_channels, power_potential.n_1: first_channels}
    one_sum = valued(power_potential.two_phase_failure, {kappa: kappa / 2, eps: eps / spread})
    yield trial.same(2 * coefficients * one_sum, delta, where=channels, by=in_parts)


@exact(ticket_optimality, step="small errors, two phases")
@control("R4's", phases_looseness=looseness)
@control("of the whole density", phases_looseness=phases_looseness.subs(kappa, 2 * kappa))
@control("those behind alone", phases_looseness=phases_looseness / (1 + 1 / (n_out * B)))
@control("10 % less", phases_looseness=LESS * phases_looseness)
@control("natural logarithms", parameters=parameters / sp.log(2))
@control("those behind alone, candidates", candidates=n * n_in * n_out * B)
@control("first channels twice", first_channels=2 * first_channels)
@control("later channels twice", later_channels=2 * later_channels)
def small_errors_leave_fewer(
    first_channels: sp.Expr,
    later_channels: sp.Expr,
    candidates: sp.Expr,
    parameters: sp.Expr,
    phases_looseness: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """The quotient as ε → 0, by the slopes of both in ln ε, which have limits; and parameters grow beyond all bounds."""
    counts = candidates.subs(n, first_channels + later_channels), parameters
    slopes = [sp.expand(eps * sp.diff(sp.expand_log(count, force=True), eps)).subs(eps, 0) for count in counts]
    yield trial.same(slopes[0] / slopes[1], phases_looseness)
    yield trial.holds(sp.limit(parameters.subs({n_in: 1, n_out: 1, B: 1}), eps, 0) == sp.oo, "parameters have no bound")


@exact(ticket_optimality, step="best phases")
@control("R4's", least_looseness=looseness)
@control("natural logarithms", least_looseness=least_looseness / sp.log(2))
@control("10 % less", least_looseness=LESS * least_looseness)
@control("of the whole density", phases_looseness=phases_looseness.subs(kappa, 2 * kappa))
def best_phases_are_the_limit(phases_looseness: sp.Expr, least_looseness: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """At v_1 = 1 and as θ → 0."""
    yield trial.same(at_no_power(phases_looseness.subs(power_potential.far, 1)), least_looseness)


@enclosed(ticket_optimality, step="uniform, best phases")
@control("R4's", uniform_least_looseness=uniform_looseness)
@control("all items usable", uniform_least_looseness=least_looseness.subs({a: sp.exp(-1), kappa: 1}))
@control("10 % less", uniform_least_looseness=LESS * uniform_least_looseness)
@control("natural logarithms", least_looseness=least_looseness / sp.log(2))
@control("half of R4's", uniform_looseness=uniform_looseness / 2)
def fewer_uniform_coefficients(
    least_looseness: sp.Expr, uniform_least_looseness: sp.Expr, uniform_looseness: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """At a = 1/e and κ = 1/2: between 18.05 and 18.06 apart from the coefficients in front, and less than with R4's channels."""
    yield trial.same(uniform_least_looseness, least_looseness.subs(UNIFORM))
    inside = uniform_least_looseness.subs({n_out: 4, B: 1}) / sp.Rational(5, 4)
    yield trial.everywhere(sp.Rational(1805, 100), inside)
    yield trial.everywhere(inside, sp.Rational(1806, 100))
    yield trial.everywhere(uniform_least_looseness, uniform_looseness, strict=True)


@exact(ticket_optimality, step="many channels", cost=0.6)
@control("the square of the logarithm", growth=2 * growth)
@control("those behind alone", growth=growth / (1 + 1 / (n_out * B)))
@control("natural logarithms", growth=growth / sp.log(2))
@control("the largest coefficient for half of it", growth=growth.subs(eps, eps / 2))
@control("natural logarithms in the quotient", ratio=ratio / sp.log(2))
def many_channels_need_a_logarithm(ratio: sp.Expr, growth: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The quotient over ln n_in as n_in → ∞."""
    yield trial.same(trial.once(for_many_channels, ratio), growth)


def for_many_channels(ratio: sp.Expr) -> sp.Expr:
    """The limit over ln n_in, by the letters 1/ln n_in and 1/n_in: a quotient that is continuous where both are 0."""
    written = sp.expand_log(ratio, force=True).subs(sp.log(n_in), 1 / z).subs(n_in, 1 / y)
    return sp.cancel(written * z).subs({y: 0, z: 0})
