"""Evidence for G4.1, besides its reasons: bounds along a sequence; rounding is attained; and more."""

from fractions import Fraction

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from scipy.special import erfc, erfinv

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.numerics.masks.selection import kept_count, top_k_mask
from sparse_limits.theory.formulas.level import Level
from sparse_limits.theory.graphon.limit import half_and_half, mask_limit, y
from sparse_limits.theory.graphon.symbols import delta, m, n
from sparse_limits.theory.saliency.model import rho, u

DENSITY = sp.Rational(1, 10)

# Bounds of the same distance by way of the mask above a threshold: its sampling twice, or its number of entries apart


@exact(mask_limit, step="along a sequence")
def bounds_along_a_sequence(
    sorted_bound: sp.Expr, midpoint_bound: sp.Expr, ultimate: sp.Expr, trial: Trial
) -> Findings:
    """At m = n = y ln k and δ = k⁻² the bound for sorted latents has the stated limit, that for midpoints the limit 0.

    Both bounds increase in 1/m and in 1/n, by the signs of their letters; x = ln k.
    """
    x, first, second = sp.symbols("x a b", positive=True)
    at = {delta: sp.exp(-2 * x), m: y * x, n: y * x}
    yield trial.same(trial.once(sp.limit, sp.expand_log(sorted_bound.subs(at)), x, sp.oo), ultimate)
    yield trial.same(trial.once(sp.limit, sp.expand_log(midpoint_bound.subs(at)), x, sp.oo), 0)
    for bound in (sorted_bound, midpoint_bound):
        inverse = sp.expand_log(bound.subs({m: 1 / first, n: 1 / second, delta: sp.exp(-x)}))
        for size in (first, second):
            over, under = sp.fraction(sp.together(sp.diff(inverse, size)))
            yield trial.nonnegative(sp.diff(inverse, size), sp.expand(over) / under, strict=True)


@exact(mask_limit, step="rounding")
def rounding_is_attained(rounding: sp.Expr, trial: Trial) -> Findings:
    """The largest |K/mn − ρ| over densities, in rationals, is the bound; half-integers ρmn attain it."""
    for rows, columns in ((3, 5), (8, 4), (1, 7)):
        size = rows * columns
        densities = [Fraction(k, 4 * size) for k in range(1, 4 * size)]
        worst = max(abs(Fraction(kept_count(float(density), size), size) - density) for density in densities)
        claimed = rounding.subs({m: rows, n: columns})
        yield trial.holds(sp.Rational(worst) == claimed, f"worst rounding {worst}, claimed {claimed}")


@exact(mask_limit, step="rate")
def bound_has_the_rate(midpoint_bound: sp.Expr, rate_constant: sp.Expr, trial: Trial) -> Findings:
    """√n times the bound tends to the stated constant, for m = n."""
    yield trial.same(trial.once(sp.limit, midpoint_bound.subs(m, n) * sp.sqrt(n), n, sp.oo), rate_constant)


@exact(mask_limit, step="wide rate")
def wide_bound_has_the_rate(wide_bound: sp.Expr, wide_constant: sp.Expr, trial: Trial) -> Findings:
    """√n times the wide bound tends to the stated constant, for m = n."""
    yield trial.same(trial.once(sp.limit, sp.expand(wide_bound.subs(m, n) * sp.sqrt(n)), n, sp.oo), wide_constant)


ROWS, COLUMNS, FINE = 3072, 1024, 8
RARE = sp.Rational(1, 10**10)


def row_counts(rng: np.random.Generator, masks: int, latents: str) -> NDArray[np.int64]:
    """Kept entries of each row in masks of scores |a_i||w_ij| of density 1/10, |a_i| ascending. int[masks, ROWS]"""
    counts = np.empty((masks, ROWS), dtype=np.int64)
    for each in counts:
        uniform = (np.arange(ROWS) + 0.5) / ROWS if latents == "midpoints" else np.sort(rng.random(ROWS))
        scores = np.abs(rng.standard_normal((ROWS, COLUMNS))) * erfinv(uniform)[:, None]
        each[:] = top_k_mask(scores, kept_count(0.1, scores.size)).sum(axis=1)
    return counts


