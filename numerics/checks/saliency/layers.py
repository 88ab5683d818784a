"""Evidence for S14.1 and S14.2: layers that share one threshold."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Findings, Trial, control, enclosed, exact, statistical
from sparse_limits.numerics.exact.logarithms import split_logarithms, split_powers
from sparse_limits.numerics.exact.rationals import rational
from sparse_limits.numerics.masks.selection import global_masks
from sparse_limits.theory.saliency.layer_collapse import pareto_power
from sparse_limits.theory.saliency.layers import (
    count_error,
    coupled_layers,
    equal_rho_1,
    equal_rho_2,
    first_scale,
    layer_size,
    pareto_mean,
    pareto_rho_2,
    second_scale,
    share,
    size,
    two_layer_densities,
)
from sparse_limits.theory.saliency.model import delta, rho, tau
from sparse_limits.theory.tails import alpha, exponential, pareto, t

HALF = sp.Rational(1, 2)
EQUAL = {share: HALF, first_scale: 1, second_scale: 2}


@exact(two_layer_densities, step="two layers")
def density_is_that_of_all_weights(density: sp.Expr, trial: Trial) -> Findings:
    """The density is the mass of e^(−x) beyond τ/s in both layers, each weighted with its share."""
    parts = ((share, first_scale), (1 - share, second_scale))
    beyond = sp.Symbol("z", positive=True)
    mass = trial.once(sp.integrate, sp.exp(-t), (t, beyond, sp.oo))
    yield trial.same(density, sum(a * mass.subs(beyond, tau / scale) for a, scale in parts))


@exact(two_layer_densities, step="equal shares")
@control("shares proportional to the scale", equal_rho_1=2 * rho / 3, equal_rho_2=4 * rho / 3)
@control("one density for all layers", equal_rho_1=rho, equal_rho_2=rho)
@control("layers swapped", equal_rho_1=equal_rho_2, equal_rho_2=equal_rho_2**2)
def densities_balance(equal_rho_1: sp.Expr, equal_rho_2: sp.Expr, twofold_rho_2: sp.Expr, trial: Trial) -> Findings:
    """For layers of scales 1 and 2 with equal shares, the first density is the square of the second, and their mean is ρ.

    The second density is the formula for all shares, taken at a half.
    """
    yield trial.same(twofold_rho_2.subs(share, HALF), equal_rho_2)
    yield trial.same((equal_rho_1 + equal_rho_2) / 2, rho)
    yield trial.same(exponential.at(2 * t), exponential.at(t) ** 2)
    yield trial.same(equal_rho_1, equal_rho_2**2)


@enclosed(two_layer_densities)
def threshold_gives_the_densities(
    density: sp.Expr,
    threshold: sp.Expr,
    rho_1: sp.Expr,
    rho_2: sp.Expr,
    equal_rho_2: sp.Expr,
    twofold_rho_2: sp.Expr,
    trial: Trial,
) -> Findings:
    """D(τ_ρ) = ρ for any scales and shares, and the layers keep ρ together; at scales 1 and 2, layer 2 has the closed forms."""
    yield trial.same(density.subs(tau, threshold), rho, by=None)
    yield trial.same(share * rho_1 + (1 - share) * rho_2, rho, by=None)
    yield trial.same(first_scale * sp.log(rho_1), second_scale * sp.log(rho_2), by=None)
    second = exponential.at(tau / 2).subs(tau, threshold)
    yield trial.same(second.subs({first_scale: 1, second_scale: 2}), twofold_rho_2, by=None)
    yield trial.same(second.subs(EQUAL), equal_rho_2, by=None)


def reduce_powers(expression: sp.Expr) -> sp.Expr:
    """Simplify powers of positive quantities with the exponents α and 1/α."""
    return sp.simplify(split_powers(expression, pareto_mean, pareto_mean / rho))


@exact(two_layer_densities, step="power laws")
def pareto_density_is_a_power(pareto_density: sp.Expr, trial: Trial) -> Findings:
    """The density is the mass of αx^(−α−1) beyond τ/s in both layers, each weighted with its share."""
    beyond = sp.Symbol("z", positive=True)
    mass = trial.once(sp.integrate, alpha * t ** (-alpha - 1), (t, beyond, sp.oo))
    parts = ((share, first_scale), (1 - share, second_scale))
    yield trial.same(pareto_density, sum(a * mass.subs(beyond, tau / scale) for a, scale in parts), by=reduce_powers)


@exact(two_layer_densities, step="not saturated")
def density_falls_from_the_critical_one(
    pareto_density: sp.Expr, pareto_critical_density: sp.Expr, trial: Trial
) -> Findings:
    """At τ = s₂ layer 2 is kept whole and layer 1 keeps (s₁/s₂)^α; at τ = s₂y, y > 1, the density is y^(−α) times as large."""
    y = sp.Symbol("y", positive=True)
    whole = share * (first_scale / second_scale) ** alpha + 1 - share
    yield trial.same(pareto_critical_density, whole, by=reduce_powers)
    further = pareto_density.subs(tau, second_scale * y)
    yield trial.same(further, pareto_critical_density * y**-alpha, by=reduce_powers)
    yield trial.nonnegative(-y * sp.diff(further, y) / further, alpha, by=reduce_powers, strict=True)


@exact(two_layer_densities, step="Pareto threshold")
def pareto_threshold_meets_the_density(
    pareto_density: sp.Expr, pareto_threshold: sp.Expr, pareto_critical_density: sp.Expr, trial: Trial
) -> Findings:
    """D at the threshold is ρ; at the critical density the threshold is the scale of layer 2."""
    met = rho * (pareto_threshold / tau) ** alpha * pareto_density.subs(tau, pareto_threshold)
    yield trial.same(met, rho**2 * (pareto_threshold / tau) ** alpha, by=reduce_powers)
    yield trial.same(pareto_threshold.subs(rho, pareto_critical_density), second_scale, by=reduce_powers)


@exact(two_layer_densities, step="Pareto densities")
@control("one density for all layers", pareto_rho_1=rho, pareto_rho_2=rho)
def pareto_layers_are_power_laws(
    pareto_rho_1: sp.Expr,
    pareto_rho_2: sp.Expr,
    pareto_threshold: sp.Expr,
    pareto_critical_density: sp.Expr,
    trial: Trial,
) -> Findings:
    """The densities are (s_l/τ)^α and give ρ together; at the critical density layer 2 is kept whole."""
    for claimed, scale in ((pareto_rho_1, first_scale), (pareto_rho_2, second_scale)):
        yield trial.same(pareto_power().subs(t, pareto_threshold / scale), claimed, by=reduce_powers)
    yield trial.same(share * pareto_rho_1 + (1 - share) * pareto_rho_2, rho)
    yield trial.same(pareto_rho_2.subs(rho, pareto_critical_density), sp.S.One)


@exact(coupled_layers, step="deviation")
def deviation_leaves_half_the_failure(deviation: sp.Expr, trial: Trial) -> Findings:
    """Hoeffding's 2e^(−2nd²) is 2 at d = 0, and its logarithm falls with d² from there to ln(δ/2) at the deviation."""
    d = sp.Symbol("d", positive=True)
    left = sp.log(2) + (sp.log(delta / 2) - sp.log(2)) * d**2 / deviation**2
    yield trial.same(left, sp.log(2) - 2 * size * d**2, by=split_logarithms)


