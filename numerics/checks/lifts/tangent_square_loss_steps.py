"""Evidence for the steps of L13: from two scalar products to the rate and the time of the square loss."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.checks.lifts.exact_flows import descending
from sparse_limits.numerics.checks.lifts.tangent_square_loss import by_roots, rooted
from sparse_limits.numerics.evidence import Finding, Trial, control, exact
from sparse_limits.theory.lifts.tangent import L_0, L, epsilon, eta, g, gradient_bound, kappa, t, x
from sparse_limits.theory.lifts.tangent_square_loss import (
    approach,
    crossover,
    cubic_fall,
    faster,
    first_fall,
    inverse_square,
    least_product,
    most_product,
    output,
    output_slope,
    root_fall,
    square_example,
    square_gain,
    square_gradient_bound,
    square_hitting_time,
    square_loss_rate,
    square_rate,
    too_much,
)

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)

e, y, u = sp.symbols("e y u", positive=True)  # √ε, √L − √ε or √L_0 − √ε, and a time
root, floor = sp.sqrt(L), sp.sqrt(epsilon)


@exact(square_loss_rate, step="most")
@control("the norm of the residual twice", most_product=2 * L)
@control("10 % more", most_product=ELEVEN * most_product)
@control("half", most_product=most_product / 2)
@control("the loss for the norm", residual=L)
@control("the loss that is reached for its norm", reached_residual=epsilon)
def norms_are_multiplied(
    residual: sp.Expr, reached_residual: sp.Expr, most_product: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Each is the root of twice a loss."""
    yield trial.same(most_product, residual * reached_residual)
    yield trial.same(residual**2 / 2, L)
    yield trial.same(reached_residual**2 / 2, epsilon)