def row_averages(trial: Trial, target: sp.Expr) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Bounds of the averages over the cells of a kernel nondecreasing in u, from a refinement. 2 × float[ROWS]"""
    values = {each: sp.Rational(trial.value(each, {rho: DENSITY})) for each in target.atoms(Level)}
    kernel = sp.lambdify(u, target.subs(values).subs(rho, DENSITY), [{"erfc": erfc, "erfinv": erfinv}, "numpy"])
    with np.errstate(divide="ignore"):  # τ/f at f = 0
        points = np.broadcast_to(kernel(np.arange(ROWS * FINE + 1) / (ROWS * FINE)), (ROWS * FINE + 1,))
    return tuple(part.reshape(ROWS, FINE).mean(axis=1) for part in (points[:-1], points[1:]))


@enclosed(mask_limit)
def target_has_the_density(target: sp.Expr, trial: Trial) -> Findings:
    """∬W = ρ lies between sums of a monotone kernel over the left and over the right ends of short intervals.

    The sums are 4·10⁻⁵ apart, far beyond their rounding.
    """
    lower, upper = (float(part.mean()) for part in row_averages(trial, target))
    yield trial.holds(lower <= float(DENSITY) <= upper, f"∬W in [{lower:.6f}, {upper:.6f}], density {DENSITY}")


@statistical(mask_limit, tests=2, cost=0.6)
def masks_are_within_the_bound(
    midpoint_bound: sp.Expr, sorted_bound: sp.Expr, target: sp.Expr, trial: Trial
) -> Findings:
    """The distance of SNIP masks (S4, φ = 1, ρ = 1/10), bounded from below by one cut, exceeds the bound no more often than stated.

    The cut has all columns and the best rows; on it, the kernel, which depends on u, is bounded by its values at both ends of short
    intervals.
    """
    lower, upper = row_averages(trial, target)
    for latents, bound in (("midpoints", midpoint_bound), ("iid", sorted_bound)):
        shares = trial.draw(row_counts, trial.size(1), latents) / COLUMNS
        more = np.maximum(shares - upper, 0).mean(axis=1)
        less = np.maximum(lower - shares, 0).mean(axis=1)
        limit = trial.value(bound, {m: ROWS, n: COLUMNS, delta: RARE})
        beyond = int((np.maximum(more, less) > limit).sum())
        yield trial.counts(beyond, len(shares), float(RARE), side="above")


# Masks with too many columns from one half, which occur infinitely often

x = sp.Symbol("x", positive=True)
ENTROPY = x * sp.log(2 * x) + (1 - x) * sp.log(2 * (1 - x))  # of x and ½


@exact(mask_limit)
def too_many_columns_are_kept_too_little(half_and_half: sp.Expr, trial: Trial) -> Findings:
    """If a share ½ + s of the columns shares half of the entries, the mask exceeds the kernel on s and is below it on the right half.

    Both differences are equal to the stated distance.
    """
    excess = 1 / (2 * sp.sqrt(y))
    kept = sp.Rational(1, 2) / (sp.Rational(1, 2) + excess)
    yield trial.same(half_and_half, excess * kept)
    yield trial.same(half_and_half, (1 - kept) / 2)


@enclosed(mask_limit)
def share_has_a_small_entropy_and_the_distance(ultimate: sp.Expr, trial: Trial) -> Findings:
    """At the share ½ + 1/(2√y) the entropy is below 1/y, and the distance is at most the stated limit, for three y.

    Three binomial probabilities are at least as large as the entropy says.
    """
    for ratio in (4, 100, 10000):
        share = sp.Rational(1, 2) + 1 / (2 * sp.sqrt(sp.Integer(ratio)))
        yield trial.below(ENTROPY.subs(x, share), sp.Rational(1, ratio), at=[{}], strict=True)
        yield trial.below(half_and_half.subs(y, ratio), ultimate.subs(y, ratio), at=[{}])
    for coins, heads in ((10, 7), (40, 25), (100, 60)):
        least = sp.exp(-coins * ENTROPY.subs(x, sp.Rational(heads, coins))) / (coins + 1)
        yield trial.below(least, sp.binomial(coins, heads) / sp.Integer(2) ** coins, at=[{}])
