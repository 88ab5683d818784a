"""Evidence for S14: layers that share one threshold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from numerics.exact.logarithms import split_powers
from numerics.masks.selection import global_masks
from theory.graphon.limit import rounding
from theory.graphon.symbols import m, n
from theory.saliency.layers import (
    COLLAPSE,
    count_error,
    coupled_layers,
    density,
    first_scale,
    global_density,
    layer_size,
    pareto_mean,
    pareto_rho_2,
    power_law,
    rho_2,
    second_scale,
    share,
    size,
    weighted_rho_2,
)
from theory.saliency.model import delta, rho, tau
from theory.saliency.snip import product_density
from theory.saliency.snip_row_law import row_law
from theory.tails import Tail, alpha, exponential, half_normal, pareto, product_normal, t

ELEVEN, NINE, HALF = sp.Rational(11, 10), sp.Rational(9, 10), sp.Rational(1, 2)
EQUAL = {share: HALF, first_scale: 1, second_scale: 2}
threshold = coupled_layers.expressions["threshold"]


@exact(coupled_layers)
@control("shares proportional to the scale", rho_1=2 * rho / 3, rho_2=4 * rho / 3)
@control("one density for all layers", rho_1=rho, rho_2=rho)
@control("layers swapped", rho_1=rho_2, rho_2=rho_2**2)
@control("the other root", rho_2=-1 - rho_2)
@control("shares forgotten", weighted_rho_2=rho_2)
@control("weighted 10 % more", weighted_rho_2=ELEVEN * weighted_rho_2)
def densities_balance(rho_1: sp.Expr, rho_2: sp.Expr, weighted_rho_2: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Layers of scales 1 and 2: ρ₁ = ρ₂², since F̄(2x) = F̄(x)², and the layers keep ρ together."""
    yield trial.same(exponential.at(2 * t), exponential.at(t) ** 2)
    yield trial.same((rho_1 + rho_2) / 2, rho)
    yield trial.same(rho_1, rho_2**2)
    yield trial.same(share * weighted_rho_2**2 + (1 - share) * weighted_rho_2, rho)
    yield trial.same(weighted_rho_2.subs(share, HALF), rho_2)