@exact(square_loss_rate, step="least")
@control("one loss", least_product=least_product - L)
@control("uphill", least_product=2 * L + kappa * g)
@control("10 % less", least_product=NINE * least_product)
@control("the loss for the norm", residual=L)
def square_of_the_norm_less_the_step(residual: sp.Expr, least_product: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The square of the norm of the residual, and a step of length κ down the gradient."""
    yield trial.same(least_product, residual**2 - kappa * g)


@exact(square_loss_rate, step="gradient")
@control("forgets the cross term", square_gradient_bound=2 * (L - epsilon) / kappa)
@control("the constant of any loss", square_gradient_bound=gradient_bound)
@control("10 % more of the gradient", square_gradient_bound=ELEVEN * square_gradient_bound)
@control("upwards", square_gradient_bound=-square_gradient_bound)
@control("half of the most", most_product=most_product / 2)
@control("one loss", least_product=least_product - L)
def products_bound_the_gradient(
    most_product: sp.Expr, least_product: sp.Expr, square_gradient_bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The most exceeds the least by κ times what g exceeds its bound by."""
    yield trial.same(most_product - least_product, kappa * (g - square_gradient_bound), by=sp.expand)


@exact(square_loss_rate, step="faster")
@control("the difference of the losses", faster=(L - epsilon) / kappa)
@control("10 % more", faster=ELEVEN * faster)
@control("of the roots", faster=(root - floor) / kappa)
@control("forgets the cross term", square_gradient_bound=2 * (L - epsilon) / kappa)
def square_loss_has_the_larger_bound(
    gradient_bound: sp.Expr, square_gradient_bound: sp.Expr, faster: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The difference, which is a square over κ."""
    yield trial.same(square_gradient_bound - gradient_bound, faster, by=sp.expand)
    yield trial.nonnegative(faster, (root - floor) ** 2 / kappa)


@exact(square_loss_rate, step="fall of the root")
@control("of the loss", root_fall=2 * root * root_fall)
@control("κ in place of κ²", root_fall=kappa * root_fall)
@control("10 % more", root_fall=ELEVEN * root_fall)
@control("forgets the cross term", square_gradient_bound=2 * (L - epsilon) / kappa)
def root_falls_by_the_square(square_gradient_bound: sp.Expr, root_fall: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The square of the bound, which is positive above ε, times the derivative of the root."""
    yield trial.same(root_fall, square_gradient_bound**2 * sp.diff(root, L), by=sp.expand)
    yield trial.nonnegative(
        rooted(square_gradient_bound).subs(sp.Symbol("z", positive=True), y), 2 * (e + y) * y / kappa
    )


@exact(square_loss_rate, step="third power")
@control("the second", cubic_fall=2 * (root - floor) ** 2 / kappa**2)
@control("κ in place of κ²", cubic_fall=kappa * cubic_fall)
@control("10 % more", cubic_fall=ELEVEN * cubic_fall)
@control("half of the fall", root_fall=root_fall / 2)
def third_power_is_less(root_fall: sp.Expr, cubic_fall: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """By the share √ε/√L, which vanishes with ε alone."""
    yield trial.nonnegative(root_fall - cubic_fall, 2 * floor * (root - floor) ** 2 / kappa**2, by=sp.expand)


@exact(square_loss_rate, step="reciprocal")
@control("half", square_gain=square_gain / 2)
@control("κ in place of κ²", square_gain=4 / kappa)
@control("of a reciprocal that is not squared", square_gain=2 * (root - floor) / kappa**2)
@control("the second power", cubic_fall=2 * (root - floor) ** 2 / kappa**2)
def reciprocal_squares_grow_steadily(cubic_fall: sp.Expr, square_gain: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The derivative of (s − e)⁻² by s times that of s."""
    yield trial.same(square_gain, sp.diff((y - floor) ** -2, y).subs(y, root) * -cubic_fall)


@exact(square_loss_rate, step="integral")
@control("factor 2", inverse_square=inverse_square - 2 * t / kappa**2)
@control("no roots", inverse_square=1 / (L_0 - epsilon) + 4 * t / kappa**2)
@control("10 % more", inverse_square=ELEVEN * inverse_square)
@control("half", square_gain=square_gain / 2)
def reciprocal_squares_are_integrated(square_gain: sp.Expr, inverse_square: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The start, and the gain times the time."""
    yield trial.same(inverse_square, (sp.sqrt(L_0) - floor) ** -2 + square_gain * t, by=sp.expand)


@exact(square_loss_rate, step="rate")
@control("10 % more", square_rate=ELEVEN * square_rate)
@control("10 % less", square_rate=NINE * square_rate)
@control("as if ε were 0", square_rate=1 / (1 / L_0 + 4 * t / kappa**2))
@control("ε beside it", square_rate=epsilon + 1 / (1 / (L_0 - epsilon) + 4 * t / kappa**2))
@control("no cases", square_rate=descending(square_rate))
@control("factor 2", inverse_square=inverse_square - 2 * t / kappa**2)
def square_rate_is_solved_for_the_loss(
    inverse_square: sp.Expr, square_rate: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """What its root exceeds √ε by; and L_0 where that is no more than ε."""
    yield trial.same(
        sp.expand(descending(square_rate)), (floor + inverse_square ** sp.Rational(-1, 2)) ** 2, by=sp.expand
    )
    yield trial.same(square_rate.subs(epsilon, L_0 + x), L_0)


@exact(square_loss_rate, step="first fall")
@control("of the root", first_fall=first_fall / (2 * sp.sqrt(L_0)))
@control("10 % more", first_fall=ELEVEN * first_fall)
@control("that of any loss", first_fall=((L_0 - epsilon) / kappa) ** 2)
@control("factor 2", square_rate=square_rate.subs(kappa, sp.sqrt(2) * kappa))
def square_rate_falls_at_first(square_rate: sp.Expr, first_fall: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The derivative at 0; its sign, at √L₀ = √ε + y."""
    yield trial.same(first_fall, -sp.diff(descending(square_rate), t).subs(t, 0), by=by_roots)
    least, y = sp.symbols("f y", positive=True)
    at = {L_0: (least + y) ** 2, epsilon: least**2}
    yield trial.nonnegative(first_fall, 4 * (least + y) * y**3 / kappa**2, where=at, strict=True)


@exact(square_loss_rate, step="crossover")
@control("where the gradients' bounds meet", crossover=sp.Integer(1))
@control("10 % more", crossover=ELEVEN * crossover)
@control("the other root", crossover=2 - crossover)
@control("of the root", first_fall=first_fall / (2 * sp.sqrt(L_0)))
def falls_are_compared(rate: sp.Expr, first_fall: sp.Expr, crossover: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Their difference has two roots √L_0/√ε beside 1, of which one is below 1; its signs beyond the other and before it."""
    start = sp.sqrt(L_0)
    roots = (start - crossover * floor) * (start - (2 - crossover) * floor)
    other = -sp.diff(descending(rate), t).subs(t, 0)
    yield trial.same(first_fall - other, 3 * (start - floor) ** 2 * roots / kappa**2, by=by_roots)
    yield trial.holds(crossover > 1, "the crossover is the root above 1")
    least, y = sp.symbols("f y", positive=True)
    above = 2 / sp.sqrt(3)  # what the crossover is above 1
    for side, quotient, room in (
        (1, crossover + y, (above + y) ** 2 * y * (y + 2 * above)),
        (-1, 1 + above / (1 + y), sp.Rational(16, 9) * y * (2 + y) / (1 + y) ** 4),
    ):
        at = {L_0: (least * quotient) ** 2, epsilon: least**2}
        yield trial.nonnegative(side * (first_fall - other), 3 * least**4 * room / kappa**2, where=at, strict=True)


@exact(square_loss_rate, step="end")
@control("as fast as L12", approach=sp.S.Zero)
@control("twice", approach=2 * approach)
@control("10 % less", approach=NINE * approach)
@control("factor 2", square_rate=square_rate.subs(kappa, sp.sqrt(2) * kappa))
def explicit_rate_is_slow_in_the_end(square_rate: sp.Expr, approach: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """It comes to ε like 1/√t."""
    above = descending(square_rate).subs(L_0, (floor + y) ** 2) - epsilon
    yield trial.same(trial.once(sp.limit, sp.expand(above.subs(t, u) * sp.sqrt(u)), u, sp.oo), approach)


@exact(square_loss_rate, step="too much")
@control("the difference to L12", too_much=faster)
@control("10 % more", too_much=ELEVEN * too_much)
@control("the whole bound", too_much=square_gradient_bound)
@control("half of the gradient", square_gradient_bound=square_gradient_bound / 2)
def tempting_bound_is_too_large(square_gradient_bound: sp.Expr, too_much: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The difference, and its sign above ε."""
    yield trial.same(too_much, 2 * (L - epsilon) / kappa - square_gradient_bound, by=sp.expand)
    yield trial.nonnegative(too_much.subs({L: (e + y) ** 2, epsilon: e**2}), 2 * e * y / kappa)


@exact(square_loss_rate, step="slope")
@control("twice the slope", output_slope=2 * output_slope)
@control("10 % less", output_slope=NINE * output_slope)
@control("upwards", output_slope=-output_slope)
@control("a tangent to 0", output=output - sp.sqrt(2) * floor)
@control("10 % more of the example", output=ELEVEN * output)
@control("the loss that is reached for its norm", reached_residual=epsilon)
def tangent_of_the_example_reaches_its_floor(
    reached_residual: sp.Expr, output: sp.Expr, output_slope: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The derivative, and the step κ along it."""
    yield trial.same(output_slope, -sp.diff(output, x), by=sp.expand)
    yield trial.same(output - kappa * output_slope, reached_residual, by=sp.expand)


@exact(square_loss_rate, step="attained")
@control("a tangent to 0", square_example=square_example.subs(epsilon, 0))
@control("twice the slope", square_example=square_example.subs(kappa, kappa / 2))
@control("10 % more of the example", square_example=ELEVEN * square_example)
@control("10 % more of the output", output=ELEVEN * output)
@control("half of its slope", output_slope=output_slope / 2)
@control("forgets the cross term", square_gradient_bound=2 * (L - epsilon) / kappa)
@control("upwards", square_gradient_bound=-square_gradient_bound)
@control("10 % less of the time", square_hitting_time=NINE * square_hitting_time)
@control("factor 2", square_rate=square_rate.subs(kappa, sp.sqrt(2) * kappa))
@control("half of the growth", inverse_square=inverse_square - 2 * t / kappa**2)
def square_example_attains(
    inverse_square: sp.Expr,
    output: sp.Expr,
    output_slope: sp.Expr,
    square_example: sp.Expr,
    square_gradient_bound: sp.Expr,
    square_hitting_time: sp.Expr,
    square_rate: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """It starts at L_0; slope, time and, for ε = 0, rate are the bounds."""
    yield trial.same(square_example, output**2 / 2, by=sp.expand)
    yield trial.same(square_example.subs(x, 0), L_0)
    loss, slope = rooted(square_example), rooted(output * output_slope)
    yield trial.same(slope, square_gradient_bound.subs(epsilon, e**2).subs(L, loss))
    time = descending(square_hitting_time).subs({epsilon: e**2, L_0: (e + y) ** 2}).subs(eta, loss)
    yield trial.same(sp.diff(time, x), 1 / slope)
    interpolating = descending(square_rate).subs(epsilon, 0).subs(L_0, y**2)
    yield trial.same(sp.diff(interpolating, t), -((2 * interpolating / kappa) ** 2))
    yield trial.same(inverse_square.subs(epsilon, 0).subs(L_0, y**2), 1 / interpolating)
    yield trial.same(slope.subs(e, 0), 2 * loss.subs(e, 0) / kappa)
