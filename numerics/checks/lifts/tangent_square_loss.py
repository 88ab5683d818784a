"""Evidence for L13: the rate of gradient flow from tangents of low loss, for the square loss."""

from fractions import Fraction

import numpy as np
import sympy as sp

from sparse_limits.numerics.checks.lifts.exact_flows import (
    PARTS,
    PRODUCT_RANGE,
    beside_product_loss,
    descending,
    network_flow,
    product_hypotheses,
    share,
)
from sparse_limits.numerics.checks.lifts.tangent import Instance, fractions, gradient_ratios, rational_vector
from sparse_limits.numerics.evidence import Findings, Trial, control, empirical, enclosed, exact
from sparse_limits.theory.formulas.no_guarantee import no_guarantee
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.tangent import L_0, L, epsilon, eta, kappa, t
from sparse_limits.theory.lifts.tangent_square_loss import square_hitting_time, square_loss_rate

TOLERANCE = 1e-7  # of a loss of order 1 after an integration whose steps err by 1e-10

e, y, z = sp.symbols("e y z", positive=True)
ROOTS = {epsilon: e**2, L_0: (e + y) ** 2, eta: (e + z) ** 2, L: (e + z) ** 2}


def rooted(expression: sp.Expr) -> sp.Expr:
    """A bound for 0 < ε < η < L_0 in the roots e = √ε, y = √L_0 − e and z = √η − e or √L − e."""
    return sp.sympify(descending(expression).subs(ROOTS))


def by_roots(gap: sp.Expr) -> sp.Expr:
    """A gap for 0 < ε < η < L_0, or ε < L, simplified in these roots."""
    return sp.simplify(gap.subs(ROOTS))


@exact(square_loss_rate, step="time", cost=0.5)
@control("no cases", square_hitting_time=descending(square_hitting_time))
def square_hitting_time_integrates_the_gradient_bound(
    square_gradient_bound: sp.Expr, square_rate: sp.Expr, square_hitting_time: sp.Expr, trial: Trial
) -> Findings:
    """dη/dt = −(gradient bound)², also for ε = 0, where it is the inverse of the rate; no time from η ≥ L_0."""
    time, speed = descending(square_hitting_time), square_gradient_bound.subs(L, eta) ** 2
    yield trial.same(time.subs(eta, L_0), 0)
    yield trial.same(sp.diff(time, eta), -1 / speed, by=by_roots)
    without = square_hitting_time.subs(epsilon, 0)
    last = without.replace(lambda part: isinstance(part, sp.Piecewise), lambda part: part.args[1].expr)
    yield trial.same(sp.diff(last, eta), -1 / speed.subs(epsilon, 0))
    for start, level in ((1, sp.Rational(1, 2)), (4, sp.Rational(1, 9)), (sp.Rational(7, 3), sp.Rational(1, 100))):
        at = {L_0: start, eta: level, kappa: 3}
        reached = square_rate.subs(epsilon, 0).subs({**at, t: without.subs(at)})
        yield trial.holds(sp.simplify(reached - level) == 0, f"ε = 0: {reached} is reached by the time for {level}")
    low, edge = sp.Rational(1, 20), sp.Rational(1, 10)
    for floor, start, level, claimed in (
        (edge, 1, 1, 0),
        (edge, low, sp.Rational(1, 5), 0),
        (edge, low, low, 0),
        (edge, 1, edge, no_guarantee),
        (0, 1, 0, no_guarantee),
        (0, 0, 0, 0),
    ):
        found = square_hitting_time.subs({epsilon: floor, L_0: start, eta: level, kappa: 2})
        yield trial.holds(found == claimed, f"ε = {floor}, from {start} to {level}: {found}")
    resting = square_rate.subs({epsilon: sp.Rational(1, 10), L_0: sp.Rational(1, 20), kappa: 2, t: 5})
    yield trial.holds(resting == sp.Rational(1, 20), f"a flow at rest at 1/20 ≤ ε has the rate {resting}")


