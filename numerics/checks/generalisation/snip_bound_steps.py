"""Evidence for the steps of B6: the tail of the path density, and the optimum of two levels from that of B4."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.checks.saliency.snip_product import noise_falls
from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.generalisation.path_bound import beta as weight
from sparse_limits.theory.generalisation.snip_bound import (
    alignment,
    bessel_upper,
    beta,
    budget,
    energy_upper,
    mean,
    optimum,
    p,
    pareto_share,
    snip_path_bound,
    uniform,
)
from sparse_limits.theory.generalisation.water_filling import (
    a,
    capped,
    lam,
    rest,
    share,
    total,
    uncapped_optimum,
    v,
    water_level,
)
from sparse_limits.theory.graphon.fixed_inputs import inputs as d
from sparse_limits.theory.kernel.snip_kernel import energy_rate, energy_tail, s
from sparse_limits.theory.saliency.model import phi, rho, tau
from sparse_limits.theory.saliency.snip import product_graphon
from sparse_limits.theory.tails import half_normal, t

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
UNCAPPED = mean(beta, 1) ** 2 / budget


@exact(snip_path_bound, step="Pareto scores")
@control("no cap", pareto_share=phi / tau)
@control("half-normal noise", pareto_share=half_normal.at(tau / phi))
@control("10 % more", pareto_share=ELEVEN * pareto_share)
def pareto_masks_are_water_filled(pareto_share: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """B4's share at the level τ for coefficients φ."""
    yield trial.same(pareto_share, share.subs({weight: phi, lam: tau}))


@enclosed(snip_path_bound)
@control("for the weak ones", strong_share=budget / (beta * mean(beta, 1)))
@control("nothing", strong_share=sp.Integer(0))
def weak_features_keep_no_more(strong_share: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """What strong features leave gives weak ones no more than these have, as their coefficient is no smaller: none is above the cap."""
    yield trial.below((budget - p * strong_share) / (1 - p), strong_share)


@exact(snip_path_bound, step="alignment")
@control("against the profile", alignment=-alignment)
@control("the share kept for the energy kept", alignment=2 / sp.pi * tau / phi**2 * sp.besselk(0, tau / phi))
@control("10 % more", alignment=ELEVEN * alignment)
@control("half the rate", energy_rate=energy_rate / 2)
def profile_moves_the_threshold(energy_rate: sp.Expr, alignment: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The rate in s times what s = τ/φ falls by in φ; s times the rate at which the noise density of S4 falls, hence positive."""
    yield trial.same(alignment, -energy_rate.subs(s, tau / phi) * sp.diff(tau / phi, phi))
    noise = product_graphon.expressions["noise_density"]
    yield trial.same(alignment, -sp.diff(noise, t).subs(t, tau / phi) * tau**2 / phi**3)
    yield noise_falls(trial)


def without_the_second_term() -> sp.Expr:
    """∫e^(−sx)/√(2x) dx over x > 0."""
    x = sp.Symbol("x", positive=True)
    return sp.integrate(sp.exp(-s * x) / sp.sqrt(2 * x), (x, 0, sp.oo))


@exact(snip_path_bound, step="Bessel function")
@control("half of it", bessel_upper=bessel_upper / 2)
@control("without the root", bessel_upper=2 * s / sp.pi * sp.exp(-s))
@control("10 % more", bessel_upper=ELEVEN * bessel_upper)
def integrand_is_larger(bessel_upper: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The integral with 2x for x(2 + x) under the root; what that takes from the square of the integrand."""
    yield trial.same(bessel_upper, 2 / sp.pi * s * sp.exp(-s) * trial.once(without_the_second_term))
    x = sp.Symbol("x", positive=True)
    yield trial.nonnegative(1 / (2 * x) - 1 / (x * (2 + x)), 1 / (2 * (2 + x)))


@exact(snip_path_bound, step="upper bound")
@control("the tail alone", energy_upper=energy_tail)
@control("10 % more", energy_upper=ELEVEN * energy_upper)
@control("the second alone", survival_upper=sp.Integer(0))
@control("the first alone", bessel_upper=sp.Integer(0))
def both_tails(
    survival_upper: sp.Expr, bessel_upper: sp.Expr, energy_upper: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The sum of the two bounds."""
    yield trial.same(energy_upper, survival_upper + bessel_upper)


@enclosed(snip_path_bound)
@control("the other end", power_integrand=v ** (2 * a) / energy_upper.subs(s, tau * v**a))
@control("the profile alone", power_integrand=v ** (2 * a))
@control("one bound for all", power_integrand=v ** (2 * a) / energy_upper.subs(s, tau))
def weak_features_keep_strictly_less(power_integrand: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The bound of the path density, β² over the integrand, grows strictly with the position: a profile that is constant has a finite mean."""
    yield trial.below(0, sp.diff(v ** (2 * a) / power_integrand, v), strict=True)


@exact(snip_path_bound, step="strong share")
@control("at the cap", strong_share=sp.Integer(1))
@control("without a cap", strong_share=beta * budget / mean(beta, 1))
@control("10 % more", strong_share=sp.Min(1, ELEVEN * beta * budget / mean(beta, 1)))
def strong_features_at_the_level(strong_share: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """B4's share of the strong features at B4's level with nothing at the cap; beyond it they are at the cap."""
    level = water_level.subs({capped: 0, rest: d * mean(beta, 1), rho: budget}, simultaneous=True)
    yield trial.same(strong_share, valued(share, {weight: beta, lam: level}))


@exact(snip_path_bound, step="optimum of two levels")
@control("uncapped", optimum=UNCAPPED)
@control("10 % less", optimum=NINE * optimum)
@control("without a cap", strong_share=beta * budget / mean(beta, 1))
def others_share_what_is_left(strong_share: sp.Expr, optimum: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The strong terms and, for each weak one, B4's level of what the strong ones leave; without a cap B4's other form."""
    left = {capped: p * d * strong_share, rest: (1 - p) * d, rho: budget}
    weak = (1 - p) * valued(water_level, left)
    yield trial.same(optimum, p * beta**2 / strong_share + weak)
    uncapped = uncapped_optimum.subs({total: d * mean(beta, 1), rho: budget}, simultaneous=True) / d
    free = optimum.replace(sp.Min, lambda *sides: next(side for side in sides if side != 1))
    yield trial.same(free, uncapped)


@exact(snip_path_bound, step="uniform densities")
@control("uniform in β", uniform=UNCAPPED)
@control("10 % more", uniform=ELEVEN * uniform)
def squares_over_one_density(uniform: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The mean of the squares, each over the density."""
    yield trial.same(uniform, mean(beta**2 / budget, 1 / budget))
