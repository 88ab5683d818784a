"""The symbols that the claims about expressivity share."""

from __future__ import annotations

import sympy as sp

from theory.graphon.symbols import SHARES, SIZES, m, n, p
from theory.saliency.model import u

k = sp.Symbol("k", integer=True, positive=True)  # active inputs
alpha = sp.Symbol("alpha", positive=True)  # share of the rows with the density p on the active inputs
j = sp.Symbol("j", integer=True, nonnegative=True)  # a count
epsilon = sp.Symbol("epsilon", positive=True)
units = sp.Symbol("N", integer=True, positive=True)

kernel = sp.Function("W", nonnegative=True)  # a graphon left open: row, column
positions = sp.symbols("v_1:4", positive=True)  # of three active inputs

RANGES = {
    **SIZES,
    **SHARES,
    k: (1, 6),
    alpha: SHARES[p],
    j: (0, 3),
    epsilon: (sp.Rational(1, 20), sp.Rational(3, 4)),
    units: (1, 9),
}

__all__ = ["RANGES", "alpha", "epsilon", "j", "k", "kernel", "m", "n", "p", "positions", "u", "units"]
