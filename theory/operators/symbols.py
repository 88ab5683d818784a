"""The symbols that the claims about operators share."""

import sympy as sp

from sparse_limits.theory.quantities import Quantity
from sparse_limits.theory.saliency.symbols import WHOLE_MASK

cut = sp.Symbol("c", nonnegative=True)  # a cut norm
CUT_NORM = Quantity(
    cut,
    "cut norm of a kernel, such as the difference of two graphons",
    sp.Interval(0, 1),
    drawn=(sp.Rational(1, 50), 1),
)

sigma = sp.Symbol("sigma", positive=True)  # a singular value σ_k(P)/√(mn)

STEP_KERNEL = {"W_M": "step kernel of the mask, its entries on the cells of a grid"}
INTEGRAL_OPERATOR = {"T_W": "integral operator with the kernel $W$"}
SQUARE_INTEGRABLE = {"L^2": "space of the functions with a finite integral of the square"}
POSITIONS = {"u, v": "positions of a row and of a column in the unit interval"}
SINGULAR_VALUE = {r"\sigma_i": "singular value, $i$-th in falling order"}

OPERATOR = {
    "W": "graphon, or any kernel with values in $[0,1]$",
    **INTEGRAL_OPERATOR,
    **SQUARE_INTEGRABLE,
    "g": "function to which an operator is applied",
    **POSITIONS,
    **WHOLE_MASK,
    **STEP_KERNEL,
    **SINGULAR_VALUE,
    r"\|\cdot\|_{HS}": "Hilbert–Schmidt norm, the root of the integral of the square",
    r"d_{\rm row}": "degree function of the rows, the integral of the kernel over the columns",
    r"\psi(u)": "profile of the rows in SNIP, the factor of the neuron at $u$ in its scores",
    r"\varphi": "profile of the columns in SNIP, the factor of an input in its scores",
}

# The letters of sentences on quadrature
QUADRATURE = {
    "W(x,y)": "graphon, the chance that a weight is kept by the latents $x$ of its row and $y$ of its column",
    "x_a, y_b": "node for the latents of rows, and for those of columns",
    r"\sigma_i": "singular value of the graphon, $i$-th in falling order",
    r"\sigma_i^{(q)}, \sigma_1^{(n)}": "approximation of it by $q$ nodes for each law, and by $n$ midpoints",
    "W_q": "polynomial that equals the graphon at the nodes",
    r"\|\cdot\|_2": "root of the mean of the square over the latents",
    "u, v": "quantile coordinates of a row and of a column, numbers of the unit interval",
    r"\zeta": "Hurwitz zeta function",
    "o(1)": r"term that tends to $0$ as $n\to\infty$",
}
