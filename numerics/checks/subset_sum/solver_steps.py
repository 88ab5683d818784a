"""Evidence for R6, besides its reasons: errors are those of some numbers; the example is on the grid."""

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed
from sparse_limits.theory.subset_sum.solver import A_1, A_2, exact_solver, u


@enclosed(exact_solver)
def errors_are_those_of_some_numbers(rounding: sp.Expr, summation_error: sp.Expr, trial: Trial) -> Findings:
    """The bound on the error of a sum is not negative, and that on a rounding at least u times the sum of the moduli that were added."""
    yield trial.below(sp.S.Zero, summation_error)
    yield trial.below(u * (A_1 + A_2), rounding)


@enclosed(exact_solver)
def the_example_is_on_the_grid(example_gap: sp.Expr, trial: Trial) -> Findings:
    """The target, from 2 on and below 4, is a floating-point number, so that the gap is a multiple of 4u."""
    multiple = sp.cancel(example_gap / (4 * u))
    yield trial.below(multiple, sp.floor(multiple), needed="example_gap")
    yield trial.below(2 + example_gap, sp.Integer(4), strict=True, needed="example_gap")
