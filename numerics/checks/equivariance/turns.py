"""Evidence for Q12.1, besides its reasons: whole matrices have these orders; columns are chosen one by one."""

from itertools import product

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.theory.equivariance.turns import TRACES, d, grid_turns, tau

MOST = 48  # powers that are tried


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
def whole_matrices_have_these_orders(orders: sp.Expr, trial: Trial) -> Findings:
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
def columns_are_chosen_one_by_one(motions: sp.Expr, trial: Trial) -> Findings:
    """One in dimension 0, and 2(d + 1) times as many in dimension d + 1; listed up to dimension 4."""
    yield trial.induction(motions, d, sp.S.One, lambda term: 2 * (d + 1) * term, by=sp.gammasimp)
    for dimension in range(1, 5):
        found, claimed = trial.once(kept_distances, dimension), motions.subs(d, dimension)
        yield trial.holds(found == claimed, f"dimension {dimension}: {found}, claimed {claimed}")
