"""Evidence for D5.1, besides its reason: several outputs, and two losses at the start."""

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, control, exact
from sparse_limits.numerics.evidence.sums import grows_by
from sparse_limits.numerics.prediction.layers.residual import Residual
from sparse_limits.theory.depth.further.outputs_at_start import (
    a_1,
    a_2,
    entropy_ratio,
    here,
    other_class,
    outputs,
    outputs_at_start,
    own_class,
    squared_ratio,
    there,
)
from sparse_limits.theory.depth.row_law import passed, v_A
from sparse_limits.theory.saliency.snip import w

Scores = tuple[sp.Expr, ...]
f_1, f_2 = sp.symbols("f_1 f_2", real=True)
START = {f_1: 0, f_2: 0}
entropy = sp.log(sp.exp(f_1) + sp.exp(f_2) + outputs - 2) - f_1  # of class 1, all outputs from the third on at 0
squared = ((f_1 - 1 + 1 / outputs) ** 2 + (f_2 + 1 / outputs) ** 2) / 2


@exact(outputs_at_start, step="several outputs")
def signals_of_several_outputs(covariance: sp.Expr, trial: Trial) -> Findings:
    """What one more output adds to the mean of the product of two sums, for any number; and up to four, expanded.

    Squares of the weights have the mean v_A, products of two the mean 0.
    """
    weight, one, other = sp.symbols("a_K X_K Y_K", real=True)  # the sums over the other outputs
    whole = sp.expand((one + weight * here(outputs)) * (other + weight * there(outputs)))
    yield grows_by(trial, covariance, outputs, v_A * whole.coeff(weight, 2) + whole.coeff(weight, 0) - one * other)

    def cases() -> Iterator[tuple[sp.Expr, sp.Expr]]:
        for number in range(1, 5):
            weights = sp.symbols(f"a_1:{number + 1}", real=True)
            rows = [sp.symbols(f"{name}_1:{number + 1}", real=True) for name in ("p", "q")]
            left, right = (sum(a * r for a, r in zip(weights, row, strict=True)) for row in rows)
            product = sp.Poly(sp.expand(left * right), *weights)
            mean = sum(coefficient * v_A for powers, coefficient in product.terms() if 2 in powers)
            letters = {
                function(place): each
                for function, row in zip((here, there), rows, strict=True)
                for place, each in enumerate(row, start=1)
            }
            yield mean, covariance.subs(outputs, number).doit().subs(letters)

    yield trial.at_sizes(cases(), "numbers of outputs")


@exact(outputs_at_start, step="softmax at zero")
@control("targets not centred", own_class=sp.S.NegativeOne, other_class=sp.S.Zero)
@control("target minus softmax", own_class=-own_class, other_class=-other_class)
def both_losses_have_the_residual(own_class: sp.Expr, other_class: sp.Expr, trial: Trial) -> Findings:
    """Both losses differentiated at 0, in the own class and in another, for every number of classes."""
    for loss in (entropy, squared):
        yield trial.same(own_class, sp.diff(loss, f_1).subs(START))
        yield trial.same(other_class, sp.diff(loss, f_2).subs(START))


@exact(outputs_at_start, step="classes")
@control("without the 1/K: targets not centred", same=sp.S.One, different=sp.S.Zero)
@control("residual of the targets", own_class=sp.S.NegativeOne, other_class=sp.S.Zero)
def products_are_counted(
    same: sp.Expr, different: sp.Expr, own_class: sp.Expr, other_class: sp.Expr, trial: Trial
) -> Findings:
    """Over the outputs, for every number of them; and the residuals of `sparse_limits.numerics.prediction.layers` at 2, 4 and 8 classes, exact."""
    yield trial.same(same, own_class**2 + (outputs - 1) * other_class**2)
    yield trial.same(different, 2 * own_class * other_class + (outputs - 2) * other_class**2)
    for classes in (2, 4, 8):
        y = np.eye(classes)[:2]
        rows = [[Fraction(each) for each in row] for row in Residual("cross-entropy", 0 * y, y).values.tolist()]
        for claimed, right in ((same, rows[0]), (different, rows[1])):
            seen = sum(p * q for p, q in zip(rows[0], right, strict=True))
            value = claimed.subs(outputs, classes)
            yield trial.holds(value == sp.Rational(seen), f"{value} at {classes} classes, {seen} in the engine")


