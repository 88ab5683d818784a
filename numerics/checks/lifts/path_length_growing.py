"""Evidence for L14.2: what tangents allow that may grow with the distance travelled."""

import numpy as np
import sympy as sp

from sparse_limits.numerics.checks.lifts.exact_flows import DESCENT, descending
from sparse_limits.numerics.evidence import Findings, Trial, control, enclosed, exact
from sparse_limits.theory.formulas.no_guarantee import no_guarantee
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.path_length import growing_length, growing_loss, growing_rate, growing_tangents, s
from sparse_limits.theory.lifts.tangent import L_0, L, epsilon, eta, kappa, t, x

REST = {epsilon: sp.Rational(1, 10), L_0: sp.Rational(1, 20), kappa: sp.Integer(2)}


@exact(growing_tangents, step="loss")
@control("no cases", growing_loss=descending(growing_loss))
def loss_after_a_path_keeps_the_product(kept_product: sp.Expr, growing_loss: sp.Expr, trial: Trial) -> Findings:
    """At the claimed loss the product is what it was at the start; from below ε nothing is known but that the loss does not grow."""
    start = kept_product.subs({L: L_0, s: 0}, simultaneous=True)
    yield trial.same(descending(growing_loss), epsilon + start / sp.diff(kept_product, L), by=sp.cancel)
    yield trial.same(kept_product.subs(L, descending(growing_loss)), start, by=sp.cancel)
    yield trial.same(growing_loss.subs(epsilon, L_0 + x), L_0)
    claimed = growing_loss.subs({**REST, s: 3})
    yield trial.holds(claimed == REST[L_0], f"at rest at 1/20 ≤ ε, the loss bound is {claimed}")


@exact(growing_tangents, step="length")
@control("no cases", growing_length=descending(growing_length))
def path_to_a_loss_keeps_the_product(kept_product: sp.Expr, growing_length: sp.Expr, trial: Trial) -> Findings:
    """At the claimed length the product is what it was at the start; from below ε the length is 0, as for a flow at rest."""
    start = kept_product.subs({L: L_0, s: 0}, simultaneous=True)
    yield trial.same(kept_product.subs({L: eta, s: descending(growing_length)}, simultaneous=True), start, by=sp.cancel)
    for level in (sp.Rational(1, 5), REST[L_0]):
        claimed = growing_length.subs({**REST, eta: level})
        yield trial.holds(claimed == 0, f"from 1/20 down to {level} a path of {claimed}")
    claimed = growing_length.subs({**DESCENT, kappa: 2, eta: DESCENT[epsilon]})
    yield trial.holds(claimed == no_guarantee, f"down to ε a path of {claimed}")


@exact(growing_tangents, step="fall")
def loss_falls_by_the_fourth_power(
    growing_bound: sp.Expr, growing_length: sp.Expr, growing_fall: sp.Expr, trial: Trial
) -> Findings:
    """The fall is the square of the growing bound at the greatest length."""
    longest = descending(growing_length).subs(eta, L)
    yield trial.same(growing_fall, growing_bound.subs(s, longest) ** 2, by=sp.cancel)


@exact(growing_tangents, step="rate")
@control("no cases", growing_rate=descending(growing_rate))
def growing_rate_is_solved_for_the_loss(inverse_cube: sp.Expr, growing_rate: sp.Expr, trial: Trial) -> Findings:
    """The rate exceeds ε, and one over the cube of this excess is the inverse cube; where L₀ ≤ ε the rate is L₀."""
    above = descending(growing_rate) - epsilon
    yield trial.same(above**-3, inverse_cube, by=sp.cancel)
    yield trial.holds(above.subs(L_0, epsilon + sp.Symbol("y", positive=True)).is_positive, "it is above ε")
    yield trial.same(growing_rate.subs(epsilon, L_0 + x), L_0)


@exact(growing_tangents, step="flow")
def growing_example_attains_all(
    growing_example: sp.Expr,
    growing_slope: sp.Expr,
    growing_position: sp.Expr,
    growing_loss: sp.Expr,
    growing_length: sp.Expr,
    growing_rate: sp.Expr,
    trial: Trial,
) -> Findings:
    """The example attains all bounds: its loss after the path x, the path to that loss, and its loss at the time t."""
    yield trial.same(growing_example.subs(x, s), descending(growing_loss))
    yield trial.same(descending(growing_length).subs(eta, growing_example), x, by=sp.cancel)
    yield trial.same(growing_position.subs(t, 0), 0)
    yield trial.same(sp.diff(growing_position, t), growing_slope.subs(x, growing_position))
    yield trial.same(growing_example.subs(x, growing_position), descending(growing_rate))


power, reach = sp.symbols("m k", positive=True)
power_hypotheses = {L_0: sp.Integer(1), epsilon: sp.Integer(0), kappa: reach / power}
_stretch = 1 + power * (power + 2) * t / reach**2


def power_points(rng: np.random.Generator, count: int) -> list[dict[sp.Symbol, sp.Rational]]:
    """Powers above 1, some of them hardly, reaches and times."""
    draws = rng.integers(1, 24, size=(count, 3))
    excess = [sp.Rational(int(m), 8 if i % 2 else 1000) for i, m in enumerate(draws[:, 0])]
    return [
        {power: 1 + m, reach: sp.Rational(int(k), 8), t: sp.Rational(int(time), 4)}
        for m, (_, k, time) in zip(excess, draws, strict=True)
    ]


@enclosed(growing_tangents, cost=0.7)
def powers_keep_the_growing_bounds(
    growing_rate: sp.Expr, growing_loss: sp.Expr, growing_length: sp.Expr, trial: Trial
) -> Findings:
    """L = (1 + x/k)^{−m}, 1 < m ≤ 8, up to x = 2k: the step (k + x)/m, which is at most κ + x, reaches 0; the flow, in closed form, keeps
    the bounds.
    """
    position = reach * (_stretch ** (1 / (power + 2)) - 1)
    loss = _stretch ** (-power / (power + 2))
    points = trial.draw(power_points, trial.size(10))
    speed = power / reach * (1 + position / reach) ** (-power - 1)
    yield trial.same(sp.diff(position, t), speed, by=None, at=points[:3])
    stretched = {t: ((1 + s) ** (power + 2) - 1) * reach**2 / (power * (power + 2))}  # the time until x = ks
    within = {s: (0, 2), power: (1, 8)}
    for side, bound, there in (
        (loss, growing_rate, {}),
        (loss, growing_loss, {s: reach * s}),
        (position, growing_length, {eta: loss}),
    ):
        both = (side, descending(bound).subs(there))
        sides = [valued(valued(valued(each, power_hypotheses), stretched), {reach: 1}) for each in both]
        yield trial.everywhere(*sides, within=within, zero={s: (0, 2), power: (1, 1)})
