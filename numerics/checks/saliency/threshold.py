"""Evidence for S1 and S2: thresholds of factorised saliencies, and constant graphons."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from sparse_limits.numerics.masks.selection import global_mask
from sparse_limits.theory.formulas.level import Level
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.saliency.model import ONE, SaliencyModel, magnitude_model, rho, tau, v
from sparse_limits.theory.saliency.threshold import (
    c,
    constant_graphon,
    excess,
    kept_moment,
    linear_model,
    lost_moment,
    p,
    random_moment,
    s,
    stable_threshold,
)
from sparse_limits.theory.tails import Tail, alpha, exponential, frechet, half_normal, pareto, product_normal, t

TENTH = sp.Rational(11, 10)


def expand_expint(expression: sp.Expr) -> sp.Expr:
    """Reduce E₂ to E₁ by the recurrence before simplifying."""
    return sp.simplify(sp.expand(sp.expand_func(expression)))


@enclosed(stable_threshold, step="density")
@control("mean field: the noise at the average profile", density=sp.exp(-2 * tau))
@control("another exponential integral", density=sp.expint(3, tau))
@control("column profile squared", model=replace(linear_model, column=v**2))
@control("half-normal noise", model=replace(linear_model, noise=half_normal))
def density_integrates_the_kernel(density: sp.Expr, model: SaliencyModel, trial: Trial) -> Iterator[Finding]:
    """v·D(τ/v) is an antiderivative of the kernel in v (which does not depend on u) below 1e-80 near v = 0; φ(v) > 0."""
    yield trial.below(0, model.column, strict=True)
    antiderivative = v * density.subs(tau, tau / v)
    yield trial.same(sp.diff(antiderivative, v), model.kernel(), by=expand_expint)
    near_zero = {v: sp.Rational(1, 200), tau: ONE}
    yield trial.below(antiderivative, sp.Rational(1, 10**80), at=[near_zero])  # boxes: expint at its limit
    yield trial.below(-antiderivative, sp.Rational(1, 10**80), at=[near_zero])


@exact(stable_threshold, step="slope")
@control("sign", slope=sp.expint(1, tau))
@control("density of the mean field", slope=-2 * sp.exp(-2 * tau))
@control("one order too high", density=sp.expint(3, tau))
def slope_is_the_derivative(density: sp.Expr, slope: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """D′ as stated, and D(0) = 1."""
    yield trial.same(sp.diff(density, tau), slope)
    yield trial.same(sp.limit(density, tau, 0), 1)


@enclosed(stable_threshold)
@control("mean field", threshold=sp.log(1 / rho) / 2)
@control("10 % more", threshold=TENTH * stable_threshold.expressions["threshold"])
@control("E₁ in place of E₂", density=sp.expint(1, tau))
@control("slope of the mean field", slope=-2 * sp.exp(-2 * tau))
def threshold_solves_the_density(
    threshold: sp.Expr, density: sp.Expr, slope: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """D(τ_ρ) = ρ, whatever the density is called; by the chain rule dτ/dρ = 2ρ/D′(τ) for the threshold τ of ρ²."""
    for named in (threshold, threshold.subs(t, tau)):
        yield trial.same(density.subs(tau, named), rho, by=None)
    yield trial.same(density.subs(tau, threshold.subs(rho, t / 8)), t / 8, by=None)
    of_square = threshold.subs(rho, rho**2)
    yield trial.same(sp.diff(of_square, rho) * slope.subs(tau, of_square), 2 * rho, by=None)


@exact(stable_threshold, step="threshold")
@control("mean field", threshold=sp.log(1 / rho) / 2)
@control("of twice the density", threshold=stable_threshold.expressions["threshold"].subs(rho, 2 * rho))
@control("10 % more", threshold=TENTH * stable_threshold.expressions["threshold"])
@control("E₁ in place of E₂", density=sp.expint(1, tau))
def threshold_is_where_the_density_is_met(threshold: sp.Expr, density: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The equation that defines the threshold is D(τ) − ρ = 0; any other formula is held against it by value."""
    equation = threshold.function(tau) if isinstance(threshold, Level) else density.subs(tau, threshold) - rho
    yield trial.same(equation, density - rho if isinstance(threshold, Level) else 0)


