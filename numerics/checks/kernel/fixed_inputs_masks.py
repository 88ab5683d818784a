"""Evidence for K7: the kernel of drawn masks, and what the gap leaves at more inputs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from scipy.stats import binom

from numerics.bridge import numeric
from numerics.evidence import Finding, Trial, control, empirical, statistical
from theory.kernel.dual import a, b, c, cosine
from theory.kernel.fixed_inputs import (
    agreeing,
    first,
    gap,
    inputs,
    mean_cosine,
    opposed,
    quenched_kernel,
    row_kernel,
    second,
    share,
    signs_kernel,
    signs_quenched,
)

Floats = NDArray[np.float64]
ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)

SAME, OTHER, SHARE = 6, 2, sp.Rational(1, 2)
LOWEST = -0.14  # the least value of κ₁ + r κ₀ is −0.1368, where ψ tan ψ = ½ for ψ = π − arccos r


def contribution(variance: Floats, other: Floats, covariance: Floats) -> Floats:
    """F_Θ of normal preactivations with these variances, which may be 0, and this covariance. float[...]"""
    size = np.sqrt(variance * other)
    of_cosine = numeric((cosine,), row_kernel.subs({a: 1, b: 1, c: cosine}))
    return size * of_cosine(np.clip(covariance / np.where(size > 0, size, 1.0), -1.0, 1.0))


def mask_rows(rng: np.random.Generator, rows: int) -> Floats:
    """What rows of a mask of density SHARE contribute on signs that agree in SAME and differ in OTHER inputs."""
    d = SAME + OTHER
    M = rng.random((rows, d)) < float(SHARE)
    variance, covariance = M.mean(axis=1), (M[:, :SAME].sum(axis=1) - M[:, SAME:].sum(axis=1)) / d
    return contribution(variance, variance, covariance)


@statistical(quenched_kernel, tests=1)
@control("the graphon kernel", signs_quenched=signs_kernel.subs(cosine, mean_cosine))
@control("10 % more", signs_quenched=ELEVEN * signs_quenched)
@control("10 % less", signs_quenched=NINE * signs_quenched)
def masks_have_the_quenched_kernel(signs_quenched: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Rows of masks over 8 inputs: the mean of what they contribute is the limit of wide networks."""
    sample = trial.draw(mask_rows, trial.size(30_000))
    mean = trial.value(signs_quenched, {agreeing: SAME, opposed: OTHER, share: SHARE})
    yield trial.averages(sample, mean, LOWEST, 2.0)


KINDS = (  # of inputs: x_j, x′_j and the graphon there
    (1, sp.Rational(1, 2), sp.Rational(4, 5)),
    (sp.Rational(1, 2), 1, sp.Rational(3, 5)),
    (-1, sp.Rational(3, 4), sp.Rational(2, 3)),
    (sp.Rational(3, 4), -sp.Rational(1, 4), sp.Rational(3, 4)),
)


def exact_quenched(copies: int) -> float:
    """E F_Θ(S_M) for `copies` inputs of each kind, by the binomial law of how many of each are kept."""
    counts = np.meshgrid(*[np.arange(copies + 1)] * len(KINDS), indexing="ij")
    chance = np.ones(())
    moments = [np.zeros(()), np.zeros(()), np.zeros(())]
    for count, (x, y, W) in zip(counts, KINDS, strict=True):
        chance = chance * binom.pmf(count, copies, float(W))
        for place, value in enumerate((x * x, y * y, x * y)):
            moments[place] = moments[place] + count * float(value) / (copies * len(KINDS))
    return float((chance * contribution(*moments)).sum())


@empirical(quenched_kernel, cost=0.5)
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
