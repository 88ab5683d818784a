"""Evidence for the steps of K12, besides their reasons: arcsines are steeper; opposite errors are worst."""

from itertools import product

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed
from sparse_limits.theory.kernel.further.angle import arc_cosine_numerics, eta, u

NINE = sp.Rational(9, 10)


@enclosed(arc_cosine_numerics, step="excess")
def arcsines_are_steeper(half_sine: sp.Expr, excess: sp.Expr, trial: Trial) -> Findings:
    """The derivative at the half sine; and the excess is nowhere negative."""
    w = sp.Symbol("w", positive=True)
    square = sp.diff(2 * sp.asin(w), w) ** 2
    yield trial.same(square.subs(w, half_sine), 4 * (1 + excess))
    yield trial.everywhere(0, excess, within={u: (0, sp.Rational(1, 2))})


@enclosed(arc_cosine_numerics, step="largest factor")
def opposite_errors_are_worst(factor: sp.Expr, trial: Trial) -> Findings:
    """The ratio and its inverse at the four corners: one is the factor, none is above it."""
    yield trial.same(factor * (1 - eta), 1 + eta)
    for first, second in product((-eta, eta), repeat=2):
        ratio = (1 + first) / (1 + second)
        for each in (ratio, 1 / ratio):
            yield trial.everywhere(each, factor, within={eta: (0, NINE)}, zero={eta: (0, 1)})
