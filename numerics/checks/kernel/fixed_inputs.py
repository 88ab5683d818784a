"""Evidence for K7.1, besides its reasons: gap leaves a remainder of second order."""

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.evidence import Findings, Trial, empirical
from sparse_limits.theory.kernel.dual import a, b, c, cosine, row_kernel
from sparse_limits.theory.kernel.fixed_inputs import first, inputs, kernel_of_masks, second, share

Floats = NDArray[np.float64]


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
def gap_leaves_a_remainder_of_second_order(gap: sp.Expr, trial: Trial) -> Findings:
    """With four kinds of inputs and exact means over masks, twice the inputs leave about a quarter of the remainder, at most 3/8.

    If the first order were wrong, half of it would be left; the limit 3/8 lies halfway.
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
    yield trial.at_most(abs(left[1] / left[0]), 0.375, "remainder at twice the inputs over the remainder before")