@enclosed(coupled_layers)
@control("half-normal noise", density=global_density(half_normal))
@control("shares swapped", density=density.subs(share, 1 - share))
@control("the layers' mean scale", threshold=sp.log(1 / rho) * (share * first_scale + (1 - share) * second_scale))
@control("10 % more", threshold=ELEVEN * threshold)
@control("the other root", rho_2=-1 - rho_2)
@control("proportional to the scale", weighted_rho_2=2 * rho / (2 - share))
def threshold_gives_the_densities(
    density: sp.Expr, threshold: sp.Expr, rho_2: sp.Expr, weighted_rho_2: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """D(τ_ρ) = ρ for any scales and shares; at the scales 1 and 2 layer 2 has the closed forms."""
    yield trial.same(density.subs(tau, threshold), rho, by=None)
    second = exponential.at(tau / 2).subs(tau, threshold)
    yield trial.same(second.subs({first_scale: 1, second_scale: 2}), weighted_rho_2, by=None)
    yield trial.same(second.subs(EQUAL), rho_2, by=None)


def reduce_powers(expression: sp.Expr) -> sp.Expr:
    """Simplify powers of positive quantities with the exponents α and 1/α."""
    return sp.simplify(split_powers(expression, pareto_mean, pareto_mean / rho))


@exact(coupled_layers)
@control(
    "proportional to the scale", pareto_rho_1=rho * first_scale / (share * first_scale + (1 - share) * second_scale)
)
@control("one density for all layers", pareto_rho_1=rho, pareto_rho_2=rho)
@control("10 % less", pareto_rho_2=NINE * pareto_rho_2)
@control("equal shares", pareto_threshold=((first_scale**alpha + second_scale**alpha) / (2 * rho)) ** (1 / alpha))
@control("power forgotten", pareto_threshold=pareto_mean / rho)
@control("saturated from the mean scale on", pareto_critical_density=sp.Integer(1))
def pareto_layers_are_power_laws(
    pareto_rho_1: sp.Expr,
    pareto_rho_2: sp.Expr,
    pareto_threshold: sp.Expr,
    pareto_critical_density: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """ρ_l = (s_l/τ)^α, together ρ; at the critical density layer 2 is whole, and its scale the threshold."""
    for claimed, scale in ((pareto_rho_1, first_scale), (pareto_rho_2, second_scale)):
        yield trial.same((scale / pareto_threshold) ** alpha, claimed, by=reduce_powers)
    yield trial.same(share * pareto_rho_1 + (1 - share) * pareto_rho_2, rho)
    yield trial.same(pareto_rho_2.subs(rho, pareto_critical_density), sp.S.One)
    yield trial.same(pareto_threshold.subs(rho, pareto_critical_density), second_scale, by=reduce_powers)


def limit_of_the_ratio(noise: Tail, first: int, second: int) -> sp.Expr:
    """The limit of F̄(τ/s₁)/F̄(τ/s₂) as τ → ∞ by l'Hôpital: that of the densities, found by SymPy."""
    if noise is product_normal:
        density = product_density
    elif noise is pareto:
        (power,) = [part for part in noise.survival.args if part.has(t)]  # beyond 1
        density = -sp.diff(power, t)
    else:
        density = noise.density
    ratio = density.subs(t, tau / first) / first / (density.subs(t, tau / second) / second)
    return sp.limit(sp.simplify(ratio), tau, sp.oo)


@exact(coupled_layers, cost=0.5)
@control("power laws collapse too", collapse={**COLLAPSE, "pareto": sp.S.Zero})
@control("proportional to the scale", collapse=dict.fromkeys(COLLAPSE, first_scale / second_scale))
@control("exponent inverted", collapse={**COLLAPSE, "frechet": 1 / power_law})
@control("exponential layers keep their ratio", collapse={**COLLAPSE, "exponential": first_scale / second_scale})
def ratios_tend_to_their_limits(
    collapse: Mapping[str, sp.Expr], noises: Mapping[str, Tail], trial: Trial
) -> Iterator[Finding]:
    """By the densities of the noises, at two pairs of scales."""
    for name, noise in noises.items():
        for first, second in ((1, 2), (2, 3)):
            found = trial.once(limit_of_the_ratio, noise, first, second)
            yield trial.same(collapse[name].subs({first_scale: first, second_scale: second}), found)


@exact(coupled_layers)
@control("as if the threshold were known", count_error=sp.sqrt(sp.log(4 / delta) / (2 * layer_size)))
@control("one share of δ for two events", count_error=count_error.subs(delta, 2 * delta))
@control("10 % less", count_error=NINE * count_error)
def count_error_adds_up(count_error: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """|kept_l − N_l| ≤ |K − N| (G2): Hoeffding in the layer and, rounding added, in all, with δ/2 for each."""
    within = row_law.expressions["concentration"]
    symbols = {symbol.name: symbol for symbol in within.free_symbols}

    def deviation(count: sp.Expr) -> sp.Expr:
        return within.subs({symbols["n"]: count, symbols["delta"]: delta / 2}, simultaneous=True)

    in_all = deviation(size) + rounding.subs({m: 1, n: size})
    yield trial.same(count_error, deviation(layer_size) + size * in_all / layer_size)


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


@statistical(coupled_layers, tests=2)
@control("proportional to the scale", rho_1=2 * rho / 3, rho_2=4 * rho / 3)
@control("half-normal noise", density=global_density(half_normal))
@control("shares forgotten", weighted_rho_2=rho_2)
@control("one density for all layers", pareto_rho_1=rho, pareto_rho_2=rho)
@control("layer 2 10 % more", rho_2=ELEVEN * rho_2)
def counts_above_a_threshold_are_binomial(
    density: sp.Expr,
    rho_1: sp.Expr,
    rho_2: sp.Expr,
    weighted_rho_2: sp.Expr,
    pareto_rho_1: sp.Expr,
    pareto_rho_2: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """At a threshold of 3, under exponential noise for equal shares and for a third, and under Pareto noise."""
    networks = trial.size(1)
    sizes = networks * np.array([*SIZES, sum(SIZES)])
    equal, third = (density.subs({**at, tau: CUT}) for at in (EQUAL, THIRD))
    claimed = [rho_1.subs(rho, equal), rho_2.subs(rho, equal), third, weighted_rho_2.subs({**THIRD, rho: third})]
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


@statistical(coupled_layers, tests=4)
@control("proportional to the scale", rho_1=2 * rho / 3, rho_2=4 * rho / 3)
@control("one density for all layers", rho_1=rho, rho_2=rho)
@control("rounding alone", count_error=1 / (2 * layer_size))
def global_masks_keep_the_layers_densities(
    rho_1: sp.Expr, rho_2: sp.Expr, count_error: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Masks of exactly round(ρn) largest scores leave the stated range with a probability of 10⁻¹⁰ at most."""
    limit = trial.value(count_error, {layer_size: WIDTH**2, size: 2 * WIDTH**2, delta: RARE})
    for kept in KEPT:
        shares = trial.draw(kept_by_rank, trial.size(1), float(kept)) / WIDTH**2
        for layer, claimed in enumerate((rho_1, rho_2)):
            beyond = np.abs(shares[:, layer] - trial.value(claimed, {rho: kept})) > limit
            yield trial.counts(int(beyond.sum()), len(beyond), float(RARE), side="above")
