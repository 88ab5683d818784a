"""Evidence for G7: the graphon of Pareto noise below and beyond saturation."""

from collections.abc import Mapping

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.evidence import Findings, Trial, control, enclosed, exact, statistical
from sparse_limits.numerics.exact.logarithms import split_logarithms, split_powers
from sparse_limits.numerics.exact.sums import by_cases
from sparse_limits.theory.graphon.further.pareto import (
    column_mean,
    column_square,
    f,
    linear_density,
    linear_model,
    linear_threshold,
    moments,
    pareto_graphon,
    peak,
    r,
    row_mean,
    row_square,
    s,
    x,
)
from sparse_limits.theory.saliency.model import SaliencyModel, phi, rho, tau, u, v
from sparse_limits.theory.tails import alpha


def reduce_powers(gap: sp.Expr) -> sp.Expr:
    """Simplify powers of positive letters with the exponents α and 1/α."""
    return sp.simplify(split_powers(gap))


@exact(pareto_graphon, step="threshold")
def threshold_has_the_density(threshold: sp.Expr, unsaturated_density: sp.Expr, trial: Trial) -> Findings:
    """The density falls from ρ at the threshold as the power −α of τ over it."""
    yield trial.same(unsaturated_density, rho * (tau / threshold) ** -alpha, by=reduce_powers)


@exact(pareto_graphon, step="critical density")
def threshold_reaches_the_peak_at_the_critical_density(
    threshold: sp.Expr, critical_density: sp.Expr, trial: Trial
) -> Findings:
    """ρ_*/ρ is the power α of the threshold over the peak."""
    yield trial.same(critical_density / rho, (threshold / peak) ** alpha, by=reduce_powers)


above, below = sp.symbols("p q", positive=True)
ONE_OR_LESS = [  # whether rx and sx exceed 1 or not; at 1 both sides are continuous
    {r: a / x, s: b / x} for a in (1 + above, 1 / (1 + above)) for b in (1 + below, 1 / (1 + below))
]
RATIOS = tuple((1 + sp.Rational(k, 3), 1 + sp.Rational(j, 3)) for k in (1, 2, 4) for j in (1, 2, 4))


def about_means(gap: sp.Expr) -> sp.Expr:
    """Zero, where it is, the least of some numbers being their mean and the least of what they are above it."""

    def about_mean(least: sp.Expr) -> sp.Expr:
        mean = sp.Add(*least.args) / len(least.args)
        return mean + sp.Min(*(sp.factor(each - mean) for each in least.args))

    return sp.simplify(gap.replace(lambda each: isinstance(each, sp.Min), about_mean))


@enclosed(pareto_graphon, step="minor")
def minor_is_that_of_four_values(minor: sp.Expr, trial: Trial) -> Findings:
    """min(1, rx)·min(1, sx) − x, whether rx and sx exceed 1 or not; and its sign, at r = 1 + a, s = 1 + b, rsx = 1 + c, and
    c below a + b + ab, where it is 0 for x = 1."""
    product = sp.Min(1, r * x) * sp.Min(1, s * x)
    yield trial.same(minor, product - x, by=by_cases(*ONE_OR_LESS))
    yield trial.same(minor, product - x, by=None, at=[{x: sp.Rational(1, 2), r: k, s: j} for k, j in RATIOS])
    a, b, y = sp.symbols("a b y", positive=True)
    both, more = (1 + a) * (1 + b), a + b + a * b
    c = more / (1 + y)
    here = (1 + c) / both
    least = sp.Min(more * y / (1 + y) / both, a * here, b * here, c * here)
    yield trial.nonnegative(minor, least, where={r: 1 + a, s: 1 + b, x: here}, by=about_means, strict=True)


def integrated_density() -> sp.Expr:
    """D(τ) of the example, SymPy integrating over the parts of [1, 2]² beside the curve xy = τ."""
    x, y = sp.symbols("x y", positive=True)

    def over(integrand: sp.Expr, first: tuple[sp.Expr, sp.Expr], second: tuple[sp.Expr, sp.Expr]) -> sp.Expr:
        return sp.integrate(sp.integrate(integrand, (y, *second)), (x, *first))

    square = x**2 * y**2
    whole = over(square, (1, 2), (1, 2)) / tau**2
    below = ((1, tau), (1, tau / x))  # the corner of small products, for τ ≤ 2
    above = ((tau / 2, 2), (tau / x, 2))  # the corner of large products, for τ ≥ 2
    return sp.Piecewise(
        (1, tau <= 1),
        (1 - over(sp.S.One, *below) + over(square, *below) / tau**2, tau <= 2),
        (over(sp.S.One, *above) + whole - over(square, *above) / tau**2, tau <= 4),
        (whole, True),
    )


