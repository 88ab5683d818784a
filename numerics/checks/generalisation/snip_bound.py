"""Evidence for B6: SNIP's path densities beside the best ones, on two levels, near zero and on drawn weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.generalisation.water_filling import Instance
from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from sparse_limits.numerics.exact import balls
from sparse_limits.theory.formulas.level import Level, level
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.generalisation.path_bound import beta as weight
from sparse_limits.theory.generalisation.snip_bound import (
    beta,
    budget,
    energy_upper,
    kept_energy,
    mean,
    optimum,
    p,
    power_integrand,
    snip_bound,
    snip_budget,
    snip_path_bound,
    strong_share,
)
from sparse_limits.theory.generalisation.water_filling import a, lam, share, v
from sparse_limits.theory.kernel.snip_kernel import R_2, energy_rate, energy_tail, r, s
from sparse_limits.theory.saliency.model import phi, rho, tau
from sparse_limits.theory.saliency.tail_selectivity import product_upper
from sparse_limits.theory.tails import half_normal, product_survival, t

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
CLAIMED = snip_path_bound.expressions
UNCAPPED = mean(beta, 1) ** 2 / budget
LEVELS = {p: sp.Rational(1, 4), beta: 2}
KEPT = mean(beta**2 / product_survival(tau / beta), 1 / product_survival(tau))
ALIGNED = mean(beta**2 / sp.Min(1, beta / tau), 1 / sp.Min(1, 1 / tau))  # path densities along the profile


@exact(snip_path_bound)
@control("no cap", pareto_share=phi / tau)
@control("half-normal noise", pareto_share=half_normal.at(tau / phi))
@control("10 % more", pareto_share=ELEVEN * CLAIMED["pareto_share"])
@control("strong features at the cap", strong_share=sp.Integer(1))
@control("strong features without it", strong_share=beta * budget / mean(beta, 1))
@control("uncapped", optimum=UNCAPPED)
@control("10 % less", optimum=NINE * optimum)
@control("uniform in β", uniform=mean(beta, 1) ** 2 / budget)
@control("uniform 10 % more", uniform=ELEVEN * CLAIMED["uniform"])
def two_levels_are_water_filled(
    pareto_share: sp.Expr, strong_share: sp.Expr, optimum: sp.Expr, uniform: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """A few features of two sizes, in rationals, by trial of all capped sets (B4); Pareto masks follow B4's shares."""
    yield trial.same(pareto_share, share.subs({weight: phi, lam: tau}), by=None)
    for sizes in ([2, 1, 1, 1], [3, 1, 1], [5, 5, 2, 2, 2]):
        strong = sum(x == sizes[0] for x in sizes)
        for density in (Fraction(1, 5), Fraction(1, 2), Fraction(9, 10)):
            case = Instance(sizes, density)
            at = {
                p: sp.Rational(strong, len(sizes)),
                beta: sp.Rational(sizes[0], sizes[-1]),
                budget: sp.Rational(density),
            }
            level = sp.Rational(case.rest) / sp.Rational(case.budget - case.capped)
            scale = sp.Integer(sizes[-1] ** 2 * len(sizes))
            yield trial.same(valued(strong_share, at), valued(share, {weight: sizes[0], lam: level}))
            yield trial.same(optimum.subs(at), sp.Rational(case.value) / scale)
            yield trial.same(uniform.subs(at), sum(x * x for x in sizes) / sp.Rational(density) / scale)


