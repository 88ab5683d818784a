"""Evidence for L12: the rate of gradient flow from tangents of low loss, for any loss that is convex in the outputs."""

from fractions import Fraction
from typing import NamedTuple

import numpy as np
import sympy as sp

from sparse_limits.numerics.checks.lifts.exact_flows import (
    DESCENT,
    PARTS,
    PRODUCT_RANGE,
    beside_product_loss,
    descending,
    left,
    p_0,
    product,
    product_hypotheses,
    product_loss,
    share,
)
from sparse_limits.numerics.evidence import Findings, Trial, control, enclosed, exact
from sparse_limits.theory.formulas.no_guarantee import no_guarantee
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.tangent import (
    L_0,
    L,
    epsilon,
    eta,
    example_loss,
    example_position,
    first_power,
    hitting_time,
    kappa,
    linear_rate,
    rate,
    t,
    tangent_rate,
    x,
)
from sparse_limits.theory.lifts.tangent_square_loss import square_gradient_bound


@exact(tangent_rate, step="rate")
@control("no cases", rate=descending(rate))
def rate_is_solved_for_the_loss(inverse: sp.Expr, rate: sp.Expr, trial: Trial) -> Findings:
    """The inverse is one over what the rate exceeds ε by; where L₀ ≤ ε the rate is L₀."""
    yield trial.same(1 / (descending(rate) - epsilon), inverse, by=sp.cancel)
    yield trial.same(rate.subs(epsilon, L_0 + x), L_0)


@exact(tangent_rate)
def rate_integrates_the_gradient_bound(gradient_bound: sp.Expr, rate: sp.Expr, trial: Trial) -> Findings:
    """The rate solves L' = −(gradient bound)² from L₀."""
    rate = descending(rate)
    yield trial.same(rate.subs(t, 0), L_0)
    yield trial.same(sp.diff(rate, t), -(gradient_bound.subs(L, rate) ** 2), by=sp.cancel)


@exact(tangent_rate, step="simple rate")
def rate_grows_to_the_simple_one(rate: sp.Expr, simple_rate: sp.Expr, trial: Trial) -> Findings:
    """The simple rate exceeds the rate by κ⁴/(t(t(L₀ − ε) + κ²)), which is positive and tends to 0 as L₀ − ε grows; where L₀ < ε the simple
    rate exceeds L₀.
    """
    more, later = sp.symbols("y u", positive=True)  # L_0 − ε, and the time
    yield trial.same(simple_rate - descending(rate), kappa**4 / (t * (t * (L_0 - epsilon) + kappa**2)), by=sp.cancel)
    less = simple_rate.subs(t, later) - descending(rate).subs({L_0: epsilon + more, t: later})
    yield trial.nonnegative(less, kappa**4 / (later * (later * more + kappa**2)), by=sp.cancel)
    yield trial.nonnegative(simple_rate.subs({epsilon: L_0 + more, t: later}) - L_0, more + kappa**2 / later)


@exact(tangent_rate, step="time", cost=0.5)
@control("counted from an infinite loss", hitting_time=descending(hitting_time) + kappa**2 / (L_0 - epsilon))
@control("no cases", hitting_time=descending(hitting_time))
def hitting_time_inverts_the_rate(rate: sp.Expr, hitting_time: sp.Expr, trial: Trial) -> Findings:
    """At the hitting time the rate is η. Where L₀ ≤ ε, as for a flow that stands still, the rate is L₀ and the time to a loss η ≥ L₀ is 0;
    for η ≤ ε < L₀ there is no guarantee.
    """
    time = descending(hitting_time)
    yield trial.same(
        descending(rate).subs(t, time) - epsilon, 1 / (1 / (L_0 - epsilon) + time / kappa**2), by=sp.cancel
    )
    yield trial.same(descending(rate).subs(t, time), eta, by=sp.cancel)
    low, edge = sp.Rational(1, 20), sp.Rational(1, 10)
    for start, level in ((low, sp.Rational(1, 2)), (edge, sp.Rational(1, 5)), (0, 1), (low, low)):
        at = {L_0: start, epsilon: edge, kappa: 2, eta: level}
        for time in (0, 10, 80):  # at 80 the formula without cases divides by 0
            claimed = valued(rate, {**at, t: time})
            yield trial.holds(claimed == start, f"a flow at rest at {start} ≤ ε has the rate {claimed}")
        claimed = hitting_time.subs(at)
        yield trial.holds(claimed == 0, f"from {start} down to {level} in the time {claimed}")
    for level in (epsilon, epsilon / 2):
        claimed = hitting_time.subs(eta, level).subs({**DESCENT, kappa: 2})
        yield trial.holds(claimed == no_guarantee, f"down to η ≤ ε: {claimed}")


@exact(tangent_rate, step="flow")
def example_attains_all(
    example_loss: sp.Expr,
    example_slope: sp.Expr,
    example_position: sp.Expr,
    rate: sp.Expr,
    hitting_time: sp.Expr,
    trial: Trial,
) -> Findings:
    """The loss along the example's flow is the rate, and it is η at the hitting time."""
    yield trial.same(example_position.subs(t, 0), 0)
    yield trial.same(sp.diff(example_position, t), example_slope.subs(x, example_position))
    yield trial.same(example_loss.subs(x, example_position), descending(rate))
    yield trial.same(example_loss.subs(x, example_position).subs(t, descending(hitting_time)), eta)


