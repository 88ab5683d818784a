"""Evidence for F2.4, besides its reasons: components are along unit vectors; fits leave their loss; and more."""

import sympy as sp

from sparse_limits.numerics.checks.kernel.further.collapse import SAMPLES, one_input_kernel
from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.theory.flow.further.one_input import moments, one_input_plateau, slopes, squares
from sparse_limits.theory.flow.linear import eta, time
from sparse_limits.theory.flow.times import share
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.symbols import m
from sparse_limits.theory.kernel.further.collapse import above, below

START = sp.ImmutableMatrix(sp.symbols("r_1:6", real=True))
SIDES = {  # of the samples of K11.1: where the input is positive, and where it is negative
    sign: sp.ImmutableMatrix([sp.Abs(x) if sp.sign(x) == sign else 0 for x in SAMPLES]) for sign in (1, -1)
}
HERE = {
    m: len(SAMPLES),
    above: SIDES[1].dot(SIDES[1]),
    below: SIDES[-1].dot(SIDES[-1]),
    moments[0]: SIDES[1].dot(START),
    moments[1]: SIDES[-1].dot(START),
    squares: START.dot(START),
}


@exact(one_input_plateau, step="components")
def components_are_along_unit_vectors(
    positive_component: sp.Expr, negative_component: sp.Expr, trial: Trial
) -> Findings:
    """Their squares; the sign by five samples, residuals free."""
    yield trial.same(positive_component**2, moments[0] ** 2 / above)
    yield trial.same(negative_component**2, moments[1] ** 2 / below)
    for sign, claimed in ((1, positive_component), (-1, negative_component)):
        unit = SIDES[sign] / sp.sqrt(SIDES[sign].dot(SIDES[sign]))
        yield trial.at_sizes([(claimed.subs(HERE), unit.dot(START))], "samples")


@exact(one_input_plateau, step="fits")
def fits_leave_their_loss(fit_loss: sp.Expr, trial: Trial) -> Findings:
    """Residuals along both vectors and across them; five samples, residuals and both slopes free."""
    lengths = [sp.sqrt(above), sp.sqrt(below)]
    along = [moment / length for moment, length in zip(moments, lengths, strict=True)]
    rest = [c - slope * length for c, slope, length in zip(along, slopes, lengths, strict=True)]
    across = sp.sqrt(squares - along[0] ** 2 - along[1] ** 2)
    yield trial.same(fit_loss, sum(each**2 for each in (*rest, across)) / (2 * m), by=sp.expand)
    left = START - slopes[0] * SIDES[1] - slopes[1] * SIDES[-1]
    yield trial.at_sizes([(fit_loss.subs(HERE), left.dot(left) / 10)], "samples")


@exact(one_input_plateau)
def five_samples_descend_as_their_kernel_says(
    positive_loss: sp.Expr, negative_loss: sp.Expr, collapse_plateau: sp.Expr, positive_time: sp.Expr, trial: Trial
) -> Findings:
    """The matrix of K11.1: Taylor coefficients of the loss up to the fourth, residuals free."""
    total = valued(positive_loss + negative_loss + collapse_plateau, HERE)
    kernel, power = one_input_kernel(), START
    for order in range(5):
        found = sp.diff(total, time, order).subs(time, 0)
        expected = (-2 * eta / 5) ** order * START.dot(power) / 10
        yield trial.same(found, expected, by=sp.expand)
        power = kernel * power
    slope = sp.log(positive_loss / positive_loss.subs(time, 0))
    yield trial.same(
        slope.subs(time, 1) * positive_time, sp.log(share), by=lambda gap: sp.simplify(sp.expand_log(gap, force=True))
    )