ROW, COLUMN = sp.symbols("f varphi", positive=True)


@exact(stable_threshold, step="scale")
@control("threshold unmoved by the scale", scaled_threshold=tau)
@control("threshold divided by the scale", scaled_threshold=tau / c)
@control("10 % more", scaled_threshold=TENTH * c * tau)
def scaled_threshold_keeps_the_argument(scaled_threshold: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """τ/fφ times the new profiles, cf and φ."""
    yield trial.same(scaled_threshold, tau / (ROW * COLUMN) * (c * ROW) * COLUMN)


@exact(stable_threshold, step="power")
@control("threshold multiplied by the power", powered_threshold=p * tau)
@control("threshold unmoved by the power", powered_threshold=tau)
@control("10 % more", powered_threshold=TENTH * tau**p)
def powered_threshold_keeps_the_argument(powered_threshold: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The p-th power of τ/fφ times the new profiles, fᵖ and φᵖ."""
    yield trial.same(powered_threshold, (tau / (ROW * COLUMN)) ** p * ROW**p * COLUMN**p)


@enclosed(stable_threshold)
@control("one threshold for all scales", scaled_threshold=c)
@control("threshold divided by itself", scaled_threshold=c / tau)
@control("one threshold for all powers", powered_threshold=p)
@control("power of the inverse", powered_threshold=tau**-p)
def moved_thresholds_grow_with_the_threshold(
    scaled_threshold: sp.Expr, powered_threshold: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Strictly: two densities of the moved scores have no threshold in common either."""
    for moved in (scaled_threshold, powered_threshold):
        yield trial.below(0, sp.diff(moved, tau), strict=True)


@exact(stable_threshold)
@control("threshold unmoved by the scale", scaled_threshold=tau)
@control("threshold divided by the scale", scaled_threshold=tau / c)
@control("threshold multiplied by the power", powered_threshold=p * tau)
@control("threshold unmoved by the power", powered_threshold=tau)
def scales_and_powers_leave_the_graphon(
    scaled_threshold: sp.Expr, powered_threshold: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """W is unchanged by f → cf, and by ξ, f, φ → their p-th powers, at the moved threshold, for unlike noises."""
    for noise in (half_normal, exponential, frechet):
        model = SaliencyModel(ROW, COLUMN, noise)
        scaled = replace(model, row=c * ROW)
        yield trial.same(scaled.kernel(scaled_threshold), model.kernel())
        powered = SaliencyModel(ROW**p, COLUMN**p, Tail(noise.name, noise.at(t ** (1 / p))))
        yield trial.same(powered.kernel(powered_threshold), model.kernel())


uniform_on_1_2 = Tail("uniform on [1, 2]", sp.Min(1, sp.Max(0, 2 - t)))
LADDER = tuple(sp.Rational(k, 4) + sp.Rational(1, 64) for k in range(0, 24))


@enclosed(stable_threshold, step="noises", cost=1.0)
@control("a gap wider than the noise: uniform on [1, 2]", noises={"uniform": uniform_on_1_2})
@control("a rising survival function", noises={"rising": Tail("rising", 1 - sp.exp(-t))})
def density_falls_strictly(noises: Mapping[str, Tail], trial: Trial) -> Iterator[Finding]:
    """For fφ ∈ {1, 3}, half each, D falls strictly up a ladder of thresholds where it is below 1; from 1 to 2 each noise does."""
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


NOISES = {
    "half_normal": half_normal,
    "exponential": exponential,
    "pareto": pareto,
    "frechet": frechet,
    "product_normal": product_normal,
}
NOISE_LEVELS = (0.5, 1.25, 2.0)


@statistical(stable_threshold, tests=5)
@control("half-normal without √2", noises={**NOISES, "half_normal": Tail("wrong", sp.erfc(t))})
@control("exponential of rate 2", noises={**NOISES, "exponential": Tail("wrong", sp.exp(-2 * t))})
@control("Pareto with α + 1", noises={**NOISES, "pareto": Tail("wrong", sp.Min(1, t ** (-alpha - 1)))})
@control("Fréchet as a survival", noises={**NOISES, "frechet": Tail("wrong", sp.exp(-(t**-alpha)))})
@control("the square of one normal", noises={**NOISES, "product_normal": Tail("wrong", sp.erfc(sp.sqrt(t / 2)))})
def noise_follows_its_survival(noises: Mapping[str, Tail], trial: Trial) -> Iterator[Finding]:
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
@control("mean field", density=sp.exp(-2 * tau))
@control("10 % more", density=TENTH * sp.expint(2, tau))
def scores_exceed_with_the_density(density: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Counts of sampled scores above 1/2 and 5/2 (a density near 0.33 and near 0.02) are binomial."""
    n, levels = trial.size(60_000), (0.5, 2.5)
    nulls = [trial.value(density, {tau: sp.Rational(level)}) for level in levels]
    yield trial.counts_each(trial.draw(scores_above, n, levels), n, nulls)


def normal_density(at: sp.Expr) -> sp.Expr:
    return sp.exp(-(at**2) / 2) / sp.sqrt(2 * sp.pi)


@exact(constant_graphon, step="survival")
@control("one tail", survival=half_normal.survival / 2)
@control("√2 forgotten", survival=sp.erfc(t))
@control("10 % more", survival=TENTH * half_normal.survival)
def both_tails_are_lost(survival: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Minus its derivative is twice the normal density, and it is 1 at 0."""
    yield trial.nonnegative(-sp.diff(survival, t), 2 * normal_density(t), strict=True)
    yield trial.same(survival.subs(t, 0), 1)


@exact(constant_graphon, step="standard threshold")
@control("one-sided tail", standard_threshold=sp.sqrt(2) * sp.erfinv(1 - 2 * rho))
@control("√2 forgotten", standard_threshold=sp.erfinv(1 - rho))
@control("that of what is removed", standard_threshold=sp.sqrt(2) * sp.erfinv(rho))
@control("one tail", survival=half_normal.survival / 2)
def survival_at_the_threshold_is_the_density(
    survival: sp.Expr, standard_threshold: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The survival function there; and the threshold of ρ = 1."""
    yield trial.same(survival.subs(t, standard_threshold), rho)
    yield trial.same(standard_threshold.subs(rho, 1), 0)


@exact(constant_graphon, step="threshold")
@control("one-sided tail", threshold=s * sp.sqrt(2) * sp.erfinv(1 - 2 * rho))
@control("scale forgotten", threshold=sp.sqrt(2) * sp.erfinv(1 - rho))
@control("variance for deviation", threshold=s**2 * sp.sqrt(2) * sp.erfinv(1 - rho))
@control("one-sided standard threshold", standard_threshold=sp.sqrt(2) * sp.erfinv(1 - 2 * rho))
def threshold_scales_with_the_weights(
    threshold: sp.Expr, standard_threshold: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The threshold of S1 for scores that a factor s multiplies."""
    scaled = stable_threshold.expressions["scaled_threshold"]
    yield trial.same(threshold, scaled.subs({c: s, tau: standard_threshold}, simultaneous=True))


@exact(constant_graphon, step="graphon")
@control("one-sided tail", threshold=s * sp.sqrt(2) * sp.erfinv(1 - 2 * rho))
@control("scale forgotten", threshold=sp.sqrt(2) * sp.erfinv(1 - rho))
@control("variance for deviation", threshold=s**2 * sp.sqrt(2) * sp.erfinv(1 - rho))
@control("twice the density", graphon=2 * rho)
@control("exponential magnitudes", model=replace(magnitude_model, noise=exponential))
def threshold_keeps_the_density(
    threshold: sp.Expr, graphon: sp.Expr, model: SaliencyModel, trial: Trial
) -> Iterator[Finding]:
    """The kernel of magnitude pruning at τ/s is ρ."""
    yield trial.same(model.kernel(threshold / s), graphon)


@exact(constant_graphon, step="lost moment")
@control("one tail", survival=half_normal.survival / 2)
@control("one tail of the moment", lost_moment=lost_moment / 2)
@control("modulus for square", lost_moment=lost_moment / (s * t))
@control("10 % more", lost_moment=TENTH * lost_moment)
def lost_weights_take_their_squares(survival: sp.Expr, lost_moment: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The square s²t² times the density at t, minus the derivative of the survival function."""
    yield trial.same(lost_moment, -((s * t) ** 2) * sp.diff(survival, t))
    yield trial.nonnegative(lost_moment, 2 * (s * t) ** 2 * normal_density(t))


@exact(constant_graphon, step="second moment")
@control("survivors as if unpruned", second_moment=s**2 * sp.erfc(t / sp.sqrt(2)))
@control("density twice", second_moment=2 * kept_moment)
@control("slope part negative", second_moment=s**2 * (2 * sp.erfc(t / sp.sqrt(2)) - kept_moment / s**2))
@control("what is lost", second_moment=s**2 - kept_moment)
@control("one tail of the moment", lost_moment=lost_moment / 2)
def moment_loses_its_density(second_moment: sp.Expr, lost_moment: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """d/dt of the kept moment is minus what is lost; it is 0 at infinity, and at t = 0 the whole moment s²."""
    yield trial.same(sp.diff(second_moment, t), -lost_moment)
    yield trial.same(sp.limit(second_moment, t, sp.oo), 0)
    yield trial.same(second_moment.subs(t, 0), s**2)


@exact(constant_graphon, step="random moment")
@control("standard deviation for variance", random_moment=rho * s)
@control("the mask counted twice", random_moment=rho**2 * s**2)
@control("10 % more", random_moment=TENTH * random_moment)
@control("twice the density", graphon=2 * rho)
@control("density twice", second_moment=2 * kept_moment)
def random_masks_take_a_share(
    random_moment: sp.Expr, graphon: sp.Expr, second_moment: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The graphon times the moment of all weights."""
    yield trial.same(random_moment, graphon * second_moment.subs(t, 0))


@exact(constant_graphon, step="excess")
@control("nothing", excess=sp.S.Zero)
@control("half of it", excess=excess / 2)
@control("10 % more", excess=TENTH * excess)
@control("one tail", survival=half_normal.survival / 2)
@control("survivors as if unpruned", second_moment=s**2 * sp.erfc(t / sp.sqrt(2)))
@control("the mask counted twice", random_moment=rho**2 * s**2)
def magnitudes_keep_more(
    excess: sp.Expr, survival: sp.Expr, second_moment: sp.Expr, random_moment: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The kept moment less that of a random mask of the same density, a positive number."""
    yield trial.same(excess, second_moment - random_moment.subs(rho, survival))
    some = sp.Symbol("t", positive=True)
    more = sp.sqrt(2 / sp.pi) * s**2 * some * sp.exp(-(some**2) / 2)
    yield trial.nonnegative(excess, more, where={t: some}, strict=True)


CAP = 7.0


def kept_squares(rng: np.random.Generator, size: int, level: float) -> NDArray[np.floating]:
    """w² where level < |w| ≤ 7, else 0, for standard normal w."""
    w = abs(rng.standard_normal(size))
    return np.where((w > level) & (w <= CAP), w**2, 0.0)


@statistical(constant_graphon, tests=2)
@control("survivors as if unpruned", second_moment=s**2 * sp.erfc(t / sp.sqrt(2)))
@control("standard deviation for variance", second_moment=sp.sqrt(kept_moment))
def kept_weights_have_the_moment(second_moment: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The mean of w² over kept weights, those above 7 left out on both sides so that the test is exact."""
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
@control("one-sided tail: twice the density", graphon=2 * rho)
@control("10 % more", graphon=TENTH * rho)
def columns_of_exact_masks_are_hypergeometric(graphon: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Column counts of masks with exactly K kept entries: hypergeometric, hence Poisson-binomial, tested as such."""
    m, n, density = trial.size(50_000), 12, 0.3
    null = trial.value(graphon, {rho: sp.Rational(3, 10)})
    for method in ("random", "magnitude"):
        yield trial.counts_each(trial.draw(column_counts, method, m, n, density), m, null)
