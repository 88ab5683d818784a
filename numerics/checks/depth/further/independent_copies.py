"""Evidence for D8.2, besides its reasons: all weights of one unit and its readout, in fractions."""

from fractions import Fraction
from itertools import product

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.theory.depth.further.independent_copies import independent_copies

ODD = (-3, -1, 1, 3)  # weights; at even and odd values below no unit of two inputs is at its kink
BELOW = ((1, 2), (2, -1), (4, 1))  # values of two units below


def correlation(values: tuple[int, int], readout_is_a_weight: bool) -> Fraction:
    """The mean of z_kδ_k of a ReLU unit, z_k = w·h and δ_k = a φ′(z_k), over weights and a free readout a, or with a = w_1."""
    found, cases = 0, 0
    for first, second, free in product(ODD, ODD, ODD):
        z = first * values[0] + second * values[1]
        found += z * (first if readout_is_a_weight else free) * (z > 0)
        cases += 1
    return Fraction(found, cases)


@exact(independent_copies)
def signals_do_not_covary_with_values(correction: sp.Expr, trial: Trial) -> Findings:
    """With a free readout the mean is 0 for all values below; with a readout that is a weight it is not."""
    for values in BELOW:
        seen = trial.once(correlation, values, False)
        yield trial.same(correction, sp.Rational(seen))
        tied = trial.once(correlation, values, True)
        yield trial.holds(tied != 0, f"with a readout that is a weight: {tied}")
