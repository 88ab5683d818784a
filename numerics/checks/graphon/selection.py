"""Evidence for G2, besides its reasons: masks of the same scores are nested; and more."""

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from scipy.special import ndtri

from sparse_limits.numerics.evidence import Findings, Trial, control, enclosed, exact, statistical
from sparse_limits.numerics.masks.cut_norm import exact_cut_norm
from sparse_limits.numerics.masks.selection import top_k_mask
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.lognormal import column_scale, log_threshold, noise_scale, row_scale, x, y
from sparse_limits.theory.graphon.selection import above, binomial, kept, selection_identity, shortfall
from sparse_limits.theory.graphon.symbols import m, n, p, variance
from sparse_limits.theory.saliency.model import rho

SHAPES = ((4, 7), (9, 5), (8, 8), (1, 12))


def scores_and_cuts(rng: np.random.Generator) -> list[tuple[NDArray[np.float64], int, float]]:
    """Scores with and without ties, each with a number to keep and a threshold, sometimes at a score."""
    cases = []
    for rows, columns in SHAPES:
        for digits in (0, 1, 12):
            scores = rng.standard_normal((rows, columns)).round(digits)
            for threshold in (0.3, float(scores[0, 0]), -0.4):
                cases.append((scores, int(rng.integers(0, scores.size + 1)), threshold))
    return cases


@exact(selection_identity)
def masks_of_the_same_scores_are_nested(gap: sp.Expr, row_shift: int, trial: Trial) -> Findings:
    """‖M_K − M_τ‖₁ = ‖M_K − M_τ‖□ = gap, in integers.

    Shifting the rows of one mask breaks the assumption.
    """
    for scores, keep, threshold in trial.draw(scores_and_cuts):
        over = np.roll(scores, row_shift, axis=0) > threshold
        difference = top_k_mask(scores, keep).astype(np.int64) - over
        rows, columns = scores.shape
        claimed = valued(gap, {kept: keep, above: int(over.sum()), m: rows, n: columns})
        distance = sp.Rational(int(np.abs(difference).sum()), difference.size)
        cut = sp.Rational(round(float(exact_cut_norm(difference)) * difference.size), difference.size)
        yield trial.holds(distance == claimed, f"L¹ distance {distance}, claimed {claimed}")
        yield trial.holds(cut == claimed, f"cut norm {cut}, claimed {claimed}")


@enclosed(selection_identity)
def entries_of_one_mask_are_missing_in_the_other(only_kept: sp.Expr, only_above: sp.Expr, trial: Trial) -> Findings:
    """The entries of one mask alone are at most those that the other lacks.

    The bound is checked in general, and for four entries of which one mask keeps three and the other two.
    """
    four = {m: sp.Integer(2), n: sp.Integer(2)}
    for alone, other, most in ((only_kept, above, kept), (only_above, kept, above)):
        yield trial.below(alone, m * n - other)
        yield trial.below(alone, m * n - other, at=[{**four, most: sp.Integer(3), other: sp.Integer(2)}])


@enclosed(selection_identity)
@control("the other sign", shortfall=-shortfall, binomial=-binomial)
def shortfall_leaves_a_variance(binomial: sp.Expr, shortfall: sp.Expr, trial: Trial) -> Findings:
    """The binomial variance is not negative, and the shortfall is at most that variance."""
    yield trial.below(0, binomial)
    yield trial.below(shortfall, binomial, needed="shortfall")


SIDE = 3
SCALES = {row_scale: sp.Rational(4, 5), column_scale: sp.Rational(3, 5), noise_scale: sp.Rational(7, 10)}
LOG_THRESHOLD = sp.Integer(1)  # density near 1/5


def latents() -> NDArray[np.float64]:
    """Standard normal quantiles at the midpoints of a grid of SIDE cells. float[SIDE]"""
    return ndtri((np.arange(SIDE) + 0.5) / SIDE)


def masks_above(rng: np.random.Generator, masks: int) -> NDArray[np.bool_]:
    """Masks 0.8 x + 0.6 y + 0.7 Z > 1 with x, y fixed and Z standard normal. bool[masks, SIDE, SIDE]"""
    known = 0.8 * latents()[:, None] + 0.6 * latents()
    return known + 0.7 * rng.standard_normal((masks, SIDE, SIDE)) > 1


@statistical(selection_identity, tests=2)
def counts_above_a_threshold_vary_less_than_binomially(
    spread: sp.Expr, entry_variance: sp.Expr, probit_kernel: sp.Expr, trial: Trial
) -> Findings:
    """In masks of the probit graphon on a 3×3 grid, entries have the stated probabilities and counts the stated variance."""
    masks = trial.draw(masks_above, trial.size(120_000))
    latent = [sp.Rational(value) for value in latents().tolist()]
    values = [
        trial.value(probit_kernel, {**SCALES, log_threshold: LOG_THRESHOLD, x: a, y: b}) for a in latent for b in latent
    ]
    yield trial.counts_each(masks.sum(axis=0).ravel(), len(masks), values)
    entries = [sp.Rational(value) for value in values]
    size, mean = SIDE**2, sum(entries) / SIDE**2
    average = sum(entry_variance.subs(p, q) for q in entries) / size
    claimed = float(spread.subs({variance: average, rho: mean, m: SIDE, n: SIDE}, simultaneous=True))
    squares = (masks.mean(axis=(1, 2)) - float(mean)) ** 2
    yield trial.averages(squares, claimed, 0.0, float(max(mean, 1 - mean) ** 2))
