"""The number of inputs, which all bounds for networks of many inputs have."""

import sympy as sp

from sparse_limits.theory.quantities import Quantity, whole_from

d = sp.Symbol("d", integer=True, positive=True)  # inputs, at least 2
INPUTS = Quantity(d, "number of inputs", whole_from(2))
cosines = sp.sqrt(sp.pi) * sp.gamma((d - 1) / 2) / (2 * sp.gamma(d / 2))  # ∫cosᵈ⁻²θ over a quarter of a circle
