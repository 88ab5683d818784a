"""Symbols shared by the claims on subset sums."""

from __future__ import annotations

import sympy as sp

n, k = sp.symbols("n k", positive=True, integer=True)  # the number of items, and of those in a subset
z = sp.Symbol("z", real=True)  # the target
eps = sp.Symbol("epsilon", positive=True)  # how close a subset sum has to come