@enclosed(coupled_layers)
def bound_is_least_for_a_layer_with_all_weights(count_error: sp.Expr, trial: Trial) -> Findings:
    """The bound is least for a layer that holds all weights."""
    of_all = (sp.sqrt(sp.log(4 / delta) / 2) * sp.sqrt(size) + HALF) / size + sp.sqrt(sp.log(4 / delta) / (2 * size))
    yield trial.below(of_all, count_error)


SIZES = (120_000, 240_000)  # weights in the two layers, of scales 1 and 2
CUT, POWER = 3, 2
THIRD = {share: sp.Rational(SIZES[0], sum(SIZES)), first_scale: 1, second_scale: 2}


def counts_above(rng: np.random.Generator, networks: int, noise: str) -> NDArray[np.int64]:
    """Scores above CUT in layer 1, in layer 2 and in both. int[3]"""
    found = np.zeros(2, dtype=np.int64)
    for _ in range(networks):
        for layer, (scale, count) in enumerate(zip((1, 2), SIZES, strict=True)):
            scores = rng.exponential(size=count) if noise == "exponential" else 1 + rng.pareto(POWER, size=count)
            found[layer] += (scale * scores > CUT).sum()
    return np.append(found, found.sum())


@statistical(two_layer_densities, tests=2)
@control("proportional to the scale", equal_rho_1=2 * rho / 3, equal_rho_2=4 * rho / 3)
@control("one density for all layers", pareto_rho_1=rho, pareto_rho_2=rho)
def counts_above_a_threshold_are_binomial(
    density: sp.Expr,
    equal_rho_1: sp.Expr,
    equal_rho_2: sp.Expr,
    twofold_rho_2: sp.Expr,
    pareto_rho_1: sp.Expr,
    pareto_rho_2: sp.Expr,
    trial: Trial,
) -> Findings:
    """The numbers of scores above 3 are binomial with the stated densities.

    The noise is exponential, with equal shares and with a third, or Pareto.
    """
    networks = trial.size(1)
    sizes = networks * np.array([*SIZES, sum(SIZES)])
    equal, third = (density.subs({**at, tau: CUT}) for at in (EQUAL, THIRD))
    claimed = [
        equal_rho_1.subs(rho, equal),
        equal_rho_2.subs(rho, equal),
        third,
        twofold_rho_2.subs({**THIRD, rho: third}),
    ]
    first, second, both = trial.draw(counts_above, networks, "exponential")
    nulls = [trial.value(each) for each in claimed]
    yield trial.counts_each([first, second, both, second], sizes[[0, 1, 2, 1]], nulls)
    at = {**THIRD, alpha: POWER}
    kept = sum(a * pareto.at(sp.Rational(CUT, s)) for a, s in ((THIRD[share], 1), (1 - THIRD[share], 2))).subs(at)
    nulls = [trial.value(each.subs({**at, rho: kept})) for each in (pareto_rho_1, pareto_rho_2)]
    yield trial.counts_each(trial.draw(counts_above, networks, "Pareto")[:2], sizes[:2], nulls)


