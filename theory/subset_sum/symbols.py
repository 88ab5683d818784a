"""Symbols shared by the claims on subset sums."""

from __future__ import annotations

import sympy as sp

from sparse_limits.theory.quantities import COUNT, NO_BOUND, POSITIVE, UNIT, Quantity

n, k = sp.symbols("n k", positive=True, integer=True)  # the number of items, and of those in a subset
z = sp.Symbol("z", real=True)  # the target
eps = sp.Symbol("epsilon", positive=True)  # how close a subset sum has to come
delta = sp.Symbol("delta", positive=True)  # the probability of failure

ITEMS = Quantity(n, "number of items", COUNT)
SUBSET_SIZE = Quantity(k, "number of items in a subset", COUNT)
TARGET = Quantity(z, "target, the number to which a subset sum is to come close", sp.S.Reals)
DISTANCE = Quantity(eps, "distance from the target up to which a subset sum counts as close", POSITIVE)
FAILURE = Quantity(
    delta,
    "probability of failure that is allowed",
    UNIT,
    drawn=(sp.Rational(1, 100), sp.Rational(1, 2)),
    convention=NO_BOUND,
)
