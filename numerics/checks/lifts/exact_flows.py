"""Gradient flows whose losses are known at all times, for the bounds L12–L15 to be held against."""

from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from sparse_limits.numerics.evidence import Refutation
from sparse_limits.numerics.lifts.tangent_bounds import tangent_radius
from sparse_limits.theory.formulas.no_guarantee import no_guarantee
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.confinement import B, epsilon_0
from sparse_limits.theory.lifts.tangent import L_0, epsilon, eta, kappa, t

Floats = NDArray[np.float64]

DESCENT = {epsilon_0: 0, epsilon: sp.Rational(1, 10), eta: sp.Rational(1, 2), L_0: sp.Integer(1), B: sp.Integer(1)}


def descending(expression: sp.Expr) -> sp.Expr:
    """A bound with cases, as it reads for ε_0 < ε < η < L_0 ≤ B."""
    return expression.replace(lambda part: isinstance(part, sp.Piecewise), _there)


def _there(cases: sp.Piecewise) -> sp.Expr:
    value = next(value for value, condition in cases.args if valued(condition, DESCENT) == sp.true)
    if value == no_guarantee:
        raise Refutation(f"no guarantee at {DESCENT}")
    return value


# θ_1 θ_2 fitted to 1 with the square loss from θ_1 = θ_2: the product p solves p' = 2p(1 − p)

p_0, share = sp.symbols("p_0 y", positive=True)  # the product at first, and √(2ε) as a share of the first residual
product = p_0 * sp.exp(2 * t) / (1 - p_0 + p_0 * sp.exp(2 * t))
product_loss = (1 - product) ** 2 / 2
left = (1 - p_0 + p_0 * sp.exp(2 * t)) ** -2  # of it at the time t, as a share of what it is at first
product_hypotheses = {  # the shortest step to √(2ε), along (1, 1), gets shorter and shorter
    L_0: (1 - p_0) ** 2 / 2,
    epsilon: (share * (1 - p_0)) ** 2 / 2,
    kappa: (1 - share) * (1 - p_0) / sp.sqrt(2 * p_0),
}


def beside_product_loss(bound: sp.Expr) -> sp.Expr:
    """A bound over that loss, with the factor (1 − p_0)²/2 taken out of both."""
    return sp.cancel(bound / ((1 - p_0) ** 2 / 2)) / left


PARTS = (sp.Rational(1, 2), sp.Rational(9, 10))  # of that share
PRODUCT_RANGE = {p_0: (sp.Rational(1, 20), sp.Rational(19, 20)), t: (0, 2)}


def product_length(place: sp.Expr) -> sp.Expr:
    """How far both parameters have moved together where the product is `place`."""
    return sp.sqrt(2) * (sp.sqrt(place) - sp.sqrt(p_0))


class NetworkFlow(NamedTuple):
    """A network in training at k times, and what the bounds ask about it: float[k] each, and its constants."""

    times: Floats
    losses: Floats
    lengths: Floats
    radius: float  # the largest, at these times, of the least κ with θ ∈ A(κ, ε)
    eps: float


SAMPLES, HIDDEN, DURATION = 4, 3, 4.0


def network_flow(rng: np.random.Generator, count: int) -> NetworkFlow:
    """A layer of tanh neurons fitted to random labels by the square loss, integrated at the tolerance 1e-10."""
    x, labels = rng.standard_normal((SAMPLES, 2)), rng.standard_normal(SAMPLES)
    start = rng.standard_normal(3 * HIDDEN)

    def outputs(theta: Floats) -> tuple[Floats, Floats]:
        readout, weights = theta[:HIDDEN], theta[HIDDEN:].reshape(HIDDEN, 2)
        hidden = np.tanh(x @ weights.T)
        inner = ((1 - hidden**2) * readout)[:, :, None] * x[:, None, :]
        return hidden @ readout - labels, np.hstack([hidden, inner.reshape(SAMPLES, -1)])

    def velocity(_: float, state: Floats) -> Floats:
        residual, jacobian = outputs(state[:-1])
        gradient = jacobian.T @ residual / SAMPLES
        return np.append(-gradient, np.linalg.norm(gradient))

    times = np.linspace(0.0, DURATION, count)
    states = solve_ivp(velocity, (0, DURATION), np.append(start, 0.0), "DOP853", times, rtol=1e-10, atol=1e-12).y.T
    along = [outputs(state[:-1]) for state in states]
    losses = np.array([residual @ residual for residual, _ in along]) / (2 * SAMPLES)
    allowed = float(losses[-1]) / 2
    radius = max(tangent_radius(residual, jacobian, allowed) for residual, jacobian in along)
    return NetworkFlow(times, losses, states[:, -1], radius, allowed)
