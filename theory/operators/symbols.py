"""The symbols that the claims about operators share."""

from __future__ import annotations

import sympy as sp

from sparse_limits.theory.quantities import Quantity

cut = sp.Symbol("c", nonnegative=True)  # a cut norm
CUT_NORM = Quantity(
    cut,
    "cut norm of a kernel, such as the difference of two graphons",
    sp.Interval(0, 1),
    drawn=(sp.Rational(1, 50), 1),
)

sigma = sp.Symbol("sigma", positive=True)  # a singular value σ_k(P)/√(mn)
