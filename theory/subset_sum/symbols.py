"""Symbols shared by the claims on subset sums."""

import sympy as sp

from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, POSITIVE, Quantity

n = sp.Symbol("n", nonnegative=True, integer=True)  # the number of items
k = sp.Symbol("k", positive=True, integer=True)  # the number of items in a subset
z = sp.Symbol("z", real=True)  # the target
eps = sp.Symbol("epsilon", positive=True)  # how close a subset sum has to come
delta = sp.Symbol("delta", nonnegative=True)  # the probability of failure

# The letters of sentences on subsets and on pruned layers
HITS = {"N": r"number of subsets whose sum is within $\varepsilon$ of $z$"}
SUBSET = {"S": "subset of the items, by their numbers"}
TARGET_LAYER = {
    "W": "matrix of the weights of the target",
    "f": "function that the target computes",
    "g": "function that the pruned network computes",
}

ITEMS = Quantity(n, "number of items", COUNT_FROM_ZERO)
SUBSET_SIZE = Quantity(k, "number of items in a subset", COUNT)
TARGET = Quantity(z, "target, the number to which a subset sum is to come close", sp.S.Reals)
DISTANCE = Quantity(eps, "distance from the target up to which a subset sum counts as close", POSITIVE)
FAILURE = Quantity(
    delta,
    "probability of failure that is allowed",
    sp.Interval.Lopen(0, 1),
    drawn=(sp.Rational(1, 100), sp.Rational(1, 2)),
)
