"""Evidence for K7.1: the kernel of a row, its curvature, and what the gap leaves at more inputs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.evidence import Finding, Trial, control, empirical, exact
from sparse_limits.theory.kernel.dual import a, b, c, cosine, relu
from sparse_limits.theory.kernel.fixed_inputs import (
    covariance,
    first,
    gap,
    hessian,
    inputs,
    kernel_of_masks,
    multiple,
    parallel,
    row_kernel,
    second,
    share,
)

Floats = NDArray[np.float64]
ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)


def by_factors(expression: sp.Expr) -> sp.Expr:
    """Zero, where it is, once the squares are pulled out of the roots."""
    roots = expression.replace(
        lambda part: part.is_Pow and part.exp.is_Rational and part.exp.q == 2,
        lambda part: sp.factor(part.base) ** part.exp,
    )
    return sp.factor(roots)


@exact(kernel_of_masks, step="row kernel")
@control("readout alone", row_kernel=relu.value)
@control("first layer alone", row_kernel=c * relu.slope)
@control("10 % more", row_kernel=ELEVEN * row_kernel)
def row_kernel_is_value_and_slope(row_kernel: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The row kernel from the dual activation; linear for equal inputs."""
    yield trial.same(row_kernel, relu.value + c * sp.diff(relu.value, c), by=by_factors)
    yield trial.same(row_kernel.subs({b: a, c: a}), 2 * a)


@exact(kernel_of_masks, step="parallel inputs")
@control("readout alone", row_kernel=relu.value)
@control("the readout's share", parallel=parallel / 2)
@control("in the second variance", parallel=2 * multiple**2 * a)
def parallel_inputs_are_linear(row_kernel: sp.Expr, parallel: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The row kernel at x′ = λx and x′ = −λx, λ > 0."""
    along, against = (row_kernel.subs({b: multiple**2 * a, c: sign * multiple * a}) for sign in (1, -1))
    yield trial.same(along, parallel)
    yield trial.same(against, sp.S.Zero)


@exact(kernel_of_masks, step="Hessian", cost=0.4)
@control("readout alone", row_kernel=relu.value)
@control("Hessian of the readout", hessian=sp.hessian(relu.value, (a, b, c)))
@control("Hessian without its denominator", hessian=hessian * sp.sqrt(a * b - c**2))
@control("Hessian 10 % less", hessian=NINE * hessian)
def hessian_is_that_of_the_row_kernel(row_kernel: sp.Expr, hessian: sp.Matrix, trial: Trial) -> Iterator[Finding]:
    """The second derivatives of the row kernel; and the same on both sides of the diagonal."""
    variables = (a, b, c)
    for i, j in product(range(3), repeat=2):
        curvature = sp.diff(row_kernel, variables[i], variables[j], simplify=False) if i <= j else hessian[j, i]
        yield trial.same(hessian[i, j], curvature, by=by_factors)


@exact(kernel_of_masks, step="covariance of an input")
@control("second moment for variance", covariance=covariance / (1 - share))
@control("a sum for a mean", covariance=covariance * inputs)
@control("10 % less", covariance=NINE * covariance)
def covariance_has_two_masks(covariance: sp.Matrix, products: sp.Matrix, trial: Trial) -> Iterator[Finding]:
    """The mean square over the two values of a mask, less the square of the mean, in any direction; and its symmetry."""
    mean, square = sp.zeros(3, 1), sp.zeros(3, 3)
    for mask, chance in ((0, 1 - share), (1, share)):
        added = mask * products / inputs
        mean, square = mean + chance * added, square + chance * added * added.T
    direction = sp.Matrix(sp.symbols("v_1:4", real=True))
    claimed, found = (direction.dot(each * direction) for each in (covariance, square - mean * mean.T))
    yield trial.same(claimed, found)
    for entry, mirrored in zip(covariance, covariance.T, strict=True):
        yield trial.same(entry, mirrored)


@exact(kernel_of_masks, step="gap")
@control("the graphon kernel", gap=sp.S.Zero)
@control("10 % less", gap=NINE * gap)
@control("second moment for variance", gap=gap / (1 - share))
@control("twice the correction", gap=2 * gap)
@control("Hessian of the readout", hessian=sp.hessian(relu.value, (a, b, c)))
@control("covariance of a sum", covariance=covariance * inputs)
def gap_is_half_the_trace(gap: sp.Expr, hessian: sp.Matrix, covariance: sp.Matrix, trial: Trial) -> Iterator[Finding]:
    """½ tr(H C) of one input."""
    trace = (hessian * covariance).trace() / 2
    yield trial.same(gap, trace.subs(c, cosine * sp.sqrt(a * b)), by=by_factors)


def contribution(variance: Floats, other: Floats, covariance: Floats) -> Floats:
    """F_Θ of normal preactivations with these variances, which may be 0, and this covariance. float[...]"""
    size = np.sqrt(variance * other)
    of_cosine = numeric((cosine,), row_kernel.subs({a: 1, b: 1, c: cosine}))
    return size * of_cosine(np.clip(covariance / np.where(size > 0, size, 1.0), -1.0, 1.0))


KINDS = (  # of inputs: x_j, x′_j and the graphon there
    (1, sp.Rational(1, 2), sp.Rational(4, 5)),
    (sp.Rational(1, 2), 1, sp.Rational(3, 5)),
    (-1, sp.Rational(3, 4), sp.Rational(2, 3)),
    (sp.Rational(3, 4), -sp.Rational(1, 4), sp.Rational(3, 4)),
)


def exact_quenched(copies: int) -> float:
    """E F_Θ(S_M) for `copies` inputs of each kind, by the binomial law of how many of each are kept."""
    from scipy.stats import binom  # here: `scipy.stats` takes most of a second to import

    counts = np.meshgrid(*[np.arange(copies + 1)] * len(KINDS), indexing="ij")
    chance = np.ones(())
    moments = [np.zeros(()), np.zeros(()), np.zeros(())]
    for count, (x, y, W) in zip(counts, KINDS, strict=True):
        chance = chance * binom.pmf(count, copies, float(W))
        for place, value in enumerate((x * x, y * y, x * y)):
            moments[place] = moments[place] + count * float(value) / (copies * len(KINDS))
    return float((chance * contribution(*moments)).sum())


@empirical(kernel_of_masks, cost=0.5)
@control("the graphon kernel", gap=sp.S.Zero)
@control("gap 10 % more", gap=ELEVEN * gap)
@control("gap 10 % less", gap=NINE * gap)
@control("covariance of the mean alone", gap=gap / share)
def gap_leaves_a_remainder_of_second_order(gap: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Four kinds of inputs, exact means over masks: with twice the inputs a quarter of the remainder is left.

    Half of it would be if the first order were wrong; the limit lies halfway.
    """
    mean = [
        sum(value * W for value, (_, _, W) in zip(values, KINDS, strict=True)) / len(KINDS)
        for values in zip(*((x * x, y * y, x * y) for x, y, _ in KINDS), strict=True)
    ]
    at = dict(zip((a, b, c), mean, strict=True))
    graphon_kernel = trial.value(row_kernel, at)
    at = {a: mean[0], b: mean[1], cosine: mean[2] / sp.sqrt(mean[0] * mean[1])}
    left = []
    for copies in (8, 16):
        d = copies * len(KINDS)
        correction = copies * sum(
            trial.value(gap, {**at, first: x, second: y, share: W, inputs: d}) for x, y, W in KINDS
        )
        left.append(trial.once(exact_quenched, copies) - graphon_kernel - correction)
    yield trial.at_most(abs(left[1] / left[0]), 0.375, "remainder at twice the inputs over that before")