def by_pieces(expression: sp.Expr) -> sp.Expr:
    """Simplify each piece of a piecewise formula in logarithms."""
    return split_logarithms(sp.piecewise_fold(expression))


BESIDE_THE_KINKS = [{tau: sp.Rational(k, 8)} for k in (5, 9, 15, 17, 25, 31, 33, 48)]


@enclosed(pareto_graphon, step="density of the example")
def example_density_integrates_the_kernel(linear_density: sp.Expr, trial: Trial) -> Findings:
    """In each of the four ranges of τ."""
    yield trial.same(linear_density, trial.once(integrated_density), by=by_pieces)
    yield trial.same(linear_density, trial.once(integrated_density), by=by_pieces, at=BESIDE_THE_KINKS)


@enclosed(pareto_graphon)
def example_threshold_has_the_density(linear_threshold: sp.Expr, trial: Trial) -> Findings:
    """D, which decreases, passes ρ within a relative 10⁻¹² of τ_ρ, below and beyond ρ_*."""
    for density in (sp.Rational(k, 10) for k in (1, 3, 4, 6, 9)):
        cut = sp.Rational(trial.value(linear_threshold, {rho: density}))
        for side, sign in ((1, 1), (-1, -1)):
            beside = cut * (1 + side * sp.Rational(1, 10**12))
            yield trial.below(sign * linear_density.subs(tau, beside), sign * density, at=[{}])


CELLS = 96


def singular_values(cut: float) -> tuple[float, float, float]:
    """The two largest singular values of the example's kernel at midpoints, and how far those of W can be from them.

    In each variable W has the Lipschitz constant 4/τ at most, and (|x − x_i| + |y − y_j|)² the mean 7/24 over cells of
    side 1/CELLS; that bounds the distance in the Hilbert–Schmidt norm, beside which rounding is nothing.
    """
    middle = (np.arange(CELLS) + 0.5) / CELLS
    values = numeric((alpha, tau, u, v), linear_model.kernel())(2.0, cut, middle[:, None], middle)
    first, second = np.linalg.svd(values / CELLS, compute_uv=False)[:2]
    return float(first), float(second), 4 / cut * np.sqrt(7 / 24) / CELLS


@enclosed(pareto_graphon)
def rank_one_ends_at_the_critical_density(
    linear_singular_value: sp.Expr, linear_critical_density: sp.Expr, trial: Trial
) -> Findings:
    """At 1/5 and 1/3, below ρ_*, the largest singular value is the stated one and no other is seen; at 3/5 both are false."""
    for density in (sp.Rational(1, 5), sp.Rational(1, 3), sp.Rational(3, 5)):
        first, second, error = trial.once(singular_values, trial.value(linear_threshold, {rho: density}))
        stated = trial.value(linear_singular_value, {rho: density})
        unsaturated = bool(density <= linear_critical_density)
        detail = f"ρ = {density}: σ₁ = {first:.4f}, σ₂ = {second:.4f} ± {error:.4f}, claimed {stated:.4f}"
        yield trial.holds((abs(first - stated) <= error) == unsaturated, detail)
        yield trial.holds((second <= error) == unsaturated, detail)


ROWS, COLUMNS, POWER = (1, 2), (1, sp.Rational(3, 2)), sp.Rational(3, 2)
CUTS = (sp.Rational(5, 2), sp.Integer(4))  # with and without saturation of the largest product, 3


def block_counts(rng: np.random.Generator, size: int, cut: float) -> NDArray[np.int64]:
    """Kept entries of the four blocks of a mask of `size` rows and columns each, with Pareto noise. int[4]"""
    row, column = np.repeat([float(x) for x in ROWS], size), np.repeat([float(x) for x in COLUMNS], size)
    scores = np.outer(row, column) * (1 + rng.pareto(float(POWER), size=(2 * size, 2 * size)))
    counts: NDArray[np.int64] = (scores > cut).reshape(2, size, 2, size).sum(axis=(1, 3)).ravel()
    return counts


