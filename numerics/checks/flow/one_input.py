"""Evidence for F2.4: five samples through one input, their kernel matrix, and the best piecewise linear fit."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.checks.kernel.collapse import SAMPLES, one_input_kernel
from sparse_limits.numerics.evidence import Finding, Trial, control, exact
from sparse_limits.theory.flow.linear import amplitude, eigenvalue, eta, mode_loss, plateau, time
from sparse_limits.theory.flow.one_input import (
    collapse_plateau,
    fit_loss,
    moments,
    negative_component,
    negative_loss,
    one_input_plateau,
    positive_component,
    positive_loss,
    positive_time,
    slopes,
    squares,
)
from sparse_limits.theory.flow.times import share
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.symbols import m
from sparse_limits.theory.kernel.collapse import above, below, energy, negative_eigenvalue, positive_eigenvalue
from sparse_limits.theory.kernel.collapse import share as trained_share

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
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
@control("of a vector that is not of unit length", positive_component=moments[0])
@control("over the squared length", positive_component=moments[0] / above)
@control("10 % more", positive_component=ELEVEN * positive_component)
@control("the other side", negative_component=positive_component)
@control("over the squared length, too", negative_component=moments[1] / below)
@control("10 % less", negative_component=NINE * negative_component)
def components_are_along_unit_vectors(
    positive_component: sp.Expr, negative_component: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Their squares; the sign by five samples, residuals free."""
    yield trial.same(positive_component**2, moments[0] ** 2 / above)
    yield trial.same(negative_component**2, moments[1] ** 2 / below)
    for sign, claimed in ((1, positive_component), (-1, negative_component)):
        unit = SIDES[sign] / sp.sqrt(SIDES[sign].dot(SIDES[sign]))
        yield trial.at_sizes([(claimed.subs(HERE), unit.dot(START))], "samples")


@exact(one_input_plateau, step="losses")
@control("the readout twice", positive_loss=positive_loss.subs(trained_share, energy))
@control("the exponent of the residual", positive_loss=positive_loss.subs(time, time / 2))
@control("10 % more", positive_loss=ELEVEN * positive_loss)
@control("the other eigenvalue", negative_loss=negative_loss.subs(below, above))
@control("without one half", negative_loss=2 * negative_loss)
@control("a component over the squared length", positive_component=moments[0] / above)
@control("the other side", negative_component=positive_component)
@control("an eigenvalue doubled", positive_eigenvalue=2 * positive_eigenvalue)
@control("the other eigenvalue halved", negative_eigenvalue=negative_eigenvalue / 2)
def parts_are_losses_of_modes(
    positive_component: sp.Expr,
    negative_component: sp.Expr,
    positive_eigenvalue: sp.Expr,
    negative_eigenvalue: sp.Expr,
    positive_loss: sp.Expr,
    negative_loss: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """The loss of F1.1 at component and eigenvalue."""
    for claimed, c, value in (
        (positive_loss, positive_component, positive_eigenvalue),
        (negative_loss, negative_component, negative_eigenvalue),
    ):
        yield trial.same(claimed, mode_loss.subs({amplitude: c, eigenvalue: value}))


@exact(one_input_plateau, step="fits")
@control("without the cross terms", fit_loss=fit_loss.subs(dict.fromkeys(moments, 0)))
@control("without one half", fit_loss=2 * fit_loss)
@control("one slope", fit_loss=fit_loss.subs(slopes[1], slopes[0]))
@control("10 % more", fit_loss=ELEVEN * fit_loss)
def fits_leave_their_loss(fit_loss: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Residuals along both vectors and across them; five samples, residuals and both slopes free."""
    lengths = [sp.sqrt(above), sp.sqrt(below)]
    along = [moment / length for moment, length in zip(moments, lengths, strict=True)]
    rest = [c - slope * length for c, slope, length in zip(along, slopes, lengths, strict=True)]
    across = sp.sqrt(squares - along[0] ** 2 - along[1] ** 2)
    yield trial.same(fit_loss, sum(each**2 for each in (*rest, across)) / (2 * m), by=sp.expand)
    left = START - slopes[0] * SIDES[1] - slopes[1] * SIDES[-1]
    yield trial.at_sizes([(fit_loss.subs(HERE), left.dot(left) / 10)], "samples")


@exact(one_input_plateau, step="plateau")
@control("nothing learnt", collapse_plateau=squares / (2 * m))
@control("one direction", collapse_plateau=(squares - moments[0] ** 2 / above) / (2 * m))
@control("without one half", collapse_plateau=2 * collapse_plateau)
@control("10 % more", collapse_plateau=ELEVEN * collapse_plateau)
@control("a component over the squared length", positive_component=moments[0] / above)
@control("no component on the other side", negative_component=sp.S.Zero)
@control("a fit without one half", fit_loss=2 * fit_loss)
def plateaus_are_best_fits(
    positive_component: sp.Expr,
    negative_component: sp.Expr,
    fit_loss: sp.Expr,
    collapse_plateau: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """The plateau of F1.1 of all squares but two; what a fit exceeds it by is a sum of squares."""
    rest = squares - positive_component**2 - negative_component**2
    yield trial.same(collapse_plateau, plateau.subs(amplitude**2, rest))
    up, down = sp.symbols("s_plus s_minus", positive=True)
    excess = (fit_loss - collapse_plateau).subs({above: up, below: down})
    first, second = (moments[0] - slopes[0] * up) ** 2 / up, (moments[1] - slopes[1] * down) ** 2 / down
    yield trial.nonnegative(excess, (first + second) / (2 * m))


@exact(one_input_plateau, step="time")
@control("the readout twice", positive_time=positive_time.subs(trained_share, energy))
@control("of the residual", positive_time=2 * positive_time)
@control("not times the samples", positive_time=positive_time / m)
@control("10 % less", positive_time=NINE * positive_time)
@control("a loss of the residual", positive_loss=positive_loss.subs(time, time / 2))
def the_share_is_left_at_the_time(positive_loss: sp.Expr, positive_time: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The part of the loss at the time over that at the start."""
    yield trial.same(positive_loss, share * positive_loss.subs(time, 0), where={time: positive_time})


@exact(one_input_plateau)
@control("at half the rate", positive_loss=positive_loss.subs(eta, eta / 2))
@control("the other eigenvalue", negative_loss=negative_loss.subs(below, above))
@control("one direction", collapse_plateau=(squares - moments[0] ** 2 / above) / (2 * m))
@control("nothing learnt", collapse_plateau=squares / (2 * m))
@control("times ten", positive_time=10 * positive_time)
def five_samples_descend_as_their_kernel_says(
    positive_loss: sp.Expr,
    negative_loss: sp.Expr,
    collapse_plateau: sp.Expr,
    positive_time: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
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
