"""Evidence for Q12.1: traces and orders, whole matrices listed, and a map of a torus that is no turn."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, exact
from sparse_limits.numerics.evidence.simplifying import weighted
from sparse_limits.theory.equivariance.turns import (
    above_minus_two,
    below_two,
    companion,
    d,
    entries,
    grid_turns,
    mirror,
    motions,
    orders,
    phi,
    tau,
    turn,
)

MORE = sp.Rational(11, 10)
TRACES = (-2, -1, 0, 1)
MOST = 48  # powers that are tried


@exact(grid_turns, step="reflections")
@control("a turn", mirror=turn)
@control("a sign less", mirror=sp.ImmutableMatrix([[sp.cos(phi), sp.sin(phi)], [sp.sin(phi), sp.cos(phi)]]))
def reflections_undo_themselves(mirror: sp.ImmutableMatrix, trial: Trial) -> Iterator[Finding]:
    """The square is I and the determinant −1, for all angles."""
    yield trial.same(weighted(mirror * mirror), weighted(sp.eye(2)))
    yield trial.same(mirror.det(), sp.Integer(-1))


@exact(grid_turns, step="turns")
@control("a reflection", turn=mirror)
@control("not of length 1", turn=MORE * turn)
@control("the cosine alone", turn_trace=sp.cos(phi))
@control("the sine", turn_trace=2 * sp.sin(phi))
def turns_are_orthogonal(turn: sp.ImmutableMatrix, turn_trace: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Orthogonal, of determinant 1, and with this trace, for all angles."""
    yield trial.same(weighted(turn.T * turn), weighted(sp.eye(2)))
    yield trial.same(turn.det(), sp.S.One)
    yield trial.same(turn.trace(), turn_trace)