@exact(tangent_rate)
def two_false_bounds_are_no_bounds(rate: sp.Expr, trial: Trial) -> Findings:
    """The rate, which the example has, and two false bounds: the log of the quotient to the linear one starts at 0 with the slope (1 − (L₀
    − ε))/κ², and the inverse of the other differs by (κ − 1)t/κ².
    """
    above = L_0 - epsilon
    quotient = sp.exp(t / kappa**2) / (1 + above * t / kappa**2)
    rate = descending(rate)
    yield trial.same(rate - epsilon, quotient * (linear_rate - epsilon))
    yield trial.same(sp.diff(sp.log(quotient), t).subs(t, 0), (1 - above) / kappa**2)
    yield trial.same(1 / (first_power - epsilon) - 1 / (rate - epsilon), (kappa - 1) * t / kappa**2)


SPEED = {
    L_0: sp.Integer(1),
    epsilon: sp.Rational(1, 10),
    kappa: sp.Integer(2),
    t: sp.Integer(10),
    eta: sp.Rational(1, 5),
}


@exact(tangent_rate)
def example_is_no_exception(rate: sp.Expr, simple_rate: sp.Expr, hitting_time: sp.Expr, trial: Trial) -> Findings:
    """At κ = 2, where the bound with first powers fails, and L_0 − ε ≤ 1, where the linear equation does; elsewhere both would pass."""
    true_loss = example_loss.subs(x, example_position).subs(SPEED)
    true_time = sp.solve(example_loss.subs(x, example_position).subs({**SPEED, t: t, L_0: 1}) - SPEED[eta], t)[0]
    for claimed in (rate.subs(SPEED), simple_rate.subs(SPEED)):
        yield trial.holds(true_loss <= claimed, f"the example has the loss {true_loss}, bound {sp.N(claimed, 6)}")
    claimed = hitting_time.subs(SPEED)
    yield trial.holds(true_time <= claimed, f"the example takes the time {true_time}, bound {sp.N(claimed, 6)}")


class Instance(NamedTuple):
    """A convex loss at a point: its value, that after a tangent step, the length of the step, ‖∇L‖². All rational."""

    loss: Fraction
    reached: Fraction
    step: Fraction
    slope: Fraction


def fractions(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Random fractions in [−3, 3]. object[shape]"""
    eighths = rng.integers(-24, 25, size=shape)
    found: np.ndarray = np.vectorize(lambda k: Fraction(int(k), 8), otypes=[object])(eighths)
    return found


def rational_vector(rng: np.random.Generator, size: int, length: Fraction = Fraction(1)) -> np.ndarray:
    """A vector of rational coordinates and rational length, by stereographic projection. object[size]"""
    flat = fractions(rng, size - 1)
    square = (flat**2).sum()
    vector: np.ndarray = np.array([*(2 * flat / (1 + square)), (square - 1) / (square + 1)], dtype=object) * length
    return vector


def convex_instances(rng: np.random.Generator, count: int) -> list[Instance]:
    """ℓ(z) = b·z + Σ c z² + d z⁴ on two data points, any F and dF, three parameters; a third of the ℓ linear, u along −∇L."""
    found: list[Instance] = []
    while len(found) < count:
        b, (c, d) = fractions(rng, 2), abs(fractions(rng, 2, 2))
        if linear := len(found) % 3 == 0:
            c, d = 0 * c, 0 * d
        f, jacobian = fractions(rng, 2), fractions(rng, 2, 3)
        step = Fraction(int(rng.integers(1, 9)), 4)
        u = rational_vector(rng, 3, step)
        if linear:
            jacobian = -b[:, None] * u
        gradient = (b + 2 * c * f + 4 * d * f**3) @ jacobian
        after = f + jacobian @ u
        before, reached = (b @ z + (c * z**2 + d * z**4).sum() for z in (f, after))
        if before > reached:
            shift = max(-reached, Fraction(0))
            found.append(Instance(before + shift, reached + shift, step, gradient @ gradient))
    return found


def gradient_ratios(bound: sp.Expr, instances: list[Instance]) -> list[sp.Expr]:
    """‖∇L‖² over the square of its bound, in each instance."""
    values = ({L: each.loss, epsilon: each.reached, kappa: each.step} for each in instances)
    points = ({symbol: sp.Rational(value) for symbol, value in point.items()} for point in values)
    bounds = [sp.radsimp(sp.expand(valued(bound, point) ** 2)) for point in points]
    return [sp.Rational(each.slope) / square for each, square in zip(instances, bounds, strict=True) if square != 0]


@exact(tangent_rate)
@control("the square loss's constant for any loss", gradient_bound=square_gradient_bound)
def gradients_keep_their_bound(gradient_bound: sp.Expr, trial: Trial) -> Findings:
    """In rational arithmetic; linear losses with u along −∇L attain it."""
    ratios = gradient_ratios(gradient_bound, trial.draw(convex_instances, trial.size(24)))
    yield trial.holds(min(ratios) >= 1, f"least ratio {sp.N(min(ratios), 6)} in {len(ratios)} instances")


@enclosed(tangent_rate, cost=0.7)
def product_of_parameters_keeps_the_rate(rate: sp.Expr, trial: Trial) -> Findings:
    """A flow that is not convex, in closed form: the product of two parameters, and L its square loss."""
    yield trial.same(sp.diff(product, t), 2 * product * (1 - product))
    yield trial.same(product_loss, (1 - p_0) ** 2 / 2 * left)
    for part in PARTS:
        bound = valued(valued(descending(rate), product_hypotheses), {share: part})
        yield trial.everywhere(sp.S.One, beside_product_loss(bound), within=PRODUCT_RANGE, zero={t: (0, 1)})
