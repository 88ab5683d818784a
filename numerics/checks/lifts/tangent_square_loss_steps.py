"""Evidence for the steps of L13, besides their reasons: root falls by the square; and more."""

import sympy as sp

from sparse_limits.numerics.checks.lifts.exact_flows import descending
from sparse_limits.numerics.checks.lifts.tangent_square_loss import by_roots, rooted
from sparse_limits.numerics.evidence import Findings, Trial, control, exact
from sparse_limits.theory.lifts.tangent import L_0, L, epsilon, eta, kappa, t, x
from sparse_limits.theory.lifts.tangent_square_loss import e, floor, root, square_loss_rate, square_rate, u, y


@exact(square_loss_rate, step="fall of the root")
def root_falls_by_the_square(square_gradient_bound: sp.Expr, root_fall: sp.Expr, trial: Trial) -> Findings:
    """The fall of the root is the square of the gradient bound, which is positive above ε, times the derivative of the root."""
    yield trial.same(root_fall, square_gradient_bound**2 * sp.diff(root, L), by=sp.expand)
    yield trial.nonnegative(
        rooted(square_gradient_bound).subs(sp.Symbol("z", positive=True), y), 2 * (e + y) * y / kappa
    )


@exact(square_loss_rate, step="rate")
@control("no cases", square_rate=descending(square_rate))
def square_rate_is_solved_for_the_loss(inverse_square: sp.Expr, square_rate: sp.Expr, trial: Trial) -> Findings:
    """The root of the rate exceeds √ε by one over the root of the inverse square; where L₀ ≤ ε the rate is L₀."""
    yield trial.same(
        sp.expand(descending(square_rate)), (floor + inverse_square ** sp.Rational(-1, 2)) ** 2, by=sp.expand
    )
    yield trial.same(square_rate.subs(epsilon, L_0 + x), L_0)


@exact(square_loss_rate, step="first fall")
def square_rate_falls_at_first(square_rate: sp.Expr, first_fall: sp.Expr, trial: Trial) -> Findings:
    """The first fall is minus the derivative at t = 0, and it is positive, at √L₀ = √ε + y."""
    yield trial.same(first_fall, -sp.diff(descending(square_rate), t).subs(t, 0), by=by_roots)
    least, y = sp.symbols("f y", positive=True)
    at = {L_0: (least + y) ** 2, epsilon: least**2}
    yield trial.nonnegative(first_fall, 4 * (least + y) * y**3 / kappa**2, where=at, strict=True)


@exact(square_loss_rate, step="crossover")
def falls_are_compared(rate: sp.Expr, first_fall: sp.Expr, crossover: sp.Expr, trial: Trial) -> Findings:
    """The difference of the two falls is 0 at √L₀/√ε = 1, at a root below 1 and at the crossover above 1; it is positive beyond the
    crossover and negative between 1 and the crossover.
    """
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
def explicit_rate_is_slow_in_the_end(square_rate: sp.Expr, approach: sp.Expr, trial: Trial) -> Findings:
    """The explicit rate approaches ε like 1/√t, with the stated factor."""
    above = descending(square_rate).subs(L_0, (floor + y) ** 2) - epsilon
    yield trial.same(trial.once(sp.limit, sp.expand(above.subs(t, u) * sp.sqrt(u)), u, sp.oo), approach)


@exact(square_loss_rate, step="attained")
def square_example_attains(
    inverse_square: sp.Expr,
    output: sp.Expr,
    output_slope: sp.Expr,
    square_example: sp.Expr,
    square_gradient_bound: sp.Expr,
    square_hitting_time: sp.Expr,
    square_rate: sp.Expr,
    trial: Trial,
) -> Findings:
    """The example starts at L₀; its slope and its time attain the bounds, and so does its rate for ε = 0."""
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
