"""Evidence for B6: SNIP's path densities beside the best ones, on two levels, near zero and on drawn weights."""

from collections.abc import Mapping
from fractions import Fraction
from functools import cache

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.generalisation.water_filling import Instance
from sparse_limits.numerics.checks.saliency.snip_product import noise_falls
from sparse_limits.numerics.evidence import Findings, Trial, control, enclosed, exact, statistical
from sparse_limits.numerics.exact import balls
from sparse_limits.theory.formulas.level import Level
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.generalisation.path_bound import beta as weight
from sparse_limits.theory.generalisation.snip_bound import (
    beta,
    budget,
    kept_energy,
    mean,
    optimum,
    p,
    snip_budget,
    snip_path_bound,
    strong_share,
)
from sparse_limits.theory.generalisation.water_filling import a, lam, share, v
from sparse_limits.theory.kernel.snip_kernel import R_2, r, s
from sparse_limits.theory.saliency.model import phi, rho, tau
from sparse_limits.theory.saliency.snip import product_graphon
from sparse_limits.theory.tails import product_survival, t

CLAIMED = snip_path_bound.expressions
LEVELS = {p: sp.Rational(1, 4), beta: 2}


@exact(snip_path_bound)
def two_levels_are_water_filled(
    pareto_share: sp.Expr, strong_share: sp.Expr, optimum: sp.Expr, uniform: sp.Expr, trial: Trial
) -> Findings:
    """A few features of two sizes, in rationals, by trying all capped sets (B4); Pareto masks have B4's shares."""
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
def path_densities_follow_the_profile(alignment: sp.Expr, trial: Trial) -> Findings:
    """The alignment is the derivative in φ of R₂(τ/φ), written with H and a Bessel function; it is positive."""
    at_profile = tau / phi
    density = product_survival(at_profile) + 2 / sp.pi * at_profile * sp.besselk(0, at_profile)
    yield trial.same(sp.diff(density, phi), alignment, by=None)
    yield trial.everywhere(sp.Integer(0), alignment, strict=True)


@enclosed(snip_path_bound)
def energy_lies_below_its_bound(energy_upper: sp.Expr, energy_rate: sp.Expr, trial: Trial) -> Findings:
    """R₂ is below the bound at s = 1/100, 9 and 60, and from 1/10 to 9 as the bound falls faster than R₂ (K5's rate). At s = 20 and 60 the
    bound is at most 1 + 1/s times R₂.
    """
    yield trial.everywhere(energy_rate, -sp.diff(energy_upper, s), within={s: (sp.Rational(1, 10), 9)})
    ends = [{s: sp.Rational(1, 100)}, {s: 9}, {s: 60}]
    yield trial.below(R_2, energy_upper, at=ends, strict=True)  # boxes: R_2 is an integral, and falls too fast far out
    yield trial.below(energy_upper, R_2 * (1 + 1 / s), at=[{s: 20}, {s: 60}])


@enclosed(snip_path_bound, step="figures", cost=0.5)
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
) -> Findings:
    """SNIP's bound is the mean of β²/R₂ over the two path densities. It exceeds the optimum of its budget by the excess stated, rounded.

    So does the bound of uniform densities of that budget, by theirs; and the strong features have more, or less, than in the optimum, as
    stated.
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
@control("the strong features alone", threshold=CLAIMED["threshold"].subs(p, 1))
def threshold_keeps_the_density(threshold: sp.Expr, snip_budget: sp.Expr, trial: Trial) -> Findings:
    """At the threshold the mean kept share less ρ vanishes; the path densities of the budget are H plus 2sK₀(s)/π, compared in different
    forms.
    """
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
def drawn_weights_keep_the_energy(snip_budget: sp.Expr, threshold: sp.Expr, trial: Trial) -> Findings:
    """E[a²; |aw|φ > τ] is a probability under the law a²φ(a) of a, here at τ = 3/2; the share above the threshold is ρ."""
    size, density = trial.size(100_000), sp.Rational(3, 20)
    kept = int(np.sum(trial.draw(scores, size, True) > 1.5))
    yield trial.counts(kept, size, trial.value(snip_budget, {**LEVELS, tau: sp.Rational(3, 2)}))
    cut = trial.value(threshold.subs({**LEVELS, rho: density}))
    kept = int(np.sum(trial.draw(scores, size, False) > cut))
    yield trial.counts(kept, size, float(density), observed=True)


# The smallest counterexample


@enclosed(snip_path_bound)
def weak_features_lose_their_paths(
    snip_bound: sp.Expr,
    energy_upper: sp.Expr,
    uniform: sp.Expr,
    two_features: Mapping[sp.Symbol, sp.Expr],
    trial: Trial,
) -> Findings:
    """A strong and a weak half of features: SNIP's bound is at least the part of the weak half, and at least ten times the bound of uniform
    path densities.
    """
    weak = energy_upper.subs(s, two_features[tau])
    yield trial.below(kept_energy(two_features[tau]), weak, at=[{}])
    yield trial.below((1 - two_features[p]) / weak, snip_bound, at=[two_features])
    yield trial.below(10 * uniform.subs(budget, snip_budget), snip_bound, at=[two_features])


# Weak features keep no more


@enclosed(snip_path_bound)
def weak_features_keep_no_more(strong_share: sp.Expr, trial: Trial) -> Findings:
    """The density that the strong features leave to the weak ones is at most that of the strong ones, whose coefficient is no smaller; so
    no weak density exceeds the cap.
    """
    yield trial.below((budget - p * strong_share) / (1 - p), strong_share)


@exact(snip_path_bound, step="alignment")
def profile_moves_the_threshold(energy_rate: sp.Expr, alignment: sp.Expr, trial: Trial) -> Findings:
    """The alignment is the rate in s times −d(τ/φ)/dφ; it is also a positive multiple of the rate at which the noise density of S4 falls,
    hence positive.
    """
    yield trial.same(alignment, -energy_rate.subs(s, tau / phi) * sp.diff(tau / phi, phi))
    noise = product_graphon.expressions["noise_density"]
    yield trial.same(alignment, -sp.diff(noise, t).subs(t, tau / phi) * tau**2 / phi**3)
    yield noise_falls(trial)


@enclosed(snip_path_bound)
def weak_features_keep_strictly_less(power_integrand: sp.Expr, trial: Trial) -> Findings:
    """The bound on the path density, β² over the integrand, strictly increases with the position; a constant profile, for which it does
    not, has a finite mean.
    """
    yield trial.below(0, sp.diff(v ** (2 * a) / power_integrand, v), strict=True)
