"""Copies of one unit on one data point: a flow of three numbers, its loss, and a time that it needs at least.

M copies with the weights θ of the witness at first, a unit φ that is positive there, and the readout 0 are trained towards the
target Mτφ(θ*), which the witness reproduces with τ for each copy. All copies do the same: with the error E = Mτφ(θ*) − F,
a' = Eφ, θ' = Ea∂φ and F = Maφ, none of a, φ and F falls. Up to the share γ of the target a ≤ γτ. Where Λ bounds |∂φ|, θ moves by
∫a|∂φ|/φ da, at most Λ(γτ)²/2φ(θ*); and the share grows at the rate (1 − γ)M(φ² + a²|∂φ|²).
"""

from collections.abc import Mapping

import sympy as sp

from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.convergence import delta, size
from sparse_limits.theory.lifts.convergence_limit import goal
from sparse_limits.theory.lifts.copies import A_1, A_2, M, gamma
from sparse_limits.theory.lifts.coverage import p_0, q, r

FROM_COPIES = (
    "at most, as other witnesses, units and data may come nearer than copies alone of one unit on one data point at the time of (B2), "
    r"when they have reached the share $\gamma$ of the target or less, which is $A_1$ times the unit (afterwards their loss tends to $0$)"
)
FROM_LOSS = f"{FROM_COPIES}; the number is the root of that of the loss"
FROM_SIZE = (
    "in the number of copies that are required, and in Chernoff's bound on the binomial tail; copies alone need so many that "
    r"$M$ of them are present with probability $1-\delta$, and they are not enough yet"
)


def moved(constant: sp.Expr, feature: sp.Expr, target: sp.Expr, share: sp.Expr) -> sp.Expr:
    """How far the weights have moved at most when a share of the target is reached.

    Examples:
        >>> moved(sp.Integer(1), sp.Integer(1), sp.Integer(1), sp.Rational(1, 2))
        1/8
    """
    return constant * (share * target) ** 2 / (2 * feature)


def least_time(copies: sp.Expr, constant: sp.Expr, feature: sp.Expr, target: sp.Expr, share: sp.Expr) -> sp.Expr:
    """A time before which that share is not reached.

    copies: their number; constant: Λ; feature: the unit at the start; target: of each copy.

    Examples:
        >>> least_time(sp.Integer(2), sp.Integer(0), sp.Integer(1), sp.Integer(1), sp.Rational(1, 2))
        log(2)/2
    """
    largest = feature + constant * moved(constant, feature, target, share)
    return -sp.log(1 - share) / (copies * (largest**2 + (constant * share * target) ** 2))


def loss_of_copies(feature: sp.Expr) -> sp.Expr:
    """The loss when the share γ is reached: ½(A₁φ)²(1 − γ)²."""
    return (A_1 * feature * (1 - gamma)) ** 2 / 2


def of_copies(copies: int, target: sp.Rational, share: sp.Rational) -> dict[sp.Symbol, sp.Expr]:
    """So many copies, the target for each and the share that is reached, as letters of the bounds."""
    readout = copies * target
    return {M: sp.Integer(copies), A_1: readout, A_2: readout, gamma: share}


def twelve(*cases: tuple[str, str]) -> tuple[dict[sp.Symbol, sp.Expr], ...]:
    """Twelve copies, with targets for each and shares."""
    return tuple(of_copies(12, sp.Rational(target), sp.Rational(share)) for target, share in cases)


def with_goal(place: Mapping[sp.Symbol, sp.Expr], loss: sp.Expr) -> dict[sp.Symbol, sp.Expr]:
    """The place with the loss there as the loss that is to be reached: so many copies are not enough for less."""
    return {**place, goal: valued(loss, place)}


def least_size(chance: sp.Expr) -> sp.Expr:
    """How many terminals hold M copies of one unit with probability 1 − δ, where all that have an edge from an input are copies."""
    return valued(size, {q: chance, r: sp.S.One})


def one_input(
    place: Mapping[sp.Symbol, sp.Expr], *ones: sp.Symbol, chance: sp.Symbol = p_0
) -> dict[sp.Symbol, sp.Expr]:
    """The place in lifts where one input, or one of whatever else is counted, is there with probability ½."""
    return {**place, **dict.fromkeys((r, *ones), sp.S.One), chance: sp.Rational(1, 2), delta: sp.Rational(1, 10)}
