"""Evidence for F1.1: velocities from gradients, modes from their equation, and series of exact matrix powers."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, exact
from sparse_limits.theory.flow.linear import (
    amplitude,
    eigenvalue,
    eta,
    linearised_flow,
    mode,
    mode_descent,
    mode_loss,
    mode_velocity,
    own,
    pair_residuals,
    pair_velocity,
    plateau,
    residuals,
    shared,
    time,
)
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.symbols import m

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
ORDER = 7  # of the last coefficient of a series that is compared
SIGNS = (1, 1), (1, -1)  # eigenvectors of two samples, times √2
TURN = sp.ImmutableMatrix([[1, 2, 2], [2, 1, -2], [2, -2, 1]]) / 3  # rows: an orthonormal basis of fractions
COMPONENTS = sp.symbols("c_1:4", real=True)
SPECTRUM = (0, 2, 5)


@exact(linearised_flow, step="velocity")
@control("not over the samples", pair_velocity=2 * pair_velocity)
@control("the squares of the gradients alone", pair_velocity=pair_velocity.subs(shared, 0))
@control("up the gradient", pair_velocity=-pair_velocity)
@control("10 % more", pair_velocity=ELEVEN * pair_velocity)
def residuals_follow_the_gradients(pair_velocity: sp.ImmutableMatrix, trial: Trial) -> Iterator[Finding]:
    """The loss is differentiated: along the sum and the difference of two gradients; and with three parameters, all free."""
    along, across = sp.sqrt((own + shared) / 2), sp.sqrt((own - shared) / 2)
    pair, plane = ((along, across), (along, -across)), sp.symbols("theta_1:3", real=True)
    seen = sum((sum(map(sp.Mul, each, plane)) + r) ** 2 for each, r in zip(pair, residuals, strict=True)) / 4
    down = [-eta * sp.diff(seen, letter).subs(dict.fromkeys(plane, 0)) for letter in plane]
    for claimed, each in zip(pair_velocity, pair, strict=True):
        yield trial.same(claimed, sum(map(sp.Mul, each, down)), by=sp.expand)
    parameters = sp.symbols("theta_1:4", real=True)
    gradients = sp.ImmutableMatrix(2, 3, sp.symbols("g_1:7", real=True))
    at = gradients * sp.ImmutableMatrix(parameters) - sp.ImmutableMatrix(sp.symbols("y_1:3", real=True))
    loss = sum(each**2 for each in at) / 4
    moved = gradients * sp.ImmutableMatrix([-eta * sp.diff(loss, each) for each in parameters])
    first, second = (sp.ImmutableMatrix(gradients.row(row)) for row in (0, 1))
    longer = {own: first.dot(first), shared: first.dot(second), residuals[0]: at[0], residuals[1]: at[1]}
    swapped = longer | {own: second.dot(second)}
    cases = [(pair_velocity[0].subs(longer, simultaneous=True), moved[0])]
    cases.append((pair_velocity[1].subs(swapped, simultaneous=True), moved[1]))
    yield trial.at_sizes(cases, "samples of a model")


@exact(linearised_flow, step="velocity of a mode")
@control("not over the samples", mode_velocity=m * mode_velocity)
@control("growth", mode_velocity=-mode_velocity)
@control("10 % less", mode_velocity=NINE * mode_velocity)
@control("the squares of the gradients alone", pair_velocity=pair_velocity.subs(shared, 0))
@control("not over the two", pair_velocity=2 * pair_velocity)
def modes_have_their_own_velocity(
    pair_velocity: sp.ImmutableMatrix, mode_velocity: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Any eigenvector, its row times the kernel being λ times it; and both eigenvectors of two samples."""
    yield trial.same(mode_velocity, -eta / m * (eigenvalue * amplitude))
    for signs, value in zip(SIGNS, (own + shared, own - shared), strict=True):
        vector = sp.ImmutableMatrix(signs) / sp.sqrt(2)
        here = {m: 2, eigenvalue: value, amplitude: vector.dot(sp.ImmutableMatrix(residuals))}
        yield trial.same(vector.dot(pair_velocity), mode_velocity.subs(here, simultaneous=True), by=sp.expand)