WIDTH, RARE, KEPT = 500, sp.Rational(1, 10**10), (sp.Rational(1, 10), sp.Rational(3, 10))


def kept_by_rank(rng: np.random.Generator, networks: int, kept: float) -> NDArray[np.int64]:
    """Kept entries of two layers of exponential scores, scales 1 and 2, that share one ranking. int[networks, 2]"""
    scores = ([scale * rng.exponential(size=(WIDTH, WIDTH)) for scale in (1, 2)] for _ in range(networks))
    return np.array([[mask.sum() for mask in global_masks(layers, kept)] for layers in scores])


@statistical(two_layer_densities, tests=4)
@control("proportional to the scale", equal_rho_1=2 * rho / 3, equal_rho_2=4 * rho / 3)
@control("one density for all layers", equal_rho_1=rho, equal_rho_2=rho)
def global_masks_keep_the_layers_densities(equal_rho_1: sp.Expr, equal_rho_2: sp.Expr, trial: Trial) -> Findings:
    """The layers of masks of the round(ρn) largest scores keep the densities of S14.1, up to the error at a failure of 10⁻¹⁰."""
    yield from masks_in_range(equal_rho_1, equal_rho_2, count_error, trial)


@statistical(coupled_layers, tests=4)
def global_masks_stay_in_the_range(count_error: sp.Expr, trial: Trial) -> Findings:
    """The layers of masks of the round(ρn) largest scores keep their known densities, up to the stated error at a failure of 10⁻¹⁰."""
    yield from masks_in_range(equal_rho_1, equal_rho_2, count_error, trial)


def masks_in_range(first: sp.Expr, second: sp.Expr, error: sp.Expr, trial: Trial) -> Findings:
    """How often the kept share of a layer is farther than the error from its density, at a failure of 10⁻¹⁰."""
    limit = trial.value(error, {layer_size: WIDTH**2, size: 2 * WIDTH**2, delta: RARE})
    for kept in KEPT:
        shares = trial.draw(kept_by_rank, trial.size(1), float(kept)) / WIDTH**2
        for layer, claimed in enumerate((first, second)):
            beyond = np.abs(shares[:, layer] - trial.value(claimed, {rho: kept})) > limit
            yield trial.counts(int(beyond.sum()), len(beyond), float(RARE), side="above")


@exact(coupled_layers)
def uniform_sets_have_the_error(uniform_error: sp.Expr, trial: Trial) -> Findings:
    """The stated error is a quantile over all halves of 8 and 12 weights: how far the share of the layer is from a half.

    The layer consists of the first 4 or 6 weights.
    """
    for few, weights, allowed in ((4, 8, Fraction(1, 5)), (4, 12, Fraction(1, 10)), (6, 12, Fraction(1, 20))):
        halves = combinations(range(weights), weights // 2)
        errors = sorted(abs(Fraction(sum(each < few for each in half), few) - Fraction(1, 2)) for half in halves)
        least = errors[-int(allowed * len(errors)) - 1]
        claimed = rational(uniform_error, {layer_size: few, size: weights, delta: sp.Rational(allowed)})
        yield trial.holds(bool(claimed == sp.Rational(least)), f"quantile {least}, claimed {claimed}")


@enclosed(two_layer_densities)
@control(
    "the layers exchanged", pareto_rho_1=pareto_rho_2, pareto_rho_2=pareto_rho_2 * (first_scale / second_scale) ** alpha
)
def layer_of_the_larger_scale_is_the_denser_one(pareto_rho_1: sp.Expr, pareto_rho_2: sp.Expr, trial: Trial) -> Findings:
    """The layer of the larger scale is at least as dense as the other, and has density at most 1 where no score is saturated."""
    yield trial.below(pareto_rho_1, pareto_rho_2)
    yield trial.below(pareto_rho_2, sp.S.One)
