"""Symbols shared by the claims on equivariant maps."""

from __future__ import annotations

import sympy as sp

from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, Hypothesis, Quantity

order = sp.Symbol("N", positive=True, integer=True)  # of the group
class_size = sp.Symbol("c", nonnegative=True, integer=True)  # elements with the same characters
D = sp.Symbol("D", nonnegative=True, integer=True)  # side of a grid
X, Y = sp.symbols("X Y", nonnegative=True, integer=True)  # points on which the group acts, before and after
B = sp.Symbol("B", nonnegative=True, integer=True)  # elements of the basis
n = sp.Symbol("n", nonnegative=True, integer=True)  # points that the symmetric group permutes

ORDER = Quantity(order, "number of elements of the group", COUNT)
CLASS_SIZE = Quantity(class_size, "number of elements of the group that have the same characters", COUNT_FROM_ZERO)
SIDE = Quantity(D, "number of cells along a side of the grid", COUNT_FROM_ZERO)
POINTS_BEFORE = Quantity(X, "number of points that the group permutes before the map", COUNT_FROM_ZERO)
POINTS_AFTER = Quantity(Y, "number of points that the group permutes after the map", COUNT_FROM_ZERO)
BASIS = Quantity(B, "number of elements of the basis of equivariant maps", COUNT)
PERMUTED = Quantity(n, "number of points that the symmetric group permutes", COUNT_FROM_ZERO)

ORBITS_OF_PAIRS = Hypothesis("no more orbits than entries of the matrix", B <= X * Y)

# The letters of sentences on layers between channels on which a group acts
LAYER = {
    "G": "group that permutes the points",
    "X,Y": "finite sets of points before and after the layer, permuted by the group",
    "x_i": "channel $i$ of the input",
    "B_b": "element $b$ of the basis of equivariant maps, a matrix",
    "w_{iob}": "coefficient of the target: channel $i$ before, channel $o$ after, basis element $b$",
    "I": "identity matrix",
}
