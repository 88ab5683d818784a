"""Evidence for O2.1: complex functions of modulus 1 attain their factor beside signs."""

from itertools import product

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.theory.operators.norms import norm_chain

SIGNS = np.array([[1, 1], [1, -1]])


@exact(norm_chain)
def complex_form_attains_its_factor(complex_factor: sp.Expr, trial: Trial) -> Findings:
    """For the matrix of signs, f = (1, i) with the best g has the factor times the largest form over all signs.

    The best g has the conjugate phases of 1 + i and 1 − i.
    """
    matrix = sp.Matrix(SIGNS.tolist())
    sums = (sp.Matrix([[1, sp.I]]) * matrix).tolist()[0]
    planar = sum(sp.Abs(each) for each in sums)
    real = max(sum(map(abs, sp.Matrix([f]) * matrix)) for f in product((1, -1), repeat=2))
    yield trial.holds(sp.simplify(planar - complex_factor * real) == 0, f"attained {planar / real}")