@exact(grid_turns, step="between")
@control("the cosine", below_two=4 * sp.cos(phi / 2) ** 2)
@control("half of it", below_two=below_two / 2)
@control("of the whole angle", above_minus_two=4 * sp.cos(phi) ** 2)
@control("half of it, below", above_minus_two=above_minus_two / 2)
@control("the cosine alone", turn_trace=sp.cos(phi))
def traces_lie_between(
    turn_trace: sp.Expr, below_two: sp.Expr, above_minus_two: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Both distances are multiples of squares, for all angles."""
    yield trial.same(2 - turn_trace, below_two)
    yield trial.same(turn_trace + 2, above_minus_two)
    for distance in (below_two, above_minus_two):
        yield trial.holds(bool(distance.is_nonnegative), f"{distance} is nowhere negative")


@exact(grid_turns, step="same trace")
@control("the other diagonal", same_trace=entries[0, 1] + entries[1, 0])
@control("the determinant", same_trace=entries.det())
@control("one entry", same_trace=entries[0, 0])
def traces_stay_in_any_basis(same_trace: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Of S A S⁻¹, for any matrix A and any invertible S, with determinants cleared."""
    basis = sp.Matrix(2, 2, sp.symbols("t_11 t_12 t_21 t_22", positive=True))
    moved = (basis * entries * basis.adjugate()).trace()
    yield trial.same(moved, basis.det() * same_trace, by=sp.expand)


@exact(grid_turns, step="orders")
@control("the trace for the cosine", orders=2 * sp.pi / sp.acos(tau / 4))
@control("half a turn", orders=sp.pi / sp.acos(tau / 2))
@control("the sine", orders=2 * sp.pi / sp.asin(tau / 2))
@control("10 % more", orders=MORE * orders)
@control("the cosine alone", turn_trace=sp.cos(phi))
def orders_have_these_traces(orders: sp.Expr, turn_trace: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The turn by 2π/N has the trace τ, and N is 2, 3, 4 and 6, whole numbers."""
    yield trial.same(turn_trace.subs(phi, 2 * sp.pi / orders), tau)
    for trace, expected in zip(TRACES, (2, 3, 4, 6), strict=True):
        yield trial.holds(
            sp.simplify(orders.subs(tau, trace) - expected) == 0, f"order {expected} at the trace {trace}"
        )


def order_of(matrix: sp.ImmutableMatrix) -> int:
    """The least power that is I, 0 if none of those tried is."""
    power = sp.eye(matrix.rows)
    for count in range(1, MOST + 1):
        power = power * matrix
        if power == sp.eye(matrix.rows):
            return count
    return 0


@exact(grid_turns, step="all occur")
@control("a reflection", companion=sp.ImmutableMatrix([[0, 1], [1, tau]]))
@control("a shear", companion=sp.ImmutableMatrix([[1, 0], [tau, 1]]))
@control("twice the trace", companion=sp.ImmutableMatrix([[0, -1], [1, 2 * tau]]))
@control("half a turn", orders=sp.pi / sp.acos(tau / 2))
def companions_have_these_orders(companion: sp.ImmutableMatrix, orders: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Determinant 1 and trace τ; and the least power that is I, for each trace above −2, where −I has order 2."""
    yield trial.same(companion.det(), sp.S.One)
    yield trial.same(companion.trace(), tau)
    for trace in TRACES:
        matrix = companion.subs(tau, trace) if trace > -2 else -sp.eye(2)
        found, claimed = order_of(matrix), sp.simplify(orders.subs(tau, trace))
        yield trial.holds(found == claimed, f"trace {trace}: order {found}, claimed {claimed}")


def orders_by_trace(largest: int) -> dict[int, set[int]]:
    """Orders of all whole 2 × 2 matrices of finite order and determinant 1 with entries up to some modulus, but I."""
    found: dict[int, set[int]] = {}
    every = np.array(list(product(range(-largest, largest + 1), repeat=4)), dtype=object).reshape(-1, 2, 2)
    every = every[every[:, 0, 0] * every[:, 1, 1] - every[:, 0, 1] * every[:, 1, 0] == 1]
    power, unit = every, np.eye(2, dtype=int)
    left = ~(every == unit).all(axis=(1, 2))
    for count in range(2, MOST + 1):
        power = power @ every
        back = left & (power == unit).all(axis=(1, 2))
        for matrix in every[back]:
            found.setdefault(int(matrix.trace()), set()).add(count)
        left &= ~back
    return found


@exact(grid_turns)
@control("half a turn", orders=sp.pi / sp.acos(tau / 2))
@control("the trace for the cosine", orders=2 * sp.pi / sp.acos(tau / 4))
@control("one more", orders=orders + 1)
def whole_matrices_have_these_orders(orders: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """All matrices with entries up to 4: powers up to 48 are I for these traces alone, and with these orders."""
    found = trial.once(orders_by_trace, 4)
    claimed = {trace: {sp.simplify(orders.subs(tau, trace))} for trace in TRACES}
    yield trial.holds(found == claimed, f"orders by trace {dict(sorted(found.items()))}, claimed {claimed}")


def kept_distances(dimension: int) -> int:
    """Matrices of entries −1, 0 and 1 that are orthogonal: whole orthogonal ones have no others."""
    columns = [np.array(each) for each in product((-1, 0, 1), repeat=dimension) if np.abs(each).sum() == 1]
    every = (np.stack(chosen, axis=1) for chosen in product(columns, repeat=dimension))
    return sum(bool((matrix.T @ matrix == np.eye(dimension, dtype=int)).all()) for matrix in every)


@exact(grid_turns, step="distances")
@control("permutations alone", motions=sp.factorial(d))
@control("columns may repeat", motions=(2 * d) ** d)
@control("turns alone", motions=2 ** (d - 1) * sp.factorial(d))
@control("10 % more", motions=MORE * motions)
def columns_are_chosen_one_by_one(motions: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One in dimension 0, and 2(d + 1) times as many in dimension d + 1; listed up to dimension 4."""
    yield trial.induction(motions, d, sp.S.One, lambda term: 2 * (d + 1) * term, by=sp.gammasimp)
    for dimension in range(1, 5):
        found, claimed = trial.once(kept_distances, dimension), motions.subs(d, dimension)
        yield trial.holds(found == claimed, f"dimension {dimension}: {found}, claimed {claimed}")


@exact(grid_turns, step="stretched")
@control("a shear", stretched=sp.ImmutableMatrix([[1, 0], [1, 1]]))
@control("a quarter turn", stretched=companion.subs(tau, 0))
@control("the sign lost", fourth_power=sp.Integer(4))
@control("the square", fourth_power=sp.Integer(-2))
@control("cells modulo 5", modulus=sp.Integer(5))
@control("cells modulo 2", modulus=sp.Integer(2))
def powers_of_the_stretched_turn(
    stretched: sp.ImmutableMatrix, fourth_power: sp.Expr, modulus: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """√2 times a turn by 45°, whose fourth power is −4; modulo 3 the powers before the eighth are not I."""
    products = (stretched.T * stretched, 2 * sp.eye(2)), (stretched**4, fourth_power * sp.eye(2))
    yield trial.exhausts(products, "products of a matrix of numbers")
    back = [k for k in range(1, 9) if ((stretched**k - sp.eye(2)) % modulus).is_zero_matrix]
    yield trial.holds(back == [8], f"modulo {modulus} I at the powers {back}")
