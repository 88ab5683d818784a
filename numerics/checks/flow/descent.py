"""Evidence for F1.2: steps of fractions, the range of stable rates, and how far steps are ahead of the flow."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, exact
from sparse_limits.theory.flow.descent import (
    best_factor,
    best_rate,
    contraction,
    count,
    factor,
    gradient_descent,
    largest,
    lead,
    lead_slope,
    least,
    stable_rate,
    step_loss,
    step_mode,
    stride,
)
from sparse_limits.theory.flow.linear import amplitude, eigenvalue, eta, mode_loss, mode_velocity, time
from sparse_limits.theory.graphon.symbols import m

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
KERNEL = sp.ImmutableMatrix([[5, 2], [2, 2]])  # of two samples: 6 along (2, 1), 1 along (1, −2)
SPECTRUM = (6, (2, 1)), (1, (1, -2))
START = sp.symbols("r_1 r_2", real=True)
rest = sp.Symbol("u", positive=True)
STRIDE = rest / (1 + rest)  # below one, whatever the rest is


def in_factors(gap: sp.Expr) -> sp.Expr:
    """Powers of one letter for the factor of a step."""
    letter = sp.Symbol("g", real=True)
    return sp.expand(sp.expand_power_exp(sp.expand(gap.subs(eta, (1 - letter) * m / eigenvalue))))


def in_logarithms(gap: sp.Expr) -> sp.Expr:
    """Logarithms of positive letters."""
    return sp.simplify(sp.expand_log(gap))


@exact(gradient_descent, step="one step")
@control("not over the samples", factor=1 - eta * eigenvalue)
@control("the flow's factor", factor=sp.exp(-eta * eigenvalue / m))
@control("10 % less", factor=NINE * factor)
def steps_add_the_velocity(factor: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The component, and the velocity of F1.1 once."""
    yield trial.same(factor * amplitude, amplitude + mode_velocity, by=sp.expand)


