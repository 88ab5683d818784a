"""Symbols shared by the claims on equivariant maps."""

from __future__ import annotations

import sympy as sp

order = sp.Symbol("order", positive=True, integer=True)  # of the group
class_size = sp.Symbol("class_size", positive=True, integer=True)  # elements that are conjugate to each other
D = sp.Symbol("D", positive=True, integer=True)  # side of a grid
X, Y = sp.symbols("X Y", positive=True, integer=True)  # points on which the group acts, before and after
B = sp.Symbol("B", positive=True, integer=True)  # elements of the basis