@statistical(pareto_graphon, tests=2)
def blocks_of_masks_are_binomial(kernel: sp.Expr, trial: Trial) -> Findings:
    """Masks of two kinds of rows and columns above a fixed threshold: all entries are independent."""
    size = trial.size(256)
    for cut in CUTS:
        at = {tau: cut, alpha: POWER}
        nulls = [trial.value(kernel, {**at, f: row, phi: column}) for row in ROWS for column in COLUMNS]
        yield trial.counts_each(trial.draw(block_counts, size, float(cut)), size**2, nulls)


def example_scores(rng: np.random.Generator, size: int) -> NDArray[np.floating]:
    """Weights (1 + u)²(1 + v)² and scores (1 + u)(1 + v)ξ of Pareto noise ξ, α = 2, u and v uniform. float[2, size]"""
    products = (1 + rng.random(size)) * (1 + rng.random(size))
    return np.stack([products**2, products * (1 + rng.pareto(2.0, size))])


@statistical(pareto_graphon, tests=2)
def scores_have_the_density_and_the_singular_value(
    linear_density: sp.Expr, linear_singular_value: sp.Expr, trial: Trial
) -> Findings:
    """Counts above thresholds; and the mean of f²φ² over kept entries is σ₁‖f²‖‖φ²‖ without saturation."""
    weights, scores = trial.draw(example_scores, trial.size(200_000))
    cuts = [sp.Rational(3, 2), sp.Integer(3), sp.Integer(5)]
    counts = [int((scores > float(cut)).sum()) for cut in cuts]
    yield trial.counts_each(counts, len(scores), [trial.value(linear_density, {tau: cut}) for cut in cuts])
    at = trial.once(moments, 1 + u, 1 + v, 2)
    density = trial.value(linear_density, {tau: cuts[-1]})
    norms = float(sp.sqrt(at[row_square] * at[column_square]))
    stated = trial.value(linear_singular_value, {rho: sp.Rational(density)}) * norms
    yield trial.averages(np.where(scores > float(cuts[-1]), weights, 0.0), stated, 0.0, 16.0)


# In which cases the graphon of Pareto noise has rank one


def rank_on_a_grid(model: SaliencyModel, cut: sp.Expr) -> int:
    """The rank of the values of the kernel for α = 2 on a grid of thirds, in rationals."""
    values = model.kernel(cut).subs(alpha, 2)
    rank: int = sp.Matrix(4, 4, lambda i, j: values.xreplace({u: sp.Rational(i, 3), v: sp.Rational(j, 3)})).rank()
    return rank


@exact(pareto_graphon)
def ranks_are_those_of_values_on_a_grid(
    rank_one: Mapping[str, bool], instances: Mapping[str, tuple[SaliencyModel, sp.Expr]], trial: Trial
) -> Findings:
    """A kernel of rank one has such values at all points; where it has not, some 2 × 2 minor is not zero."""
    for name, (model, cut) in instances.items():
        rank = trial.once(rank_on_a_grid, model, cut)
        yield trial.holds((rank == 1) == rank_one[name], f"{name}: rank {rank} on a grid")


MEANS = row_mean * column_mean
EDGE = {  # of two equal rows and columns: the threshold is their one product of profiles
    **dict.fromkeys((row_mean, column_mean, row_square, column_square, alpha, f), sp.S.One),
    rho: sp.Rational(1, 2),
    phi: sp.Integer(2),
    peak: sp.Integer(2),
}


@enclosed(pareto_graphon)
@control("power forgotten", rank_one_kernel=rho * (f * phi) ** (2 * alpha) / MEANS)
def nothing_is_saturated(
    threshold: sp.Expr,
    rank_one_kernel: sp.Expr,
    critical_density: sp.Expr,
    largest_singular_value: sp.Expr,
    linear_singular_value: sp.Expr,
    trial: Trial,
) -> Findings:
    """The threshold is the supremum or more, W at most that there, ρ* at most 1; σ₁ is the mean or more, 31/80 at most in the example."""
    equal = ({column_square: column_mean**2}, {row_square: row_mean**2})  # columns, or rows, of one profile
    for low, high, name in (
        (peak, threshold, "threshold"),
        (rank_one_kernel, rho * peak**alpha / MEANS, "rank_one_kernel"),
        (critical_density, sp.S.One, "critical_density"),
        *((rho, largest_singular_value.subs(each), "largest_singular_value") for each in equal),
        (linear_singular_value, sp.Rational(31, 80), "linear_singular_value"),
    ):
        yield trial.below(low, high, needed=name)
        at = {**EDGE, rho: sp.Rational(49, 144)} if name == "linear_singular_value" else EDGE
        yield trial.below(low, high, at=[at])