@exact(gradient_descent, step="steps")
@control("a step more", step_mode=step_mode.subs(count, count + 1))
@control("not over the samples", step_mode=step_mode.subs(m, 1))
@control("10 % more", step_mode=ELEVEN * step_mode)
@control("the flow's factor", factor=sp.exp(-eta * eigenvalue / m))
def steps_are_powers(factor: sp.Expr, step_mode: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The start, and one step more, for all numbers of steps."""
    yield trial.induction(step_mode, count, amplitude, lambda term: factor * term, by=in_factors)


@exact(gradient_descent, step="loss")
@control("the exponent of the residual", step_loss=amplitude**2 * factor**count / (2 * m))
@control("without one half", step_loss=2 * step_loss)
@control("the sum over the samples", step_loss=m * step_loss)
@control("10 % less", step_loss=NINE * step_loss)
@control("a step more", step_mode=step_mode.subs(count, count + 1))
def losses_are_squares(step_mode: sp.Expr, step_loss: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Half of the mean square."""
    yield trial.same(step_loss, step_mode**2 / (2 * m))


@exact(gradient_descent, step="contraction")
@control("of one factor", contraction=eta * largest / m)
@control("not over the samples", contraction=contraction.subs(m, 1))
@control("10 % more", contraction=ELEVEN * contraction)
@control("factor not over the samples", factor=1 - eta * eigenvalue)
def squares_shrink(factor: sp.Expr, contraction: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One less the square of the factor."""
    yield trial.same(contraction, 1 - factor.subs(eigenvalue, largest) ** 2, by=sp.expand)


@exact(gradient_descent, step="stable rate")
@control("not over the samples", stable_rate=2 / largest)
@control("up to where signs alternate", stable_rate=stable_rate / 2)
@control("10 % more", stable_rate=ELEVEN * stable_rate)
@control("factor of the flow", contraction=eta * largest / m)
def rates_are_stable_up_to_the_end(contraction: sp.Expr, stable_rate: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """A share s of the rate: 4s(1 − s); at less of the eigenvalue so much of s. The signs at 1/(1 + s) and 1 + s of the rate,
    which falls in the eigenvalue."""
    share, less = sp.symbols("s u", positive=True)
    at = {eta: share * stable_rate}
    yield trial.same(contraction, 4 * share * (1 - share), where=at, by=sp.expand)
    smaller = 4 * less * share * (1 - less * share)
    yield trial.same(contraction, smaller, where=at | {largest: less * largest}, by=sp.expand)
    below, beyond = {eta: stable_rate / (1 + share)}, {eta: stable_rate * (1 + share)}
    yield trial.nonnegative(contraction, 4 * share / (1 + share) ** 2, where=below, strict=True)
    yield trial.nonnegative(-contraction, 4 * share * (1 + share), where=beyond, strict=True)
    yield trial.nonnegative(-sp.diff(stable_rate, largest), 2 * m / largest**2, strict=True)


@exact(gradient_descent, step="slope of the lead")
@control("half", lead_slope=lead_slope / 2)
@control("of the square", lead_slope=2 * count * stride)
@control("10 % more", lead_slope=ELEVEN * lead_slope)
def leads_grow_with_the_stride(lead_slope: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The derivative; nowhere negative, one less the stride being positive."""
    yield trial.same(sp.diff(2 * count * (-sp.log(1 - stride) - stride), stride), lead_slope)
    yield trial.nonnegative(lead_slope.subs(stride, STRIDE), 2 * count * rest)


@exact(gradient_descent, step="lead")
@control("of the residual", lead=lead / 2)
@control("behind", lead=-lead)
@control("10 % more", lead=ELEVEN * lead)
@control("leading order", lead=count * stride**2)
@control("loss without one half", step_loss=2 * step_loss)
@control("slope halved", lead_slope=lead_slope / 2)
def steps_are_ahead_of_the_flow(
    step_loss: sp.Expr, lead_slope: sp.Expr, lead: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The slope of the lead, and its start; the loss of F1.1 at the time k, at λ = xm/η, over that of the steps."""
    yield trial.same(sp.diff(lead, stride), lead_slope)
    yield trial.same(sp.limit(lead, stride, 0), sp.S.Zero)
    yield trial.nonnegative(sp.diff(lead, stride), 2 * count * rest, where={stride: STRIDE})
    at = {eigenvalue: STRIDE * m / eta}
    steps = sp.powsimp(sp.simplify(step_loss.subs(at)))
    quotient = sp.log(mode_loss.subs(time, count).subs(at) / amplitude**2) - sp.log(steps / amplitude**2)
    yield trial.same(lead.subs(stride, STRIDE), quotient, by=in_logarithms)


@exact(gradient_descent, step="best rate")
@control("the stable rate", best_rate=2 * m / largest)
@control("half", best_rate=best_rate / 2)
@control("not over the samples", best_rate=best_rate / m)
@control("the squared factor", best_factor=best_factor**2)
@control("10 % more", best_factor=ELEVEN * best_factor)
@control("factor not over the samples", factor=1 - eta * eigenvalue)
def best_rates_balance_the_ends(
    factor: sp.Expr, best_rate: sp.Expr, best_factor: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Opposite factors at both ends; linear between, and in the rate falling from one."""
    yield trial.same(factor, -best_factor, where={eta: best_rate, eigenvalue: largest})
    yield trial.same(factor, best_factor, where={eta: best_rate, eigenvalue: least})
    yield trial.same(sp.diff(factor, eigenvalue, 2), sp.S.Zero)
    yield trial.same(factor.subs(eta, 0), sp.S.One)
    yield trial.same(sp.diff(factor, eta), -eigenvalue / m)


@exact(gradient_descent)
@control("not over the samples", step_loss=step_loss.subs(eta, m * eta))
@control("the exponent of the residual", step_loss=amplitude**2 * factor**count / (2 * m))
@control("without one half", step_loss=2 * step_loss)
@control("a step late", step_mode=step_mode.subs(count, count + 1))
@control("a mode not over the samples", step_mode=step_mode.subs(eta, m * eta))
@control("stable not over the samples", stable_rate=2 / largest)
def two_samples_descend_in_fractions(
    step_mode: sp.Expr, step_loss: sp.Expr, stable_rate: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Nine steps of a matrix of whole numbers, residuals and rate free; at the stable rate the loss of one mode stays."""
    residual = sp.ImmutableMatrix(START)

    def over_modes(formula: sp.Expr, power: int, number: int) -> sp.Expr:
        """The sum over modes of a formula in a component, `power` times the eigenvector's first coordinate."""
        total = sp.S.Zero
        for value, along in SPECTRUM:
            vector = sp.ImmutableMatrix(along) / sp.sqrt(5)
            numbers = {m: sp.Integer(2), eigenvalue: sp.sympify(value), count: sp.Integer(number)}
            here = numbers | {amplitude: vector.dot(sp.ImmutableMatrix(START))}
            total += vector[0] ** power * formula.xreplace(here)
        return total

    for number in range(10):
        yield trial.same(over_modes(step_loss, 0, number), residual.dot(residual) / 4, by=sp.expand)
        yield trial.same(over_modes(step_mode, 1, number), residual[0], by=sp.expand)
        residual = (residual - eta / 2 * KERNEL * residual).applyfunc(sp.expand)
    edge = {eta: stable_rate.subs({m: 2, largest: 6})}
    start = {START[0]: 2, START[1]: 1}
    yield trial.same(residual.dot(residual).subs(edge | start), sp.Integer(5))
