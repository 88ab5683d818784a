"""Evidence for R13 on whole ranges: signs, and what chords and later items bound."""

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed
from sparse_limits.theory.subset_sum.potential import r, v
from sparse_limits.theory.subset_sum.power_potential import n_1, theta, two_phases
from sparse_limits.theory.subset_sum.power_potential_signs import step
from sparse_limits.theory.subset_sum.symbols import n


@enclosed(two_phases)
def the_shape_lies_below_its_chords(
    shape: sp.Expr, curvature: sp.Expr, low_gain: sp.Expr, high_gain: sp.Expr, trial: Trial
) -> Findings:
    """For θ, v and r up to 1 the shape is convex and at most its chord from 0 to 1; the gain up to a half is not negative, and that beyond
    a half at least v − ½.
    """
    yield trial.everywhere(curvature, within={theta: (0, 1), v: (0, 1), r: (0, 1)})
    yield trial.everywhere(low_gain, within={theta: (0, 1), v: (0, 1)})
    yield trial.below(v - sp.Rational(1, 2), high_gain)
    chord = shape.subs(r, 0) * (1 - r) + shape.subs(r, 1) * r
    yield trial.below(shape, chord)


@enclosed(two_phases)
def more_items_leave_less(later_failure: sp.Expr, doubly: sp.Expr, more_items: sp.Expr, trial: Trial) -> Findings:
    """Later items do not raise the probability; after them each item more leaves less than half of the measure, and the number of such
    items is not below 0.
    """
    yield trial.below(later_failure, later_failure.subs(n, n_1))
    yield trial.below(doubly.subs(step, step + 1), doubly / 2, strict=True)
    yield trial.below(sp.S.Zero, more_items)