@enclosed(snip_path_bound)
@control("against the profile", alignment=-CLAIMED["alignment"])
@control("the share kept for the energy kept", alignment=2 / sp.pi * tau / phi**2 * sp.besselk(0, tau / phi))
@control("10 % more", alignment=ELEVEN * CLAIMED["alignment"])
def path_densities_follow_the_profile(alignment: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The derivative of R₂(τ/φ), of H and a Bessel function in closed form; it is positive."""
    at_profile = tau / phi
    density = product_survival(at_profile) + 2 / sp.pi * at_profile * sp.besselk(0, at_profile)
    yield trial.same(sp.diff(density, phi), alignment, by=None)
    yield trial.everywhere(sp.Integer(0), alignment, strict=True)


@exact(snip_path_bound, step="weak features", cost=0.4)
@control("the tail alone", energy_upper=energy_tail)
@control("10 % more", energy_upper=ELEVEN * energy_upper)
@control("the tail of r", power_integrand=v ** (2 * a) / product_upper.subs(t, tau / v**a))
@control("without the exponential", power_integrand=v ** (2 * a))
@control("one power", power_integrand=power_integrand / v**a)
def bound_diverges_at_small_weights(energy_upper: sp.Expr, power_integrand: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The two tails that bound R₂; β² over that bound; v times the integrand tends to infinity at v = 0, for √v, v and v²."""
    bessel = sp.sqrt(sp.pi / (2 * s)) * sp.exp(-s)  # above K₀
    yield trial.same(energy_upper, product_upper.subs(t, s) + 2 / sp.pi * s * bessel)
    weights = v**a
    yield trial.same(power_integrand, weights**2 / energy_upper.subs(s, tau / weights))
    for exponent in (sp.S.Half, sp.Integer(1), sp.Integer(2)):
        nearby = sp.limit(valued(v * power_integrand, {a: exponent, tau: 1}), v, 0, "+")
        yield trial.holds(nearby == sp.oo, f"v · β²/R₂ → {nearby} for the profile v^{exponent}")


@enclosed(snip_path_bound)
@control("the tail alone", energy_upper=energy_tail)
@control("10 % less far out", energy_upper=NINE * energy_upper)
@control("twice the rate", energy_rate=2 * energy_rate)
def energy_lies_below_its_bound(energy_upper: sp.Expr, energy_rate: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """From 1/10 to 9: at 9, and before as the bound falls faster than R₂, by K5's rate; near 0; and far out, where it is sharp."""
    yield trial.everywhere(energy_rate, -sp.diff(energy_upper, s), within={s: (sp.Rational(1, 10), 9)})
    ends = [{s: sp.Rational(1, 100)}, {s: 9}, {s: 60}]
    yield trial.below(R_2, energy_upper, at=ends, strict=True)  # boxes: R_2 is an integral, and falls too fast far out
    yield trial.below(energy_upper, R_2 * (1 + 1 / s), at=[{s: 20}, {s: 60}])


@enclosed(snip_path_bound, step="figures", cost=0.5)
@control("path densities along the profile", snip_bound=ALIGNED)
@control("the share kept for the energy kept", snip_bound=KEPT)
@control("10 % less", snip_bound=NINE * snip_bound)
@control("uniform", snip_bound=mean(beta**2, 1) / snip_budget)
@control("no excess", excess=dict.fromkeys(CLAIMED["excess"], sp.Integer(0)))
@control("no better than uniform", excess=CLAIMED["uniform_excess"])
@control("uniform without the cap", uniform_excess=dict.fromkeys(CLAIMED["excess"], sp.Rational(12, 100)))
@control("always too much", more_than_best=dict.fromkeys(CLAIMED["excess"], True))
@control("never enough", more_than_best=dict.fromkeys(CLAIMED["excess"], False))
def snip_beside_the_optimum(
    snip_bound: sp.Expr,
    excess: Mapping[sp.Rational, sp.Expr],
    uniform_excess: Mapping[sp.Rational, sp.Expr],
    more_than_best: Mapping[sp.Rational, bool],
    trial: Trial,
) -> Iterator[Finding]:
    """The mean of β²/R₂ from the two path densities; above the optimum of its budget by the excess stated, rounded.

    So are uniform densities of that budget; and the strong features have more, or less, than the optimum gives them.
    """
    strong, weak = snip_budget.subs(p, 1), snip_budget.subs(p, 0)
    at = [
        {p: sp.Rational(1, 4), beta: 2, tau: 2},
        {p: sp.Rational(2, 5), beta: sp.Rational(3, 2), tau: sp.Rational(1, 3)},
    ]
    yield trial.same(snip_bound, mean(beta**2 / strong, 1 / weak), by=None, at=at)
    for density in excess:
        at = [{**LEVELS, tau: trial.once(threshold, density)}]
        best, flat, most, given = (trial.once(of_the_same_budget, name, density) for name in SAME_BUDGET)
        for value, claimed in ((snip_bound, excess[density]), (flat, uniform_excess[density])):
            yield trial.below(best * (1 + claimed - sp.Rational(1, 20_000)), value, at=at)
            yield trial.below(value, best * (1 + claimed + sp.Rational(1, 20_000)), at=at)
        yield trial.below(*((most, given) if more_than_best[density] else (given, most)), at=at)


@enclosed(snip_path_bound)
@control("one level", threshold=CLAIMED["threshold"].subs(beta, 1))
@control("the strong features alone", threshold=CLAIMED["threshold"].subs(p, 1))
@control("half-normal noise", threshold=level(mean(half_normal.at(tau / beta), half_normal.at(tau)), tau, rho))
@control("budget 10 % more", snip_budget=ELEVEN * snip_budget)
@control("the share kept for the energy kept", snip_budget=mean(product_survival(tau / beta), product_survival(tau)))
def threshold_keeps_the_density(threshold: sp.Expr, snip_budget: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """What vanishes there is the mean kept share less ρ; the kept energy adds 2sK₀/π (in other forms)."""
    at = [{p: sp.Rational(1, 4), beta: 2, tau: cut, rho: sp.Rational(1, 9)} for cut in (1, 3)]
    kept = mean(r.subs(s, tau / beta), r.subs(s, tau))
    for each in threshold.atoms(Level):
        (variable,) = each.function.variables
        yield trial.same(each.function.expr.subs(variable, tau), kept - rho, by=None, at=at)
    strong, weak = (product_survival(x) + 2 / sp.pi * x * sp.besselk(0, x) for x in (tau / beta, tau))
    yield trial.same(snip_budget, mean(strong, weak), by=None, at=at)


SAME_BUDGET = {
    "optimum": optimum.subs(budget, snip_budget),
    "uniform": CLAIMED["uniform"].subs(budget, snip_budget),
    "strong features at the optimum": strong_share.subs(budget, snip_budget),
    "strong features": snip_budget.subs(p, 1),
}


def of_the_same_budget(name: str, density: sp.Rational) -> sp.Rational:
    """One of these at SNIP's threshold, to 20 digits."""
    return sp.Rational(balls.digits(SAME_BUDGET[name], {**LEVELS, tau: threshold(density)}, 20))


@cache
def threshold(density: sp.Rational) -> sp.Rational:
    """SNIP's threshold on the two levels, to 20 digits."""
    return sp.Rational(balls.digits(valued(valued(CLAIMED["threshold"], LEVELS), {rho: density}), {}, 20))


def scores(rng: np.random.Generator, draws: int, tilted: bool) -> NDArray[np.float64]:
    """|aw|φ for weights of two-level features; tilted: a of the density a²φ(a), chi with three degrees of freedom."""
    profile = np.where(rng.random(draws) < 0.25, 2.0, 1.0)
    readout = np.sqrt(rng.chisquare(3, draws)) if tilted else rng.standard_normal(draws)
    return np.abs(readout * rng.standard_normal(draws)) * profile


@statistical(snip_path_bound, tests=2)
@control("the share kept for the energy kept", snip_budget=mean(product_survival(tau / beta), product_survival(tau)))
@control("10 % more", snip_budget=ELEVEN * snip_budget)
@control("10 % less", snip_budget=NINE * snip_budget)
@control("threshold of one level", threshold=CLAIMED["threshold"].subs(beta, 1))
@control("threshold 10 % more", threshold=ELEVEN * CLAIMED["threshold"])
def drawn_weights_keep_the_energy(snip_budget: sp.Expr, threshold: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """E[a²; |aw|φ > τ] is a probability under the law a²φ(a) of a, here at τ = 3/2; the share above the threshold is ρ."""
    size, density = trial.size(100_000), sp.Rational(3, 20)
    kept = int(np.sum(trial.draw(scores, size, True) > 1.5))
    yield trial.counts(kept, size, trial.value(snip_budget, {**LEVELS, tau: sp.Rational(3, 2)}))
    cut = trial.value(threshold.subs({**LEVELS, rho: density}))
    kept = int(np.sum(trial.draw(scores, size, False) > cut))
    yield trial.counts(kept, size, float(density), observed=True)


# The smallest counterexample


@enclosed(snip_path_bound)
@control("path densities along the profile", snip_bound=ALIGNED)
@control("half of the tail", energy_upper=energy_tail / 2)
@control("a hundred times as much", uniform=100 * CLAIMED["uniform"])
def weak_features_lose_their_paths(
    snip_bound: sp.Expr,
    energy_upper: sp.Expr,
    uniform: sp.Expr,
    two_features: Mapping[sp.Symbol, sp.Expr],
    trial: Trial,
) -> Iterator[Finding]:
    """A strong and a weak half: the weak one alone makes SNIP's bound larger than that of uniform path densities."""
    weak = energy_upper.subs(s, two_features[tau])
    yield trial.below(kept_energy(two_features[tau]), weak, at=[{}])
    yield trial.below((1 - two_features[p]) / weak, snip_bound, at=[two_features])
    yield trial.below(10 * uniform.subs(budget, snip_budget), snip_bound, at=[two_features])
