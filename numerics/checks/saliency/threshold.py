"""Evidence for S1 and S2, besides their reasons: density integrates the kernel; and more."""

import itertools
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.numerics.masks.selection import global_mask
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.saliency.model import ONE, SaliencyModel, rho, tau, v
from sparse_limits.theory.saliency.threshold import COLUMN, ROW, c, constant_graphon, p, s, stable_threshold
from sparse_limits.theory.tails import Tail, alpha, exponential, frechet, half_normal, t


def expand_expint(expression: sp.Expr) -> sp.Expr:
    """Reduce E₂ to E₁ by the recurrence before simplifying."""
    return sp.simplify(sp.expand(sp.expand_func(expression)))


@enclosed(stable_threshold, step="density")
def density_integrates_the_kernel(density: sp.Expr, model: SaliencyModel, trial: Trial) -> Findings:
    """The derivative of v·D(τ/v) in v is the kernel, which does not depend on u; the column profile is positive.

    At v = 1/200 and τ = 1, v·D(τ/v) is below 10⁻⁸⁰.
    """
    yield trial.below(0, model.column, strict=True)
    antiderivative = v * density.subs(tau, tau / v)
    yield trial.same(sp.diff(antiderivative, v), model.kernel(), by=expand_expint)
    near_zero = {v: sp.Rational(1, 200), tau: ONE}
    yield trial.below(antiderivative, sp.Rational(1, 10**80), at=[near_zero])  # boxes: expint at its limit
    yield trial.below(-antiderivative, sp.Rational(1, 10**80), at=[near_zero])


@enclosed(stable_threshold)
def threshold_solves_the_density(threshold: sp.Expr, density: sp.Expr, slope: sp.Expr, trial: Trial) -> Findings:
    """D(τ_ρ) = ρ, also with other letters for the variables; by the chain rule dτ/dρ = 2ρ/D′(τ) for the threshold τ of ρ²."""
    for named in (threshold, threshold.subs(t, tau)):
        yield trial.same(density.subs(tau, named), rho, by=None)
    yield trial.same(density.subs(tau, threshold.subs(rho, t / 8)), t / 8, by=None)
    of_square = threshold.subs(rho, rho**2)
    yield trial.same(sp.diff(of_square, rho) * slope.subs(tau, of_square), 2 * rho, by=None)


@enclosed(stable_threshold)
def moved_thresholds_grow_with_the_threshold(
    scaled_threshold: sp.Expr, powered_threshold: sp.Expr, trial: Trial
) -> Findings:
    """Both moved thresholds grow strictly with the threshold, so two densities of the moved scores have different thresholds, too."""
    for moved in (scaled_threshold, powered_threshold):
        yield trial.below(0, sp.diff(moved, tau), strict=True)


@exact(stable_threshold)
def scales_and_powers_leave_the_graphon(
    scaled_threshold: sp.Expr, powered_threshold: sp.Expr, trial: Trial
) -> Findings:
    """At the moved threshold W is unchanged by f → cf, and by raising ξ, f and φ to their p-th powers, for three different noises."""
    for noise in (half_normal, exponential, frechet):
        model = SaliencyModel(ROW, COLUMN, noise)
        scaled = replace(model, row=c * ROW)
        yield trial.same(scaled.kernel(scaled_threshold), model.kernel())
        powered = SaliencyModel(ROW**p, COLUMN**p, Tail(noise.name, noise.at(t ** (1 / p))))
        yield trial.same(powered.kernel(powered_threshold), model.kernel())


LADDER = tuple(sp.Rational(k, 4) + sp.Rational(1, 64) for k in range(0, 24))


@enclosed(stable_threshold, step="noises", cost=1.0)
def density_falls_strictly(noises: Mapping[str, Tail], trial: Trial) -> Findings:
    """If fφ is 1 or 3 with probability ½ each, D falls strictly along a ladder of thresholds, as far as it is below 1.

    The tail of each noise is strictly smaller at 2 than at 1.
    """
    for noise in noises.values():
        law = Tail(noise.name, valued(noise.survival, {alpha: sp.Rational(3, 2)}))
        values = [(law.at(step) + law.at(step / 3)) / 2 for step in LADDER]
        for high, low in itertools.pairwise(values):
            if low != 1:
                yield trial.below(low, high, at=[{}], strict=True)  # noises of all kinds, Piecewise too
        yield trial.below(noise.at(sp.Integer(2)), noise.at(sp.Integer(1)), strict=True)