@exact(outputs_at_start, step="labels")
@control("without the 1/K: targets not centred", signal_same=passed, signal_different=sp.S.Zero)
def signals_know_of_the_classes(
    signal_same: sp.Expr,
    signal_different: sp.Expr,
    covariance: sp.Expr,
    same: sp.Expr,
    different: sp.Expr,
    trial: Trial,
) -> Findings:
    """The covariance of two, three and four outputs with the residuals put in, and any number by the products."""
    yield trial.same(signal_same, passed * same)
    yield trial.same(signal_different, passed * different)

    def cases() -> Iterator[tuple[sp.Expr, sp.Expr]]:
        for number in (2, 3, 4):
            summed = covariance.subs(outputs, number).doit()
            for claimed, other in ((signal_same, 1), (signal_different, 2)):
                residuals = {here(j): (own_class if j == 1 else other_class) for j in range(1, number + 1)}
                residuals |= {there(j): (own_class if j == other else other_class) for j in range(1, number + 1)}
                yield summed.subs(residuals).subs(outputs, number), claimed.subs({outputs: number, passed: v_A})

    yield trial.at_sizes(cases(), "pairs of inputs")


@exact(outputs_at_start, step="curvature")
@control("squared error's", curvature_own=sp.S.One, curvature_cross=sp.S.Zero)
def curvature_of_both_losses(curvature_own: sp.Expr, curvature_cross: sp.Expr, trial: Trial) -> Findings:
    """Second derivatives at 0, for every number of classes; those of the squared error are 1 and 0."""
    for place in (f_1, f_2):
        yield trial.same(curvature_own, sp.diff(entropy, place, 2).subs(START))
        yield trial.same(sp.diff(squared, place, 2), 1)
    yield trial.same(curvature_cross, sp.diff(entropy, f_1, f_2).subs(START))
    yield trial.same(sp.diff(squared, f_1, f_2), 0)


def differentiated() -> tuple[Scores, Scores]:
    """Weight times Hg at the start of (a_1 w, a_2 w) less its value there, for both losses, class 1 of two."""
    moved = sp.symbols("W A_1 A_2", real=True)
    at = dict(zip(moved, (w, a_1, a_2), strict=True))
    f = {f_1: moved[0] * moved[1] - w * a_1, f_2: moved[0] * moved[2] - w * a_2}
    found = []
    for loss in (squared, entropy):
        whole = loss.subs(outputs, 2).subs(f)
        slopes = sp.Matrix([sp.diff(whole, each) for each in moved])
        change = slopes.jacobian(moved).subs(at) * slopes.subs(at)
        found.append(tuple(sp.expand(weight * each) for weight, each in zip((w, a_1, a_2), change, strict=True)))
    return found[0], found[1]


@exact(outputs_at_start, step="one unit")
def scores_of_one_unit(squared_scores: Scores, entropy_scores: Scores, trial: Trial) -> Findings:
    """Both losses differentiated twice, in three letters."""
    for claimed, seen in zip((squared_scores, entropy_scores), trial.once(differentiated), strict=True):
        for one, other in zip(claimed, seen, strict=True):
            yield trial.same(one, other)


@exact(outputs_at_start, step="two orders")
@control("exchanged", squared_ratio=entropy_ratio, entropy_ratio=squared_ratio)
def two_losses_have_two_orders(
    squared_ratio: sp.Expr, entropy_ratio: sp.Expr, squared_scores: Scores, entropy_scores: Scores, trial: Trial
) -> Findings:
    """The scores at a_1 = a_2 = 1, for every w; between 1 and 2 one ratio is above 1, the other below."""
    for ratio, scores in ((squared_ratio, squared_scores), (entropy_ratio, entropy_scores)):
        own, first, second = (each.subs({a_1: 1, a_2: 1}) for each in scores)
        yield trial.same(first, -ratio * own)
        yield trial.same(second, ratio * own)
    z = sp.Symbol("z", positive=True)
    between = (1 + 2 * z) / (1 + z)  # all w in (1, 2)
    yield trial.nonnegative(squared_ratio.subs(w, between) - 1, z / (1 + z))
    yield trial.nonnegative(1 - entropy_ratio.subs(w, between), 1 / (2 * (1 + z)))
