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

OPERATOR = {
    "W": "graphon, or any kernel with values in $[0,1]$",
    "T_W": "integral operator with the kernel $W$",
    "L^2": "space of the functions with a finite integral of the square",
    "g": "function to which an operator is applied",
    "u, v": "positions of a row and of a column in the unit interval",
    "M": "mask, a matrix of $0$ and $1$",
    "W_M": "step kernel of the mask, its entries on the cells of a grid",
    r"\sigma_i": "singular value, $i$-th in falling order",
    r"\|\cdot\|_{HS}": "Hilbert–Schmidt norm, the root of the integral of the square",
    r"d_{\rm row}": "degree function of the rows, the integral of the kernel over the columns",
}