@enclosed(square_loss_rate)
def bounds_are_in_order(
    square_gradient_bound: sp.Expr,
    square_rate: sp.Expr,
    square_hitting_time: sp.Expr,
    gradient_bound: sp.Expr,
    hitting_time: sp.Expr,
    trial: Trial,
) -> Findings:
    """The gradient bound is at least that of L12 and the time at most that of L12; at this time the explicit rate is still at least η."""
    gap = (square_gradient_bound - gradient_bound).subs(ROOTS)
    yield trial.nonnegative(gap, z**2 / kappa)
    times = [valued(valued(descending(each), ROOTS), {y: y + z}) for each in (square_hitting_time, hitting_time)]
    beyond = {y: (0, 3), z: (sp.Rational(1, 10), 3)}  # both over κ²/ε
    yield trial.everywhere(*(each.subs({e: 1, kappa: 1}) for each in times), within=beyond, zero={y: (0, 1)})
    yield trial.below(square_hitting_time, hitting_time)  # boxes: above; here both cases of each
    yield trial.below(eta, square_rate.subs(t, square_hitting_time))  # boxes: equal to the third order at L(0) = η


def square_instances(rng: np.random.Generator, count: int) -> list[Instance]:
    """Any residual ρ of norm a√2, step u and J with ‖ρ + Ju‖ = b√2, b < a, so that √L and √ε are a and b.

    ρ and ρ + Ju are rational rotations of (1, 1); in a third of them they are parallel and J has no other part.
    """
    found = []
    for place in range(count):
        b, gap = (Fraction(int(k), 8) for k in rng.integers(1, 25, size=2))
        cosine, sine = rational_vector(rng, 2)
        direction = np.array([cosine - sine, cosine + sine], dtype=object)
        step = Fraction(int(rng.integers(1, 9)), 4)
        u = rational_vector(rng, 3, step)
        other, rest = direction, 0 * fractions(rng, 2, 3)
        if place % 3:
            cosine, sine = rational_vector(rng, 2)
            other, free = np.array([cosine - sine, cosine + sine], dtype=object), fractions(rng, 2, 3)
            rest = free - np.outer(free @ u, u) / step**2
        residual = (b + gap) * direction
        jacobian = np.outer(b * other - residual, u) / step**2 + rest
        gradient = residual @ jacobian
        reached = residual + jacobian @ u
        found.append(Instance(residual @ residual / 2, reached @ reached / 2, step, gradient @ gradient))
    return found


HALF = Fraction(1, 2)
ONE_PARAMETER = Instance(HALF, Fraction(1, 8), HALF, Fraction(1))  # J = ρ = 1 and u = −1/2


@exact(square_loss_rate)
def square_gradients_keep_their_bound(square_gradient_bound: sp.Expr, trial: Trial) -> Findings:
    """In rational arithmetic, attained where ρ + Ju is parallel to ρ and J has rank one."""
    instances = [ONE_PARAMETER, *trial.draw(square_instances, trial.size(18))]
    ratios = gradient_ratios(square_gradient_bound, instances)
    yield trial.holds(min(ratios) >= 1, f"least ratio {sp.N(min(ratios), 6)} in {len(ratios)} instances")


@enclosed(square_loss_rate, cost=0.5)
def product_of_parameters_keeps_the_square_rate(square_rate: sp.Expr, trial: Trial) -> Findings:
    """The flow of L12's check, in closed form, from starts between 1/20 and 19/20 and at all times up to 2."""
    for part in PARTS:
        bound = valued(valued(descending(square_rate), product_hypotheses), {share: part})
        yield trial.everywhere(sp.S.One, beside_product_loss(bound), within=PRODUCT_RANGE, zero={t: (0, 1)})


@empirical(square_loss_rate)
def trained_networks_keep_the_square_rate(square_rate: sp.Expr, trial: Trial) -> Findings:
    """tanh networks by Runge–Kutta, κ the largest at 41 times: losses exceed the bound by no more than the integration may err by."""
    for replicate in range(trial.size(3)):
        flow = trial.draw(network_flow, 41, replicate=replicate)
        hypotheses = {L_0: sp.Rational(flow.losses[0]), epsilon: sp.Rational(flow.eps), kappa: sp.Rational(flow.radius)}
        places = range(0, len(flow.times), 4)
        bounds = [trial.value(square_rate, {**hypotheses, t: sp.Rational(flow.times[i])}) for i in places]
        excess = max(flow.losses[i] - bound for i, bound in zip(places, bounds, strict=True))
        ratio = flow.losses[-1] / bounds[-1]
        yield trial.at_most(
            excess, TOLERANCE, f"loss beyond its bound (κ = {flow.radius:.3g}, at the end {ratio:.3g} of it)"
        )