@exact(linearised_flow, step="mode")
@control("not over the samples", mode=mode.subs(m, 1))
@control("the exponent of the loss", mode=amplitude * sp.exp(-2 * eta * eigenvalue * time / m))
@control("10 % more", mode=ELEVEN * mode)
@control("growth", mode=amplitude * sp.exp(eta * eigenvalue * time / m))
@control("velocity not over the samples", mode_velocity=m * mode_velocity)
@control("velocity 10 % less", mode_velocity=NINE * mode_velocity)
def modes_solve_their_equation(mode_velocity: sp.Expr, mode: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The derivative in the time is the velocity at the mode; and the start."""
    yield trial.same(sp.diff(mode, time), mode_velocity.subs(amplitude, mode))
    yield trial.same(mode.subs(time, 0), amplitude)


@exact(linearised_flow, step="loss")
@control("the exponent of the residual", mode_loss=mode**2 / (2 * m) * sp.exp(eta * eigenvalue * time / m))
@control("without one half", mode_loss=2 * mode_loss)
@control("the sum over the samples", mode_loss=m * mode_loss)
@control("10 % less", mode_loss=NINE * mode_loss)
@control("rate not over the samples", mode=mode.subs(m, 1))
def losses_are_squares_of_modes(mode: sp.Expr, mode_loss: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Half of the mean square."""
    yield trial.same(mode_loss, mode**2 / (2 * m))


@exact(linearised_flow, step="descent")
@control("half", mode_descent=mode_descent / 2)
@control("not over the samples", mode_descent=m * mode_descent)
@control("10 % more", mode_descent=ELEVEN * mode_descent)
@control("ascent", mode_descent=-mode_descent)
@control("the loss without one half", mode_loss=2 * mode_loss)
def losses_descend(mode_loss: sp.Expr, mode_descent: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The derivative in the time, and minus a product of what is nowhere negative."""
    yield trial.same(mode_descent, sp.diff(mode_loss, time))
    fading = sp.exp(-2 * eta * eigenvalue * time / m)
    yield trial.nonnegative(-mode_descent, eta * eigenvalue * amplitude**2 * fading / m**2)


@exact(linearised_flow, step="plateau")
@control("no plateau", plateau=sp.S.Zero)
@control("without one half", plateau=2 * plateau)
@control("the sum over the samples", plateau=m * plateau)
@control("10 % more", plateau=ELEVEN * plateau)
@control("loss 10 % less", mode_loss=NINE * mode_loss)
def what_has_no_kernel_stays(mode_loss: sp.Expr, plateau: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """At the eigenvalue 0 for all times; the limit at a positive one."""
    yield trial.same(mode_loss.subs(eigenvalue, 0), plateau)
    positive = sp.Symbol("lambda", positive=True)
    yield trial.same(sp.limit(mode_loss.subs(eigenvalue, positive), time, sp.oo), sp.S.Zero)


@exact(linearised_flow, step="two samples")
@control("each by itself", pair_residuals=pair_residuals.subs(shared, 0))
@control("not over the samples", pair_residuals=pair_residuals.subs(time, 2 * time))
@control("eigenvalues exchanged", pair_residuals=pair_residuals.subs(shared, -shared))
@control("10 % more", pair_residuals=ELEVEN * pair_residuals)
@control("a velocity of squares alone", pair_velocity=pair_velocity.subs(shared, 0))
@control("velocity not over the two", pair_velocity=2 * pair_velocity)
@control("a mode not over the samples", mode=mode.subs(m, 1))
def two_samples_follow_their_flow(
    pair_velocity: sp.ImmutableMatrix, mode: sp.Expr, pair_residuals: sp.ImmutableMatrix, trial: Trial
) -> Iterator[Finding]:
    """Both are turned into modes; the derivative in the time is the velocity there; and the start."""
    for signs, value in zip(SIGNS, (own + shared, own - shared), strict=True):
        vector = sp.ImmutableMatrix(signs) / sp.sqrt(2)
        here = {m: 2, eigenvalue: value, amplitude: vector.dot(sp.ImmutableMatrix(residuals))}
        yield trial.same(vector.dot(pair_residuals), valued(mode, here))
    there = dict(zip(residuals, pair_residuals, strict=True))
    moved = pair_velocity.subs(there, simultaneous=True)
    for claimed, velocity, start in zip(pair_residuals, moved, residuals, strict=True):
        yield trial.same(sp.diff(claimed, time), velocity)
        yield trial.same(claimed.subs(time, 0), start)


@exact(linearised_flow)
@control("rate not over the samples", mode_loss=mode_loss.subs(eta, m * eta))
@control("the exponent of the residual", mode_loss=mode_loss.subs(time, time / 2))
@control("without one half", mode_loss=2 * mode_loss)
@control("the sum over the samples", mode_loss=m * mode_loss)
@control("a mode without the samples", mode=mode.subs(eta, m * eta))
@control("mode 10 % more", mode=ELEVEN * mode)
@control("descent not over the samples", mode_descent=m * mode_descent)
@control("no plateau", plateau=sp.S.Zero)
def series_are_those_of_matrix_powers(
    mode: sp.Expr, mode_loss: sp.Expr, mode_descent: sp.Expr, plateau: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Three samples, a kernel of fractions and rank 2: Taylor coefficients of losses and of residuals, components free."""
    kernel = TURN.T * sp.diag(*SPECTRUM) * TURN
    start = TURN.T * sp.ImmutableMatrix(COMPONENTS)

    def over_modes(formula: sp.Expr) -> list[sp.Expr]:
        pairs = zip(SPECTRUM, COMPONENTS, strict=True)
        return [formula.xreplace({m: sp.Integer(3), eigenvalue: sp.sympify(value), amplitude: c}) for value, c in pairs]

    losses, descents = sum(over_modes(mode_loss)), sum(over_modes(mode_descent))
    samples = TURN.T * sp.ImmutableMatrix(over_modes(mode))
    slopes, power = (losses, descents, samples[0]), start
    for order in range(ORDER + 1):
        found, later, first = (valued(each, {time: 0}) for each in slopes)
        slopes = tuple(sp.diff(each, time) for each in slopes)
        yield trial.same(found, (-2 * eta / 3) ** order * start.dot(power) / 6, by=sp.expand)
        power, before = kernel * power, power
        yield trial.same(later, (-2 * eta / 3) ** (order + 1) * start.dot(power) / 6, by=sp.expand)
        yield trial.same(first, (-eta / 3) ** order * before[0], by=sp.expand)
    last = trial.once(sp.limit, losses.subs(eta, 1), time, sp.oo)
    yield trial.same(last, plateau.subs({m: 3, amplitude: COMPONENTS[0]}))