def noise_above(rng: np.random.Generator, name: str, size: int, levels: tuple[float, ...]) -> NDArray[np.int64]:
    """How many of `size` draws of a noise exceed each level; the laws come from numpy alone, α = 3/2."""
    normal = rng.standard_normal
    samples = {
        "half_normal": lambda: abs(normal(size)),
        "exponential": lambda: rng.exponential(size=size),
        "pareto": lambda: 1 + rng.pareto(1.5, size=size),
        "frechet": lambda: rng.weibull(1.5, size=size) ** -1.0,
        "product_normal": lambda: abs(normal(size) * normal(size)),
    }[name]()
    return np.array([(samples > level).sum() for level in levels])


NOISE_LEVELS = (0.5, 1.25, 2.0)


@statistical(stable_threshold, tests=5)
def noise_follows_its_survival(noises: Mapping[str, Tail], trial: Trial) -> Findings:
    """Counts of sampled noise above fixed levels are binomial with the stated survival."""
    n = trial.size(40_000)
    for name, noise in noises.items():
        nulls = [
            trial.value(noise.at(sp.Rational(level)), {alpha: sp.Rational(3, 2)} if noise.survival.has(alpha) else {})
            for level in NOISE_LEVELS
        ]
        yield trial.counts_each(trial.draw(noise_above, name, n, NOISE_LEVELS), n, nulls)


def scores_above(rng: np.random.Generator, size: int, levels: tuple[float, ...]) -> NDArray[np.int64]:
    """How many scores v·ξ exceed each level, v uniform and ξ exponential."""
    scores = rng.random(size) * rng.exponential(size=size)
    return np.array([(scores > level).sum() for level in levels])


@statistical(stable_threshold, tests=1)
def scores_exceed_with_the_density(density: sp.Expr, trial: Trial) -> Findings:
    """Counts of sampled scores above 1/2 and 5/2 (a density near 0.33 and near 0.02) are binomial."""
    n, levels = trial.size(60_000), (0.5, 2.5)
    nulls = [trial.value(density, {tau: sp.Rational(level)}) for level in levels]
    yield trial.counts_each(trial.draw(scores_above, n, levels), n, nulls)


CAP = 7.0


def kept_squares(rng: np.random.Generator, size: int, level: float) -> NDArray[np.floating]:
    """w² where level < |w| ≤ 7, else 0, for standard normal w."""
    w = abs(rng.standard_normal(size))
    return np.where((w > level) & (w <= CAP), w**2, 0.0)


@statistical(constant_graphon, tests=2)
def kept_weights_have_the_moment(second_moment: sp.Expr, trial: Trial) -> Findings:
    """The mean of w² over kept weights; weights above 7 are left out on both sides, so that the test is exact."""
    n = trial.size(100_000)
    for level in (0.5, 1.5):
        mean = trial.value(second_moment, {s: ONE, t: sp.Rational(level)}) - trial.value(
            second_moment, {s: ONE, t: sp.Rational(CAP)}
        )
        yield trial.averages(trial.draw(kept_squares, n, level), mean, 0.0, CAP**2)


def column_counts(rng: np.random.Generator, method: str, m: int, n: int, density: float) -> NDArray[np.int64]:
    """Kept entries of each column when exactly round(ρmn) scores survive."""
    scores = rng.random((m, n)) if method == "random" else abs(rng.standard_normal((m, n)))
    counts: NDArray[np.int64] = global_mask(scores, density).sum(axis=0)
    return counts


@statistical(constant_graphon, tests=2)
def columns_of_exact_masks_are_hypergeometric(graphon: sp.Expr, trial: Trial) -> Findings:
    """The column counts of masks with exactly K kept entries are hypergeometric, hence Poisson-binomial, and are tested as such."""
    m, n, density = trial.size(50_000), 12, 0.3
    null = trial.value(graphon, {rho: sp.Rational(3, 10)})
    for method in ("random", "magnitude"):
        yield trial.counts_each(trial.draw(column_counts, method, m, n, density), m, null)
