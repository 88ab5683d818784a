"""Evidence for N2: one neuron near the target is enough, which in the plane bounds the number of neurons from the other side."""

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.numerics.neuron_pruning.circle import squared_error, squared_sine
from sparse_limits.theory.neuron_pruning.alignment import N, alignment_bound, delta, eps

TURNED = ((4, 3, 5), (12, 5, 13), (15, 8, 17), (40, 9, 41), (84, 13, 85))  # whole vectors and their lengths


@exact(alignment_bound)
def one_neuron_errs_by_the_sine_of_its_angle(nearest: sp.Expr, trial: Trial) -> Findings:
    """The exact error of one neuron of the target's length is the sine of its angle: π times the share of directions that are as near."""
    for along, across, length in TURNED:
        error = squared_error((length, 0), [(along, across)], [1]) / length**2
        yield trial.holds(error == squared_sine((length, 0), (along, across)), f"({along}, {across}): {error}")
        sine = sp.sin(sp.pi * nearest.subs(eps, sp.Rational(across, length)))
        yield trial.same(sine**2, sp.Rational(error), at=[{}])


@exact(alignment_bound)
def one_of_many_is_near(nearest: sp.Expr, found: sp.Expr, enough: sp.Expr, trial: Trial) -> Findings:
    """The probability that no one of several independent neurons is near, by induction; at the number that is enough it is 1 − δ."""
    p = sp.Symbol("p", positive=True)
    none = (1 - found).subs(nearest, p)
    yield trial.induction(none, N, 1 - p, lambda before: (1 - p) * before, start=1, by=sp.powsimp)
    yield trial.same(enough * sp.log(1 - nearest), sp.log(1 - delta))
